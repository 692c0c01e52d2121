"""Jobs that choose their way, keep what they prepared, stay in their budget, and end when told."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.engine.large import MIDDLE, NODES, UTM
from urbgeo.engine import store
from urbgeo.engine.dijkstra import minutes_of_nodes
from urbgeo.engine.hierarchy import customise, prepare
from urbgeo.engine.plan import Plan, _block_of, nodes_within, plan_sums
from urbgeo.errors import InputError, SourceError
from urbgeo.network.attach import attach
from urbgeo.network.minutes import minutes_table, table_between
from urbgeo.network.model import TravelNetwork
from urbgeo.network.sums import node_sums, sums_within
from urbgeo.options import options


def by(method: str) -> Plan:
    return Plan(method, "told to.", 0.0, 0)


def test_both_ways_give_the_same_table(town: TravelNetwork, some: gpd.GeoDataFrame) -> None:
    ends = attach(town, some)
    for start, end in ((ends, ends), (ends, ends.rows(slice(0, 9)))):
        plain = table_between(town, start, end, np.inf, plan=by("dijkstra"))
        lanes = table_between(town, start, end, np.inf, plan=by("hierarchy"))
        assert np.isfinite(plain).all()
        np.testing.assert_array_equal(lanes, plain)


def test_sums_are_searched_for_a_few_nodes_and_swept_for_many(town: TravelNetwork) -> None:
    few = plan_sums(town.graph, 3, 15.0, topology=False, customised=False, sample=MIDDLE)
    many = plan_sums(town.graph, 2000, 15.0, topology=True, customised=True, sample=MIDDLE)
    every = plan_sums(town.graph, NODES, 15.0, topology=False, customised=False, sample=MIDDLE)
    assert (few.method, many.method, every.method) == ("dijkstra", "hierarchy", "hierarchy")


@pytest.mark.parametrize("sources", [1000, NODES])
def test_the_ground_of_a_block_is_estimated_to_within_a_factor_of_three(
    town: TravelNetwork, sources: int
) -> None:
    graph, limit = town.graph, 5.0
    along = graph.order[:: NODES // sources].astype(np.int64)
    one = int(np.median([nodes_within(graph, np.array([node]), limit) for node in along[:: sources // 40]]))
    together, estimated = _block_of(graph.node_count, sources, one)
    found = []
    for first in range(0, sources - together, together):
        block = along[first : first + together]
        minutes = minutes_of_nodes(graph, block, np.zeros(together), limit)
        found.append(np.isfinite(minutes).sum())
    assert np.median(found) / 3 < estimated < np.median(found) * 3


def test_explain_tells_the_way(town: TravelNetwork, some: gpd.GeoDataFrame) -> None:
    table = minutes_table(town, some, some, explain=True)
    assert "searches" in table.attrs["plan"]
    assert "plan" not in minutes_table(town, some.iloc[:2], some.iloc[:2]).attrs


def test_sums_of_every_node_equal_a_table(town: TravelNetwork) -> None:
    people = pd.DataFrame({"people": np.arange(NODES) % 97.0}, index=town.nodes.index)
    for direction in ("from", "to"):
        every = node_sums(town, people, minutes=[5, 15], direction=direction, explain=True)
        asked = town.nodes.index[:: NODES // 40]
        few = node_sums(town, people, minutes=[5, 15], nodes=asked, direction=direction, explain=True)
        assert every.attrs["plan"].startswith("hierarchy")
        assert few.attrs["plan"].startswith("dijkstra")
        pd.testing.assert_frame_equal(every.loc[asked], few, check_exact=True)
        asked = town.nodes.index[3::12][::-1]
        many = node_sums(town, people, minutes=[5, 15], nodes=asked, direction=direction, explain=True)
        assert many.attrs["plan"].startswith("hierarchy")
        pd.testing.assert_frame_equal(every.loc[asked], many, check_exact=True)
        assert (every[("people", 15.0)] >= every[("people", 5.0)]).all()


def test_sums_door_to_door_equal_the_table(town: TravelNetwork, some: gpd.GeoDataFrame) -> None:
    table = minutes_table(town, some, some).to_numpy()
    for direction, minutes in (("from", table), ("to", table.T)):
        ours = sums_within(town, some, some, weight="people", minutes=[10, 40], direction=direction)
        for bound in (10.0, 40.0):
            expected = (minutes <= bound) @ some["people"].to_numpy()
            np.testing.assert_allclose(ours[("people", bound)], expected)


@pytest.mark.parametrize("minutes", [0, -5, np.nan, np.inf, [], [5, 5], [15, 5], [5, -1], "30"])
def test_bounds_that_are_no_times_are_refused(town: TravelNetwork, minutes: object) -> None:
    people = pd.DataFrame({"people": [1.0]}, index=town.nodes.index[:1])
    with pytest.raises(InputError, match="minutes"):
        node_sums(town, people, minutes=minutes)


def test_weights_and_nodes_are_checked(town: TravelNetwork) -> None:
    people = pd.DataFrame({"people": [1.0, -2.0]}, index=town.nodes.index[:2])
    with pytest.raises(InputError, match="negative"):
        node_sums(town, people)
    with pytest.raises(InputError, match="nowhere"):
        node_sums(town, pd.DataFrame({"people": [1.0]}, index=["nowhere"]))
    with pytest.raises(InputError, match="nowhere"):
        node_sums(town, people.abs(), nodes=["nowhere"])
    with pytest.raises(InputError, match="twice"):
        node_sums(town, people.abs().iloc[[0, 0]])


def test_work_beyond_the_budget_is_refused_before_it_starts(
    town: TravelNetwork, some: gpd.GeoDataFrame
) -> None:
    options.memory_gb = 0.001
    try:
        with pytest.raises(InputError, match="memory_gb"):
            minutes_table(town, some, some)
    finally:
        options.memory_gb = 0.0


@pytest.mark.parametrize("method", ["dijkstra", "hierarchy"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_table_needs_its_own_size_and_little_more(town: TravelNetwork, method: str, dtype: str) -> None:
    """2,844 counties each way: the rest is what the searches need, whatever the size of the table."""
    ends = attach(town, town.nodes.iloc[:2844])
    town.hierarchy  # noqa: B018, held before the count begins
    plan, limit = by(method), 4.0
    table_between(town, ends.rows(slice(0, 9)), ends, limit, plan=plan, dtype=dtype)
    tracemalloc.start()
    try:
        for start, end in ((ends, ends), (ends, ends.rows(slice(0, 2000)))):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            table = table_between(town, start, end, limit, plan=plan, dtype=dtype)
            peak = tracemalloc.get_traced_memory()[1] - before
            assert table.nbytes <= peak < table.nbytes + 30e6
            assert table.dtype == dtype
            del table
    finally:
        tracemalloc.stop()


def test_a_topology_is_kept_and_serves_other_speeds(
    town: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBGEO_CACHE", str(tmp_path))
    first = store.cached_topology(town.graph)
    assert [one.suffix for one in tmp_path.iterdir()] == [".arrays"]
    monkeypatch.setattr(store, "prepare", lambda graph: pytest.fail("prepared twice"))
    slower = TravelNetwork(town.nodes, town.links.assign(minutes=town.links["minutes"] * 2))
    kept = store.cached_topology(slower.graph)
    np.testing.assert_array_equal(kept.heads, first.heads)
    anew = prepare(slower.graph)
    for one, other in zip(
        customise(kept, slower.graph).__dict__.values(),
        customise(anew, slower.graph).__dict__.values(),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_a_saved_graph_comes_back_and_a_broken_one_is_told(town: TravelNetwork, tmp_path: Path) -> None:
    path = store.write_graph(tmp_path / "graph", town.graph)
    again = store.read_graph(path)
    np.testing.assert_array_equal(again.out.arcs, town.graph.out.arcs)
    assert (again.longest, again.middle) == (town.graph.longest, town.graph.middle)
    customised = customise(prepare(again), again)
    kept = store.read_hierarchy(store.write_hierarchy(tmp_path / "hierarchy", customised))
    np.testing.assert_array_equal(kept.down_minutes, customised.down_minutes)
    with pytest.raises(SourceError, match="holds a graph"):
        store.read_hierarchy(path)
    path.write_bytes(path.read_bytes()[:-4096])
    with pytest.raises(SourceError, match="ends too early"):
        store.read_graph(path)
    with pytest.raises(SourceError, match="no file of urbgeo arrays"):
        store.read_graph(Path(__file__))
    with pytest.raises(SourceError, match="missing"):
        store.read_graph(tmp_path / "missing")


INTERRUPTED = """
import numpy as np, threading, _thread, time
from urbgeo.engine.graph import compile_graph
from urbgeo.engine.dijkstra import ends_table
from urbgeo.options import options
options.progress = False
n = 60_000
ring = np.arange(n)
graph = compile_graph(np.cos(ring), np.sin(ring), ring, (ring + 1) % n, np.ones(n))
nodes, legs = ring[:, None], np.zeros((n, 1))
few = nodes[:4]
ends_table(graph, few, legs[:4], few, legs[:4])
threading.Timer(1.0, _thread.interrupt_main).start()
began = time.perf_counter()
try:
    ends_table(graph, nodes, legs, few, legs[:4])
except KeyboardInterrupt:
    ended = time.perf_counter() - began
    table = ends_table(graph, few, legs[:4], nodes[:9], legs[:9])
    assert (table == (ring[:9] - ring[:4, None]) % n).all(), "what was interrupted harms nothing later"
    print(ended)
"""


def test_an_interruption_ends_the_work_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert 0.9 < float(done.stdout) < 4.0


def test_the_first_call_tells_what_it_compiles(tmp_path: Path) -> None:
    code = (
        "import logging, numpy as np; logging.basicConfig(level='INFO', format='%(message)s')\n"
        "from urbgeo.engine.order import hilbert_order; hilbert_order(np.zeros(2), np.zeros(2))"
    )
    told = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            timeout=100,
        )
        told.append("compiling _curve_keys" in done.stderr)
    assert told == [True, False], done.stderr


def test_a_place_out_of_reach_has_no_sum(town: TravelNetwork, some: gpd.GeoDataFrame) -> None:
    far = gpd.GeoDataFrame(geometry=gpd.points_from_xy([9e5], [5e6]), index=["far"], crs=UTM)
    assert sums_within(town, far, some, weight="people").isna().all(axis=None)
