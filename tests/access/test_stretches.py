"""Stretches: the roads reached within a limit, without those so deep inside that none need be drawn."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.access.small_town import ROADS, STARTS, town
from tests.access.test_isochrones import ring_road
from tests.network.build import EAST, NORTH, QUICK, UTM, points, road
from urbgeo.access.lattice import Lattice, reach_nodes, roads_of
from urbgeo.access.stretches import drawn_parts, midst, stretches
from urbgeo.network.attach import attach_all
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import build_network


def test_a_stretch_left_undrawn_lies_inside_the_land() -> None:
    """Against shapely: what is left out is within the cells inside; in the midst of them all is left out."""
    draw, grid = np.random.default_rng(5), Lattice(roads_of(town(1)), 10.0)
    window = range(30), range(100, 140)
    inside = np.zeros((30, 40), bool)
    inside[4:26, 5:33] = True
    inside[12, 20] = False
    corners = inside[:-1, :-1] & inside[1:, :-1] & inside[:-1, 1:] & inside[1:, 1:]
    cells = [shapely.box(1000 + 10 * j, 10 * i, 1010 + 10 * j, 10 * i + 10) for i, j in np.argwhere(corners)]
    land = shapely.union_all(cells)
    bends = draw.uniform([1000, 0], [1400, 300], (400, 1, 2)) + draw.normal(0, 12, (400, 3, 2)).cumsum(axis=1)
    lines = shapely.linestrings(bends)
    kept = set(shapely.to_wkb(drawn_parts(lines, inside, grid, window)))
    left_out = np.array([one not in kept for one in shapely.to_wkb(lines)])
    assert land.contains(shapely.buffer(lines[left_out], 2.5)).all()
    assert left_out[shapely.contains(land.buffer(-20), lines)].all()
    assert 50 < left_out.sum() < 350
    hidden = midst(inside, grid, window)(shapely.bounds(lines))
    assert left_out[hidden].all()
    boxes = shapely.box(*shapely.bounds(lines).T)
    assert hidden[shapely.contains(land.buffer(-20), boxes)].all()
    assert 20 < hidden.sum() < left_out.sum()


@QUICK
@given(STARTS, st.sampled_from(["from", "to"]), st.sampled_from(ROADS), st.floats(4, 60))
def test_stretches_hold_just_the_road_within_the_limit(
    starts: list[tuple[float, float]], direction: str, columns: dict[str, object], limit: float
) -> None:
    network, origins = ring_road(**columns), points(starts)
    roads = roads_of(network)
    reached = reach_nodes(network, roads, attach_all(network, origins, "origins"), limit, direction)
    parts = stretches(roads, reached, limit)
    lines = network.links.geometry[network.links["joinable"]]
    shares = np.arange(0.005, 1.0, 0.01)
    spots = gpd.GeoDataFrame(
        geometry=[line.interpolate(share, normalized=True) for line in lines for share in shares],
        crs=network.crs,
    )
    minutes = nearest_facility(network, spots, origins, direction=direction)["minutes"]
    clear = np.abs(minutes - limit) > 1e-6
    on = shapely.distance(shapely.union_all(parts), spots.geometry.to_numpy()) < 1e-3
    assert (on == (minutes <= limit))[clear].all()


def test_a_stretch_of_a_bent_road_follows_its_bends() -> None:
    def shifted(*km: tuple[float, float]) -> shapely.LineString:
        return shapely.LineString(np.array([EAST, NORTH]) + 1000.0 * np.array(km))

    bent = shifted((0, 0), (0, 1), (1, 1), (1, 0))
    network = build_network(
        points([(0, 0), (1, 0)]), gpd.GeoDataFrame(road(("A", "B", 3.0)), geometry=[bent], crs=UTM)
    )
    middle = points([(0.5, 1)], ["m"])
    roads = roads_of(network)
    reached = reach_nodes(network, roads, attach_all(network, middle, "origins"), 0.75, "from")
    (part,) = stretches(roads, reached, 0.75)
    expected = shifted((0, 0.75), (0, 1), (1, 1), (1, 0.75))
    assert shapely.hausdorff_distance(part, expected, densify=0.1) < 1e-6
    assert part.length == pytest.approx(1500.0)
