"""Commuting rates and observed minutes in the report, on its page and the map, in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from urbgeo.maps import new_map
from urbgeo.maps.report_page import Page, Section, report_html
from urbgeo.study.absent import Absent
from urbgeo.study.answers import Answers
from urbgeo.study.beside_pages import (
    RING_COLOURS,
    add_rings,
    modelled_said,
    observed_page,
    observed_section,
    rings_grid,
    rings_section,
)
from urbgeo.study.map import study_map
from urbgeo.study.page import report_page
from urbgeo.study.report import report_text
from urbgeo.study.tables import left_out, result_layers


def test_tables_map_and_reports_carry_both(given_answers: Answers) -> None:
    layers = result_layers(given_answers)
    assert {"commuting_rings", "observed_trips"} <= set(layers)
    assert len(layers["observed_trips"]) == 2 and layers["commuting_rings"]["ring"].max() == 0.3
    assert "通勤率圈层" in study_map(given_answers).get_root().render()
    text, page = report_text(given_answers), report_page(given_answers)
    assert "按通勤率 By commuting rate" in text and "| 30% |" in text and "8 时 hour 8" in text
    assert "By rate only" in page and "Beside observed minutes" in page
    for one in (text, page):
        assert "none is observed" not in one and "but those of a map service" in one
    assert not {"rings", "observed", "flows"} & set(left_out(given_answers)["left_out"])


EVIL = "<script>alert(1)</script>|[x](y)"


@pytest.fixture(scope="module")
def hostile(given_answers: Answers) -> Answers:
    """With a zone whose name holds markup, in the ring by rate."""
    rings = given_answers.rings
    table = rings.table.copy()
    table.loc[table["name_zh"] == "贺兰县", ["name_zh", "name_en"]] = EVIL
    beside = rings.comparison.assign(
        only_rate=[table.index[table["name_zh"] == EVIL].tolist()] * len(rings.rings)
    )
    return replace(given_answers, rings=replace(rings, table=table, comparison=beside))


def row_of(text: str, first: str) -> list[str]:
    """Cells of the row of a Markdown table that begins so."""
    line = next(one for one in text.splitlines() if one.startswith(f"| {first} |"))
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_a_row_a_rate_says_its_counts_and_who_only_one_circle_holds(given_answers: Answers) -> None:
    rings = given_answers.rings
    text = rings_section(given_answers)
    for rate, row in rings.rings.iterrows():
        cells = row_of(text, f"{rate:.0%}")
        beside = rings.comparison.loc[rate]
        assert cells[1:5] == [
            str(one) for one in (*row[["zones", "certain", "possible"]], len(beside["both"]))
        ]
        names = [rings.table.at[one, "name_zh"] for one in beside["only_time"]]
        assert all(name in cells[6] for name in names) and (names or cells[6] == "–")
    assert "（小于 10 人）" in text and "(below 10)" in text
    hidden = rings.provenance.shares["pairs suppressed"]
    assert hidden > 0 and f"{hidden:.1%} of the pairs are suppressed" in text


def test_nothing_is_said_of_suppressed_pairs_where_none_are(given_answers: Answers) -> None:
    about = given_answers.rings.provenance
    whole = replace(about, shares={**about.shares, "pairs suppressed": 0.0})
    text = rings_section(replace(given_answers, rings=replace(given_answers.rings, provenance=whole)))
    assert "suppressed" not in text and "隐去" not in text


def test_a_row_an_hour_says_the_medians_of_that_hour(given_answers: Answers) -> None:
    text, section = observed_section(given_answers), observed_page(given_answers)
    assert len(section.grids[0].rows) == 3
    for hour, label in ((6, "6 时 hour 6"), (8, "8 时 hour 8"), ("all", "全部 all")):
        row = given_answers.observed.by_hour.loc[hour]
        cells = row_of(text, label)
        assert cells[1:3] == [f"{row['trips']:.0f}", f"{row['median_ratio']:.2f}"]
        assert cells[-1] == f"{row['unreached']:.0f}"
    assert "nothing is fitted" in text and "没有据此校准" in section.lines[0][0]


def test_hours_of_trips_that_the_model_does_not_make_have_no_figures() -> None:
    gone = {
        "trips": 3,
        "median_ratio": np.nan,
        "within": np.nan,
        "p10": np.nan,
        "p90": np.nan,
        "unreached": 3,
    }
    table = pd.DataFrame([gone], index=pd.Index([7], dtype=object))
    answers: Any = SimpleNamespace(observed=SimpleNamespace(by_hour=table))
    assert row_of(observed_section(answers), "7 时 hour 7")[1:] == ["3", "–", "–", "–", "–", "3"]


def test_names_of_zones_are_text_in_report_and_page(hostile: Answers) -> None:
    text = rings_section(hostile)
    assert "alert(1)" in text and "<script>" not in text and "[x](y)" not in text
    assert len(row_of(text, "30%")) == 7, "a bar in a name ends no cell"
    page = report_html(Page(("题", "t"), ("", ""), [Section(("节", "s"), grids=[rings_grid(hostile)])]))
    assert "alert(1)" in page and "<script>alert" not in page


def test_without_a_map_service_all_minutes_are_said_to_be_modelled(given_answers: Answers) -> None:
    zh, en = modelled_said(given_answers)
    assert "只有与之对照的地图服务时间除外" in zh and "but those of a map service" in en
    zh, en = modelled_said(replace(given_answers, observed=Absent("observed minutes", "none")))
    assert "不是观测值" in zh and "none is observed" in en


def test_the_map_shows_only_zones_in_a_ring_each_in_its_colour(given_answers: Answers) -> None:
    fmap = new_map("题", "title", bounds=given_answers.region.zones.to_crs(4326).total_bounds)
    add_rings(fmap, given_answers, given_answers.region.zones, 50.0)
    page = fmap.get_root().render()
    layer = json.loads(re.search(r"urbgeo\.layer\([^,]+, (\{.*?\})\);\n", page, re.DOTALL)[1])  # type: ignore[index]
    ring = given_answers.rings.table.set_index("name_zh")["ring"]
    drawn = {one["properties"]["v"][0]: layer["colours"][one["properties"]["c"]] for one in layer["features"]}
    assert set(drawn) == set(ring.index[ring > 0]) and "永宁县" not in drawn
    steps = sorted(given_answers.rings.rings.index, reverse=True)
    assert drawn == {name: RING_COLOURS[steps.index(ring[name])] for name in drawn}
