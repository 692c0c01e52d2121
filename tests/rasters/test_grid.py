"""Grids: read as the file means them, told apart where they differ, refused where a map misleads."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from shapely.geometry import Point, box

from urbgeo.access.rasters import people_in
from urbgeo.errors import InputError
from urbgeo.land.audit import ControlLines, audit_control_lines
from urbgeo.land.patches import patch_metrics
from urbgeo.land.shapes import shape_indices
from urbgeo.rasters.align import align, burn
from urbgeo.rasters.cut import cut_raster
from urbgeo.rasters.files import read_grid, write_grid
from urbgeo.rasters.grid import Grid, check_same_grid, same_grid
from urbgeo.rasters.interop import from_xarray, to_xarray
from urbgeo.rasters.layers import RasterGrid
from urbgeo.surface.motorways import compile_motorways
from urbgeo.surface.results import SurfaceRules
from urbgeo.surface.travel import travel_surface, travel_surface_files

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: object = UTM, x: float = 500_000) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, x, 0, -cell, 3_000_000), crs)


def written(path: Path, values: np.ndarray, transform: Affine, **more: object) -> Path:
    profile = {
        "driver": "GTiff",
        "count": 1,
        "dtype": values.dtype,
        "crs": more.get("crs", f"EPSG:{UTM}"),
        "transform": transform,
    }
    profile |= {"height": values.shape[0], "width": values.shape[1], "nodata": more.get("nodata")}
    with rasterio.open(path, "w", **profile) as file:
        file.write(values, 1)
        if "scale" in more:
            file.scales, file.offsets = [more["scale"]], [more["offset"]]
    return path


def test_whole_numbers_beyond_24_bits_are_read_exactly(tmp_path: Path) -> None:
    values = np.array([[16_777_217, -1]], np.int32)
    found = read_grid(
        written(tmp_path / "a.tif", values, Affine(10, 0, 500_000, 0, -10, 3_000_000), nodata=-1)
    )
    assert found.values[0, 0] == 16_777_217.0
    assert np.isnan(found.values[0, 1])
    wider = align(grid(values, 100.0), grid(np.zeros((1, 1)), 100.0))
    assert wider.values[0, 0] == 16_777_217.0
    small = read_grid(
        written(
            tmp_path / "b.tif",
            np.array([[7, 0]], np.int16),
            Affine(10, 0, 500_000, 0, -10, 3_000_000),
            nodata=0,
        )
    )
    assert small.values.dtype == np.float32


def test_scale_offset_and_rows_from_the_south_are_understood(tmp_path: Path) -> None:
    north_up = Affine(10, 0, 500_000, 0, -10, 3_000_000)
    path = written(tmp_path / "a.tif", np.array([[10, 20]], np.int16), north_up, scale=0.1, offset=5.0)
    np.testing.assert_allclose(read_grid(path).values, [[6.0, 7.0]])
    turned = Affine(10, 0, 500_000, 0, 10, 2_999_980)
    found = read_grid(written(tmp_path / "b.tif", np.array([[1.0], [2.0]]), turned))
    assert found.values.tolist() == [[2.0], [1.0]]
    assert (found.transform.f, found.transform.e) == (3_000_000.0, -10.0)
    with pytest.raises(InputError, match="gdalwarp"):
        Grid(np.ones((2, 2)), Affine(10, 1, 0, 1, -10, 0), UTM)


@pytest.fixture(name="scaled_file")
def scaled(tmp_path: Path) -> Path:
    """Two by two cells of 1 km, stored in tenths less 10, one without data, rows running north."""
    stored = np.array([[2000, 3000], [-9, 1000]], np.int16)
    rising = Affine(1000, 0, 500_000, 0, 1000, 3_000_000)
    return written(tmp_path / "scaled.tif", stored, rising, nodata=-9, scale=0.1, offset=-10.0)


MEANT = np.array([[np.nan, 90.0], [190.0, 290.0]])


def test_one_file_gives_one_answer_through_every_door(scaled_file: Path, tmp_path: Path) -> None:
    rioxarray = pytest.importorskip("rioxarray")
    found = read_grid(scaled_file)
    np.testing.assert_allclose(found.values, MEANT)
    assert (found.transform.f, found.transform.e) == (3_002_000.0, -1000.0)
    for how in ({}, {"masked": True}, {"mask_and_scale": True}):
        with rioxarray.open_rasterio(scaled_file, **how) as array:
            np.testing.assert_allclose(from_xarray(array).values, MEANT, err_msg=str(how))
    whole = gpd.GeoDataFrame(geometry=[box(*found.bounds)], crs=UTM)
    west = gpd.GeoDataFrame(geometry=[box(500_000, 3_000_000, 501_000, 3_002_000)], crs=UTM)
    assert people_in(found, whole).iloc[0] == pytest.approx(570.0)
    assert people_in(found, west).iloc[0] == pytest.approx(190.0)
    for number, (kind, cell, crs) in enumerate(
        [("count", None, None), ("count", 500.0, None), ("count", None, UTM), ("height", None, UTM)]
    ):
        cut = cut_raster(scaled_file, tmp_path / f"{number}.tif", area=whole, kind=kind, cell=cell, crs=crs)
        again = read_grid(cut.path)
        assert people_in(again, whole).iloc[0] == pytest.approx(570.0), (kind, cell)
        assert people_in(again, west).iloc[0] == pytest.approx(190.0), (kind, cell)
        assert kind == "height" or cut.total == pytest.approx(570.0)
    people, _, _ = RasterGrid(
        scaled_equal_area(tmp_path / "p.tif"), *[shares(tmp_path / f"{name}.tif") for name in "lb"], "share"
    ).rows(0, 2)
    np.testing.assert_allclose(people, MEANT)
    source = gpd.GeoDataFrame(geometry=[Point(501_500, 3_001_500)], crs=UTM)
    files = travel_surface_files(scaled_file, source, tmp_path / "out")
    memory = travel_surface(found, source)
    np.testing.assert_array_equal(read_grid(files.minutes).values, memory.minutes.values)
    assert memory.minutes.values[1, 1] == pytest.approx(1000 * (90 + 290) / 2)


def scaled_equal_area(path: Path) -> Path:
    stored = np.array([[2000, 3000], [-9, 1000]], np.int16)
    rising = Affine(1000, 0, 0, 0, 1000, 3_000_000)
    return written(path, stored, rising, nodata=-9, scale=0.1, offset=-10.0, crs="ESRI:54009")


def shares(path: Path) -> Path:
    return written(path, np.full((2, 2), 0.5), Affine(1000, 0, 0, 0, -1000, 3_002_000), crs="ESRI:54009")


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": None}, "numbers are needed"),
        ({"values": np.array([["a"]])}, "numbers are needed, not <U1"),
        ({"values": np.array([[1j]])}, "not complex128"),
        ({"values": np.array([["2020-01-01"]], "datetime64[D]")}, "not datetime64"),
        ({"values": np.array([[1]], "timedelta64[s]")}, "not timedelta64"),
        ({"values": np.ones(3)}, r"not shape \(3,\)"),
        ({"values": np.ones((0, 3))}, r"not shape \(0, 3\)"),
        ({"transform": None}, "affine.Affine"),
        ({"transform": (1, 2, 3)}, "affine.Affine"),
        ({"transform": Affine(np.nan, 0, 0, 0, -1, 0)}, "finite"),
        ({"crs": None}, "no CRS"),
        ({"crs": "moon"}, "no known CRS"),
        ({"crs": 3.5}, "no known CRS"),
    ],
)
def test_what_is_no_grid_is_refused(change: dict[str, object], message: str) -> None:
    given = {"values": np.ones((2, 2)), "transform": Affine(1, 0, 0, 0, -1, 0), "crs": UTM} | change
    with pytest.raises(InputError, match=message):
        Grid(**given)


def test_grids_are_the_same_up_to_rounding_and_not_beyond() -> None:
    one = grid(np.ones((2000, 2000)), 0.5)
    assert same_grid(one, grid(np.ones((2000, 2000)), 0.5, x=np.nextafter(500_000, 1e9)))
    assert not same_grid(one, grid(np.ones((2000, 2000)), 0.5, x=500_000.01))
    assert not same_grid(one, grid(np.ones((2000, 2000)), 0.5 + 1e-8))
    with pytest.raises(InputError, match=r"'b' .* has other cells than 'a'"):
        check_same_grid({"a": one, "b": grid(np.ones((2000, 1999)), 0.5)})


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


def test_web_mercator_is_not_measured_on() -> None:
    x, y = 12_400_000.0, 3_300_000.0
    stretched = Grid(np.ones((5, 5), bool), Affine(100, 0, x, 0, -100, y), 3857)
    with pytest.raises(InputError, match="areas on this map are 2"):
        patch_metrics(stretched)
    square = gpd.GeoDataFrame(geometry=[box(x, y, x + 1000, y + 1000)], crs=3857)
    true_km2 = square.to_crs(4547).area.iloc[0] / 1e6
    assert true_km2 < 0.8
    assert shape_indices(square)["area_km2"].iloc[0] == pytest.approx(true_km2, rel=5e-3)
    checks = audit_control_lines(ControlLines(square)).table
    assert checks.loc["boundary", "value"] == pytest.approx(true_km2, rel=5e-3)


def test_lengths_are_not_measured_on_a_skewed_equal_area_map() -> None:
    skewed = Grid(np.ones((5, 5)), Affine(1000, 0, 300_000, 0, -1000, 5_900_000), "ESRI:54009")
    assert patch_metrics(skewed.having(skewed.values > 0))["area_km2"] == pytest.approx(25.0)
    start = gpd.GeoDataFrame(geometry=[Point(301_500, 5_898_500)], crs="ESRI:54009")
    with pytest.raises(InputError, match=r"friction: .* lengths on this map are up to"):
        travel_surface(skewed, start)


def test_heights_of_64_bits_give_the_same_bits_from_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    friction, height = grid(rng.uniform(0.01, 0.1, (20, 20))), grid(rng.uniform(0, 300, (20, 20)))
    start = gpd.GeoDataFrame(geometry=[Point(500_950, 2_999_050)], crs=UTM)
    paths = [write_grid(one, tmp_path / f"{name}.tif") for name, one in (("f", friction), ("h", height))]
    files = travel_surface_files(
        paths[0], start, tmp_path / "out", elevation=paths[1], rules=SurfaceRules(block_cells=8)
    )
    whole = travel_surface(friction, start, elevation=height)
    np.testing.assert_array_equal(read_grid(files.minutes).values, whole.minutes.values)
    none = grid(np.full((20, 20), np.nan))
    with pytest.raises(InputError, match="elevation: every cell is nodata"):
        travel_surface(friction, start, elevation=none)
    empty = write_grid(none, tmp_path / "none.tif")
    with pytest.raises(InputError, match="elevation: every cell is nodata"):
        travel_surface_files(paths[0], start, tmp_path / "out", elevation=empty)


def test_motorways_are_held_to_their_grid_and_their_ramps_to_open_land() -> None:
    like = grid(np.full((10, 30), 0.01))
    y = 3_000_000 - 550.0
    line = gpd.GeoDataFrame({"oneway": ["perhaps"]}, geometry=[gpd.points_from_xy([0], [0])[0]], crs=UTM)
    line = line.set_geometry(gpd.GeoSeries.from_wkt([f"LINESTRING (500050 {y}, 502950 {y})"], crs=UTM))
    ramps = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_150, 502_850], [y, y]), crs=UTM)
    start = gpd.GeoDataFrame(geometry=[Point(500_150, y)], crs=UTM)
    with pytest.raises(InputError, match="oneway says 'perhaps' at 0"):
        compile_motorways(line, ramps, like)
    with pytest.raises(InputError, match="speed_kmh"):
        compile_motorways(line.drop(columns="oneway"), ramps, like, speed_kmh=0)
    unsure = compile_motorways(line.assign(oneway=[None]), ramps, like)
    there = travel_surface(like, start, motorways=unsure, direction="to")
    assert there.minutes.values[5, 28] == pytest.approx(2.7 / 100 * 60), "a missing oneway is two ways"
    ways = [compile_motorways(line.assign(oneway=[way]), ramps, like) for way in ("T", "F")]
    west, east = (
        travel_surface(like, start, motorways=way, direction="to").minutes.values[5, 28] for way in ways
    )
    assert west == pytest.approx(2.7 / 100 * 60) and east > 10, "T is westwards only, F eastwards only"
    with pytest.raises(InputError, match="compiled for other cells"):
        travel_surface(grid(np.full((10, 31), 0.01)), start, motorways=unsure)
    barred = like.values.copy()
    barred[5, 28] = np.nan
    assert travel_surface(like.having(barred), start, motorways=unsure).provenance.shares["ramps_used"] == 0.5
    barred[5, 1] = np.nan
    away = gpd.GeoDataFrame(geometry=[Point(500_050, y)], crs=UTM)
    with pytest.raises(InputError, match="every interchange lies on a barrier"):
        travel_surface(like.having(barred), away, motorways=unsure)
