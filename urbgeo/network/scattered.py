"""Sums within a time over a hierarchy for some nodes: neighbours on the curve share a sweep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from urbgeo.network.bounded import Workspace, explore, forget, workspaces
from urbgeo.network.graph import CLOSED_BOUND, Graph
from urbgeo.network.hierarchy import Hierarchy
from urbgeo.network.lanes import LANES, _sum_lanes
from urbgeo.network.parallel import Stop, over_blocks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]

SOURCES_TOGETHER = 256
"""Sources of one block: fewer search the same ground too often, more drag all of it through each sweep."""


def lanes_sums_of(
    graph: Graph,
    hierarchy: Hierarchy,
    sources: Ints,
    weights: Floats,
    minutes: Floats,
    *,
    direction: str = "from",
) -> Floats:
    """:func:`urbgeo.network.plain.sums_within` over a hierarchy (reversed for the direction ``"to"``).

    As :func:`urbgeo.network.lanes.lanes_sums`, for any sources: those that follow each other along the curve
    share one bounded search and its sweeps. Equal to the plain sums but for nodes within rounding of a bound.
    """
    arcs = graph.arcs(direction)
    inside = np.ascontiguousarray(weights[graph.order], np.float64)
    along = np.argsort(graph.rank[sources], kind="stable")
    starts = graph.rank[sources][along]
    sums = np.zeros((len(sources), len(minutes), weights.shape[1]))
    bounds = (np.asarray(minutes) * CLOSED_BOUND).astype(np.float32)
    reach = float(minutes[-1]) * CLOSED_BOUND**2

    def block(first: int, last: int, room: tuple[Workspace, Places], stop: Stop) -> None:
        search, local = room
        here = starts[first:last]
        reached = explore(arcs.start, arcs.arcs, here, np.zeros(last - first), reach, search)
        nodes = search.touched[:reached].copy()
        forget(search, reached)
        nodes = nodes[np.argsort(hierarchy.place[nodes])]
        found = np.zeros((last - first, *sums.shape[1:]))
        _sum_lanes(
            hierarchy.up_start,
            hierarchy.up_place,
            hierarchy.up_minutes,
            hierarchy.down_start,
            hierarchy.down_place,
            hierarchy.down_minutes,
            hierarchy.place[nodes],
            inside[nodes],
            hierarchy.place[here],
            bounds,
            local,
            found,
            LANES,
            stop,
        )
        sums[along[first:last]] = found

    with workspaces(graph) as take:
        over_blocks(
            len(sources),
            SOURCES_TOGETHER,
            lambda: (take(), np.full(graph.node_count, -1, np.int32)),
            block,
            what="sums within",
        )
    return sums
