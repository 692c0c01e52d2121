"""The binary heap gives nodes by minutes, then label; a path is walked back over arcs as long as the step."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.engine.heap import pop, push, trace_back

entries = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 99)), min_size=1, max_size=40
)


@QUICK
@given(entries)
def test_entries_leave_by_minutes_and_then_by_label(put: list[tuple[int, int, int]]) -> None:
    key, owner, item = np.empty(len(put)), np.empty(len(put), np.int64), np.empty(len(put), np.int64)
    size = 0
    for cost, label, node in put:
        size = push(key, owner, item, size, float(cost), label, node)
    taken = []
    while size:
        taken.append((key[0], owner[0]))
        size = pop(key, owner, item, size)
    assert taken == sorted((float(cost), label) for cost, label, _ in put)


def walked(minutes: list[float], target: int) -> list[int]:
    """0 - 1 - 2 by ten minutes each, 0 - 2 by twenty-five, 3 and 4 in a ring of no length beside 1."""
    into = {
        0: [],
        1: [(0, 10.0), (4, 0.0)],
        2: [(1, 10.0), (0, 25.0)],
        3: [(1, 0.0), (4, 0.0)],
        4: [(3, 0.0)],
    }
    start = np.cumsum([0, *(len(arcs) for arcs in into.values())]).astype(np.int32)
    heads, lengths = zip(*(arc for arcs in into.values() for arc in arcs), strict=True)
    reached = np.flatnonzero(np.isfinite(minutes)).astype(np.int32)
    seeds, seed_minutes = np.array([0], np.int32), np.array([0.0])
    room = np.empty(5, np.int32)
    return trace_back(
        start, np.array(heads, np.int32), np.array(lengths), seeds, seed_minutes, target, reached,
        np.array(minutes), room,
    ).tolist()  # fmt: skip


def test_a_path_takes_the_arcs_that_are_as_long_as_the_step() -> None:
    assert walked([0.0, 10.0, 20.0, 10.0, 10.0], 2) == [0, 1, 2]


def test_rings_of_no_length_end() -> None:
    path = walked([0.0, 10.0, 20.0, 10.0, 10.0], 4)
    assert (path[0], path[-1]) == (0, 4)
    assert len(path) == len(set(path))


def test_who_was_not_reached_has_no_path() -> None:
    assert walked([0.0, 10.0, np.inf, 10.0, 10.0], 2) == []
