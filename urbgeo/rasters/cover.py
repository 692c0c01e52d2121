"""Exact share of each grid cell that a polygon covers, by running along its edges once."""

from __future__ import annotations

import numpy as np
import shapely

from urbgeo.compiling import only_compiled
from urbgeo.types import Floats, Ints

kernel = only_compiled("The degree of urbanisation")


DUST = 1e-9
"""Shares below this are rounding of the coordinates, not land."""


def cover(
    shape: shapely.Geometry, west: float, north: float, cell: float, size: tuple[int, int]
) -> tuple[Ints, Floats]:
    """Cells that a polygon touches with area, and the share of each that it covers.

    Every edge adds the area between itself and the right rim of its row of cells, with the sign of its
    direction; the sums along a row are then the covered areas, holes taken out by their opposite turn.

    Parameters
    ----------
    shape
        Polygon or multipolygon, valid.
    west, north, cell
        Corner of the grid and side of a cell, in the units of the coordinates.
    size
        Rows and columns of the grid.

    Returns
    -------
    cells : array
        Flat positions, row by row.
    shares : array
        In (0, 1].
    """
    height, width = size
    east, south = west + width * cell, north - height * cell
    bounds = shapely.bounds(shape)
    within = west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north
    inside = shape if within else shapely.intersection(shape, shapely.box(west, south, east, north))
    rings = (
        shapely.get_rings(shapely.get_parts(shapely.normalize(inside)))
        if shapely.area(inside) > 0
        else np.array([])
    )
    if not len(rings):
        return np.empty(0, np.int64), np.empty(0)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = (xy[:, 0] - west) / cell, (north - xy[:, 1]) / cell
    left, top = int(x.min()), int(y.min())
    shares = np.zeros((int(y.max()) - top + 1, int(x.max()) - left + 2))
    _add_edges(x - left, y - top, ring, shares)
    shares = np.abs(np.cumsum(shares, axis=1))[:, :-1]
    i, j = np.nonzero(shares > DUST)
    kept = (i + top < height) & (j + left < width)
    i, j = i[kept], j[kept]
    return (i + top) * width + j + left, np.minimum(shares[i, j], 1.0)


@kernel()
def _add_edges(x: Floats, y: Floats, ring: Ints, area: Floats) -> None:
    for k in range(x.size - 1):
        if ring[k] != ring[k + 1] or y[k] == y[k + 1]:
            continue
        down = 1.0 if y[k + 1] > y[k] else -1.0
        x0, y0, x1, y1 = x[k], y[k], x[k + 1], y[k + 1]
        if down < 0:
            x0, y0, x1, y1 = x1, y1, x0, y0
        slope = (x1 - x0) / (y1 - y0)
        for row in range(int(y0), min(int(np.ceil(y1)), area.shape[0])):
            upper, lower = max(y0, float(row)), min(y1, row + 1.0)
            if lower > upper:
                a, b = x0 + (upper - y0) * slope, x0 + (lower - y0) * slope
                _add_stretch(min(a, b), max(a, b), down * (lower - upper), area[row])


@kernel()
def _add_stretch(start: float, stop: float, fall: float, area: Floats) -> None:
    """An edge within one row, from ``start`` to ``stop`` in columns, that falls by ``fall`` rows."""
    first = min(max(int(start), 0), area.size - 2)
    last = min(max(int(stop), 0), area.size - 2)
    if first == last:
        middle = (start + stop) / 2 - first
        area[first] += fall * (1 - middle)
        area[first + 1] += fall * middle
        return
    for column in range(first, last + 1):
        left, right = max(start, float(column)), min(stop, column + 1.0)
        part = fall * (right - left) / (stop - start)
        middle = (left + right) / 2 - column
        area[column] += part * (1 - middle)
        area[column + 1] += part * middle
