"""The plain search: bounded, over a Graph."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.graphs import grid
from urbgeo.engine import bounded
from urbgeo.engine.dijkstra import minutes_of_nodes


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
