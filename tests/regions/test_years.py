"""A region in another year holds what was open then, and trains ride only on open track."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.indicators.ground import Ground
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.regional import region_network
from urbgeo.regions.region import Region
from urbgeo.regions.years import region_in_year, same_layers


def test_a_year_in_which_all_is_open_is_the_region_of_today(hunan: Region) -> None:
    assert same_layers(hunan, region_in_year(hunan, 2025))
    assert not same_layers(hunan, region_in_year(hunan, 2024))
    fewer = hunan.rail_stops.assign(trains_per_day=hunan.rail_stops["trains_per_day"] + 1)
    assert not same_layers(hunan, replace(hunan, rail_stops=fewer)), "as many rows, other trains"


def test_in_2005_less_than_half_of_the_county_seats_reach_an_open_interchange(hunan: Region) -> None:
    """55 of 122 (45 %), not the 99 % of today's interchanges; 54 would be 44 %: one seat near the bound.

    Nanyue is in by the exit of Hengdong of 2000 on the line to Guangzhou, Shaoshan two minutes out.
    """
    then = region_in_year(hunan, 2005)
    road = region_network(then, modes=("road",))
    found = nearest_facility(road, then.counties, then.interchanges)
    assert (found["minutes"] <= 30).sum() == 55
    nanyue, shaoshan = "430412", "430382"
    assert 27 < found.loc[nanyue, "minutes"] < 29 and found.loc[nanyue, "facility"] == "IC_Hengdongxi"
    before = region_in_year(
        hunan, 2004
    )  # without the line from Changde to Zhangjiajie, opened 26 December 2005
    found = nearest_facility(region_network(before, modes=("road",)), before.counties, before.interchanges)
    assert (found["minutes"] <= 30).sum() == 50
    assert 31 < found.loc[shaoshan, "minutes"] < 33
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


def test_fast_trains_go_on_along_old_track_and_others_not_along_new(hunan: Region) -> None:
    """A line of 1937 leads to Guangzhou beside the one of 2009; in 2008 all trains go by the old one."""
    new = hunan.rail_sections[hunan.rail_sections["class"].isin(["hsr", "intercity"])]
    on_new = {*new["from_station"], *new["to_station"]}
    old = hunan.rail_sections[
        (hunan.rail_sections["class"] == "conventional") & ~hunan.rail_sections["to_station"].isin(on_new)
    ].iloc[0]
    ends = [old["from_station"], old["to_station"]]
    new = new.iloc[0]
    fast = [new["from_station"], new["to_station"]]

    def ridden(stations: list[str], kind: str) -> int:
        stops = pd.DataFrame(
            {"service": "S", "seq": [1, 2], "class": kind, "trains_per_day": 5, "station": stations,
             "minutes": [np.nan, 30]}
        )  # fmt: skip
        return len(region_in_year(replace(hunan, rail_stops=stops), 2024).rail_stops)

    assert (ridden(ends, "hsr"), ridden(ends, "conventional")) == (2, 2)
    assert (ridden(fast, "hsr"), ridden(fast, "conventional")) == (2, 0)


def test_the_expressways_of_every_year_are_as_long_as_published(hunan: Region) -> None:
    """By the transport department through the press; 2011 is 2012 without what opened in it."""
    fast = hunan.road_links[hunan.road_links["class"] == "expressway"]
    for year, published in (
        (2004, 1218), (2011, 2649), (2012, 3969), (2013, 5084), (2020, 6951), (2023, 7530), (2024, 8182),
    ):  # fmt: skip
        assert fast.loc[fast["opened"] <= year, "km_inside"].sum() == pytest.approx(published, rel=0.05), year


def test_a_train_passes_a_station_that_was_not_open_yet(hunan: Region) -> None:
    """Lechang East came in 2017 on the line of 2009: until then trains to Guangzhou passed it."""
    then = region_in_year(hunan, 2012).rail_stops
    express = then[then["service"] == "WG_EXP"]
    assert {"ST_ChangshaNan", "ST_GuangzhouNan"} <= set(express["station"])
    calls = pd.DataFrame(
        {
            "service": "G", "seq": [1, 2, 3], "class": "hsr", "trains_per_day": 5, "dwell_min": [0.0, 2, 0],
            "station": ["ST_ChenzhouXi", "ST_LechangDong", "ST_Shaoguan"], "minutes": [np.nan, 20.0, 15.0],
        }
    )  # fmt: skip
    passed = region_in_year(replace(hunan, rail_stops=calls), 2012).rail_stops
    assert passed["station"].tolist() == ["ST_ChenzhouXi", "ST_Shaoguan"]
    assert passed["minutes"].iloc[-1] == 33, "it does not stand there"
    assert len(region_in_year(replace(hunan, rail_stops=calls), 2018).rail_stops) == 3


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
    spoilt = replace(
        hunan,
        airports=hunan.airports.assign(opened="soon"),
        rail_sections=hunan.rail_sections.assign(opened="在建"),
    )
    with pytest.raises(
        InputError, match=r"rail_sections: opened says '在建' .*airports: opened says 'soon' at .*CSX"
    ):
        region_in_year(spoilt, 2020)
    bare = replace(hunan, stations=hunan.stations.drop(columns="opened"))
    with pytest.raises(InputError, match="stations has no column opened"):
        region_in_year(bare, 2020)


@pytest.mark.parametrize("word", ["planned", "规划", "在建", "Under construction"])
def test_what_is_only_planned_is_in_no_year_and_counted(hunan: Region, word: str) -> None:
    first, last = hunan.airports.index[:2]
    opened = hunan.airports["opened"].astype(object).where(~hunan.airports.index.isin([first, last]), word)
    region = replace(hunan, airports=hunan.airports.assign(opened=opened))
    for year in (2012, 2040):
        then = region_in_year(region, year)
        assert set(region_in_year(hunan, year).airports.index) - set(then.airports.index) <= {first, last}
        assert not then.airports.index.isin([first, last]).any()
        assert f"airports: 2 only planned are left out ({first}, {last})." in then.notes
        assert not Ground(region, year).airports.index.isin([first, last]).any()


def test_a_line_opened_after_its_station_closed_is_refused(hunan: Region) -> None:
    closed = pd.Series(np.nan, hunan.stations.index)
    closed["ST_ChangshaNan"] = 2000
    wrong = replace(hunan, stations=hunan.stations.assign(closed=closed))
    with pytest.raises(InputError, match="opened after this station had closed at ST_ChangshaNan"):
        region_in_year(wrong, 2020)


def test_a_station_is_gone_in_the_year_it_closed(hunan: Region) -> None:
    name = "ST_ChangshaNan"
    closed = pd.Series(np.nan, hunan.stations.index)
    closed[name] = 2031
    dated = replace(hunan, stations=hunan.stations.assign(closed=closed))
    assert name in region_in_year(dated, 2030).stations.index
    assert name not in region_in_year(dated, 2031).stations.index


def test_trains_are_as_many_as_in_the_nearest_year_that_is_told(hunan: Region) -> None:
    hunan = replace(hunan, rail_counts=pd.DataFrame())
    assert hunan.rail_services.set_index("service")["basis"].to_dict() == {
        "WG_350": "document", "WG_DIRECT": "estimated",
    }  # fmt: skip

    def daily(region: Region) -> pd.Series:
        stops = region.rail_stops
        names = stops["service"].str.replace(r" part \d+", "", regex=True)
        return stops.assign(service=names).groupby("service")["trains_per_day"].first()

    today = daily(hunan)
    assert (today["WG_350"], today["WG_DIRECT"]) == (17, 1)
    for year in (2010, 2016, 2021, 2023):
        then = daily(region_in_year(hunan, year))
        assert "WG_350" not in then, "350 km/h came in June 2024"
        assert then["WG_DIRECT"] == 18, "the direct trains ran at 300 km/h then"
    assert daily(region_in_year(hunan, 2024)).equals(today)
    one = str(today.index[today > 3][0])
    told = pd.DataFrame({"service": [one, one], "year": [2010, 2018], "trains_per_day": [1, 2]})
    dated = replace(hunan, rail_services=told)
    assert daily(region_in_year(dated, 2024)).get(one) == today[one]
    assert daily(region_in_year(dated, 2017)).get(one, 2) == 2
    now = float(hunan.rail_stops.set_index("service")["year"].groupby(level=0).max()[one])
    alike = pd.DataFrame({"service": [one], "year": [now - 2], "trains_per_day": [1]})
    between = daily(region_in_year(replace(hunan, rail_services=alike), int(now - 1)))
    assert between[one] == today[one], "of two states as near the later holds"


def test_dated_services_that_are_no_counts_or_repeat_are_refused(hunan: Region) -> None:
    wrong = pd.DataFrame({"service": ["X", "X"], "year": [2016, 2016], "trains_per_day": [3, -1]})
    message = r"trains_per_day is negative.*two counts of one year at X"
    with pytest.raises(InputError, match=message):
        region_in_year(replace(hunan, rail_services=wrong), 2016)


def test_planned_projects_name_their_document_and_no_year_is_invented(hunan: Region) -> None:
    planned = hunan.planned
    assert {"changgan", "shaoyong", "tongji", "loudi_airport"} <= set(planned.index)
    assert planned["document"].str.len().gt(20).all() and planned["source"].str.len().gt(5).all()
    assert planned["kind"].isin(["rail", "expressway", "airport"]).all()
    assert planned["opens"].notna().sum() < len(planned) / 2
