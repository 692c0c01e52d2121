"""Invented roads between real seats, for tests of what a study does with roads it is given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import Delaunay

from urbgeo.regions.nation import china_places


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


NINGXIA = china_places().loc[lambda places: places.index.str.startswith("64")]
"""The smallest province: a study of it takes a second or two."""


@pytest.fixture(scope="session", name="small_study")
def small_study_maker() -> Callable[..., Path]:
    """How to make a folder of a small study on invented roads."""
    return small_study


def small_study(folder: Path, more: str = "", *, roads: gpd.GeoDataFrame | None = None) -> Path:
    """A folder with a study.toml and roads; ``more`` are its further lines."""
    (folder / "data" / "raw").mkdir(parents=True)
    (invented_roads(NINGXIA) if roads is None else roads).to_file(folder / "data" / "raw" / "roads.gpkg")
    text = f"""
[region]
units = "宁夏"
name = "ningxia"

[files]
roads = "data/raw/roads.gpkg"

{more}
"""
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder
