"""Built-up land and its patches on a grid: cells, edges, fractal dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import ndimage

from urbgeo.checks import check_quantity, check_share, is_whole_number
from urbgeo.engine.boxes import box_counts, dimension
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_bools, check_metric, check_same_grid
from urbgeo.results import Result
from urbgeo.types import Flags

EIGHT = np.ones((3, 3), bool)


def built_up(
    share: Grid, *, least_share: float = 0.5, close_cells: int = 0, smallest_ha: float = 0.0
) -> Grid:
    """Built-up cells of a grid of built shares: a share at or above ``least_share``.

    Parameters
    ----------
    share
        Built share of each cell, 0 to 1; NaN is not built.
    least_share
        Closed lower bound, a share.
    close_cells
        Gaps narrower than twice so many cells are closed.
    smallest_ha
        Smaller patches (8 neighbours) are dropped.

    Returns
    -------
    Grid
        bool.

    Raises
    ------
    InputError
        When the grid is nodata everywhere or not a share, or a parameter is out of its range.

    Examples
    --------
    >>> from affine import Affine
    >>> share = Grid(np.array([[0.5, 0.49, np.nan]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> built_up(share).values.tolist()
    [[True, False, False]]
    """
    check_share(least_share, "least_share")
    check_quantity(smallest_ha, "smallest_ha", zero=True)
    if not is_whole_number(close_cells, 0):
        raise InputError(f"close_cells: {close_cells!r}; give a whole number of cells >= 0.")
    check_metric(share, "share")
    values = share.values
    if share.missing.all():
        raise InputError("share: every cell is nodata.")
    if np.nanmin(values) < 0 or np.nanmax(values) > 1 + 1e-6:
        raise InputError(
            f"share: values from {np.nanmin(values):g} to {np.nanmax(values):g} are no shares; divide square "
            "metres of built-up land by the area of a cell."
        )
    mask = np.nan_to_num(values, nan=0.0) >= least_share
    if close_cells:
        wide = np.pad(mask, close_cells)
        wide = ndimage.binary_closing(wide, EIGHT, iterations=close_cells)
        mask = wide[close_cells:-close_cells, close_cells:-close_cells]
    if smallest_ha > 0:
        mask = drop_small(mask, cells_of(smallest_ha / 100.0, share.cell_km2))
    return share.having(mask, source=f"built-up land, share >= {least_share:g}, of {share.source}")


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

    Parameters
    ----------
    mask
        bool.
    landscape
        Cells that count as landscape; all when None.

    Returns
    -------
    pandas.Series
        ``patches`` (8 neighbours), ``area_km2``, ``largest_share`` of the area in the largest patch,
        ``mean_patch_ha``, ``patch_density`` per 100 ha of landscape, ``edge_km`` against other cells (the
        rim of the grid is no edge), ``edge_density`` m/ha of landscape, ``cohesion_share`` of cell sides that
        adjoin another True cell. ``attrs["provenance"]`` tells the sources.

    Raises
    ------
    InputError
        For grids that are no bool, on other cells or in degrees, and a landscape of nothing.

    Examples
    --------
    >>> from affine import Affine
    >>> corners = Grid(np.eye(3, dtype=bool), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> patch_metrics(corners)[["patches", "area_km2"]].tolist()
    [1.0, 0.03]

    References
    ----------
    McGarigal, K. and Marks, B. (1995), FRAGSTATS.
    """
    check_metric(mask, "mask")
    values = mask_of(mask, "mask")
    label, count = ndimage.label(values, EIGHT)
    size = np.bincount(label.ravel())[1:]
    height, width = mask.cell_m
    flat = values.astype(np.int8)
    across = np.abs(np.diff(flat, axis=1)).sum() * height
    down = np.abs(np.diff(flat, axis=0)).sum() * width
    joined = (flat[:, 1:] & flat[:, :-1]).sum() + (flat[1:] & flat[:-1]).sum()
    if landscape is not None:
        check_same_grid({"mask": mask, "landscape": landscape})
    cells = values.size if landscape is None else int(mask_of(landscape, "landscape").sum())
    if not cells:
        raise InputError("landscape: no cell is True; there is nothing to relate to.")
    area, land_ha = values.sum() * mask.cell_km2, cells * mask.cell_km2 * 100.0
    return series_of(
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
        "patches",
        mask,
    )


@dataclass(frozen=True, eq=False, repr=False)
class BoxCount(Result):
    """Boxes that hold something, by size: ``table`` on ``cells`` (side of a box) with ``boxes``.

    ``dimension`` is minus the slope of ln boxes over ln size: 2 for a filled plane, 1 for a line.
    """

    table: pd.DataFrame
    dimension: float
    provenance: Provenance

    @property
    def summary(self) -> pd.DataFrame:
        """The dimension, one row."""
        return pd.DataFrame({"dimension": [self.dimension]}, index=["all"])

    def _headline(self) -> str:
        return f"dimension {self.dimension:.3f} from {len(self.table)} sizes"


def box_dimension(mask: Grid) -> BoxCount:
    """Box-counting dimension of the True cells of a grid.

    Boxes have sides of 1, 2, 4 ... cells, up to a quarter of the longer side of the grid, counted as in
    :mod:`urbgeo.engine.boxes`.

    Parameters
    ----------
    mask
        bool.

    Returns
    -------
    BoxCount
        ``dimension``, and the count by size.

    Raises
    ------
    InputError
        When no cell is True, or the grid is too small for three sizes.

    Examples
    --------
    >>> from affine import Affine
    >>> plane = Grid(np.ones((130, 70), bool), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> round(box_dimension(plane).dimension, 6)
    2.0

    References
    ----------
    Mandelbrot, B. (1983), The fractal geometry of nature; Batty, M. and Longley, P. (1994), Fractal cities.
    """
    check_bools({"mask": mask})
    values = mask.values
    if not values.any():
        raise InputError("mask: no cell is True; there is nothing to count.")
    most = min(max(values.shape) // 4, min(values.shape))
    sizes = [2**k for k in range(30) if 2**k <= most]
    if len(sizes) < 3:
        raise InputError(f"mask: {values.shape} cells are too few; at least 16 on one side are needed.")
    rows, columns = np.nonzero(values)
    counts = box_counts(rows, columns, np.array(sizes))
    table = pd.DataFrame({"boxes": counts}, index=pd.Index(sizes, name="cells"))
    source = (mask.source,) if mask.source else ()
    return BoxCount(table, dimension(np.array(sizes, float), counts), Provenance(sources=source))


def sources_of(grid: Grid) -> tuple[str, ...]:
    """Where a grid comes from, as a provenance has it."""
    return (grid.source,) if grid.source else ()


def series_of(found: Mapping[str, float], name: str, grid: Grid, **parameters: float) -> pd.Series:
    """Figures of a grid as a named Series that knows how they were made."""
    series = pd.Series(dict(found), name=name)
    series.attrs["provenance"] = Provenance(parameters, sources=sources_of(grid))
    return series


def mask_of(grid: Grid, name: str) -> Flags:
    """The cells of a bool grid; others are refused by name."""
    check_bools({name: grid})
    return grid.values
