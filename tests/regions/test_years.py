"""A region in another year holds what was open then, and trains ride only on open track."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.regional import region_network
from urbgeo.regions.region import Region
from urbgeo.regions.years import region_in_year


def test_in_2005_less_than_half_of_the_county_seats_reach_an_open_interchange(hunan: Region) -> None:
    """44 or 45 %, and not the 99 % of today's interchanges."""
    then = region_in_year(hunan, 2005)
    road = region_network(then, modes=("road",))
    found = nearest_facility(road, then.counties, then.interchanges)["minutes"]
    assert (found <= 30).mean() == pytest.approx(0.443, abs=0.01)
    assert len(then.interchanges) < len(hunan.interchanges) / 3


def test_what_opened_later_is_not_there(hunan: Region) -> None:
    then = region_in_year(hunan, 2012)
    for table in (then.road_links, then.rail_sections, then.stations, then.airports):
        assert (table["opened"] <= 2012).all()
    assert {"ST_ChangshaNan", "ST_GuangzhouNan"} <= set(then.stations.index)
    assert "ST_HuaihuaNan" not in then.stations.index  # the Shanghai-Kunming line came in 2014
    assert then.rail_stops["station"].isin(then.stations.index).all()
    assert not then.rail_stops["station"].isin(["ST_HuaihuaNan"]).any()
    assert then.notes[0].startswith("As open in 2012")


def test_a_train_across_a_later_line_runs_on_the_part_that_is_open(hunan: Region) -> None:
    through = pd.DataFrame(
        {
            "service": "G", "seq": [1, 2, 3, 4], "class": "hsr", "trains_per_day": 5,
            "station": ["ST_YueyangDong", "ST_ChangshaNan", "ST_LoudiNan", "ST_HuaihuaNan"],
            "minutes": [np.nan, 35, 30, 60],
        }
    )  # fmt: skip
    one = replace(hunan, rail_stops=through)
    assert region_in_year(one, 2012).rail_stops["station"].tolist() == ["ST_YueyangDong", "ST_ChangshaNan"]
    assert len(region_in_year(one, 2016).rail_stops) == 4
    assert region_in_year(one, 2008).rail_stops.empty


def test_the_last_year_is_the_whole_region_and_years_only_add(hunan: Region) -> None:
    pd.testing.assert_frame_equal(region_in_year(hunan, 2030).road_links, hunan.road_links)
    pd.testing.assert_frame_equal(region_in_year(hunan, 2030).rail_stops, hunan.rail_stops)
    sizes = [len(region_in_year(hunan, year).rail_stops) for year in (2005, 2010, 2015, 2020, 2025)]
    assert sizes == sorted(sizes)


def test_an_interchange_without_an_open_expressway_is_none(hunan: Region) -> None:
    then = region_in_year(hunan, 2005)
    fast = then.road_links[then.road_links["class"] == "expressway"]
    assert then.interchanges.index.isin(pd.concat([fast["from_node"], fast["to_node"]])).all()


def test_bad_years_are_refused_by_name(hunan: Region) -> None:
    with pytest.raises(InputError, match="year: 'now' is no year"):
        region_in_year(hunan, "now")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no road was open in 1066"):
        region_in_year(hunan, 1066)
    spoilt = replace(hunan, airports=hunan.airports.assign(opened="在建"))
    with pytest.raises(InputError, match=r"airports: opened is no year at .*CSX"):
        region_in_year(spoilt, 2020)
    bare = replace(hunan, stations=hunan.stations.drop(columns="opened"))
    with pytest.raises(InputError, match="stations has no column opened"):
        region_in_year(bare, 2020)


def test_a_line_opened_after_its_station_closed_is_refused(hunan: Region) -> None:
    closed = pd.Series(np.nan, hunan.stations.index)
    closed["ST_ChangshaNan"] = 2000
    wrong = replace(hunan, stations=hunan.stations.assign(closed=closed))
    with pytest.raises(InputError, match="opened after this station had closed at ST_ChangshaNan"):
        region_in_year(wrong, 2020)


def test_planned_projects_name_their_document_and_no_year_is_invented(hunan: Region) -> None:
    planned = hunan.planned
    assert {"changgan", "shaoyong", "tongji", "loudi_airport"} <= set(planned.index)
    assert planned["document"].str.len().gt(20).all() and planned["source"].str.len().gt(5).all()
    assert planned["kind"].isin(["rail", "expressway", "airport"]).all()
    assert planned["opens"].notna().sum() < len(planned) / 2
