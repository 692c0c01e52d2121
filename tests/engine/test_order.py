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
