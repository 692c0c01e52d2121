"""Land parted among polygons stays parted on a coarse grid: nothing empty, nothing over another."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from urbgeo.errors import InputError
from urbgeo.regions import coarse
from urbgeo.regions.coarse import coarsened


def land(seed: int, count: int = 60) -> np.ndarray:
    """A square of four degrees parted into the cells of random points, their borders bent."""
    rng = np.random.default_rng(seed)
    square = shapely.box(100.0, 30.0, 104.0, 34.0)
    points = shapely.MultiPoint(rng.uniform([100.0, 30.0], [104.0, 34.0], (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=square))
    cut = shapely.intersection(cells, square)
    lines = shapely.segmentize(shapely.union_all(shapely.boundary(cut)), 0.07)
    bent = shapely.transform(lines, lambda xy: xy + 0.004 * np.sin(40.0 * xy[:, ::-1]))
    return np.asarray(shapely.get_parts(shapely.polygonize([bent])), dtype=object)


@pytest.mark.parametrize("decimals", [3, 2, 1, 0])
@pytest.mark.parametrize("seed", range(3))
def test_no_polygon_is_empty_or_over_another_however_coarse(seed: int, decimals: int) -> None:
    shapes = land(seed)
    found = coarsened(shapes, 10.0**-decimals)
    xy = shapely.get_coordinates(found)
    assert np.allclose(xy, np.round(xy, decimals), atol=1e-9)
    exact = shapely.transform(found, lambda at: np.round(at, decimals))
    assert len(exact) == len(shapes) and (shapely.area(exact) > 0).all()
    assert shapely.is_valid(exact).all() and shapely.coverage_is_valid(exact)
    if decimals >= 2:  # half a cell along every border at most
        moved = shapely.area(shapely.symmetric_difference(shapes, exact))
        assert (moved <= shapely.length(shapes) * 10.0**-decimals).all()


def test_a_polygon_below_a_cell_becomes_the_cell_and_neighbours_make_room() -> None:
    tiny = shapely.box(0.41, 0.41, 0.43, 0.43)
    around = shapely.box(0.0, 0.0, 3.0, 3.0).difference(tiny)
    small, large = coarsened(np.array([tiny, around], dtype=object), 1.0)
    assert small.equals(shapely.box(0, 0, 1, 1))
    assert large.equals(shapely.box(0, 0, 3, 3).difference(small))


def test_a_lake_that_nobody_owns_stays_nobodys() -> None:
    lake = shapely.box(1.0, 1.0, 3.0, 3.0)
    west = shapely.box(0.0, 0.0, 2.0, 4.0).difference(lake)
    east = shapely.box(2.0, 0.0, 4.0, 4.0).difference(lake)
    found = coarsened(np.array([west, east], dtype=object), 1.0)
    assert found[0].equals(west) and found[1].equals(east)


def test_two_in_one_cell_stand_side_by_side() -> None:
    one, other = shapely.box(0.1, 0.1, 0.2, 0.2), shapely.box(0.2, 0.1, 0.3, 0.2)
    found = coarsened(np.array([one, other], dtype=object), 1.0)
    assert (shapely.area(found) == 1.0).all() and shapely.intersection(*found).area == 0


def test_rings_that_lie_over_each_other_are_rounded_each_by_itself() -> None:
    rings = np.array([shapely.Point(0, 0).buffer(one) for one in (1.0, 2.0)], dtype=object)
    found = coarsened(rings, 0.1)
    assert shapely.area(found).tolist() == pytest.approx(shapely.area(rings).tolist(), rel=0.05)
    assert found[1].covers(found[0])


def test_polygons_without_a_cell_of_their_own_are_refused_and_never_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = [shapely.box(x / 10, y / 10, (x + 1) / 10, (y + 1) / 10) for x in range(5) for y in range(5)]
    flat = shapely.Polygon([(0.9, 0.9), (0.95, 0.95), (0.9, 0.9)])  # of no area at all
    shapes = np.array([*small, flat], dtype=object)
    assert (shapely.area(coarsened(shapes, 1.0)) >= 1.0).all()
    monkeypatch.setattr(coarse, "ROUNDS", 1)
    with pytest.raises(InputError, match=r"release: 2[56] of 26 polygons find no cell of 1 degrees"):
        coarsened(shapes, 1.0)


def test_missing_and_empty_shapes_stay_what_they_are() -> None:
    shapes = np.array([None, shapely.Polygon(), shapely.box(0, 0, 1, 1)], dtype=object)
    found = coarsened(shapes, 0.5)
    assert found[0] is None and found[1].is_empty and found[2].area == 1.0
    assert len(coarsened(np.array([], dtype=object), 0.5)) == 0
