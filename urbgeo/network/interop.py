"""A network as the objects of others: graphs of networkx and OSMnx, and the two tables it is built from.

Functions on tables, so that the model can offer them as methods without a circle of imports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.crs import WGS84

if TYPE_CHECKING:
    import networkx as nx


def frames_of(nodes: gpd.GeoDataFrame, links: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Nodes, and links that :func:`urbgeo.network.model.build_network` takes back with equal minutes."""
    plain = links.drop(columns=["speed_kmh", "speed_source"])
    return nodes.copy(), plain.assign(oneway=links["minutes_back"].isna())


def networkx_of(nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> nx.MultiDiGraph:
    """Nodes with ``x`` and ``y``, one edge per direction, keyed by the id of its link."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs=nodes.crs.to_string())
    for name, x, y in zip(nodes.index, nodes.geometry.x, nodes.geometry.y, strict=True):
        graph.add_node(name, x=x, y=y)
    for tail, head, link, about, _ in _edges(links):
        graph.add_edge(tail, head, key=link, **about)
    return graph


def osmnx_of(nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame) -> nx.MultiDiGraph:
    """A graph in degrees as OSMnx makes them: ``osmid``, ``highway``, ``length`` (m), ``speed_kph``,
    ``travel_time`` (s), ``oneway``, ``geometry``, edges numbered between two nodes.

    OSMnx takes text for a list of nodes: where ids are no whole numbers, nodes are numbered in their order.
    """
    import networkx as nx

    graph = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    whole = pd.api.types.is_integer_dtype(nodes.index)
    number = dict(zip(nodes.index, nodes.index.tolist() if whole else range(len(nodes)), strict=True))
    spots = nodes.geometry.to_crs(WGS84)
    for name, x, y in zip(nodes.index, spots.x, spots.y, strict=True):
        graph.add_node(number[name], x=x, y=y, node=name)
    for tail, head, link, about, turned in _edges(links.to_crs(WGS84)):
        minutes, km = about["minutes"], about["length_km"]
        graph.add_edge(
            number[tail],
            number[head],
            osmid=link,
            highway=about["class"],
            length=km * 1000.0,
            speed_kph=km * 60.0 / minutes if minutes > 0 else np.inf,
            travel_time=minutes * 60.0,
            oneway=about["oneway"],
            reversed=turned,
            geometry=about["geometry"],
        )
    return graph


def _edges(links: gpd.GeoDataFrame) -> Any:
    """Tail, head, link, attributes, whether it is travelled against its drawing; both ways of each link."""
    back = links["minutes_back"].to_numpy(np.float64)
    names = [name for name in ("length_km", "class", "mode", "joinable") if name in links]
    columns = [links[name].tolist() for name in names]
    rows = zip(links["from_node"], links["to_node"], links.index, links["minutes"], back, strict=True)
    for row, (tail, head, link, minutes, minutes_back) in enumerate(rows):
        line = links.geometry.iloc[row]
        about = {name: column[row] for name, column in zip(names, columns, strict=True)}
        about |= {"oneway": bool(np.isnan(minutes_back))}
        yield tail, head, link, {**about, "minutes": minutes, "geometry": line}, False
        if not about["oneway"]:
            turned = {**about, "minutes": float(minutes_back), "geometry": shapely.reverse(line)}
            yield head, tail, link, turned, True
