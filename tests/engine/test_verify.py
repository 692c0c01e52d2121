"""What compiled code would follow blindly is looked at first: one altered number is refused by what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.engine.graphs import grid
from urbgeo.engine import hierarchy
from urbgeo.engine.graph import Arcs, Graph
from urbgeo.engine.resolution import in_ticks
from urbgeo.engine.verify import verify_graph, verify_hierarchy, verify_topology
from urbgeo.errors import InputError

SIDE = 6
GRAPH = grid(SIDE)
TOPOLOGY = hierarchy.prepare(GRAPH)
FITTED = hierarchy.customise(TOPOLOGY, GRAPH)


def links() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The arcs of the graph as they were given: by node, not by rank."""
    own = np.repeat(np.arange(SIDE * SIDE), np.diff(GRAPH.out.start))
    arcs = GRAPH.out.arcs
    return GRAPH.order[own], GRAPH.order[arcs["head"]], arcs["minutes"]


def altered(array: np.ndarray, place: int, value: object) -> np.ndarray:
    changed = array.copy()
    changed[place] = value
    return changed


def with_arcs(name: str, field: str, place: int, value: object) -> Graph:
    held: Arcs = getattr(GRAPH, name)
    arcs = held.arcs.copy()
    arcs[field][place] = value
    return replace(GRAPH, **{name: replace(held, arcs=arcs)})


def test_what_was_compiled_and_prepared_here_passes() -> None:
    tails, heads, minutes = links()
    assert np.array_equal(in_ticks(minutes), minutes)
    verify_graph(GRAPH, SIDE * SIDE, tails, heads, minutes)
    verify_topology(TOPOLOGY, GRAPH)
    verify_hierarchy(FITTED, TOPOLOGY)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: replace(GRAPH, rank=altered(GRAPH.rank, 0, GRAPH.rank[1])), "rank is no order"),
        (lambda: replace(GRAPH, rank=altered(GRAPH.rank, 0, -1)), "rank is no order"),
        (lambda: replace(GRAPH, order=np.roll(GRAPH.order, 1)), "order is not the inverse of rank"),
        (lambda: replace(GRAPH, x=GRAPH.x.astype(np.float64)), "x has another form"),
        (lambda: replace(GRAPH, longest=GRAPH.longest + 1.0), "longest or middle"),
        (lambda: with_arcs("out", "head", 0, SIDE * SIDE), "arcs out lead nowhere"),
        (lambda: with_arcs("into", "minutes", 3, -1.0), "arcs into take no time that can be"),
        (lambda: with_arcs("into", "minutes", 3, 0.5), "arcs into are not those of the links"),
        (lambda: with_arcs("out", "head", 0, 0), "arcs out are not those of the links"),
    ],
)
def test_an_altered_graph_is_refused(change: Callable[[], Graph], message: str) -> None:
    with pytest.raises(InputError, match=message):
        verify_graph(change(), SIDE * SIDE, *links())


def last_row() -> int:
    """The last row of the topology with two heads or more."""
    return int(np.flatnonzero(np.diff(TOPOLOGY.start) > 1)[-1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: {"rank": altered(t.rank, 0, t.rank[1])}, "topology rank is no order"),
        (lambda t: {"heads": altered(t.heads, 0, SIDE * SIDE)}, "not more important nodes"),
        (
            lambda t: {"heads": altered(t.heads, t.start[last_row()], t.heads[t.start[last_row()] + 1])},
            "rise",
        ),
        (lambda t: {"start": altered(t.start, 1, t.heads.size + 1)}, "start of topology does not rise"),
        (lambda t: {"top": SIDE * SIDE + 1}, "top is no rank"),
        (lambda t: {"top": True}, "top is no rank"),
        (lambda t: {"parts": t.parts.ravel()}, "parts are no pairs"),
    ],
)
def test_an_altered_topology_is_refused(change: Callable[[Any], dict[str, object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        verify_topology(replace(TOPOLOGY, **change(TOPOLOGY)), GRAPH)


def test_a_topology_that_lost_a_head_is_not_closed_or_lacks_a_link() -> None:
    """Whichever head is taken out of whichever row: a search would go wrong there without a word."""
    for row in np.flatnonzero(np.diff(TOPOLOGY.start) > 0):
        at = TOPOLOGY.start[row]
        start = TOPOLOGY.start.copy()
        start[row + 1 :] -= 1
        fewer = replace(TOPOLOGY, heads=np.delete(TOPOLOGY.heads, at), start=start)
        with pytest.raises(InputError, match=r"not closed|links are missing"):
            verify_topology(fewer, GRAPH)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h: {"place": h.place[::-1].copy()}, "place is not that of the topology"),
        (lambda h: {"parent": altered(h.parent, 0, 1)}, "parent is not that of the topology"),
        (lambda h: {"up_minutes": altered(h.up_minutes, 0, np.nan)}, "up_minutes are no minutes"),
        (lambda h: {"down_minutes": altered(h.down_minutes, 0, -1.0)}, "down_minutes are no minutes"),
        (lambda h: {"up_place": altered(h.up_place, 0, SIDE * SIDE - 1)}, "up_place is not in the topology"),
    ],
)
def test_an_altered_hierarchy_is_refused(change: Callable[[Any], dict[str, object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        verify_hierarchy(replace(FITTED, **change(FITTED)), TOPOLOGY)
