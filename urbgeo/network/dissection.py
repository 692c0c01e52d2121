"""Nested dissection: an order of the nodes in which few of them part all the others, for the hierarchy.

A set of nodes is cut in two near its middle, across the best of four directions; a bounded maximum flow
between the two outer thirds moves the cut to where the fewest links cross. The nodes on one side of the cut
become the separator and the most important of the set; both halves go on in the same way. The order depends
on the links and coordinates only, never on minutes, so a change of speeds keeps it.

References
----------
A. George, Nested dissection of a regular finite element mesh, SIAM J. Numer. Anal. 10, 1973.
A. Schild, C. Sommer, On balanced separators in road networks, SEA 2015 (flow between the ends).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from urbgeo.network.compiling import kernel
from urbgeo.network.graph import Graph
from urbgeo.options import thread_count

Ints = NDArray[np.int64]
Places = NDArray[np.int32]

DIRECTIONS = 4
OUTER_SHARE = 0.3
LEAF_NODES = 6
PARTS = 16
"""Into how many independent parts the top separators cut a network; each can be worked on by a thread."""


class Links(NamedTuple):
    """Each pair of joined nodes once a side: ``start`` and ``heads`` (CSR, sorted), ``mate`` the same pair
    seen from the other side."""

    start: Places
    heads: Places
    mate: Places


class Order(NamedTuple):
    """``rank`` (nodes,) of importance, 0 lowest; ``parts`` (parts, 2) the ranges of rank that no path joins
    without passing a rank at or above ``top``."""

    rank: Places
    parts: Ints
    top: int


class _Room(NamedTuple):
    sorted_by: Places
    spare: Places
    part: Places
    pos: Places
    crossing: Places
    flow: NDArray[np.int8]
    level: Places
    cursor: Places
    queue: Places
    side: NDArray[np.int8]


def links_of(graph: Graph) -> Links:
    """Pairs of joined nodes, whichever way the arcs lead; loops and repeats left out."""
    out, into = graph.out, graph.into
    start = np.zeros(graph.node_count + 1, np.int32)
    heads = np.empty(2 * graph.arc_count, np.int32)
    used = _merged(out.start, out.arcs, into.start, into.arcs, start, heads)
    heads = heads[:used].copy()
    return Links(start, heads, _mates(start, heads))


def dissect(graph: Graph, links: Links) -> Order:
    """Rank of every node by nested dissection."""
    n = graph.node_count
    x, y = graph.x.astype(np.float64), graph.y.astype(np.float64)
    sorted_by = np.stack([np.argsort(key, kind="stable") for key in (x, y, x + y, x - y)]).astype(np.int32)
    room = _Room(
        sorted_by,
        np.empty(n, np.int32),
        np.zeros(n, np.int32),
        np.empty(n, np.int32),
        np.zeros(n + 1, np.int32),
        np.zeros(links.heads.size, np.int8),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.zeros(n, np.int8),
    )
    rank = np.full(n, -1, np.int32)
    ranges = _split(links, room, np.array([[0, n, n]]), max(n // PARTS, 4096), rank)
    with ThreadPoolExecutor(thread_count()) as pool:
        list(pool.map(lambda one: _split(links, room, one[None, :], 0, rank), ranges))
    parts = np.stack([ranges[:, 2] - (ranges[:, 1] - ranges[:, 0]), ranges[:, 2]], axis=1)
    return _with_top_last(rank, parts)


def _with_top_last(rank: Places, parts: Ints) -> Order:
    """Renumber so that the separators between the parts stand above all parts, their order kept."""
    inside = np.zeros(rank.size, bool)
    for low, high in parts:
        inside[low:high] = True
    moved = np.empty(rank.size, np.int32)
    top = int(inside.sum())
    moved[inside] = np.arange(top, dtype=np.int32)
    moved[~inside] = np.arange(top, rank.size, dtype=np.int32)
    shifted = [(moved[low], moved[low] + high - low) for low, high in parts if high > low]
    return Order(moved[rank], np.array(sorted(shifted), np.int64).reshape(-1, 2), top)


@kernel()
def _merged(out_start, out_arcs, into_start, into_arcs, start, heads):  # type: ignore[no-untyped-def]
    used = 0
    for node in range(start.size - 1):
        first = used
        for k in range(out_start[node], out_start[node + 1]):
            heads[used] = out_arcs[k].head
            used += 1
        for k in range(into_start[node], into_start[node + 1]):
            heads[used] = into_arcs[k].head
            used += 1
        heads[first:used].sort()
        kept = first
        for k in range(first, used):
            if heads[k] != node and (kept == first or heads[k] != heads[kept - 1]):
                heads[kept] = heads[k]
                kept += 1
        used = kept
        start[node + 1] = used
    return used


@kernel()
def _mates(start: Places, heads: Places) -> Places:
    mate = np.empty(heads.size, np.int32)
    for node in range(start.size - 1):
        for k in range(start[node], start[node + 1]):
            first, last = start[heads[k]], start[heads[k] + 1]
            mate[k] = first + np.searchsorted(heads[first:last], node)
    return mate


@kernel()
def _split(links, room, ranges, stop_below, rank):  # type: ignore[no-untyped-def]
    """Cut every range (first, last, rank above it) until its pieces are no larger than ``stop_below``.

    Separators and leaves get their rank; the larger pieces left over are returned.
    """
    stack = [(ranges[0, 0], ranges[0, 1], ranges[0, 2])]
    left_over = [(np.int64(0), np.int64(0), np.int64(0))]
    while len(stack):
        first, last, top = stack.pop()
        if last - first <= max(stop_below, LEAF_NODES):
            if stop_below > 0:
                left_over.append((first, last, top))
                continue
            for i in range(first, last):
                rank[room.sorted_by[0, i]] = top - 1 - (i - first)
            continue
        left, right = _cut(links, room, first, last)
        middle, end = first + left, first + left + right
        for i in range(end, last):
            rank[room.sorted_by[0, i]] = top - 1 - (i - end)
        top -= last - end
        stack.append((first, middle, top))
        stack.append((middle, end, top - left))
    out = np.empty((len(left_over) - 1, 3), np.int64)
    for i in range(1, len(left_over)):
        out[i - 1, 0], out[i - 1, 1], out[i - 1, 2] = left_over[i]
    return out


@kernel()
def _cut(links, room, first, last):  # type: ignore[no-untyped-def]
    """Cut one range; its four orders are parted into left, right and separator. Sizes of left and right."""
    nodes = room.sorted_by[0, first:last]
    for node in nodes:
        room.part[node] = first + 1
    best, along = np.int64(2**62), 0
    for direction in range(DIRECTIONS):
        crossing = _least_crossing(links, room, direction, first, last)
        if crossing < best:
            best, along = crossing, direction
    for i in range(first, last):
        room.pos[room.sorted_by[along, i]] = i - first
    _flow_sides(links, room, along, first, last)
    left, right = _separate(links, room, first, last)
    for direction in range(DIRECTIONS):
        _part_order(room, direction, first, last, left, right)
    return left, right


@kernel()
def _least_crossing(links, room, direction, first, last):  # type: ignore[no-untyped-def]
    """Fewest links across any cut in the middle part of this direction."""
    count = last - first
    for i in range(first, last):
        room.pos[room.sorted_by[direction, i]] = i - first
        room.crossing[i] = 0
    for i in range(count):
        node = room.sorted_by[direction, first + i]
        for k in range(links.start[node], links.start[node + 1]):
            head = links.heads[k]
            if room.part[head] == first + 1 and room.pos[head] > i:
                room.crossing[first + i] += 1
                room.crossing[first + room.pos[head]] -= 1
    least, crossing = np.int64(2**62), np.int64(0)
    low, high = int(count * OUTER_SHARE), count - int(count * OUTER_SHARE)
    for i in range(count):
        crossing += room.crossing[first + i]
        if low <= i < high:
            least = min(least, crossing)
    return least


@kernel()
def _flow_sides(links, room, along, first, last):  # type: ignore[no-untyped-def]
    """Mark ``side`` 0 or 1 by a least cut between the outer shares of the range, the more even of the two."""
    count = last - first
    outer = max(1, int(count * OUTER_SHARE))
    for i in range(first, last):
        node = room.sorted_by[along, i]
        for k in range(links.start[node], links.start[node + 1]):
            room.flow[k] = 0
    while True:
        reached = _levels(links, room, along, first, last, outer, True)
        if reached < 0:
            break
        _augment(links, room, along, first, last, outer)
    near = 0
    for i in range(first, last):
        node = room.sorted_by[along, i]
        room.side[node] = 0 if room.level[node] >= 0 else 1
        near += 1 - room.side[node]
    far = _levels(links, room, along, first, last, outer, False)
    if abs(2 * (count + far) - count) < abs(2 * near - count):
        for i in range(first, last):
            node = room.sorted_by[along, i]
            room.side[node] = 1 if room.level[node] >= 0 else 0


@kernel()
def _levels(links, room, along, first, last, outer, from_source):  # type: ignore[no-untyped-def]
    """Breadth-first levels through arcs with room; 1 when the other end is met, else minus the nodes seen."""
    count = last - first
    queue = room.queue[first:last]
    for i in range(first, last):
        room.level[room.sorted_by[along, i]] = -1
        room.cursor[room.sorted_by[along, i]] = links.start[room.sorted_by[along, i]]
    size = 0
    for i in range(outer):
        node = room.sorted_by[along, first + i] if from_source else room.sorted_by[along, last - 1 - i]
        room.level[node] = 0
        queue[size] = node
        size += 1
    met, taken, horizon = False, 0, np.int64(2**31)
    while taken < size:
        node = queue[taken]
        taken += 1
        if room.level[node] >= horizon:
            break
        for k in range(links.start[node], links.start[node + 1]):
            head = links.heads[k]
            if room.part[head] != first + 1 or room.level[head] >= 0:
                continue
            used = room.flow[k] if from_source else room.flow[links.mate[k]]
            if used >= 1:
                continue
            room.level[head] = room.level[node] + 1
            if from_source and room.pos[head] >= count - outer:
                met, horizon = True, np.int64(room.level[head])
            queue[size] = head
            size += 1
    return 1 if met else -size


@kernel()
def _augment(links, room, along, first, last, outer):  # type: ignore[no-untyped-def]
    """Push flow along disjoint shortest ways until none is left at these levels."""
    count = last - first
    path = [np.int64(0)]
    for i in range(outer):
        source = room.sorted_by[along, first + i]
        path.clear()
        node = source
        while True:
            if room.pos[node] >= count - outer:
                for k in path:
                    room.flow[k] += 1
                    room.flow[links.mate[k]] -= 1
                path.clear()
                node = source
                continue
            moved = False
            while room.cursor[node] < links.start[node + 1]:
                k = room.cursor[node]
                head = links.heads[k]
                if (
                    room.part[head] == first + 1
                    and room.level[head] == room.level[node] + 1
                    and room.flow[k] < 1
                ):
                    path.append(np.int64(k))
                    node = head
                    moved = True
                    break
                room.cursor[node] += 1
            if moved:
                continue
            if len(path) == 0:
                break
            k = path.pop()
            node = links.heads[links.mate[k]]
            room.cursor[node] += 1


@kernel()
def _separate(links, room, first, last):  # type: ignore[no-untyped-def]
    """Turn the shorter rim of the cut into the separator (side 2); sizes of left and right."""
    rims = np.zeros(2, np.int64)
    for i in range(first, last):
        node = room.sorted_by[0, i]
        if _on_rim(links, room, node, first):
            rims[room.side[node]] += 1
    rim_side = 0 if rims[0] <= rims[1] else 1
    left, right = 0, 0
    for i in range(first, last):
        node = room.sorted_by[0, i]
        if room.side[node] == rim_side and _on_rim(links, room, node, first):
            room.level[node] = 2
        else:
            room.level[node] = room.side[node]
            left += 1 - room.side[node]
            right += room.side[node]
    for i in range(first, last):
        node = room.sorted_by[0, i]
        room.side[node] = room.level[node]
        if room.side[node] == 2:
            room.part[node] = 0
    return left, right


@kernel()
def _on_rim(links, room, node, first):  # type: ignore[no-untyped-def]
    for k in range(links.start[node], links.start[node + 1]):
        head = links.heads[k]
        if room.part[head] == first + 1 and room.side[head] != room.side[node]:
            return True
    return False


@kernel()
def _part_order(room, direction, first, last, left, right):  # type: ignore[no-untyped-def]
    """Stable partition of one order into left, right and separator."""
    ends = np.array([first, first + left, first + left + right])
    for i in range(first, last):
        room.spare[i] = room.sorted_by[direction, i]
    for i in range(first, last):
        side = room.side[room.spare[i]]
        room.sorted_by[direction, ends[side]] = room.spare[i]
        ends[side] += 1
