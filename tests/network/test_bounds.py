"""Single rules that no other test would miss: bounds, ranges, keys of the cache, loops, dead ends."""

from __future__ import annotations

import shapely

from tests.network.build import EAST, NORTH, points, road
from urbgeo.network.attach import attach
from urbgeo.network.model import Snapping, build_network


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
