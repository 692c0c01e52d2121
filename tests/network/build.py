"""Micro networks, the same networks for networkx, and the catalogue of bad layers."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from hypothesis import HealthCheck, Phase, settings

from urbgeo.network.model import TravelNetwork, build_network

QUICK = settings(
    max_examples=int(os.environ.get("URBGEO_EXAMPLES", "10")),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""Few random cases, to run often; URBGEO_EXAMPLES=500 looks harder."""

UTM = 32649
EAST, NORTH = 500_000.0, 3_000_000.0
"""A place in Hunan; all coordinates of micro networks are kilometres from it."""

Change = Callable[[gpd.GeoDataFrame], object]


def points(km: list[tuple[float, float]], ids: list[str] | None = None) -> gpd.GeoDataFrame:
    x, y = np.array(km, dtype=float).reshape(-1, 2).T * 1000.0
    index = ids or list("ABCDEFGHIJKLMNOP")[: len(km)]
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(EAST + x, NORTH + y), index=index, crs=UTM)


def squares(
    *corners: tuple[float, float], side: float = 10.0, ids: list[str] | None = None
) -> gpd.GeoDataFrame:
    """Squares given by their south-west corners, kilometres."""
    west, south = np.array(corners).T * 1000.0 + np.array([[EAST], [NORTH]])
    boxes = shapely.box(west, south, west + side * 1000.0, south + side * 1000.0)
    return gpd.GeoDataFrame(geometry=boxes, index=ids or list("abcdefghijklmnop")[: len(boxes)], crs=UTM)


def road(*stretches: tuple[object, object, float], **columns: object) -> pd.DataFrame:
    """Link rows at 60 km/h, a minute a kilometre."""
    table = pd.DataFrame(stretches, columns=["from_node", "to_node", "length_km"])
    return table.assign(**{"class": "primary"}).assign(**columns)


def along(*x: float, **columns: object) -> TravelNetwork:
    """Nodes A, B, C ... on one straight road, a minute a kilometre."""
    nodes = points([(one, 0.0) for one in x])
    names = list(nodes.index)
    steps = zip(names, names[1:], np.diff(x), strict=False)
    return build_network(nodes, road(*steps, **columns))


def graph_of(network: TravelNetwork) -> nx.MultiDiGraph:
    """The links as arcs of networkx, read from the link table alone."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(network.nodes.index)
    for link in network.links.to_dict("records"):
        graph.add_edge(link["from_node"], link["to_node"], weight=link["minutes"])
        if link["minutes_back"] == link["minutes_back"]:
            graph.add_edge(link["to_node"], link["from_node"], weight=link["minutes_back"])
    return graph


def links_before_edits(network: TravelNetwork) -> list[gpd.GeoDataFrame]:
    """Joinable links of the first network, and of what each edit made of it."""
    joinable = network.links[network.links["joinable"]]
    if "added_by_edit" not in joinable:
        return [joinable]
    return [joinable[joinable["added_by_edit"] <= one] for one in sorted(set(joinable["added_by_edit"]))]


def split_graph(network: TravelNetwork, places: gpd.GeoDataFrame) -> nx.MultiDiGraph:
    """The same with every link split where places join it, and the places as nodes ``("at", id)``."""
    graph = graph_of(network)
    feet: dict[object, list[tuple[float, object]]] = {}
    for name, spot in places.geometry.items():
        graph.add_node(("at", name), off_km={})
        for joinable in links_before_edits(network):
            metres = joinable.geometry.distance(spot).round(6)
            near = sorted(metres.index[metres == metres.min()], key=str)[0]
            known = graph.nodes[("at", name)]["off_km"]
            if near in known or metres[near] > network.snapping.max_snap_km * 1000.0:
                continue
            foot = joinable.geometry[near].project(spot, normalized=True)
            feet.setdefault(near, []).append((foot, name))
            off = metres[near] / 1000.0 * 60.0 / network.snapping.off_network_kmh
            graph.add_edge(("at", name), ("foot", name, near), weight=off)
            graph.add_edge(("foot", name, near), ("at", name), weight=off)
            known[near] = metres[near] / 1000.0
    for link_id, here in feet.items():
        link = network.links.loc[link_id]
        stops = [
            (0.0, link["from_node"]),
            *((f, ("foot", n, link_id)) for f, n in sorted(here)),
            (1.0, link["to_node"]),
        ]
        for (since, one), (until, other) in itertools.pairwise(stops):
            share = until - since
            graph.add_edge(one, other, weight=share * link["minutes"])
            if share == 0.0 or link["minutes_back"] == link["minutes_back"]:
                graph.add_edge(other, one, weight=share * link["minutes_back"] if share else 0.0)
    return graph


def oracle_minutes(network: TravelNetwork, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Minutes between places by networkx; two on one link may also walk straight across."""
    graph = split_graph(network, places)
    table = pd.DataFrame(np.inf, index=places.index, columns=places.index)
    for one in places.index:
        # No way leads over a door: each trip sees its own two places only.
        others = [node for node in graph if isinstance(node, tuple) and node[0] == "at" and node[1] != one]
        for other in places.index:
            shut = [node for node in others if node[1] != other]
            graph_here = graph.subgraph([node for node in graph if node not in set(shut)])
            ends = [graph.nodes[("at", name)]["off_km"] for name in (one, other)]
            if not (ends[0] and ends[1]):
                table.loc[one, other] = np.nan
                continue
            reached = nx.single_source_dijkstra_path_length(graph_here, ("at", one))
            table.loc[one, other] = reached.get(("at", other), np.inf)
            km = places.geometry[one].distance(places.geometry[other]) / 1000.0
            if any(km <= ends[0][link] + ends[1][link] for link in set(ends[0]) & set(ends[1])):
                walk = km * 60.0 / network.snapping.off_network_kmh
                table.loc[one, other] = min(table.loc[one, other], walk)
    return table


def clear_nearest(network: TravelNetwork, places: gpd.GeoDataFrame) -> bool:
    """Whether rounding cannot change which link each place joins (ties at a shared node are no matter)."""
    for spot, joinable in itertools.product(places.geometry, links_before_edits(network)):
        lines = joinable.geometry
        metres = lines.distance(spot)
        near = lines[metres < metres.min() + 0.01]
        feet = [line.interpolate(line.project(spot)) for line in near]
        if any(foot.distance(feet[0]) > 0.0 for foot in feet):
            return False
        if metres.min() > 0 and abs(metres.min() - network.snapping.max_snap_km * 1000.0) < 0.01:
            return False
    return True


def _without(frame: gpd.GeoDataFrame, shape: object) -> gpd.GeoDataFrame:
    return frame.assign(geometry=[shape, *frame.geometry.iloc[1:]])


BAD_LAYERS: dict[str, tuple[Change, str]] = {
    "no CRS": (lambda frame: frame.set_crs(None, allow_override=True), "has no CRS"),
    "no rows": (lambda frame: frame.iloc[:0], "has no rows"),
    "no layer": (lambda frame: pd.DataFrame(frame.drop(columns="geometry")), "a GeoDataFrame is needed"),
    "repeated ids": (lambda frame: frame.set_axis([7] * len(frame)), "repeated ids at 7"),
    "missing ids": (
        lambda frame: frame.set_axis([None, *frame.index[1:]]),
        "missing ids in the index at row 0",
    ),
    "missing geometry": (lambda frame: _without(frame, None), "missing or empty geometry at "),
    "empty geometry": (lambda frame: _without(frame, type(frame.geometry.iloc[0])()), "missing or empty"),
    "mixed geometry": (
        lambda frame: _without(frame, shapely.LineString([(0, 0), (1, 1)])),
        "LineString where ",
    ),
    "infinite": (
        lambda frame: _without(frame, shapely.affinity.translate(frame.geometry.iloc[0], np.inf)),
        "finite",
    ),
    "beyond the pole": (
        lambda frame: frame.set_crs(4326, allow_override=True).set_geometry(
            frame.geometry.affine_transform([0, 0, 0, 0, 112.0, 91.0]).set_crs(4326, allow_override=True)
        ),
        "degrees beyond 180/90",
    ),
    "not degrees": (lambda frame: frame.set_crs(4326, allow_override=True), "degrees beyond 180/90"),
}
"""Ways to spoil a layer, and what the error says."""

BAD_TIMES = [0, -1, np.nan, np.inf, "60", True, None]
