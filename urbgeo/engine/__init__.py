"""Arrays only, no tables: graphs, searches, hierarchies, lanes, sums of pairs, timetable scans."""

from urbgeo.doors import room_door

__getattr__, __dir__, __all__ = room_door(__name__, __path__)
