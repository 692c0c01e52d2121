"""City clusters and approved circles of the documents are regions by name; townships are zones."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import urbgeo
from urbgeo.cities.policy import policy_geographies
from urbgeo.errors import InputError
from urbgeo.regions.codes import join_codes
from urbgeo.regions.nation import china_places
from urbgeo.study import units
from urbgeo.study.answers import answer
from urbgeo.study.units import policy_name, units_of

NINGXIA = china_places().loc[lambda places: places.index.str.startswith("64")]


def test_every_cluster_and_approved_circle_is_called_by_name() -> None:
    """19 clusters, 18 circles; with and without the word that follows a name."""
    table = policy_geographies()
    asked = table[table["kind"].isin(["city cluster", "approved circle"])]
    assert len(asked) == 37
    assert all(policy_name(name) == name for name in asked.index)
    clusters = asked.index[asked["kind"] == "city cluster"]
    assert len(clusters) == 19 and all(policy_name(f"{name}城市群") == name for name in clusters)
    assert policy_name("安徽省") == policy_name("合肥") == policy_name("合肥城市群") == ""


def test_a_circle_holds_its_counties_and_the_seats_in_them() -> None:
    """Of 长株潭都市圈 some counties of 株洲 are no members, but its seat lies in one that is."""
    found = units_of("长株潭都市圈")
    assert set(found.prefectures) == {"430100", "430200", "430300"}
    assert "430104" in found.counties and "430224" not in found.counties  # 岳麓区, 茶陵县
    assert found.title_en == "长株潭都市圈 (metropolitan circle)"


def test_a_cluster_among_other_units() -> None:
    alone, both = units_of("珠三角城市群"), units_of(["珠三角城市群", "海南省"])
    assert len(alone.prefectures) == 9 and alone.title_zh == "珠三角城市群"
    assert set(alone.counties) < set(both.counties) and "460100" in both.prefectures


def test_an_approved_circle_is_what_its_own_study_compares_with() -> None:
    region = urbgeo.region("长株潭都市圈", zones=False)
    assert set(region.lists["circle"]) == set(units_of("长株潭都市圈").counties)
    assert "official circle" not in region.left_out
    assert "official circle" in urbgeo.region("宁夏沿黄城市群", zones=False).left_out


def test_a_geography_without_members_and_names_of_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="members not known of 武汉都市圈"):
        units_of("武汉都市圈")
    with pytest.raises(InputError, match="no unit of China"):
        units_of("长四角城市群")


def test_codes_of_townships_join_as_they_are_or_with_twelve_digits() -> None:
    known = pd.Series({"640104001": "甲街道", "640104002": "乙街道"})
    asked = pd.Series(["640104001", 640104002, "640104002000", "640104003", "640104002001", "甲街道"])
    found = join_codes(asked, known)
    assert found["id"].fillna("").tolist() == [
        "640104001", "640104002", "640104002", "", "", "640104001"
    ]  # fmt: skip


def test_townships_are_zones_of_the_circle(invented_roads: Callable[..., gpd.GeoDataFrame]) -> None:
    """Two halves of a square round every county seat: codes of nine digits, seats inside them."""
    counties = NINGXIA[NINGXIA["level"] == "county"]
    shapes = {
        f"{code}00{side + 1}": shapely.box(
            at.x - 0.02 + 0.02 * side, at.y - 0.02, at.x + 0.02 * side, at.y + 0.02
        )
        for code, at in counties.geometry.items()
        for side in (0, 1)
    }
    towns = gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=4326)
    flows = pd.DataFrame(
        {"home": ["640106001", 640106002, "640104001"], "work": ["640106001"] * 3, "workers": [9, 5, 1]}
    )
    region = urbgeo.region("宁夏", roads=invented_roads(NINGXIA), zones=towns, flows=flows)
    found = answer(region, sets=(), years=())
    assert set(found.circle.table.index) == set(shapes)
    assert {"640106001", "640106002"} & set(found.circle.members)
    assert found.rings.table.loc["640106002", "employed"] == 5.0


def test_a_geography_beyond_the_embedded_counties_asks_for_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        units, "members_among", lambda members, counties: pd.DataFrame({"county": []}, dtype=object)
    )
    with pytest.raises(
        InputError, match="长株潭都市圈 has no county among the embedded ones; give a list of codes"
    ):
        units_of("长株潭都市圈")
