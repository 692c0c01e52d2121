"""Charts as SVG inside a page, in both languages."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from urbgeo.maps.chart_svg import _ends, _ticks, chart_picture
from urbgeo.maps.charts import rank_chart, series_chart

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
