"""The gates against 万 beside persons: what they refuse, what they let pass, and where they stand."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urbgeo.access.coverage import coverage
from urbgeo.access.reach import reach
from urbgeo.checks import check_share
from urbgeo.cities.clusters import city_clusters, clusters_by_minutes
from urbgeo.cities.interaction import radiation
from urbgeo.cities.sizes import shrinking_cities, urbanisation_rate
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.magnitude import (
    FEWEST_OF_MANY,
    check_persons,
    check_unit,
    check_unmixed,
    looks_like_wan,
    refuse_shares,
)


def series(values: list[float], name: str = "people") -> pd.Series:
    return pd.Series(values, index=[f"z{k}" for k in range(len(values))], name=name, dtype=float)


@pytest.mark.parametrize(
    "values",
    [
        [650, 1_500_000, 1_200_000],
        [650, 150, 3500, 9000, 1_500_000, 1_200_000],
        [45.2, 120, 2300, 6000, 9500, 12_000, 85_000, 300_000, 1_200_000],
        [2487.1, 1200.5, 650.3, 3999, 8000, 15_000, 30_000],
        [3900, 8, 12, 41_000, 70_000],
    ],
    ids=["a gap", "bridged by two", "a ladder", "decimals", "a mid value"],
)
def test_mixed_units_are_refused_even_when_mid_values_bridge_the_gap(values: list[float]) -> None:
    with pytest.raises(InputError, match=r"people: numbers up to .* mixed with persons at z.*10,000"):
        check_persons(series(values), "cities")
    assert check_persons(series(values), "cities", units_checked=True).tolist() == values


@pytest.mark.parametrize(
    "values",
    [
        [145, 632, 3614, 4689, 12_000, 55_000, 90_000],
        [3000, 29_999],
        [900, 2000, 3500, 9000, 40_000, 899_000],
        [1_200_000.5, 900.25, 8000.75, 30_000.5],
        [0, 0, 50_000],
    ],
    ids=["counties", "less than tenfold", "towns", "decimals on both sides", "nobody"],
)
def test_small_places_beside_large_ones_pass(values: list[float]) -> None:
    assert check_persons(series(values), "cities").tolist() == values


def test_the_bounds_of_the_signs() -> None:
    check_unmixed(series([3999, 39_989]), name="zones")
    check_unmixed(series([11, 5000, 10_000]), name="zones")
    check_unmixed(series([10, 5000, 10_000]), name="zones", medians=False)
    check_unmixed(series([1, 1]), series([999, 1]), name="zones")
    for columns in ([[3999, 39_990]], [[10, 5000, 10_000]], [[1, 1], [1000, 1]]):
        with pytest.raises(InputError, match="万"):
            check_unmixed(*(series(one) for one in columns), name="zones")
        check_unmixed(*(series(one) for one in columns), name="zones", units_checked=True)


@given(st.lists(st.integers(100_000, 30_000_000), min_size=2, max_size=20), st.randoms())
def test_a_list_with_some_cities_in_wan_never_passes(people: list[int], random: object) -> None:
    values = series([float(one) for one in people])
    check_persons(values, "cities")
    some = random.sample(range(len(people)), random.randint(1, len(people)))
    mixed = values.copy()
    mixed.iloc[some] /= 10_000
    with pytest.raises(InputError, match="万"):
        check_persons(mixed, "cities")


MIXED = [650.0, 1_200_000.0, 1_500_000.0]


def in_clusters(**options: bool) -> object:
    points = gpd.points_from_xy([0, 1, 2], [0, 1, 2], crs=4326)
    places = gpd.GeoDataFrame({"people": MIXED}, geometry=points, index=["z0", "z1", "z2"])
    return city_clusters(places, population="people", distance_km=5, **options)


def in_clusters_by_minutes(**options: bool) -> object:
    people = series(MIXED)
    table = pd.DataFrame(np.ones((3, 3)), people.index, people.index)
    return clusters_by_minutes(table, minutes=5, population=people, **options)


def in_rates(**options: bool) -> object:
    return urbanisation_rate(series([1.0, 5e5, 5e5], "urban"), series(MIXED, "all"), **options)


def in_shrinking(**options: bool) -> object:
    table = pd.DataFrame({"p0": MIXED, "p1": MIXED, "b0": 1.0, "b1": 1.0}, index=series(MIXED).index)
    return shrinking_cities(
        table, population_before="p0", population_after="p1", built_before="b0", built_after="b1", **options
    )


def in_radiation(**options: bool) -> object:
    people = series(MIXED)
    return radiation(people, pd.DataFrame(np.ones((3, 3)), people.index, people.index), **options)


DOORS = [in_clusters, in_clusters_by_minutes, in_rates, in_shrinking, in_radiation]


@pytest.mark.parametrize("call", DOORS)
def test_every_door_refuses_mixed_units_and_can_be_opened(call: Callable[..., object]) -> None:
    with pytest.raises(InputError, match=r"mixed with persons at z0"):
        call()
    call(units_checked=True)


def wan(count: int = FEWEST_OF_MANY, largest: float = 1999.5) -> pd.Series:
    """Counties in 万, as a yearbook has them."""
    return series([largest, *(round(3.01 + 0.37 * k, 2) for k in range(count - 1))], "常住人口")


def test_thirty_counties_with_decimals_are_in_wan() -> None:
    assert looks_like_wan(wan(), "常住人口") and looks_like_wan(wan(), "amount", "population_2020")
    assert not looks_like_wan(wan(FEWEST_OF_MANY - 1), "population")
    assert not looks_like_wan(wan(largest=2000.0), "population")
    assert not looks_like_wan(wan().round(), "population"), "whole numbers are counts of hamlets"
    assert not looks_like_wan(wan() / 7, "population"), "cells of a grid have no round fractions"
    few = wan().where(np.arange(FEWEST_OF_MANY) < 10, 5.0)
    assert not looks_like_wan(few, "population"), "a third with decimals is no unit"


@pytest.mark.parametrize("name", ["beds", "population_density", "人口密度", "gdp", "popular", "urban share"])
def test_what_counts_no_people_is_never_in_wan(name: str) -> None:
    assert not looks_like_wan(wan(), name)


def test_verbs_without_a_rule_of_their_own_warn_of_wan() -> None:
    people = wan()
    spots = gpd.points_from_xy(np.linspace(112.0, 113.0, len(people)), np.full(len(people), 28.0))
    places = gpd.GeoDataFrame({"people": people}, geometry=spots, crs=4326)
    minutes = pd.DataFrame(10.0, people.index.rename("origin"), people.index.rename("destination"))
    for ask in (
        lambda: coverage(minutes, places, places, weight="people"),
        lambda: reach(minutes, places, population="people"),
    ):
        with pytest.warns(UrbgeoWarning, match="look like 万"):
            ask()


@pytest.mark.parametrize("percent", [1.0001, 35, 100])
def test_percent_are_no_shares(percent: float) -> None:
    with pytest.raises(InputError, match="looks like percent"):
        check_share(percent, "majority")
    assert check_share(1, "majority") == 1.0


def test_shares_are_no_people_whatever_is_vouched_for() -> None:
    for units_checked in (False, True):
        with pytest.raises(InputError, match=r"holds shares, not people at a, b"):
            check_persons(pd.Series({"a": 0.25, "b": 0.75, "c": 1.0}), "towns", units_checked=units_checked)
    assert check_persons(pd.Series({"a": 0.0, "b": 1.0}), "towns", units_checked=True).sum() == 1.0


def test_a_list_whose_largest_is_below_four_thousand_is_in_wan() -> None:
    with pytest.raises(InputError, match=r"largest population is 3999, which looks like 万 .* at z1;"):
        check_persons(series([5, 3999, 3999]), "cities")
    for counted in ([5, 4000], [0, 0]):
        assert check_persons(series(counted), "cities").tolist() == counted
    check_unit(series([5, 3999]), "cities", units_checked=True)
    found = check_persons(pd.Series(["1.2亿", 5e6], ["a", "b"]), "cities")
    assert found.tolist() == [1.2e8, 5e6] and found.name is None


def test_the_smallest_of_a_mix_are_named_first() -> None:
    with pytest.raises(InputError, match=r"up to 650 beside others from 1.2e\+06 .* at z2, z0;"):
        check_persons(series([650, 1_500_000, 8, 0, 1_200_000]), "cities")


def test_most_of_the_numbers_must_have_decimals_and_no_more_than_four() -> None:
    half = series([5.5] * 15 + [5.0] * 15)
    assert not looks_like_wan(half, "people") and looks_like_wan(half.replace(5.0, 5.25), "people")
    assert looks_like_wan(series([5.1234] * 30), "people")
    assert not looks_like_wan(series([5.12345] * 30), "people")
    assert looks_like_wan(pd.concat([series([5.5] * 30), pd.Series([0.0] * 40)]), "people"), "nobody is none"
    check_unmixed(series([1.5, 2.0, 9000, 40_000]), name="zones", medians=False)  # half with decimals
    check_unmixed(series([1.5, 2.0, 9000, 40_000.5]), name="zones", medians=False)
    with pytest.raises(InputError, match="mixed with persons at z0, z1, z2"):
        check_unmixed(series([1.5, 2.5, 3.0, 9000, 40_000, 50_000.5]), name="zones", medians=False)


def test_a_share_of_one_is_refused_only_beside_parts() -> None:
    refuse_shares(series([1.0, 0.0]), "cities")
    refuse_shares(series([0.5, 1.01]), "cities")
    with pytest.raises(InputError, match="people holds shares, not people at z0"):
        refuse_shares(series([0.5, 1.0, np.nan]), "cities")
