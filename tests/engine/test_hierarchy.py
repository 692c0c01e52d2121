"""A contraction hierarchy that is prepared once for the links and customised in seconds to any minute."""

from __future__ import annotations

import numpy as np

from tests.engine.graphs import grid
from urbgeo.engine import hierarchy as hierarchies
from urbgeo.engine.dijkstra import ends_table
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
