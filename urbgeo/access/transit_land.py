"""Land within a time by public transport: minutes of a square grid of points, and their outline."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from urbgeo.access.outline import outlined
from urbgeo.errors import InputError
from urbgeo.network.transit import Transit
from urbgeo.types import Floats

POINTS = 10_000
"""Grid points over the walking network where no spacing is asked for."""

MOST_POINTS = 250_000


def transit_discs(
    transit: Transit,
    origins: gpd.GeoDataFrame,
    limits: Sequence[float],
    resolution_km: float | None,
    direction: str,
) -> list[list[shapely.Geometry]]:
    """For each origin the land within each limit, in the CRS of the walking network.

    Every point of a square grid over the walking network is a destination (``direction="from"``) or an origin
    of its own; the outline runs where minutes, linear between grid points, equal the limit.
    """
    x, y = _grid(transit, resolution_km)
    xx, yy = np.meshgrid(x, y)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(xx.ravel(), yy.ravel()), crs=transit.walking.crs)
    there = direction == "from"
    table = transit.minutes_table(*((origins, points) if there else (points, origins))).to_numpy(float)
    minutes = table if there else table.T
    frame = x[0] - 2.0 * (x[1] - x[0]), y[0] - 2.0 * (y[1] - y[0]), x[1] - x[0], y[1] - y[0]

    def land(row: Floats, limit: float) -> shapely.Geometry:
        # Where minutes jump to nowhere the outline stays within half a cell of what is reached.
        over = np.nan_to_num(np.minimum(row.reshape(xx.shape) - limit, limit), nan=limit, posinf=limit)
        return outlined(np.pad(over, 2, constant_values=limit), frame)

    return [[land(row, limit) for limit in limits] for row in minutes]


def _grid(transit: Transit, resolution_km: float | None) -> tuple[Floats, Floats]:
    west, south, east, north = transit.walking.nodes.total_bounds
    margin = 1000.0 * transit.walking.snapping.max_snap_km
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    area = (east - west) * (north - south)
    step = np.sqrt(area / POINTS) if resolution_km is None else 1000.0 * resolution_km
    if area > MOST_POINTS * step**2:
        raise InputError(
            f"resolution_km: {resolution_km!r} gives more than {MOST_POINTS} points over its network; "
            "use a coarser one, or a smaller network."
        )
    return np.arange(west, east + step, step), np.arange(south, north + step, step)
