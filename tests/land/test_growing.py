"""Land grown from what stands: pieces, gaps, holes and towns on small masks that one can draw."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from shapely.geometry import Point

from urbgeo.land.growing import (
    Growing,
    Towns,
    _fill_holes,
    _shared_out,
    adjoining,
    grown,
    holes_of,
    joined,
    towns_of,
    whole_pieces,
)
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


def test_small_holes_are_filled_where_they_hold_neither_exclusion_nor_bad_land() -> None:
    land = mask("#######", "#.##..#", "#######", "#.#####", "#######")
    none, every = ~land & land, land | ~land
    for most, cells in ((0, 0), (1, 2), (2, 4)):
        assert _fill_holes(land, none, every, most).sum() - land.sum() == cells
    barred = none.copy()
    barred[1, 4] = True
    assert _fill_holes(land, barred, every, 2).sum() - land.sum() == 2, (
        "half of a hole is barred: it stays whole"
    )
    assert _fill_holes(land, none, ~barred, 2).sum() - land.sum() == 2
    assert _fill_holes(every, none, every, 2).all()


@pytest.mark.parametrize(
    ("shares", "more", "quota"),
    [((0.5, 0.3, 0.2), 7, [4, 2, 1]), ((0.5, 0.25, 0.25), 2, [1, 1, 0]), ((0.0, 0.5, 0.5), 4, [0, 2, 2])],
)
def test_towns_share_new_land_by_the_largest_remainder(
    shares: tuple[float, ...], more: int, quota: list[int]
) -> None:
    """Three towns of one cell, each on land of its own: seven cells are 3.5, 2.1 and 1.4."""
    start = mask("#....", "#....", "#....")
    owner = np.repeat(np.arange(3)[:, None], 5, axis=1)
    how = Growing(np.ones(start.shape), start & ~start, 1, 0, 1, 1.0, Towns(owner, np.array(shares)))
    chosen = start.copy()
    _shared_out(chosen, ~start, int(start.sum()) + more, how, np.zeros(1, np.uint8))
    assert (chosen & ~start).sum(axis=1).tolist() == quota


def test_what_a_town_has_no_land_for_the_others_take() -> None:
    start = mask("#....", "#....")
    free = mask(".#...", ".####")
    owner = np.repeat(np.arange(2)[:, None], 5, axis=1)
    how = Growing(np.ones(start.shape), start & ~start, 1, 0, 1, 1.0, Towns(owner, np.array([0.75, 0.25])))
    chosen = start.copy()
    _shared_out(chosen, free, 2 + 4, how, np.zeros(1, np.uint8))
    assert (chosen & ~start).sum(axis=1).tolist() == [1, 3]


def test_pieces_too_small_to_stand_are_not_grown_and_the_count_is_met_elsewhere() -> None:
    """The best land is an islet of two cells: it is left, and the town grows by as many instead."""
    start = mask("###......", "###......", "###......")
    score = np.ones(start.shape)
    score[1, 7:] = 100.0
    free = ~start
    free[:, 5:6] = False
    free[[0, 0, 0, 2, 2, 2], [6, 7, 8, 6, 7, 8]] = False
    free[1, 6] = False
    how = Growing(score, ~free & ~start, small=3, holes=0, radius=1, power=0.0)
    found = grown(start, free, int(start.sum()) + 4, how, np.zeros(1, np.uint8))
    assert found.sum() == start.sum() + 4 and not found[:, 5:].any()


def test_the_widest_gap_for_which_the_cells_are_enough_is_closed() -> None:
    land = mask("##.##...##", "##.##...##")
    usable = np.ones(land.shape, bool)
    assert joined(land, usable, 3, 8).all()
    one = joined(land, usable, 3, 7)
    assert one[:, 2].all() and not one[:, 5:8].any()
    assert (joined(land, usable, 2, 8) == one).all() and (joined(land, usable, 0, 8) == land).all()
    assert (joined(land, usable, 3, 1) == land).all()


def test_land_is_divided_by_the_shares_that_are_given_and_by_metres_not_cells() -> None:
    start = mask("#....", ".....", ".....", "....#")
    flat = Grid(start.astype(float), Affine(100, 0, 500_000, 0, -1000, 3_000_000), UTM)
    found = towns_of(start, flat, None, np.array([0.9, 0.1]))
    assert found.shares.tolist() == [0.9, 0.1]
    assert found.of_cell[:, 0].tolist() == [0, 0, 1, 1], "rows are ten times as far apart as columns"


def test_a_mask_away_from_the_rim_is_no_hole_of_itself() -> None:
    ring = mask(".....", ".###.", ".#.#.", ".###.", ".....")
    label, holes = holes_of(ring)
    assert holes.sum() == 1 and holes[label[2, 2]] and not holes[0]
    assert holes_of(mask("...", ".#.", "..."))[1].sum() == 0
