"""Amounts by id, people or opportunities or capacity: checked once, the same way for every measure."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from urbgeo.amounts import (
    amount_of,
    amounts_by_id,
    amounts_in,
    amounts_of,
    series_of,
    without_noise,
    zone_means,
    zone_of,
    zones_of,
)
from urbgeo.checks import (
    check_amounts,
)
from urbgeo.cities.sizes import size_classes
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
    texts = pd.Series(
        ["1,234,567", "３５", "3.5万", "1.2亿", " 7 人", Decimal("2.5"), "12 345"], list("abcdefg")
    )
    frame = pd.DataFrame({"people": texts})
    found = amount_of("people", frame, name="population", frame_name="places")
    assert found.tolist() == [1_234_567.0, 35.0, 35_000.0, 1.2e8, 7.0, 2.5, 12_345.0]
    assert amounts_of(texts.rename("people"), "people")["people"].tolist() == found.tolist()
    assert amount_of(found, frame, name="population", frame_name="places").equals(found)


@pytest.mark.parametrize("text", ["1,23", "12 34", "about 5", "", "3.5千", "1.234.567"])
def test_amounts_that_could_mean_two_things_are_refused_with_their_rows(text: str) -> None:
    frame = pd.DataFrame({"people": ["5", text]}, index=["a", "b"])
    with pytest.raises(InputError, match="places: people is missing or not a number at b"):
        amount_of("people", frame, name="population", frame_name="places")


@pytest.mark.parametrize(
    "head",
    ["人口（万人）", "人口(万)", "常住人口_万", "亿人", "人口（千人）", "pop_thousands", "population ('000)"],
)
def test_a_head_in_ten_thousands_or_thousands_is_refused(head: str) -> None:
    frame = pd.DataFrame({head: [5.0, 6.0]})
    with pytest.raises(InputError, match=r"stands for 1.*0; give persons"):
        amount_of(head, frame, name="population", frame_name="places")
    with pytest.raises(InputError, match=r"stands for 1.*0; give persons"):
        amounts_of(frame[head], "people")
    with pytest.raises(InputError, match="give persons"):
        check_amounts(frame, "places", [head])
    with pytest.raises(InputError, match="give persons"):
        size_classes(frame[head] * 1e6)


@pytest.mark.parametrize("head", ["每千人床位数", "beds per 1000 people", "within_1000_m", "x1000"])
def test_heads_per_so_many_people_or_metres_are_in_no_unit_of_people(head: str) -> None:
    frame = pd.DataFrame({head: [5.0, 6.0]})
    assert amount_of(head, frame, name="weight", frame_name="places").tolist() == [5.0, 6.0]


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


def test_amounts_by_id_are_columns_on_the_callers_ids() -> None:
    found = amounts_of(pd.Series([3, 0], ["b", "a"]), "beds")
    assert found["beds"].to_dict() == {"b": 3.0, "a": 0.0} and found.index.tolist() == ["b", "a"]
    assert amounts_of(pd.Series([3.0], ["a"], name="n"), "beds").columns.tolist() == ["n"]
    two = pd.DataFrame({"x": [1, np.nan], "y": ["2", "3,000"]}, ["a", "b"])
    kept = amounts_of(two, "beds", allow_missing=True)
    assert kept["y"].tolist() == [2.0, 3000.0] and np.isnan(kept.at["b", "x"]) and kept.at["a", "x"] == 1.0
    with pytest.raises(InputError, match="beds: x is missing or not a number at b"):
        amounts_of(two, "beds")
    for wrong, said in (
        ([1.0], "a Series or DataFrame by id is needed, not list"),
        (two.iloc[:0], "it is empty"),
        (two.set_axis(["x", "x"], axis=1), "repeated columns at x"),
        (two.set_axis(["a", "a"]), "repeated ids at a"),
    ):
        with pytest.raises(InputError, match=f"beds: {said}"):
            amounts_of(wrong, "beds")


def test_a_column_of_nothing_is_warned_of_and_one_with_something_is_not(
    recwarn: pytest.WarningsRecorder,
) -> None:
    amounts_of(pd.DataFrame({"x": [0.0, 0.5], "y": [0.0, 0.0]}), "beds")
    assert [str(one.message) for one in recwarn] == ["beds: every amount of y is 0."]


def test_one_column_by_id_takes_the_name_it_is_asked_by() -> None:
    assert series_of(pd.Series([1.0], ["a"], name="n"), "people").name == "people"
    with pytest.raises(InputError, match=r"people: a Series by id is needed, e\.g\. places\['people'\], not"):
        series_of(pd.DataFrame({"n": [1.0]}), "people")  # type: ignore[arg-type]


PLACES = pd.DataFrame({"people": [10.0, 30.0], "zone": ["x", None], "beds": [1, 2]}, ["a", "b"])


def test_amounts_of_a_layer_are_a_column_of_it_or_a_series_in_its_place() -> None:
    found = amounts_by_id(PLACES, "beds", name="capacity", frame_name="facilities")
    assert found.to_dict() == {"a": 1.0, "b": 2.0} and found.name == "capacity"
    alone = amounts_by_id(PLACES["people"], None, name="capacity", frame_name="facilities")
    assert alone.to_dict() == {"a": 10.0, "b": 30.0} and alone.name == "capacity"
    for given, column, said in (
        (PLACES["people"], "beds", "capacity: facilities is no frame but Series"),
        (PLACES, None, "which has people, zone, beds"),
        (PLACES.iloc[:0], "beds", "capacity: facilities is empty"),
        (PLACES.set_axis(["a", "a"]), "beds", "facilities: repeated ids at a"),
        (PLACES, "bed", "did you mean 'beds'"),
    ):
        with pytest.raises(InputError, match=said):
            amounts_by_id(given, column, name="capacity", frame_name="facilities")


def test_a_series_is_taken_by_its_ids_in_any_order_and_keeps_its_name() -> None:
    given = pd.Series([30.0, 5.0, 10.0], ["b", "elsewhere", "a"])
    found = amount_of(given, PLACES, name="weight", frame_name="places")
    assert found.to_dict() == {"a": 10.0, "b": 30.0} and found.name == "weight"
    assert amount_of(given.rename("n"), PLACES, name="weight", frame_name="places").name == "n"
    assert given.name is None
    with pytest.raises(InputError, match="weight: no amount for a; give one for every id of places"):
        amount_of(given.drop("a"), PLACES, name="weight", frame_name="places")
    coded = pd.DataFrame(index=["430100", "430200"])
    with pytest.raises(
        InputError, match=r"no amount for 430100, 430200; '430100' is there as 430100.0; bring"
    ):
        amount_of(pd.Series({430100.0: 1.0}), coded, name="weight", frame_name="places")
    with pytest.raises(InputError, match="weight: int is neither a column of places nor a Series"):
        amount_of(3, PLACES, name="weight", frame_name="places")  # type: ignore[arg-type]
    for wrong in (-1.0, np.inf):
        with pytest.raises(InputError, match="weight: n is negative or infinite at b"):
            amount_of(pd.Series([1, wrong], ["a", "b"], name="n"), PLACES, name="weight", frame_name="places")


def test_several_amounts_come_under_the_callers_names_each_once() -> None:
    jobs = pd.Series([7.0, 8.0], ["b", "a"], name="jobs")
    found = amounts_in(["people", jobs], PLACES, name="weight", frame_name="places")
    assert found.to_dict("list") == {"people": [10.0, 30.0], "jobs": [8.0, 7.0]}
    assert amounts_in("beds", PLACES, name="w", frame_name="p").to_dict("list") == {"beds": [1.0, 2.0]}
    assert amounts_in(jobs, PLACES, name="w", frame_name="p").to_dict("list") == {"jobs": [8.0, 7.0]}
    with pytest.raises(InputError, match="weight: people given twice"):
        amounts_in(["people", "beds", "people"], PLACES, name="weight", frame_name="places")


def test_every_place_has_one_zone() -> None:
    zone = pd.Series(["y", "x"], ["b", "a"])
    assert zones_of(zone, PLACES.index).to_dict() == {"a": "x", "b": "y"}
    assert zones_of(zone, PLACES.index).tolist() == ["x", "y"], "in the order of the ids"
    assert zone_of("beds", PLACES, frame_name="places").tolist() == [1, 2]
    for wrong in (zone[:1], pd.concat([zone, pd.Series(["z"], ["c"])]), ["x", "y"]):
        with pytest.raises(InputError, match="zone: give a Series with the zone of every place"):
            zones_of(wrong, PLACES.index)
    with pytest.raises(InputError, match="zone: it is missing at b"):
        zone_of("zone", PLACES, frame_name="places")


def test_means_by_zone_are_weighted_and_zones_without_weight_count_places_alike() -> None:
    weights = pd.Series([1.0, 3.0, 0.0, 0.0, 0.0, 2.0], list("abcdef"))
    zone = pd.Series(["x", "x", "x", "y", "y", "z"], list("abcdef"))
    table = pd.DataFrame({"minutes": [10.0, 20.0, np.inf, 2.0, 4.0, np.nan]}, list("abcdef"))
    means = zone_means(table, weights, zone)["minutes"]
    assert means.loc[["x", "y"]].tolist() == [17.5, 3.0] and np.isnan(means["z"])
    assert means.index.name == "zone"


def test_ties_are_ties_to_twelve_digits_and_no_further() -> None:
    values = [0.1 + 0.2, -123_456_789_012_345.0, 1.000_000_000_01, 1.000_000_000_001, 0.0, np.inf]
    found = without_noise(pd.Series(values, list("abcdef"), name="n"))
    assert found.tolist() == [0.3, -123_456_789_012_000.0, 1.000_000_000_01, 1.0, 0.0, np.inf]
    assert found.name == "n" and found.index.tolist() == list("abcdef")
    table = without_noise(pd.DataFrame({"x": [0.1 + 0.2, np.nan]}, ["a", "b"]))
    assert table.at["a", "x"] == 0.3 and np.isnan(table.at["b", "x"])
    assert without_noise(pd.Series([7e-280, 3e300])).tolist() == [7e-280, 3e300]
