"""Rank-size, primacy, concentration: known answers, invariance, and the counties of China."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from urbgeo.cities.hunan import hunan_box8
from urbgeo.cities.ranks import concentration, rank_size
from urbgeo.cities.sizes import size_classes
from urbgeo.errors import InputError

sizes = st.lists(st.floats(10_000, 3e7), min_size=4, max_size=60).filter(lambda x: max(x) > 1.01 * min(x))


def test_box_8_gives_the_known_indices(golden: Path) -> None:
    known = json.loads((golden / "known_answers.json").read_text())["hunan_box8"]
    people = hunan_box8()["population_2025"]
    found = concentration(people)
    for ours, theirs in {
        "primacy_2": "primacy2", "primacy_4": "primacy4", "primacy_11": "primacy11",
        "share_first": "share_first", "hhi": "hhi", "gini": "gini", "theil": "theil_t",
    }.items():  # fmt: skip
        assert found[ours] == pytest.approx(known[theirs], abs=5e-7), ours
    assert -rank_size(people).exponent == pytest.approx(known["log_rank_half_slope"], abs=5e-7)
    assert -rank_size(people, method="rank").exponent == pytest.approx(known["log_rank_slope"], abs=5e-7)


def test_zipf_cities_have_the_textbook_primacies() -> None:
    people = pd.Series(1e7 / np.arange(1, 12))
    found = concentration(people)
    assert found["primacy_2"] == pytest.approx(2)
    assert found["primacy_4"] == pytest.approx(1 / (1 / 2 + 1 / 3 + 1 / 4))
    assert found["primacy_11"] == pytest.approx(2 / (1 / np.arange(2, 12)).sum())
    assert rank_size(people, method="rank").exponent == pytest.approx(1)


def test_hill_finds_the_exponent_of_a_pareto_sample() -> None:
    people = pd.Series(20_000 * (1 - np.random.default_rng(1).random(20_000)) ** (-1 / 1.3))
    hill = rank_size(people, method="hill")
    assert abs(hill.exponent - 1.3) < 3 * hill.std_error
    assert hill.std_error == pytest.approx(hill.exponent / np.sqrt(19_999))
    ours = rank_size(people)
    assert abs(ours.exponent - 1.3) < 3 * ours.std_error
    assert ours.std_error == pytest.approx(ours.exponent * np.sqrt(2 / 20_000))


@given(sizes, st.floats(0.5, 50))
def test_scaling_all_cities_leaves_every_measure(people: list[float], factor: float) -> None:
    one, other = pd.Series(people), pd.Series(people) * factor
    for method in ("gabaix-ibragimov", "rank", "hill"):
        a = rank_size(one, method=method, units_checked=True)
        b = rank_size(other, method=method, units_checked=True)
        assert b.exponent == pytest.approx(a.exponent, rel=1e-6)
    pd.testing.assert_series_equal(
        concentration(one, units_checked=True), concentration(other, units_checked=True), rtol=1e-6, atol=1e-9
    )


@given(sizes, st.randoms())
def test_the_order_of_rows_never_matters(people: list[float], random: object) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)
    one, other = (pd.Series(x) for x in (people, shuffled))
    assert concentration(one, units_checked=True).equals(concentration(other, units_checked=True))
    assert rank_size(one, units_checked=True).exponent == rank_size(other, units_checked=True).exponent


@given(sizes)
def test_gini_and_theil_equal_their_definitions(people: list[float]) -> None:
    x = np.array(people)
    found = concentration(pd.Series(people), units_checked=True)
    pairs = np.abs(x[:, None] - x).mean() / (2 * x.mean())
    assert found["gini"] == pytest.approx(pairs, abs=1e-9)
    assert found["theil"] == pytest.approx((x / x.mean() * np.log(x / x.mean())).mean(), abs=1e-9)


def test_too_few_cities_for_a_primacy_give_nan_and_for_a_slope_an_error() -> None:
    few = pd.Series([3e6, 1e6])
    assert np.isnan(concentration(few)["primacy_4"])
    with pytest.raises(InputError, match="three or more"):
        rank_size(few)
    with pytest.raises(InputError, match="three or more"):
        rank_size(pd.Series([1e6] * 5))
    with pytest.raises(InputError, match="nobody"):
        concentration(pd.Series([0.0, 0.0]))


def test_the_counties_of_china_are_classed_and_ranked(shared_data: Path) -> None:
    import geopandas as gpd

    counties = gpd.read_file(shared_data / "china/counties_2021_census2020.gpkg", ignore_geometry=True)
    people = counties.set_index("CODE")["POPU"].dropna()
    assert len(people) == 2989
    classes = size_classes(people)
    assert len(classes) == 2989
    assert (classes == "Ⅱ型小城市").sum() == (people < 200_000).sum()
    tail = rank_size(people, largest=500)
    assert tail.n == 500
    assert 2 < tail.exponent < 5


def test_equal_cities_share_their_rank_and_the_last_bit_decides_nothing() -> None:
    people = pd.Series([300_000.0, 200_000, 200_000, 100_000, 0.1 + 0.2 + 2e5 - 0.3], list("abcde"))
    found = rank_size(people)
    assert found.table["rank"].tolist() == [1, 3, 3, 5, 3]
    assert found.table["used"].all()
    nudged = people.where(people.index != "c", np.nextafter(200_000, 0))
    assert rank_size(nudged).exponent == pytest.approx(found.exponent, rel=1e-12)
    top = rank_size(people, largest=3).table["used"]
    mixed = rank_size(people[::-1], largest=3).table["used"]
    assert top[top].index.tolist() == sorted(mixed[mixed].index)
    for wrong in (2, 2.5, True, -1):
        with pytest.raises(InputError, match="largest"):
            rank_size(people, largest=wrong)
    with pytest.raises(InputError, match="min_population: nan"):
        rank_size(people, min_population=np.nan)


def test_the_line_is_that_of_least_squares_over_the_cities_used() -> None:
    people = pd.Series([50_000.0, 900_000, 300_000, 100_000, 99_999, 0], list("abcdef"))
    found = rank_size(people, min_population=100_000)
    assert found.table["used"].tolist() == [False, True, True, True, False, False], "the bound is closed"
    assert (found.n, found.smallest) == (3, 100_000)
    line = stats.linregress(np.log([900_000, 300_000, 100_000]), np.log([0.5, 1.5, 2.5]))
    assert (found.exponent, found.intercept) == pytest.approx((-line.slope, line.intercept))
    assert found.r_squared == pytest.approx(line.rvalue**2)
    assert found.summary.loc["n", "value"] == 3 and "over 3 cities" in repr(found)
    told = {"method": "gabaix-ibragimov", "largest": None, "min_population": 100_000}
    assert found.provenance.parameters == told
    hill = rank_size(people, method="hill", min_population=100_000)
    assert hill.exponent == pytest.approx(2 / (np.log(9) + np.log(3))) and np.isnan(hill.r_squared)
    assert rank_size(people).n == 5, "nobody is no city"


def test_primacies_need_as_many_cities_as_they_count() -> None:
    people = pd.Series([8e6, 4e6, 2e6, 1e6])
    found = concentration(people)
    assert found[["primacy_2", "primacy_4", "share_first", "n"]].tolist() == pytest.approx(
        [2, 8 / 7, 8 / 15, 4]
    )
    assert found["hhi"] == pytest.approx((64 + 16 + 4 + 1) / 225) and np.isnan(found["primacy_11"])
    assert np.isnan(concentration(people.iloc[:3])["primacy_4"])
    assert np.isnan(concentration(pd.Series([8e6, 0.0]))["primacy_2"])
