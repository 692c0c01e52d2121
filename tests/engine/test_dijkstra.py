"""Dijkstra's search, one per source over a Graph: minutes, nearest, tables, sums, paths."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.graphs import DIRECTIONS, WAYS, Arcs, all_pairs, graph_of, multigraphs
from urbgeo.engine.resolution import told

either_way = pytest.mark.parametrize("way", WAYS, ids=["compiled", "scipy"])


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


@either_way
def test_a_seed_that_starts_at_just_the_limit_is_reached(way: ModuleType) -> None:
    """1/128 of a minute is told as 0.007812: the longest start within that limit, to the last bit."""
    graph = graph_of(3, [(0, 1, 1.0), (1, 2, 1.0)])
    seeds, late, limit = np.array([0, 2]), np.array([1 / 128, 1 / 127]), 0.007812
    assert told(way.minutes_of_nodes(graph, seeds, late, limit)).tolist() == [limit, np.inf, np.inf]
    for found in (way.nearest_seed, way.nearest_seeds):
        more = () if found is way.nearest_seed else (1,)
        minutes, label = found(graph, seeds, late, seeds, *more, limit)
        assert told(minutes).ravel().tolist() == [limit, np.inf, np.inf]
        assert label.ravel().tolist() == [0, -1, -1]
