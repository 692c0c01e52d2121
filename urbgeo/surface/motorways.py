"""Motorways above the ground of a travel surface: joined and left at interchanges only."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.checks import check_columns, check_crs, check_points, check_quantity
from urbgeo.engine.dijkstra import nearest_seed
from urbgeo.engine.graph import Graph, compile_graph
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.speeds import ROAD_CLASSES
from urbgeo.rasters.grid import Grid, check_grid
from urbgeo.types import Floats, Ints
from urbgeo.words import BACKWARD, BOTH, directions

MAX_RAMP_M = 500.0
"""An interchange further than this from every motorway is a fault in the data. A judgement."""

_SAME_PLACE_M = 0.01


@dataclass(frozen=True, eq=False)
class MotorwayRamps:
    """Motorways compiled for a travel surface.

    ``frame`` is the grid of the surface they are for; ramp ``i`` joins its cell ``rows[i]``, ``columns[i]``
    with the node ``nodes[i]`` of ``graph`` in ``ramp_min`` minutes.
    """

    frame: Grid
    graph: Graph
    nodes: Ints
    rows: Ints
    columns: Ints
    ramp_min: float

    def search(self, now: Floats, labels: Ints, *, towards: bool, limit: float) -> tuple[Floats, Ints]:
        """Least minutes at each ramp cell over the motorways, given those over the ground."""
        on = np.flatnonzero(np.isfinite(now))
        seeds, late, direction = self.nodes[on], now[on] + self.ramp_min, "to" if towards else "from"
        best, mark = nearest_seed(self.graph, seeds, late, labels[on], limit, direction=direction)
        return best[self.nodes] + self.ramp_min, mark[self.nodes]


def compile_motorways(
    motorways: gpd.GeoDataFrame,
    interchanges: gpd.GeoDataFrame,
    like: Grid,
    *,
    speed_kmh: float = ROAD_CLASSES["expressway"].speed_kmh,
    ramp_min: float = 0.0,
    max_ramp_m: float = MAX_RAMP_M,
) -> MotorwayRamps:
    """Motorways that a travel surface may use between interchanges.

    A raster has no ramps: burnt into it, a motorway could be joined from every field it crosses. Here it
    stays a line above the ground, whose own cells keep the friction of the land below.

    Parameters
    ----------
    motorways
        Lines, joined where they share a vertex. Columns ``speed_kmh`` and ``oneway`` (bool, in drawing
        direction) are used when there.
    interchanges
        Points; each joins every motorway within ``max_ramp_m`` of it to the cell it lies in.
    like
        The grid of the surface.
    speed_kmh
        Where the lines have none.
    ramp_min
        Minutes on a ramp, up or down.
    max_ramp_m
        An interchange further than this from every motorway is refused.

    Returns
    -------
    MotorwayRamps
        For ``travel_surface(motorways=)``.

    Raises
    ------
    InputError
        Naming lines that are none, have no speed or a ``oneway`` that is neither True nor False, interchanges
        outside the grid or far from any motorway.

    Examples
    --------
    >>> from affine import Affine
    >>> land = Grid(np.full((1, 9), 0.012), Affine(1000, 0, 500_000, 0, -1000, 3_001_000), 4547)
    >>> course = shapely.LineString([(500_500, 3_000_500), (508_500, 3_000_500)])
    >>> lines = gpd.GeoDataFrame(geometry=[course], crs=4547)
    >>> ends = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_500, 508_500], [3_000_500] * 2), crs=4547)
    >>> len(compile_motorways(lines, ends, land).nodes)
    2
    """
    check_grid(like, "like")
    check_quantity(max_ramp_m, "max_ramp_m")
    check_quantity(speed_kmh, "speed_kmh")
    check_quantity(ramp_min, "ramp_min", zero=True)
    lines = _checked_lines(motorways, like, speed_kmh)
    check_points(interchanges, "interchanges")
    points = interchanges.geometry.to_crs(like.crs)
    rows, columns = like.rows_columns(interchanges)
    tree = shapely.STRtree(lines.geometry.to_numpy())
    point, line = tree.query(points.to_numpy(), predicate="dwithin", distance=max_ramp_m)
    faults = Faults("interchanges")
    faults_at = [
        ("outside the grid", rows < 0),
        (f"no motorway within {max_ramp_m:g} m", ~np.isin(np.arange(len(points)), point)),
    ]
    for what, wrong in faults_at:
        if wrong.any():
            faults.add(what, ids=interchanges.index[wrong], remedy="drop or move these points")
    faults.raise_if_any()
    frame = Grid(np.broadcast_to(np.float32(0), like.shape), like.transform, like.crs)
    return _compiled(frame, lines, points.to_numpy(), point, line, rows, columns, ramp_min)


def _checked_lines(motorways: gpd.GeoDataFrame, like: Grid, speed_kmh: float) -> gpd.GeoDataFrame:
    check_crs(motorways, "motorways")
    wrong = motorways.index[~motorways.geom_type.isin(["LineString", "MultiLineString"])]
    if len(wrong) or motorways.empty:
        raise InputError(f"motorways: lines are needed; look at {some_of(wrong) or 'an empty layer'}.")
    lines = motorways.to_crs(like.crs.to_wkt()).explode(ignore_index=True)
    if "speed_kmh" not in lines:
        lines["speed_kmh"] = speed_kmh
    check_columns(lines, "motorways", ["speed_kmh"])
    speeds = pd.to_numeric(lines["speed_kmh"], errors="coerce")
    bad = ~(np.isfinite(speeds) & (speeds > 0))
    if bad.any():
        raise InputError(f"motorways: speed_kmh is not a number > 0 in lines {some_of(lines.index[bad])}.")
    return lines


def _compiled(
    frame: Grid,
    lines: gpd.GeoDataFrame,
    points: NDArray[np.object_],
    point: Ints,
    line: Ints,
    rows: Ints,
    columns: Ints,
    ramp_min: float,
) -> MotorwayRamps:
    shapes = lines.geometry.to_numpy()
    along = shapely.line_locate_point(shapes[line], points[point])
    feet = shapely.line_interpolate_point(shapes[line], along)
    stretches, ramps = [], []
    for number, one in enumerate(shapes):
        mine = line == number
        vertices = shapely.get_coordinates(one)
        at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(vertices, axis=0).T))])
        order = np.argsort(np.concatenate([at, along[mine]]), kind="stable")
        path = np.concatenate([vertices, shapely.get_coordinates(feet[mine])])[order]
        stretches.append(path)
        ramps.append((shapely.get_coordinates(feet[mine]), point[mine]))
    places = np.round(np.concatenate(stretches) / _SAME_PLACE_M).astype(np.int64)
    unique, node = np.unique(places, axis=0, return_inverse=True)
    last = np.cumsum([len(path) for path in stretches]) - 1
    tail = np.setdiff1d(np.arange(len(places)), last)
    owner = np.repeat(np.arange(len(stretches)), [len(path) for path in stretches])[tail]
    metres = np.hypot(*((unique[node[tail + 1]] - unique[node[tail]]) * _SAME_PLACE_M).T)
    minutes = metres / 1000.0 / lines["speed_kmh"].to_numpy(float)[owner] * 60.0
    way = np.zeros(len(lines), np.int64)
    if "oneway" in lines:
        way = directions(lines, "motorways", "oneway", missing=BOTH)
    oneway, against = (way != BOTH)[owner], (way == BACKWARD)[owner]
    head, tail = node[tail + 1], node[tail]
    head, tail = np.where(against, tail, head), np.where(against, head, tail)
    x, y = unique.T * _SAME_PLACE_M
    graph = compile_graph(
        x,
        y,
        np.concatenate([tail, head[~oneway]]),
        np.concatenate([head, tail[~oneway]]),
        np.concatenate([minutes, minutes[~oneway]]),
    )
    foot = np.round(np.concatenate([xy for xy, _ in ramps]) / _SAME_PLACE_M).astype(np.int64)
    index = {tuple(place): number for number, place in enumerate(unique.tolist())}
    nodes = np.array([index[tuple(place)] for place in foot.tolist()], np.int64)
    which = np.concatenate([numbers for _, numbers in ramps])
    return MotorwayRamps(
        frame,
        graph,
        nodes=nodes,
        rows=rows[which],
        columns=columns[which],
        ramp_min=float(ramp_min),
    )
