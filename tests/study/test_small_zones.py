"""Zones smaller than counties give circle, people, access and map; counties that no prefecture governs."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import urbgeo
from tests.network.build import points, road
from tests.study.conftest import NINGXIA, invented_roads
from urbgeo.errors import InputError
from urbgeo.network.model import build_network
from urbgeo.regions.nation import china_places
from urbgeo.regions.people import read_people
from urbgeo.regions.region import ZONE
from urbgeo.study.answers import answer
from urbgeo.study.called import governed_by_the_province, town_words, unit_words
from urbgeo.study.headlines import headlines
from urbgeo.study.run import StudyFiles, run_study
from urbgeo.study.small_zones import counties_summed, parts_of, with_own_seats, without_own_seat

COUNTIES = NINGXIA[NINGXIA["level"] == "county"]


def townships(digits: int = 9) -> gpd.GeoDataFrame:
    """Two halves of a square round every county seat; one of each is called alike."""
    rows = {
        f"{code}00{side + 1}".ljust(digits, "0"): (
            ("城关镇", f"{code}乡")[side],
            shapely.box(at.x - 0.02 + 0.02 * side, at.y - 0.02, at.x + 0.02 * side, at.y + 0.02),
        )
        for code, at in COUNTIES.geometry.items()
        for side in (0, 1)
    }
    names, shapes = zip(*rows.values(), strict=True)
    return gpd.GeoDataFrame({"name": names}, geometry=list(shapes), index=pd.Index(rows), crs=4326)


@pytest.fixture(scope="module", name="done")
def township_study(tmp_path_factory: pytest.TempPathFactory) -> StudyFiles:
    """Zones by twelve digits, people by nine."""
    people = pd.DataFrame({"代码": townships().index, "常住人口": [3_000, 1_000] * len(COUNTIES)})
    region = urbgeo.region(
        "宁夏", roads=invented_roads(NINGXIA), zones=townships(12), population=people, name="townships"
    )
    return run_study(region, folder=tmp_path_factory.mktemp("townships"))


def test_townships_have_people_circle_access_and_map(done: StudyFiles) -> None:
    region = done.answers.region
    assert set(region.zones.index) == set(townships().index) == set(region.towns.index)
    assert region.zones["population"].sum() == 4_000 * len(COUNTIES)
    assert (region.counties["population"] == 4_000).all(), "counties are the sum of their townships"
    assert done.answers.circle.rule == "population"
    access = done.answers.towns.table
    assert set(access.index) == set(townships().index)
    assert access.loc["640106001", "prefecture"] == "640100"
    assert access.loc["640106001", "minutes_prefecture"] < 60
    table = pd.read_csv(done.map.parent / "county_access.csv", dtype=str)
    assert "640106001" in set(table.iloc[:, 0])
    layer = gpd.read_file(done.geopackage, layer="county_access")
    assert layer["score"].notna().all() and len(layer) == len(townships())


def test_a_county_is_the_sum_of_its_zones_only_where_all_of_them_are_told() -> None:
    places = pd.DataFrame(
        {"level": ["county"] * 3 + ["zone"] * 6, "county": [""] * 3 + list("aabbcc")},
        index=[*"abc", "a1", "a2", "b1", "b2", "c1", "c2"],
    )
    told = pd.Series({"a1": 3.0, "a2": 4.0, "b1": 5.0, "c1": 1.0, "c2": 2.0, "c": 9.0})
    found = counties_summed(told, places)
    assert found.to_dict() == {**told.to_dict(), "a": 7.0}, "b lacks a zone, c has its own"
    assert counties_summed(told, places.drop(columns="county")) is told


def test_pages_of_townships_call_them_so(done: StudyFiles) -> None:
    region = done.answers.region
    assert town_words(region)[0] == "乡镇" and unit_words(region)[1] == "townships"
    circle, _, _, towns = headlines(done.answers)
    assert "个乡级单元" in circle[0] and "县级" not in circle[0]
    assert towns[0].startswith("乡镇通达（44 个") and towns[1].startswith("Townships (44")
    for path in (done.map, done.page, done.report):
        assert "乡镇通达" in path.read_text(encoding="utf-8")


def test_townships_of_one_name_are_told_apart_by_the_county_above() -> None:
    rows = [("兴庆区", 90), ("城关镇", 60), ("贺兰县", 70), ("城关镇", 50)]
    table = pd.DataFrame(rows, columns=["名称", "人口（万人）"])
    region = urbgeo.region("宁夏", zones=townships())
    found = read_people(table, region.places)
    assert found.amounts.to_dict() == {
        "640104": 900_000, "640104001": 600_000, "640122": 700_000, "640122001": 500_000
    }  # fmt: skip


def test_whole_numbers_of_townships_are_persons() -> None:
    table = pd.DataFrame({"代码": ["640104001", "640104002", "640105001"], "人口": [2_100, 1_900, 5_000]})
    assert read_people(table, urbgeo.region("宁夏", zones=townships()).places).unit == "persons"
    with pytest.raises(InputError, match="persons or in 万"):
        read_people(table.assign(代码=["640104", "640105", "640106"]), COUNTIES)


def test_an_approved_circle_of_counties_is_that_of_their_townships() -> None:
    region = urbgeo.region(
        "宁夏", roads=invented_roads(NINGXIA), zones=townships(), lists={"circle": ["兴庆区", "金凤区"]}
    )
    table = answer(region, sets=(), years=()).circle.table
    assert set(table.index[table["official"]]) == {
        f"6401{one}" for one in ("04001", "04002", "06001", "06002")
    }
    assert parts_of(["640104", "1"], region.zones) == ["1", "640104001", "640104002"]


def test_cells_of_a_grid_are_zones_of_their_own() -> None:
    cells = townships().set_axis([f"cell {at}" for at in range(44)])
    region = urbgeo.region("宁夏", roads=invented_roads(NINGXIA), zones=cells)
    found = answer(region, sets=(), years=())
    assert set(found.towns.table.index) == set(cells.index)
    assert found.towns.table["prefecture"].isin(region.prefectures.index).all()


def test_columns_of_county_polygons_stay_with_the_polygons() -> None:
    whole = townships().dissolve(townships().index.str[:6])[["geometry"]]
    region = urbgeo.region("宁夏", zones=whole.assign(county="旗", urban_population=5.0, note="x"))
    assert list(region.places) == list(urbgeo.region("宁夏", zones=whole).places)
    assert {"county", "urban_population", "note"} <= set(region.zones)


def test_zones_of_another_region_are_refused() -> None:
    away = townships().set_axis([f"cell {at}" for at in range(44)]).translate(10.0, 5.0)
    with pytest.raises(InputError, match="none of the 44 polygons has the code of a place"):
        urbgeo.region("宁夏", zones=gpd.GeoDataFrame(geometry=away))


def test_own_zones_whose_people_are_in_ten_thousands_are_read_in_persons() -> None:
    cells = townships().assign(population=1.25)
    region = urbgeo.region(None, zones=cells, population_unit="万")
    assert set(region.zones["population"]) == set(region.places["population"]) == {12_500.0}


HUBEI = china_places().loc[lambda places: places.index.str.startswith("42")]


def test_only_counties_that_no_prefecture_governs_take_the_nearest_seat() -> None:
    """仙桃, 潜江, 天门, 神农架 have none; all others keep their own, however near another is."""
    region = urbgeo.region("湖北", roads=invented_roads(HUBEI), zones=False)
    road = urbgeo.region_network(region)
    own = with_own_seats(region.counties, region.prefectures, road)["prefecture"]
    alone = own.index.str.startswith("4290")
    assert alone.sum() == 4
    assert (own[~alone] == region.counties["prefecture"][~alone]).all()
    nearest = urbgeo.nearest_facility(road, region.counties[alone], region.prefectures)["facility"]
    assert own[alone].tolist() == nearest.tolist()
    said = governed_by_the_province(region)
    assert said is not None and "仙桃市" in said[0] and said[1].startswith("4 counties")
    assert governed_by_the_province(urbgeo.region("宁夏", zones=False)) is None


def test_the_nearest_seat_is_that_by_road_and_by_air_only_where_no_road_leads() -> None:
    """P is 20 km across the land from x and 106 by road, Q 26 by road; nothing leads to y."""
    nodes = points([(0, 0), (25, 0), (40, 0), (0, 20), (9, 200)], list("xQTPy"))
    network = build_network(nodes, road(("x", "Q", 26.0), ("Q", "T", 20.0), ("T", "P", 60.0)))
    towns = nodes.loc[["x", "T", "y"]].assign(prefecture=["", "P", ""])
    own = with_own_seats(towns, nodes.loc[["P", "Q"]], network)["prefecture"]
    assert own.to_dict() == {"x": "Q", "T": "P", "y": "P"}


def test_a_city_alone_is_asked_for_its_seat_once() -> None:
    shanghai = china_places().loc[lambda places: places.index.str.startswith("31")]
    found = answer(urbgeo.region("上海", roads=invented_roads(shanghai), zones=False), sets=(), years=())
    assert "prefecture" in found.towns.targets.index and "capital" not in found.towns.targets.index
    assert "市中心" in headlines(found)[3][0]


@pytest.mark.parametrize("far", [True, False])
def test_towns_without_a_road_are_counted_in_the_headline(
    far: bool,
) -> None:
    roads = invented_roads(NINGXIA)
    kept = roads[~(roads["a"].eq("640522") | roads["b"].eq("640522"))] if far else roads
    region = urbgeo.region("宁夏", roads=kept, zones=False)
    line = headlines(answer(region, sets=(), years=()))[3]
    assert ("其中 1 个附近无路" in line[0]) is far and ("without a road" in line[1]) is far


def test_amounts_of_counties_are_the_sum_of_zones_that_all_have_one() -> None:
    places = pd.DataFrame(
        {"level": ["county", "county", "county", ZONE, ZONE, ZONE, ZONE],
         "county": ["", "", "", "a", "a", "b", "b"]}, index=["a", "b", "c", "a1", "a2", "b1", "b2"],
    )  # fmt: skip
    amounts = pd.Series({"a1": 1.0, "a2": 2.0, "b1": 5.0, "c": 9.0})
    assert counties_summed(amounts, places).to_dict() == {"a1": 1.0, "a2": 2.0, "b1": 5.0, "c": 9.0, "a": 3.0}
    known = pd.Series({"a": 7.0, "a1": 1.0, "a2": 2.0})
    assert counties_summed(known, places) is known, "what is known of the county stays"
    assert counties_summed(amounts, places.drop(columns="county")) is amounts


def test_listed_counties_are_themselves_or_their_parts() -> None:
    zones = pd.DataFrame({"county": ["a", "a", "", "d"]}, index=["a1", "a2", "b", "d1"])
    assert parts_of(["a", "b"], zones) == ["b", "a1", "a2"]
    assert parts_of(["a1", "b"], zones) == ["a1", "b"]
    assert parts_of(["b", "x"], zones.drop(columns="county")) == ["b", "x"]


def test_places_that_no_prefecture_governs_are_told_by_their_code() -> None:
    places = pd.DataFrame({"prefecture": ["p", "", "q"]}, index=["a", "b", "c"])
    seats = pd.DataFrame(index=["p"])
    assert without_own_seat(places, seats).tolist() == ["b", "c"]
    assert without_own_seat(places.drop(columns="prefecture"), seats).tolist() == ["a", "b", "c"]
