"""The compiled shortest-time search over CSR arrays; nothing here knows of places or maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]

NO_NODE = -1


@kernel()
def search(
    start: Ints,
    heads: Ints,
    minutes: Floats,
    seed_nodes: Ints,
    seed_minutes: Floats,
    seed_labels: Ints,
    cutoff: float,
) -> tuple[Floats, Ints]:
    """Least minutes from the nearest seed to every node, and which seed that is.

    Dijkstra with a binary heap and lazy deletion. Seeds start at their own minutes; nodes beyond
    ``cutoff`` (closed bound) keep ``inf`` and label -1. Ties go to the smaller label, so the answer does not
    depend on the order of the seeds.
    """
    n = start.size - 1
    best = np.full(n, np.inf)
    label = np.full(n, -1, np.int64)
    done = np.zeros(n, np.bool_)
    room = heads.size + seed_nodes.size + 1
    key = np.empty(room, np.float64)
    owner = np.empty(room, np.int64)
    item = np.empty(room, np.int64)
    size = 0
    for s in range(seed_nodes.size):
        node, cost = seed_nodes[s], seed_minutes[s]
        if cost <= cutoff and _better(cost, seed_labels[s], best[node], label[node]):
            best[node], label[node] = cost, seed_labels[s]
            size = push(key, owner, item, size, cost, seed_labels[s], node)
    while size > 0:
        node, owned_by = item[0], owner[0]
        size = pop(key, owner, item, size)
        if done[node]:
            continue
        done[node] = True
        for arc in range(start[node], start[node + 1]):
            head, cost = heads[arc], best[node] + minutes[arc]
            if not done[head] and cost <= cutoff and _better(cost, owned_by, best[head], label[head]):
                best[head], label[head] = cost, owned_by
                size = push(key, owner, item, size, cost, owned_by, head)
    return best, label


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
    start: Places,
    heads: Places,
    lengths: Floats,
    seeds: Places,
    seed_minutes: Floats,
    target: int,
    reached: Places,
    minutes: Floats,
    prev: Places,
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
