"""TravelNetwork: links and nodes compiled once to arrays for search in both directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from urbgeo import words
from urbgeo.checks import (
    add_amount_faults,
    add_id_faults,
    check_choice,
    check_columns,
    check_points,
    check_quantity,
    listed,
    other_forms,
)
from urbgeo.crs import metric_crs
from urbgeo.engine.graph import ABSURD_MINUTES, Graph, compile_graph
from urbgeo.engine.hierarchy import Hierarchy, Topology, fit
from urbgeo.engine.store import cached_topology, topology_is_kept
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.interop import frames_of, networkx_of, osmnx_of
from urbgeo.network.lengths import check_lengths
from urbgeo.network.speeds import OFF_NETWORK_KMH, ROAD_CLASSES, class_speeds
from urbgeo.provenance import Provenance
from urbgeo.types import Flags, Floats, Ints

if TYPE_CHECKING:
    import networkx as nx

ADDED = "added_by_edit"
"""Column of links, where there are edits: 0, or which one added the link."""

LINK_COLUMNS = ("from_node", "to_node", "length_km", "class")


@dataclass(frozen=True)
class Snapping:
    """How a point reaches the network: at most ``max_snap_km`` straight to its nearest joinable link.

    The straight stretch is travelled at ``off_network_kmh``. With ``component="largest"`` only links of the
    largest strongly connected component are joined, so that no point is caught on an island; with ``"any"``
    the nearest link is taken, and the point marked ``"island"``.
    """

    max_snap_km: float = 15.0
    off_network_kmh: float = OFF_NETWORK_KMH
    component: str = "any"

    def __post_init__(self) -> None:
        check_quantity(self.max_snap_km, "max_snap_km")
        check_quantity(self.off_network_kmh, "off_network_kmh")
        check_choice(self.component, "component", ("any", "largest"))


@dataclass(frozen=True, eq=False)
class TravelNetwork:
    """Links compiled for fast search; immutable: an edit returns a new network.

    Attributes
    ----------
    nodes
        GeoDataFrame of points in a metric CRS, index = node id.
    link_table
        One row per link: ``from_node``, ``to_node``, ``length_km``, ``class``, ``mode``, ``joinable``,
        ``speed_kmh``, ``speed_source`` (``minutes``, ``link``, ``override``, ``default``), ``minutes``,
        ``minutes_back`` (NaN = one-way); a GeoDataFrame in the CRS of ``nodes`` where lines were given.
    snapping
        How points are attached.
    provenance
        Speeds, sources and the share of links by speed source.
    """

    nodes: gpd.GeoDataFrame
    link_table: pd.DataFrame
    snapping: Snapping = field(default_factory=Snapping)
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def crs(self) -> CRS:
        """The metric CRS that all geometry of the network is in."""
        return self.nodes.crs

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes of travel in the network, e.g. ``("rail", "road")``."""
        return tuple(sorted(self.link_table["mode"].unique()))

    def __repr__(self) -> str:
        parts, share = self.parts
        told = "1 part" if parts == 1 else f"{parts} parts, the largest with {share:.1%} of the links"
        return (
            f"<TravelNetwork {len(self.nodes)} nodes, {len(self.link_table)} links, "
            f"modes {', '.join(self.modes)}, {told}>"
        )

    @cached_property
    def links(self) -> gpd.GeoDataFrame:
        """``link_table`` with a line for every link, in the CRS of ``nodes``, from its from-node.

        Links without lines of their own get straight ones; made when first asked for, since those of a
        nation are larger than all the rest.
        """
        if isinstance(self.link_table, gpd.GeoDataFrame):
            return self.link_table
        return gpd.GeoDataFrame(self.link_table, geometry=_straight(self.nodes, self.link_ends), crs=self.crs)

    @cached_property
    def link_ends(self) -> Ints:
        """(links, 2) positions of the from and to node of each link."""
        ends = np.stack(
            [
                self.nodes.index.get_indexer(self.link_table["from_node"]),
                self.nodes.index.get_indexer(self.link_table["to_node"]),
            ],
            axis=1,
        ).astype(np.int64)
        ends.flags.writeable = False
        return ends

    @cached_property
    def graph(self) -> Graph:
        """The same arcs compiled for the fast searches."""
        tails, heads, minutes = self.arcs()
        x, y = shapely.get_coordinates(self.nodes.geometry.to_numpy()).T
        return compile_graph(x, y, tails, heads, minutes)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """A contraction hierarchy fitted to these minutes."""
        return fit(self.topology, self.graph)

    @cached_property
    def topology(self) -> Topology:
        """What the hierarchy knows without minutes; kept on disk for the next time."""
        return cached_topology(self.graph)

    @property
    def hierarchy_state(self) -> str:
        """``"fitted"``, ``"prepared"`` (the topology is in the cache) or ``"none"``."""
        if "hierarchy" in self.__dict__:
            return "fitted"
        return "prepared" if "topology" in self.__dict__ or topology_is_kept(self.graph) else "none"

    @cached_property
    def component(self) -> Ints:
        """Strongly connected component of each node; 0 is the largest."""
        tails, heads, minutes = self.arcs()
        n = len(self.nodes)
        joined = csr_array((np.ones(minutes.size, np.bool_), (tails, heads)), shape=(n, n))
        _, labels = connected_components(joined, directed=True, connection="strong")
        by_size = np.argsort(-np.bincount(labels), kind="stable")
        rank = np.empty_like(by_size)
        rank[by_size] = np.arange(by_size.size)
        return rank[labels].astype(np.int64)

    @cached_property
    def part(self) -> Ints:
        """Part of each node, whichever way its links run; 0 has the most links."""
        ends, n = self.link_ends, len(self.nodes)
        joined = csr_array((np.ones(len(ends), np.bool_), (ends[:, 0], ends[:, 1])), shape=(n, n))
        count, labels = connected_components(joined, directed=False)
        by_links = np.argsort(-np.bincount(labels[ends[:, 0]], minlength=count), kind="stable")
        rank = np.empty_like(by_links)
        rank[by_links] = np.arange(count)
        return rank[labels].astype(np.int64)

    @cached_property
    def parts(self) -> tuple[int, float]:
        """How many parts the links fall into, and the share of links in the largest."""
        of_links = self.part[self.link_ends[:, 0]]
        return len(np.unique(of_links)), float((of_links == 0).mean()) if len(of_links) else 0.0

    @cached_property
    def joinable_links(self) -> Ints:
        """Positions of the links that a point may be attached to, by link id: ties go to the first id."""
        joinable = self.link_table["joinable"].to_numpy(bool)
        if self.snapping.component == "largest":
            joinable = joinable & (self.component[self.link_ends] == 0).all(axis=1)
        found = np.flatnonzero(joinable).astype(np.int64)
        return found[np.argsort(self.link_table.index[found].astype(str), kind="stable")]

    @cached_property
    def link_tree(self) -> shapely.STRtree:
        """Spatial index over the joinable links."""
        return shapely.STRtree(self.links.geometry.to_numpy()[self.joinable_links])

    @cached_property
    def edits(self) -> tuple[Ints, ...]:
        """Joinable links by the edit that added them, in its order: positions in ``joinable_links``."""
        if ADDED not in self.link_table:
            return (np.arange(len(self.joinable_links)),)
        added = self.link_table[ADDED].to_numpy(np.int64)[self.joinable_links]
        return tuple(np.flatnonzero(added == one) for one in np.unique(added)) or (np.zeros(0, np.int64),)

    @cached_property
    def link_trees(self) -> tuple[tuple[Ints, shapely.STRtree], ...]:
        """``edits``, each with a spatial index over its links."""
        if len(self.edits) == 1:
            return ((self.edits[0], self.link_tree),)
        lines = self.links.geometry.to_numpy()
        return tuple((some, shapely.STRtree(lines[self.joinable_links[some]])) for some in self.edits)

    def only(self, modes: str | Sequence[str]) -> TravelNetwork:
        """The same nodes with the links of one mode, or of several, only.

        Raises
        ------
        InputError
            Naming modes that the network does not have, and those it has.
        """
        asked = listed(modes)
        unknown = [mode for mode in asked if mode not in self.modes]
        if unknown or not asked:
            what = f"{some_of(unknown)} not in this network" if asked else "none is given"
            raise InputError(f"modes: {what}; it has {some_of(self.modes, 30)}.")
        return replace(self, link_table=self.link_table[self.link_table["mode"].isin(asked)])

    def to_frames(self) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        """Copies of the nodes and links, as :func:`build_network` takes them back with equal minutes."""
        return frames_of(self.nodes, self.link_table)

    def to_networkx(self) -> nx.MultiDiGraph:
        """A graph of networkx: nodes with ``x`` and ``y`` in ``graph["crs"]``, an edge each way per link.

        Edges are keyed by the id of their link and have ``minutes``, ``length_km``, ``class``, ``mode``,
        ``joinable``, ``oneway`` and ``geometry``.
        """
        return networkx_of(self.nodes, self.links)

    def to_osmnx(self) -> nx.MultiDiGraph:
        """A graph for OSMnx, in degrees, an edge each way per link.

        ``length`` is in metres, ``travel_time`` in seconds, ``highway`` the class, ``osmid`` the id of the
        link, ``node`` the id of a node; nodes are numbered where their ids are text.
        """
        return osmnx_of(self.nodes, self.links)

    def arcs(self) -> tuple[Ints, Ints, Floats]:
        """Positions of tail and head, and minutes, of every one-way arc."""
        ends = self.link_ends
        there = self.link_table["minutes"].to_numpy(np.float64)
        back = self.link_table["minutes_back"].to_numpy(np.float64)
        two_way = ~np.isnan(back)
        return (
            np.concatenate([ends[:, 0], ends[two_way, 1]]),
            np.concatenate([ends[:, 1], ends[two_way, 0]]),
            np.concatenate([there, back[two_way]]),
        )


def check_network(network: object, name: str = "network") -> None:
    """Refuse what is no network, in words that tell swapped arguments."""
    if not isinstance(network, TravelNetwork):
        raise InputError(
            f"{name}: a TravelNetwork is needed, not {type(network).__name__}; it stands first, points and "
            "zones after it. region_network, from_pbf, from_lines or build_network make one."
        )


def check_compiled(network: TravelNetwork) -> None:
    """Refuse tables that :func:`build_network` would not have made: of a network that came by file."""
    check_points(network.nodes, "nodes")
    links, faults = network.link_table, Faults("links")
    check_columns(links, "links", (*LINK_COLUMNS, "minutes", "minutes_back", "mode", "joinable"))
    add_id_faults(faults, links.index)
    add_end_faults(faults, links, network.nodes.index)
    add_amount_faults(faults, links["length_km"])
    add_amount_faults(faults, links["minutes"])
    add_amount_faults(faults, links["minutes_back"], allow_missing=True)
    if isinstance(links, gpd.GeoDataFrame) and not (links.geom_type == "LineString").all():
        faults.add("geometry that is no LineString")
    faults.raise_if_any()
    check_link_minutes(links)


def build_network(
    nodes: gpd.GeoDataFrame,
    links: pd.DataFrame,
    *,
    speeds: Mapping[str, float] | None = None,
    snapping: Snapping | None = None,
    sources: Sequence[str] = (),
) -> TravelNetwork:
    """Compile node and link tables to a TravelNetwork.

    Minutes of a link come, in this order, from its own ``minutes``, from its own ``speed_kmh``, from
    ``speeds`` (km/h by class), or from the documented default of its class.

    Parameters
    ----------
    nodes
        Points with unique ids as index, any CRS.
    links
        One row per stretch: ``from_node``, ``to_node`` (node ids), ``length_km``, ``class``. Optional:
        ``minutes`` and ``minutes_back``, ``speed_kmh``, ``oneway`` (bool), ``mode`` (default ``"road"``),
        ``joinable`` (default by class), ``geometry`` (lines in the CRS of ``nodes`` unless they have their
        own; straight where missing; turned round where drawn from the to-node).
    speeds
        Running speeds in km/h that replace the defaults of :data:`urbgeo.network.speeds.ROAD_CLASSES`.
    snapping
        How points are attached later.
    sources
        Lines for the provenance of every result.

    Returns
    -------
    TravelNetwork
        In a metric CRS chosen for the nodes.

    Raises
    ------
    InputError
        Listing missing columns, unknown nodes or classes, repeated ids, geometry other than lines, one-way
        marks that are not True or False, and lengths, speeds or minutes that are missing, negative or
        infinite, with the ids of the rows.
    """
    check_points(nodes, "nodes")
    by_class = class_speeds(speeds)
    timed = _timed(_checked_links(nodes, links), by_class, set(speeds or ()))
    check_link_minutes(timed)
    crs = metric_crs(nodes)
    points = gpd.GeoDataFrame(geometry=nodes.geometry.to_crs(crs).rename("geometry"))
    check_lengths(timed, points)
    if "geometry" in timed:
        timed = gpd.GeoDataFrame(timed, geometry=_lines(points, timed, nodes.crs), crs=crs)
    used = {name: by_class[name] for name in by_class if name in set(timed["class"])}
    shares = timed["speed_source"].value_counts(normalize=True)
    about = Provenance(
        speeds=used,
        sources=tuple(sources),
        shares={f"links timed by {name}": float(share) for name, share in shares.items()},
    )
    return TravelNetwork(points, timed, snapping or Snapping(), about)


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
        lost = ~links[end].isin(nodes)
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


def _checked_links(nodes: gpd.GeoDataFrame, links: pd.DataFrame) -> pd.DataFrame:
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
            add_amount_faults(faults, table[column], allow_missing=column != "length_km")
            table[column] = pd.to_numeric(table[column], errors="coerce").astype(float)
            timed_by_class &= table[column].isna() | (column not in ("minutes", "speed_kmh"))
    if "speed_kmh" in table:
        refuse(table["speed_kmh"] == 0, "speed_kmh is 0", "drop closed links")
    unknown = timed_by_class & ~table["class"].isin(list(ROAD_CLASSES))
    refuse(
        unknown,
        f"unknown class {some_of(table['class'][unknown].astype(str).unique())}",
        f"known are {', '.join(ROAD_CLASSES)}; rename it, or give these links minutes or speed_kmh",
    )
    for column, read in (("oneway", _one_way), ("joinable", _joinable)):
        if column in table:
            try:
                table = read(table)
            except InputError as error:
                faults.lines.append(str(error).removeprefix("links: ").removesuffix("."))
    if "geometry" in table:
        kinds = gpd.GeoSeries(table["geometry"]).geom_type
        refuse(kinds.notna() & (kinds != "LineString"), "geometry that is no LineString", "merge or drop it")
    faults.raise_if_any()
    return table


def _one_way(table: pd.DataFrame) -> pd.DataFrame:
    """``oneway`` as flags; a link travelled from its to-node only is turned round."""
    way = words.directions(table, "links", "oneway", missing=words.BOTH)
    against: Flags = way == words.BACKWARD
    if against.any():
        there, back = table["from_node"], table["to_node"]
        table = table.assign(from_node=there.mask(against, back), to_node=back.mask(against, there))
    return table.assign(oneway=way != words.BOTH)


def _joinable(table: pd.DataFrame) -> pd.DataFrame:
    said = pd.Series(words.yes_no(table, "links", "joinable"), table.index, dtype=object)
    return table.assign(joinable=said.where(table["joinable"].notna(), None))


def _timed(table: pd.DataFrame, by_class: Mapping[str, float], overridden: set[str]) -> pd.DataFrame:
    """Minutes, their source, mode and joinability for every link."""
    timed = table.copy(deep=False)
    missing = pd.Series(np.nan, timed.index)
    own_minutes, own_speed = timed.get("minutes", missing), timed.get("speed_kmh", missing)
    speed = own_speed.fillna(timed["class"].map(by_class))
    # Multiplied first: 7 km at 60 km/h are then 7 minutes to the last bit, and lie within 7 minutes.
    minutes = own_minutes.fillna(timed["length_km"] * 60.0 / speed)
    source = pd.Series("default", timed.index)
    source[timed["class"].isin(overridden)] = "override"
    source[own_speed.notna()] = "link"
    source[own_minutes.notna()] = "minutes"
    back = timed.get("minutes_back", missing).fillna(minutes)
    oneway = timed.get("oneway", missing).eq(True)
    timed["speed_kmh"] = speed.where(
        own_minutes.isna(), timed["length_km"] * 60.0 / minutes.where(minutes > 0)
    )
    timed["minutes"], timed["minutes_back"] = minutes, back.mask(oneway)
    timed["speed_source"] = source
    timed["mode"] = timed["mode"].fillna("road") if "mode" in timed else "road"
    by_default = timed["class"].map({name: road.joinable for name, road in ROAD_CLASSES.items()})
    given = timed["joinable"] if "joinable" in timed else pd.Series(pd.NA, timed.index, dtype="object")
    timed["joinable"] = given.where(given.notna(), by_default).eq(True)
    return timed.drop(columns=[column for column in ("oneway", "geometry") if column in timed]).assign(
        **({"geometry": timed["geometry"]} if "geometry" in timed else {})
    )


def _lines(points: gpd.GeoDataFrame, links: pd.DataFrame, crs: CRS) -> gpd.GeoSeries:
    """Given lines in the metric CRS, straight ones where one is missing, all drawn from the from-node."""
    ends = np.stack([points.index.get_indexer(links[end]) for end in ("from_node", "to_node")], axis=1)
    straight = gpd.GeoSeries(_straight(points, ends), index=links.index, crs=points.crs)
    xy = shapely.get_coordinates(points.geometry.to_numpy())
    given = gpd.GeoSeries(links["geometry"], index=links.index)
    given = (given.set_crs(crs) if given.crs is None else given).to_crs(points.crs)
    lines = given.where(given.notna() & ~given.is_empty, straight)
    at_from, at_to = shapely.points(xy[ends[:, 0]]), shapely.points(xy[ends[:, 1]])
    first, last = shapely.get_point(lines.to_numpy(), 0), shapely.get_point(lines.to_numpy(), -1)
    as_drawn = shapely.distance(first, at_from) + shapely.distance(last, at_to)
    turned = shapely.distance(first, at_to) + shapely.distance(last, at_from)
    return lines.where(as_drawn <= turned, lines.reverse())


def _straight(nodes: gpd.GeoDataFrame, ends: Ints) -> NDArray[np.object_]:
    """Straight lines between nodes at the positions ``ends`` (links, 2)."""
    xy = shapely.get_coordinates(nodes.geometry.to_numpy())
    lines: NDArray[np.object_] = shapely.linestrings(xy[ends])
    return lines


def check_direction(direction: str) -> None:
    """Refuse anything but ``"from"`` and ``"to"``."""
    check_choice(direction, "direction", ("from", "to"))
