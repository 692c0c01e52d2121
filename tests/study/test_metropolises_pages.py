"""Circles of several metropolises in the report, on its page and the map."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from tests.network.build import squares
from urbgeo.maps import new_map
from urbgeo.maps.report_page import Page, Section, report_html
from urbgeo.study.answers import Answers
from urbgeo.study.map import study_map
from urbgeo.study.metropolises_pages import COLOURS, add_metropolises, metropolises_grid, metropolises_section
from urbgeo.study.report import report_text
from urbgeo.study.tables import result_layers


def test_they_stand_in_tables_map_and_report(several_answers: Answers, tmp_path: Path) -> None:
    assert "metropolitan_circles" in result_layers(several_answers)
    text = report_text(several_answers)
    assert "各都市 All metropolises" in text and "| 衡阳 |" in text
    page = study_map(several_answers).get_root().render()
    assert "Circles of all metropolises" in page


EVIL = "<script>alert(1)</script>|甲"


def of_three(**more: list[object]) -> Any:
    """Three metropolises, one with a hostile name."""
    table = pd.DataFrame({"zones": [12, 3, 1], **more}, index=["长沙市", EVIL, "丙"])
    return SimpleNamespace(circles=table)


def test_a_row_a_metropolis_says_its_counties_and_people_in_ten_thousands() -> None:
    found = of_three(people=[11_234_567.0, 50_000.0, np.nan])
    rows = metropolises_section(found).splitlines()
    assert "| 长沙市 | 12 | 1,123.5 |" in rows and "| 丙 | 1 | – |" in rows
    grid = metropolises_grid(found)
    assert [row[1:] for row in grid.rows] == [["12", "1,123.5"], ["3", "5.0"], ["1", "–"]]
    assert grid.numbers == {1, 2} and "Drawn together" in metropolises_section(found)
    assert "| 丙 | 1 |  |" in metropolises_section(of_three())


def test_names_of_metropolises_are_text_in_report_and_page() -> None:
    text = metropolises_section(of_three(people=[1.0, 2.0, 3.0]))
    assert "alert(1)" in text and "<script>" not in text
    row = next(one for one in text.splitlines() if "alert" in one)
    assert len(re.split(r"(?<!\\)\|", row)) == 5
    section = Section(("节", "s"), grids=[metropolises_grid(of_three())])
    page = report_html(Page(("题", "t"), ("", ""), [section]))
    assert "alert(1)" in page and "<script>alert" not in page


def layer_of(found: Any, ground: gpd.GeoDataFrame) -> tuple[dict[str, str], dict[str, Any]]:
    """Colours by name of what the map shows, and the layer."""
    fmap = new_map("题", "title", bounds=ground.to_crs(4326).total_bounds)
    add_metropolises(fmap, found, ground, 10.0)
    page = fmap.get_root().render()
    layer = json.loads(re.search(r"urbgeo\.layer\([^,]+, (\{.*?\})\);\n", page, re.DOTALL)[1])  # type: ignore[index]
    shown = layer["features"]
    return {one["properties"]["v"][0]: layer["colours"][one["properties"]["c"]] for one in shown}, layer


def test_the_map_shows_members_alone_in_the_colour_of_their_metropolis() -> None:
    ground = squares((0, 0), (10, 0), (20, 0)).assign(name_zh=list("甲乙丙"), name_en=list("ABC"))
    table = pd.DataFrame(
        {"metropolis": ["长沙市", "丙", "长沙市"], "member": [True, True, False],
         "minutes": [5.0, 50.0, 70.0], "contested": [1, 2, 0]},
        index=list("abc"),
    )  # fmt: skip
    found: Any = SimpleNamespace(circles=of_three().circles, table=table)
    assert layer_of(found, ground)[0] == {"甲": COLOURS[0], "乙": COLOURS[2]}
    middles = ground.set_geometry(ground.centroid)
    assert layer_of(found, middles)[0] == {"甲": COLOURS[0], "乙": COLOURS[2]}, (
        "seats, where there are no zones"
    )


def test_more_metropolises_than_colours_take_them_again() -> None:
    names = [f"m{at}" for at in range(len(COLOURS) + 1)]
    corners = [(10.0 * at, 0.0) for at in range(len(names))]
    ground = squares(*corners).assign(name_zh=names, name_en=names)
    table = pd.DataFrame({"metropolis": names, "member": True, "minutes": 1.0, "contested": 1}, ground.index)
    found: Any = SimpleNamespace(circles=pd.DataFrame({"zones": 1}, index=names), table=table)
    colours = layer_of(found, ground)[0]
    assert colours[names[-1]] == colours[names[0]] == COLOURS[0] and len(colours) == len(names)
