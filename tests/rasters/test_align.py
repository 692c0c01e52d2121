"""Grids brought to the cells of others, shapes burnt into cells, and cells turned into polygons."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from shapely.geometry import Point, box

from urbgeo.access.rasters import people_in
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.rasters.align import align, align_layers, burn, burnt, cells_to_polygons
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


def test_layers_are_told_what_was_done_to_them() -> None:
    fine = grid([[1.0, 2.0, 3.0, 4.0], [5.0, np.nan, 7.0, 8.0]])
    coarse = grid([[0.0, 0.0]], 200.0)
    aligned, table = align_layers(
        {"max": fine, "near": fine, "kept": coarse}, like="kept", resampling={"max": "max"}
    )
    assert aligned["max"].values.tolist() == [[5.0, 8.0]] and aligned["kept"] is coarse
    assert table["resampling"].to_dict() == {"max": "max", "near": "nearest", "kept": "kept"}
    assert table.loc["max", "was"] == "EPSG:32649, 2 x 4 cells of 100"
    half = align(grid([[1.0]]), grid([[0.0, 0.0, 0.0, 0.0]]))
    assert half.missing.tolist() == [[False, True, True, True]] and half.source == ""
    _, table = align_layers({"a": grid([[1.0]]), "b": grid([[0.0] * 4])}, like="b")
    assert table["missing_share"].tolist() == [0.75, 0.0]
    with pytest.raises(InputError, match="resampling: no layer x, y"):
        align_layers({"a": fine}, like="a", resampling={"y": "max", "x": "max"})
    with pytest.raises(InputError, match="like: 'z' is unknown"):
        align_layers({"a": fine}, like="z")


def test_a_cell_counts_by_its_middle_or_by_a_touch(recwarn: pytest.WarningsRecorder) -> None:
    like = grid(np.zeros((2, 3)))
    small = box(500_140, 2_999_860, 500_240, 2_999_990)  # over the middle of the second cell of the first row
    frame = gpd.GeoDataFrame(geometry=[small], index=["a"], crs=UTM)
    assert burn(frame, like).values.tolist() == [[False, True, False], [False] * 3]
    assert burn(frame, like, all_touched=True).values.tolist() == [[False, True, True], [False, True, True]]
    valued = burn(frame, like, values=pd.Series({"a": 7.5, "b": 1.0}))
    assert valued.values[0, 1] == 7.5 and np.isnan(valued.values).sum() == 5
    assert not recwarn.list


@pytest.mark.parametrize("away", [(301, 0), (-61, 0), (0, 101), (0, -331)])
def test_shapes_beyond_the_grid_are_counted_and_those_on_its_edge_are_not(away: tuple[int, int]) -> None:
    like = grid(np.zeros((2, 3)))  # 300 m wide and 200 m high
    west, south = 500_000 + away[0], 2_999_900 + away[1]
    lost = box(west, south, west + 60, south + 130 if away[1] < 0 else south + 60)
    inside = box(500_010, 2_999_810, 500_290, 2_999_990)
    frame = gpd.GeoDataFrame(geometry=[inside, lost], index=["a", "b"], crs=UTM)
    with pytest.warns(UrbgeoWarning, match="frame: 1 of 2 shapes lie outside the grid"):
        burn(frame, like)
    assert burnt(frame, like).values.any()


@pytest.mark.filterwarnings("error")
def test_a_shape_that_touches_the_edge_is_not_outside() -> None:
    like = grid(np.zeros((2, 3)))
    edges = [
        box(500_300, 2_999_900, 500_400, 3_000_000), box(499_900, 2_999_900, 500_000, 3_000_000),
        box(500_000, 3_000_000, 500_100, 3_000_100), box(500_000, 2_999_700, 500_100, 2_999_800),
    ]  # fmt: skip
    burn(gpd.GeoDataFrame(geometry=edges, index=list("abcd"), crs=UTM), like)
    with pytest.warns(UrbgeoWarning, match="it has no rows"):
        found = burn(gpd.GeoDataFrame(geometry=[], crs=UTM), like)
    assert not found.values.any()


def test_patches_become_shapes_with_their_cells_and_land() -> None:
    like = grid(np.zeros((3, 3)), 200.0)
    mask = np.array([[True, False, False], [True, False, True], [False, True, False]])
    four = cells_to_polygons(mask, like)
    assert sorted(four["cells"]) == [1, 1, 2] and four["area_km2"].sum() == pytest.approx(0.16)
    assert len(cells_to_polygons(mask, like, connectivity=8)) == 1
    assert four.crs == like.crs and four.total_bounds.tolist() == [500_000, 2_999_400, 500_600, 3_000_000]
    none = cells_to_polygons(~mask & mask, like)
    assert len(none) == 0 and none.columns.tolist() == ["geometry", "cells", "area_km2"]
