"""Catchments hold published numbers, equal loops over all pairs, and give away what there is."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.tables import amounts_for, long_of, named, wide_tables
from tests.network.build import along, points
from urbgeo.access.catchments import OWN_DECAY, Catchments, catchments, compare_catchments
from urbgeo.access.decay import Decay, exponential, linear, stepped
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.minutes import minutes_table

TOY = named(
    [
        [5.8, 47, 48, 47, 64],
        [45, 5.8, 13, 41, 70],
        [44, 13, 5.8, 42, 67],
        [43, 43, 49, 5.8, 58],
        [60, 70, 68, 64, 5.8],
    ]
)
TOY_PEOPLE = pd.Series([852, 394, 1969, 2189, 0], index=TOY.index, dtype=float, name="people")
TOY_JOBS = pd.Series([82, 308, 100, 109, 0], index=TOY.columns, dtype=float, name="jobs")

CONSERVING = ["2sfca", "e2sfca", "gaussian", "kd2sfca", "3sfca", "availability"]

ignore_unused = pytest.mark.filterwarnings("ignore:capacity")


@ignore_unused
@pytest.mark.parametrize(
    ("method", "expected"),
    [("2sfca", [0.0152, 0.1491, 0.1491, 0.1068, 0]), ("bfca", [0.0094, 0.1993, 0.1993, 0.1147, 0])],
)
def test_the_five_zone_case_of_the_r_package_accessibility(method: str, expected: list[float]) -> None:
    found = catchments(TOY, TOY_PEOPLE, TOY_JOBS, method=method, minutes=45)
    np.testing.assert_allclose(found.table["access"], expected, atol=5e-5)


@ignore_unused
def test_where_everyone_reaches_everything_access_is_the_overall_ratio() -> None:
    found = catchments(TOY, TOY_PEOPLE, TOY_JOBS, minutes=100)
    np.testing.assert_allclose(found.table["access"], 0.1108, atol=5e-5)


def test_the_availability_case_of_soukhov() -> None:
    table = named([[15, 30, 100], [30, 15, 100], [100, 100, 15]])
    people = pd.Series([50_000, 150_000, 10_000], index=table.index)
    jobs = pd.Series([100_000, 100_000, 10_000], index=table.columns)
    decay = exponential(rate_per_min=0.1)
    found = catchments(table, people, jobs, method="availability", decay=decay)
    np.testing.assert_allclose(found.table["supply"], [66833, 133203, 9963], atol=0.5)
    assert found.balance["given"] == pytest.approx(210_000)
    enhanced = catchments(table, people, jobs, method="e2sfca", decay=decay)
    np.testing.assert_allclose(enhanced.table["access"], found.table["access"])


def test_an_asymmetric_table_is_read_from_origin_to_destination() -> None:
    table = named([[10, 50], [50, 50]])
    people, beds = pd.Series([4.0, 6.0], ["a", "b"]), pd.Series([2.0, 8.0], ["u", "v"])
    with pytest.warns(UrbgeoWarning, match="1 of 2 facilities have no demand: v"):
        found = catchments(table, people, beds, minutes=30)
    assert found.table["access"].tolist() == [0.5, 0.0]
    assert found.table["status"].tolist() == ["reached", "unreached"]
    assert found.facilities["status"].tolist() == ["used", "unreached"]
    assert found.without_demand.index.tolist() == ["v"]
    assert found.balance == {
        "capacity": 10, "used": 2, "given": 2, "lost": 0, "demand": 10, "unserved": 6,
        "ratios": 0.5, "access": 0.5,
    }  # fmt: skip


def loop(table: pd.DataFrame, s: pd.Series, p: pd.Series, method: str, decay: Decay) -> dict[str, float]:
    """The formulas written out pair by pair."""
    origins, places = list(table.index), list(table.columns)
    w = {(i, j): float(decay(np.array([table.loc[i, j]]))[0]) for i in origins for j in places}
    row = {i: math.fsum(w[i, k] for k in places) for i in origins}
    col = {j: math.fsum(w[i, j] for i in origins) for j in places}
    if method == "3sfca":
        w = {(i, j): w[i, j] * (w[i, j] / row[i] if row[i] else 0.0) for i, j in w}
    drawn = {(i, j): w[i, j] / row[i] if row[i] else 0.0 for i, j in w} if method == "bfca" else w
    demand = {j: math.fsum(p[i] * drawn[i, j] for i in origins) for j in places}
    ratio = {j: s[j] / demand[j] if demand[j] > 0 else 0.0 for j in places}

    def reaching(i: str, j: str) -> float:
        if method == "m2sfca":
            return w[i, j] ** 2
        if method == "bfca":
            return w[i, j] / col[j] if col[j] else 0.0
        return w[i, j]

    access = {i: math.fsum(ratio[j] * reaching(i, j) for j in places) for i in origins}
    return {i: 0.0 if method == "availability" and p[i] == 0 else access[i] for i in origins}


@ignore_unused
@settings(deadline=None, max_examples=60)
@given(wide_tables(), st.data(), st.sampled_from(sorted(OWN_DECAY)))
def test_every_method_equals_its_formula(table: pd.DataFrame, data: st.DataObject, method: str) -> None:
    people, beds = amounts_for(data.draw, table.index), amounts_for(data.draw, table.columns)
    own = data.draw(st.booleans()) or method in ("2sfca", "gaussian", "kd2sfca")
    decay = OWN_DECAY[method](35.0) if own else stepped([9, 31], [1, 0.42])
    given_as = {"minutes": 35.0} if own else {"decay": decay}
    found = catchments(table, people, beds, method=method, **given_as)
    expected = loop(table, beds, people, method, decay)
    np.testing.assert_allclose(
        found.table["access"], [expected[i] for i in table.index], rtol=1e-9, atol=1e-15
    )
    from_long = catchments(long_of(table), people, beds, method=method, **given_as)
    np.testing.assert_array_equal(from_long.table["access"].sort_index(), found.table["access"])
    assert found.table.index.equals(table.index)
    assert found.facilities.index.equals(table.columns)


@ignore_unused
@settings(deadline=None, max_examples=60)
@given(wide_tables(), st.data(), st.sampled_from(CONSERVING))
def test_what_can_be_used_is_given_away_and_no_more(
    table: pd.DataFrame, data: st.DataObject, method: str
) -> None:
    people, beds = amounts_for(data.draw, table.index), amounts_for(data.draw, table.columns)
    balance = catchments(table, people, beds, method=method, minutes=40).balance
    assert balance["given"] == pytest.approx(balance["used"], abs=1e-9)
    assert balance["lost"] == pytest.approx(0, abs=1e-9)
    poor = catchments(table, people, beds, method="m2sfca", decay=linear(40)).balance
    assert poor["given"] <= poor["used"] + 1e-9
    level = catchments(table, people, beds, method="bfca", minutes=40).balance
    assert level["access"] == pytest.approx(level["ratios"])


@ignore_unused
def test_a_comparison_is_each_catchment_done_alone() -> None:
    decays = [exponential(half_min=20), linear(60)]
    found = compare_catchments(
        long_of(TOY), TOY_PEOPLE, TOY_JOBS, methods=["2sfca", "3sfca"], minutes=[20, 45], decays=decays
    )
    alone = {
        ("2sfca", "20 min"): {"minutes": 20.0},
        ("2sfca", "45 min"): {"minutes": 45.0},
        ("3sfca", "20 min"): {"minutes": 20.0},
        ("3sfca", "45 min"): {"minutes": 45.0},
        ("3sfca", "exponential half 20"): {"decay": decays[0]},
        ("3sfca", "linear 60"): {"decay": decays[1]},
    }
    assert found.access.columns.tolist() == found.balance.index.tolist() == list(alone)
    for (method, name), how in alone.items():
        one = catchments(TOY, TOY_PEOPLE, TOY_JOBS, method=method, **how)
        pd.testing.assert_series_equal(
            found.access[method, name], one.table["access"], check_names=False, rtol=1e-12
        )
        assert found.balance.loc[(method, name)].to_dict() == pytest.approx(dict(one.balance))
    assert found.ranks.to_numpy().diagonal() == pytest.approx(1.0)
    assert repr(found).splitlines()[0] == "<CatchmentComparison of 6 catchments for 5 places>"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "give minutes or decays"),
        ({"minutes": [45, 20]}, "do not rise"),
        ({"minutes": [45], "methods": ["2sfca", "2sfca"]}, "methods: .*each once"),
        ({"minutes": [45], "methods": "2sfca"}, "methods: .*one or several"),
        ({"minutes": [45], "methods": ["4sfca"]}, "method: '4sfca'"),
        ({"decays": [linear(30), linear(30)]}, "names are repeated"),
        ({"decays": [linear(30)], "methods": ["2sfca"]}, "2sfca have their own"),
        ({"decays": [3], "methods": ["e2sfca"]}, "decay: 3 is none"),
    ],
)
def test_comparisons_without_sense_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        compare_catchments(TOY, TOY_PEOPLE, TOY_JOBS, **given)


def test_the_caller_keeps_his_tables_and_sees_the_method() -> None:
    table, jobs = TOY.copy(), TOY_JOBS.copy()
    with pytest.warns(UrbgeoWarning):
        found = catchments(table, TOY_PEOPLE, jobs, method="gaussian", minutes=45)
    pd.testing.assert_frame_equal(table, TOY)
    pd.testing.assert_series_equal(jobs, TOY_JOBS)
    assert found.provenance.parameters["method"] == "gaussian"
    assert "by gaussian: 5 places, 5 facilities (1 without demand)" in repr(found)
    assert list(found.tables()) == ["table", "summary", "provenance", "facilities"]
    assert found.tables()["facilities"] is found.facilities


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: catchments(TOY, -TOY_PEOPLE, TOY_JOBS, minutes=45),
            "demand: .*negative or infinite at a, b",
        ),
        (lambda: catchments(TOY, TOY_PEOPLE.replace(852, np.nan), TOY_JOBS, minutes=45), "missing.* at a"),
        (lambda: catchments(TOY, TOY_PEOPLE, -TOY_JOBS, minutes=45), "capacity: .*negative"),
        (lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS.iloc[:0], minutes=45), "capacity: it is empty"),
        (
            lambda: catchments(TOY, TOY_PEOPLE, pd.concat([TOY_JOBS, pd.Series({"q": 1.0})]), minutes=45),
            "none of the destinations at q",
        ),
        (
            lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS.iloc[1:], minutes=45),
            "not among the destinations at u",
        ),
        (lambda: catchments(TOY, TOY_PEOPLE.iloc[1:], TOY_JOBS, minutes=45), "not among the origins at a"),
        (lambda: catchments(TOY, TOY_JOBS, TOY_PEOPLE, minutes=45), "(?s)origins at .*destinations at"),
        (lambda: catchments(TOY.replace(5.8, -1), TOY_PEOPLE, TOY_JOBS, minutes=45), "negative minutes"),
        (
            lambda: catchments(pd.concat([long_of(TOY)] * 2), TOY_PEOPLE, TOY_JOBS, minutes=45),
            "repeated pairs",
        ),
        (lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS), "either minutes or a decay"),
        (lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS, minutes=45, decay=linear(3)), "either minutes or"),
        (lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS, decay=linear(45)), "decay: '2sfca' has its own"),
        (
            lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS, method="e2sfca", decay=3),
            "decay: 3 is none",
        ),
        (lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS, method="4sfca", minutes=45), "method: '4sfca'"),
        (lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS, minutes=0), "minutes"),
        (
            lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS.to_frame(), minutes=45),
            "capacity: a Series by id",
        ),
    ],
)
def test_bad_input_is_refused_by_name(call: Callable[[], Catchments], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_a_network_with_columns_gives_what_its_table_gives() -> None:
    road = along(0, 30, 90, oneway=True)
    towns = points([(0, 0), (30, 0), (90, 0)], list("abc")).assign(
        people=[10.0, 40.0, 50.0], name=list("ABC")
    )
    wards = points([(25, 0), (80, 0)], ["x", "y"]).assign(beds=[5.0, 9.0], name=["X", "Y"])
    how: dict[str, object] = {"capacity": "beds", "population": "people", "minutes": 55}
    found = catchments(road, towns, wards, **how)
    assert found.table["access"].tolist() == pytest.approx([0.5, 9 / 40, 0.0])
    assert found.table["status"].tolist() == ["reached", "reached", "unreached"]
    assert found.table.columns.tolist() == ["name", "demand", "access", "supply", "status", "geometry"]
    assert found.facilities["name"].tolist() == ["X", "Y"]
    same = catchments(minutes_table(road, towns, wards), towns, wards, **how)
    pd.testing.assert_frame_equal(same.table, found.table)
    several = compare_catchments(road, towns, wards, **how | {"minutes": [26, 55], "methods": ["2sfca"]})
    assert several.table["2sfca 55 min"].equals(found.table["access"])
    assert several.table["status"].tolist() == ["reached", "reached", "unreached"]


def test_amounts_are_a_column_or_a_series_and_nothing_else() -> None:
    towns = pd.DataFrame({"people": TOY_PEOPLE})
    shuffled = catchments(TOY, towns, TOY_JOBS, population=TOY_PEOPLE.iloc[::-1], minutes=100)
    assert shuffled.table["demand"].tolist() == TOY_PEOPLE.tolist()
    for call, message in (
        (
            lambda: catchments(TOY, towns, TOY_JOBS, minutes=9),
            "population: a Series by id .*which has people",
        ),
        (
            lambda: catchments(TOY, towns, TOY_JOBS, population="beds", minutes=9),
            "no column beds; it has people",
        ),
        (
            lambda: catchments(TOY, TOY_PEOPLE, TOY_JOBS, population="a", minutes=9),
            "demand is no frame but Series",
        ),
        (
            lambda: catchments(TOY, towns, TOY_JOBS, population=TOY_PEOPLE.iloc[1:], minutes=9),
            "population: no amount for a",
        ),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_ranks_tie_where_only_the_last_bit_differs() -> None:
    found = compare_catchments(TOY, TOY_PEOPLE, TOY_JOBS, methods=["2sfca"], minutes=[45, 100])
    noisy = found.access.copy()
    noisy.iloc[1, 0] = np.nextafter(noisy.iloc[2, 0], 1)
    pd.testing.assert_frame_equal(dataclasses.replace(found, access=noisy).ranks, found.ranks)


def test_the_zones_of_the_enhanced_catchment_are_thirds_with_the_weights_of_luo_and_qi() -> None:
    for method in ("e2sfca", "3sfca", "m2sfca"):
        weights = OWN_DECAY[method](30.0)(np.array([0.0, 10, 10.001, 20, 20.001, 30, 30.001]))
        assert weights.tolist() == [1, 1, 0.68, 0.68, 0.22, 0.22, 0]


@ignore_unused
def test_a_facility_reached_by_nobody_but_empty_places_has_no_demand() -> None:
    found = catchments(TOY, TOY_PEOPLE, TOY_JOBS, minutes=45)
    assert found.facilities["status"].tolist() == ["used"] * 4 + ["no demand"]
    assert found.table["status"].tolist() == ["reached"] * 5, "e reaches y, which has no jobs"
    assert found.provenance.shares["demand unserved"] == 0
    assert {"method": "2sfca", "decay": "binary 45"}.items() <= dict(found.provenance.parameters).items()
    assert found.summary.loc["capacity", "value"] == 599 and found.summary.loc["used", "value"] == 599


@ignore_unused
def test_people_unserved_are_a_share_and_of_nobody_none() -> None:
    table = named([[10, 50], [50, 50]])
    people, beds = pd.Series([4.0, 6.0], ["a", "b"]), pd.Series([2.0, 8.0], ["u", "v"])
    assert catchments(table, people, beds, minutes=30).provenance.shares["demand unserved"] == 0.6
    nobody = catchments(table, people * 0, beds, minutes=30)
    assert nobody.provenance.shares["demand unserved"] == 0
    assert nobody.facilities["status"].tolist() == ["no demand", "unreached"]
    assert (nobody.balance["used"], nobody.balance["lost"], nobody.balance["unserved"]) == (0, 0, 0)


def test_a_comparison_is_of_three_methods_unless_said_and_a_place_is_reached_by_any() -> None:
    table = named([[10, 50], [50, 40], [90, 90]])
    people, beds = pd.Series([4.0, 6.0, 1.0], list("abc")), pd.Series([2.0, 8.0], list("uv"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # each facility is used by one of the two at least
        found = compare_catchments(table, people, beds, minutes=[30, 45])
    assert found.balance.index.unique("method").tolist() == ["2sfca", "e2sfca", "3sfca"]
    assert found.table["status"].tolist() == ["reached", "reached", "unreached"]
    assert found.table["2sfca 30 min"].tolist() == [0.5, 0, 0]
    assert found.table["2sfca 45 min"].tolist() == [0.5, 8 / 6, 0]
    assert found.summary.loc[("2sfca", "30 min"), "used"] == 2
    assert found.provenance.parameters["comparisons"][:2] == (("2sfca", "30 min"), ("2sfca", "45 min"))
    with pytest.warns(UrbgeoWarning, match="1 of 2 facilities have no demand: v"):
        compare_catchments(table, people, beds, minutes=[20, 30])
