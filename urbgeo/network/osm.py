"""Travel networks from OpenStreetMap: a PBF file, an OSMnx graph, a GraphML file."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from urbgeo.arguments import check_object
from urbgeo.crs import WGS84, metric_crs
from urbgeo.engine.memory import give_back_memory
from urbgeo.errors import Faults, InputError, SourceError, UrbgeoWarning
from urbgeo.language import catalogued
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.osm_speeds import WALK_KMH, RoadReading, checked_reading, way_speeds, with_sources
from urbgeo.provenance import Provenance
from urbgeo.sources.osm.read import TURNS, Box, read_roads
from urbgeo.sources.osm.roads import Roads
from urbgeo.sources.osm.tags import HIGHWAY_CLASSES, NOT_JOINABLE, TravelRules, rules_for, written_speed

if TYPE_CHECKING:
    import networkx as nx

SNAP_BY_ROAD, SNAP_ON_FOOT = Snapping(), Snapping(max_snap_km=2.0, off_network_kmh=WALK_KMH)
"""How points join a network of roads, and one of walks or cycle rides: at walking speed."""

METRES_PER_KM = 1000.0


def from_pbf(
    path: Path | str,
    *,
    mode: str | TravelRules = "drive",
    classes: Collection[str] | None = None,
    bbox: Box | None = None,
    simplify: bool = True,
    reading: RoadReading | None = None,
) -> TravelNetwork:
    """A travel network from an OpenStreetMap file, ``.osm.pbf`` or XML (``.osm``, ``.osm.gz``, ``.osm.bz2``).

    Turn restrictions are counted, not applied: in a warning, in the provenance and in the network report.
    Minutes of a link are
    ``length_km / speed_kmh * 60``; the speed is the written limit (``maxspeed``), else that of the class in
    the region's table.

    Parameters
    ----------
    path
        The file, of any size: only what is asked for is held in memory.
    mode
        ``"drive"``, ``"walk"``, ``"cycle"``, or :class:`urbgeo.sources.osm.tags.TravelRules` of your own.
    classes
        Values of ``highway`` (and ``"ferry"``) to keep instead of those of the mode.
    bbox
        West, south, east, north in degrees; stretches with at least one end inside are kept.
    simplify
        Join links at nodes that are no junction; minutes are not changed by it.
    reading
        Speeds and snapping, e.g. ``RoadReading(region="world")``; those of China by default.

    Returns
    -------
    TravelNetwork
        ``links.speed_source`` is ``"tag"``, ``"class"``, ``"override"`` or ``"default"``; the provenance says
        which share was imputed and what was set aside.

    Raises
    ------
    SourceError
        When the file is missing, no PBF, cut off or damaged.
    InputError
        For an unknown mode, class or region, an empty bbox, or no usable way.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> text = '''<osm version="0.6">
    ...   <node id="1" lat="28.20" lon="112.90"/><node id="2" lat="28.20" lon="112.91"/>
    ...   <node id="3" lat="28.21" lon="112.91"/>
    ...   <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
    ...   <way id="8"><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way></osm>'''
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "town.osm"
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     town = from_pbf(path, reading=RoadReading(speeds={"primary": 50.0}))
    >>> town
    <TravelNetwork 3 nodes, 2 links, modes road, 1 part>
    """
    reading = checked_reading(reading)
    roads = read_roads(path, mode=mode, classes=classes, bbox=bbox, simplify=simplify)
    if roads.mode == "road" and roads.counts[TURNS]:
        name = Path(path).name
        warnings.warn(f"{name}: {roads.counts[TURNS]} {TURNS}.", UrbgeoWarning, stacklevel=2)
    about = Provenance(
        parameters={
            "mode": roads.mode,
            "speed_region": reading.region,
            "peak": reading.peak,
            "maxspeed": reading.use_maxspeed,
            "bbox": bbox,
            "classes": classes and sorted(classes),
            "simplify": simplify,
            **roads.counts,
        },
        sources=(catalogued(f"OpenStreetMap contributors (ODbL): {reading.source or Path(path).name}"),),
    )
    kinds = roads.kinds_table.iloc[np.unique(roads.kind)]
    by_kind, used = way_speeds(kinds, mode=roads.mode, reading=reading)
    joins = reading.snapping or default_snapping(roads.mode)
    kind = roads.kind
    junctions, links, lines = roads.bare_tables(_metric(roads))
    del roads
    give_back_memory()
    nodes = junctions.drawn()
    del junctions
    timed = by_kind.reindex(range(kind.max() + 1)).take(kind)
    network = TravelNetwork(nodes, _with_minutes(links, timed), joins, about, lines)
    return with_sources(network, timed["speed_source"], used)


def default_snapping(mode: str) -> Snapping:
    """How points join a network of this mode of links when nothing else is said."""
    return SNAP_BY_ROAD if mode == "road" else SNAP_ON_FOOT


def _with_minutes(links: pd.DataFrame, timed: pd.DataFrame) -> pd.DataFrame:
    """The links with their speeds and minutes, in the columns of a compiled network."""
    there, back = (timed[name].to_numpy() for name in ("speed_kmh", "speed_back_kmh"))
    minutes = links["length_km"].to_numpy() * 60.0
    oneway = links.pop("oneway").to_numpy()
    return links.assign(
        speed_kmh=there, minutes=minutes / there, minutes_back=np.where(oneway, np.nan, minutes / back)
    )


def _metric(roads: Roads) -> CRS:
    """The metric CRS of the junctions, by their outermost degrees."""
    lon, lat = roads.lon[roads.ends], roads.lat[roads.ends]
    corners = gpd.points_from_xy([lon.min(), lon.max()], [lat.min(), lat.max()], crs=WGS84)
    return metric_crs(gpd.GeoSeries(corners))


def from_osmnx(
    graph: nx.MultiDiGraph | Path | str,
    *,
    mode: str = "drive",
    reading: RoadReading | None = None,
) -> TravelNetwork:
    """A travel network from an OSMnx graph, simplified or not, or from a GraphML file of one.

    The two directed edges of a two-way street become one link. Where an edge names several classes or limits
    (OSMnx joins ways), the most important class and the least limit count.

    Parameters
    ----------
    graph
        A MultiDiGraph whose nodes have ``x`` and ``y`` and whose edges have ``length`` (metres) and
        ``highway``, in the CRS of ``graph.graph["crs"]``; or the path of a GraphML file.
    mode
        ``"drive"``, ``"walk"`` or ``"cycle"``: how fast the edges are travelled. Which ways are open, and in
        which directions, the graph itself says.
    reading
        Speeds and snapping, as for :func:`from_pbf`.

    Returns
    -------
    TravelNetwork
        As :func:`from_pbf`; edges that are no roads are left out with a counted warning.

    Raises
    ------
    SourceError
        When the file cannot be read as GraphML.
    InputError
        For an unknown mode; listing nodes without coordinates and edges without a usable length or a
        known class.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.MultiDiGraph(crs="EPSG:4326")
    >>> graph.add_node(1, x=112.90, y=28.20)
    >>> graph.add_node(2, x=112.91, y=28.20)
    >>> _ = graph.add_edge(1, 2, length=982.0, highway="primary", osmid=7)
    >>> _ = graph.add_edge(2, 1, length=982.0, highway="primary", osmid=7)
    >>> from_osmnx(graph)
    <TravelNetwork 2 nodes, 1 links, modes road, 1 part>
    """
    reading = checked_reading(reading)
    travels = rules_for(mode, None).mode
    name = reading.source or "OSMnx graph"
    if isinstance(graph, Path | str):
        name, graph = reading.source or f"GraphML: {Path(graph).name}", _graphml(Path(graph))
    nodes, links = _graph_tables(graph)
    limits = reading.use_maxspeed and travels == "road"
    timed, used = way_speeds(links, mode=travels, reading=replace(reading, use_maxspeed=limits))
    links = links.assign(
        mode=travels,
        speed_kmh=timed["speed_kmh"],
        minutes_back=links["length_km"] * 60.0 / timed["speed_back_kmh"],
    )
    network = build_network(
        nodes,
        links,
        snapping=reading.snapping or default_snapping(travels),
        sources=[catalogued(f"OpenStreetMap contributors (ODbL): {name}")],
    )
    about = network.provenance.having(
        parameters={
            "mode": travels,
            "speed_region": reading.region,
            "peak": reading.peak,
            "maxspeed": reading.use_maxspeed,
        }
    )
    return with_sources(replace(network, provenance=about), timed["speed_source"], used)


def _graphml(path: Path) -> nx.MultiDiGraph:
    import osmnx

    try:
        return osmnx.load_graphml(path)
    except Exception as error:
        raise SourceError(f"{path}: cannot be read as the GraphML of an OSMnx graph ({error}).") from error


def _graph_tables(graph: nx.MultiDiGraph) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    import networkx as nx

    check_object(graph, "graph", nx.Graph, "give what OSMnx makes, or the path of its GraphML")
    if not graph.is_multigraph() or not graph.is_directed():
        raise InputError("graph: a MultiDiGraph is needed, as OSMnx makes it.")
    if "crs" not in graph.graph:
        raise InputError("graph: graph.graph['crs'] is missing; set the CRS its coordinates are in.")
    if graph.number_of_edges() == 0:
        raise InputError("graph: it has no edges.")
    faults = Faults("graph")
    places = pd.DataFrame({"x": dict(graph.nodes(data="x")), "y": dict(graph.nodes(data="y"))})
    places = places.apply(pd.to_numeric, errors="coerce").reindex(list(graph.nodes))
    bare = places.isna().any(axis=1) | np.isinf(places).any(axis=1)
    if bare.any():
        faults.add("nodes without x and y", ids=places.index[bare], remedy="drop or locate them")
    edges = pd.DataFrame(
        [
            (u, v, k, *(data.get(name) for name in _EDGE))
            for u, v, k, data in graph.edges(keys=True, data=True)
        ],
        columns=["from_node", "to_node", "key", *_EDGE],
    )
    edges["length"] = pd.to_numeric(edges["length"], errors="coerce")
    edges["class"] = edges["highway"].map(_main_class)
    named = edges["from_node"].astype(str) + "-" + edges["to_node"].astype(str)
    wrong = ~(edges["length"] >= 0) | np.isinf(edges["length"])
    if wrong.any():
        faults.add(
            "edges without a length in metres", ids=named[wrong], remedy="osmnx.distance.add_edge_lengths"
        )
    unknown = ~edges["class"].isin(HIGHWAY_CLASSES)
    told = f"edges of highway {', '.join(sorted(map(str, edges.loc[unknown, 'class'].unique())))}"
    if unknown.all():
        faults.add(f"all are {told}", ids=named[unknown], remedy="drop or rename them")
    faults.raise_if_any()
    if unknown.any():
        warnings.warn(
            f"graph: {int(unknown.sum())} {told}, left out: no road classes.", UrbgeoWarning, stacklevel=4
        )
        edges = edges[~unknown].reset_index(drop=True)
    nodes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(places.x, places.y), index=places.index, crs=graph.graph["crs"]
    )
    return nodes, _paired(edges, places, graph.graph["crs"])


_EDGE = ("length", "highway", "maxspeed", "oneway", "osmid", "geometry")


def _paired(edges: pd.DataFrame, places: pd.DataFrame, crs: Any) -> gpd.GeoDataFrame:
    """One row per street: an edge and the edge back of equal id and length are one two-way link."""

    def place(nodes: pd.Series) -> NDArray[np.int64]:
        return places.index.get_indexer(pd.Index(nodes)).astype(np.int64)

    low = np.where(place(edges["from_node"]) <= place(edges["to_node"]), 0, 1)
    a = np.where(low == 0, edges["from_node"], edges["to_node"])
    b = np.where(low == 0, edges["to_node"], edges["from_node"])
    same = pd.DataFrame(
        {"a": a, "b": b, "id": edges["osmid"].map(_id_text), "mm": (edges["length"] * 1000).round()}
    )
    loop = edges["from_node"] == edges["to_node"]
    rank = pd.Series(low, index=edges.index, dtype=float).where(~loop, 0.0)
    turn = same.assign(rank=rank).groupby(["a", "b", "id", "mm", "rank"], dropna=False).cumcount()
    if loop.any():
        # a two-way loop is listed twice in the same direction: the second one is the way back
        both = same[loop].groupby(["a", "b", "id", "mm"], dropna=False).cumcount()
        rank = rank.mask(loop, (both.reindex(rank.index) % 2).astype(float))
        turn = turn.mask(loop, both.reindex(turn.index) // 2)
    pair = same.assign(turn=turn).groupby(["a", "b", "id", "mm", "turn"], dropna=False, sort=False).ngroup()
    size = pair.map(pair.value_counts())
    kept = edges[~pair.duplicated()]
    limit = kept["maxspeed"].map(_least_limit)
    xy = places.to_numpy(float)
    ends = [place(kept[end]) for end in ("from_node", "to_node")]
    straight = shapely.linestrings(np.stack([xy[ends[0]], xy[ends[1]]], axis=1))
    drawn = np.array(
        [one if isinstance(one, shapely.LineString) else None for one in kept["geometry"]], object
    )
    return gpd.GeoDataFrame(
        {
            "from_node": kept["from_node"].to_numpy(),
            "to_node": kept["to_node"].to_numpy(),
            "length_km": kept["length"].to_numpy() / METRES_PER_KM,
            "class": kept["class"].to_numpy(),
            "oneway": (size[kept.index] == 1).to_numpy(),
            "joinable": ~kept["class"].isin(NOT_JOINABLE).to_numpy(),
            "maxspeed_kmh": limit.to_numpy(float),
            "maxspeed_back_kmh": limit.to_numpy(float),
        },
        geometry=np.where([one is None for one in drawn], straight, drawn),
        crs=crs,
    )


def _main_class(value: Any) -> Any:
    """The most important of several classes: the same for both directions of a street."""
    if not isinstance(value, list):
        return value
    known = [name for name in HIGHWAY_CLASSES if name in value]
    return known[0] if known else str(value)


def _id_text(value: Any) -> str:
    return " ".join(sorted(map(str, value))) if isinstance(value, list) else str(value)


def _least_limit(value: Any) -> float:
    words = value if isinstance(value, list) else [value]
    found = [written_speed(str(word)) for word in words if word is not None and word == word]
    return min((speed for speed in found if speed > 0), default=np.nan)


__all__ = ["RoadReading", "Roads", "from_osmnx", "from_pbf"]
