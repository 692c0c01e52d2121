"""Clusters of cells as runs: those of scipy's labelling, whatever the blocks they were read in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from tests.network.build import QUICK
from urbgeo.rasters.runs import Runs, clusters, find_runs, near, paint

cells = arrays(np.uint8, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.integers(0, 3))


def found(flags: np.ndarray, rows: int) -> tuple[Runs, np.ndarray]:
    """Runs of cells with bit 2, read so many rows at a time; people are the number of the cell."""
    people = 1.0 + np.arange(flags.size, dtype=float).reshape(flags.shape)
    parts = [
        find_runs(flags[first : first + rows], 2, people[first : first + rows], first)
        for first in range(0, len(flags), rows)
    ]
    return Runs.joined(parts), people


@QUICK
@given(cells, st.integers(1, 7), st.booleans())
def test_clusters_and_their_people_are_those_of_a_plain_labelling(
    flags: np.ndarray, rows: int, queen: bool
) -> None:
    runs, people = found(flags, rows)
    number, total = clusters(runs, queen=queen)
    labels, count = ndimage.label((flags & 2) > 0, np.ones((3, 3)) if queen else None)
    painted = np.zeros(flags.shape, np.int64)
    paint(runs.row, runs.start, runs.stop, number + 1, painted)
    assert len(total) == count
    np.testing.assert_array_equal(painted, labels)  # scipy too numbers them in reading order
    np.testing.assert_allclose(total, ndimage.sum(people, labels, range(1, count + 1)))


def test_paint_leaves_what_was_painted_before() -> None:
    target = np.array([[7, 0, 0]])
    paint(np.array([0]), np.array([0]), np.array([2]), np.array([5]), target)
    assert target.tolist() == [[7, 5, 0]]


@pytest.mark.parametrize(("reach", "seen"), [(1, [False, True]), (2, [True, True])])
def test_a_marked_cell_is_near_within_the_reach_and_no_farther(reach: int, seen: list[bool]) -> None:
    flags = np.array([[2, 0, 0, 0, 2, 2]], np.uint8)
    runs, _ = found(flags, 1)
    marked = np.array([[0, 0, 1, 1, 0, 0]], np.uint8)
    hits = np.zeros(2, np.bool_)
    near(runs.row, runs.start, runs.stop, clusters(runs, queen=True)[0], marked, reach, hits)
    assert hits.tolist() == seen


def test_what_is_marked_rows_away_or_in_the_corner_is_near_its_own_cluster() -> None:
    random = np.random.default_rng(3)
    for _ in range(12):
        flags, reach = (random.random((7, 9)) < 0.15).astype(np.uint8) * 2, int(random.integers(1, 4))
        marked = (random.random((7, 9)) < 0.06).astype(np.uint8)
        runs, _ = found(flags, 7)
        number, total = clusters(runs, queen=True)
        hits = np.zeros(len(total), np.bool_)
        near(runs.row, runs.start, runs.stop, number, marked, reach, hits)
        labels, _ = ndimage.label(flags > 0, np.ones((3, 3)))
        wide = ndimage.maximum_filter(marked, 2 * reach + 1, mode="constant")
        assert hits.tolist() == [bool(wide[labels == k + 1].any()) for k in range(len(total))]
