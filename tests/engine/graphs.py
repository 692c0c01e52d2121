"""Multigraphs with arcs of no length and parallel arcs, and what networkx says of them."""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from urbgeo.engine import by_scipy, dissection, elimination
from urbgeo.engine import dijkstra as plain
from urbgeo.engine import hierarchy as hierarchies
from urbgeo.engine.graph import Graph, compile_graph

Arcs = list[tuple[int, int, float]]


DIRECTIONS = ("from", "to")


WAYS = (plain, by_scipy)


@st.composite
def multigraphs(draw: st.DrawFn, most: int = 24) -> tuple[int, Arcs]:
    n = draw(st.integers(2, most))
    node = st.integers(0, n - 1)
    minutes = st.one_of(st.just(0.0), st.integers(0, 9).map(float), st.floats(0, 50))
    return n, draw(st.lists(st.tuples(node, node, minutes), min_size=1, max_size=4 * n))


def graph_of(n: int, arcs: Arcs, seed: int = 0) -> Graph:
    xy = np.random.default_rng(seed).random((n, 2)) * 1e4
    tails, heads, minutes = (np.array(column) for column in zip(*arcs, strict=True))
    return compile_graph(xy[:, 0], xy[:, 1], tails, heads, minutes)


def oracle(n: int, arcs: Arcs, direction: str) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(arcs)
    return graph if direction == "from" else graph.reverse()


def all_pairs(n: int, arcs: Arcs, direction: str) -> np.ndarray:
    """(from or to, the other) minutes by networkx."""
    table = np.full((n, n), np.inf)
    for source, lengths in nx.all_pairs_dijkstra_path_length(oracle(n, arcs, direction)):
        for other, minutes in lengths.items():
            table[source, other] = minutes
    return table


LIMITS = [
    dissection.LIMITS,
    dissection.Limits(0, 3, 1),
    dissection.Limits(4, 5, 2),
    dissection.Limits(9, 40, 4),
]
"""Sizes at which the dissection changes its ways; small ones bring all of these ways to small graphs."""


def fitted_to(graph: Graph, limits: dissection.Limits) -> hierarchies.Hierarchy:
    with mock.patch.object(dissection, "LIMITS", limits), mock.patch.object(elimination, "LEAST_PART", 3):
        return hierarchies.customise(hierarchies.prepare(graph), graph)


def grid(side: int, wall: Callable[[int, int], bool] = lambda x, y: False) -> Graph:
    """Streets in a square, none where there is a wall; minutes vary by a fixed rule."""
    node = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()], 1),
            np.stack([node[:-1].ravel(), node[1:].ravel()], 1),
        ]
    )
    blocked = np.array([wall(k % side, k // side) for k in range(side * side)])
    pairs = pairs[~blocked[pairs].any(axis=1)]
    tails, heads = np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]])
    minutes = 0.1 + (np.arange(tails.size) * 7919 % 101) / 50.0
    row, column = np.divmod(np.arange(side * side), side)
    return compile_graph(column * 100.0, row * 100.0, tails, heads, minutes)
