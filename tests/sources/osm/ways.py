"""Ways on a small grid, and the graph that is read from them."""

from __future__ import annotations

import networkx as nx
from pyproj import Geod

from urbgeo.sources.osm.roads import Roads

GEOD = Geod(ellps="WGS84")


STEP = 0.01


GRID = {
    10 * row + column: (112.0 + column * STEP, 28.0 + row * STEP) for row in range(5) for column in range(5)
}


ROAD = {"highway": "primary"}


def ends(roads: Roads) -> list[tuple[int, int]]:
    return sorted(tuple(map(int, roads.node_ids[pair])) for pair in roads.ends)


def graph_of(roads: Roads) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for pair, km, kind in zip(roads.ends, roads.length_km, roads.kind, strict=True):
        a, b = map(int, roads.node_ids[pair])
        graph.add_edge(a, b, km=km)
        if not roads.kinds[kind].oneway:
            graph.add_edge(b, a, km=km)
    return graph


def geodesic(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    return float(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2] / 1000.0)
