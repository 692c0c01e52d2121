"""The searches of :mod:`urbgeo.engine.dijkstra` by scipy: slower, for machines without numba.

Each search starts at a node added for it, with an arc to every seed as long as the seed's head start; minutes
are then added up in the same order as by the compiled searches, and are the same. Inside, nodes are
numbered along the curve.
"""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from urbgeo.engine.graph import Graph
from urbgeo.engine.heap import NO_NODE, trace_back
from urbgeo.engine.resolution import closed, in_ticks, told
from urbgeo.options import with_progress
from urbgeo.types import Floats, Ints, Ints32

Minutes = NDArray[np.floating]

BLOCK_BYTES = 2**26
"""What the minutes of the searches that are done at once may take."""
MOST_AT_ONCE = 256

_known: WeakKeyDictionary[Graph, dict[str, csr_array]] = WeakKeyDictionary()
"""Arcs as scipy wants them, of the graphs that are still held."""


def minutes_of_nodes(
    graph: Graph, seeds: Ints, seed_minutes: Floats, limit: float = np.inf, *, direction: str = "from"
) -> Floats:
    """:func:`urbgeo.engine.dijkstra.minutes_of_nodes`."""
    return _one_search(graph, seeds, seed_minutes, limit, direction)[graph.rank]


def reached_nodes(
    graph: Graph, seeds: Ints, seed_minutes: Floats, limit: float, *, direction: str = "from"
) -> tuple[Ints, Floats]:
    """:func:`urbgeo.engine.dijkstra.reached_nodes`, along the curve."""
    minutes = _one_search(graph, seeds, seed_minutes, limit, direction)
    reached = np.flatnonzero(np.isfinite(minutes))
    return graph.order[reached].astype(np.int64), minutes[reached]


def nearest_seed(
    graph: Graph,
    seeds: Ints,
    seed_minutes: Floats,
    labels: Ints,
    limit: float = np.inf,
    *,
    direction: str = "from",
) -> tuple[Floats, Ints]:
    """:func:`urbgeo.engine.dijkstra.nearest_seed`.

    Labels spread from the seeds along the arcs of quickest paths, by a second search in which these take no
    time and the head start of a seed is the place of its label.
    """
    seed_minutes = in_ticks(seed_minutes)
    minutes = _one_search(graph, seeds, seed_minutes, limit, direction)
    arcs, starts = _arcs(graph, direction), graph.rank[seeds]
    tails = np.repeat(np.arange(graph.node_count), np.diff(arcs.indptr))
    used = np.isfinite(minutes[tails]) & (minutes[tails] + arcs.data == minutes[arcs.indices])
    heads = arcs.indices[used]
    quickest = _least(tails[used], heads, np.zeros(heads.size), arcs.shape)
    names, place = np.unique(labels, return_inverse=True)
    on_time = np.isfinite(seed_minutes) & (minutes[starts] == seed_minutes)
    first = np.where(on_time, place, np.inf)
    found = _search(quickest, np.zeros(len(seeds), np.int64), starts, first, 1, np.inf)[0]
    label = np.full(graph.node_count, -1, np.int64)
    owned = np.isfinite(found)
    label[owned] = names[found[owned].astype(np.int64)]
    return minutes[graph.rank], label[graph.rank]


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
    """:func:`urbgeo.engine.dijkstra.nearest_seeds`: one search per label."""
    names, place = np.unique(labels, return_inverse=True)
    starts = graph.rank[seeds]
    best = np.full((count, graph.node_count), np.inf)
    label = np.full((count, graph.node_count), -1, np.int64)
    for rows in _blocks(len(names), graph.node_count, "nearest seeds"):
        here, some = (place >= rows.start) & (place < rows.stop), names[rows, None]
        row, late = place[here] - rows.start, seed_minutes[here]
        found = _search(_arcs(graph, direction), row, starts[here], late, len(some), limit)
        minutes = np.concatenate([best, found])
        owners = np.concatenate([label, np.tile(some, graph.node_count)])
        nearest = np.argsort(minutes, axis=0, kind="stable")[:count]  # names ascend: ties stand by label
        best = np.take_along_axis(minutes, nearest, axis=0)
        label = np.where(np.isfinite(best), np.take_along_axis(owners, nearest, axis=0), -1)
    return told(best.T[graph.rank]), label.T[graph.rank]


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
    """:func:`urbgeo.engine.dijkstra.ends_table`."""
    table = np.empty((len(from_nodes), len(to_nodes))) if out is None else out
    starts, ends = graph.rank[from_nodes], graph.rank[to_nodes]
    legs_to, bound = in_ticks(to_minutes), closed(limit)
    for rows in _blocks(len(starts), max(graph.node_count, len(ends)), "minutes table"):
        some, legs = starts[rows], from_minutes[rows]
        row = np.repeat(np.arange(len(some)), some.shape[1])
        minutes = _search(_arcs(graph, direction), row, some.ravel(), legs.ravel(), len(some), limit)
        least = np.full((len(some), len(ends)), np.inf)
        for end in range(ends.shape[1]):
            np.minimum(least, minutes[:, ends[:, end]] + legs_to[:, end], out=least)
        table[rows] = np.where(least <= bound, told(least), np.inf)
    return table


def sums_within(
    graph: Graph, sources: Ints, weights: Floats, minutes: Floats, *, direction: str = "from"
) -> Floats:
    """:func:`urbgeo.engine.dijkstra.sums_within`."""
    sums = np.zeros((len(sources), len(minutes), weights.shape[1]))
    bounds, inside = np.array([closed(one) for one in minutes]), weights[graph.order]
    for rows, reached in _from_sources(graph, sources, float(minutes[-1]), direction, "sums within"):
        for ring, bound in enumerate(bounds):
            sums[rows, ring] = (reached <= bound) @ inside
    return sums


def decay_sums(
    graph: Graph,
    sources: Ints,
    weights: Floats,
    steps_min: Floats,
    shares: Floats,
    *,
    direction: str = "from",
) -> Floats:
    """:func:`urbgeo.engine.dijkstra.decay_sums`."""
    sums = np.zeros((len(sources), weights.shape[1]))
    inside = weights[graph.order]
    for rows, reached in _from_sources(graph, sources, float(steps_min[-1]), direction, "decay sums"):
        sums[rows] = np.interp(told(reached), steps_min, shares, right=0.0) @ inside
    return sums


def paths_to(graph: Graph, seeds: Ints, seed_minutes: Floats, targets: Ints) -> tuple[Floats, list[Ints]]:
    """:func:`urbgeo.engine.dijkstra.paths_to`."""
    seed_minutes = in_ticks(seed_minutes)
    minutes = _one_search(graph, seeds, seed_minutes, np.inf, "from")
    starts, ends, into = graph.rank[seeds], graph.rank[targets], graph.into
    heads, lengths = into.arcs["head"], into.arcs["minutes"]
    reached = np.flatnonzero(np.isfinite(minutes)).astype(np.int32)
    prev = np.full(graph.node_count, NO_NODE, np.int32)
    paths = [
        trace_back(into.start, heads, lengths, starts, seed_minutes, end, reached, minutes, prev)
        for end in ends
    ]
    return minutes[ends], [graph.order[path].astype(np.int64) for path in paths]


def room_bytes(graph: Graph) -> int:
    """Memory of the searches beside the graph: its arcs, sorted and with sources, three blocks of minutes."""
    return 40 * graph.arc_count + 3 * max(BLOCK_BYTES, 8 * graph.node_count)


def _one_search(graph: Graph, seeds: Ints, seed_minutes: Floats, limit: float, direction: str) -> Floats:
    row = np.zeros(len(seeds), np.int64)
    return _search(_arcs(graph, direction), row, graph.rank[seeds], seed_minutes, 1, limit)[0]


def _from_sources(
    graph: Graph, sources: Ints, limit: float, direction: str, what: str
) -> Iterator[tuple[slice, Floats]]:
    """Minutes (some sources, nodes) within ``limit``, block by block."""
    starts = graph.rank[sources]
    for rows in _blocks(len(starts), graph.node_count, what):
        some = starts[rows]
        row, late = np.arange(len(some)), np.zeros(len(some))
        yield rows, _search(_arcs(graph, direction), row, some, late, len(some), limit)


def _blocks(rows: int, columns: int, what: str) -> Iterator[slice]:
    step = min(MOST_AT_ONCE, max(1, BLOCK_BYTES // (8 * max(1, columns))))
    firsts = range(0, rows, step)
    for first in with_progress(firsts, total=len(firsts), what=what):
        yield slice(first, min(first + step, rows))


def _search(
    arcs: csr_array, row: Ints, seeds: Ints32, seed_minutes: Floats, rows: int, limit: float
) -> Floats:
    """(rows, nodes) least minutes within ``limit`` (closed), for each row from the seeds that name it."""
    seed_minutes, limit = in_ticks(seed_minutes), closed(limit)
    usable = (seed_minutes <= limit) & (seed_minutes < np.inf)
    nodes = arcs.shape[0]
    first = _least(row[usable], seeds[usable], seed_minutes[usable], (rows, nodes))
    whole = csr_array(
        (
            np.concatenate([arcs.data, first.data]),
            np.concatenate([arcs.indices, first.indices]),
            np.concatenate([arcs.indptr, arcs.indptr[-1] + first.indptr[1:]]),
        ),
        shape=(nodes + rows, nodes + rows),
    )
    minutes: Floats = dijkstra(whole, indices=np.arange(nodes, nodes + rows), limit=limit)
    return minutes[:, :nodes]


def _arcs(graph: Graph, direction: str) -> csr_array:
    known = _known.setdefault(graph, {})
    if direction not in known:
        arcs, nodes = graph.arcs(direction), graph.node_count
        tails = np.repeat(np.arange(nodes), np.diff(arcs.start))
        known[direction] = _least(tails, arcs.arcs["head"], arcs.arcs["minutes"], (nodes, nodes))
    return known[direction]


def _least(tails: Ints, heads: Ints32, minutes: Floats, shape: tuple[int, int]) -> csr_array:
    """Arcs by tail, of parallel ones the least: scipy may add them up. Zeros are kept, as arcs."""
    order = np.lexsort((minutes, heads, tails))
    tails, heads = tails[order], heads[order]
    kept = np.ones(order.size, bool)
    kept[1:] = (np.diff(tails) != 0) | (np.diff(heads) != 0)
    start = np.zeros(shape[0] + 1, np.int32)
    np.cumsum(np.bincount(tails[kept], minlength=shape[0]), out=start[1:])
    return csr_array((minutes[order][kept], heads[kept], start), shape=shape)
