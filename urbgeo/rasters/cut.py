"""Rasters of people, heights and land cover, cut to a region and brought to other cells, by windows.

What is written is read by whoever holds it later: :func:`urbgeo.access.rasters.read_people`,
:func:`urbgeo.rasters.grid.read_grid`, the layers of :class:`urbgeo.rasters.layers.RasterGrid`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from rasterio.enums import Resampling
from rasterio.errors import RasterioIOError
from rasterio.features import geometry_mask
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from urbgeo.checks import check_choice, check_polygons, check_quantity
from urbgeo.errors import InputError, SourceError
from urbgeo.files import written_whole
from urbgeo.options import with_progress
from urbgeo.types import Floats

KINDS = {
    "count": (Resampling.nearest, Resampling.nearest),  # cells that change are shared out, see below
    "height": (Resampling.average, Resampling.bilinear),
    "share": (Resampling.average, Resampling.bilinear),
    "class": (Resampling.mode, Resampling.nearest),
}
"""What cells hold, and how they are read into larger and into smaller cells."""

CELLS_AT_ONCE = 4_000_000
SUB_CELLS = 4
"""A cell of counts is shared out in pieces at most this part of a new cell wide."""
LARGEST_CELLS = 10**9
EDGE_PIECES = 2000


@dataclass(frozen=True)
class RasterCut:
    """What was written: the file, its rows and columns, the share of cells without data, the sum of values.

    ``total`` is the number of people of a raster of counts; of other kinds it is NaN.
    """

    path: Path
    shape: tuple[int, int]
    missing_share: float
    total: float


def cut_raster(
    path: Path | str,
    target: Path | str,
    *,
    region: gpd.GeoDataFrame,
    kind: str,
    crs: Any = None,
    cell: float | None = None,
    band: int = 1,
    nodata: float | None = None,
) -> RasterCut:
    """Cut a raster to a region, bring it to other cells where asked, and write it whole as a GeoTIFF.

    Cells that the region touches are kept; all others are no data. Only the window round the region is ever
    read, some rows at a time. Counts are shared out by area, so that no one is lost or made: each cell is
    split into pieces much smaller than the new cells, and each piece falls into the cell of its middle.
    Heights and shares are averaged into larger cells and interpolated into smaller ones; of classes the
    most frequent, or the nearest, is taken.

    Parameters
    ----------
    path, target
        The raster file, and the GeoTIFF to write.
    region
        Polygons, any CRS.
    kind
        ``"count"`` (people), ``"height"``, ``"share"`` or ``"class"`` (land cover).
    crs, cell
        CRS and width of the new cells in its unit; those of the raster by default. Without either the cells
        stay as they are.
    band
        Which band to read.
    nodata
        Value that means no data, for a file that does not say so.

    Raises
    ------
    SourceError
        When the file is missing or no raster, or breaks off.
    InputError
        For a raster without CRS or turned, a missing band, counts below 0, a region that it misses, an
        unknown kind or CRS.
    """
    check_choice(kind, "kind", tuple(KINDS))
    check_polygons(region, "region")
    with _opened(path, band) as file:
        whole = cell is None and crs is None
        system = CRS.from_wkt(file.crs.to_wkt()) if crs is None else _system(crs)
        size = abs(file.transform.a) if cell is None else check_quantity(cell, "cell")
        outline = _outline(region, system)
        transform, shape = _own_cells(file, outline) if whole else _new_cells(outline, size)
        void = file.nodata if nodata is None else nodata
        if kind == "count" and not whole:
            values = _shared_out(file, band, system, transform, shape, outline, void)
            strips: Iterator[tuple[Window, NDArray[Any]]] = iter([(Window(0, 0, *shape[::-1]), values)])
            dtype, mark = "float64", np.nan
        else:
            dtype, mark = _stored(file.dtypes[band - 1], void)
            way = Resampling.nearest
            if not whole:
                way = KINDS[kind][int(size < _cell_there(file, system, outline))]
            strips = _read(file, band, system, transform, shape, way, void, mark, dtype)
        return _written(target, strips, system, transform, shape, outline, dtype, mark, kind)


@contextmanager
def _opened(path: Path | str, band: int) -> Iterator[Any]:
    try:
        with rasterio.open(path) as file:
            if file.crs is None:
                raise InputError(f"{path}: the raster has no CRS; write the one it is in to the file.")
            if band not in file.indexes:
                raise InputError(f"{path}: no band {band}; it has {file.count}.")
            if file.transform.b or file.transform.d or file.transform.a <= 0 or file.transform.e >= 0:
                raise InputError(f"{path}: its rows must run south and its columns east; warp it first.")
            yield file
    except RasterioIOError as error:
        raise SourceError(f"{path}: cannot be read as a raster, or not to its end ({error}).") from error


def _system(crs: Any) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise InputError(f"crs: {crs!r} is no known CRS.") from error


def _outline(region: gpd.GeoDataFrame, system: CRS) -> shapely.Geometry:
    """The region as one shape in another CRS; long edges are cut first so that they stay where they were."""
    west, south, east, north = region.total_bounds
    cut = region.geometry.segmentize(max(east - west, north - south) / EDGE_PIECES)
    return shapely.union_all(shapely.make_valid(cut.to_crs(system).to_numpy()))


def _own_cells(file: Any, outline: shapely.Geometry) -> tuple[Affine, tuple[int, int]]:
    """The cells of the raster that the region's bounds touch."""
    west, south, east, north = outline.bounds
    (left, top), (right, bottom) = ~file.transform @ (west, north), ~file.transform @ (east, south)
    left, top = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    right, bottom = min(file.width, int(np.ceil(right))), min(file.height, int(np.ceil(bottom)))
    if right <= left or bottom <= top:
        raise InputError(f"region: it does not touch the raster {Path(file.name).name}; check both CRS.")
    return file.transform @ Affine.translation(left, top), (bottom - top, right - left)


def _new_cells(outline: shapely.Geometry, size: float) -> tuple[Affine, tuple[int, int]]:
    """Cells on multiples of their size, so that neighbouring regions fit together."""
    west, south, east, north = outline.bounds
    left, top = np.floor(west / size), np.ceil(north / size)
    rows, columns = int(top - np.floor(south / size)), int(np.ceil(east / size) - left)
    if rows * columns > LARGEST_CELLS:
        raise InputError(f"cell: {size:g} makes {rows:,} x {columns:,} cells; give a larger one.")
    return Affine(size, 0, left * size, 0, -size, top * size), (max(rows, 1), max(columns, 1))


def _cell_there(file: Any, system: CRS, outline: shapely.Geometry) -> float:
    """About how wide a cell of the raster is in another CRS, in the middle of the region."""
    back = Transformer.from_crs(system, CRS.from_wkt(file.crs.to_wkt()), always_xy=True)
    middle = outline.representative_point()
    x, y = back.transform(middle.x, middle.y)
    xs, ys = back.transform([x, x + file.transform.a], [y, y], direction="INVERSE")
    return float(np.hypot(xs[1] - xs[0], ys[1] - ys[0]))


def _stored(dtype: str, void: float | None) -> tuple[str, float]:
    """How values are written, and what marks no data: the source's mark, NaN where it has none."""
    if void is not None:
        return dtype, void
    return (dtype if dtype.startswith("float") else "float64"), np.nan


def _strips(rows: int, columns: int, what: str) -> Iterator[Window]:
    some = max(1, CELLS_AT_ONCE // columns)
    starts = range(0, rows, some)
    for row in with_progress(starts, total=len(starts), what=what):
        yield Window(0, row, columns, min(some, rows - row))


def _read(
    file: Any,
    band: int,
    system: CRS,
    transform: Affine,
    shape: tuple[int, int],
    how: Resampling,
    void: float | None,
    mark: float,
    dtype: str,
) -> Iterator[tuple[Window, NDArray[Any]]]:
    """Rows of the new cells, as GDAL warps them; on cells of its own nothing is changed."""
    name = Path(file.name).name
    frame = {"crs": system.to_wkt(), "transform": transform, "height": shape[0], "width": shape[1]}
    with WarpedVRT(file, resampling=how, src_nodata=void, nodata=mark, dtype=dtype, **frame) as view:
        for window in _strips(*shape, name):
            yield window, view.read(band, window=window)


def _shared_out(
    file: Any,
    band: int,
    system: CRS,
    transform: Affine,
    shape: tuple[int, int],
    outline: shapely.Geometry,
    void: float | None,
) -> Floats:
    """Counts by new cell; NaN where no cell with data reaches."""
    here = CRS.from_wkt(file.crs.to_wkt())
    frame, size = _own_cells(file, _rim(transform, shape, system, here))
    first_column, first_row = (round(one) for one in ~file.transform @ (frame.c, frame.f))
    pieces = max(1, int(np.ceil(SUB_CELLS * _cell_there(file, system, outline) / transform.a)))
    onwards = Transformer.from_crs(here, system, always_xy=True)
    counts, seen = np.zeros(shape[0] * shape[1]), np.zeros(shape[0] * shape[1], bool)
    for strip in _strips(*size, Path(file.name).name):
        window = Window(first_column, first_row + strip.row_off, strip.width, strip.height)
        people = file.read(band, window=window, masked=True).astype(np.float64).filled(np.nan)
        people[people == (np.nan if void is None else void)] = np.nan
        _check_counts(people, file.name)
        row, column = np.nonzero(~np.isnan(people))
        share = people[row, column] / pieces**2
        for piece in range(pieces**2):
            down, right = (np.array(divmod(piece, pieces)) + 0.5) / pieces
            at = file.transform @ np.array([first_column + column + right, window.row_off + row + down])
            at_column, at_row = np.floor(~transform @ np.array(onwards.transform(*at)))
            inside = (at_column >= 0) & (at_column < shape[1]) & (at_row >= 0) & (at_row < shape[0])
            place = (at_row[inside] * shape[1] + at_column[inside]).astype(np.int64)
            counts += np.bincount(place, share[inside], counts.size)
            seen[place] = True
    return np.where(seen, counts, np.nan).reshape(shape)


def _rim(transform: Affine, shape: tuple[int, int], system: CRS, here: CRS) -> shapely.Geometry:
    """The rectangle of the new cells, brought to the CRS of the raster."""
    east, south = transform @ (shape[1], shape[0])
    box = shapely.box(transform.c, south, east, transform.f)
    cut = shapely.segmentize(box, max(east - transform.c, transform.f - south) / EDGE_PIECES)
    return gpd.GeoSeries([cut], crs=system).to_crs(here)[0]


def _check_counts(values: NDArray[Any], name: str) -> None:
    if (values < 0).any():
        raise InputError(f"{name}: counts below 0, e.g. {np.nanmin(values):g}; name no data in nodata.")


def _written(
    target: Path | str,
    strips: Iterator[tuple[Window, NDArray[Any]]],
    system: CRS,
    transform: Affine,
    shape: tuple[int, int],
    outline: shapely.Geometry,
    dtype: str,
    mark: float,
    kind: str,
) -> RasterCut:
    profile = {"driver": "GTiff", "count": 1, "dtype": dtype, "nodata": mark, "compress": "deflate"}
    profile |= {"height": shape[0], "width": shape[1], "transform": transform, "crs": system.to_wkt()}
    missing, total = 0, 0.0
    with written_whole(target) as part, rasterio.open(part, "w", **profile) as out:
        for window, values in strips:
            place = transform @ Affine.translation(window.col_off, window.row_off)
            apart = geometry_mask([outline], values.shape, place, all_touched=True)
            kept = np.where(apart, np.array(mark, dtype), values.astype(dtype, copy=False))
            void = np.isnan(kept) if np.isnan(mark) else kept == np.array(mark, dtype)
            if kind == "count":
                _check_counts(kept[~void], str(target))
            missing += int(void.sum())
            total += float(kept[~void].sum(dtype=np.float64)) if kind == "count" else np.nan
            out.write(kept, 1, window=window)
    if missing == shape[0] * shape[1]:
        Path(target).unlink()
        raise InputError("region: the raster has no data in it; check both CRS.")
    return RasterCut(Path(target), shape, missing / (shape[0] * shape[1]), total)
