"""The embedded region: its county table beside networkx and scipy, and its four answers after an edit."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import urbgeo
from urbgeo.engine.graph import Graph
from urbgeo.network.edits import with_links, with_speeds
from urbgeo.network.minutes import node_table
from urbgeo.network.model import TravelNetwork
from urbgeo.options import options
from urbgeo.regions.region import Region
from urbgeo.study.answers import answer

REPEATS = 5


def median_s(work: Callable[[], object]) -> float:
    """Median seconds of the work over a few repeats, after one to warm up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def as_networkx(graph: Graph) -> nx.MultiDiGraph:
    tails = np.repeat(np.arange(graph.node_count), np.diff(graph.out.start))
    arcs = graph.out.arcs
    found = nx.MultiDiGraph()
    found.add_weighted_edges_from(
        zip(tails.tolist(), arcs["head"].tolist(), arcs["minutes"].tolist(), strict=True)
    )
    return found


def main() -> None:
    """Print the table of peers, then seconds from an edit to the four answers."""
    hunan = urbgeo.load_region("hunan")
    network = urbgeo.region_network(hunan)
    beside_peers(hunan, network)
    after_edits(hunan, network)


def after_edits(hunan: Region, network: TravelNetwork) -> None:
    """Other speeds, or one more expressway, and all answers anew; a new edit each time."""
    one, *others = hunan.counties.index
    made = iter(range(10**6))

    def speeds() -> TravelNetwork:
        return with_speeds(network, {"expressway": 100.0 + next(made) / 10})

    def links() -> TravelNetwork:
        road = {"from_node": one, "to_node": others[next(made)], "length_km": 90.0, "class": "expressway"}
        return with_links(network, pd.DataFrame([road], index=["new"]))

    options.progress = False
    whole = median_s(lambda: answer(hunan, network=network))
    print(f"answers under three sets of speeds and by year, from a network at hand: {whole:.2f} s")
    for name, edit in (("speeds", speeds), ("links", links)):

        def anew(edit: Callable[[], TravelNetwork] = edit) -> object:
            return answer(hunan, network=edit(), sets=(), years=())

        seconds = median_s(anew)
        print(f"with_{name} and the four answers: {seconds:.2f} s")


def beside_peers(hunan: Region, network: TravelNetwork) -> None:
    """One line per peer: seconds, ratio to urbgeo, largest difference of the answers."""
    seats = network.nodes.index.get_indexer(hunan.counties.index).astype(np.int64)
    compiled = network.graph
    arcs, n, at = compiled.out.arcs, compiled.node_count, compiled.rank[seats].tolist()
    sparse = csr_array((arcs["minutes"], arcs["head"], compiled.out.start), shape=(n, n))
    graph = as_networkx(compiled)

    def by_networkx() -> np.ndarray:
        found = np.full((len(seats), len(seats)), np.inf)
        for row, seat in enumerate(at):
            lengths = nx.single_source_dijkstra_path_length(graph, seat)
            found[row] = [lengths.get(one, np.inf) for one in at]
        return found

    ways = {
        "urbgeo": lambda: node_table(network, seats, seats),
        "scipy": lambda: dijkstra(sparse, indices=at)[:, at],
        "networkx": by_networkx,
    }
    ours, base = median_s(ways["urbgeo"]), ways["urbgeo"]()
    print(f"{len(seats)} x {len(seats)} table on {n} nodes, {arcs.size} arcs; medians of {REPEATS}")
    for name, way in ways.items():
        seconds = ours if name == "urbgeo" else median_s(way)
        apart = float(np.abs(way() - base).max())
        print(f"{name:10s} {seconds:8.4f} s  {seconds / ours:6.1f} x  largest difference {apart:.1e} min")


if __name__ == "__main__":
    main()
