"""Cost as a network grows: the same jobs at 0.1, 1 and 10 million nodes, with the exponents of a line through
the logs.

Run ``python -m benchmarks.growth [NODES ...]``. Every stage runs in a process of its own, so that its peak
memory (VmHWM of Linux) is its own: ``tables`` (GeoDataFrames to a TravelNetwork with its compiled arcs),
``arrays`` (arrays to compiled arcs), ``prepare`` (topology, fit), ``ask`` (answers from the saved files).
``--stage NAME NODES`` runs one alone. What a stage found is kept in the temporary folder; the table is made
of all that was found. ``--stage whole NODES``, after ``arrays`` and ``prepare``, sums people within an hour
of every node to the end, with nothing scaled up.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.roads import Roads, load_roads, make_roads
from urbgeo.engine.dijkstra import nearest_seed
from urbgeo.engine.graph import Graph, compile_graph
from urbgeo.engine.hierarchy import Hierarchy, customise, prepare
from urbgeo.engine.lane_sums import SOURCES_TOGETHER, lanes_sums
from urbgeo.engine.lanes import lanes_table
from urbgeo.engine.store import read_graph, read_hierarchy, write_graph, write_hierarchy
from urbgeo.network.model import build_network
from urbgeo.options import options

Found = dict[str, float]

SIZES = (100_000, 1_000_000, 10_000_000)
COUNTIES = 2844
AIRPORTS = 240
WHOLE_SUMS_BELOW = 200_000
"""Of larger networks twelve samples of whole blocks, spread over the curve, are summed and scaled up; what a
call costs before its first block is counted once."""
SAMPLES = 12
BLOCKS_PER_SAMPLE = 8
FOLDER = Path(tempfile.gettempdir()) / "urbgeo-growth"
CLASSES = ["tertiary", "secondary", "primary", "motorway"]


def main(sizes: list[int]) -> None:
    for size in sizes:
        for stage in STAGES:
            command = [sys.executable, "-m", "benchmarks.growth", "--stage", stage, str(size)]
            subprocess.run(command, check=True)
    print(table([found_of(size) for size in sizes]))


def table(rows: list[Found]) -> str:
    """Markdown: a row a job, a column a size, and the exponent of a line through the logs."""
    jobs = list(dict.fromkeys(job for row in rows for job in row if job != "nodes"))
    lines = ["| job | " + " | ".join(f"{row['nodes']:,}" for row in rows) + " | exponent |"]
    lines.append("|---" * (len(rows) + 2) + "|")
    for job in jobs:
        known = [(row["nodes"], row[job]) for row in rows if row.get(job, 0) > 0]
        slope = f"{np.polyfit(*np.log(known).T, 1)[0]:.2f}" if len(known) > 1 else "–"
        values = " | ".join(f"{row[job]:,.4g}" if job in row else "–" for row in rows)
        lines.append(f"| {job} | {values} | {slope} |")
    return "\n".join(lines)


def run_stage(stage: str, size: int) -> None:
    """Run one stage, print what it found and keep it."""
    options.progress = False
    found: Found = {}
    (STAGES | ON_DEMAND)[stage](size, found)
    found[f"{stage}: peak MB"] = peak_mb()
    found[f"{stage}: processor s, all in"] = time.process_time()
    found[f"{stage}: load of the machine"] = os.getloadavg()[0]
    print(stage, size, json.dumps(found), flush=True)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{size}-{stage}.json").write_text(json.dumps(found))


def found_of(size: int) -> Found:
    """All that the stages found at one size."""
    found: Found = {"nodes": size}
    for stage in STAGES:
        path = FOLDER / f"{size}-{stage}.json"
        if path.exists():
            found |= json.loads(path.read_text())
    return found


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def peak_mb() -> float:
    """Most memory this process ever held; unlike ``ru_maxrss`` not inherited from its parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def roads_of(size: int) -> Roads:
    made = Path(tempfile.gettempdir()) / f"urbgeo-roads-{size}.npz"
    if not made.exists():
        make_roads(size).save(made)
    return load_roads(made)


def compiled(roads: Roads) -> Graph:
    tails, heads, ticks = roads.arcs()
    return compile_graph(roads.xy[:, 0].copy(), roads.xy[:, 1].copy(), tails, heads, ticks / 6000.0)


def tables(size: int, found: Found) -> None:
    tables_to_graph(make_roads(3000))
    found["tables: to a network s"], found["tables: to arcs s"] = tables_to_graph(roads_of(size))


def tables_to_graph(roads: Roads) -> tuple[float, float]:
    places = gpd.points_from_xy(roads.xy[:, 0] + 4e5, roads.xy[:, 1] + 3e6)
    nodes = gpd.GeoDataFrame(geometry=places, crs=32649)
    links = pd.DataFrame(
        {
            "from_node": roads.u,
            "to_node": roads.v,
            "length_km": roads.length_m / 1000,
            "class": pd.Categorical.from_codes(roads.level, CLASSES),
            "minutes": roads.there / 6000,
            "minutes_back": roads.back / 6000,
        }
    )
    del roads
    seconds, network = timed(lambda: build_network(nodes, links))
    return seconds, timed(lambda: network.graph)[0]


def arrays(size: int, found: Found) -> None:
    compiled(make_roads(3000))
    roads = roads_of(size)
    found["arcs"] = 2 * roads.u.size
    found["arrays: compile s"], graph = timed(lambda: compiled(roads))
    FOLDER.mkdir(exist_ok=True)
    write_graph(FOLDER / f"{size}.graph", graph)
    np.save(FOLDER / f"{size}-people.npy", roads.people.astype(float)[:, None])


def prepared(size: int, found: Found) -> None:
    small = compiled(make_roads(60_000))
    customise(prepare(small), small)
    graph = read_graph(FOLDER / f"{size}.graph")
    found["prepare: topology s"], topology = timed(lambda: prepare(graph))
    found["prepare: fit s"], customised = timed(lambda: customise(topology, graph))
    found["joints a node, closed"] = topology.heads.size / size
    found["joints a node, customised, up"] = customised.up_place.size / size
    write_hierarchy(FOLDER / f"{size}.hierarchy", customised)


def asked(size: int, found: Found) -> None:
    small = compiled(make_roads(3000))
    questions(small, customise(prepare(small), small), np.ones((3000, 1)), {})
    opened, (graph, customised) = timed(
        lambda: (read_graph(FOLDER / f"{size}.graph"), read_hierarchy(FOLDER / f"{size}.hierarchy"))
    )
    found["ask: open saved s"] = opened
    questions(graph, customised, np.load(FOLDER / f"{size}-people.npy"), found)


def questions(graph: Graph, customised: Hierarchy, people: Any, found: Found) -> None:
    rng = np.random.default_rng(11)
    n = graph.node_count
    airports = rng.integers(0, n, AIRPORTS)
    zeros = np.zeros(AIRPORTS)
    near = [timed(lambda: nearest_seed(graph, airports, zeros, np.arange(AIRPORTS)))[0] for _ in range(5)]
    found["nearest airport, every node s"] = float(np.median(near))
    seats = rng.integers(0, n, (COUNTIES, 1))
    legs = np.zeros((COUNTIES, 1))
    found[f"{COUNTIES} x {COUNTIES} table s"] = timed(
        lambda: lanes_table(graph, customised, seats, legs, seats, legs)
    )[0]
    for bound in (30.0, 60.0):
        found[f"people within {bound:g} min of every node s"] = all_sums(graph, customised, people, bound)


def all_sums(graph: Graph, customised: Hierarchy, people: Any, bound: float) -> float:
    n, bounds = graph.node_count, np.array([bound])
    if n <= WHOLE_SUMS_BELOW:
        return timed(lambda: lanes_sums(graph, customised, 0, n, people, bounds))[0]
    block = BLOCKS_PER_SAMPLE * SOURCES_TOGETHER
    tries = [timed(lambda: lanes_sums(graph, customised, 0, 1, people, bounds))[0] for _ in range(3)]
    once = float(np.median(tries))
    starts = np.linspace(0, n - block, SAMPLES).astype(int)
    seconds = [
        timed(lambda low=low: lanes_sums(graph, customised, low, low + block, people, bounds))[0] - once
        for low in starts
    ]
    return once + float(np.sum(seconds)) * n / (block * SAMPLES)


def whole(size: int, found: Found) -> None:
    """Every node, a tenth at a time, so that one sees how far it is; the processor's seconds beside."""
    small = compiled(make_roads(3000))
    lanes_sums(small, customise(prepare(small), small), 0, 3000, np.ones((3000, 1)), np.array([60.0]))
    graph = read_graph(FOLDER / f"{size}.graph")
    customised = read_hierarchy(FOLDER / f"{size}.hierarchy")
    people = np.load(FOLDER / f"{size}-people.npy")
    began, took, spent = time.process_time(), 0.0, 0.0
    steps = np.linspace(0, graph.node_count, 11).astype(int)
    for low, high in itertools.pairwise(steps.tolist()):
        begun = time.perf_counter()
        lanes_sums(graph, customised, low, high, people, np.array([60.0]))
        took += time.perf_counter() - begun
        spent = time.process_time() - began
        print(f"{high:,} nodes: {took:.0f} s, {spent:.0f} of the processor", flush=True)
    found |= {"whole: people within 60 min of every node s": took, "whole: of the processor s": spent}


ON_DEMAND: dict[str, Callable[[int, Found], None]] = {"whole": whole}
STAGES: dict[str, Callable[[int, Found], None]] = {
    "tables": tables,
    "arrays": arrays,
    "prepare": prepared,
    "ask": asked,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--stage"]:
        run_stage(sys.argv[2], int(sys.argv[3]))
    else:
        main([int(one) for one in sys.argv[1:]] or list(SIZES))
