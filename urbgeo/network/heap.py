"""A binary heap of nodes by their minutes, then by label; compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from urbgeo.network.compiling import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel(inline="always")
def _better(cost: float, label: int, old_cost: float, old_label: int) -> bool:
    return cost < old_cost or (cost == old_cost and label < old_label)


@kernel()
def push(key: Floats, owner: Ints, item: Ints, size: int, cost: float, label: int, node: int) -> int:
    """Put a node into a binary heap by minutes, then label; the new size."""
    place = size
    while place > 0:
        parent = (place - 1) // 2
        if not _better(cost, label, key[parent], owner[parent]):
            break
        key[place], owner[place], item[place] = key[parent], owner[parent], item[parent]
        place = parent
    key[place], owner[place], item[place] = cost, label, node
    return size + 1


@kernel()
def pop(key: Floats, owner: Ints, item: Ints, size: int) -> int:
    """Take the first entry off a binary heap; the new size."""
    size -= 1
    cost, label, node = key[size], owner[size], item[size]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _better(key[child + 1], owner[child + 1], key[child], owner[child]):
            child += 1
        if not _better(key[child], owner[child], cost, label):
            break
        key[place], owner[place], item[place] = key[child], owner[child], item[child]
        place = child
    key[place], owner[place], item[place] = cost, label, node
    return size
