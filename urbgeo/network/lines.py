"""Travel networks from a layer of lines: a survey office's shapefile, a table of street edges."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo import words
from urbgeo.checks import (
    check_choice,
    check_columns,
    check_crs,
    check_ids,
    check_quantity,
    listed,
    other_forms,
)
from urbgeo.coordinates import add_coordinate_faults
from urbgeo.crs import lengths_km, metric_crs
from urbgeo.errors import Faults, InputError, UrbgeoWarning, some_of
from urbgeo.network.junctions import NODE_AT, cut_lines, ends_of, gathered
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.network.osm_speeds import LineReading, RoadReading, checked_reading, way_speeds, with_sources
from urbgeo.network.report import NEAR_M, near_misses
from urbgeo.network.speeds import ROAD_CLASSES
from urbgeo.results import name_columns
from urbgeo.sources.osm.tags import HIGHWAY_CLASSES, NOT_JOINABLE
from urbgeo.types import Flags, Ints

SAME_PLACE_M = 0.5
"""Line ends closer than this are one junction, where the table names no nodes."""

GROUND = ("", "0", "no", "n", "false", "f", "否", "无")
"""What a column of levels, bridges or tunnels says of a line on the ground; so does an empty cell."""


def from_lines(
    lines: gpd.GeoDataFrame,
    *,
    class_column: str = "class",
    node_columns: tuple[str, str] | None = None,
    node_at: str = "ends",
    level_column: str | Sequence[str] | None = None,
    oneway_column: str | None = None,
    same_place_m: float = SAME_PLACE_M,
    reading: RoadReading | None = None,
) -> TravelNetwork:
    """A travel network from lines.

    Parameters
    ----------
    lines
        LineStrings with unique index and a CRS; lengths are measured in a metric CRS chosen for them,
        or on the ellipsoid where every one distorts (the provenance says ``lengths``). Columns of names and
        ``opened`` (a year) are kept.
    class_column
        Column with the class of each line: a class of the ``reading``, a Chinese or English word (国道,
        主干路, county road) or the number of the road (G4, S50, X012).
    node_columns
        Columns with the ids of the nodes at the start and end of each line. None: ends within
        ``same_place_m`` of each other are one node; never the two ends of one line.
    node_at
        Where lines meet: at their ``"ends"``; also where one ends on another (``"touches"``); also where they
        cross (``"crossings"``). Lines are cut there; the pieces of line ``a`` are ``a part 1``, ``a part 2``,
        and column ``line`` names it.
    level_column
        Column, or several, of levels, bridges or tunnels: lines that differ there pass over each other.
    oneway_column
        Column with the directions of travel: F, T, B; 1, -1, 0; yes and no
        (:data:`urbgeo.words.DIRECTIONS`). None: both ways.
    same_place_m
        Metres within which line ends are one junction, and an end lies on another line.
    reading
        What classes mean, speeds and snapping: :class:`urbgeo.network.osm_speeds.LineReading`.

    Returns
    -------
    TravelNetwork
        The provenance counts lines of no length and lines given twice, which are left out with a warning,
        parts that are not connected, and ends that nearly meet another line
        (:func:`urbgeo.network.report.network_report` shows them).

    Raises
    ------
    InputError
        Listing lines without geometry, of several parts, without a class or direction, or of an unknown one.

    Examples
    --------
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"class": ["国道", "X012"], "dir": ["B", "F"]}, crs=32649,
    ...     geometry=[LineString([(0, 0), (1000, 0)]), LineString([(500, 0), (500, 500)])])
    >>> from_lines(roads, oneway_column="dir", node_at="touches")
    <TravelNetwork 4 nodes, 3 links, modes road, 1 part>
    """
    reading = _for_lines(reading)
    check_choice(node_at, "node_at", NODE_AT)
    same_place_m = check_quantity(same_place_m, "same_place_m", zero=True)
    levels = [] if level_column is None else listed(level_column)
    lines = _checked(lines, class_column, node_columns, oneway_column, levels)
    drawn = _drawn(lines, class_column, node_columns, oneway_column, levels)
    drawn["class"] = _classes(drawn["class"], reading)
    kept, counts = _told_once(drawn)
    drawn = drawn[kept]
    if node_at != "ends":
        drawn = _cut(drawn, node_at, same_place_m, node_columns)
        kept, again = _told_once(drawn, "pieces")
        drawn, counts = drawn[kept], counts | again
    nodes, links, how = _tables(drawn, node_columns, same_place_m)
    network = _timed(nodes, links, reading)
    about = {"class_system": reading.class_system, "node_at": node_at, "lengths": how, **counts}
    return _told(network, about, node_at)


def _for_lines(reading: RoadReading | None) -> LineReading:
    """A reading with its classes; a plain one means those of roads."""
    given = LineReading() if reading is None else checked_reading(reading)
    if isinstance(given, LineReading):
        return given
    return LineReading(**{one.name: getattr(given, one.name) for one in fields(given)})


def _drawn(
    lines: gpd.GeoDataFrame,
    class_column: str,
    node_columns: tuple[str, str] | None,
    oneway_column: str | None,
    levels: list[str],
) -> gpd.GeoDataFrame:
    """What is used of the lines, in a metric CRS, each drawn in the direction it is travelled."""
    metric = lines.geometry.to_crs(metric_crs(lines))
    way = np.zeros(len(lines), np.int64)
    if oneway_column:
        way = words.directions(lines, "lines", oneway_column)
    against: Flags = way == words.BACKWARD
    used = {"class": lines[class_column], "oneway": way != words.BOTH, "level": _levels(lines, levels)}
    if node_columns:
        ends = lines[list(node_columns)].to_numpy(object, copy=True)
        _check_one_form(ends)
        ends[against] = ends[against, ::-1]
        used |= {"from_node": ends[:, 0], "to_node": ends[:, 1]}
    used |= {name: lines[name] for name in name_columns(lines) if name not in used}
    if "opened" in lines:
        used["opened"] = words.years(lines, "lines", "opened")
    return gpd.GeoDataFrame(used, index=lines.index, geometry=metric.where(~against, metric.reverse()))


def _check_one_form(ends: NDArray[np.object_]) -> None:
    """Refuse ids of nodes that stand in two forms, 2 and "2": the lines would not meet there."""
    if len(set(map(type, ends.ravel()))) == 1:
        return
    start, end = (pd.Index(pd.unique(one)) for one in ends.T)
    hint = other_forms(start.difference(end, sort=False), end)
    if hint:
        raise InputError(f"lines: one node stands in node_columns in two forms: {hint}.")


def _levels(lines: gpd.GeoDataFrame, columns: list[str]) -> pd.Series:
    """One text for all that a line says about bridges, tunnels and levels; empty on the ground."""
    said = pd.Series("", lines.index)
    for column in columns:
        word = lines[column].map(words.plain, na_action="ignore").fillna("")
        said += word.where(~word.isin(GROUND), "") + "|"
    return said.str.rstrip("|")


def _classes(given: pd.Series, reading: LineReading) -> pd.Series:
    system, names = reading.class_system, reading.class_names
    if names:
        named = given.map(dict(names))
        lost = named.index[named.isna()]
        if len(lost):
            faults = Faults("lines")
            faults.add(f"{given.name} has no name in class_names", ids=lost, remedy="name it there")
            faults.raise_if_any()
        return named.astype(str)
    known = tuple(ROAD_CLASSES) if system == "road" else HIGHWAY_CLASSES
    return words.road_classes(given, system=system, known=known).astype(str)


def _checked(
    lines: gpd.GeoDataFrame,
    class_column: str,
    node_columns: tuple[str, str] | None,
    oneway_column: str | None,
    levels: list[str],
) -> gpd.GeoDataFrame:
    check_crs(lines, "lines")
    if lines.empty:
        raise InputError("lines: it has no rows.")
    if isinstance(lines.index, pd.MultiIndex):
        held = ", ".join(map(str, lines.index.names))
        raise InputError(
            f"lines: its ids have {lines.index.nlevels} levels ({held}), as OSMnx's edges do, which list a "
            "two-way street twice; use from_osmnx with the graph, or with "
            "osmnx.graph_from_gdfs(nodes, edges). For other tables use .reset_index()."
        )
    optional = [*(node_columns or ()), *([oneway_column] if oneway_column else [])]
    check_columns(lines, "lines", [class_column, *optional, *levels])
    check_ids(lines.index, "lines")
    faults = Faults("lines")
    add_coordinate_faults(faults, lines.geometry)
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


def _told_once(lines: gpd.GeoDataFrame, what: str = "lines") -> tuple[Flags, dict[str, int]]:
    """Which lines to keep: those with a length, and of equal ones (either way round) the first."""
    oneway = lines["oneway"]
    drawn = gpd.GeoSeries(_to_millimetres(lines.geometry.to_numpy()), lines.index)
    shape = drawn.normalize().to_wkb().where(~oneway, drawn.to_wkb())
    again = lines[["class", "oneway", "level"]].assign(shape=shape).duplicated().to_numpy()
    still = lines.length.to_numpy() == 0
    counts = {f"{what} of no length": int(still.sum()), f"{what} given twice": int((again & ~still).sum())}
    for fault, count in counts.items():
        if count:
            warnings.warn(f"lines: {count} {fault}, left out.", UrbgeoWarning, stacklevel=3)
    if still.all():
        raise InputError("lines: all of them have no length; check their coordinates and CRS.")
    return ~(still | again), counts


def _to_millimetres(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    rounded = shapely.transform(shapely.force_2d(shapes), lambda xy: np.round(xy, 3))
    lines: NDArray[np.object_] = shapely.remove_repeated_points(rounded)
    return lines


def _cut(
    drawn: gpd.GeoDataFrame, node_at: str, within_m: float, node_columns: tuple[str, str] | None
) -> gpd.GeoDataFrame:
    """The lines in pieces with ids of their own."""
    if node_columns:
        raise InputError(
            "node_at: lines whose nodes are named meet there; leave node_columns or node_at out."
        )
    pieces = cut_lines(drawn, drawn["level"], crossings=node_at == "crossings", within_m=within_m)
    ids = pd.Series(pieces.index)
    number = ids.groupby(ids, sort=False).cumcount() + 1
    several = ids.duplicated(keep=False)
    if not several.any():
        return pieces.assign(line=pieces.index)
    text = ids.astype(str)
    text = text.where(~several, text + " part " + number.astype(str))
    clash = text[text.duplicated()]
    if len(clash):
        raise InputError(f"lines: pieces would be called as lines are: {some_of(clash)}; rename these.")
    return pieces.assign(line=pieces.index).set_axis(pd.Index(text))


def _tables(
    drawn: gpd.GeoDataFrame, node_columns: tuple[str, str] | None, same_place_m: float
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, str]:
    """Nodes and links for :func:`urbgeo.network.model.build_network`, and how lengths were measured."""
    tips = ends_of(drawn.geometry.to_numpy())
    if node_columns:
        label, ids = pd.factorize(drawn[["from_node", "to_node"]].to_numpy().ravel())
        spots, index = tips[np.unique(label, return_index=True)[1]], pd.Index(ids)
    else:
        label, spots = gathered(tips, same_place_m)
        index = pd.RangeIndex(len(spots))
    nodes = gpd.GeoDataFrame(geometry=shapely.points(spots), index=index, crs=drawn.crs)
    ends: Ints = label.reshape(-1, 2).astype(np.int64)
    km, how = lengths_km(drawn.geometry)
    links = drawn.assign(
        from_node=index.to_numpy()[ends[:, 0]],
        to_node=index.to_numpy()[ends[:, 1]],
        length_km=km,
    )
    return nodes, links if (links["level"] != "").any() else links.drop(columns="level"), how


def _told(network: TravelNetwork, parameters: dict[str, object], node_at: str) -> TravelNetwork:
    """The network that says, also in a warning, whether it hangs together."""
    parts, share = network.parts
    near = len(near_misses(network))
    about = network.provenance.having(
        parameters={**parameters, "parts": parts, "near misses": near},
        shares={"links in the largest part": share},
    )
    if parts > 1 or near:
        more = "" if node_at == "crossings" else '; lines without nodes are joined by node_at="crossings"'
        warnings.warn(
            f"lines: {parts} parts, the largest with {share:.1%} of the links; {near} ends within "
            f"{NEAR_M:g} m of a link they do not meet. See network_report{more}.",
            UrbgeoWarning,
            stacklevel=3,
        )
    return replace(network, provenance=about)


def _timed(
    nodes: gpd.GeoDataFrame,
    links: gpd.GeoDataFrame,
    reading: LineReading,
) -> TravelNetwork:
    sources = [reading.source] if reading.source else []
    snapping = reading.snapping
    if reading.class_system == "road":
        return build_network(nodes, links, speeds=reading.speeds, snapping=snapping, sources=sources)
    unwritten = links.assign(maxspeed_kmh=np.nan, maxspeed_back_kmh=np.nan)
    timed, used = way_speeds(unwritten, mode="road", reading=reading)
    links = links.assign(speed_kmh=timed["speed_kmh"], joinable=~links["class"].isin(NOT_JOINABLE))
    network = build_network(nodes, links, snapping=snapping, sources=sources)
    return with_sources(network, timed["speed_source"], used)
