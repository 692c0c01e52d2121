"""City systems: people, hub, the longer direction of each link, and the land of each geography."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

import urbgeo
from urbgeo.cities.policy import policy_geographies
from urbgeo.cities.systems import city_systems
from urbgeo.errors import InputError
from urbgeo.maps import save_map
from urbgeo.maps.systems import map_of_systems
from urbgeo.study.systems import systems_of

IDS = ["430100", "430200", "430300", "430400"]


def places() -> gpd.GeoDataFrame:
    at = gpd.points_from_xy([112.9, 113.1, 112.9, 112.6], [28.2, 27.8, 27.8, 26.9])
    rows = {
        "name_zh": ["长沙", "<b>株洲", "湘潭", "衡阳"],
        "name_en": ["Changsha", "Zhuzhou", "Xiangtan", "Hengyang"],
        "population": [9e6, 4e6, 3e6, 7e6], "city": [5e6, 1e6, 1e6, 6e6],
    }  # fmt: skip
    return gpd.GeoDataFrame(rows, index=IDS, geometry=at, crs=4326)


def travel() -> pd.DataFrame:
    """Asymmetric: the way back from 430200 is slower than the way there."""
    rows = [[0, 50, 130, 90], [70, 0, 60, 90], [140, 60, 0, 90], [90, 90, 90, 0]]
    return pd.DataFrame(rows, index=IDS, columns=IDS, dtype=float)


MEMBERS = pd.DataFrame(
    {"geography": ["A", "A", "A", "B", "B"], "adcode": ["430100", "430200", "430300", "430100", "430400"]}
)


def test_people_hub_and_links_of_each_system() -> None:
    found = city_systems(travel(), MEMBERS, places(), minutes=70)
    assert found.table["hub_zh"].tolist() == ["长沙", "长沙"]
    assert found.table["population"].tolist() == [16e6, 16e6]
    assert found.table["population_share"].tolist() == pytest.approx([16 / 23, 16 / 23])
    links = found.links.set_index(["geography", "to_place"])["minutes"]
    assert links.to_dict() == {("A", "430200"): 70.0, ("A", "430300"): 140.0, ("B", "430400"): 90.0}
    assert found.links["within"].tolist() == [True, False, False]
    assert found.table["outline"].eq("round the seats").all()
    assert found.table.geometry.iloc[0].contains(places().geometry.iloc[1])


def test_the_hub_is_told_by_what_one_names() -> None:
    found = city_systems(travel(), MEMBERS, places(), hubs="city")
    assert found.table["hub_en"].tolist() == ["Changsha", "Hengyang"]
    assert found.hubs["geography"].tolist() == ["A", "B"]


def test_ties_go_to_the_lesser_code_whatever_the_order_of_members() -> None:
    alike = pd.Series(1e6, IDS)
    there = pd.DataFrame(60.0, IDS, IDS).where(~np.eye(4, dtype=bool), 0.0)
    for members in (MEMBERS, MEMBERS.iloc[::-1]):
        found = city_systems(there, members, places(), population=alike)
        assert found.table.loc[["A", "B"], "hub_zh"].tolist() == ["长沙", "长沙"]
        strongest = found.pairs.links["strongest"]
        assert (strongest["A"], strongest["B"]) == (("430100", "430200"), ("430100", "430400"))


def test_land_is_the_union_of_the_counties_and_missing_ones_are_refused() -> None:
    shapes = [box(112 + at, 27, 113 + at, 28) for at in range(4)]
    zones = gpd.GeoDataFrame(geometry=shapes, index=["430102", "430202", "430302", "430402"], crs=4326)
    found = city_systems(travel(), MEMBERS, places(), zones=zones)
    assert found.table.geometry.loc["A"].equals(box(112, 27, 115, 28))
    assert found.table.loc["A", "outline"] == "counties"
    with pytest.raises(InputError, match="zones: some geographies have no polygon"):
        city_systems(travel(), MEMBERS, places(), zones=zones.iloc[:1].set_axis(["510102"]))


def test_a_map_shows_names_as_they_are_written(tmp_path: object) -> None:
    path = save_map(
        map_of_systems(city_systems(travel(), MEMBERS, places(), hubs="city")), f"{tmp_path}/a.html"
    )
    html = path.read_text(encoding="utf-8")
    assert "<b>株洲" not in html and "衡阳" in html
    own = save_map(city_systems(travel(), MEMBERS, places(), hubs="city").map(), f"{tmp_path}/b.html")
    assert "衡阳" in own.read_text(encoding="utf-8")


def test_every_cluster_of_the_nation_is_a_system() -> None:
    from urbgeo.study.run import _named

    nation = _named("china")
    ((_, found),) = systems_of(nation, urbgeo.region_network(nation))
    named = policy_geographies()
    clusters = named[(named["kind"] == "city cluster") & (named["members"] > 0)]
    assert set(found.table.index) == set(clusters.index) and len(clusters) == 19
    # no road leads to Hainan's cities
    assert set(found.table.index[~np.isfinite(found.table["median_min"])]) == {"北部湾"}
    assert 0.5 < found.table["population_share"].sum() < 1.0
    assert {"上海市", "广州市", "武汉市", "重庆市"} <= set(found.hubs["name_zh"])


def test_members_facts_and_hubs_of_each_system_are_told() -> None:
    members = MEMBERS.iloc[::-1].assign(kind="k", tier=["low", "low", "high", "high", "high"])
    members = pd.concat(
        [members, pd.DataFrame({"geography": ["C"], "adcode": ["430400"], "kind": "k", "tier": "x"})]
    )
    found = city_systems(travel(), members, places(), minutes=90)
    table = found.table
    assert table.index.tolist() == ["B", "A"], "in the order of the members, and C, of one place, is none"
    assert table["tier"].tolist() == ["low", "high"] and table["members"].tolist() == [2, 3]
    assert table["places"].tolist() == [2, 3] and table["share_within"].tolist() == [1.0, 4 / 6]
    assert table["most_min"].tolist() == [90, 140] and table["median_min"].tolist() == [90, 65]
    assert "2 systems, 1 with every pair within 90 min" in repr(found)
    assert found.hubs.loc["A", ["name_en", "population"]].tolist() == ["Changsha", 9e6]
    assert found.hubs.geometry["A"].x == pytest.approx(112.9)
    spoke = found.links.set_index("to_place").loc["430200"]
    assert (spoke["from_place"], spoke["name_en"]) == ("430100", "Changsha–Zhuzhou")
    assert shapely.get_coordinates(spoke["geometry"]).tolist() == pytest.approx(
        np.array([[112.9, 28.2], [113.1, 27.8]])
    )
    assert found.links["within"].tolist() == [True, False, True]
    flat = gpd.GeoSeries([table.geometry["B"]], crs=4326).to_crs(4547)
    seat = places().to_crs(4547).geometry.loc[["430100", "430400"]]
    assert seat.distance(flat.boundary.iloc[0]).tolist() == pytest.approx([12_000] * 2, rel=0.01)
