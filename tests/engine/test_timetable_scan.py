"""The connection scan for many departures at once: each lane is the scan of its own departure."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.engine.timetable_scan import times_from

STOPS = 4
Run = tuple[int, list[int], int]
"""Minute it leaves, the stops it calls at, minutes from each to the next."""


def connections(runs: list[Run]) -> list[tuple[int, int, float, float, int]]:
    """Runs (first departure, stops, minutes a stretch) as connections sorted by departure."""
    found = []
    for number, (leaves, stops, each) in enumerate(runs):
        for k, (a, b) in enumerate(pairwise(stops)):
            found.append((a, b, float(leaves + k * each), float(leaves + (k + 1) * each), number))
    return sorted(found, key=lambda one: (one[2], one[4], one[3]))


def by_scan(runs: list[Run], leaves: list[float], longest: float) -> np.ndarray:
    """Minutes from stop 0 to every stop, sorted over the departures; changes at a stop take no time."""
    rows = connections(runs)
    a, b, departs, arrives, run = (
        (np.array(one) for one in zip(*rows, strict=True)) if rows else [np.empty(0)] * 5
    )
    yes = np.ones(len(rows), np.bool_)
    columns = (
        a.astype(np.int32), b.astype(np.int32), departs.astype(float), arrives.astype(float),
        run.astype(np.int32), yes, yes, ~yes,
    )  # fmt: skip
    each = np.arange(STOPS + 1, dtype=np.int64)
    stop = np.arange(STOPS, dtype=np.int32)
    none = np.zeros(STOPS)
    no_stay = np.zeros(len(runs) + 1, np.int64)
    out = np.empty((len(leaves), STOPS))
    on_foot = np.where(stop == 0, 0.0, np.inf)
    times_from(
        np.array(leaves), longest, np.array([0], np.int32), np.zeros(1), columns, no_stay,
        np.empty(0, np.int32), each, stop, none, each, stop, none, on_foot, STOPS,
        np.arange(len(leaves)), out,
    )  # fmt: skip
    return out


def by_hand(runs: list[Run], leave: float, longest: float) -> list[float]:
    """Relax all connections until nothing changes; who is at a stop in time boards."""
    at = [leave] + [np.inf] * (STOPS - 1)
    rows = connections(runs)
    for _ in range(len(rows) + 1):
        for a, b, departs, arrives, _ in rows:
            if at[a] <= departs:
                at[b] = min(at[b], arrives)
    return [one - leave if one - leave <= longest else np.inf for one in at]


runs = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.lists(st.integers(0, STOPS - 1), min_size=2, max_size=4, unique=True),
        st.integers(1, 9),
    ),
    max_size=6,
)


@QUICK
@given(runs, st.lists(st.integers(0, 30), min_size=1, max_size=5, unique=True).map(sorted))
def test_every_lane_is_the_scan_of_its_departure(drawn: list[Run], leaves: list[int]) -> None:
    found = by_scan(drawn, [float(one) for one in leaves], 60.0)
    wanted = np.sort([by_hand(drawn, float(one), 60.0) for one in leaves], axis=0)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(("longest", "minutes"), [(20.0, 20.0), (19.0, np.inf)])
def test_a_train_that_leaves_at_the_very_minute_is_caught_and_the_longest_trip_counts(
    longest: float, minutes: float
) -> None:
    assert by_scan([(10, [0, 1], 10)], [0.0], longest)[0, 1] == minutes
    assert by_scan([(10, [0, 1], 10)], [10.0], longest)[0, 1] == 10.0
    assert by_scan([(10, [0, 1], 10)], [10.5], longest)[0, 1] == np.inf
