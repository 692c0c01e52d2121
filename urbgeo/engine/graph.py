"""Graph: the arcs of a network in the order and layout that the searches want."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import kernel, without_numba
from urbgeo.engine.order import hilbert_order
from urbgeo.engine.resolution import in_ticks
from urbgeo.errors import Faults, InputError
from urbgeo.types import Floats, Ints, Ints32

ARC = np.dtype([("head", np.int32), ("minutes", np.float64)])
"""One arc as the searches read it: head and minutes side by side, so that one memory access gives both."""

MOST_ARCS = 2**31 - 1
ABSURD_MINUTES = 1e7
"""Nineteen years: a single link that takes longer is a mistake of units, not a road."""


@dataclass(frozen=True, eq=False)
class Arcs:
    """Arcs by their tail: those of node ``i`` are ``arcs[start[i]:start[i + 1]]`` (dtype :data:`ARC`)."""

    start: NDArray[np.int32]
    arcs: NDArray[np.void]

    def __post_init__(self) -> None:
        for array in (self.start, self.arcs):
            array.flags.writeable = False


@dataclass(frozen=True, eq=False)
class Graph:
    """Arcs in both directions between nodes numbered along a Hilbert curve.

    ``rank`` (nodes,) is the number of each node in the caller's order, ``order`` its inverse; ``out`` the
    arcs by tail, ``into`` the same arcs by head; ``x`` and ``y`` metres in the caller's CRS, in curve
    order; ``longest`` the minutes of the longest arc and ``middle`` of the median one.
    """

    rank: NDArray[np.int32]
    order: NDArray[np.int32]
    out: Arcs
    into: Arcs
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    longest: float
    middle: float

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return int(self.rank.size)

    @property
    def arc_count(self) -> int:
        """Number of one-way arcs."""
        return int(self.out.arcs.size)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        held = (self.rank, self.order, self.x, self.y)
        both = (self.out.start, self.out.arcs, self.into.start, self.into.arcs)
        return sum(array.nbytes for array in held + both)

    def arcs(self, direction: str) -> Arcs:
        """Arcs to search ``"from"`` a place (by tail) or ``"to"`` it (by head)."""
        return self.out if direction == "from" else self.into


def compile_graph(x: Floats, y: Floats, tails: Ints, heads: Ints, minutes: Floats) -> Graph:
    """Sort arcs for fast search.

    Parameters
    ----------
    x, y
        (nodes,) coordinates in metres; they only steer the order in memory, never the minutes.
    tails, heads
        (arcs,) positions of the nodes each one-way arc leads from and to.
    minutes
        (arcs,) finite, >= 0; rounded to ticks (:mod:`urbgeo.engine.resolution`).

    Raises
    ------
    InputError
        For more than 2^31 - 1 arcs; for arcs that name no node; for minutes that are NaN, infinite, negative
        or absurd, with the positions of the arcs.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    tails, heads = (np.asarray(ends).astype(np.int64, copy=False) for ends in (tails, heads))
    minutes = np.asarray(minutes, np.float64)
    _check_arcs(x, y, tails, heads, minutes)
    minutes = in_ticks(minutes)
    order = hilbert_order(x, y).astype(np.int32)
    rank = np.empty(order.size, np.int32)
    rank[order] = np.arange(order.size, dtype=np.int32)
    out = Arcs(*_sort_arcs(rank, tails, heads, minutes))
    into = Arcs(*_sort_arcs(rank, heads, tails, minutes))
    for array in (rank, order):
        array.flags.writeable = False
    return Graph(
        rank,
        order,
        out,
        into,
        x[order].astype(np.float32),
        y[order].astype(np.float32),
        float(minutes.max(initial=0.0)),
        float(np.median(minutes)) if minutes.size else 0.0,
    )


def check_arc_count(count: int) -> None:
    """Refuse more arcs than 32-bit positions can name."""
    if count > MOST_ARCS:
        raise InputError(
            f"links: {count:,} one-way arcs; at most {MOST_ARCS:,} can be held. Simplify the network "
            "(merge nodes of degree two) or study a part of it."
        )


def _check_arcs(x: Floats, y: Floats, tails: Ints, heads: Ints, minutes: Floats) -> None:
    check_arc_count(minutes.size)
    if x.size != y.size or not tails.size == heads.size == minutes.size:
        raise InputError(
            f"arcs: {tails.size} tails, {heads.size} heads, {minutes.size} minutes, {x.size} x, {y.size} y; "
            "give one of each for every arc, and for every node."
        )
    faults = Faults("arcs")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        bad = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
        faults.add("node coordinates that are not finite", ids=bad, remedy="locate or drop these nodes")
    for name, ends in (("tails", tails), ("heads", heads)):
        lost = np.flatnonzero((ends < 0) | (ends >= x.size))
        if lost.size:
            faults.add(f"{name} that name no node", ids=lost, remedy=f"give positions below {x.size}")
    wrong = np.flatnonzero(~((minutes >= 0) & (minutes <= ABSURD_MINUTES)))
    if wrong.size:
        faults.add(
            f"minutes that are NaN, negative, infinite or above {ABSURD_MINUTES:g}",
            ids=wrong,
            remedy="give finite minutes >= 0",
        )
    faults.raise_if_any()


def _sort_arcs_at_once(
    rank: Ints32, tails: Ints, heads: Ints, minutes: Floats
) -> tuple[Ints32, NDArray[np.void]]:
    """:func:`_sort_arcs` by arrays."""
    start, arcs = np.zeros(rank.size + 1, np.int32), np.empty(tails.size, ARC)
    order = np.argsort(rank[tails], kind="stable")
    arcs["head"], arcs["minutes"] = rank[heads[order]], minutes[order]
    np.cumsum(np.bincount(rank[tails], minlength=rank.size), out=start[1:])
    return start, arcs


@without_numba(_sort_arcs_at_once)
@kernel()
def _sort_arcs(rank: Ints32, tails: Ints, heads: Ints, minutes: Floats) -> tuple[Ints32, NDArray[np.void]]:
    """Counting sort by the rank of the tail; arcs of one tail keep the order they came in."""
    start, arcs = np.zeros(rank.size + 1, np.int32), np.empty(tails.size, ARC)
    for tail in tails:
        start[rank[tail] + 1] += 1
    for node in range(rank.size):
        start[node + 1] += start[node]
    for arc in range(tails.size):
        node = rank[tails[arc]]
        arcs[start[node]].head = rank[heads[arc]]
        arcs[start[node]].minutes = minutes[arc]
        start[node] += 1
    # Every start has moved on to the next one's place.
    for node in range(rank.size, 0, -1):
        start[node] = start[node - 1]
    start[0] = 0
    return start, arcs
