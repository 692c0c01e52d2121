"""Urban form on grids: built-up land, patches, fractal dimension, density by rings, parks, infill."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from urbgeo.checks import check_points, check_polygons, check_quantity, check_share
from urbgeo.engine.boxes import box_counts, dimension
from urbgeo.errors import InputError
from urbgeo.rasters.grid import Grid, check_lengths, check_metric, check_same_grid
from urbgeo.rasters.stretch import local_crs
from urbgeo.rasters.zonal import zonal_sums
from urbgeo.types import Flags

EIGHT = np.ones((3, 3), bool)

_QUAD_SEGS = 128
"""Sides of a quarter of a circle: its area is right to 3e-5."""

MIN_PARK_M2 = 400.0
"""Smallest park that counts in walking access to parks (community life circles, 2021, as widely quoted)."""

PARK_WALK_M = 300.0
"""Five minutes on foot, straight line (GB 50180-2018, as widely quoted)."""

INFILL_RADIUS_M = 300.0
INFILL_BUILT_SHARE = 0.5
"""Vacant land counts as infill when half of the land within 300 m is built-up. A judgement."""


def built_up(
    share: Grid, *, threshold: float = 0.5, close_cells: int = 0, min_patch_km2: float = 0.0
) -> Grid:
    """Built-up cells of a grid of built shares: a share at or above ``threshold``.

    Parameters
    ----------
    share
        Built share of each cell, 0 to 1; NaN is not built.
    threshold
        Closed lower bound.
    close_cells
        Gaps narrower than twice so many cells are closed.
    min_patch_km2
        Smaller patches (8 neighbours) are dropped.

    Raises
    ------
    InputError
        When the grid is nodata everywhere, or not a share.
    """
    check_metric(share, "share")
    values = share.values
    if share.missing.all():
        raise InputError("share: every cell is nodata.")
    if np.nanmin(values) < 0 or np.nanmax(values) > 1 + 1e-6:
        raise InputError(
            f"share: values from {np.nanmin(values):g} to {np.nanmax(values):g} are no shares; divide square "
            "metres of built-up land by the area of a cell."
        )
    mask = np.nan_to_num(values, nan=0.0) >= threshold
    if close_cells:
        wide = np.pad(mask, close_cells)
        wide = ndimage.binary_closing(wide, EIGHT, iterations=close_cells)
        mask = wide[close_cells:-close_cells, close_cells:-close_cells]
    if min_patch_km2 > 0:
        mask = drop_small(mask, cells_of(min_patch_km2, share.cell_km2))
    return share.having(mask, source=f"built-up land, share >= {threshold:g}, of {share.source}")


def cells_of(area_km2: float, cell_km2: float) -> int:
    """The fewest cells that make up an area."""
    return int(np.ceil(area_km2 / cell_km2 - 1e-9))


def drop_small(mask: Flags, cells: int) -> Flags:
    """The mask without patches (8 neighbours) of fewer cells."""
    label, count = ndimage.label(mask, EIGHT)
    if not count:
        return mask.copy()
    size = np.bincount(label.ravel())
    keep = size >= cells
    keep[0] = False
    return np.asarray(keep[label])


def patch_metrics(mask: Grid, *, landscape: Grid | None = None) -> pd.Series:
    """Patches and edges of the True cells.

    ``patches`` (8 neighbours), ``area_km2``, ``largest_share`` of the area in the largest patch,
    ``mean_patch_ha``, ``patch_density`` per 100 ha of landscape, ``edge_km`` against other cells (the
    rim of the grid is no edge), ``edge_density`` m/ha of landscape, ``cohesion_share`` of cell sides that
    adjoin another True cell.

    Parameters
    ----------
    mask
        bool.
    landscape
        Cells that count as landscape; all when None.
    """
    check_metric(mask, "mask")
    values = _as_mask(mask, "mask")
    label, count = ndimage.label(values, EIGHT)
    size = np.bincount(label.ravel())[1:]
    height, width = mask.cell_m
    flat = values.astype(np.int8)
    across = np.abs(np.diff(flat, axis=1)).sum() * height
    down = np.abs(np.diff(flat, axis=0)).sum() * width
    joined = (flat[:, 1:] & flat[:, :-1]).sum() + (flat[1:] & flat[:-1]).sum()
    if landscape is not None:
        check_same_grid({"mask": mask, "landscape": landscape})
    cells = values.size if landscape is None else int(_as_mask(landscape, "landscape").sum())
    if not cells:
        raise InputError("landscape: no cell is True; there is nothing to relate to.")
    area, land_ha = values.sum() * mask.cell_km2, cells * mask.cell_km2 * 100.0
    return pd.Series(
        {
            "patches": count,
            "area_km2": area,
            "largest_share": size.max() / values.sum() if count else np.nan,
            "mean_patch_ha": area * 100.0 / count if count else np.nan,
            "patch_density": count / land_ha * 100.0,
            "edge_km": (across + down) / 1e3,
            "edge_density": (across + down) / land_ha,
            "cohesion_share": 2.0 * joined / (4.0 * values.sum()) if count else np.nan,
        },
        name="patches",
    )


def box_dimension(mask: Grid) -> tuple[float, pd.DataFrame]:
    """Box-counting dimension of the True cells: minus the slope of ln boxes over ln size.

    Boxes have sides of 1, 2, 4 ... cells, up to a quarter of the longer side of the grid, counted as in
    :mod:`urbgeo.engine.boxes`; 2 for a filled plane, 1 for a line.

    Returns
    -------
    tuple
        The dimension, and a table of ``cells`` (side of a box) and ``boxes``.

    Raises
    ------
    InputError
        When no cell is True, or the grid is too small for three sizes.
    """
    values = _as_mask(mask, "mask")
    if not values.any():
        raise InputError("mask: no cell is True; there is nothing to count.")
    sizes = [2**k for k in range(30) if 2**k <= max(values.shape) // 4]
    if len(sizes) < 3:
        raise InputError(f"mask: {values.shape} cells are too few; at least 16 on one side are needed.")
    rows, columns = np.nonzero(values)
    counts = box_counts(rows, columns, np.array(sizes))
    return dimension(np.array(sizes, float), counts), pd.DataFrame({"cells": sizes, "boxes": counts})


def density_rings(
    amount: Grid, centre: gpd.GeoDataFrame, *, ring_km: float = 1.0, reach_km: float = 30.0
) -> pd.DataFrame:
    """Density by rings around a centre, and the gradient fitted to it.

    Rings are circles on the ground, whatever the CRS of the grid; a cell on an edge is divided between its
    rings by area.

    Parameters
    ----------
    amount
        What is counted per cell: people, or square metres built. NaN cells have no land.
    centre
        One point.
    ring_km, reach_km
        Width of a ring, and where the last one ends (narrower than the others if need be).

    Returns
    -------
    pandas.DataFrame
        One row per ring: ``from_km``, ``to_km``, ``land_km2``, ``amount``, ``density`` per km2 (NaN
        without land), ``fitted``. ``attrs`` holds the gradient ``g`` and the central density ``d0`` of
        ``d0 exp(-g km)`` (Clark 1951), by least squares on the logarithm, rings weighted by what is in them.

    Raises
    ------
    InputError
        When the centre is not one point, something is negative, or no two rings have anything.
    MissingExtraError
        Without the package exactextract (extra ``raster``).
    """
    check_metric(amount, "amount")
    _check_amount(amount, "amount")
    check_points(centre, "centre")
    if len(centre) != 1 or not (0 < ring_km <= reach_km < np.inf):
        raise InputError("centre, ring_km: give one point, and 0 < ring_km <= reach_km.")
    metres = local_crs(centre)
    here = centre.geometry.to_crs(metres).iloc[0]
    edges = np.minimum(np.arange(int(np.ceil(reach_km / ring_km - 1e-9)) + 1) * ring_km, reach_km)
    circles = [here.buffer(1e3 * km, quad_segs=_QUAD_SEGS) for km in edges[1:]]
    rings = [circles[0], *(outer.difference(inner) for inner, outer in pairwise(circles))]
    total, cells = zonal_sums(amount, gpd.GeoSeries(rings, crs=metres))
    land = cells * amount.cell_km2
    table = pd.DataFrame({"from_km": edges[:-1], "to_km": edges[1:], "land_km2": land, "amount": total})
    table["density"] = (table["amount"] / table["land_km2"].where(table["land_km2"] > 0)).astype(float)
    some = table["density"] > 0
    if some.sum() < 2:
        raise InputError("amount: fewer than two rings have anything in them; look at the centre's place.")
    middle = (table["from_km"] + table["to_km"]) / 2
    weights = np.sqrt(table.loc[some, "amount"])
    slope, top = np.polyfit(middle[some], np.log(table.loc[some, "density"]), 1, w=weights)
    table["fitted"] = np.exp(top + slope * middle)
    table.attrs.update(g=float(-slope), d0=float(np.exp(top)))
    return table


def green_share(built: Grid, green: gpd.GeoDataFrame) -> float:
    """Share of built-up land under green polygons, by exact area; where they overlap they count once."""
    check_polygons(green, "green")
    values = _as_mask(built, "built")
    if not values.any():
        raise InputError("built: no cell is built-up.")
    under, _ = zonal_sums(built, gpd.GeoSeries([green.union_all()], crs=green.crs))
    return float(under[0] / values.sum())


def park_access(
    people: Grid,
    parks: gpd.GeoDataFrame,
    *,
    within_m: float = PARK_WALK_M,
    min_park_m2: float = MIN_PARK_M2,
    minutes: Grid | None = None,
    within_min: float = 5.0,
) -> pd.Series:
    """People who have a park near: ``share``, ``people``, ``near`` and the number of ``parks`` that count.

    The people of a cell are near by the share of it that lies within ``within_m`` of the edge of a park, in a
    straight line; with ``minutes`` (a travel surface from the parks) a whole cell when it is reached in
    ``within_min``.
    """
    check_metric(people, "people")
    _check_amount(people, "people")
    check_polygons(parks, "parks")
    here = parks.geometry.to_crs(local_crs(parks))
    large = here[here.area >= min_park_m2]
    total = float(np.nansum(people.values))
    if total <= 0:
        raise InputError("people: nobody lives here; there is no share to take.")
    if minutes is None:
        check_quantity(within_m, "within_m", zero=True)
        sums, _ = zonal_sums(people, gpd.GeoSeries([large.buffer(within_m).union_all()], crs=large.crs))
        reached = float(sums[0])
    else:
        check_same_grid({"people": people, "minutes": minutes})
        reached = float(np.nansum(people.values[minutes.values <= within_min]))
    return pd.Series({"share": reached / total, "people": total, "near": reached, "parks": len(large)})


def infill_potential(
    built: Grid,
    *,
    within: Grid | None = None,
    excluded: Grid | None = None,
    radius_m: float = INFILL_RADIUS_M,
    built_share: float = INFILL_BUILT_SHARE,
) -> Grid:
    """Vacant cells among built-up ones: bool, True where at least ``built_share`` of the land within
    ``radius_m`` is built, inside ``within`` (a boundary) and outside ``excluded``."""
    check_same_grid({"built": built} | _given(within=within, excluded=excluded))
    check_lengths(built, "built")
    check_quantity(radius_m, "radius_m")
    check_share(built_share, "built_share")
    values = _as_mask(built, "built")
    height, width = built.cell_m
    down, across = int(radius_m / height), int(radius_m / width)
    y, x = np.ogrid[-down : down + 1, -across : across + 1]
    disc = (np.hypot(y * height, x * width) <= radius_m).astype(float)
    around = ndimage.convolve(values.astype(float), disc, mode="constant")
    cells = ndimage.convolve(np.ones(values.shape), disc, mode="constant")
    vacant = ~values & (around / cells >= built_share)
    if within is not None:
        vacant &= _as_mask(within, "within")
    if excluded is not None:
        vacant &= ~_as_mask(excluded, "excluded")
    return built.having(vacant, source="infill potential")


def _given(**grids: Grid | None) -> dict[str, Grid]:
    return {name: grid for name, grid in grids.items() if grid is not None}


def _check_amount(grid: Grid, name: str) -> None:
    wrong = (grid.values < 0) | np.isinf(grid.values)
    if wrong.any():
        raise InputError(
            f"{name}: {int(wrong.sum())} cells are negative or infinite; a nodata value that the file does "
            "not declare? Set such cells to NaN."
        )


def _as_mask(grid: Grid, name: str) -> NDArray[Any]:
    if grid.values.dtype != bool:
        raise InputError(
            f"{name}: a bool grid is needed, not {grid.values.dtype}; compare it with a threshold."
        )
    return grid.values
