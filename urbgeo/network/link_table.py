"""The table of links as a caller gives it: checked whole, then minutes and lines for every link."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from urbgeo import words
from urbgeo.checks import add_amount_faults, add_id_faults, check_columns, other_forms
from urbgeo.engine.graph import ABSURD_MINUTES
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.speeds import ROAD_CLASSES, filled, read_classes
from urbgeo.types import Flags, Ints

LINK_COLUMNS = ("from_node", "to_node", "length_km", "class")


def lines_as_geometry(links: pd.DataFrame) -> pd.DataFrame:
    """The table with its active lines under the name ``geometry``."""
    if isinstance(links, gpd.GeoDataFrame) and links.active_geometry_name not in (None, "geometry"):
        return links.drop(columns="geometry", errors="ignore").rename_geometry("geometry")
    return links


def check_link_minutes(links: pd.DataFrame) -> None:
    """Refuse links of a compiled table that take absurdly long, by their ids."""
    longest = np.fmax(*(links[way].to_numpy(np.float64) for way in ("minutes", "minutes_back")))
    absurd = links.index[longest > ABSURD_MINUTES]
    if len(absurd):
        raise InputError(
            f"links: minutes above {ABSURD_MINUTES:g} at {some_of(absurd)}; look at their units, lengths and "
            "speeds."
        )


def add_end_faults(faults: Faults, links: pd.DataFrame, nodes: pd.Index) -> None:
    """Note ends of links that are no nodes: which links, which ids, and whether these are of another kind."""
    for end in ("from_node", "to_node"):
        # By the nodes' own hash table, which all edits of one network share.
        known = nodes.get_indexer(pd.Index(links[end])) >= 0 if nodes.is_unique else links[end].isin(nodes)
        lost = pd.Series(~np.asarray(known, bool), links.index)
        if lost.any():
            unknown = pd.Index(links[end][lost].unique())
            given, known = (pd.api.types.infer_dtype(one, skipna=True) for one in (unknown, nodes))
            kinds = f"; those of the nodes are {known}, these {given}" if given != known else ""
            hint = other_forms(unknown, nodes)
            kinds += f"; {hint}" if hint else ""
            faults.add(
                f"{end} not among the nodes",
                ids=links.index[lost],
                remedy=f"unknown are {some_of(unknown)}{kinds}: add these nodes or mend the ids",
            )


def checked_links(nodes: gpd.GeoDataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """A copy with amounts, directions and truths read; all faults at once."""
    check_columns(links, "links", LINK_COLUMNS)
    if links.empty:
        raise InputError("links: it has no rows.")
    table = pd.DataFrame(lines_as_geometry(links).copy(deep=False))
    faults = Faults("links")
    add_id_faults(faults, links.index)

    def refuse(wrong: pd.Series, what: str, remedy: str) -> None:
        if wrong.any():
            faults.add(what, ids=table.index[wrong], remedy=remedy)

    add_end_faults(faults, table, nodes.index)
    timed_by_class = pd.Series(True, table.index)
    for column in ("length_km", "minutes", "minutes_back", "speed_kmh"):
        if column in table:
            table[column] = add_amount_faults(faults, table[column], allow_missing=column != "length_km")
            timed_by_class &= table[column].isna() | (column not in ("minutes", "speed_kmh"))
    table["class"] = road_words_read(table)
    if "speed_kmh" in table:
        refuse(table["speed_kmh"] == 0, "speed_kmh is 0", "drop closed links")
    unknown = timed_by_class & ~table["class"].isin(list(ROAD_CLASSES))
    if unknown.any():
        strange, known = some_of(table["class"][unknown].astype(str).unique()), ", ".join(ROAD_CLASSES)
        remedy = (
            f"known are {known}, {words.known_roads()}; rename it, or give these links minutes or speed_kmh"
        )
        faults.add(f"unknown class {strange}", ids=table.index[unknown], remedy=remedy)
    for column, read in (("oneway", _one_way), ("joinable", _joinable)):
        if column in table:
            try:
                table = read(table)
            except InputError as error:
                faults.lines.append(error.english.removeprefix("links: ").removesuffix("."))
    if "geometry" in table:
        kinds = gpd.GeoSeries(table["geometry"]).geom_type
        refuse(kinds.notna() & (kinds != "LineString"), "geometry that is no LineString", "merge or drop it")
    faults.raise_if_any()
    return table


def road_words_read(links: pd.DataFrame) -> pd.Series:
    """The classes of links, those of roads read by the planner's word or number."""
    by_road = filled(links["mode"], "road") == "road" if "mode" in links else pd.Series(True, links.index)
    if by_road.all():
        return read_classes(links["class"])
    return links["class"].astype(object).where(~by_road, read_classes(links["class"][by_road].astype(object)))


def _one_way(table: pd.DataFrame) -> pd.DataFrame:
    """``oneway`` as flags; a link travelled from its to-node only is turned round, with its minutes back."""
    way = words.directions(table, "links", "oneway", missing=words.BOTH)
    against: Flags = way == words.BACKWARD
    if against.any():
        there, back = table["from_node"], table["to_node"]
        table = table.assign(from_node=there.mask(against, back), to_node=back.mask(against, there))
        if "minutes_back" in table:
            told = against & table["minutes_back"].notna()
            own = table["minutes"] if "minutes" in table else pd.Series(np.nan, table.index)
            table = table.assign(minutes=own.mask(told, table["minutes_back"]))
    return table.assign(oneway=way != words.BOTH)


def _joinable(table: pd.DataFrame) -> pd.DataFrame:
    said = pd.Series(words.yes_no(table, "links", "joinable"), table.index, dtype=object)
    return table.assign(joinable=said.where(table["joinable"].notna(), None))


def timed_links(table: pd.DataFrame, by_class: Mapping[str, float], overridden: set[str]) -> pd.DataFrame:
    """Minutes, their source, mode and joinability for every link."""
    timed = table.copy(deep=False)
    missing = pd.Series(np.nan, timed.index)
    own_minutes, own_speed = timed.get("minutes", missing), timed.get("speed_kmh", missing)
    classes = timed["class"].astype(object)  # looked up three times: no text is made anew each time
    speed = own_speed.fillna(classes.map(by_class))
    # Multiplied first: 7 km at 60 km/h are then 7 minutes to the last bit, and lie within 7 minutes.
    minutes = own_minutes.fillna(timed["length_km"] * 60.0 / speed)
    source = np.select(
        [own_minutes.notna(), own_speed.notna(), classes.isin(overridden)],
        ["minutes", "link", "override"],
        "default",
    )
    back = timed.get("minutes_back", missing).fillna(minutes)
    oneway = timed.get("oneway", missing).eq(True)
    timed["speed_kmh"] = speed.where(
        own_minutes.isna(), timed["length_km"] * 60.0 / minutes.where(minutes > 0)
    )
    timed["minutes"], timed["minutes_back"] = minutes, back.mask(oneway)
    timed["speed_source"] = pd.Series(source, timed.index, dtype=str)
    timed["mode"] = filled(timed["mode"], "road") if "mode" in timed else "road"
    by_default = classes.map({name: road.joinable for name, road in ROAD_CLASSES.items()})
    given = timed["joinable"] if "joinable" in timed else pd.Series(pd.NA, timed.index, dtype="object")
    timed["joinable"] = given.where(given.notna(), by_default).eq(True)
    return timed.drop(columns=[column for column in ("oneway", "geometry") if column in timed]).assign(
        **({"geometry": timed["geometry"]} if "geometry" in timed else {})
    )


def drawn_lines(points: gpd.GeoDataFrame, links: pd.DataFrame, crs: CRS) -> gpd.GeoSeries:
    """Given lines in the metric CRS, straight ones where one is missing, all drawn from the from-node."""
    ends = np.stack([points.index.get_indexer(links[end]) for end in ("from_node", "to_node")], axis=1)
    given = gpd.GeoSeries(links["geometry"], index=links.index)
    there = (given.notna() & ~given.is_empty).to_numpy()
    lines = np.empty(len(links), object)
    lines[~there] = straight_lines(points, ends[~there])
    given, ends = given[there], ends[there]
    own = (given.set_crs(crs) if given.crs is None else given).to_crs(points.crs).to_numpy()
    at_from, at_to = (points.geometry.to_numpy()[one] for one in ends.T)
    first, last = shapely.get_point(own, 0), shapely.get_point(own, -1)
    as_drawn = shapely.distance(first, at_from) + shapely.distance(last, at_to)
    turned = shapely.distance(first, at_to) + shapely.distance(last, at_from)
    lines[there] = np.where(as_drawn <= turned, own, shapely.reverse(own))
    return gpd.GeoSeries(lines, index=links.index, crs=points.crs)


def straight_lines(nodes: gpd.GeoDataFrame, ends: Ints) -> NDArray[np.object_]:
    """Straight lines between nodes at the positions ``ends`` (links, 2)."""
    xy = shapely.get_coordinates(nodes.geometry.to_numpy())
    lines: NDArray[np.object_] = shapely.linestrings(xy[ends])
    return lines
