"""Polygons on a coarse grid: neighbours keep one common border, nothing overlaps, nothing vanishes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from urbgeo.errors import InputError

Shapes = NDArray[np.object_]

OVERLAP = 1e-3
"""Polygons that share more of their area than this are no land parted among zones (isochrones, say)."""

ROUNDS = 8
"""How often cells are given to zones that vanish; whoever loses all by one gets one in the next. A thousand
zones of half a cell need three or four."""


def coarsened(shapes: Shapes, step: float) -> Shapes:
    """Polygons whose corners lie on the grid of ``step``.

    Land that is parted among them stays so: all borders are rounded together, crossings made corners too, so
    that no two overlap. One too small for the grid becomes the cell round its middle, or the nearest free
    one. Polygons that overlap already are rounded one by one.

    - ``shapes``: Polygons and MultiPolygons; missing and empty ones stay as they are.
    - ``step``: Side of a cell, in the units of the coordinates.

    Raises
    ------
    InputError
        Saying how many find no cell of their own: the grid is too coarse for so many small ones.
    """
    found = np.array(shapes, dtype=object)
    held = np.flatnonzero([one is not None and not one.is_empty for one in shapes])
    if not len(held):
        return found
    valid: Shapes = shapely.make_valid(found[held])
    taken: dict[int, shapely.Polygon] = {}
    if not _parted(valid):
        parts = shapely.set_precision(valid, step)
        for at in np.flatnonzero(shapely.area(parts) == 0).tolist():
            parts[at] = _free_cell(valid[at], {}, step)
        found[held] = parts
        return found
    for _ in range(ROUNDS):
        parts = _together(valid, taken, step)
        lost = np.flatnonzero(shapely.area(parts) == 0).tolist()
        if not lost:
            break
        for at in lost:
            taken[at] = _free_cell(valid[at], taken, step)
    else:
        raise InputError(
            f"release: {len(lost)} of {len(valid)} polygons find no cell of {step:g} degrees of their own; "
            "give more decimals."
        )
    found[held] = parts
    return found


def _parted(shapes: Shapes) -> bool:
    """Whether the polygons do not overlap, but for what rounding of their borders makes."""
    total = float(shapely.area(shapes).sum())
    return len(shapes) > 1 and total - float(shapely.area(shapely.union_all(shapes))) <= OVERLAP * total


def _together(shapes: Shapes, taken: Mapping[int, shapely.Polygon], step: float) -> Shapes:
    """The faces between all borders, rounded together, given to the polygon that has most of each."""
    cells = np.array(list(taken.values()), dtype=object)
    lines = (
        np.concatenate([shapely.boundary(shapes), shapely.boundary(cells)])
        if taken
        else shapely.boundary(shapes)
    )
    network = shapely.union_all(lines, grid_size=step)
    faces = np.asarray(shapely.get_parts(shapely.polygonize([network])), dtype=object)
    owner = _owners(faces, shapes)
    for at, cell in taken.items():
        owner[shapely.covers(cell, shapely.point_on_surface(faces))] = at
    parts = np.full(len(shapes), shapely.Polygon(), dtype=object)
    for at in np.unique(owner[owner >= 0]):
        parts[at] = shapely.coverage_union_all(faces[owner == at])
    return parts


def _owners(faces: Shapes, shapes: Shapes) -> NDArray[np.int64]:
    """The polygon that covers most of each face; -1 where less than half of it is covered by all of them."""
    owner = np.full(len(faces), -1, np.int64)
    face, shape = shapely.STRtree(shapes).query(faces, predicate="intersects")
    area = shapely.area(shapely.intersection(faces[face], shapes[shape]))
    order = np.lexsort((area, face))
    best = order[np.append(np.diff(face[order]) > 0, True)] if len(face) else order
    covered = np.bincount(face, area, len(faces))
    owner[face[best]] = shape[best]
    owner[covered < shapely.area(faces) / 2] = -1
    return owner


def _free_cell(shape: shapely.Geometry, taken: Mapping[int, shapely.Polygon], step: float) -> shapely.Polygon:
    """The cell round the middle, or the nearest that no other has."""
    middle = shapely.centroid(shape)
    column, row = int(np.floor(middle.x / step)), int(np.floor(middle.y / step))
    held = {(round(one.bounds[0] / step), round(one.bounds[1] / step)) for one in taken.values()}
    side = int(np.ceil(np.sqrt(len(held)))) + 1
    near = [(x, y) for x in range(-side, side + 1) for y in range(-side, side + 1)]
    near.sort(key=lambda one: (one[0] ** 2 + one[1] ** 2, one))
    x, y = next(one for one in ((column + x, row + y) for x, y in near) if one not in held)
    return shapely.box(x * step, y * step, (x + 1) * step, (y + 1) * step)
