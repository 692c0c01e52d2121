"""What the main job answers on the embedded region, by which network, and what it makes of an edited one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from urbgeo.errors import UrbgeoWarning
from urbgeo.network.edits import with_speeds
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.regions.region import Region
from urbgeo.study.answers import Answers, _by_speeds, _seats, _why_no_reach, answer
from urbgeo.study.bands import SetAnswers
from urbgeo.study.series import series


def test_no_ride_counted_is_below_half_of_the_way(answers: Answers, hunan: Region) -> None:
    trips = answers.reach.table[answers.reach.table["status"] == "reached"]
    cities, stations = (one.geometry.to_crs(4547) for one in (hunan.prefectures, hunan.stations))
    way = cities.loc[trips.index.get_level_values(0)].distance(
        cities.loc[trips.index.get_level_values(1)], align=False
    )
    ride = stations.loc[trips["station_from"]].distance(stations.loc[trips["station_to"]], align=False)
    assert (ride.to_numpy() >= 0.499 * way.to_numpy()).all()


def test_the_circle_is_believable(answers: Answers) -> None:
    """Core and next neighbours are in, far prefectures are out, most of the approved plan agrees."""
    members = set(answers.circle.members)
    assert {"430102", "430104", "430121", "430211", "430302", "430321"} <= members
    assert not {"431202", "430602", "431002"} & members
    assert answers.circle.comparison.loc["population", "recall"] > 0.85
    assert answers.circle.comparison.loc["population", "precision"] > 0.85


def test_the_cluster_ring_holds_the_three_plus_five_cities(answers: Answers, hunan: Region) -> None:
    ring = answers.circle.table["ring"]
    assert (ring.loc[["430702", "430902", "431302", "430602", "430408"]] <= 120).sum() >= 4


def test_airport_coverage_leaves_out_those_without_one(answers: Answers) -> None:
    left = set(answers.prefectures.uncovered.index)
    assert "431300" in left  # Loudi has no airport
    assert "430100" not in left
    assert answers.prefectures.more_needed == max(0, 12 - answers.prefectures.table["covered"].sum())


def test_the_row_of_a_year_in_which_all_is_open_is_that_of_asking_anew(hunan: Region) -> None:
    def asked_anew(then: Region) -> SetAnswers:
        return _by_speeds(then, region_network(then), whole=True)

    found = answer(hunan, sets=(), years=(2025,)).series
    pd.testing.assert_frame_equal(found, series(hunan, asked_anew, years=(2025,)))


def test_a_network_of_an_edit_is_answered_alone(hunan: Region, hunan_network: TravelNetwork) -> None:
    slower = with_speeds(hunan_network, {"expressway": 60.0})
    with pytest.warns(UrbgeoWarning, match="not the region's own"):
        found = answer(hunan, network=slower, years=(2025,))
    assert len(found.networks) == 1 and found.series.empty
    assert (
        found.towns.table["minutes_airport"].median()
        > 1.05
        * answer(hunan, network=hunan_network, sets=(), years=()).towns.table["minutes_airport"].median()
    )


def test_zones_smaller_than_counties_are_entered_at_a_point_inside_of_them() -> None:
    """A zone in the shape of a U has its middle outside; the seat stands in it all the same."""
    bend = shapely.Polygon([(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)])
    zones = gpd.GeoDataFrame(
        {"x": [1, 2]}, geometry=[bend, shapely.box(5, 0, 6, 1)], index=["z1", "z2"], crs=4326
    )
    towns = gpd.GeoDataFrame(geometry=gpd.points_from_xy([9, 9], [9, 9]), index=["z1", "z2"], crs=4326)
    region: Any = SimpleNamespace(towns=towns)
    assert _seats(region, zones) is towns
    region.towns = towns.iloc[:1]
    own = _seats(region, zones)
    assert own.index.tolist() == ["z1", "z2"] and own.crs == zones.crs and list(own.columns) == ["geometry"]
    assert own.within(zones.geometry).all() and not bend.contains(bend.centroid)


@pytest.mark.parametrize(
    ("cities", "why"),
    [
        (0, "0 cities; two to 400 are compared"),
        (1, "1 cities; two to 400 are compared"), (2, ""), (400, ""),
        (401, "401 cities; two to 400 are compared"),
    ],
)  # fmt: skip
def test_two_to_four_hundred_cities_are_compared(cities: int, why: str) -> None:
    assert _why_no_reach(cities) == why
