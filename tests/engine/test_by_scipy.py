"""The searches of :mod:`urbgeo.engine.dijkstra` by scipy: slower, for machines without numba."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.graphs import DIRECTIONS, WAYS, Arcs, graph_of, multigraphs
from urbgeo.engine import by_scipy
from urbgeo.engine import dijkstra as plain


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


def test_rows_are_searched_in_blocks_that_fit_their_room() -> None:
    def blocks(rows: int, columns: int) -> list[tuple[int, int]]:
        return [(one.start, one.stop) for one in by_scipy._blocks(rows, columns, "x")]

    with mock.patch.object(by_scipy, "BLOCK_BYTES", 800), mock.patch.object(by_scipy, "MOST_AT_ONCE", 12):
        assert blocks(25, 10) == [(0, 10), (10, 20), (20, 25)], "ten rows of ten numbers of eight bytes"
        assert blocks(25, 1) == [(0, 12), (12, 24), (24, 25)] and blocks(2, 1000) == [(0, 1), (1, 2)]
        assert blocks(0, 10) == [] and blocks(3, 0) == [(0, 3)]


def test_the_room_is_that_of_the_arcs_twice_and_of_three_blocks() -> None:
    held = SimpleNamespace(arc_count=3000, node_count=1000)
    assert by_scipy.room_bytes(held) == 120_000 + 3 * 64 * 2**20
    large = SimpleNamespace(arc_count=3000, node_count=10**8)
    assert by_scipy.room_bytes(large) == 120_000 + 3 * 8 * 10**8


def test_of_parallel_arcs_the_least_is_kept_and_arcs_of_no_length_are_arcs() -> None:
    tails, heads = np.array([1, 0, 1, 1, 0]), np.array([2, 1, 2, 0, 1], np.int32)
    found = by_scipy._least(tails, heads, np.array([5.0, 0.0, 3.0, 4.0, 7.0]), (3, 3))
    assert found.indptr.tolist() == [0, 1, 3, 3] and found.indices.tolist() == [1, 0, 2]
    assert found.data.tolist() == [0.0, 4.0, 3.0]
