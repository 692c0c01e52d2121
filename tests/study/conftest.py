"""Invented roads between real seats, for tests of what a study does with roads it is given."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import Delaunay


@pytest.fixture(scope="session", name="invented_roads")
def invented_roads_maker() -> Callable[..., gpd.GeoDataFrame]:
    """How to make them."""
    return invented_roads


def invented_roads(places: gpd.GeoDataFrame, crs: int = 4547) -> gpd.GeoDataFrame:
    """Straight roads between neighbouring seats: national roads, with motorways between prefectures."""
    at = places.to_crs(crs)
    xy = np.column_stack([at.geometry.x, at.geometry.y])
    sides = Delaunay(xy).simplices[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    pairs = np.unique(np.sort(sides, axis=1), axis=0)
    pairs = pairs[np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T) < 150_000.0]
    major = (places["level"] == "prefecture").to_numpy()
    words = np.where(major[pairs].all(axis=1), "高速公路", "国道")
    roads = pd.DataFrame({"等级": words, "a": places.index[pairs[:, 0]], "b": places.index[pairs[:, 1]]})
    return gpd.GeoDataFrame(roads, geometry=list(map(shapely.LineString, xy[pairs])), crs=crs)
