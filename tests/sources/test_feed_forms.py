"""One day of service, written in three ways that the standard allows, gives the same minutes."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from urbgeo.network.model import build_network
from urbgeo.network.timetable import TransitTerms, build_timetable, transit_minutes
from urbgeo.sources.gtfs import read_gtfs

PLACES = list("ABCD")
STOPS = [(stop, 28.0, 112 + n / 50) for n, stop in enumerate(PLACES)]
POINTS = gpd.GeoDataFrame(
    index=PLACES, geometry=gpd.points_from_xy([one[2] for one in STOPS], [28.0] * 4), crs=4326
)
LINKS = pd.DataFrame({"from_node": PLACES[:-1], "to_node": PLACES[1:], "class": "local", "length_km": 2.0})
FOOTWAYS = build_network(POINTS, LINKS.assign(minutes=30.0))
DAY = "2026-11-16"

Pattern = tuple[list[tuple[str, int]], int, int, int]
"""Calls (stop, minutes on from the stop before), first departure, headway, runs."""


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}:00"


def calls(pattern: Pattern, start: int) -> list[tuple[str, int]]:
    minute, out = start, []
    for n, (stop, on) in enumerate(pattern[0]):
        minute += on if n else 0
        out.append((stop, minute))
    return out


def plain(patterns: list[Pattern], path: Path) -> Path:
    """Every trip written out, by a weekly calendar, in a folder."""
    path.mkdir()
    trips, times = [], []
    for p, pattern in enumerate(patterns):
        for run in range(pattern[3]):
            trips.append(f"R,week,p{p}_{run}")
            start = pattern[1] + run * pattern[2]
            times += [
                f"p{p}_{run},{clock(minute)},{clock(minute)},{stop},{n}"
                for n, (stop, minute) in enumerate(calls(pattern, start))
            ]
    texts = {
        "stops": ["stop_id,stop_lat,stop_lon", *(f"{a},{b},{c}" for a, b, c in STOPS)],
        "routes": ["route_id,route_type", "R,3"],
        "trips": ["route_id,service_id,trip_id", *trips],
        "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence", *times],
        "calendar": [
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            "week,1,0,0,0,0,0,0,20260101,20261231",
        ],
    }
    for name, lines in texts.items():
        (path / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def by_headway(patterns: list[Pattern], path: Path) -> Path:
    """One trip a pattern and its headway, by dates, zipped, with a mark of order and Windows lines."""
    trips = [f"p{p},week,R" for p in range(len(patterns))]
    times = [
        f"{n},{stop},p{p},{clock(minute)},{clock(minute)}"
        for p, pattern in enumerate(patterns)
        for n, (stop, minute) in enumerate(calls(pattern, 0))
    ]
    headways = [
        f"p{p},{clock(first)},{clock(first + headway * runs)},{headway * 60},1"
        for p, (_, first, headway, runs) in enumerate(patterns)
    ]
    texts = {
        "stops": ["stop_lon,stop_lat,stop_id", *(f"{c},{b},{a}" for a, b, c in STOPS)],
        "routes": ["route_type,route_id", "3,R"],
        "trips": ["trip_id,service_id,route_id", *trips],
        "stop_times": ["stop_sequence,stop_id,trip_id,arrival_time,departure_time", *times],
        "calendar_dates": ["service_id,date,exception_type", "week,20261116,1", "week,20261117,2"],
        "frequencies": ["trip_id,start_time,end_time,headway_secs,exact_times", *headways],
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, lines in texts.items():
            archive.writestr(f"{name}.txt", "\ufeff" + "\r\n".join(lines) + "\r\n")
    return path


def of_the_day_before(patterns: list[Pattern], path: Path, seed: int) -> Path:
    """Trips of the evening before, past midnight; rows in any order, quoted, with gaps in the numbers."""
    random = np.random.default_rng(seed)
    path.mkdir()
    trips, times = [], []
    for p, pattern in enumerate(patterns):
        for run in range(pattern[3]):
            trips.append(f'"R","eve","p{p}_{run}",extra')
            start = pattern[1] + run * pattern[2] + 24 * 60
            times += [
                f'"p{p}_{run}", {clock(minute)},{clock(minute)} ,"{stop}",{n * 7 + 3}'
                for n, (stop, minute) in enumerate(calls(pattern, start))
            ]
    texts = {
        "stops": ["stop_id,stop_lat,stop_lon", *(f"{a},{b},{c}" for a, b, c in STOPS)],
        "routes": ["route_id,route_type", "R,3"],
        "trips": ["route_id,service_id,trip_id,note", *trips],
        "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence", *times],
        "calendar": [
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            "eve,0,0,0,0,0,0,1,20260101,20261231",
        ],
    }
    for name, lines in texts.items():
        shuffled = [lines[0], *random.permutation(lines[1:])]
        (path / f"{name}.txt").write_text("\n".join(shuffled) + "\n", encoding="utf-8")
    return path


patterns_of = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(PLACES), st.integers(1, 12)), min_size=2, max_size=4).filter(
            lambda calls: all(a[0] != b[0] for a, b in itertools.pairwise(calls))
        ),
        st.integers(7 * 60, 9 * 60),
        st.integers(1, 25),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=12)
@given(patterns_of, st.integers(0, 2**20))
def test_a_feed_written_three_ways_gives_the_same_minutes(tmp_path_factory, patterns, seed) -> None:
    folder = tmp_path_factory.mktemp("feeds")
    feeds = [
        plain(patterns, folder / "plain"),
        by_headway(patterns, folder / "headway.zip"),
        of_the_day_before(patterns, folder / "before", seed),
    ]
    terms = TransitTerms(walk_to_stop_min=1.0, walk_between_min=1.0, longest_min=150.0)
    found = [
        transit_minutes(
            build_timetable(read_gtfs(one), day=DAY), FOOTWAYS, POINTS, POINTS,
            window=("07:00", "09:00"), every_min=20, terms=terms, quantiles=(0.1, 0.9),
        ).table
        for one in feeds
    ]  # fmt: skip
    for other in found[1:]:
        pd.testing.assert_frame_equal(found[0], other, check_exact=True)
