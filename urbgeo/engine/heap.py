"""What the searches share: a binary heap of nodes by minutes, then label, and the walk back along a path."""

from __future__ import annotations

import numpy as np

from urbgeo.compiling import kernel
from urbgeo.types import Floats, Ints, Ints32

NO_NODE = -1


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


@kernel()
def trace_back(
    start: Ints32,
    heads: Ints32,
    lengths: Floats,
    seeds: Ints32,
    seed_minutes: Floats,
    target: int,
    reached: Ints32,
    minutes: Floats,
    prev: Ints32,
) -> Ints:
    """Walk from the target over arcs that are exactly as long as the step in minutes, until a seed.

    ``minutes`` (nodes,) are those of a search that ``reached`` these nodes; ``start``, ``heads``, ``lengths``
    the arcs by the node they lead to. Arcs of no length can lead round in circles, so nodes are visited once,
    depth first; ``prev`` (nodes,) is room for that.
    """
    if minutes[target] == np.inf:
        return np.empty(0, np.int64)
    prev[reached] = NO_NODE
    node = np.int64(target)
    prev[node] = node
    waiting = [node]
    while True:
        node = waiting.pop()
        if ((seeds == node) & (seed_minutes == minutes[node])).any():
            break
        for k in range(start[node], start[node + 1]):
            tail = np.int64(heads[k])
            if prev[tail] == NO_NODE and minutes[tail] + lengths[k] == minutes[node]:
                prev[tail] = node
                waiting.append(tail)
    path = [node]
    while path[-1] != target:
        path.append(np.int64(prev[path[-1]]))
    return np.array(path)
