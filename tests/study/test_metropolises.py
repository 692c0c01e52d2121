"""Several metropolises in one region: each county in one circle, in tables, map, report and page."""

from __future__ import annotations

import pytest

from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region
from urbgeo.study.absent import why_absent
from urbgeo.study.answers import Answers, answer
from urbgeo.study.metropolises import cores_of
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
