"""Nearness as a driver: kilometres and minutes to layers, barriers never built."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine

from urbgeo.errors import InputError
from urbgeo.land.nearness import nearness
from urbgeo.rasters.grid import Grid

UTM = 32649


def grid(values: object) -> Grid:
    return Grid(np.asarray(values), Affine(100, 0, 500_000, 0, -100, 3_000_000), UTM)


def test_distances_to_lines_and_points_are_those_between_cells() -> None:
    road = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(500_000, 2_999_750), (501_000, 2_999_750)])], crs=UTM
    )
    stop = gpd.GeoDataFrame(geometry=[shapely.Point(500_550, 2_999_450)], crs=UTM).to_crs(4326)
    found = nearness(grid(np.zeros((10, 10))), {"road": road, "stop": stop})
    row, column = np.indices((10, 10))
    np.testing.assert_allclose(found["km_road"].values, abs(row - 2) * 0.1)
    np.testing.assert_allclose(found["km_stop"].values, np.hypot(row - 5, column - 5) * 0.1)
    flat = Grid(np.zeros((10, 10)), Affine(100, 0, 500_000, 0, -50, 2_999_750), UTM)
    away = nearness(flat, {"stop": stop})["km_stop"].values
    np.testing.assert_allclose(away, np.hypot((row - 6) * 0.05, (column - 5) * 0.1))


def test_minutes_go_round_a_barrier_and_are_missing_on_it() -> None:
    cost = np.full((5, 5), 0.01)
    cost[:4, 2] = np.nan
    stop = gpd.GeoDataFrame(geometry=[shapely.Point(500_050, 2_999_950)], crs=UTM)
    found = nearness(grid(cost), {"stop": stop}, by="min")["min_stop"].values
    assert np.isnan(found[:4, 2]).all()
    assert found[0, 1] == pytest.approx(1.0)
    assert found[0, 3] > 8.0, "round the end of the wall"
    cost[4, 2] = np.nan
    assert np.isnan(nearness(grid(cost), {"stop": stop}, by="min")["min_stop"].values[:, 3:]).all()


@pytest.mark.parametrize(
    ("like", "layers", "how", "message"),
    [
        (None, {}, {}, "like: a Grid is needed"),
        (grid(np.ones((3, 3))), {}, {}, "layers: give layers by name"),
        (grid(np.ones((3, 3))), {"a": "roads"}, {}, "a GeoDataFrame is needed, not str"),
        (grid(np.ones((3, 3))), {}, {"by": "miles"}, "by: 'miles' is unknown"),
        (
            grid(np.ones((3, 3))),
            {"far": gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=UTM)},
            {},
            "no feature of 'far' lies on the grid",
        ),
    ],
)
def test_what_is_no_layer_is_refused(like: object, layers: object, how: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        nearness(like, layers, **how)
