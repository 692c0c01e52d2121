"""Isochrones: the land reachable within t minutes, as polygons that agree with the minutes of points."""

from __future__ import annotations

from collections.abc import Sequence

import contourpy
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.checks import check_minutes
from urbgeo.crs import WGS84, equal_area_crs
from urbgeo.errors import InputError
from urbgeo.network.attach import Attachment, attach, attach_xy
from urbgeo.network.minutes import nearest_attached, node_minutes
from urbgeo.network.model import TravelNetwork, check_direction

Floats = NDArray[np.float64]

CELLS_ACROSS = 400
"""Without a stated resolution the longer side of the grid has about so many cells."""

FINEST_KM = 0.05
MOST_CELLS = 4_000_000


def isochrones(
    network: TravelNetwork,
    origins: gpd.GeoDataFrame,
    *,
    minutes: Sequence[float] = (15.0, 30.0, 60.0, 120.0),
    resolution_km: float | None = None,
    direction: str = "from",
) -> gpd.GeoDataFrame:
    """Land within t minutes of the nearest of the origins.

    Method: a square grid over the reach of the network; every grid point is attached to the network
    exactly as :func:`urbgeo.network.attach.attach` attaches a place, so its minutes include the
    straight stretch off the network at the network's ``off_network_kmh``, and land farther than
    ``max_snap_km`` from a road is never reached. The polygons are the filled contours of these minutes,
    so holes and islands are kept and a smaller threshold lies inside a larger one. Outlines are true to
    about one grid cell.

    Parameters
    ----------
    network
        Where to travel.
    origins
        Points with unique index, any CRS; the polygons are their union.
    minutes
        Thresholds, closed bounds, in any order.
    resolution_km
        Grid spacing; by default the reach divided by 400, not finer than 50 m.
    direction
        ``"from"`` the origins, or ``"to"`` them.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per threshold, index ``minutes`` ascending, WGS84: ``area_km2`` (equal-area), ``geometry``.

    Raises
    ------
    InputError
        For faulty points or thresholds, origins that cannot be attached, a grid of more than 4 million
        points.
    """
    limits = sorted({check_minutes(one) for one in minutes})
    if not limits:
        raise InputError("minutes: give at least one threshold.")
    check_direction(direction)
    start = attach(network, origins)
    if not start.attached.any():
        raise InputError(
            f"origins: none lies within {network.snapping.max_snap_km:g} km of a road; they are outside "
            "the network. Check their coordinates, or raise max_snap_km."
        )
    x, y = _grid(network, start, limits[-1], direction, resolution_km)
    field = minutes_on_grid(network, start, x, y, limits[-1], direction)
    step = x[1] - x[0]
    spread = step / 1000.0 / network.snapping.off_network_kmh * 60.0
    shapes = _filled(x, y, np.minimum(field, limits[-1] + spread), limits)
    shapes = [
        _with_origins(one, start, limit, step, network) for one, limit in zip(shapes, limits, strict=True)
    ]
    by_limit = gpd.GeoSeries(shapes, index=pd.Index(limits, name="minutes"), crs=network.crs).to_crs(WGS84)
    found = gpd.GeoDataFrame(geometry=by_limit)
    found.insert(0, "area_km2", found.to_crs(equal_area_crs(found)).area / 1e6)
    return found


def minutes_on_grid(
    network: TravelNetwork, start: Attachment, x: Floats, y: Floats, limit: float, direction: str
) -> Floats:
    """Minutes (len(y), len(x)) between the nearest start and every grid point; ``inf`` beyond the limit."""
    grid = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=1)
    cells = attach_xy(network, grid, pd.RangeIndex(len(grid)))
    found = nearest_attached(network, cells, start, limit, direction)
    return found["minutes"].fillna(np.inf).to_numpy().reshape(len(y), len(x))


def _grid(
    network: TravelNetwork, start: Attachment, limit: float, direction: str, resolution_km: float | None
) -> tuple[Floats, Floats]:
    """Coordinates of the grid's columns and rows: the links reached and the widest stretch beside them."""
    reached = node_minutes(network, start, limit, direction) <= limit
    joinable = network.joinable_links
    touched = reached[network.link_ends[joinable]].any(axis=1) | np.isin(joinable, start.link)
    bounds = shapely.total_bounds(network.links.geometry.to_numpy()[joinable[touched]])
    margin_m = 1000.0 * min(network.snapping.max_snap_km, limit / 60.0 * network.snapping.off_network_kmh)
    west, south, east, north = bounds + np.array([-margin_m, -margin_m, margin_m, margin_m])
    side_km = max(east - west, north - south) / 1000.0
    step_km = max(side_km / CELLS_ACROSS, FINEST_KM) if resolution_km is None else float(resolution_km)
    if not step_km > 0 or (east - west) * (north - south) > MOST_CELLS * (1000.0 * step_km) ** 2:
        raise InputError(
            f"resolution_km: {resolution_km!r} gives a grid of more than {MOST_CELLS:,} points over "
            f"{side_km:.0f} km; use a coarser one."
        )
    step = 1000.0 * step_km
    return np.arange(west, east + step, step), np.arange(south, north + step, step)


def _filled(x: Floats, y: Floats, field: Floats, limits: Sequence[float]) -> list[shapely.Geometry]:
    """Polygons where the field, linear between grid points, is at most each limit."""
    contours = contourpy.contour_generator(
        x, y, field, name="serial", fill_type=contourpy.FillType.OuterOffset, quad_as_tri=True
    )
    return [_polygons(*contours.filled(-1.0, limit)) for limit in limits]


def _polygons(points: list[Floats], offsets: list[NDArray[np.uint32]]) -> shapely.Geometry:
    rings = [np.split(one, cuts[1:-1].astype(int)) for one, cuts in zip(points, offsets, strict=True)]
    return shapely.union_all([shapely.Polygon(outer, holes) for outer, *holes in rings])


def _with_origins(
    shape: shapely.Geometry, start: Attachment, limit: float, step: float, network: TravelNetwork
) -> shapely.Geometry:
    """The shape with the land around each origin that a straight walk covers, at most one grid cell."""
    radius = min(step, 1000.0 * limit / 60.0 * network.snapping.off_network_kmh)
    return shapely.union_all([shape, *shapely.buffer(shapely.points(start.xy[start.attached]), radius)])
