"""Attachment: where a point joins the network, and how long that takes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.checks import check_points
from urbgeo.engine.resolution import in_ticks
from urbgeo.errors import InputError, some_of
from urbgeo.network.model import TravelNetwork, check_network
from urbgeo.types import Floats, Ints

AT_NODE_M = 0.001
"""A point that meets its link so near a node is at the node."""


PLAIN_FIELDS = ("off_network_kmh", "network")
"""Fields of an attachment that are one value for all points."""


@dataclass(frozen=True, eq=False)
class Attachment:
    """Points joined to their nearest links.

    All arrays have one row per point of ``index``. ``link`` is the position of the link in
    ``network.links`` (-1: not attached), ``along`` the fraction of the link from its from-node,
    ``off_km`` and ``off_minutes`` the straight stretch to it. ``ends`` (points, 2) are the link's nodes;
    ``away`` the minutes from the point to each end, ``home`` from each end to the point (``inf`` against a
    one-way). ``status`` is ``"attached"``, ``"island"`` (attached, but with no way to or
    from the largest strongly connected part) or ``"too far"``. ``xy`` are the points themselves in the CRS
    of the network, ``link_minutes`` (points, 2) the minutes of the whole link there and back (NaN =
    one-way). ``network`` is the one that was joined: every verb that takes points takes an attachment to its
    network too, and then does not attach again.
    """

    index: pd.Index
    link: Ints
    along: Floats
    off_km: Floats
    off_minutes: Floats
    ends: Ints
    away: Floats
    home: Floats
    status: NDArray[np.str_]
    xy: Floats
    link_minutes: Floats
    off_network_kmh: float
    network: TravelNetwork | None = None

    @property
    def attached(self) -> NDArray[np.bool_]:
        """Which points have joined a link."""
        return self.link >= 0

    def rows(self, which: slice) -> Attachment:
        """The same for some of the points."""
        return replace(
            self,
            **{
                one.name: getattr(self, one.name)[which]
                for one in fields(self)
                if one.name not in PLAIN_FIELDS
            },
        )

    def report(self) -> pd.DataFrame:
        """One row per point: ``status``, ``off_km``, ``off_minutes``."""
        return pd.DataFrame(
            {"status": self.status, "off_km": self.off_km, "off_minutes": self.off_minutes}, index=self.index
        )


Points: TypeAlias = gpd.GeoDataFrame | Attachment
"""Points as a layer, or attached already."""


def attach(network: TravelNetwork, points: Points, *, name: str = "points") -> Attachment:
    """Join each point to its nearest joinable link, within ``network.snapping.max_snap_km`` (closed bound).

    Of several links at one distance the first by id is taken, whatever the order of the rows.

    Parameters
    ----------
    network
        Its ``snapping`` says how far and how fast.
    points
        Points with unique index, any CRS; never changed. An attachment to this network is handed back.
    name
        What errors call the points.

    Raises
    ------
    InputError
        Naming every faulty id: no CRS, missing or empty geometry, other kinds than points, repeated ids. For
        an attachment to another network, and for what is no network.
    """
    check_network(network)
    if isinstance(points, Attachment):
        if points.network is not network:
            raise InputError(f"{name}: attached to another network; give the points themselves.")
        return points
    check_points(points, name, allow_empty=True)
    located = points.geometry.to_crs(network.crs)
    return attach_xy(network, shapely.get_coordinates(located.to_numpy()), points.index)


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


def attach_xy(network: TravelNetwork, xy: Floats, index: pd.Index) -> Attachment:
    """The same for coordinates (points, 2) in the CRS of the network."""
    shapes = shapely.points(xy)
    line, off_m = nearest_lines(network.link_tree, shapes, network.snapping.max_snap_km * 1000.0)
    link = np.full(len(xy), -1, np.int64)
    link[line >= 0] = network.joinable_links[line[line >= 0]]
    return _legs(network, index, xy, shapes, link, off_m)


def nearest_lines(tree: shapely.STRtree, shapes: NDArray[np.object_], reach_m: float) -> tuple[Ints, Floats]:
    """Position of the line nearest to each point (-1: none in reach), and metres to it (NaN).

    Of several at one distance the first.
    """
    line, metres = np.full(len(shapes), -1, np.int64), np.full(len(shapes), np.nan)
    if len(tree) and len(shapes):
        (point, found), far = tree.query_nearest(shapes, max_distance=reach_m, return_distance=True)
        order = np.lexsort((found, point))
        point, first = np.unique(point[order], return_index=True)
        line[point], metres[point] = found[order][first], far[order][first]
    return line, metres


def _legs(
    network: TravelNetwork,
    index: pd.Index,
    xy: Floats,
    shapes: NDArray[np.object_],
    link: Ints,
    off_m: Floats,
) -> Attachment:
    got = link >= 0
    lines = network.links.geometry.to_numpy()[link[got]]
    along = np.full(len(link), np.nan)
    along[got] = shares_along(lines, shapes[got])
    off_minutes = off_m / 1000.0 * 60.0 / network.snapping.off_network_kmh
    ends = np.full((len(link), 2), -1, np.int64)
    ends[got] = network.link_ends[link[got]]
    minutes = np.full((len(link), 2), np.nan)
    minutes[got] = network.link_table[["minutes", "minutes_back"]].to_numpy(np.float64)[link[got]]
    away, home = minutes_to_ends(along, minutes, off_minutes)
    status = np.full(len(link), "too far", dtype="<U8")
    main = network.component[ends] == 0
    leaves, arrives = ((main & np.isfinite(legs)).any(axis=1) for legs in (away, home))
    status[got] = np.where(leaves & arrives, "attached", "island")[got]
    return Attachment(
        index,
        link,
        along,
        off_m / 1000.0,
        off_minutes,
        ends,
        away,
        home,
        status,
        xy,
        minutes,
        network.snapping.off_network_kmh,
        network,
    )


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
    there, back = minutes.T
    away = np.stack([_part(along, back), _part(1.0 - along, there)], axis=1) + off_minutes[:, None]
    home = np.stack([_part(along, there), _part(1.0 - along, back)], axis=1) + off_minutes[:, None]
    return in_ticks(np.where(np.isnan(away), np.inf, away)), in_ticks(np.where(np.isnan(home), np.inf, home))


def _part(share: Floats, minutes: Floats) -> Floats:
    """Minutes of a part of a link; no part takes no time, even against a one-way."""
    return np.where(share == 0.0, 0.0, share * minutes)
