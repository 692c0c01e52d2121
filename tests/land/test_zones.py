"""Zones of a boundary as polygons: areas of their cells kept, borders shared, exclusions left alone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.land.cases import grid
from urbgeo.land.zones import (
    AREA_TOLERANCE,
    CONCENTRATED,
    ELASTIC,
    SPECIAL,
    _cut_corners,
    _why,
    figures_of,
    left_out_of,
    pieces_of,
    zone_polygons,
)
from urbgeo.rasters.align import cells_to_polygons
from urbgeo.rasters.grid import Grid

NO = np.zeros((30, 30), bool)


def nested(seed: int) -> np.ndarray:
    """Concentrated land in elastic land beside special land, with ragged edges."""
    draw = np.random.default_rng(seed)
    up, across = np.mgrid[0:30, 0:30]
    off = np.hypot(up - 15, across - 13) + draw.uniform(-1, 1, (30, 30))
    zones = np.where(off < 6, CONCENTRATED, np.where(off < 9, ELASTIC, 0))
    zones[(off >= 9) & (off < 12) & (across > 15)] = SPECIAL
    return zones


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("smooth", [True, False])
def test_zones_keep_the_area_of_their_cells_and_share_their_borders(seed: int, smooth: bool) -> None:
    zones, barred = nested(seed), NO.copy()
    barred[20:24, 12:16] = True
    zones[barred] = 0
    found = zone_polygons(grid(zones), grid(barred), smooth=smooth)
    assert found["zone"].tolist() == ["concentrated", "elastic", "special"]
    for number, row in zip((CONCENTRATED, ELASTIC, SPECIAL), found.itertuples(), strict=True):
        cells = (zones == number).sum() * 0.01
        assert row.cells_km2 == pytest.approx(cells)
        assert row.area_km2 == pytest.approx(cells, rel=AREA_TOLERANCE if row.smoothed else 1e-9)
    whole = found.geometry.union_all()
    assert found.area.sum() == pytest.approx(whole.area, rel=1e-6), "no land in two zones"
    out = cells_to_polygons(barred, grid(zones)).geometry.union_all()
    assert shapely.intersection(whole, out).area == pytest.approx(0.0, abs=1e-3)
    assert found["smoothed"].nunique() == 1 and (smooth or not found["smoothed"].any())
    if smooth and found["smoothed"].all():
        rough = zone_polygons(grid(zones), grid(barred), smooth=False)
        assert found["polsby_popper"][0] > rough["polsby_popper"][0], "rounder than the cells"


def test_zones_divide_an_outline_among_them() -> None:
    zones = np.zeros((30, 30), int)
    zones[5:25, 5:15], zones[5:25, 15:20] = CONCENTRATED, ELASTIC
    cells = grid(zones)
    outline = cells_to_polygons(zones > 0, cells).geometry.union_all().buffer(130.0)
    found = zone_polygons(cells, grid(NO), outline=outline)
    assert found.geometry.union_all().symmetric_difference(outline).area < 1.0
    assert found.area.sum() == pytest.approx(outline.area, rel=1e-9)
    border = 500_000 + 15 * 100.0
    left, right = found.geometry
    assert left.bounds[2] <= border + 1e-6 and right.bounds[0] >= border - 25.0, "a corner at most"
    assert left.covers(shapely.box(500_500, 2_997_500, border - 30, 2_999_500)), "all of its own cells"


def test_of_one_zone_alone_there_is_one_row() -> None:
    zones = np.zeros((30, 30), int)
    zones[10:20, 10:20] = ELASTIC
    assert zone_polygons(grid(zones), grid(NO))["zone"].tolist() == ["elastic"]


def test_a_square_with_its_corners_cut_twice_has_the_area_that_geometry_says() -> None:
    """Each corner cut takes a triangle of 1/4 by 1/4 of the side; the second takes 1/16 of that at eight."""
    square = shapely.box(0, 0, 16, 16)
    once = 256 - 4 * (4 * 4 / 2)
    assert _cut_corners(square, 1).area == pytest.approx(once)
    ring = _cut_corners(shapely.Polygon(square.exterior, [shapely.box(6, 6, 10, 10).exterior]), 1)
    assert ring.area == pytest.approx(once - (16 - 4 * 0.5)), "the hole is cut too"
    assert _cut_corners(square).is_valid and _cut_corners(square).area < once


@pytest.mark.parametrize(
    ("built", "new", "special", "said"),
    [
        (0, 0, 1, "special-use land beside the boundary"), (0, 1, 1, "new land"), (1, 0, 0, "built-up land"),
        (1, 1, 0, "built-up land and growth around it"),
        (1, 0, 1, "built-up land, with special-use land beside it"),
    ],
)  # fmt: skip
def test_a_piece_says_why_it_is_there(built: float, new: float, special: float, said: str) -> None:
    assert _why(built, new, special) == said


def two_towns() -> tuple[Grid, np.ndarray, gpd.GeoDataFrame]:
    """A town of 4 by 4 cells, half of it new, with elastic land beside; and new land far off."""
    zones = np.zeros((30, 30), int)
    zones[2:6, 2:6], zones[2:6, 6:8], zones[20:22, 20:22] = CONCENTRATED, ELASTIC, CONCENTRATED
    inside = NO.copy()
    inside[2:6, 2:4] = True
    cells = grid(zones)
    return cells, inside, zone_polygons(cells, grid(NO), smooth=False)


def test_pieces_stand_by_size_with_what_they_hold_and_the_nearest_town() -> None:
    cells, inside, polygons = two_towns()
    at = gpd.points_from_xy([502_100, 500_400], [2_997_900, 2_999_600])
    towns = gpd.GeoDataFrame(index=["far", "near"], geometry=at, crs=32649)
    found = pieces_of(polygons, cells, inside, towns.to_crs(4326))
    assert found["town"].tolist() == ["near", "far"] and found.index.tolist() == [1, 2]
    columns = ["area_km2", "built_km2", "new_km2", "elastic_km2", "special_km2"]
    assert found[columns].to_numpy().round(9).tolist() == [[0.24, 0.08, 0.08, 0.08, 0], [0.04, 0, 0.04, 0, 0]]
    assert found["why"].tolist() == ["built-up land and growth around it", "new land"]
    assert "town" not in pieces_of(polygons, cells, inside, None)


def test_built_land_outside_says_why_it_was_left_out() -> None:
    lost, excluded = NO.copy(), NO.copy()
    lost[1:3, 1:3] = lost[10, 10] = True
    excluded[1:3, 1:3] = excluded[20, 20] = True
    found = left_out_of(grid(lost), excluded)
    assert found[["area_ha", "why"]].to_numpy().tolist() == [
        [pytest.approx(4.0), "in an exclusion"], [pytest.approx(1.0), "below the smallest piece"],
    ]  # fmt: skip


def test_figures_are_counted_cell_by_cell() -> None:
    zones = np.zeros((8, 8), int)
    zones[1:6, 1:5], zones[1:6, 5], zones[7, 7] = CONCENTRATED, ELASTIC, SPECIAL
    zones[3, 3] = 0  # a hole
    inside = np.zeros((8, 8), bool)
    inside[1:3, 1:5] = True
    built = inside.copy()
    built[0, 0:2] = True  # two cells left outside
    excluded = np.zeros((8, 8), bool)
    excluded[3, 3] = True
    park = np.zeros((8, 8), bool)
    park[7, 6:] = True
    found = figures_of(zones, inside, built, excluded, 4.0, 0.25, {"park": grid(park)})
    assert found.to_dict() == pytest.approx(
        {
            "pieces": 2, "built_km2": 2.0, "new_km2": 11 / 4, "concentrated_km2": 19 / 4,
            "elastic_km2": 5 / 4, "special_km2": 0.25, "boundary_km2": 25 / 4, "elastic_share": 5 / 19,
            "expansion_multiple": 25 / 16, "built_inside_share": 0.8, "cells_in_exclusions": 0, "holes": 1,
            "special_km2 park": 0.25,
        }
    )  # fmt: skip


def test_a_cell_belongs_to_the_piece_that_touches_it_though_its_middle_lies_outside() -> None:
    """A corner of a cell counts the whole cell; one that two pieces touch belongs to the larger."""
    zones, inside = np.zeros((30, 30), int), NO.copy()
    zones[5, 5] = zones[10, 10:13] = CONCENTRATED
    inside[5, 5] = inside[10, 11] = True
    x, y = 500_500, 2_999_500
    corner = shapely.Polygon([(x, y), (x + 40, y), (x, y - 40)])
    small = shapely.box(501_000, 2_998_900, 501_140, 2_999_000)
    large = shapely.box(501_160, 2_998_900, 501_300, 2_999_100)
    polygons = gpd.GeoDataFrame(geometry=[corner, small, large], crs=32649)
    found = pieces_of(polygons, grid(zones), inside, None)
    assert found["area_km2"].tolist() == pytest.approx([0.028, 0.014, 0.0008])
    assert found["built_km2"].tolist() == pytest.approx([0.01, 0.0, 0.01])
    assert found["new_km2"].tolist() == pytest.approx([0.01, 0.01, 0.0])
