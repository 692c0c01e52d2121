"""Box counting: how many boxes of a size a set of cells needs, and the dimension that follows.

The boxes of a size may begin anywhere; of several offsets the one that needs fewest is taken, as the
covering number asks. Boxes cut off at the rim of the cells count by what of them lies inside, so that a
filled plane has dimension 2 whatever its sides.
"""

from __future__ import annotations

import numpy as np

from urbgeo.types import Floats, Ints

OFFSETS = 4
"""Offsets tried along each axis, for every size of box."""


def box_counts(row: Ints, column: Ints, sizes: Ints) -> Floats:
    """Boxes needed at each size (in cells) at the offset that needs fewest.

    ``row`` and ``column`` are those of the cells held. A box that sticks out of the rows and columns that
    the cells span counts by its share inside.
    """
    row, column = row - row.min(), column - column.min()
    height, width = int(row.max()) + 1, int(column.max()) + 1
    counts = np.empty(len(sizes))
    for k, size in enumerate(sizes):
        steps = np.unique(np.arange(0, size, max(int(size) // OFFSETS, 1)))
        found = [
            _counted(row + down, column + right, int(size), (int(down), height), (int(right), width))
            for down in steps
            for right in steps
        ]
        # The fewest whole boxes; of those alike the one that cuts least off, or a line along the diagonal
        # would lose its ends.
        counts[k] = min(found, key=lambda one: (one[0], -one[1]))[1]
    return counts


def _counted(
    row: Ints, column: Ints, size: int, rows: tuple[int, int], columns: tuple[int, int]
) -> tuple[int, float]:
    """Boxes at one offset, whole and each by the share of it inside what the cells span."""
    down, across = row // size, column // size
    key = np.unique(down * (int(across.max()) + 1) + across)
    i, j = np.divmod(key, int(across.max()) + 1)
    return len(key), float((_inside(i, size, *rows) * _inside(j, size, *columns)).sum())


def _inside(box: Ints, size: int, start: int, length: int) -> Floats:
    """Share of each box between ``start`` and ``start + length``."""
    first, last = np.maximum(box * size, start), np.minimum((box + 1) * size, start + length)
    share: Floats = np.minimum((last - first) / min(size, length), 1.0)
    return share


def dimension(sizes: Floats, counts: Floats) -> float:
    """Minus the slope of ln boxes on ln size."""
    return float(-np.polyfit(np.log(sizes), np.log(counts), 1)[0])
