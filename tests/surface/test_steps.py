"""The compiled least-cost search over a padded friction raster; nothing here knows of files or maps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from shapely.geometry import Point

from tests.surface.ways import travel_surface
from urbgeo.rasters.grid import Grid
from urbgeo.surface.steps import STEPS_8

UTM = 32649


def grid(values: object, height: float = 1.0, width: float = 1.0) -> Grid:
    return Grid(np.asarray(values), Affine(width, 0, 500_000, 0, -height, 3_000_000), UTM)


def at(like: Grid, *cells: tuple[int, int]) -> gpd.GeoDataFrame:
    xy = [like.transform @ (column + 0.5, row + 0.5) for row, column in cells]
    return gpd.GeoDataFrame(geometry=[Point(*one) for one in xy], crs=like.crs)


def test_back_links_lead_to_the_allocated_source() -> None:
    rng = np.random.default_rng(5)
    cost = np.where(np.indices((40, 30))[1] < 15, 1.0, rng.uniform(1, 9, (40, 30)))
    like = grid(cost)
    surface = travel_surface(like, at(like, (3, 4), (30, 20)), marching=True)
    for cell in [(0, 29), (39, 0), (20, 12), (39, 29), (9, 9)]:
        minutes = [surface.minutes.values[cell]]
        start = cell
        while (link := int(surface.back_links.values[cell])) != 0:
            cell = cell[0] - STEPS_8[link - 1][0], cell[1] - STEPS_8[link - 1][1]
            minutes.append(surface.minutes.values[cell])
        assert minutes == sorted(set(minutes), reverse=True)
        assert cell == [(3, 4), (30, 20)][surface.allocation.values[start]]


@pytest.mark.parametrize("bank", [(0, 1), (1, 0)])
def test_one_barrier_beside_a_diagonal_step_closes_its_corner(bank: tuple[int, int]) -> None:
    """Between two cells with one barrier beside them: the diagonal, or two steps round by the free side."""
    cost = np.ones((2, 2))
    cost[bank] = np.nan
    like = grid(cost)
    minutes = [
        travel_surface(like, at(like, (0, 0)), through_corners=free).minutes.values[1, 1]
        for free in (True, False)
    ]
    assert minutes == [pytest.approx(np.sqrt(2)), 2.0]


def test_every_cell_belongs_to_the_source_of_the_cell_it_is_reached_from() -> None:
    rng = np.random.default_rng(8)
    like = grid(np.ones((30, 30)))
    points = at(like, *[tuple(cell) for cell in rng.integers(0, 30, (12, 2))])
    surface = travel_surface(like, points, marching=True, source_disc_m=0.0)
    links, owner = surface.back_links.values, surface.allocation.values
    for row, column in np.argwhere(links > 0).tolist():
        down, right = STEPS_8[int(links[row, column]) - 1]
        assert owner[row, column] == owner[row - down, column - right]
        assert surface.minutes.values[row - down, column - right] < surface.minutes.values[row, column]
