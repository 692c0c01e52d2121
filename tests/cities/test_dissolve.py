"""Counties dissolved to the polygons of policy geographies."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from urbgeo.cities.dissolve import dissolve_members, members_among
from urbgeo.cities.policy import policy_members
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.regions.nation import china_places
from urbgeo.sources.china import county_polygons


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
    assert found.table["counties"].to_dict() == {"X": 2, "Y": 3}
    assert found.table.geometry.area.to_dict() == {"X": 2.0, "Y": 3.0}
    assert found.provenance.shares["members unknown"] == pytest.approx(0.2)


def test_faulty_tables_are_refused() -> None:
    good = squares(["430102"])
    with pytest.raises(InputError, match="no column adcode"):
        dissolve_members(pd.DataFrame({"geography": ["X"]}), good)
    with pytest.raises(InputError, match="4301 are no adcodes"):
        dissolve_members(pd.DataFrame({"geography": ["X"], "adcode": ["4301"]}), good)
    with pytest.raises(InputError, match="members: unknown roles half; use member, part, excluded, node"):
        dissolve_members(pd.DataFrame({"geography": ["X"], "adcode": ["430102"], "role": ["half"]}), good)
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
    assert found.table.area["X"] == pytest.approx(1 + 0.5 + 1)
    assert found.table.geom_type["X"] in ("Polygon", "MultiPolygon")
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
    assert found.table.is_valid.all()
    assert (found.members["status"] == "matched").all()


def test_the_nineteen_clusters_dissolve(counties: gpd.GeoDataFrame) -> None:
    began = time.process_time()
    found = dissolve_members(
        policy_members(kind="city cluster"), counties, population="POPU", include_parts=True
    )
    assert time.process_time() - began < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 2**20, "4 GB"
    assert len(found.table) == 19
    assert found.table.is_valid.all()
    assert set(found.members.loc[found.members["status"] != "matched", "name"]) == {"黔西", "沙湾"}
    people = found.counties.merge(counties["POPU"], left_on="county", right_index=True)
    by_cluster = people.groupby("geography")["POPU"].sum() / 1e6
    assert by_cluster["山东半岛"] == pytest.approx(101.5, abs=0.3), "the province's census count"
    assert by_cluster["京津冀"] == pytest.approx(110.4, abs=0.3)
    assert 600 < by_cluster.sum() < 1410
    summary = found.summary
    assert summary["geographies"].tolist() == [5, 5, 9, 19]
    assert summary.loc[("all", ""), "share_of_land"] == pytest.approx(0.306, abs=0.002)
    assert summary.loc[("all", ""), "share_of_people"] == pytest.approx(0.810, abs=0.002)
    table = found.table
    assert table["people"].to_dict() == pytest.approx((1e6 * by_cluster).to_dict())
    held = table["published_area_km2"].notna()
    assert set(table.index[held]) == {
        "长江中游", "长三角", "中原", "关中平原", "北部湾", "成渝", "兰州—西宁",
    }  # fmt: skip
    assert table["area_off"][held & (table.index != "长江中游")].abs().max() < 0.025
    told = table.loc[held, "published_area_km2"].sum()
    assert 0.385 * 9.6e6 - told > 1.35 * table.loc[~held, "area_km2"].sum(), "38.5 % counts others larger"
    touched = set(found.counties["county"].str[:4])
    whole = found.land["area_km2"][found.land.index.str[:4].isin(touched)].sum()
    assert whole / found.land["area_km2"].sum() == pytest.approx(0.357, abs=0.002), "below 38.5 % too"


def test_approved_circles_meet_their_published_areas_or_say_why(counties: gpd.GeoDataFrame) -> None:
    """Of 14 circles with a list of members, those of whole counties meet the plan to 2 %."""
    with pytest.warns(UrbgeoWarning, match="members are not known"):
        members = policy_members(kind="approved circle")
    with pytest.warns(UrbgeoWarning, match="in part only and are left out: .*建阳 .福州都市圈."):
        found = dissolve_members(members, counties, population="POPU")
    table = found.table
    assert len(table) == 14
    assert (found.members["status"] != "unknown").all()
    near = table["area_off"].abs() <= 0.02
    assert set(table.index[near]) == {
        "成都都市圈", "长株潭都市圈", "西安都市圈", "重庆都市圈", "青岛都市圈", "广州都市圈", "济南都市圈",
    }  # fmt: skip
    assert (table.loc[~near, "why_apart"].str.len() > 20).all()
    assert (table.loc[near, "why_apart"] == "").all()
    assert table.loc["南京都市圈", "area_km2"] == pytest.approx(25_424, abs=30)
    assert table.loc["西安都市圈", "area_km2"] == pytest.approx(20_261, abs=30)
    assert table.loc["福州都市圈", "area_km2"] == pytest.approx(25_263, abs=30)
    assert table.loc["南京都市圈", "people_off"] == pytest.approx(0.0034, abs=0.001)
    assert table.loc["福州都市圈", "parts left out"] == "建阳、建瓯"
    assert table["people_off"].abs().max() < 0.06
    assert table.loc["长春都市圈", "counties"] == 26


def test_parts_are_left_out_and_named_or_taken_whole() -> None:
    members = pd.DataFrame(
        [
            ("X", "430100", "member", "长沙"),
            ("X", "430121", "part", "长沙县"),
            ("X", "440103", "part", "荔湾"),
        ],
        columns=["geography", "adcode", "role", "name"],
    )
    layer = squares(["430102", "430121", "440103"])
    with pytest.warns(UrbgeoWarning, match=r"2 belong in part only and are left out: 长沙县 .X., 荔湾 .X."):
        found = dissolve_members(members, layer)
    assert found.counties["county"].tolist() == ["430102"]
    assert found.members["status"].tolist() == ["matched", "left out", "left out"]
    assert found.table.loc["X", "parts left out"] == "长沙县、荔湾"
    whole = dissolve_members(members, layer, include_parts=True)
    assert whole.table.loc["X", "counties"] == 3
    assert whole.table.loc["X", "parts left out"] == ""


def test_tiers_are_summed_with_every_county_once() -> None:
    members = pd.DataFrame(
        [("X", "430100", "k", "high"), ("Y", "430102", "k", "high"), ("Z", "440103", "k", "low")],
        columns=["geography", "adcode", "kind", "tier"],
    )
    layer = squares(["430102", "430121", "440103"]).set_crs(32649)
    layer = layer.set_geometry(layer.scale(1e4, 1e4, origin=(0, 0)).translate(5e5, 3e6))
    people = pd.Series([20_000.0, 50_000.0, 30_000.0], layer.index)
    found = dissolve_members(members, layer, population=people)
    summary = found.summary
    assert summary["geographies"].tolist() == [2, 1, 3]
    assert summary["counties"].tolist() == [2, 1, 3]
    assert summary["people"].tolist() == [70_000, 30_000, 100_000]
    assert summary["share_of_land"].tolist() == pytest.approx([2 / 3, 1 / 3, 1], abs=1e-4)
    assert summary.loc[("k", "high"), "people_per_km2"] == pytest.approx(70_000 / 200, rel=0.01)
    assert found.table.loc["Y", "people"] == 20_000


def test_the_circle_of_nanjing_is_its_plans_without_two_counties_of_the_wider_range() -> None:
    """26,516 km2 of the package's polygons where the plan says 27,000; with 溧阳 and 金坛 they are 29,027."""
    members = policy_members(["南京都市圈"])
    cities = members["adcode"].str[:4][members["adcode"].str.endswith("00")]
    codes = china_places().query("level == 'county'").index
    held = codes[codes.str[:4].isin(cities) | codes.isin(members["adcode"])]
    two = ["320481", "320413"]
    polygons = county_polygons([*held, *two])
    table = dissolve_members(members, polygons).table
    assert table.loc["南京都市圈", "area_km2"] == pytest.approx(26_516, abs=3)
    assert not members["adcode"].isin(two).any()
    more = pd.DataFrame({"geography": "南京都市圈", "adcode": [*members["adcode"], *two], "role": "member"})
    assert dissolve_members(more, polygons).table.loc["南京都市圈", "area_km2"] == pytest.approx(
        29_027, abs=5
    )


def test_a_code_is_found_under_its_newer_or_its_older_one_and_under_no_other() -> None:
    members = pd.DataFrame({"geography": ["X", "Y"], "adcode": ["431121", "620881"]})
    found = dissolve_members(members, squares(["620824", "431181", "520581"]))
    assert found.members["code_used"].tolist() == ["431181", "620824"]
    assert found.counties.to_numpy().tolist() == [["X", "431181"], ["Y", "620824"]]
    both = dissolve_members(members.iloc[:1], squares(["431121", "431181"]))
    assert both.counties["county"].tolist() == ["431121"], "its own code comes first"


def test_places_are_members_by_their_codes_and_parts_are_none() -> None:
    members = pd.DataFrame(
        [
            ("X", "430100", "member"),
            ("X", "430121", "part"),
            ("Y", "430102", "member"),
            ("Z", "110000", "member"),
        ],
        columns=["geography", "adcode", "role"],
        index=[7, 7, 8, 9],
    )
    found = members_among(members, pd.Index(["430121", "430102", "430181"]))
    assert found.to_numpy().tolist() == [["X", "430102"], ["X", "430181"], ["Y", "430102"]]
    plain = members_among(members.drop(columns="role"), pd.Index(["430121"]))
    assert plain.to_numpy().tolist() == [["X", "430121"]], "without roles all are members"
    with pytest.raises(InputError, match="none of the adcodes is among the places"):
        members_among(members, pd.Index(["440103"]))
    with pytest.raises(InputError, match="places: 43 are no adcodes of six digits"):
        members_among(members, pd.Index(["43"]))


def test_what_was_asked_and_where_members_come_from_is_told() -> None:
    members = pd.DataFrame(
        {"geography": ["X", "X"], "adcode": ["430102", "430103"], "source": ["a plan", "a plan"],
         "role": ["member", "part"]}
    )  # fmt: skip
    with pytest.warns(UrbgeoWarning, match="1 belong in part only and are left out: 430103"):
        found = dissolve_members(members, squares(["430102", "430103"]))
    assert found.provenance.sources == ("a plan",)
    assert found.provenance.shares["members unknown"] == 0
    told = {"include_parts": False, "counties repaired": 0, "parts left out": 1}
    assert found.provenance.parameters == told
    assert found.table.loc["X", "parts left out"] == "430103" and "area_off" not in found.table
    assert found.summary.loc[("all", ""), "share_of_land"] == pytest.approx(0.5, rel=1e-6)
    assert "1 geographies of 1 counties" in repr(found)


def test_sums_of_a_geography_are_of_its_counties() -> None:
    layer = squares(["430102", "430121"])
    layer = layer.set_geometry(layer.scale(1e4, 2e4, origin=(0, 0)).translate(5e5, 3e6))
    people = pd.Series([20_000.0, 60_000.0], layer.index)
    members = pd.DataFrame({"geography": ["X", "Y"], "adcode": ["430100", "430121"]})
    table = dissolve_members(members, layer, population=people).table
    assert table["people"].tolist() == [80_000, 60_000]
    assert table["area_km2"].tolist() == pytest.approx([400, 200], rel=2e-3)
    assert table["people_per_km2"].tolist() == pytest.approx([200, 300], rel=2e-3)
    assert table.columns.tolist()[-1] == "geometry"
