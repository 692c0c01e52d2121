"""Land grown from what stands: shared between towns, whole pieces, small holes filled, to the cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from scipy import ndimage

from urbgeo.land.patches import EIGHT
from urbgeo.parallel import Stop
from urbgeo.rasters.cells import grow
from urbgeo.rasters.grid import Grid
from urbgeo.types import Flags, Floats, Ints, Ints32

_ROUNDS = 25


@dataclass(frozen=True, eq=False)
class Towns:
    """``of_cell``: the town (from 0) whose land a cell is, by the nearest piece that stands; ``shares`` of
    new land by town."""

    of_cell: Ints
    shares: Floats


@dataclass(frozen=True, eq=False)
class Growing:
    """How land grows: by ``score``, beside ``excluded`` land that no hole is filled over; smallest piece and
    largest hole in cells, neighbourhood, and the towns that share the growth."""

    score: Floats
    excluded: Flags
    small: int
    holes: int
    radius: int
    power: float
    towns: Towns | None = None


def whole_pieces(mask: Flags, cells: int) -> Flags:
    """The mask without pieces (joined by sides) of fewer cells."""
    label, _ = ndimage.label(mask)
    size = np.bincount(label.ravel())
    keep = size >= max(cells, 1)
    keep[0] = False
    return np.asarray(keep[label])


def joined(mask: Flags, usable: Flags, gap_cells: int, most: int) -> Flags:
    """The mask with gaps of up to ``gap_cells`` closed over usable land, by at most ``most`` new cells: the
    widest gap for which these are enough."""
    for gap in range(gap_cells, 0, -1):
        # A square of one cell more than the gap does not fit into it, but into any wider one.
        wide = ndimage.binary_closing(np.pad(mask, gap + 1), np.ones((gap + 1, gap + 1), bool))
        closed = mask | (wide[gap + 1 : -gap - 1, gap + 1 : -gap - 1] & usable)
        # Only what joins two pieces: a bay that closing would fill is no gap between them.
        label, _ = ndimage.label(mask, EIGHT)
        new, count = ndimage.label(closed & ~mask, EIGHT)
        beside = ndimage.grey_dilation(label, footprint=EIGHT)
        low = np.where(label > 0, label, np.iinfo(np.int32).max)
        least = ndimage.grey_erosion(low, footprint=EIGHT)
        every = np.arange(1, count + 1)
        highest = ndimage.maximum(beside, new, every) if count else np.zeros(0)
        lowest = ndimage.minimum(least, new, every) if count else np.zeros(0)
        bridges = np.r_[False, highest > lowest]
        found = mask | bridges[new]
        if found.sum() - mask.sum() <= most:
            return np.asarray(found)
    return mask.copy()


def towns_of(start: Flags, like: Grid, towns: gpd.GeoDataFrame | None, shares: Floats | None) -> Towns:
    """Whose land each cell is. Without towns every piece that stands is one; without shares new land is
    divided by the land that stands."""
    label, count = ndimage.label(start, EIGHT)
    row, column = ndimage.distance_transform_edt(
        ~start, sampling=like.cell_m, return_distances=False, return_indices=True
    )
    owner = np.arange(-1, count)
    if towns is not None:
        middles = np.array(ndimage.center_of_mass(start, label, np.arange(1, count + 1)))
        place: Any = like.transform
        x, y = place @ (middles[:, ::-1] + 0.5).T
        points = towns.geometry.to_crs(like.crs.to_wkt()).to_numpy()
        away = shapely.distance(shapely.points(x, y)[:, None], points[None])
        owner[1:] = away.argmin(axis=1)
        rows, columns = like.rows_columns(towns)
        for town, (r, c) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
            if r >= 0 and label[r, c]:
                owner[label[r, c]] = town
    of_cell = owner[label[row, column]]
    if shares is None:
        number = count if towns is None else len(towns)
        stands = np.bincount(of_cell[start], minlength=number).astype(float)
        shares = stands / stands.sum()
    return Towns(of_cell, shares)


def grown(start: Flags, free: Flags, wanted: int, how: Growing, stop: Stop) -> Flags:
    """Grow on ``free`` land, fill small holes, drop small pieces, until the count is right to the cell.

    Filling adds cells, so growth stops earlier the next round; the last few cells are then added one by
    one without filling. Told to ``stop``, it ends with what it has.
    """
    free, aim, under = free.copy(), wanted, start
    for _ in range(_ROUNDS):
        if stop[0]:
            break
        chosen = start.copy()
        _shared_out(chosen, free, aim, how, stop)
        kept = whole_pieces(chosen, how.small) | start
        free &= ~(chosen & ~kept)
        filled = _fill_holes(kept, how.excluded, how.score > 0, how.holes)
        count = int(filled.sum())
        if count == wanted:
            return filled
        if count < wanted:
            if count >= under.sum():
                under = filled
            aim = min(aim + wanted - count, wanted)
            if (chosen == kept).all() and aim == wanted and chosen.sum() < aim:
                break
        else:
            aim -= count - wanted
    last = under.copy()
    grow(last, how.score, free, wanted, how.radius, how.power, stop)
    return last


def _shared_out(chosen: Flags, free: Flags, wanted: int, how: Growing, stop: Stop) -> None:
    """Every town grows on its own land by its share; what one has no land for, the others take."""
    more = wanted - int(chosen.sum())
    if how.towns is not None and more > 0:
        exact = how.towns.shares * more
        quota = np.floor(exact).astype(np.int64)
        quota[np.argsort(quota - exact, kind="stable")[: more - int(quota.sum())]] += 1
        for town in np.flatnonzero(quota > 0):
            land = free & (how.towns.of_cell == town)
            until = int(chosen.sum()) + int(quota[town])
            grow(chosen, how.score, land, until, how.radius, how.power, stop)
    grow(chosen, how.score, free, wanted, how.radius, how.power, stop)


def _fill_holes(mask: Flags, excluded: Flags, suitable: Flags, most: int) -> Flags:
    """Fill holes of at most so many cells that hold neither exclusion nor unsuitable land."""
    label, holes = holes_of(mask)
    if not holes.any() or not most:
        return mask
    size = np.bincount(label.ravel(), minlength=len(holes))
    barred = np.bincount(label[excluded | ~suitable], minlength=len(holes)) > 0
    fill = holes & (size <= most) & ~barred
    return np.asarray(mask | fill[label])


def holes_of(mask: Flags) -> tuple[Ints32, Flags]:
    """Numbered patches of what the mask leaves out, and which of the numbers are holes: not at the rim."""
    label, count = ndimage.label(~mask)
    hole = np.ones(count + 1, bool)
    hole[np.concatenate([label[0], label[-1], label[:, 0], label[:, -1]])] = False
    hole[0] = False
    return label, hole


def adjoining(some: Flags, others: Flags, reach_m: float, cell_m: tuple[float, float]) -> Flags:
    """Patches of ``some`` that touch ``others``, as far as they reach."""
    label, _ = ndimage.label(some)
    beside = np.unique(label[ndimage.binary_dilation(others) & some])
    found = np.isin(label, beside[beside > 0])
    if np.isfinite(reach_m) and found.any():
        found &= ndimage.distance_transform_edt(~others, sampling=cell_m) <= reach_m
    return np.asarray(found)
