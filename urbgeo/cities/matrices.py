"""Square tables and numbers by id as this room computes on them: checked, in one order, as floats."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from urbgeo.amounts import amount_of
from urbgeo.checks import check_rows, numbers_of
from urbgeo.errors import Faults, InputError, UrbgeoWarning, some_of
from urbgeo.magnitude import check_persons
from urbgeo.types import Flags, Floats, Ints


def numbers_by_id(values: object, name: str, ids: pd.Index | None = None, *, call: str = "") -> pd.Series:
    """A Series of amounts as floats, in the order of ``ids`` where they are given (see :func:`amount_of`).

    Raises
    ------
    InputError
        For something else, an empty one, ids without a number, and those where it is missing or negative.
    """
    held = _series(values, name, call)
    places = pd.DataFrame(index=held.index if ids is None else ids)
    return amount_of(held, places, name=name, frame_name="the places").rename(name)


def persons_by_id(values: object, *, call: str, units_checked: bool) -> pd.Series:
    """The populations of cities (see :func:`urbgeo.magnitude.check_persons`), a Series by id."""
    held = _series(values, "population", call)
    return check_persons(held, "population", units_checked=units_checked)


def _series(values: object, name: str, call: str) -> pd.Series:
    if not isinstance(values, pd.Series):
        raise InputError(
            f"{name}: a Series by id is needed, not {type(values).__name__}"
            + (f"; the call is {call}." if call else ".")
        )
    if not len(values):
        raise InputError(f"{name}: it has no rows.")
    return values


def matrix_of(table: object, name: str, call: str) -> Floats:
    """The values of an origin-destination table as floats; NaN stays, negative ones are refused."""
    held = check_rows(table, name, call)
    faults = Faults(name)
    columns = [numbers_of(faults, held[column]) for column in held]
    faults.raise_if_any()
    values: Floats = np.stack(columns, axis=1) if columns else np.zeros((len(held), 0))  # type: ignore[arg-type]
    below = (values < 0).any(axis=1)
    if below.any():
        raise InputError(f"{name}: negative numbers from {some_of(held.index[below])}; mend the table.")
    return values


def counts_of(table: object, name: str, call: str) -> Floats:
    """:func:`matrix_of` for flows and people, which are known and finite everywhere."""
    values = matrix_of(table, name, call)
    wrong = ~np.isfinite(values).all(axis=1)
    if wrong.any():
        rows = table.index[wrong] if isinstance(table, pd.DataFrame) else ()
        raise InputError(f"{name}: missing or infinite numbers from {some_of(rows)}; fill them, with 0 say.")
    return values


def costs_of(table: object, name: str, call: str) -> Floats:
    """:func:`matrix_of` for minutes or km: what is missing counts as no path, and is said."""
    values = matrix_of(table, name, call)
    lost = np.isnan(values)
    if lost.any() and isinstance(table, pd.DataFrame):
        warn_of_pairs(table.index, pd.Index(table.columns), lost, name)
    return np.where(lost, np.inf, values)


def square(table: object, ids: pd.Index, name: str, call: str) -> pd.DataFrame:
    """A table over ``ids`` on both sides, brought to their order; refuses other ids."""
    held = check_rows(table, name, call)
    lost = ids.symmetric_difference(held.index).union(ids.symmetric_difference(held.columns))
    if len(lost) or ids.has_duplicates:
        raise InputError(
            f"{name}: its rows and columns must be the ids asked, each once; see {some_of(lost)}."
        )
    return held.reindex(index=ids, columns=ids)


def warn_of_pairs(origins: pd.Index, destinations: pd.Index, lost: Flags, name: str) -> None:
    """Say how many pairs have no number, and which first."""
    rows, columns = np.nonzero(lost)
    pairs = [f"{origins[i]} -> {destinations[j]}" for i, j in zip(rows[:5], columns[:5], strict=True)]
    warnings.warn(
        f"{name}: {len(rows)} pairs are missing and count as without a path: {some_of(pairs)}.",
        UrbgeoWarning,
        stacklevel=4,
    )


def by_id(index: pd.Index) -> Ints:
    """The place of each row when rows are sorted by id: ties settled by it do not depend on their order."""
    place = np.empty(len(index), np.int64)
    place[np.argsort(index.astype(str), kind="stable")] = np.arange(len(index))
    return place
