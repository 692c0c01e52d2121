"""Isochrones: the land reachable within t minutes, as polygons that agree with the minutes of points."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import contourpy
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes as raster_shapes
from rasterio.transform import Affine
from shapely.ops import substring

from urbgeo.checks import check_choice, check_minutes, check_points, check_polygons, check_quantity
from urbgeo.crs import WGS84, equal_area_crs
from urbgeo.errors import InputError
from urbgeo.network.attach import Attachment, attach_all, attach_xy
from urbgeo.network.minutes import nearest_attached, node_minutes
from urbgeo.network.model import TravelNetwork, check_direction
from urbgeo.options import thread_count

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
    narrower than that can be lost.

    Parameters
    ----------
    network
        Where to travel.
    origins
        Points with unique index, any CRS; the land is reached from the nearest of them.
    minutes
        Thresholds, closed bounds, in any order.
    resolution_km
        Grid spacing; by default the longer side of the reach divided by 400, not finer than 50 m.
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
    limits = sorted({check_minutes(one) for one in minutes})
    if not limits:
        raise InputError("minutes: give at least one threshold.")
    check_direction(direction)
    if resolution_km is not None:
        check_quantity(resolution_km, "resolution_km")
    check_points(origins, "origins")
    check_choice(by, "by", ("union", "origin", "nearest"))
    check_choice(kind, "kind", ("disc", "ring"))
    land = None if clip is None else _land(network, clip)
    start = attach_all(network, origins, "origins")
    every = pd.Index(limits, name="minutes")
    if by == "union":
        shapes, index = _discs_of(network, start, limits, direction, resolution_km), every
    else:
        divided = _by_origin if by == "origin" else _service_areas
        shapes = divided(network, start, limits, direction, resolution_km)
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


def _discs_of(
    network: TravelNetwork,
    start: Attachment,
    limits: Sequence[float],
    direction: str,
    resolution_km: float | None,
) -> list[shapely.Geometry]:
    """The land within each limit of the nearest start, in the CRS of the network."""
    x, y = _grid(network, start, limits[-1], direction, resolution_km)
    field = minutes_on_grid(network, start, x, y, limits[-1], direction)
    step = x[1] - x[0]
    spread = step / 1000.0 / network.snapping.off_network_kmh * 60.0
    shapes = _filled(x, y, np.minimum(field, limits[-1] + spread), limits)
    return [
        shapely.union_all(
            [
                one,
                *_discs(network, start, limit, step),
                *shapely.buffer(_roads_reached(network, start, limit, direction), step / 4.0, quad_segs=2),
            ]
        )
        for one, limit in zip(shapes, limits, strict=True)
    ]


def _by_origin(
    network: TravelNetwork,
    start: Attachment,
    limits: Sequence[float],
    direction: str,
    resolution_km: float | None,
) -> list[shapely.Geometry]:
    """Discs of each origin alone, origins in turn and limits within."""

    def one(row: int) -> list[shapely.Geometry]:
        return _discs_of(network, _only(start, row), limits, direction, resolution_km)

    with ThreadPoolExecutor(thread_count()) as pool:
        found = list(pool.map(one, range(len(start.index))))
    return [shape for shapes in found for shape in shapes]


def _service_areas(
    network: TravelNetwork,
    start: Attachment,
    limits: Sequence[float],
    direction: str,
    resolution_km: float | None,
) -> list[shapely.Geometry]:
    """The union's discs divided by the nearest origin of each grid point's cell."""
    discs = _discs_of(network, start, limits, direction, resolution_km)
    x, y = _grid(network, start, limits[-1], direction, resolution_km)
    grid = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=1)
    cells = attach_xy(network, grid, pd.RangeIndex(len(grid)))
    # Beyond the limit too: a disc's edge may pass through cells whose middle lies outside it.
    nearest = nearest_attached(network, cells, start, np.inf, direction)["facility"]
    owner = start.index.get_indexer(nearest).astype(np.int32).reshape(len(y), len(x))
    step = x[1] - x[0]
    corner = Affine(step, 0.0, x[0] - step / 2.0, 0.0, step, y[0] - step / 2.0)
    parts: list[list[shapely.Geometry]] = [[] for _ in start.index]
    for outline, value in raster_shapes(owner, mask=owner >= 0, transform=corner):
        parts[int(value)].append(shapely.geometry.shape(outline))
    areas = [shapely.union_all(one) for one in parts]
    return [area.intersection(disc) for area in areas for disc in discs]


def _only(start: Attachment, row: int) -> Attachment:
    """One of the attached points."""
    rows = slice(row, row + 1)
    per_point = [one.name for one in fields(start) if one.name != "off_network_kmh"]
    return replace(start, **{name: getattr(start, name)[rows] for name in per_point})


def _land(network: TravelNetwork, clip: gpd.GeoDataFrame) -> shapely.Geometry:
    check_polygons(clip, "clip")
    return clip.geometry.to_crs(network.crs).make_valid().union_all()


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
    roads = network.links.geometry.to_numpy()[joinable[touched]]
    bounds = shapely.total_bounds([*roads, *shapely.points(start.xy)])
    margin_m = 1000.0 * min(network.snapping.max_snap_km, limit / 60.0 * network.snapping.off_network_kmh)
    west, south, east, north = bounds + np.array([-margin_m, -margin_m, margin_m, margin_m])
    side_km = max(east - west, north - south) / 1000.0
    step_km = max(side_km / CELLS_ACROSS, FINEST_KM) if resolution_km is None else resolution_km
    if (east - west) * (north - south) > MOST_CELLS * (1000.0 * step_km) ** 2:
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


def _roads_reached(
    network: TravelNetwork, start: Attachment, limit: float, direction: str
) -> list[shapely.LineString]:
    """The stretches of joinable road within the limit, from the ends of each link and the origins on it."""
    links = network.joinable_links
    left = limit - node_minutes(network, start, limit, direction)[network.link_ends[links]]
    table = pd.DataFrame(
        {
            "link": np.concatenate([links, links, start.link]),
            "along": np.concatenate([np.zeros(len(links)), np.ones(len(links)), start.along]),
            "left": np.concatenate([left[:, 0], left[:, 1], limit - start.off_minutes]),
        }
    ).query("left >= 0")
    there, back = network.links[["minutes", "minutes_back"]].to_numpy(np.float64)[table["link"]].T
    if direction == "to":
        there, back = back, there
    since = (table["along"] - _passed(table["left"], back)).clip(lower=0.0)
    until = (table["along"] + _passed(table["left"], there)).clip(upper=1.0)
    spans = zip(network.links.geometry.to_numpy()[table["link"]], since, until, strict=True)
    return [line if b - a == 1.0 else substring(line, a, b, normalized=True) for line, a, b in spans]


def _passed(left: pd.Series, whole: Floats) -> pd.Series:
    """Fraction of a link passed in the minutes left; none of it against a one-way (NaN)."""
    return (left / whole).fillna(0.0)


def _discs(network: TravelNetwork, start: Attachment, limit: float, step: float) -> list[shapely.Polygon]:
    """The land around each origin that a straight walk covers, at most one grid cell."""
    radius = min(step, 1000.0 * limit / 60.0 * network.snapping.off_network_kmh)
    return list(shapely.buffer(shapely.points(start.xy), radius))
