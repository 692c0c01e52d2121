"""Grids brought to the cells of others, shapes burnt into cells, and cells turned into polygons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rasterio.enums import Resampling
from rasterio.features import rasterize, shapes
from rasterio.warp import reproject
from shapely.geometry import shape

from urbgeo.amounts import warn
from urbgeo.checks import check_choice, check_crs, check_ids, check_mapping
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.rasters.grid import Grid, check_grid, describe, float_kind, same_grid
from urbgeo.types import Flags, Shapes

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

    Returns
    -------
    Grid
        Transform, shape and CRS of ``like``, values of ``grid``; floats, NaN where nothing is known.

    Raises
    ------
    InputError
        For an unknown resampling.

    Examples
    --------
    >>> from affine import Affine
    >>> fine = Grid(np.array([[1.0, 3.0]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> coarse = Grid(np.zeros((1, 1)), Affine(200, 0, 500_000, 0, -200, 3_000_000), 4547)
    >>> align(fine, coarse, resampling="average").values.tolist()
    [[2.0]]
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

    Examples
    --------
    >>> from affine import Affine
    >>> fine = Grid(np.array([[1.0, 3.0]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> coarse = Grid(np.zeros((1, 1)), Affine(200, 0, 500_000, 0, -200, 3_000_000), 4547)
    >>> aligned, table = align_layers({"a": fine, "b": coarse}, like="b", resampling={"a": "sum"})
    >>> aligned["a"].values.tolist(), table["resampling"].tolist()
    ([[4.0]], ['sum', 'kept'])
    """
    check_mapping(layers, "layers", "{'height': dem, 'cover': cover}")
    for name, grid in layers.items():
        check_grid(grid, f"layers[{name!r}]")
    if resampling is not None:
        check_mapping(resampling, "resampling", "{'cover': 'nearest'}")
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

    Parameters
    ----------
    frame
        Shapes with unique index, any CRS.
    like
        The grid whose cells are taken.
    values
        By id of ``frame``; where shapes overlap the smallest value stays.
    all_touched
        Whether a cell counts when a shape touches it; else when its centre lies in one.

    Returns
    -------
    Grid
        bool; with ``values`` float, NaN in cells of no shape.

    Raises
    ------
    InputError
        For repeated ids, missing or infinite geometry, and shapes without a value, naming ids.

    Examples
    --------
    >>> from affine import Affine
    >>> like = Grid(np.zeros((1, 2)), Affine(100, 0, 500_000, 0, -100, 3_000_100), 4547)
    >>> west = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 500_100, 3_000_100)], crs=4547)
    >>> burn(west, like).values.tolist()
    [[True, False]]
    """
    check_grid(like, "like")
    _check_shapes(frame)
    if frame.empty:
        warn("frame: it has no rows; no cell is burnt.")
    beyond = np.count_nonzero(_outside(frame.geometry.to_crs(like.crs).to_numpy(), like))
    if beyond:
        warn(f"frame: {beyond} of {len(frame)} shapes lie outside the grid.")
    return burnt(frame, like, values=values, all_touched=all_touched)


def burnt(
    frame: gpd.GeoDataFrame, like: Grid, *, values: pd.Series | None = None, all_touched: bool = False
) -> Grid:
    """:func:`burn` of layers that may reach beyond the grid, as those of a whole region do."""
    _check_shapes(frame)
    here = frame.geometry.to_crs(like.crs)
    if values is not None:
        if not isinstance(values, pd.Series):
            raise InputError(f"values: a Series on the ids of frame is needed, not {type(values).__name__}.")
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


def _outside(shapes_given: Shapes, like: Grid) -> Flags:
    """Which shapes lie wholly outside the grid."""
    west, south, east, north = like.bounds
    box = shapely.bounds(shapes_given)
    apart: Flags = (box[:, 0] > east) | (box[:, 2] < west) | (box[:, 1] > north) | (box[:, 3] < south)
    return apart


def _check_shapes(frame: gpd.GeoDataFrame) -> None:
    """Refuse shapes that would be left out of the cells without a word."""
    check_crs(frame, "frame")
    check_ids(frame.index, "frame")
    shapes_given = frame.geometry.to_numpy()
    void = shapely.is_missing(shapes_given) | shapely.is_empty(shapes_given)
    faults = Faults("frame")
    if void.any():
        faults.add("missing or empty geometry", ids=frame.index[void], remedy="drop or locate these rows")
    wild = ~void & ~np.isfinite(shapely.bounds(shapes_given)).all(axis=1)
    if wild.any():
        faults.add("coordinates that are no finite numbers", ids=frame.index[wild])
    faults.raise_if_any()


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
