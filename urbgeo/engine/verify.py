"""What compiled code would follow blindly in a file from elsewhere: ranges, orders, closure, looked at first.

A digest tells damage, not malice: whoever alters a file can count its digest anew. Compiled searches read
where the arrays say, so a wrong position ends the interpreter or never ends at all. All checks are passes
over the arrays, far cheaper than making them.

A topology that passes is right for any minutes, however it was made: a hierarchy needs its rows closed under
elimination (the rest of a row is in the row of its least head) and every link in them, nothing more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import kernel
from urbgeo.engine.graph import ABSURD_MINUTES, ARC, Arcs, Graph
from urbgeo.engine.hierarchy import Hierarchy, Topology
from urbgeo.engine.resolution import in_ticks
from urbgeo.errors import InputError
from urbgeo.types import Floats, Ints

MIXERS = tuple(np.uint64(one) for one in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def verify_graph(graph: Graph, nodes: int, tails: Ints, heads: Ints, minutes: Floats) -> None:
    """Refuse a graph that is not the compiled form of so many nodes and these arcs."""
    n = nodes
    for name, array, dtype, size in (
        ("rank", graph.rank, np.int32, n),
        ("order", graph.order, np.int32, n),
        ("x", graph.x, np.float32, n),
        ("y", graph.y, np.float32, n),
    ):
        _same_kind(name, array, dtype, size)
    _permutation("rank", graph.rank)
    _permutation("order", graph.order)
    _hold((graph.rank[graph.order] == np.arange(n)).all(), "order is not the inverse of rank")
    ticks = in_ticks(minutes)
    expected = _mixed(graph.rank[tails], graph.rank[heads], ticks)
    for name, arcs, ends in (("out", graph.out, expected), ("into", graph.into, None)):
        _verify_arcs(name, arcs, n, len(tails))
        own = np.repeat(np.arange(n), np.diff(arcs.start))
        mixed = _mixed(own, arcs.arcs["head"], arcs.arcs["minutes"])
        if ends is None:
            mixed = _mixed(arcs.arcs["head"], own, arcs.arcs["minutes"])
        _hold(mixed == expected, f"arcs {name} are not those of the links")
    numbers = float(ticks.max(initial=0.0)), float(np.median(ticks)) if ticks.size else 0.0
    _hold((graph.longest, graph.middle) == numbers, "longest or middle arc is not that of the links")


def verify_topology(topology: Topology, graph: Graph) -> None:
    """Refuse a topology that is none of this graph."""
    t, n = topology, graph.node_count
    _same_kind("topology rank", t.rank, np.int32, n)
    _permutation("topology rank", t.rank)
    _same_kind("topology heads", t.heads, np.int32, t.heads.size)
    _verify_start("topology", t.start, n, t.heads.size, np.int64)
    own = np.repeat(np.arange(n), np.diff(t.start))
    _hold(((t.heads > own) & (t.heads < n)).all(), "heads of the topology are not more important nodes")
    inner = np.diff(t.heads) > 0
    inner[t.start[1:-1][(t.start[1:-1] > 0) & (t.start[1:-1] < t.heads.size)] - 1] = True
    _hold(inner.all(), "heads of the topology do not rise")
    _hold(_rows_are_closed(t.start, t.heads), "the topology is not closed")
    arcs = graph.out
    _hold(
        _links_are_rows(t.rank, t.start, t.heads, arcs.start, arcs.arcs), "links are missing in the topology"
    )
    _hold(type(t.top) is int and 0 <= t.top <= n, "top is no rank")
    _hold(t.parts.dtype == np.int64 and t.parts.ndim == 2 and t.parts.shape[1] == 2, "parts are no pairs")
    bounds = np.concatenate([[0], t.parts.ravel(), [t.top]])
    _hold((np.diff(bounds)[0::2] == 0).all() and (np.diff(bounds) >= 0).all(), "parts do not cover the ranks")
    end_of = np.repeat(t.parts[:, 1], np.diff(t.parts, axis=1)[:, 0])
    low = own < t.top
    inside = (t.heads[low] < end_of[own[low]]) | (t.heads[low] >= t.top)
    _hold(inside.all(), "parts of the topology are joined")


def verify_hierarchy(customised: Hierarchy, topology: Topology) -> None:
    """Refuse a hierarchy that is not customised to this (verified) topology."""
    n = topology.rank.size
    for name, dtype in (("place", np.int32), ("parent", np.int32)):
        _same_kind(name, getattr(customised, name), dtype, n)
    _hold((customised.place == n - 1 - topology.rank).all(), "place is not that of the topology")
    parent = np.full(n, -1)
    some = np.flatnonzero(np.diff(topology.start) > 0)
    parent[n - 1 - some] = n - 1 - topology.heads[topology.start[some]]
    _hold((customised.parent == parent).all(), "parent is not that of the topology")
    for way in ("up", "down"):
        start, place, minutes = (
            getattr(customised, f"{way}_{name}") for name in ("start", "place", "minutes")
        )
        _same_kind(f"{way}_place", place, np.int32, place.size)
        _same_kind(f"{way}_minutes", minutes, np.float64, place.size)
        _verify_start(way, start, n, place.size, np.int64)
        _hold(((minutes >= 0) & (minutes < np.inf)).all(), f"{way}_minutes are no minutes")
        known = _are_rows(start, place, topology.start, topology.heads)
        _hold(known, f"{way}_place is not in the topology")


def _verify_arcs(name: str, arcs: Arcs, nodes: int, count: int) -> None:
    _same_kind(f"arcs {name}", arcs.arcs, ARC, count)
    _verify_start(f"arcs {name}", arcs.start, nodes, count, np.int32)
    heads, minutes = arcs.arcs["head"], arcs.arcs["minutes"]
    _hold(((heads >= 0) & (heads < nodes)).all(), f"arcs {name} lead nowhere")
    _hold(((minutes >= 0) & (minutes <= ABSURD_MINUTES)).all(), f"arcs {name} take no time that can be")


def _verify_start(name: str, start: NDArray[Any], nodes: int, count: int, dtype: Any) -> None:
    _same_kind(f"start of {name}", start, dtype, nodes + 1)
    _hold(
        start[0] == 0 and start[-1] == count and (np.diff(start) >= 0).all(), f"start of {name} does not rise"
    )


def _same_kind(name: str, array: NDArray[Any], dtype: Any, size: int) -> None:
    _hold(array.dtype == dtype and array.shape == (size,), f"{name} has another form")


def _permutation(name: str, array: NDArray[Any]) -> None:
    inside = ((array >= 0) & (array < array.size)).all()
    _hold(inside and np.bincount(array, minlength=array.size).max(initial=1) == 1, f"{name} is no order")


def _hold(sound: object, what: str) -> None:
    if not sound:
        raise InputError(what)


def _mixed(tails: NDArray[Any], heads: NDArray[Any], minutes: Floats) -> int:
    """A number that sets of arcs share only when they are the same, whatever their order."""
    mixed = tails.astype(np.uint64) * MIXERS[0] ^ heads.astype(np.uint64) * MIXERS[1]
    mixed ^= np.ascontiguousarray(minutes + 0.0).view(np.uint64)  # + 0.0: zero has one sign
    for mixer, shift in zip(MIXERS[1:], (np.uint64(30), np.uint64(27)), strict=True):
        mixed = (mixed ^ (mixed >> shift)) * mixer
    return int((mixed ^ (mixed >> np.uint64(31))).sum())


@kernel()
def _rows_are_closed(start, heads):  # type: ignore[no-untyped-def]
    """Whether the rest of every row is in the row of its first head."""
    for r in range(start.size - 1):
        if start[r] == start[r + 1]:
            continue
        k, last = start[heads[start[r]]], start[heads[start[r]] + 1]
        for i in range(start[r] + 1, start[r + 1]):
            while k < last and heads[k] < heads[i]:
                k += 1
            if k == last or heads[k] != heads[i]:
                return False
    return True


@kernel()
def _links_are_rows(rank, start, heads, arc_start, arcs):  # type: ignore[no-untyped-def]
    """Whether both ends of every arc stand in the row of the less important one."""
    for node in range(rank.size):
        for k in range(arc_start[node], arc_start[node + 1]):
            a, b = rank[node], rank[arcs[k].head]
            low, high = min(a, b), max(a, b)
            if low == high:
                continue
            at = start[low] + np.searchsorted(heads[start[low] : start[low + 1]], high)
            if at == start[low + 1] or heads[at] != high:
                return False
    return True


@kernel()
def _are_rows(first, place, start, heads):  # type: ignore[no-untyped-def]
    """Whether what a hierarchy keeps of each place stands in its row."""
    n = start.size - 1
    for v in range(n):
        r = n - 1 - v
        for k in range(first[v], first[v + 1]):
            head = n - 1 - place[k]
            at = start[r] + np.searchsorted(heads[start[r] : start[r + 1]], head)
            if at == start[r + 1] or heads[at] != head:
                return False
    return True
