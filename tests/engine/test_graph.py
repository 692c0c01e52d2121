"""Graph: the arcs of a network in the order and layout that the searches want."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.graphs import Arcs, graph_of, multigraphs
from urbgeo.engine import graph as graphs
from urbgeo.engine import order as orders
from urbgeo.engine.graph import check_arc_count, compile_graph
from urbgeo.errors import InputError


@settings(max_examples=40, deadline=None)
@given(multigraphs(), st.integers(0, 99))
def test_a_graph_is_the_same_without_its_kernels(graph: tuple[int, Arcs], seed: int) -> None:
    compiled = graph_of(*graph, seed)
    with (
        mock.patch.object(graphs, "_sort_arcs", graphs._sort_arcs_at_once),
        mock.patch.object(orders, "_curve_keys", orders._keys_bit_by_bit),
    ):
        again = graph_of(*graph, seed)
    np.testing.assert_array_equal(again.order, compiled.order)
    for one, other in ((again.out, compiled.out), (again.into, compiled.into)):
        np.testing.assert_array_equal(one.start, other.start)
        np.testing.assert_array_equal(one.arcs, other.arcs)


@pytest.mark.parametrize("minutes", [-1.0, np.nan, np.inf, 1e9])
def test_minutes_that_are_no_time_are_refused_with_their_place(minutes: float) -> None:
    with pytest.raises(InputError, match=r"arcs: minutes .* at 1; give finite"):
        compile_graph(np.zeros(2), np.zeros(2), np.array([0, 1]), np.array([1, 0]), np.array([1.0, minutes]))


def test_all_faults_of_the_arcs_are_told_at_once() -> None:
    with pytest.raises(InputError) as told:
        compile_graph(
            np.array([0, np.nan]), np.zeros(2), np.array([0, 5]), np.array([-1, 0]), np.array([1, -2])
        )
    for word in ("coordinates", "tails", "heads", "minutes"):
        assert word in str(told.value)


def test_more_arcs_than_can_be_named_are_refused() -> None:
    check_arc_count(2**31 - 1)
    with pytest.raises(InputError, match="2,147,483,648 one-way arcs"):
        check_arc_count(2**31)


def test_the_first_position_beyond_the_nodes_is_no_node() -> None:
    xy, minutes = np.zeros(2), np.ones(1)
    for tail, head in ((2, 0), (0, 2), (-1, 0), (0, -1)):
        with pytest.raises(InputError, match="that name no node at 0"):
            compile_graph(xy, xy, np.array([tail]), np.array([head]), minutes)


def test_a_graph_knows_its_longest_and_its_median_arc_and_its_bytes() -> None:
    zeros, tails, heads = np.arange(3.0), np.array([0, 0, 1]), np.array([1, 2, 2])
    graph = compile_graph(zeros, zeros, tails, heads, np.array([1.0, 5.0, 3.0]))
    assert (graph.longest, graph.middle, graph.node_count, graph.arc_count) == (5.0, 3.0, 3, 3)
    assert graph.nbytes == 3 * (4 + 4 + 4 + 4) + 2 * (4 * 4 + 3 * 12)
    assert graph.arcs("from") is graph.out and graph.arcs("to") is graph.into
    none = np.zeros(0)
    empty = compile_graph(zeros, zeros, none, none, none)
    assert (empty.longest, empty.middle, empty.arc_count) == (0.0, 0.0, 0)


def test_a_link_of_nineteen_years_is_the_longest_and_every_arc_has_two_ends() -> None:
    xy, ends = np.zeros(2), (np.array([0]), np.array([1]))
    assert compile_graph(xy, xy, *ends, np.array([1e7])).longest == 1e7
    with pytest.raises(InputError, match="above 1e"):
        compile_graph(xy, xy, *ends, np.array([1.0000001e7]))
    for short in ((xy[:1], xy, *ends), (xy, xy, ends[0][:0], ends[1]), (xy, xy, ends[0], ends[1][:0])):
        with pytest.raises(InputError, match="give one of each for every arc"):
            compile_graph(*short, np.array([1.0]))
