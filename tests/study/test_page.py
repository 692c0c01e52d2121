"""The report as one page: it shows what was answered, offline, in both languages, for every region."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import urbgeo
from tests.browser import opened
from urbgeo.indicators.scorecard import Scorecard, scorecard, scorecard_on
from urbgeo.network.regional import region_network
from urbgeo.regions.region import Region
from urbgeo.study.answers import Answers, answer
from urbgeo.study.page import report_page


@pytest.fixture(scope="module")
def card(answers: Answers) -> Scorecard:
    return scorecard_on(answers.region, answers.networks, year=2025)


@pytest.fixture(scope="module")
def page(answers: Answers, card: Scorecard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_page(answers, card), encoding="utf-8")
    return path


def test_the_scorecard_on_compiled_networks_is_the_scorecard(hunan: Region, card: Scorecard) -> None:
    whole = scorecard(hunan, years=(2025,)).table
    assert card.table.equals(whole)


def test_the_page_says_what_was_answered(answers: Answers, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert f"机场 60 分钟覆盖：地级行政中心 {answers.prefectures.table['covered'].sum()}/14" in text
    for name in answers.prefectures.uncovered["name_zh"]:
        assert f'<span lang="zh">{name}</span>' in text
    for year in answers.series.index:
        assert f'<span lang="zh">{year}</span>' in text
    assert text.count('<svg class="map"') >= 5 and text.count('<svg class="chart"') >= 4
    assert "http://" not in re.sub(r"http://www\.w3\.org/\S+", "", text) and "https://" not in text


def test_the_page_says_what_is_counted_and_takes_trips_apart(answers: Answers, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "官方的“两小时高铁圈”一般按最快列车站到站计" in text
    assert "各年都按今天的车速计" in text and "general knowledge proves nothing" in text
    trip = answers.reach.table.loc[("430100", "430600")]
    cells = [f"{trip[name]:,.0f}" for name in ("buffer_min", "ride_min", "rail_min", "trains_per_day")]
    row = text[text.index('<span lang="zh">长沙市 – 岳阳市</span>') :]
    row = row[: row.index("</tr>")]
    assert all(f">{cell}<" in row.replace(" ", "").replace("\n", "") for cell in cells)
    assert "车站的通常提示（RAIL_BUFFER_MIN），未经标准证实" in text


def test_every_text_of_the_page_has_its_other_language(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count('<span lang="zh">') == text.count('<span lang="en">') > 300


def test_the_page_opens_offline_switches_language_and_fits_its_width(page: Path) -> None:
    with opened(page, "small", ready="footer") as seen:
        shown = seen.page.locator("h1 span:visible")
        assert shown.inner_text() == "湖南省：研究报告"
        seen.page.locator(".switch button[data-to=en]").click()
        assert shown.inner_text() == "Hunan province: report of the study"
        wide = seen.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= seen.page.evaluate("innerWidth")
        drawn = seen.page.locator("svg.map").first.evaluate(
            "one => [...one.querySelectorAll('use')].filter(e => e.getBoundingClientRect().width > 0).length"
        )
        assert drawn >= 120
        assert not seen.complaints
        assert all(one.startswith("file:") for one in seen.requests)


def test_the_page_prints_with_its_legends(page: Path, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None or shutil.which("pdftotext") is None:
        pytest.skip("needs Chromium and poppler-utils")
    target = tmp_path / "report.pdf"
    order = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run(
        [*order, f"--print-to-pdf={target}", page.as_uri()], check=True, capture_output=True, timeout=120
    )
    said = subprocess.run(
        ["pdftotext", "-layout", target, "-"], check=True, capture_output=True
    ).stdout.decode()
    pages = said.split("\f")
    assert 8 <= len(pages) <= 24
    # a caption and its legend stand on one page
    for caption, key in (("到最近运输机场的时间", "30–60 min"), ("两小时通达的城市对", "≤ 60 min")):
        assert any(caption in one and key in one for one in pages), caption


def test_names_with_markup_and_formulas_are_shown_as_they_are_written(answers: Answers) -> None:
    places = answers.region.places.copy()
    evil = '<script>alert(1)</script>=HYPERLINK("x")'
    places.loc["430900", ["name_zh", "name_en"]] = evil
    region = replace(answers.region, places=places, title_zh=evil, sources=(evil,))
    text = report_page(replace(answers, region=region))
    assert "alert(1)" in text
    assert "<script>alert" not in text


def test_a_page_over_its_size_is_refused(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urbgeo.maps.report_page.MOST_BYTES", 50_000)
    with pytest.raises(urbgeo.errors.InputError, match=r"report: [\d.]+ MB, more than .* leave out"):
        report_page(answers)


def test_a_region_on_estimated_roads_has_a_scorecard_that_names_what_it_lacks() -> None:
    ningxia = urbgeo.region("宁夏", roads="estimated", zones=False)
    card = scorecard(ningxia, years=(2025,))
    assert card.table.at["airport60.prefectures", "value"] == 80.0
    assert card.table["low"].isna().all()
    waiting = (
        card.missing.loc["urbanisation.national", "layers"]
        if "urbanisation.national" in card.missing.index
        else ""
    )
    lacking = " ".join(card.missing["layers"])
    assert "urban people of every county" in lacking + waiting and "interchanges" in lacking
    found = answer(ningxia, years=())
    page = report_page(found, card)
    assert "宁夏" in page and "湖南" not in re.sub(r"“十四五”|湖南省“", "", page.split("规划指标评估")[0])


def test_a_study_region_is_compiled_for_the_scorecard_only_once(answers: Answers, hunan: Region) -> None:
    assert set(answers.networks) == set(answers.bands.by_set)
    usual = region_network(hunan, speeds="peak")
    assert answers.networks["peak"].provenance.speeds == usual.provenance.speeds
