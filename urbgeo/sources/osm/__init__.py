"""OpenStreetMap: tags, PBF and XML files, roads, Overpass."""

from urbgeo.doors import room_door

__getattr__, __dir__, __all__ = room_door(__name__, __path__)
