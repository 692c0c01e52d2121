"""People within 60 minutes of every node of a generated network, step by step, on samples of the nodes.

``python -m benchmarks.sums [NODES ...]``: one thread, processor seconds. Writes ``profiles/sums.txt``.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import urbgeo
from benchmarks.growth import compiled, roads_of
from urbgeo.engine import lane_sums
from urbgeo.engine.hierarchy import customise, prepare

PROFILE = Path(__file__).parent / "profiles" / "sums.txt"
SIZES, SAMPLES, BOUND_MIN = (100_000, 1_000_000), 12, 60.0
STEPS = {
    "explore": "bounded search for all that a block of neighbouring sources may reach",
    "forget": "its workspace cleared",
    "_sum_lanes": "the hierarchy of that part swept for 64 sources side by side, and summed",
}


def by_step(size: int) -> list[str]:
    """Microseconds a node of each step, and how much is reached."""
    roads = roads_of(size)
    people = roads.people.astype(float)[:, None]
    graph = compiled(roads)
    del roads
    hierarchy = customise(prepare(graph), graph)
    spent: dict[str, float] = defaultdict(float)
    reached = []

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            begun = time.thread_time()
            found = work(*given)
            spent[name] += time.thread_time() - begun
            if name == "explore":
                reached.append(found)
            return found

        return run

    whole = {name: getattr(lane_sums, name) for name in STEPS}
    block, n = 8 * lane_sums.SOURCES_TOGETHER, graph.node_count

    def ask(low: int, count: int) -> None:
        lane_sums.lanes_sums(graph, hierarchy, low, low + count, people, np.array([BOUND_MIN]))

    ask(0, 1)
    for name, work in whole.items():
        setattr(lane_sums, name, timed(name, work))
    begun = time.process_time()
    for low in np.linspace(0, n - block, SAMPLES).astype(int):
        ask(low, block)
    cpu = time.process_time() - begun
    for name, work in whole.items():
        setattr(lane_sums, name, work)
    sources = block * SAMPLES
    rest = cpu - sum(spent.values())
    return [
        "",
        f"{n:,} nodes, {sources:,} of them asked, {np.mean(reached):,.0f} reached a block of "
        f"{lane_sums.SOURCES_TOGETHER}: {cpu / sources * 1e6:.1f} microseconds a node, "
        f"{cpu / sources * n:.0f} processor s for all",
        *(
            f"{spent[name] / cpu:6.1%}  {spent[name] / sources * 1e6:8.2f}  {said}"
            for name, said in STEPS.items()
        ),
        f"{rest / cpu:6.1%}  {rest / sources * 1e6:8.2f}  what was reached put in the hierarchy's order",
    ]


def main(sizes: list[int]) -> None:
    """Each size, then the page."""
    urbgeo.options.progress = False
    urbgeo.options.threads = 1
    lines = [
        f"sums: people within {BOUND_MIN:g} minutes of every node, by samples; one thread.",
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}, Python {platform.python_version()}; share, microseconds a node, step",
    ]
    for size in sizes:
        lines += by_step(size)
        print("\n".join(lines[-6:]), flush=True)
        PROFILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or list(SIZES))
