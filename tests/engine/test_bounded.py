"""The plain search: bounded, over a Graph."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from tests.engine.graphs import WAYS, grid
from urbgeo.engine import bounded
from urbgeo.engine.dijkstra import minutes_of_nodes
from urbgeo.engine.graph import compile_graph

either_way = pytest.mark.parametrize("way", WAYS, ids=["compiled", "scipy"])


def test_a_workspace_is_used_again_and_dropped_after_an_error() -> None:
    graph = grid(20)
    seeds, late = np.array([7]), np.zeros(1)
    minutes = minutes_of_nodes(graph, seeds, late, 3.0)
    (kept,) = bounded._idle[graph]
    again = minutes_of_nodes(graph, seeds, late)
    assert bounded._idle[graph][0].state is kept.state
    assert (kept.state["minutes"] == np.inf).all() and (kept.state["next"] == bounded.NOT_QUEUED).all()
    np.testing.assert_array_equal(np.where(again <= 3.0, again, np.inf), minutes)
    with pytest.raises(RuntimeError), bounded.workspaces(graph) as take:
        take()
        raise RuntimeError
    assert bounded._idle[graph] == []


@either_way
@pytest.mark.parametrize("first", range(7))
def test_a_node_that_is_bettered_behind_another_is_searched_from_once(way: ModuleType, first: int) -> None:
    """Two nodes wait in one bucket; the front one is bettered, then the one behind it, whoever has number 0.

    Searched from twice, the one behind would end the search before the last two nodes.
    """
    arcs = [(0, 1, 40.0), (0, 2, 40.0), (0, 3, 4.0), (0, 4, 12.0), (0, 5, 80.0)]
    arcs += [(3, 2, 16.0), (4, 1, 18.0), (5, 6, 40.0)]
    tails, heads, minutes = (np.array(column) for column in zip(*arcs, strict=True))
    x = np.roll(np.arange(7.0), first)
    graph = compile_graph(x, np.zeros(7), tails, heads, minutes)
    assert graph.rank[first] == 0
    found = way.minutes_of_nodes(graph, np.array([0]), np.zeros(1), np.inf)
    assert found.tolist() == [0, 30, 20, 4, 12, 80, 120]
