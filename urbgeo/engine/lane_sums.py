"""Sums within a time over a hierarchy: sources that lie together share a search and sweeps, a lane each."""

from __future__ import annotations

import numpy as np

from urbgeo.compiling import only_compiled
from urbgeo.engine.bounded import Workspace, explore, forget, workspaces
from urbgeo.engine.graph import CLOSED_BOUND, Graph
from urbgeo.engine.hierarchy import Hierarchy
from urbgeo.engine.lanes import LANES
from urbgeo.engine.parallel import Stop, over_blocks
from urbgeo.types import Floats, Ints, Ints32

kernel = only_compiled("A hierarchy")


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
    over that part alone is exact. Minutes are single precision inside a sweep; bounds are met up to
    :data:`urbgeo.engine.graph.CLOSED_BOUND`.
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
    """:func:`lanes_sums` for any nodes, as :func:`urbgeo.engine.plain.sums_within` names and orders them."""
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
    bounds = (np.asarray(minutes) * CLOSED_BOUND).astype(np.float32)
    reach = float(minutes[-1]) * CLOSED_BOUND**2

    def block(first: int, last: int, room: tuple[Workspace, Ints32], stop: Stop) -> None:
        search, local = room
        here = sources[first:last]
        reached = explore(arcs.start, arcs.arcs, here, np.zeros(last - first), reach, search)
        nodes = search.touched[:reached].copy()
        forget(search, reached)
        places = h.place[nodes]
        by_place = np.argsort(places)
        nodes, places = nodes[by_place], places[by_place]
        up, down = (h.up_start, h.up_place, h.up_minutes), (h.down_start, h.down_place, h.down_minutes)
        starts, found = h.place[here], sums[first:last]
        _sum_lanes(*up, *down, places, inside[nodes], starts, bounds, local, found, LANES, stop)

    with workspaces(graph) as take:
        over_blocks(
            len(sources),
            together,
            lambda: (take(), np.full(graph.node_count, -1, np.int32)),
            block,
            what="sums within",
        )
    return sums


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
