"""The edges of urban centres: the majority rule of both editions, and the filling of small holes."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


@numba.njit(cache=True, nogil=True)
def _candidates(labels: NDArray[np.int32], cells: NDArray[np.int64], found: NDArray[np.int64]) -> int:
    """Unlabelled neighbours of ``cells``, with repetitions; returns their number."""
    height, width = labels.shape
    n = 0
    for cell in cells:
        row, column = cell // width, cell % width
        for i in range(max(row - 1, 0), min(row + 2, height)):
            for j in range(max(column - 1, 0), min(column + 2, width)):
                if labels[i, j] == 0:
                    found[n] = i * width + j
                    n += 1
    return n


@numba.njit(cache=True, nogil=True)
def _winners(
    labels: NDArray[np.int32],
    flags: NDArray[np.uint8],
    ignored: int,
    barred: int,
    cells: NDArray[np.int64],
    needed: int,
    label: NDArray[np.int32],
) -> None:
    """The centre each candidate joins as labels stand, 0 for none; ``needed`` 0 asks for half of valid."""
    half = needed == 0
    height, width = labels.shape
    for k in range(cells.size):
        row, column = cells[k] // width, cells[k] % width
        label[k] = 0
        if flags[row, column] & barred:
            continue
        valid = 8
        best, most = 0, 0
        for i in range(row - 1, row + 2):
            for j in range(column - 1, column + 2):
                if (i == row and j == column) or i < 0 or j < 0 or i >= height or j >= width:
                    continue
                if half and labels[i, j] == 0 and flags[i, j] & ignored:
                    valid -= 1
                if labels[i, j] == 0 or labels[i, j] == best:
                    continue
                count = 0
                for a in range(max(row - 1, 0), min(row + 2, height)):
                    for b in range(max(column - 1, 0), min(column + 2, width)):
                        if labels[a, b] == labels[i, j]:
                            count += 1
                if count > most:
                    best, most = labels[i, j], count
        if (half and 2 * most > valid) or (not half and most >= needed):
            label[k] = best


def smooth(
    labels: NDArray[np.int32], flags: NDArray[np.uint8], *, needed: int, ignored: int, barred: int
) -> None:
    """Let centres grow over cells most of whose neighbours they own, until none is added; in place.

    All cells of one pass are judged by the state before it. At least ``needed`` of the eight neighbours
    must belong to one centre; 0 asks for more than half of the valid neighbours, and those with a bit of
    ``ignored`` are not valid. Cells with a bit of ``barred`` are never added. Cells beyond the grid count as
    neighbours outside every centre.
    """
    width = labels.shape[1]
    active = np.flatnonzero(labels)
    while active.size:
        found = np.empty(8 * active.size, np.int64)
        cells = np.unique(found[: _candidates(labels, active, found)])
        label = np.empty(cells.size, np.int32)
        _winners(labels, flags, ignored, barred, cells, needed, label)
        active, label = cells[label > 0], label[label > 0]
        labels[active // width, active % width] = label


def fill_holes(labels: NDArray[np.int32], max_cells: int) -> None:
    """Give each centre the free cells of its holes of at most ``max_cells`` cells; in place.

    A hole is a rook-connected region outside the centre that does not reach the rim of the grid. Cells of
    another centre inside it count for its size but are not taken. Where holes of two centres overlap, the
    smaller one is filled first.
    """
    holes = []
    for label, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is None:
            continue
        outside = np.pad(labels[box] != label, 1, constant_values=True)
        regions, n = ndimage.label(outside)
        sizes = np.bincount(regions.ravel())
        for region in range(1, n + 1):
            if region != regions[0, 0] and sizes[region] <= max_cells:
                cells = np.argwhere(regions == region) - 1 + [box[0].start, box[1].start]
                holes.append((len(cells), label, cells))
    for _, label, cells in sorted(holes, key=lambda hole: hole[:2]):
        free = cells[labels[cells[:, 0], cells[:, 1]] == 0]
        labels[free[:, 0], free[:, 1]] = label
