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

from urbgeo.errors import InputError
from urbgeo.land.audit import ControlLines, audit_control_lines
from urbgeo.land.form import patch_metrics
from urbgeo.land.shapes import shape_indices
from urbgeo.rasters.grid import Grid, align, burn, check_same_grid, read_grid, same_grid, write_grid
from urbgeo.surface.motorways import compile_motorways
from urbgeo.surface.travel import travel_surface, travel_surface_files

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: object = UTM, x: float = 500_000) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, x, 0, -cell, 3_000_000), crs)


def written(path: Path, values: np.ndarray, transform: Affine, **more: object) -> Path:
    profile = {
        "driver": "GTiff",
        "count": 1,
        "dtype": values.dtype,
        "crs": f"EPSG:{UTM}",
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


def test_web_mercator_is_not_measured_on() -> None:
    x, y = 12_400_000.0, 3_300_000.0
    stretched = Grid(np.ones((5, 5), bool), Affine(100, 0, x, 0, -100, y), 3857)
    with pytest.raises(InputError, match="areas on this map are 2"):
        patch_metrics(stretched)
    square = gpd.GeoDataFrame(geometry=[box(x, y, x + 1000, y + 1000)], crs=3857)
    true_km2 = square.to_crs(4547).area.iloc[0] / 1e6
    assert true_km2 < 0.8
    assert shape_indices(square)["area_km2"].iloc[0] == pytest.approx(true_km2, rel=5e-3)
    checks = audit_control_lines(ControlLines(square)).checks.set_index("rule")
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
    files = travel_surface_files(paths[0], start, tmp_path / "out", elevation=paths[1], block_cells=8)
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
