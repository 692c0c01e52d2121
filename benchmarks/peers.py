"""The engine's jobs done by one peer, as its manual would have it; run in the peers' own environment.

``python peers.py PEER NETWORK.npz OUT.npz`` reads arrays (x, y, tails, heads, ticks, people, the job's
nodes) and writes seconds and answers. Where a peer is too slow for the whole job, it does the first part of
it and the seconds are scaled; ``done`` says how much was really done.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PATIENCE_S = 8.0
TICKS = 6000.0
PANDANA_TICKS = 1000.0
"""Pandana cuts every weight down to whole thousandths (measured: 100 arcs of 0.5009 add up to 50.0), so it is
given thousandths that are whole ticks, and a quarter of one more, so that no rounding can lose one."""
PANDANA_EVERY_NODE_MOST = 50_000
"""Above so many nodes pandana's sums of every node do not end in any time worth waiting for."""


class Shelf:
    """Answers by job, kept in files: they are the benchmark's, and shall not count as a peer's memory."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.paths: dict[str, Path] = {}

    def __setitem__(self, name: str, values: Any) -> None:
        path = self.paths.setdefault(name, Path(self.folder.name) / f"{len(self.paths)}.npy")
        np.save(path, np.asarray(values))

    def __getitem__(self, name: str) -> np.ndarray:
        return np.load(self.paths[name])

    def all(self) -> dict[str, np.ndarray]:
        return {name: self[name] for name in self.paths}


class Job:
    """Seconds and answers of one peer on one network."""

    def __init__(self, data: Any) -> None:
        self.d = dict(data)
        self.n = self.d["x"].size
        self.seconds: dict[str, float] = {}
        self.done: dict[str, float] = {}
        self.peaks: dict[str, float] = {}
        self.answers = Shelf()

    def clock(self, name: str, work: Callable[[], Any], repeat: int = 1) -> Any:
        spent, result = [], None
        for _ in range(repeat):
            result = None  # two at once would count twice in the memory
            began = time.perf_counter()
            result = work()
            spent.append(time.perf_counter() - began)
            if sum(spent) > PATIENCE_S:
                break
        self.seconds[name] = statistics.median(spent)
        self.peaks[name] = peak_mb()
        return result

    def answer(self, name: str, work: Callable[[], Any], repeat: int = 1) -> None:
        """:meth:`clock` whose result is kept to be compared."""
        self.answers[name] = self.clock(name, work, repeat)

    def scale(self, name: str, did: int, asked: int) -> None:
        """Seconds of a part as those of the whole."""
        self.seconds[name] *= asked / did
        self.done[name] = did / asked

    def rows(self, name: str, one: Callable[[int], Any], nodes: np.ndarray) -> None:
        """One call a source until patience ends; scaled to all sources."""
        answers = []
        began = time.perf_counter()
        for node in nodes:
            answers.append(one(int(node)))
            if time.perf_counter() - began > PATIENCE_S:
                break
        self.seconds[name] = time.perf_counter() - began
        self.scale(name, len(answers), len(nodes))
        self.answers[name] = np.array(answers)

    def write(self, out: str, error: str = "") -> None:
        """Everything measured, and the answers, to one file."""
        about = {"seconds": self.seconds, "done": self.done, "peaks": self.peaks, "error": error[:300]}
        about["peaks"]["all"] = peak_mb()
        np.savez(out, about=json.dumps(about), **self.answers.all())

    def forget_arcs(self) -> None:
        """Let go of what a network was made of, now that it is made."""
        for name in ("x", "y", "tails", "heads", "ticks"):
            self.d.pop(name)


def peak_mb() -> float:
    """Most memory this process has held, from its own start (``ru_maxrss`` would count its parent's)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def no_parallels(d: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tails, heads and minutes with the quickest of parallel arcs only: scipy would add them up."""
    order = np.lexsort((d["ticks"], d["heads"], d["tails"]))
    tails, heads, ticks = (d[name][order] for name in ("tails", "heads", "ticks"))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(tails) != 0) | (np.diff(heads) != 0)
    return tails[first], heads[first], ticks[first] / TICKS


def scipy_(job: Job) -> None:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    d = job.d

    def build() -> Any:
        tails, heads, minutes = no_parallels(d)
        return csr_array((minutes, (tails, heads)), shape=(job.n, job.n))

    graph = job.clock("prepare", build)
    job.forget_arcs()
    job.answer("one source, 60 min", lambda: dijkstra(graph, indices=d["one"][0], limit=60.0), 15)
    turned = graph.T.tocsr()
    near = job.clock(
        "nearest of 20, every node",
        lambda: dijkstra(turned, indices=d["facilities"], min_only=True, return_predecessors=True),
        7,
    )
    job.answers["nearest of 20, every node"] = near[0]
    people, bound = d["people"], 30.0 * (1 + 2e-6)
    job.rows(
        "people within 30 min, 2,000 nodes",
        lambda node: people[dijkstra(graph, indices=node, limit=bound) <= bound].sum(),
        d["scattered"],
    )
    job.rows("1,000 x 1,000 table", lambda node: dijkstra(graph, indices=node)[d["targets"]], d["sources"])


def networkx_(job: Job) -> None:
    import networkx as nx

    d = job.d

    def build() -> Any:
        graph = nx.DiGraph()
        graph.add_nodes_from(range(job.n))
        graph.add_weighted_edges_from(zip(*(one.tolist() for one in no_parallels(d)), strict=True))
        return graph

    graph = job.clock("prepare", build)
    job.forget_arcs()
    source = int(d["one"][0])
    job.clock(
        "one source, 60 min, reached nodes",
        lambda: nx.single_source_dijkstra_path_length(graph, source, cutoff=60.0),
        5,
    )
    people, bound = d["people"], 30.0 * (1 + 2e-6)

    def within(node: int) -> float:
        return people[list(nx.single_source_dijkstra_path_length(graph, node, cutoff=bound))].sum()

    job.rows("people within 30 min, 2,000 nodes", within, d["scattered"])

    def row(node: int) -> np.ndarray:
        found = nx.single_source_dijkstra_path_length(graph, node)
        return np.array([found.get(int(target), np.inf) for target in d["targets"]])

    job.rows("1,000 x 1,000 table", row, d["sources"])


def pandana_(job: Job) -> None:
    import pandana
    import pandas as pd

    d = job.d
    x, y = pd.Series(d["x"]), pd.Series(d["y"])

    def build() -> Any:
        weights = pd.DataFrame({"ticks": (d["ticks"] + 0.25) / PANDANA_TICKS})
        return pandana.Network(x, y, pd.Series(d["tails"]), pd.Series(d["heads"]), weights, twoway=False)

    def bound(minutes: float) -> float:
        return (minutes * TICKS + 0.5) / PANDANA_TICKS

    net = job.clock("prepare", build)
    job.forget_arcs()
    one = job.clock(
        "one source, 60 min, reached nodes", lambda: net.nodes_in_range(d["one"].tolist(), bound(60.0)), 5
    )
    minutes = np.full(job.n, np.inf)
    minutes[one["destination"]] = np.rint(one["ticks"] * PANDANA_TICKS) / TICKS
    job.answers["one source, 60 min, reached nodes"] = minutes
    people, few = d["people"], d["scattered"][:200]
    name = "people within 30 min, 2,000 nodes"
    found = job.clock(name, lambda: net.nodes_in_range(few.tolist(), bound(30.0)))
    job.scale(name, len(few), len(d["scattered"]))
    sums = pd.Series(people[found["destination"].to_numpy()]).groupby(found["source"].to_numpy()).sum()
    job.answers[name] = sums.reindex(few).to_numpy()
    name, rows = "1,000 x 1,000 table", 200
    pairs = np.repeat(d["sources"][:rows], len(d["targets"])), np.tile(d["targets"], rows)
    table = np.array(job.clock(name, lambda: net.shortest_path_lengths(*pairs))).reshape(rows, -1)
    job.scale(name, rows, len(d["sources"]))
    unreached = table * PANDANA_TICKS >= 2**32 - 1
    job.answers[name] = np.where(unreached, np.inf, np.rint(table * PANDANA_TICKS) / TICKS)
    if job.n <= PANDANA_EVERY_NODE_MOST:
        net.set(pd.Series(np.arange(job.n)), variable=pd.Series(people.astype(float)), name="people")
        name = "people within 30 min, every node"
        every = job.clock(name, lambda: net.aggregate(bound(30.0), type="sum", decay="flat", name="people"))
        job.answers[name] = every.reindex(range(job.n)).to_numpy()


def igraph_(job: Job) -> None:
    import igraph

    d = job.d
    pairs = np.stack([d["tails"], d["heads"]], axis=1)
    graph = job.clock("prepare", lambda: igraph.Graph(n=job.n, edges=pairs, directed=True))
    weights = (d["ticks"] / TICKS).tolist()
    job.clock(
        "one source, 60 min",
        lambda: graph.distances(source=[int(d["one"][0])], weights=weights, mode="out"),
        5,
    )


def networkit_(job: Job) -> None:
    import networkit as nk

    d = job.d
    graph = job.clock(
        "prepare",
        lambda: nk.GraphFromCoo(
            (d["ticks"] / TICKS, (d["tails"], d["heads"])), n=job.n, weighted=True, directed=True
        ),
    )
    job.clock(
        "one source, 60 min", lambda: nk.distance.Dijkstra(graph, int(d["one"][0]), storePaths=False).run(), 5
    )


def routingkit_(job: Job) -> None:
    import routingkit_cch as rk

    d = job.d
    tails, heads, ticks = d["tails"].tolist(), d["heads"].tolist(), d["ticks"].tolist()
    latitude, longitude = (d["y"] / 111_000).tolist(), (d["x"] / 111_000).tolist()

    def build() -> Any:
        order = rk.compute_order_inertial(job.n, tails, heads, latitude, longitude)
        return rk.CCH(order, tails, heads, filter_always_inf_arcs=False)

    cch = job.clock("prepare", build)
    job.forget_arcs()
    metric = job.clock("re-weight", lambda: rk.CCHMetric(cch, ticks))

    def table() -> np.ndarray:
        many = rk.CCHOneToMany(metric, d["targets"].tolist())
        rows = [many.distances_from(int(node)) for node in d["sources"]]
        return np.nan_to_num(np.array(rows, dtype=float), nan=np.inf) / TICKS

    job.answer("1,000 x 1,000 table", table, 3)


PEERS = {
    "scipy": scipy_,
    "networkx": networkx_,
    "pandana": pandana_,
    "igraph": igraph_,
    "networkit": networkit_,
    "routingkit_cch": routingkit_,
}


def main(peer: str, network: str, out: str) -> None:
    job = Job(np.load(network))
    error = ""
    try:
        PEERS[peer](job)
    except Exception as fault:  # noqa: BLE001, a peer that fails is a line of the table, not the end of it
        error = f"{type(fault).__name__}: {fault}"
    job.write(out, error)


if __name__ == "__main__":
    main(*sys.argv[1:4])
