"""Where layers come from: national boundaries, airports, tables."""

from urbgeo.doors import room_door

__getattr__, __dir__, __all__ = room_door(__name__, __path__)
