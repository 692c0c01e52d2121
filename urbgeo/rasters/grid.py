"""Grids: a raster layer in memory with its place on the ground, north up, and what may be measured on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError

from urbgeo.checks import check_crs
from urbgeo.errors import Faults, InputError
from urbgeo.rasters.stretch import MOST_AREA_STRETCH, MOST_LENGTH_STRETCH, is_metric, stretch
from urbgeo.types import Flags, Ints, Values

_SAME_GRID_SHARE = 1e-6
"""Transforms that differ by less than this share of a cell over the whole grid are one grid."""


@dataclass(frozen=True, eq=False)
class Grid:
    """A north-up raster layer.

    ``values`` is (rows, columns); missing cells are NaN in a float grid, and a bool or integer grid has
    none. ``transform`` maps columns and rows to the coordinates of ``crs``. ``source`` says where the
    layer comes from, in one line. Rows that run north are turned round; masked cells become NaN.

    >>> grid = Grid(np.array([[1.0, 2.0]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> grid.shape, grid.cell_km2
    ((1, 2), 0.01)

    Raises
    ------
    InputError
        For values that are no table of numbers, a transform that is none or rotated, a CRS that is none.
    """

    values: Values
    transform: Affine
    crs: CRS
    source: str = ""

    def __post_init__(self) -> None:
        values = _plain(self.values)
        if values.ndim != 2 or 0 in values.shape:
            raise InputError(f"grid: (rows, columns) needed, not shape {values.shape}.")
        place = self.transform
        if not isinstance(place, Affine) or not np.isfinite(list(place)[:6]).all():
            raise InputError(f"grid: transform is {place!r}; give an affine.Affine of finite numbers.")
        if self.crs is None:
            raise InputError("grid: it has no CRS; give the one its transform is in.")
        if place.b or place.d or place.a <= 0 or place.e == 0:
            raise InputError(
                "grid: it is rotated or its columns do not run east; warp it first, e.g. with gdalwarp."
            )
        if place.e > 0:
            values, place = _plain(values[::-1]), turned(place, len(values))
        try:
            crs = CRS.from_user_input(self.crs)
        except CRSError as error:
            raise InputError(f"grid: crs {self.crs!r} is no known CRS.") from error
        for name, value in (("values", values), ("transform", place), ("crs", crs)):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        missing = self.missing.mean()
        return f"<Grid {describe(self)}, {self.values.dtype}, {missing:.1%} missing>\n{self.source}"

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    @cached_property
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

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in the CRS of the grid."""
        rows, columns = self.shape
        west, north = self.transform.c, self.transform.f
        return west, north + rows * self.transform.e, west + columns * self.transform.a, north

    @property
    def total(self) -> float:
        """Sum of all values; missing cells hold nothing."""
        return float(np.nansum(self.values, dtype=np.float64))

    def rows_columns(self, points: gpd.GeoDataFrame) -> tuple[Ints, Ints]:
        """Row and column of the cell each point lies in; -1, -1 outside the grid."""
        check_crs(points, "points")
        shapes_here = points.geometry.to_crs(self.crs)
        column, row = ~self.transform @ np.array([shapes_here.x, shapes_here.y])
        rows, columns = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
        outside = (rows < 0) | (columns < 0) | (rows >= self.shape[0]) | (columns >= self.shape[1])
        return np.where(outside, -1, rows), np.where(outside, -1, columns)


def _plain(values: Any) -> Values:
    """Numbers in the machine's own order, rows one after the other, masked cells as NaN.

    A single number spread over a large frame stays one.
    """
    if isinstance(values, np.ma.MaskedArray):
        whole = values.dtype.kind in "biu" and not np.ma.is_masked(values)
        masked: Any = values
        values = values.data if whole else masked.astype(float_kind(values.dtype)).filled(np.nan)
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise InputError(f"grid: numbers are needed, not {array.dtype}.")
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array if 0 in array.strides else np.ascontiguousarray(array)


def turned(transform: Affine, rows: int) -> Affine:
    """The place of rows that run north once their order is turned round."""
    north = transform.f + transform.e * rows
    return Affine(transform.a, 0, transform.c, 0, -transform.e, north)


def check_grid(grid: Grid, name: str) -> None:
    """Refuse what is no grid."""
    if not isinstance(grid, Grid):
        raise InputError(
            f"{name}: a Grid is needed (read_grid, Grid.from_xarray), not {type(grid).__name__}."
        )


def check_bools(masks: Mapping[str, Grid]) -> None:
    """Refuse masks that are no bool grids, all at once."""
    soft = []
    for name, grid in masks.items():
        check_grid(grid, name)
        if grid.values.dtype != bool:
            soft.append(f"{name} ({grid.values.dtype})")
    if soft:
        faults = Faults("grids")
        faults.add("no bool grids", ids=soft, remedy="compare them with a threshold")
        faults.raise_if_any()


def check_metric(grid: Grid, name: str) -> None:
    """Refuse a grid whose cells are not measured in metres, or stretch the ground's areas."""
    check_grid(grid, name)
    if not is_metric(grid.crs):
        raise InputError(
            f"{name}: its cells are in {grid.crs.axis_info[0].unit_name}s, not metres; bring it to a "
            "metric CRS with urbgeo.rasters.align.align()."
        )
    off = _stretch_of(grid)[0]
    if off > MOST_AREA_STRETCH:
        raise InputError(
            f"{name}: {describe(grid)}: areas on this map are {off:.0%} off here; bring it to a metric CRS "
            "that keeps them with urbgeo.rasters.align.align()."
        )


def check_lengths(grid: Grid, name: str) -> None:
    """Refuse a grid on which lengths cannot be measured."""
    check_metric(grid, name)
    off = _stretch_of(grid)[1]
    if off > MOST_LENGTH_STRETCH:
        raise InputError(
            f"{name}: {describe(grid)}: lengths on this map are up to {off:.0%} off here; bring it to a "
            "local metric CRS with urbgeo.rasters.align.align()."
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
    for name, grid in grids.items():
        check_grid(grid, name)
    (first, like), *rest = grids.items()
    faults = Faults("layers")
    for name, grid in rest:
        if not same_grid(like, grid):
            faults.add(
                f"{name!r} ({describe(grid)}) has other cells than {first!r} ({describe(like)})",
                remedy="align them with urbgeo.rasters.align.align_layers()",
            )
    faults.raise_if_any()


def float_kind(kind: np.dtype[Any]) -> np.dtype[Any]:
    """The narrowest float, 32 bits or more, that keeps every number of another kind."""
    return np.promote_types(kind, np.float32)


def describe(grid: Grid) -> str:
    """CRS, rows, columns and cell of a grid in a few words."""
    name = grid.crs.to_string() if grid.crs.to_authority() else grid.crs.name
    return f"{name}, {grid.shape[0]} x {grid.shape[1]} cells of {grid.transform.a:g}"
