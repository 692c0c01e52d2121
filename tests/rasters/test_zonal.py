"""Sums of a grid over shapes, every cell counted by the exact share of it that lies inside."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from urbgeo.rasters.grid import Grid
from urbgeo.rasters.zonal import covered_cells, zonal_sums


def thousandths(low: float, high: float) -> st.SearchStrategy[float]:
    """Coordinates to the metre; with denormal ones the intersection it is compared with goes wrong."""
    return st.integers(round(low * 1000), round(high * 1000)).map(lambda n: n / 1000)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(thousandths(-3, 11), thousandths(-3, 11)), min_size=3, max_size=8),
    st.tuples(thousandths(0, 8), thousandths(0, 8), thousandths(0.1, 3)),
)
def test_covered_shares_equal_the_intersection_with_each_cell(
    corners: list[tuple[float, float]], hole: tuple[float, float, float]
) -> None:
    shape = shapely.MultiPoint(corners).convex_hull
    shape = shapely.difference(shape, shapely.Point(hole[:2]).buffer(hole[2], quad_segs=3))
    shape = shapely.union(shape, shapely.box(9, 9, 9.5, 9.25))
    polygons = shapely.union_all([one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"])
    like = Grid(np.zeros((8, 10)), Affine(1, 0, 0, 0, -1, 10), "ESRI:54009")
    pieces = covered_cells(like, gpd.GeoSeries([shapely.Polygon(), polygons], crs="ESRI:54009"))
    assert (pieces["shape"] == 1).all()
    found = np.zeros(80)
    found[pieces["cell"]] = pieces["share"]
    boxes = [shapely.box(j, 9 - i, j + 1, 10 - i) for i in range(8) for j in range(10)]
    np.testing.assert_allclose(found, shapely.area(shapely.intersection(boxes, polygons)), atol=2e-6)


def test_sums_and_cells_are_by_the_share_inside_and_nothing_known_counts_in_neither() -> None:
    grid = Grid(np.array([[1.0, 2.0, 4.0], [8.0, 16.0, np.nan]]), Affine(1, 0, 0, 0, -1, 2), "ESRI:54009")
    shapes = [
        shapely.box(0.5, 0.5, 1.5, 1.75),  # shares 3/8, 3/8 above and 1/4, 1/4 below
        shapely.box(2.0, 0.0, 3.0, 2.0),
        shapely.Polygon(),
        shapely.LineString([(0, 0), (3, 2)]),
        shapely.box(10, 10, 11, 11),
    ]
    sums, cells = zonal_sums(grid, gpd.GeoSeries(shapes, crs="ESRI:54009"))
    np.testing.assert_allclose(sums, [3 / 8 * 3 + 24 / 4, 4.0, 0.0, 0.0, 0.0], rtol=1e-6)
    np.testing.assert_allclose(cells, [1.25, 1.0, 0.0, 0.0, 0.0], rtol=1e-6)


def test_shapes_of_another_crs_are_brought_to_the_grid_and_points_among_them_have_no_land() -> None:
    grid = Grid(np.full((10, 10), 2.0), Affine(1000, 0, 500_000, 0, -1000, 3_010_000), 32649)
    area = gpd.GeoSeries([shapely.box(502_000, 3_002_000, 505_500, 3_004_000)], crs=32649)
    mixed = shapely.GeometryCollection([area.to_crs(4326)[0], shapely.Point(111.0, 27.1)])
    lonlat = gpd.GeoSeries([mixed, None], crs=4326)
    sums, cells = zonal_sums(grid, lonlat)
    assert cells.tolist() == pytest.approx([7.0, 0.0], rel=1e-4) and sums[0] == pytest.approx(2 * cells[0])
    whole = covered_cells(grid, area)
    assert (whole["cell"] // 10).unique().tolist() == [6, 7] and whole["share"].sum() == pytest.approx(7.0)
    assert set(whole["cell"] % 10) == {2, 3, 4, 5} and len(whole) == 8


def test_a_sliver_of_a_millionth_is_rounding_and_more_is_land() -> None:
    grid = Grid(np.ones((1, 1)), Affine(1000, 0, 0, 0, -1000, 1000), "ESRI:54009")
    for width, kept in ((5e-4, 0), (2e-3, 1)):  # half and two millionths of the cell
        sliver = gpd.GeoSeries([shapely.box(0, 0, width, 1000)], crs="ESRI:54009")
        assert len(covered_cells(grid, sliver)) == kept
    assert len(covered_cells(grid, gpd.GeoSeries([shapely.Polygon()], crs="ESRI:54009"))) == 0
