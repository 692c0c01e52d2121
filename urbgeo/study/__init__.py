"""The main job: a region in, the four answers, tables, a report and a map out."""

from urbgeo.doors import room_door

__getattr__, __dir__, __all__ = room_door(__name__, __path__)
