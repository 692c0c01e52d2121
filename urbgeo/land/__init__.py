"""Land: travel surfaces, suitability, the development boundary and its control lines, form, growth."""

from urbgeo.doors import room_door

__getattr__, __dir__, __all__ = room_door(__name__, __path__)
