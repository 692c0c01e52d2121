"""Lattice: the minutes of a square grid of points, each attached to the network as any other point.

The attachment is that of :mod:`urbgeo.network.attach`, done once for a tile of points and all origins, by
blocks: only the lines that may be nearest to some point of a block are compared with its points.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import NDArray

from urbgeo.access.chains import Buckets, Chain, chain_of, in_buckets
from urbgeo.access.lattice_kernels import minutes_at, nearest_on_lattice
from urbgeo.access.outline_kernels import roads_reached
from urbgeo.compiling import without_numba
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
from urbgeo.parallel import each_of
from urbgeo.types import Floats, Ints, Ints32

KEPT_TILES = 256
"""Tiles kept before other spacings are given up; 400 kB each."""

TILE = 128
"""Lattice points on a side of a tile; tiles know only the lines near them, and are done side by side."""


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
    lattices
        Grids over them by spacing, in the order in which they were made.
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
    lattices: dict[float, Lattice] = field(default_factory=dict)

    def lattice(self, step: float) -> Lattice:
        """The grid of this spacing, shared by all origins; the oldest others go where many are kept."""
        found = self.lattices.get(step)
        if found is None:
            while self.lattices and sum(len(one.tiles) for one in self.lattices.values()) > KEPT_TILES:
                self.lattices.pop(next(iter(self.lattices)), None)
            found = self.lattices.setdefault(step, Lattice(self, step, 2.0 * step))
        return found

    @cached_property
    def bounds(self) -> Floats:
        """(lines, 4) west, south, east, north of each."""
        return np.asarray(shapely.bounds(self.lines))

    @cached_property
    def chain(self) -> Chain:
        """The vertices of all lines."""
        return chain_of(self.lines)

    def touches(self, x: Floats, y: Floats, beyond_m: float) -> bool:
        """Whether some point of this lattice may be nearer to a line added later than to these."""
        reach = self.max_snap_m + beyond_m + 1.0
        box = shapely.box(x[0] - reach, y[0] - reach, x[-1] + reach, y[-1] + reach)
        return self.added is not None and len(self.added.query(box)) > 0

    @cached_property
    def buckets(self) -> Buckets:
        """The segments by square, about one to a square."""
        return in_buckets(self.chain, self.bounds)


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

    @cached_property
    def starts(self) -> Starts:
        """Where the starts stand."""
        start, order = self.start, np.argsort(self.line, kind="stable")
        table = np.column_stack([start.along, start.off_minutes, start.off_km, start.xy])[order]
        first = np.searchsorted(self.line[order], np.arange(len(self.minutes) + 1)).astype(np.int64)
        return Starts(table, start.row[order], first)


@dataclass(frozen=True, eq=False)
class Starts:
    """Starts on their lines (fraction along, minutes and km to it, x, y), sorted by line.

    Those of line k stand from ``first[k]`` on; ``row`` is whose they are.
    """

    table: Floats
    row: Ints
    first: Ints


_KNOWN: WeakKeyDictionary[TravelNetwork, Roads] = WeakKeyDictionary()


def roads_of(network: TravelNetwork) -> Roads:
    """The joinable links of a network, and those it had before each edit; kept as long as the network."""
    if network not in _KNOWN:
        latest = _roads(network, np.arange(len(network.joinable_links)), network.link_tree)
        before, lines = [], latest.lines
        for count in range(1, len(network.edits)):
            some = np.sort(np.concatenate(network.edits[:count]))
            old = _roads(network, some, shapely.STRtree(lines[some]))
            added = shapely.STRtree(lines[np.concatenate(network.edits[count:])])
            before.append(replace(old, added=added))
        _KNOWN[network] = replace(latest, before=tuple(before))
    return _KNOWN[network]


def _roads(network: TravelNetwork, some: Ints, tree: shapely.STRtree) -> Roads:
    links = network.joinable_links[some]
    place = np.full(len(network.link_table), -1, np.int64)
    place[links] = np.arange(len(links))
    return Roads(
        network.links.geometry.to_numpy()[links],
        network.link_ends[links],
        network.link_minutes[links],
        place,
        tree,
        network.snapping.max_snap_km * 1000.0,
        network.snapping.off_network_kmh,
    )


def reach_nodes(
    network: TravelNetwork, roads: Roads, start: Attachment, limit: float, direction: str
) -> Reached:
    """Search from (or to) points that are all attached; nodes beyond the limit stay ``inf``."""
    minutes, which = nearest_seed(network.graph, *start.seeds(direction), limit, direction=direction)
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


@dataclass(frozen=True, eq=False)
class Spots:
    """What points of a lattice join: the line's place (-1: none), the fraction along it, metres to it."""

    line: Ints
    along: Floats
    off_m: Floats


@dataclass(frozen=True, eq=False)
class Lattice:
    """A square grid over the whole plane: the point of row i and column j lies at ``step`` times j and i.

    What a point joins does not depend on where a journey starts: it is found once, tile by tile, and kept
    for all origins. Points up to ``beyond_m`` farther from a line than ``max_snap_m`` join it too, so that an
    outline can be drawn between them and the others.
    """

    roads: Roads
    step: float
    beyond_m: float = 0.0
    tiles: dict[tuple[int, int], tuple[Spots | None, ...]] = field(default_factory=dict)

    def along(self, low_m: float, high_m: float) -> range:
        """Rows or columns that span the two coordinates."""
        return range(int(np.floor(low_m / self.step)), int(np.ceil(high_m / self.step)) + 1)

    def metres(self, places: range) -> Floats:
        """Coordinates of rows or columns."""
        return np.arange(places.start, places.stop, dtype=np.float64) * self.step

    def spots(self, up: int, across: int) -> tuple[Spots | None, ...]:
        """Those of a tile over the roads, and over the roads before each edit where that matters."""
        found = self.tiles.get((up, across))
        if found is None:
            x, y = (self.metres(range(one * TILE, (one + 1) * TILE)) for one in (across, up))
            found = (
                _spots_on_tile(self.roads, x, y, self.beyond_m),
                *(
                    _spots_on_tile(old, x, y, self.beyond_m) if old.touches(x, y, self.beyond_m) else None
                    for old in self.roads.before
                ),
            )
            self.tiles[up, across] = found
        return found


Window: TypeAlias = tuple[range, range]
"""Rows and columns of a lattice."""


def minutes_on_lattice(lattice: Lattice, reached: Reached, window: Window) -> tuple[Floats, Ints, Floats]:
    """Minutes (rows, columns) between the nearest start and every point, which start, metres to the line.

    The minutes equal those of :func:`urbgeo.network.minutes.nearest_attached` at the same points. ``inf``, -1
    and ``inf`` where no line reached is near; ``inf`` minutes and -1 where no way leads.
    """
    rows, columns = window
    shape = (len(rows), len(columns))
    minutes, which, off_m = np.full(shape, np.inf), np.full(shape, -1, np.int64), np.full(shape, np.inf)

    def fill(tile: tuple[int, int]) -> None:
        up, across = (
            range(max(n * TILE, places.start), min((n + 1) * TILE, places.stop))
            for n, places in zip(tile, window, strict=True)
        )
        here = tuple(
            slice(o.start - n * TILE, o.stop - n * TILE) for n, o in zip(tile, (up, across), strict=True)
        )
        spots = [
            None if one is None else Spots(one.line[here], one.along[here], one.off_m[here])
            for one in lattice.spots(*tile)
        ]
        x, y = lattice.metres(across), lattice.metres(up)
        into = (slice(up.start - rows.start, up.stop - rows.start),
                slice(across.start - columns.start, across.stop - columns.start))  # fmt: skip
        assert spots[0] is not None
        least, who = _minutes_on_tile(lattice.roads, reached, x, y, spots[0])
        for one, then, of in zip(spots[1:], reached.before, lattice.roads.before, strict=True):
            if one is not None:
                time, owner = _minutes_on_tile(of, then, x, y, one)
                better = (time < least) | ((time == least) & (owner >= 0) & (owner < who))
                least, who = np.where(better, time, least), np.where(better, owner, who)
        minutes[into], which[into], off_m[into] = least, who, spots[0].off_m

    each_of(_touched(lattice, reached, window), fill)
    return minutes, which, off_m


def _touched(lattice: Lattice, reached: Reached, window: Window) -> list[tuple[int, int]]:
    """Tiles of the window with a point that may join a line that is reached."""
    some = np.isfinite(reached.least)
    some[reached.line[reached.line >= 0]] = True
    reach, side = lattice.roads.max_snap_m + lattice.beyond_m + 1.0, TILE * lattice.step
    bounds = lattice.roads.bounds[some] + np.array([-reach, -reach, reach, reach])
    west, south, east, north = np.floor(bounds / side).astype(np.int64).T
    (down, top), (left, right) = ((one.start // TILE, (one.stop - 1) // TILE) for one in window)
    over = (north >= down) & (south <= top) & (east >= left) & (west <= right)
    south, north = np.maximum(south, down)[over] - down, np.minimum(north, top)[over] - down + 1
    west, east = np.maximum(west, left)[over] - left, np.minimum(east, right)[over] - left + 1
    high, wide = top - down + 2, right - left + 2
    more = np.bincount(np.concatenate([south * wide + west, north * wide + east]), minlength=high * wide)
    less = np.bincount(np.concatenate([south * wide + east, north * wide + west]), minlength=high * wide)
    count = (more - less).reshape(high, wide)
    found = np.argwhere(count.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0)
    return [(int(i) + down, int(j) + left) for i, j in found]


def reached_pieces(
    roads: Roads, reached: Reached, limit: float, frame: tuple[float, float, float], shallow: Ints32
) -> Floats:
    """Straight pieces of the roads within the limit, but for those so deep inside that none need be drawn.

    From the ends of each line and the starts on it; ``frame`` and ``shallow`` as
    :func:`urbgeo.access.outline_kernels.roads_reached` has them, in whose units the pieces are.
    """
    ways = np.ascontiguousarray(roads.minutes[:, ::-1]) if reached.towards else roads.minutes
    chain, starts = roads.chain, reached.starts
    bends = chain.xy, chain.metres, chain.first
    found: Floats = roads_reached(
        bends, roads.bounds, ways, reached.minutes, (starts.table, starts.first), limit, frame, shallow
    )
    return found


def _spots_of_points(roads: Roads, x: Floats, y: Floats, beyond_m: float) -> Spots:
    """:func:`_spots_on_tile` by attaching its points one by one, as any others are."""
    shape = (len(y), len(x))
    spots = shapely.points(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    line, off_m = nearest_lines(roads.tree, spots, roads.max_snap_m + beyond_m)
    along, some = np.zeros(len(spots)), np.flatnonzero(line >= 0)
    along[some] = shares_along(roads.lines[line[some]], spots[some])
    return Spots(line.reshape(shape), along.reshape(shape), np.nan_to_num(off_m, nan=np.inf).reshape(shape))


@without_numba(_spots_of_points)
def _spots_on_tile(roads: Roads, x: Floats, y: Floats, beyond_m: float) -> Spots:
    shape, reach_m = (len(y), len(x)), roads.max_snap_m + beyond_m
    if len(roads.lines) == 0:
        return Spots(np.full(shape, -1, np.int64), np.zeros(shape), np.full(shape, np.inf))
    chain, near = roads.chain, roads.buckets
    bends = chain.xy, chain.metres, chain.owner
    line, metres, off_m = nearest_on_lattice(x, y, bends, near.squares, near.corner, near.size, reach_m)
    length = chain.length[line]
    share = np.divide(metres, length, out=np.zeros(shape), where=(length > AT_NODE_M) & (metres >= AT_NODE_M))
    share[(length > AT_NODE_M) & (length - metres < AT_NODE_M)] = 1.0
    return Spots(line, share, off_m)


def _minutes_of_points(
    roads: Roads, reached: Reached, x: Floats, y: Floats, spots: Spots
) -> tuple[Floats, Ints]:
    """:func:`_minutes_on_tile` as the minutes of any other points."""
    xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    some = np.flatnonzero(spots.line.ravel() >= 0)
    line, along = spots.line.ravel()[some], spots.along.ravel()[some]
    off_km = spots.off_m.ravel()[some] / 1000.0
    off_minutes, link_minutes = off_km * 60.0 / roads.off_network_kmh, roads.minutes[line]
    legs = minutes_to_ends(along, link_minutes, off_minutes)
    ends = 2 * line[:, None] + np.arange(2)
    points = Joins(
        np.arange(len(some)), line, along, off_km, off_minutes, ends, *legs, xy[some], link_minutes
    )
    least, who = through_ends(
        ends, legs[0 if reached.towards else 1], reached.minutes.ravel(), reached.which.ravel()
    )
    start, direction = replace(reached.start, link=reached.line), "to" if reached.towards else "from"
    same_link_nearest(points, start, roads.off_network_kmh, direction, least, who)
    minutes, which = np.full(len(xy), np.inf), np.full(len(xy), -1, np.int64)
    minutes[some], which[some] = least, who
    return minutes.reshape(spots.line.shape), which.reshape(spots.line.shape)


@without_numba(_minutes_of_points)
def _minutes_on_tile(
    roads: Roads, reached: Reached, x: Floats, y: Floats, spots: Spots
) -> tuple[Floats, Ints]:
    minutes: tuple[Floats, Ints] = minutes_at(
        x,
        y,
        np.ascontiguousarray(spots.line),
        np.ascontiguousarray(spots.along),
        np.ascontiguousarray(spots.off_m),
        (roads.minutes, reached.minutes),
        reached.which,
        reached.starts.table,
        reached.starts.row,
        reached.starts.first,
        roads.off_network_kmh,
        reached.towards,
    )
    return minutes
