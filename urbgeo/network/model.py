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
from pyproj import CRS
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from urbgeo.checks import (
    add_amount_faults,
    add_id_faults,
    check_choice,
    check_columns,
    check_points,
    check_quantity,
    listed,
)
from urbgeo.crs import metric_crs
from urbgeo.engine.graph import Graph, compile_graph
from urbgeo.engine.hierarchy import Hierarchy, Topology, customise
from urbgeo.engine.polylines import Polylines
from urbgeo.engine.store import cached_topology, topology_is_kept
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.interop import frames_of, networkx_of, osmnx_of
from urbgeo.network.lengths import check_lengths
from urbgeo.network.link_table import (
    LINK_COLUMNS,
    add_end_faults,
    check_link_minutes,
    checked_links,
    drawn_lines,
    straight_lines,
    timed_links,
)
from urbgeo.network.speeds import OFF_NETWORK_KMH, by_class, class_speeds
from urbgeo.provenance import Provenance
from urbgeo.types import Floats, Ints

if TYPE_CHECKING:
    import networkx as nx

ADDED = "added_by_edit"
"""Column of links, where there are edits: 0, or which one added the link."""


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
    lines
        Lines of links whose table has none, by link id: of a large file, so that who never looks at them
        need not hold them as objects. ``links`` has them.
    """

    nodes: gpd.GeoDataFrame
    link_table: pd.DataFrame
    snapping: Snapping = field(default_factory=Snapping)
    provenance: Provenance = field(default_factory=Provenance)
    lines: Polylines | None = None

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
        if self.lines is not None:
            drawn = self.lines.of(self.link_table.index)
        else:
            drawn = straight_lines(self.nodes, self.link_ends)
        return gpd.GeoDataFrame(self.link_table, geometry=drawn, crs=self.crs)

    @property
    def drawn_table(self) -> pd.DataFrame:
        """``link_table`` with lines where the links have lines of their own; no straight ones are made up."""
        return self.link_table if self.lines is None else self.links

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
    def link_minutes(self) -> Floats:
        """(links, 2) minutes of each link there and back; NaN against a one-way."""
        minutes = self.link_table[["minutes", "minutes_back"]].to_numpy(np.float64)
        minutes.flags.writeable = False
        return minutes

    @cached_property
    def graph(self) -> Graph:
        """The same arcs compiled for the fast searches."""
        tails, heads, minutes = self.arcs()
        x, y = shapely.get_coordinates(self.nodes.geometry.to_numpy()).T
        return compile_graph(x, y, tails, heads, minutes)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """A contraction hierarchy customised to these minutes."""
        return customise(self.topology, self.graph)

    @cached_property
    def topology(self) -> Topology:
        """What the hierarchy knows without minutes; kept on disk for the next time."""
        return cached_topology(self.graph)

    @property
    def hierarchy_state(self) -> str:
        """``"customised"``, ``"prepared"`` (the topology is in the cache) or ``"none"``."""
        if "hierarchy" in self.__dict__:
            return "customised"
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
        if not asked:
            raise InputError(f"modes: none is given; it has {some_of(self.modes, 30)}.")
        if unknown:
            raise InputError(
                f"modes: {some_of(unknown)} not in this network; it has {some_of(self.modes, 30)}."
            )
        key = tuple(sorted(set(asked)))
        if key not in self._parts_by_mode:
            some = self.link_table[self.link_table["mode"].isin(asked)]
            self._parts_by_mode[key] = replace(self, link_table=some)
        return self._parts_by_mode[key]

    @cached_property
    def _parts_by_mode(self) -> dict[tuple[str, ...], TravelNetwork]:
        """Networks of some modes that were asked for, so that each is compiled once."""
        return {}

    def to_frames(self) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        """Copies of the nodes and links, as :func:`build_network` takes them back with equal minutes."""
        return frames_of(self.nodes, self.drawn_table)

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
    texts = [one for one in ("length_km", "minutes", "minutes_back") if links[one].dtype.kind not in "iuf"]
    if texts:
        faults.add(f"{', '.join(texts)} hold no numbers")
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
        One row per stretch: ``from_node``, ``to_node`` (node ids), ``length_km``, ``class`` (one of
        :data:`urbgeo.network.speeds.ROAD_CLASSES`, 国道, G4, X012). Optional:
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

    Examples
    --------
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> build_network(nodes, pd.DataFrame([row], index=["road"]))
    <TravelNetwork 2 nodes, 1 links, modes road, 1 part>
    """
    check_points(nodes, "nodes")
    kmh = class_speeds(speeds)
    timed = timed_links(checked_links(nodes, links), kmh, set(by_class(speeds or {})))
    check_link_minutes(timed)
    crs = metric_crs(nodes)
    points = gpd.GeoDataFrame(geometry=nodes.geometry.to_crs(crs).rename("geometry"))
    check_lengths(timed, points)
    if "geometry" in timed:
        timed = gpd.GeoDataFrame(timed, geometry=drawn_lines(points, timed, nodes.crs), crs=crs)
    there = set(timed["class"].unique())
    used = {name: kmh[name] for name in kmh if name in there}
    shares = timed["speed_source"].value_counts(normalize=True)
    about = Provenance(
        speeds=used,
        sources=tuple(sources),
        shares={f"links timed by {name}": float(share) for name, share in shares.items()},
    )
    return TravelNetwork(points, timed, snapping or Snapping(), about)


def check_direction(direction: str) -> None:
    """Refuse anything but ``"from"`` and ``"to"``."""
    check_choice(direction, "direction", ("from", "to"))
