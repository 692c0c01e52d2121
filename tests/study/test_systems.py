"""Which city clusters, belts and town groups of the documents lie in a region."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import urbgeo
from tests.network.build import points
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region
from urbgeo.study.systems import _by_prefecture, _inside, _mostly, is_whole, systems_of


@pytest.fixture(scope="module")
def bare() -> Region:
    return urbgeo.load_region("hunan", zones=False)


def test_the_clusters_belts_and_groups_of_hunan(bare: Region, hunan_network: TravelNetwork) -> None:
    titles = systems_of(bare, hunan_network)
    assert [zh for (zh, _), _ in titles] == ["城市群与城镇带", "城镇组群与都市圈"]
    belts, groups = (found.table for _, found in titles)
    three = {"京广城镇发展带", "沪昆城镇发展带", "渝长厦城镇发展带"}
    assert set(belts.index) == {"“3+5”城市群", "长株潭三市", *three}
    assert (groups["kind"] == "Hunan town group").sum() == 11
    assert groups.loc["津澧融城", "most_min"] < 20 and groups.loc["湘赣边城镇群", "most_min"] > 200
    seats = bare.prefectures["population"]
    people = seats[list(bare.lists["cluster_3_5"])].sum()
    assert belts.loc["“3+5”城市群", "population"] == people
    assert belts.loc["“3+5”城市群", "population_share"] == pytest.approx(people / seats.sum())
    # of Yiyang, Changde, Zhangjiajie and Xiangxi
    assert belts.loc["渝长厦城镇发展带", "hub_zh"] == "常德市"
    # towns reach each other within an hour, cities within two
    assert [found.provenance.parameters["minutes"] for _, found in titles] == [120.0, 60.0]
    circle = groups.loc["长株潭都市圈"]
    assert (circle["members"], circle["places"]) == (11, 19), "Changsha is named whole: its nine counties"


def test_a_place_without_people_is_of_no_system_and_a_table_without_codes_has_none(
    bare: Region, hunan_network: TravelNetwork
) -> None:
    places = bare.places.copy()
    places.loc[["430300", "430723"], "population"] = np.nan
    belts, groups = (found.table for _, found in systems_of(replace(bare, places=places), hunan_network))
    assert belts.loc["长株潭三市", "places"] == 2 and "津澧融城" not in groups.index
    none = places.assign(population=0.0)
    assert systems_of(replace(bare, places=none), hunan_network) == []
    assert systems_of(replace(bare, places=places.drop(columns="population")), hunan_network) == []
    assert systems_of(replace(bare, places=places.rename(index={"430100": "长沙"})), hunan_network) == []


def members(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["geography", "adcode", "role"])


def test_half_of_the_members_and_two_places_must_lie_in_the_region() -> None:
    asked = members(
        ("half", "430100", "member"), ("half", "510100", "member"),
        ("less", "430102", "member"), ("less", "430103", "member"),
        ("less", "510103", "member"), ("less", "510104", "member"), ("less", "510105", "member"),
        ("one", "430102", "member"),
    )  # fmt: skip
    seats = points([(0, 0), (1, 0)], ["430102", "430103"])
    kept = _inside(asked, seats)
    assert kept[["geography", "adcode"]].to_numpy().tolist() == [["half", "430100"]]
    assert _inside(asked, seats.iloc[:1]).empty and _inside(asked.iloc[:0], seats).empty
    assert _inside(asked.iloc[[1]], seats).empty


def test_hubs_are_told_by_a_column_that_nearly_every_place_has() -> None:
    for known, places, enough in ((9, 10, False), (19, 20, True)):
        seats = gpd.GeoDataFrame({"city": [1.0] * known + [np.nan] * (places - known)})
        assert _mostly(seats, "city") is enough
    assert not _mostly(seats, "town")


def test_the_hub_is_the_place_whose_city_is_largest_though_another_has_more_people(
    bare: Region, hunan_network: TravelNetwork
) -> None:
    places = bare.places.copy()
    places.loc["430200", "urban_population"] = 1e7  # Zhuzhou above Changsha
    belts, _ = (found.table for _, found in systems_of(replace(bare, places=places), hunan_network))
    assert belts.loc["长株潭三市", "hub_zh"] == "株洲市"
    places["city_population"] = 1e5
    places.loc["430300", "city_population"] = 2e5
    belts, _ = (found.table for _, found in systems_of(replace(bare, places=places), hunan_network))
    assert belts.loc["长株潭三市", "hub_zh"] == "湘潭市"


def test_of_the_nation_members_are_prefectures_whole_once_and_none_that_is_left_out(bare: Region) -> None:
    """A county stands for its prefecture, a county of a municipality for the municipality."""
    nation = replace(
        bare,
        name="china",
        places=points([(0, 0), (1, 0), (2, 0)], ["430100", "430600", "500000"]).assign(level="prefecture"),
    )
    asked = members(
        ("a", "430102", "part"), ("a", "430103", "member"), ("a", "430600", "excluded"),
        ("b", "500101", "member"), ("b", "430000", "member"),
    )  # fmt: skip
    found = _by_prefecture(asked, nation)
    assert found.to_numpy().tolist() == [
        ["a", "430100", "member"], ["b", "500000", "member"], ["b", "430000", "member"],
    ]  # fmt: skip
    assert is_whole(nation) and not is_whole(bare)


def test_a_county_named_beside_prefectures_stands_for_itself_unless_its_prefecture_does(
    bare: Region, hunan_network: TravelNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three cities and one county of Hengyang; Furong District, named too, lies in Changsha."""
    asked = ["430100", "430200", "430300", "430481", "430102"]
    rows = pd.DataFrame(
        {"geography": "g", "kind": "Hunan belt", "tier": "t", "adcode": asked, "role": "member"}
    )
    monkeypatch.setattr("urbgeo.study.systems.policy_members", lambda: rows)
    ((titles, found),) = systems_of(bare, hunan_network)
    assert titles[1] == "City clusters and belts" and found.table.loc["g", "places"] == 4
    people = bare.places.loc[asked[:4], "population"].sum()
    assert found.table.loc["g", "population"] == people
