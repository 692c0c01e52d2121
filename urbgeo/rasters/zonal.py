"""Sums of a grid over shapes, every cell counted by the exact share of it that lies inside."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.errors import MissingExtraError
from urbgeo.rasters.grid import Grid
from urbgeo.types import Floats, Shapes

EDGE_PIECES = 2000
"""Edges that are brought to another CRS are cut into pieces of this part of the layer's extent first."""

DUST = 1e-6
"""Shares below this are rounding of the coordinates (exactextract counts in single precision), not land."""


def zonal_sums(grid: Grid, shapes: gpd.GeoSeries) -> tuple[Floats, Floats]:
    """For each shape, brought to the CRS of the grid: the sum of the values, and the cells that have one.

    Both count a cell by the share of it inside the shape; NaN cells count in neither, and points or lines
    have no area.

    Raises
    ------
    MissingExtraError
        Without the package exactextract.
    """
    found = _extracted(grid, grid.values.astype(np.float64), on_grid(shapes, grid), ["sum", "count"])
    sums, cells = np.zeros(len(shapes)), np.zeros(len(shapes))
    at = found["row"].to_numpy(int)
    sums[at], cells[at] = found["sum"].fillna(0.0), found["count"].fillna(0.0)
    return sums, cells


def covered_cells(grid: Any, shapes: gpd.GeoSeries) -> pd.DataFrame:
    """The cells that each shape covers with area: ``shape`` and ``cell`` (positions), ``share`` in (0, 1].

    ``grid`` is anything with ``shape``, ``transform`` and ``crs``; its values are not looked at.

    Raises
    ------
    MissingExtraError
        Without the package exactextract.
    """
    frame = Grid(np.broadcast_to(np.float32(1), grid.shape), grid.transform, grid.crs)
    found = _extracted(frame, frame.values, on_grid(shapes, frame), ["cell_id", "coverage"])
    each = [len(cells) for cells in found["cell_id"]]
    none = np.zeros(0)
    table = pd.DataFrame(
        {
            "shape": np.repeat(found["row"].to_numpy(int), each),
            "cell": np.concatenate([*found["cell_id"], none]).astype(np.int64),
            "share": np.concatenate([*found["coverage"], none]).astype(np.float64),
        }
    )
    return table[table["share"] > DUST].reset_index(drop=True)


def on_grid(shapes: gpd.GeoSeries, grid: Grid) -> Shapes:
    """The areas of some shapes in the CRS of a grid; edges of another CRS are cut into pieces first."""
    wkt = grid.crs.to_wkt()
    if shapes.crs != grid.crs:
        west, south, east, north = shapes.total_bounds
        step = max(east - west, north - south) / EDGE_PIECES
        cut = shapes.segmentize(step) if step > 0 else shapes
        shapes = cut.to_crs(wkt).make_valid()
    return np.array([_polygonal(one) for one in shapes], dtype=object)


def _polygonal(shape: shapely.Geometry | None) -> shapely.Geometry:
    """The shape's polygons alone: an intersection may leave points and lines, which have no people."""
    if shape is None or shape.geom_type in ("Polygon", "MultiPolygon"):
        return shapely.Polygon() if shape is None else shape
    parts = shapely.get_parts(shapely.get_parts(np.array([shape])))
    return shapely.union_all([one for one in parts if one.geom_type in ("Polygon", "MultiPolygon")])


def _extracted(grid: Grid, values: Any, shapes: Shapes, asked: list[str]) -> pd.DataFrame:
    some = np.flatnonzero(~shapely.is_empty(shapes))
    if not len(some):
        return pd.DataFrame({name: [] for name in ("row", *asked)})
    library, sources = _exactextract()
    west, south, east, north = grid.bounds
    wkt = grid.crs.to_wkt()
    raster = sources.NumPyRasterSource(values, xmin=west, ymin=south, xmax=east, ymax=north, srs_wkt=wkt)
    layer = gpd.GeoDataFrame({"row": some}, geometry=shapes[some], crs=wkt)
    return library.exact_extract(raster, layer, asked, include_cols=["row"], output="pandas")


def _exactextract() -> tuple[ModuleType, ModuleType]:
    try:
        import exactextract
        import exactextract.raster
    except ImportError as error:
        raise MissingExtraError("exactextract", "raster", "Exact sums over a raster") from error
    return exactextract, exactextract.raster
