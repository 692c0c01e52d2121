"""Square zones, seats and a road, for tests of circles."""

from __future__ import annotations

from dataclasses import fields

import geopandas as gpd
from hypothesis import strategies as st

from tests.network.build import along, points, road, squares
from urbgeo.cities.circles import CircleRules, CommutingCircle, commuting_circle
from urbgeo.network.model import Snapping, TravelNetwork, build_network

ROAD = along(-5, 5, 15, 25, 35, 45, 55)


CORE = points([(5, 5)], ["core"])


SEATS = points([(x, 0) for x in range(5, 50, 10)], list("abcde"))


def peopled(zones: gpd.GeoDataFrame, people: object = 100.0, urban: object = 0.0) -> gpd.GeoDataFrame:
    return zones.assign(population=people, urban_population=urban)


def circle(zones: gpd.GeoDataFrame, network: TravelNetwork = ROAD, **options: object) -> CommutingCircle:
    given = {
        "seats": SEATS,
        "minutes": 35,
        "rings": (60,),
        "resolution_km": 0.5,
        "units_checked": True,
        **options,
    }
    core, listed = given.pop("core", CORE), given.pop("official", None)
    names = {one.name for one in fields(CircleRules)}
    rules = CircleRules(**{name: given.pop(name) for name in names & set(given)})
    found = commuting_circle(network, core, zones, rules=rules, **given)
    return found if listed is None else found.against(listed)


def grid(size: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, TravelNetwork]:
    """A chessboard of zones named by column and row, with a seat each and a road through every seat."""
    cells = [(x, y) for y in range(size) for x in range(size)]
    ids = [f"{x}{y}" for x, y in cells]
    seats = points([(10 * x + 5, 10 * y + 5) for x, y in cells], ids)
    beside = [(f"{x}{y}", f"{x + 1}{y}", 10.0) for x, y in cells if x + 1 < size]
    above = [(f"{x}{y}", f"{x}{y + 1}", 10.0) for x, y in cells if y + 1 < size]
    zones = peopled(squares(*((10.0 * x, 10.0 * y) for x, y in cells), ids=ids))
    return zones, seats, build_network(seats, road(*beside, *above), snapping=Snapping(max_snap_km=9))


cells = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=16, unique=True)
