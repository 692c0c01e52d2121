"""The plain search: bounded, over a Graph, with a bucket queue and a workspace that is used again and again.

Queued nodes wait in a ring of buckets, each a stretch of minutes wide, as doubly linked lists
through the nodes themselves, so a node waits in one place only and the queue never outgrows the graph.
Within a bucket nodes are taken in any order and taken again when they improve. Minutes added
along a path only grow, so the labels settle on the least sum over all paths, whatever the order:
the same bits as a heap would give, on any number of threads.

References
----------
R. Dial, Algorithm 360: shortest-path forest with topological ordering, Commun. ACM 12, 1969. Changed: buckets
are wider than the shortest arc, and nodes of one are corrected until it is empty, as in delta-stepping.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import only_compiled
from urbgeo.engine.graph import Graph
from urbgeo.options import thread_count
from urbgeo.types import Floats, Ints, Ints32

kernel = only_compiled("The bounded search")


STATE = np.dtype([("minutes", np.float64), ("next", np.int32), ("prev", np.int32)])
NOT_QUEUED = -2
LAST = -1
BUCKETS_PER_MIDDLE_ARC = 3.0
MOST_BUCKETS = 2**16
LEAST_WIDTH_MIN = 1e-6


class Workspace(NamedTuple):
    """What one thread needs to search: ``state`` of every node (untouched between searches), the ring of
    ``buckets``, the ``touched`` nodes of the last search, and how many buckets go ``per_minute``."""

    state: NDArray[np.void]
    buckets: Ints32
    touched: Ints32
    per_minute: float


_idle: WeakKeyDictionary[Graph, list[Workspace]] = WeakKeyDictionary()
"""Clean workspaces of the graphs that are still held, so that a short search pays for no long array."""
_turn = threading.Lock()


@contextmanager
def workspaces(
    graph: Graph, seed_minutes: Floats | None = None, limit: float = np.inf
) -> Iterator[Callable[[], Workspace]]:
    """Hand out workspaces, one a call and from any thread; kept for the next time when all went well.

    Seeds may start as late as any of ``seed_minutes`` within the limit. Searches must have been forgotten by
    the end; what an error or an interruption leaves behind is dropped.
    """
    late = np.zeros(0) if seed_minutes is None else seed_minutes
    reach = max(graph.longest, float(late[np.isfinite(late) & (late <= limit)].max(initial=0.0)))
    width = max(graph.middle / BUCKETS_PER_MIDDLE_ARC, reach / (MOST_BUCKETS - 4), LEAST_WIDTH_MIN)
    per_minute = 1.0 / width
    ring = 4
    while ring < reach * per_minute + 3:
        ring *= 2
    out: list[Workspace] = []

    def take() -> Workspace:
        with _turn:
            kept = _idle.setdefault(graph, [])
            old = kept.pop() if kept else None
        if old is None:
            state, touched = np.empty(graph.node_count, STATE), np.empty(graph.node_count, np.int32)
            state["minutes"], state["next"] = np.inf, NOT_QUEUED
        else:
            state, touched = old.state, old.touched
        out.append(Workspace(state, np.full(ring, LAST, np.int32), touched, per_minute))
        return out[-1]

    yield take
    with _turn:
        kept = _idle.setdefault(graph, [])
        kept.extend(out[: max(0, thread_count() - len(kept))])


@kernel()
def explore(
    start: Ints32,
    arcs: NDArray[np.void],
    seed_nodes: Ints32,
    seed_minutes: Floats,
    limit: float,
    work: Workspace,
) -> int:
    """Least minutes from the seeds to all nodes within ``limit`` (closed), into ``work.state``.

    Returns how many nodes were reached; they stand first in ``work.touched``, and must be given back with
    :func:`forget` before the next search. Seeds are (seeds,) nodes and minutes to start with.
    """
    state, buckets, touched, per_minute = work
    mask = buckets.size - 1
    reached, waiting = 0, 0
    bucket = np.int64(2**62)
    for s in range(seed_nodes.size):
        node, cost = seed_nodes[s], seed_minutes[s]
        if cost <= limit and cost < state[node].minutes:
            if state[node].minutes == np.inf:
                touched[reached] = node
                reached += 1
            waiting += _queue(state, buckets, mask, per_minute, node, cost)
            bucket = min(bucket, np.int64(cost * per_minute))
    while waiting > 0:
        while buckets[bucket & mask] >= 0:
            node = _take(state, buckets, bucket & mask)
            waiting -= 1
            here = state[node].minutes
            for k in range(start[node], start[node + 1]):
                head, cost = arcs[k].head, here + arcs[k].minutes
                known = state[head].minutes
                if cost < known and cost <= limit:
                    if known == np.inf:
                        touched[reached] = head
                        reached += 1
                    waiting += _queue(state, buckets, mask, per_minute, head, cost)
        bucket += 1
    return reached


@kernel()
def explore_labelled(
    start: Ints32,
    arcs: NDArray[np.void],
    seed_nodes: Ints32,
    seed_minutes: Floats,
    seed_labels: Ints32,
    limit: float,
    work: Workspace,
    label: Ints32,
) -> int:
    """:func:`explore` that also tells in ``label`` (nodes,) whose seed is nearest; ties to the smaller."""
    state, buckets, touched, per_minute = work
    mask = buckets.size - 1
    reached, waiting = 0, 0
    bucket = np.int64(2**62)
    for s in range(seed_nodes.size):
        node, cost, owner = seed_nodes[s], seed_minutes[s], seed_labels[s]
        known = state[node].minutes
        if cost <= limit and (cost < known or (cost == known and owner < label[node])):
            if known == np.inf:
                touched[reached] = node
                reached += 1
            label[node] = owner
            waiting += _queue(state, buckets, mask, per_minute, node, cost)
            bucket = min(bucket, np.int64(cost * per_minute))
    while waiting > 0:
        while buckets[bucket & mask] >= 0:
            node = _take(state, buckets, bucket & mask)
            waiting -= 1
            here, owner = state[node].minutes, label[node]
            for k in range(start[node], start[node + 1]):
                head, cost = arcs[k].head, here + arcs[k].minutes
                known = state[head].minutes
                if cost <= limit and (cost < known or (cost == known and owner < label[head])):
                    if known == np.inf:
                        touched[reached] = head
                        reached += 1
                    label[head] = owner
                    waiting += _queue(state, buckets, mask, per_minute, head, cost)
        bucket += 1
    return reached


@kernel()
def forget(work: Workspace, reached: int) -> None:
    """Make the workspace ready for the next search."""
    for k in range(reached):
        work.state[work.touched[k]].minutes = np.inf


@kernel()
def gather(work: Workspace, reached: int, order: Ints32) -> tuple[Ints, Floats]:
    """The nodes of the last search in the caller's numbers, and their minutes; and forget it."""
    nodes, minutes = np.empty(reached, np.int64), np.empty(reached)
    for k in range(reached):
        nodes[k] = order[work.touched[k]]
        minutes[k] = work.state[work.touched[k]].minutes
    forget(work, reached)
    return nodes, minutes


@kernel()
def deliver(work: Workspace, reached: int, rank: Ints32, order: Ints32, minutes: Floats) -> None:
    """Write the minutes of the last search into (nodes,) ``minutes`` in the caller's order, and forget it.

    ``minutes`` must hold ``inf`` where the search has not been.
    """
    if 4 * reached < rank.size:
        for k in range(reached):
            minutes[order[work.touched[k]]] = work.state[work.touched[k]].minutes
        forget(work, reached)
        return
    for node in range(rank.size):
        minutes[node] = work.state[rank[node]].minutes
    for place in range(rank.size):
        work.state[place].minutes = np.inf


@kernel(inline="always")
def _queue(state, buckets, mask, per_minute, node, cost):  # type: ignore[no-untyped-def]
    """Put a node where its new minutes belong, out of where it waited; 1 if it did not wait before."""
    fresh = 1
    if state[node].next != NOT_QUEUED:
        fresh = 0
        after, before = state[node].next, state[node].prev
        if before >= 0:
            state[before].next = after
        else:
            buckets[np.int64(state[node].minutes * per_minute) & mask] = after
        if after >= 0:
            state[after].prev = before
    slot = np.int64(cost * per_minute) & mask
    first = buckets[slot]
    state[node].minutes = cost
    state[node].next = first
    state[node].prev = LAST
    if first >= 0:
        state[first].prev = node
    buckets[slot] = node
    return fresh


@kernel(inline="always")
def _take(state, buckets, slot):  # type: ignore[no-untyped-def]
    node = buckets[slot]
    after = state[node].next
    buckets[slot] = after
    if after >= 0:
        state[after].prev = LAST
    state[node].next = NOT_QUEUED
    return node
