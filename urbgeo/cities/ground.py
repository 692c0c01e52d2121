"""Distances between places as they are on the ground, whatever CRS the places come in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Geod, Proj
from scipy.spatial import cKDTree

from urbgeo.crs import WGS84, equal_area_crs, metric_crs
from urbgeo.types import Floats, Ints

MOST_DISTORTION = 0.001
"""A plane that stretches or shrinks the data by more than this share is not measured in."""

GEOD = Geod(ellps="GRS80")

SLACK = 1e-9
"""Share of a limit by which projected coordinates miss it: two places at just 5 km are 5 km apart."""


def plane_of(places: gpd.GeoDataFrame) -> CRS | None:
    """A metric CRS that is true to the ground over these places, None where none is."""
    for crs in (metric_crs(places), equal_area_crs(places)):
        lon, lat = shapely.get_coordinates(places.geometry.to_crs(WGS84).to_numpy()).T
        factors = Proj(crs).get_factors(lon, lat)
        scales = np.concatenate([factors.tissot_semimajor, factors.tissot_semiminor])
        if (np.abs(scales - 1.0) <= MOST_DISTORTION).all():
            return crs
    return None


def pairs_within(places: gpd.GeoDataFrame, limit_km: float) -> tuple[Ints, str]:
    """Positions (pairs, 2) of places at most so far apart (closed), each pair once, and how it was measured.

    ``"planar"`` or ``"geodesic"``.
    """
    plane = plane_of(places)
    if plane is not None:
        xy = shapely.get_coordinates(places.geometry.to_crs(plane).to_numpy()) / 1000.0
        found = cKDTree(xy).query_pairs(limit_km * (1.0 + SLACK), output_type="ndarray")
        return found.astype(np.int64), "planar"
    lon, lat = shapely.get_coordinates(places.geometry.to_crs(WGS84).to_numpy()).T
    # A chord is never longer than the way over the ground, so no pair is missed.
    found = cKDTree(_in_space(lon, lat)).query_pairs(limit_km * (1.0 + SLACK), output_type="ndarray")
    i, j = found.T
    apart = GEOD.inv(lon[i], lat[i], lon[j], lat[j])[2] / 1000.0
    return found[apart <= limit_km * (1.0 + SLACK)].astype(np.int64), "geodesic"


def distances_km(places: gpd.GeoDataFrame) -> tuple[Floats, str]:
    """Kilometres between all places (n, n), and how they were measured: ``"planar"`` or ``"geodesic"``."""
    plane = plane_of(places)
    if plane is not None:
        xy = shapely.get_coordinates(places.geometry.to_crs(plane).to_numpy()) / 1000.0
        apart: Floats = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
        return apart, "planar"
    lon, lat = shapely.get_coordinates(places.geometry.to_crs(WGS84).to_numpy()).T
    n = len(lon)
    i, j = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    geodesic: Floats = GEOD.inv(lon[i], lat[i], lon[j], lat[j])[2].reshape(n, n) / 1000.0
    return geodesic, "geodesic"


def _in_space(lon: Floats, lat: Floats) -> Floats:
    """(points, 3) kilometres from the middle of the earth."""
    turn, rise = np.radians(lon), np.radians(lat)
    normal = GEOD.a / 1000.0 / np.sqrt(1.0 - GEOD.es * np.sin(rise) ** 2)
    across = normal * np.cos(rise)
    up = normal * (1.0 - GEOD.es) * np.sin(rise)
    return np.stack([across * np.cos(turn), across * np.sin(turn), up], axis=1)
