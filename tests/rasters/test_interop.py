"""Grids to and from xarray, as rioxarray writes and reads them (extra ``raster``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from urbgeo.errors import InputError
from urbgeo.rasters.files import read_grid
from urbgeo.rasters.grid import Grid, same_grid
from urbgeo.rasters.interop import from_xarray, to_xarray

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: object = UTM, x: float = 500_000) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, x, 0, -cell, 3_000_000), crs)


def test_a_grid_goes_to_xarray_and_comes_back(tmp_path: Path) -> None:
    rioxarray = pytest.importorskip("rioxarray")
    values = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])
    for one in (
        grid(values),
        grid(values[:1]),
        grid(values > 2),
        grid(np.arange(6, dtype=np.int32).reshape(2, 3)),
    ):
        array = to_xarray(one)
        back = from_xarray(array)
        np.testing.assert_array_equal(back.values, one.values)
        assert back.values.dtype == one.values.dtype and same_grid(back, one)
    array = to_xarray(grid(values))
    array.rio.to_raster(tmp_path / "a.tif")
    np.testing.assert_array_equal(read_grid(tmp_path / "a.tif").values, values)
    np.testing.assert_array_equal(from_xarray(array[::-1]).values, values), "rows that run north"
    with rioxarray.open_rasterio(tmp_path / "a.tif") as banded:
        np.testing.assert_array_equal(from_xarray(banded).values, values)
    with pytest.raises(InputError, match="several bands"):
        from_xarray(array.expand_dims(band=2))
    with pytest.raises(InputError, match="DataArray is needed, not ndarray"):
        from_xarray(values)
    with pytest.raises(InputError, match="unevenly spaced"):
        from_xarray(array.assign_coords(x=[0.0, 1.0, 5.0]))
    with pytest.raises(InputError, match="no CRS"):
        from_xarray(array.drop_vars("spatial_ref"))


def test_what_an_array_still_carries_is_applied() -> None:
    pytest.importorskip("rioxarray")
    stored = to_xarray(grid(np.array([[10, -9], [30, 40]], np.int16)))
    scaled = stored.assign_attrs(scale_factor=0.5, add_offset=1.0).rio.write_nodata(-9)
    np.testing.assert_array_equal(from_xarray(scaled).values, [[6.0, np.nan], [16.0, 21.0]])
    gaps = from_xarray(stored.rio.write_nodata(-9))
    np.testing.assert_array_equal(gaps.values, [[10, np.nan], [30, 40]])
    assert gaps.values.dtype == np.float32 and from_xarray(stored).values.dtype == np.int16
    offset = from_xarray(stored.assign_attrs(add_offset=1.0))
    assert offset.values.tolist() == [[11.0, -8.0], [31.0, 41.0]]


def test_an_array_may_be_turned_round_have_one_band_and_take_its_crs_from_the_caller() -> None:
    pytest.importorskip("rioxarray")
    held = grid(np.arange(6.0).reshape(2, 3))
    array = to_xarray(held)
    assert array.x.values.tolist() == [500_050, 500_150, 500_250]
    assert array.y.values.tolist() == [2_999_950, 2_999_850] and array.attrs["source"] == ""
    for other in (array.transpose("x", "y"), array.expand_dims(band=1), array[::-1, :]):
        back = from_xarray(other)
        np.testing.assert_array_equal(back.values, held.values)
        assert back.transform == held.transform
    assert from_xarray(array.drop_vars("spatial_ref"), crs=32650).crs.to_epsg() == 32650
    nearly = array.assign_coords(x=[500_050.0, 500_150.05, 500_250.0])
    assert from_xarray(nearly).shape == (2, 3)
    with pytest.raises(InputError, match="x is unevenly spaced"):
        from_xarray(array.assign_coords(x=[500_050.0, 500_150.2, 500_250.0]))


def test_an_array_without_places_of_its_cells_is_refused() -> None:
    pytest.importorskip("rioxarray")
    xarray = pytest.importorskip("xarray")
    bare = xarray.DataArray(np.ones((2, 2)), dims=("row", "column"))
    with pytest.raises(InputError, match="array: it has no usable x and y coordinates"):
        from_xarray(bare, crs=UTM)


def test_steps_of_whole_numbers_without_a_sign_are_measured_too() -> None:
    """100 and 150 down: as 16 bits without a sign both would be near 65,400."""
    pytest.importorskip("rioxarray")
    array = to_xarray(grid(np.ones((3, 2)))).assign_coords(y=np.array([300, 200, 50], np.uint16))
    with pytest.raises(InputError, match="y is unevenly spaced"):
        from_xarray(array)
