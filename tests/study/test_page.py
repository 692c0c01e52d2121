"""The report as one page: it shows what was answered, offline, in both languages, for every region."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import urbgeo
from tests.browser import opened
from urbgeo.indicators.scorecard import Scorecard, scorecard, scorecard_on
from urbgeo.network.regional import region_network
from urbgeo.provenance import Provenance
from urbgeo.regions.decisions import Decision
from urbgeo.regions.region import Region
from urbgeo.study.answers import Answers, answer
from urbgeo.study.page import (
    ROWS_MOST,
    _airports,
    _basis,
    _circle,
    _decisions,
    _groups,
    _named,
    _names,
    _nation,
    _number,
    _reach,
    _rules_grid,
    _series,
    _sets_grid,
    _systems,
    _worst_towns,
    report_page,
)
from urbgeo.study.series import FIGURES


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


PLACES = pd.DataFrame({"name_zh": ["长", "岳", "株"], "name_en": ["C", "Y", "Z"]}, index=["c", "y", "z"])


def part(**parts: Any) -> Any:
    """So much of the answers as a grid needs."""
    usual: dict[str, Any] = {
        "name": "made", "places": PLACES, "small_zones": PLACES.iloc[:0], "prefectures": PLACES, "lists": {},
        "list_titles": {}, "stations": pd.DataFrame({"kind": ["hsr"]}),
    }  # fmt: skip
    return SimpleNamespace(region=SimpleNamespace(**{**usual, **parts.pop("region", {})}), **parts)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sections without their pictures."""
    for name in (
        "airport_map",
        "airport_profile",
        "reach_map",
        "lorenz_picture",
        "systems_map",
        "rank_picture",
    ):
        monkeypatch.setattr(f"urbgeo.study.page.{name}", lambda *_: None)
    monkeypatch.setattr("urbgeo.study.page.series_pictures", lambda _: [])


def test_numbers_and_names_of_a_page_say_what_is_missing() -> None:
    assert [_number(one, 1) for one in (1234.56, np.nan, np.inf)] == [
        "1,234.6",
        "–",
        ("无法到达", "unreached"),
    ]
    assert _names(part(), ["y", "x", "c"]) == ("岳、长", "Y, C") and _names(part(), ["x"]) == ("–", "–")
    assert _named(PLACES, "c") == ("长", "C") and _named(PLACES, "x") == "–"


def test_rules_stand_side_by_side_and_the_one_by_people_only_where_there_are_any() -> None:
    rules = pd.DataFrame(
        {
            "zones": [3, 2, 4],
            "people": [1_234_567.0, 0.0, 0.0],
            "area_km2": [2345.6, np.nan, 9.0],
            "x": list("abc"),
        },
        index=["area", "seat", "population"],
    )
    grid = _rules_grid(part(circle=SimpleNamespace(rules=rules)))
    assert grid.rows == [
        [("面积过半", "by area"), "3", "123.5", "2,346"],
        [("驻地", "by seat"), "2", "–", "–"],
    ]
    rules.loc["population", "people"] = 5e4
    assert _rules_grid(part(circle=SimpleNamespace(rules=rules))).rows[2][2] == "5.0"
    assert grid.numbers == {1, 2, 3} and grid.heads[1] == ("县级单元", "Counties")


def test_units_that_come_and_go_are_ticked_under_the_sets_they_are_inside_under() -> None:
    some = pd.DataFrame(
        {"member usual": [True], "member slow": [False], "usual_min": [59.6], "slow_min": [70.4]}, index=["y"]
    )
    bands = SimpleNamespace(by_set={"usual": None, "slow": None}, sometimes=some)
    grid = _sets_grid(part(bands=bands))
    assert grid.rows == [[("岳", "Y"), "✓ 60", "– 70"]] and len(grid.heads) == 3
    some["slow_min"] = np.inf
    assert _sets_grid(part(bands=bands)).rows[0][2] == ("– 无法到达", "– unreached")


def test_seats_left_out_are_the_nearest_first_and_of_many_the_first(undrawn: None) -> None:
    airports = pd.DataFrame({"name_zh": ["机场"], "name_en": ["Airport"]}, index=["A"])
    left = pd.DataFrame({"facility": ["A", "B", "A"], "minutes": [90.4, 70.0, np.inf]}, index=["c", "y", "z"])
    found = part(prefectures=SimpleNamespace(uncovered=left), region={"airports": airports})
    (grid,) = _airports(SimpleNamespace(answers=found)).grids
    assert grid.rows == [
        [("岳", "Y"), "–", "70"], [("长", "C"), ("机场", "Airport"), "90"],
        [("株", "Z"), ("机场", "Airport"), ("无法到达", "unreached")],
    ]  # fmt: skip
    assert grid.caption == ("未覆盖的地级中心", "Prefecture seats left out") and grid.numbers == {2}
    many = pd.concat([left.iloc[:1]] * (ROWS_MOST + 1))
    found.prefectures.uncovered = many
    (grid,) = _airports(SimpleNamespace(answers=found)).grids
    assert len(grid.rows) == ROWS_MOST and grid.caption[1].endswith(
        f"(the nearest {ROWS_MOST} of {ROWS_MOST + 1})"
    )


def reached(**more: Any) -> Any:
    shares = pd.DataFrame(
        {"within": [3.0], "pairs": [6.0], "unknown": [2.0], "share": [0.5], "weighted_share": [np.nan]},
        index=["road"],
    )
    reach = SimpleNamespace(
        cities=PLACES, among=lambda ids: shares.assign(share=len(ids) / 10),
        provenance=SimpleNamespace(parameters={}),
    )  # fmt: skip
    other = SimpleNamespace(reach=SimpleNamespace(among=lambda ids: shares.assign(share=0.05)))
    return part(
        reach=reach, bands=SimpleNamespace(by_set={"a": SimpleNamespace(reach=reach), "b": other}), **more
    )


def test_reach_has_a_row_a_reading_for_the_region_and_for_lists_of_two(
    undrawn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urbgeo.study.page.trip_grids", lambda _: [])
    lists = {
        "list_titles": {"two": ("两市", "Two"), "one": ("一市", "One")},
        "lists": {"two": ("c", "y"), "one": ("c",)},
    }
    (grid,) = _reach(SimpleNamespace(answers=reached(region=lists))).grids
    road = ("公路", "by road")
    of = ("3 / 6（2 对有一端附近无路）", "3 / 6 (2 with an end without a road)")
    assert grid.rows == [
        [("全部地级中心", "all prefecture seats"), road, of, "30.0%", "5.0% – 30.0%", "–"],
        [("两市", "Two"), road, of, "20.0%", "5.0% – 20.0%", "–"],
    ]  # fmt: skip
    assert grid.numbers == {2, 3, 4, 5}
    few = reached(region={"prefectures": PLACES.iloc[:1]})
    assert [title for title, _ in _groups(few)] == [("全部县级驻地", "all county seats")]


def test_the_worst_towns_have_all_their_minutes_and_their_score() -> None:
    worst = pd.DataFrame({"minutes_airport": [100.6], "minutes_own": [np.inf], "score": [3.4]}, index=["z"])
    towns = SimpleNamespace(summary=pd.DataFrame(index=["airport", "own"]), worst=lambda: worst)
    grid = _worst_towns(part(towns=towns))
    assert grid.rows == [[("株", "Z"), "101", ("无法到达", "unreached"), "3"]] and grid.numbers == {1, 2, 3}
    assert grid.heads[1:] == [("机场", "an airport"), ("own", "own"), ("得分", "Score")]


def test_systems_have_their_people_share_hub_and_ways(undrawn: None) -> None:
    table = pd.DataFrame(
        {"name_zh": ["群"], "tier": ["一"], "places": [8.0], "population": [41_331_660.0],
         "population_share": [0.6224], "hub_zh": ["长"], "hub_en": ["C"], "share_within": [0.571],
         "median_min": [110.2], "most_min": [np.inf]}
    )  # fmt: skip
    found = SimpleNamespace(table=table, provenance=SimpleNamespace(parameters={"minutes": 120.0}))
    for national, lines in ((False, 1), (True, 2)):
        atlas = SimpleNamespace(answers=part(systems=[(("城", "Cities"), found)]), national=national)
        section = _systems(atlas)
        assert len(section.lines) == lines
    assert section.grids[0].rows == [
        ["群", "一", "8", "4,133", "62.2%", ("长", "C"), "57%", "110", ("无法到达", "unreached")]
    ]
    assert section.grids[0].heads[6] == ("120 分钟内城市对", "Pairs within 120 min")
    assert section.grids[0].numbers == {2, 3, 4, 6, 7, 8} and len(section.pictures) == 1
    none = _systems(SimpleNamespace(answers=part(systems=[]), national=False))
    assert none.lines == [] and none.grids == [] and none.pictures == []


def test_years_are_a_grid_in_the_units_shown_or_said_to_be_missing(undrawn: None) -> None:
    table = pd.DataFrame({name: [0.5, np.nan] for name in FIGURES}, index=[2010, 2020])
    (grid,) = _series(part(series=table)).grids
    assert grid.heads[1:] == [("2010", "2010"), ("2020", "2020")] and grid.numbers == {1, 2}
    assert [row[1:] for row in grid.rows] == [[f"{0.5 * scale:.0f}", "–"] for _, _, scale in FIGURES.values()]
    empty = _series(part(series=table.iloc[:0]))
    assert empty.grids == () and "开通年份" in empty.lines[0][0]


def test_decisions_of_a_page_stand_beside_the_rule_and_units_without_one_are_not_listed() -> None:
    table = pd.DataFrame(
        {"member": [False, True, True], "minutes": [70.0, 50.0, 40.0]}, index=["c", "y", "z"]
    )
    decided = {
        "c": Decision("c", True, "会议", "甲处", "2026-03-01"),
        "y": Decision("y", False, "<b>", "乙处", "2026-03-02"),
    }
    found = part(circle=SimpleNamespace(table=table), region={"decisions": decided})
    grid = _decisions(found)
    assert grid.rows == [
        [("长", "C"), ("圈外", "out"), ("纳入", "in"), "会议", "甲处", "2026-03-01"],
        [("岳", "Y"), ("圈内", "in"), ("剔除", "out"), "<b>", "乙处", "2026-03-02"],
    ]
    assert len(grid.heads) == 6 and grid.caption == ("按决定调整", "By decision")


def test_the_circle_of_a_page_is_held_against_the_approved_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("circle_maps", "_rules_grid", "_sets_grid", "_decisions"):
        monkeypatch.setattr(
            f"urbgeo.study.page.{name}", lambda *_, name=name: [name] if "maps" in name else name
        )
    for name in ("rings_grid", "metropolises_grid"):
        monkeypatch.setattr(f"urbgeo.study.page.{name}", lambda *_, name=name: name)
    compared = pd.DataFrame(
        {"both": [["c", "z"]], "only_circle": [["y"]], "only_official": [[]]}, index=["area"]
    )
    circle = SimpleNamespace(comparison=compared, rule="area")
    found = part(
        circle=circle, bands=SimpleNamespace(by_set={"a": 1, "b": 2}), metropolises=None,
        region={"decisions": {"c": 1}},
    )  # fmt: skip
    section = _circle(SimpleNamespace(answers=found))
    assert section.lines == [
        (
            "与批复范围相比：一致 2 个；仅计算：岳；仅批复：–。",
            "Against the approved circle: 2 in both; only here: Y; only approved: –.",
        )
    ]
    assert section.grids == ["_rules_grid", "_sets_grid", "_decisions", "rings_grid", "metropolises_grid"]
    circle.comparison = None
    found.bands.by_set, found.region.decisions = {"a": 1}, {}
    plain = _circle(SimpleNamespace(answers=found))
    assert plain.lines == [] and plain.grids == ["_rules_grid", "rings_grid", "metropolises_grid"]


def test_what_everything_rests_on_is_told_with_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urbgeo.study.page.network_map", lambda _: None)
    gone = pd.DataFrame({"left_out": ["trains"], "why": ["none"], "left_out_zh": ["列车"], "why_zh": ["无"]})
    monkeypatch.setattr("urbgeo.study.page.left_out", lambda _: gone)
    about = Provenance(
        {"minutes": 60}, {"expressway": 100.5, "motorway_link": 45.0}, shares={"imputed": 0.125}
    )
    found = part(
        network=SimpleNamespace(provenance=about),
        prefectures=SimpleNamespace(provenance=Provenance(shares={"unreached": 0.5, "imputed": 0.9})),
        region={"sources": ("A",), "notes": ("B",)},
    )
    speeds, parameters, shares, missing = _basis(SimpleNamespace(answers=found)).grids
    (road, kmh, source), link = speeds.rows
    assert road[1] == "expressway" and kmh == "100.5" and re.search(r" \(\d{4}\)$", source)
    assert link == ["motorway_link", "45", "OpenStreetMap class"]
    assert parameters.rows == [["minutes", "60"]]
    assert shares.rows == [["unreached", "50.0%"], ["imputed", "12.5%"]], "the network's own goes before"
    assert missing.rows == [[("列车", "trains"), ("无", "none")]]
    assert (speeds.numbers, shares.numbers, missing.numbers) == ({1}, {1}, frozenset())
    monkeypatch.setattr("urbgeo.study.page.left_out", lambda _: gone.iloc[:0])
    section = _basis(SimpleNamespace(answers=found))
    assert len(section.grids) == 3 and len(section.notes) == 2


def test_airports_of_the_nation_have_their_years_and_say_whether_minutes_are_estimated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    years = pd.DataFrame(
        {"airports": [100, 250.0], "unknown_years": [3, 4.0], "prefectures": [0.5, 0.8051],
         "counties": [0.4, 0.7], "low": [0.4, 0.7], "high": [0.6, 0.9]}, index=[2000, 2024],
    )  # fmt: skip
    for estimated in (True, False):
        monkeypatch.setattr("urbgeo.study.page.on_estimated_roads", lambda _, told=estimated: told)
        section = _nation(part(network=None, national=years))
        (grid,) = section.grids
        assert grid.rows == [["2000", "100", "3", "50.0%", "40.0%"], ["2024", "250", "4", "80.5%", "70.0%"]]
        assert grid.numbers == {1, 2, 3, 4}
        first, then = (en for _, en in section.lines)
        told = ", minutes estimated" if estimated else ""
        band = "; 70% to 90% under Hunan's spread (no national band)" if estimated else ""
        assert first == (
            f"Airports open by 2024{told}: 80.5% of 3 prefecture-level seats (mainland) within 60 min "
            f"against 80%{band}."
        )
        assert then == "Year by year: 2000 50%, 2024 81%."
