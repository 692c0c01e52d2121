"""Nested dissection: an order of the nodes in which few of them part all the others, for the hierarchy.

Nodes of few links go first (:mod:`urbgeo.engine.elimination`). The core that is left is cut in two near its
middle, across the best of four directions; a maximum flow through a band round that straight cut moves it to
where the fewest links cross. The nodes on one side of the cut become the separator and the most important of
the set; both halves go on in the same way. The band is as wide as the middle share of a small set and
holds so many nodes and no more in a large one, so that the work grows with the number of nodes.
The order depends on the links and coordinates only, never on minutes, so a change of speeds keeps it; nor
does it depend on the number of threads.

Changed from the papers: the flow runs in a band round the best of four straight cuts, not between the ends of
the whole set, and only over the core that elimination leaves.

References
----------
A. George, Nested dissection of a regular finite element mesh, SIAM J. Numer. Anal. 10, 1973.
A. Schild, C. Sommer, On balanced separators in road networks, SEA 2015 (flow between the ends).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import only_compiled
from urbgeo.engine.elimination import Links, Order, core_of, in_parts
from urbgeo.engine.graph import Graph
from urbgeo.parallel import Stop, off_the_main_thread, over_tree
from urbgeo.types import Ints32, Singles

kernel = only_compiled("A hierarchy")


DIRECTIONS = 4
OUTER_SHARE = 0.25
"""Nodes at either end that a cut always leaves on its side, so that no half is smaller."""


class Limits(NamedTuple):
    """How sets are treated by their size.

    ``band`` is the most nodes of the band in which a flow looks for the best cut; sets of more than ``task``
    nodes are cut once and their halves offered to other threads; sets of up to ``leaf`` nodes are not cut.
    """

    band: int
    task: int
    leaf: int


LIMITS = Limits(band=20_000, task=30_000, leaf=2)


class _Room(NamedTuple):
    """Scratch arrays over the core: each set of nodes works in its own range, or on its own nodes."""

    sorted_by: Ints32
    spare: Ints32
    gone: NDArray[np.bool_]
    pos: Ints32
    crossing: Ints32
    flow: NDArray[np.int8]
    level: Ints32
    cursor: Ints32
    queue: Ints32
    side: NDArray[np.int8]


def dissect(graph: Graph, links: Links) -> Order:
    """Rank of every node by nested dissection."""
    what = "dissecting the network"
    core = off_the_main_thread(lambda _: core_of(links), what=what)
    count = core.nodes.size
    rank = np.empty(graph.node_count, np.int32)
    rank[core.removed] = np.arange(core.removed.size, dtype=np.int32)
    room = _room(graph.x[core.nodes], graph.y[core.nodes], core.links)
    mate = off_the_main_thread(lambda _: _mates(core.links.start, core.links.heads), what=what)
    above = np.empty(count, np.int32)

    def cut(task: tuple[int, int], stop: Stop) -> tuple[list[tuple[int, int]], int]:
        further = _split(core.links, mate, room, *task, LIMITS, above, stop)
        left = int(np.ptp(further, axis=1).sum())
        return [(int(low), int(high)) for low, high in further], task[1] - task[0] - left

    over_tree([(0, count)] if count else [], cut, total=count, what=what)
    rank[core.nodes] = core.removed.size + above
    return off_the_main_thread(lambda _: in_parts(links, rank), what=what)


def _room(x: Singles, y: Singles, links: Links) -> _Room:
    n = x.size
    east, north = x.astype(np.float64), y.astype(np.float64)
    keys = (east, north, east + north, east - north)
    sorted_by = np.empty((DIRECTIONS, n), np.int32)
    for direction, key in enumerate(keys):
        sorted_by[direction] = np.argsort(key, kind="stable")
    return _Room(
        sorted_by,
        np.empty(n, np.int32),
        np.zeros(n, np.bool_),
        np.empty(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros(links.heads.size, np.int8),
        np.full(n, -1, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.zeros(n, np.int8),
    )


@kernel()
def _mates(start: Ints32, heads: Ints32) -> Ints32:
    """Where each pair is listed from the other side."""
    mate = np.empty(heads.size, np.int32)
    for node in range(start.size - 1):
        for k in range(start[node], start[node + 1]):
            first, last = start[heads[k]], start[heads[k] + 1]
            mate[k] = first + np.searchsorted(heads[first:last], node)
    return mate


@kernel()
def _split(links, mate, room, first, last, limits, rank, stop):  # type: ignore[no-untyped-def]
    """Cut a range of nodes: once where it is large, else to the end. Ranges left to be cut are returned.

    A separator takes the highest ranks of its range.
    """
    stack = [(np.int64(first), np.int64(last))]
    left_over = [(np.int64(0), np.int64(0))]
    while len(stack) and not stop[0]:
        low, high = stack.pop()
        if high - low <= limits.leaf:
            for i in range(low, high):
                rank[room.sorted_by[0, i]] = i
            continue
        left, right = _cut(links, mate, room, low, high, limits.band, stop)
        for i in range(low + left + right, high):
            rank[room.sorted_by[0, i]] = i
        larger = left_over if high - low > limits.task else stack
        larger.append((low, low + left))
        larger.append((low + left, low + left + right))
    out = np.empty((len(left_over) - 1, 2), np.int64)
    for i in range(1, len(left_over)):
        out[i - 1, 0], out[i - 1, 1] = left_over[i]
    return out


@kernel()
def _cut(links, mate, room, first, last, most, stop):  # type: ignore[no-untyped-def]
    """Cut one range; its four orders are parted into left, right and separator. Sizes of left and right."""
    best, along, middle = np.int64(2**62), 0, (last - first) // 2
    for direction in range(DIRECTIONS):
        if stop[0]:
            return last - first, 0
        crossing, place = _least_crossing(links, room, direction, first, last)
        if crossing < best:
            best, along, middle = crossing, direction, place
    count = last - first
    for i in range(first, last):
        room.pos[room.sorted_by[along, i]] = i - first
    outer = max(1, int(count * OUTER_SHARE))
    low, high = max(outer, middle - most // 2), min(count - outer, middle + most // 2)
    _flow_sides(links, mate, room, along, first, last, low, high)
    left, right = _separate(links, room, first, last)
    for direction in range(DIRECTIONS):
        _part_order(room, direction, first, last, left, right)
    return left, right


@kernel()
def _least_crossing(links, room, direction, first, last):  # type: ignore[no-untyped-def]
    """Fewest links across any cut in the middle part of this direction, and where; the most even such cut."""
    count = last - first
    for i in range(first, last):
        room.pos[room.sorted_by[direction, i]] = i - first
        room.crossing[i] = 0
    for i in range(count):
        node = room.sorted_by[direction, first + i]
        for k in range(links.start[node], links.start[node + 1]):
            head = links.heads[k]
            if not room.gone[head] and room.pos[head] > i:
                room.crossing[first + i] += 1
                room.crossing[first + room.pos[head]] -= 1
    least, place, crossing = np.int64(2**62), count // 2, np.int64(0)
    low, high = int(count * OUTER_SHARE), count - int(count * OUTER_SHARE)
    for i in range(high):
        crossing += room.crossing[first + i]
        if i >= low and (
            crossing < least or (crossing == least and abs(2 * i - count) < abs(2 * place - count))
        ):
            least, place = crossing, i
    return least, place


@kernel()
def _flow_sides(links, mate, room, along, first, last, low, high):  # type: ignore[no-untyped-def]
    """Mark ``side`` 0 or 1 by a least cut through the band ``low:high``, the more even of the first and last.

    All nodes before the band are one source, all behind it one sink.
    """
    count = last - first
    band = room.sorted_by[along, first + low : first + high]
    sources, sinks = _rims(links, mate, room, band, along, first, last, low, high)
    before, behind = room.spare[first : first + sources], room.spare[last - sinks : last]
    while True:
        _reset(links, room, band, before, behind)
        reached = _reach_onward(links, room, before, first, low, high)
        if reached >= 0:
            break
        _augment(links, mate, room, before, low, high)
    for i in range(count):
        node = room.sorted_by[along, first + i]
        room.side[node] = 0 if i < low or (i < high and room.level[node] >= 0) else 1
    _reset(links, room, band, before, behind)
    returned = _reach_back(links, mate, room, behind, first, low, high)
    if abs(2 * (high - returned) - count) < abs(2 * (low + reached) - count):
        for node in band:
            room.side[node] = 1 if room.level[node] >= 0 else 0


@kernel()
def _rims(links, mate, room, band, along, first, last, low, high):  # type: ignore[no-untyped-def]
    """Clear the flow of the band; its neighbours before it stand first in ``spare``, those behind it last."""
    sources, sinks = 0, 0
    for i in range(first, last):
        room.level[room.sorted_by[along, i]] = -1
    for node in band:
        for k in range(links.start[node], links.start[node + 1]):
            room.flow[k], room.flow[mate[k]] = 0, 0
            head = links.heads[k]
            if room.gone[head] or room.level[head] >= 0 or low <= room.pos[head] < high:
                continue
            room.level[head] = 0
            if room.pos[head] < low:
                room.spare[first + sources] = head
                sources += 1
            else:
                sinks += 1
                room.spare[last - sinks] = head
    return sources, sinks


@kernel()
def _reset(links, room, band, before, behind):  # type: ignore[no-untyped-def]
    for nodes in (band, before, behind):
        for node in nodes:
            room.level[node], room.cursor[node] = -1, links.start[node]


@kernel()
def _reach_onward(links, room, before, first, low, high):  # type: ignore[no-untyped-def]
    """Breadth-first levels from the sources through arcs with room left.

    -1 when a sink is met, else the nodes of the band that were reached.
    """
    queue, size, taken = room.queue[first:], 0, 0
    for node in before:
        room.level[node] = 0
        queue[size] = node
        size += 1
    met, horizon = False, np.int64(2**31)
    while taken < size:
        node = queue[taken]
        taken += 1
        if room.level[node] >= horizon:
            break
        inside = room.pos[node] >= low
        for k in range(links.start[node], links.start[node + 1]):
            head = links.heads[k]
            if room.gone[head] or room.flow[k] >= 1 or room.pos[head] < low or room.level[head] >= 0:
                continue
            if room.pos[head] >= high:
                if inside:
                    room.level[head] = room.level[node] + 1
                    met, horizon = True, np.int64(room.level[head])
                continue
            room.level[head] = room.level[node] + 1
            queue[size] = head
            size += 1
    return -1 if met else size - before.size


@kernel()
def _reach_back(links, mate, room, behind, first, low, high):  # type: ignore[no-untyped-def]
    """Mark the nodes of the band from which a sink can still be reached; how many there are."""
    queue, size, taken = room.queue[first:], 0, 0
    for node in behind:
        queue[size] = node
        size += 1
    while taken < size:
        node = queue[taken]
        taken += 1
        for k in range(links.start[node], links.start[node + 1]):
            head = links.heads[k]
            if room.gone[head] or room.level[head] >= 0 or room.flow[mate[k]] >= 1:
                continue
            if low <= room.pos[head] < high:
                room.level[head] = 0
                queue[size] = head
                size += 1
    return size - behind.size


@kernel()
def _augment(links, mate, room, before, low, high):  # type: ignore[no-untyped-def]
    """Push flow along disjoint shortest ways until none is left at these levels."""
    path = [np.int64(0)]
    for source in before:
        path.clear()
        node = source
        while True:
            if room.pos[node] >= high:
                for k in path:
                    room.flow[k] += 1
                    room.flow[mate[k]] -= 1
                path.clear()
                node = source
                continue
            onward = _next_arc(links, room, node, low, high)
            if onward >= 0:
                path.append(onward)
                node = links.heads[onward]
                continue
            if len(path) == 0:
                break
            node = links.heads[mate[path.pop()]]
            room.cursor[node] += 1


@kernel()
def _next_arc(links, room, node, low, high):  # type: ignore[no-untyped-def]
    """The arc at the node's cursor that leads one level on, passing over those that do not; -1: none."""
    inside = room.pos[node] >= low
    while room.cursor[node] < links.start[node + 1]:
        k = room.cursor[node]
        head = links.heads[k]
        if (
            not room.gone[head]
            and room.flow[k] < 1
            and low <= room.pos[head]
            and room.level[head] == room.level[node] + 1
            and (inside or room.pos[head] < high)
        ):
            return np.int64(k)
        room.cursor[node] += 1
    return np.int64(-1)


@kernel()
def _separate(links, room, first, last):  # type: ignore[no-untyped-def]
    """Turn the shorter rim of the cut into the separator (side 2); sizes of left and right."""
    rims = np.zeros(2, np.int64)
    for i in range(first, last):
        node = room.sorted_by[0, i]
        room.level[node] = 0
        for k in range(links.start[node], links.start[node + 1]):
            head = links.heads[k]
            if not room.gone[head] and room.side[head] != room.side[node]:
                room.level[node] = 1
        rims[room.side[node]] += room.level[node]
    rim_side = 0 if rims[0] <= rims[1] else 1
    left, right = 0, 0
    for i in range(first, last):
        node = room.sorted_by[0, i]
        if room.level[node] == 1 and room.side[node] == rim_side:
            room.gone[node] = True
            room.side[node] = 2
            continue
        left += 1 - room.side[node]
        right += room.side[node]
    return left, right


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
