"""Isochrones: the land reachable within t minutes, as polygons that agree with the minutes of points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.access.lattice import (
    Lattice,
    Reached,
    Roads,
    Window,
    minutes_on_lattice,
    reach_nodes,
    reached_pieces,
    roads_of,
)
from urbgeo.access.outline import outlined
from urbgeo.access.outline_kernels import STRIP
from urbgeo.access.transit_land import transit_discs
from urbgeo.checks import (
    check_choice,
    check_points,
    check_polygons,
    check_quantity,
    check_thresholds,
)
from urbgeo.crs import WGS84, equal_area_crs
from urbgeo.engine.plan import dijkstra_bytes
from urbgeo.errors import InputError
from urbgeo.network.attach import Attachment, Points, attach_all
from urbgeo.network.model import TravelNetwork, check_direction, check_network
from urbgeo.network.transit import Transit
from urbgeo.options import check_memory, thread_count
from urbgeo.parallel import each_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result, name_columns
from urbgeo.types import Floats, Ints32

CELLS_ACROSS, FEWEST_ACROSS = 340, 120
"""Without a stated resolution the longer side of the grid has at least so many cells, and at least so many
where they would be finer than :data:`FINEST_KM`."""

FINEST_KM = 0.02
SPREAD = float(np.sqrt(2.0))
"""Where minutes jump between two points, nobody knows where: with both sides held to what a walk from one
point to the next takes, the outline runs midway instead of hugging one of them."""

MOST_CELLS = 4_000_000

BYTES_PER_POINT_KEPT, BYTES_PER_POINT = 24, 110
"""Of a grid: what its points join, and the arrays of one origin."""

BYTES_PER_LINE_KEPT, BYTES_PER_LINE = 200, 50
"""Of the roads: their vertices, bounds and squares, and minutes at their ends for one origin."""


@dataclass(frozen=True, eq=False, repr=False)
class Isochrones(Result):
    """Land within t minutes.

    Attributes
    ----------
    table
        One row per threshold, index ``minutes`` ascending, WGS84: ``area_km2`` (equal-area), ``geometry``. By
        origin or nearest: one row per origin and threshold, index (``origin``, ``minutes``), led by the name
        columns of the origins; empty geometry where an origin is nowhere the nearest.
    provenance
        Parameters, speeds and sources.
    """

    table: gpd.GeoDataFrame
    provenance: Provenance
    _shown: ClassVar[str | None] = "minutes"
    _titles: ClassVar[tuple[str, str]] = ("等时圈", "Isochrones")

    @property
    def summary(self) -> pd.DataFrame:
        """Smallest, mean and largest ``area_km2`` of each threshold."""
        by_limit = self.table["area_km2"].groupby(level="minutes")
        return by_limit.agg(["count", "min", "mean", "max"])

    def _headline(self) -> str:
        limits = self.table.index.unique("minutes")
        return f"{len(self.table)} areas, within {', '.join(f'{one:g}' for one in limits)} min"


def isochrones(
    network: TravelNetwork | Transit,
    origins: Points,
    *,
    minutes: float | Sequence[float] = (15.0, 30.0, 60.0, 120.0),
    resolution_km: float | None = None,
    direction: str = "from",
    by: str = "union",
    kind: str = "disc",
    clip: gpd.GeoDataFrame | None = None,
) -> Isochrones:
    """Land within t minutes of the origins: of the nearest of them, of each, or divided among them.

    Method: a square grid over the reach of the network; every grid point is attached to the network exactly
    as :func:`urbgeo.network.attach.attach` attaches a place, so its minutes include the straight stretch off
    the network at the network's ``off_network_kmh``, and land farther than ``max_snap_km`` from a road is
    never reached. The polygons are the filled contours of these minutes, joined with the roads reached (a
    quarter of a cell to each side) and a disc of at most one cell around each origin, so that a strip along a
    road is kept however narrow it is. Holes and islands are kept, and a smaller threshold lies inside a
    larger one. Outlines are true to one diagonal of a grid cell; holes narrower than that can be lost. At the
    default resolution areas differ by less than 1 % from those on a much finer grid; of several thresholds
    the smaller ones are less exact, since all share the grid of the largest. Grids of one spacing are parts
    of one grid, so that origins near each other share what its points join. By public transport the minutes
    are asked for at every point of a square grid over the walking network, and the outline is as fine as that
    grid.

    Parameters
    ----------
    network
        Where to travel, or a :class:`~urbgeo.network.transit.Transit`: a timetable with its walking network.
    origins
        Points with unique index, any CRS, or attached already; the land is reached from the nearest of
        them.
    minutes
        Thresholds, closed bounds: a number or a rising list.
    resolution_km
        Grid spacing; by default 20 m, or that times or by a power of the square root of two, so that 340 to
        480 cells span the longer side of the reach (fewer, down to 120, rather than finer than 20 m); by
        public transport ten thousand cells over the walking network.
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
    Isochrones
        ``table`` with one row per threshold, or origin and threshold.

    Raises
    ------
    InputError
        For faulty points, thresholds that do not rise, a faulty ``clip``, an unknown ``by`` or ``kind``,
        origins outside the network (naming them), a grid of more than 4 million points.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> roads = urbgeo.region_network(hunan, modes=("road",))
    >>> seat = hunan.places.loc[["430100"]]
    >>> land = isochrones(roads, seat, minutes=(30, 60), resolution_km=2.0)
    >>> land.table["area_km2"].round(-2).tolist()
    [700.0, 5600.0]
    """
    streets = network.walking if isinstance(network, Transit) else network
    check_network(streets, "isochrones(network, origins)")
    limits = check_thresholds(minutes)
    check_direction(direction)
    if resolution_km is not None:
        check_quantity(resolution_km, "resolution_km")
    if not isinstance(origins, Attachment):
        check_points(origins, "origins")
    check_choice(by, "by", ("union", "origin", "nearest"))
    check_choice(kind, "kind", ("disc", "ring"))
    land = None if clip is None else _land(streets, clip)
    start = attach_all(streets, origins, "origins")
    together = min(thread_count(), len(start.index)) if by == "origin" else 1
    plan = _Plan(streets, roads_of(streets), limits, direction, resolution_km, kind, land, together)
    every = pd.Index(limits, name="minutes")
    if isinstance(network, Transit):
        if by == "nearest" or isinstance(origins, Attachment):
            raise InputError("by, origins: by public transport give points, and by='union' or 'origin'.")
        each = transit_discs(network, origins, limits, resolution_km, direction)
        joined = [shapely.union_all(discs) for discs in zip(*each, strict=True)]
        groups = [joined] if by == "union" else each
        shapes, index = [one for discs in groups for one in _placed(plan, discs)], every
    elif by == "union":
        shapes, index = _placed(plan, _discs_of(plan, start)), every
    else:
        shapes = _by_origin(plan, start) if by == "origin" else _service_areas(plan, start)
    if by != "union":
        index = pd.MultiIndex.from_product([start.index, every], names=["origin", "minutes"])
    found = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, index=index, crs=WGS84))
    found.insert(0, "area_km2", found.to_crs(equal_area_crs(found)).area / 1e6)
    if by != "union" and not isinstance(origins, Attachment):
        for place, column in enumerate(name_columns(origins)):
            found.insert(place, column, origins[column].loc[index.get_level_values(0)].to_numpy())
    asked = {"minutes": tuple(limits), "resolution_km": resolution_km, "direction": direction}
    return Isochrones(found, network.provenance.having(parameters={**asked, "by": by, "kind": kind}))


@dataclass(frozen=True, eq=False)
class _Plan:
    """What one call asks for."""

    network: TravelNetwork
    roads: Roads
    limits: Sequence[float]
    direction: str
    resolution_km: float | None
    kind: str
    land: shapely.Geometry | None
    together: int = 1


def _discs_of(plan: _Plan, start: Attachment) -> list[shapely.Geometry]:
    """The land within each limit of the nearest start, in the CRS of the network."""
    reached = reach_nodes(plan.network, plan.roads, start, plan.limits[-1], plan.direction)
    lattice, window = _grid(plan, reached)
    step = lattice.step
    timed, _, off_m = minutes_on_lattice(lattice, reached, window)
    # The field counts in walks from one grid point to the next, as the strips along roads do in squares.
    walk_min = step * 60.0 / 1000.0 / plan.roads.off_network_kmh
    timed = np.pad(timed / walk_min, 2, constant_values=np.inf)
    beyond = np.clip((off_m - plan.roads.max_snap_m) / step, -SPREAD, SPREAD)
    beyond = np.pad(beyond, 2, constant_values=SPREAD)
    west, south = ((one.start - 2) * step for one in window[::-1])
    shapes = []
    for limit in plan.limits:
        over = timed - limit / walk_min
        np.maximum(np.minimum(over, SPREAD, out=over), beyond, out=over)
        drawn = partial(_drawn, plan, reached, limit, (west, south, step))
        shapes.append(outlined(over, (west, south, step, step), drawn))
    return shapes


def _drawn(
    plan: _Plan, reached: Reached, limit: float, frame: tuple[float, float, float], shallow: Ints32
) -> Floats:
    """The roads reached, and the land around each origin that a straight walk covers; units of the grid."""
    west, south, step = frame
    pieces = reached_pieces(plan.roads, reached, limit, frame, shallow)
    walk = 1000.0 * limit / 60.0 * plan.roads.off_network_kmh / step
    spots = (reached.start.xy - (west, south)) / step
    around = np.column_stack([spots, spots, np.full(len(spots), np.clip(walk, STRIP, 1.0))])
    return np.concatenate([np.column_stack([pieces, np.full(len(pieces), STRIP)]), around])


def _placed(plan: _Plan, discs: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """The discs of one origin as rings where asked, cut by the land, valid in WGS84."""
    inner = [None, *discs[:-1]]
    if plan.kind == "ring":
        discs = [
            one if less is None else one.difference(less) for one, less in zip(discs, inner, strict=True)
        ]
    if plan.land is not None:
        discs = [one.intersection(plan.land) for one in discs]
    found = gpd.GeoSeries(discs, crs=plan.network.crs).to_crs(WGS84)
    # Outlines are valid as they are drawn; what was cut from them may be spoilt on the way to degrees.
    return list(found if plan.kind == "disc" and plan.land is None else found.make_valid())


def _by_origin(plan: _Plan, start: Attachment) -> list[shapely.Geometry]:
    """Discs of each origin alone, origins in turn and limits within."""
    rows = range(len(start.index))
    found = each_of(rows, lambda row: _placed(plan, _discs_of(plan, start.rows(slice(row, row + 1)))))
    return [shape for shapes in found for shape in shapes]


def _service_areas(plan: _Plan, start: Attachment) -> list[shapely.Geometry]:
    """The union's discs divided by the nearest origin of each grid point's cell."""
    discs = _discs_of(plan, start)
    first = reach_nodes(plan.network, plan.roads, start, plan.limits[-1], plan.direction)
    lattice, window = _grid(plan, first)
    # Beyond the limit too: a disc's edge may pass through cells whose middle lies outside it.
    everywhere = reach_nodes(plan.network, plan.roads, start, np.inf, plan.direction)
    owner = minutes_on_lattice(lattice, everywhere, window)[1].astype(np.int32)
    step, (x, y) = lattice.step, (lattice.metres(one) for one in window[::-1])
    from rasterio.features import shapes as raster_shapes
    from rasterio.transform import Affine

    corner = Affine(step, 0.0, x[0] - step / 2.0, 0.0, step, y[0] - step / 2.0)
    parts: list[list[shapely.Geometry]] = [[] for _ in start.index]
    for outline, value in raster_shapes(owner, mask=owner >= 0, transform=corner):
        parts[int(value)].append(shapely.geometry.shape(outline))
    areas = [shapely.union_all(one) for one in parts]
    return [one for area in areas for one in _placed(plan, [area.intersection(disc) for disc in discs])]


def _land(network: TravelNetwork, clip: gpd.GeoDataFrame) -> shapely.Geometry:
    check_polygons(clip, "clip")
    return clip.geometry.to_crs(network.crs).make_valid().union_all()


def _grid(plan: _Plan, reached: Reached) -> tuple[Lattice, Window]:
    """The grid, and its rows and columns over the roads reached and the widest stretch beside them."""
    roads, limit = plan.roads, plan.limits[-1]
    touched = reached.least <= limit
    touched[reached.line] = True
    some, xy = roads.bounds[touched], reached.start.xy
    margin_m = min(roads.max_snap_m, 1000.0 * limit / 60.0 * roads.off_network_kmh)
    west, south = np.vstack([some[:, :2], xy]).min(axis=0) - margin_m
    east, north = np.vstack([some[:, 2:], xy]).max(axis=0) + margin_m
    side_km = max(east - west, north - south) / 1000.0
    step_km = _usual_km(side_km) if plan.resolution_km is None else plan.resolution_km
    if (east - west) * (north - south) > MOST_CELLS * (1000.0 * step_km) ** 2:
        raise InputError(
            f"resolution_km: {plan.resolution_km!r} gives a grid of more than {MOST_CELLS:,} points over "
            f"{side_km:.0f} km; use a coarser one."
        )
    points = (north - south) * (east - west) / (1000.0 * step_km) ** 2
    threads = plan.together
    check_memory(
        points * (BYTES_PER_POINT_KEPT + threads * BYTES_PER_POINT)
        + len(roads.lines) * (BYTES_PER_LINE_KEPT + threads * BYTES_PER_LINE)
        + dijkstra_bytes(plan.network.graph, threads),
        "isochrones",
        "Use a coarser resolution_km, smaller minutes or fewer options.threads",
    )
    lattice = roads.lattice(1000.0 * step_km)
    return lattice, (lattice.along(south, north), lattice.along(west, east))


def _usual_km(side_km: float) -> float:
    """Grid spacing for a reach of this side: a power of the square root of two times :data:`FINEST_KM`.

    Few spacings in all let origins of like reach share one grid.
    """
    widest = max(side_km / CELLS_ACROSS, min(FINEST_KM, side_km / FEWEST_ACROSS))
    return float(FINEST_KM * np.sqrt(2.0) ** np.floor(2.0 * np.log2(widest / FINEST_KM) + 1e-9))
