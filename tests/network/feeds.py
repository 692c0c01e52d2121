"""A small feed of trains and how it is written to a file."""

from __future__ import annotations

import zipfile
from pathlib import Path

FEED = {
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,甲,28.0,112.0\nB,乙,28.0,112.1\nC,丙,28.0,112.2\n",
    "routes": "route_id,route_type\nR,2\n",
    "trips": "route_id,service_id,trip_id\nR,week,t1\nR,week,t2\nR,sunday,t3\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:10:00,08:10:00,A,1\nt1,,,B,2\nt1,08:30:00,08:30:00,C,3\n"
    "t2,08:40:00,08:40:00,A,1\nt2,09:10:00,09:10:00,C,9\n"
    "t3,08:00:00,08:00:00,A,1\nt3,08:01:00,08:01:00,C,2\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "week,1,1,1,1,1,0,0,20260101,20261231\nsunday,0,0,0,0,0,0,1,20260101,20261231\n",
    "calendar_dates": "service_id,date,exception_type\nweek,20261001,2\nsunday,20261001,1\n",
}


MONDAY, SUNDAY, HOLIDAY = "2026-11-16", "2026-11-15", "2026-10-01"


def feed_file(folder: Path, **changes: str | None) -> Path:
    path = folder / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for table, text in {**FEED, **changes}.items():
            if text is not None:
                archive.writestr(f"{table}.txt", text)
    return path
