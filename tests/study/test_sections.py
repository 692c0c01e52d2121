"""Sections of the report say the figures of the answers, each with its band."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.access.rail_trips import TRIP_PARTS
from urbgeo.study.answers import Answers
from urbgeo.study.report import report_text
from urbgeo.study.sections import (
    _band,
    _people,
    _percent,
    bands_section,
    checks_section,
    groups,
    known_section,
    planned_section,
    series_section,
    standards_section,
    trips_section,
)
from urbgeo.study.series import FIGURES


def test_the_core_is_its_districts_and_the_report_says_whether_it_may_found_a_circle(
    answers: Answers,
) -> None:
    core = answers.region.core
    assert len(core) == 11 and set(core["level"]) == {"county"}
    table = answers.circle.table
    assert (table.loc[core.index, "minutes"] == 0).all()
    text = report_text(answers)
    section = text[text.index("May it be one") : text.index("Airport coverage\n")]
    for word in ("class of the core", "特大城市", "enclosure", "commuting share", "modelled", "芙蓉区"):
        assert word in section, word
    assert "4301" not in section, "names, no codes"


def test_figures_of_prefectures_and_counties_stand_apart_under_every_set(answers: Answers) -> None:
    text = bands_section(answers)
    for who, share in (
        ("prefecture seats", lambda one: one.prefectures.share),
        ("county seats", lambda one: one.counties.share),
    ):
        row = next(one for one in text.splitlines() if f"airport, {who}, %" in one)
        told = [f"{share(answers.bands.by_set[name]) * 100:.0f}" for name in answers.bands.by_set]
        assert [cell.strip() for cell in row.split("|")[2:-1]] == told
    sets = answers.bands.by_set.values()
    assert any(round(one.prefectures.share, 2) != round(one.counties.share, 2) for one in sets)


def test_rows_with_the_cities_around_carry_their_band(answers: Answers) -> None:
    lines = [line.split("|") for line in report_text(answers).splitlines() if "with hubs around" in line]
    assert len(lines) == 5
    shares = [one.reach_hubs.summary.loc["road", "share"] for one in answers.bands.by_set.values()]
    assert lines[0][5].strip() == f"{min(shares):.1%} – {max(shares):.1%}"
    assert min(shares) < answers.reach_hubs.summary.loc["road", "share"] <= max(shares)


def test_the_road_at_its_peak_stands_beside_free_flow(answers: Answers) -> None:
    lines = [line for line in report_text(answers).splitlines() if "by road at the evening peak" in line]
    assert len(lines) == 3, "prefecture seats, the core and the cluster"
    peak = answers.bands.by_set["peak"].reach.summary.loc["road", "share"]
    assert f"| {peak:.1%} |" in lines[0]
    assert peak < answers.reach.summary.loc["road", "share"]


PLACES = pd.DataFrame({"name_zh": ["长", "岳", "株"], "name_en": ["C", "Y", "Z"]}, index=["c", "y", "z"])


def part(**parts: Any) -> Any:
    """So much of the answers as a section needs."""
    region = SimpleNamespace(places=PLACES, **parts.pop("region", {}))
    return SimpleNamespace(region=region, **parts)


def cells(text: str) -> list[list[str]]:
    """Rows of the last table, the head first."""
    rows = [one.strip("|").split("|") for one in text.splitlines() if one.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if "---" not in row[0]]


def test_bands_and_shares_are_percentages_and_one_set_has_no_band() -> None:
    assert _band([0.256, 0.1, 0.3], 1) == "10.0% – 30.0%" and _band([0.256, 0.1], 0) == "10% – 26%"
    assert _band([0.3], 1) == "–"
    assert (_percent(0.256), _percent(float("nan"))) == ("25.6%", "–")


def trips(*rides: tuple[str, str], status: str = "reached") -> Any:
    known = pd.DataFrame(rides, columns=["from_place", "to_place"]).assign(mode="rail")
    minutes = dict(zip(TRIP_PARTS, (10.4, 30, 20, 25.6, 7, 15, 12), strict=True))
    row = {
        **minutes, "rail_min": 120.0, "status": status, "road_min": 1234.0, "trains_per_day": 40.0,
        "schedule_delay_min": np.nan, "station_from": "S1", "station_to": "none",
    }  # fmt: skip
    index = pd.MultiIndex.from_tuples([("c", "y")], names=["origin", "destination"])
    stations = pd.DataFrame({"name_zh": ["长南"]}, index=["S1"])
    region = {"known_trips": known, "stations": stations}
    return part(region=region, reach=SimpleNamespace(table=pd.DataFrame([row], index=index)))


def test_a_trip_is_told_part_by_part_and_one_that_cannot_be_made_by_its_status() -> None:
    (head, row) = cells(trips_section(trips(("c", "y"))))
    assert row == [
        "长 C – 岳 Y", "长南–", "10", "30", "20", "26", "7", "15", "12", "120", "1,234", "40", "–"
    ]  # fmt: skip
    assert len(head) == len(row)
    assert cells(trips_section(trips(("c", "y"), status="unreached")))[1][9] == "unreached"
    assert trips_section(trips(("y", "c"))) == "（无 none）"


def test_known_minutes_have_a_deviation_where_there_is_proof() -> None:
    table = pd.DataFrame(
        {"from_place": ["c", "y"], "to_place": ["y", "c"], "mode": ["road", "rail"], "minutes": [100.4, 30.0],
         "modelled": [110.6, 33.0], "deviation": [0.104, np.nan], "basis": ["document", "general knowledge"],
         "source": ["press", "folk"], "year": [2020, 2024]}
    )  # fmt: skip
    _, first, second = cells(known_section(part(trips=table)))
    assert first == ["长 C – 岳 Y", "公路 road", "100", "111", "+10%", "文件 document", "press (2020)"]
    assert second[4:6] == ["–", "常识 general knowledge"]


def test_conditions_of_a_circle_have_their_value_their_bound_and_what_they_rest_on() -> None:
    checks = pd.DataFrame(
        {"value": ["特大城市", "", 0.256], "bound": [np.nan, "none", 0.1],
         "result": ["holds", "fails", "to be argued"], "basis": ["given", "geometry", ""],
         "says": ["core c", "y apart", "of z"]},
        index=["class of the core", "enclosure", "commuting share"],
    )  # fmt: skip
    places = PLACES.assign(city_population_source=["yearbook", np.nan, "other"])
    answers = part(
        circle=SimpleNamespace(checks=checks), region={"core": PLACES.iloc[:2], "lists": {"core": ("c", "y")}}
    )
    text = checks_section(answers)
    assert "核心取 2 个驻地中最近的一个（长、岳）" in text
    rows = cells(text)[1:]
    assert [row[1:5] for row in rows] == [
        ["特大城市", "–", "满足 holds", "给定 given"], ["–", "none", "不满足 fails", "几何 geometry"],
        ["25.6%", "≥ 10%", "待论证 to be argued", "–"],
    ]  # fmt: skip
    assert [row[5] for row in rows] == ["core 长", "岳 apart", "of 株"], "names, no ids"
    answers.region.places = places
    assert cells(checks_section(answers))[1][5] == "core 长; yearbook"


def test_projects_say_their_year_where_one_is_stated() -> None:
    planned = pd.DataFrame(
        {"name_zh": ["甲线", "乙线"], "name_en": ["A", "B"], "stage": "plan", "length_km": [1234.6, np.nan],
         "opens": [2027.0, np.nan], "document": "D", "source": "S"}
    )  # fmt: skip
    _, first, second = cells(planned_section(part(region={"planned": planned})))
    assert first == ["甲线 A", "plan", "1,235", "2027", "D", "S"]
    assert second[2:4] == ["–", "未说明 not stated"]


def by_set(**shares: float) -> Any:
    one = {
        name: SimpleNamespace(targets=pd.DataFrame(
            {"name_zh": ["到站"], "name_en": ["to a station"], "minutes": [45.0], "within": [3], "seats": [4],
             "share": [share], "farthest_min": [123.4], "farthest": ["y"]}, index=["hsr"]))
        for name, share in shares.items()
    }  # fmt: skip
    return SimpleNamespace(by_set=one)


def test_a_threshold_has_its_share_its_band_and_who_is_farthest() -> None:
    text = standards_section(part(bands=by_set(usual=0.75, slow=0.5)))
    assert cells(text)[1] == ["到站 to a station", "45", "3 / 4 (75%)", "50% – 75%", "123 岳 Y"]
    assert "国道按表中" not in text, "no national roads are asked"
    road = by_set(usual=0.75)
    road.by_set["usual"].targets.index = ["road"]
    assert "国道按表中" in standards_section(part(bands=road))


def test_the_series_is_shown_in_its_own_units_or_said_to_be_missing() -> None:
    table = pd.DataFrame({name: [0.5, 1.0] for name in FIGURES}, index=[2010, 2020])
    rows = cells(series_section(part(series=table)))
    assert rows[0][1:3] == ["2010", "2020"] and len(rows) == len(FIGURES) + 1
    for row, (_, en, scale) in zip(rows[1:], FIGURES.values(), strict=True):
        assert row[0].endswith(en) and row[1:] == [f"{0.5 * scale:.0f}", f"{scale:.0f}", "▅█"]
    assert "开通年份" in series_section(part(series=table.iloc[:0]))


def test_groups_are_the_whole_region_and_lists_of_two_cities_or_more() -> None:
    cities = pd.DataFrame(index=["c", "y", "z"])
    region = {
        "list_titles": {"core": ("核心", "Core"), "two": ("两市", "Two"), "far": ("远", "Far")},
        "lists": {"core": ("c",), "two": ("y", "z", "x"), "far": ("x", "w")}, "name": "made",
    }  # fmt: skip
    found = list(groups(part(region=region, reach=SimpleNamespace(cities=cities))))
    assert [(title, ids) for title, ids in found] == [
        ("地级中心 prefecture seats", ["c", "y", "z"]), ("两市 Two", ["y", "z"])
    ]  # fmt: skip


def test_people_of_the_circle_are_told_in_ten_thousands_where_any_are_known() -> None:
    table = pd.DataFrame({"people": [20_000.0, 30_000.0, np.nan]}, index=list("cyz"))
    circle = SimpleNamespace(table=table, members=pd.Index(["c", "z"]))
    assert _people(SimpleNamespace(circle=circle)) == 2.0
    circle.table = table * 0.0
    assert np.isnan(_people(SimpleNamespace(circle=circle)))


def test_one_set_of_speeds_has_no_band_to_show() -> None:
    assert "只有一组" in bands_section(part(bands=SimpleNamespace(by_set={"own": None})))
