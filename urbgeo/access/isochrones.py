"""Isochrones: the land reachable within t minutes, as polygons that agree with the minutes of points."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import contourpy
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes as raster_shapes
from rasterio.transform import Affine

from urbgeo.access.lattice import Reached, Roads, minutes_on_lattice, reach_nodes, roads_of, stretches
from urbgeo.checks import (
    check_choice,
    check_minutes,
    check_points,
    check_polygons,
    check_quantity,
    listed,
)
from urbgeo.crs import WGS84, equal_area_crs
from urbgeo.errors import InputError
from urbgeo.network.attach import Attachment, Points, attach_all
from urbgeo.network.model import TravelNetwork, check_direction
from urbgeo.options import thread_count
from urbgeo.types import Floats

CELLS_ACROSS, FEWEST_ACROSS = 400, 140
"""Without a stated resolution the longer side of the grid has about so many cells, and at least so many
where they would be finer than :data:`FINEST_KM`."""

FINEST_KM = 0.02
MOST_CELLS = 4_000_000


def isochrones(
    network: TravelNetwork,
    origins: Points,
    *,
    minutes: float | Sequence[float] = (15.0, 30.0, 60.0, 120.0),
    resolution_km: float | None = None,
    direction: str = "from",
    by: str = "union",
    kind: str = "disc",
    clip: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Land within t minutes of the origins: of the nearest of them, of each, or divided among them.

    Method: a square grid over the reach of the network; every grid point is attached to the network
    exactly as :func:`urbgeo.network.attach.attach` attaches a place, so its minutes include the
    straight stretch off the network at the network's ``off_network_kmh``, and land farther than
    ``max_snap_km`` from a road is never reached. The polygons are the filled contours of these minutes,
    joined with the roads reached (a quarter of a cell to each side) and a disc of at most one cell around
    each origin, so that a strip along a road is kept however narrow it is. Holes and islands are kept, and
    a smaller threshold lies inside a larger one. Outlines are true to one diagonal of a grid cell; holes
    narrower than that can be lost. At the default resolution areas differ by less than 1 % from those on a
    much finer grid; of several thresholds the smaller ones are less exact, since all share the grid of the
    largest.

    Parameters
    ----------
    network
        Where to travel.
    origins
        Points with unique index, any CRS, or attached already; the land is reached from the nearest of
        them.
    minutes
        Thresholds, closed bounds, in any order.
    resolution_km
        Grid spacing; by default the longer side of the reach divided by 400, but not finer than
        20 m unless fewer than 140 cells would span it.
    direction
        ``"from"`` the origins, or ``"to"`` them.
    by
        ``"union"``: the land reached from any origin; ``"origin"``: of each on a grid of its own;
        ``"nearest"``: service areas, the same land divided among the origins by who is nearest in time (the
        borders between them follow the grid cells).
    kind
        ``"disc"``: all land within t minutes; ``"ring"``: without that of the threshold before.
    clip
        Polygons to cut the land by, any CRS.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per threshold, index ``minutes`` ascending, WGS84: ``area_km2`` (equal-area), ``geometry``.
        By origin or nearest: one row per origin and threshold, index (``origin``, ``minutes``); empty
        geometry where an origin is nowhere the nearest.

    Raises
    ------
    InputError
        For faulty points, thresholds or ``clip``, an unknown ``by`` or ``kind``, origins outside the network
        (naming them), a grid of more than 4 million points.
    """
    limits = sorted({check_minutes(one) for one in listed(minutes)})
    if not limits:
        raise InputError("minutes: give at least one threshold.")
    check_direction(direction)
    if resolution_km is not None:
        check_quantity(resolution_km, "resolution_km")
    if not isinstance(origins, Attachment):
        check_points(origins, "origins")
    check_choice(by, "by", ("union", "origin", "nearest"))
    check_choice(kind, "kind", ("disc", "ring"))
    land = None if clip is None else _land(network, clip)
    start = attach_all(network, origins, "origins")
    plan = _Plan(network, roads_of(network), limits, direction, resolution_km)
    every = pd.Index(limits, name="minutes")
    if by == "union":
        shapes, index = _discs_of(plan, start), every
    else:
        shapes = _by_origin(plan, start) if by == "origin" else _service_areas(plan, start)
        index = pd.MultiIndex.from_product([start.index, every], names=["origin", "minutes"])
    if kind == "ring":
        inner = [None if row % len(limits) == 0 else shapes[row - 1] for row in range(len(shapes))]
        shapes = [
            one if less is None else one.difference(less) for one, less in zip(shapes, inner, strict=True)
        ]
    if land is not None:
        shapes = [one.intersection(land) for one in shapes]
    placed = gpd.GeoSeries(shapes, index=index, crs=network.crs).to_crs(WGS84)
    found = gpd.GeoDataFrame(geometry=placed.make_valid())
    found.insert(0, "area_km2", found.to_crs(equal_area_crs(found)).area / 1e6)
    return found


@dataclass(frozen=True, eq=False)
class _Plan:
    """What one call asks for."""

    network: TravelNetwork
    roads: Roads
    limits: Sequence[float]
    direction: str
    resolution_km: float | None


def _discs_of(plan: _Plan, start: Attachment) -> list[shapely.Geometry]:
    """The land within each limit of the nearest start, in the CRS of the network."""
    reached = reach_nodes(plan.network, plan.roads, start, plan.limits[-1], plan.direction)
    x, y = _grid(plan, reached)
    step = x[1] - x[0]
    field, _, off_m = minutes_on_lattice(plan.roads, reached, x, y, beyond_m=2.0 * step)
    minutes_per_m = 60.0 / 1000.0 / plan.roads.off_network_kmh
    # Where minutes jump between two points, nobody knows where: with both sides held to what a walk from one
    # point to the next takes, the outline then runs midway instead of hugging one of them.
    spread = np.sqrt(2.0) * step * minutes_per_m
    beyond = np.clip((off_m - plan.roads.max_snap_m) * minutes_per_m, -spread, spread)
    shapes = []
    for limit in plan.limits:
        filled = _filled(x, y, np.maximum(np.minimum(field - limit, spread), beyond))
        shapes.append(_joined(filled, plan, reached, limit, step))
    return shapes


def _joined(
    filled: shapely.Geometry, plan: _Plan, reached: Reached, limit: float, step: float
) -> shapely.Geometry:
    """With the roads reached and the land around each origin that a straight walk covers."""
    strips = shapely.buffer(stretches(plan.roads, reached, limit), step / 4.0, quad_segs=2)
    radius = min(step, 1000.0 * limit / 60.0 * plan.roads.off_network_kmh)
    around = shapely.buffer(shapely.points(reached.start.xy), radius)
    parts = np.concatenate([around, strips])
    # What lies inside anyway adds nothing and takes most of the time.
    shapely.prepare(filled)
    return shapely.union_all([filled, *parts[~shapely.contains_properly(filled, parts)]])


def _by_origin(plan: _Plan, start: Attachment) -> list[shapely.Geometry]:
    """Discs of each origin alone, origins in turn and limits within."""
    pool = ThreadPoolExecutor(thread_count())
    try:
        rows = range(len(start.index))
        found = list(pool.map(lambda row: _discs_of(plan, start.rows(slice(row, row + 1))), rows))
    except BaseException:
        # Leaving the pool by ``with`` would first draw all the others: an interrupt is to end at once.
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return [shape for shapes in found for shape in shapes]


def _service_areas(plan: _Plan, start: Attachment) -> list[shapely.Geometry]:
    """The union's discs divided by the nearest origin of each grid point's cell."""
    discs = _discs_of(plan, start)
    x, y = _grid(plan, reach_nodes(plan.network, plan.roads, start, plan.limits[-1], plan.direction))
    # Beyond the limit too: a disc's edge may pass through cells whose middle lies outside it.
    step = x[1] - x[0]
    everywhere = reach_nodes(plan.network, plan.roads, start, np.inf, plan.direction)
    owner = minutes_on_lattice(plan.roads, everywhere, x, y, beyond_m=2.0 * step)[1].astype(np.int32)
    corner = Affine(step, 0.0, x[0] - step / 2.0, 0.0, step, y[0] - step / 2.0)
    parts: list[list[shapely.Geometry]] = [[] for _ in start.index]
    for outline, value in raster_shapes(owner, mask=owner >= 0, transform=corner):
        parts[int(value)].append(shapely.geometry.shape(outline))
    areas = [shapely.union_all(one) for one in parts]
    return [area.intersection(disc) for area in areas for disc in discs]


def _land(network: TravelNetwork, clip: gpd.GeoDataFrame) -> shapely.Geometry:
    check_polygons(clip, "clip")
    return clip.geometry.to_crs(network.crs).make_valid().union_all()


def _grid(plan: _Plan, reached: Reached) -> tuple[Floats, Floats]:
    """Coordinates of the grid's columns and rows: the roads reached and the widest stretch beside them."""
    roads, limit = plan.roads, plan.limits[-1]
    touched = reached.least <= limit
    touched[reached.line] = True
    bounds = shapely.total_bounds([*roads.lines[touched], *shapely.points(reached.start.xy)])
    margin_m = min(roads.max_snap_m, 1000.0 * limit / 60.0 * roads.off_network_kmh)
    resolution_km = plan.resolution_km
    west, south, east, north = bounds + np.array([-margin_m, -margin_m, margin_m, margin_m])
    side_km = max(east - west, north - south) / 1000.0
    usual_km = max(side_km / CELLS_ACROSS, min(FINEST_KM, side_km / FEWEST_ACROSS))
    step_km = usual_km if resolution_km is None else resolution_km
    if (east - west) * (north - south) > MOST_CELLS * (1000.0 * step_km) ** 2:
        raise InputError(
            f"resolution_km: {resolution_km!r} gives a grid of more than {MOST_CELLS:,} points over "
            f"{side_km:.0f} km; use a coarser one."
        )
    step = 1000.0 * step_km
    return np.arange(west, east + step, step), np.arange(south, north + step, step)


def _filled(x: Floats, y: Floats, over: Floats) -> shapely.Geometry:
    """Polygons where the field, linear between grid points, is at most 0."""
    contours = contourpy.contour_generator(
        x, y, over, name="serial", fill_type=contourpy.FillType.OuterOffset, quad_as_tri=True
    )
    return _polygons(*contours.filled(-np.inf, 0.0))


def _polygons(points: list[Floats], offsets: list[NDArray[np.uint32]]) -> shapely.Geometry:
    rings = [np.split(one, cuts[1:-1].astype(int)) for one, cuts in zip(points, offsets, strict=True)]
    found = shapely.MultiPolygon([shapely.Polygon(outer, holes) for outer, *holes in rings])
    # Parts that meet in more than points are rare, and joined.
    return found if found.is_valid else shapely.union_all(shapely.get_parts(found))
