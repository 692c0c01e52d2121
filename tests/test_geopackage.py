"""GeoPackages that explain themselves: aliases, descriptions and styles where QGIS looks for them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from tests.maps.shown import Found, seats, table
from urbgeo.geopackage import write_layers
from urbgeo.output import write_tables


def test_geopackage_layers_carry_aliases_descriptions_and_styles(tmp_path: Path) -> None:
    points = seats().join(table())
    path = Found(points).save(tmp_path / "结果.gpkg")
    layers = dict(pyogrio.list_layers(path).tolist())
    assert layers["table"] == "Point" and layers["provenance"] is None
    with sqlite3.connect(path) as base:
        alias = dict(
            base.execute("SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'table'")
        )
        said = base.execute("SELECT description FROM gpkg_contents WHERE table_name = 'table'").fetchone()
        style = base.execute("SELECT f_table_name, styleQML, useAsDefault FROM layer_styles").fetchall()
    assert alias["minutes"] == "分钟 Minutes (min)"
    assert "minutes: 分钟 Minutes (min)" in said[0]
    assert [(one[0], one[2]) for one in style] == [("table", 1)]
    root = ElementTree.fromstring(style[0][1].removeprefix("<!DOCTYPE qgis>"))
    assert root.find("renderer-v2").get("attr") == "minutes"
    again = gpd.read_file(path, layer="table")
    assert again["name_zh"].tolist() == ["甲", "乙", "丙"]
    assert again["minutes"].tolist() == [20, 60, np.inf]


def test_columns_of_one_name_in_other_letters_are_kept_apart(tmp_path: Path) -> None:
    twice = pd.DataFrame({"Share": [1], "share": [2], "fid": [3]})
    path = write_tables({"t": twice}, tmp_path / "t.gpkg")
    assert sorted(pyogrio.read_dataframe(path, layer="t").iloc[0].tolist()) == [1, 2, 3]


def test_layers_are_added_to_a_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    write_layers({"first": seats()}, path)
    write_layers(
        {"second; DROP TABLE gpkg_contents": seats()}, path, about={"second; DROP TABLE gpkg_contents": "甲"}
    )
    assert len(pyogrio.list_layers(path)) == 2
    with sqlite3.connect(path) as base:
        said = base.execute(
            "SELECT description FROM gpkg_contents WHERE table_name LIKE 'second%'"
        ).fetchone()
    assert said == ("甲",)


def test_ids_come_back_as_a_column(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    write_layers({"t": seats().rename_axis("adcode")}, path)
    assert gpd.read_file(path)["adcode"].tolist() == seats().index.tolist()
