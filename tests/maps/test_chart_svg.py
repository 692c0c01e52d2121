"""Charts as SVG inside a page, in both languages."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from urbgeo.maps.chart_svg import PALE, _apart, _ends, _said, _shades, _ticks, chart_picture
from urbgeo.maps.charts import Chart, Line, rank_chart, series_chart
from urbgeo.maps.classes import PALETTE

NAMED = ("甲", "a")


def test_chart_text_holds_both_languages_and_no_markup_of_names() -> None:
    rows = {("<b>甲</b>", "=HYPERLINK(1)"): pd.Series({2010: 1.0, 2020: 3.0})}
    shown = chart_picture(series_chart(rows, title=("<i>", "<i>"), unit="<script>"))
    assert "<script>" not in shown.svg and "&lt;script&gt;" in shown.svg
    assert shown.svg.count('lang="zh"') == shown.svg.count('lang="en"') > 0


def test_points_of_a_chart_lie_inside_its_axes() -> None:
    people = pd.Series(np.geomspace(1e7, 3e5, 20), index=range(20))
    svg = str(chart_picture(rank_chart(people, title=NAMED)).svg)
    at = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.-]+)" cy="([\d.-]+)"', svg)]
    assert len(at) == 20
    assert all(49.9 <= x <= 466.1 and 19.9 <= y <= 244.1 for x, y in at)


@pytest.mark.parametrize(
    ("values", "how", "ends"),
    [
        ([5.9, 10.0], {"zero": True}, (0.0, 10.0)),
        ([6.0, 10.0], {"zero": True}, (6.0, 10.0)),
        ([5.9, 10.0], {}, (5.9, 10.0)),
        ([-3.0, 10.0], {"zero": True}, (-3.0, 10.0)),
        ([4.0, 4.0], {}, (3.0, 5.0)),
        ([4.0, 4.0], {"log": True}, (2.0, 8.0)),
    ],
)
def test_an_axis_starts_at_nought_where_the_values_begin_well_below_the_top(
    values: list[float], how: dict[str, bool], ends: tuple[float, float]
) -> None:
    assert _ends([np.array(values[:1]), np.array(values[1:])], **({"log": False} | how)) == ends


@pytest.mark.parametrize(
    ("ends", "how", "ticks"),
    [
        ((0.0, 10.0), {}, [0, 2, 4, 6, 8, 10]),
        ((0.1, 9.9), {}, [0, 2, 4, 6, 8, 10]),
        ((-30.0, 10.0), {}, [-30, -20, -10, 0, 10]),
        ((90.0, 101.0), {}, [90, 92.5, 95, 97.5, 100, 102.5]),
        ((2010.0, 2014.0), {"whole": True}, [2010, 2011, 2012, 2013, 2014]),
        ((2010.5, 2014.5), {"whole": True}, [2011, 2012, 2013, 2014]),
        ((1.0, 300.0), {"log": True}, [1, 2, 5, 10, 20, 50, 100, 200]),
        ((1.0, 1e6), {"log": True}, [1, 10, 100, 1e3, 1e4, 1e5, 1e6]),
    ],
)
def test_ticks_are_round_numbers_that_cover_the_axis_or_whole_years_within_it(
    ends: tuple[float, float], how: dict[str, bool], ticks: list[float]
) -> None:
    assert _ticks(*ends, **({"log": False, "whole": False} | how)) == pytest.approx(ticks)


def drawn(*lines: Line, **how: Any) -> str:
    """A chart of 0 to 10 and 0 to 100: 41.6 units across for one of x, 2.24 down for one of y."""
    ends: dict[str, Any] = {"x_ends": (0.0, 10.0), "y_ends": (0.0, 100.0)} | how
    return str(chart_picture(Chart(NAMED, ("分钟", "minutes"), ("%", "%"), list(lines), **ends)).svg)


def line(x: list[float], y: list[float], kind: str = "line", tags: tuple[str, ...] = ()) -> Line:
    return Line(("线", "line"), np.array(x), np.array(y), kind, tags)


def test_lines_run_through_their_points_to_scale() -> None:
    """50 units stand left of the axes, 14 right, 20 above and 46 below, of 480 by 290."""
    svg = drawn(line([0.0, 5.0, 10.0], [0.0, 50.0, 100.0]), marks=(2.5,))
    assert 'd="M50.0 244.0L258.0 132.0L466.0 20.0" fill="none"' in svg
    assert re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="2.6"', svg) == [
        ("50.0", "244.0"), ("258.0", "132.0"), ("466.0", "20.0")
    ]  # fmt: skip
    assert '<line x1="154.0" x2="154.0" y1="20" y2="244"' in svg
    steps = drawn(line([0.0, 5.0, 10.0], [0.0, 50.0, 100.0], "steps"))
    assert 'd="M50.0 244.0H258.0V132.0H466.0V20.0"' in steps and "<circle" not in steps
    assert 'stroke-dasharray="5 4"' in drawn(line([0.0, 10.0], [50.0, 50.0], "dashed"))
    for count, dots in ((12, 12), (13, 0)):
        many = drawn(line(list(np.linspace(0, 10, count)), [50.0] * count))
        assert many.count('r="2.6"') == dots


def test_ticks_stand_at_their_values_with_their_words() -> None:
    svg = drawn(line([0.0, 10.0], [0.0, 100.0]))
    across = re.findall(r'<text x="([\d.]+)" y="260" text-anchor="middle">([^<]+)<', svg)
    assert across == [(f"{50 + 41.6 * at:.1f}", f"{at}") for at in range(0, 11, 2)]
    up = re.findall(r'<text x="44" y="([\d.]+)" text-anchor="end">([^<]+)<', svg)
    assert up == [(f"{244 - 2.24 * at + 4:.1f}", f"{at}") for at in range(0, 101, 20)]
    assert '<text lang="zh" x="258" y="280" text-anchor="middle">分钟</text>' in svg
    assert "translate(12 132) rotate(-90)" in svg
    assert [_said(one) for one in (2010.0, 1234.5, 12345.6, 0.25)] == ["2,010", "1,234", "12,346", "0.25"]
    assert _said(2010.0, year=True) == "2010"


def test_names_of_points_have_room_and_turn_back_at_the_right() -> None:
    points = drawn(line([1.0, 1.5, 5.0, 9.9], [50.0, 52.0, 50.0, 50.0], "points", ("甲", "乙", "丙", "丁")))
    named = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(start|end)">(甲|乙|丙|丁)<', points)
    assert named == [
        ("97.6", "126.0", "start", "甲"),
        ("264.0", "126.0", "start", "丙"),
        ("455.8", "126.0", "end", "丁"),
    ]
    assert points.count('r="3.4"') == 4 and "<title>乙</title>" in points
    x = np.arange(9) * 100.0
    assert _apart(x, x * 0) == list(range(6)), "six at most"
    assert _apart(np.array([0.0, 60.0, 61.0]), np.zeros(3)) == [0, 2]
    assert _apart(np.zeros(3), np.array([0.0, 14.0, 15.0])) == [0, 2]


def test_lines_are_coloured_in_turn_and_dashed_ones_pale_and_named_where_there_are_several() -> None:
    lines = [line([0.0], [0.0]), line([0.0], [0.0], "dashed"), line([0.0], [0.0], "points")]
    assert _shades(lines) == [PALETTE[0], PALE, PALETTE[1]]
    chart = Chart(NAMED, ("x", "x"), ("y", "y"), lines, x_ends=(0.0, 1.0), y_ends=(0.0, 1.0))
    ((_, keys),) = chart_picture(chart).legend
    assert [(one.kind, one.count) for one in keys] == [("line", 0), ("dash", 0), ("point", 0)]
    alone = Chart(NAMED, ("x", "x"), ("y", "y"), lines[:1], x_ends=(0.0, 1.0), y_ends=(0.0, 1.0))
    assert chart_picture(alone).legend == () and chart_picture(alone, note=NAMED).note == NAMED


def test_an_axis_without_ends_of_its_own_reaches_to_its_ticks() -> None:
    """Values of 12 to 97 have ticks from 0 to 100: 97 is three parts below the top."""
    svg = drawn(line([0.0, 10.0], [12.0, 97.0]), y_ends=None)
    assert f"L466.0 {244 - 2.24 * 97:.1f}" in svg
    logged = Chart(NAMED, ("x", "x"), ("y", "y"), [line([1.0, 10.0, 100.0], [1.0, 10.0, 100.0])], log=True)
    assert 'd="M50.0 244.0L258.0 132.0L466.0 20.0"' in str(chart_picture(logged).svg)
