"""Changing and staying aboard by the rules of a feed equal a search that looks up each pair of trips."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.network.timetable import Timetable, TransitTerms, build_timetable, transit_minutes
from urbgeo.sources.feed_transfers import KEYS
from urbgeo.sources.gtfs import read_gtfs

DAY = "2026-11-16"
CALENDAR = "service_id,date,exception_type\nday,20261116,1\n"
STOPS = (
    "stop_id,stop_lat,stop_lon,location_type,parent_station\n"
    "A,28,112.00,0,\nB1,28,112.01,0,B\nB2,28,112.012,0,B\nC,28,112.02,0,\nD,28,112.03,0,\nB,28,112.011,1,\n"
)
PLACES = ["A", "B1", "B2", "C", "D"]
STATION = {"B1": "B", "B2": "B"}
HEAD = ",".join(KEYS) + ",transfer_type,min_transfer_time"
TERMS = TransitTerms(walk_to_stop_min=1.0, walk_between_min=4.0, change_min=1.0, longest_min=180.0)


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def feed_of(
    folder: Path, trips: dict[str, tuple[str, str, list[tuple[str, int, int]]]], rules: list[str]
) -> Timetable:
    """A feed of trips: id, route, block, calls (stop, arrival, departure)."""
    times = [
        f"{trip},{clock(arrival)},{clock(departure)},{stop},{n}"
        for trip, (_, _, calls) in trips.items()
        for n, (stop, arrival, departure) in enumerate(calls)
    ]
    texts = {
        "stops": STOPS,
        "routes": "route_id,route_type\n" + "".join(f"{one},3\n" for one in ("R", "S")),
        "trips": "route_id,service_id,trip_id,block_id\n"
        + "".join(f"{route},day,{trip},{block}\n" for trip, (route, block, _) in trips.items()),
        "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + "\n".join(times),
        "calendar_dates": CALENDAR,
        "transfers": "\n".join([HEAD, *rules]),
    }
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return build_timetable(read_gtfs(folder, name="f"), day=DAY)


@cache
def footways() -> tuple[TravelNetwork, gpd.GeoDataFrame]:
    """The two platforms of B lie 2 minutes from each other; all else is too far to walk."""
    points = gpd.GeoDataFrame(
        index=PLACES,
        geometry=gpd.points_from_xy([112.0, 112.01, 112.012, 112.02, 112.03], [28.0] * 5),
        crs=4326,
    )
    links = pd.DataFrame(
        {"from_node": PLACES[:-1], "to_node": PLACES[1:], "class": "local", "length_km": 1.0}
    )
    return build_network(points, links.assign(minutes=[500.0, 2.0, 500.0, 500.0])), points


def minutes(timetable: Timetable, leave: int, terms: TransitTerms = TERMS) -> pd.DataFrame:
    walking, points = footways()
    window = (clock(leave), clock(leave + 1))
    return transit_minutes(timetable, walking, points, points, window=window, terms=terms).median


# Three trips of the case: A at 8:00 to B1 at 8:20, then B1 to C at 8:25 and at 8:45, twenty minutes each.
CASE = {
    "t1": ("R", "", [("A", 28800, 28800), ("B1", 30000, 30000)]),
    "t2": ("S", "", [("B1", 30300, 30300), ("C", 31500, 31500)]),
    "t3": ("S", "", [("B1", 31500, 31500), ("C", 32700, 32700)]),
}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", 45),
        ("B1,B1,,,,,2,1200", 65),
        ("B,B,,,,,2,1200", 65),  # said of the station
        ("B1,B1,,,,,2,1500", 65),  # exactly: 8:20 and 25 minutes is 8:45
        ("B1,B1,,,,,2,1501", np.inf),
        ("B1,B1,,,,,3,", np.inf),
        ("B1,B1,R,S,,,3,", np.inf),
        ("B1,B1,S,R,,,3,", 45),  # of the other direction
        ("B1,B1,,,t1,t2,3,", 65),
        ("B1,B1,,,,,3,\nB1,B1,,,t1,t3,0,", 65),  # the more special one goes before
        ("B1,B1,,,t1,t3,0,\nB1,B1,,,,,3,", 65),  # in any order of rows
        ("B,B,,,,,3,\nB1,B1,,,,,0,", 45),  # a platform before its station
        ("B1,B1,,,,,2,30", 45),  # less than a change takes anyway
    ],
)
def test_rules_of_changing(tmp_path: Path, rule: str, expected: float) -> None:
    timetable = feed_of(tmp_path, CASE, rule.split("\n") if rule else [])
    assert minutes(timetable, 28800).loc["A", "C"] == expected


def test_a_timed_change_waits_for_nobody_but_needs_no_time(tmp_path: Path) -> None:
    close = {**CASE, "t2": ("S", "", [("B1", 30000, 30000), ("C", 31500, 31500)])}
    assert minutes(feed_of(tmp_path, close, []), 28800).loc["A", "C"] == 65
    assert minutes(feed_of(tmp_path, close, ["B1,B1,R,S,,,1,"]), 28800).loc["A", "C"] == 45


def test_who_stays_in_the_seat_needs_no_change(tmp_path: Path) -> None:
    at_once = {**CASE, "t2": ("S", "", [("B1", 30000, 30030), ("C", 31500, 31500)])}
    assert minutes(feed_of(tmp_path, at_once, []), 28800).loc["A", "C"] == 65
    assert minutes(feed_of(tmp_path, at_once, [",,,,t1,t2,4,"]), 28800).loc["A", "C"] == 45
    block = {name: (route, "b" if name != "t3" else "", calls) for name, (route, _, calls) in at_once.items()}
    timetable = feed_of(tmp_path, block, [])
    assert timetable.stays.shape == (1, 2)
    assert minutes(timetable, 28800).loc["A", "C"] == 45
    assert minutes(feed_of(tmp_path, block, [",,,,t1,t2,5,"]), 28800).loc["A", "C"] == 65
    for leaves, stays in ((30000, 1), (29999, 0)):  # it arrives at 30000
        trips = {**block, "t2": ("S", "b", [("B1", leaves, leaves), ("C", 31500, 31500)])}
        assert len(feed_of(tmp_path, trips, []).stays) == stays, "a vehicle may go on at once, not before"
    late = {**block, "t1": ("R", "b", [("A", 28800, 28800), ("B1", 30000, 30060)])}
    assert len(feed_of(tmp_path, late, []).stays) == 1, (
        "a trip ends when it arrives, whatever departure it has"
    )
    elsewhere = {**block, "t2": ("S", "b", [("B2", 30000, 30030), ("C", 31500, 31500)])}
    assert feed_of(tmp_path, elsewhere, []).stays.empty, "the vehicle leaves from another stop: it ran empty"


def test_rows_that_cannot_be_meant_are_refused_and_rows_of_nothing_counted(tmp_path: Path) -> None:
    for row, said in (
        ("B1,B1,,,,,7,", "transfer_type is none at row 2"),
        ("B1,B1,,,,,2,soon", "no number of seconds at row 2"),
        (",,,,t1,,4,", "without two trips"),
        (",B1,,,,,2,60", "without two stops"),
    ):
        with pytest.raises(InputError, match=said):
            feed_of(tmp_path, CASE, [row])
    with pytest.warns(UrbgeoWarning, match=r"2 rows of transfers\.txt that name what is not there"):
        feed_of(tmp_path, CASE, ["X,B1,,,,,3,", "B1,B1,,,t9,,3,", "B1,B1,,,,,3,"])


def rank(rule: list[str]) -> tuple[int, int]:
    """The order of GTFS Schedule, then stops before stations."""
    from_stop, to_stop, from_route, to_route, from_trip, to_trip = rule[:6]
    kinds = sorted(
        ("trip" if trip else "route" if route else "")
        for trip, route in ((from_trip, from_route), (to_trip, to_route))
    )
    order = [["", ""], ["", "route"], ["route", "route"], ["", "trip"], ["route", "trip"], ["trip", "trip"]]
    return order.index(kinds), (from_stop in PLACES) + (to_stop in PLACES)


def change_s(rules, trips, one, here, other, there):
    """Seconds between getting off a trip and boarding another, by the one rule that counts."""

    def names(stop, asked):
        return asked in (stop, STATION.get(stop))

    fits = [
        rule for rule in rules
        if rule[6] not in "45" and names(here, rule[0]) and names(there, rule[1])
        and (rule[4] == one or (not rule[4] and rule[2] in ("", trips[one][0])))
        and (rule[5] == other or (not rule[5] and rule[3] in ("", trips[other][0])))
    ]  # fmt: skip
    walk = 0.0 if here == there else 120.0 if {here, there} == {"B1", "B2"} else np.inf
    usual = walk + 60.0
    if not fits:
        return usual
    best = max(rank(rule) for rule in fits)
    kind, least = next((rule[6], rule[7]) for rule in reversed(fits) if rank(rule) == best)
    if kind == "3":
        return np.inf
    if kind == "1":
        return walk
    if kind == "2" and least:
        return max(usual, float(least)) if np.isfinite(usual) else float(least)
    return usual


def goes_on(rules, trips, one, other):
    linked = {kind: {(rule[4], rule[5]) for rule in rules if rule[6] == kind} for kind in "45"}
    (_, block, calls), (_, _, calls2) = trips[one], trips[other]
    if (one, other) in linked["5"] or calls2[0][2] < calls[-1][1]:
        return False
    if (one, other) in linked["4"]:
        return True
    later = [
        t
        for t, (_, b, c) in trips.items()
        if b == block and t != one and (c[0][2], c[-1][1]) > (calls[0][2], calls[-1][1])
    ]
    nearest = min(later, key=lambda t: (trips[t][2][0][2], trips[t][2][-1][1]), default=None)
    return bool(block) and other == nearest and calls2[0][0] == calls[-1][0]


def searched(trips, rules, leave):
    """Arrival at every place from every place: on board or not, trip by trip, until nothing changes."""
    out = {}
    for origin in PLACES:
        aboard, arrivals = set(), {}
        changed = True
        while changed:
            changed = False
            for trip, (_, _, calls) in trips.items():
                for n, ((stop, _, departs), (to, arrives, _)) in enumerate(itertools.pairwise(calls)):
                    if (trip, n) in aboard:
                        continue
                    on = (trip, n - 1) in aboard
                    on |= stop == origin and departs >= leave
                    on |= any(
                        at + change_s(rules, trips, other, there, trip, stop) <= departs
                        for (other, there), at in arrivals.items()
                    )
                    on |= n == 0 and any(
                        (other, len(trips[other][2]) - 2) in aboard and goes_on(rules, trips, other, trip)
                        for other in trips if other != trip
                    )  # fmt: skip
                    if on:
                        aboard.add((trip, n))
                        arrivals[trip, to] = min(arrives, arrivals.get((trip, to), np.inf))
                        changed = True
        for place in PLACES:
            least = min((at for (_, stop), at in arrivals.items() if stop == place), default=np.inf)
            out[origin, place] = 0.0 if place == origin else (least - leave) / 60
    out["B1", "B2"], out["B2", "B1"] = min(out["B1", "B2"], 2.0), min(out["B2", "B1"], 2.0)
    return pd.Series(out).unstack().loc[PLACES, PLACES]


calls_of = st.lists(
    st.tuples(st.sampled_from(PLACES), st.integers(1, 9), st.integers(0, 3)), min_size=2, max_size=4
).filter(lambda calls: all(a[0] != b[0] for a, b in itertools.pairwise(calls)))


trips_of = st.tuples(st.sampled_from("RS"), st.sampled_from(["", "", "b"]), st.integers(0, 40), calls_of)


@settings(max_examples=60)
@given(
    st.lists(trips_of, min_size=2, max_size=6),
    st.lists(
        st.tuples(
            st.sampled_from([*PLACES, "B"]), st.sampled_from([*PLACES, "B"]),
            st.sampled_from(["", "R", "S"]), st.sampled_from(["", "R", "S"]),
            st.sampled_from(["", "", "t0", "t1", "t2"]), st.sampled_from(["", "", "t0", "t1", "t2"]),
            st.sampled_from("012345"), st.sampled_from(["", "0", "240", "900"]),
        ),
        max_size=8, unique_by=lambda rule: rule[:6],
    ),
)  # fmt: skip
def test_random_rules_equal_a_search_that_looks_each_up(tmp_path_factory, drawn, rules) -> None:
    trips = {}
    for n, (route, block, start, calls) in enumerate(drawn):
        at, rows = 28800 + start * 60, []
        for stop, ride, dwell in calls:
            rows.append((stop, at, at + dwell * 60))
            at += (dwell + ride) * 60
        trips[f"t{n}"] = (route, block, rows)
    rules = [list(rule) for rule in rules if set(rule[4:6]) <= {"", *trips}]
    rules = [rule for rule in rules if rule[6] not in "45" or (rule[4] and rule[5] and rule[4] != rule[5])]
    starts = {(block, calls[0][2], calls[-1][1]) for _, block, calls in trips.values() if block}
    if len(starts) < sum(bool(block) for _, block, _ in trips.values()):
        return  # two trips of one block at one time: no vehicle runs both
    one_each = {}
    for rule in rules:  # of equals the standard allows one only: keep the last
        ends = [STATION.get(stop, stop) for stop in rule[:2]]
        one_each[
            tuple(ends), tuple(bool(stop in PLACES) for stop in rule[:2]), tuple(rule[2:6]), rule[6] in "45"
        ] = rule
    rules = list(one_each.values())
    timetable = feed_of(tmp_path_factory.mktemp("feed"), trips, [",".join(rule) for rule in rules])
    for leave in (28800, 28800 + 600):
        ours = minutes(timetable, leave)
        theirs = searched(trips, rules, leave)
        theirs = theirs.where(theirs <= TERMS.longest_min, np.inf)
        np.testing.assert_allclose(ours.to_numpy(float), theirs.to_numpy(float), rtol=0, atol=1e-6)
