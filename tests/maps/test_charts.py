"""Charts say what the numbers say: profiles, Lorenz curves, ranks, series with gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.maps.charts import lorenz_chart, profile_chart, rank_chart, series_chart
from urbgeo.maps.figures import plot_of

NAMED = ("甲", "a")


def test_a_profile_counts_the_place_on_its_minute_and_never_one_without_minutes() -> None:
    minutes = pd.DataFrame({"minutes": [60.0, 20.0, np.nan, np.inf]}, index=list("abcd"))
    people = pd.Series([10.0, 30.0, 40.0, 20.0], index=list("abcd"))
    line = profile_chart(minutes, people, title=NAMED).lines[0]
    assert line.x.tolist() == [0.0, 20.0, 60.0, 180.0]
    assert line.y.tolist() == [0.0, 30.0, 40.0, 40.0]


def test_a_profile_counts_the_place_on_its_last_minute_and_none_beyond() -> None:
    line = profile_chart(pd.DataFrame({"minutes": [180.0, 180.1, 20.0, 30.0]}), title=NAMED).lines[0]
    assert line.x.tolist() == [0.0, 20.0, 30.0, 180.0, 180.0]
    assert line.y.tolist() == [0.0, 25.0, 50.0, 75.0, 75.0]


def test_a_profile_refuses_places_without_people() -> None:
    minutes = pd.DataFrame({"minutes": [1.0, 2.0]}, index=list("ab"))
    with pytest.raises(InputError, match="people: none for some places"):
        profile_chart(minutes, pd.Series([1.0], index=["a"]), title=NAMED)


def test_a_lorenz_curve_carries_its_gini_index() -> None:
    chart = lorenz_chart({("所得", "income"): pd.Series([1.0, 3.0])}, pd.Series([50.0, 50.0]), title=NAMED)
    equal, drawn = chart.lines
    assert equal.kind == "dashed"
    assert drawn.y.tolist() == [0.0, 25.0, 100.0]
    assert drawn.name == ("所得（基尼 0.25）", "income (Gini 0.25)")


def test_zipfs_cities_have_exponent_one_and_dust_is_left_out() -> None:
    # rank - 1/2 times size is constant: the exponent is exactly one
    people = pd.Series([1e7 / (rank - 0.5) for rank in range(1, 9)] + [10.0], index=list("abcdefghz"))
    cities, fit = rank_chart(people, pd.Series(list("甲乙丙丁戊己庚辛癸"), people.index), title=NAMED).lines
    assert len(cities.x) == 8 and "癸" not in cities.tags
    assert fit.name[1] == "fit: exponent 1.00"
    np.testing.assert_allclose(fit.y, cities.y[[0, -1]])


def test_a_rank_chart_needs_three_cities_with_people() -> None:
    people = pd.Series([9e6, 4e6, 2e6, 0.0])
    assert len(rank_chart(people, title=NAMED).lines[0].x) == 3
    for few in (people[:2], people * 0.0):
        with pytest.raises(InputError, match=f"{(few > 0).sum()} cities with people; a rank-size chart"):
            rank_chart(few, title=NAMED)


def test_a_series_with_gaps_loses_no_year_and_invents_none() -> None:
    rows = {
        NAMED: pd.Series({2010: 1.0, 2015: np.nan, 2020: 3.0}),
        ("空", "empty"): pd.Series({2010: np.nan}),
    }
    chart = series_chart(rows, title=NAMED, unit="%", target=4.0)
    assert [line.x.tolist() for line in chart.lines] == [[2010.0, 2020.0], [2010.0, 2020.0]]
    assert chart.lines[1].name == ("目标 4", "target 4")
    with pytest.raises(InputError, match="no year has a value"):
        series_chart({NAMED: pd.Series({2010: np.nan})}, title=NAMED)


def test_results_draw_charts_on_paper_and_say_what_they_lack() -> None:
    from urbgeo.cities.ranks import rank_size
    from urbgeo.provenance import Provenance
    from urbgeo.results import Result

    class Found(Result):
        _titles = ("到机场", "To airports")
        provenance = Provenance()

        def __init__(self, minutes: list[float]) -> None:
            self.table = pd.DataFrame({"name_zh": ["甲", "乙"], "minutes": minutes, "population": [3.0, 1.0]})

    axes = Found([20.0, 90.0]).plot(kind="profile").axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[0, 0], [20, 75], [90, 100], [180, 100]]
    assert "分钟" in axes.get_xlabel() and "minutes" in axes.get_xlabel()
    both = plot_of({"2015": Found([60.0, 90.0]), "2025": Found([20.0, 90.0])}, kind="profile").axes[0]
    assert [text.get_text() for text in both.get_legend().get_texts()] == ["2015", "2025"]
    sizes = rank_size(pd.Series([8e6 / rank for rank in range(1, 9)]), method="rank")
    assert sizes.plot(kind="rank").axes[0].get_yscale() == "log"
    with pytest.raises(InputError, match="no series by year; a scorecard has one"):
        sizes.plot(kind="series")
    with pytest.raises(InputError, match="kind"):
        sizes.plot(kind="pie")
    lorenz = Found([1.0, 9.0]).plot(kind="lorenz", by="minutes").axes[0]
    assert lorenz.lines[1].get_xydata().tolist() == [[0, 0], [75, 25], [100, 100]]
