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
