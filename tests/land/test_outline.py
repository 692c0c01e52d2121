"""The outline of a set of cells as one would draw it: along roads."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from tests.land.cases import UTM, delineate_boundary, grid
from urbgeo.errors import InputError
from urbgeo.land.outline import (
    AREA_COST,
    BUILT_COST,
    ON_LINE,
    STRAIGHTER,
    _clean,
    _Faces,
    _fewer,
    _least_cut,
    lines_across,
    on_lines_share,
    outline_along,
)


def test_an_outline_moves_to_a_road_and_keeps_its_area() -> None:
    built = np.zeros((40, 40), bool)
    built[10:30, 10:30] = True
    built[12:28, 30] = True
    none = grid(np.zeros(built.shape, bool))
    road = shapely.LineString([(503_150, 2_996_000), (503_150, 3_000_000)])
    along = gpd.GeoDataFrame(geometry=[road], crs=UTM)
    how = {"demand": 4.9, "expansion_multiple": 9, "elastic_share": 0.0}
    found = delineate_boundary(grid(built), grid(np.ones(built.shape)), none, along=along, **how)
    shape = found.polygons.union_all()
    on, _ = on_lines_share(shape, along.geometry, reach_m=200)
    assert on * shape.length > 1000, "half of the east side or more"
    assert shape.area == pytest.approx(4.9e6, rel=0.01)
    plain = delineate_boundary(grid(built), grid(np.ones(built.shape)), none, **how)
    assert on_lines_share(plain.polygons.union_all(), along.geometry, reach_m=200)[0] == 0.0
    away = gpd.GeoDataFrame(geometry=[shapely.affinity.translate(road, 400_000, 0)], crs=UTM)
    for wrong, message in (
        (away, r"along: no line crosses the grid, the nearest is 39\d\.\d km away"),
        (gpd.GeoDataFrame(geometry=[road]), "along: it has no CRS"),
        (gpd.GeoDataFrame(geometry=[road.buffer(5)], crs=UTM), "along: Polygon where"),
        ("roads", "along: a GeoDataFrame is needed, not str"),
    ):
        with pytest.raises(InputError, match=message):
            delineate_boundary(grid(built), grid(np.ones(built.shape)), none, along=wrong, **how)


SIDE = box(501_000, 2_997_000, 503_000, 2_999_000)
"""Twenty cells by twenty, ten from the corner of the grid."""


def block() -> np.ndarray:
    cells = np.zeros((40, 40), bool)
    cells[10:30, 10:30] = True
    return cells


def upright(*x: float) -> np.ndarray:
    """Roads from north to south, so many metres from the west side of the grid."""
    return np.array([shapely.LineString([(500_000 + at, 2_996_000), (500_000 + at, 3_000_000)]) for at in x])


def outline(
    cells: np.ndarray,
    lines: np.ndarray,
    *,
    barred: np.ndarray | None = None,
    built: np.ndarray | None = None,
    reach_m: float = 200.0,
    smallest_m2: float = 1.0,
) -> shapely.Geometry:
    none = np.zeros(cells.shape, bool)
    return outline_along(
        grid(cells), none if barred is None else barred, none if built is None else built, lines,
        reach_m=reach_m, smallest_m2=smallest_m2,
    )  # fmt: skip


def test_land_that_a_road_takes_on_one_side_it_gives_on_the_other() -> None:
    """Both sides move by 30 m to their roads: the area is what it was."""
    assert outline(block(), upright(1030, 3030)).equals(box(501_030, 2_997_000, 503_030, 2_999_000))
    at_the_rim = np.roll(block(), -10, axis=0)
    assert outline(at_the_rim, upright(1030, 3030)).equals(box(501_030, 2_998_000, 503_030, 3_000_000))


@pytest.mark.parametrize("at", [3030.0, 2970.0])
def test_where_one_road_runs_the_outline_neither_runs_away_nor_shrinks(at: float) -> None:
    """All that can be had beside the road is 1.5 % more or less than the cells."""
    found = outline(block(), upright(at))
    assert found.equals(box(501_000, 2_997_000, 500_000 + at, 2_999_000))


def test_an_outline_without_a_road_in_reach_is_that_of_the_cells() -> None:
    assert outline(block(), upright(500, 3500)).equals(SIDE)


def test_the_outline_takes_nothing_that_is_barred_and_leaves_no_built_cell_out() -> None:
    barred = np.zeros((40, 40), bool)
    barred[15:20, 30] = True  # beside the east side, this side of the road
    found = outline(block(), upright(1030, 3030), barred=barred)
    wall = box(503_000, 2_998_000, 503_100, 2_998_500)
    assert found.equals(box(501_030, 2_997_000, 503_030, 2_999_000) - wall)
    built = np.zeros((40, 40), bool)
    built[15:20, 10] = (
        True  # five cells between the west side and the road: two sides each are more than the way round
    )
    found = outline(block(), upright(1100, 3100), built=built)
    assert found.covers(box(501_000, 2_998_000, 501_100, 2_998_500))
    assert not found.covers(box(501_000, 2_998_500, 501_100, 2_999_000))


def test_parts_below_the_smallest_are_left_out_and_one_that_just_reaches_it_stays() -> None:
    whole = shapely.GeometryCollection([SIDE, box(0, 0, 100, 100), shapely.LineString([(0, 0), (0, 9)])])
    assert _clean(whole, shapely.Polygon(), 10_000.0).area == 4_010_000.0
    assert _clean(whole, shapely.Polygon(), 10_000.1).equals(SIDE)
    assert _clean(whole, box(0, 0, 50, 100), 5000.0).area == 4_005_000.0
    assert _clean(whole, SIDE, 20_000.0).is_empty


def two_faces(**changes: object) -> _Faces:
    """A square inside and one outside, both of 100 m2, with 5 m between them, held by rims of 3 and 2 m."""
    one = {
        "shapes": np.array([box(0, 0, 10, 10), box(10, 0, 20, 10)]), "area": np.array([100.0, 100.0]),
        "inside": np.array([True, False]), "built": np.array([False, False]),
        "pairs": np.array([[0, 1]]), "pair_cost": np.array([5.0]),
        "rims": np.array([0, 1]), "rim_cost": np.array([3.0, 2.0]), "rim_inside": np.array([True, False]),
    }  # fmt: skip
    return _Faces(**{**one, **changes})


@pytest.mark.parametrize(
    ("weight", "bias", "changes", "inside"),
    [
        # to cut between them costs 5; to take both in 2 and the area, to leave both out 3 and the area
        (0.05, 0.0, {}, [True, False]),
        (0.029, 0.0, {}, [True, True]),  # 2 + 2.9
        (0.031, 0.0, {}, [True, False]),  # 2 + 3.1
        (0.01, 0.0, {"rim_cost": np.array([1.0, 4.2])}, [False, False]),  # 1 + 1 against 5 and 4.2 + 1
        (0.01, 0.0, {"rim_cost": np.array([4.2, 1.0])}, [True, True]),
        (0.01, 0.0, {"rim_cost": np.array([1.0, 4.2]), "built": np.array([True, False])}, [True, False]),
        # a square metre inside is worth so much: 100 to leave one out, 200 for both
        (0.05, 1.0, {}, [True, True]),
        (0.05, -1.0, {}, [False, False]),
        (0.05, 0.019, {}, [True, False]),  # 5 + 1.9 against 2 + 5
        (0.05, 0.021, {}, [True, True]),  # 5 + 2.1 against 2 + 5
        (0.05, -0.029, {}, [True, False]),  # 5 + 2.9 against 3 + 5
        (0.05, -0.031, {}, [False, False]),  # 5 + 3.1 against 3 + 5
    ],
)
def test_faces_lie_on_the_side_that_costs_least(
    weight: float, bias: float, changes: dict[str, object], inside: list[bool]
) -> None:
    assert _least_cut(two_faces(**changes), weight, 0.5, bias).tolist() == inside


def test_stairs_are_straightened_off_the_lines_and_kept_along_them() -> None:
    """Corners nearer to the straight way than the tolerance go: of the stairs all, two or none."""
    stairs = [(0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (20.0, 4.0), (20.0, 0.0), (30.0, 0.0)]
    rest = [(30.0, 50.0), (0.0, 50.0), (0.0, 0.0)]
    ring = np.array(stairs + rest)
    far = shapely.LineString([(900, 0), (900, 9)])
    assert [len(_fewer(ring, far, most)) for most in (5.0, 3.0, 1.0)] == [5, 7, 9]
    along = shapely.LineString(stairs)
    found = _fewer(ring, along, 5.0)
    assert shapely.Polygon(found).equals(shapely.Polygon(ring))
    # on a line only what is nearer than a quarter of a metre to the straight way goes
    for step, points in ((0.24, 5), (0.26, 7)):
        low = np.array([(x, min(y, step)) for x, y in stairs] + rest)
        assert len(_fewer(low, shapely.LineString(low[:6]), 5.0)) == points
    turned = np.concatenate([ring[3:-1], ring[:4]])  # wherever the ring begins
    assert shapely.Polygon(_fewer(turned, along, 5.0)).equals(shapely.Polygon(ring))


def test_the_share_on_lines_is_of_the_metres_of_every_part() -> None:
    """A quarter of the outline runs on the road; a hundred metres of two more sides have it in reach."""
    road = gpd.GeoSeries(upright(3000), crs=UTM)
    assert on_lines_share(SIDE, road, reach_m=100) == pytest.approx((0.25, 0.25 + 2 * 100 / 8000))
    away = shapely.affinity.translate(SIDE, 10_000, 0)
    assert on_lines_share(shapely.union(SIDE, away), road, reach_m=100) == pytest.approx((0.125, 0.1375))
    for off, on in ((0.99, 0.25), (1.01, 0.0)):
        assert on_lines_share(SIDE, road.translate(off, 0), reach_m=50)[0] == on


def test_lines_are_brought_to_the_grid_and_one_that_crosses_it_is_enough() -> None:
    like = grid(block())
    crossing, near, far = upright(3000, 14_000, 54_000)
    frame = gpd.GeoDataFrame(geometry=[crossing, near], crs=UTM)
    found = lines_across(frame.to_crs(4326), like)
    assert len(found) == 2
    assert shapely.equals_exact(found[0], crossing, 0.01)
    with pytest.raises(InputError, match=r"the nearest is 10\.0 km away"):
        lines_across(gpd.GeoDataFrame(geometry=[far, near], crs=UTM), like)


def test_what_a_metre_along_a_line_and_a_face_cost_are_these_judgements() -> None:
    assert (ON_LINE, AREA_COST, BUILT_COST, STRAIGHTER) == (0.02, 0.15, 2.0, 0.75)
