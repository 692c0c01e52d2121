"""Faults on purpose that are too slow for every run of the tests: `make stress`.

python -m tests.stress kills [10]     a Dask worker killed at so many moments: equal bits each time
python -m tests.stress stops [WORD]   Ctrl-C in each long job: seconds until it returns
"""

from __future__ import annotations

import _thread
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from affine import Affine

from benchmarks.roads import make_roads
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.options import options

CRS = 32649
MOST_S = 0.5
AFTER_S = 1.0
"""So long after its start a job is interrupted; one that ends earlier must be made larger."""


def town(nodes: int) -> TravelNetwork:
    """Streets of a large town."""
    roads = make_roads(nodes)
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(roads.xy[:, 0] + 4e5, roads.xy[:, 1] + 3e6), crs=CRS
    )
    links = {
        "from_node": roads.u, "to_node": roads.v, "length_km": np.maximum(roads.length_m, 1.0) / 1000.0,
        "class": "primary", "minutes": np.maximum(roads.there, 1) / 6000.0,
    }  # fmt: skip
    return build_network(points, pd.DataFrame(links))


def kills(times: int) -> int:
    """How often of so many kills the table had other bits, or did not come."""
    import distributed

    from tests.cluster import kill_one
    from urbgeo.engine import cluster as scaleout
    from urbgeo.engine.plan import Plan
    from urbgeo.network.attach import attach
    from urbgeo.network.minutes import table_between

    scaleout.ROWS_PER_TASK, options.progress = 25, False
    network = town(25_000)
    ends = attach(network, network.nodes.iloc[:: len(network.nodes) // 500])
    plan = Plan("dijkstra", "told to.", 0.0, 0)
    here = table_between(network, ends, ends, np.inf, plan=plan).tobytes()
    faults = 0
    for moment in np.linspace(0.0, 1.8, times):
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            killed = kill_one(client, "minutes-table", float(moment))
            began = time.perf_counter()
            try:
                there = table_between(network, ends, ends, np.inf, plan=plan, client=client).tobytes()
                told = "equal bits" if there == here else "OTHER BITS"
            except Exception as error:  # noqa: BLE001, any is a fault here
                told = f"FAILED: {type(error).__name__}: {error}"
            in_work = bool(killed) and killed[0] < time.perf_counter()
            faults += told != "equal bits"
        after = "killed in the middle" if in_work else "ended before the kill"
        print(f"{moment:4.1f} s: {told}, {after}, {time.perf_counter() - began:.1f} s", flush=True)
    print(f"{times - faults} of {times} with equal bits")
    return faults


def _grid(values: Any) -> Any:
    from urbgeo.rasters.grid import Grid

    return Grid(values, Affine(100, 0, 5e5, 0, -100, 3e6), CRS)


def _table() -> Callable[[], object]:
    from urbgeo.network.minutes import minutes_table

    network = town(100_000)
    few, many = network.nodes.iloc[:3], network.nodes.iloc[::10]
    minutes_table(network, few, few)
    return lambda: minutes_table(network, many, many)


def _sums() -> Callable[[], object]:
    from urbgeo.network.sums import node_sums

    network = town(100_000)
    weights = pd.Series(1.0, network.nodes.index)
    node_sums(network, weights, minutes=10, nodes=network.nodes.index[:3])
    return lambda: node_sums(network, weights, minutes=(15, 30, 60))


def _isochrones() -> Callable[[], object]:
    from urbgeo.access.isochrones import isochrones

    network = town(200_000)
    isochrones(network, network.nodes.iloc[:1], minutes=5, by="origin")
    return lambda: isochrones(network, network.nodes.iloc[::200], minutes=(30, 60), by="origin")


def _catchments() -> Callable[[], object]:
    from urbgeo.access.catchments import catchments

    network = town(100_000)
    supply, demand = network.nodes.iloc[::20].assign(beds=5.0), network.nodes.iloc[::10].assign(people=9.0)

    def work(rows: int) -> object:
        return catchments(
            network, supply.iloc[:rows], demand.iloc[:rows], capacity="beds", population="people"
        )

    work(3)
    return lambda: work(len(demand))


def _surface() -> Callable[[], object]:
    from urbgeo.surface.travel import travel_surface

    rng = np.random.default_rng(1)

    def sources(side: int) -> gpd.GeoDataFrame:
        at = gpd.points_from_xy([5e5 + 50 * side], [3e6 - 50 * side])
        return gpd.GeoDataFrame(geometry=at, index=["s"], crs=CRS)

    travel_surface(_grid(rng.uniform(0.01, 0.1, (30, 30))), sources(30))
    large = _grid(rng.uniform(0.01, 0.1, (6000, 6000)))
    return lambda: travel_surface(large, sources(6000))


def _building() -> Callable[[], object]:
    network = town(400_000)
    nodes, links = network.nodes, network.links[["from_node", "to_node", "length_km", "class"]]

    def work() -> object:
        for _ in range(10):
            build_network(nodes, pd.DataFrame(links))
        return None

    return work


JOBS = {
    "minutes table": _table,
    "sums of nodes": _sums,
    "isochrones by origin": _isochrones,
    "catchments": _catchments,
    "surface": _surface,
    "building a network": _building,
}


def stop(name: str) -> None:
    """Start one job, interrupt it, print the seconds until it returned."""
    options.progress = False
    job = JOBS[name]()
    sent: list[float] = []

    def interrupt() -> None:
        sent.append(time.perf_counter())
        _thread.interrupt_main()

    timer = threading.Timer(AFTER_S, interrupt)
    timer.start()
    try:
        job()
        timer.cancel()
        print("ended before" if not sent else "NOT STOPPED")
    except KeyboardInterrupt:
        print(f"{time.perf_counter() - sent[0]:.2f}")


def stops(word: str) -> int:
    """How many long jobs take longer than half a second to stop."""
    slow = 0
    for name in JOBS:
        if word in name:
            command = [sys.executable, "-c", f"from tests.stress import stop; stop({name!r})"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
            said = done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]
            good = done.returncode == 0 and said.replace(".", "").isdigit() and float(said) <= MOST_S
            slow += not good
            print(f"{name}: {said}{'' if good else '  <- above ' + str(MOST_S) + ' s'}", flush=True)
    return slow


def main() -> None:
    asked = [*sys.argv[1:], ""]
    if asked[0] == "kills":
        sys.exit(kills(int(asked[1] or 10)) > 0)
    if asked[0] == "stops":
        sys.exit(stops(asked[1]) > 0)
    sys.exit(kills(10) + stops("") > 0)


if __name__ == "__main__":
    main()
