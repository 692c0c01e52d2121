"""Tables and nearest facility on the embedded region: urbgeo beside networkx and scipy, in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import urbgeo
from urbgeo.network.minutes import node_table
from urbgeo.network.model import TravelNetwork

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


def as_networkx(network: TravelNetwork) -> nx.MultiDiGraph:
    arcs = network.forward
    tails = np.repeat(np.arange(len(network.nodes)), np.diff(arcs.start))
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from(
        zip(tails.tolist(), arcs.heads.tolist(), arcs.minutes.tolist(), strict=True)
    )
    return graph


def main() -> None:
    """Print one line per peer: seconds, ratio to urbgeo, largest difference of the answers."""
    hunan = urbgeo.load_region("hunan", zones=False)
    network = urbgeo.region_network(hunan)
    seats = network.nodes.index.get_indexer(hunan.counties.index).astype(np.int64)
    arcs, n = network.forward, len(network.nodes)
    sparse = csr_array((arcs.minutes, arcs.heads, arcs.start), shape=(n, n))
    graph = as_networkx(network)

    def by_networkx() -> np.ndarray:
        found = np.full((len(seats), len(seats)), np.inf)
        for row, seat in enumerate(seats.tolist()):
            lengths = nx.single_source_dijkstra_path_length(graph, seat)
            found[row] = [lengths.get(one, np.inf) for one in seats.tolist()]
        return found

    ways = {
        "urbgeo": lambda: node_table(network, seats, seats),
        "scipy": lambda: dijkstra(sparse, indices=seats)[:, seats],
        "networkx": by_networkx,
    }
    ours, base = median_s(ways["urbgeo"]), ways["urbgeo"]()
    print(f"{len(seats)} x {len(seats)} table on {n} nodes, {arcs.heads.size} arcs; medians of {REPEATS}")
    for name, way in ways.items():
        seconds = ours if name == "urbgeo" else median_s(way)
        apart = float(np.abs(way() - base).max())
        print(f"{name:10s} {seconds:8.4f} s  {seconds / ours:6.1f} x  largest difference {apart:.1e} min")


if __name__ == "__main__":
    main()
