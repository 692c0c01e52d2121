"""A contraction hierarchy that is prepared once for the links and customised in seconds to any minute."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from tests.engine.graphs import LIMITS, fitted_to, graph_of, grid
from tests.engine.test_elimination import upward
from urbgeo.engine import hierarchy as hierarchies
from urbgeo.engine.dijkstra import ends_table
from urbgeo.engine.elimination import links_of
from urbgeo.engine.lanes import lanes_table


def test_a_hierarchy_in_parts_equals_the_plain_search() -> None:
    graph = grid(120)
    topology = hierarchies.prepare(graph)
    assert len(topology.parts) > 1
    customised = hierarchies.customise(topology, graph)
    closed = topology.heads.size / graph.node_count
    for joints in (customised.up_place, customised.down_place):
        assert joints.size / graph.node_count < 0.45 * closed, "joints that others beat are dropped"
    nodes = np.arange(0, graph.node_count, 131)[:, None]
    legs = np.zeros(nodes.shape)
    searched = ends_table(graph, nodes, legs, nodes, legs)
    np.testing.assert_allclose(
        lanes_table(graph, customised, nodes, legs, nodes, legs), searched, rtol=0, atol=0
    )


def test_a_large_grid_keeps_few_joints() -> None:
    """Separators about as long as the side are known to give 30 joints a node here; any slip costs more."""
    topology = hierarchies.prepare(grid(120))
    assert topology.heads.size / 120**2 < 30.5
    assert np.diff(topology.start).max() < 270


@pytest.mark.parametrize("seed", range(6))
def test_the_shortcuts_kept_are_those_that_no_more_important_node_beats(seed: int) -> None:
    """Each has the quickest minutes of all, by a way over less important nodes; all others are dropped."""
    random = np.random.default_rng(seed)
    n = 14
    arcs = [(int(a), int(b), float(m)) for a, b, m in random.integers(0, n, (34, 3)) if a != b]
    graph = graph_of(n, arcs, seed)
    made = fitted_to(graph, LIMITS[seed % len(LIMITS)])
    roads = nx.MultiDiGraph()
    roads.add_nodes_from(range(n))
    roads.add_weighted_edges_from(
        (int(made.place[graph.rank[a]]), int(made.place[graph.rank[b]]), m) for a, b, m in arcs
    )  # by place: 0 is the most important node
    up, down = set(), set()
    for low in range(n):
        for high in range(low):
            lesser = roads.subgraph([high, low, *range(low + 1, n)])
            for found, ends in ((up, (low, high)), (down, (high, low))):
                over = nx.single_source_dijkstra_path_length(lesser, ends[0]).get(ends[1], np.inf)
                best = nx.single_source_dijkstra_path_length(roads, ends[0]).get(ends[1], np.inf)
                if over == best < np.inf:
                    found.add((low, high, best))
    for start, place, minutes, expected in (
        (made.up_start, made.up_place, made.up_minutes, up),
        (made.down_start, made.down_place, made.down_minutes, down),
    ):
        low = np.repeat(np.arange(n), np.diff(start))
        assert set(zip(low.tolist(), place.tolist(), minutes.tolist(), strict=True)) == expected
        assert len(place) == len(expected)


@pytest.mark.parametrize("seed", range(4))
def test_upward_neighbours_and_parents_are_those_of_taking_nodes_out(seed: int) -> None:
    random = np.random.default_rng(seed)
    graph = graph_of(20, [(int(a), int(b), 1.0) for a, b in random.integers(0, 20, (30, 2))], seed)
    topology = hierarchies.prepare(graph)
    above = upward(links_of(graph), topology.rank)
    parent = hierarchies.customise(topology, graph).parent
    for node, rank in enumerate(topology.rank):
        heads = topology.heads[topology.start[rank] : topology.start[rank + 1]].tolist()
        assert heads == sorted(int(topology.rank[one]) for one in above[node])
        assert parent[19 - rank] == (19 - heads[0] if heads else -1)
