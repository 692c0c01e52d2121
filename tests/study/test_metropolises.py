"""Several metropolises in one region: each county in one circle, in tables, map, report and page."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest

from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region
from urbgeo.study.absent import why_absent
from urbgeo.study.answers import Answers, answer
from urbgeo.study.metropolises import _core_counties, _peopled, cores_of
from urbgeo.study.report import report_text


def test_each_county_is_in_the_circle_nearest_in_time(
    several_answers: Answers, several: Region, hunan_network: TravelNetwork
) -> None:
    table = several_answers.metropolises.table
    assert set(several_answers.metropolises.circles.index) == {"长沙市", "衡阳", "岳阳"}
    core = table["role"] == "core"
    own = several.counties["prefecture"].where(several.counties["name_zh"].str.endswith("区"))
    assert (table.loc[core, "metropolis"] == "衡阳").sum() == (own == "430400").sum() > 2
    roads = hunan_network.only("road")
    minutes = minutes_table(roads, several.counties, several.counties)
    apart = {
        name: minutes.loc[:, table.index[core & (table["metropolis"] == name)]].min(axis=1)
        for name in several_answers.metropolises.circles.index
    }
    for zone in table.index[table["role"] == "circle"]:
        nearest = min(apart, key=lambda name: apart[name][zone])
        assert table.loc[zone, "metropolis"] == nearest
        assert (
            table.loc[zone, "minutes"] == pytest.approx(apart[nearest][zone], abs=1e-6)
            and apart[nearest][zone] <= 60
        )


def test_one_metropolis_says_nothing_of_others(hunan: Region, hunan_network: TravelNetwork) -> None:
    assert cores_of(hunan) == {}
    alone = answer(hunan, network=hunan_network, sets=(), years=())
    assert "no other metropolis is named" in why_absent(alone.metropolises)
    assert "All metropolises" not in report_text(alone), "nobody asked for them"


def test_the_core_of_a_city_is_its_districts_or_the_county_nearest_to_its_seat() -> None:
    """At 40 degrees north 0.011 degrees to the east are 0.94 km, 0.010 to the north 1.11 km."""
    at = gpd.points_from_xy([110.0, 110.5, 115.011, 115.0], [40.0, 40.0, 40.0, 40.01])
    table = {"name_zh": ["甲区", "乙县", "丙县", "丁市"], "prefecture": ["11", "11", "22", "22"]}
    counties = gpd.GeoDataFrame(table, geometry=at, index=["1101", "1102", "2201", "2202"], crs=4326)
    seats = gpd.points_from_xy([110.4, 115.0, 116.0], [40.0] * 3)
    region = SimpleNamespace(places=gpd.GeoDataFrame(geometry=seats, index=["11", "22", "33"], crs=4326))
    assert _core_counties("1102", counties, region) == ["1102"], "a county stands for itself"
    assert _core_counties("11", counties, region) == ["1101"], "districts go before what is nearer"
    assert _core_counties("22", counties, region) == ["2201"], "nearest on the ground, not in degrees"
    assert _core_counties("33", counties, region) == [], "a city without counties has none"
    both = counties.assign(name_zh=["甲区", "乙区", "丙县", "丁市"])
    assert _core_counties("11", both, region) == ["1101", "1102"]


def test_people_count_where_every_place_has_some() -> None:
    places = pd.DataFrame({"population": [1.0, 2.0]})
    assert _peopled(places) and not _peopled(places.mask(places > 1)) and not _peopled(places[[]])
