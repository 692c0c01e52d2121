"""Grids brought to the cells of others, shapes burnt into cells, and cells turned into polygons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from rasterio.enums import Resampling
from rasterio.features import rasterize, shapes
from rasterio.warp import reproject
from shapely.geometry import shape

from urbgeo.checks import check_choice, check_crs, check_ids
from urbgeo.errors import InputError, some_of
from urbgeo.rasters.grid import Grid, check_grid, describe, float_kind, same_grid
from urbgeo.types import Flags

RESAMPLING = ("nearest", "bilinear", "average", "mode", "max", "min", "sum")


def align(grid: Grid, like: Grid, *, resampling: str = "nearest") -> Grid:
    """The grid on the cells of another; cells it does not cover are NaN.

    Parameters
    ----------
    grid, like
        Any CRS each.
    resampling
        ``"nearest"`` or ``"mode"`` for classes, ``"bilinear"`` or ``"average"`` for heights and shares,
        ``"sum"`` for counts, ``"max"``/``"min"`` for a cautious reading.

    Raises
    ------
    InputError
        For an unknown resampling.
    """
    check_grid(grid, "grid")
    check_grid(like, "like")
    check_choice(resampling, "resampling", RESAMPLING)
    if same_grid(grid, like):
        return grid
    kind = float_kind(grid.values.dtype)
    out = np.full(like.shape, np.nan, kind)
    reproject(
        grid.values.astype(kind),
        out,
        src_transform=grid.transform,
        src_crs=grid.crs.to_wkt(),
        dst_transform=like.transform,
        dst_crs=like.crs.to_wkt(),
        src_nodata=np.nan,
        dst_nodata=np.nan,
        resampling=Resampling[resampling],
    )
    return replace(like, values=out, source=grid.source)


def align_layers(
    layers: Mapping[str, Grid], *, like: str, resampling: Mapping[str, str] | None = None
) -> tuple[dict[str, Grid], pd.DataFrame]:
    """All layers on the cells of one of them, and a table of what was done to each.

    Parameters
    ----------
    layers
        By name.
    like
        Name of the layer whose cells are kept.
    resampling
        By layer name, see :func:`align`; ``"nearest"`` where none is given.

    Returns
    -------
    tuple
        The aligned layers, and one row per layer: ``was`` (CRS and cell before), ``resampling``
        (``"kept"`` when nothing was done) and ``missing_share`` of the cells after.

    Raises
    ------
    InputError
        When ``like`` is no layer, or the table names layers that are not there.
    """
    ways = dict(resampling or {})
    check_choice(like, "like", tuple(layers))
    if unknown := set(ways) - set(layers):
        raise InputError(f"resampling: no layer {', '.join(sorted(unknown))}.")
    aligned, rows = {}, []
    for name, grid in layers.items():
        kept = same_grid(grid, layers[like])
        way = ways.get(name, "nearest")
        aligned[name] = align(grid, layers[like], resampling=way)
        rows.append((name, describe(grid), "kept" if kept else way, float(aligned[name].missing.mean())))
    table = pd.DataFrame(rows, columns=["layer", "was", "resampling", "missing_share"])
    return aligned, table.set_index("layer")


def burn(
    frame: gpd.GeoDataFrame, like: Grid, *, values: pd.Series | None = None, all_touched: bool = False
) -> Grid:
    """Shapes burnt into the cells of a grid.

    Without ``values`` a bool grid, True where a cell's centre (or, with ``all_touched``, any part of it)
    lies in a shape. With ``values``, aligned on the frame's index, a float grid; where shapes overlap
    the smallest value stays, cells of none are NaN. Refuses repeated ids, and shapes without a value.
    """
    check_crs(frame, "frame")
    check_ids(frame.index, "frame")
    here = frame.geometry.to_crs(like.crs)
    here = here[~(here.isna() | here.is_empty)]
    if values is not None:
        ordered = values.reindex(here.index).sort_values(ascending=False, kind="stable")
        if ordered.isna().any():
            raise InputError(f"values: none for {some_of(ordered.index[ordered.isna()])}.")
        pairs = list(zip(here.loc[ordered.index], ordered.astype(float), strict=True))
        empty = np.full(like.shape, np.nan, np.float64)
    else:
        pairs = [(one, 1) for one in here]
        empty = np.zeros(like.shape, np.uint8)
    if pairs:
        rasterize(pairs, out=empty, transform=like.transform, all_touched=all_touched)
    return like.having(empty if values is not None else empty.astype(bool), source="burnt shapes")


def cells_to_polygons(mask: Flags, like: Grid, *, connectivity: int = 4) -> gpd.GeoDataFrame:
    """The True cells as polygons along the cell edges, one per patch, with ``cells`` and ``area_km2``."""
    found = [
        shape(outline)
        for outline, _ in shapes(
            mask.astype(np.uint8), mask=mask, connectivity=connectivity, transform=like.transform
        )
    ]
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(found, crs=like.crs))
    area = frame.area / 1e6 if found else pd.Series(dtype=float)
    return frame.assign(cells=(area / like.cell_km2).round().astype(int), area_km2=area)
