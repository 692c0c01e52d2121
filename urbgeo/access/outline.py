"""The outline of a field on a square grid, roads and origins drawn in: polygons where it is at most 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import shapely

from urbgeo.access.outline_kernels import fine_squares, outlines_of, rings, segments, squares_of
from urbgeo.types import Floats, Ints, Ints32

Frame: TypeAlias = tuple[float, float, float, float]
"""x and y of the first grid point, and metres between two across and up."""

Drawn: TypeAlias = Callable[[Ints32], Floats]
"""From how many squares before each row and column are not inside whole: straight pieces to draw, and how far
they reach to each side (x, y, x, y, width), in units of the grid."""


def outlined(over: Floats, frame: Frame, drawn: Drawn | None = None) -> shapely.Geometry:
    """Polygons where the field, linear on two triangles a square, is at most 0, with what is drawn.

    Valid however the field runs: no outline comes to a grid point. A field that is smaller everywhere, with
    more drawn, gives land that holds this one, to a millionth of a square. First and last rows and
    columns are to be outside.
    """
    whole, mixed, shallow = squares_of(over)
    shapes = np.empty((0, 5)) if drawn is None else drawn(shallow)
    begin, end, xy = segments(over, mixed, *fine_squares(over, whole, shapes))
    if len(begin) == 0:
        return shapely.MultiPolygon()
    # A side that the outline crosses ends one segment and begins one.
    follow = np.empty_like(begin)
    follow[np.argsort(end)] = np.argsort(begin)
    points, first = rings(follow, xy)
    return _polygons(points, first, frame)


def _polygons(points: Floats, first: Ints, frame: Frame) -> shapely.Geometry:
    """From rings and where each begins: holes go to the outline around them."""
    owner, size = outlines_of(points, first), np.diff(first)
    ring = np.arange(len(size))
    order = np.lexsort((ring, owner != ring, owner))
    start = np.concatenate([[0], np.cumsum(size[order])])
    rows = np.repeat(first[order] - start[:-1], size[order]) + np.arange(start[-1])
    parts = np.flatnonzero(np.diff(owner[order], prepend=-1, append=-1))
    west, south, *steps = frame
    xy = points[rows] * steps + (west, south)
    found = shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, (start, parts))
    return found[0] if len(found) == 1 else shapely.multipolygons(found)
