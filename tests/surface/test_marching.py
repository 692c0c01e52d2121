"""A marching front solves its equations, finds the circle, and keeps roads, walls and blocks."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import LineString, Point

from tests.surface.ways import travel_surface, travel_surface_files
from urbgeo.rasters.files import write_grid
from urbgeo.rasters.grid import Grid
from urbgeo.surface.marching import _ray
from urbgeo.surface.motorways import compile_motorways
from urbgeo.surface.steps import STEPS_8

UTM = 32649
Floats = NDArray[np.float64]


def grid(values: object, height: float = 1.0, width: float = 1.0) -> Grid:
    return Grid(np.asarray(values), Affine(width, 0, 500_000, 0, -height, 3_000_000), UTM)


def at(like: Grid, *cells: tuple[int, int]) -> gpd.GeoDataFrame:
    xy = [like.transform @ (column + 0.5, row + 0.5) for row, column in cells]
    return gpd.GeoDataFrame(geometry=[Point(*one) for one in xy], crs=like.crs)


def least_over_rays(cost: Floats, source: tuple[int, int], height: float, width: float) -> Floats:
    """The same equations by brute force: 2,000 points between two neighbours, until all is still.

    Every round is computed from the last one alone: minutes kept from an earlier round could stem from a ray
    that later minutes rule out.
    """
    rows, columns = cost.shape
    before, minutes = np.empty(0), np.full(cost.shape, np.inf)
    minutes[source] = 0.0
    share = np.linspace(0, 1, 2001)
    while not np.array_equal(before, minutes):
        before, minutes = minutes, np.full(cost.shape, np.inf)
        minutes[source] = 0.0
        for r, c in np.ndindex(rows, columns):
            if not np.isfinite(cost[r, c]):
                continue
            for down, right in STEPS_8:
                y, x = r + down, c + right
                if not (0 <= y < rows and 0 <= x < columns) or not np.isfinite(before[y, x]):
                    continue
                metres = np.hypot(down * height, right * width)
                minutes[r, c] = min(minutes[r, c], before[y, x] + metres * (cost[r, c] + cost[y, x]) / 2)
                if down and right:
                    continue
                for turn in (-1, 1):
                    y2, x2 = (y + turn, x) if down == 0 else (y, x + turn)
                    if not (0 <= y2 < rows and 0 <= x2 < columns) or not np.isfinite(before[y2, x2]):
                        continue
                    mean = cost[r, c] / 2 + (cost[y, x] + cost[y2, x2]) / 4
                    side = height if down == 0 else width
                    further = before[y2, x2] - before[y, x]
                    there = before[y, x] + share * further + np.hypot(metres, share * side) * mean
                    rises_again = further + mean * side * side / np.hypot(metres, side) > 0
                    if further < 0 and rises_again:  # the least lies between the two neighbours
                        minutes[r, c] = min(minutes[r, c], float(there.min()))
    return minutes


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(1.0, 1.0), (30.0, 20.0)]), st.booleans())
@example(1349277, (30.0, 20.0), True)
def test_the_front_solves_its_equations(seed: int, cell: tuple[float, float], walled: bool) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.uniform(1, 4, (4, 5))
    if walled:
        cost[rng.random(cost.shape) < 0.25] = np.nan
    cost[1, 2] = 1.0
    like = grid(cost, *cell)
    found = travel_surface(like, at(like, (1, 2)), marching=True, source_disc_m=0.0).minutes.values
    expected = least_over_rays(cost, (1, 2), *cell)
    np.testing.assert_allclose(found[np.isfinite(cost)], expected[np.isfinite(cost)], rtol=2e-6)
    steps = travel_surface(like, at(like, (1, 2))).minutes.values
    reached = np.isfinite(steps)
    assert (found[reached] <= steps[reached]).all(), "never longer than along the steps"
    assert (np.isfinite(found) == reached).all()


def excess(cells: int, disc_m: float | None) -> float:
    """Largest share by which a front over even ground of 1 x 1 km is late, inside the largest circle."""
    size = 1000.0 / cells
    like = grid(np.ones((cells, cells), np.float32), size, size)
    middle = cells // 2
    found = travel_surface(
        like, at(like, (middle, middle)), marching=True, source_disc_m=disc_m
    ).minutes.values
    straight = np.hypot(*(np.indices(found.shape) - middle)) * size
    inside = (straight > 0) & (straight <= middle * size)
    error = found[inside] / straight[inside] - 1.0
    assert error.min() > -1e-12, "no front is faster than the straight line"
    return float(error.max())


def test_the_front_converges_to_the_circle_with_the_size_of_the_cells() -> None:
    errors = [excess(cells, 100.0) for cells in (51, 101, 201, 401)]
    assert errors[0] < 0.0085
    assert errors[-1] < 0.001
    for coarse, fine in pairwise(errors):
        assert fine < 0.55 * coarse, "half the cell, half the error"
    assert excess(201, None) < 0.004, "ten exact cells keep the default within 0.4 %"
    assert excess(201, 0.0) < 0.04


def test_the_exact_disc_ends_where_the_ground_changes() -> None:
    cost = np.ones((21, 21))
    cost[10, 13] = 5.0
    like = grid(cost)
    with_disc = travel_surface(like, at(like, (10, 10)), marching=True).minutes.values
    assert with_disc[10, 12] == 2.0
    assert with_disc[11, 12] == pytest.approx(np.hypot(1, 2), abs=0.1)
    assert with_disc[10, 14] == pytest.approx(
        travel_surface(like, at(like, (10, 10))).minutes.values[10, 14], 0.1
    )
    assert with_disc[10, 13] == pytest.approx(2 + 3.0)
    even = travel_surface(grid(np.ones((21, 21))), at(like, (10, 10)), marching=True)
    assert even.minutes.values[16, 18] == pytest.approx(10.0, rel=1e-12)


def test_a_diagonal_road_keeps_its_speed() -> None:
    cost = np.full((30, 30), 100.0)
    cost[np.arange(30), np.arange(30)] = 1.0
    like = grid(cost)
    found = travel_surface(like, at(like, (0, 0)), marching=True).minutes.values
    assert found[29, 29] == pytest.approx(29 * np.sqrt(2))


def test_walls_and_corners_hold_the_front_back() -> None:
    river = grid(np.where(np.eye(7, dtype=bool), np.nan, 1.0))
    source = at(river, (6, 0))
    assert np.isfinite(travel_surface(river, source, marching=True).minutes.values[0, 6])
    shut = travel_surface(river, source, marching=True, through_corners=False)
    assert np.isinf(shut.minutes.values[0, 6])
    assert shut.allocation.values[0, 6] == -1
    assert shut.back_links.values[0, 6] == 255
    assert np.isnan(shut.minutes.values[3, 3])
    limited = travel_surface(grid(np.ones((1, 6))), at(river, (0, 0)), marching=True, cutoff_min=3)
    assert limited.minutes.values[0].tolist() == [0, 1, 2, 3, np.inf, np.inf]


def test_the_limit_is_a_closed_bound_for_rays_too() -> None:
    like = grid(np.ones((9, 9)))
    free = travel_surface(like, at(like, (0, 0)), marching=True, source_disc_m=0.0).minutes.values
    limit = float(free[2, 1])
    assert 2.0 < limit < 1.0 + np.sqrt(2), "reached by a ray, along no step"
    held = travel_surface(like, at(like, (0, 0)), marching=True, source_disc_m=0.0, cutoff_min=limit)
    np.testing.assert_array_equal(held.minutes.values, np.where(free <= limit, free, np.inf))


def test_a_cell_of_the_disc_at_just_the_limit_is_reached() -> None:
    like = grid(np.ones((9, 9)))
    found = travel_surface(like, at(like, (0, 0)), marching=True, cutoff_min=5).minutes.values
    assert found[3, 4] == found[4, 3] == found[0, 5] == 5.0
    assert np.isinf(found[4, 4])


@pytest.mark.parametrize("oneway", [False, True])
def test_motorways_and_blocks_go_with_a_front(oneway: bool) -> None:
    like = grid(np.full((21, 101), 60.0 / 5000.0), 100.0, 100.0)
    y = 3_000_000 - 1050.0
    line = gpd.GeoDataFrame(
        {"oneway": [oneway]}, geometry=[LineString([(500_050, y), (510_050, y)])], crs=UTM
    )
    ramps = compile_motorways(line, at(like, (10, 10), (10, 90)), like, speed_kmh=100.0, ramp_min=0.5)
    how = {"marching": True, "motorways": ramps, "direction": "to"}
    whole = travel_surface(like, at(like, (10, 0)), **how)
    cut = travel_surface(like, at(like, (10, 0)), block_cells=16, **how)
    for name in ("minutes", "allocation", "back_links"):
        np.testing.assert_array_equal(getattr(whole, name).values, getattr(cut, name).values)
    by_motorway = 1000.0 * 60 / 5000 + 8.0 / 100 * 60 + 2 * 0.5
    assert whole.minutes.values[10, 90] == pytest.approx(9000 * 60 / 5000 if oneway else by_motorway)
    assert (whole.back_links.values[10, 90] == 254) is not oneway


def test_files_and_many_blocks_hold_the_same_bits(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    cost = np.kron(rng.uniform(0.01, 0.05, (30, 26)), np.ones((5, 5)))
    cost[rng.random(cost.shape) < 0.1] = np.nan
    like = grid(cost, 100.0, 100.0)
    open_cells = np.argwhere(np.isfinite(cost))
    points = at(like, *[tuple(open_cells[i]) for i in (10, 5000, 15000)])
    path = write_grid(like, tmp_path / "friction.tif")
    files = travel_surface_files(path, points, tmp_path / "out", marching=True, block_cells=32)
    whole = travel_surface(like, points, marching=True)
    for name in ("minutes", "allocation", "back_links"):
        with rasterio.open(getattr(files, name)) as file:
            np.testing.assert_array_equal(file.read(1), getattr(whole, name).values)


@pytest.mark.parametrize(
    ("share", "aside"), [(0.0, None), (0.45, False), (0.55, True), (0.99, True), (1.01, None)]
)
def test_a_ray_belongs_to_the_cell_at_whose_end_it_meets_the_side(share: float, aside: bool | None) -> None:
    """The ray to a cell 30 m away crosses the line between two cells 40 m apart at a share of it."""
    metres, side, mean, cost = 30.0, 40.0, 2.0, 5.0
    slant = share * side / metres  # tangent of the angle between the ray and the straight way
    fall = mean * slant / np.hypot(1.0, slant)
    there, second = _ray(cost, np.nextafter(cost, np.inf), fall, mean, metres, side)
    if aside is None:
        assert there == np.inf, "it leads through a cell itself"
        return
    # minutes of the way in a field whose front falls so along the side
    assert there == pytest.approx(cost + metres * mean / np.hypot(1.0, slant))
    assert bool(second) is aside
