"""Lattice: the minutes of a square grid of points, each attached to the network as any other point.

The attachment is that of :mod:`urbgeo.network.attach`, done for whole blocks of points at a time: only the
lines that may be nearest to some point of a block are compared with its points.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from urbgeo.compiling import kernel, without_numba
from urbgeo.engine.dijkstra import nearest_seed
from urbgeo.network.attach import (
    AT_NODE_M,
    Attachment,
    Joins,
    minutes_to_ends,
    nearest_lines,
    shares_along,
)
from urbgeo.network.minutes import same_link_nearest, through_ends
from urbgeo.network.model import TravelNetwork
from urbgeo.options import thread_count
from urbgeo.types import Floats, Ints

BLOCK, PATCH = 16, 4
"""Lattice points on a side of a block, and of a patch of it."""

TILE = 256
"""Lattice points on a side of a tile; tiles know only the lines near them, and are done side by side."""

SLACK_M = 1e-6
"""Lines are dropped from a block only when they are farther than this beyond the farthest that counts."""


@dataclass(frozen=True, eq=False)
class Roads:
    """Lines a point may join, in the order in which ties are given away.

    Attributes
    ----------
    lines, ends, minutes
        Geometry, nodes (from, to) and minutes (there, back; NaN = one-way) by line.
    place
        By link of the network its position among the lines, -1 for links that cannot be joined.
    tree
        Spatial index over the lines.
    max_snap_m, off_network_kmh
        How far a point may be from its line, and how fast it gets there.
    before
        The lines there were before each edit of the network: points near what it added may still join them.
    added
        Spatial index over the lines that are not here yet, among those of ``before``.
    """

    lines: NDArray[np.object_]
    ends: Ints
    minutes: Floats
    place: Ints
    tree: shapely.STRtree
    max_snap_m: float
    off_network_kmh: float
    before: tuple[Roads, ...] = ()
    added: shapely.STRtree | None = None

    def touches(self, x: Floats, y: Floats, beyond_m: float) -> bool:
        """Whether some point of this lattice may be nearer to a line added later than to these."""
        reach = self.max_snap_m + beyond_m + 1.0
        box = shapely.box(x[0] - reach, y[0] - reach, x[-1] + reach, y[-1] + reach)
        return self.added is not None and len(self.added.query(box)) > 0

    def near(self, west: float, south: float, east: float, north: float) -> Ints:
        """Lines that may be within reach of a point in this box."""
        reach = self.max_snap_m + 1.0
        return np.sort(self.tree.query(shapely.box(west - reach, south - reach, east + reach, north + reach)))


@dataclass(frozen=True, eq=False)
class Reached:
    """Least minutes between the nearest of the starts and the two nodes of every line, and which start.

    ``start`` has a row for each link that a start joins, ``line`` is where that stands among the roads (-1:
    it does not); ``minutes`` and ``which`` are (lines, 2), ``least`` the smaller of the two; ``inf`` and -1
    where none leads. ``before`` is the same over the roads there were before each edit.
    """

    start: Joins
    line: Ints
    minutes: Floats
    least: Floats
    which: Ints
    towards: bool
    before: tuple[Reached, ...] = ()


@dataclass(frozen=True, eq=False)
class Chain:
    """Vertices of lines one after the other: line ``k`` has rows ``first[k]`` to ``first[k + 1]``."""

    xy: Floats
    metres: Floats
    first: Ints

    @property
    def length(self) -> Floats:
        """Metres of each line."""
        return self.metres[self.first[1:] - 1]


def roads_of(network: TravelNetwork) -> Roads:
    """The joinable links of a network, and those it had before each edit."""
    latest = _roads(network, np.arange(len(network.joinable_links)), network.link_tree)
    before, lines = [], latest.lines
    for count in range(1, len(network.edits)):
        some = np.sort(np.concatenate(network.edits[:count]))
        old = _roads(network, some, shapely.STRtree(lines[some]))
        added = shapely.STRtree(lines[np.concatenate(network.edits[count:])])
        before.append(replace(old, added=added))
    return replace(latest, before=tuple(before))


def _roads(network: TravelNetwork, some: Ints, tree: shapely.STRtree) -> Roads:
    links = network.joinable_links[some]
    place = np.full(len(network.link_table), -1, np.int64)
    place[links] = np.arange(len(links))
    return Roads(
        network.links.geometry.to_numpy()[links],
        network.link_ends[links],
        network.link_table[["minutes", "minutes_back"]].to_numpy(np.float64)[links],
        place,
        tree,
        network.snapping.max_snap_km * 1000.0,
        network.snapping.off_network_kmh,
    )


def reach_nodes(
    network: TravelNetwork, roads: Roads, start: Attachment, limit: float, direction: str
) -> Reached:
    """Search from (or to) points that are all attached; nodes beyond the limit stay ``inf``."""
    legs = start.to_legs if direction == "to" else start.from_legs
    rows = np.repeat(np.arange(len(start.index)), legs.shape[1])
    known = start.ends.ravel() >= 0
    seeds = start.ends.ravel()[known], legs.ravel()[known], rows[known]
    minutes, which = nearest_seed(network.graph, *seeds, limit, direction=direction)
    joins = start.every
    if not (joins.link >= 0).all():
        joins = joins.some(np.flatnonzero(joins.link >= 0))

    def over(lines: Roads) -> Reached:
        at_ends = minutes[lines.ends]
        least = np.minimum(at_ends[:, 0], at_ends[:, 1])
        place = lines.place[joins.link]
        before = tuple(over(one) for one in lines.before)
        return Reached(joins, place, at_ends, least, which[lines.ends], direction == "to", before)

    return over(roads)


def chain_of(lines: NDArray[np.object_]) -> Chain:
    """The vertices of lines, with the metres from each line's first."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(line, np.arange(len(lines) + 1)).astype(np.int64)
    return Chain(xy, _metres(xy, first), first)


@kernel()
def _metres(xy: Floats, first: Ints) -> Floats:
    found = np.zeros(xy.shape[0])
    for k in range(first.size - 1):
        for vertex in range(first[k] + 1, first[k + 1]):
            east, north = xy[vertex] - xy[vertex - 1]
            found[vertex] = found[vertex - 1] + np.sqrt(east * east + north * north)
    return found


def minutes_on_lattice(
    roads: Roads, reached: Reached, x: Floats, y: Floats, *, beyond_m: float = 0.0
) -> tuple[Floats, Ints, Floats]:
    """Minutes (len(y), len(x)) between the nearest start and every point, which start, metres to the line.

    The minutes equal those of :func:`urbgeo.network.minutes.nearest_attached` at the same points. Points up
    to ``beyond_m`` farther from a line than ``max_snap_m`` are timed too, so that an outline can be drawn
    between them and the others. ``inf``, -1 and ``inf`` where no line is near; ``inf`` minutes and -1 where
    no way leads.
    """
    shape = (len(y), len(x))
    minutes, which, off_m = np.full(shape, np.inf), np.full(shape, -1, np.int64), np.full(shape, np.inf)

    def fill(tile: tuple[slice, slice]) -> None:
        here = x[tile[1]], y[tile[0]]
        least, who, off_m[tile] = _minutes_on_tile(roads, reached, *here, beyond_m)
        for old, then in zip(roads.before, reached.before, strict=True):
            if old.touches(*here, beyond_m):
                time, owner, _ = _minutes_on_tile(old, then, *here, beyond_m)
                better = (time < least) | ((time == least) & (owner >= 0) & (owner < who))
                least, who = np.where(better, time, least), np.where(better, owner, who)
        minutes[tile], which[tile] = least, who

    tiles = [
        (slice(low, low + TILE), slice(left, left + TILE))
        for low in range(0, len(y), TILE)
        for left in range(0, len(x), TILE)
    ]
    with ThreadPoolExecutor(min(thread_count(), len(tiles))) as pool:
        list(pool.map(fill, tiles))
    return minutes, which, off_m


def _minutes_of_points(
    roads: Roads, reached: Reached, x: Floats, y: Floats, beyond_m: float
) -> tuple[Floats, Ints, Floats]:
    """:func:`_minutes_on_tile` by attaching its points one by one, as any others are."""
    xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    spots = shapely.points(xy)
    line, off_m = nearest_lines(roads.tree, spots, roads.max_snap_m + beyond_m)
    some = np.flatnonzero(line >= 0)
    line, off_km, link_minutes = line[some], off_m[some] / 1000.0, roads.minutes[line[some]]
    off_minutes = off_km * 60.0 / roads.off_network_kmh
    along = shares_along(roads.lines[line], spots[some])
    from_legs, to_legs = minutes_to_ends(along, link_minutes, off_minutes)
    ends = 2 * line[:, None] + np.arange(2)
    points = Joins(
        np.arange(len(some)),
        line,
        along,
        off_km,
        off_minutes,
        ends,
        from_legs,
        to_legs,
        xy[some],
        link_minutes,
    )
    least, who = through_ends(
        ends, from_legs if reached.towards else to_legs, reached.minutes.ravel(), reached.which.ravel()
    )
    start, direction = replace(reached.start, link=reached.line), "to" if reached.towards else "from"
    same_link_nearest(points, start, roads.off_network_kmh, direction, least, who)
    minutes, which = np.full(len(xy), np.inf), np.full(len(xy), -1, np.int64)
    minutes[some], which[some] = least, who
    shape = (len(y), len(x))
    return minutes.reshape(shape), which.reshape(shape), np.nan_to_num(off_m, nan=np.inf).reshape(shape)


@without_numba(_minutes_of_points)
def _minutes_on_tile(
    roads: Roads, reached: Reached, x: Floats, y: Floats, beyond_m: float
) -> tuple[Floats, Ints, Floats]:
    shape, reach_m = (len(y), len(x)), roads.max_snap_m + beyond_m
    near = roads.near(x[0] - beyond_m, y[0] - beyond_m, x[-1] + beyond_m, y[-1] + beyond_m)
    if len(near) == 0:
        return np.full(shape, np.inf), np.full(shape, -1, np.int64), np.full(shape, np.inf)
    chain = chain_of(roads.lines[near])
    line, metres, off_m = _nearest_lines(x, y, chain.xy, chain.metres, chain.first, reach_m)
    by_line = np.column_stack([chain.length, roads.minutes[near], reached.minutes[near]])
    start = reached.start
    here = np.searchsorted(near, reached.line)
    here[(here == len(near)) | (near[np.minimum(here, len(near) - 1)] != reached.line)] = -1
    order = np.argsort(here, kind="stable")
    first = np.searchsorted(here[order], np.arange(len(near) + 1)).astype(np.int64)
    starts = np.column_stack([start.along, start.off_minutes, start.off_km, start.xy])[order]
    minutes, which = _lattice_minutes(
        x,
        y,
        line,
        metres,
        off_m,
        by_line,
        reached.which[near],
        starts,
        start.row[order],
        first,
        roads.off_network_kmh,
        reached.towards,
    )
    return minutes, which, off_m


def stretches(roads: Roads, reached: Reached, limit: float) -> NDArray[np.object_]:
    """The stretches of line within the limit, from the ends of each line and the starts on it."""
    start, off = reached.start, limit - reached.start.off_minutes
    some = np.flatnonzero(reached.least <= limit)
    left = limit - reached.minutes[some]
    there, back = (roads.minutes[:, ::-1] if reached.towards else roads.minutes).T
    until = _passed(left[:, 0], there[some])
    since = 1.0 - _passed(left[:, 1], back[some])
    whole = until >= since
    table = np.concatenate(
        [
            np.stack([some, np.zeros(len(some)), np.where(whole, 1.0, until)], axis=1),
            np.stack([some, since, np.ones(len(some))], axis=1)[~whole],
            np.stack(
                [
                    reached.line,
                    np.maximum(start.along - _passed(off, back[reached.line]), 0.0),
                    np.minimum(start.along + _passed(off, there[reached.line]), 1.0),
                ],
                axis=1,
            ),
        ]
    )
    table = table[table[:, 2] > table[:, 1]]
    entire = table[:, 2] - table[:, 1] == 1.0
    lines = roads.lines[table[entire, 0].astype(np.int64)]
    cut = table[~entire]
    return np.concatenate([lines, _cut_out(roads.lines[cut[:, 0].astype(np.int64)], cut[:, 1], cut[:, 2])])


def _passed(left: Floats, whole: Floats) -> Floats:
    """Fraction of a line passed in the minutes left; none of it against a one-way (NaN)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(left >= 0, left / whole, 0.0)
    return np.clip(np.nan_to_num(share, nan=0.0, posinf=1.0), 0.0, 1.0)


def _cut_out(lines: NDArray[np.object_], since: Floats, until: Floats) -> NDArray[np.object_]:
    """The part of each line between two fractions of its length."""
    # A link between two nodes at one spot has no part that could be drawn.
    drawn = shapely.length(lines) * (until - since) > 0
    if not drawn.any():
        return lines[:0]
    lines, since, until = lines[drawn], since[drawn], until[drawn]
    chain = chain_of(lines)
    xy, piece = _cut(chain.xy, chain.metres, chain.first, since * chain.length, until * chain.length)
    return np.asarray(shapely.linestrings(xy, indices=piece))


@kernel()
def _cut(xy: Floats, metres: Floats, first: Ints, since: Floats, until: Floats) -> tuple[Floats, Ints]:
    found, piece = (
        np.empty((xy.shape[0] + 2 * since.size, 2)),
        np.empty(xy.shape[0] + 2 * since.size, np.int64),
    )
    count = 0
    for k in range(since.size):
        for vertex in range(first[k], first[k + 1] - 1):
            here, there = metres[vertex], metres[vertex + 1]
            if there <= since[k] or here >= until[k] or there <= here:
                continue
            begin = max(0.0, (since[k] - here) / (there - here))
            end = min(1.0, (until[k] - here) / (there - here))
            if here <= since[k]:
                found[count] = xy[vertex] + begin * (xy[vertex + 1] - xy[vertex])
                piece[count] = k
                count += 1
            found[count] = xy[vertex] + end * (xy[vertex + 1] - xy[vertex])
            piece[count] = k
            count += 1
    return found[:count], piece[:count]


@kernel()
def _off_segment(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> tuple[float, float]:
    """Metres from a point to a segment, and the fraction of the segment to its nearest point."""
    long2 = (bx - ax) * (bx - ax) + (by - ay) * (by - ay)
    if long2 == 0.0:
        return np.sqrt((px - ax) ** 2 + (py - ay) ** 2), 0.0
    share = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / long2
    if share <= 0.0:
        return np.sqrt((px - ax) ** 2 + (py - ay) ** 2), 0.0
    if share >= 1.0:
        return np.sqrt((px - bx) ** 2 + (py - by) ** 2), 1.0
    side = ((ay - py) * (bx - ax) - (ax - px) * (by - ay)) / long2
    return abs(side) * np.sqrt(long2), share


@kernel()
def _has_next(owner: Ints, vertex: int) -> bool:
    return vertex + 1 < owner.size and owner[vertex + 1] == owner[vertex]


@kernel()
def _may_be_nearest(
    rows: Floats, columns: Floats, xy: Floats, owner: Ints, segments: Ints, reach_m: float
) -> Ints:
    """Those of the segments (named by their first vertex) that may be nearest to a point of the block."""
    middle_x, middle_y = (columns[0] + columns[-1]) / 2.0, (rows[0] + rows[-1]) / 2.0
    half = np.sqrt((columns[-1] - middle_x) ** 2 + (rows[-1] - middle_y) ** 2)
    away, farthest = np.empty(segments.size), reach_m
    for k in range(segments.size):
        vertex = segments[k]
        to = vertex + 1 if _has_next(owner, vertex) else vertex
        away[k], _ = _off_segment(middle_x, middle_y, xy[vertex, 0], xy[vertex, 1], xy[to, 0], xy[to, 1])
        farthest = min(farthest, away[k] + half)
    return segments[away - half <= farthest + SLACK_M]


@kernel()
def _nearest_lines(
    x: Floats, y: Floats, xy: Floats, metres: Floats, first: Ints, reach_m: float
) -> tuple[Ints, Floats, Floats]:
    """The nearest line of every lattice point (-1: none in reach), the metres along it and to it.

    Of several at one distance the first.
    """
    shape = (y.size, x.size)
    line, along, off = np.full(shape, -1, np.int64), np.zeros(shape), np.full(shape, np.inf)
    owner, every = np.empty(xy.shape[0], np.int64), np.empty(xy.shape[0], np.int64)
    count = 0
    for k in range(first.size - 1):
        owner[first[k] : first[k + 1]] = k
        for vertex in range(first[k], max(first[k + 1] - 1, first[k] + 1)):
            every[count] = vertex
            count += 1
    every = every[:count]
    for low in range(0, y.size, BLOCK):
        for left in range(0, x.size, BLOCK):
            rows, columns = y[low : low + BLOCK], x[left : left + BLOCK]
            some = _may_be_nearest(rows, columns, xy, owner, every, reach_m)
            for up in range(0, rows.size, PATCH):
                for across in range(0, columns.size, PATCH):
                    north, east = rows[up : up + PATCH], columns[across : across + PATCH]
                    few = _may_be_nearest(north, east, xy, owner, some, reach_m)
                    for i in range(north.size):
                        for j in range(east.size):
                            at = low + up + i, left + across + j
                            for vertex in few:
                                to = vertex + 1 if _has_next(owner, vertex) else vertex
                                far, share = _off_segment(
                                    east[j], north[i], xy[vertex, 0], xy[vertex, 1], xy[to, 0], xy[to, 1]
                                )
                                if far < off[at] and far <= reach_m:
                                    off[at], line[at] = far, owner[vertex]
                                    along[at] = metres[vertex] + share * (metres[to] - metres[vertex])
    return line, along, off


@kernel()
def _leg(share: float, minutes: float) -> float:
    """Minutes of a part of a line; no part takes no time, ``inf`` against a one-way."""
    if share == 0.0:
        return 0.0
    return np.inf if np.isnan(minutes) else share * minutes


@kernel()
def _lattice_minutes(
    x: Floats,
    y: Floats,
    line: Ints,
    metres: Floats,
    off_m: Floats,
    by_line: Floats,
    labels: Ints,
    starts: Floats,
    ids: Ints,
    first: Ints,
    off_kmh: float,
    towards: bool,
) -> tuple[Floats, Ints]:
    """``by_line``: length, minutes there and back, minutes of its two nodes; ``starts``: fraction along,
    minutes and km to its line, x, y; ``first`` where those of each line begin, ``ids`` which they are."""
    found, which = np.full(line.shape, np.inf), np.full(line.shape, -1, np.int64)
    for i in range(y.size):
        for j in range(x.size):
            k = line[i, j]
            if k < 0:
                continue
            length, there, back, at_from, at_to = by_line[k]
            far = metres[i, j]
            along = 0.0 if length <= AT_NODE_M or far < AT_NODE_M else far / length
            if length > AT_NODE_M and length - far < AT_NODE_M:
                along = 1.0
            off = off_m[i, j] / 1000.0 * 60.0 / off_kmh
            if towards:
                ends = _leg(along, back) + off + at_from, _leg(1.0 - along, there) + off + at_to
            else:
                ends = _leg(along, there) + off + at_from, _leg(1.0 - along, back) + off + at_to
            end = 0
            if ends[1] < ends[0] or (ends[1] == ends[0] and labels[k, 1] < labels[k, 0]):
                end = 1
            least, who = ends[end], labels[k, end] if ends[end] < np.inf else -1
            for row in range(first[k], first[k + 1]):
                there_along, off_minutes, off_km, east, north = starts[row]
                step = there_along - along if towards else along - there_along
                time = _leg(abs(step), there if step >= 0.0 else back) + off_minutes + off
                km = np.sqrt((x[j] - east) ** 2 + (y[i] - north) ** 2) / 1000.0
                if km <= off_km + off_m[i, j] / 1000.0:
                    time = min(time, km * 60.0 / off_kmh)
                if time < least or (time == least and ids[row] < who):
                    least, who = time, ids[row]
            found[i, j], which[i, j] = least, who
    return found, which
