from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import LineString

from tests.network.build import points, road
from urbgeo import cli
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.model import build_network
from urbgeo.regions.nation import china_places
from urbgeo.study.build import build_region
from urbgeo.study.check import StudyCheck, _look_at_points, check
from urbgeo.study.config import read_config
from urbgeo.study.findings import KINDS, Findings
from urbgeo.study.inputs import Inputs
from urbgeo.study.pack import study_text

Maker = Callable[..., gpd.GeoDataFrame]

PLACES = china_places()
ANHUI = PLACES[PLACES.index.str.startswith("34")]


def rows(found: StudyCheck, layer: str, kind: str) -> pd.DataFrame:
    return found.table[(found.table["layer"] == layer) & (found.table["finding"] == kind)]


def people() -> pd.DataFrame:
    counties = ANHUI[ANHUI["level"] == "county"]
    share = counties["prefecture"].map(counties.groupby("prefecture").size())
    amounts = ANHUI["population"].reindex(counties["prefecture"]).to_numpy() / share.to_numpy()
    return pd.DataFrame(
        {"代码": counties.index, "名称": counties["name_zh"].to_numpy(), "常住人口(人)": amounts}
    )


@pytest.fixture(scope="module", name="found")
def anhui_check(tmp_path_factory: pytest.TempPathFactory, invented_roads: Maker) -> StudyCheck:
    roads = tmp_path_factory.mktemp("anhui") / "roads.gpkg"
    invented_roads(ANHUI).to_file(roads)
    table = people()
    table.loc[0, "代码"] = "340101"
    table.loc[1, ["代码", "名称"]] = ["340221", "芜湖县"]
    return check(Inputs("安徽省", roads=roads, population=table, zones=False))


def test_what_was_found_joined_and_left_over_is_told(found: StudyCheck) -> None:
    assert rows(found, "seats", "found")["count"].tolist()[:2] == [104, 16]
    joined = rows(found, "population", "joined").set_index("what")
    assert joined.loc["rows joined by same code", "count"] == 102
    assert "340221 → 340210 (2020 merged)" in joined.loc["rows joined by changed code", "which"]
    left = rows(found, "population", "left over").set_index("what")
    assert left.loc["rows that are unknown (≈ the nearest known)", "which"] == "340101 ≈ 340102 瑶海区"
    assert left.loc["counties without people", "count"] == 2
    assert (found.table["finding_zh"] == found.table["finding"].map(KINDS)).all()


def half_astray(named: bool) -> pd.DataFrame:
    """A table of people in which every second code is one that no year knows."""
    table = people()
    table.loc[::2, "代码"] = [f"{code[:2]}{int(code[2:4]) + 40}{code[4:]}" for code in table["代码"][::2]]
    return table if named else table.drop(columns="名称")


@pytest.mark.parametrize(
    ("named", "first"), [(True, "344102 ≈ 340102 瑶海区"), (False, "344102 ≈ 341882 广德市")]
)
def test_when_half_the_codes_join_nothing_each_is_listed_with_the_nearest(
    tmp_path: Path, named: bool, first: str
) -> None:
    with pytest.warns(UrbgeoWarning, match=f"52 of 104 rows join no place .*{first},.* and 42 more"):
        found = check(Inputs("安徽", population=half_astray(named), zones=False))
    told = (
        rows(found, "population", "suspicious")
        .set_index("what")
        .loc["rows that are unknown (≈ the nearest known)"]
    )
    listed = told["which"].split(", ")
    assert told["count"] == len(listed) == 52 and listed[0] == first
    assert told["what_zh"] == "未知的行（≈ 后为最接近的已知者）" and "别的年份" in told["do_zh"]
    if named:
        assert all(one[:2] + one[4:6] == one[9:11] + one[13:15] for one in listed), "each its own county"
    page, table = found.write(tmp_path)
    assert all(one in page.read_text(encoding="utf-8") for one in listed)
    assert told["which"] in set(pd.read_csv(table)["which"])
    assert any(first in note and "and 40 more" in note for note in found.region.notes)


def test_a_long_list_of_codes_is_capped_with_a_count_of_the_rest_in_page_and_table(tmp_path: Path) -> None:
    rest = pd.DataFrame({"代码": [f"3499{number:02d}" for number in range(70)], "常住人口(人)": 90_000.0})
    table = pd.concat([people().drop(columns="名称"), rest], ignore_index=True)
    with pytest.warns(UrbgeoWarning, match="70 of 174 rows"):
        found = check(Inputs("安徽", population=table, zones=False))
    told = (
        rows(found, "population", "suspicious")
        .set_index("what")
        .loc["rows that are unknown (≈ the nearest known)"]
    )
    assert told["count"] == 70 and told["which"].endswith("349959 ≈ 341882 广德市 and 10 more")
    page, _ = found.write(tmp_path)
    assert "349959 ≈ 341882 广德市 等，另有 10 个 and 10 more" in page.read_text(encoding="utf-8")


def test_counties_that_do_not_sum_to_the_census_are_suspicious(found: StudyCheck) -> None:
    said = rows(found, "population", "suspicious").iloc[0]
    assert "合肥市 -" in said["which"]


def test_the_network_is_looked_at_before_it_is_used(found: StudyCheck) -> None:
    roads = rows(found, "roads", "found")
    assert found.can_run and roads["what"].str.contains("largest part").any()
    assert rows(found, "seats", "joined")["count"].tolist() == [104]


def test_layers_that_are_not_there_are_named_with_the_remedy(found: StudyCheck) -> None:
    missing = found.table[found.table["finding"] == "missing"].set_index("layer")
    assert set(missing.index) == {"zones", "trains", "official circle", "flows", "observed"}
    assert "GTFS" in missing.loc["trains", "do"]


def test_the_page_holds_every_finding_and_no_markup_of_the_data(found: StudyCheck, tmp_path: Path) -> None:
    page, table = found.write(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "安徽省 Anhui" in text and "可以运行" in text and "http" not in text
    assert len(pd.read_csv(table)) == len(found.table)
    assert text.count("<tr>") == len(found.table) + 1


@pytest.mark.filterwarnings("ignore::urbgeo.errors.UrbgeoWarning")
def test_roads_that_break_apart_and_seats_far_from_them_are_suspicious(invented_roads: Maker) -> None:
    roads = invented_roads(ANHUI)
    west = roads[roads.to_crs(4326).representative_point().x < 116.6]
    island = gpd.GeoDataFrame(
        {"等级": ["国道"]},
        geometry=roads.geometry.iloc[[0]].translate(200_000, 0).to_list(),
        crs=roads.crs,
    )
    found = check(Inputs("安徽", roads=pd.concat([west, island], ignore_index=True), zones=False))
    far = rows(found, "seats", "suspicious")
    assert far["what"].str.contains("without a road").any() and far["count"].max() > 40
    none = "no interchange: no motorway that other roads join"
    for first, told in (("国道", True), ("高速公路", False)):
        classes = [first, *["国道"] * (len(west) - 1)]
        looked = check(Inputs("安徽", roads=west.assign(等级=classes), zones=False))
        assert (none in rows(looked, "roads", "suspicious")["what"].tolist()) is told, first


def test_a_layer_that_cannot_be_used_is_refused_and_the_rest_looked_at(tmp_path: Path) -> None:
    (tmp_path / "p.xlsx").write_bytes(b"no workbook")
    inputs = Inputs("安徽", population=tmp_path / "p.xlsx", roads=tmp_path / "none.pbf", zones=False)
    found = check(inputs)
    refused = found.table[found.table["finding"] == "refused"].set_index("layer")["what"]
    assert "cannot be read as Excel" in refused["population"] and "no such file" in refused["roads"]
    assert not found.can_run and len(rows(found, "airports", "found")) == 1
    with pytest.raises(OSError, match="as Excel"):
        build_region(Inputs("安徽", population=tmp_path / "p.xlsx", zones=False))


def test_zones_of_ones_own_are_held_against_the_seats() -> None:
    around = [ANHUI.geometry[one].buffer(0.02) for one in ("340103", "340123", "340100")]
    moved = gpd.GeoDataFrame(index=["340103", "340104", "999999"], geometry=around, crs=4326)
    moved = moved.rename_axis("adcode")
    found = check(Inputs("合肥市", zones=moved))
    assert rows(found, "zones", "left over")["which"].tolist()[0] == "999999"
    stray = moved.assign(name_zh=["瑶海区", "", "蜀山"]).rename(index={"340104": "340199"})
    told = rows(check(Inputs("合肥市", zones=stray)), "zones", "left over")["which"].tolist()[0]
    assert told == "340199 ≈ 340181 巢湖市, 999999 蜀山 ≈ 340104 蜀山区"
    assert rows(found, "zones", "suspicious")["which"].tolist() == ["340104 蜀山区"]


def test_new_and_check_from_a_shell_for_another_province(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], invented_roads: Maker
) -> None:
    folder = tmp_path / "anhui"
    assert cli.main(["new", str(folder), "--province", "安徽"]) == 0
    assert cli.main(["check", str(folder)]) == 1
    assert "缺道路" in capsys.readouterr().out
    invented_roads(ANHUI).to_file(folder / "data" / "raw" / "roads.gpkg")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(
        text.replace("[files]", '[files]\nroads = "data/raw/roads.gpkg" #'), encoding="utf-8"
    )
    assert cli.main(["check", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "安徽省 Anhui" in out and "湖南" not in out and "largest part" in out
    assert (folder / "data" / "processed" / "anhui" / "check.html").is_file()
    assert cli.main(["check", str(tmp_path / "none")]) == 1
    assert "urbgeo new" in capsys.readouterr().err


def test_a_table_of_stations_is_found_by_its_column_of_names(tmp_path: Path) -> None:
    trains = tmp_path / "trains.csv"
    head = "车次,站序,站名,抵达时间,发车时间"
    trains.write_text(f"{head}\nG1,1,合肥南,08:00,08:00\nG1,2,芜湖,08:50,08:52\n", encoding="gbk")
    stations = tmp_path / "stations.csv"
    stations.write_text("站名,经度,纬度\n合肥南站,117.29,31.80\n芜湖站,118.38,31.35\n", encoding="gbk")
    found = check(Inputs("安徽省", trains=trains, stations=stations, zones=False))
    assert rows(found, "trains", "refused").empty
    assert rows(found, "trains", "joined")["count"].tolist() == [2, 1]


def test_trains_that_go_back_are_named_with_their_rows_in_both_languages(tmp_path: Path) -> None:
    head = "车次,站序,站名,抵达时间,发车时间"
    back = "G2,1,芜湖,09:00,09:00\nG2,2,合肥南,08:10,08:10\n"
    text = f"{head}\nG1,1,合肥南,08:00,08:00\nG1,2,芜湖,08:50,08:52\n{back}"
    (tmp_path / "trains.csv").write_text(text, encoding="utf-8")
    (tmp_path / "stations.csv").write_text("站名,经度,纬度\n合肥南,117.29,31.80\n芜湖,118.38,31.35\n")
    given = Inputs("安徽", trains=tmp_path / "trains.csv", stations=tmp_path / "stations.csv", zones=False)
    with pytest.warns(UrbgeoWarning, match=r"G2 \(5\)"):
        found = check(given)
    told = rows(found, "trains", "left over").iloc[0]
    assert (told["count"], told["which"]) == (1, "G2 (5)")
    assert told["what_zh"] == "时刻倒退的列车，括号内为行号"
    assert "时刻倒退的列车，括号内为行号" in found.page() and "<td>G2 (5)</td>" in found.page()


def test_trains_are_those_of_the_day_that_is_named(tmp_path: Path) -> None:
    """On Wednesday one train goes to Wuhu; on Thursday two others go there and to Anqing."""
    feed = tmp_path / "feed"
    feed.mkdir()
    for name, text in {
        "stops": "stop_id,stop_lat,stop_lon\nH,31.80,117.29\nW,31.35,118.38\nA,30.54,117.06\n",
        "routes": "route_id,route_type\nR,2\n",
        "trips": "route_id,service_id,trip_id\nR,wed,t1\nR,thu,t2\nR,thu,t3\n",
        "calendar_dates": "service_id,date,exception_type\nwed,20261118,1\nthu,20261119,1\n",
        "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        + "".join(
            f"{trip},08:00:00,08:00:00,H,1\n{trip},09:00:00,09:00:00,{end},2\n"
            for trip, end in (("t1", "W"), ("t2", "W"), ("t3", "A"))
        ),
    }.items():
        (feed / f"{name}.txt").write_text(text, encoding="utf-8")
    for day, said, stations in ((None, "2026-11-18", 2), ("2026-11-19", "2026-11-19", 3)):
        found = check(Inputs("安徽省", trains=feed, train_day=day, zones=False))
        assert said in rows(found, "trains", "found").iloc[0]["what"]
        assert rows(found, "trains", "joined")["count"].tolist() == [stations, stations - 1]


def test_own_zones_without_a_column_of_names_are_told(tmp_path: Path) -> None:
    zones = gpd.GeoDataFrame({"bairro": ["a"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    told = rows(check(Inputs(None, zones=zones)), "zones", "suspicious").iloc[0]
    assert "no column of names" in told["what"] and "bairro" in told["which"]


def test_a_study_whose_roads_lie_elsewhere_is_not_ready(tmp_path: Path, invented_roads: Maker) -> None:
    roads = invented_roads(ANHUI)
    away = roads.set_geometry(roads.translate(500_000, 0))
    away.to_file(tmp_path / "away.gpkg")
    found = check(Inputs("安徽", roads=tmp_path / "away.gpkg", zones=False))
    assert not found.can_run and "no seat has a road near" in found.verdict


def test_a_check_that_finds_a_refused_file_is_not_ready(
    tmp_path: Path, small_study: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_study(tmp_path / "ningxia")
    assert cli.main(["check", str(folder)]) == 0 and "ready: urbgeo run" in capsys.readouterr().out
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "data" / "raw" / "p.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    named = text.replace("[files]", '[files]\npopulation = "data/raw/p.csv"')
    (folder / "study.toml").write_text(named, encoding="utf-8")
    assert cli.main(["check", str(folder)]) == 1
    assert "mend or drop population" in capsys.readouterr().out


def test_a_capital_on_an_island_of_roads_is_suspicious(
    invented_roads: Callable[..., gpd.GeoDataFrame],
) -> None:
    ningxia = NINGXIA
    roads = invented_roads(ningxia)
    x, y = ningxia.loc[["640100"]].to_crs(roads.crs).get_coordinates().iloc[0]
    apart = (roads["a"] != "640100") & (roads["b"] != "640100") & (roads.distance(
        gpd.points_from_xy([x], [y])[0]) > 100.0)  # fmt: skip
    island = gpd.GeoDataFrame({"等级": ["国道"]}, geometry=[LineString([(x, y), (x + 40, y)])], crs=roads.crs)
    some = gpd.GeoDataFrame(pd.concat([roads[apart], island], ignore_index=True), crs=roads.crs)
    told = check(Inputs("宁夏", roads=some, zones=False)).table
    seats = told[(told["layer"] == "prefecture seats") & (told["finding"] == "suspicious")]
    assert seats["which"].str.contains("640100").any()


def test_a_study_names_them_in_its_file_tells_them_in_its_check_and_packs_them(
    tmp_path: Path, small_study: Maker, invented_roads: Callable[..., gpd.GeoDataFrame]
) -> None:
    roads = invented_roads(NINGXIA)
    roads.loc[roads.index[0], "等级"] = "机耕路"
    more = '[roads]\nnode_at = "touches"\nclass_column = "等级"\n[road_classes]\n"机耕路" = "local"\n'
    folder = small_study(tmp_path / "ningxia", more, roads=roads)
    config = read_config(folder)
    told = check(config).table
    assert told["what"].str.contains("classes of column 等级, .*none.*, lines meet at touches").any()
    (tmp_path / "study.toml").write_text(study_text(config, {}), encoding="utf-8")
    assert read_config(tmp_path).inputs.road_lines == config.inputs.road_lines
    (folder / "study.toml").write_text('[roads]\nnode_at = "crosings"\n', encoding="utf-8")
    with pytest.raises(InputError, match="line 2: node_at = 'crosings'; it is one of"):
        read_config(folder)


NINGXIA = china_places().loc[lambda places: places.index.str.startswith("64")]


def test_no_finding_holds_an_english_phrase_in_its_chinese(tmp_path: Path) -> None:
    counties = NINGXIA[NINGXIA["level"] == "county"]
    people = pd.DataFrame(
        {"代码": counties.index, "常住人口(人)": [f"{90_000 + at}" for at in range(len(counties))]}
    )
    people.loc[0, "代码"], people.loc[1, "常住人口(人)"] = "649999", "x"
    homes = [*counties.index[:6], "649999", "110101"]
    flows = pd.DataFrame(
        {"home": homes, "work": counties.index[1], "workers": [99, 98, "<10", 97, 96, 95, 94, 93]}
    )
    head = "车次,站序,站名,抵达时间,发车时间\nG1,1,银川,08:00,08:00\nG1,2,中卫,08:50,08:52\n"
    back = "G8,1,银川,09:00,09:00\nG8,2,中卫,08:30,08:31\n"
    rest = f"{back}G7,1,银川,x,x\nG7,2,甲,09:30,09:31\nG6,1,甲,10:00,10:00\n"
    (tmp_path / "t.csv").write_text(
        head + rest + "G5,1,银川,11:00,11:00\nG5,2,甲,12:00,12:00\n", encoding="utf-8"
    )
    (tmp_path / "s.csv").write_text("站名,经度,纬度\n银川,106.2,38.5\n中卫,105.2,37.5\n", encoding="utf-8")
    zones = gpd.GeoDataFrame(
        geometry=counties.geometry.iloc[:3].buffer(0.05).set_axis(["640104", "640105", "649998"])
    )
    whole = Inputs(
        "宁夏", roads="estimated", population=people, trains=tmp_path / "t.csv", stations=tmp_path / "s.csv",
        flows=flows, least_count=10, zones=zones.rename_axis("adcode"),
    )  # fmt: skip
    spoilt = Inputs(
        "宁夏", zones=False, roads=tmp_path / "n.gpkg", trains=tmp_path / "n.csv", lists={"core": ["甲乙"]}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = pd.concat([check(one).table for one in (whole, spoilt)])
    assert {"found", "joined", "left over", "suspicious", "refused", "missing"} == set(told["finding"])
    for text in [*told["what_zh"], *told["do_zh"]]:
        assert not re.search(r"[a-z]{3,} [a-z]{2,}", text.replace("urbgeo fetch", "")), text


def test_a_check_says_its_findings_by_kind_and_counts_them_by_layer(found: StudyCheck) -> None:
    kinds = found.table["finding"].tolist()
    said = [f"{kinds.count(kind)} {kind}" for kind in KINDS if kind in kinds]
    assert len(said) > 2 and repr(found).splitlines()[0] == f"<StudyCheck {found.title}: {', '.join(said)}>"
    assert found.summary.to_numpy().sum() == len(kinds)
    assert found.summary.loc["population", "left over"] == len(rows(found, "population", "left over"))
    assert found.summary.columns.tolist() == [kind for kind in KINDS if kind in kinds]


def test_points_near_roads_far_from_them_and_on_an_island_are_told_apart() -> None:
    """A main road from A to C and a spur from X to Y; one point beside each, one 40 km away."""
    nodes = points([(0, 0), (10, 0), (20, 0), (0, 50), (10, 50)], list("ABCXY"))
    network = build_network(nodes, road(("A", "B", 10.0), ("B", "C", 10.0), ("X", "Y", 10.0)))
    asked = points([(5, 0.1), (5, 50.1), (5, 90)], ["near", "island", "far"])
    findings = Findings()
    _look_at_points(network, asked.iloc[:0], "airports", findings)
    assert not findings.rows
    _look_at_points(network, asked, "airports", findings)
    told = {(row["finding"], row["count"], row["which"]) for row in findings.rows}
    assert told == {("joined", 2, ""), ("suspicious", 1, "far"), ("suspicious", 1, "island")}
    named = Findings()
    _look_at_points(network, asked.assign(name_zh=list("甲乙丙")), "airports", named)
    assert [row["which"] for row in named.rows] == ["", "far 丙", "island 乙"]
    faulty = Findings()
    _look_at_points(network, asked.set_crs(None, allow_override=True), "airports", faulty)
    (row,) = faulty.rows
    assert row["finding"] == "suspicious" and "cannot be joined to the roads: airports: " in str(row["what"])
