"""Size classes, their changes, urbanisation curves and shrinking cities."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urbgeo.cities.hunan import hunan_box8
from urbgeo.cities.sizes import (
    SIZE_CLASSES,
    class_changes,
    class_of,
    project_urbanisation,
    shrinking_cities,
    size_classes,
    urbanisation_rate,
)
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.regions.region import Region

BOUNDS = [200_000, 500_000, 1_000_000, 3_000_000, 5_000_000, 10_000_000]


def test_the_lower_bound_belongs_to_the_class() -> None:
    found = size_classes(pd.Series([one + step for one in BOUNDS for step in (-1, 0)]))
    codes = found.cat.codes.to_numpy()
    assert codes.tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]
    assert found.cat.categories.tolist() == [one.name for one in SIZE_CLASSES]


@given(st.lists(st.floats(10_000, 3e7), min_size=1, max_size=30))
def test_classes_equal_a_plain_reading_of_the_document(people: list[float]) -> None:
    found = size_classes(pd.Series(people), units_checked=True).cat.codes.tolist()
    assert found == [sum(one >= bound for bound in BOUNDS) for one in people]


def test_class_changes_name_who_rose_fell_came_and_went() -> None:
    before = pd.Series({"a": 450_000, "b": 1_200_000, "c": 300_000, "d": 60_000})
    after = pd.Series({"e": 80_000, "c": 310_000, "b": 900_000, "a": 5_000_000})
    table = class_changes(before, after)
    assert table.index.tolist() == ["a", "b", "c", "d", "e"]
    assert table["status"].tolist() == ["up", "down", "same", "gone", "new"]
    assert table["steps"].tolist()[:3] == [4, -1, 0]
    assert table["steps"].isna().tolist() == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ([650, 150, 45], "looks like 万"),
        ([650, 1_500_000, 1_200_000], "mixed with persons"),
        ([1_500_000, np.nan], "missing or not a number"),
        ([1_500_000, -1], "negative"),
    ],
)
def test_faulty_populations_are_refused(people: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        size_classes(pd.Series(people))


def test_the_units_gate_names_the_ids_and_can_be_opened() -> None:
    mixed = pd.Series({"长沙": 650.0, "株洲": 1_500_000.0})
    with pytest.raises(InputError, match=r"长沙.*10,000"):
        size_classes(mixed)
    assert size_classes(mixed, units_checked=True)["长沙"] == "Ⅱ型小城市"


def test_repeated_ids_are_refused() -> None:
    with pytest.raises(InputError, match="repeated ids"):
        size_classes(pd.Series([1e6, 2e6], index=["a", "a"]))


def test_urbanisation_rate_keeps_zones_and_refuses_more_urban_than_all() -> None:
    people = pd.Series({"a": 100.0, "b": 0.0})
    rate = urbanisation_rate(pd.Series({"b": 0.0, "a": 63.0}), people)
    assert rate["a"] == 0.63
    assert np.isnan(rate["b"])
    with pytest.raises(InputError, match=r"more urban residents.*a"):
        urbanisation_rate(pd.Series({"a": 101.0, "b": 0.0}), people)
    with pytest.raises(InputError, match="one of the two only"):
        urbanisation_rate(pd.Series({"a": 1.0}), people)


def test_a_logistic_series_is_continued_exactly() -> None:
    years = np.arange(2000, 2021)
    curve = lambda t: 0.8 / (1 + np.exp(-0.06 * (t - 2005)))  # noqa: E731
    found = project_urbanisation(pd.Series(curve(years), index=years), [2025, 2035], saturation=0.8)
    np.testing.assert_allclose(found.table["rate"], curve(np.array([2025, 2035])), rtol=1e-9)
    assert found.growth == pytest.approx(0.06)
    assert found.midpoint == pytest.approx(2005)
    np.testing.assert_allclose(found.table["upper"] - found.table["lower"], 0, atol=1e-6)


def test_the_interval_matches_a_textbook_prediction_interval() -> None:
    from scipy import stats

    rates = pd.Series({2000: 0.30, 2005: 0.36, 2010: 0.45, 2015: 0.51, 2020: 0.59})
    t = rates.index.to_numpy(float)
    fit = stats.linregress(t, np.log(rates / (1 - rates)))
    left = np.log(rates / (1 - rates)) - fit.intercept - fit.slope * t
    s = np.sqrt((left**2).sum() / 3)
    half = stats.t.ppf(0.975, 3) * s * np.sqrt(1 + 0.2 + (2035 - t.mean()) ** 2 / ((t - t.mean()) ** 2).sum())
    line = fit.intercept + fit.slope * 2035
    found = project_urbanisation(rates, [2035]).table.loc[2035]
    assert found["rate"] == pytest.approx(1 / (1 + np.exp(-line)))
    low, high = (1 / (1 + np.exp(-one)) for one in (line - half, line + half))
    said = f"<Projection {found['rate']:.1%} in 2035 ({low:.1%} to {high:.1%})>"
    assert repr(project_urbanisation(rates, [2030, 2035])).splitlines()[0] == said
    assert found["upper"] == pytest.approx(1 / (1 + np.exp(-(line + half))))
    assert found["lower"] == pytest.approx(1 / (1 + np.exp(-(line - half))))


def test_two_years_give_a_curve_without_an_interval() -> None:
    found = project_urbanisation(pd.Series({2015: 0.5089, 2020: 0.5876}), [2025])
    assert 0.65 < found.table.loc[2025, "rate"] < 0.67
    assert np.isnan(found.table.loc[2025, "lower"])


def test_rates_in_percent_are_refused() -> None:
    with pytest.raises(InputError, match="look like percent"):
        project_urbanisation(pd.Series({2015: 50.89, 2020: 58.76}), [2025])


def test_shrinking_cities_are_told_by_people_and_land() -> None:
    cities = pd.DataFrame(
        {
            "p0": [100, 100, 100, 100, 0],
            "p1": [90, 90, 90, 120, 5],
            "b0": [10] * 5,
            "b1": [12, 10, 9, 11, 11],
        },
        index=list("abcde"),
    )
    names = {"population_before": "p0", "population_after": "p1", "built_before": "b0", "built_after": "b1"}
    found = shrinking_cities(cities, **names)
    assert found["status"].tolist() == [
        "shrinking, still building", "shrinking, built-up stable", "shrinking on both", "growing", "no base",
    ]  # fmt: skip
    assert found["population_change"].iloc[0] == pytest.approx(-0.1)
    with pytest.raises(InputError, match="no column b9"):
        shrinking_cities(cities, **(names | {"built_after": "b9"}))


def test_two_columns_in_different_units_are_refused() -> None:
    wan, persons = pd.Series({"a": 65.0, "b": 120.0}), pd.Series({"a": 1e6, "b": 2e6})
    with pytest.raises(InputError, match=r"urban and population look like 万 .* at a, b"):
        urbanisation_rate(wan, persons)
    assert urbanisation_rate(wan, persons / 1e4).tolist() == [0.65, 0.6]
    cities = pd.DataFrame({"p1": [650.0], "p2": [6.6e6], "b1": [1.0], "b2": [2.0]}, index=["a"])
    with pytest.raises(InputError, match=r"p1 and p2 look like 万 .* at a"):
        shrinking_cities(
            cities, population_before="p1", population_after="p2", built_before="b1", built_after="b2"
        )


def test_classes_keep_the_basis_they_were_read_from_and_warn_of_another() -> None:
    people = pd.Series({"a": 600_000.0})
    assert size_classes(people).attrs["provenance"].parameters["basis"] == "城区常住人口"
    with pytest.warns(UrbgeoWarning, match="not on urban people of the prefecture"):
        other = size_classes(people, basis="urban people of the prefecture")
    assert other.tolist() == ["中等城市"]
    assert other.attrs["provenance"].parameters["basis"] == "urban people of the prefecture"
    with pytest.raises(InputError, match="basis: ''"):
        size_classes(people, basis="")


def test_the_urban_people_of_hunans_prefectures_are_not_taken_for_those_of_its_urban_districts(
    hunan: Region,
) -> None:
    """Of the plan's fourteen classes they give four; the column of the urban district gives its own."""
    urban = hunan.prefectures["urban_population"]
    with pytest.warns(UrbgeoWarning, match="not on urban people of the whole prefecture") as told:
        found = size_classes(urban)
    assert len(told) == 1
    assert found.attrs["provenance"].parameters["basis"].endswith("(城镇常住人口)")
    planned = size_classes(hunan_box8().set_index("adcode")["population_2025"])
    assert (found.astype(str) == planned.astype(str).reindex(found.index)).sum() == 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        district = size_classes(hunan.prefectures["city_population"].dropna())
    assert district.to_dict() == {"430100": "特大城市"}
    assert district.attrs["provenance"].parameters["basis"] == "城区常住人口"


def test_an_unchanged_city_is_stable_and_the_tolerance_is_closed() -> None:
    """Survivors: `<` and `>` made closed."""
    cities = pd.DataFrame(
        {"p0": [100_000.0, 100_000, 100_000, 100_000], "p1": [100_000.0, 90_000, 110_000, 90_000],
         "b0": [10.0, 10, 10, 10], "b1": [10.0, 11, 10, 9]},
        index=list("abcd"),
    )  # fmt: skip
    names = {"population_before": "p0", "population_after": "p1", "built_before": "b0", "built_after": "b1"}
    plain = shrinking_cities(cities, **names)["status"]
    assert plain.tolist() == ["stable", "shrinking, still building", "growing", "shrinking on both"]
    assert shrinking_cities(cities, tolerance=0.1, **names)["status"].tolist() == ["stable"] * 4
    for wrong in (np.nan, -0.1, np.inf, "x", True):
        with pytest.raises(InputError, match="tolerance"):
            shrinking_cities(cities, tolerance=wrong, **names)
    with pytest.raises(InputError, match="population_after: p1 holds spans of time"):
        shrinking_cities(cities, **names | {"population_after": cities["p1"].astype("timedelta64[s]")})
    series = shrinking_cities(cities, **names | {"population_after": cities["p1"].iloc[::-1]})
    pd.testing.assert_series_equal(series["status"], plain)


@pytest.mark.parametrize("people", [None, [1, 2], pd.Series([True]), pd.Series(["1"]), pd.Series([np.nan])])
def test_populations_that_are_no_numbers_are_refused(people: object) -> None:
    with pytest.raises(InputError, match="population"):
        size_classes(people)


def test_a_city_is_classed_by_the_lower_bound_and_below_all_in_the_least() -> None:
    names = [class_of(one) for one in (0, 199_999, 200_000, 10_000_000)]
    assert names == ["Ⅱ型小城市", "Ⅱ型小城市", "Ⅰ型小城市", "超大城市"]
    with pytest.raises(InputError, match="persons"):
        class_of(-1)


def test_a_projection_tells_its_fit_and_what_it_rests_on() -> None:
    from scipy import stats

    rates = pd.Series({2010: 0.45, 2000: 0.30, 2005: 0.36, 2015: 0.51, 2020: 0.59})
    t = np.array([2000.0, 2005, 2010, 2015, 2020])
    fit = stats.linregress(t, np.log(rates.sort_index() / (0.9 - rates.sort_index())))
    found = project_urbanisation(rates, [2030], saturation=0.9, confidence=0.8)
    assert (found.growth, found.growth_error) == pytest.approx((fit.slope, fit.stderr))
    assert found.midpoint == pytest.approx(-fit.intercept / fit.slope) and found.n == 5
    assert found.provenance.parameters == {"saturation": 0.9, "confidence": 0.8}
    wider = project_urbanisation(rates, [2030], saturation=0.9).table
    assert wider.loc[2030, "lower"] < found.table.loc[2030, "lower"] < found.table.loc[2030, "rate"]
    assert np.isnan(project_urbanisation(pd.Series({2000: 0.4, 2010: 0.4}), [2020]).midpoint)
    for wrong, message in (
        ({"confidence": 1.0}, "confidence: 1 has no interval"),
        ({"saturation": 0.55}, "strictly between 0 and 0.55 at 2020"),
        ({"saturation": 0.59}, "strictly between 0 and 0.59 at 2020"),
        ({"saturation": 0.0}, "saturation"),
    ):
        with pytest.raises(InputError, match=message):
            project_urbanisation(rates, [2030], **wrong)
    with pytest.raises(InputError, match="two years or more"):
        project_urbanisation(rates.iloc[:1], [2030])
    with pytest.raises(InputError, match="strictly between 0 and 1 at 2000"):
        project_urbanisation(rates.replace(0.30, 0.0), [2030])


def test_equal_urban_and_all_people_are_a_rate_of_one() -> None:
    assert urbanisation_rate(pd.Series({"a": 5e5}), pd.Series({"a": 5e5})).tolist() == [1.0]
