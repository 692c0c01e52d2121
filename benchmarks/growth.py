"""Cost as a network grows: the same jobs at 0.1, 1 and 10 million nodes, with the fitted exponents.

Run ``python -m benchmarks.growth [NODES ...]``; each size runs in its own process, so that its peak memory
is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.roads import load_roads, make_roads
from urbgeo.network.graph import compile_graph
from urbgeo.network.hierarchy import fit, prepare
from urbgeo.network.lanes import lanes_sums, lanes_table
from urbgeo.network.plain import nearest_seed
from urbgeo.network.store import read_graph, read_hierarchy, write_graph, write_hierarchy
from urbgeo.options import options

SIZES = (100_000, 1_000_000, 10_000_000)
COUNTIES = 2844
AIRPORTS = 240
SUM_SHARE_ABOVE = 2_000_000
"""Of larger networks every tenth stretch of the curve is summed, and the time told for all."""


def main(sizes: list[int]) -> None:
    options.progress = False
    rows = []
    for size in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.growth", "--one", str(size)], capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        rows.append(json.loads(done.stdout.splitlines()[-1]))
        print(json.dumps(rows[-1]), flush=True)
    print(table(rows))


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown: a row a job, a column a size, and the exponent of a line through the logs."""
    jobs = [job for job in rows[0] if job != "nodes"]
    lines = ["| job | " + " | ".join(f"{row['nodes']:,}" for row in rows) + " | exponent |"]
    lines.append("|---" * (len(rows) + 2) + "|")
    for job in jobs:
        values = np.array([row[job] for row in rows])
        slope = "–"
        if len(rows) > 1 and (values > 0).all():
            slope = f"{np.polyfit(np.log([row['nodes'] for row in rows]), np.log(values), 1)[0]:.2f}"
        lines.append(f"| {job} | " + " | ".join(f"{value:.3g}" for value in values) + f" | {slope} |")
    return "\n".join(lines)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_one(size: int) -> dict[str, Any]:
    made = Path(tempfile.gettempdir()) / f"urbgeo-roads-{size}.npz"
    if not made.exists():
        make_roads(size).save(made)
    warm_up()
    found: dict[str, Any] = {"nodes": size}
    with tempfile.TemporaryDirectory() as folder:
        people = prepared(made, Path(folder), found)
        found["open saved s"], (graph, fitted) = timed(
            lambda: (read_graph(Path(folder) / "g"), read_hierarchy(Path(folder) / "h"))
        )
        queries(graph, fitted, people, found)
    found["peak MB"] = peak_mb()
    return found


def prepared(made: Path, folder: Path, found: dict[str, Any]) -> Any:
    """Compile, prepare and save a network; the people of its nodes."""
    graph, people = compiled(made, found)
    found["prepare s"], topology = timed(lambda: prepare(graph))
    found["fit s"], fitted = timed(lambda: fit(topology, graph))
    found["peak MB preparing"] = peak_mb()
    write_graph(folder / "g", graph)
    write_hierarchy(folder / "h", fitted)
    return people


def compiled(made: Path, found: dict[str, Any]) -> Any:
    roads = load_roads(made)
    tails, heads, ticks = roads.arcs()
    found["arcs"] = tails.size
    minutes, x, y = ticks / 6000.0, roads.xy[:, 0].copy(), roads.xy[:, 1].copy()
    found["compile s"], graph = timed(lambda: compile_graph(x, y, tails, heads, minutes))
    found["peak MB compiling"] = peak_mb()
    return graph, roads.people.astype(float)[:, None]


def queries(graph: Any, fitted: Any, people: Any, found: dict[str, Any]) -> None:
    rng = np.random.default_rng(11)
    n = graph.node_count
    airports = rng.integers(0, n, AIRPORTS)
    zeros = np.zeros(AIRPORTS)
    near = [timed(lambda: nearest_seed(graph, airports, zeros, np.arange(AIRPORTS)))[0] for _ in range(3)]
    found["nearest airport, every node s"] = float(np.median(near))
    seats = rng.integers(0, n, (COUNTIES, 1))
    legs = np.zeros((COUNTIES, 1))
    found[f"{COUNTIES} x {COUNTIES} table s"] = timed(
        lambda: lanes_table(graph, fitted, seats, legs, seats, legs)
    )[0]
    for bound in (30.0, 60.0):
        found[f"people within {bound:g} min of every node s"] = all_sums(graph, fitted, people, bound)


def all_sums(graph: Any, fitted: Any, people: Any, bound: float) -> float:
    n = graph.node_count
    if n <= SUM_SHARE_ABOVE:
        return timed(lambda: lanes_sums(graph, fitted, 0, n, people, np.array([bound])))[0]
    stretches = np.linspace(0, n - 65_536, 10).astype(int)
    seconds = [
        timed(lambda low=low: lanes_sums(graph, fitted, low, low + 16_384, people, np.array([bound])))[0]
        for low in stretches
    ]
    return float(np.sum(seconds)) * n / (16_384 * len(stretches))


def warm_up() -> None:
    """Compile the kernels on a few nodes first, so that no job pays for it."""
    roads = make_roads(3000)
    tails, heads, ticks = roads.arcs()
    graph = compile_graph(roads.xy[:, 0].copy(), roads.xy[:, 1].copy(), tails, heads, ticks / 6000.0)
    with tempfile.TemporaryDirectory() as folder:
        write_graph(Path(folder) / "g", graph)
        write_hierarchy(Path(folder) / "h", fit(prepare(graph), graph))
        queries(
            read_graph(Path(folder) / "g"),
            read_hierarchy(Path(folder) / "h"),
            roads.people.astype(float)[:, None],
            {},
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        options.progress = False
        print(json.dumps(run_one(int(sys.argv[2]))))
    else:
        main([int(one) for one in sys.argv[1:]] or list(SIZES))
