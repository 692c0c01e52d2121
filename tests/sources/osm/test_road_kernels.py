"""Compiled work on ways: splitting at junctions and joining what continues without choice."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from urbgeo.sources.osm.road_kernels import incident_ends, join_pieces, kilometres, lines_of, split_ways

GEOD = Geod(ellps="WGS84")


DEGREES = st.floats(0.0, 360.0)


@given(st.floats(-180.0, 180.0), st.floats(-80.0, 80.0), DEGREES, st.floats(0.001, 50.0))
def test_a_stretch_is_as_long_as_on_the_ellipsoid(lon: float, lat: float, azimuth: float, km: float) -> None:
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, azimuth, km * 1000.0)
    assert kilometres(lon, lat, to_lon, to_lat) == pytest.approx(km, rel=2e-5)


@given(st.floats(-180.0, 180.0), st.floats(-60.0, 60.0), DEGREES)
def test_a_ferry_of_a_thousand_km_is_within_half_a_percent(lon: float, lat: float, azimuth: float) -> None:
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, azimuth, 1_000_000.0)
    assert kilometres(lon, lat, to_lon, to_lat) == pytest.approx(1000.0, rel=5e-3)


def test_a_degree_north_and_a_degree_east_are_those_of_the_ellipsoid() -> None:
    """At the equator a degree of latitude is 110.574 km, one of longitude 111.320 km; a sphere has one."""
    assert kilometres(0.0, -0.5, 0.0, 0.5) == pytest.approx(110.574, abs=0.002)
    assert kilometres(0.0, 0.0, 1.0, 0.0) == pytest.approx(111.320, abs=0.002)


def pieces(
    ways: list[list[int]], stop: str = "", missing: str = "", outside: str = ""
) -> list[tuple[int, int, int, float]]:
    """Way, first and last place in it and length in steps of 0.01 degrees north of every piece."""
    start = np.concatenate([[0], np.cumsum([len(way) for way in ways])]).astype(np.int64)
    refs = np.concatenate([np.array(way, np.int32) for way in ways])
    flags = [np.isin(np.arange(10), [int(sign) for sign in said]) for said in (stop, missing, outside)]
    lon, lat = np.full(10, 113.0), np.arange(10) * 0.01
    none, nowhere = np.zeros(0, np.int32), np.zeros(0, np.int64)
    count = split_ways(start, refs, *flags, lon, lat, none, nowhere, nowhere, np.zeros(0))
    way, first, last, km = np.zeros(count, np.int32), *np.zeros((2, count), np.int64), np.zeros(count)
    assert split_ways(start, refs, *flags, lon, lat, way, first, last, km) == count
    step = kilometres(113.0, 0.0, 113.0, 0.01)
    rows = zip(way, first - start[way], last - start[way], np.round(km / step, 4), strict=True)
    return [(int(a), int(b), int(c), float(d)) for a, b, c, d in rows]


def test_ways_are_cut_where_others_meet_them() -> None:
    ways = [[0, 1, 2, 4], [2, 9], [5, 6, 7]]
    assert pieces(ways, stop="2") == [(0, 0, 2, 2.0), (0, 2, 3, 2.0), (1, 0, 1, 7.0), (2, 0, 2, 2.0)]
    assert pieces([[0, 1, 0, 3]], stop="1") == [(0, 0, 1, 1.0), (0, 1, 3, 4.0)]


def test_a_stretch_without_an_end_or_wholly_outside_is_left_out_and_the_way_goes_on() -> None:
    way = [[0, 1, 2, 3, 4, 5]]
    assert pieces(way, missing="2") == [(0, 0, 1, 1.0), (0, 3, 5, 2.0)]
    assert pieces(way, missing="0") == [(0, 1, 5, 4.0)] and pieces(way, missing="5") == [(0, 0, 4, 4.0)]
    assert pieces(way, missing="1") == [(0, 2, 5, 3.0)], "nothing is left before it"
    assert pieces(way, outside="23") == [(0, 0, 2, 2.0), (0, 3, 5, 2.0)]
    assert pieces(way, outside="2") == [(0, 0, 5, 5.0)], "one end inside is enough"
    assert pieces(way, stop="2", missing="3") == [(0, 0, 2, 2.0), (0, 4, 5, 1.0)]
    assert pieces([[0, 1], [1, 2]], missing="0123") == []


def test_ends_that_meet_at_a_node_are_counted_and_the_first_two_named() -> None:
    ends = np.array([[0, 1], [2, 1], [1, 3]], np.int32)
    degree, one, other = incident_ends(ends, 5)
    assert degree.tolist() == [1, 3, 1, 1, 0]
    assert one.tolist() == [0, 1, 2, 5, -1] and other.tolist() == [-1, 3, -1, -1, -1]


def chains(
    ends: list[list[int]], kind: str = "", directed: bool = False, keep: str = ""
) -> list[list[tuple[int, bool]]]:
    kinds = np.array([int(one) for one in kind or "0" * len(ends)], np.int32)
    kept = np.isin(np.arange(9), [int(one) for one in keep])
    order, flipped, start = join_pieces(
        np.array(ends, np.int32), kinds, np.array([directed, directed]), kept, 9
    )
    both = list(zip(order.tolist(), flipped.tolist(), strict=True))
    return [both[a:b] for a, b in itertools.pairwise(start)]


def test_pieces_that_continue_without_choice_are_one_chain_in_order_of_travel() -> None:
    row = [[1, 2], [0, 1], [3, 2], [3, 4]]
    whole = [(1, False), (0, False), (2, True), (3, False)]
    assert chains(row) == [whole]
    assert chains(row, keep="1") == [[(0, False), (2, True), (3, False)], [(1, False)]]
    assert chains(row, kind="0010") == [[(1, False), (0, False)], [(2, False)], [(3, False)]]
    assert chains([*row, [1, 5]])[0] == [(0, False), (2, True), (3, False)], "three meet at 1"


def test_ways_of_one_direction_are_joined_head_to_tail_only() -> None:
    assert chains([[0, 1], [1, 2]], directed=True) == [[(0, False), (1, False)]]
    assert chains([[1, 2], [0, 1]], directed=True) == [[(1, False), (0, False)]]
    for ends in ([[0, 1], [2, 1]], [[1, 0], [1, 2]]):
        assert chains(ends, directed=True) == [[(0, False)], [(1, False)]]
        assert len(chains(ends)) == 1


def test_a_ring_is_one_chain_and_a_loop_is_joined_to_nothing() -> None:
    assert chains([[0, 1], [1, 2], [2, 0]]) == [[(1, False), (2, False), (0, False)]]
    assert chains([[0, 0]]) == [[(0, False)]]
    assert chains([[0, 1], [0, 1]]) == [[(1, True), (0, False)]]


def test_a_line_runs_through_the_nodes_of_its_pieces_once_each() -> None:
    refs = np.array([7, 8, 9, 5, 6, 9, 3], np.int32)
    first, last = np.array([0, 3, 5]), np.array([2, 5, 6])  # 7 8 9, 5 6 9 and 9 3
    starts = np.zeros(3, np.int64)
    order, flipped = np.array([0, 1, 2], np.int32), np.array([False, True, False])
    line = lines_of(order, flipped, np.array([0, 2, 3]), refs, first, last, starts)
    assert line.tolist() == [7, 8, 9, 6, 5, 9, 3] and starts.tolist() == [0, 5, 7]
