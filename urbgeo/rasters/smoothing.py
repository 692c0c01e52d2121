"""Smoothing of people and of the edges of urban centres: moving mean, majority rules, filling of holes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from urbgeo.checks import check_whole
from urbgeo.compiling import only_compiled
from urbgeo.types import Floats

kernel = only_compiled("The degree of urbanisation")


@kernel()
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


@kernel()
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


@kernel()
def _boxes(labels: NDArray[np.int32], box: NDArray[np.int64]) -> None:
    """First and last row and column of each label, which start beyond and before every cell."""
    for i in range(labels.shape[0]):
        for j in range(labels.shape[1]):
            label = labels[i, j]
            if label != 0:
                box[label, 0], box[label, 1] = min(box[label, 0], i), max(box[label, 1], i)
                box[label, 2], box[label, 3] = min(box[label, 2], j), max(box[label, 3], j)


@kernel()
def _regions(inside: NDArray[np.bool_], cells: NDArray[np.int64], region: NDArray[np.int64]) -> int:
    """Rook-connected regions outside a centre: their cells one after the other, and where each begins.

    The rim of the array lies outside, so the first region is all that reaches it.
    """
    height, width = inside.shape
    seen = inside.copy()
    n, filled = 0, 0
    for start in range(height * width):
        if seen[start // width, start % width]:
            continue
        seen[start // width, start % width] = True
        region[n] = filled
        n += 1
        cells[filled] = start
        at, filled = filled, filled + 1
        while at < filled:
            i, j = cells[at] // width, cells[at] % width
            at += 1
            for a, b in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
                if 0 <= a < height and 0 <= b < width and not seen[a, b]:
                    seen[a, b] = True
                    cells[filled] = a * width + b
                    filled += 1
    region[n] = filled
    return n


def moving_mean(values: Floats, window: int) -> Floats:
    """The mean over a square of ``window`` cells a side round each cell, of those that are there.

    Cells without a value stay so, and count for no other.

    >>> moving_mean(np.array([[0.0, 9.0, np.nan]]), 3).tolist()
    [[4.5, 4.5, nan]]
    """
    from scipy.ndimage import correlate1d

    check_whole(window, "window", 1)
    known = ~np.isnan(values)
    sums = [np.where(known, values, 0.0), known.astype(np.float64)]
    for axis in (0, 1):
        sums = [correlate1d(one, np.ones(window), axis, mode="constant") for one in sums]
    mean: Floats = np.divide(sums[0], sums[1], out=np.full(values.shape, np.nan), where=known)
    return mean


def fill_holes(labels: NDArray[np.int32], max_cells: int) -> None:
    """Give each centre the free cells of its holes of at most ``max_cells`` cells; in place.

    A hole is a rook-connected region outside the centre that does not reach the rim of the grid. Cells of
    another centre inside it count for its size but are not taken. Where holes of two centres overlap, the
    smaller one is filled first.
    """
    box = np.tile(np.array([labels.shape[0], -1, labels.shape[1], -1]), (int(labels.max(initial=0)) + 1, 1))
    _boxes(labels, box)
    holes = []
    for label in np.flatnonzero(box[:, 1] >= 0):
        top, bottom, left, right = box[label]
        inside = np.pad(labels[top : bottom + 1, left : right + 1] == label, 1)
        cells, region = np.empty(inside.size, np.int64), np.empty(inside.size + 1, np.int64)
        n = _regions(inside, cells, region)
        for k in range(1, n):
            hole = cells[region[k] : region[k + 1]]
            if len(hole) <= max_cells:
                rows, columns = np.divmod(hole, inside.shape[1])
                holes.append((len(hole), int(label), rows + top - 1, columns + left - 1))
    for _, owner, rows, columns in sorted(holes, key=lambda one: one[:2]):
        free = labels[rows, columns] == 0
        labels[rows[free], columns[free]] = owner
