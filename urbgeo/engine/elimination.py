"""Taking nodes out of a network one by one: nodes of few links first, and the tree that any order makes.

Taking a node out joins all its remaining neighbours to each other. A node with one or two neighbours gives
none of them more neighbours than before; such nodes go first, in rounds in which no two are neighbours, and
only the *core* that is left has to be dissected. The literature on road networks calls it the contraction of
nodes of degree one and two. Changed: by rounds, so that a chain of a thousand nodes is ten levels of the tree
and not a thousand; and branches lie side by side in rank, so that threads can work on whole ones.

References
----------
J. W. H. Liu, The role of elimination trees in sparse factorization, SIAM J. Matrix Anal. Appl. 11, 1990.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from urbgeo.compiling import only_compiled
from urbgeo.engine.graph import Graph, check_arc_count
from urbgeo.types import Ints, Ints32

kernel = only_compiled("A hierarchy")


MOST_NEIGHBOURS = 2
"""Nodes with more neighbours than this stay in the core. Taking out those with three as well would leave 33 %
of the nodes instead of 57 % (of 250 thousand), with separators a fifth longer."""
PARTS = 32
"""Into how many independent parts an order is divided at least; each can be worked on by a thread."""
LEAST_PART = 4096


class Links(NamedTuple):
    """Each pair of joined nodes once a side: ``start`` and ``heads`` (CSR, sorted)."""

    start: Ints32
    heads: Ints32


class Core(NamedTuple):
    """What is left: ``removed`` nodes in the order they went, ``nodes`` that stay (ascending), and the
    ``links`` among these, numbered by their position in ``nodes``."""

    removed: Ints32
    nodes: Ints32
    links: Links


def links_of(graph: Graph) -> Links:
    """Pairs of joined nodes, whichever way the arcs lead; loops and repeats left out."""
    out, into = graph.out, graph.into
    start = np.zeros(graph.node_count + 1, np.int32)
    heads = np.empty(2 * graph.arc_count, np.int32)
    used = _merged(out.start, out.arcs, into.start, into.arcs, start, heads)
    check_arc_count(used)
    return Links(start, heads[:used].copy())


def core_of(links: Links) -> Core:
    """Take out nodes of few neighbours until none is left."""
    n = links.start.size - 1
    slots, degree = links.heads.copy(), np.diff(links.start)
    removed = np.empty(n, np.int32)
    count = _take_out(links.start, slots, degree, removed)
    nodes, start, heads = _left_over(links.start, slots, degree)
    return Core(removed[:count].copy(), nodes, Links(start, heads))


@kernel()
def _merged(out_start, out_arcs, into_start, into_arcs, start, heads):  # type: ignore[no-untyped-def]
    used = 0
    for node in range(start.size - 1):
        first = used
        for k in range(out_start[node], out_start[node + 1]):
            heads[used] = out_arcs[k].head
            used += 1
        for k in range(into_start[node], into_start[node + 1]):
            heads[used] = into_arcs[k].head
            used += 1
        heads[first:used].sort()
        kept = first
        for k in range(first, used):
            if heads[k] != node and (kept == first or heads[k] != heads[kept - 1]):
                heads[kept] = heads[k]
                kept += 1
        used = kept
        start[node + 1] = used
    return used


@kernel()
def _take_out(start, slots, degree, removed):  # type: ignore[no-untyped-def]
    """Fill ``removed``; a removed node keeps degree -1, the others their neighbours in ``slots``."""
    n = degree.size
    waiting, kept = np.arange(n).astype(np.int32), n
    blocked = np.full(n, -1, np.int32)
    count, turn = 0, 0
    for most in range(MOST_NEIGHBOURS + 1):
        for node in range(n):
            waiting[node] = node
        kept, before = n, -1
        while count > before:
            before, size, kept = count, kept, 0
            turn += 1
            for i in range(size):
                node = waiting[i]
                if degree[node] < 0:
                    continue
                if degree[node] > most or blocked[node] == turn:
                    waiting[kept] = node
                    kept += 1
                    continue
                for k in range(start[node], start[node] + degree[node]):
                    blocked[slots[k]] = turn
                _bridge_over(start, slots, degree, node)
                removed[count] = node
                count += 1
    return count


@kernel(inline="always")
def _joined(start, slots, degree, one, other):  # type: ignore[no-untyped-def]
    found = False
    for k in range(start[one], start[one] + degree[one]):
        found = found or slots[k] == other
    return found


@kernel()
def _bridge_over(start, slots, degree, node):  # type: ignore[no-untyped-def]
    first, last = start[node], start[node] + degree[node]
    for k in range(first, last):
        one = slots[k]
        place = start[one]
        while slots[place] != node:
            place += 1
        degree[one] -= 1
        slots[place] = slots[start[one] + degree[one]]
    for k in range(first, last):
        one = slots[k]
        for j in range(first, last):
            if j != k and not _joined(start, slots, degree, one, slots[j]):
                slots[start[one] + degree[one]] = slots[j]
                degree[one] += 1
    degree[node] = -1


@kernel()
def _left_over(first_slot, slots, degree):  # type: ignore[no-untyped-def]
    n, count, used = degree.size, 0, 0
    number = np.full(n, -1, np.int32)
    for node in range(n):
        if degree[node] >= 0:
            number[node] = count
            count += 1
            used += degree[node]
    nodes, start, heads = np.empty(count, np.int32), np.zeros(count + 1, np.int32), np.empty(used, np.int32)
    used = 0
    for node in range(n):
        if degree[node] >= 0:
            first = used
            for k in range(first_slot[node], first_slot[node] + degree[node]):
                heads[used] = number[slots[k]]
                used += 1
            heads[first:used].sort()
            nodes[number[node]] = node
            start[number[node] + 1] = used
    return nodes, start, heads


class Order(NamedTuple):
    """``rank`` (nodes,) of importance, 0 lowest; ``parts`` (parts, 2) the ranges of rank that no path joins
    without passing a rank at or above ``top``."""

    rank: Ints32
    parts: Ints
    top: int


def in_parts(links: Links, rank: Ints32) -> Order:
    """The same order renumbered along its elimination tree, a branch after another, its top last.

    The upward neighbours of every node stay the same nodes. Branches lie together in rank, and with it
    in memory; ``parts`` gather them to pieces of like size.
    """
    n = rank.size
    parent = _tree(links.start, links.heads, rank)
    moved, starts, top = _branches_first(parent, max(n // PARTS, LEAST_PART))
    ends = np.append(starts[1:], top)
    return Order(moved[rank], np.stack([starts, ends], axis=1), int(top))


@kernel()
def _tree(start, heads, rank):  # type: ignore[no-untyped-def]
    """Parent rank of each rank: its lowest upward neighbour once all below are taken out; -1 none."""
    n = rank.size
    node_of = np.empty(n, np.int32)
    for node in range(n):
        node_of[rank[node]] = node
    parent, highest = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for r in range(n):
        for k in range(start[node_of[r]], start[node_of[r] + 1]):
            below = rank[heads[k]]
            while below >= 0 and below < r:
                above = highest[below]
                highest[below] = r
                if above < 0:
                    parent[below] = r
                below = above
    return parent


@kernel()
def _branches_first(parent, most):  # type: ignore[no-untyped-def]
    """New rank of each rank: branches of at most ``most`` nodes in postorder, then the nodes above them.

    Also the first new ranks of the parts, and of the top.
    """
    n = parent.size
    size = np.ones(n, np.int32)
    for r in range(n):
        if parent[r] >= 0:
            size[parent[r]] += size[r]
    top = 0
    for r in range(n):
        top += size[r] <= most
    moved = np.empty(n, np.int32)
    filled = np.zeros(n, np.int32)
    starts = [np.int64(0)]
    used, above = 0, n
    for r in range(n - 1, -1, -1):
        if size[r] > most:
            above -= 1
            moved[r] = above
            continue
        p = parent[r]
        if p < 0 or size[p] > most:
            if used + size[r] - starts[-1] > most:
                starts.append(np.int64(used))
            moved[r] = used + size[r] - 1
            used += size[r]
            continue
        # The last branch of a parent ends just below it.
        moved[r] = moved[p] - 1 - filled[p]
        filled[p] += size[r]
    return moved, np.array(starts), top
