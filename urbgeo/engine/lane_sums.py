"""Sums within a time over a hierarchy: sources that lie together share a search and sweeps, a lane each.

RPHAST (:mod:`urbgeo.engine.lanes`) restricted to what one bounded search finds. Two things are changed.
Labels are whole numbers of 32 bits, since twice as many lanes then fit a register and adding them is exact:
only arcs are rounded. And the few nodes so near a bound that this rounding could decide are settled by the
exact search of an elimination tree, so that bounds are closed.

References
----------
D. Delling, A. Goldberg, R. Werneck, Faster batched shortest paths in road networks, ATMOS 2011.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from urbgeo.compiling import only_compiled
from urbgeo.engine.bounded import Workspace, explore, forget, workspaces
from urbgeo.engine.graph import Graph
from urbgeo.engine.hierarchy import Hierarchy
from urbgeo.engine.lanes import LANES
from urbgeo.engine.resolution import closed
from urbgeo.parallel import Stop, over_blocks
from urbgeo.types import Floats, Ints, Ints32

kernel = only_compiled("A hierarchy")


REACH_UNITS = 2**29
"""What the last bound is in units of the lanes."""

UNREACHED = 2**30 - 1
"""Twice that is still a number of 32 bits."""

SURE_UNITS = 512
"""Labels so far from a bound are on their side of it: each arc of a way is wrong by half a unit, and no way
has a thousand arcs in a hierarchy. A millionth of the last bound."""

SOURCES_TOGETHER = 1024
"""Sources of one block where every node is one: neighbours on the curve, so that what they reach overlaps."""

SCATTERED_TOGETHER = 256
"""The same for scattered sources: fewer search the same ground too often, more drag all of it through each
sweep."""


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
    over that part alone is exact.
    """
    sources = np.arange(first, last, dtype=np.int32)
    return _sums(graph, hierarchy, sources, weights, minutes, direction, SOURCES_TOGETHER)


def lanes_sums_of(
    graph: Graph,
    hierarchy: Hierarchy,
    sources: Ints,
    weights: Floats,
    minutes: Floats,
    *,
    direction: str = "from",
) -> Floats:
    """:func:`lanes_sums` for any nodes, named and ordered as by :mod:`urbgeo.engine.dijkstra`."""
    ranks = graph.rank[sources]
    along = np.argsort(ranks, kind="stable")
    sums = np.empty((len(sources), len(minutes), weights.shape[1]))
    sums[along] = _sums(graph, hierarchy, ranks[along], weights, minutes, direction, SCATTERED_TOGETHER)
    return sums


def _sums(
    graph: Graph,
    hierarchy: Hierarchy,
    sources: Ints32,
    weights: Floats,
    minutes: Floats,
    direction: str,
    together: int,
) -> Floats:
    """Sums for sources that are numbered and ordered along the curve."""
    arcs, h = graph.arcs(direction), hierarchy
    inside = np.ascontiguousarray(weights[graph.order], np.float64)
    sums = np.zeros((len(sources), len(minutes), weights.shape[1]))
    bounds = np.array([closed(one) for one in minutes])
    up, down = (h.up_start, h.up_place, h.up_minutes), (h.down_start, h.down_place, h.down_minutes)

    def block(first: int, last: int, room: _Room, stop: Stop) -> None:
        here = sources[first:last]
        reached = explore(arcs.start, arcs.arcs, here, np.zeros(last - first), bounds[-1], room.search)
        nodes = room.search.touched[:reached].copy()
        forget(room.search, reached)
        places = h.place[nodes]
        by_place = np.argsort(places)
        nodes, places = nodes[by_place], places[by_place]
        starts, found = h.place[here], sums[first:last]
        tree = (h.parent, room.above, room.below)
        _sum_lanes(*up, *down, *tree, places, inside[nodes], starts, bounds, room.local, found, LANES, stop)

    n = graph.node_count
    with workspaces(graph) as take:
        over_blocks(
            len(sources),
            together,
            lambda: _Room(take(), np.full(n, -1, np.int32), np.full(n, np.inf), np.full(n, np.inf)),
            block,
            what="sums within",
        )
    return sums


class _Room(NamedTuple):
    """What one thread needs: a workspace; by place its number in the block, and minutes of two searches."""

    search: Workspace
    local: Ints32
    above: Floats
    below: Floats


@kernel()
def _local_arcs(start, place, minutes, places, local, per_minute):  # type: ignore[no-untyped-def]
    """Arcs among ``places`` only, in units."""
    most = 0
    for v in places:
        most += start[v + 1] - start[v]
    first = np.zeros(places.size + 1, np.int64)
    others, legs = np.empty(most, np.int32), np.empty(most, np.int32)
    used = 0
    for i in range(places.size):
        for k in range(start[places[i]], start[places[i] + 1]):
            other = local[place[k]]
            if other >= 0:
                others[used] = other
                legs[used] = np.int32(min(np.rint(minutes[k] * per_minute), float(UNREACHED)))
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
    parent,
    above,
    below,
    places,
    weights,
    sources,
    bounds,
    local,
    sums,
    lanes,
    stop,
):
    per_minute = REACH_UNITS / bounds[-1]
    inside, beyond = np.empty(bounds.size, np.int32), np.empty(bounds.size, np.int32)
    for ring in range(bounds.size):
        inside[ring] = np.int32(np.floor(bounds[ring] * per_minute)) - SURE_UNITS
        beyond[ring] = np.int32(np.ceil(bounds[ring] * per_minute)) + SURE_UNITS
    for i in range(places.size):
        local[places[i]] = i
    up_first, up_other, up_leg = _local_arcs(up_start, up_place, up_minutes, places, local, per_minute)
    down_first, down_other, down_leg = _local_arcs(
        down_start, down_place, down_minutes, places, local, per_minute
    )
    labels = np.empty((places.size, lanes), np.int32)
    nearest = np.empty(places.size, np.int32)
    total = np.empty((bounds.size, weights.shape[1], lanes))
    doubts = np.empty((1024, 3), np.int32)
    for first in range(0, sources.size, lanes):
        if stop[0]:
            break
        count = min(lanes, sources.size - first)
        nearest[:] = UNREACHED
        for lane in range(count):
            v = local[sources[first + lane]]
            _light(labels, nearest, v, lanes)
            labels[v, lane], nearest[v] = 0, 0
        _search_upward_lanes(up_first, up_other, up_leg, labels, nearest, beyond[-1], lanes)
        total[:] = 0.0
        doubtful, doubts = _sweep_and_sum(
            down_first, down_other, down_leg, labels, nearest, weights, inside, beyond, total, doubts, lanes
        )
        _settle(
            up_start, up_place, up_minutes, down_start, down_place, down_minutes, parent, above, below,
            places, weights, sources[first : first + count], bounds, doubts[:doubtful], total,
        )  # fmt: skip
        for lane in range(count):
            sums[first + lane] = total[:, :, lane]
    for i in range(places.size):
        local[places[i]] = -1


@kernel(inline="always")
def _light(labels, nearest, v, lanes):  # type: ignore[no-untyped-def]
    """Clear the labels of a node that no lane has reached yet."""
    if nearest[v] == UNREACHED:
        for lane in range(lanes):
            labels[v, lane] = UNREACHED


@kernel(error_model="numpy")
def _least(mine, lanes):  # type: ignore[no-untyped-def]
    least = np.int32(UNREACHED)
    for lane in range(lanes):
        least = min(least, mine[lane])
    return least


@kernel(error_model="numpy")
def _search_upward_lanes(first, other, leg, labels, nearest, farthest, lanes):  # type: ignore[no-untyped-def]
    """Units from all lanes up to every more important node within the last bound."""
    for v in range(nearest.size - 1, -1, -1):
        if nearest[v] > farthest:
            continue
        mine = labels[v]
        nearest[v] = _least(mine, lanes)
        for k in range(first[v], first[v + 1]):
            at_best = np.int32(nearest[v] + leg[k])
            if at_best > farthest:
                continue
            _light(labels, nearest, other[k], lanes)
            nearest[other[k]] = min(nearest[other[k]], at_best)
            above, step = labels[other[k]], leg[k]
            for lane in range(lanes):
                above[lane] = min(above[lane], np.int32(mine[lane] + step))


@kernel(error_model="numpy")
def _sweep_and_sum(  # type: ignore[no-untyped-def]
    first, other, leg, labels, nearest, weights, inside, beyond, total, doubts, lanes
):
    """Sweep down and add up at once, while the labels of a node are at hand; note what rounding may decide.

    ``nearest`` is the least label of each node: an arc that even the nearest lane cannot use within the
    last bound is passed over. ``doubts`` gets the lane, node and ring of labels too near a bound.
    """
    farthest, doubtful = beyond[beyond.size - 1], 0
    for v in range(nearest.size):
        mine = labels[v]
        for k in range(first[v], first[v + 1]):
            at_best = np.int32(nearest[other[k]] + leg[k])
            if at_best > farthest:
                continue
            _light(labels, nearest, v, lanes)
            nearest[v] = min(nearest[v], at_best)
            above, step = labels[other[k]], leg[k]
            for lane in range(lanes):
                mine[lane] = min(mine[lane], np.int32(above[lane] + step))
        if nearest[v] > farthest:
            continue
        nearest[v] = _least(mine, lanes)
        for ring in range(inside.size):
            within, outside, close = inside[ring], beyond[ring], 0
            for column in range(weights.shape[1]):
                weight, sum_of = weights[v, column], total[ring, column]
                for lane in range(lanes):
                    sum_of[lane] += weight if mine[lane] <= within else 0.0
            for lane in range(lanes):
                close += (mine[lane] > within) & (mine[lane] <= outside)
            if close == 0:
                continue
            if doubtful + close > doubts.shape[0]:
                doubts = np.concatenate((doubts, np.empty((doubtful + close, 3), np.int32)))
            for lane in range(lanes):
                if within < mine[lane] <= outside:
                    doubts[doubtful, 0], doubts[doubtful, 1], doubts[doubtful, 2] = lane, v, ring
                    doubtful += 1
    return doubtful, doubts


@kernel()
def _settle(  # type: ignore[no-untyped-def]
    up_start, up_place, up_minutes, down_start, down_place, down_minutes, parent, above, below,
    places, weights, sources, bounds, doubts, total,
):  # fmt: skip
    """Add what each lane's source really reaches of its doubtful nodes, by an exact search of the tree."""
    by_lane = np.argsort(doubts[:, 0], kind="mergesort")
    lane = np.int32(-1)
    for one in by_lane:
        v, ring = doubts[one, 1], doubts[one, 2]
        if doubts[one, 0] != lane:
            if lane >= 0:
                _clear(parent, sources[lane], above)
            lane = doubts[one, 0]
            _search_upward_within(up_start, up_place, up_minutes, parent, sources[lane], bounds[-1], above)
        _search_upward_within(down_start, down_place, down_minutes, parent, places[v], bounds[ring], below)
        least, a = np.inf, places[v]
        while a >= 0:
            least = min(least, above[a] + below[a])
            a = parent[a]
        _clear(parent, places[v], below)
        if least <= bounds[ring]:
            for column in range(weights.shape[1]):
                total[ring, column, lane] += weights[v, column]
    if lane >= 0:
        _clear(parent, sources[lane], above)


@kernel(inline="always")
def _clear(parent, source, labels):  # type: ignore[no-untyped-def]
    a = source
    while a >= 0:
        labels[a] = np.inf
        a = parent[a]


@kernel()
def _search_upward_within(start, place, minutes, parent, source, limit, labels):  # type: ignore[no-untyped-def]
    """Exact minutes from a place to its ancestors, left in ``labels`` for the caller to clear."""
    labels[source] = 0.0
    v = source
    while v >= 0:
        here = labels[v]
        if here <= limit:
            for k in range(start[v], start[v + 1]):
                labels[place[k]] = min(labels[place[k]], here + minutes[k])
        v = parent[v]
