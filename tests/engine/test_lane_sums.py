"""Sums within a time over a hierarchy: sources that lie together share a search and sweeps."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.graphs import (
    DIRECTIONS,
    LIMITS,
    WAYS,
    Arcs,
    all_pairs,
    fitted_to,
    graph_of,
    multigraphs,
)
from urbgeo.engine import dissection
from urbgeo.engine.cluster import solve_stretch
from urbgeo.engine.lane_sums import lanes_sums, lanes_sums_of


@settings(max_examples=40, deadline=None)
@given(multigraphs(), st.integers(0, 99), st.sampled_from(LIMITS))
def test_sums_within_equal_a_table_by_both_ways(
    graph: tuple[int, Arcs], seed: int, limits: dissection.Limits
) -> None:
    n, arcs = graph
    whole = [(a, b, float(round(minutes))) for a, b, minutes in arcs]
    compiled = graph_of(n, whole, seed)
    customised = fitted_to(compiled, limits)
    weights = np.random.default_rng(seed).integers(0, 1000, (n, 2)).astype(float)
    bounds = np.array([2.0, 7.0, 30.0])
    for direction in DIRECTIONS:
        pairs = all_pairs(n, whole, direction)
        expected = np.stack([(pairs <= bound) @ weights for bound in bounds], axis=1)
        for way in WAYS:
            searched = way.sums_within(compiled, np.arange(n), weights, bounds, direction=direction)
            np.testing.assert_array_equal(searched, expected)
        either = customised if direction == "from" else customised.reversed()
        lanes = lanes_sums(compiled, either, 0, n, weights, bounds, direction=direction)
        np.testing.assert_array_equal(lanes[compiled.rank], expected)
        for fitted in (None, customised):
            part = solve_stretch(compiled, fitted, direction, (n // 3, n), weights, bounds)
            np.testing.assert_array_equal(part, expected[compiled.order[n // 3 :]])
        some = np.random.default_rng(seed).integers(0, n, 2 * n)
        of_some = lanes_sums_of(compiled, either, some, weights, bounds, direction=direction)
        np.testing.assert_array_equal(of_some, expected[some])
