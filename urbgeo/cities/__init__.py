"""Systems of cities: size classes and ranks, degree of urbanisation, functional areas, clusters, links."""

from urbgeo.doors import room_door

__getattr__, __dir__, __all__ = room_door(__name__, __path__)
