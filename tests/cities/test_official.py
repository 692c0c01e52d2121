"""Computed circles held against official lists, and circles over the years."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.cities.squares import circle, peopled
from tests.cities.test_circles import ROW
from tests.cities.two_metropolises import CORES, MINUTES, ZONES, circles
from urbgeo.cities.dissolve import dissolve_members
from urbgeo.cities.metropolitan_rules import MetropolitanRules
from urbgeo.cities.official import circles_over_years, compare_with_official
from urbgeo.cities.policy import policy_members
from urbgeo.errors import InputError
from urbgeo.network.model import build_network
from urbgeo.network.scenario import in_year

PERSONS = MetropolitanRules(units_checked=True)


def test_the_circles_of_a_network_follow_the_opening_years_of_its_links() -> None:
    nodes = gpd.GeoDataFrame(
        ZONES, geometry=gpd.points_from_xy(500_000 + np.arange(6) * 20_000, [3_000_000] * 6), crs=32649
    )
    links = pd.DataFrame(
        {"from_node": list("abcdea"), "to_node": list("bcdefc"), "length_km": 20.0, "class": "primary",
         "minutes": [40.0, 40, 40, 40, 40, 50], "opened": [np.nan] * 5 + [2028]}
    )  # fmt: skip
    network = build_network(nodes, links)
    years = {year: in_year(network, year) for year in (2027, 2028)}
    table = circles_over_years(years, CORES[["a"]], nodes, population="people", rules=PERSONS)
    assert table["zones"].tolist() == [2, 3]
    assert table["people"].tolist() == [950, 990]
    assert table.loc[(2028, "A"), "joined"] == ("c",)


def test_official_lists_are_compared_by_zones_people_and_unknown_ids() -> None:
    found = circles(MINUTES, ZONES, CORES, population="people")
    listed = {"E": ["d", "e", "b", "zz"]}
    table = compare_with_official(found, listed, zones=ZONES, weights=["people"]).loc["E"]
    assert table[["both", "only_circle", "only_official", "unknown"]].tolist() == [
        ("d", "e"), ("c",), ("b",), ("zz",),
    ]  # fmt: skip
    assert table["precision"] == pytest.approx(2 / 3)
    assert table["recall"] == pytest.approx(2 / 3)
    assert table[["people_circle", "people_official", "people_both"]].tolist() == [170, 180, 130]
    with pytest.raises(InputError, match="no circle was computed for Q"):
        compare_with_official(found, {"Q": []}, zones=ZONES)


def test_circles_grow_with_the_years() -> None:
    later = MINUTES.assign(a=[0.0, 20, 35, 55, 80, np.nan])
    table = circles_over_years({2030: later, 2020: MINUTES}, CORES, ZONES, population="people", rules=PERSONS)
    assert table.index.get_level_values("year").unique().tolist() == [2020, 2030]
    assert table.loc[(2030, "A"), "joined"] == ("c",)
    assert table.loc[(2030, "E"), "left"] == ("c",)
    assert table.loc[(2020, "A"), "joined"] == ()
    assert table["zones"].tolist() == [2, 3, 3, 2]


def test_hunan_circles_are_compared_with_the_approved_list(shared_data: Path) -> None:
    counties = gpd.read_file(shared_data / "hunan/hunan_counties_2021_wgs84_census2020.gpkg").set_index(
        "CODE"
    )
    seats = counties.assign(geometry=counties.to_crs(4547).representative_point().to_crs(4326))
    xy = seats.to_crs(4547).get_coordinates().to_numpy() / 1000
    km = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
    travel = pd.DataFrame(km * 1.3 / 70 * 60 + 10, index=seats.index, columns=seats.index)
    names = {"4301": "长株潭", "4302": "长株潭", "4303": "长株潭", "4306": "岳阳", "4304": "衡阳"}
    districts = seats.index[seats.index.str[4:].astype(int) < 20]
    cores = pd.Series(districts.str[:4].map(names), index=districts).dropna()
    found = circles(travel, seats, cores, population="POPU")
    members = dissolve_members(policy_members("长株潭都市圈"), counties).counties["county"]
    weights = ["POPU", "area_km2"]
    table = compare_with_official(found, {"长株潭": members}, zones=counties, weights=weights).loc["长株潭"]
    assert len(table["only_official"]) + len(table["both"]) == len(members)
    assert table["unknown"] == ()
    assert 0.8 < table["recall"] <= 1
    assert table["area_km2_official"] == pytest.approx(18_900, rel=0.05)
    assert table["POPU_official"] == pytest.approx(14_660_000, rel=0.03), "census count of the plan's area"
    assert (found.rings["people"].groupby("metropolis").diff().dropna() >= 0).all()


def test_repeated_zones_are_refused_where_official_lists_are_compared() -> None:
    """They would double populations."""
    found = circles(MINUTES, ZONES, CORES, population="people")
    with pytest.raises(InputError, match="zones: repeated ids at a"):
        compare_with_official(found, {"A": ["a"]}, zones=pd.concat([ZONES, ZONES.iloc[:1]]))
    with pytest.raises(InputError, match="zones: f of the circles are missing"):
        compare_with_official(found, {"A": ["a"]}, zones=ZONES.drop("f"))
    with pytest.raises(InputError, match="is no result of commuting_circle"):
        compare_with_official(ZONES, {"A": ["a"]})
    with pytest.raises(InputError, match="official: give the ids by metropolis"):
        compare_with_official(found, ["a"])


def test_lists_are_held_against_a_circle_by_each_of_its_rules() -> None:
    found = circle(peopled(ROW), rule="seat")
    table = compare_with_official(found, ["b", "e", "zz"], weights=["people"])
    assert table.index.name == "rule" and set(table.index) == set(found.members_by_rule)
    assert table.loc["seat", ["both", "only_official", "unknown"]].tolist() == [("b",), ("e",), ("zz",)]
    assert table.loc["seat", "people_official"] == 200
    with pytest.raises(InputError, match="official: give the ids of one list"):
        compare_with_official(found, {"A": ["b"]})
    with pytest.raises(InputError, match="travel: give a table or a network for at least one year"):
        circles_over_years({}, CORES, ZONES)
