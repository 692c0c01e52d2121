"""The outline of a set of cells as one would draw it: along roads, rivers and borders where they run near.

The cells near the edge are cut by the lines into faces; which faces lie inside is the least cut of a graph in
which an edge costs its length, little along a line and much elsewhere, and a face that changes sides costs
its area. What is changed against Boykov and Kolmogorov (2003), who cut grids for the shortest outline: edges
are those of real lines, and a bias on area is found by halving so that the land inside stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from urbgeo.checks import check_lines
from urbgeo.errors import InputError
from urbgeo.rasters.align import cells_to_polygons
from urbgeo.rasters.grid import Grid
from urbgeo.types import Flags, Floats, Ints, Shapes

ON_LINE = 0.02
"""A metre of outline along a line costs this much of one across open land. A judgement."""

AREA_COST = 0.15
"""A face that changes sides costs this much of its area over ``reach_m``, a built-up one that is left out two
sides of a cell for each cell of it: small enough for the outline to move all the way to a line."""

BUILT_COST = 2.0

ON_LINE_M = 0.5
"""Nearer than this to a line is on it."""

STRAIGHTER = 0.75
"""Off the lines, vertices nearer than this part of a cell to the straight way are left out."""

_TRIES = 14
_GRAIN = 100.0


@dataclass(frozen=True, eq=False)
class _Faces:
    """Faces of the band: shapes, areas, which lie in the cells and in built-up land; edges between two of
    them, and from one to what surely is inside or outside, each with its cost."""

    shapes: Shapes
    area: Floats
    inside: Flags
    built: Flags
    pairs: Ints
    pair_cost: Floats
    rims: Ints
    rim_cost: Floats
    rim_inside: Flags


def outline_along(
    mask: Grid, barred: Flags, built: Flags, lines: Shapes, *, reach_m: float, smallest_m2: float
) -> shapely.Geometry:
    """The area of ``mask`` with its edge on ``lines`` where these run within ``reach_m``.

    Nothing of ``barred`` is taken; parts below ``smallest_m2`` are left out, the area of the rest is that of
    the cells to some parts in a thousand, where lines and exclusions leave any choice.
    """
    cell = min(mask.cell_m)
    inside = mask.values
    far = reach_m + cell
    deep = ndimage.distance_transform_edt(np.pad(inside, 1), sampling=mask.cell_m)[1:-1, 1:-1]
    away = ndimage.distance_transform_edt(~inside, sampling=mask.cell_m)
    band = ((inside & (deep <= far)) | (~inside & (away <= far))) & ~barred
    core = inside & ~band
    tree = shapely.union_all(lines)
    shapely.prepare(tree)
    faces = _faces(mask, band, core, built, tree)
    fixed = cells_to_polygons(core, mask).geometry.to_numpy()
    wall = cells_to_polygons(barred, mask).geometry.union_all()
    wanted = float(inside.sum()) * mask.cell_km2 * 1e6

    def drawn(bias: float) -> shapely.Geometry:
        chosen = _least_cut(faces, AREA_COST / reach_m, BUILT_COST / cell, bias / cell)
        rough = shapely.union_all([*faces.shapes[chosen], *fixed])
        return _clean(_straightened(rough, tree, STRAIGHTER * cell), wall, smallest_m2)

    low, bias, high = -1.0, 0.0, 1.0
    best = shapely.Polygon()
    for _ in range(_TRIES):
        shape = drawn(bias)
        if abs(shape.area - wanted) < abs(best.area - wanted):
            best = shape
        if abs(best.area - wanted) <= 1e-3 * wanted:
            break
        low, high = (bias, high) if shape.area < wanted else (low, bias)
        bias = (low + high) / 2
    return best


def _faces(mask: Grid, band: Flags, core: Flags, built: Flags, tree: shapely.Geometry) -> _Faces:
    """The band's cells cut by the lines, and the edges between the pieces."""
    squares = _squares(mask, band)
    net = shapely.union_all(
        [*shapely.boundary(squares), shapely.intersection(tree, shapely.box(*mask.bounds))]
    )
    shapes = np.asarray(shapely.get_parts(shapely.polygonize([net])), dtype=object)
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    row, column = _cells_of(mask, middle)
    kept = band[row, column]
    shapes, row, column = shapes[kept], row[kept], column[kept]
    rings, of_ring = shapely.get_rings(shapes, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end, owner = xy[:-1][same], xy[1:][same], of_ring[ring[:-1][same]]
    ends = np.round(np.sort(np.stack([start @ [1, 1j], end @ [1, 1j]], axis=1), axis=1), 3)
    _, edge, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    edge = edge.ravel()
    length = np.hypot(*(end - start).T)
    on_line = shapely.dwithin(tree, shapely.points((start + end) / 2), ON_LINE_M)
    cost = length * np.where(on_line, ON_LINE, 1.0)
    order = np.argsort(edge, kind="stable")
    double = order[count[edge[order]] == 2].reshape(-1, 2)
    single = order[count[edge[order]] == 1]
    # What lies across an edge of the band's rim: a step of a centimetre to either side.
    ahead = (end - start)[single] / np.maximum(length[single], 1e-9)[:, None]
    across = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) * 0.01
    half = ((start + end) / 2)[single]
    sure = np.zeros(len(single), bool)
    for side in (half + across, half - across):
        at_row, at_column = _cells_of(mask, side)
        sure |= core[at_row, at_column]
    return _Faces(
        shapes, shapely.area(shapes), mask.values[row, column], built[row, column] & mask.values[row, column],
        owner[double], cost[double[:, 0]], owner[single], cost[single], sure,
    )  # fmt: skip


def _squares(mask: Grid, which: Flags) -> Shapes:
    row, column = np.nonzero(which)
    west, north = mask.transform @ np.array([column, row])
    east, south = mask.transform @ np.array([column + 1, row + 1])
    return np.asarray(shapely.box(west, south, east, north), dtype=object)


def _cells_of(mask: Grid, xy: Floats) -> tuple[Ints, Ints]:
    column, row = np.floor(~mask.transform @ xy.T).astype(np.int64)
    return np.clip(row, 0, mask.shape[0] - 1), np.clip(column, 0, mask.shape[1] - 1)


def _least_cut(faces: _Faces, weight: float, built: float, bias: float) -> Flags:
    """Which faces lie inside: the side of the source of a least cut."""
    n = len(faces.shapes)
    stay_in = faces.area * faces.inside * np.where(faces.built, built, weight)
    stay_out = weight * faces.area * ~faces.inside
    lean = bias * faces.area
    from_source = stay_in + np.maximum(lean, 0.0)
    to_sink = stay_out + np.maximum(-lean, 0.0)
    np.add.at(from_source, faces.rims[faces.rim_inside], faces.rim_cost[faces.rim_inside])
    np.add.at(to_sink, faces.rims[~faces.rim_inside], faces.rim_cost[~faces.rim_inside])
    one, other = faces.pairs.T
    source, sink, every = np.full(n, n), np.full(n, n + 1), np.arange(n)
    tail = np.concatenate([one, other, source, every])
    head = np.concatenate([other, one, every, sink])
    cost = np.concatenate([faces.pair_cost, faces.pair_cost, from_source, to_sink])
    capacity = np.minimum(np.round(cost * _GRAIN), 2**30).astype(np.int32)
    places = tail.astype(np.int32), head.astype(np.int32)  # older SciPy takes no others
    graph = coo_array((capacity, places), shape=(n + 2, n + 2)).tocsr()
    graph.sum_duplicates()
    graph = graph.astype(np.int32)
    left = graph - maximum_flow(graph, n, n + 1).flow
    left.data[left.data <= 0] = 0
    left.eliminate_zeros()
    reached = breadth_first_order(left, n, return_predecessors=False)
    found = np.zeros(n + 2, bool)
    found[reached] = True
    return found[:n]


def _straightened(shape: shapely.Geometry, tree: shapely.Geometry, tolerance: float) -> shapely.Geometry:
    """Fewer vertices: stairs straight, what runs along a line as the line has it."""
    parts = []
    for part in shapely.get_parts(shape):
        rings = [_fewer(shapely.get_coordinates(ring), tree, tolerance) for ring in shapely.get_rings(part)]
        rings = [ring for ring in rings if len(ring) > 3]
        if rings:
            parts.append(shapely.make_valid(shapely.Polygon(rings[0], rings[1:])))
    return shapely.union_all(parts)


def _fewer(xy: Floats, tree: shapely.Geometry, tolerance: float) -> Floats:
    middle = shapely.points((xy[:-1] + xy[1:]) / 2)
    on_line = shapely.dwithin(tree, middle, ON_LINE_M)
    turns = np.flatnonzero(on_line != np.roll(on_line, 1))
    if not len(turns):
        return np.asarray(shapely.get_coordinates(shapely.simplify(shapely.LinearRing(xy), tolerance)))
    first = int(turns[0])
    xy, on_line = np.roll(xy[:-1], -first, axis=0), np.roll(on_line, -first)
    xy = np.concatenate([xy, xy[:1]])
    starts = np.flatnonzero(np.r_[True, on_line[1:] != on_line[:-1]])
    ends = np.r_[starts[1:], len(on_line)]
    kept = []
    for start, end in zip(starts, ends, strict=True):
        stretch = shapely.LineString(xy[start : end + 1])
        slack = ON_LINE_M / 2 if on_line[start] else tolerance
        kept.append(shapely.get_coordinates(shapely.simplify(stretch, slack))[:-1])
    return np.concatenate([*kept, kept[0][:1]])


def _clean(shape: shapely.Geometry, wall: shapely.Geometry, smallest_m2: float) -> shapely.Geometry:
    """Without exclusions and without parts that are too small or no area."""
    free = shapely.difference(shape, wall) if not wall.is_empty else shape
    parts = shapely.get_parts(shapely.get_parts(np.array([shapely.make_valid(free)])))
    kept = [one for one in parts if one.geom_type == "Polygon" and one.area >= smallest_m2]
    return shapely.union_all(kept) if kept else shapely.Polygon()


def on_lines_share(shape: shapely.Geometry, lines: gpd.GeoSeries, *, reach_m: float) -> tuple[float, float]:
    """Metres of an outline that run on lines, and that have a line within reach, as shares of its length."""
    tree = shapely.union_all(lines.to_numpy())
    rim = shapely.segmentize(shapely.boundary(shape), 20.0)
    xy, part = shapely.get_coordinates(shapely.get_parts(rim), return_index=True)
    same = part[1:] == part[:-1]
    start, end = xy[:-1][same], xy[1:][same]
    length, middle = np.hypot(*(end - start).T), shapely.points((start + end) / 2)
    shapely.prepare(tree)
    on, near = (shapely.dwithin(tree, middle, reach) for reach in (2 * ON_LINE_M, reach_m))
    return float(length[on].sum() / length.sum()), float(length[near].sum() / length.sum())


def lines_across(along: gpd.GeoDataFrame, like: Grid) -> Shapes:
    """The lines in the CRS of the grid, refused where none crosses it."""
    check_lines(along, "along")
    here = along.geometry.to_crs(like.crs.to_wkt()).to_numpy()
    frame = shapely.box(*like.bounds)
    if not shapely.intersects(here, frame).any():
        away = float(shapely.distance(here, frame).min()) / 1e3
        raise InputError(
            f"along: no line crosses the grid, the nearest is {away:,.1f} km away; check their CRS."
        )
    return here
