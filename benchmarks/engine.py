"""The travel-time engine and its peers on the same networks in one run; prints and keeps one table of ratios.

``python -m benchmarks.engine [wuhan] [40000] [250000] [1500000:scipy,pandana]``: the streets of Wuhan (where
the data is at hand) and generated road networks of so many nodes, beside all peers or those named. Peers are
installed once into an environment of their own, named by ``URBGEO_PEERS`` (default: a folder in the system's
temporary folder). Each network has its section in ``results/engine.md``, with what is asked of the engine and
whether it holds.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import PATIENCE_S, TICKS, Job
from benchmarks.roads import load_roads, make_roads
from urbgeo.engine.dijkstra import minutes_of_nodes, nearest_seed, reached_nodes, sums_within
from urbgeo.engine.graph import Graph, compile_graph
from urbgeo.engine.hierarchy import customise, prepare
from urbgeo.engine.lane_sums import lanes_sums, lanes_sums_of
from urbgeo.engine.lanes import lanes_table
from urbgeo.engine.plan import plan_sums, sample_of
from urbgeo.options import options

PEERS = ("scipy", "networkx", "pandana", "routingkit_cch", "igraph", "networkit")
PACKAGES = ("numpy", "pandas", "scipy", "networkx", "pandana", "igraph", "networkit", "routingkit_cch")
RESULTS = Path(__file__).parent / "results" / "engine.md"
TEMPORARY = Path(tempfile.gettempdir())
STREET_KMH = {"motorway": 80.0, "trunk": 60.0, "primary": 45.0, "secondary": 40.0, "tertiary": 35.0}
OTHER_STREET_KMH = 25.0
ONCE_FROM_NODES = 500_000
"""From here on our own jobs run once, before the peers, not twice around them."""

ONE, NEAREST = "one source, 60 min", "nearest of 20, every node"
REACH = "one source, 60 min, reached nodes"
"""The answer of networkx and pandana; that of the others is an array of all nodes."""
SOME, EVERY = "people within 30 min, 2,000 nodes", "people within 30 min, every node"
TABLE = "1,000 x 1,000 table"
BY_PLAIN, ANEW = ", plain searches", ", prepared for it"
ASKED = (
    (ONE, "scipy", 2.0),
    (REACH, "networkx", 20.0),
    (NEAREST, "scipy", 2.0),
    (SOME, "scipy", 10.0),
    (SOME, "pandana", 10.0),
    (TABLE, "routingkit_cch", 25.0),
    (TABLE, "pandana", 50.0),
    (EVERY, "pandana", 50.0),
    (EVERY, "our own plain searches", 20.0),
    ("prepare", "pandana", 5.0),
    ("peak MB, prepare", "pandana", 3.0),
    ("peak MB, all", "pandana", 3.0),
)
"""What the engine is asked for: job, peer, how many times faster (or smaller)."""


def main(names: list[str]) -> None:
    python = peers_python()
    with tempfile.TemporaryDirectory() as folder:
        for asked_for in names:
            name, _, some = asked_for.partition(":")
            network = Path(folder) / f"{name}.npz"
            np.savez(network, **jobs_on(name))
            mine = [sys.executable, "-m", "benchmarks.engine", "--ours"]
            run(mine, small_network(folder), folder)  # whatever is to be compiled is compiled here
            ours = [run(mine, network, folder)]
            print(name, ours[0]["seconds"], ours[0]["peaks"], file=sys.stderr, flush=True)
            theirs = {}
            for peer in some.split(",") if some else PEERS:
                theirs[peer] = run([python, str(Path(__file__).parent / "peers.py"), peer], network, folder)
                print(name, peer, theirs[peer]["seconds"], file=sys.stderr, flush=True)
            if len(np.load(network)["x"]) < ONCE_FROM_NODES:
                ours.append(run(mine, network, folder))
            title = f"{name}, beside {', '.join(theirs)}" if some else name
            section = table(title, ours, theirs)
            print(section, flush=True)
            keep(title, section)


def at_hand() -> list[str]:
    """Networks that take a few minutes: Wuhan where its data are, and 40 thousand nodes."""
    return ["wuhan", "40000"] if wuhan_streets().exists() else ["40000"]


def small_network(folder: str) -> Path:
    path = Path(folder) / "small.npz"
    np.savez(path, **jobs_on("3000"))
    return path


def keep(name: str, section: str) -> None:
    """Put the section of one network into the results; those of other networks stay as they are."""
    told = RESULTS.read_text() if RESULTS.exists() else ""
    sections = re.split(r"(?m)^(?=## )", told)[1:]
    others = [one.rstrip() for one in sections if one.splitlines()[0] != f"## {name}"]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n\n".join(["# Travel-time engine and peers", *others, section]) + "\n")


def peers_python() -> str:
    folder = Path(os.environ.get("URBGEO_PEERS", TEMPORARY / "urbgeo-peers-engine"))
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return str(python)


def run(command: list[str], network: Path, folder: str) -> dict[str, Any]:
    out = Path(folder) / "out.npz"
    out.unlink(missing_ok=True)
    done = subprocess.run([*command, str(network), str(out)], capture_output=True, text=True)
    if not out.exists():
        return {"seconds": {}, "done": {}, "peaks": {}, "error": done.stderr[-300:], "answers": {}}
    with np.load(out) as file:
        found = json.loads(str(file["about"]))
        found["answers"] = {name: file[name] for name in file.files if name != "about"}
    return found


def jobs_on(name: str) -> dict[str, Any]:
    """The arrays of one network and the nodes its jobs ask for."""
    network = wuhan() if name == "wuhan" else generated(int(name))
    n = network["x"].size
    rng = np.random.default_rng(3)
    network |= {"one": rng.integers(0, n, 1), "facilities": rng.choice(n, 20, replace=False)}
    network |= {"scattered": rng.choice(n, 2000, replace=False)}
    network |= {"sources": rng.integers(0, n, 1000), "targets": rng.integers(0, n, 1000)}
    return network


def generated(nodes: int) -> dict[str, Any]:
    kept = TEMPORARY / f"urbgeo-roads-{nodes}.npz"
    if not kept.exists():
        make_roads(nodes).save(kept)
    roads = load_roads(kept)
    tails, heads, ticks = roads.arcs()
    x, y = roads.xy.T
    return {"x": x, "y": y, "tails": tails, "heads": heads, "ticks": ticks, "people": roads.people}


def wuhan_streets() -> Path:
    shared = Path(os.environ.get("URBGEO_SHARED", Path(__file__).parents[2] / "shared"))
    return shared / "data" / "wuhan" / "streets.parquet"


def wuhan() -> dict[str, Any]:
    """Street edges of Wuhan, walked both ways at a speed by class; people are drawn at random."""
    import geopandas as gpd
    import shapely

    streets = gpd.read_parquet(wuhan_streets())
    lines = streets.geometry.to_numpy()
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    xy, node = np.unique(np.round(ends, 1), axis=0, return_inverse=True)
    u, v = node.ravel().reshape(2, -1)
    first = streets["highway"].map(lambda value: value if isinstance(value, str) else next(iter(value), ""))
    kmh = first.map(STREET_KMH).fillna(OTHER_STREET_KMH).to_numpy()
    ticks = np.maximum(1, np.rint(shapely.length(lines) / 1000 / kmh * 60 * 6000)).astype(np.int64)
    pairs = np.stack([np.concatenate([u, v]), np.concatenate([v, u])])
    people = np.round(np.random.default_rng(5).lognormal(1.0, 1.0, len(xy))).astype(np.int64)
    return {
        "x": xy[:, 0],
        "y": xy[:, 1],
        "tails": pairs[0],
        "heads": pairs[1],
        "ticks": np.concatenate([ticks, ticks]),
        "people": people,
    }


def ours(network: str, out: str) -> None:
    """The same jobs by the engine; once on a small network first, so that its kernels are loaded."""
    options.progress = False
    solve(Job(jobs_on("3000")))
    with np.load(network) as file:
        job = Job({name: file[name] for name in file.files})
    solve(job)
    job.write(out)


def solve(job: Job) -> None:
    d, n = job.d, job.n
    graph = job.clock(
        "compile", lambda: compile_graph(d["x"], d["y"], d["tails"], d["heads"], d["ticks"] / TICKS)
    )
    job.forget_arcs()
    people, bound = d["people"].astype(float)[:, None], np.array([30.0])
    for name, repeat, work in plain_jobs(graph, d):
        job.answer(name, work, repeat)
    within = job.clock(REACH, lambda: reached_nodes(graph, d["one"], np.zeros(1), 60.0), 15)
    minutes = np.full(n, np.inf)
    minutes[within[0]] = within[1]
    job.answers[REACH] = minutes
    del minutes, within
    few = d["scattered"][:400]
    plain = job.clock(EVERY + BY_PLAIN, lambda: sums_within(graph, few, people, bound)[:, 0, 0])
    job.scale(EVERY + BY_PLAIN, len(few), n)
    topology = job.clock("topology", lambda: prepare(graph))
    customised = job.clock("re-weight", partial(customise, topology, graph), 3)
    del topology
    job.peaks["prepare"] = job.peaks["re-weight"]
    job.seconds["prepare"] = sum(job.seconds[part] for part in ("compile", "topology", "re-weight"))
    job.answer(SOME, lambda: lanes_sums_of(graph, customised, d["scattered"], people, bound)[:, 0, 0], 5)
    legs = np.zeros((len(d["sources"]), 1))
    ends = d["sources"][:, None], legs, d["targets"][:, None], legs
    job.answer(TABLE, lambda: lanes_table(graph, customised, *ends), 5)
    every = job.clock(EVERY, lambda: lanes_sums(graph, customised, 0, n, people, bound)[:, 0, 0])[graph.rank]
    job.answers[EVERY], job.answers[EVERY + BY_PLAIN] = every, every[few] - plain
    for name in (SOME, TABLE, EVERY):
        job.seconds[name + ANEW] = job.seconds[name] + job.seconds["prepare"]
    some = sample_of(d["scattered"])
    alone = plan_sums(graph, len(d["scattered"]), 30.0, topology=False, customised=False, sample=some)
    if alone.method == "dijkstra":
        job.seconds[SOME + ANEW] = job.seconds[SOME + BY_PLAIN] + job.seconds["compile"]


def plain_jobs(graph: Graph, d: dict[str, Any]) -> list[tuple[str, int, Callable[[], Any]]]:
    people, bound = d["people"].astype(float)[:, None], np.array([30.0])
    labels, at_once = np.arange(len(d["facilities"])), np.zeros(len(d["facilities"]))
    return [
        (ONE, 15, lambda: minutes_of_nodes(graph, d["one"], np.zeros(1), 60.0)),
        (NEAREST, 9, lambda: nearest_seed(graph, d["facilities"], at_once, labels, direction="to")[0]),
        (SOME + BY_PLAIN, 3, lambda: sums_within(graph, d["scattered"], people, bound)[:, 0, 0]),
    ]


def table(name: str, ours: list[dict[str, Any]], theirs: dict[str, dict[str, Any]]) -> str:
    """Markdown: our seconds (mean of our runs), then each peer as a multiple; then what was asked."""
    mine = {job: float(np.mean([run["seconds"][job] for run in ours])) for job in ours[0]["seconds"]}
    lines = [f"## {name}", "", machine_facts(), ""]
    lines += ["| job | urbgeo s | " + " | ".join(theirs) + " |", "|---" * (len(theirs) + 2) + "|"]
    for run in theirs.values():
        with_preparation(run["seconds"])
    for job, seconds in mine.items():
        cells = [cell(job, seconds, ours[0], run) for run in theirs.values()]
        lines.append(f"| {job} | {seconds:.4g} | " + " | ".join(cells) + " |")
    for peak in ("prepare", "all"):
        most = ours[0]["peaks"][peak]
        cells = [
            f"{run['peaks'][peak] / most:.1f} x ({run['peaks'][peak]:.0f})" if peak in run["peaks"] else "–"
            for run in theirs.values()
        ]
        lines.append(f"| peak MB, {peak} | {most:.0f} | " + " | ".join(cells) + " |")
    lines += ["", *asked(mine, ours[0]["peaks"], theirs)]
    own = np.abs(ours[0]["answers"][EVERY + BY_PLAIN]).max()
    lines += ["", f"Lanes against our own plain searches: largest difference {own:g}."]
    return "\n".join(
        lines + [f"{peer} stopped: {run['error']}" for peer, run in theirs.items() if run["error"]]
    )


def with_preparation(seconds: dict[str, float]) -> None:
    for name in (SOME, TABLE, EVERY):
        if name in seconds and "prepare" in seconds:
            seconds[name + ANEW] = seconds[name] + seconds["prepare"]


def asked(mine: dict[str, float], peaks: dict[str, float], theirs: dict[str, dict[str, Any]]) -> list[str]:
    """What is asked of the engine, and what was measured."""
    lines = ["| asked | of | times | measured | |", "|---|---|---|---|---|"]
    for job, peer, times in ASKED:
        if peer not in PEERS:
            ratio = mine[job + BY_PLAIN] / mine[job]
        elif peer not in theirs:
            continue
        elif job.startswith("peak MB"):
            which = job.removeprefix("peak MB, ")
            ratio = theirs[peer]["peaks"].get(which, np.nan) / peaks[which]
        elif job in theirs[peer]["seconds"]:
            ratio = theirs[peer]["seconds"][job] / mine[job]
        else:
            continue
        lines.append(
            f"| {job} | {peer} | {times:g} | {ratio:.1f} | {'held' if ratio >= times else 'not held'} |"
        )
    return lines


def cell(job: str, seconds: float, mine: dict[str, Any], theirs: dict[str, Any]) -> str:
    """A peer's time as a multiple of ours, its seconds, the share it did, and how far its answers differ."""
    if job not in theirs["seconds"]:
        return "–"
    told = [f"{theirs['seconds'][job]:.3g} s"]
    if theirs["done"].get(job, 1.0) < 1.0:
        told.append(f"{theirs['done'][job]:.1%} done")
    if job in theirs["answers"] and job in mine["answers"]:
        told.append(f"differs {difference(mine['answers'][job], theirs['answers'][job]):.2g}")
    return f"{theirs['seconds'][job] / seconds:.1f} x ({', '.join(told)})"


def difference(mine: Any, other: Any) -> float:
    """Largest difference over what the peer has done; both unreached counts as none."""
    part = mine[: len(other)]
    apart = part != other
    return float(np.abs(part[apart] - other[apart]).max(initial=0.0))


def machine_facts() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    versions = f"{platform.system()}, Python {platform.python_version()}, numpy {np.__version__}"
    return (
        f"{date.today().isoformat()}; {model}, {os.cpu_count()} cores, {versions}; load at the end {load}. "
        f"Times x are multiples of ours, in one run. A peer stops after {PATIENCE_S:g} s a job and is scaled "
        "to the whole. Differences are in minutes or people. scipy, networkx, igraph and networkit search on "
        "one thread, routingkit_cch too (its binding allows no more)."
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ours"]:
        ours(*sys.argv[2:4])
    else:
        main(sys.argv[1:] or at_hand())
