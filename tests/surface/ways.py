"""The verbs of surfaces with the fields of their rules given one by one, as tests like to write them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import geopandas as gpd
import numpy as np
from affine import Affine
from shapely.geometry import Point

from urbgeo.rasters.grid import Grid
from urbgeo.surface import travel
from urbgeo.surface.results import SurfaceFiles, SurfaceRules, TravelSurface

UTM = 32649


def grid(values: object, cell: float = 1.0) -> Grid:
    array = np.asarray(values)
    return Grid(array, Affine(cell, 0, 500_000, 0, -cell, 3_000_000), UTM)


def at(like: Grid, *cells: tuple[int, int], ids: list[str] | None = None) -> gpd.GeoDataFrame:
    xy = [like.transform @ (column + 0.5, row + 0.5) for row, column in cells]
    return gpd.GeoDataFrame(geometry=[Point(*one) for one in xy], index=ids, crs=like.crs)


_RULES = {one.name for one in fields(SurfaceRules)}


def _split(how: dict[str, Any]) -> dict[str, Any]:
    rules = {name: how.pop(name) for name in list(how) if name in _RULES}
    return {**how, "rules": SurfaceRules(**rules)}


def travel_surface(*given: Any, **how: Any) -> TravelSurface:
    return travel.travel_surface(*given, **_split(how))


def travel_surface_files(*given: Any, **how: Any) -> SurfaceFiles:
    return travel.travel_surface_files(*given, **_split(how))
