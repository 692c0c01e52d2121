"""Taking nodes out of a network one by one: nodes of few links first."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

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


def drawn(seed: int, n: int = 30) -> elimination.Links:
    """Links of a thin graph with loops, repeats and nodes that nothing joins."""
    random = np.random.default_rng(seed)
    pairs = random.integers(0, n, (int(n * (0.8 + 0.1 * seed)), 2))
    return elimination.links_of(graph_of(n, [(int(a), int(b), 1.0) for a, b in pairs], seed))


def neighbours(links: elimination.Links) -> list[set[int]]:
    return [set(map(int, links.heads[a:b])) for a, b in zip(links.start[:-1], links.start[1:], strict=True)]


def taken_out(near: list[set[int]], node: int) -> None:
    for one in near[node]:
        near[one] = (near[one] | near[node]) - {node, one}
    near[node] = set()


def test_pairs_are_listed_once_a_side_without_loops_and_repeats() -> None:
    arcs = [(0, 1, 1.0), (1, 0, 2.0), (0, 1, 3.0), (2, 2, 1.0), (3, 1, 1.0), (3, 0, 1.0)]
    graph = graph_of(5, arcs, 3)
    links, of = elimination.links_of(graph), graph.rank
    expected: list[set[int]] = [set() for _ in range(5)]
    for a, b in ((0, 1), (1, 3), (0, 3)):
        expected[of[a]].add(int(of[b]))
        expected[of[b]].add(int(of[a]))
    assert neighbours(links) == expected and links.heads.size == 6
    for first, last in zip(links.start[:-1], links.start[1:], strict=True):
        assert (np.diff(links.heads[first:last]) > 0).all()


@pytest.mark.parametrize("seed", range(8))
def test_nodes_go_in_rounds_without_neighbours_none_first_then_one_then_two(seed: int) -> None:
    links = drawn(seed)
    near, gone = neighbours(links), []
    for most in (0, 1, 2):
        while True:
            blocked: set[int] = set()
            for node in range(30):
                if node not in gone and node not in blocked and len(near[node]) <= most:
                    blocked |= near[node]
                    taken_out(near, node)
                    gone.append(node)
            if not blocked:
                break
    core = elimination.core_of(links)
    assert core.removed.tolist() == gone
    left = [node for node in range(30) if node not in gone]
    assert core.nodes.tolist() == left
    assert neighbours(core.links) == [{left.index(other) for other in near[node]} for node in left]


def upward(links: elimination.Links, rank: np.ndarray) -> list[set[int]]:
    """The more important neighbours of every node once all less important ones are taken out."""
    near, found = neighbours(links), [set() for _ in rank]
    for node in np.argsort(rank):
        found[node] = set(near[node])
        taken_out(near, int(node))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_an_order_along_its_tree_keeps_the_upward_neighbours(seed: int) -> None:
    """Branches in postorder, gathered to parts of at most six nodes as they come, their top last."""
    links = drawn(seed)
    rank = np.random.default_rng(seed).permutation(30).astype(np.int32)
    before = upward(links, rank)
    with mock.patch.object(elimination, "LEAST_PART", 6):
        order = elimination.in_parts(links, rank)
    assert sorted(order.rank) == list(range(30)) and upward(links, order.rank) == before
    parent = [min(above, key=lambda one: rank[one], default=-1) for above in before]
    size = [1] * 30
    for node in np.argsort(rank):
        if parent[node] >= 0:
            size[parent[node]] += size[node]
    assert {node for node in range(30) if order.rank[node] >= order.top} == {
        node for node in range(30) if size[node] > 6
    }
    top = sorted(np.flatnonzero(order.rank >= order.top), key=lambda node: rank[node])
    assert (np.diff(order.rank[top]) == 1).all(), "the top keeps its order"
    for node in range(30):
        if order.rank[node] < order.top and parent[node] >= 0 and size[parent[node]] <= 6:
            below = order.rank[parent[node]] - order.rank[node]
            assert 0 < below < size[parent[node]], "a branch lies just below its root"
    sizes = np.diff(order.parts)[:, 0]
    assert sizes.sum() == order.top and (sizes <= 6).all()
    roots = [n for n in range(30) if size[n] <= 6 and (parent[n] < 0 or size[parent[n]] > 6)]
    starts = {int(order.rank[node]) + 1 - size[node]: size[node] for node in roots}
    for (first, last), (second, _) in zip(order.parts[:-1], order.parts[1:], strict=True):
        assert last == second and (last - first) + starts[int(second)] > 6, "the next branch did not fit"
