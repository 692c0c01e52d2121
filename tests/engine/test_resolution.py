"""A closed bound holds to the last digit, however the minutes are added up and whoever asked before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from urbgeo.engine import by_scipy
from urbgeo.engine import dijkstra as plain
from urbgeo.engine.graph import Graph, compile_graph
from urbgeo.engine.hierarchy import Hierarchy, customise, prepare
from urbgeo.engine.lane_sums import lanes_sums, lanes_sums_of
from urbgeo.engine.lanes import lanes_table
from urbgeo.engine.resolution import closed, in_ticks, told
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import build_network
from urbgeo.options import options

SIDE = 24


def tenths() -> tuple[Graph, Hierarchy, np.ndarray]:
    """A grid whose arcs take whole tenths of minutes, each way its own, and its table in tenths by scipy."""
    rng = np.random.default_rng(7)
    at = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    u = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    v = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    tails, heads = np.concatenate([u, v]), np.concatenate([v, u])
    whole = rng.integers(1, 40, tails.size)
    x, y = np.divmod(np.arange(SIDE * SIDE), SIDE)
    graph = compile_graph(x * 100.0, y * 100.0, tails, heads, whole / 10)
    ends = tails.astype(np.int32), heads.astype(np.int32)  # older SciPy searches no others
    arcs = csr_array((whole.astype(float), ends), shape=(SIDE * SIDE,) * 2)
    return graph, customise(prepare(graph), graph), dijkstra(arcs)


def test_every_way_puts_every_pair_on_the_same_side_of_every_tenth() -> None:
    graph, customised, table = tenths()
    nodes = np.arange(graph.node_count)[:, None]
    ends = nodes, np.zeros(nodes.shape), nodes, np.zeros(nodes.shape)
    searched = plain.ends_table(graph, *ends)
    np.testing.assert_array_equal(searched, table / 10)
    for other in (
        lanes_table(graph, customised, *ends),
        by_scipy.ends_table(graph, *ends),
        plain.ends_table(graph, *ends, direction="to").T,
        lanes_table(graph, customised.reversed(), *ends).T,
    ):
        np.testing.assert_array_equal(other, searched)
    for limit in (3.0, 7.7, 12.3):
        expected = np.where(table <= round(limit * 10), table / 10, np.inf)
        np.testing.assert_array_equal(plain.ends_table(graph, *ends, limit), expected)
        np.testing.assert_array_equal(lanes_table(graph, customised, *ends, limit), expected)
        np.testing.assert_array_equal(by_scipy.ends_table(graph, *ends, limit), expected)


def test_sums_of_every_node_hold_their_bounds_to_the_last_digit() -> None:
    graph, customised, table = tenths()
    n = graph.node_count
    weights = np.random.default_rng(3).integers(1, 1000, (n, 2)).astype(float)
    bounds = np.array([3.0, 7.7, 12.3])
    for direction, pairs, h in (("from", table, customised), ("to", table.T, customised.reversed())):
        expected = np.stack([(pairs <= round(10 * bound)) @ weights for bound in bounds], axis=1)
        every = np.arange(n)
        swept = lanes_sums(graph, h, 0, n, weights, bounds, direction=direction)
        np.testing.assert_array_equal(swept[graph.rank], expected)
        few = lanes_sums_of(graph, h, every[::5], weights, bounds, direction=direction)
        np.testing.assert_array_equal(few, expected[::5])
        for way in (plain, by_scipy):
            found = way.sums_within(graph, every, weights, bounds, direction=direction)
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("minutes", [0.03, 0.1, 1 / 3, 6 / 11])
def test_the_end_of_a_chain_of_a_thousand_links_stands_on_the_bound(minutes: float) -> None:
    n, total = 1001, round(1000 * minutes, 6)
    graph = compile_graph(
        np.arange(n) * 100.0, np.zeros(n), np.arange(n - 1), np.arange(1, n), np.full(n - 1, minutes)
    )
    customised = customise(prepare(graph), graph)
    ends = np.array([[0]]), np.zeros((1, 1)), np.array([[n - 1]]), np.zeros((1, 1))
    for bound, reached in ((total, 1.0), (total - 1e-5, 0.0)):
        inside = np.zeros((n, 1))
        inside[n - 1] = 1.0
        bounds = np.array([bound])
        assert np.isfinite(plain.ends_table(graph, *ends, bound)).item() == bool(reached)
        assert np.isfinite(lanes_table(graph, customised, *ends, bound)).item() == bool(reached)
        assert plain.sums_within(graph, np.array([0]), inside, bounds).item() == reached
        assert lanes_sums(graph, customised, 0, n, inside, bounds)[graph.rank[0]].item() == reached


@settings(max_examples=300, deadline=None)
@given(st.floats(1e-6, 1e4), st.integers(-3, 3), st.integers(-3, 3))
def test_comparing_with_the_closed_bound_is_comparing_what_is_told(
    limit: float, parts: int, steps: int
) -> None:
    bound = closed(limit)
    for start in (limit + parts * 5e-7, bound):
        value = start
        for _ in range(abs(steps)):
            value = np.nextafter(value, np.inf if steps > 0 else 0.0)
        assert (value <= bound) == (told(np.array(value)) <= limit), (value, bound)


def test_ticks_add_up_to_the_same_bits_in_any_order() -> None:
    minutes = in_ticks(np.random.default_rng(1).random(2000) * 50)
    for seed in range(5):
        assert sum(np.random.default_rng(seed).permutation(minutes)) == minutes.sum()
    assert np.isinf(in_ticks(np.array([np.inf]))).all() and closed(np.inf) == np.inf


def test_many_threads_on_one_network_get_the_same_bits_before_and_after_it_is_customised() -> None:
    rng = np.random.default_rng(5)
    n = 900
    nodes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 3e4, (2, n))), crs=32649)
    u, v = rng.integers(0, n, (2, 4 * n))
    links = pd.DataFrame({"from_node": u, "to_node": v, "length_km": 1.0, "class": "primary"})
    network = build_network(nodes, links.assign(minutes=rng.random(4 * n), minutes_back=rng.random(4 * n)))

    def ask(turn: int) -> pd.DataFrame:
        if turn == 5:
            assert network.hierarchy
        return minutes_table(network, nodes[:40], nodes)

    options.threads = 1
    try:
        first = minutes_table(network, nodes[:40], nodes)
        with ThreadPoolExecutor(8) as pool:
            tables = pool.map(
                lambda k: (k == 5 and network.hierarchy, minutes_table(network, nodes[:40], nodes))[1],
                range(16),
            )
            assert {table.to_numpy().tobytes() for table in tables} == {first.to_numpy().tobytes()}
        assert network.hierarchy_state == "customised"
        assert "hierarchy" in minutes_table(network, nodes, nodes, explain=True).attrs["plan"]
        wide = minutes_table(network, nodes, nodes).iloc[:40]
        assert wide.to_numpy().tobytes() == first.to_numpy().tobytes()
    finally:
        options.threads = 0
