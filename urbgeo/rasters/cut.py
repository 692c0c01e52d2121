"""Rasters of people, heights and land cover, cut to a region and brought to other cells, by windows.

What is written holds the values that the source means (scale and offset applied), rows running south.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from rasterio.enums import Resampling
from rasterio.features import geometry_mask
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from urbgeo.arguments import check_path
from urbgeo.checks import check_choice, check_polygons, check_quantity
from urbgeo.crs import is_metric
from urbgeo.errors import InputError
from urbgeo.files import written_whole
from urbgeo.options import with_progress
from urbgeo.rasters.files import RasterFile, opened, profile_of
from urbgeo.rasters.grid import float_kind
from urbgeo.types import Floats, Values

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
    area: gpd.GeoDataFrame,
    kind: str,
    crs: Any = None,
    cell_m: float | None = None,
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
    area
        Polygons, any CRS.
    kind
        ``"count"`` (people), ``"height"``, ``"share"`` or ``"class"`` (land cover).
    crs, cell_m
        CRS in metres and width of the new cells; those of the raster by default. Without either the cells
        stay as they are, in degrees too.
    band
        Which band to read.
    nodata
        Value that means no data, for a file that does not say so.

    Raises
    ------
    SourceError
        When the file is missing or no raster, or breaks off.
    InputError
        For a raster without CRS or rotated, a missing band, counts below 0, a region that it misses, an
        unknown kind or CRS.

    Returns
    -------
    RasterCut
        The file written, its rows and columns, the share of cells without data, and the people in it.

    Examples
    --------
    >>> import tempfile
    >>> from urbgeo.rasters.files import write_grid
    >>> from urbgeo.rasters.grid import Grid
    >>> people = Grid(np.full((4, 4), 2.0), Affine(100, 0, 500_000, 0, -100, 3_000_400), 4547)
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 500_400, 3_000_400)], crs=4547)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_grid(people, Path(folder) / "people.tif")
    ...     cut = cut_raster(path, Path(folder) / "cut.tif", area=square, kind="count", cell_m=200)
    >>> cut.shape, cut.total
    ((2, 2), 32.0)
    """
    path, target = check_path(path), check_path(target, "target")
    check_choice(kind, "kind", tuple(KINDS))
    check_polygons(area, "area")
    with opened(path, band=band, void=nodata) as raster:
        whole = cell_m is None and crs is None
        system = raster.crs if crs is None else _system(crs)
        size = raster.transform.a if whole else _width_m(raster, system, cell_m)
        outline = _outline(area, system)
        transform, shape = _own_cells(raster, outline) if whole else _new_cells(outline, size)
        cells = _Cells(system, transform, shape, outline)
        dtype, mark = _stored(raster)
        if kind == "count" and not whole:
            strips = _cut_up(_shared_out(raster, cells), raster.name)
            dtype, mark = "float64", np.nan
        elif whole:
            strips = _as_they_are(raster, cells)
        else:
            way = KINDS[kind][int(size < _cell_there(raster, cells))]
            strips = _warped(raster, cells, way)
        return _written(target, strips, cells, dtype, mark, kind)


@dataclass(frozen=True)
class _Cells:
    """The cells to write, and the outline outside which they hold nothing."""

    crs: CRS
    transform: Affine
    shape: tuple[int, int]
    outline: shapely.Geometry


def _system(crs: Any) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise InputError(f"crs: {crs!r} is no known CRS.") from error


def _width_m(raster: RasterFile, system: CRS, cell_m: float | None) -> float:
    """How wide new cells are; those of the raster where their unit is the same."""
    if not is_metric(system):
        raise InputError(
            f"crs: {system.name} has no metres to measure cells in; name a CRS that has, e.g. 4547."
        )
    if cell_m is not None:
        return check_quantity(cell_m, "cell_m")
    if not is_metric(raster.crs):
        raise InputError(
            f"cell_m: the cells of {raster.name} are not in metres; say how wide the new ones are."
        )
    return float(raster.transform.a)


def _outline(region: gpd.GeoDataFrame, system: CRS) -> shapely.Geometry:
    """The region as one shape in another CRS; long edges are cut first so that they stay where they were."""
    west, south, east, north = region.total_bounds
    cut = region.geometry.segmentize(max(east - west, north - south) / EDGE_PIECES)
    return shapely.union_all(shapely.make_valid(cut.to_crs(system).to_numpy()))


def _own_cells(raster: RasterFile, outline: shapely.Geometry) -> tuple[Affine, tuple[int, int]]:
    """The cells of the raster that the region's bounds touch."""
    west, south, east, north = outline.bounds
    (left, top), (right, bottom) = ~raster.transform @ (west, north), ~raster.transform @ (east, south)
    left, top = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    right, bottom = min(raster.shape[1], int(np.ceil(right))), min(raster.shape[0], int(np.ceil(bottom)))
    if right <= left or bottom <= top:
        raise InputError(f"area: it does not touch the raster {raster.name}; check both CRS.")
    return raster.transform @ Affine.translation(left, top), (bottom - top, right - left)


def _new_cells(outline: shapely.Geometry, size: float) -> tuple[Affine, tuple[int, int]]:
    """Cells on multiples of their size, so that neighbouring regions fit together."""
    west, south, east, north = outline.bounds
    left, top = np.floor(west / size), np.ceil(north / size)
    rows, columns = int(top - np.floor(south / size)), int(np.ceil(east / size) - left)
    if rows * columns > LARGEST_CELLS:
        raise InputError(f"cell_m: {size:g} makes {rows:,} x {columns:,} cells; give a larger one.")
    return Affine(size, 0, left * size, 0, -size, top * size), (max(rows, 1), max(columns, 1))


def _cell_there(raster: RasterFile, cells: _Cells) -> float:
    """About how wide a cell of the raster is in another CRS, in the middle of the region."""
    back = Transformer.from_crs(cells.crs, raster.crs, always_xy=True)
    middle = cells.outline.representative_point()
    x, y = back.transform(middle.x, middle.y)
    xs, ys = back.transform([x, x + raster.transform.a], [y, y], direction="INVERSE")
    return float(np.hypot(xs[1] - xs[0], ys[1] - ys[0]))


def _stored(raster: RasterFile) -> tuple[str, float]:
    """How values are written, and what marks no data: as in the source where it has a mark and no scale."""
    dtype = str(raster.file.dtypes[raster.band - 1])
    void = raster.file.nodata if raster.void is None else raster.void
    if void is not None and not raster.scaled:
        return dtype, void
    return (dtype if dtype.startswith("float") and not raster.scaled else "float64"), np.nan


def _strips(rows: int, columns: int, what: str) -> Iterator[Window]:
    some = max(1, CELLS_AT_ONCE // columns)
    starts = range(0, rows, some)
    for row in with_progress(starts, total=len(starts), what=what):
        yield Window(0, row, columns, min(some, rows - row))


def _as_they_are(raster: RasterFile, cells: _Cells) -> Iterator[tuple[Window, Values]]:
    """Rows of the raster's own cells, nothing changed."""
    left, top = (round(one) for one in ~raster.transform @ (cells.transform.c, cells.transform.f))
    for strip in _strips(*cells.shape, raster.name):
        window = Window(left, top + strip.row_off, strip.width, strip.height)
        yield strip, raster.read(window)


def _warped(raster: RasterFile, cells: _Cells, how: Resampling) -> Iterator[tuple[Window, Values]]:
    """Rows of the new cells as GDAL warps them; scale and offset, being linear, come after."""
    dtype = raster.file.dtypes[raster.band - 1]
    void = raster.file.nodata if raster.void is None else raster.void
    wide, mark = (dtype, void) if void is not None else (float_kind(np.dtype(dtype)).name, np.nan)
    rows, columns = cells.shape
    frame = {"crs": cells.crs.to_wkt(), "transform": cells.transform, "height": rows, "width": columns}
    with WarpedVRT(raster.file, resampling=how, src_nodata=void, nodata=mark, dtype=wide, **frame) as view:
        for window in _strips(rows, columns, raster.name):
            yield window, raster.meant(view.read(raster.band, window=window, masked=True))


def _shared_out(raster: RasterFile, cells: _Cells) -> Floats:
    """Counts by new cell; NaN where no cell with data reaches."""
    transform, shape = cells.transform, cells.shape
    frame, size = _own_cells(raster, _rim(cells, raster.crs))
    first_column, first_row = (round(one) for one in ~raster.transform @ (frame.c, frame.f))
    pieces = int(np.ceil(SUB_CELLS * _cell_there(raster, cells) / transform.a))
    onwards = Transformer.from_crs(raster.crs, cells.crs, always_xy=True)
    counts, seen = np.zeros(shape[0] * shape[1]), np.zeros(shape[0] * shape[1], bool)
    for strip in _strips(*size, raster.name):
        window = Window(first_column, first_row + strip.row_off, strip.width, strip.height)
        people = raster.read(window).astype(np.float64)
        _check_counts(people, raster.file.name)
        row, column = np.nonzero(~np.isnan(people))
        share = people[row, column] / pieces**2
        for piece in range(pieces**2):
            down, right = (np.array(divmod(piece, pieces)) + 0.5) / pieces
            at = raster.transform @ np.array([first_column + column + right, window.row_off + row + down])
            at_column, at_row = np.floor(~transform @ np.array(onwards.transform(*at)))
            inside = (at_column >= 0) & (at_column < shape[1]) & (at_row >= 0) & (at_row < shape[0])
            place = (at_row[inside] * shape[1] + at_column[inside]).astype(np.int64)
            if place.size:
                first, last = place.min(), place.max() + 1
                counts[first:last] += np.bincount(place - first, share[inside])
                seen[place] = True
    counts[~seen] = np.nan
    return counts.reshape(shape)


def _cut_up(values: Floats, what: str) -> Iterator[tuple[Window, Values]]:
    """Rows of values in memory; whole they would be written without hearing an interruption."""
    rows, columns = values.shape
    for strip in _strips(rows, columns, what):
        yield strip, values[strip.row_off : strip.row_off + strip.height]


def _rim(cells: _Cells, here: CRS) -> shapely.Geometry:
    """The rectangle of the new cells, brought to the CRS of the raster."""
    place, (rows, columns) = cells.transform, cells.shape
    east, south = place @ (columns, rows)
    box = shapely.box(place.c, south, east, place.f)
    cut = shapely.segmentize(box, max(east - place.c, place.f - south) / EDGE_PIECES)
    return gpd.GeoSeries([cut], crs=cells.crs).to_crs(here)[0]


def _check_counts(values: Values, name: str) -> None:
    if (values < 0).any():
        raise InputError(f"{name}: counts below 0, e.g. {np.nanmin(values):g}; name no data in nodata.")


def _written(
    target: Path | str,
    strips: Iterator[tuple[Window, Values]],
    cells: _Cells,
    dtype: str,
    mark: float,
    kind: str,
) -> RasterCut:
    missing, total = 0, 0.0
    profile = profile_of(cells.shape, cells.transform, cells.crs, dtype, mark)
    with written_whole(target) as part:
        with rasterio.open(part, "w", **profile) as out:
            for window, values in strips:
                place = cells.transform @ Affine.translation(window.col_off, window.row_off)
                void = geometry_mask([cells.outline], values.shape, place, all_touched=True)
                if values.dtype.kind == "f":
                    void |= np.isnan(values)
                kept = np.where(void, np.array(mark, dtype), np.where(void, 0, values).astype(dtype))
                if kind == "count":
                    _check_counts(values[~void], str(target))
                missing += int(void.sum())
                total += float(values[~void].sum(dtype=np.float64)) if kind == "count" else np.nan
                out.write(kept, 1, window=window)
        count = cells.shape[0] * cells.shape[1]
        if missing == count:  # an earlier file at the target stays
            raise InputError("area: the raster has no data in it; check both CRS.")
    return RasterCut(Path(target), cells.shape, missing / count, total)
