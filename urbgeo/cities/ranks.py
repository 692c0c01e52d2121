"""The distribution of city sizes: rank-size slopes, primacy, concentration and inequality."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from urbgeo.checks import check_choice, check_quantity, check_whole
from urbgeo.cities.matrices import by_id, persons_by_id
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.types import Floats


@dataclass(frozen=True, eq=False, repr=False)
class RankSize(Result):
    """A Pareto tail of city sizes: ``P(size > s) ~ s ** -exponent``; 1 is Zipf's law.

    ``table``: ``population``, ``rank`` (equal cities share the mean of their ranks) and ``used`` by city.
    ``intercept`` and ``r_squared`` belong to the log-log line (NaN for Hill); ``n`` cities of at least
    ``smallest`` persons were used.
    """

    table: pd.DataFrame
    exponent: float
    std_error: float
    intercept: float
    r_squared: float
    n: int
    smallest: float
    provenance: Provenance = field(default_factory=Provenance)

    _titles: ClassVar[tuple[str, str]] = ("位序—规模", "Rank and size")

    @property
    def summary(self) -> pd.DataFrame:
        """The line and what it rests on."""
        names = ("exponent", "std_error", "intercept", "r_squared", "n", "smallest")
        return pd.DataFrame({"value": [float(getattr(self, name)) for name in names]}, index=list(names))

    def _headline(self) -> str:
        return f"exponent {self.exponent:.3f} ± {self.std_error:.3f} over {self.n} cities"


def rank_size(
    population: pd.Series,
    *,
    method: str = "gabaix-ibragimov",
    largest: int | None = None,
    min_population: float = 0.0,
    units_checked: bool = False,
) -> RankSize:
    """The Pareto exponent of city sizes.

    - ``"gabaix-ibragimov"``: ``ln(rank - 1/2) = a - b ln P`` by least squares, standard error
      ``b sqrt(2 / n)``.
    - ``"rank"``: ``ln rank = a - b ln P``, same standard error; biased low in small samples.
    - ``"hill"``: ``b = (n - 1) / sum ln(P_i / P_min)``, standard error ``b / sqrt(n - 1)``.

    Parameters
    ----------
    population
        Persons by city id; cities without people are left out.
    method
        See above.
    largest
        Use only this many largest cities.
    min_population
        Use only cities of at least this many persons.
    units_checked
        True when numbers that look like 万 really are persons.

    Returns
    -------
    RankSize

    Examples
    --------
    >>> people = pd.Series([8e6 / rank for rank in range(1, 9)])
    >>> round(rank_size(people, method="rank").exponent, 6)
    1.0

    Raises
    ------
    InputError
        For faulty populations, an unknown method, fewer than three cities, or cities of one size.

    References
    ----------
    Gabaix and Ibragimov (2011), Rank-1/2; Hill (1975).
    """
    check_choice(method, "method", ("gabaix-ibragimov", "rank", "hill"))
    persons = persons_by_id(population, call="rank_size(population)", units_checked=units_checked)
    check_quantity(min_population, "min_population", zero=True)
    top = None if largest is None else check_whole(largest, "largest", 3)
    rank = pd.Series(_shared_ranks(persons.to_numpy()), persons.index)
    used = (persons > 0) & (persons >= min_population)
    # The largest by size and then by id, so that the order of rows never says which of two equals is used.
    order = np.lexsort((by_id(persons.index), -persons.to_numpy()))
    chosen = order[used.to_numpy()[order]][:top]
    sizes = persons.to_numpy()[chosen]
    if len(sizes) < 3 or sizes[0] == sizes[-1]:
        raise InputError(
            f"population: {len(sizes)} cities of different size remain; a slope needs three or more, "
            "lower min_population or raise largest."
        )
    fit = _hill(sizes) if method == "hill" else _log_log(sizes, 0.5 if method == "gabaix-ibragimov" else 0.0)
    parameters = {"method": method, "largest": largest, "min_population": min_population}
    table = pd.DataFrame({"population": persons, "rank": rank, "used": False}, index=persons.index)
    table.iloc[chosen, 2] = True
    return RankSize(table, *fit, len(sizes), float(sizes[-1]), Provenance(parameters))


def concentration(population: pd.Series, *, units_checked: bool = False) -> pd.Series:
    """Primacy and inequality of a system of cities.

    ``primacy_2 = P1 / P2``; ``primacy_4 = P1 / (P2 + P3 + P4)``; ``primacy_11 = 2 P1 / (P2 + ... + P11)``;
    ``share_first = P1 / sum P``; ``hhi = sum s_i ** 2``; ``gini = sum |P_i - P_j| / (2 n^2 mean)``;
    ``theil = mean((P / mean) ln(P / mean))`` with ``0 ln 0 = 0``. Under Zipf's law the primacies are 2, 1
    and (with eleven cities) about 1.

    Parameters
    ----------
    population
        Persons by city id.
    units_checked
        True when numbers that look like 万 really are persons.

    Examples
    --------
    >>> concentration(pd.Series([8e6, 4e6, 2e6, 2e6]))["primacy_4"]
    np.float64(1.0)

    Returns
    -------
    pandas.Series
        The seven measures and ``n``; a primacy is NaN where there are too few cities.

    Raises
    ------
    InputError
        For faulty populations or no people at all.
    """
    persons = persons_by_id(population, call="concentration(population)", units_checked=units_checked)
    ordered = np.sort(persons.to_numpy())
    total = ordered.sum()
    if total <= 0:
        raise InputError("population: nobody lives in these cities; check the column.")
    n, largest = len(ordered), ordered[::-1]
    ratio = ordered / ordered.mean()
    rank = np.arange(1, n + 1)
    return pd.Series(
        {
            "primacy_2": _primacy(largest, 2, 1.0),
            "primacy_4": _primacy(largest, 4, 1.0),
            "primacy_11": _primacy(largest, 11, 2.0),
            "share_first": largest[0] / total,
            "hhi": ((ordered / total) ** 2).sum(),
            "gini": ((2 * rank - n - 1) * ordered).sum() / (n * total),
            "theil": (ratio * np.log(np.where(ratio > 0, ratio, 1.0))).mean(),
            "n": float(n),
        },
        name="concentration",
    )


def _primacy(largest: Floats, of: int, factor: float) -> float:
    others = largest[1:of].sum()
    return float(factor * largest[0] / others) if len(largest) >= of and others > 0 else np.nan


def _log_log(sizes: Floats, shift: float) -> tuple[float, float, float, float]:
    # Equal cities stand one after the other: which comes first does not show in the line.
    x, y = np.log(sizes), np.log(np.arange(1, len(sizes) + 1) - shift)
    dx, dy = x - x.mean(), y - y.mean()
    slope = (dx * dy).sum() / (dx**2).sum()
    r_squared = (dx * dy).sum() ** 2 / ((dx**2).sum() * (dy**2).sum())
    exponent = -slope
    return (
        float(exponent),
        float(abs(exponent) * np.sqrt(2 / len(sizes))),
        float(y.mean() - slope * x.mean()),
        float(r_squared),
    )


def _shared_ranks(sizes: Floats) -> Floats:
    """Ranks from 1, equal sizes sharing the mean of theirs; rounded first, or the last bit would decide."""
    return pd.Series(-np.round(sizes, 6)).rank(method="average").to_numpy()


def _hill(sizes: Floats) -> tuple[float, float, float, float]:
    above = len(sizes) - 1
    exponent = above / np.log(sizes / sizes[-1]).sum()
    return float(exponent), float(exponent / np.sqrt(above)), np.nan, np.nan
