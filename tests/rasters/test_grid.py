"""Grids: read as the file means them, told apart where they differ, refused where a map misleads."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from shapely.geometry import Point, box

from urbgeo.errors import InputError
from urbgeo.land.audit import ControlLines, audit_control_lines
from urbgeo.land.patches import patch_metrics
from urbgeo.land.shapes import shape_indices
from urbgeo.rasters.grid import (
    Grid,
    check_bools,
    check_metric,
    check_same_grid,
    describe,
    float_kind,
    same_grid,
)
from urbgeo.surface.motorways import compile_motorways
from urbgeo.surface.travel import travel_surface

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: object = UTM, x: float = 500_000) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, x, 0, -cell, 3_000_000), crs)


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


def test_edges_in_the_north_and_west_belong_to_the_grid_those_in_the_south_and_east_do_not() -> None:
    two_by_three = grid(np.ones((2, 3)))
    x = [500_000, 500_299, 500_300, 499_999, 500_100, 500_150, 500_150, 500_150]
    y = [3_000_000, 2_999_801, 2_999_900, 2_999_900, 2_999_900, 2_999_800, 2_999_801, 3_000_001]
    rows, columns = two_by_three.rows_columns(gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=UTM))
    assert rows.tolist() == [0, 1, -1, -1, 1, -1, 1, -1]
    assert columns.tolist() == [0, 2, -1, -1, 1, -1, 1, -1]


def test_rows_that_run_north_are_turned_round_with_their_place() -> None:
    rising = Grid(np.array([[1, 2], [3, 4], [5, 6]]), Affine(10, 0, 500_000, 0, 10, 3_000_000), UTM)
    assert rising.values.tolist() == [[5, 6], [3, 4], [1, 2]]
    assert rising.bounds == (500_000, 3_000_000, 500_020, 3_000_030) and rising.transform.e == -10.0


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


def test_a_grid_knows_its_cells_its_sum_and_what_is_missing() -> None:
    held = Grid(np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]]), Affine(200, 0, 7, 0, -50, 90), UTM, "a file")
    assert held.cell_m == (50.0, 200.0) and held.cell_km2 == 0.01 and held.total == 19.0
    assert held.missing.tolist() == [[False, True, False], [False] * 3] and held.shape == (2, 3)
    assert held.bounds == (7, -10, 607, 90)
    whole = held.having(np.ones((2, 3), np.int16))
    assert not whole.missing.any() and whole.source == "a file" and whole.total == 6.0
    assert held.having(held.values, source="").source == ""
    with pytest.raises(InputError, match=r"values of shape \(3, 2\) do not fit \(2, 3\)"):
        held.having(np.ones((3, 2)))
    assert describe(held) == "EPSG:32649, 2 x 3 cells of 200"


@pytest.mark.parametrize(
    "place", [Affine(-1, 0, 0, 0, -1, 0), Affine(1, 0, 0, 0, 0, 0), Affine(1, 0, 0, 0.1, -1, 0),
              Affine(1, 0.1, 0, 0, -1, 0), Affine(0, 0, 0, 0, -1, 0)],
)  # fmt: skip
def test_a_grid_that_is_turned_or_flat_is_refused(place: Affine) -> None:
    with pytest.raises(InputError, match="rotated or its columns do not run east"):
        Grid(np.ones((2, 2)), place, UTM)


def test_grids_differ_by_size_corner_and_crs() -> None:
    one = Grid(np.ones((10, 20)), Affine(100, 0, 500_000, 0, -50, 3_000_000), UTM)
    small = 100 * 1e-6  # a millionth of a cell over the whole grid, here of 20 cells
    for place, same in (
        (Affine(100, 0, 500_000 + 0.9 * small, 0, -50, 3_000_000), True),
        (Affine(100, 0, 500_000 + 1.1 * small, 0, -50, 3_000_000), False),
        (Affine(100, 0, 500_000, 0, -50, 3_000_000 - 0.9 * small), True),
        (Affine(100, 0, 500_000, 0, -50, 3_000_000 - 1.1 * small), False),
        (Affine(100 + 0.9 * small / 20, 0, 500_000, 0, -50, 3_000_000), True),
        (Affine(100 + 1.1 * small / 20, 0, 500_000, 0, -50, 3_000_000), False),
        (Affine(100, 0, 500_000, 0, -50 - 1.1 * small / 20, 3_000_000), False),
    ):
        assert same_grid(one, Grid(np.ones((10, 20)), place, UTM)) is same, place
    assert not same_grid(one, Grid(np.ones((10, 20)), one.transform, 32650))
    assert not same_grid(one, Grid(np.ones((20, 10)), one.transform, UTM))
    check_same_grid({"a": one, "b": one})
    with pytest.raises(InputError, match=r"'c' .* than 'a'.*; and 'd'"):
        check_same_grid({"a": one, "b": one, "c": grid([[1.0]]), "d": grid([[1.0, 2.0]])})


def test_the_narrowest_float_that_keeps_every_number_is_taken() -> None:
    kinds = {"uint8": "f4", "int16": "f4", "uint16": "f4", "int32": "f8", "float32": "f4", "float64": "f8"}
    assert all(float_kind(np.dtype(one)) == np.dtype(wide) for one, wide in kinds.items())


def test_masks_are_bools_and_measured_grids_metric() -> None:
    check_bools({"a": grid([[True]])})
    with pytest.raises(InputError, match=r"no bool grids at b \(uint8\), c \(float64\)"):
        check_bools({"a": grid([[True]]), "b": grid(np.ones((1, 1), np.uint8)), "c": grid([[1.0]])})
    with pytest.raises(InputError, match=r"dem: its cells are in degrees, not metres"):
        check_metric(Grid(np.ones((1, 1)), Affine(0.1, 0, 112, 0, -0.1, 28), 4326), "dem")
    with pytest.raises(InputError, match=r"dem: a Grid is needed .*, not ndarray"):
        check_metric(np.ones((1, 1)), "dem")  # type: ignore[arg-type]


def test_a_masked_grid_of_whole_numbers_stays_whole_where_nothing_is_masked() -> None:
    held = np.ma.masked_equal(np.array([[1, 2]], np.int16), 5)
    assert grid_of(held).values.dtype == np.int16
    assert grid_of(np.ma.masked_equal(held, 2)).values.dtype == np.float32
    assert np.isnan(grid_of(np.ma.masked_equal(held, 2)).values).tolist() == [[False, True]]


def grid_of(values: np.ma.MaskedArray) -> Grid:
    return Grid(values, Affine(100, 0, 500_000, 0, -100, 3_000_000), UTM)


def test_a_grid_shows_its_cells_its_kind_and_how_much_is_missing() -> None:
    held = Grid(
        np.array([[1.0, np.nan], [2.0, 3.0]], np.float32), grid(np.ones((2, 2))).transform, UTM, "a survey"
    )
    assert repr(held) == "<Grid EPSG:32649, 2 x 2 cells of 100, float32, 25.0% missing>\na survey"
    assert "uint8, 0.0% missing" in repr(grid(np.ones((2, 2), np.uint8)))


def test_masks_are_bool_grids_and_all_that_are_not_are_named() -> None:
    soft = grid(np.ones((2, 2)))
    cells: Any = soft.values
    check_bools({"a": soft.having(soft.values > 0)})
    with pytest.raises(InputError, match=r"grids: no bool grids at a \(float64\), b \(int8\); compare"):
        check_bools({"a": soft, "c": soft.having(soft.values > 0), "b": grid(np.ones((2, 2), np.int8))})
    with pytest.raises(InputError, match=r"b: a Grid is needed \(read_grid, Grid.from_xarray\), not ndarray"):
        check_bools({"a": soft, "b": cells})
