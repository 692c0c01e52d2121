"""Other minutes on a hierarchy that is prepared, beside routingkit_cch in turn, and what bounds it.

``python -m benchmarks.reweight [NODES]``: a generated road network. The peer runs this same file in the
environment that ``URBGEO_PEERS`` names (:mod:`benchmarks.engine`). Processor seconds, so that threads and
other work of the machine count alike. Writes ``profiles/reweight.txt``. The peer
goes over less important nodes alone; ours goes over more important ones too and drops what is not needed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PROFILE = Path(__file__).parent / "profiles" / "reweight.txt"
NODES, SMALL, TURNS = 1_500_000, 3_000, 3
IN_CACHE = 40_000
STEPS = {
    "_seed": "minutes of arcs laid into the shortcuts",
    "_lower": "ways over a less important node, below the top",
    "_lower_beyond": "the same, up to shortcuts of the top",
    "_upper": "ways over a more important node, and which shortcuts are needed",
    "_gathered": "needed minutes moved to the front",
    "_kept": "needed shortcuts by place",
    "_parents": "the tree of next neighbours",
}
FIRST = ("_seed", "_lower", "_lower_beyond")
"""What the peer does too."""


def peer(network: str) -> None:
    """Prepare, then re-weight once for each line that comes in; prints processor seconds."""
    import routingkit_cch as rk  # type: ignore[import-not-found]

    d = np.load(network)
    tails, heads, ticks = (d[name].tolist() for name in ("tails", "heads", "ticks"))
    latitude, longitude = (d["y"] / 111_000).tolist(), (d["x"] / 111_000).tolist()
    begun = time.process_time()
    order = rk.compute_order_inertial(d["x"].size, tails, heads, latitude, longitude)
    cch = rk.CCH(order, tails, heads, filter_always_inf_arcs=False)
    print(time.process_time() - begun, flush=True)
    metric = rk.CCHMetric(cch, ticks)
    for _ in sys.stdin:
        begun = time.process_time()
        metric.reset(ticks)
        print(time.process_time() - begun, flush=True)


def ready(nodes: int) -> tuple[Any, Any]:
    """Topology and graph of a generated network."""
    from benchmarks.engine import TICKS, generated
    from urbgeo.engine.graph import compile_graph
    from urbgeo.engine.hierarchy import prepare

    d = generated(nodes)
    graph = compile_graph(d["x"], d["y"], d["tails"], d["heads"], d["ticks"] / TICKS)
    return prepare(graph), graph


def by_step(topology: Any, graph: Any) -> dict[str, float]:
    """Processor seconds of each compiled step of customising, whatever thread it ran on."""
    from urbgeo.engine import hierarchy

    spent: dict[str, list[float]] = defaultdict(list)
    kernels = {name: getattr(hierarchy, name) for name in STEPS}

    def timed(name: str) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            begun = time.thread_time()
            found = kernels[name](*given)
            spent[name].append(time.thread_time() - begun)
            return found

        return run

    for name in STEPS:
        setattr(hierarchy, name, timed(name))
    begun = time.process_time()
    hierarchy.customise(topology, graph)
    whole = time.process_time() - begun
    for name, kernel in kernels.items():
        setattr(hierarchy, name, kernel)
    return {**{name: sum(each) for name, each in spent.items()}, "whole": whole}


def triangles(topology: Any) -> int:
    """Pairs of shortcuts that start at one node: each is looked at once in either pass."""
    each = np.diff(topology.start)
    return int((each * (each - 1) // 2).sum())


def page(nodes: int, ours: list[float], theirs: list[float], prepared: tuple[float, float]) -> list[str]:
    """What was measured, step by step, and the same on a network that fits the processor's cache."""
    small, graph = ready(IN_CACHE)
    few = min((by_step(small, graph) for _ in range(5)), key=lambda one: one["whole"])
    del graph
    topology, graph = ready(nodes)
    many = min((by_step(topology, graph) for _ in range(TURNS)), key=lambda one: one["whole"])
    counts = triangles(topology), triangles(small)
    lines = [
        f"reweight: other minutes on {nodes:,} nodes, beside routingkit_cch in turn.",
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; processor s",
        f"ours {', '.join(f'{one:.2f}' for one in ours)}; routingkit_cch "
        f"{', '.join(f'{one:.2f}' for one in theirs)}; least by least {min(theirs) / min(ours):.2f} x",
        f"preparing: ours {prepared[0]:.1f}, routingkit_cch {prepared[1]:.1f}",
        f"{topology.heads.size:,} shortcuts, {counts[0]:,} triangles in either pass",
        "",
        f"share, processor s, and ns a triangle; ns on {IN_CACHE:,} nodes ({small.heads.size:,} shortcuts)",
    ]
    for name, what in STEPS.items():
        seconds, before = many.get(name, 0.0), few.get(name, 0.0)
        lines.append(
            f"{seconds / many['whole']:6.1%}  {seconds:6.3f}  {1e9 * seconds / counts[0]:6.2f}  "
            f"{1e9 * before / counts[1]:6.2f}  {what}"
        )
    first = sum(many[name] for name in FIRST if name in many)
    each = [one["_upper"] / count for one, count in zip((many, few), counts, strict=True)]
    lines[5:5] = [
        "Bound by triangles: they cost no more than where all shortcuts lie in the cache."
        if each[0] <= 1.25 * each[1]
        else f"Bound by memory: a triangle costs {each[0] / each[1]:.1f} times what it does in the cache.",
        f"Limit: what the peer does too takes {first:.2f} of {many['whole']:.2f} s "
        f"({first / min(theirs):.2f} of its time); ways over more important nodes and dropping what is not "
        "needed it does without.",
    ]
    rest = many["whole"] - sum(many[name] for name in STEPS if name in many)
    return [
        *lines,
        f"{rest / many['whole']:6.1%}  {rest:6.3f}                  arrays made, memory given back",
    ]


def main(nodes: int) -> None:
    """Both in turn, then step by step."""
    from benchmarks.engine import generated, peers_python
    from urbgeo.engine.hierarchy import customise
    from urbgeo.options import options

    options.progress = False
    customise(*ready(SMALL))
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "network.npz"
        np.savez(network, **generated(nodes))
        other = subprocess.Popen(
            [peers_python(), __file__, "--peer", str(network)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert other.stdin and other.stdout
        theirs_ready = float(other.stdout.readline())
        begun = time.process_time()
        topology, graph = ready(nodes)
        ours_ready = time.process_time() - begun
        ours, theirs = [], []
        for _ in range(TURNS):
            other.stdin.write("\n")
            other.stdin.flush()
            theirs.append(float(other.stdout.readline()))
            begun = time.process_time()
            customise(topology, graph)
            ours.append(time.process_time() - begun)
        other.stdin.close()
        other.wait()
    del topology, graph
    lines = page(nodes, ours, theirs, (ours_ready, theirs_ready))
    text = "\n".join(lines) + "\n"
    PROFILE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        peer(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else NODES)
