"""Charts say what the numbers say: profiles, Lorenz curves, ranks, series with gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.maps.charts import chart_of, lorenz_chart, profile_chart, rank_chart, series_chart
from urbgeo.maps.figures import plot_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result

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


def test_a_series_without_a_target_has_no_line_for_it() -> None:
    rows = {NAMED: pd.Series({2010: 1.0, 2020: 3.0}), ("乙", "b"): pd.Series({2005: 2.0, 2015: 2.5})}
    for nothing in (None, np.nan):
        chart = series_chart(rows, title=NAMED, unit="%", target=nothing)
        assert [line.name for line in chart.lines] == [NAMED, ("乙", "b")]
    aimed = series_chart(rows, title=NAMED, target=0.0).lines[-1]
    assert (aimed.kind, aimed.x.tolist(), aimed.y.tolist()) == ("dashed", [2005.0, 2020.0], [0.0, 0.0])
    assert chart.y == ("%", "%") and chart.x == ("年", "year")


class Card(Result):
    """A result with a series by year, as a scorecard has it."""

    _titles = ("评估", "Card")
    provenance = Provenance()

    def __init__(self) -> None:
        ids = ["a", "b", "c"]
        self.table = pd.DataFrame(
            {
                "name_zh": ["甲", "乙", "丙"],
                "name_en": ["A", "B", "C"],
                "unit": ["%", "%", "km"],
                "target": [80.0, 70.0, 9.0],
            },
            index=ids,
        )
        self.series = pd.DataFrame({2010: [1.0, 2.0, 3.0], 2020: [2.0, np.nan, 4.0]}, index=ids)


def test_series_of_a_scorecard_are_those_of_two_years_or_the_ones_asked() -> None:
    usual = chart_of(Card(), "series", None, NAMED)
    assert [line.name for line in usual.lines] == [("甲", "A"), ("丙", "C")] and usual.y == ("", "")
    alone = chart_of(Card(), "series", "a", NAMED)
    assert alone.y == ("%", "%") and [line.name for line in alone.lines] == [
        ("甲", "A"),
        ("目标 80", "target 80"),
    ]
    both = chart_of(Card(), "series", ["a", "b"], NAMED)
    assert both.y == ("%", "%") and [line.name for line in both.lines] == [("甲", "A"), ("乙", "B")]
    with pytest.raises(InputError, match="by: no series of x; there are a, c"):
        chart_of(Card(), "series", ["a", "x"], NAMED)
    card = Card()
    card.table = card.table.drop(columns=["name_en", "unit", "target"])
    bare = chart_of(card, "series", "a", NAMED)
    assert [line.name for line in bare.lines] == [("甲", "甲")] and bare.y == ("", "")


class Towns(Result):
    """Places with minutes and people."""

    provenance = Provenance()

    def __init__(self, **columns: list[float]) -> None:
        self.table = pd.DataFrame({"name_zh": ["甲", "乙", "丙"], **columns})


def test_charts_take_the_people_of_a_table_and_all_its_minutes() -> None:
    held = {"minutes": [10.0, 20.0, 30.0], "minutes_airport": [1.0, 2.0, 3.0], "score": [1.0, 2.0, 3.0]}
    weighed = chart_of(Towns(**held, population=[1.0, 1.0, 2.0]), "profile", None, NAMED)
    assert len(weighed.lines) == 2 and weighed.y[1] == "share of people, %"
    assert weighed.lines[0].y.tolist() == [0.0, 25.0, 50.0, 100.0, 100.0] and weighed.marks == (60.0,)
    counted = chart_of(Towns(**held), "profile", "minutes", NAMED)
    assert counted.y[1] == "share of places, %" and len(counted.lines) == 1
    many = chart_of(Towns(**{f"m{at}_min": [1.0, 2.0, 3.0] for at in range(9)}), "profile", None, NAMED)
    assert len(many.lines) == 8
    with pytest.raises(InputError, match="no column of minutes; name one"):
        chart_of(Towns(score=[1.0, 2.0, 3.0]), "profile", None, NAMED)


def test_ranks_are_of_the_people_or_of_the_column_asked_with_names() -> None:
    towns = Towns(population=[4e6, 2e6, 1e6], jobs=[1e6, 3e6, 2e6])
    people = chart_of(towns, "rank", None, NAMED).lines[0]
    assert people.y.tolist() == [400.0, 200.0, 100.0] and list(people.tags) == ["甲", "乙", "丙"]
    assert list(chart_of(towns, "rank", "jobs", NAMED).lines[0].tags) == ["乙", "丙", "甲"]
    with pytest.raises(InputError, match="no column population"):
        chart_of(Towns(jobs=[1.0, 2.0, 3.0]), "rank", None, NAMED)


def test_a_lorenz_curve_is_of_amounts_a_head_or_of_people_over_places() -> None:
    towns = Towns(population=[1.0, 1.0, 2.0], income=[1.0, 2.0, 4.0])
    assert len(chart_of(towns, "lorenz", ["income", "population"], NAMED).lines) == 3
    over = chart_of(towns, "lorenz", None, NAMED).lines[1]
    assert over.x.tolist() == pytest.approx([0.0, 100 / 3, 200 / 3, 100.0]), "every place alike"
    assert over.y.tolist() == [0.0, 25.0, 50.0, 100.0]
    with pytest.raises(InputError, match="name the column of amounts"):
        chart_of(Towns(score=[1.0, 2.0, 3.0]), "lorenz", None, NAMED)
