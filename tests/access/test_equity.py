"""Equity equals its definitions on people written out one by one, and keeps its invariants."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.towns_made import everyone, towns
from urbgeo.access.equity import (
    concentration_index,
    equity,
    fgt,
    gini,
    lorenz,
    palma,
    theil,
)
from urbgeo.errors import InputError
from urbgeo.results import Result

pytestmark = pytest.mark.filterwarnings("ignore:.*every amount")

A = pd.Series([1.0, 2.0, 5.0, 0.0], index=list("abcd"), name="access")
W = pd.Series([10, 30, 5, 2], index=list("abcd"), name="people")
INCOME = pd.Series([1.0, 2.0, 9.0, 4.0], index=list("abcd"), name="income")
GROUP = pd.Series(["x", "y", "x", "y"], index=list("abcd"), name="side")


@settings(deadline=None)
@given(towns())
def test_gini_is_half_the_mean_difference_between_people(table: pd.DataFrame) -> None:
    people = everyone(table)
    apart = np.abs(people[:, None] - people[None, :]).mean()
    assert gini(table["a"], table["w"]) == pytest.approx(apart / (2 * people.mean()), abs=1e-12)


@settings(deadline=None)
@given(towns())
def test_theil_equals_its_sum_over_people_and_its_parts(table: pd.DataFrame) -> None:
    people, mean = everyone(table), everyone(table).mean()
    expected = math.fsum(x / mean * math.log(x / mean) for x in people if x > 0) / len(people)
    found = theil(table["a"], table["w"], group=table["group"])
    assert found.total == pytest.approx(expected, abs=1e-12)
    assert found.between + found.within == pytest.approx(found.total, abs=1e-12)
    group_means = {g: everyone(part).mean() for g, part in table.groupby("group") if part["w"].sum()}
    levelled = pd.DataFrame({"a": table["group"].map(group_means).fillna(0), "w": table["w"]})
    assert found.between == pytest.approx(theil(levelled["a"], levelled["w"]).total, abs=1e-12)


@settings(deadline=None)
@given(towns(), st.integers(1, 8), st.sampled_from([0, 1, 2]))
def test_fgt_equals_its_sum_over_people(table: pd.DataFrame, line: int, alpha: int) -> None:
    people = everyone(table)
    expected = np.mean([((line - x) / line) ** alpha if x < line else 0.0 for x in people])
    assert fgt(table["a"], table["w"], poor_below=line, alpha=alpha) == pytest.approx(expected)


@settings(deadline=None)
@given(towns())
def test_concentration_equals_the_covariance_with_the_rank_of_people(table: pd.DataFrame) -> None:
    people, income = everyone(table), everyone(table, "income")
    rank = (pd.Series(income).rank() - 0.5) / len(income)
    expected = 2 * np.mean((people - people.mean()) * (rank - rank.mean())) / people.mean()
    found = concentration_index(table["a"], table["w"], table["income"])
    assert found == pytest.approx(expected, abs=1e-12)
    assert abs(found) <= gini(table["a"], table["w"]) + 1e-12
    by_itself = concentration_index(table["a"], table["w"], table["a"])
    assert by_itself == pytest.approx(gini(table["a"], table["w"]), abs=1e-12)


@settings(deadline=None)
@given(towns())
def test_palma_equals_the_means_of_people(table: pd.DataFrame) -> None:
    people, income = everyone(table), everyone(table, "income")
    low, high = np.quantile(income, [0.4, 0.9])
    rich, poor = people[income > high], people[income <= low]
    found = palma(table["a"], table["w"], table["income"], quantiles="interpolated")
    if len(rich) and poor.mean() > 0:
        assert found == pytest.approx(rich.mean() / poor.mean())
    else:
        assert not math.isfinite(found)


@settings(deadline=None)
@given(towns(), st.floats(0.1, 100))
def test_scale_and_order_change_nothing_and_equal_access_is_no_inequality(
    table: pd.DataFrame, factor: float
) -> None:
    shuffled = table.sample(frac=1, random_state=3)
    for measure in (gini, lambda a, w: theil(a, w).total):
        plain = measure(table["a"], table["w"])
        assert measure(shuffled["a"] * factor, table["w"]) == pytest.approx(plain, abs=1e-9)
        assert measure(table["a"] * 0 + 3.0, table["w"]) == pytest.approx(0, abs=1e-12)


def test_the_lorenz_curve_bends_below_equality() -> None:
    curve = lorenz(A, W)
    assert curve.iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, 1]]
    assert curve["people"].tolist() == pytest.approx([0, 2 / 47, 12 / 47, 42 / 47, 1])
    assert curve["access"].tolist() == pytest.approx([0, 0, 10 / 95, 70 / 95, 1])
    assert gini(pd.Series([1.0, 3.0]), pd.Series([1, 1])) == 0.25


def test_two_definitions_of_a_quantile_give_two_palmas() -> None:
    income = pd.Series(np.arange(10.0))
    a, w = pd.Series(np.arange(1.0, 11.0)), pd.Series(np.ones(10))
    assert palma(a, w, income, quantiles="share") == pytest.approx(10 / 2.5)
    assert palma(a, w, income, quantiles="interpolated") == pytest.approx(10 / 2.5)
    two = pd.Series([0.0, 1.0, 2.0]), pd.Series([1, 1, 1]), pd.Series([1.0, 2.0, 4.0])
    assert palma(two[2], two[1], two[0], quantiles="share") != palma(
        two[2], two[1], two[0], quantiles="interpolated"
    )


def test_groups_and_everybody_come_in_one_table() -> None:
    found = equity(A, W, group=GROUP, income=INCOME, poor_below=2.0)
    assert found.table.index.tolist() == ["all", "x", "y"]
    assert found.table.loc["all", "gini"] == pytest.approx(gini(A, W))
    x = ["a", "c"]
    assert found.table.loc["x", "gini"] == pytest.approx(gini(A[x], W[x]))
    assert found.table["palma"].tolist() == pytest.approx([math.nan, math.nan, 0.0], nan_ok=True)
    assert found.table["people"].tolist() == [47, 15, 32]
    assert found.table.loc["all", "poor_share"] == pytest.approx(12 / 47)
    assert found.theil.between + found.theil.within == pytest.approx(found.table.loc["all", "theil"])
    assert "quantiles by share" in found.provenance.parameters["palma"]
    assert "4 ids" in repr(found)


def test_erreygers_correction() -> None:
    plain = concentration_index(A, W, INCOME)
    mean = (A * W).sum() / W.sum()
    assert concentration_index(A, W, INCOME, bounds=(0, 10)) == pytest.approx(4 * mean / 10 * plain)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gini(A, W.iloc[1:]), "population: no amount for a"),
        (lambda: gini(-A, W), "access: access is negative"),
        (lambda: gini(A, W.replace(10, np.nan)), "people is missing or not a number at a"),
        (lambda: gini(A.replace(5, np.inf), W), "negative or infinite at c"),
        (lambda: gini(A, -W), "people is negative"),
        (lambda: gini(A, W * 0), "population: there are no people"),
        (lambda: gini(A * 0, W), "nobody has any"),
        (lambda: theil(A * 0, W), "nobody has any"),
        (lambda: theil(A, W, group=GROUP.replace("x", None)), "group: it is missing at a, c"),
        (lambda: theil(A, W, group=GROUP.iloc[:2]), "group: it is missing at c, d"),
        (lambda: equity(A, W, group=list("xyxy")), "group: list is neither"),
        (lambda: equity(A, W, group=GROUP.replace("x", "all")), "rename this group"),
        (lambda: equity(A.iloc[:0], W), "access: it is empty"),
        (lambda: equity(pd.concat([A, A]), W), "repeated ids"),
        (lambda: palma(A, W, INCOME, quantiles="Hmisc"), "quantiles"),
        (lambda: palma(A, W, INCOME.iloc[1:]), "income: no amount for a"),
        (lambda: concentration_index(A, W, INCOME, bounds=(0, 3)), "outside .* at c"),
        (lambda: concentration_index(A, W, INCOME, bounds=(3, 0)), "bounds"),
        (lambda: fgt(A, W, poor_below=0), "poor_below"),
        (lambda: fgt(A, W, poor_below=1, alpha=-1), "alpha"),
        (lambda: lorenz(A.to_list(), W), "access: a Series by id"),
    ],
)
def test_bad_input_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_a_missing_income_where_nobody_lives_counts_for_nothing() -> None:
    ids = list("abcdef")
    access, people = pd.Series([1.0, 2, 3, 4, 5, 9], ids), pd.Series([40.0, 20, 20, 12, 8, 0], ids)
    income = pd.Series([1.0, 2, 3, 4, 5, np.nan], ids)
    lived = people.index[people > 0]
    for measure in (palma, concentration_index):
        assert measure(access, people, income) == measure(access[lived], people[lived], income[lived])
    assert equity(access, people, income=income).table.loc["all", "palma"] == palma(access, people, income)
    with pytest.raises(InputError, match="income is missing or not a number at b"):
        palma(access, people, income.where(income != 2))


def test_columns_of_a_frame_say_the_same_as_series() -> None:
    frame = pd.DataFrame({"access": A, "people": W, "income": INCOME, "side": GROUP})
    one = equity(A, W, group=GROUP, income=INCOME[::-1], poor_below=2.0)
    for access, people, group, income in (
        (frame, "people", "side", "income"),
        (frame[::-1].rename(columns={"people": "人口"}), "人口", GROUP, INCOME),
    ):
        other = equity(access, people, column="access", group=group, income=income, poor_below=2.0)
        pd.testing.assert_frame_equal(other.table.loc[one.table.index], one.table)
        assert other.theil.within == pytest.approx(one.theil.within)
    with pytest.raises(
        InputError, match="column: say which column of access holds it; it has access, people"
    ):
        equity(frame, "people")
    for wrong in ({"group": "jobs"}, {"income": "jobs", "poor_below": 2.0}):
        with pytest.raises(InputError, match="access: no column jobs"):
            equity(frame, "people", column="access", **wrong)
    with pytest.raises(InputError, match="access: no column jobs"):
        equity(frame, "people", column="jobs")
    with pytest.raises(InputError, match="access is no frame"):
        equity(A, W, column="access")


def test_what_an_equity_says_of_itself() -> None:
    found = equity(A, W)
    assert found.summary.index.tolist() == ["all"] and "Gini" in repr(found)
    assert isinstance(found, Result)


def test_every_measure_of_everybody_and_of_a_group_is_as_counted_by_hand() -> None:
    """47 people with 95 in all; by income a, b, d, c, so that they rank at 5, 25, 41 and 44.5 of 47."""
    found = equity(A, W, income=INCOME, group=GROUP, poor_below=2.0)
    assert found.table.loc["all"].drop("theil").to_dict() == pytest.approx(
        {
            "people": 47,
            "ids": 4,
            "mean": 95 / 47,
            "median": 2,
            "gini": 12 / 47,
            "palma": math.nan,  # the richest tenth begins within c
            "concentration": 2 * ((10 * 5 + 60 * 25 + 25 * 44.5) / 47 - 95 / 2) / 95,
            "poor_share": 12 / 47,
            "poor_gap": (10 * 0.5 + 2) / 47,
            "poor_severity": (10 * 0.25 + 2) / 47,
        },
        nan_ok=True,
    )
    assert found.provenance.parameters == {
        "poor_below": 2.0,
        "palma": "richest 10% / poorest 40% by income, quantiles by share",
        "group": "side",
    }
    x = found.theil.groups.loc["x"]
    ratio = (35 / 15) / (95 / 47)
    assert x[["people", "value", "mean"]].tolist() == pytest.approx([15 / 47, 35 / 95, 35 / 15])
    assert x["between"] == pytest.approx(15 / 47 * ratio * math.log(ratio))
    inside = (10 * 1 * math.log(15 / 35) + 5 * 5 * math.log(5 * 15 / 35)) / 35
    assert x[["theil", "within"]].tolist() == pytest.approx([inside, 35 / 95 * inside])


def test_a_group_of_nobody_is_kept_without_measures() -> None:
    people = pd.Series([0, 30, 0, 2], index=list("abcd"))
    found = equity(A, people, group=GROUP, income=INCOME, poor_below=2.0)
    row = found.table.loc["x"]
    assert row[["people", "ids"]].tolist() == [0, 2] and row.drop(["people", "ids"]).isna().all()
    assert found.theil.groups.index.tolist() == ["y"]
    none = equity(A * [0, 1, 0, 1], W, group=GROUP, income=INCOME, poor_below=2.0).table.loc["x"]
    assert none[["mean", "median", "poor_share", "poor_severity"]].tolist() == [0, 0, 1, 1]
    assert none[["gini", "palma", "theil", "concentration"]].isna().all(), "shares of nothing"
    assert equity(A, W).table.loc["all", ["poor_share", "palma", "concentration"]].isna().all()


def test_a_palma_of_poor_who_have_nothing_is_endless_or_none() -> None:
    ten = pd.Series(np.arange(10.0))
    only_rich, only_middle = (pd.Series(ten == one, dtype=float) for one in (9, 5))
    assert palma(only_rich, ten * 0 + 1, ten) == math.inf
    assert math.isnan(palma(only_middle, ten * 0 + 1, ten))


def test_bounds_are_closed_and_their_span_counts() -> None:
    access = pd.Series([2.0, 4.0, 6.0])
    people, income = pd.Series([1.0, 1.0, 1.0]), pd.Series([1.0, 2.0, 3.0])
    plain = concentration_index(access, people, income)
    assert plain == pytest.approx(2 * (2 * 1 / 6 + 4 * 3 / 6 + 6 * 5 / 6 - 6) / 3 / 4)
    assert concentration_index(access, people, income, bounds=(2, 6)) == pytest.approx(4 * 4 / 4 * plain)
    with pytest.raises(InputError, match=r"bounds: \(6, 6\); give the least and the most"):
        concentration_index(access, people, income, bounds=(6, 6))
    with pytest.raises(InputError, match="nobody has any"):
        concentration_index(access * 0, people, income)


def test_poverty_is_counted_by_heads_unless_said_and_its_line_is_open() -> None:
    assert fgt(A, W, poor_below=2) == pytest.approx(12 / 47)
    assert fgt(A, W, poor_below=2.01) == pytest.approx(42 / 47)
