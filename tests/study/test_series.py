"""A chart of one line of text."""

from __future__ import annotations

import pandas as pd
import pytest

from urbgeo.study.answers import Answers
from urbgeo.study.report import report_text
from urbgeo.study.series import BARS, FIGURES, spark


@pytest.mark.parametrize(
    ("values", "bars"),
    [([0.0, 50.0, 100.0], BARS[0] + BARS[4] + BARS[7]), ([0.0, 0.0], BARS[0] * 2), ([5.0], BARS[7])],
)
def test_a_chart_spans_from_nothing_to_the_highest(values: list[float], bars: str) -> None:
    assert spark(pd.Series(values)) == bars


def test_every_figure_has_two_names_and_shares_are_shown_in_per_cent() -> None:
    for zh, en, factor in FIGURES.values():
        assert zh and en
        assert (factor == 100.0) == zh.endswith("%") == en.endswith("%")


def test_the_series_holds_every_headline_year_by_year(answers: Answers) -> None:
    table = answers.series
    assert table.index.tolist() == [2005, 2010, 2015, 2020, 2025]
    assert table.loc[2005, "interchange"] == pytest.approx(0.443, abs=0.01)
    for column in ("expressway_km", "fast_rail_km", "interchange", "rail_station"):
        assert table[column].is_monotonic_increasing
    assert table.loc[2025, "rail"] == pytest.approx(answers.reach.summary.loc["rail", "share"])
    assert table.loc[2005, "fast_rail_km"] == 0
    roads, track = answers.region.road_links, answers.region.rail_sections
    inside = roads.loc[roads["class"] == "expressway", "km_inside"].sum()
    assert table.loc[2025, "expressway_km"] == pytest.approx(inside)
    assert inside < roads.loc[roads["class"] == "expressway", "length_km"].sum() - 100
    fast = track[track["class"].isin(["hsr", "intercity"])]
    assert table.loc[2025, "fast_rail_km"] == pytest.approx(fast["km_inside"].sum())
    text = report_text(answers)
    for line, values in (
        ("expressways, km", table["expressway_km"]),
        ("within 30 min of an interchange, %", table["interchange"] * 100),
        ("within 60 min of an airport, %", table["airport"] * 100),
        ("pairs within two hours by road, %", table["road"] * 100),
    ):
        row = next(one for one in text.splitlines() if line in one and one.endswith(f"{spark(values)} |"))
        assert [cell.strip().replace(",", "") for cell in row.split("|")[2:-2]] == [
            f"{v:.0f}" for v in values
        ]
    assert spark(table["interchange"]) in text
    assert "长赣高铁" in text


def test_a_chart_of_one_line_spans_from_nothing_to_the_highest() -> None:
    assert spark(pd.Series([0.0, 7.0, 3.5])) == "▁█▅"
    assert spark(pd.Series([0.0, 0.0])) == "▁▁"
