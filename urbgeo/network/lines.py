"""Travel networks from a layer of lines: a survey office's shapefile, a table of street edges."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from urbgeo.checks import check_choice, check_columns, check_crs, check_ids
from urbgeo.crs import metric_crs
from urbgeo.errors import Faults, InputError, UrbgeoWarning
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.osm_speeds import way_speeds, with_sources
from urbgeo.sources.osm.tags import NOT_JOINABLE
from urbgeo.types import Ints

SAME_PLACE_M = 0.5
"""Line ends closer than this are one junction, where the table names no nodes."""


def from_lines(
    lines: gpd.GeoDataFrame,
    *,
    class_column: str = "class",
    node_columns: tuple[str, str] | None = None,
    oneway_column: str | None = None,
    class_system: str = "road",
    class_names: Mapping[str, str] | None = None,
    region: str = "china",
    speeds: Mapping[str, float] | None = None,
    peak: bool = False,
    same_place_m: float = SAME_PLACE_M,
    snapping: Snapping | None = None,
    source: str = "",
) -> TravelNetwork:
    """A travel network from lines, which meet at their ends.

    Parameters
    ----------
    lines
        LineStrings with unique index and a CRS; lengths are measured in a metric CRS chosen for them.
    class_column
        Column with the class of each line.
    node_columns
        Columns with the ids of the nodes at the start and end of each line. None: ends within
        ``same_place_m`` of each other are one node.
    oneway_column
        Column that is true where a line may be travelled in its own direction only. None: both ways.
    class_system
        ``"road"``: classes of :data:`urbgeo.network.speeds.ROAD_CLASSES`; ``"osm"``: values of ``highway``,
        with the speeds of ``region``.
    class_names
        The class for each value of ``class_column``, e.g. ``{"国道": "trunk"}``.
    region, speeds, peak
        As for :func:`urbgeo.network.osm.from_pbf`; ``region`` and ``peak`` with ``"osm"`` only.
    same_place_m
        Metres within which line ends are one junction.
    snapping
        How points are attached.
    source
        Line for the provenance.

    Returns
    -------
    TravelNetwork
        The provenance counts lines of no length and lines given twice, which are left out with a warning.

    Raises
    ------
    InputError
        Listing lines without geometry, of several parts, without a class, or of an unknown one.
    """
    check_choice(class_system, "class_system", ("road", "osm"))
    lines = _checked(lines, class_column, node_columns, oneway_column)
    metric = lines.to_crs(metric_crs(lines))
    names = metric[class_column].map(dict(class_names)) if class_names else metric[class_column]
    lost = names.index[names.isna()]
    if len(lost):
        faults = Faults("lines")
        faults.add(f"{class_column} has no name in class_names", ids=lost, remedy="name it there")
        faults.raise_if_any()
    oneway = metric[oneway_column].astype(bool) if oneway_column else pd.Series(False, metric.index)
    kept, counts = _told_once(metric, names.astype(str), oneway)
    metric, names, oneway = metric[kept], names[kept].astype(str), oneway[kept]
    nodes, ends = _junctions(metric, node_columns, same_place_m)
    links = gpd.GeoDataFrame(
        {
            "from_node": nodes.index.to_numpy()[ends[:, 0]],
            "to_node": nodes.index.to_numpy()[ends[:, 1]],
            "length_km": metric.length / 1000.0,
            "class": names,
            "oneway": oneway,
        },
        geometry=metric.geometry,
    )
    network = _timed(nodes, links, class_system, region, speeds, peak, snapping, source)
    about = network.provenance.having(parameters={"class_system": class_system, **counts})
    return replace(network, provenance=about)


def _checked(
    lines: gpd.GeoDataFrame,
    class_column: str,
    node_columns: tuple[str, str] | None,
    oneway_column: str | None,
) -> gpd.GeoDataFrame:
    check_crs(lines, "lines")
    if lines.empty:
        raise InputError("lines: it has no rows.")
    if isinstance(lines.index, pd.MultiIndex):
        levels = ", ".join(map(str, lines.index.names))
        raise InputError(
            f"lines: its ids have {lines.index.nlevels} levels ({levels}), as OSMnx's edges do, which list a "
            "two-way street twice; use from_osmnx with the graph, or with "
            "osmnx.graph_from_gdfs(nodes, edges). For other tables use .reset_index()."
        )
    optional = [*(node_columns or ()), *([oneway_column] if oneway_column else [])]
    check_columns(lines, "lines", [class_column, *optional])
    check_ids(lines.index, "lines")
    faults = Faults("lines")
    shapes = lines.geometry
    void = shapes.isna() | shapes.is_empty
    if void.any():
        faults.add("missing or empty geometry", ids=lines.index[void], remedy="drop these rows")
    other = ~void & (shapes.geom_type != "LineString")
    if other.any():
        found = "/".join(sorted(shapes[other].geom_type.unique()))
        faults.add(
            f"{found} where LineString is needed",
            ids=lines.index[other],
            remedy="use .explode(ignore_index=True)",
        )
    for column in [class_column, *optional]:
        bare = lines[column].isna()
        if bare.any():
            faults.add(f"{column} is missing", ids=lines.index[bare], remedy="fill or drop these rows")
    faults.raise_if_any()
    return lines


def _told_once(
    lines: gpd.GeoDataFrame, names: pd.Series, oneway: pd.Series
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """Which lines to keep: those with a length, and of equal ones (either way round) the first."""
    length = lines.length.to_numpy()
    shape = lines.geometry.normalize().to_wkb()
    shape = shape.where(~oneway, lines.geometry.to_wkb())
    again = pd.DataFrame({"shape": shape, "class": names, "oneway": oneway}).duplicated().to_numpy()
    still = length == 0
    counts = {"lines of no length": int(still.sum()), "lines given twice": int((again & ~still).sum())}
    for what, count in counts.items():
        if count:
            warnings.warn(f"lines: {count} {what}, left out.", UrbgeoWarning, stacklevel=3)
    if still.all():
        raise InputError("lines: all of them have no length; check their coordinates and CRS.")
    return ~(still | again), counts


def _junctions(
    lines: gpd.GeoDataFrame, node_columns: tuple[str, str] | None, same_place_m: float
) -> tuple[gpd.GeoDataFrame, Ints]:
    """Nodes, and (lines, 2) their positions at the ends of each line."""
    shapes = lines.geometry.to_numpy()
    tips = np.stack(
        [
            shapely.get_coordinates(shapely.get_point(shapes, 0)),
            shapely.get_coordinates(shapely.get_point(shapes, -1)),
        ],
        axis=1,
    ).reshape(-1, 2)
    if node_columns:
        label, ids = pd.factorize(lines[list(node_columns)].to_numpy().ravel())
    else:
        label, ids = _gathered(tips, same_place_m), None
    first = np.unique(label, return_index=True)[1]
    index = pd.RangeIndex(len(first)) if ids is None else pd.Index(ids)
    nodes = gpd.GeoDataFrame(geometry=shapely.points(tips[first]), index=index, crs=lines.crs)
    return nodes, label.reshape(-1, 2).astype(np.int64)


def _gathered(tips: NDArray[np.float64], within_m: float) -> Ints:
    """A number for each point, equal for points that lie within ``within_m`` of each other."""
    places, which = np.unique(tips, axis=0, return_inverse=True)
    pairs = cKDTree(places).query_pairs(within_m, output_type="ndarray")
    near = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(places),) * 2)
    return connected_components(near, directed=False)[1][which.ravel()].astype(np.int64)


def _timed(
    nodes: gpd.GeoDataFrame,
    links: gpd.GeoDataFrame,
    class_system: str,
    region: str,
    speeds: Mapping[str, float] | None,
    peak: bool,
    snapping: Snapping | None,
    source: str,
) -> TravelNetwork:
    sources = [source] if source else []
    if class_system == "road":
        return build_network(nodes, links, speeds=speeds, snapping=snapping, sources=sources)
    unwritten = links.assign(maxspeed_kmh=np.nan, maxspeed_back_kmh=np.nan)
    timed, used = way_speeds(
        unwritten, mode="road", region=region, speeds=speeds, peak=peak, use_maxspeed=False
    )
    links = links.assign(speed_kmh=timed["speed_kmh"], joinable=~links["class"].isin(NOT_JOINABLE))
    network = build_network(nodes, links, snapping=snapping, sources=sources)
    return with_sources(network, timed["speed_source"], used)
