"""A made piece of ground with a motorway, for surfaces here and on a cluster."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from affine import Affine
from shapely.geometry import Point

from tests.cluster import client, kill_one  # noqa: F401, a fixture
from urbgeo.rasters.grid import Grid

UTM = 32649


CELL_M = 100.0


SIDE = 120


def grid(values: np.ndarray[Any, Any]) -> Grid:
    return Grid(values, Affine(CELL_M, 0, 500_000, 0, -CELL_M, 3_000_000), UTM)


def at(*cells: tuple[int, int]) -> gpd.GeoDataFrame:
    xy = [grid(np.zeros((1, 1))).transform @ (column + 0.5, row + 0.5) for row, column in cells]
    return gpd.GeoDataFrame(geometry=[Point(*one) for one in xy], crs=UTM)


SOURCES = at((0, 0), (37, 74), (111, 37))
