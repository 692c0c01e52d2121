"""Choice of metric and equal-area coordinate systems, and the Chinese datums GCJ-02 and BD-09."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Geod, Proj

from urbgeo.arguments import check_call
from urbgeo.checks import check_choice, check_crs, check_points, is_finite_number, listed
from urbgeo.errors import InputError
from urbgeo.types import Floats, Ints

WGS84 = CRS.from_epsg(4326)
CHINA_ALBERS = CRS.from_proj4(
    "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +x_0=0 +y_0=0 +ellps=GRS80 +units=m +no_defs"
)

CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the rectangle in which the Chinese datum offset applies, degrees."""

MOST_DISTORTION = 0.001
"""A metric CRS that stretches or shrinks the data by this share is not measured in."""

LEAST_SUSPECTS = 30
"""Points needed before another datum is suspected."""

AnyLayer = TypeVar("AnyLayer", gpd.GeoDataFrame, gpd.GeoSeries)

WIDEST_ZONE_DEG = 7.0
"""A study wider than this leaves Gauss-Krüger for an equal-area projection (scale error > 0.2 %)."""

_AXIS_M, _ECCENTRICITY_SQ = 6378245.0, 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_INVERSE_STEPS = 6
_SLACK = 1e-9
"""Share of a limit by which projected coordinates miss it: two places at just 5 km are 5 km apart."""
_GEOD = Geod(ellps="GRS80")


def metric_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """The metric CRS to measure lengths in for these geometries.

    A projected metric CRS is kept where it distorts the data by less than :data:`MOST_DISTORTION`. Else,
    inside China, a CGCS2000 3-degree Gauss-Krüger zone (EPSG:4534-4554) when the data are at most 7 degrees
    wide, China Albers beyond; elsewhere the UTM zone, or for wide data the better of that and an equal-area
    projection centred on them. Where even that distorts, :func:`lengths_km` measures on the ellipsoid.

    Raises
    ------
    InputError
        When ``frame`` has no CRS.
    """
    check_crs(frame, "frame")
    west, south, east, north = bounds = _lonlat_bounds(frame)
    metric = is_metric(frame.crs)
    if not np.isfinite(bounds).all():
        return frame.crs if metric else CHINA_ALBERS
    if metric and distortion(frame.crs, bounds) < MOST_DISTORTION:
        return frame.crs
    lon, lat = (west + east) / 2, (south + north) / 2
    if _in_china(lon, lat):
        if east - west > WIDEST_ZONE_DEG:
            return CHINA_ALBERS
        zone = min(max(round(lon / 3), 25), 45)
        return CRS.from_epsg(4509 + zone)
    utm_zone = min(int((lon + 180) % 360 // 6) + 1, 60)
    utm = CRS.from_epsg((32600 if lat >= 0 else 32700) + utm_zone)
    if distortion(utm, bounds) < MOST_DISTORTION:
        return utm
    return min(utm, _centred(lon, lat), key=lambda crs: distortion(crs, bounds))


def distortion(crs: CRS, bounds: tuple[float, float, float, float]) -> float:
    """The most by which lengths in a projected CRS differ from those on the ground, as a share.

    Parameters
    ----------
    crs
        Projected.
    bounds
        West, south, east, north in degrees.

    Returns
    -------
    float
        At least 0; ``inf`` where the CRS does not reach.

    Raises
    ------
    InputError
        When the CRS is not projected.

    Examples
    --------
    >>> round(distortion(CRS.from_epsg(4547), (113.0, 28.0, 115.0, 29.0)), 6)
    0.000119
    """
    if not isinstance(crs, CRS):
        raise InputError(f"crs: {crs!r} is no pyproj CRS; CRS.from_epsg(4547) makes one.")
    sides = listed(bounds)
    if len(sides) != 4 or not all(is_finite_number(one) for one in sides):
        raise InputError(f"bounds: {bounds!r}; give west, south, east, north in degrees.")
    if not crs.is_projected:
        raise InputError(f"crs: {crs.name} is not projected; lengths in it are degrees.")
    west, south, east, north = bounds
    lon, lat = (a.ravel() for a in np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9)))
    factors = _projection(crs).get_factors(lon, lat)
    scales = np.concatenate([factors.tissot_semimajor, factors.tissot_semiminor])
    return float(np.abs(scales - 1.0).max()) if np.isfinite(scales).all() else np.inf


def lengths_km(lines: gpd.GeoSeries) -> tuple[Floats, str]:
    """Kilometres of lines, and how they were measured: ``"planar"`` or ``"geodesic"``.

    In the metric CRS of the lines where that distorts them by less than :data:`MOST_DISTORTION`, on the
    ellipsoid otherwise.

    Raises
    ------
    InputError
        When ``lines`` have no CRS.
    """
    check_crs(lines, "lines")
    if is_metric(lines.crs) and distortion(lines.crs, _lonlat_bounds(lines)) < MOST_DISTORTION:
        return lines.length.to_numpy() / 1000.0, "planar"
    parts, owner = shapely.get_parts(lines.to_crs(WGS84).to_numpy(), return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    inner = part[1:] == part[:-1]  # no step leads from one part to the next
    step = _GEOD.inv(*xy[:-1][inner].T, *xy[1:][inner].T)[2]
    return np.bincount(owner[part[:-1][inner]], step, minlength=len(lines)) / 1000.0, "geodesic"


def between_km(start: Floats, end: Floats) -> Floats:
    """Kilometres on the ellipsoid between points (..., 2) in degrees of longitude and latitude."""
    a, b = np.broadcast_arrays(start, end)
    metres = _GEOD.inv(a[..., 0].ravel(), a[..., 1].ravel(), b[..., 0].ravel(), b[..., 1].ravel())[2]
    apart: Floats = np.asarray(metres, np.float64).reshape(a.shape[:-1]) / 1000.0
    return apart


def true_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS | None:
    """The metric CRS, else the equal-area one, that measures these geometries true; None where neither does.

    True is a distortion of less than :data:`MOST_DISTORTION`.
    """
    bounds = _lonlat_bounds(frame)
    for crs in (metric_crs(frame), equal_area_crs(frame)):
        if distortion(crs, bounds) < MOST_DISTORTION:
            return crs
    return None


def pairs_within_km(points: gpd.GeoDataFrame, limit_km: float) -> tuple[Ints, str]:
    """Positions (pairs, 2) of points at most so far apart (closed), each pair once, and how it was measured.

    ``"planar"`` in a true CRS, else ``"geodesic"``.
    """
    from scipy.spatial import cKDTree

    crs, limit = true_crs(points), limit_km * (1.0 + _SLACK)
    if crs is not None:
        xy = shapely.get_coordinates(points.geometry.to_crs(crs).to_numpy()) / 1000.0
        return cKDTree(xy).query_pairs(limit, output_type="ndarray").astype(np.int64), "planar"
    lon, lat = shapely.get_coordinates(points.geometry.to_crs(WGS84).to_numpy()).T
    # A chord is never longer than the way over the ground, so no pair is missed.
    found = cKDTree(_in_space_km(lon, lat)).query_pairs(limit, output_type="ndarray")
    i, j = found.T
    apart = _GEOD.inv(lon[i], lat[i], lon[j], lat[j])[2] / 1000.0
    return found[apart <= limit].astype(np.int64), "geodesic"


def distances_km(points: gpd.GeoDataFrame) -> tuple[Floats, str]:
    """Kilometres between all points (n, n), and how they were measured: ``"planar"`` or ``"geodesic"``."""
    crs = true_crs(points)
    if crs is not None:
        xy = shapely.get_coordinates(points.geometry.to_crs(crs).to_numpy()) / 1000.0
        apart: Floats = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
        return apart, "planar"
    lon, lat = shapely.get_coordinates(points.geometry.to_crs(WGS84).to_numpy()).T
    n = len(lon)
    i, j = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    geodesic: Floats = _GEOD.inv(lon[i], lat[i], lon[j], lat[j])[2].reshape(n, n) / 1000.0
    return geodesic, "geodesic"


def equal_area_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """The equal-area CRS to measure areas in: China Albers in China, else one centred on the data.

    Raises
    ------
    InputError
        When ``frame`` has no CRS.
    """
    check_crs(frame, "frame")
    west, south, east, north = _lonlat_bounds(frame)
    lon, lat = (west + east) / 2, (south + north) / 2
    return CHINA_ALBERS if _in_china(lon, lat) else _centred(lon, lat)


def convert_datum(layer: AnyLayer, from_: str, to: str) -> AnyLayer:
    """A layer moved between the datums of Chinese maps: ``"wgs84"``, ``"gcj02"``, ``"bd09"``.

    Parameters
    ----------
    layer
        GeoDataFrame or GeoSeries with any geometry and any CRS; it is not changed.
    from_, to
        WGS84 (CGCS2000 is the same within a metre); GCJ-02 of Amap and Tencent; BD-09 of Baidu.

    Returns
    -------
    GeoDataFrame or GeoSeries
        In the CRS of ``layer``, every vertex moved; what lies outside China stays.

    Raises
    ------
    InputError
        For an unknown datum, or a layer without CRS.

    Examples
    --------
    >>> seat = gpd.GeoSeries(gpd.points_from_xy([112.94], [28.23]), crs=4326)
    >>> moved = convert_datum(seat, "wgs84", "gcj02")
    >>> int(seat.to_crs(4547).distance(moved.to_crs(4547)).iloc[0])
    661
    """
    for name, word in (("from_", from_), ("to", to)):
        check_choice(word, name, tuple(_TO_WGS84))
    check_crs(layer, "layer")
    shapes = layer.geometry.to_crs(WGS84)

    def move(xy: Floats) -> Floats:
        lon, lat = _FROM_WGS84[to](*_TO_WGS84[from_](xy[:, 0], xy[:, 1]))
        return np.column_stack([lon, lat])

    moved = gpd.GeoSeries(shapely.transform(shapes.to_numpy(), move), layer.index, crs=WGS84).to_crs(
        layer.crs
    )
    if isinstance(layer, gpd.GeoSeries):
        return moved.rename(layer.name)
    return layer.set_geometry(moved.rename(layer.active_geometry_name))


def suspected_datum(
    points: gpd.GeoDataFrame | gpd.GeoSeries, misfit: Callable[[gpd.GeoSeries], Floats]
) -> str | None:
    """``"gcj02"`` or ``"bd09"`` where points seem to be in it, though their CRS says otherwise.

    Suspected only where undoing the shift at least halves the median misfit of :data:`LEAST_SUSPECTS` points
    or more inside China; the better of the two is named.

    Parameters
    ----------
    points
        Declared to be in some CRS.
    misfit
        How far points, in WGS84 degrees, lie from where they belong (a road, the same place in another
        source), in any unit.

    Returns
    -------
    str or None
        The datum; None where nothing speaks for one.

    Raises
    ------
    InputError
        For what are no points with a CRS and unique ids, and a misfit that cannot be called.

    Examples
    --------
    >>> at = gpd.points_from_xy(np.linspace(112.5, 113.5, 40), np.full(40, 28.2))
    >>> shifted = convert_datum(gpd.GeoSeries(at, crs=4326), "wgs84", "gcj02")
    >>> road = shapely.LineString([(112.5, 28.2), (113.5, 28.2)])
    >>> suspected_datum(shifted, lambda here: shapely.distance(here.to_numpy(), road))
    'gcj02'
    """
    check_points(points, "points")
    check_call(misfit, "misfit", "lambda points: shapely.distance(points.to_numpy(), road)")
    return likely_datum(points, misfit)


def likely_datum(
    points: gpd.GeoDataFrame | gpd.GeoSeries, misfit: Callable[[gpd.GeoSeries], Floats]
) -> str | None:
    """:func:`suspected_datum` of points that were checked before."""
    here = points.geometry.to_crs(WGS84)
    here = here[_in_china(here.x.to_numpy(), here.y.to_numpy())]
    if len(here) < LEAST_SUSPECTS:
        return None
    now = float(np.median(misfit(here)))
    if not now > 0:
        return None
    undone = {
        datum: float(np.median(misfit(convert_datum(here, datum, "wgs84")))) for datum in ("gcj02", "bd09")
    }
    best = min(undone, key=lambda datum: undone[datum])
    return best if undone[best] <= now / 2 else None


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


def _same(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    return _degrees(lon), _degrees(lat)


_TO_WGS84: Mapping[str, Callable[..., tuple[Floats, Floats]]] = {
    "wgs84": _same,
    "gcj02": gcj02_to_wgs84,
    "bd09": lambda lon, lat: gcj02_to_wgs84(*bd09_to_gcj02(lon, lat)),
}
_FROM_WGS84: Mapping[str, Callable[..., tuple[Floats, Floats]]] = {
    "wgs84": _same,
    "gcj02": wgs84_to_gcj02,
    "bd09": lambda lon, lat: gcj02_to_bd09(*wgs84_to_gcj02(lon, lat)),
}


def _degrees(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


@lru_cache(maxsize=64)
def is_metric(crs: CRS) -> bool:
    """Whether coordinates are metres that may be measured in: projected, and not as web maps are."""
    # Looking a CRS up by its code takes a tenth of a second where it has none.
    return (
        bool(crs.is_projected)
        and all(axis.unit_name == "metre" for axis in crs.axis_info)
        and crs.to_epsg() != 3857
    )


@lru_cache(maxsize=64)
def _projection(crs: CRS) -> Proj:
    return Proj(crs)


@lru_cache(maxsize=64)
def _centred(lon: float, lat: float) -> CRS:
    return CRS.from_proj4(f"+proj=laea +lat_0={lat:.4f} +lon_0={lon:.4f} +ellps=GRS80 +units=m +no_defs")


def _lonlat_bounds(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees."""
    west, south, east, north = frame.to_crs(WGS84).total_bounds.tolist()
    return west, south, east, north


def _in_space_km(lon: Floats, lat: Floats) -> Floats:
    """(points, 3) kilometres from the middle of the earth."""
    turn, rise = np.radians(lon), np.radians(lat)
    normal = _GEOD.a / 1000.0 / np.sqrt(1.0 - _GEOD.es * np.sin(rise) ** 2)
    across = normal * np.cos(rise)
    up = normal * (1.0 - _GEOD.es) * np.sin(rise)
    return np.column_stack([across * np.cos(turn), across * np.sin(turn), up])


def _in_china(lon: Floats | float, lat: Floats | float) -> NDArray[np.bool_]:
    west, south, east, north = CHINA_BOX
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


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
