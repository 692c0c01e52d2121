"""Gates that refuse populations given in 万 (ten thousands), or a mix of 万 and persons.

Two lists are told apart by magnitude alone, and magnitude has limits: large cities in 万 (650, 1200, 2487)
beside small towns in persons (15 000, 80 000) read like hamlets beside towns. What the signs below do not
catch cannot be told from numbers; what they catch wrongly is let through by ``units_checked=True``.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pandas as pd

from urbgeo.checks import add_amount_faults, check_ids
from urbgeo.errors import Faults
from urbgeo.types import Floats

LARGEST_CITY_WAN = 4_000
"""No city of the world has more people than this many 万; above it a number means persons."""

SMALLEST_CITY_PERSONS = 10_000
"""The upper side of a mix of units holds numbers of at least this many persons."""

MIXED_UNITS_RATIO = 10.0
"""Two neighbours in the sorted list that differ by this factor across the gap betray two units."""

APART = 1_000.0
"""The middle of numbers in 万 and the middle of numbers in persons lie about 10,000 apart in a list of
cities; people counted in one unit never do by this factor, nor do two counts of one place."""

LARGEST_WAN_OF_MANY = 2_000
FEWEST_OF_MANY = 30
"""So many numbers of people, all below so many and most with decimals, are 万: counts have no fractions.
Cells of a grid have, but no round ones."""

WAN_DECIMALS = 4
"""万 with so many decimals counts single persons; yearbooks never give more."""

PEOPLE = ("population", "people", "persons", "pop", "residents", "inhabitants", "人口", "人数")
"""Words that say in the name of a column, of any verb, that it counts people."""

REMEDY = "multiply 万 by 10,000, or pass units_checked=True if these are persons"


def check_persons(population: pd.Series, name: str, *, units_checked: bool = False) -> pd.Series:
    """The populations of cities as floats, when they are persons.

    A list is refused when its largest number is below 4,000 (then it is in 万), and when numbers below 4,000
    beside others from 10,000 on show any of three signs of two units: a gap of a factor of ten between them
    with nothing inside; medians of the two sides that lie a thousandfold apart, whatever stands between;
    decimals below and whole numbers above (there are no fractions of persons in a count).

    ``population`` has the ids of the places as its index; ``name`` is what messages call it;
    ``units_checked`` is True when small numbers really are persons, e.g. hamlets.

    Raises
    ------
    InputError
        For repeated ids, missing or negative numbers, and numbers that look like 万.
    """
    check_ids(population.index, name)
    faults = Faults(name)
    persons = add_amount_faults(faults, population.rename(str(population.name or "population")))
    faults.raise_if_any()
    check_unit(persons, name, units_checked=units_checked)
    return persons.rename(population.name)


def check_unit(people: pd.Series, name: str, *, units_checked: bool = False) -> None:
    """:func:`check_persons` for amounts already read: refuses shares, 万, and a mix of 万 and persons."""
    refuse_shares(people, name)
    if units_checked:
        return
    faults = Faults(name)
    _add_wan_faults(faults, people)
    _add_mix_faults(faults, people, medians=True)
    faults.raise_if_any()


def refuse_shares(people: pd.Series, name: str) -> None:
    """Refuse shares of 1 where people are needed; no unit makes persons of them.

    Raises
    ------
    InputError
        When no number is above 1 and some lie between 0 and 1.
    """
    held = people.to_numpy(np.float64)
    parts = (held > 0) & (held < 1)
    if parts.any() and np.fmax.reduce(held) <= 1:
        faults = Faults(name)
        faults.add(
            f"{people.name or 'population'} holds shares, not people",
            ids=people.index[parts],
            remedy="multiply them by the people",
        )
        faults.raise_if_any()


def looks_like_wan(people: pd.Series, *names: object) -> bool:
    """Whether numbers that one of the names calls people are, by their decimals, in 万.

    >>> looks_like_wan(pd.Series([31.25] * 30), "常住人口"), looks_like_wan(pd.Series([31.25] * 30), "beds")
    (True, False)
    """
    if not any(_says_people(name) for name in names):
        return False
    held = people.to_numpy(np.float64)
    held = held[held > 0]
    few_decimals = held.round(WAN_DECIMALS) == held
    return bool(
        len(held) >= FEWEST_OF_MANY
        and held.max() < LARGEST_WAN_OF_MANY
        and few_decimals.all()
        and 2 * (held % 1 != 0).sum() > len(held)
    )


def _says_people(name: object) -> bool:
    words = re.split(r"[^a-z\u4e00-\u9fff]+", str(name).lower())
    return any(word.endswith(("人口", "人数")) or word in PEOPLE for word in words) and not {
        "density",
        "share",
        "rate",
    } & set(words)


def check_unmixed(*columns: pd.Series, name: str, medians: bool = True, units_checked: bool = False) -> None:
    """Refuse columns of people that mix 万 with persons, inside a column or from one to the next.

    The signs are those of :func:`check_persons`; a list wholly in 万 passes, where only ratios matter. Two
    columns about one place must not differ a thousandfold.

    ``columns`` are checked numbers of people on one index, ``name`` is what messages call them; ``medians``
    is False for places of any size (cells, hamlets), whose medians may well lie a thousandfold apart;
    ``units_checked`` lets everything pass.

    Raises
    ------
    InputError
        Naming the columns and ids.
    """
    if units_checked:
        return
    faults = Faults(name)
    for column in columns:
        _add_mix_faults(faults, column.astype(float), medians=medians)
    for first, second in pairwise(columns):
        low, high = np.minimum(first, second), np.maximum(first, second)
        apart = (low > 0) & (high >= APART * low)
        if apart.any():
            faults.add(
                f"{first.name} and {second.name} look like 万 (ten thousands) beside persons",
                ids=first.index[apart],
                remedy="bring both to one unit, or pass units_checked=True if both are persons",
            )
    faults.raise_if_any()


def _add_wan_faults(faults: Faults, persons: pd.Series) -> None:
    largest = np.fmax.reduce(persons.to_numpy(), initial=0.0)
    if 0 < largest < LARGEST_CITY_WAN:
        faults.add(
            f"the largest population is {largest:g}, which looks like 万 (ten thousands)",
            ids=persons.index[persons == largest][:1],
            remedy=REMEDY,
        )


def _add_mix_faults(faults: Faults, people: pd.Series, *, medians: bool) -> None:
    held = people.to_numpy(np.float64)
    small = np.flatnonzero((held > 0) & (held < LARGEST_CITY_WAN))
    low, high = held[small], held[held >= SMALLEST_CITY_PERSONS]
    if not len(low) or not len(high):
        return
    between = (held >= LARGEST_CITY_WAN) & (held < SMALLEST_CITY_PERSONS)
    gap = not between.any() and high.min() >= MIXED_UNITS_RATIO * low.max()
    apart = medians and np.median(high) >= APART * np.median(low)
    if gap or apart or (_broken(low) and not _broken(high)):
        faults.add(
            f"{people.name or 'population'}: numbers up to {low.max():g} beside others from {high.min():g} "
            "on look like 万 mixed with persons",
            ids=people.index[small[np.argsort(low, kind="stable")]],
            remedy=REMEDY,
        )


def _broken(values: Floats) -> bool:
    """Whether most of these numbers have decimals."""
    return bool(2 * np.count_nonzero(values % 1) > len(values))
