"""Loops of an outline on small grids: squares inside, stretches of road, rings and their holes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.access.outline_kernels import (
    FINE,
    REACH,
    SPLIT,
    fine_squares,
    outlines_of,
    rings,
    roads_reached,
    squares_of,
)

SHALLOW = np.zeros((1, 1), np.int32)
"""No square is taken to lie inside whole."""


@given(st.integers(0, 10_000))
@QUICK
def test_squares_are_inside_whole_in_part_or_out_as_their_corners_are(seed: int) -> None:
    draw = np.random.default_rng(seed)
    over = draw.integers(-1, 2, (draw.integers(2, 7), draw.integers(2, 7))).astype(float)
    whole, mixed, shallow = squares_of(over)
    held = over <= 0.0
    corners = [
        [held[i : i + 2, j : j + 2].sum() for j in range(held.shape[1] - 1)] for i in range(held.shape[0] - 1)
    ]
    expected = np.array(corners)
    assert (whole == (expected == 4)).all()
    assert mixed.tolist() == np.argwhere((expected > 0) & (expected < 4)).tolist()
    for i in range(shallow.shape[0]):
        for j in range(shallow.shape[1]):
            assert shallow[i, j] == (expected[:i, :j] < 4).sum()


def reached(
    limit: float, *, ways: tuple[float, float] = (10.0, 10.0), ends: tuple[float, float] = (np.inf, np.inf),
    starts: tuple[tuple[float, float], ...] = (), shallow: np.ndarray = SHALLOW, bent: bool = False,
) -> list[list[float]]:  # fmt: skip
    """Stretches, in kilometres, of a line 10 km long; ``bent``: 5 km east, then 5 km north."""
    xy = np.array([(0, 0), (5, 0), (5, 5)] if bent else [(0, 0), (10, 0)], float) * 1000.0
    metres = np.array([0, 5, 10] if bent else [0, 10], float) * 1000.0
    bounds = np.array([[*xy.min(axis=0), *xy.max(axis=0)]])
    table = np.array(starts, float).reshape(-1, 2)
    found = roads_reached(
        (xy, metres, np.array([0, len(xy)])), bounds, np.array([ways]), np.array([ends]),
        (table, np.array([0, len(table)])), limit, (0.0, 0.0, 1000.0), shallow,
    )  # fmt: skip
    return np.round(found, 9).tolist()


def test_a_road_is_reached_from_its_nodes_as_far_as_minutes_last() -> None:
    assert reached(4.0, ends=(1.0, np.inf)) == [[0, 0, 3, 0]]
    assert reached(4.0, ends=(np.inf, 2.0)) == [[8, 0, 10, 0]]
    assert reached(4.0, ends=(1.0, 2.0)) == [[0, 0, 3, 0], [8, 0, 10, 0]]
    assert reached(8.0, ends=(1.0, 2.0)) == [[0, 0, 10, 0]], "both stretches meet: the whole, once"
    assert reached(0.5, ends=(1.0, 2.0)) == []
    assert reached(1.0, ends=(1.0, 2.0)) == [], "just the node is no stretch"


def test_a_one_way_is_reached_along_it_alone() -> None:
    assert reached(4.0, ways=(10.0, np.nan), ends=(1.0, 1.0)) == [[0, 0, 3, 0]]
    assert reached(4.0, ways=(np.nan, 10.0), ends=(1.0, 1.0)) == [[7, 0, 10, 0]]
    assert reached(4.0, ways=(10.0, np.nan), starts=((0.5, 1.0),)) == [[5, 0, 8, 0]]


def test_a_start_on_the_road_reaches_to_both_sides_no_farther_than_its_ends() -> None:
    assert reached(4.0, starts=((0.5, 1.0),), ways=(10.0, 20.0)) == [[3.5, 0, 8, 0]]
    assert reached(40.0, starts=((0.5, 1.0),)) == [[0, 0, 10, 0]]
    assert reached(0.9, starts=((0.5, 1.0),)) == []


def test_stretches_follow_the_bends() -> None:
    assert reached(8.0, ends=(1.0, np.inf), bent=True) == [[0, 0, 5, 0], [5, 0, 5, 2]]
    assert reached(4.0, ends=(np.inf, 1.0), bent=True) == [[5, 2, 5, 5]]


def test_a_road_of_no_minutes_is_reached_whole_once_there_is_time_to_be_at_it() -> None:
    assert reached(2.0, ways=(0.0, 0.0), ends=(1.0, np.inf)) == [[0, 0, 10, 0]]


def test_roads_deep_inside_the_land_are_left_out_and_at_its_edge_kept() -> None:
    """Land three squares to either side of the road, with a square that is none."""
    xy = np.array([(3.0, 3.0), (8.0, 3.0)]) * 1000.0
    bounds = np.array([[*xy[0], *xy[1]]])

    def told(whole: np.ndarray) -> int:
        counted = np.zeros((whole.shape[0] + 1, whole.shape[1] + 1), np.int32)
        counted[1:, 1:] = np.cumsum(np.cumsum(~whole, axis=0), axis=1)
        found = roads_reached(
            (xy, np.array([0.0, 5000.0]), np.array([0, 2])), bounds, np.array([[5.0, 5.0]]),
            np.array([[0.0, np.inf]]), (np.empty((0, 2)), np.array([0, 0])), 9.0, (0.0, 0.0, 1000.0), counted,
        )  # fmt: skip
        return len(found)

    land = np.ones((7, 12), bool)
    assert told(land) == 0
    hole = land.copy()
    hole[3, 5] = False
    assert told(hole) == 1
    away = land.copy()
    away[5, 5] = False  # two squares beside the road, beyond its strip
    assert told(away) == 0


def test_segments_that_follow_each_other_are_closed_rings() -> None:
    follow = np.array([2, 4, 3, 0, 1])  # 0 2 3 and 1 4
    xy = np.array([(0, 0), (9, 9), (1, 0), (0, 1), (8, 8)], float)
    points, first = rings(follow, xy)
    assert first.tolist() == [0, 4, 7]
    assert points.tolist() == [[0, 0], [1, 0], [0, 1], [0, 0], [9, 9], [8, 8], [9, 9]]


def squared(x: float, y: float, side: float, *, hole: bool = False) -> np.ndarray:
    ring = np.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)], float)
    return ring[::-1] if hole else ring


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]])
def test_a_hole_belongs_to_the_smallest_outline_that_holds_it(order: list[int]) -> None:
    """An island in the lake of an island, with a pond of its own; and land beside."""
    shapes = [
        squared(0, 0, 100), squared(10, 10, 60, hole=True), squared(20, 20, 40),
        squared(30, 30, 5, hole=True), squared(200, 0, 50),
    ]  # fmt: skip
    parts = [shapes[one] for one in order]
    first = np.concatenate([[0], np.cumsum([len(one) for one in parts])])
    owner = outlines_of(np.concatenate(parts), first)
    belongs = {order[k]: order[int(one)] for k, one in enumerate(owner)}
    assert belongs == {0: 0, 1: 0, 2: 2, 3: 2, 4: 4}


def test_a_hole_in_the_box_of_another_outline_is_not_its() -> None:
    """Land like a hook round the pond's own, smaller island: its box holds the pond, its land does not."""
    hook = np.array([(0, 0), (50, 0), (50, 5), (5, 5), (5, 45), (50, 45), (50, 50), (0, 50), (0, 0)], float)
    island, pond = squared(10, 10, 30), squared(20, 20, 5, hole=True)
    wide = squared(-100, -100, 300)
    parts = [hook, pond, wide, island]
    first = np.concatenate([[0], np.cumsum([len(one) for one in parts])])
    assert shapely.Polygon(hook).area < shapely.Polygon(island).area
    assert outlines_of(np.concatenate(parts), first).tolist() == [0, 3, 2, 3]


@given(st.integers(0, 10_000))
@QUICK
def test_squares_near_shapes_are_made_finer_with_their_distances(seed: int) -> None:
    """Where nothing is land, a fine corner within reach holds its distance less the width, by shapely."""
    draw = np.random.default_rng(seed)
    high, wide = draw.integers(2, 7, 2)
    ends = draw.uniform(-0.5, 6.5, (3, 4))
    ends[0, 2:] = ends[0, :2]  # a point
    shapes = np.column_stack([ends, draw.uniform(0.1, 1.0, 3)])
    over, whole = np.full((high + 1, wide + 1), 9.0), np.zeros((high, wide), bool)
    field, where, place = fine_squares(over, whole, shapes)
    assert [place[i, j] for i, j in where] == list(range(len(where))) and (place >= 0).sum() == len(where)
    lines = [shapely.LineString(one.reshape(2, 2)) for one in ends]
    corners = np.arange(SPLIT + 1) * FINE
    for i in range(high):
        for j in range(wide):
            spots = shapely.points(*np.meshgrid(j + corners, i + corners))
            least = np.full((SPLIT + 1, SPLIT + 1), 9.0)
            for line, width in zip(lines, shapes[:, 4], strict=True):
                off = shapely.distance(spots, line)
                least = np.where(off < width + REACH, np.minimum(least, off - width), least)
            assert (place[i, j] >= 0) == (least < 9.0).any()
            if place[i, j] >= 0:
                np.testing.assert_allclose(field[place[i, j]], least, atol=1e-9)
