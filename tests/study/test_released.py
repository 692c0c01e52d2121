"""A public page holds no finer coordinate than it says and no sensitive layer; it carries the marking."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import urbgeo
from urbgeo import cli
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.maps.living import living_map
from urbgeo.regions.region import Region
from urbgeo.regions.release import Release
from urbgeo.study.absent import why_absent
from urbgeo.study.answers import Answers
from urbgeo.study.config import read_config
from urbgeo.study.pack import pack
from urbgeo.study.released import WITHHELD, released, shown_table
from urbgeo.study.run import StudyFiles, run_study, study_region
from urbgeo.study.tables import road_lines

PUBLIC = """
[study]
release = "public"
decimals = 2
sensitive = ["airports", "roads", "county_access"]
marking = "审图号：测试"
"""


def fine(text: str, decimals: int, box: tuple[float, float, float, float]) -> list[str]:
    """Numbers in a text that could be a longitude or latitude of the region, finer than allowed."""
    west, south, east, north = box
    numbers = re.findall(rf"(?<![\w.])\d{{2,3}}\.\d{{{decimals + 1},}}", text)
    return [one for one in numbers if west <= float(one) <= east or south <= float(one) <= north]


@pytest.fixture(scope="module", name="folder")
def public_study(small_study: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_study(tmp_path_factory.mktemp("public") / "ningxia", PUBLIC)
    assert cli.main(["check", str(folder)]) == 0
    assert cli.main(["run", str(folder)]) == 0
    return folder / "data" / "processed" / "ningxia"


BOX = (104.0, 35.0, 108.0, 40.0)


def test_no_page_or_table_holds_a_finer_coordinate(folder: Path) -> None:
    drawn = (folder / "map.html").read_text(encoding="utf-8")
    assert re.search(r"\[10\d\.\d\d?,3\d\.\d", drawn), "the map has coordinates"
    for path in folder.iterdir():
        if path.suffix in (".html", ".md"):  # tables and record hold minutes that look like degrees
            text = path.read_text(encoding="utf-8")
            assert not fine(text, 2, BOX), path
    for layer, _ in pyogrio.list_layers(folder / "ningxia.gpkg"):
        xy = shapely.get_coordinates(gpd.read_file(folder / "ningxia.gpkg", layer=layer).geometry.to_numpy())
        assert np.array_equal(xy, np.round(xy, 2)), layer


def test_an_internal_page_holds_finer_ones(ningxia: StudyFiles) -> None:
    page = ningxia.map.read_text(encoding="utf-8")
    assert fine(page, 2, BOX) and "公开版" not in page and "运输机场" in page


def test_sensitive_layers_are_on_no_page_and_in_no_file(folder: Path) -> None:
    layers = {name for name, _ in pyogrio.list_layers(folder / "ningxia.gpkg")}
    assert not layers & {"airports", "roads", "county_access"} and {"circle", "reach_cities"} <= layers
    assert not (folder / "county_access.csv").exists() and (folder / "circle.csv").exists()
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert "运输机场" not in page and "国道与省道" not in page and "县城通达得分" not in page
    report = (folder / "report.md").read_text(encoding="utf-8")
    towns = report.split("## 县城通达")[1].split("\n## ")[0]
    assert "withheld from the public" in towns and "median" not in towns
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert "circle" in record["units"] and "county_access" not in record["units"]
    assert not [name for name in record["figures"] if name.startswith("towns")]
    found = pd.read_csv(folder / "check.csv")
    assert not set(found["layer"]) & {"airports", "roads"} and "seats" in set(found["layer"])


def test_coordinates_in_columns_of_ones_own_are_rounded_or_left_out_and_told(
    small_study: Callable[..., Path], tmp_path: Path
) -> None:
    point = shapely.Point(106.392641, 38.322123)
    metres = gpd.GeoSeries([point], crs=4326).to_crs(4544).iloc[0]
    own = {
        "hex": shapely.to_wkb(point, hex=True), "dms": "106°23′33.51″E 38°19′19.64″N",
        "json": shapely.to_geojson(point), "gk": f"{metres.x:.2f},{metres.y:.2f}", "east": point.x,
        "note": "审批中",
    }  # fmt: skip
    folder = small_study(tmp_path / "own", '[study]\nrelease = "public"\ndecimals = 2')
    airport = pd.DataFrame(
        {"code": ["X1"], "name_zh": ["测试机场"]} | {head: [one] for head, one in own.items()}
    )
    layer = gpd.GeoDataFrame(airport, geometry=[point], crs=4326)
    layer.to_file(folder / "data" / "raw" / "airports.gpkg")
    text = (folder / "study.toml").read_text("utf-8")
    more = '[files]\nairports = "data/raw/airports.gpkg"'
    (folder / "study.toml").write_text(text.replace("[files]", more), "utf-8")
    config = read_config(folder)
    with pytest.warns(UrbgeoWarning, match="columns hex hold coordinates"):
        done = run_study(study_region(config), folder=config.results)
    shown = gpd.read_file(config.results / "ningxia.gpkg", layer="airports").iloc[0]
    assert "hex" not in shown and shown["note"] == "审批中" and shown["east"] == 106.39
    assert shown["dms"] == "106.39°E 38.32°N" and "106.392" not in shown["json"]
    assert shown["gk"] == ",".join(f"{round(one / 1110) * 1110}" for one in (metres.x, metres.y))
    left = pd.read_csv(config.results / "left_out.csv").set_index("left_out")
    assert left.loc["columns", "why"] == "airports.hex: coordinates in a form that cannot be rounded"
    assert left.loc["columns", "why_zh"] == "airports.hex：所含坐标的写法无法取整"
    assert "airports.hex" in done.report.read_text("utf-8")


def test_roads_that_are_sensitive_have_no_lines_for_whoever_asks(hunan: Region) -> None:
    for sensitive, shown in (((), True), (("roads",), False)):
        region = replace(hunan, release=Release("public", sensitive=sensitive))
        assert road_lines(SimpleNamespace(region=region)).empty is not shown


def test_a_pack_of_a_public_study_says_that_its_inputs_are_exact(folder: Path, tmp_path: Path) -> None:
    with pytest.warns(UrbgeoWarning, match="inputs are packed as they are"):
        pack(folder.parents[2], path=tmp_path / "x.pack.zip")


def test_every_page_carries_the_marking(folder: Path) -> None:
    for name in ("map.html", "report.md", "report.html", "check.html", "left_out.csv", "run.json"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "审图号：测试" in text, name
    assert "坐标取 2 位小数（约 1 km）" in (folder / "map.html").read_text(encoding="utf-8")


def test_the_living_map_obeys(hunan: Region) -> None:
    region = replace(
        hunan, release=Release("public", decimals=2, sensitive=("airports",), marking="内部勿传<i>")
    )
    page = living_map(region, minutes=[60]).get_root().render()
    data = page.split("urbgeo.living(")[-1]
    assert not re.findall(r"1[01]\d\.\d{3,},", data) and "运输机场" not in page
    assert "内部勿传&lt;i&gt;" in page and "内部勿传<i>" not in page
    with pytest.raises(InputError, match="marked sensitive"):
        living_map(replace(region, release=Release("public", sensitive=("circle",))), minutes=[60])


def test_a_living_map_of_sensitive_airports_holds_no_minutes_to_them(hunan: Region) -> None:
    def data(*sensitive: str) -> dict[str, object]:
        region = replace(hunan, release=Release("public", sensitive=sensitive))
        page = living_map(region, minutes=[60]).get_root().render()
        return dict(json.loads(re.search(r"urbgeo\.living\([^,]+, (\{.*\})\);", page)[1]))  # type: ignore[index]

    told, withheld = data(), data("airports")
    ticks = np.frombuffer(base64.b64decode(str(withheld["nearest"])), "<u2")
    assert len(ticks) == 122 and (ticks == 65_535).all(), "no way to any"
    assert withheld["steps"][0]["covered"] is None and told["steps"][0]["covered"] > 0  # type: ignore[index]
    assert "机场" not in "".join(withheld["facility"]) and "机场" in told["facility"][0]  # type: ignore[arg-type,index]


def test_a_file_tells_the_line_of_a_faulty_release(small_study: Callable[..., Path], tmp_path: Path) -> None:
    folder = small_study(tmp_path / "a", '[study]\nrelease = "open"\ndecimals = 7\nsensitive = ["x"]')
    with pytest.raises(InputError) as told:
        read_config(folder)
    assert all(f"line {at}" in str(told.value) for at in (10, 11, 12))


def test_in_python_a_word_is_enough() -> None:
    assert urbgeo.region("宁夏", zones=False, release="public").release.public
    with pytest.raises(InputError, match="release"):
        urbgeo.region("宁夏", zones=False, release="open")


def test_whatever_is_sensitive_is_withheld_under_its_own_name_and_no_other(given_answers: Answers) -> None:
    def shown(*sensitive: str) -> Answers:
        release = Release("public", decimals=2, sensitive=sensitive)
        return released(replace(given_answers, region=replace(given_answers.region, release=release)))

    names = {"circle", "prefectures", "counties", "reach", "towns"}
    there = {one for one in names if not why_absent(getattr(given_answers, one))}
    for layer, gone in (
        ("circle", "circle"),
        ("county_access", "towns"),
        ("airport_coverage_counties", "counties"),
    ):
        found = shown(layer)
        withheld = {one for one in there if why_absent(getattr(found, one)) == WITHHELD}
        assert withheld == {gone} & there and found.series.empty
    found = shown("reach_cities")
    assert why_absent(found.reach) == why_absent(found.reach_hubs) == WITHHELD
    assert not shown("interchanges").region.road_nodes["kind"].eq("interchange").any()
    assert len(shown("interchanges").region.road_nodes) == len(given_answers.region.road_nodes)
    plain = shown()
    assert plain.region.road_nodes["kind"].tolist() == given_answers.region.road_nodes["kind"].tolist()
    internal = replace(given_answers, region=replace(given_answers.region, release=Release("internal")))
    assert released(internal) is internal
    kept = shapely.get_coordinates(plain.region.places.geometry.to_numpy())
    assert (np.round(kept, 2) == kept).all() and not (
        np.round(at := shapely.get_coordinates(given_answers.region.places.geometry.to_numpy()), 2) == at
    ).all()


@pytest.mark.parametrize(
    ("name", "sensitive", "shown"),
    [
        ("rail_trips", "stations", False), ("rail_trips", "rail_trips", True), ("circle", "stations", True),
        ("reach_cities_minutes", "reach_pairs", False), ("reach_cities", "reach_pairs", True),
        ("other_minutes", "reach_pairs", True), ("circle", "circle", False),
    ],
)  # fmt: skip
def test_tables_are_withheld_with_the_layer_that_they_tell_of(name: str, sensitive: str, shown: bool) -> None:
    release: Any = SimpleNamespace(shows=lambda layer: layer != sensitive)
    assert shown_table(name, release) is shown
