"""The compiled growth of a cell set: the best cell next, its neighbours rising as it joins."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import kernel
from urbgeo.parallel import Stop, let_go

LONE = 1e-6
"""Priority of a suitable cell without neighbours, as a share of its score: taken when no other is left."""


def grow_patches(
    made: NDArray[np.bool_],
    turn: NDArray[np.float64],
    open_cells: NDArray[np.bool_],
    wanted: int,
    pull: float,
) -> int:
    """Mark the ``wanted`` best ``open_cells`` in ``made``; return how many are missing.

    New land draws its neighbours after it: priority is ``turn + pull * (share of the eight neighbours
    made)``; what stood before does not count here. Equal ones go by position.
    """
    return let_go(lambda stop: int(_grow_patches(made, turn, open_cells, wanted, pull, stop)))


@kernel()
def grow(
    chosen: NDArray[np.bool_],
    score: NDArray[np.float64],
    open_cells: NDArray[np.bool_],
    wanted: int,
    radius: int,
    power: float,
    stop: Stop,
) -> int:
    """Add ``open_cells`` to ``chosen`` until it has ``wanted`` cells; return how many are missing.

    Priority is ``score * (share of chosen cells within radius) ** power``, with ``power`` 0 the score alone;
    equal ones go by position.
    """
    rows, columns = chosen.shape
    around = np.zeros((rows, columns), np.int64)
    count = 0
    for r in range(rows):
        for c in range(columns):
            if chosen[r, c]:
                count += 1
                for y in range(max(r - radius, 0), min(r + radius + 1, rows)):
                    for x in range(max(c - radius, 0), min(c + radius + 1, columns)):
                        around[y, x] += 1
    full = float((2 * radius + 1) ** 2 - 1)
    queue = [(0.0, np.int64(0), np.int64(0))]
    queue.pop()
    for r in range(rows):
        for c in range(columns):
            if open_cells[r, c] and not chosen[r, c] and score[r, c] > 0:
                share = (around[r, c] / full) ** power if around[r, c] or power == 0.0 else LONE
                heapq.heappush(
                    queue, (-score[r, c] * share, np.int64(r * columns + c), np.int64(around[r, c]))
                )
    while count < wanted and len(queue) > 0 and not stop[0]:
        _, cell, seen = heapq.heappop(queue)
        r, c = cell // columns, cell % columns
        if chosen[r, c] or seen != around[r, c]:
            continue
        chosen[r, c] = True
        count += 1
        for y in range(max(r - radius, 0), min(r + radius + 1, rows)):
            for x in range(max(c - radius, 0), min(c + radius + 1, columns)):
                around[y, x] += 1
                if open_cells[y, x] and not chosen[y, x] and score[y, x] > 0:
                    share = (around[y, x] / full) ** power
                    heapq.heappush(
                        queue, (-score[y, x] * share, np.int64(y * columns + x), np.int64(around[y, x]))
                    )
    return wanted - count


@kernel()
def _grow_patches(
    made: NDArray[np.bool_],
    turn: NDArray[np.float64],
    open_cells: NDArray[np.bool_],
    wanted: int,
    pull: float,
    stop: Stop,
) -> int:
    rows, columns = made.shape
    near = np.zeros((rows, columns), np.int64)
    queue = [(0.0, np.int64(0), np.int64(0))]
    queue.pop()
    for r in range(rows):
        for c in range(columns):
            if open_cells[r, c]:
                queue.append((-turn[r, c], np.int64(r * columns + c), np.int64(0)))
    heapq.heapify(queue)
    count = 0
    while count < wanted and len(queue) > 0 and not stop[0]:
        _, cell, seen = heapq.heappop(queue)
        r, c = cell // columns, cell % columns
        if made[r, c] or seen != near[r, c]:
            continue
        made[r, c] = True
        count += 1
        if pull == 0.0:
            continue
        for y in range(max(r - 1, 0), min(r + 2, rows)):
            for x in range(max(c - 1, 0), min(c + 2, columns)):
                if open_cells[y, x] and not made[y, x]:
                    near[y, x] += 1
                    raised = turn[y, x] + pull * near[y, x] / 8.0
                    heapq.heappush(queue, (-raised, np.int64(y * columns + x), near[y, x]))
    return wanted - count
