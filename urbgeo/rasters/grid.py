"""Grids: a raster layer in memory with its place on the ground; reading, aligning, burning shapes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.features import rasterize, shapes
from rasterio.warp import reproject
from shapely.geometry import shape

from urbgeo.checks import check_choice, check_crs, check_ids
from urbgeo.errors import Faults, InputError, SourceError, some_of
from urbgeo.files import written_whole
from urbgeo.rasters.stretch import MOST_AREA_STRETCH, MOST_LENGTH_STRETCH, is_metric, stretch
from urbgeo.types import Flags, Values

RESAMPLING = ("nearest", "bilinear", "average", "mode", "max", "min", "sum")
_SAME_GRID_SHARE = 1e-6
"""Transforms that differ by less than this share of a cell over the whole grid are one grid."""


@dataclass(frozen=True)
class Grid:
    """A north-up raster layer.

    ``values`` is (rows, columns); missing cells are NaN in a float grid, and a bool or integer grid has
    none. ``transform`` maps columns and rows to the coordinates of ``crs``. ``source`` says where the
    layer comes from, in one line.
    """

    values: Values
    transform: Affine
    crs: CRS
    source: str = ""

    def __post_init__(self) -> None:
        if np.ndim(self.values) != 2 or 0 in np.shape(self.values):
            raise InputError(f"grid: (rows, columns) needed, not shape {np.shape(self.values)}.")
        if self.crs is None:
            raise InputError("grid: it has no CRS; give the one its transform is in.")
        if self.transform.b or self.transform.d or self.transform.a <= 0 or self.transform.e >= 0:
            raise InputError(
                "grid: it is rotated or its rows do not run south; warp it first, e.g. with gdalwarp."
            )
        object.__setattr__(self, "crs", CRS.from_user_input(self.crs))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    @property
    def cell_m(self) -> tuple[float, float]:
        """Height and width of a cell in metres; refuses degrees."""
        check_metric(self, "grid")
        return -self.transform.e, self.transform.a

    @property
    def cell_km2(self) -> float:
        """Area of a cell in square kilometres."""
        height, width = self.cell_m
        return height * width / 1e6

    @property
    def missing(self) -> Flags:
        """True where there is no value."""
        return (
            np.isnan(self.values)
            if np.issubdtype(self.values.dtype, np.floating)
            else np.zeros(self.shape, bool)
        )

    def having(self, values: Values, *, source: str | None = None) -> Grid:
        """Other values on the same cells."""
        if np.shape(values) != self.shape:
            raise InputError(f"grid: values of shape {np.shape(values)} do not fit {self.shape}.")
        return replace(self, values=values, source=self.source if source is None else source)

    def rows_columns(self, points: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of the cell each point lies in; -1, -1 outside the grid."""
        check_crs(points, "points")
        shapes_here = points.geometry.to_crs(self.crs)
        column, row = ~self.transform @ np.array([shapes_here.x, shapes_here.y])
        rows, columns = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
        outside = (rows < 0) | (columns < 0) | (rows >= self.shape[0]) | (columns >= self.shape[1])
        return np.where(outside, -1, rows), np.where(outside, -1, columns)


def check_metric(grid: Grid, name: str) -> None:
    """Refuse a grid whose cells are not measured in metres, or stretch the ground's areas."""
    if not is_metric(grid.crs):
        raise InputError(
            f"{name}: its cells are in {grid.crs.axis_info[0].unit_name}s, not metres; bring it to a "
            "metric CRS with urbgeo.rasters.grid.align()."
        )
    off = _stretch_of(grid)[0]
    if off > MOST_AREA_STRETCH:
        raise InputError(
            f"{name}: {_describe(grid)}: areas on this map are {off:.0%} off here; bring it to a metric CRS "
            "that keeps them with urbgeo.rasters.grid.align()."
        )


def check_lengths(grid: Grid, name: str) -> None:
    """Refuse a grid on which lengths cannot be measured."""
    check_metric(grid, name)
    off = _stretch_of(grid)[1]
    if off > MOST_LENGTH_STRETCH:
        raise InputError(
            f"{name}: {_describe(grid)}: lengths on this map are up to {off:.0%} off here; bring it to a "
            "local metric CRS with urbgeo.rasters.grid.align()."
        )


def _stretch_of(grid: Grid) -> tuple[float, float]:
    rows, columns = grid.shape
    x, y = grid.transform @ (columns / 2, rows / 2)
    return stretch(grid.crs, float(x), float(y))


def same_grid(one: Grid, other: Grid) -> bool:
    """Whether two grids have the same cells."""
    if one.shape != other.shape or one.crs != other.crs:
        return False
    cell = _SAME_GRID_SHARE * one.transform.a
    size = np.abs(np.subtract((one.transform.a, one.transform.e), (other.transform.a, other.transform.e)))
    corner = np.abs(np.subtract((one.transform.c, one.transform.f), (other.transform.c, other.transform.f)))
    return bool((size <= cell / max(one.shape)).all() and (corner <= cell).all())


def check_same_grid(grids: Mapping[str, Grid]) -> None:
    """Refuse layers whose cells differ from those of the first, naming each and how."""
    (first, like), *rest = grids.items()
    faults = Faults("layers")
    for name, grid in rest:
        if not same_grid(like, grid):
            faults.add(
                f"{name!r} ({_describe(grid)}) has other cells than {first!r} ({_describe(like)})",
                remedy="align them with urbgeo.rasters.grid.align_layers()",
            )
    faults.raise_if_any()


def read_grid(path: Path | str, *, band: int = 1) -> Grid:
    """One band of a raster file; nodata becomes NaN (integers turn to a float wide enough to keep each).

    The scale and offset that a file gives are applied, and rows that run north are turned round.

    Raises
    ------
    SourceError
        When the file is not there or is no raster.
    InputError
        When it has no CRS, or no such band.
    """
    try:
        with rasterio.open(path) as file:
            if file.crs is None:
                raise InputError(f"{path}: the raster has no CRS.")
            if band not in file.indexes:
                raise InputError(f"{path}: no band {band}; it has {file.count}.")
            values = file.read(band, masked=True)
            scale, offset = file.scales[band - 1], file.offsets[band - 1]
            if (scale, offset) != (1.0, 0.0):
                values = values.astype(np.float64) * scale + offset
            if np.ma.is_masked(values) or np.issubdtype(values.dtype, np.floating):
                values = values.astype(float_kind(values.dtype)).filled(np.nan)
            array, transform = np.asarray(values), file.transform
            if transform.e > 0 and not (transform.b or transform.d):
                north = transform.f + transform.e * len(array)
                array = array[::-1].copy()
                transform = Affine(transform.a, 0, transform.c, 0, -transform.e, north)
            return Grid(array, transform, CRS.from_wkt(file.crs.to_wkt()), Path(path).name)
    except rasterio.errors.RasterioIOError as fault:
        raise SourceError(f"{path}: cannot be read as a raster ({fault}).") from fault


def float_kind(kind: np.dtype[Any]) -> np.dtype[Any]:
    """The narrowest float, 32 bits or more, that keeps every number of another kind."""
    return np.promote_types(kind, np.float32)


def write_grid(grid: Grid, path: Path | str) -> Path:
    """Write a grid as a compressed GeoTIFF, whole or not at all; NaN is its nodata."""
    values = grid.values.astype(np.uint8) if grid.values.dtype == bool else grid.values
    nodata = np.nan if np.issubdtype(values.dtype, np.floating) else None
    profile = {"driver": "GTiff", "count": 1, "dtype": values.dtype, "compress": "deflate", "nodata": nodata}
    profile |= {"height": grid.shape[0], "width": grid.shape[1], "transform": grid.transform}
    with written_whole(path) as part, rasterio.open(part, "w", crs=grid.crs.to_wkt(), **profile) as file:
        file.write(values, 1)
        file.update_tags(source=grid.source)
    return Path(path)


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
        rows.append((name, _describe(grid), "kept" if kept else way, float(aligned[name].missing.mean())))
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


def _describe(grid: Grid) -> str:
    name = grid.crs.to_string() if grid.crs.to_authority() else grid.crs.name
    return f"{name}, {grid.shape[0]} x {grid.shape[1]} cells of {grid.transform.a:g}"
