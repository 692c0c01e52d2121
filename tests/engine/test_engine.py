"""Every search equals networkx on multigraphs with zero-length and parallel arcs, loops, islands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from types import ModuleType
from unittest import mock

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from urbgeo.engine import bounded, by_scipy, dissection, elimination
from urbgeo.engine import dijkstra as plain
from urbgeo.engine import graph as graphs
from urbgeo.engine import hierarchy as hierarchies
from urbgeo.engine import order as orders
from urbgeo.engine.dijkstra import ends_table, minutes_of_nodes, sums_within
from urbgeo.engine.graph import Graph, check_arc_count, compile_graph
from urbgeo.engine.lane_sums import lanes_sums, lanes_sums_of
from urbgeo.engine.lanes import lanes_table
from urbgeo.engine.order import hilbert_order
from urbgeo.errors import InputError
from urbgeo.options import options

Arcs = list[tuple[int, int, float]]
DIRECTIONS = ("from", "to")
WAYS = (plain, by_scipy)
either_way = pytest.mark.parametrize("way", WAYS, ids=["compiled", "scipy"])


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


def on_nodes(n: int) -> tuple[np.ndarray, np.ndarray]:
    every = np.arange(n)
    return np.stack([every, every], axis=1), np.zeros((n, 2))


@either_way
@settings(max_examples=50, deadline=None)
@given(multigraphs(), st.sampled_from([np.inf, 5.0, 20.0]), st.data())
def test_one_to_all_and_nearest_equal_networkx(
    way: ModuleType, graph: tuple[int, Arcs], limit: float, data: st.DataObject
) -> None:
    n, arcs = graph
    seeds = np.array(sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=5))))
    late = np.array(data.draw(st.lists(st.floats(0, 30), min_size=len(seeds), max_size=len(seeds))))
    compiled = graph_of(n, arcs)
    for direction in DIRECTIONS:
        pairs = all_pairs(n, arcs, direction)[seeds] + late[:, None]
        expected = np.where(pairs.min(axis=0).round(6) <= limit, pairs.min(axis=0), np.inf)
        np.testing.assert_allclose(
            way.minutes_of_nodes(compiled, seeds, late, limit, direction=direction),
            expected,
            rtol=0,
            atol=1e-6,
        )
        nodes, within = way.reached_nodes(compiled, seeds, late, limit, direction=direction)
        assert sorted(nodes) == np.flatnonzero(np.isfinite(expected)).tolist()
        np.testing.assert_allclose(within, expected[nodes], rtol=0, atol=1e-6)
        minutes, label = way.nearest_seed(
            compiled, seeds, late, np.arange(len(seeds)), limit, direction=direction
        )
        np.testing.assert_allclose(minutes, expected, atol=1e-6)
        assert ((label >= 0) == np.isfinite(expected)).all()
        found = np.flatnonzero(label >= 0)
        np.testing.assert_allclose(pairs[label[found], found], expected[found], rtol=0, atol=1e-6)


@either_way
@settings(max_examples=40, deadline=None)
@given(multigraphs())
def test_equal_minutes_go_to_the_smaller_label(way: ModuleType, graph: tuple[int, Arcs]) -> None:
    n, arcs = graph
    whole = [(a, b, float(round(minutes))) for a, b, minutes in arcs]
    seeds, labels = np.arange(min(n, 4)), np.array([3, 1, 2, 0])[: min(n, 4)]
    pairs = all_pairs(n, whole, "from")[seeds]
    _, label = way.nearest_seed(graph_of(n, whole), seeds, np.zeros(len(seeds)), labels)
    for node in range(n):
        best = pairs[:, node].min()
        expected = labels[pairs[:, node] == best].min() if np.isfinite(best) else -1
        assert label[node] == expected


@either_way
@settings(max_examples=40, deadline=None)
@given(multigraphs(), st.integers(1, 4), st.sampled_from([np.inf, 12.0]))
def test_the_k_nearest_equal_a_sorted_table(
    way: ModuleType, graph: tuple[int, Arcs], count: int, limit: float
) -> None:
    n, arcs = graph
    seeds = np.arange(0, n, 2)
    for direction in DIRECTIONS:
        pairs = all_pairs(n, arcs, direction)[seeds]
        pairs[pairs.round(6) > limit] = np.inf
        minutes, label = way.nearest_seeds(
            graph_of(n, arcs), seeds, np.zeros(len(seeds)), seeds, count, limit, direction=direction
        )
        expected = np.full((count, n), np.inf)
        expected[: min(count, len(seeds))] = np.sort(pairs, axis=0)[:count]
        np.testing.assert_allclose(minutes, expected.T, rtol=0, atol=1e-6)
        for node, place in np.argwhere(label >= 0):
            row = int(np.flatnonzero(seeds == label[node, place])[0])
            assert pairs[row, node] == pytest.approx(minutes[node, place], abs=1e-6)
        for row in label:
            assert len(set(row[row >= 0])) == (row >= 0).sum()


@settings(max_examples=50, deadline=None)
@given(multigraphs(), st.sampled_from([np.inf, 9.0]), st.integers(0, 99), st.sampled_from(LIMITS))
def test_tables_by_search_and_by_hierarchy_equal_networkx(
    graph: tuple[int, Arcs], limit: float, seed: int, limits: dissection.Limits
) -> None:
    n, arcs = graph
    compiled = graph_of(n, arcs, seed)
    customised = fitted_to(compiled, limits)
    nodes, legs = on_nodes(n)
    for direction in DIRECTIONS:
        expected = all_pairs(n, arcs, direction)
        expected[expected.round(6) > limit] = np.inf
        for way in WAYS:
            searched = way.ends_table(compiled, nodes, legs, nodes, legs, limit, direction=direction)
            np.testing.assert_allclose(searched, expected, atol=1e-6)
        either = customised if direction == "from" else customised.reversed()
        lanes = lanes_table(compiled, either, nodes, legs, nodes, legs, limit)
        np.testing.assert_array_equal(lanes, searched)


@settings(max_examples=40, deadline=None)
@given(multigraphs(), st.integers(0, 99))
def test_points_between_two_nodes_take_the_better_end(graph: tuple[int, Arcs], seed: int) -> None:
    n, arcs = graph
    compiled = graph_of(n, arcs, seed)
    customised = hierarchies.customise(hierarchies.prepare(compiled), compiled)
    rng = np.random.default_rng(seed)
    nodes, legs = rng.integers(0, n, (7, 2)), rng.random((7, 2)) * 9
    legs[rng.random((7, 2)) < 0.2] = np.inf
    pairs = all_pairs(n, arcs, "from")
    through = legs[:, None, :, None] + pairs[nodes[:, None, :, None], nodes[None, :, None, :]]
    expected = (through + legs[None, :, None, :]).min(axis=(2, 3))
    for way in WAYS:
        np.testing.assert_allclose(
            way.ends_table(compiled, nodes, legs, nodes, legs), expected, rtol=0, atol=1e-6
        )
    np.testing.assert_allclose(
        lanes_table(compiled, customised, nodes, legs, nodes, legs), expected, rtol=0, atol=1e-6
    )


@settings(max_examples=40, deadline=None)
@given(multigraphs(), st.integers(0, 99), st.sampled_from(LIMITS))
def test_sums_within_equal_a_table_by_both_ways(
    graph: tuple[int, Arcs], seed: int, limits: dissection.Limits
) -> None:
    n, arcs = graph
    whole = [(a, b, float(round(minutes))) for a, b, minutes in arcs]
    compiled = graph_of(n, whole, seed)
    customised = fitted_to(compiled, limits)
    weights = np.random.default_rng(seed).integers(0, 1000, (n, 2)).astype(float)
    bounds = np.array([2.0, 7.0, 30.0])
    for direction in DIRECTIONS:
        pairs = all_pairs(n, whole, direction)
        expected = np.stack([(pairs <= bound) @ weights for bound in bounds], axis=1)
        for way in WAYS:
            searched = way.sums_within(compiled, np.arange(n), weights, bounds, direction=direction)
            np.testing.assert_array_equal(searched, expected)
        either = customised if direction == "from" else customised.reversed()
        lanes = lanes_sums(compiled, either, 0, n, weights, bounds, direction=direction)
        np.testing.assert_array_equal(lanes[compiled.rank], expected)
        some = np.random.default_rng(seed).integers(0, n, 2 * n)
        of_some = lanes_sums_of(compiled, either, some, weights, bounds, direction=direction)
        np.testing.assert_array_equal(of_some, expected[some])


@either_way
@settings(max_examples=40, deadline=None)
@given(multigraphs())
def test_decay_sums_equal_a_table(way: ModuleType, graph: tuple[int, Arcs]) -> None:
    n, arcs = graph
    weights = np.arange(1.0, n + 1)[:, None]
    steps, shares = np.array([0.0, 10.0, 30.0]), np.array([1.0, 0.4, 0.1])
    for direction in DIRECTIONS:
        faded = np.interp(all_pairs(n, arcs, direction).round(6), steps, shares, right=0.0)
        ours = way.decay_sums(graph_of(n, arcs), np.arange(n), weights, steps, shares, direction=direction)
        np.testing.assert_allclose(ours, faded @ weights, rtol=0, atol=1e-4)


@either_way
@settings(max_examples=40, deadline=None)
@given(multigraphs(), st.data())
def test_a_path_is_joined_and_as_long_as_its_minutes(
    way: ModuleType, graph: tuple[int, Arcs], data: st.DataObject
) -> None:
    n, arcs = graph
    shortest: dict[tuple[int, int], float] = {}
    for tail, head, minutes in arcs:
        shortest[tail, head] = min(minutes, shortest.get((tail, head), np.inf))
    seeds = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=3)))
    late = np.array(data.draw(st.lists(st.floats(0, 30), min_size=len(seeds), max_size=len(seeds))))
    expected = (all_pairs(n, arcs, "from")[seeds] + late[:, None]).min(axis=0)
    minutes, paths = way.paths_to(graph_of(n, arcs), seeds, late, np.arange(n))
    np.testing.assert_allclose(minutes, expected, atol=1e-6)
    for target, path in enumerate(paths):
        if np.isinf(expected[target]):
            assert path.size == 0
            continue
        assert path[-1] == target
        length = sum(shortest[a, b] for a, b in pairwise(path.tolist()))
        assert length + late[seeds == path[0]].min() == pytest.approx(expected[target], abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(multigraphs(), st.integers(0, 999))
def test_scipy_gives_the_very_bits_of_the_compiled_searches(graph: tuple[int, Arcs], seed: int) -> None:
    """In blocks of two, with ties, head starts that are infinite or late, and limits that nodes stand on."""
    n, arcs = graph
    compiled, rng = graph_of(n, arcs, seed), np.random.default_rng(seed)
    seeds, late, labels = rng.integers(0, n, 6), rng.integers(0, 9, 6).astype(float), rng.integers(0, 4, 6)
    late[rng.random(6) < 0.2] = np.inf
    ends, legs = rng.integers(0, n, (7, 2)), rng.integers(0, 5, (7, 2)) / 2
    met = plain.minutes_of_nodes(compiled, seeds, late)

    def found(way: ModuleType, limit: float, direction: str) -> Iterator[np.ndarray]:
        """What each search gives; where its order is free, put in order."""
        yield way.minutes_of_nodes(compiled, seeds, late, limit, direction=direction)
        nodes, minutes = way.reached_nodes(compiled, seeds, late, limit, direction=direction)
        yield from (nodes[np.argsort(nodes)], minutes[np.argsort(nodes)])
        yield from way.nearest_seed(compiled, seeds, late, labels, limit, direction=direction)
        yield from way.nearest_seeds(compiled, seeds, late, labels, 3, limit, direction=direction)
        half = np.empty((7, 7), np.float32)
        for out in (None, half):
            yield way.ends_table(compiled, ends, legs, ends, legs, limit, direction=direction, out=out)
        yield half
        minutes, paths = way.paths_to(compiled, seeds, late, np.arange(n))
        yield from (minutes, *paths)

    with mock.patch.object(by_scipy, "MOST_AT_ONCE", 2):
        for limit in np.unique([0.0, np.inf, *met[np.isfinite(met)][:2]]):
            for direction in DIRECTIONS:
                for one, other in zip(*(found(way, limit, direction) for way in WAYS), strict=True):
                    np.testing.assert_array_equal(one, other, strict=True)


@settings(max_examples=40, deadline=None)
@given(multigraphs(), st.integers(0, 99))
def test_a_graph_is_the_same_without_its_kernels(graph: tuple[int, Arcs], seed: int) -> None:
    compiled = graph_of(*graph, seed)
    with (
        mock.patch.object(graphs, "_sort_arcs", graphs._sort_arcs_at_once),
        mock.patch.object(orders, "_curve_keys", orders._keys_bit_by_bit),
    ):
        again = graph_of(*graph, seed)
    np.testing.assert_array_equal(again.order, compiled.order)
    for one, other in ((again.out, compiled.out), (again.into, compiled.into)):
        np.testing.assert_array_equal(one.start, other.start)
        np.testing.assert_array_equal(one.arcs, other.arcs)


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


def test_a_large_grid_keeps_few_joints() -> None:
    """Separators about as long as the side are known to give 30 joints a node here; any slip costs more."""
    topology = hierarchies.prepare(grid(120))
    assert topology.heads.size / 120**2 < 30.5
    assert np.diff(topology.start).max() < 270


def test_the_hilbert_curve_steps_to_a_neighbour_each_time() -> None:
    side = 32
    y, x = (one.ravel().astype(float) for one in np.mgrid[:side, :side])
    order = hilbert_order(x, y)
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert sorted(order) == list(range(side * side))
    assert (steps == 1).all()


@pytest.mark.parametrize("minutes", [-1.0, np.nan, np.inf, 1e9])
def test_minutes_that_are_no_time_are_refused_with_their_place(minutes: float) -> None:
    with pytest.raises(InputError, match=r"arcs: minutes .* at 1; give finite"):
        compile_graph(np.zeros(2), np.zeros(2), np.array([0, 1]), np.array([1, 0]), np.array([1.0, minutes]))


def test_all_faults_of_the_arcs_are_told_at_once() -> None:
    with pytest.raises(InputError) as told:
        compile_graph(
            np.array([0, np.nan]), np.zeros(2), np.array([0, 5]), np.array([-1, 0]), np.array([1, -2])
        )
    for word in ("coordinates", "tails", "heads", "minutes"):
        assert word in str(told.value)


def test_more_arcs_than_can_be_named_are_refused() -> None:
    check_arc_count(2**31 - 1)
    with pytest.raises(InputError, match="2,147,483,648 one-way arcs"):
        check_arc_count(2**31)
