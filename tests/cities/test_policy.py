"""Policy geographies: their tables, and how they dissolve the counties of China."""

from __future__ import annotations

import geopandas as gpd
import pytest

from urbgeo.cities.dissolve import dissolve_members
from urbgeo.cities.policy import policy_geographies, policy_members, read_table
from urbgeo.errors import InputError, UrbgeoWarning


def test_there_are_nineteen_clusters_in_three_tiers_and_the_named_systems() -> None:
    table = policy_geographies()
    clusters = table[table["kind"] == "city cluster"]
    assert clusters["tier"].value_counts().to_dict() == {"培育发展": 9, "优化提升": 5, "发展壮大": 5}
    kinds = table["kind"].value_counts()
    assert kinds["axis"] == 5
    assert kinds["Hunan town group"] == 11
    assert kinds["Hunan belt"] == 3
    assert kinds["Hunan cluster"] == kinds["Hunan circle"] == 1
    assert (table["source"].str.len() > 10).all()
    with pytest.warns(UrbgeoWarning, match="not known: 武汉都市圈, 杭州都市圈, 郑州都市圈, 厦漳泉都市圈;"):
        members = policy_members()
    assert not members.duplicated(["geography", "adcode"]).any()
    assert members["adcode"].str.fullmatch(r"\d{6}").all()
    assert set(members["role"]) == {"member", "part", "excluded", "node"}


def test_eighteen_circles_are_approved_and_those_without_a_list_say_why() -> None:
    table = policy_geographies()
    approved = table[table["kind"] == "approved circle"]
    assert len(approved) == 18
    without = approved[approved["members"] == 0]
    assert sorted(without.index) == sorted(["武汉都市圈", "杭州都市圈", "郑州都市圈", "厦漳泉都市圈"])
    assert without["note"].str.startswith("no list of members was found").all()
    for name, year in (("武汉都市圈", "2003"), ("厦漳泉都市圈", "2011")):
        with pytest.raises(InputError, match=f"members not known of {name}: no list .* of {year}"):
            policy_members(["南京都市圈", name])
    with pytest.warns(UrbgeoWarning, match="郑州都市圈"):
        known = policy_members(kind="approved circle")
    assert known["geography"].nunique() == 14
    assert policy_members("沈阳都市圈")["name"].tolist() == [
        "沈阳", "鞍山", "抚顺", "本溪", "阜新", "辽阳", "铁岭",
    ]  # fmt: skip


def test_three_plus_five_are_eight_cities() -> None:
    assert policy_members("“3+5”城市群")["name"].tolist() == [
        "长沙", "株洲", "湘潭", "岳阳", "衡阳", "常德", "益阳", "娄底",
    ]  # fmt: skip


def test_every_member_but_the_renamed_is_a_county_of_china(counties: gpd.GeoDataFrame) -> None:
    with pytest.warns(UrbgeoWarning, match="members are not known"):
        found = dissolve_members(
            policy_members(), counties.set_geometry(counties.envelope), include_parts=True
        )
    assert (found.members["status"] == "unknown").sum() == 0
    county_level = found.members[~found.members["adcode"].str.endswith("00")]
    for row in county_level.itertuples():
        assert row.name[:2] in counties.loc[row.code_used, "NAME"]


@pytest.mark.parametrize(
    "name", ["policy_members.csv", "policy_published.csv", "renamed_adcodes.csv", "hunan_box7.csv"]
)
def test_tables_are_all_text_and_an_empty_cell_is_an_empty_text(name: str) -> None:
    table = read_table(name)
    assert table.map(lambda cell: isinstance(cell, str)).all(axis=None)
