"""Choice of metric and equal-area coordinate systems, and the Chinese datums GCJ-02 and BD-09."""

from __future__ import annotations

from functools import lru_cache

import geopandas as gpd
import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS

from urbgeo.checks import check_crs
from urbgeo.types import Floats

WGS84 = CRS.from_epsg(4326)
CHINA_ALBERS = CRS.from_proj4(
    "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +x_0=0 +y_0=0 +ellps=GRS80 +units=m +no_defs"
)

CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the rectangle in which the Chinese datum offset applies, degrees."""

WIDEST_ZONE_DEG = 7.0
"""A study wider than this leaves Gauss-Krüger for an equal-area projection (scale error > 0.2 %)."""

_AXIS_M, _ECCENTRICITY_SQ = 6378245.0, 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_INVERSE_STEPS = 6


def metric_crs(frame: gpd.GeoDataFrame) -> CRS:
    """The metric CRS to measure lengths in for these geometries.

    Inside China a CGCS2000 3-degree Gauss-Krüger zone (EPSG:4534-4554) when the data are at most
    7 degrees wide, China Albers beyond; elsewhere the UTM zone. A projected metric CRS is kept.

    Raises
    ------
    InputError
        When ``frame`` has no CRS.
    """
    check_crs(frame, "frame")
    if _is_metric(frame.crs):
        return frame.crs
    west, south, east, north = frame.to_crs(WGS84).total_bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    if not _in_china(lon, lat):
        utm_zone = min(int((lon + 180) // 6) + 1, 60)
        return CRS.from_epsg((32600 if lat >= 0 else 32700) + utm_zone)
    if east - west > WIDEST_ZONE_DEG:
        return CHINA_ALBERS
    zone = min(max(round(lon / 3), 25), 45)
    return CRS.from_epsg(4509 + zone)


def equal_area_crs(frame: gpd.GeoDataFrame) -> CRS:
    """The equal-area CRS to measure areas in: China Albers in China, else one centred on the data.

    Raises
    ------
    InputError
        When ``frame`` has no CRS.
    """
    check_crs(frame, "frame")
    west, south, east, north = frame.to_crs(WGS84).total_bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    if _in_china(lon, lat):
        return CHINA_ALBERS
    return CRS.from_proj4(f"+proj=laea +lat_0={lat:.4f} +lon_0={lon:.4f} +ellps=GRS80 +units=m +no_defs")


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """WGS84 degrees to GCJ-02 degrees (the datum of Amap and Tencent); unchanged outside China.

    The transformation is the widely published, unofficial one.
    """
    lon, lat = _degrees(lon), _degrees(lat)
    east, north = _offset(lon, lat)
    inside = _in_china(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to WGS84 degrees by fixed-point iteration (error below 1 mm)."""
    lon, lat = _degrees(lon), _degrees(lat)
    found_lon, found_lat = lon, lat
    for _ in range(_INVERSE_STEPS):
        there_lon, there_lat = wgs84_to_gcj02(found_lon, found_lat)
        found_lon, found_lat = found_lon + lon - there_lon, found_lat + lat - there_lat
    return found_lon, found_lat


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to BD-09 degrees (the datum of Baidu)."""
    lon, lat = _degrees(lon), _degrees(lat)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 degrees to GCJ-02 degrees by fixed-point iteration (error below 1 mm)."""
    lon, lat = _degrees(lon), _degrees(lat)
    found_lon, found_lat = lon - 0.0065, lat - 0.006
    for _ in range(_INVERSE_STEPS):
        there_lon, there_lat = gcj02_to_bd09(found_lon, found_lat)
        found_lon, found_lat = found_lon + lon - there_lon, found_lat + lat - there_lat
    return found_lon, found_lat


def _degrees(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


@lru_cache(maxsize=64)
def _is_metric(crs: CRS) -> bool:
    # Looking a CRS up by its code takes a tenth of a second where it has none.
    return (
        bool(crs.is_projected)
        and all(axis.unit_name == "metre" for axis in crs.axis_info)
        and crs.to_epsg() != 3857
    )


def _in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    west, south, east, north = CHINA_BOX
    lon, lat = _degrees(lon), _degrees(lat)
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * np.sqrt(np.abs(x))
        + ripple
        + (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
        + (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y / 30.0 * np.pi)) * 2.0 / 3.0
    )
    east = (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * np.sqrt(np.abs(x))
        + ripple
        + (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
        + (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    )
    latitude = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_SQ * np.sin(latitude) ** 2
    root = np.sqrt(magic)
    degrees_east = east * 180.0 / (_AXIS_M / root * np.cos(latitude) * np.pi)
    degrees_north = north * 180.0 / (_AXIS_M * (1.0 - _ECCENTRICITY_SQ) / (magic * root) * np.pi)
    return degrees_east, degrees_north
