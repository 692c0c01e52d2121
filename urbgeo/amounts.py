"""Amounts by id, people or opportunities or capacity: checked once, the same way for every measure."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from urbgeo.checks import (
    add_amount_faults,
    add_id_faults,
    check_columns,
    check_ids,
    listed,
    other_forms,
    read_amounts,
)
from urbgeo.errors import Faults, InputError, UrbgeoWarning, some_of
from urbgeo.magnitude import looks_like_wan

Amounts: TypeAlias = str | pd.Series | Sequence[str | pd.Series]
"""A column of a frame by name, a Series by its ids, or several of these."""


def amounts_of(amounts: pd.Series | pd.DataFrame, name: str, *, allow_missing: bool = False) -> pd.DataFrame:
    """Amounts by id as columns of floats; a Series becomes one column.

    Raises
    ------
    InputError
        Naming ids: no rows, repeated ids, amounts that are missing, negative, infinite or no numbers.
    """
    if not isinstance(amounts, pd.Series | pd.DataFrame):
        raise InputError(f"{name}: a Series or DataFrame by id is needed, not {type(amounts).__name__}.")
    if isinstance(amounts, pd.Series):
        amounts = amounts.to_frame(name if amounts.name is None else amounts.name)
    frame = pd.DataFrame(amounts)
    if frame.empty:
        raise InputError(f"{name}: it is empty; give at least one id with an amount.")
    faults = Faults(name)
    add_id_faults(faults, frame.index)
    if not frame.columns.is_unique:
        faults.add("repeated columns", ids=frame.columns[frame.columns.duplicated()])
        faults.raise_if_any()
    read = {}
    for column in frame.columns:
        values = read_amounts(frame[column])
        if not _sound(values):
            add_amount_faults(faults, values, allow_missing=allow_missing)
        read[column] = values
    faults.raise_if_any()
    frame = pd.DataFrame(read, index=frame.index).astype(np.float64)
    zero = [column for column in frame.columns if not (frame[column] > 0).any()]
    if zero:
        warn(f"{name}: every amount of {some_of(zero)} is 0.")
    return frame


def series_of(amounts: pd.Series, name: str) -> pd.Series:
    """One column of amounts by id, checked as by :func:`amounts_of`."""
    if not isinstance(amounts, pd.Series):
        raise InputError(
            f"{name}: a Series by id is needed, e.g. places['{name}'], not {type(amounts).__name__}."
        )
    found = amounts_of(amounts, name).iloc[:, 0]
    _warn_of_wan(found, name)
    return found.rename(name)


def zones_of(zone: pd.Series, ids: pd.Index) -> pd.Series:
    """The zone of every id, in their order.

    Raises
    ------
    InputError
        When the ids differ or one has no zone.
    """
    if not isinstance(zone, pd.Series) or len(zone.index.symmetric_difference(ids)):
        raise InputError("zone: give a Series with the zone of every place, by the ids of the places.")
    labels = zone.reindex(ids)
    if labels.isna().any():
        raise InputError(f"zone: it is missing at {some_of(labels.index[labels.isna()])}; name one for each.")
    return labels


def amounts_by_id(
    given: pd.Series | pd.DataFrame, column: str | pd.Series | None, *, name: str, frame_name: str
) -> pd.Series:
    """Amounts of a layer as a Series by its ids: a column of it, or a Series in its place.

    ``given`` is a Series of the amounts themselves, without ``column``; or a frame with it.

    Raises
    ------
    InputError
        As :func:`series_of` and :func:`amount_of`; for a frame whose column is not said.
    """
    if not isinstance(given, pd.DataFrame):
        if column is not None:
            raise InputError(
                f"{name}: {frame_name} is no frame but {type(given).__name__}; give a frame with {name}, or "
                f"a Series of the amounts without it."
            )
        return series_of(given, name)
    check_ids(given.index, frame_name)
    if column is None:
        raise InputError(
            f"{name}: a Series by id is needed, or {name}= with its column of {frame_name}, which has "
            f"{some_of(given.columns, 30) or 'none'}."
        )
    if given.empty:
        raise InputError(f"{name}: {frame_name} is empty; give at least one id with an amount.")
    return amount_of(column, given, name=name, frame_name=frame_name).rename(name)


def zone_of(given: str | pd.Series, frame: pd.DataFrame, *, frame_name: str) -> pd.Series:
    """The zone of every row of a frame: a column of it by name, or a Series by its ids.

    Raises
    ------
    InputError
        For a column that is not there, a Series with other ids, a row without zone.
    """
    if isinstance(given, str):
        check_columns(frame, frame_name, [given])
        given = frame[given]
    return zones_of(given, frame.index)


def zone_means(table: pd.DataFrame, weights: pd.Series, zone: pd.Series) -> pd.DataFrame:
    """Means of the columns by zone, weighted; zones without weight weigh their places alike."""
    labels = zones_of(zone, weights.index)
    totals = weights.groupby(labels, observed=True).transform("sum")
    counted = weights.where(totals > 0, 1.0)
    shares = counted / counted.groupby(labels, observed=True).transform("sum")
    # A place without weight must not turn its zone's mean into 0 * inf.
    weighted = table.mul(shares, axis=0).where(shares > 0, 0.0)
    return weighted.groupby(labels, observed=True).sum(min_count=1).rename_axis("zone")


def amounts_in(given: Amounts, frame: pd.DataFrame, *, name: str, frame_name: str) -> pd.DataFrame:
    """One amount or several for every row of a frame, each as by :func:`amount_of`, under the caller's names.

    Raises
    ------
    InputError
        As :func:`amount_of`; for two amounts of one name.
    """
    several = [given] if isinstance(given, str | pd.Series) else listed(given)
    columns = [amount_of(one, frame, name=name, frame_name=frame_name) for one in several]
    names = [str(one.name) for one in columns]
    twice = sorted({one for one in names if names.count(one) > 1})
    if twice:
        raise InputError(f"{name}: {some_of(twice)} given twice; rename one of them.")
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=frame.index)


def without_noise(values: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    """The same to twelve digits, so that ties are ties: the last bits of a sum depend on its order."""
    numbers = values.to_numpy(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(numbers)))
    plain = np.isfinite(size)
    above = np.where(plain, size, 0.0) - 11.0
    # Powers of ten are exact, those of a tenth are not: 1.0 stays 1.0.
    up, down = 10.0 ** np.clip(-above, 0.0, 300.0), 10.0 ** np.clip(above, 0.0, 300.0)
    rounded = np.where(plain, np.round(numbers * up / down) / up * down, numbers)
    if isinstance(values, pd.Series):
        return pd.Series(rounded, index=values.index, name=values.name)
    return pd.DataFrame(rounded, index=values.index, columns=values.columns)


def _sound(values: pd.Series) -> bool:
    """Whether these are plainly finite numbers >= 0: a quick look that spares most columns a longer one."""
    numbers = values.to_numpy()
    return numbers.dtype.kind in "fiu" and bool(((numbers >= 0) & (numbers < np.inf)).all())


def warn(message: str) -> None:
    """Tell the caller what was counted and set aside."""
    warnings.warn(message, UrbgeoWarning, stacklevel=4)


def amount_of(
    given: str | pd.Series, frame: pd.DataFrame, *, name: str, frame_name: str, units_checked: bool = False
) -> pd.Series:
    """One amount for every row of a frame: a column of it by name, or a Series on its index in any order.

    The one rule for ``population``, ``weight``, ``capacity`` and ``demand`` in every verb. The name of the
    result is the caller's. People that look like 万 are warned of, unless ``units_checked`` says that the
    caller vouches for them.

    Raises
    ------
    InputError
        For a column that is not there (naming those at hand), a Series that misses ids (naming them), and
        amounts that are missing, negative, infinite or no numbers.
    """
    if isinstance(given, pd.Series):
        check_ids(given.index, name)
        values = _on_index(given, frame.index, name, frame_name)
    elif isinstance(given, str):
        check_columns(frame, frame_name, [given])
        values = frame[given]
    else:
        raise InputError(
            f"{name}: {type(given).__name__} is neither a column of {frame_name} nor a Series on its index."
        )
    values = read_amounts(values)
    if not _sound(values):
        faults = Faults(frame_name if isinstance(given, str) else name)
        add_amount_faults(faults, values)
        faults.raise_if_any()
    values = values.astype(np.float64)
    if not units_checked:
        _warn_of_wan(values, name)
    return values


def _on_index(given: pd.Series, ids: pd.Index, name: str, frame_name: str) -> pd.Series:
    """A Series by id in the order of the ids, which it must all have."""
    values = given.copy(deep=False)
    if given.index is not ids:
        lost = ids[~ids.isin(given.index)]
        if len(lost):
            hint = other_forms(lost, given.index)
            raise InputError(
                f"{name}: no amount for {some_of(lost)}; {hint or f'give one for every id of {frame_name}'}."
            )
        values = given.reindex(ids)
    values.name = name if given.name is None else given.name
    return values


def _warn_of_wan(people: pd.Series, name: str) -> None:
    if looks_like_wan(people, name, people.name):
        warnings.warn(
            f"{name}: {len(people)} numbers of people up to {people.max():g}, most with decimals, look like "
            "万 (ten thousands); multiply them by 10,000, or round them if they are persons.",
            UrbgeoWarning,
            stacklevel=4,
        )
