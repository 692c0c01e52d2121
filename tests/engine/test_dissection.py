"""Nested dissection: an order of the nodes in which few of them part all the others."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.graphs import LIMITS, Arcs, graph_of, grid, multigraphs
from urbgeo.engine import dissection, elimination


@settings(max_examples=40, deadline=None)
@given(multigraphs(60), st.integers(0, 99), st.sampled_from(LIMITS), st.integers(2, 20))
def test_an_order_names_each_node_once_and_its_parts_meet_at_the_top_only(
    graph: tuple[int, Arcs], seed: int, limits: dissection.Limits, most: int
) -> None:
    n, arcs = graph
    compiled = graph_of(n, arcs, seed)
    links = elimination.links_of(compiled)
    with mock.patch.object(dissection, "LIMITS", limits), mock.patch.object(elimination, "LEAST_PART", most):
        order = dissection.dissect(compiled, links)
    assert sorted(order.rank) == list(range(n))
    assert order.parts[0, 0] == 0
    assert order.parts[-1, 1] == order.top
    assert (order.parts[1:, 0] == order.parts[:-1, 1]).all()
    assert (np.diff(order.parts) <= max(most, n // elimination.PARTS)).all()
    part = np.searchsorted(order.parts[:, 1], np.arange(n), side="right")
    for node in range(n):
        for other in links.heads[links.start[node] : links.start[node + 1]]:
            below = max(order.rank[node], order.rank[other]) < order.top
            assert not below or part[order.rank[node]] == part[order.rank[other]]


@pytest.mark.parametrize("limits", [dissection.LIMITS, dissection.Limits(900, 100, 2)])
def test_the_first_separator_is_the_gap_in_a_winding_wall(limits: dissection.Limits) -> None:
    side = 60
    graph = grid(side, wall=lambda x, y: abs(y - (30 + 6 * np.sin(x / 4))) < 1.1 and x not in (20, 21))
    links = elimination.links_of(graph)
    with mock.patch.object(dissection, "LIMITS", limits):
        order = dissection.dissect(graph, links)
    joined = np.flatnonzero(np.diff(links.start))
    highest = graph.order[joined[np.argsort(-order.rank[joined])[:2]]]
    assert set(highest % side) == {20, 21}
    assert np.abs(highest // side - (30 + 6 * np.sin(5))).max() < 4
