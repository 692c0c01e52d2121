"""Polygon layers brought to one metric CRS, with what is wrong in them listed and repaired."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Polygon, box

from urbgeo.land.layers import repair_layer

UTM = 32649


X, Y = 500_000, 3_000_000


def frame(*shapes: object, ids: list[str] | None = None, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), index=ids, crs=UTM)


def rect(left: float, low: float, width: float, height: float) -> Polygon:
    return box(X + left, Y + low, X + left + width, Y + low + height)


def test_a_polygon_that_is_a_line_is_dropped_and_listed() -> None:
    flat = Polygon([(X, Y), (X + 100, Y), (X + 50, Y)])
    repaired, faults = repair_layer(frame(flat, rect(0, 0, 9, 9), ids=["flat", "ok"]))
    assert list(repaired.index) == ["ok"]
    assert faults.set_index("id").loc["flat", "remedy"] == "dropped: no area is left"
