"""QGIS styles (QML) of results: the same colours and classes as on the package's maps."""

from __future__ import annotations

from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point

from tests.maps.shown import Found
from urbgeo.maps import Categories, Classes
from urbgeo.maps.qgis import qml, styles_of


def test_styles_have_a_symbol_for_every_class() -> None:
    root = ElementTree.fromstring(
        qml(Classes("分钟", (30, 60), unit="min"), "polygon").removeprefix("<!DOCTYPE qgis>")
    )
    ranges = root.findall(".//range")
    assert [(float(one.get("lower", "")), float(one.get("upper", ""))) for one in ranges][1] == (30, 60)
    assert {one.get("symbol") for one in ranges} == {one.get("name") for one in root.findall(".//symbol")}
    points = ElementTree.fromstring(qml("#2a7f62", "point").removeprefix("<!DOCTYPE qgis>"))
    shades = {one.get("name"): one.get("value") for one in points.findall(".//Option[@value]")}
    assert shades["color"] == "42,127,98,255" and shades["name"] == "circle"
    items = [(True, "#2a7f62", '<是 "x">', "yes")]
    text = qml(Categories("a b", items), "point")
    assert ElementTree.fromstring(text.removeprefix("<!DOCTYPE qgis>")).find(".//category").get("label") == (
        '<是 "x"> yes'
    )


def test_a_result_of_one_kind_of_shape_has_a_style_and_others_have_none() -> None:
    lines = gpd.GeoDataFrame({"minutes": [20.0]}, geometry=[LineString([(112, 28), (113, 28)])], crs=4326)
    assert list(styles_of(Found(lines))) == ["table"]
    assert 'type="line"' in styles_of(Found(lines))["table"]
    both = pd.concat([lines, gpd.GeoDataFrame({"minutes": [20.0]}, geometry=[Point(112, 28)], crs=4326)])
    assert styles_of(Found(both)) == {}
    assert styles_of(Found(pd.DataFrame({"minutes": [20.0]}))) == {}


def test_values_are_written_as_qgis_compares_them() -> None:
    items = [
        (one, "#0a0b0c", f"值{at}", "") for at, one in enumerate((True, False, 1234.5, 2000.0, 7, "a<b"))
    ]
    root = ElementTree.fromstring(qml(Categories("k", items), "line").removeprefix("<!DOCTYPE qgis>"))
    said = [(one.get("value"), one.get("type"), one.get("label")) for one in root.findall(".//category")]
    assert said == [
        ("true", "bool", "值0"), ("false", "bool", "值1"), ("1234.5", "double", "值2"),
        ("2000", "double", "值3"), ("7", "double", "值4"), ("a<b", "string", "值5"),
    ]  # fmt: skip
    shades = [one.get("value") for one in root.findall(".//Option[@name='line_color']")]
    assert shades == ["10,11,12,255"] * 6
    assert [one.get("name") for one in root.findall(".//symbol")] == list("012345")


def test_classes_are_ranges_from_least_to_most_with_their_own_symbol() -> None:
    root = ElementTree.fromstring(
        qml(Classes('a "b', (30, 60.5), ramp=("#000000", "#010101", "#020202")), "polygon").removeprefix(
            "<!DOCTYPE qgis>"
        )
    )
    ranges = [
        (float(one.get("lower", "")), float(one.get("upper", "")), one.get("label"), one.get("symbol"))
        for one in root.findall(".//range")
    ]
    assert ranges == [(-1e15, 30, "≤ 30", "0"), (30, 60.5, "30–60.5", "1"), (60.5, 1e15, "> 60.5", "2")]
    inks = [one.get("value") for one in root.findall(".//Option[@name='color']")]
    assert inks == ["0,0,0,255", "1,1,1,255", "2,2,2,255"]
    assert root.find("renderer-v2").get("attr") == '"a ""b"'
