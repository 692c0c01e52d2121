"""Policy geographies: their tables, and how they dissolve the counties of China."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from urbgeo.cities.policy import dissolve_members, policy_geographies, policy_members
from urbgeo.crs import CHINA_ALBERS
from urbgeo.errors import InputError, UrbgeoWarning


@pytest.fixture(scope="module")
def counties(shared_data: Path) -> gpd.GeoDataFrame:
    frame = gpd.read_file(shared_data / "china/counties_2021_census2020.gpkg").set_index("CODE")
    return frame.set_geometry(frame.geometry.make_valid().apply(polygons_of))


def polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a shape; one county of the file carries a stray line beside its polygon."""
    parts = [part for part in shapely.get_parts(shape) if "Polygon" in part.geom_type]
    return shapely.union_all(parts)


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


def test_sixteen_circles_are_approved_and_those_without_a_list_say_why() -> None:
    table = policy_geographies()
    approved = table[table["kind"] == "approved circle"]
    assert len(approved) == 16
    without = approved[approved["members"] == 0]
    assert sorted(without.index) == sorted(["武汉都市圈", "杭州都市圈", "郑州都市圈", "厦漳泉都市圈"])
    assert without["note"].str.startswith("no list of members was found").all()
    for name, year in (("武汉都市圈", "2003"), ("厦漳泉都市圈", "2011")):
        with pytest.raises(InputError, match=f"members not known of {name}: no list .* of {year}"):
            policy_members(["南京都市圈", name])
    with pytest.warns(UrbgeoWarning, match="郑州都市圈"):
        known = policy_members(kind="approved circle")
    assert known["geography"].nunique() == 12
    assert policy_members("沈阳都市圈")["name"].tolist() == [
        "沈阳", "鞍山", "抚顺", "本溪", "阜新", "辽阳", "铁岭",
    ]  # fmt: skip


def test_three_plus_five_are_eight_cities() -> None:
    assert policy_members("“3+5”城市群")["name"].tolist() == [
        "长沙", "株洲", "湘潭", "岳阳", "衡阳", "常德", "益阳", "娄底",
    ]  # fmt: skip


def squares(codes: list[str]) -> gpd.GeoDataFrame:
    boxes = [shapely.box(k, 0, k + 1, 1) for k in range(len(codes))]
    return gpd.GeoDataFrame(geometry=boxes, index=codes, crs=32649)


def test_prefixes_exclusions_renames_and_unknown_codes() -> None:
    members = pd.DataFrame(
        [("X", "430100", "member"), ("X", "430121", "excluded"), ("X", "431181", "member"),
         ("X", "999999", "member"), ("Y", "430000", "member")],
        columns=["geography", "adcode", "role"],
    )  # fmt: skip
    found = dissolve_members(members, squares(["430102", "430121", "431121", "440103"]))
    assert found.members["status"].tolist() == ["matched", "matched", "renamed", "unknown", "matched"]
    assert found.members.loc[2, "code_used"] == "431121"
    assert found.polygons["counties"].to_dict() == {"X": 2, "Y": 3}
    assert found.polygons.geometry.area.to_dict() == {"X": 2.0, "Y": 3.0}
    assert found.provenance.shares["members unknown"] == pytest.approx(0.2)


def test_faulty_tables_are_refused() -> None:
    good = squares(["430102"])
    with pytest.raises(InputError, match="no column adcode"):
        dissolve_members(pd.DataFrame({"geography": ["X"]}), good)
    with pytest.raises(InputError, match="4301 are no adcodes"):
        dissolve_members(pd.DataFrame({"geography": ["X"], "adcode": ["4301"]}), good)
    with pytest.raises(InputError, match="none of the adcodes"):
        dissolve_members(pd.DataFrame({"geography": ["X"], "adcode": ["110000"]}), good)
    with pytest.raises(InputError, match="Atlantis not there"):
        policy_members("Atlantis")
    with pytest.raises(InputError, match="unknown; there are city cluster"):
        policy_members(kind="belt")


def reshaped(frame: gpd.GeoDataFrame, shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, crs=frame.crs))


def test_faulty_polygons_are_refused_or_repaired_and_counted() -> None:
    frame = squares(["430102", "430103", "430104"])
    bow_tie = shapely.Polygon([(1, 0), (2, 1), (2, 0), (1, 1)])
    stray = shapely.GeometryCollection([shapely.box(2, 0, 3, 1), shapely.LineString([(3, 1), (4, 4)])])
    frame = frame.set_geometry(
        gpd.GeoSeries([frame.geometry.iloc[0], bow_tie, stray], frame.index, frame.crs)
    )
    members = pd.DataFrame({"geography": ["X"], "adcode": ["430100"]})
    with pytest.raises(InputError, match=r"GeometryCollection where .* at 430104.* pass repair=True"):
        dissolve_members(members, frame)
    with pytest.warns(UrbgeoWarning, match="2 repaired, their areal parts kept: 430103, 430104"):
        found = dissolve_members(members, frame, repair=True)
    assert found.polygons.area["X"] == pytest.approx(1 + 0.5 + 1)
    assert found.polygons.geom_type["X"] in ("Polygon", "MultiPolygon")
    assert found.provenance.parameters["counties repaired"] == 2
    assert frame.geometry.iloc[2] is stray, "the caller's layer stays as it is"
    lines = reshaped(frame, [*frame.geometry[:2], shapely.LineString([(0, 0), (1, 1)])])
    with pytest.warns(UrbgeoWarning, match="1 repaired"):  # noqa: SIM117
        with pytest.raises(InputError, match=r"LineString where .* at 430104; [^O]*\.$"):
            dissolve_members(members, lines, repair=True)
    sound = dissolve_members(members, squares(["430102"]), repair=True)
    assert sound.provenance.parameters["counties repaired"] == 0


def test_the_county_file_of_china_dissolves_when_repaired(shared_data: Path) -> None:
    raw = gpd.read_file(shared_data / "china/counties_2021_census2020.gpkg").set_index("CODE")
    members = policy_members("呼包鄂榆")
    with pytest.raises(InputError, match=r"GeometryCollection.*150902"):
        dissolve_members(members, raw)
    with pytest.warns(UrbgeoWarning, match=r"repaired.*150902"):
        found = dissolve_members(members, raw, repair=True)
    assert found.polygons.is_valid.all()
    assert (found.members["status"] == "matched").all()


def test_the_nineteen_clusters_dissolve(counties: gpd.GeoDataFrame) -> None:
    began = time.process_time()
    found = dissolve_members(policy_members(kind="city cluster"), counties)
    assert time.process_time() - began < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 2**20, "4 GB"
    assert len(found.polygons) == 19
    assert found.polygons.is_valid.all()
    assert set(found.members.loc[found.members["status"] != "matched", "name"]) == {"黔西", "沙湾"}
    people = found.counties.merge(counties["POPU"], left_on="county", right_index=True)
    by_cluster = people.groupby("geography")["POPU"].sum() / 1e6
    assert by_cluster["山东半岛"] == pytest.approx(101.5, abs=0.3), "the province's census count"
    assert by_cluster["京津冀"] == pytest.approx(110.4, abs=0.3)
    assert 600 < by_cluster.sum() < 1410


def test_published_areas_and_people_of_approved_circles_are_met(counties: gpd.GeoDataFrame) -> None:
    with pytest.warns(UrbgeoWarning, match="members are not known"):
        members = policy_members(kind="approved circle")
    found = dissolve_members(members, counties, include_parts=False)
    assert (found.members["status"] != "unknown").all()
    km2 = found.polygons.to_crs(CHINA_ALBERS).area / 1e6
    published = {
        "长株潭都市圈": 18_900, "成都都市圈": 26_400, "重庆都市圈": 35_000, "青岛都市圈": 21_500,
        "南京都市圈": 27_000, "福州都市圈": 26_000, "西安都市圈": 20_600,
        "济南都市圈": 22_300, "合肥都市圈": 24_900,
    }  # fmt: skip
    for name, area in published.items():
        assert km2[name] == pytest.approx(area, rel=0.10), name


def test_every_member_but_the_renamed_is_a_county_of_china(counties: gpd.GeoDataFrame) -> None:
    with pytest.warns(UrbgeoWarning, match="members are not known"):
        found = dissolve_members(policy_members(), counties.set_geometry(counties.envelope))
    assert (found.members["status"] == "unknown").sum() == 0
    county_level = found.members[~found.members["adcode"].str.endswith("00")]
    for row in county_level.itertuples():
        assert row.name[:2] in counties.loc[row.code_used, "NAME"]
