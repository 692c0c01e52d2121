"""Sections of the report say the figures of the answers, each with its band."""

from __future__ import annotations

from urbgeo.study.answers import Answers
from urbgeo.study.report import report_text
from urbgeo.study.sections import bands_section


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
