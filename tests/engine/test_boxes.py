"""Box counting: how many boxes of a size a set of cells needs, and the dimension that follows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.cities.streets import places_at
from urbgeo.cities.percolation import box_dimension, percolate
from urbgeo.engine.boxes import box_counts, dimension


def test_a_dimension_needs_fifty_intersections_and_falls_where_few_share_a_box() -> None:
    for n, known in ((49, False), (50, True)):
        row = places_at([(100 * k, 0) for k in range(n)])
        links = pd.DataFrame({"from_node": row.index[:-1], "to_node": row.index[1:], "length_m": 100.0})
        dimension = percolate(row, links=links, thresholds_m=[50, 100]).table.loc[100, "dimension"]
        assert np.isfinite(dimension) == known, n
    t = np.arange(300) / 300
    corners = np.array([[int(x * side) for x in t] for side in 4 * 2 ** np.arange(8)])
    usable = [(4 * 2**k, len(set(row))) for k, row in enumerate(corners) if len(set(row)) <= 150]
    slope = np.polyfit(np.log([side for side, _ in usable]), np.log([boxes for _, boxes in usable]), 1)[0]
    assert box_dimension(np.stack([t, 0 * t], axis=1)) == pytest.approx(slope, abs=0.02)


def test_a_filled_plane_has_dimension_two_whatever_its_sides_and_where_the_boxes_begin() -> None:
    for shape in ((130, 70), (64, 64), (100, 37)):
        rows, columns = (one.ravel() for one in np.indices(shape))
        sizes = np.array([1, 2, 4, 8, 16])
        assert dimension(sizes.astype(float), box_counts(rows, columns, sizes)) == pytest.approx(2.0)
        assert dimension(sizes.astype(float), box_counts(rows + 3, columns + 5, sizes)) == pytest.approx(2.0)
    blocks = np.zeros((41, 41), bool)
    blocks[3:19, 3:19] = blocks[22:38, 22:38] = True  # two blocks of 16, their corners off any power of two
    rows, columns = np.nonzero(blocks)
    assert box_counts(rows, columns, np.array([16]))[0] < 8, "an offset is looked for"


def test_offsets_are_quarters_of_a_box_and_what_sticks_out_counts_by_its_share() -> None:
    """In a row of cells 0, 9 and 16 only the seventh offset would bring two boxes of eight."""
    row = np.zeros(3, np.int64)
    assert box_counts(row, np.array([0, 9, 16]), np.array([8])).tolist() == [2.125]  # 8, 8 and 1 of 8
    assert box_counts(row, np.array([0, 3, 4]), np.array([2])).tolist() == [1.5]  # half of one, and one
    assert box_counts(row, np.array([5, 8, 9]), np.array([2, 1])).tolist() == [1.5, 3.0]


def test_of_offsets_with_as_many_boxes_the_one_that_cuts_least_off_is_taken() -> None:
    two = np.array([0, 2])
    assert box_counts(two, two, np.array([2])).tolist() == [1.25]  # whole and a quarter; aside: two halves


def test_a_dimension_is_the_slope_of_boxes_on_size() -> None:
    assert dimension(np.array([1.0, 2.0, 4.0]), np.array([27.0, 9.0, 3.0])) == pytest.approx(np.log2(3))
