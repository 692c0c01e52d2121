"""Dijkstra's search, one per source over a Graph: minutes, nearest, tables, sums, paths; nothing prepared.

Nodes are named by their position in the caller's order. ``direction`` is ``"from"`` (minutes away from the
source) or ``"to"`` (minutes towards it). Minutes are sums of whole ticks, exact and the same bits on any
number of threads; bounds are closed, on what :func:`urbgeo.engine.resolution.told` makes of a sum. Where
numba is missing, the functions of :mod:`urbgeo.engine.by_scipy` stand in.

References
----------
E. W. Dijkstra, A note on two problems in connexion with graphs, Numer. Math. 1, 1959. Changed: bounded, with
a queue of buckets (:mod:`urbgeo.engine.bounded`), since most of a heap's time is its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import kernel, without_numba
from urbgeo.engine import by_scipy
from urbgeo.engine.bounded import (
    Workspace,
    deliver,
    explore,
    explore_labelled,
    forget,
    gather,
    workspaces,
)
from urbgeo.engine.graph import Graph
from urbgeo.engine.heap import pop, push, trace_back
from urbgeo.engine.resolution import closed, in_ticks, told, told_one
from urbgeo.parallel import Stop, off_the_main_thread, over_blocks
from urbgeo.types import Floats, Ints, Ints32

Minutes = NDArray[np.floating]

SOURCES_PER_TASK = 8
MANY_SOURCES = 16
"""From so many searches on it pays to put the weights of all nodes in the order of the searches."""


@without_numba(by_scipy.minutes_of_nodes)
def minutes_of_nodes(
    graph: Graph, seeds: Ints, seed_minutes: Floats, limit: float = np.inf, *, direction: str = "from"
) -> Floats:
    """(nodes,) least minutes from (or to) the nearest seed; ``inf`` beyond ``limit`` or unreached."""
    arcs = graph.arcs(direction)
    minutes = np.full(graph.node_count, np.inf)
    late, bound = in_ticks(seed_minutes), closed(limit)
    with workspaces(graph, late, bound) as take:
        work = take()
        reached = explore(arcs.start, arcs.arcs, graph.rank[seeds], late, bound, work)
        deliver(work, reached, graph.rank, graph.order, minutes)
    return minutes


@without_numba(by_scipy.reached_nodes)
def reached_nodes(
    graph: Graph, seeds: Ints, seed_minutes: Floats, limit: float, *, direction: str = "from"
) -> tuple[Ints, Floats]:
    """(reached,) nodes within ``limit`` of the nearest seed, as found, and their least minutes.

    What it costs depends on what is reached, not on the size of the graph.
    """
    arcs = graph.arcs(direction)
    late, bound = in_ticks(seed_minutes), closed(limit)
    with workspaces(graph, late, bound) as take:
        work = take()
        reached = explore(arcs.start, arcs.arcs, graph.rank[seeds], late, bound, work)
        found: tuple[Ints, Floats] = gather(work, reached, graph.order)
    return found


@without_numba(by_scipy.nearest_seed)
def nearest_seed(
    graph: Graph,
    seeds: Ints,
    seed_minutes: Floats,
    labels: Ints,
    limit: float = np.inf,
    *,
    direction: str = "from",
) -> tuple[Floats, Ints]:
    """(nodes,) least minutes from (or to) the nearest seed, and its label (-1: none); ties to the smaller."""
    arcs = graph.arcs(direction)
    starts, names = graph.rank[seeds], np.asarray(labels, np.int32)
    late, bound = in_ticks(seed_minutes), closed(limit)
    label = np.full(graph.node_count, -1, np.int32)
    minutes = np.full(graph.node_count, np.inf)
    with workspaces(graph, late, bound) as take:
        work = take()
        reached = explore_labelled(arcs.start, arcs.arcs, starts, late, names, bound, work, label)
        deliver(work, reached, graph.rank, graph.order, minutes)
    return minutes, label[graph.rank].astype(np.int64)


@without_numba(by_scipy.nearest_seeds)
def nearest_seeds(
    graph: Graph,
    seeds: Ints,
    seed_minutes: Floats,
    labels: Ints,
    count: int,
    limit: float = np.inf,
    *,
    direction: str = "from",
) -> tuple[Floats, Ints]:
    """(nodes, count) minutes from (or to) the nearest seeds of different labels, and these labels.

    Equal minutes stand by label; ``inf`` and -1 where there are fewer within ``limit``.
    """
    arcs = graph.arcs(direction)
    minutes = np.full((graph.node_count, count), np.inf)
    label = np.full((graph.node_count, count), -1, np.int64)
    starts, names = graph.rank[seeds], np.asarray(labels, np.int64)
    late, bound = in_ticks(seed_minutes), closed(limit)
    off_the_main_thread(
        lambda stop: _several(arcs.start, arcs.arcs, starts, late, names, bound, minutes, label, stop),
        what="nearest places of every node",
    )
    return told(minutes[graph.rank]), label[graph.rank]


@without_numba(by_scipy.ends_table)
def ends_table(
    graph: Graph,
    from_nodes: Ints,
    from_minutes: Floats,
    to_nodes: Ints,
    to_minutes: Floats,
    limit: float = np.inf,
    *,
    direction: str = "from",
    out: Minutes | None = None,
) -> Minutes:
    """(rows, columns) minutes between points that hang on two nodes each.

    ``from_nodes`` and ``from_minutes`` are (rows, 2): the nodes a row's point is attached to, and the
    minutes between it and them (``inf`` = not that way); ``to_*`` likewise for the columns. One search per
    row; ``inf`` beyond ``limit``. ``out`` (float32 or float64) is filled and returned where given.
    """
    arcs = graph.arcs(direction)
    table = np.empty((len(from_nodes), len(to_nodes))) if out is None else out
    starts, ends = graph.rank[from_nodes], graph.rank[to_nodes]
    seeds, legs, bound = in_ticks(from_minutes), in_ticks(to_minutes), closed(limit)

    def rows(first: int, last: int, work: Workspace, stop: Stop) -> None:
        _table_rows(arcs.start, arcs.arcs, starts, seeds, ends, legs, bound, first, last, table, work, stop)

    with workspaces(graph, seeds, bound) as take:
        over_blocks(len(from_nodes), SOURCES_PER_TASK, take, rows, what="minutes table")
    return table


@without_numba(by_scipy.sums_within)
def sums_within(
    graph: Graph, sources: Ints, weights: Floats, minutes: Floats, *, direction: str = "from"
) -> Floats:
    r"""(sources, thresholds, weights) sums of node weights within each time of each source.

    .. math:: S_{itk} = \sum_{j:\, T_{ij} \le t} w_{jk}

    ``weights`` is (nodes, weights); ``minutes`` (thresholds,) ascending, closed; one search per source serves
    all.
    """
    arcs = graph.arcs(direction)
    sums = np.zeros((len(sources), len(minutes), weights.shape[1]))
    starts, (inside, own) = graph.rank[sources], _weights_by_place(graph, weights, len(sources))
    bounds = np.array([closed(one) for one in minutes])

    def rows(first: int, last: int, work: Workspace, stop: Stop) -> None:
        _sum_rows(arcs.start, arcs.arcs, starts, inside, own, bounds, first, last, sums, work, stop)

    with workspaces(graph) as take:
        over_blocks(len(sources), SOURCES_PER_TASK, take, rows, what="sums within")
    return sums


@without_numba(by_scipy.decay_sums)
def decay_sums(
    graph: Graph,
    sources: Ints,
    weights: Floats,
    steps_min: Floats,
    shares: Floats,
    *,
    direction: str = "from",
) -> Floats:
    r"""(sources, weights) sums of node weights that fade with time.

    .. math:: S_{ik} = \sum_j w_{jk} f(T_{ij})

    ``f`` is given as a polyline through (``steps_min``, ``shares``), ascending from 0 minutes; it is 0
    beyond the last step, where the search ends. A curve sampled every 0.1 minute is met to within 1e-5.
    """
    arcs = graph.arcs(direction)
    sums = np.zeros((len(sources), weights.shape[1]))
    starts, (inside, own) = graph.rank[sources], _weights_by_place(graph, weights, len(sources))

    steps, farthest = _floats(steps_min), closed(float(steps_min[-1]))

    def rows(first: int, last: int, work: Workspace, stop: Stop) -> None:
        _decay_rows(
            arcs.start, arcs.arcs, starts, inside, own, steps, shares, farthest, first, last, sums, work, stop
        )

    with workspaces(graph) as take:
        over_blocks(len(sources), SOURCES_PER_TASK, take, rows, what="decay sums")
    return sums


@without_numba(by_scipy.paths_to)
def paths_to(graph: Graph, seeds: Ints, seed_minutes: Floats, targets: Ints) -> tuple[Floats, list[Ints]]:
    """(targets,) least minutes from the nearest seed, and the nodes along one quickest path to each target.

    A path begins at a seed and ends at the target; it is empty where there is none. Among equally quick
    paths always the same one is taken.
    """
    starts, late, ends = graph.rank[seeds], in_ticks(seed_minutes), graph.rank[targets]
    into = graph.into
    heads, lengths = into.arcs["head"], into.arcs["minutes"]
    with workspaces(graph, late) as take:
        work = take()
        count = explore(graph.out.start, graph.out.arcs, starts, late, np.inf, work)
        at, prev, reached = work.state["minutes"], work.state["prev"], work.touched[:count]
        minutes = at[ends]
        paths = [trace_back(into.start, heads, lengths, starts, late, end, reached, at, prev) for end in ends]
        forget(work, count)
    return minutes, [graph.order[path].astype(np.int64) for path in paths]


def _weights_by_place(graph: Graph, weights: Floats, sources: int) -> tuple[Floats, Ints32]:
    """Weights, and the row of each place in them: put in order only where many searches will read them."""
    if sources < MANY_SOURCES:
        return _floats(weights), graph.order
    as_they_are = np.arange(graph.node_count, dtype=np.int32)
    as_they_are.flags.writeable = False  # as graph.order, so that one compiled kernel serves both
    return _floats(weights[graph.order]), as_they_are


def _floats(values: Floats) -> Floats:
    return np.ascontiguousarray(values, np.float64)


@kernel()
def _table_rows(
    start: Ints32,
    arcs: NDArray[np.void],
    from_nodes: Ints32,
    from_minutes: Floats,
    to_nodes: Ints32,
    to_minutes: Floats,
    limit: float,
    first: int,
    last: int,
    table: Minutes,
    work: Workspace,
    stop: Stop,
) -> None:
    for row in range(first, last):
        if stop[0]:
            return
        reached = explore(start, arcs, from_nodes[row], from_minutes[row], limit, work)
        for column in range(to_nodes.shape[0]):
            least = np.inf
            for end in range(to_nodes.shape[1]):
                least = min(least, work.state[to_nodes[column, end]].minutes + to_minutes[column, end])
            table[row, column] = told_one(least) if least <= limit else np.inf
        forget(work, reached)


@kernel()
def _sum_rows(
    start: Ints32,
    arcs: NDArray[np.void],
    sources: Ints32,
    weights: Floats,
    own: Ints32,
    minutes: Floats,
    first: int,
    last: int,
    sums: Floats,
    work: Workspace,
    stop: Stop,
) -> None:
    at_once = np.zeros(1)
    for row in range(first, last):
        if stop[0]:
            return
        reached = explore(start, arcs, sources[row : row + 1], at_once, minutes[-1], work)
        for k in range(reached):
            node = work.touched[k]
            ring = 0
            while work.state[node].minutes > minutes[ring]:
                ring += 1
            for column in range(weights.shape[1]):
                sums[row, ring, column] += weights[own[node], column]
        for ring in range(1, minutes.size):
            for column in range(weights.shape[1]):
                sums[row, ring, column] += sums[row, ring - 1, column]
        forget(work, reached)


@kernel()
def _decay_rows(
    start: Ints32,
    arcs: NDArray[np.void],
    sources: Ints32,
    weights: Floats,
    own: Ints32,
    steps: Floats,
    shares: Floats,
    farthest: float,
    first: int,
    last: int,
    sums: Floats,
    work: Workspace,
    stop: Stop,
) -> None:
    at_once = np.zeros(1)
    for row in range(first, last):
        if stop[0]:
            return
        reached = explore(start, arcs, sources[row : row + 1], at_once, farthest, work)
        for k in range(reached):
            node = work.touched[k]
            # As told, so that a jump of the decay is a closed bound too.
            share = np.interp(told_one(work.state[node].minutes), steps, shares)
            for column in range(weights.shape[1]):
                sums[row, column] += weights[own[node], column] * share
        forget(work, reached)


@kernel()
def _several(
    start: Ints32,
    arcs: NDArray[np.void],
    seed_nodes: Ints32,
    seed_minutes: Floats,
    seed_labels: Ints,
    limit: float,
    minutes: Floats,
    label: Ints,
    stop: Stop,
) -> None:
    """Fill (nodes, k) by a search in which each node settles once for each of its k nearest labels."""
    count = minutes.shape[1]
    room = 4 * seed_nodes.size + 1024
    key, owner, item = np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64)
    size = 0
    for s in range(seed_nodes.size):
        if seed_minutes[s] <= limit and seed_minutes[s] < np.inf:
            size = push(key, owner, item, size, seed_minutes[s], seed_labels[s], seed_nodes[s])
    while size > 0 and not stop[0]:
        cost, owned_by, node = key[0], owner[0], item[0]
        size = pop(key, owner, item, size)
        place = 0
        while place < count and label[node, place] >= 0 and label[node, place] != owned_by:
            place += 1
        if place == count or label[node, place] == owned_by:
            continue
        minutes[node, place], label[node, place] = cost, owned_by
        degree = start[node + 1] - start[node]
        if size + degree > key.size:
            key, owner, item = _larger(key), _larger(owner), _larger(item)
        for k in range(start[node], start[node + 1]):
            further = cost + arcs[k].minutes
            if further <= limit and label[arcs[k].head, count - 1] < 0:
                size = push(key, owner, item, size, further, owned_by, arcs[k].head)


@kernel()
def _larger(array):  # type: ignore[no-untyped-def]
    more = np.empty(2 * array.size, array.dtype)
    more[: array.size] = array
    return more
