"""Gate that refuses populations given in 万 (ten thousands), or a mix of 万 and persons."""

from __future__ import annotations

import numpy as np
import pandas as pd

from urbgeo.checks import add_amount_faults, check_ids
from urbgeo.errors import Faults, InputError

LARGEST_CITY_WAN = 4_000
"""No city of the world has more people than this many 万; above it a number means persons."""

SMALLEST_CITY_PERSONS = 10_000
"""The upper side of a mix of units holds numbers of at least this many persons."""

APART = 1_000.0
"""Totals of two columns about the same places never differ by this factor in one unit."""

MIXED_UNITS_RATIO = 10.0
"""Two neighbours in the sorted list that differ by this factor across the gap betray two units."""


def check_persons(population: pd.Series, name: str, *, units_checked: bool = False) -> pd.Series:
    """The populations as floats, when they are persons.

    A list is refused when its largest number is below 4,000 (then it is in 万), or when a gap of a factor
    of ten separates numbers below 4,000 from numbers above 10,000 (then some are in 万).

    Parameters
    ----------
    population
        Persons, index = place id.
    name
        How the argument is called in messages.
    units_checked
        True when small numbers really are persons, e.g. hamlets.

    Raises
    ------
    InputError
        For repeated ids, missing or negative numbers, and numbers that look like 万.
    """
    check_ids(population.index, name)
    faults = Faults(name)
    add_amount_faults(faults, population.rename(str(population.name or "population")))
    faults.raise_if_any()
    persons = population.astype(float)
    if not units_checked:
        _add_unit_faults(faults, persons)
        faults.raise_if_any()
    return persons


def check_one_unit(first: pd.Series, second: pd.Series) -> None:
    """Refuse two columns whose totals differ a thousandfold: one is in 万, the other in persons.

    Raises
    ------
    InputError
        Naming both columns and their totals.
    """
    low, high = sorted((first, second), key=lambda column: float(column.sum()))
    if float(low.sum()) > 0 and float(high.sum()) >= APART * float(low.sum()):
        raise InputError(
            f"{low.name} sums to {low.sum():g} and {high.name} to {high.sum():g}, which look like 万 (ten "
            "thousands) beside persons; bring both to one unit."
        )


def _add_unit_faults(faults: Faults, persons: pd.Series) -> None:
    remedy = "multiply 万 by 10,000, or pass units_checked=True if these are persons"
    ordered = persons[persons > 0].sort_values(kind="stable")
    if ordered.empty:
        return
    if ordered.iloc[-1] < LARGEST_CITY_WAN:
        faults.add(
            f"the largest population is {ordered.iloc[-1]:g}, which looks like 万 (ten thousands)",
            ids=ordered.index[-1:],
            remedy=remedy,
        )
        return
    values = ordered.to_numpy()
    gap = (
        (values[:-1] < LARGEST_CITY_WAN)
        & (values[1:] >= SMALLEST_CITY_PERSONS)
        & (values[1:] >= MIXED_UNITS_RATIO * values[:-1])
    )
    if gap.any():
        below = int(np.flatnonzero(gap)[0]) + 1
        faults.add(
            f"numbers up to {values[below - 1]:g} beside others from {values[below]:g} on "
            "look like 万 mixed with persons",
            ids=ordered.index[:below],
            remedy=remedy,
        )
