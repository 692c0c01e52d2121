"""Roads of a region from whatever a planner has: PBF, XML, GraphML, lines, PostGIS, a saved network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.amounts import warn
from urbgeo.arguments import check_object
from urbgeo.checks import check_choice, check_columns, check_crs, check_mapping
from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import InputError, SourceError, some_of
from urbgeo.network.junctions import NODE_AT
from urbgeo.network.lines import from_lines
from urbgeo.network.model import TravelNetwork
from urbgeo.network.osm import from_osmnx, from_pbf
from urbgeo.network.osm_speeds import LineReading, RoadReading
from urbgeo.network.saved import open_network
from urbgeo.network.speeds import ROAD_CLASSES
from urbgeo.regions.hidden import METRES_A_DEGREE
from urbgeo.sources.osm.tags import HIGHWAY_CLASSES
from urbgeo.sources.postgis import read_postgis
from urbgeo.sources.tables import PLAIN, SPATIAL, read_layer
from urbgeo.words import road_classes

Box = tuple[float, float, float, float]

STUDY_CLASSES = tuple(
    one
    for name in ("motorway", "trunk", "primary", "secondary", "tertiary")
    for one in (name, f"{name}_link")
)
"""What a study of a province reads of a PBF unless it asks for more."""

CLASS_COLUMNS = (
    "class",
    "highway",
    "fclass",
    "road_class",
    "道路等级",
    "技术等级",
    "行政等级",
    "等级",
    "道路类型",
    "类型",
)
"""Columns that hold the class of a road line, looked for in this order."""

LENGTH_COLUMNS = ("length_km", "km", "长度", "长度km", "里程")
"""Columns of stated kilometres, which then count instead of the drawn ones."""

NODE_COLUMNS = (("from_node", "to_node"), ("起点", "终点"))
"""Columns that name the nodes at the ends of a line."""

ONEWAY_COLUMNS = ("oneway", "direction", "单行", "方向", "行车方向", "通行方向", "单双向")
LEFT_OUT = "none"
"""The class name of lines that are no roads for cars."""

FAST = ("expressway", "motorway")

MOST_AS_DRAWN = 10.0
"""A line is stated to be at most so many times as long as it is drawn, or as short; a judgement."""

LEAST_DRAWN_KM = 0.1
"""Lines drawn shorter than this are not held against their stated length: digits are too few."""


@dataclass(frozen=True)
class RoadLines:
    """How a survey's lines of roads are read; nothing has to be given.

    Attributes
    ----------
    class_column, oneway_column
        Columns of classes and of directions; by default those of a usual name.
    level_column
        Column of levels, bridges or tunnels: lines that differ there pass over each other.
    node_at
        Where lines meet: ``"ends"``, ``"touches"`` or ``"crossings"``.
    class_names
        What the survey's own words mean: a class or a word that is known; ``"none"`` leaves such lines out.
        ``""`` stands for lines without a word.

    Examples
    --------
    >>> RoadLines(node_at="crossings", class_names={"机耕路": "local", "": "none"}).node_at
    'crossings'
    """

    class_column: str | None = None
    oneway_column: str | None = None
    level_column: str | None = None
    node_at: str = "ends"
    class_names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what lines cannot be read by."""
        check_choice(self.node_at, "node_at", NODE_AT)
        check_mapping(self.class_names, "class_names", "{'机耕路': 'local'}")


def read_network(
    roads: Any,
    *,
    box: Box | None = None,
    speed_region: str = "china",
    classes: tuple[str, ...] | None = STUDY_CLASSES,
    lines: RoadLines | None = None,
) -> TravelNetwork:
    """A road network from a file, a graph, lines, a database or a network.

    Parameters
    ----------
    roads
        ``.osm.pbf``, ``.osm``, ``.graphml``, a network saved by ``save_network``, any line file, a
        ``postgresql`` URL with ``#table`` at its end, an OSMnx graph, a GeoDataFrame of lines, or a
        TravelNetwork, which is returned as it is.
    box
        West, south, east, north in degrees: what of a PBF is read.
    speed_region
        Whose speeds OpenStreetMap classes get: ``"china"`` or ``"world"``.
    classes
        Values of ``highway`` kept of a PBF; None for all that cars use.
    lines
        How a file or frame of lines is read, or a table of a database: columns, junctions, classes.

    Returns
    -------
    TravelNetwork
        Of roads, in a metric CRS; its provenance names the source.

    Raises
    ------
    SourceError
        When the file is missing or damaged, or a PBF holds nothing of the region.
    InputError
        For what is no road source, and lines without a column of classes.

    Examples
    --------
    >>> import shapely
    >>> line = shapely.LineString([(112, 28), (112.1, 28)])
    >>> read_network(gpd.GeoDataFrame({"class": ["primary"]}, geometry=[line], crs=4326)).modes
    ('road',)
    """
    if isinstance(roads, TravelNetwork):
        return roads
    if isinstance(roads, gpd.GeoDataFrame):
        check_crs(roads, "roads")
        return _of_lines(roads, "roads", speed_region, lines)
    if not isinstance(roads, str | Path):
        import networkx as nx

        known = "give a file, lines, a graph of OSMnx, a TravelNetwork or a database URL"
        check_object(roads, "roads", nx.Graph, known)
        return from_osmnx(roads, reading=RoadReading(region=speed_region))
    text = str(roads)
    if text.startswith("postgresql"):
        url, _, table = text.partition("#")
        if not table:
            raise InputError("roads: end the database URL with #table, e.g. postgresql://…/region#roads.")
        return _of_lines(read_postgis(url, table), table, speed_region, lines)
    if Path(roads).suffix.lower() in SPATIAL and Path(roads).suffix.lower() not in PLAIN:
        return _of_lines(read_layer(_there(Path(roads))).frame, Path(roads).name, speed_region, lines)
    return _of_file(Path(roads), box, speed_region, classes)


def _of_file(
    path: Path, box: Box | None, speed_region: str, classes: tuple[str, ...] | None
) -> TravelNetwork:
    suffix = _there(path).suffix.lower()
    if suffix in (".pbf", ".osm"):
        try:
            return from_pbf(path, bbox=box, classes=classes, reading=RoadReading(region=speed_region))
        except InputError as error:
            if box is None or "way" not in error.english:
                raise
            raise InputError(
                f"{path.name}: no road of it lies in the region ({', '.join(f'{one:.2f}' for one in box)}); "
                "is it the extract of another one?"
            ) from error
    if suffix == ".graphml":
        return from_osmnx(path, reading=RoadReading(region=speed_region))
    return open_network(path)


def _there(path: Path) -> Path:
    if not path.exists():
        raise SourceError(f"{path}: there is no such file; put it there, or get it with urbgeo fetch.")
    return path


def _of_lines(
    lines: gpd.GeoDataFrame, name: str, speed_region: str, asked: RoadLines | None
) -> TravelNetwork:
    asked = RoadLines() if asked is None else asked
    void = lines.geometry.isna() | lines.geometry.is_empty
    if void.any():
        lost = some_of(lines.index[void])
        warn(f"{name}: {int(void.sum())} of {len(lines)} lines have no geometry and are left out: {lost}.")
    lines = lines[~void]
    if (lines.geom_type == "MultiLineString").any():
        lines = _taken_apart(lines)
    column = _class_column(lines, name, asked)
    lines = _named_classes(lines, column, name, asked.class_names)
    oneway = asked.oneway_column or next((one for one in ONEWAY_COLUMNS if one in lines.columns), None)
    ends = next((pair for pair in NODE_COLUMNS if set(pair) <= set(lines.columns)), None)
    words = set(lines[column].astype(str))
    osm = bool(words) and words <= {*HIGHWAY_CLASSES} and not words <= set(ROAD_CLASSES)
    source = f"Roads: {name}"
    network = from_lines(
        lines,
        class_column=column,
        node_columns=ends,
        node_at=asked.node_at,
        level_column=asked.level_column,
        oneway_column=oneway,
        reading=LineReading(region=speed_region, class_system="osm", source=source)
        if osm
        else LineReading(source=source),
    )
    read = {"class_column": column, "oneway_column": oneway or "none, both ways"}
    network = replace(network, provenance=network.provenance.having(parameters=read))
    length = next((one for one in LENGTH_COLUMNS if one in lines.columns), None)
    return network if length is None else _of_stated_length(network, lines[length], name)


def _taken_apart(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row a part; the length stated of the whole is shared out as the parts are long."""
    of = np.repeat(np.arange(len(lines)), shapely.get_num_geometries(lines.geometry.to_numpy()))
    parts = lines.explode(ignore_index=True)
    stated = next((one for one in LENGTH_COLUMNS if one in parts), None)
    if stated is None:
        return parts
    own = parts.geometry.to_crs(metric_crs(parts)).length
    share = own / own.groupby(of).transform("sum")
    return parts.assign(**{stated: pd.to_numeric(parts[stated], errors="coerce") * share})


def _class_column(lines: gpd.GeoDataFrame, name: str, asked: RoadLines) -> str:
    if asked.class_column is not None:
        check_columns(lines, name, [asked.class_column])
        return asked.class_column
    column = next((one for one in CLASS_COLUMNS if one in lines.columns), None)
    if column is None:
        raise InputError(
            f"{name}: none of its columns is called {', '.join(CLASS_COLUMNS)}; name the one that holds the "
            "class of road: class_column under [roads] of study.toml, RoadLines(class_column=...) in Python "
            f"(it has {', '.join(map(str, lines.columns))})."
        )
    return column


def _named_classes(
    lines: gpd.GeoDataFrame, column: str, name: str, names: Mapping[str, str]
) -> gpd.GeoDataFrame:
    """The lines with the classes that the caller's words mean; those called none are left out."""
    check_columns(lines, name, [column])  # refuses one that stands twice
    given = lines[column].astype(object).where(lines[column].notna(), "")
    said = given.map(lambda word: names.get(str(word).strip().removesuffix(".0"), word))
    out = said == LEFT_OUT
    if out.any():
        warn(f"{name}: {int(out.sum())} of {len(lines)} lines are left out, their class is named none.")
    lines, said = lines[~out], said[~out]
    known = (*ROAD_CLASSES, *HIGHWAY_CLASSES)
    unread = said[~road_classes(said, known=known).isin(known)]
    if len(unread):
        count = unread.value_counts()
        listed = some_of([f"{word or 'no word'} ({lines_})" for word, lines_ in count.items()], 12)
        raise InputError(
            f"{name}: {column} has words that are no class of road: {listed}; say what each means, "
            '"" for no word: "机耕路" = "local" under [road_classes] of study.toml, '
            "RoadLines(class_names={'机耕路': 'local'}) in Python, or \"none\" to leave such lines out "
            f"(classes: {', '.join(ROAD_CLASSES)})."
        )
    return lines.assign(**{column: said})


def _of_stated_length(network: TravelNetwork, stated: pd.Series, name: str) -> TravelNetwork:
    """The network with lengths as the survey states them; minutes in the same proportion."""
    links = network.link_table
    line = links["line"] if "line" in links else links.index.to_series()
    whole = pd.to_numeric(line.map(stated), errors="coerce")
    wrong = pd.unique(line[~(whole > 0)])
    if len(wrong):
        raise InputError(
            f"{name}: {stated.name} is no length > 0 at {some_of(wrong)}; mend or drop the column."
        )
    # of a line that was cut at junctions each piece has its share
    drawn = links["length_km"].groupby(line).transform("sum")
    factor = whole / drawn
    other = ((factor > MOST_AS_DRAWN) | (factor * MOST_AS_DRAWN < 1.0)) & (drawn > LEAST_DRAWN_KM)
    if 0 < other.sum() < len(other) / 2:
        raise InputError(
            f"{name}: {stated.name} of {some_of(pd.unique(line[other]))} is far from the length that is "
            "drawn, unlike the others; are these in metres? Mend them, or drop the column."
        )
    check_lengths(network, (links["length_km"] * factor).rename(stated.name), name)
    scaled = {one: links[one] * factor for one in ("length_km", "minutes", "minutes_back")}
    told = network.provenance.having(parameters={"lengths": f"column {stated.name}"})
    return replace(network, link_table=links.assign(**scaled), provenance=told)


def check_lengths(network: TravelNetwork, km: pd.Series, name: str) -> None:
    """Refuse stated lengths that cannot be kilometres: far below the straight line, or many times it."""
    xy = shapely.get_coordinates(network.nodes.geometry.to_numpy())[network.link_ends]
    straight = np.hypot(*(xy[:, 0] - xy[:, 1]).T) / 1000.0
    ratio = float(np.nanmedian(km.to_numpy()[straight > 0.1] / straight[straight > 0.1]))
    if not 0.5 <= ratio <= 10.0:
        raise InputError(
            f"{name}: {km.name or 'length'} is {ratio:.3g} times the straight line for most links; "
            "is it in metres?"
        )


def interchanges(network: TravelNetwork) -> gpd.GeoDataFrame:
    """Where a motorway can be joined: nodes of one where a road of another class begins, in WGS84."""
    links = network.link_table
    ends = network.link_ends
    fast = links["class"].isin(FAST).to_numpy()
    other = ~fast & links["mode"].eq("road").to_numpy()
    touched = np.zeros((2, len(network.nodes)), bool)
    touched[0, ends[fast].ravel()] = True
    touched[1, ends[other].ravel()] = True
    at = np.flatnonzero(touched.all(axis=0))
    points = gpd.GeoDataFrame(network.nodes.iloc[at][["geometry"]]).to_crs(WGS84)
    names = points.index.astype(str)
    return points.assign(name_zh="互通 " + names, name_en="interchange " + names, kind="interchange")


def box_of(shapes: gpd.GeoDataFrame, margin_km: float) -> Box:
    """The bounds of points or polygons in degrees, with a margin."""
    west, south, east, north = shapes.to_crs(WGS84).total_bounds
    up = margin_km * 1000.0 / METRES_A_DEGREE
    across = up / max(float(np.cos(np.radians(max(abs(south), abs(north)) + up))), 0.05)
    return (
        float(max(west - across, -180.0)),
        float(max(south - up, -90.0)),
        float(min(east + across, 180.0)),
        float(min(north + up, 90.0)),
    )


def empty_links() -> pd.DataFrame:
    """A table of road links without rows."""
    return pd.DataFrame(columns=["from_node", "to_node", "length_km", "class", "route", "opened"])
