"""Where lines meet: cutting them at touches and crossings, and gathering their ends to nodes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from urbgeo.parallel import let_go
from urbgeo.types import Flags, Floats, Ints

NODE_AT = ("ends", "touches", "crossings")
"""Lines meet where they end; also where one ends on another; also where they cross."""

LEAST_PIECE_M = 1e-6

Shapes = NDArray[np.object_]


def cut_lines(
    lines: gpd.GeoDataFrame, levels: pd.Series, *, crossings: bool, within_m: float
) -> gpd.GeoDataFrame:
    """The lines in pieces that meet at their ends, each with the columns and index of its line.

    - ``lines``: LineStrings in a metric CRS.
    - ``levels``: Lines that differ here pass over each other: a bridge is not cut by the road beneath it.
    - ``crossings``: Whether lines are cut where they cross, or only where one ends on another.
    - ``within_m``: An end this near to a line ends on it.
    """
    within_m = max(within_m, LEAST_PIECE_M)
    if crossings:
        lines = _untangled(lines)
    level = pd.factorize(levels.loc[lines.index])[0]
    shapes = shapely.force_2d(lines.geometry.to_numpy())
    tree = shapely.STRtree(shapes)
    cuts = [_touches(tree, shapes, level, within_m)]
    if crossings:
        cuts.append(_crossings(tree, shapes, level))
    line, at = (np.concatenate(parts) for parts in zip(*cuts, strict=True))
    inside = (at > within_m) & (at < shapely.length(shapes)[line] - within_m)
    line, at = _apart(line[inside], at[inside], within_m)
    pieces, owner = _pieces(shapes, line, at)
    return lines.iloc[owner].set_geometry(gpd.GeoSeries(pieces, index=lines.index[owner], crs=lines.crs))


def ends_of(shapes: Shapes) -> Floats:
    """(2 lines, 2) coordinates of the first and last point of each line."""
    tips = [shapely.get_coordinates(shapely.get_point(shapes, place)) for place in (0, -1)]
    return np.stack(tips, axis=1).reshape(-1, 2)


def gathered(tips: Floats, within_m: float) -> tuple[Ints, Floats]:
    """A node for each line end, equal for ends within ``within_m`` of each other; and where the nodes are.

    All ends of one node lie within ``within_m`` of each other, so that places do not chain, and the two ends
    of one line (rows 2k and 2k + 1) share a node only where they are the same point.
    """
    places, which = np.unique(tips, axis=0, return_inverse=True)
    which = which.ravel().astype(np.int64)
    pairs = cKDTree(places).query_pairs(within_m, output_type="ndarray").astype(np.int64)
    one_line = np.sort(which.reshape(-1, 2), axis=1)
    width = np.int64(len(places))
    pairs = pairs[~np.isin(pairs[:, 0] * width + pairs[:, 1], one_line[:, 0] * width + one_line[:, 1])]
    gap = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    label = _complete_linkage(pairs[np.lexsort((pairs[:, 1], pairs[:, 0], gap))], len(places))
    used, node = np.unique(label, return_inverse=True)
    return node.ravel().astype(np.int64)[which], places[used]


def _complete_linkage(pairs: Ints, count: int) -> Ints:
    """The least member of each place's cluster; clusters join, nearest first, where all pairs allow it."""
    label = np.arange(count, dtype=np.int64)
    allowed = set(map(tuple, pairs.tolist()))
    members: dict[int, list[int]] = {}
    for a, b in pairs.tolist():
        one, other = int(label[a]), int(label[b])
        if one == other:
            continue
        first, second = members.get(one, [one]), members.get(other, [other])
        if all((min(x, y), max(x, y)) in allowed for x in first for y in second):
            least = min(one, other)
            members[least] = first + second
            label[members[least]] = least
    return label


def _untangled(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines that cross or touch themselves in pieces that do not."""
    shapes = lines.geometry
    tangled = ~shapes.is_simple
    if not tangled.any():
        return lines
    parts = shapes.to_numpy().copy()
    parts[tangled.to_numpy()] = shapely.node(parts[tangled.to_numpy()])
    return lines.set_geometry(gpd.GeoSeries(parts, lines.index, crs=lines.crs)).explode()


def _touches(tree: shapely.STRtree, shapes: Shapes, level: Ints, within_m: float) -> tuple[Ints, Floats]:
    """Where ends of lines lie on others: the line that is met, and metres along it."""
    tips = shapely.points(ends_of(shapes))
    tip, line = let_go(lambda _: tree.query(tips, predicate="dwithin", distance=within_m))
    met = (tip // 2 != line) & (level[tip // 2] == level[line])
    tip, line = tip[met], line[met]
    return line, shapely.line_locate_point(shapes[line], tips[tip])


def _crossings(tree: shapely.STRtree, shapes: Shapes, level: Ints) -> tuple[Ints, Floats]:
    """Where lines cross or run along each other: both lines, and metres along each."""
    one, other = let_go(lambda _: tree.query(shapes, predicate="intersects"))
    met = (one < other) & (level[one] == level[other])
    one, other = one[met], other[met]
    parts, pair = shapely.get_parts(shapely.intersection(shapes[one], shapes[other]), return_index=True)
    ends = [shapely.get_point(parts, place) for place in (0, -1)]
    is_point = shapely.get_type_id(parts) == shapely.GeometryType.POINT
    spots = np.concatenate([parts[is_point], *(end[~is_point] for end in ends)])
    pair = np.concatenate([pair[is_point], pair[~is_point], pair[~is_point]])
    line = np.concatenate([one[pair], other[pair]])
    return line, shapely.line_locate_point(shapes[line], np.concatenate([spots, spots]))


def _apart(line: Ints, at: Floats, within_m: float) -> tuple[Ints, Floats]:
    """The cuts in order along each line, without those within ``within_m`` behind another."""
    order = np.lexsort((at, line))
    line, at = line[order].astype(np.int64), at[order]
    kept = np.ones(len(line), np.bool_)
    last_line, last_at = -1, 0.0
    for place, (this, here) in enumerate(zip(line.tolist(), at.tolist(), strict=True)):
        if this == last_line and here - last_at <= within_m:
            kept[place] = False
        else:
            last_line, last_at = this, here
    return line[kept], at[kept]


def _pieces(shapes: Shapes, line: Ints, at: Floats) -> tuple[Shapes, Ints]:
    """The lines cut ``at`` these metres, in order along each, and the position of each piece's line."""
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    steps = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    steps[first] = 0.0
    run = np.cumsum(steps)
    along = run - run[first][owner]
    spots = shapely.get_coordinates(shapely.line_interpolate_point(shapes[line], at))
    is_cut: Flags = np.arange(len(xy) + len(at)) >= len(xy)
    xy, owner, along = np.concatenate([xy, spots]), np.concatenate([owner, line]), np.concatenate([along, at])
    order = np.lexsort((is_cut, along, owner))
    # A cut ends one piece and begins the next: it stands in the list twice.
    twice = np.repeat(order, 1 + is_cut[order])
    begins = np.diff(owner[twice], prepend=-1) > 0
    begins[1:] |= is_cut[twice[1:]] & (twice[1:] == twice[:-1])
    piece = np.cumsum(begins) - 1
    return shapely.linestrings(xy[twice], indices=piece), owner[twice][begins].astype(np.int64)
