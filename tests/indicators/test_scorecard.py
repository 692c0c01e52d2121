"""Hunan held against its targets: known figures, series of what was open, files for what is grey."""

from __future__ import annotations

import math
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import urbgeo
from tests.browser import FLAGS
from tests.indicators.grounds import region
from urbgeo.errors import InputError
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.ground import Ground
from urbgeo.indicators.lights import LIGHTS
from urbgeo.indicators.scorecard import TRAINS_YEAR, Scorecard, _Bench, scorecard
from urbgeo.indicators.targets import policy_targets
from urbgeo.regions.region import Region

YEARS = (2010, 2015, 2020, 2025)


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return scorecard(urbgeo.load_region("hunan"), years=YEARS)


def test_enough_rows_have_a_value_and_a_light(card: Scorecard) -> None:
    assert len(card.measured) >= 28
    assert len(card.lit) >= 10
    assert set(card.table["light"]) <= set(LIGHTS)
    assert (card.table["light"] == "grey").equals(card.table["value"].isna())


def test_airport_coverage_and_its_gap(card: Scorecard, hunan: Region) -> None:
    row = card.table.loc["airport60.prefectures"]
    assert row["value"] == pytest.approx(100 * 11 / 14)
    assert row["gap"] == pytest.approx(80 - 100 * 11 / 14)
    assert row["gap_in_words"].startswith("差 1.4 点 = 1 市：益阳市 6")
    assert card.series.loc["airport60.prefectures", list(YEARS)].tolist() == pytest.approx(
        [50.0, 100 * 8 / 14, 100 * 9 / 14, 100 * 11 / 14]
    )
    left = card.units.loc["airport60.prefectures"]
    assert sorted(left.index[left == 0]) == ["430500", "430900", "431300"]


def test_interchanges_open_with_their_roads(card: Scorecard) -> None:
    """Nodes of roads not yet built once gave 99 per cent of the counties an interchange in 2005."""
    old = scorecard(card.region, years=(2005,)).table.loc["expressway.counties", "value"]
    series = card.series.loc["expressway.counties", list(YEARS)]
    assert old < 50 < series.iloc[0] < series.iloc[1] < series.iloc[2]


def test_census_rows_belong_to_the_census(card: Scorecard) -> None:
    row = card.table.loc["urbanisation.2025"]
    assert (round(row["value"], 2), row["year"], row["basis"]) == (58.76, 2020, "observed")
    assert row["light"] == "on path"  # 65 per cent of the way at half the time
    assert card.table.at["core.share", "value"] == pytest.approx(32.88, abs=0.005)
    assert card.table.at["circle.urban", "value"] == pytest.approx(11.78e6, abs=0.01e6)
    assert card.table.at["urbanisation.430100", "value"] == pytest.approx(82.6, abs=0.05)
    assert np.isnan(card.series.loc["urbanisation.2025", 2025])


def test_expressways_of_2020_are_those_of_the_yearbook(card: Scorecard) -> None:
    assert card.series.at["expressway.km", 2020] == pytest.approx(6951, rel=0.005)
    assert card.table.at["expressway.km", "light"] == "met"


def test_rows_by_speed_carry_a_band_and_estimates_their_mark(card: Scorecard) -> None:
    row = card.table.loc["county.prefecture60"]
    assert row["low"] < row["value"] <= row["high"]
    assert card.table.at["expressway2h.seats", "light"] == "open"
    assert row["marked"] and row["estimated_share"] > 0.5
    assert not card.table.at["core.share", "marked"]
    assert math.isnan(card.table.at["core.share", "low"])


def test_trains_of_today_say_nothing_about_earlier_years(card: Scorecard) -> None:
    assert card.series.loc["cluster2h.pairs", [2010, 2015, 2020]].isna().all()
    assert math.isfinite(card.series.at["cluster2h.pairs", 2025])


def test_grey_rows_name_the_file_that_would_bring_them(card: Scorecard) -> None:
    assert card.missing.at["road.density", "files"] == "data/raw/streets.gpkg; data/raw/built_up.gpkg"
    assert set(card.missing.index) == set(card.table.index[card.table["light"] == "grey"])
    core = card.targets.loc[card.missing.index]
    assert (card.missing.loc[core.index[core["mark"] == "core"], "files"] != "").all()


def test_national_totals_are_no_target_of_a_province(card: Scorecard) -> None:
    assert math.isnan(card.table.at["rail.intercity", "target"])
    assert card.table.at["rail.intercity", "light"] == "no number"


def test_given_values_go_first_and_say_so(hunan: Region) -> None:
    given = {"green.space": {2020: 35.72, 2023: 36.9}, "core.share": {2022: 35.5}}
    card = scorecard(hunan, years=(2025,), given=given)
    row = card.table.loc["green.space"]
    assert row[["value", "year", "basis", "light"]].tolist() == [36.9, 2023, "given", "on path"]
    assert card.table.loc["core.share", ["light", "basis"]].tolist() == ["met", "given"]
    assert "green.space" not in card.missing.index
    assert card.series.loc["green.space", [2020, 2023]].tolist() == [35.72, 36.9]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"green.space": {2020: 0.3572}}, "0.3572 reads as a fraction; write per cent, 35.72"),
        ({"nothing": {2020: 1.0}}, "no such target at nothing"),
        ({"green.space": {2020: math.nan}}, "no finite number"),
        ({"green.space": {"2020": 30.0}}, "'2020' is no year"),
        ({"green.space": 30.0}, "give values by year"),
        ({"circle.urban": {2025: 1250}}, r"in persons, not 万: 1\.25e\+07"),
        ({"green.space": {2020: 135.0}}, "no per cent"),
        ({"rail.hsr": {2020: -5.0}}, r"rail.hsr: -5.0 km; give no negative number"),
        ({"circle.urban": {2020: -2e6}}, "no negative number"),
    ],
)
def test_given_values_that_do_not_fit_are_refused(hunan: Region, given: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        scorecard(hunan, given=given)  # type: ignore[arg-type]


def test_a_target_of_a_year_gone_by_is_overdue_until_it_is_met(hunan: Region) -> None:
    aim = policy_targets(scope="430000").loc["airport60.prefectures"]
    assert (aim["target_year"], aim["target_value"]) == (2025, 80.0)
    for value, year, light in ((79.9, 2025, "behind"), (79.9, 2026, "overdue"), (80.0, 2026, "met")):
        given = {"airport60.prefectures": {year: value}}
        row = scorecard(hunan, years=(2024,), given=given).table.loc["airport60.prefectures"]
        assert row[["value", "year", "light"]].tolist() == [value, year, light]
        assert row["gap"] == pytest.approx(max(80.0 - value, 0.0))


@pytest.mark.parametrize("years", [(), (2020, 2020), (2025, 2020), (2020.5,), ("2020",), (3000,), (True,)])
def test_years_that_do_not_rise_are_refused(hunan: Region, years: object) -> None:
    with pytest.raises(InputError, match="years"):
        scorecard(hunan, years=years)  # type: ignore[arg-type]


def test_unknown_layers_are_refused_with_those_there_are(hunan: Region) -> None:
    with pytest.raises(InputError, match=r"no measure asks for bulit; there are .*built"):
        scorecard(hunan, layers={"bulit": None})


def test_the_card_says_itself_in_two_lines(card: Scorecard) -> None:
    assert repr(card).count("\n") == 1
    assert "141 targets" in repr(card)
    assert card.summary["rows"].sum() == len(card.table)


def test_excel_takes_every_table(card: Scorecard, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(card.save(tmp_path / "card.xlsx"))
    assert book.sheetnames == ["scorecard", "series", "units", "missing", "provenance"]
    assert book["scorecard"].max_row == len(card.table) + 1


def test_the_page_escapes_names_and_loads_nothing(card: Scorecard, tmp_path: Path) -> None:
    evil = card.region.prefectures.index[0]
    places = card.region.places.copy()
    places.loc[evil, "name_zh"] = "<script>alert(1)</script>"
    spoilt = replace(card, region=replace(card.region, places=places))
    text = spoilt.save(tmp_path / "card.html").read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert len(text.encode()) < 1.5e6
    for words in ("益阳市 6", "Yiyang 6", "data/raw/streets.gpkg", "≥ 80.0%", "新型城镇化实施方案"):
        assert words in text


@pytest.mark.browser
def test_the_page_switches_its_language_and_prints_whole(card: Scorecard, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    path = card.save(tmp_path / "card.html")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_context(offline=True).new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(path.as_uri())
        assert page.locator("h1").inner_text() == "湖南省规划指标评估"
        page.get_by_text("English").first.click()
        assert page.locator("h1").inner_text() == "Hunan province: scorecard"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        page.pdf(path=str(tmp_path / "card.pdf"), prefer_css_page_size=True)
        browser.close()
        assert not complaints
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", "-layout", str(tmp_path / "card.pdf"), "-"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for name in card.measured["name_en"].head(30):
            assert name.split(":")[0][:22] in text, name


def test_a_region_without_lists_still_gets_a_card(hunan: Region) -> None:
    bare = replace(hunan, lists={}, zones=None)
    card = scorecard(bare, years=(2025,))
    assert math.isnan(card.table.at["core.share", "value"])
    assert card.table.at["airport60.prefectures", "value"] == pytest.approx(100 * 11 / 14)
    assert isinstance(card.table, pd.DataFrame)


def test_stations_of_intercity_lines_are_fast_ones(hunan: Region) -> None:
    ground = Ground(hunan, 2025)
    assert set(ground.fast_stations["kind"]) == {"hsr", "intercity"}
    only = Ground(replace(hunan, stations=hunan.stations[hunan.stations["kind"] == "intercity"]), 2025)
    assert only.has("fast stations") and len(only.fast_stations) == len(only.then.stations)


@pytest.mark.parametrize(
    ("name", "asked", "standard"),
    [
        ("interchange_30", "counties interchanges", 30.0),
        ("national_road_15", "counties national_road", 15.0),
        ("railway_60", "counties stations", 60.0),
        ("rail_cities", "counties fast_stations", 30.0),
        ("airport_prefectures", "prefectures airports", 60.0),
        ("station_45", "prefectures fast_stations", 45.0),
    ],
)
def test_a_seat_at_just_the_standard_is_inside(hunan: Region, name: str, asked: str, standard: float) -> None:
    ground = Ground(hunan, 2025)
    seats = getattr(hunan, asked.partition(" ")[0]).index
    for minutes, share in ((standard, 100.0), (standard + 0.01, 0.0)):
        ground._found[asked] = pd.Series(minutes, seats)
        assert MEASURES[name].work(ground).value == share


@pytest.mark.parametrize(("year", "told"), [(TRAINS_YEAR - 1, []), (TRAINS_YEAR, [TRAINS_YEAR])])
def test_what_rests_on_trains_is_told_from_the_year_of_their_timetable(
    hunan: Region, year: int, told: list[int]
) -> None:
    bench = _Bench(hunan, [year], {})
    assert bench._tellable("now") == told
    assert bench._tellable("any") == [year] and bench._tellable("census") == [2020]


def test_minutes_to_the_main_urban_area_are_medians_in_all_and_by_prefecture(hunan: Region) -> None:
    ground = Ground(hunan, 2025)
    counties = hunan.counties
    minutes = pd.Series(np.arange(len(counties), dtype=float) ** 2, counties.index)
    columns = dict.fromkeys(hunan.prefectures.index, minutes)
    ground._found["road counties prefectures"] = pd.DataFrame(columns)
    found = MEASURES["annex_minutes"].work(ground)
    assert found.value == np.median(minutes)
    for prefecture, own in minutes.groupby(counties["prefecture"]):
        assert found.units[prefecture] == np.median(own)
    assert [name for _, _, name in found.left] == sorted(minutes, reverse=True)[:3]


def test_trains_are_those_of_the_year_of_the_embedded_patterns(hunan: Region) -> None:
    assert set(hunan.rail_stops["year"].astype(int)) == {TRAINS_YEAR}


@pytest.mark.parametrize(("km", "marked"), [(20.0, False), (21.0, True)])
def test_values_of_which_more_than_half_is_estimated_are_marked(km: float, marked: bool) -> None:
    """Of 20 + 20 km of road half is estimated, of 20 + 21 a little more."""
    made = region()
    made = replace(made, road_links=made.road_links.assign(length_km=[20.0, km]))
    table = scorecard(made, years=(2025,)).table
    by_road = table[table["estimated_share"] > 0]
    assert len(by_road) > 5 and by_road["estimated_share"].tolist() == [km / (20 + km)] * len(by_road)
    assert by_road["marked"].tolist() == [marked] * len(by_road)
    assert not table.loc[table["estimated_share"] == 0, "marked"].any()
