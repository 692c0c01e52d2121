"""Curve order: nodes that lie together on the ground lie together in memory, along a Hilbert curve."""

from __future__ import annotations

import numpy as np

from urbgeo.engine.order import hilbert_order


def test_the_hilbert_curve_steps_to_a_neighbour_each_time() -> None:
    side = 32
    y, x = (one.ravel().astype(float) for one in np.mgrid[:side, :side])
    order = hilbert_order(x, y)
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert sorted(order) == list(range(side * side))
    assert (steps == 1).all()


def order(x: list[float], y: list[float]) -> list[int]:
    return hilbert_order(np.array(x, float), np.array(y, float)).tolist()


def test_the_curve_goes_up_across_and_down_and_lies_over_the_longer_side() -> None:
    assert order([500_010, 500_000, 500_010, 500_000], [3_000_010, 3_000_010, 3e6, 3e6]) == [3, 1, 0, 2]
    assert order([1, 0, 0, 1], [0, 0, 100, 100]) == [1, 0, 2, 3], "a narrow strip"
    assert order([0, 100, 100, 0], [1, 1, 0, 0]) == [3, 0, 1, 2]


def test_points_in_one_of_a_million_cells_keep_the_order_they_came_in() -> None:
    far = 2.0**20 - 1  # a cell is a metre wide
    assert order([0.6, 0.0, far], [0, 0, 0]) == [0, 1, 2]
    assert order([1.5, 0.0, far], [0, 0, 0]) == [1, 0, 2]
    assert order([7, 7, 7], [5, 5, 5]) == [0, 1, 2] and order([], []) == [] and order([3], [4]) == [0]
