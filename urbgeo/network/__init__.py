"""Links compiled for fast search: building, speeds, attachment, rail, and the minutes they give."""

from urbgeo.doors import room_door

__getattr__, __dir__, __all__ = room_door(__name__, __path__)
