"""A contraction hierarchy that is prepared once for the links and customised in seconds to any minutes.

The *topology* holds an order of the nodes by nested dissection and, for each node, its upward neighbours: the
more important nodes it is joined to once all less important ones are bridged. It depends on links and
coordinates only. *Customising* gives these shortcuts the least minutes of any way over less important nodes,
then of any way at all (perfect customisation), and drops every shortcut that some way through a more
important node beats. What is left is small, and every quickest path still runs up and then down in it.

Changed from the paper: independent parts below the top separators are customised on threads of their own; the
second pass of a row builds on what stood before, so that no step waits for the last; and what is kept is
numbered from the top, ready for sweeps (:mod:`urbgeo.engine.lanes`).

References
----------
J. Dibbelt, B. Strasser, D. Wagner, Customizable contraction hierarchies, ACM JEA 21, 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from urbgeo.compiling import only_compiled
from urbgeo.engine.dissection import dissect
from urbgeo.engine.elimination import links_of
from urbgeo.engine.graph import Graph
from urbgeo.engine.memory import give_back_memory
from urbgeo.options import log
from urbgeo.parallel import Stop, off_the_main_thread, over_blocks
from urbgeo.types import Flags, Floats, Ints, Ints32

kernel = only_compiled("A hierarchy")


PREPARING = "preparing a hierarchy"
CUSTOMISING = "customising the hierarchy"


@dataclass(frozen=True, eq=False)
class Topology:
    """What a hierarchy knows without minutes.

    ``rank`` (nodes in curve order,) is the importance, 0 lowest. ``start`` (nodes + 1,) and ``heads`` list
    the upward neighbours of each rank, ascending. ``parts`` and ``top`` as in
    :class:`~urbgeo.engine.dissection.Order`.
    """

    rank: Ints32
    start: Ints
    heads: Ints32
    parts: Ints
    top: int

    def __post_init__(self) -> None:
        for array in (self.rank, self.start, self.heads, self.parts):
            array.flags.writeable = False


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """A topology customised to minutes. Ints32 count down from the most important node, place 0.

    ``place`` (nodes in curve order,); ``parent`` (places,) the next upward neighbour (-1 none), through
    which all others are found; ``up_*`` the shortcuts leading up from each place and ``down_*`` those leading
    down into it (CSR: ``start``, the other ``place``, ``minutes``).
    """

    place: Ints32
    parent: Ints32
    up_start: Ints
    up_place: Ints32
    up_minutes: Floats
    down_start: Ints
    down_place: Ints32
    down_minutes: Floats

    def __post_init__(self) -> None:
        for array in self.__dict__.values():
            array.flags.writeable = False

    def reversed(self) -> Hierarchy:
        """The hierarchy of the same network with every arc turned round."""
        return Hierarchy(
            self.place,
            self.parent,
            self.down_start,
            self.down_place,
            self.down_minutes,
            self.up_start,
            self.up_place,
            self.up_minutes,
        )


def prepare(graph: Graph) -> Topology:
    """Order the nodes and close the graph over the order; minutes play no part."""
    log.info("preparing a hierarchy over %s nodes", f"{graph.node_count:,}")
    links = off_the_main_thread(lambda _: links_of(graph), what=PREPARING)
    order = dissect(graph, links)
    start, heads = off_the_main_thread(
        lambda stop: _closed(links.start, links.heads, order.rank, stop), what=PREPARING
    )
    return Topology(order.rank, start, heads, order.parts, order.top)


def customise(topology: Topology, graph: Graph) -> Hierarchy:
    """Give the shortcuts their minutes; takes seconds where preparing takes minutes."""
    give_back_memory()
    customised = _customised(topology, graph)
    give_back_memory()
    return customised


def _customised(topology: Topology, graph: Graph) -> Hierarchy:
    ways, needed = _customised_minutes(topology, graph)
    for way in (0, 1):
        # Nothing else holds these arrays any more, so they may shrink where they are.
        ways[way].resize(_gathered(ways[way], needed[way]), refcheck=False)
    return off_the_main_thread(lambda _: _pruned(topology, needed, ways), what=CUSTOMISING)


def _customised_minutes(topology: Topology, graph: Graph) -> tuple[list[Floats], Flags]:
    """Least minutes up and down each shortcut, and (2, shortcuts) whether no third node beats them."""
    t, n = topology, topology.rank.size
    up, down = np.full(t.heads.size, np.inf), np.full(t.heads.size, np.inf)
    needed = np.zeros((2, t.heads.size), np.bool_)
    shortcuts = (t.start, t.heads, up, down)

    def each_part(work: Callable[[int, int, Stop], None]) -> None:
        def one(part: int, _: int, room: None, stop: Stop) -> None:
            work(int(t.parts[part, 0]), int(t.parts[part, 1]), stop)

        over_blocks(len(t.parts), 1, lambda: None, one, what=CUSTOMISING)

    def seed(stop: Stop) -> None:
        _seed(t.rank, t.start, t.heads, graph.out.start, graph.out.arcs, up, down, stop)

    def lower_top(stop: Stop) -> None:
        for low, high in t.parts:
            _lower_beyond(int(low), int(high), *shortcuts, stop)
        _lower(t.top, n, n, *shortcuts, stop)
        _upper(t.top, n, *shortcuts, needed, stop)

    off_the_main_thread(seed, what=CUSTOMISING)
    each_part(lambda low, high, stop: _lower(low, high, high, *shortcuts, stop))
    off_the_main_thread(lower_top, what=CUSTOMISING)
    each_part(lambda low, high, stop: _upper(low, high, *shortcuts, needed, stop))
    return [up, down], needed


def _pruned(t: Topology, needed: Flags, ways: list[Floats]) -> Hierarchy:
    """The needed shortcuts with their minutes up and down, ``ways``, which is emptied to save memory."""
    up = _kept(t.start, t.heads, needed[0], ways.pop(0))
    down = _kept(t.start, t.heads, needed[1], ways.pop(0))
    place = (t.rank.size - 1 - t.rank).astype(np.int32)
    return Hierarchy(place, _parents(t.start, t.heads), *up, *down)


@kernel()
def _closed(start: Ints32, heads: Ints32, rank: Ints32, stop: Stop) -> tuple[Ints, Ints32]:
    """Upward neighbours of each rank, once all less important nodes are bridged."""
    n = rank.size
    node_of = np.empty(n, np.int32)
    for node in range(n):
        node_of[rank[node]] = node
    shortcuts = np.empty(3 * heads.size + 64, np.int32)
    first = np.zeros(n + 1, np.int64)
    child, sibling = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    mark = np.full(n, -1, np.int32)
    used = 0
    for r in range(n):
        if stop[0]:
            break
        first[r] = used
        most = np.int64(start[node_of[r] + 1] - start[node_of[r]])
        c = child[r]
        while c >= 0:
            most += first[c + 1] - first[c]
            c = sibling[c]
        while used + most > shortcuts.size:
            more = np.empty(shortcuts.size + shortcuts.size // 2, np.int32)
            more[: shortcuts.size] = shortcuts
            shortcuts = more
        mark[r] = r
        for k in range(start[node_of[r]], start[node_of[r] + 1]):
            other = rank[heads[k]]
            if other > r:
                mark[other] = r
                shortcuts[used] = other
                used += 1
        c = child[r]
        while c >= 0:
            for k in range(first[c], first[c + 1]):
                if mark[shortcuts[k]] != r:
                    mark[shortcuts[k]] = r
                    shortcuts[used] = shortcuts[k]
                    used += 1
            c = sibling[c]
        shortcuts[first[r] : used].sort()
        if used > first[r]:
            parent = shortcuts[first[r]]
            sibling[r] = child[parent]
            child[parent] = r
        first[r + 1] = used
    return first, shortcuts[:used].copy()


@kernel()
def _seed(rank, start, heads, arc_start, arcs, up, down, stop):  # type: ignore[no-untyped-def]
    for node in range(rank.size):
        if stop[0]:
            return
        for k in range(arc_start[node], arc_start[node + 1]):
            a, b = rank[node], rank[arcs[k].head]
            if a == b:
                continue
            low, high = min(a, b), max(a, b)
            shortcut = start[low] + np.searchsorted(heads[start[low] : start[low + 1]], high)
            if a < b:
                up[shortcut] = min(up[shortcut], arcs[k].minutes)
            else:
                down[shortcut] = min(down[shortcut], arcs[k].minutes)


@kernel()
def _lower(low, high, beyond, start, heads, up, down, stop):  # type: ignore[no-untyped-def]
    """Ways over a less important node, for shortcuts whose lower end is below ``beyond``."""
    for r in range(low, high):
        if stop[0]:
            return
        for i in range(start[r], start[r + 1]):
            if heads[i] >= beyond:
                break
            _bridge(r, i, start, heads, up, down)


@kernel()
def _lower_beyond(low, high, start, heads, up, down, stop):  # type: ignore[no-untyped-def]
    """The rest of :func:`_lower`: shortcuts between two nodes above the part."""
    for r in range(low, high):
        if stop[0]:
            return
        first = start[r] + np.searchsorted(heads[start[r] : start[r + 1]], high)
        for i in range(first, start[r + 1]):
            _bridge(r, i, start, heads, up, down)


@kernel(inline="always")
def _bridge(r, i, start, heads, up, down):  # type: ignore[no-untyped-def]
    q = start[heads[i]]
    for j in range(i + 1, start[r + 1]):
        while heads[q] < heads[j]:
            q += 1
        up[q] = min(up[q], down[i] + up[j])
        down[q] = min(down[q], down[j] + up[i])


@kernel()
def _upper(low, high, start, heads, up, down, needed, stop):  # type: ignore[no-untyped-def]
    """Ways through a more important node, from the top down, so that what they build on is final."""
    most = 0
    for r in range(low, high):
        most = max(most, start[r + 1] - start[r])
    # The least so far; ways are built on what stood before, so that no step waits for the last one.
    least_up, least_down = np.empty(most), np.empty(most)
    for r in range(high - 1, low - 1, -1):
        if stop[0]:
            return
        shortcuts = slice(start[r], start[r + 1])
        others, old_up, old_down = heads[shortcuts], up[shortcuts], down[shortcuts]
        least_up[: others.size], least_down[: others.size] = old_up, old_down
        for i in range(others.size):
            q = start[others[i]]
            here_up, here_down = least_up[i], least_down[i]
            for j in range(i + 1, others.size):
                while heads[q] < others[j]:
                    q += 1
                least_up[j] = min(least_up[j], old_up[i] + up[q])
                least_down[j] = min(least_down[j], down[q] + old_down[i])
                here_up = min(here_up, old_up[j] + down[q])
                here_down = min(here_down, up[q] + old_down[j])
            least_up[i], least_down[i] = here_up, here_down
        for i in range(others.size):
            needed[0, start[r] + i] = least_up[i] == old_up[i] < np.inf
            needed[1, start[r] + i] = least_down[i] == old_down[i] < np.inf
            old_up[i], old_down[i] = least_up[i], least_down[i]


@kernel()
def _parents(start: Ints, heads: Ints32) -> Ints32:
    """Place of the lowest upward neighbour of each place; -1 none."""
    n = start.size - 1
    parent = np.full(n, -1, np.int32)
    for r in range(n):
        if start[r] < start[r + 1]:
            parent[n - 1 - r] = n - 1 - heads[start[r]]
    return parent


@kernel()
def _gathered(minutes: Floats, needed: Flags) -> int:
    """Move the minutes that are needed to the front; how many they are."""
    count = 0
    for shortcut in range(minutes.size):
        if needed[shortcut]:
            minutes[count] = minutes[shortcut]
            count += 1
    return count


@kernel()
def _kept(start: Ints, heads: Ints32, needed: Flags, minutes: Floats) -> tuple[Ints, Ints32, Floats]:
    """The needed shortcuts, whose minutes these are, by place instead of rank."""
    n = start.size - 1
    first = np.zeros(n + 1, np.int64)
    for r in range(n):
        for k in range(start[r], start[r + 1]):
            first[n - r] += needed[k]
    for place in range(n):
        first[place + 1] += first[place]
    others, kept = np.empty(first[n], np.int32), np.empty(first[n])
    shortcut = 0
    for r in range(n):
        slot = first[n - 1 - r]
        for k in range(start[r], start[r + 1]):
            if needed[k]:
                others[slot], kept[slot] = n - 1 - heads[k], minutes[shortcut]
                slot += 1
                shortcut += 1
    return first, others, kept
