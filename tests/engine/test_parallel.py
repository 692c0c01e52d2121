"""Blocks of work over threads: one workspace a thread, one progress bar."""

from __future__ import annotations

import numpy as np

from tests.engine.graphs import fitted_to, grid
from urbgeo.engine import dissection
from urbgeo.engine.dijkstra import ends_table, sums_within
from urbgeo.engine.lane_sums import lanes_sums, lanes_sums_of
from urbgeo.engine.lanes import lanes_table
from urbgeo.options import options


def test_any_number_of_threads_gives_the_same_bits() -> None:
    graph = grid(60)
    weights = np.random.default_rng(1).random((graph.node_count, 1))
    nodes, legs = np.arange(0, graph.node_count, 37)[:, None], np.zeros((graph.node_count // 37 + 1, 1))
    seen = []
    for threads in (1, 3):
        options.threads = threads
        try:
            customised = fitted_to(graph, dissection.Limits(200, 300, 2))
            seen.append(
                [
                    *(array.tobytes() for array in customised.__dict__.values()),
                    ends_table(graph, nodes, legs, nodes, legs).tobytes(),
                    lanes_table(graph, customised, nodes, legs, nodes, legs).tobytes(),
                    sums_within(graph, nodes[:, 0], weights, np.array([5.0, 9.0])).tobytes(),
                    lanes_sums_of(
                        graph, customised, np.arange(0, 3600, 3), weights, np.array([5.0, 9.0])
                    ).tobytes(),
                    lanes_sums(
                        graph, customised, 0, graph.node_count, weights, np.array([5.0, 9.0])
                    ).tobytes(),
                ]
            )
        finally:
            options.threads = 0
    assert seen[0] == seen[1]
