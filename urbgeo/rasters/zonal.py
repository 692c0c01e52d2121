"""Sums of a grid over shapes, every cell counted by the exact share of it that lies inside."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from urbgeo.errors import MissingExtraError
from urbgeo.rasters.grid import Grid


def zonal_sums(grid: Grid, shapes: gpd.GeoSeries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each shape, brought to the CRS of the grid: the sum of the values, and the cells that have one.

    Both count a cell by the share of it inside the shape; NaN cells count in neither.

    Raises
    ------
    MissingExtraError
        Without the package exactextract.
    """
    try:
        from exactextract import exact_extract
        from exactextract.raster import NumPyRasterSource
    except ImportError as error:
        raise MissingExtraError("exactextract", "raster", "Exact sums over a raster") from error
    rows, columns = grid.shape
    west, north = grid.transform.c, grid.transform.f
    east, south = west + columns * grid.transform.a, north + rows * grid.transform.e
    wkt = grid.crs.to_wkt()
    values = grid.values.astype(np.float64)
    raster = NumPyRasterSource(values, xmin=west, ymin=south, xmax=east, ymax=north, srs_wkt=wkt)
    here = shapes.to_crs(wkt)
    some = np.flatnonzero(~(here.is_empty | here.isna()))
    sums, cells = np.zeros(len(here)), np.zeros(len(here))
    if len(some):
        layer = gpd.GeoDataFrame({"row": some}, geometry=here.iloc[some].to_numpy(), crs=wkt)
        found = exact_extract(raster, layer, ["sum", "count"], include_cols=["row"], output="pandas")
        at = found["row"].to_numpy(int)
        sums[at], cells[at] = found["sum"].fillna(0.0), found["count"].fillna(0.0)
    return sums, cells
