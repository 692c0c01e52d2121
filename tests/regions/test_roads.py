"""What lies around a road: terrain near its middle, its design speed, built-up land at its ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.network.build import points
from urbgeo.regions.roads import LONGEST_TOWN_KM, SEAT_SHARE, with_surroundings
from urbgeo.standards import LAND_M2_PER_HEAD

PLACES = points([(0, 0), (100, 0)], ["low", "high"]).assign(
    urban_population=[100_000.0, 50_000.0], level=["prefecture", "county"]
)
NODES = pd.concat([PLACES[["geometry"]], points([(40, 0), (60, 0)], ["p", "q"])])
TERRAIN = pd.Series({"low": "plain", "high": "mountain"})


def around(*links: tuple[str, str, float, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(links, columns=["from_node", "to_node", "length_km", "class", "design_kmh"])
    return with_surroundings(table, NODES, PLACES, TERRAIN)


def radius_km(people: float) -> float:
    return float(np.sqrt(people * LAND_M2_PER_HEAD / np.pi) / 1000.0)


def test_an_ordinary_road_takes_the_terrain_of_the_place_nearest_to_its_middle() -> None:
    found = around(("low", "p", 40, "trunk", np.nan), ("q", "high", 40, "trunk", np.nan))
    assert found["terrain"].tolist() == ["plain", "mountain"]


@pytest.mark.parametrize(
    ("kmh", "terrain"), [(120, "plain"), (100, "hill"), (80, "mountain"), (np.nan, "hill")]
)
def test_an_expressway_takes_what_its_design_speed_says_and_no_town(kmh: float, terrain: str) -> None:
    found = around(("low", "high", 100, "expressway", kmh))
    assert found[["terrain", "town_km"]].iloc[0].tolist() == [terrain, 0.0]


def test_town_kilometres_are_discs_of_the_usual_land_a_head_at_both_ends() -> None:
    found = around(("low", "high", 100, "trunk", np.nan), ("low", "p", 40, "trunk", np.nan))
    ends = radius_km(100_000.0), radius_km(50_000.0 * SEAT_SHARE)
    assert max(ends) < LONGEST_TOWN_KM
    assert found["town_km"].tolist() == pytest.approx([sum(ends), ends[0]])


def test_no_road_has_more_town_than_it_is_long() -> None:
    assert around(("low", "high", 1.5, "trunk", np.nan))["town_km"].tolist() == [1.5]
