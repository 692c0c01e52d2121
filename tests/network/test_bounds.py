"""Single rules that no other test would miss: bounds, ranges, keys of the cache, loops, dead ends."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.network.build import EAST, NORTH, along, points, road
from urbgeo.engine.graph import compile_graph
from urbgeo.engine.store import links_digest
from urbgeo.errors import InputError
from urbgeo.network.attach import attach
from urbgeo.network.model import Snapping, build_network
from urbgeo.network.sums import sums_within


def test_opportunities_exactly_on_the_bound_are_within_it() -> None:
    line = along(0, 3, 10)
    beds = line.nodes.assign(beds=[1.0, 10.0, 100.0])
    found = sums_within(line, line.nodes.loc[["A"]], beds, weight="beds", minutes=[2.5, 3, 10])
    assert found.loc["A"].tolist() == [1.0, 11.0, 111.0]


def test_only_links_whose_both_ends_lie_in_the_largest_part_are_joined_there() -> None:
    nodes = points([(0, 0), (10, 0), (10, 5)])
    links = road(("A", "B", 10.0), ("B", "C", 5.0)).assign(oneway=[False, True])
    network = build_network(nodes, links, snapping=Snapping(component="largest"))
    assert attach(network, points([(10.1, 4)], ["by the dead end"])).link.tolist() == [0]


def test_a_one_way_loop_is_drawn_as_it_was_given() -> None:
    loop = shapely.LineString(
        [(EAST + x * 1e3, NORTH + y * 1e3) for x, y in ((0, 0), (5, 0), (5, 5), (0, 0))]
    )
    links = road(("A", "A", 17.0), ("A", "B", 20.0)).assign(oneway=[True, False], geometry=[loop, None])
    assert build_network(points([(0, 0), (0, -20)]), links).links.geometry.iloc[0].equals_exact(loop, 1e-6)


def test_the_first_position_beyond_the_nodes_is_no_node() -> None:
    xy, minutes = np.zeros(2), np.ones(1)
    for tail, head in ((2, 0), (0, 2), (-1, 0), (0, -1)):
        with pytest.raises(InputError, match="that name no node at 0"):
            compile_graph(xy, xy, np.array([tail]), np.array([head]), minutes)


def test_networks_that_differ_only_in_where_their_links_lead_have_other_keys() -> None:
    x, y, tails, minutes = np.arange(3) * 100.0, np.zeros(3), np.array([0, 1, 2]), np.ones(3)
    one, other = (compile_graph(x, y, tails, np.array(heads), minutes) for heads in ([1, 2, 0], [2, 0, 1]))
    assert (one.out.start == other.out.start).all()
    assert links_digest(one) != links_digest(other)
