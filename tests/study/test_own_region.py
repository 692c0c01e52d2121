"""The main job on regions that are put together from files: what can be answered is, the rest is named."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

import urbgeo
from urbgeo import cli
from urbgeo.regions.nation import CODES_SOURCE, URBAN_SOURCE, china_places
from urbgeo.study.absent import why_absent
from urbgeo.study.answers import answer
from urbgeo.study.headlines import headlines
from urbgeo.study.report import report_text
from urbgeo.study.run import StudyFiles
from urbgeo.study.tables import left_out, result_layers

Maker = Callable[..., gpd.GeoDataFrame]
PLACES = china_places()
ANHUI = PLACES[PLACES.index.str.startswith("34")]


@pytest.fixture(scope="module", name="done")
def anhui_study(invented_roads: Maker, tmp_path_factory: pytest.TempPathFactory) -> StudyFiles:
    region = urbgeo.region("安徽省", roads=invented_roads(ANHUI), zones=False, name="anhui")
    return urbgeo.run_study(region, folder=tmp_path_factory.mktemp("anhui"))


def test_another_province_gets_every_file_and_no_page_names_hunan(done: StudyFiles) -> None:
    assert done.geopackage.name == "anhui.gpkg"
    for path in (done.map, done.report, *done.tables):
        text = path.read_text(encoding="utf-8")
        assert "湖南" not in text and "长株潭" not in text and "Hunan" not in text, path
    assert "安徽省" in done.map.read_text(encoding="utf-8")
    layers = {name for name, _ in pyogrio.list_layers(done.geopackage)}
    assert {"circle", "county_access", "roads", "reach_pairs"} <= layers


def test_what_was_not_given_is_named_in_tables_map_and_report(done: StudyFiles) -> None:
    reasons = pd.read_csv(next(one for one in done.tables if one.name == "left_out.csv"))
    assert {"trains", "population", "official circle", "zones", "trips"} <= set(reasons["left_out"])
    for path in (done.map, done.report):
        assert "no trains: reach is by road alone" in path.read_text(encoding="utf-8")


def test_headlines_are_right_for_the_region_and_claim_no_people(done: StudyFiles) -> None:
    circle, coverage, reach, towns = headlines(done.answers)
    assert "万人" not in circle[0] and "批复" not in circle[0]
    assert "/16" in coverage[0] and "by county population" not in coverage[1]
    assert "16 个地级中心" in reach[0] and "104" in towns[0]


def test_roads_of_known_classes_are_answered_under_every_set_of_speeds(done: StudyFiles) -> None:
    bands = done.answers.bands
    assert list(bands.by_set) == ["accessibility literature", "technical standard", "peak"]
    assert bands.by_set["peak"].prefectures.share <= bands.by_set["technical standard"].prefectures.share
    with pytest.raises(urbgeo.errors.InputError, match="classes of its own"):
        urbgeo.region_network(urbgeo.region("宁夏", roads="estimated", zones=False), speeds="peak")


def test_targets_of_layers_that_are_not_there_are_not_counted_as_failed(done: StudyFiles) -> None:
    targets = next(iter(done.answers.bands.by_set.values())).targets
    assert set(targets.index) == {"airport", "road", "expressway"}


def test_roads_are_drawn_with_their_own_geometry(invented_roads: Maker) -> None:
    roads = invented_roads(ANHUI)
    bent = roads.geometry.map(lambda line: line.segmentize(5_000.0))
    region = urbgeo.region("安徽省", roads=roads.set_geometry(bent), zones=False)
    layer = result_layers(answer(region))["roads"]
    assert layer.geometry.count_coordinates().max() > 20


def test_a_region_without_airports_prefectures_or_hubs_still_answers_the_rest(invented_roads: Maker) -> None:
    hefei = ANHUI[(ANHUI["prefecture"] == "340100") & (ANHUI["level"] == "county")]
    west = hefei.geometry.buffer(0.05).union_all().convex_hull
    region = urbgeo.region(west, roads=invented_roads(ANHUI), zones=False, airports=None, margin_km=0)
    answers = answer(region)
    assert len(region.prefectures) == 1 and len(answers.reach.cities) == len(region.counties)
    own = hefei.drop(columns=["level", "prefecture", "population"])
    alone = urbgeo.region(None, seats=own, roads=invented_roads(ANHUI), zones=False, margin_km=0, name="own")
    lonely = answer(alone)
    assert why_absent(lonely.prefectures) and why_absent(lonely.reach_hubs)
    assert "left out" in headlines(lonely)[1][1]
    assert "prefectures" in set(left_out(lonely)["left_out"])
    text = report_text(lonely)
    assert text.startswith("# own") and "未给出 Left out" in text


def test_three_commands_from_an_empty_folder(
    tmp_path: Path, invented_roads: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "anhui"
    cli.main(["new", str(folder), "--province", "安徽"])
    invented_roads(ANHUI).to_file(folder / "data" / "raw" / "roads.gpkg")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace("[files]", '[files]\nroads = "data/raw/roads.gpkg" #')
    text = text.replace("[study]", '[study]\ninvented_roads = "test"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    assert cli.main(["check", str(folder)]) == 0
    assert cli.main(["run", str(folder)]) == 0
    assert "安徽省" in capsys.readouterr().out
    results = folder / "data" / "processed" / "anhui"
    assert {"map.html", "report.md", "anhui.gpkg", "check.html"} <= {one.name for one in results.iterdir()}
    page = (results / "map.html").read_text(encoding="utf-8")
    assert "在虚构道路上" in page and "湖南" not in page
    assert "在虚构道路上" in (results / "check.html").read_text(encoding="utf-8")
    assert "on invented roads" in (results / "report.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::urbgeo.errors.UrbgeoWarning")
def test_porto_alegre_from_pbf_gtfs_and_hexagons_through_the_same_call(shared_data: Path) -> None:
    data = shared_data / "porto_alegre"
    poa = urbgeo.region(
        None,
        name="Porto Alegre",
        seats=data / "poa_hexgrid.csv",
        roads=data / "poa_osm.pbf",
        trains=data / "poa_trensurb.zip",
        road_classes=None,
        margin_km=5,
    )
    answers = answer(poa)
    assert len(poa.counties) == 1227 and len(poa.stations) == 9
    assert set(answers.network.modes) == {"road", "rail"}
    assert poa.places["population"].sum() == pd.read_csv(data / "poa_hexgrid.csv")["population"].sum()
    circle, airports, _, towns = headlines(answers)
    assert "places" in circle[1] and "left out" in airports[1] and "a station" in towns[1]
    assert answers.towns.table["within_station"].mean() > 0.5


def test_zones_in_metres_outside_china_make_a_study_with_its_map(tmp_path: Path) -> None:
    side = 4_000.0
    zones = gpd.GeoDataFrame(
        {"nome": list("ABCD"), "moradores": [100, 900, 300, 400]},
        geometry=[shapely.box(x, y, x + side, y + side) for x in (480e3, 484e3) for y in (6680e3, 6684e3)],
        crs=31982,  # SIRGAS 2000, zone 22 S
    )
    middles = [one.centroid for one in zones.geometry]
    roads = gpd.GeoDataFrame(
        {"class": "primary"},
        index=range(3),
        geometry=[shapely.LineString(pair) for pair in pairwise(middles)],
        crs=31982,
    )
    region = urbgeo.region(
        None,
        roads=roads,
        zones=zones,
        name="porto",
        margin_km=5,
        population_column="moradores",
        population_unit="persons",
    )
    with pytest.raises(urbgeo.errors.InputError, match=r"looks like 万.*population_unit='persons'"):
        urbgeo.region(None, roads=roads, zones=zones.assign(population=zones["moradores"]))
    assert region.places["name_zh"].tolist() == list("ABCD") and "population" not in region.left_out
    assert region.lists["core"] == ("1",)  # the most populous place
    done = urbgeo.run_study(region, folder=tmp_path)
    assert done.answers.region.zones["population"].sum() == 1_700.0
    said = repr(done).splitlines()
    assert said[0] == "<StudyFiles porto>" and len(said) == 7 and str(done.map) in said[1]
    assert done.map.stat().st_size > 10_000 and done.answers.circle is not None


def test_urban_people_and_changed_codes_are_cited_where_a_region_rests_on_them() -> None:
    counties = PLACES[PLACES.index.str.startswith("4301") & (PLACES["level"] == "county")]
    table = pd.DataFrame({"code": counties.index, "population": 500_000})
    given = {"roads": "estimated", "zones": False}
    now = urbgeo.region("长沙市", population=table, **given)
    assert URBAN_SOURCE in now.sources and CODES_SOURCE not in now.sources
    before = urbgeo.region("长沙市", population=table.replace("430182", "430124"), **given)
    assert CODES_SOURCE in before.sources  # 宁乡 was a county until 2017
    assert URBAN_SOURCE not in urbgeo.region("石嘴山市", **given).sources
