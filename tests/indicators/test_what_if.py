"""Before and after: known gains, names instead of codes, indicators beside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import urbgeo
from urbgeo.errors import InputError
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.targets import policy_targets
from urbgeo.indicators.what_if import WhatIf, _by_people, what_if
from urbgeo.maps import save_map
from urbgeo.regions.region import Region

ROADS = pd.DataFrame(
    {
        "from_node": ["安化县", "新化县"],
        "to_node": ["新化县", "隆回县"],
        "class": "expressway",
        "name_zh": "安隆高速",
    }
)


def airport() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name_zh": ["娄底机场"], "adcode": ["431302"]},
        geometry=gpd.points_from_xy([111.95], [27.75]), index=["LDX"], crs=4326,
    )  # fmt: skip


@pytest.fixture(scope="module")
def built() -> WhatIf:
    return what_if(urbgeo.load_region("hunan"), roads=ROADS, airports=airport())


def test_a_new_airport_and_road_gain_by_name(built: WhatIf) -> None:
    assert built.gains["name_zh"].iloc[0] == "娄星区"
    assert {"新化县", "冷水江市"} <= set(built.gains["name_zh"])
    row = built.summary.loc["airport"]
    assert row["mean_after"] < row["mean_before"]
    assert "娄星区" in row["newly_within"]
    assert row["people_losing"] == 0
    assert "娄星区" in repr(built)


def test_who_comes_to_just_the_limit_is_newly_within_it() -> None:
    counties = pd.DataFrame(
        {"name_zh": list("甲乙丙丁戊"), "population": [1.0, 2.0, 4.0, 8.0, 16.0]}, index=list("abcde")
    )
    before = pd.DataFrame({"airport": [60.1, 60.0, 70.0, np.inf, 90.0]}, counties.index)
    after = pd.DataFrame({"airport": [60.0, 50.0, 60.1, 60.0, 91.0]}, counties.index)
    row = _by_people(before, after, counties).loc["airport"]
    assert row["newly_within"] == "甲、丁"
    assert row["people_gaining"] == 2.0 + 4.0 + 8.0 and row["people_losing"] == 16.0


def test_half_a_minute_is_seen_on_either_side_and_less_is_not(built: WhatIf) -> None:
    counties = pd.DataFrame(
        {"name_zh": list("甲乙丙丁"), "population": [1.0, 2.0, 4.0, 8.0]}, index=list("abcd")
    )
    before = pd.DataFrame({"airport": [50.0] * 4}, counties.index)
    after = pd.DataFrame({"airport": [49.5, 49.51, 50.5, 50.49]}, counties.index)
    row = _by_people(before, after, counties).loc["airport"]
    assert (row["people_gaining"], row["people_losing"]) == (1.0, 4.0)
    table = built.table.iloc[:4].assign(gain_min=[-0.5, 0.49, 0.5, -0.49])
    assert replace(built, table=table).gains["gain_min"].tolist() == [0.5, -0.5]


def test_new_links_never_lengthen_a_trip(built: WhatIf) -> None:
    for name in ("prefecture", "capital", "interchange", "station", "airport"):
        assert (built.table[f"after_{name}"] <= built.table[f"before_{name}"] + 1e-9).all()


def test_the_scorecard_stands_beside(built: WhatIf) -> None:
    row = built.indicators.loc["airport60.prefectures"]
    assert row["change"] == pytest.approx(100 / 14)
    assert row[["light_before", "light_after", "gained"]].tolist() == ["behind", "met", "娄底市"]
    assert built.indicators.at["airports", "change"] == 1
    shown = policy_targets().loc[built.indicators.index, "measure"]
    assert {MEASURES[one].when for one in shown} == {"any"}, (
        "no new trains: what rests on trains is not shown"
    )
    length = built.changes[built.changes["what"] == "new road"].length.sum() / 1000 * 1.2
    assert built.indicators.at["expressway.km", "change"] == pytest.approx(length)


def test_closing_a_route_costs_time_and_is_named(hunan: Region) -> None:
    found = what_if(hunan, close=["G60"])
    assert (found.gains["gain_min"] < 0).all()
    assert found.provenance.parameters["closed links"] == (found.changes["what"] == "closed").sum() > 5
    assert found.indicators.at["expressway.km", "change"] < 0


def test_slower_roads_are_slower_everywhere_they_are_used(hunan: Region) -> None:
    found = what_if(hunan, speeds={"expressway": 50.0})
    assert found.table["gain_min"].max() <= 1e-9 and found.table["gain_min"].min() < -10


def test_the_map_has_a_layer_for_each_kind_of_change(built: WhatIf, tmp_path: Path) -> None:
    text = save_map(built.map(), tmp_path / "map.html").read_text(encoding="utf-8")
    for words in ("New roads", "New airports", "娄底机场", "节省分钟"):
        assert words in text
    assert "Closed roads" not in text
    for words in ("Minutes to an airport, before", "Minutes to an airport, after"):
        assert words in text  # to switch between


def test_tables_are_saved(built: WhatIf, tmp_path: Path) -> None:
    path = built.save(tmp_path / "what_if.gpkg")
    again = gpd.read_file(path, layer="places")
    assert len(again) == 122 and "gain_min" in again


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "nothing is changed"),
        ({"close": "G999"}, "no link or route is called 'G999'; routes are"),
        ({"roads": ROADS.assign(to_node="新华县")}, "no place or node is called '新华县'"),
        ({"roads": ROADS.assign(**{"class": "motorway"})}, "class of roads"),
        ({"roads": ROADS.drop(columns="class")}, "no column class"),
        ({"airports": airport().rename({"LDX": "CSX"})}, "already has: CSX"),
    ],
)
def test_changes_that_cannot_be_read_are_refused(hunan: Region, change: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        what_if(hunan, **change)  # type: ignore[arg-type]


def test_the_region_stays_as_it_was(hunan: Region) -> None:
    before = len(hunan.road_links), len(hunan.airports)
    roads = ROADS.copy()
    what_if(hunan, roads=roads, airports=airport(), close=["G60"])
    assert (len(hunan.road_links), len(hunan.airports)) == before
    pd.testing.assert_frame_equal(roads, ROADS)


def test_given_lengths_are_kept_and_missing_ones_are_counted(hunan: Region) -> None:
    found = what_if(hunan, roads=ROADS.assign(length_km=[np.nan, 80.0]))
    assert found.provenance.parameters["lengths estimated"] == 1


def test_a_region_on_estimated_roads_is_changed_by_the_names_of_its_places() -> None:
    """Without railways and interchanges nothing is reached there: NaN, and no indicator that needs them."""
    people = pd.DataFrame(
        {"county": ["大武口区", "惠农区", "平罗县"], "population": [299_000, 176_000, 276_000]}
    )
    small = urbgeo.region("石嘴山市", roads="estimated", population=people, zones=False)
    road = pd.DataFrame({"from_node": ["平罗县"], "to_node": ["石嘴山市"], "class": ["expressway"]})
    found = what_if(small, roads=road)
    km = float(found.before.link_table.at["estimated 640200 - 640221", "length_km"])
    assert found.table.at["640221", "after_prefecture"] == pytest.approx(1.2 * km / 100.0 * 60.0, rel=0.01)
    assert found.summary.loc["station", ["mean_before", "mean_after"]].isna().all()
    assert np.isfinite(found.summary.loc["prefecture", "mean_after"])
    assert not {"rail.hsr_km", "rail.intercity_km"} & set(found.indicators.index)
    assert len(found.indicators)


def new_line() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """A station beside the seat of Anhua, and ten trains a day from there to Changsha South in 50 minutes."""
    stations = gpd.GeoDataFrame(
        {"name_zh": ["安化"], "kind": ["hsr"], "adcode": ["430923"], "opened": [2020]},
        geometry=gpd.points_from_xy([111.2128], [28.3743]), index=["ST_New"], crs=4326,
    )  # fmt: skip
    rails = pd.DataFrame(
        {"service": "NEW", "name_zh": "新线", "class": "hsr", "seq": [1, 2],
         "station": ["ST_New", "ST_ChangshaNan"], "minutes": [0.0, 50.0], "dwell_min": 2.0,
         "trains_per_day": 10}
    )  # fmt: skip
    return stations, rails


def test_a_new_line_brings_its_station_and_its_trains(hunan: Region) -> None:
    stations, rails = new_line()
    found = what_if(hunan, stations=stations.to_crs(32649), rails=rails)
    row = found.table.loc["430923"]
    assert row["after_station"] < 15 < 60 < row["before_station"]
    assert found.provenance.parameters["new trains"] == 1
    assert found.summary.loc["station", "people_losing"] == 0
    assert "rail_hour" in set(policy_targets().loc[found.indicators.index, "measure"]), "trains are shown too"
    assert (found.table["after_airport"] == found.table["before_airport"]).all()
    with pytest.raises(InputError, match="rails: no column station"):
        what_if(hunan, rails=rails.drop(columns="station"))
    with pytest.raises(InputError, match="stations: it has no CRS"):
        what_if(hunan, rails=rails, stations=stations.set_crs(None, allow_override=True))
    with pytest.raises(InputError, match="stations: ids that the region already has: ST_ChangshaNan"):
        what_if(hunan, rails=rails, stations=stations.set_axis(["ST_ChangshaNan"]))


def test_a_name_of_two_places_is_answered_with_their_ids(hunan: Region) -> None:
    nodes = hunan.road_nodes.copy()
    nodes.loc[["430103", "430105"], "name_zh"] = "同名区"
    with pytest.raises(InputError, match="'同名区' is the name of 430103, 430105; give the id"):
        what_if(replace(hunan, road_nodes=nodes), roads=ROADS.assign(to_node="同名区"))
