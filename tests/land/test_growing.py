"""Land grown from what stands: pieces, gaps, holes and towns on small masks that one can draw."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from shapely.geometry import Point

from urbgeo.land.growing import Growing, adjoining, grown, holes_of, joined, towns_of, whole_pieces
from urbgeo.rasters.grid import Grid

UTM = 32649


def mask(*rows: str) -> np.ndarray:
    return np.array([[letter == "#" for letter in row] for row in rows])


def test_pieces_below_the_smallest_go_and_corners_do_not_join() -> None:
    land = mask("##.#", "..#.", "##..")
    assert whole_pieces(land, 2).sum() == 4
    assert whole_pieces(land, 1).sum() == land.sum()
    assert whole_pieces(land, 3).sum() == 0


def test_a_gap_between_two_pieces_is_closed_and_a_bay_is_not() -> None:
    land = mask("##.##", "##.##", "##.##")
    usable = np.ones(land.shape, bool)
    assert joined(land, usable, 1, 9).all()
    assert joined(land, usable, 1, 2).sum() == land.sum()  # too few cells to close it
    bay = mask("#####", "##.##", "##.##")
    assert joined(bay, usable, 1, 9).sum() == bay.sum()
    river = ~mask("..#..", "..#..", "..#..")
    assert joined(land, river, 1, 9).sum() == land.sum()  # nothing to build on


def test_holes_are_patches_that_do_not_reach_the_rim() -> None:
    label, holes = holes_of(mask("####.", "#.##.", "####."))
    assert holes.sum() == 1
    assert holes[label[1, 1]] and not holes[label[0, 4]]


@pytest.mark.parametrize("turns", range(4))
def test_a_bay_that_opens_on_any_side_is_no_hole(turns: int) -> None:
    bay = np.rot90(mask("####", "#...", "####"), turns)
    assert not holes_of(bay)[1].any()
    label, holes = holes_of(np.rot90(mask("####", "#..#", "####"), turns))
    assert (holes[label]).sum() == 2


@pytest.mark.parametrize(("reach", "cells"), [(np.inf, 3), (200.0, 2), (100.0, 1)])
def test_what_touches_is_taken_as_far_as_it_reaches(reach: float, cells: int) -> None:
    some, others = mask(".###.#"), mask("#.....")
    assert adjoining(some, others, reach, (100.0, 100.0)).sum() == cells


def test_growth_meets_the_count_fills_the_hole_and_keeps_off_what_is_excluded() -> None:
    start = mask("#######", "#.....#", "#.....#", "#.....#", "#######", ".......", ".......")
    excluded = mask(".......", ".......", ".......", "...#...", ".......", ".......", ".......")
    score = np.ones(start.shape)
    how = Growing(score, excluded, small=1, holes=0, radius=1, power=1.0)
    found = grown(start, ~start & ~excluded, int(start.sum()) + 9, how, np.zeros(1, np.uint8))
    assert found.sum() == start.sum() + 9
    assert not (found & excluded).any() and (found & start).sum() == start.sum()


def test_land_belongs_to_the_nearest_piece_and_new_land_is_shared_by_what_stands() -> None:
    start = mask("##......#", "##......#")
    grid = Grid(start.astype(float), Affine(100, 0, 500_000, 0, -100, 3_000_000), UTM)
    alone = towns_of(start, grid, None, None)
    assert alone.of_cell[0].tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert alone.shares.tolist() == pytest.approx([4 / 6, 2 / 6])
    seats = gpd.GeoDataFrame(
        geometry=[Point(500_850, 2_999_950), Point(500_050, 2_999_950)], index=["east", "west"], crs=UTM
    )
    named = towns_of(start, grid, seats, None)
    assert named.of_cell[0].tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 0]
    assert named.shares.tolist() == pytest.approx([2 / 6, 4 / 6])


def test_a_piece_belongs_to_the_town_that_stands_on_it_before_one_nearer_to_its_middle() -> None:
    start = mask("######....#", "...........", "...........")
    grid = Grid(start.astype(float), Affine(100, 0, 500_000, 0, -100, 3_000_000), UTM)
    at = [Point(501_050, 2_999_950), Point(500_550, 2_999_950), Point(500_300, 2_999_800)]
    seats = gpd.GeoDataFrame(geometry=at, index=["east", "west", "beside"], crs=UTM)
    assert towns_of(start, grid, seats, None).of_cell[0].tolist() == [1] * 8 + [0] * 3
    only_beside = towns_of(start, grid, seats.loc[["east", "beside"]], None)
    assert only_beside.of_cell[0].tolist() == [1] * 8 + [0] * 3
    assert only_beside.shares.tolist() == pytest.approx([1 / 7, 6 / 7])


def test_growth_that_is_told_to_stop_adds_nothing_more() -> None:
    start = mask("##.....", "##.....")
    how = Growing(np.ones(start.shape), ~start & start, small=1, holes=0, radius=1, power=1.0)
    assert (grown(start, ~start, 9, how, np.ones(1, np.uint8)) == start).all()
