"""Columns of a table as the text a reader sees: rounded, grouped, and with words for what is missing."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType

import pandas as pd

from urbgeo.errors import InputError

NO_DATA = "– 无数据 no data"
UNREACHABLE = "无法到达 unreachable"
YES, NO = "是 yes", "否 no"

SPOKEN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        NO_DATA: ("– 无数据", "– no data"),
        UNREACHABLE: ("无法到达", "unreachable"),
        YES: ("是", "yes"),
        NO: ("否", "no"),
        "其他 other": ("其他", "other"),
    }
)
"""The package's own words on a page, taken apart for its language switch; data are never taken apart."""

_MOST_DIGITS = 6


@dataclass(frozen=True)
class Field:
    """One line of a hover box: a column, its two names, and how its numbers are written.

    ``digits`` fixes the decimals; by default numbers from 10 up are whole, smaller ones keep two
    significant digits. ``grouped=False`` leaves out the thousands separator: for codes and years.
    """

    column: str
    zh: str
    en: str
    unit: str = ""
    digits: int | None = None
    grouped: bool = True


def field_given(given: object) -> Field:
    """A field as the caller writes it: ``Field``, or (column, Chinese, English) and perhaps a unit."""
    if isinstance(given, Field):
        return given
    texts = given if isinstance(given, tuple | list) else ()
    if not 3 <= len(texts) <= 4 or not all(isinstance(one, str) for one in texts):
        raise InputError(f"hover: {given!r}; give (column, Chinese, English), and a unit where it has one.")
    return Field(*texts)


def column_text(values: pd.Series, field: Field, *, breaks: Sequence[float] = ()) -> list[str]:
    """The column as text, one entry per row.

    NaN, None and NaT become "no data", ``inf`` becomes "unreachable". A number keeps as many
    decimals as it takes not to round onto the other side of one of the ``breaks``: 60.3 minutes
    never reads "60 min" beside a class that ends at 60.
    """
    missing = values.isna()
    return [
        NO_DATA if void else _value_text(value, field, breaks)
        for value, void in zip(values.array, missing, strict=True)
    ]


def number_text(value: float, *, digits: int | None = None, grouped: bool = True) -> str:
    """A finite number, rounded and with thousands separators."""
    shown = f"{value:{',' if grouped else ''}.{_digits(value) if digits is None else digits}f}"
    if digits is None and "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def _value_text(value: object, field: Field, breaks: Sequence[float]) -> str:
    if pd.api.types.is_bool(value):
        return YES if value else NO
    if not isinstance(value, Real):
        return str(value)
    number = float(value)
    if number == math.inf:
        return UNREACHABLE
    digits = field.digits if field.digits is not None else _digits_beside(number, breaks)
    text = number_text(number, digits=digits, grouped=field.grouped)
    return f"{text} {field.unit}".rstrip()


def _digits_beside(number: float, breaks: Sequence[float]) -> int | None:
    side = bisect_left(breaks, number)
    start = _digits(number)
    for digits in range(start, _MOST_DIGITS):
        if bisect_left(breaks, round(number, digits)) == side:
            return None if digits == start else digits
    return _MOST_DIGITS


def _digits(number: float) -> int:
    """Decimals that leave whole numbers from 10 up and two significant digits below."""
    size = abs(number)
    if size >= 10 or size == 0 or not math.isfinite(size):
        return 0
    return min(1 - math.floor(math.log10(size)), _MOST_DIGITS)
