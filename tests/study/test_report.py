"""The report in Markdown: every section there or said to be left out, names as text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import urbgeo
from tests.study.conftest import COUNTIES, NINGXIA, cells, invented_roads
from urbgeo.language import in_both
from urbgeo.regions.nation import (
    AIRPORT_YEARS,
    CODES_SOURCE,
    PLACES_SOURCE,
    POPULATION_SOURCE,
    URBAN_SOURCE,
)
from urbgeo.study.answers import Answers, answer
from urbgeo.study.page import report_page
from urbgeo.study.report import _speed_row, report_text
from urbgeo.study.run import StudyFiles


def test_the_report_says_what_is_modelled_and_estimated(answers: Answers) -> None:
    text = report_text(answers)
    assert "All minutes are modelled, none is observed." in text
    assert "are estimates that keep the published" in text
    for speed in ("| 高速公路 expressway | 100 |", "`max_snap_km` = 15", "`buffer_min` = 30"):
        assert speed in text
    assert "湘阴县 Xiangyin" in text


def test_sources_and_notes_are_told_in_chinese_before_english(answers: Answers) -> None:
    text = report_text(answers)
    rest = text[text.index("来源 Sources") : text.index("未给出 Left out")]
    lines = [one for one in rest.splitlines() if one.startswith("- ")]
    assert len(lines) >= len(answers.region.sources) + len(answers.region.notes) > 5
    for line in lines:
        assert re.match(r"- [\u4e00-\u9fff]", line) and re.search("[a-z]{4} [a-z]{2}", line), line
    page = report_page(answers)
    assert "第七次全国人口普查，2020 年 11 月 1 日" in page and "seventh national census" in page


@pytest.mark.parametrize(
    "line", [PLACES_SOURCE, POPULATION_SOURCE, URBAN_SOURCE, CODES_SOURCE, AIRPORT_YEARS]
)
def test_sources_of_the_package_have_a_chinese_name(line: str) -> None:
    zh, en = in_both(line)
    assert (
        en == line and re.match(r"[\u4e00-\u9fff\d]", zh) and not re.search("[a-z]{3,} [a-z]{3,} [a-z]", zh)
    )


def test_whatever_names_and_files_hold_is_text_in_the_report(tmp_path: Path) -> None:
    """Of one's own zones, a core of another metropolis and a file, each with markup in its name."""
    evil = "<script>alert(1)</script>"
    ids = [f"c{at}" for at in range(len(COUNTIES))]
    zones = cells().set_axis(ids).assign(name=[f"{evil}{one}" for one in ids])
    roads = tmp_path / "_<b>.gpkg"
    invented_roads(NINGXIA).to_file(roads, layer="roads")
    lists = {"core": ["c0"], "core <i>x</i>": ["c5"], "circle": ["c0", "c1"]}
    region = urbgeo.region(None, zones=zones, roads=roads, lists=lists, margin_km=100)
    text = report_text(answer(region, sets=(), years=()))
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt;c0" in text
        and "&lt;i&gt;x" in text
        and "&lt;b&gt;.gpkg" in text
    )
    assert not re.findall(r"<(?!\s|[\d=])[^>]*>", text)


def test_what_is_left_out_is_said_where_it_would_stand_in_both_languages(ningxia: StudyFiles) -> None:
    text = ningxia.report.read_text(encoding="utf-8")
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert len(heads) == len(set(heads)) >= 15
    section = text.split("### 按通勤率 By commuting rate\n")[1].split("\n#")[0]
    assert (
        "未给出（" in section
        and "Left out: circle by commuting rate (no table of commuters is given)." in section
    )
    assert "Airports of the nation" not in text and "All metropolises" not in text


def test_seats_that_no_airport_covers_are_listed_with_the_nearest(ningxia: StudyFiles) -> None:
    left = ningxia.answers.prefectures.uncovered
    text = ningxia.report.read_text(encoding="utf-8")
    section = text.split("## 机场覆盖 Airport coverage\n")[1].split("\n#")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == len(left) > 0
    for row, (_, seat) in zip(rows, left.iterrows(), strict=True):
        assert seat["name_zh"] in row and f"| {seat['minutes']:,.0f} |" in row


def test_classes_of_the_survey_name_their_standard_and_those_of_openstreetmap_none() -> None:
    assert _speed_row("motorway_link", 45.0) == ["motorway_link", "45", "OpenStreetMap class"]
    name, kmh, source = _speed_row("expressway", 100.5)
    assert (
        name.endswith("expressway")
        and name[0] > "\x7f"
        and kmh == "100.5"
        and re.search(r" \(\d{4}\)$", source)
    )
