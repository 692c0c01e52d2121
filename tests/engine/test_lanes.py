"""Searches over a hierarchy, many sources at a time: a lane each, swept from the top down."""

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
from urbgeo.engine import hierarchy as hierarchies
from urbgeo.engine.lanes import lanes_table


def on_nodes(n: int) -> tuple[np.ndarray, np.ndarray]:
    every = np.arange(n)
    return np.stack([every, every], axis=1), np.zeros((n, 2))


@settings(max_examples=50, deadline=None)
@given(multigraphs(), st.sampled_from([np.inf, 9.0]), st.integers(0, 99), st.sampled_from(LIMITS))
def test_tables_by_search_and_by_hierarchy_equal_networkx(
    graph: tuple[int, Arcs], limit: float, seed: int, limits: dissection.Limits
) -> None:
    n, arcs = graph
    compiled = graph_of(n, arcs, seed)
    customised = fitted_to(compiled, limits)
    nodes, legs = on_nodes(n)
    for direction in DIRECTIONS:
        expected = all_pairs(n, arcs, direction)
        expected[expected.round(6) > limit] = np.inf
        for way in WAYS:
            searched = way.ends_table(compiled, nodes, legs, nodes, legs, limit, direction=direction)
            np.testing.assert_allclose(searched, expected, atol=1e-6)
        either = customised if direction == "from" else customised.reversed()
        lanes = lanes_table(compiled, either, nodes, legs, nodes, legs, limit)
        np.testing.assert_array_equal(lanes, searched)


@settings(max_examples=40, deadline=None)
@given(multigraphs(), st.integers(0, 99))
def test_points_between_two_nodes_take_the_better_end(graph: tuple[int, Arcs], seed: int) -> None:
    n, arcs = graph
    compiled = graph_of(n, arcs, seed)
    customised = hierarchies.customise(hierarchies.prepare(compiled), compiled)
    rng = np.random.default_rng(seed)
    nodes, legs = rng.integers(0, n, (7, 2)), rng.random((7, 2)) * 9
    legs[rng.random((7, 2)) < 0.2] = np.inf
    pairs = all_pairs(n, arcs, "from")
    through = legs[:, None, :, None] + pairs[nodes[:, None, :, None], nodes[None, :, None, :]]
    expected = (through + legs[None, :, None, :]).min(axis=(2, 3))
    for way in WAYS:
        np.testing.assert_allclose(
            way.ends_table(compiled, nodes, legs, nodes, legs), expected, rtol=0, atol=1e-6
        )
    np.testing.assert_allclose(
        lanes_table(compiled, customised, nodes, legs, nodes, legs), expected, rtol=0, atol=1e-6
    )
