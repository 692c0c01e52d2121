"""Gates of this room: numbers by id and square tables, refused by name before anything becomes a number."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd

from urbgeo.checks import add_amount_faults, check_ids, is_finite_number
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.types import Floats, Ints


def refuse_kinds(values: pd.Series, name: str) -> None:
    """Refuse a column of times, dates, truth values, categories or text where numbers belong."""
    kind = values.dtype
    numeric = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    if numeric and not pd.api.types.is_complex_dtype(kind):
        return
    if pd.api.types.is_object_dtype(kind):
        odd = [not isinstance(one, Real) or isinstance(one, bool | np.bool_) for one in values]
        wrong = values.index[np.array(odd, bool) & values.notna().to_numpy()]
        if not len(wrong):
            return
        raise InputError(f"{name}: no numbers at {some_of(wrong)}; give plain numbers.")
    raise InputError(f"{name}: numbers are needed, not {kind}; convert them, and say the unit, first.")


def refuse_amount_kinds(given: object, frame: pd.DataFrame, name: str) -> None:
    """:func:`refuse_kinds` for an amount given as a column or a Series; what is neither is left to others."""
    values = frame.get(given) if isinstance(given, str) else given
    if isinstance(values, pd.Series):
        refuse_kinds(values, name)


def numbers_by_id(values: object, name: str, ids: pd.Index | None = None, *, call: str = "") -> pd.Series:
    """A Series of finite numbers >= 0 as floats, in the order of ``ids``.

    Raises
    ------
    InputError
        For something else, naming ids without a number and those where it is missing or negative.
    """
    if not isinstance(values, pd.Series):
        raise InputError(
            f"{name}: a Series by id is needed, not {type(values).__name__}"
            + (f"; the call is {call}." if call else ".")
        )
    check_plain_ids(values.index, name)
    refuse_kinds(values, name)
    faults = Faults(name)
    lost = pd.Index([]) if ids is None else ids[~ids.isin(values.index)]
    if len(lost):
        faults.add("no number", ids=lost, remedy="give one for every place")
    add_amount_faults(faults, values.rename(name))
    faults.raise_if_any()
    held = values.astype(np.float64)
    return held if ids is None else held.reindex(ids)


def check_plain_ids(index: pd.Index, name: str) -> None:
    """Refuse ids of several levels, and missing and repeated ones."""
    if isinstance(index, pd.MultiIndex):
        raise InputError(
            f"{name}: its index has {index.nlevels} levels; give one id a row, e.g. reset_index."
        )
    check_ids(index, name)


def check_table(table: object, name: str, call: str) -> pd.DataFrame:
    """Refuse what is no table, and ids of its rows that cannot be told apart."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{name}: a table is needed, not {type(table).__name__}; the call is {call}.")
    check_plain_ids(table.index, name)
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()]
        raise InputError(f"{name}: repeated columns {some_of(twice)}; name each once.")
    return table


def matrix_of(table: object, name: str, call: str) -> Floats:
    """The values of an origin-destination table as floats; NaN stays, negative ones are refused."""
    held = check_table(table, name, call)
    for column in held:
        refuse_kinds(held[column], f"{name}, column {column}")
    values = held.astype(np.float64).to_numpy()
    below = (values < 0).any(axis=1)
    if below.any():
        raise InputError(f"{name}: negative numbers from {some_of(held.index[below])}; mend the table.")
    return values


def check_range(
    value: object, name: str, low: float = -np.inf, high: float = np.inf, *, open_low: bool = False
) -> float:
    """A parameter as a float; refuse what is not finite and within its range (closed, or open below)."""
    held = is_finite_number(value) and (low < value if open_low else low <= value) and value <= high  # type: ignore[operator]
    if not held:
        below = f"{'>' if open_low else '>='} {low:g}" if np.isfinite(low) else ""
        above = f"<= {high:g}" if np.isfinite(high) else ""
        bounds = " and ".join(one for one in (below, above) if one)
        raise InputError(f"{name}: {value!r}; give a finite number{' ' + bounds if bounds else ''}.")
    return float(value)  # type: ignore[arg-type]


def check_whole(value: object, name: str, low: int) -> int:
    """A whole number of at least so much."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
        raise InputError(f"{name}: {value!r}; give a whole number of {low} or more.")
    return int(value)


def by_id(index: pd.Index) -> Ints:
    """The place of each row when rows are sorted by id: ties settled by it do not depend on their order."""
    place = np.empty(len(index), np.int64)
    place[np.argsort(index.astype(str), kind="stable")] = np.arange(len(index))
    return place
