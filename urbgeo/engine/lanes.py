"""Searches over a hierarchy, many sources at a time: a lane each, swept from the top down.

The upward search from a source reaches all more important nodes it can, then a sweep goes down over the nodes
that matter for the targets (RPHAST). The sweep reads every shortcut once for all lanes, and the lanes of one
stand side by side, so the processor works on eight or sixteen sources at once (SIMD).

Changed from the papers: the upward search needs no queue, since it walks the chain of parents in the
elimination tree; a source may start at any number of nodes with minutes of its own, and a target end at any.

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
from urbgeo.engine.graph import Graph
from urbgeo.engine.hierarchy import Hierarchy
from urbgeo.engine.resolution import closed, in_ticks, told_one
from urbgeo.parallel import Stop, over_blocks
from urbgeo.types import Floats, Ints, Ints32

kernel = only_compiled("A hierarchy")

Minutes = NDArray[np.floating]

LANES = 64
COLUMNS_TOGETHER = 16


class Below(NamedTuple):
    """The part of a hierarchy that leads down to some targets: ``local`` place in it (-1: not in it), and its
    shortcuts (CSR)."""

    local: Ints32
    size: int
    start: Ints
    place: Ints32
    minutes: Floats


class _TableRoom(NamedTuple):
    labels: Floats
    upward: Floats


def below(hierarchy: Hierarchy, places: Ints32) -> Below:
    """All that a sweep down to these places has to pass."""
    n = hierarchy.place.size
    local = np.full(n, -1, np.int32)
    size, shortcuts = _mark(hierarchy.down_start, hierarchy.down_place, places, local)
    start = np.zeros(size + 1, np.int64)
    place, minutes = np.empty(shortcuts, np.int32), np.empty(shortcuts)
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
    """:func:`urbgeo.engine.dijkstra.ends_table` over a hierarchy (reversed for the direction ``"to"``).

    Equal to the plain search to the last bit: sums of ticks do not depend on their order.
    """
    table = np.empty((len(from_nodes), len(to_nodes))) if out is None else out
    starts = hierarchy.place[graph.rank[from_nodes]]
    ends = hierarchy.place[graph.rank[to_nodes]]
    part = below(hierarchy, np.unique(ends))
    last_minutes, first_minutes, bound = in_ticks(to_minutes), in_ticks(from_minutes), closed(limit)
    targets = part.local[ends]

    def rows(first: int, last: int, room: _TableRoom, stop: Stop) -> None:
        _search_upward_rows(
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
        _read_lanes(room.labels, targets, last_minutes, bound, first, last, table)

    over_blocks(
        len(from_nodes),
        LANES,
        lambda: _TableRoom(np.full((part.size, LANES), np.inf), np.full(graph.node_count, np.inf)),
        rows,
        what="minutes table",
    )
    return table


@kernel()
def _mark(down_start: Ints, down_place: Ints32, places: Ints32, local: Ints32) -> tuple[int, int]:
    for place in places:
        local[place] = 0
    shortcuts = 0
    for v in range(local.size - 1, -1, -1):
        if local[v] == 0:
            shortcuts += down_start[v + 1] - down_start[v]
            for k in range(down_start[v], down_start[v + 1]):
                local[down_place[k]] = 0
    size = 0
    for v in range(local.size):
        if local[v] == 0:
            local[v] = size
            size += 1
    return size, shortcuts


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
def _search_upward(up_start, up_place, up_minutes, parent, ends, legs, at, local, lane, room):  # type: ignore[no-untyped-def]
    """Minutes from a source to all more important nodes, into its lane of the labels.

    All chains of parents are walked together, the least important (latest) place first. An end with no way
    to it is left out: points with fewer joins than others have such ends.
    """
    labels, upward = room
    for end in range(ends.size):
        at[end] = ends[end] if legs[end] < np.inf else -1
        upward[ends[end]] = min(upward[ends[end]], legs[end])
    while True:
        v = -1
        for end in range(ends.size):
            v = max(v, at[end])
        if v < 0:
            break
        here = upward[v]
        upward[v] = np.inf
        if here < np.inf:
            if local[v] >= 0:
                labels[local[v], lane] = here
            for k in range(up_start[v], up_start[v + 1]):
                upward[up_place[k]] = min(upward[up_place[k]], here + up_minutes[k])
        above = parent[v]
        for end in range(ends.size):
            if at[end] == v:
                at[end], above = above, -1


@kernel()
def _search_upward_rows(  # type: ignore[no-untyped-def]
    up_start, up_place, up_minutes, parent, starts, legs, local, first, last, room, stop
):
    """A lane for each row; in one call, since a thread that waits for the interpreter does not search."""
    at = np.empty(starts.shape[1], np.int32)
    for row in range(first, last):
        if stop[0]:
            return
        _search_upward(
            up_start, up_place, up_minutes, parent, starts[row], legs[row], at, local, row - first, room
        )


@kernel(error_model="numpy")
def _sweep(start: Ints, place: Ints32, minutes: Minutes, labels: Minutes, lanes: int) -> None:
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
    targets: Ints32,
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
                table[row, column] = told_one(least) if least <= limit else np.inf
    labels[:] = np.inf
