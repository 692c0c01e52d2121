"""Policy targets as data, what measures each, and the scorecard that holds a region against them."""

from urbgeo.doors import room_door

__getattr__, __dir__, __all__ = room_door(__name__, __path__)
