"""Taking nodes out of a network one by one: nodes of few links first."""

from __future__ import annotations

import numpy as np

from tests.engine.graphs import graph_of
from urbgeo.engine import elimination
from urbgeo.engine import hierarchy as hierarchies


def test_nodes_of_few_links_go_first_and_the_rest_keeps_its_distances() -> None:
    """A square whose sides are chains of ten, with both diagonals, and a dead end at every corner."""
    ring = [(k, (k + 1) % 40, 1.0) for k in range(40)]
    ends = [(k * 10, 40 + k, 1.0) for k in range(4)]
    links = elimination.links_of(graph_of(44, [*ring, *ends, (0, 20, 1.0), (10, 30, 1.0)]))
    core = elimination.core_of(links)
    assert (core.removed.size, core.nodes.size) == (40, 4)
    assert core.links.heads.tolist() == [1, 2, 3, 0, 2, 3, 0, 1, 3, 0, 1, 2]
    closed = hierarchies.prepare(graph_of(44, [*ring, *ends, (0, 20, 1.0), (10, 30, 1.0)])).start
    assert np.diff(closed)[:40].max() == 2
