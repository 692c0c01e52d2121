"""Searches over a hierarchy, many sources at a time: a lane each, swept from the top down.

A search from a source in a hierarchy climbs all more important nodes it can reach, then sweeps down over the
nodes that matter for the targets. The sweep reads every joint once for all lanes, and the lanes of
a joint stand side by side, so the processor works on eight or sixteen sources at once.

References
----------
D. Delling, A. Goldberg, A. Nowatzyk, R. Werneck, PHAST, J. Parallel Distrib. Comput. 73, 2013.
D. Delling, A. Goldberg, R. Werneck, Faster batched shortest paths in road networks, ATMOS 2011.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import only_compiled
from urbgeo.network.bounded import Workspace, explore, forget, workspace
from urbgeo.network.graph import CLOSED_BOUND, Arcs, Graph
from urbgeo.network.hierarchy import Hierarchy
from urbgeo.network.parallel import Stop, over_blocks

kernel = only_compiled("A hierarchy")

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Minutes = NDArray[np.floating]

LANES = 64
COLUMNS_TOGETHER = 16
SOURCES_TOGETHER = 1024
"""Sources of one block: neighbours on the curve, so that what they can reach overlaps."""


class Below(NamedTuple):
    """The part of a hierarchy that leads down to some targets: ``local`` place in it (-1: not in it), and its
    joints (CSR)."""

    local: Places
    size: int
    start: Ints
    place: Places
    minutes: Floats


class _TableRoom(NamedTuple):
    labels: Floats
    climbed: Floats


class _SumRoom(NamedTuple):
    search: Workspace
    local: Places


def below(hierarchy: Hierarchy, places: Places) -> Below:
    """All that a sweep down to these places has to pass."""
    n = hierarchy.place.size
    local = np.full(n, -1, np.int32)
    size, joints = _mark(hierarchy.down_start, hierarchy.down_place, places, local)
    start = np.zeros(size + 1, np.int64)
    place, minutes = np.empty(joints, np.int32), np.empty(joints)
    _copy_below(
        hierarchy.down_start,
        hierarchy.down_place,
        hierarchy.down_minutes,
        local,
        start,
        place,
        minutes,
    )
    return Below(local, size, start, place, minutes)


def lanes_table(
    graph: Graph,
    hierarchy: Hierarchy,
    from_nodes: Ints,
    from_minutes: Floats,
    to_nodes: Ints,
    to_minutes: Floats,
    limit: float = np.inf,
    *,
    out: Minutes | None = None,
) -> Minutes:
    """:func:`urbgeo.network.plain.ends_table` over a hierarchy (reversed for the direction ``"to"``).

    Equal to the plain search to a part in 10^12: the same minutes added in another order.
    """
    table = np.empty((len(from_nodes), len(to_nodes))) if out is None else out
    starts = hierarchy.place[graph.rank[from_nodes]]
    ends = hierarchy.place[graph.rank[to_nodes]]
    part = below(hierarchy, np.unique(ends))
    last_minutes = np.ascontiguousarray(to_minutes, np.float64)
    first_minutes = np.ascontiguousarray(from_minutes, np.float64)
    targets = part.local[ends]

    def rows(first: int, last: int, room: _TableRoom, stop: Stop) -> None:
        _climb_rows(
            hierarchy.up_start,
            hierarchy.up_place,
            hierarchy.up_minutes,
            hierarchy.parent,
            starts,
            first_minutes,
            part.local,
            first,
            last,
            room,
            stop,
        )
        _sweep(part.start, part.place, part.minutes, room.labels, last - first)
        _read_lanes(room.labels, targets, last_minutes, limit, first, last, table)

    over_blocks(
        len(from_nodes),
        LANES,
        lambda: _TableRoom(np.full((part.size, LANES), np.inf), np.full(graph.node_count, np.inf)),
        rows,
        what="minutes table",
    )
    return table


def lanes_sums(
    graph: Graph,
    hierarchy: Hierarchy,
    first: int,
    last: int,
    weights: Floats,
    minutes: Floats,
    *,
    direction: str = "from",
) -> Floats:
    """(sources, thresholds, weights) sums within each time, for the sources ``first:last`` in curve order.

    ``hierarchy`` is reversed for the direction ``"to"``. One bounded search finds all that a block of
    neighbouring sources can reach; every path within the bound stays in there, so sweeping the hierarchy
    over that part alone is exact. Minutes are single precision inside a sweep; bounds are met up to
    :data:`urbgeo.network.graph.CLOSED_BOUND`.
    """
    arcs = graph.arcs(direction)
    inside = np.ascontiguousarray(weights[graph.order], np.float64)
    sums = np.zeros((last - first, len(minutes), weights.shape[1]))
    bounds = (np.asarray(minutes) * CLOSED_BOUND).astype(np.float32)
    reach = float(minutes[-1]) * CLOSED_BOUND**2

    def block(low: int, high: int, room: _SumRoom, stop: Stop) -> None:
        _sum_block(arcs, hierarchy, first + low, first + high, inside, bounds, reach, sums, first, room, stop)

    def make_room() -> _SumRoom:
        return _SumRoom(workspace(graph), np.full(graph.node_count, -1, np.int32))

    over_blocks(last - first, SOURCES_TOGETHER, make_room, block, what="sums of every node")
    return sums


def _sum_block(
    arcs: Arcs,
    hierarchy: Hierarchy,
    low: int,
    high: int,
    weights: Floats,
    bounds: Singles,
    reach: float,
    sums: Floats,
    offset: int,
    room: _SumRoom,
    stop: Stop,
) -> None:
    sources = np.arange(low, high, dtype=np.int32)
    reached = explore(arcs.start, arcs.arcs, sources, np.zeros(high - low), reach, room.search)
    nodes = room.search.touched[:reached].copy()
    forget(room.search, reached)
    places = hierarchy.place[nodes]
    by_place = np.argsort(places)
    nodes, places = nodes[by_place], places[by_place]
    _sum_lanes(
        hierarchy.up_start,
        hierarchy.up_place,
        hierarchy.up_minutes,
        hierarchy.down_start,
        hierarchy.down_place,
        hierarchy.down_minutes,
        places,
        weights[nodes],
        hierarchy.place[sources],
        bounds,
        room.local,
        sums[low - offset : high - offset],
        LANES,
        stop,
    )


@kernel()
def _mark(down_start: Ints, down_place: Places, places: Places, local: Places) -> tuple[int, int]:
    for place in places:
        local[place] = 0
    joints = 0
    for v in range(local.size - 1, -1, -1):
        if local[v] == 0:
            joints += down_start[v + 1] - down_start[v]
            for k in range(down_start[v], down_start[v + 1]):
                local[down_place[k]] = 0
    size = 0
    for v in range(local.size):
        if local[v] == 0:
            local[v] = size
            size += 1
    return size, joints


@kernel()
def _copy_below(down_start, down_place, down_minutes, local, start, place, minutes):  # type: ignore[no-untyped-def]
    used = 0
    for v in range(local.size):
        if local[v] >= 0:
            for k in range(down_start[v], down_start[v + 1]):
                place[used], minutes[used] = local[down_place[k]], down_minutes[k]
                used += 1
            start[local[v] + 1] = used


@kernel()
def _climb(up_start, up_place, up_minutes, parent, ends, legs, local, lane, room):  # type: ignore[no-untyped-def]
    """Minutes from a source to all more important nodes, into its lane of the labels.

    Both chains of parents are walked together, the less important (later) place first.
    """
    labels, climbed = room
    for end in range(ends.size):
        climbed[ends[end]] = min(climbed[ends[end]], legs[end])
    one, other = ends[0], ends[ends.size - 1]
    while max(one, other) >= 0:
        if other > one:
            one, other = other, one
        v = one
        here = climbed[v]
        climbed[v] = np.inf
        if here < np.inf:
            if local[v] >= 0:
                labels[local[v], lane] = here
            for k in range(up_start[v], up_start[v + 1]):
                climbed[up_place[k]] = min(climbed[up_place[k]], here + up_minutes[k])
        one = parent[v]
        if other == v:
            other = -1


@kernel()
def _climb_rows(  # type: ignore[no-untyped-def]
    up_start, up_place, up_minutes, parent, starts, legs, local, first, last, room, stop
):
    """A lane for each row; in one call, since a thread that waits for the interpreter does not search."""
    for row in range(first, last):
        if stop[0]:
            return
        _climb(up_start, up_place, up_minutes, parent, starts[row], legs[row], local, row - first, room)


@kernel(error_model="numpy")
def _sweep(start: Ints, place: Places, minutes: Minutes, labels: Minutes, lanes: int) -> None:
    for v in range(start.size - 1):
        mine = labels[v]
        for k in range(start[v], start[v + 1]):
            above, leg = labels[place[k]], minutes[k]
            for lane in range(lanes):
                through = above[lane] + leg
                mine[lane] = through if through < mine[lane] else mine[lane]


@kernel()
def _read_lanes(
    labels: Floats,
    targets: Places,
    legs: Floats,
    limit: float,
    first: int,
    last: int,
    table: Minutes,
) -> None:
    """Take the targets out of the lanes and clear them for the next batch.

    A few columns at a time, so that both their lanes and the rows of the table are at hand.
    """
    for left in range(0, targets.shape[0], COLUMNS_TOGETHER):
        right = min(left + COLUMNS_TOGETHER, targets.shape[0])
        for row in range(first, last):
            for column in range(left, right):
                least = np.inf
                for end in range(targets.shape[1]):
                    least = min(least, labels[targets[column, end], row - first] + legs[column, end])
                table[row, column] = least if least <= limit else np.inf
    labels[:] = np.inf


@kernel()
def _local_joints(start, place, minutes, places, local):  # type: ignore[no-untyped-def]
    """Joints among ``places`` only, in single precision."""
    most = 0
    for v in places:
        most += start[v + 1] - start[v]
    first = np.zeros(places.size + 1, np.int64)
    others, legs = np.empty(most, np.int32), np.empty(most, np.float32)
    used = 0
    for i in range(places.size):
        for k in range(start[places[i]], start[places[i] + 1]):
            other = local[place[k]]
            if other >= 0:
                others[used], legs[used] = other, minutes[k]
                used += 1
        first[i + 1] = used
    return first, others, legs


@kernel(error_model="numpy")
def _sum_lanes(  # type: ignore[no-untyped-def]
    up_start,
    up_place,
    up_minutes,
    down_start,
    down_place,
    down_minutes,
    places,
    weights,
    sources,
    bounds,
    local,
    sums,
    lanes,
    stop,
):
    for i in range(places.size):
        local[places[i]] = i
    up_first, up_other, up_leg = _local_joints(up_start, up_place, up_minutes, places, local)
    down_first, down_other, down_leg = _local_joints(down_start, down_place, down_minutes, places, local)
    labels = np.empty((places.size, lanes), np.float32)
    nearest = np.empty(places.size, np.float32)
    total = np.empty((bounds.size, weights.shape[1], lanes))
    for first in range(0, sources.size, lanes):
        if stop[0]:
            break
        count = min(lanes, sources.size - first)
        nearest[:] = np.inf
        for lane in range(count):
            v = local[sources[first + lane]]
            _light(labels, nearest, v, lanes)
            labels[v, lane], nearest[v] = 0.0, 0.0
        _climb_lanes(up_first, up_other, up_leg, labels, nearest, bounds[-1], lanes)
        total[:] = 0.0
        _sweep_and_sum(down_first, down_other, down_leg, labels, nearest, weights, bounds, total, lanes)
        for lane in range(count):
            sums[first + lane] = total[:, :, lane]
    for i in range(places.size):
        local[places[i]] = -1


@kernel(inline="always")
def _light(labels, nearest, v, lanes):  # type: ignore[no-untyped-def]
    """Clear the labels of a node that no lane has reached yet."""
    if nearest[v] == np.inf:
        for lane in range(lanes):
            labels[v, lane] = np.inf


@kernel(error_model="numpy", fastmath={"nnan", "nsz"})
def _least(mine, lanes):  # type: ignore[no-untyped-def]
    least = np.float32(np.inf)
    for lane in range(lanes):
        least = mine[lane] if mine[lane] < least else least
    return least


@kernel(error_model="numpy")
def _climb_lanes(first, other, leg, labels, nearest, farthest, lanes):  # type: ignore[no-untyped-def]
    """Minutes from all lanes up to every more important node within the last bound."""
    for v in range(nearest.size - 1, -1, -1):
        if nearest[v] > farthest:
            continue
        mine = labels[v]
        nearest[v] = _least(mine, lanes)
        for k in range(first[v], first[v + 1]):
            at_best = nearest[v] + leg[k]
            if at_best > farthest:
                continue
            _light(labels, nearest, other[k], lanes)
            nearest[other[k]] = min(nearest[other[k]], at_best)
            above, step = labels[other[k]], leg[k]
            for lane in range(lanes):
                through = mine[lane] + step
                above[lane] = through if through < above[lane] else above[lane]


@kernel(error_model="numpy")
def _sweep_and_sum(  # type: ignore[no-untyped-def]
    first, other, leg, labels, nearest, weights, bounds, total, lanes
):
    """Sweep down and add up at once, while the labels of a node are at hand.

    ``nearest`` is the least label of each node: a joint that even the nearest lane cannot use within the
    last bound is passed over.
    """
    farthest = bounds[bounds.size - 1]
    for v in range(nearest.size):
        mine = labels[v]
        for k in range(first[v], first[v + 1]):
            at_best = nearest[other[k]] + leg[k]
            if at_best > farthest:
                continue
            _light(labels, nearest, v, lanes)
            nearest[v] = min(nearest[v], at_best)
            above, step = labels[other[k]], leg[k]
            for lane in range(lanes):
                through = above[lane] + step
                mine[lane] = through if through < mine[lane] else mine[lane]
        if nearest[v] > farthest:
            continue
        nearest[v] = _least(mine, lanes)
        for ring in range(bounds.size):
            for column in range(weights.shape[1]):
                weight, sum_of = weights[v, column], total[ring, column]
                for lane in range(lanes):
                    sum_of[lane] += weight if mine[lane] <= bounds[ring] else 0.0
