"""Arrays only, no tables: graphs, searches, hierarchies, lanes, sums of pairs, timetable scans."""
