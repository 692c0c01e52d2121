"""Size classes of cities, their change between years, urbanisation and its projection, shrinking cities."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy import special

from urbgeo.amounts import amount_of
from urbgeo.checks import (
    check_amounts,
    check_ids,
    check_quantity,
    check_range,
    check_rows,
    listed,
    numbers_of,
)
from urbgeo.cities.matrices import numbers_by_id, persons_by_id
from urbgeo.errors import Faults, InputError, UrbgeoWarning, some_of
from urbgeo.magnitude import check_unmixed, refuse_shares
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names
from urbgeo.standards import SIZE_BOUNDS


@dataclass(frozen=True)
class SizeClass:
    """A class of cities: ``lower <= persons < upper`` in the resident population of the urban district."""

    name: str
    lower: float
    upper: float


SIZE_CLASS_SOURCE = "State Council, 国发〔2014〕51号 (2014): 城区常住人口, lower bound inclusive"

SIZE_CLASSES = tuple(
    SizeClass(name, lower, upper)
    for (name, lower), upper in zip(SIZE_BOUNDS, [*(one for _, one in SIZE_BOUNDS[1:]), np.inf], strict=True)
)
"""The seven classes of 国发〔2014〕51号, smallest first."""

LOWER_BOUNDS = tuple(one.lower for one in SIZE_CLASSES)
ORDERED = pd.CategoricalDtype([one.name for one in SIZE_CLASSES], ordered=True)


def class_of(persons: float) -> str:
    """The class of one city by its 城区常住人口, persons.

    >>> class_of(5_000_000)
    '特大城市'
    """
    persons = check_quantity(persons, "persons", zero=True)
    return SIZE_CLASSES[int(np.searchsorted(LOWER_BOUNDS, persons, side="right")) - 1].name


BASIS = "城区常住人口"
"""Residents of the urban district: what the classes are defined on."""

OTHER_BASES = {
    "urban_population": "urban people of the whole prefecture or county (城镇常住人口)",
    "城镇人口": "城镇人口",
    "城镇常住人口": "城镇常住人口",
}
"""What columns of these names count, as those of the regions do: towns outside the urban district too."""


def size_classes(population: pd.Series, *, basis: str = BASIS, units_checked: bool = False) -> pd.Series:
    """The size class of each city.

    Parameters
    ----------
    population
        Resident population of the urban district (城区常住人口) in persons, index = city id.
    basis
        What the numbers count. The classes are defined on 城区常住人口; with any other (a prefecture's urban
        people, say, as the column ``urban_population`` of a region has them) they are read off a number
        they were not made for: a warning says so, and the provenance keeps it.
    units_checked
        True when numbers that look like 万 really are persons.

    Returns
    -------
    pandas.Series
        Ordered categorical ``size_class`` on the index of ``population``; its provenance in ``attrs``.

    Raises
    ------
    InputError
        For repeated ids, missing or negative populations, and populations in 万 or in mixed units.

    Examples
    --------
    >>> size_classes(pd.Series([4_999_999, 5_000_000], ["a", "b"])).tolist()
    ['Ⅰ型大城市', '特大城市']

    Warns
    -----
    UrbgeoWarning
        For another basis.

    References
    ----------
    国发〔2014〕51号 (2014): seven classes, the lower bound belongs to the class.
    """
    persons = persons_by_id(population, call="size_classes(population)", units_checked=units_checked)
    if not isinstance(basis, str) or not basis:
        raise InputError(f"basis: {basis!r}; say what the population counts, e.g. {BASIS!r}.")
    basis = OTHER_BASES.get(str(population.name), basis) if basis == BASIS else basis
    if basis != BASIS:
        warnings.warn(
            f"size classes are defined on {BASIS}, not on {basis}; the classes are those of another number.",
            UrbgeoWarning,
            stacklevel=2,
        )
    codes = np.searchsorted(LOWER_BOUNDS, persons.to_numpy(), side="right") - 1
    found = pd.Series(pd.Categorical.from_codes(codes, dtype=ORDERED), population.index, name="size_class")
    found.attrs["provenance"] = Provenance({"basis": basis}, sources=(SIZE_CLASS_SOURCE,))
    return found


def class_changes(before: pd.Series, after: pd.Series, *, units_checked: bool = False) -> pd.DataFrame:
    """How cities moved between size classes from one year to another.

    Parameters
    ----------
    before, after
        Urban-district populations in persons by city id; the two lists of cities may differ.
    units_checked
        As in :func:`size_classes`.

    Returns
    -------
    pandas.DataFrame
        One row per city of either year, those of ``before`` first: ``before``, ``after`` (classes, missing
        where the city has no number), ``steps`` (classes gained, negative when lost), ``status`` (``"up"``,
        ``"down"``, ``"same"``, ``"new"``, ``"gone"``).

    Examples
    --------
    >>> class_changes(pd.Series({"a": 9e5}), pd.Series({"a": 1e6}))["status"].tolist()
    ['up']

    Raises
    ------
    InputError
        As :func:`size_classes`, for either year.
    """
    first = size_classes(before, units_checked=units_checked)
    second = size_classes(after, units_checked=units_checked)
    cities = before.index.append(after.index.difference(before.index, sort=False))
    table = pd.DataFrame({"before": first.reindex(cities), "after": second.reindex(cities)}, index=cities)
    table.attrs["provenance"] = second.attrs["provenance"]
    there, here = table["before"].notna(), table["after"].notna()
    steps = (table["after"].cat.codes - table["before"].cat.codes).where(there & here)
    moved = np.select([steps > 0, steps < 0], ["up", "down"], "same")
    table["steps"] = steps.astype("Int64")
    table["status"] = np.select([~there, ~here], ["new", "gone"], moved)
    return table


def urbanisation_rate(urban: pd.Series, population: pd.Series, *, units_checked: bool = False) -> pd.Series:
    """Share of urban residents: ``urban / population`` for each zone.

    Parameters
    ----------
    urban, population
        Persons by zone id, on the same ids.
    units_checked
        True when numbers that look like 万 beside persons really are of one unit.

    Returns
    -------
    pandas.Series
        Shares between 0 and 1 on the index of ``population``; NaN for a zone without people. The share of
        the whole is ``urban.sum() / population.sum()``, not the mean of the shares.

    Raises
    ------
    InputError
        For ids that differ, missing or negative numbers, 万 mixed with persons, more urban residents than
        residents.

    Examples
    --------
    >>> urbanisation_rate(pd.Series({"a": 60_000.0}), pd.Series({"a": 80_000.0})).tolist()
    [0.75]
    """
    population = numbers_by_id(population, "population", call="urbanisation_rate(urban, population)")
    urban = numbers_by_id(urban, "urban", call="urbanisation_rate(urban, population)")
    refuse_shares(urban, "urban")
    lost = population.index.symmetric_difference(urban.index)
    if len(lost):
        raise InputError(f"urban and population: {some_of(lost)} stand in one of the two only; align them.")
    table = pd.DataFrame({"urban": urban.reindex(population.index), "population": population})
    table = check_amounts(table, "urban and population", ["urban", "population"])
    check_unmixed(
        table["urban"], table["population"], name="urban and population", units_checked=units_checked
    )
    over = table["urban"] > table["population"]
    if over.any():
        raise InputError(
            f"urban: more urban residents than residents at {some_of(table.index[over])}; "
            "use the same population concept for both."
        )
    return (table["urban"] / table["population"].where(table["population"] > 0)).rename("urbanisation_rate")


@dataclass(frozen=True, eq=False, repr=False)
class Projection(Result):
    """A logistic curve through past urbanisation rates and what it says of later years.

    ``table``: index year, columns ``rate``, ``lower``, ``upper``. ``growth`` per year and its standard
    error, the ``midpoint`` year at which half the saturation is reached, ``n`` observations.
    """

    table: pd.DataFrame
    growth: float
    growth_error: float
    midpoint: float
    n: int
    provenance: Provenance = field(default_factory=Provenance)

    _titles: ClassVar[tuple[str, str]] = ("城镇化率预测", "Urbanisation ahead")

    def _headline(self) -> str:
        last = self.table.iloc[-1]
        return f"{last['rate']:.1%} in {self.table.index[-1]} ({last['lower']:.1%} to {last['upper']:.1%})"


def project_urbanisation(
    rates: pd.Series, years: Sequence[int], *, saturation: float = 1.0, confidence: float = 0.95
) -> Projection:
    """Project urbanisation by a logistic curve, with a prediction interval.

    ``U(t) = S / (1 + exp(-(a + b t)))``: ``ln(U / (S - U))`` is regressed on the year by least squares; the
    interval is Student's prediction interval of that regression carried back through the curve.

    Parameters
    ----------
    rates
        Past rates between 0 and ``saturation``, index = year.
    years
        Years to project.
    saturation
        Ceiling S of the curve, in (0, 1].
    confidence
        Probability of the interval.

    Returns
    -------
    Projection
        With two observations the curve is exact and ``lower``/``upper`` are NaN.

    Raises
    ------
    InputError
        For fewer than two years, repeated years, rates in percent, or rates at 0 or at the ceiling.

    Examples
    --------
    >>> past = pd.Series([0.433, 0.509, 0.588], [2010, 2015, 2020])
    >>> project_urbanisation(past, [2025]).table["rate"].round(3).tolist()
    [0.661]

    References
    ----------
    United Nations, Methods for projections of urban and rural population, Manual VIII (1974).
    """
    check_range(saturation, "saturation", 0.0, 1.0, open_low=True)
    check_range(confidence, "confidence", 0.0, 1.0, open_low=True)
    if confidence == 1:
        raise InputError("confidence: 1 has no interval; give a number below 1.")
    if not isinstance(rates, pd.Series):
        raise InputError(f"rates: a Series by year is needed, not {type(rates).__name__}.")
    _check_rates(rates, saturation)
    past = rates.sort_index().astype(float)
    t, when = past.index.to_numpy(float), np.array([check_range(year, "years") for year in listed(years)])
    y = np.log(past.to_numpy() / (saturation - past.to_numpy()))
    spread = ((t - t.mean()) ** 2).sum()
    slope = ((t - t.mean()) * (y - y.mean())).sum() / spread
    intercept = y.mean() - slope * t.mean()
    degrees = len(t) - 2
    variance = ((y - intercept - slope * t) ** 2).sum() / degrees if degrees else np.nan
    # Student's quantile, as scipy.stats has it: that package takes longer to load than a study to answer.
    reach = special.stdtrit(degrees, (1 + confidence) / 2) if degrees else np.nan
    half = reach * np.sqrt(variance * (1 + 1 / len(t) + (when - t.mean()) ** 2 / spread))
    line = intercept + slope * when
    curve = {name: saturation / (1 + np.exp(-(line + shift))) for name, shift in _shifts(half).items()}
    return Projection(
        pd.DataFrame(curve, index=pd.Index(listed(years), name="year")),
        growth=float(slope),
        growth_error=float(np.sqrt(variance / spread)),
        midpoint=float(-intercept / slope) if slope else np.nan,
        n=len(t),
        provenance=Provenance({"saturation": saturation, "confidence": confidence}),
    )


def shrinking_cities(
    cities: pd.DataFrame,
    *,
    population_before: str | pd.Series,
    population_after: str | pd.Series,
    built_before: str | pd.Series,
    built_after: str | pd.Series,
    tolerance: float = 0.0,
    units_checked: bool = False,
) -> pd.DataFrame:
    """Cities whose population and built-up area part ways.

    Parameters
    ----------
    cities
        One row per city; areas in any one unit.
    population_before, population_after, built_before, built_after
        Columns of ``cities``, or Series on its index.
    tolerance
        Relative change that still counts as none, e.g. 0.01 (closed).
    units_checked
        True when numbers that look like 万 beside persons really are of one unit.

    Returns
    -------
    pandas.DataFrame
        On the index of ``cities``, with its name columns and geometry: ``population_change``,
        ``built_change`` (relative, NaN from a base of 0) and ``status``: ``"shrinking, still building"``,
        ``"shrinking, built-up stable"``, ``"shrinking on both"``, ``"growing"``, ``"stable"``, ``"no base"``;
        the provenance in ``attrs``.

    Raises
    ------
    InputError
        For repeated ids, missing columns, missing or negative numbers, 万 mixed with persons, a tolerance
        that is no number of 0 or more.

    Examples
    --------
    >>> people = {"p10": [90_000, 80_000], "p20": [80_000, 80_000]}
    >>> cities = pd.DataFrame({**people, "b10": [9, 8], "b20": [10, 8]})
    >>> names = dict(population_before="p10", population_after="p20", built_before="b10", built_after="b20")
    >>> shrinking_cities(cities, **names)["status"].tolist()
    ['shrinking, still building', 'stable']
    """
    check_rows(cities, "cities", "shrinking_cities(cities, population_before=...)")
    slack = check_range(tolerance, "tolerance", 0.0)
    given = {
        "population_before": population_before, "population_after": population_after,
        "built_before": built_before, "built_after": built_after,
    }  # fmt: skip
    held = {
        name: amount_of(one, cities, name=name, frame_name="cities", units_checked=units_checked)
        for name, one in given.items()
    }
    people_before, people_after = held["population_before"], held["population_after"]
    check_unmixed(people_before, people_after, name="cities", units_checked=units_checked)
    people = _relative_change(people_before, people_after)
    built = _relative_change(held["built_before"], held["built_after"])
    fewer, more = people < -slack, people > slack
    status = np.select(
        [people.isna() | built.isna(), fewer & (built > slack), fewer & (built < -slack), fewer, more],
        [
            "no base",
            "shrinking, still building",
            "shrinking on both",
            "shrinking, built-up stable",
            "growing",
        ],
        "stable",
    )
    table = pd.DataFrame(
        {"population_change": people, "built_change": built, "status": status}, index=cities.index
    )
    table = with_names(table, cities)
    table.attrs["provenance"] = Provenance({"tolerance": slack})
    return table


def _relative_change(before: pd.Series, after: pd.Series) -> pd.Series:
    return (after - before) / before.where(before > 0)


def _shifts(half: np.ndarray) -> dict[str, np.ndarray]:
    return {"rate": np.zeros_like(half), "lower": -half, "upper": half}


def _check_rates(rates: pd.Series, saturation: float) -> None:
    check_ids(rates.index, "rates")
    faults = Faults("rates")
    numbers = numbers_of(faults, rates.rename("rates"))
    faults.raise_if_any()
    assert numbers is not None
    if len(rates) < 2:
        faults.add("a curve needs two years or more")
    if (numbers > 1).any():
        faults.add(
            "rates above 1 look like percent", ids=rates.index[numbers > 1], remedy="divide them by 100"
        )
    outside = ~((numbers > 0) & (numbers < saturation)) & ~(numbers > 1)
    if outside.any():
        faults.add(
            f"rates that are missing or not strictly between 0 and {saturation:g}", ids=rates.index[outside]
        )
    faults.raise_if_any()
