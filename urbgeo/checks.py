"""Gates that every public function uses: CRS, geometry, ids, columns and numbers."""

from __future__ import annotations

import datetime as dt
import math
import re
import sys
import unicodedata
from collections.abc import Hashable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeGuard

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.coordinates import add_coordinate_faults
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.words import PEOPLE_UNITS, people_unit, plain


def check_points(frame: gpd.GeoDataFrame, name: str, *, allow_empty: bool = False) -> None:
    """Refuse anything but points with a CRS, unique ids and valid coordinates."""
    _check_layer(frame, name, {"Point"}, allow_empty=allow_empty)


def check_polygons(frame: gpd.GeoDataFrame, name: str) -> None:
    """Refuse anything but valid polygons with a CRS and unique ids."""
    _check_layer(frame, name, {"Polygon", "MultiPolygon"}, allow_empty=False)
    invalid = frame.index[~frame.geometry.is_valid]
    if len(invalid):
        raise InputError(f"{name}: invalid polygons at {some_of(invalid)}; repair them with .make_valid().")


def check_lines(frame: gpd.GeoDataFrame, name: str) -> None:
    """Refuse anything but lines with a CRS, unique ids and valid coordinates."""
    _check_layer(frame, name, {"LineString", "LinearRing", "MultiLineString"}, allow_empty=False)


def check_crs(frame: gpd.GeoDataFrame, name: str) -> None:
    """Refuse a frame without CRS, or something that is no GeoDataFrame."""
    if not isinstance(frame, gpd.GeoDataFrame | gpd.GeoSeries):
        raise InputError(f"{name}: a GeoDataFrame is needed, not {type(frame).__name__}.")
    if frame.crs is None:
        raise InputError(f"{name}: it has no CRS; set the one it is in, e.g. {name}.set_crs(4326).")


def check_ids(index: pd.Index, name: str) -> None:
    """Refuse missing and repeated ids."""
    faults = Faults(name)
    add_id_faults(faults, index)
    faults.raise_if_any()


def check_table(frame: object, name: str) -> None:
    """Refuse what is no DataFrame."""
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"{name}: a DataFrame is needed, not {type(frame).__name__}.")


def check_rows(table: object, name: str, call: str) -> pd.DataFrame:
    """Refuse what is no table, has no rows, or has ids or columns that cannot be told apart."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{name}: a table is needed, not {type(table).__name__}; the call is {call}.")
    if not len(table):
        raise InputError(f"{name}: it has no rows.")
    check_ids(table.index, name)
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()]
        raise InputError(f"{name}: repeated columns {some_of(twice)}; name each once.")
    return table


def check_columns(frame: pd.DataFrame, name: str, needed: Iterable[str]) -> None:
    """Refuse a table that lacks one of the columns."""
    check_table(frame, name)
    needed = list(needed)
    nameless = [column for column in needed if not isinstance(column, Hashable)]
    if nameless:
        raise InputError(f"{name}: {some_of(nameless)} names no column; give the name of one.")
    missing = [column for column in needed if column not in frame.columns]
    near = nearest_of(missing, frame.columns) if missing else ""
    if near:
        raise InputError(
            f"{name}: no column {some_of(missing)}; did you mean {near}? It has {some_of(frame.columns, 30)}."
        )
    if missing:
        raise InputError(
            f"{name}: no column {some_of(missing)}; it has {some_of(frame.columns, 30) or 'none'}."
        )
    if not frame.columns.is_unique:
        again = set(frame.columns[frame.columns.duplicated()])
        twice = [column for column in needed if column in again]
        if twice:
            raise InputError(f"{name}: more than one column {some_of(twice)}; rename or drop one.")


def nearest_of(missing: Iterable[Any], known: Iterable[Any]) -> str:
    """For each word that is missing the known one that is spelt most like it, where there is one."""
    words = {str(one).lower(): str(one) for one in known}
    near = [get_close_matches(str(one).lower(), words, n=1, cutoff=0.75) for one in missing]
    return ", ".join(repr(words[one]) for some in near for one in some)


def check_amounts(frame: pd.DataFrame, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """The columns as floats, texts read; refuse what is missing, no number, infinite or negative."""
    check_columns(frame, name, columns)
    faults = Faults(name)
    read = {column: add_amount_faults(faults, frame[column]) for column in columns}
    faults.raise_if_any()
    return pd.DataFrame(read, index=frame.index)


def add_amount_faults(faults: Faults, values: pd.Series, *, allow_missing: bool = False) -> pd.Series:
    """A column as floats, its texts read by :func:`read_amounts`; notes what is not a finite number >= 0."""
    numbers = numbers_of(faults, values, allow_missing=allow_missing)
    if numbers is None:
        return pd.Series(np.nan, values.index, name=values.name)
    held = numbers.to_numpy()
    wrong = (held < 0) | np.isinf(held)
    if wrong.any():
        faults.add(
            f"{values.name} is negative or infinite",
            ids=values.index[wrong],
            remedy="give finite numbers >= 0",
        )
    return numbers


def read_amounts(values: pd.Series) -> pd.Series:
    """A column of amounts with its texts read: 1,234,567; １２３; 3.5万; 1.2亿. What is not read stays.

    Raises
    ------
    InputError
        Where the head of the column says that it is in 万, 亿 or thousands: everything here counts persons.

    Examples
    --------
    >>> read_amounts(pd.Series(["1,234", "３．５万", 7])).tolist()
    [1234.0, 35000.0, 7.0]
    """
    check_persons(values.name)
    if values.dtype.kind != "O" and not isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype):
        return values
    return values.astype(object).map(_amount, na_action="ignore")


def check_persons(name: object) -> None:
    """Refuse the head of a column that says it counts in 万, 亿 or thousands of people.

    Raises
    ------
    InputError
        Naming the head, and for how many persons one stands.
    """
    unit = PEOPLE_UNITS[people_unit(name) or "persons"]
    if unit > 1:
        raise InputError(
            f"{name}: its name says that one stands for {unit:,.0f}; give persons: multiply it, and "
            "rename it."
        )


_AMOUNT = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?)\s*([万亿]?)(人?)",
    re.IGNORECASE,
)


def _amount(value: object) -> object:
    found = amount_in(value) if isinstance(value, str) else None
    return value if found is None else found[0]


def amount_in(text: str) -> tuple[float, bool] | None:
    """The number in a cell, and whether the cell itself says its unit; None where it is no plain number.

    >>> amount_in("1 234 567"), amount_in("３．５万"), amount_in("96,7")
    ((1234567.0, False), (35000.0, True), None)
    """
    found = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None
    number = float(re.sub("[, ]", "", found[1])) * {"": 1.0, "万": 1e4, "亿": 1e8}[found[2]]
    return number, bool(found[2] or found[3])


def numbers_of(faults: Faults, values: pd.Series, *, allow_missing: bool = True) -> pd.Series | None:
    """A column as floats, NaN where it is missing; notes what is no number, None where nothing is one."""
    kind = _no_amounts(values)
    if kind:
        faults.add(f"{values.name} holds {kind}, no amounts", remedy="give numbers")
        return None
    if values.dtype.kind in "iuf" and isinstance(values.dtype, np.dtype):
        check_persons(values.name)
        numbers = values.astype(np.float64)
    else:
        numbers = pd.to_numeric(read_amounts(values).astype(object), errors="coerce").astype(np.float64)
    broken = np.isnan(numbers.to_numpy())
    if allow_missing and broken.any():
        broken &= values.notna().to_numpy()
    if broken.any():
        faults.add(
            f"{values.name} is missing or not a number",
            ids=values.index[broken],
            remedy="fill or drop these rows",
        )
    return numbers


def add_label_faults(faults: Faults, values: pd.Series) -> None:
    """Note a column of names or numbers that call things, where it holds what calls none, or nothing."""
    kind = _no_amounts(values)
    if kind:
        faults.add(f"{values.name} holds {kind}, no names", remedy="give texts or whole numbers")
        return
    missing = values.isna()
    if missing.any():
        faults.add(f"{values.name} is missing", ids=values.index[missing])


def _no_amounts(values: pd.Series) -> str:
    """What a column holds that must not become numbers, nor names: times and truths would, without a word."""
    kinds = {"b": "True and False", "m": "spans of time", "M": "dates", "c": "complex numbers"}
    if values.dtype.kind in kinds:
        return kinds[values.dtype.kind]
    if values.dtype.kind in "iuf" or isinstance(values.dtype, pd.StringDtype):
        return ""
    held = set(map(type, values.astype(object)))
    for types, name in _NO_NUMBERS:
        if any(issubclass(one, types) for one in held):
            return name
    return ""


_NO_NUMBERS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool, np.bool_), "True and False"),
    ((dt.timedelta, np.timedelta64), "spans of time"),
    ((dt.date, dt.time, np.datetime64), "dates"),
    ((complex, np.complexfloating), "complex numbers"),
    ((list, tuple, set, dict, np.ndarray), "lists"),
)


def other_forms(lost: Iterable[object], held: pd.Index) -> str:
    """Ids that are there in another form, both shown; empty text where none is.

    >>> other_forms(["430100"], pd.Index([430100.0, 430200.0]))
    "'430100' is there as 430100.0; bring both to one form, e.g. .astype(str)"
    """
    forms = {plain(one): one for one in held}
    found = [(one, forms[plain(one)]) for one in lost if plain(one) in forms]
    if not found:
        return ""
    shown = some_of([_hint(one, other) for one, other in found], 3)
    return f"{shown}; bring both to one form, e.g. .astype(str)"


def _hint(one: object, other: object) -> str:
    return f"{_shown(one)} is there as {_shown(other)}"


def _shown(value: object) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)


def add_column_faults(faults: Faults, frame: pd.DataFrame | gpd.GeoSeries) -> None:
    """Note columns that come twice: one name must mean one column."""
    if isinstance(frame, pd.DataFrame) and not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()].unique()
        faults.add(f"more than one column {some_of(twice)}", remedy="rename or drop one")


def add_id_faults(faults: Faults, index: pd.Index) -> None:
    """Note missing and repeated ids, and ids of several levels."""
    if not isinstance(index, pd.Index):
        raise InputError(f"{faults.subject}: an index of ids is needed, not {type(index).__name__}.")
    if isinstance(index, pd.MultiIndex):
        faults.add(
            f"ids of {index.nlevels} levels ({some_of(index.names)})",
            remedy="make them one, e.g. with .reset_index() and .set_index(column)",
        )
        return
    if index.is_unique and not index.hasnans:
        return
    if index.hasnans:
        faults.add("missing ids in the index", ids=[f"row {row}" for row in np.flatnonzero(index.isna())])
    repeated = index[index.duplicated()].dropna().unique()
    if len(repeated):
        faults.add("repeated ids", ids=repeated, remedy="make the index unique")


def is_finite_number(value: object) -> bool:
    """Whether this is a finite number; True and False are none, nor are numpy's times and complex numbers."""
    if isinstance(value, np.floating):
        return math.isfinite(value)  # numpy's short numbers know no bound as large as the one below
    return (
        isinstance(value, int | float | np.integer)
        and not isinstance(value, bool | np.timedelta64)
        and bool(-sys.float_info.max <= value <= sys.float_info.max)
    )


def is_whole_number(value: object, low: int) -> TypeGuard[int]:
    """Whether this is an int, or numpy's, of at least so much."""
    return is_finite_number(value) and isinstance(value, int | np.integer) and bool(value >= low)


def listed(values: object) -> list[Any]:
    """One value, or several however they come, as a list."""
    if isinstance(values, np.ndarray):
        return list(np.atleast_1d(values))
    return list(values) if isinstance(values, Iterable) and not isinstance(values, str | bytes) else [values]


def check_minutes(value: float, name: str = "minutes") -> float:
    """A threshold as a float; refuse what is not finite and > 0."""
    if not is_finite_number(value) or value <= 0:
        raise InputError(f"{name}: {value!r} is no travel time; give a finite number of minutes > 0.")
    return float(value)


def check_thresholds(minutes: object, name: str = "minutes") -> list[float]:
    """One threshold or a rising list as floats; refuse what is no time, comes twice or falls."""
    given = [check_minutes(one, name) for one in listed(minutes)]
    if not given:
        raise InputError(f"{name}: no threshold is given; give one or more numbers of minutes > 0.")
    if given != sorted(set(given)):
        shown = some_of(sorted(set(given)))
        raise InputError(f"{name}: {some_of(given)} do not rise; give each once, the least first: {shown}.")
    return given


def check_quantity(value: float, name: str, *, zero: bool = False) -> float:
    """A number whose name tells its unit, as a float; refuse what is not finite and > 0 (or >= 0)."""
    if not is_finite_number(value) or value < 0 or (value == 0 and not zero):
        raise InputError(f"{name}: {value!r}; give a finite number {'>=' if zero else '>'} 0.")
    return float(value)


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
    if not is_whole_number(value, low):
        raise InputError(f"{name}: {value!r}; give a whole number of {low} or more.")
    return int(value)


def check_mapping(given: object, name: str, example: str) -> None:
    """Refuse what does not say by name; the error shows an example."""
    if not isinstance(given, Mapping):
        raise InputError(f"{name}: {type(given).__name__} says nothing by name; give e.g. {example}.")


def check_share(value: float, name: str) -> float:
    """A share as a float; refuse what is not between 0 and 1."""
    if is_finite_number(value) and 1 < value <= 100:
        raise InputError(f"{name}: {value!r} looks like percent; give a share between 0 and 1.")
    if not is_finite_number(value) or not 0 <= value <= 1:
        raise InputError(f"{name}: {value!r}; give a share between 0 and 1.")
    return float(value)


def check_flag(value: bool, name: str) -> None:
    """Refuse anything but True and False."""
    if not isinstance(value, bool):
        raise InputError(f"{name}: {value!r}; give True or False.")


def check_choice(value: str, name: str, choices: Sequence[str]) -> None:
    """Refuse a word that is not among the choices."""
    if not isinstance(value, str):
        raise InputError(
            f"{name}: a word is needed, not {type(value).__name__}; choose one of "
            f"{', '.join(map(repr, choices))}."
        )
    if value not in choices:
        raise InputError(f"{name}: {value!r} is unknown; choose one of {', '.join(map(repr, choices))}.")


def _check_layer(frame: gpd.GeoDataFrame, name: str, kinds: set[str], *, allow_empty: bool) -> None:
    check_crs(frame, name)
    if frame.empty and not allow_empty:
        raise InputError(f"{name}: it has no rows.")
    faults = Faults(name)
    add_id_faults(faults, frame.index)
    add_column_faults(faults, frame)
    shapes = frame.geometry.to_numpy()
    void = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if void.any():
        faults.add("missing or empty geometry", ids=frame.index[void], remedy="drop or locate these rows")
    wanted = [shapely.GeometryType[kind.upper()] for kind in kinds]
    other = ~void & ~np.isin(shapely.get_type_id(shapes), wanted)
    if other.any():
        found = sorted(frame.geometry[other].geom_type.unique())
        faults.add(
            f"{'/'.join(found)} where {'/'.join(sorted(kinds))} is needed",
            ids=frame.index[other],
            remedy="keep one kind of geometry",
        )
    sound = ~void & ~other
    add_coordinate_faults(faults, frame.geometry[sound])
    faults.raise_if_any()
