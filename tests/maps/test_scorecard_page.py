"""The page of a scorecard: its lines of one target over the years."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.network.build import points, squares
from urbgeo.indicators.lights import LIGHTS
from urbgeo.maps.classes import NO_DATA_COLOUR, Classes
from urbgeo.maps.scorecard_page import (
    MAP_BREAKS,
    MAPS_MOST,
    _band,
    _basis,
    _chapter,
    _dot,
    _gap,
    _maps,
    _outlines,
    _row,
    _scaled,
    _spark,
    _tally,
    _target,
    _waiting,
    chapters_html,
    page_text,
)
from urbgeo.provenance import Provenance


def test_more_is_drawn_higher_and_later_farther_right_with_the_target_on_the_same_scale() -> None:
    row = pd.Series({"target": 30.0, "target_year": 2035.0})
    svg = _spark(pd.Series({2015: 10.0, 2020: np.nan, 2025: 20.0}), row)
    line = re.search(r'polyline points="([^"]+)"', svg)
    assert line is not None
    (x, y), (later, higher) = (map(float, one.split(",")) for one in line[1].split(" "))
    assert x < later and higher < y, "down is more in a picture"
    aim = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="3"', svg)
    assert [tuple(map(float, one)) for one in aim] == [(2 * later - x, 2 * higher - y)]
    assert "2015: 10, 2025: 20" in svg


def test_a_single_year_is_a_point_in_the_middle_and_none_is_nothing() -> None:
    row = pd.Series({"target": np.nan, "target_year": 2035.0})
    svg = _spark(pd.Series({2025: 20.0}), row)
    assert 'points="66.0,17.0"' in svg and "stroke-dasharray" not in svg
    assert _spark(pd.Series({2025: np.nan}), row) == ""
    for lacking in ("target", "target_year"):
        aimless = pd.Series({"target": 30.0, "target_year": 2035.0, lacking: np.nan})
        ends = re.search(r'points="([^"]+)"', _spark(pd.Series({2015: 10.0, 2025: 20.0}), aimless))
        assert ends is not None and ends[1] == "4.0,30.0 128.0,4.0", "the whole picture for what was measured"


def test_values_are_stretched_over_their_room() -> None:
    assert _scaled([2.0, 3.0, 6.0], 10.0, 50.0).tolist() == [10.0, 20.0, 50.0]
    assert _scaled([2.0, 6.0], 50.0, 10.0).tolist() == [50.0, 10.0]
    assert _scaled([5.0, 5.0], 10.0, 50.0).tolist() == [30.0, 30.0]


NAN = float("nan")
ROW = {
    "name_zh": "甲<", "name_en": "A<", "chapter": "access", "light": "behind", "marked": False,
    "value": 61.26, "unit": "%", "year": 2024,
    "low": NAN, "high": NAN, "direction": ">=", "target": 80.0, "target_year": 2030.0, "gap": 18.74,
    "gap_in_words": "差 18.7 点", "gap_in_words_en": "18.7 points short", "basis": "modelled",
    "estimated_share": 0.0, "document_zh": "规划", "document_en": "Plan", "clause": "3.2",
}  # fmt: skip


def row(**changes: object) -> pd.Series:
    return pd.Series({**ROW, **changes}, dtype=object)


def shown(html: str, language: str) -> str:
    """What a reader of one language sees."""
    other = "en" if language == "zh" else "zh"
    return re.sub(r"<[^>]+>", "", re.sub(rf'<span lang="{other}">[^<]*</span>', "", html))


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"low": 55.0, "high": 70.0}, "55.0–70.0%", "55.0–70.0%"),
        ({"low": 55.0, "high": 70.0, "unit": "min"}, "55.0–70.0 分钟", "55.0–70.0 min"),
        ({"low": 55.0, "high": 55.0}, "", ""),
        ({"low": NAN, "high": 70.0}, "", ""),
        ({"low": 55.0, "high": float("inf")}, "", ""),
    ],
)
def test_a_band_is_told_where_it_has_two_ends(changes: dict[str, object], zh: str, en: str) -> None:
    assert (shown(_band(row(**changes)), "zh"), shown(_band(row(**changes)), "en")) == (zh, en)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "2030 ≥ 80.0%"),
        ({"direction": "<=", "unit": "min"}, "2030 ≤ 80.0 min"),
        ({"target_year": NAN}, "≥ 80.0%"),
        ({"direction": "up", "target": NAN}, "2030 ↑"),
        ({"direction": "down", "target": NAN, "target_year": NAN}, "↓"),
        ({"direction": "none", "target": NAN}, "–"),
    ],
)
def test_a_target_has_its_year_its_sign_and_its_number(changes: dict[str, object], said: str) -> None:
    assert shown(_target(row(**changes)), "en") == said


def test_gaps_are_told_and_remarks_without_a_number_are_called_so() -> None:
    assert shown(_gap(row()), "zh") == "差 18.7 点" and shown(_gap(row()), "en") == "18.7 points short"
    remark = row(gap=NAN, gap_in_words="甲 61 分钟", gap_in_words_en="A 61 min")
    assert (shown(_gap(remark), "zh"), shown(_gap(remark), "en")) == ("关注：甲 61 分钟", "Note: A 61 min")
    assert _gap(row(gap_in_words="")) == ""


def test_the_basis_says_how_much_is_estimated_and_where_the_target_stands() -> None:
    assert shown(_basis(row()), "en") == "modelled · Plan 3.2"
    half = row(estimated_share=0.256)
    assert shown(_basis(half), "zh") == "模型，估算占 26% · 规划 3.2"
    assert shown(_basis(half), "en") == "modelled, 26% estimated · Plan 3.2"
    assert shown(_basis(row(basis="")), "en") == "Plan 3.2"


def test_dots_have_the_colour_of_their_light_and_are_hatched_where_marked() -> None:
    assert _dot("met") == f'<i class="dot " style="background-color:{LIGHTS["met"][2]}"></i>'
    assert 'class="dot open"' in _dot("open") and 'class="dot grey"' in _dot("grey")
    assert 'class="dot open marked"' in _dot("open", marked=True)


def card(**parts: Any) -> Any:
    """As much of a scorecard as a part of its page needs: two prefectures, west and east."""
    seats = points([(5, 5), (15, 5)], ["430100", "430600"]).assign(name_zh=["长", "岳"], name_en=["C", "Y"])
    zones = squares((0, 0), (10, 0), ids=["430102", "430602"]).assign(prefecture=["430100", "430600"])
    table = pd.DataFrame([row(), row(unit="min"), row(chapter="land")], index=["a", "b", "urbanisation.2035"])
    units = pd.DataFrame({"430100": [20.0, 1.0, 5.0], "430600": [100.0, 2.0, 6.0]}, index=table.index)
    series = pd.DataFrame({2020: 1.0, 2025: 2.0}, index=table.index)
    region = SimpleNamespace(zones=zones, prefectures=seats, title_zh="湘", title_en="Hunan", notes=())
    made = {"table": table, "measured": table, "units": units, "series": series, "region": region}
    return SimpleNamespace(**{**made, **parts})


def test_a_row_has_six_cells_and_a_chapter_the_rows_of_its_own() -> None:
    found = _row(card(), "a", row(marked=True))
    assert (
        found.count("<td") == 6 and "marked" in found and "甲&lt;" in found and "<small>2024</small>" in found
    )
    assert "61.3%" in found and "滞后" in found
    for chapter, rows in (("access", 2), ("land", 1)):
        text = _chapter(card(), chapter)
        assert text.count("<tr>") == rows + 1 and text.count("<th ") == 6
    assert [int(one) for one in re.findall(r'<th style="width:(\d+)%"', _chapter(card(), "land"))] == [
        10, 23, 13, 13, 12, 29
    ]  # fmt: skip


def test_the_tally_counts_the_lights_that_occur() -> None:
    summary = pd.DataFrame(
        {"zh": ["达标", "滞后"], "en": ["met", "behind"], "rows": [3, 0]}, index=["met", "behind"]
    )
    text = _tally(SimpleNamespace(summary=summary))
    assert "<b>3</b>" in text and "<b>0</b>" not in text and "滞后" not in text


def test_small_maps_show_the_shares_of_prefectures_on_one_scale_and_name_the_lowest() -> None:
    text = _maps(card())
    assert text.count("<figure>") == 1, "minutes are no share, and of urbanisation one year is enough"
    scale = Classes("share", MAP_BREAKS, ramp="YlGnBu", unit="%")
    # a value on a bound belongs to the class below
    assert re.findall(r'fill="(#\w+)"><title>([^<]+)<', text) == [
        (scale.colours[0], "长 20 %"), (scale.colours[4], "岳 100 %")
    ]  # fmt: skip
    assert "最低 长 20<" in text and "lowest C 20<" in text, "who has it all is not the lowest"
    assert text.count("<i style=") == 6 and "80–" not in text and "> 80 %" in text.replace("&gt;", ">")
    holed = card()
    holed.units = pd.DataFrame({"430100": [np.nan], "430600": [100.0], "430700": [3.0]}, index=["a"])
    text = _maps(holed)
    assert "lowest 430700 3<" in text, "by its code where no prefecture is called so"
    assert (NO_DATA_COLOUR, "长 –") in re.findall(r'fill="(#\w+)"><title>([^<]+)<', text)


def test_there_are_no_maps_of_one_prefecture_or_without_zones_and_never_too_many() -> None:
    alone = card()
    alone.units = pd.DataFrame({"430100": [20.0]}, index=["a"])
    assert _maps(alone) == ""
    bare = card()
    bare.region.zones = None
    assert _maps(bare) == ""
    bare.region.zones = card().region.zones.drop(columns="prefecture")
    assert _maps(bare) == ""
    many = card(table=pd.DataFrame([row()] * 30, index=[f"r{at}" for at in range(30)]))
    many.units = pd.DataFrame({"430100": 20.0, "430600": 30.0}, index=many.table.index)
    assert _maps(many).count("<figure>") == MAPS_MOST == 18


def test_the_outlines_of_prefectures_are_kilometres_with_north_up() -> None:
    """Three squares of 10 km: two of one prefecture in the west, above each other, one in the south east."""
    zones = squares((0, 0), (0, 10), (10, 0)).assign(prefecture=["w", "w", "e"])
    paths, box = _outlines(zones)
    assert box == "0 0 20 20"
    corners = {
        name: {tuple(map(float, at.split())) for at in path[1:-1].split("L")} for name, path in paths.items()
    }
    assert {(round(x), round(y)) for x, y in corners["e"]} == {(10, 10), (20, 10), (20, 20), (10, 20)}
    assert {(0, 0), (10, 0), (10, 20), (0, 20)} <= {(round(x), round(y)) for x, y in corners["w"]}


def test_what_waits_for_a_layer_names_the_files_or_the_layer() -> None:
    missing = pd.DataFrame(
        {"name_zh": "甲", "name_en": "A", "layers": ["green", "green", ""], "files": ["green.gpkg", "", ""]}
    )
    text = _waiting(SimpleNamespace(missing=missing))
    assert re.findall(r"<code>([^<]*)</code>", text) == ["green.gpkg", "green"] and text.count("<li>") == 3
    assert _waiting(SimpleNamespace(missing=missing.iloc[:0])) == ""


def test_a_page_has_each_chapter_that_has_rows_and_its_sources_and_notes() -> None:
    summary = pd.DataFrame({"zh": ["滞后"], "en": ["behind"], "rows": [3]}, index=["behind"])
    about = Provenance({"years": (2020, 2025)}, sources=("yearbook", "census"))
    whole = card(summary=summary, missing=pd.DataFrame(), provenance=about)
    whole.region.notes = ("note",)
    text = page_text(whole)
    assert re.findall(r'<section><h2><span lang="zh">([^<]+)<', text) == [
        "时间圈与覆盖",
        "用地与三线",
        "分市州",
    ]
    assert "yearbook; census" in shown(text, "en")
    assert "评估年份 2020、2025" in text and "Years 2020, 2025" in text and "<title>湘 Hunan</title>" in text
    assert shown(text[text.index("<footer>") :], "zh").startswith("数据来源 yearbook；census说明 note")
    inside = chapters_html(whole)
    assert "<h2>" not in inside and inside.count("<h3>") == inside.count("</h3>") == 3
    bare = card(provenance=Provenance(), summary=summary, missing=pd.DataFrame())
    assert "评估年份 <" in page_text(bare)
