"""The one reader and the one writer of raster files: scale, offset, no data and rows as declared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from urbgeo.checks import check_whole
from urbgeo.errors import InputError, SourceError
from urbgeo.files import written_whole
from urbgeo.rasters.grid import Grid, float_kind, turned
from urbgeo.types import Values

FILL_ABOVE = 2
"""A number so many times as large as any other of a raster, and the largest its type has, is no value."""


@dataclass(frozen=True, eq=False)
class RasterFile:
    """One band of an open file, read as a north-up grid of the values that the file means.

    ``upside_down`` says that its own rows run north; ``transform`` is where they lie once turned. ``void`` is
    a no-data value given by hand, for files that do not declare theirs.
    """

    file: Any
    band: int
    transform: Affine
    crs: CRS
    upside_down: bool
    void: float | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.file.height, self.file.width

    @property
    def name(self) -> str:
        """Name of the file without its folder."""
        return Path(self.file.name).name

    @property
    def scaled(self) -> bool:
        """Whether the numbers stored are not the values meant."""
        return self._scale != (1.0, 0.0)

    @property
    def _scale(self) -> tuple[float, float]:
        return self.file.scales[self.band - 1], self.file.offsets[self.band - 1]

    def read(self, window: Window | None = None, *, thinned: tuple[int, int] | None = None) -> Values:
        """Values of a north-up window (None: all), missing ones NaN; whole numbers without any stay whole.

        ``thinned`` reads so many rows and columns of the window only, by the nearest cell.
        """
        if window is None:
            window = Window(0, 0, self.shape[1], self.shape[0])
        if self.upside_down:
            start = self.shape[0] - window.row_off - window.height
            window = Window(window.col_off, start, window.width, window.height)
        how = {} if thinned is None else {"out_shape": thinned}
        try:
            raw = self.file.read(self.band, window=window, masked=True, **how)
        except RasterioIOError as error:
            raise SourceError(f"{self.file.name}: cannot be read to its end ({error}).") from error
        self._refuse_fill(raw)
        values = self.meant(raw)
        return values[::-1] if self.upside_down else values

    def _refuse_fill(self, raw: Any) -> None:
        """Refuse cells at the largest number a type holds, far above all others: no data, or an overflow."""
        if raw.dtype.kind not in "iu" or raw.dtype.itemsize == 1 or self.void is not None:
            return
        most = np.iinfo(raw.dtype).max
        if raw.data.max(initial=0) < most:
            return
        held = raw.compressed()
        full = held == most
        if full.any() and held[~full].max(initial=0) < most // FILL_ABOVE:
            raise InputError(
                f"{self.file.name}: {int(full.sum())} cells hold {most}, the largest {raw.dtype} there is; a "
                "no-data value that the file does not declare? Name it in nodata=, or by gdal_edit -a_nodata."
            )

    def meant(self, raw: Any) -> Values:
        """Numbers as stored turned into values: scale and offset applied, no data as NaN."""
        if self.void is not None:
            raw = np.ma.masked_where(raw.data == self.void, raw)
        scale, offset = self._scale
        if self.scaled:
            raw = raw.astype(np.float64) * scale + offset
        if np.ma.is_masked(raw) or raw.dtype.kind == "f":
            return np.asarray(raw.astype(float_kind(raw.dtype)).filled(np.nan))
        return np.asarray(raw)


@contextmanager
def opened(path: Path | str, *, band: int = 1, void: float | None = None) -> Iterator[RasterFile]:
    """A raster file, opened for reading.

    Raises
    ------
    SourceError
        When the file is not there or is no raster.
    InputError
        When it has no CRS, no such band, is rotated or holds complex numbers.
    """
    if not isinstance(path, str | Path):
        raise InputError(f"path: a file is needed, not {type(path).__name__}.")
    check_whole(band, "band", 1)
    number = isinstance(void, int | float | np.integer | np.floating) and not isinstance(void, bool)
    if void is not None and not number:
        raise InputError(f"nodata: {void!r} is no value of a cell; give the number that means no data.")
    try:
        file = rasterio.open(path)
    except RasterioIOError as fault:
        raise SourceError(f"{path}: cannot be read as a raster ({fault}).") from fault
    with file:
        if file.crs is None:
            raise InputError(f"{path}: the raster has no CRS; write the one it is in to the file.")
        if band not in file.indexes:
            raise InputError(f"{path}: no band {band}; it has {file.count}.")
        if file.dtypes[band - 1].startswith("complex"):
            raise InputError(f"{path}: band {band} holds complex numbers.")
        place = file.transform
        if place.b or place.d or place.a <= 0 or place.e == 0:
            raise InputError(f"{path}: it is rotated or its columns do not run east; warp it with gdalwarp.")
        north = place.e > 0
        place = turned(place, file.height) if north else place
        yield RasterFile(file, band, place, CRS.from_wkt(file.crs.to_wkt()), north, void)


def read_grid(path: Path | str, *, band: int = 1, nodata: float | None = None) -> Grid:
    """One band of a raster file; no data becomes NaN (integers turn to a float wide enough to keep each).

    The scale and offset that a file gives are applied, and rows that run north are turned round.

    Parameters
    ----------
    path
        Any raster that GDAL reads.
    band
        Which band.
    nodata
        Value that means no data, in numbers as stored, for a file that does not say so.

    Returns
    -------
    Grid
        Values in the unit that the file means.

    Raises
    ------
    SourceError
        When the file is not there or is no raster.
    InputError
        When it has no CRS, no such band, or is rotated.

    Examples
    --------
    >>> import tempfile
    >>> heights = Grid(np.array([[1.5, np.nan]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_grid(write_grid(heights, Path(folder) / "heights.tif")).values
    array([[1.5, nan]])
    """
    with opened(path, band=band, void=nodata) as raster:
        return Grid(raster.read(), raster.transform, raster.crs, raster.name)


def profile_of(
    shape: tuple[int, int], transform: Affine, crs: CRS, dtype: Any, nodata: float | None
) -> dict[str, Any]:
    """How a GeoTIFF of one band is created."""
    profile = {"driver": "GTiff", "count": 1, "dtype": dtype, "nodata": nodata, "compress": "deflate"}
    place = {"height": shape[0], "width": shape[1], "transform": transform, "crs": crs.to_wkt()}
    return profile | place


def write_grid(grid: Grid, path: Path | str) -> Path:
    """Write a grid as a compressed GeoTIFF, whole or not at all; NaN is its no data.

    Returns
    -------
    pathlib.Path
        The path given.

    Examples
    --------
    See :func:`read_grid`.
    """
    values = grid.values.astype(np.uint8) if grid.values.dtype == bool else grid.values
    nodata = np.nan if np.issubdtype(values.dtype, np.floating) else None
    profile = profile_of(grid.shape, grid.transform, grid.crs, values.dtype, nodata)
    with written_whole(path) as part, rasterio.open(part, "w", **profile) as file:
        file.write(values, 1)
        file.update_tags(source=grid.source)
    return Path(path)
