"""Nested dissection: an order of the nodes in which few of them part all the others."""

from __future__ import annotations

from unittest import mock

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.graphs import LIMITS, Arcs, graph_of, grid, multigraphs
from urbgeo.engine import dissection, elimination
from urbgeo.engine.graph import compile_graph


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
    sizes = np.diff(order.parts)[:, 0]
    assert (sizes <= max(most, n // elimination.PARTS)).all()
    assert (sizes[1:] > 0).all(), "no part is empty where there is another"
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


Sets = tuple[frozenset[int], frozenset[int], frozenset[int]]


def sides_by_networkx(held: nx.Graph, order: list[int], low: int, high: int) -> set[int]:
    """The left side of a least cut through the band ``low:high``: of the first and the last the more even."""
    flow = nx.DiGraph()
    flow.add_nodes_from(["before", "behind", *order[low:high]])
    name = {node: "before" if i < low else "behind" if i >= high else node for i, node in enumerate(order)}
    for one, other in ((a, b) for u, v in held.edges for a, b in ((u, v), (v, u))):
        a, b = name[one], name[other]
        if a != b and {a, b} != {"before", "behind"}:  # these are cut whatever is done
            flow.add_edge(a, b, capacity=flow.get_edge_data(a, b, {"capacity": 0})["capacity"] + 1)
    left = nx.algorithms.flow.preflow_push(flow, "before", "behind")
    room = [(a, b) for a, b, held in left.edges(data=True) if held["flow"] < held["capacity"]]
    open_ways = nx.DiGraph(room)
    open_ways.add_nodes_from(flow)
    first = (nx.descendants(open_ways, "before") - {"behind"}) | set(order[:low])
    last = set(order[:high]) - nx.ancestors(open_ways, "behind")
    even = [abs(2 * len(one & set(order)) - len(order)) for one in (first, last)]
    return (last if even[1] < even[0] else first) & set(order)


def cut_by_networkx(held: nx.Graph, orders: list[list[int]], band: int) -> Sets:
    """Left, right and separator of a set of nodes, by the words of the module."""
    count = len(orders[0])
    outer = count // 4
    crossings = []
    for number, order in enumerate(orders):
        for i in range(outer, count - outer):
            across = nx.cut_size(held, order[: i + 1])
            crossings.append((across, number, abs(2 * i - count), i))
    # The fewest links; then the first direction; in it the most even cut.
    _, along, _, middle = min(crossings)
    order, outer = orders[along], max(1, outer)
    left = sides_by_networkx(
        held, order, max(outer, middle - band // 2), min(count - outer, middle + band // 2)
    )
    here = {one for one in left if set(held[one]) - left}
    there = {one for one in set(held) - left if set(held[one]) & left}
    cut = here if len(here) <= len(there) else there
    return frozenset(left - cut), frozenset(set(held) - left - cut), frozenset(cut)


@pytest.mark.parametrize("seed", range(12))
def test_sets_are_cut_by_the_least_flow_through_the_band_of_the_best_direction(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(18, 40))
    xy = random.random((n, 2)) * (1.0 + seed % 3, 1.0)
    apart = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
    pairs = np.argwhere(np.triu(apart < 0.25 + 0.1 * random.random(), 1))
    arcs = [(int(a), int(b), 1.0) for a, b in pairs]
    graph = compile_graph(xy[:, 0], xy[:, 1], *map(np.array, zip(*arcs, strict=True)))
    links = elimination.links_of(graph)
    room, mate = dissection._room(graph.x, graph.y, links), dissection._mates(links.start, links.heads)
    held = nx.Graph((a, int(b)) for a in range(n) for b in links.heads[links.start[a] : links.start[a + 1]])
    held.add_nodes_from(range(n))
    ranges, stop, band = [(0, n)], np.zeros(1, np.uint8), (6, 10, 400)[seed % 3]
    while ranges:
        low, high = ranges.pop()
        if high - low < 5:
            continue
        orders = [room.sorted_by[k, low:high].tolist() for k in range(4)]
        expected = cut_by_networkx(held.subgraph(orders[0]), orders, band)
        left, right = dissection._cut(links, mate, room, low, high, band, stop)
        ends = low + left, low + left + right
        for number, order in enumerate(orders):
            now = room.sorted_by[number]
            parts = now[low : ends[0]].tolist(), now[slice(*ends)].tolist(), now[ends[1] : high].tolist()
            assert tuple(map(frozenset, parts)) == expected
            assert all(part == [one for one in order if one in set(part)] for part in parts), "stable"
        ranges += [(low, ends[0]), ends]


def test_the_order_is_the_same_however_the_work_is_handed_out() -> None:
    graph = grid(24)
    links = elimination.links_of(graph)
    ranks = []
    for task in (10, 200, 10_000):
        with mock.patch.object(dissection, "LIMITS", dissection.Limits(20_000, task, 2)):
            ranks.append(dissection.dissect(graph, links).rank)
    assert (ranks[0] == ranks[1]).all() and (ranks[0] == ranks[2]).all()


def test_a_separator_is_more_important_than_both_halves() -> None:
    graph = grid(12)
    links = elimination.links_of(graph)
    room, mate = dissection._room(graph.x, graph.y, links), dissection._mates(links.start, links.heads)
    rank, stop = np.full(144, -1, np.int32), np.zeros(1, np.uint8)
    further = dissection._split(links, mate, room, 0, 144, dissection.Limits(20_000, 100, 2), rank, stop)
    (_, left), (again, right) = further.tolist()
    assert left == again and min(left, right - left) + (144 - right) >= 144 * 0.25
    separator = room.sorted_by[0, right:]
    assert sorted(rank[separator]) == list(range(right, 144)) and (rank >= 0).sum() == 144 - right
    halves = np.full(144, 2)
    halves[room.sorted_by[0, :left]], halves[room.sorted_by[0, left:right]] = 0, 1
    for node in range(144):
        for other in links.heads[links.start[node] : links.start[node + 1]]:
            assert {int(halves[node]), int(halves[other])} != {0, 1}
