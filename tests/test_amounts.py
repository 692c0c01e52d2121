"""Amounts by id, people or opportunities or capacity: checked once, the same way for every measure."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from urbgeo.amounts import amount_of, amounts_of, series_of
from urbgeo.checks import (
    check_amounts,
)
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.magnitude import FEWEST_OF_MANY


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pd.to_timedelta([1, 2], unit="h"), "spans of time"),
        (pd.to_datetime(["2024-01-01", "2024-01-02"]), "dates"),
        ([True, False], "True and False"),
        (pd.array([True, None], dtype="boolean"), "True and False"),
        ([dt.timedelta(1), 2.0], "spans of time"),
        ([dt.date(2024, 1, 1), 2.0], "dates"),
        (pd.Categorical([True, False]), "True and False"),
        ([1j, 2.0], "complex numbers"),
        ([[1], 2.0], "lists"),
    ],
)
def test_times_and_truths_never_become_numbers(values: object, kind: str) -> None:
    frame = pd.DataFrame({"people": pd.Series(values, ["a", "b"])})
    with pytest.raises(InputError, match=f"places: people holds {kind}, no amounts"):
        check_amounts(frame, "places", ["people"])
    with pytest.raises(InputError, match=f"people holds {kind}"):
        amount_of("people", frame, name="population", frame_name="places")
    with pytest.raises(InputError, match=f"people holds {kind}"):
        amounts_of(frame["people"], "people")


def test_amounts_are_read_where_they_are_plain() -> None:
    texts = pd.Series(["1,234,567", "３５", "3.5万", "1.2亿", " 7 人", Decimal("2.5"), 8], list("abcdefg"))
    frame = pd.DataFrame({"people": texts})
    found = amount_of("people", frame, name="population", frame_name="places")
    assert found.tolist() == [1_234_567.0, 35.0, 35_000.0, 1.2e8, 7.0, 2.5, 8.0]
    assert amounts_of(texts.rename("people"), "people")["people"].tolist() == found.tolist()
    assert amount_of(found, frame, name="population", frame_name="places").equals(found)


@pytest.mark.parametrize("text", ["1,23", "12 34", "about 5", "", "3.5千", "1.234.567"])
def test_amounts_that_could_mean_two_things_are_refused_with_their_rows(text: str) -> None:
    frame = pd.DataFrame({"people": ["5", text]}, index=["a", "b"])
    with pytest.raises(InputError, match="places: people is missing or not a number at b"):
        amount_of("people", frame, name="population", frame_name="places")


@pytest.mark.parametrize("head", ["人口（万人）", "人口(万)", "常住人口_万", "亿人"])
def test_a_head_in_ten_thousands_is_refused(head: str) -> None:
    frame = pd.DataFrame({head: [5.0, 6.0]})
    with pytest.raises(InputError, match="in 万 or 亿; give persons"):
        amount_of(head, frame, name="population", frame_name="places")
    with pytest.raises(InputError, match="in 万 or 亿; give persons"):
        amounts_of(frame[head], "people")


def series(values: list[float], name: str = "people") -> pd.Series:
    return pd.Series(values, index=[f"z{k}" for k in range(len(values))], name=name, dtype=float)


def wan(count: int = FEWEST_OF_MANY, largest: float = 1999.5) -> pd.Series:
    """Counties in 万, as a yearbook has them."""
    return series([largest, *(round(3.01 + 0.37 * k, 2) for k in range(count - 1))], "常住人口")


def test_people_in_wan_are_warned_of_by_the_one_rule_for_amounts() -> None:
    frame = pd.DataFrame({"people": wan(), "beds": wan()})
    for amount in ("people", wan()):
        with pytest.warns(UrbgeoWarning, match=r"weight: 30 numbers of people up to 1999.5.* 10,000"):
            amount_of(amount, frame, name="weight", frame_name="places")
    with pytest.warns(UrbgeoWarning, match="look like 万"):
        series_of(wan().rename("x"), "population")


@pytest.mark.filterwarnings("error")
def test_beds_and_people_who_are_vouched_for_are_not_warned_of() -> None:
    frame = pd.DataFrame({"people": wan(), "beds": wan()})
    amount_of("beds", frame, name="weight", frame_name="places")
    amount_of("people", frame, name="population", frame_name="places", units_checked=True)
