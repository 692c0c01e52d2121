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


def drawn_day(
    random: np.random.Generator,
) -> tuple[list[tuple], dict[int, int], dict[tuple[int, int], float]]:
    """Connections (from, to, departs, arrives, run, boards, alights, ends), runs that go on, changes."""
    rows, onward = [], {}
    for number in range(int(random.integers(3, 9))):
        calls, minute = random.permutation(STOPS)[: random.integers(2, STOPS + 1)], random.integers(0, 30)
        if number % 3 == 2:  # goes on as the run before it, in the seat
            onward[number - 1] = number
            minute = 1 + max(row[2] for row in rows if row[4] == number - 1)
        for k, (a, b) in enumerate(pairwise(calls.tolist())):
            ride = float(random.integers(1, 9))
            flags = bool(random.random() < 0.7), bool(random.random() < 0.7), k == len(calls) - 2
            rows.append((a, b, float(minute), minute + ride, number, *flags))
            minute += ride + random.integers(0, 3)
    walks = {(a, b): float(random.integers(1, 6)) for a in range(STOPS) for b in range(STOPS) if (a + b) % 3}
    return sorted(rows, key=lambda one: (one[2], one[4], one[3])), onward, walks


def csr(pairs: dict[tuple[int, int], float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = [[(b, s) for (a, b), s in sorted(pairs.items()) if a == stop] for stop in range(STOPS)]
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    flat = [one for row in rows for one in row]
    return start, np.array([b for b, _ in flat], np.int32), np.array([s for _, s in flat], float)


@pytest.mark.parametrize("seed", range(30))
def test_rides_changes_and_seats_kept_are_those_of_trying_everything(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows, onward, walks = drawn_day(random)
    near = {stop: float(random.integers(0, 6)) for stop in range(STOPS) if random.random() < 0.6} or {0: 2.0}
    last = {(t, s): float(random.integers(0, 5)) for t in range(STOPS) for s in range(STOPS) if (t + s) % 2}
    on_foot = random.choice([7.0, 25.0, np.inf], STOPS)
    leaves, longest = np.sort(random.choice(30, 4, replace=False)).astype(float), 33.0

    def tried(leave: float) -> list[float]:
        ready = {stop: leave + seconds for stop, seconds in near.items()}
        off: dict[int, float] = {}
        seated: set[int] = set()
        for _ in range(2 * len(rows)):
            for run in {row[4] for row in rows}:
                riding = run in seated
                for a, b, departs, arrives, _, boards, alights, ends in (r for r in rows if r[4] == run):
                    if departs < leave or departs > leaves[-1] + longest:
                        continue
                    riding = riding or (boards and ready.get(a, np.inf) <= departs)
                    if riding and ends and run in onward:
                        seated.add(onward[run])
                    if riding and alights:
                        off[b] = min(off.get(b, np.inf), arrives)
                        for (at, to), seconds in walks.items():
                            if at == b:
                                ready[to] = min(ready.get(to, np.inf), arrives + seconds)
        there = [
            min([on_foot[t], *(off.get(s, np.inf) + w - leave for (o, s), w in last.items() if o == t)])
            for t in range(STOPS)
        ]
        return [one if one <= longest else np.inf for one in there]

    a, b, departs, arrives, run, *flags = (np.array(one) for one in zip(*rows, strict=True))
    stay_start = np.concatenate([[0], np.cumsum([k in onward for k in range(run.max() + 1)])]).astype(
        np.int64
    )
    stay_to = np.array([onward[k] for k in sorted(onward)], np.int32)
    columns = (a.astype(np.int32), b.astype(np.int32), departs, arrives, run.astype(np.int32), *flags)
    ranks, out = np.array([3, 0]), np.empty((2, STOPS))
    times_from(
        leaves, longest, np.array(list(near), np.int32), np.array(list(near.values())), columns, stay_start,
        stay_to, *csr(walks), *csr(last), on_foot, STOPS, ranks, out,
    )  # fmt: skip
    expected = np.sort([tried(leave) for leave in leaves], axis=0)[ranks]
    np.testing.assert_array_equal(out, expected)
