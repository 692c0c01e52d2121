"""Attachment: where a point joins the network, and how long that takes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TypeAlias
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.amounts import warn
from urbgeo.checks import check_points
from urbgeo.crs import LEAST_SUSPECTS, likely_datum
from urbgeo.engine.resolution import in_ticks
from urbgeo.errors import InputError, some_of
from urbgeo.network.model import TravelNetwork, check_network
from urbgeo.parallel import let_go
from urbgeo.types import Floats, Ints
from urbgeo.words import years

AT_NODE_M = 0.001
"""A point that meets its link so near a node is at the node."""

OPENED = "opened"
"""Column of the year in which a place opens."""

MOST_SUSPECTS = 100
"""Of more points so many are asked whether they are in another datum."""

KEPT_LAYERS, KEPT_POINTS = 16, 4_000
"""A network keeps the attachments of the last few layers of no more points than this: seats, stations and
airports are asked about by one verb after the other."""


@dataclass(frozen=True, eq=False)
class Joins:
    """Points joined to one link each, one row per join; a point may have several.

    ``row`` is the point's position, ``link`` the position in ``network.links`` (-1: none), ``along`` the
    fraction of it from its from-node, ``off_km`` and ``off_minutes`` the straight stretch to it. ``ends``
    (joins, 2) are the link's nodes; ``from_legs`` the minutes from the point to each end, ``to_legs`` from
    each end to the point (``inf`` against a one-way). ``xy`` are the points in the CRS of the network,
    ``link_minutes`` (joins, 2) the minutes of the whole link there and back (NaN = one-way).
    """

    row: Ints
    link: Ints
    along: Floats
    off_km: Floats
    off_minutes: Floats
    ends: Ints
    from_legs: Floats
    to_legs: Floats
    xy: Floats
    link_minutes: Floats

    def some(self, which: slice | Ints) -> Joins:
        """The same for some of the joins."""
        return Joins(**{one.name: getattr(self, one.name)[which] for one in fields(self)})

    def rows(self, which: slice) -> Joins:
        """The same for some of the points, where each has one join."""
        some = self.some(which)
        return replace(some, row=np.arange(len(some.row)))


@dataclass(frozen=True, eq=False)
class Attachment:
    """Points joined to their nearest links.

    ``joins`` hold what a point joins, in the order of ``index``: its nearest link first; where the network
    was edited (:func:`urbgeo.network.edits.with_links`) then the links that were nearest before each edit
    and are no longer, so that a new road takes no way from anybody. ``status`` is ``"attached"``,
    ``"island"`` (attached, but with no way to or from the largest strongly connected part) or
    ``"too far"``. ``network`` is the one that was joined: every verb that takes points takes an attachment
    to its network too, and then does not attach again.
    """

    index: pd.Index
    joins: tuple[Joins, ...]
    status: NDArray[np.str_]
    off_network_kmh: float
    network: TravelNetwork | None = None

    @property
    def nearest(self) -> Joins:
        """One row per point: its nearest link."""
        return self.joins[0]

    @property
    def link(self) -> Ints:
        """Position of the nearest link in ``network.links`` (-1: not attached)."""
        return self.joins[0].link

    @property
    def along(self) -> Floats:
        """Fraction of the nearest link from its from-node."""
        return self.joins[0].along

    @property
    def off_km(self) -> Floats:
        """Straight kilometres to the nearest link."""
        return self.joins[0].off_km

    @property
    def off_minutes(self) -> Floats:
        """Minutes of the straight stretch to the nearest link."""
        return self.joins[0].off_minutes

    @property
    def xy(self) -> Floats:
        """The points in the CRS of the network."""
        return self.joins[0].xy

    @property
    def attached(self) -> NDArray[np.bool_]:
        """Which points have joined a link."""
        return self.joins[0].link >= 0

    @cached_property
    def ends(self) -> Ints:
        """(points, 2 x joins) nodes of all links joined, those of the nearest first; -1: none."""
        return np.concatenate([one.ends for one in self.joins], axis=1)

    @cached_property
    def from_legs(self) -> Floats:
        """Minutes from the points to each of ``ends``; ``inf``: not that way."""
        return np.concatenate([one.from_legs for one in self.joins], axis=1)

    @cached_property
    def to_legs(self) -> Floats:
        """Minutes from each of ``ends`` to the points; ``inf``: not that way."""
        return np.concatenate([one.to_legs for one in self.joins], axis=1)

    def seeds(self, direction: str) -> tuple[Ints, Floats, Ints]:
        """Where a search ``"from"`` the points (or ``"to"`` them) begins: nodes, minutes there, whose row."""
        legs = self.to_legs if direction == "to" else self.from_legs
        row, end = np.nonzero(self.ends >= 0)
        return self.ends[row, end], legs[row, end], row

    @cached_property
    def every(self) -> Joins:
        """All joins one after the other."""
        if len(self.joins) == 1:
            return self.joins[0]
        names = [one.name for one in fields(Joins)]
        return Joins(**{name: np.concatenate([getattr(one, name) for one in self.joins]) for name in names})

    def rows(self, which: slice) -> Attachment:
        """The same for some of the points."""
        some = tuple(one.rows(which) for one in self.joins)
        return replace(self, index=self.index[which], joins=some, status=self.status[which])

    def report(self) -> pd.DataFrame:
        """One row per point: ``status``, and ``off_km`` and ``off_minutes`` of the nearest link."""
        return pd.DataFrame(
            {"status": self.status, "off_km": self.off_km, "off_minutes": self.off_minutes}, index=self.index
        )


_KNOWN: WeakKeyDictionary[TravelNetwork, dict[bytes, Attachment]] = WeakKeyDictionary()
"""Attachments of the last few layers of each network, by their digest."""

Points: TypeAlias = gpd.GeoDataFrame | Attachment
"""Points as a layer, or attached already."""


def attach(network: TravelNetwork, points: Points, *, name: str = "points") -> Attachment:
    """Join each point to its nearest joinable link, within ``network.snapping.max_snap_km`` (closed bound).

    Of several links at one distance the first by id is taken, whatever the order of the rows. In an edited
    network a point keeps the links that it joined before each edit beside the nearest one, each with its own
    straight stretch: a new link never makes a trip longer. Points that lie much nearer to the network when
    the shift of GCJ-02 or BD-09 is undone are told.

    Parameters
    ----------
    network
        Its ``snapping`` says how far and how fast.
    points
        Points with unique index, any CRS; never changed. An attachment to this network is handed back.
    name
        What errors call the points.

    Returns
    -------
    Attachment
        On the index of ``points``: the links each joins, where along them, and its ``status``
        (``"attached"``, ``"island"``, ``"too far"``). Every verb takes it in place of the points.

    Raises
    ------
    InputError
        Naming every faulty id: no CRS, missing or empty geometry, other kinds than points, repeated ids. For
        an attachment to another network, and for what is no network.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row], index=["road"]))
    >>> attach(network, nodes).attached.tolist()
    [True, True]
    """
    check_network(network)
    if isinstance(points, Attachment):
        if points.network is not network:
            raise InputError(f"{name}: attached to another network; give the points themselves.")
        return points
    year = network.provenance.parameters.get("year")
    if year is not None and isinstance(points, gpd.GeoDataFrame) and OPENED in points:
        _ask_about_years(points, name, year)
    key, known = _digest(points), _KNOWN.setdefault(network, {})
    kept = known.get(key) if key else None
    if kept is not None and kept.index.equals(points.index):
        return replace(kept, index=points.index, network=network)
    check_points(points, name, allow_empty=True)
    if points.empty:
        warn(f"{name}: it has no rows; nothing is attached.")
    _ask_about_datum(network, points, name)
    xy = shapely.get_coordinates(points.geometry.to_crs(network.crs).to_numpy())
    shapes = shapely.points(xy)
    joins = tuple(_joins(network, xy, shapes, *one) for one in _links_in_turn(network, shapes))
    ends, *legs = (
        np.concatenate([getattr(one, name) for one in joins], axis=1)
        for name in ("ends", "from_legs", "to_legs")
    )
    main = (network.component[ends] == 0) & (ends >= 0)
    leaves, arrives = ((main & np.isfinite(way)).any(axis=1) for way in legs)
    status = np.where(leaves & arrives, "attached", np.where(joins[0].link >= 0, "island", "too far"))
    found = Attachment(points.index, joins, status, network.snapping.off_network_kmh, network)
    if key:
        while len(known) >= KEPT_LAYERS:
            known.pop(next(iter(known)), None)
        # Without the network: a network that holds itself is let go late.
        known[key] = replace(found, network=None)
    return found


def _ask_about_years(points: gpd.GeoDataFrame, name: str, year: int) -> None:
    """Warn where points open later than the year that the network was taken back to, or are only planned."""
    opened = years(points, name, OPENED, planned=True)
    late, planned = points.index[(opened > year) & (opened < np.inf)], points.index[opened == np.inf]
    if len(late):
        warn(
            f"{name}: {len(late)} open after {year}, the year of the network, e.g. {some_of(late, 3)}; leave "
            "them out, or take the whole region back with urbgeo.regions.years.region_in_year."
        )
    if len(planned):
        warn(
            f"{name}: {len(planned)} are only planned or being built, e.g. {some_of(planned, 3)}, and the "
            f"network is of {year}; leave them out, or take the whole region back with "
            "urbgeo.regions.years.region_in_year."
        )


def _ask_about_datum(network: TravelNetwork, points: gpd.GeoDataFrame, name: str) -> None:
    """Warn where the points seem to be in a datum of Chinese web maps; of many points some are looked at."""
    if len(points) < LEAST_SUSPECTS or not len(network.link_tree):
        return

    def off_network(spots: gpd.GeoSeries) -> Floats:
        here = spots.to_crs(network.crs).to_numpy()
        (asked, _), far = network.link_tree.query_nearest(here, return_distance=True, all_matches=False)
        gaps: Floats = far[np.argsort(asked)]
        return gaps

    datum = likely_datum(points.iloc[:: -(-len(points) // MOST_SUSPECTS)], off_network)
    if datum:
        warn(
            f"{name}: they seem to be in {datum.upper()}, not in what their CRS says: use "
            f"convert_datum({name}, {datum!r}, 'wgs84')."
        )


def _digest(points: gpd.GeoDataFrame) -> bytes | None:
    """Of where they are, where one layer asks again and again; None for large layers and faulty ones."""
    if not isinstance(points, gpd.GeoDataFrame) or not points.columns.is_unique:
        return None
    if not 0 < len(points) <= KEPT_POINTS:  # an empty layer is warned of each time
        return None
    shapes = shapely.to_wkb(points.geometry.to_numpy())
    if points.crs is None or any(one is None for one in shapes):
        return None
    return hashlib.blake2b(points.crs.srs.encode() + b"".join(shapes), digest_size=16).digest()


def attach_some(network: TravelNetwork, points: Points, name: str) -> Attachment:
    """:func:`attach`; an error when no point at all is near enough."""
    joined = attach(network, points, name=name)
    if not joined.attached.any():
        raise InputError(
            f"{name}: none lies within {network.snapping.max_snap_km:g} km of a link that can be joined; "
            "check their coordinates, or raise max_snap_km."
        )
    return joined


def attach_all(network: TravelNetwork, points: Points, name: str) -> Attachment:
    """:func:`attach`; an error that names the points that are not near enough."""
    joined = attach(network, points, name=name)
    if not joined.attached.all():
        raise InputError(
            f"{name}: outside the network, more than {network.snapping.max_snap_km:g} km from any link that "
            f"can be joined: {some_of(joined.index[~joined.attached])}; check their coordinates, drop them, "
            "or raise max_snap_km."
        )
    return joined


def _links_in_turn(network: TravelNetwork, shapes: NDArray[np.object_]) -> list[tuple[Ints, Floats]]:
    """The nearest link of each point (-1: none) and metres to it; then those that were so before edits."""
    reach_m, n = network.snapping.max_snap_km * 1000.0, len(shapes)
    least_m, least = np.full(n, np.inf), np.full(n, np.iinfo(np.int64).max)
    found = []
    for places, tree in network.link_trees:
        line, off_m = nearest_lines(tree, shapes, reach_m)
        off_m, place = np.where(line >= 0, off_m, np.inf), places[line] if len(places) else line
        nearer = (line >= 0) & ((off_m < least_m) | ((off_m == least_m) & (place < least)))
        least_m, least = np.where(nearer, off_m, least_m), np.where(nearer, place, least)
        link = np.full(n, -1, np.int64)
        link[nearer] = network.joinable_links[place[nearer]]
        found.append((link, np.where(nearer, off_m, np.nan)))
    if len(found) == 1:
        return found
    link, metres = (np.stack(one[::-1], axis=1) for one in zip(*found, strict=True))
    first = np.argsort(link < 0, axis=1, kind="stable")
    link, metres = (np.take_along_axis(one, first, axis=1) for one in (link, metres))
    return [(link[:, k], metres[:, k]) for k in range(len(found)) if k == 0 or (link[:, k] >= 0).any()]


def nearest_lines(tree: shapely.STRtree, shapes: NDArray[np.object_], reach_m: float) -> tuple[Ints, Floats]:
    """Position of the line nearest to each point (-1: none in reach), and metres to it (NaN).

    Of several at one distance the first.
    """
    line, metres = np.full(len(shapes), -1, np.int64), np.full(len(shapes), np.nan)
    if len(tree) and len(shapes):
        # The tree's own limit of distance makes it slower, thirty times where many lines lie within it.
        (point, found), far = let_go(lambda _: tree.query_nearest(shapes, return_distance=True))
        near = far <= reach_m
        point, found, far = point[near], found[near], far[near]
        order = np.lexsort((found, point))
        point, first = np.unique(point[order], return_index=True)
        line[point], metres[point] = found[order][first], far[order][first]
    return line, metres


def _joins(
    network: TravelNetwork, xy: Floats, shapes: NDArray[np.object_], link: Ints, off_m: Floats
) -> Joins:
    got = link >= 0
    lines = network.links.geometry.to_numpy()[link[got]]
    along = np.full(len(link), np.nan)
    along[got] = shares_along(lines, shapes[got])
    off_minutes = off_m / 1000.0 * 60.0 / network.snapping.off_network_kmh
    ends = np.full((len(link), 2), -1, np.int64)
    ends[got] = network.link_ends[link[got]]
    minutes = np.full((len(link), 2), np.nan)
    minutes[got] = network.link_minutes[link[got]]
    legs = minutes_to_ends(along, minutes, off_minutes)
    return Joins(np.arange(len(link)), link, along, off_m / 1000.0, off_minutes, ends, *legs, xy, minutes)


def shares_along(lines: NDArray[np.object_], shapes: NDArray[np.object_]) -> Floats:
    """Fraction of each line to its point nearest to the shape; at a node exactly 0 or 1.

    Rounding must not put a point that is at a node beside it: the other side of a one-way would be lost.
    """
    length = shapely.length(lines)
    metres = shapely.line_locate_point(lines, shapes)
    metres = np.where(metres < AT_NODE_M, 0.0, np.where(length - metres < AT_NODE_M, length, metres))
    return np.divide(metres, length, out=np.zeros(len(lines)), where=length > AT_NODE_M)


def minutes_to_ends(along: Floats, minutes: Floats, off_minutes: Floats) -> tuple[Floats, Floats]:
    """Minutes (points, 2) from points to the ends of their links, and from the ends to them.

    ``minutes`` (points, 2) are those of the whole link there and back; ``inf`` against a one-way (NaN).
    """
    share = np.stack([along, 1.0 - along], axis=1)
    # No part of a link takes no time, even against a one-way.
    ways = [
        np.where(share == 0.0, 0.0, share * one) + off_minutes[:, None] for one in (minutes[:, ::-1], minutes)
    ]
    start, end = (in_ticks(np.where(np.isnan(one), np.inf, one)) for one in ways)
    return start, end
