"""How truly a projected CRS measures at a place: a metre on the map need not be one on the ground."""

from __future__ import annotations

from functools import lru_cache

import geopandas as gpd
from pyproj import CRS, Proj
from pyproj.exceptions import ProjError

from urbgeo.crs import equal_area_crs

MOST_AREA_STRETCH = 0.02
"""Areas that a map shows larger or smaller by more than this share are not measured on it. A judgement; the
zones in use keep within 0.003, Web Mercator is 0.28 off at 28 degrees north."""

MOST_LENGTH_STRETCH = 0.05
"""The same for lengths in any direction; equal-area maps far from their centre lengthen and shorten them."""


def is_metric(crs: CRS) -> bool:
    """Whether coordinates are projected and in metres."""
    return bool(crs.is_projected) and all(axis.unit_name == "metre" for axis in crs.axis_info)


@lru_cache(maxsize=256)
def stretch(crs: CRS, x: float, y: float) -> tuple[float, float]:
    """By which share areas, and lengths in the worst direction, are off at a place.

    0 in a projection that PROJ does not know, ``inf`` off the map.
    """
    try:
        projection = Proj(crs)
        factors = projection.get_factors(*projection(x, y, inverse=True))
    except ProjError:
        return 0.0, 0.0
    lengths = abs(factors.tissot_semimajor - 1.0), abs(factors.tissot_semiminor - 1.0)
    return abs(factors.areal_scale - 1.0), max(lengths)


def local_crs(frame: gpd.GeoDataFrame) -> CRS:
    """A CRS in metres in which distances from the middle of a layer are true."""
    west, south, east, north = frame.to_crs(4326).total_bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    return CRS.from_proj4(f"+proj=aeqd +lat_0={lat:.7f} +lon_0={lon:.7f} +ellps=GRS80 +units=m +no_defs")


def measuring_crs(frame: gpd.GeoDataFrame) -> CRS:
    """The CRS of a layer where areas can be measured in it, else an equal-area one."""
    crs = CRS.from_user_input(frame.crs)
    if is_metric(crs):
        west, south, east, north = frame.total_bounds
        if stretch(crs, float(west + east) / 2, float(south + north) / 2)[0] <= MOST_AREA_STRETCH:
            return frame.crs
    return equal_area_crs(frame)
