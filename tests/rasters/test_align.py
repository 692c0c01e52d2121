"""Grids brought to the cells of others, shapes burnt into cells, and cells turned into polygons."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from shapely.geometry import Point, box

from urbgeo.access.rasters import people_in
from urbgeo.errors import InputError
from urbgeo.rasters.align import align, burn
from urbgeo.rasters.grid import Grid

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: object = UTM, x: float = 500_000) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, x, 0, -cell, 3_000_000), crs)


def test_any_numbers_in_any_order_of_memory_are_one_grid() -> None:
    values = np.array([[1, 2, 3], [4, 5, 6]])
    like = grid(values.astype(float))
    for kind in ("float16", ">f8", ">i4", "uint8", "int64", "float32"):
        for ordered in (
            values.astype(kind),
            np.asfortranarray(values.astype(kind)),
            values.astype(kind).T.copy().T,
        ):
            found = grid(ordered)
            assert found.values.flags.c_contiguous and found.values.dtype.isnative
            np.testing.assert_array_equal(found.values, values)
            np.testing.assert_array_equal(align(found, like).values, values)
    masked = np.ma.masked_equal(values, 5)
    np.testing.assert_array_equal(like.having(masked).values, [[1, 2, 3], [4, np.nan, 6]])
    read_only = values.astype(float)
    read_only.flags.writeable = False
    assert people_in(grid(read_only), gpd.GeoDataFrame(geometry=[box(*like.bounds)], crs=UTM)).iloc[0] == 21


def test_burning_refuses_shapes_without_a_value_and_repeated_ids() -> None:
    like = grid(np.zeros((4, 4)))
    square = box(500_000, 2_999_600, 500_400, 3_000_000)
    frame = gpd.GeoDataFrame(geometry=[square, square], index=["a", "b"], crs=UTM)
    assert (burn(frame, like, values=pd.Series({"a": 1.0, "b": 2.0})).values == 1.0).all(), "the smaller one"
    with pytest.raises(InputError, match="none for b"):
        burn(frame, like, values=pd.Series({"a": 1.0}))
    with pytest.raises(InputError, match="repeated ids at a"):
        burn(frame.set_axis(["a", "a"]), like)


def test_shapes_that_would_vanish_from_the_cells_are_refused() -> None:
    like = grid(np.zeros((4, 4)))
    square = box(500_000, 2_999_600, 500_400, 3_000_000)
    for lost, message in (
        (None, "missing or empty geometry at b"),
        (Point(), "missing or empty geometry at b"),
    ):
        with pytest.raises(InputError, match=message):
            burn(gpd.GeoDataFrame(geometry=[square, lost], index=["a", "b"], crs=UTM), like)
    with pytest.raises(InputError, match="no finite numbers at b"):
        burn(gpd.GeoDataFrame(geometry=[square, Point(np.inf, 0)], index=["a", "b"], crs=UTM), like)
    with pytest.raises(InputError, match="values: a Series"):
        burn(gpd.GeoDataFrame(geometry=[square], index=["a"], crs=UTM), like, values=[1.0])
