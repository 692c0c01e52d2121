"""The outline of a set of cells as one would draw it: along roads."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.land.cases import UTM, delineate_boundary, grid
from urbgeo.errors import InputError
from urbgeo.land.outline import on_lines_share


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
