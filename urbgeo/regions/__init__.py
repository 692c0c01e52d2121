"""Region: everything one study needs under one name, and the embedded region `hunan`."""

from urbgeo.doors import room_door

__getattr__, __dir__, __all__ = room_door(__name__, __path__)
