"""A cluster gives the bits of one machine, also when a worker is killed in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.cluster import client, kill_one  # noqa: F401, a fixture
from urbgeo.engine import cluster as scaleout
from urbgeo.engine.plan import Plan
from urbgeo.errors import InputError, SourceError
from urbgeo.network import stream
from urbgeo.network.attach import attach
from urbgeo.network.minutes import minutes_table, plan_between, table_between
from urbgeo.network.model import TravelNetwork
from urbgeo.network.stream import write_minutes_table
from urbgeo.network.sums import node_sums
from urbgeo.options import options

distributed = pytest.importorskip("distributed")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(scope="module")
def places(town: TravelNetwork) -> gpd.GeoDataFrame:
    return town.nodes.iloc[:: len(town.nodes) // 1500]


@pytest.mark.parametrize("method", ["dijkstra", "hierarchy"])
def test_two_workers_give_the_same_bits(
    town: TravelNetwork,
    places: gpd.GeoDataFrame,
    client: Any,  # noqa: F811
    method: str,
) -> None:
    start, end = attach(town, places), attach(town, places.iloc[:50])
    plan = Plan(method, "told to.", 0.0, 0)
    here = table_between(town, end, start, np.inf, plan=plan)
    there = table_between(town, end, start, np.inf, plan=plan, client=client)
    assert here.tobytes() == there.tobytes()


def test_one_worker_gives_the_same_bits(
    town: TravelNetwork,
    places: gpd.GeoDataFrame,
    client: Any,  # noqa: F811
) -> None:
    here, there = places.iloc[:300], places.iloc[300:310]
    client.cluster.scale(1)
    while len(client.scheduler_info()["workers"]) != 1:
        time.sleep(0.05)
    try:
        alone = minutes_table(town, here, there, client=client, dtype="float32")
    finally:
        client.cluster.scale(2)
        client.wait_for_workers(2, timeout=60)
    assert (
        alone.to_numpy().tobytes() == minutes_table(town, here, there, dtype="float32").to_numpy().tobytes()
    )


def test_sums_of_every_node_are_the_same_bits(town: TravelNetwork, client: Any) -> None:  # noqa: F811
    people = pd.DataFrame({"people": np.sqrt(np.arange(len(town.nodes)))}, index=town.nodes.index)
    here, there = (node_sums(town, people, minutes=[4, 9], client=one) for one in (None, client))
    assert here.to_numpy().tobytes() == there.to_numpy().tobytes()


def test_sums_of_a_few_nodes_are_made_here(
    town: TravelNetwork,
    client: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = pd.DataFrame({"people": 1.0}, index=town.nodes.index)
    few = town.nodes.index[:5]
    here = node_sums(town, people, minutes=4, nodes=few)
    monkeypatch.setattr(scaleout, "check_workers", lambda client: pytest.fail("spread"))
    assert node_sums(town, people, minutes=4, nodes=few, client=client).equals(here)


def test_tasks_in_this_process_leave_its_options_alone(town: TravelNetwork) -> None:
    with distributed.Client(processes=False, n_workers=1, dashboard_address=None) as inside:
        minutes_table(town, town.nodes.iloc[:3], town.nodes.iloc[:3], client=inside)
    assert (options.threads, options.progress) == (0, False)


def test_a_cluster_without_workers_is_named(
    town: TravelNetwork,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scaleout, "WORKERS_WITHIN_S", 0.2)
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as idle,
        pytest.raises(InputError, match="client: no worker came within"),
    ):
        minutes_table(town, town.nodes.iloc[:3], town.nodes.iloc[:3], client=idle)


def test_a_killed_worker_costs_time_not_rows(
    town: TravelNetwork,
    places: gpd.GeoDataFrame,
    client: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scaleout, "ROWS_PER_TASK", 25)
    ends = attach(town, places)
    plan = Plan("dijkstra", "told to.", 0.0, 0)
    here = table_between(town, ends, ends, np.inf, plan=plan)
    killed = kill_one(client, "minutes-table", 0.3)
    there = table_between(town, ends, ends, np.inf, plan=plan, client=client)
    assert killed and time.perf_counter() > killed[0], "the worker was killed before the end"
    assert here.tobytes() == there.tobytes()


def test_what_is_no_client_is_refused(town: TravelNetwork, places: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match=r"client: a dask\.distributed\.Client is needed, not str"):
        minutes_table(town, places.iloc[:3], places.iloc[:3], client="tcp://somewhere")


def test_a_worker_without_the_package_is_named(
    town: TravelNetwork,
    places: gpd.GeoDataFrame,
    client: Any,  # noqa: F811
) -> None:
    client.wait_for_workers(2, timeout=60)
    poor = next(iter(client.scheduler_info()["workers"]))
    client.run(exec, "import sys; sys.kept = sys.modules.get('urbgeo')", workers=[poor])
    client.run(exec, "import sys; sys.modules['urbgeo'] = None", workers=[poor])
    try:
        with pytest.raises(InputError, match=rf"client: workers without urbgeo .*{poor}.*Install the same"):
            minutes_table(town, places.iloc[:3], places.iloc[:3], client=client)
    finally:
        client.run(exec, "import sys; del sys.modules['urbgeo']", workers=[poor])
        client.run(exec, "import sys; sys.kept and sys.modules.update(urbgeo=sys.kept)", workers=[poor])


def test_a_worker_that_does_not_see_the_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Set URBGEO_CACHE"):
        scaleout._opened((str(tmp_path / "elsewhere"), ""))


def test_a_streamed_table_equals_the_held_one(
    town: TravelNetwork,
    places: gpd.GeoDataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "LANES", 0)
    monkeypatch.setattr(stream, "BLOCK_PAIRS", 30 * 7)
    far = gpd.GeoDataFrame(geometry=gpd.points_from_xy([9e5], [5e6]), index=["far"], crs=places.crs)
    few = pd.concat([places.iloc[:29].rename(str), far])
    path = write_minutes_table(town, few, few, tmp_path / "table.parquet")
    assert parquet.ParquetFile(path).num_row_groups == 5
    stored = pd.read_parquet(path)
    wide = stored.pivot(index="origin", columns="destination", values="minutes").loc[few.index, few.index]
    held = minutes_table(town, few, few)
    np.testing.assert_array_equal(wide.to_numpy(), held.to_numpy(np.float32))
    np.testing.assert_array_equal(minutes_table(town, few, few, dtype="float32"), held.to_numpy(np.float32))
    assert held.loc["far"].isna().all() and np.isfinite(held.iloc[:29, :29]).all(axis=None)
    near = pd.read_parquet(write_minutes_table(town, few, few, tmp_path / "near.parquet", cutoff_min=30))
    assert len(near) == (~(held > 30)).to_numpy().sum()


def test_a_budget_makes_the_blocks_smaller_and_refuses_what_cannot_fit(
    town: TravelNetwork,
    places: gpd.GeoDataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = places.iloc[:200]
    ends = attach(town, few)
    plan = plan_between(town, ends, ends, np.inf)
    monkeypatch.setattr(options, "memory_gb", (plan.bytes + 20 * 200 * stream.BYTES_PER_PAIR) / 1e9)
    groups = parquet.ParquetFile(write_minutes_table(town, few, few, tmp_path / "a.parquet")).num_row_groups
    assert groups == 5, "40 origins fit beside the network"
    monkeypatch.setattr(options, "memory_gb", plan.bytes / 2e9)
    with pytest.raises(InputError, match=r"write_minutes_table: about .* GB are needed.*fewer destinations"):
        write_minutes_table(town, few, few, tmp_path / "b.parquet")
    assert [one.name for one in tmp_path.iterdir()] == ["a.parquet"]


def test_an_interruption_leaves_no_file_and_no_earlier_one_harmed(
    town: TravelNetwork,
    places: gpd.GeoDataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few, calls = places.iloc[:30], []

    def interrupted(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return table_between(*given, **named)

    monkeypatch.setattr(stream, "LANES", 0)
    monkeypatch.setattr(stream, "BLOCK_PAIRS", 30 * 7)
    monkeypatch.setattr(stream, "table_between", interrupted)
    (tmp_path / "table.parquet").write_text("earlier")
    with pytest.raises(KeyboardInterrupt):
        write_minutes_table(town, few, few, tmp_path / "table.parquet")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("table.parquet", "earlier")]


@pytest.mark.parametrize("cutoff", [0, -1, np.nan, np.inf, "60"])
def test_a_cutoff_that_is_no_time_writes_nothing(
    town: TravelNetwork,
    places: gpd.GeoDataFrame,
    tmp_path: Path,
    cutoff: Any,
) -> None:
    with pytest.raises(InputError, match="cutoff_min"):
        write_minutes_table(town, places, places, tmp_path / "table.parquet", cutoff_min=cutoff)
    assert list(tmp_path.iterdir()) == []


READ_ONLY = """
import numpy as np
from urbgeo.engine.dijkstra import minutes_of_nodes
from urbgeo.engine.graph import compile_graph
graph = compile_graph(np.arange(3.0), np.zeros(3), np.array([0, 1]), np.array([1, 2]), np.array([2.0, 3.0]))
print(minutes_of_nodes(graph, np.array([0]), np.zeros(1)).tolist())
"""


def test_the_package_works_where_no_folder_can_be_written(tmp_path: Path) -> None:
    package = tmp_path / "urbgeo"
    subprocess.run(["cp", "-r", str(Path(scaleout.__file__).parents[1]), str(package)], check=True)
    for cached in package.rglob("*.nb[ic]"):
        cached.unlink()
    for cached in package.rglob("__pycache__"):
        cached.rename(cached.with_name("old"))
        cached.write_text("a file where the folder should be")
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            **os.environ,
            "HOME": str(blocked),
            "XDG_CACHE_HOME": str(blocked),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        timeout=200,
    )
    assert done.stdout == "[0.0, 2.0, 5.0]\n", done.stderr
