"""Charts on paper: the lines, marks and ends of the chart, names as they are written, no formulas."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.maps.shown import Found, seats, table
from urbgeo.errors import InputError
from urbgeo.maps.chart_paper import PALE, TAGS_MOST, asked_chart, draw_chart
from urbgeo.maps.charts import Chart, Line
from urbgeo.maps.figures import plot_of

figures = pytest.importorskip("matplotlib.figure")
texts = pytest.importorskip("matplotlib.text")

FORMULA = r"$\bad{ 5 $ 元"
"""What matplotlib would take for a formula, and fail on."""


def axes_of(chart: Chart) -> Any:
    axes = figures.Figure().add_subplot()
    draw_chart(axes, chart)
    return axes


def chart(*lines: Line, **more: object) -> Chart:
    return Chart(("题", "title"), ("年", "year"), ("占比", "share"), list(lines), **more)  # type: ignore[arg-type]


def line(name: str, kind: str = "line", tags: tuple[str, ...] = ()) -> Line:
    return Line((name, f"{name} en"), np.array([1.0, 2.0, 4.0]), np.array([10.0, 30.0, 20.0]), kind, tags)


def test_every_kind_of_line_is_drawn_as_it_is() -> None:
    kinds = ("line", "steps", "points", "dashed")
    drawn = axes_of(chart(*(line(kind, kind) for kind in kinds))).get_lines()
    assert [one.get_xydata().tolist() for one in drawn] == [[[1, 10], [2, 30], [4, 20]]] * 4
    assert [one.get_drawstyle() for one in drawn] == ["default", "steps-post", "default", "default"]
    assert [one.get_linestyle() for one in drawn] == ["-", "-", "None", "--"]
    assert drawn[3].get_color() == PALE and len({one.get_color() for one in drawn}) == 4


def test_axes_say_both_languages_once_and_keep_their_ends_and_marks() -> None:
    axes = axes_of(chart(line("a"), line("b"), marks=(60.0,), x_ends=(0.0, 180.0), y_ends=(0.0, 100.0)))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("年 year", "占比 share")
    assert (axes.get_xlim(), axes.get_ylim()) == ((0.0, 180.0), (0.0, 100.0))
    assert axes.get_lines()[-1].get_xdata() == [60.0, 60.0]
    assert [one.get_text() for one in axes.get_legend().get_texts()] == ["a a en", "b b en"]
    assert axes_of(chart(line("a"))).get_legend() is None, "one line needs none"
    same = Chart(("t", "t"), ("km", "km"), ("%", "%"), [Line(("x", "x"), np.ones(1), np.ones(1))], log=True)
    axes = axes_of(same)
    assert axes.get_xlabel() == "km" and (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_years_have_no_fractions() -> None:
    axes = axes_of(chart(Line(("a", "a"), np.array([2023.0, 2024.0]), np.array([1.0, 2.0]))))
    axes.figure.canvas.draw()
    assert all(float(one) == int(one) for one in axes.get_xticks())


def test_points_are_tagged_the_first_of_many() -> None:
    many = Line(("a", "a"), np.arange(20.0), np.arange(20.0), "points", [f"城{at}" for at in range(20)])
    assert [one.get_text() for one in axes_of(chart(many)).texts] == [f"城{at}" for at in range(TAGS_MOST)]


@pytest.mark.filterwarnings("ignore:Glyph")
def test_names_that_look_like_formulas_are_written_as_they_are() -> None:
    axes = axes_of(chart(line(FORMULA, "points", (FORMULA,) * 3), line("b")))
    axes.figure.savefig(BytesIO(), format="svg")  # draws every text
    assert FORMULA in axes.get_legend().get_texts()[0].get_text()


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_map_with_such_names_is_drawn_too() -> None:
    figure = plot_of(Found(table()), places=seats().assign(name_zh=FORMULA), title=(FORMULA, FORMULA))
    assert FORMULA in " ".join(one.get_text() for one in figure.findobj(texts.Text))
    figure.savefig(BytesIO(), format="svg")


def minutes(*values: float) -> Found:
    return Found(pd.DataFrame({"minutes": values}, index=[f"p{at}" for at in range(len(values))]))


def test_several_results_are_lines_by_name_on_one_pair_of_axes() -> None:
    found = asked_chart({"2015": minutes(50, 70), "2025": minutes(20, 30)}, "profile", None, None)
    assert [one.name for one in found.lines] == [("2015", "2015"), ("2025", "2025")]
    assert found.title == ("到机场", "To airports")
    assert found.lines[0].x[1] == 50.0 and found.lines[1].x[1] == 20.0
    assert asked_chart(minutes(5, 6), "profile", None, ("甲", "a")).title == ("甲", "a")


def test_no_results_are_refused() -> None:
    with pytest.raises(InputError, match="no results; give at least one"):
        asked_chart({}, "profile", None, None)
