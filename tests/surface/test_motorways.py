"""Motorways above the ground of a travel surface: joined and left at interchanges only."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point

from tests.surface.ways import UTM, at, grid, travel_surface
from urbgeo.errors import InputError
from urbgeo.rasters.grid import Grid
from urbgeo.surface.motorways import compile_motorways
from urbgeo.surface.steps import MOTORWAY_LINK


def motorway_case() -> tuple[Grid, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    like = grid(np.full((21, 101), 60.0 / 5000.0), 100.0)
    y = 3_000_000 - 1050.0
    line = gpd.GeoDataFrame(geometry=[LineString([(500_050, y), (510_050, y)])], crs=UTM)
    ramps = at(like, (10, 10), (10, 90), ids=["west", "east"])
    return like, line, ramps


@pytest.mark.parametrize("size", [None, 16])
def test_a_motorway_is_joined_and_left_at_interchanges_only(size: int | None) -> None:
    like, line, ramps = motorway_case()
    compiled = compile_motorways(line, ramps, like, speed_kmh=100.0, ramp_min=0.5)
    source = at(like, (10, 0))
    with_it = travel_surface(like, source, motorways=compiled, block_cells=size)
    minutes = with_it.minutes.values
    to_ramp = 1000.0 * 60 / 5000
    assert minutes[10, 90] == pytest.approx(to_ramp + 8.0 / 100 * 60 + 2 * 0.5)
    assert minutes[10, 30] == pytest.approx(3000 * 60 / 5000), "passed over, not left, half way along"
    assert minutes[10, 80] == pytest.approx(minutes[10, 90] + 1000 * 60 / 5000), "back from the far ramp"
    assert with_it.back_links.values[10, 90] == MOTORWAY_LINK
    beside = travel_surface(like, at(like, (10, 50)), motorways=compiled).minutes.values
    without = travel_surface(like, at(like, (10, 50))).minutes.values
    np.testing.assert_array_equal(beside[:, 30:71], without[:, 30:71])
    whole = travel_surface(like, source, motorways=compiled)
    np.testing.assert_array_equal(whole.minutes.values, minutes)


@pytest.mark.parametrize("by_motorway", [0, 1])
@pytest.mark.parametrize("marching", [False, True])
def test_a_ramp_that_two_sources_reach_at_one_time_is_the_first_ones(
    by_motorway: int, marching: bool
) -> None:
    """Eight minutes by motorway and two ramps, or six cells of 1.5625 minutes: to the last bit the same."""
    _, line, ramps = motorway_case()
    like = grid(np.full((21, 101), 1.0 / 64.0), 100.0)
    compiled = compile_motorways(line, ramps, like, speed_kmh=60.0, ramp_min=0.6875)
    cells = [(10, 96), (10, 96)]
    cells[by_motorway] = (10, 10)
    found = travel_surface(
        like, at(like, *cells), motorways=compiled, marching=marching, source_disc_m=0.0 if marching else None
    )
    assert found.minutes.values[10, 90] == 9.375
    assert found.allocation.values[10, 90] == 0


@pytest.mark.parametrize("marching", [False, True])
def test_ramps_beyond_the_limit_or_on_a_barrier_end_the_search(marching: bool) -> None:
    like, line, ramps = motorway_case()
    compiled = compile_motorways(line, ramps, like, speed_kmh=100.0, ramp_min=0.5)
    source = at(like, (10, 0))
    free = travel_surface(like, source, motorways=compiled, marching=marching).minutes.values
    limit = float(free[10, 90]) - 0.25
    held = travel_surface(like, source, motorways=compiled, marching=marching, cutoff_min=limit)
    np.testing.assert_array_equal(held.minutes.values, np.where(free <= limit, free, np.inf))
    walled = like.values.copy()
    walled[10, 90] = np.nan
    barred = travel_surface(grid(walled, 100.0), source, motorways=compiled, marching=marching)
    assert np.isnan(barred.minutes.values[10, 90])
    assert barred.allocation.values[10, 90] == -1
    assert barred.provenance.shares["ramps_used"] == 0.5


def test_a_oneway_motorway_helps_one_way() -> None:
    like, line, ramps = motorway_case()
    compiled = compile_motorways(line.assign(oneway=True), ramps, like, speed_kmh=100.0)
    away = travel_surface(like, at(like, (10, 0)), motorways=compiled).minutes.values
    towards = travel_surface(like, at(like, (10, 0)), motorways=compiled, direction="to").minutes.values
    assert away[10, 90] < 20 < towards[10, 90]
    against = compile_motorways(line.assign(oneway="T"), ramps, like, speed_kmh=100.0)
    away = travel_surface(like, at(like, (10, 0)), motorways=against).minutes.values
    towards = travel_surface(like, at(like, (10, 0)), motorways=against, direction="to").minutes.values
    assert towards[10, 90] < 20 < away[10, 90]


def test_interchanges_that_touch_no_motorway_are_named() -> None:
    like, line, _ = motorway_case()
    with pytest.raises(InputError, match=r"no motorway within 500 m at far"):
        compile_motorways(line, at(like, (0, 50), ids=["far"]), like)
    outside = gpd.GeoDataFrame(geometry=[Point(0, 0)], index=["lost"], crs=UTM)
    with pytest.raises(InputError, match="outside the grid at lost"):
        compile_motorways(line, outside, like)


def test_speeds_of_motorways_are_read_line_by_line_and_faulty_ones_are_named() -> None:
    """Eight kilometres from ramp to ramp, the first two at 120 km/h and six at 60, and two ramps."""
    like, _, ramps = motorway_case()
    y = 3_000_000 - 1050.0
    parts = [LineString([(500_050, y), (503_050, y)]), LineString([(503_050, y), (510_050, y)])]
    lines = gpd.GeoDataFrame({"speed_kmh": ["120", "60"]}, geometry=parts, crs=UTM)
    minutes = travel_surface(
        like, at(like, (10, 10)), motorways=compile_motorways(lines, ramps, like, ramp_min=0.5)
    ).minutes.values
    assert minutes[10, 90] == pytest.approx(2.0 / 120 * 60 + 6.0 / 60 * 60 + 2 * 0.5)
    for wrong in ("fast", 0, -5.0, np.inf, np.nan, None):
        with pytest.raises(InputError, match="motorways: speed_kmh is not a number > 0 in lines 1"):
            compile_motorways(lines.assign(speed_kmh=[120.0, wrong]), ramps, like)
