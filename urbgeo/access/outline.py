"""The outline of a field on a square grid: polygons where it is at most zero."""

from __future__ import annotations

from typing import TypeAlias, cast

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray

from urbgeo.types import Floats

AT_ZERO_MIN = 1e-5
"""Outlines may meet at a grid point or in the middle of a square where the field is nearer to 0."""


def filled(x: Floats, y: Floats, over: Floats) -> shapely.Geometry:
    """Polygons where the field is at most 0: linear in the four triangles about the middle of a square."""
    contours = contourpy.contour_generator(
        x, y, over, name="serial", fill_type=contourpy.FillType.ChunkCombinedOffsetOffset, quad_as_tri=True
    )
    (points,), (rings,), (outers,) = cast(_Outlines, contours.filled(-np.inf, 0.0))
    if points is None:
        return shapely.MultiPolygon()
    return _polygons(points, rings, outers, apart=_crosses_zero_between_corners(over))


def _crosses_zero_between_corners(over: Floats) -> bool:
    """Whether no corner of a triangle lies at 0: only there can outlines meet."""
    middles = (over[:-1, :-1] + over[1:, :-1] + over[:-1, 1:] + over[1:, 1:]) / 4.0
    return all(bool(np.abs(one).min() > AT_ZERO_MIN) for one in (over, middles))


_Outlines: TypeAlias = tuple[list[Floats | None], list[NDArray[np.uint32]], list[NDArray[np.uint32]]]


def _polygons(
    points: Floats, rings: NDArray[np.uint32], outers: NDArray[np.uint32], *, apart: bool
) -> shapely.Geometry:
    """From the first point of each ring, and the first ring (the outline, then its holes) of each part.

    Looked at for sense unless they are known to be ``apart``.
    """
    lines = shapely.linearrings(points, indices=np.repeat(np.arange(len(rings) - 1), np.diff(rings)))
    parts = shapely.polygons(lines[outers[:-1]])
    of_part = np.split(lines, outers[1:-1].astype(np.int64))
    for part in np.flatnonzero(np.diff(outers) > 1):
        parts[part] = shapely.polygons(of_part[part][0], holes=of_part[part][1:])
    found = shapely.multipolygons(parts)
    # Parts that meet in more than points are rare, and joined.
    return found if apart or found.is_valid else shapely.union_all(parts)
