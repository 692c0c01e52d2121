"""Gates of arguments that are no tables: objects of the package, texts, paths, lists, years, seeds."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from urbgeo.checks import check_mapping, check_whole, is_finite_number
from urbgeo.errors import InputError, some_of
from urbgeo.words import EARLIEST_YEAR, LATEST_YEAR


def check_object(given: object, name: str, kind: type | tuple[type, ...], remedy: str) -> None:
    """Refuse what is not of a kind; the remedy says what gives one.

    >>> check_object(3, "result", Path, "take what coverage() gives")
    Traceback (most recent call last):
    urbgeo.errors.InputError: result: a Path is needed, not int; take what coverage() gives.
    """
    if not isinstance(given, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        needed = " or ".join(one.__name__ for one in kinds)
        raise InputError(f"{name}: a {needed} is needed, not {type(given).__name__}; {remedy}.")


def check_text(given: object, name: str) -> str:
    """A text as it is; refuse what is none."""
    if not isinstance(given, str):
        raise InputError(f"{name}: {given!r} is no text; write it in quotes.")
    return given


def check_titles(given: object, name: str = "title") -> tuple[str, str]:
    """Two texts, Chinese and English; one text stands for both.

    >>> check_titles("湖南"), check_titles(("湖南", "Hunan"))
    (('湖南', '湖南'), ('湖南', 'Hunan'))
    """
    if isinstance(given, str):
        return given, given
    told = list(given) if isinstance(given, tuple | list) else []
    if len(told) != 2 or not all(isinstance(one, str) for one in told):
        raise InputError(f"{name}: {given!r}; give one text, or two: (Chinese, English).")
    return told[0], told[1]


def check_path(given: object, name: str = "path") -> Path:
    """A path as such; refuse what names no file or folder."""
    if not isinstance(given, str | os.PathLike) or not str(given).strip():
        raise InputError(f"{name}: {given!r} names no file or folder; give a text or a Path.")
    return Path(given)


def check_several(given: object, name: str, example: str) -> list[Any]:
    """Several of something as a list; refuse a single text, a table of names and what holds nothing."""
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"{name}: {type(given).__name__} is no list; give e.g. {example}.")
    return list(given)


def check_seed(given: object, name: str = "seed") -> int:
    """The seed of a chance: a whole number, so that a run can be had again."""
    return check_whole(given, name, 0)


def check_year(given: object, name: str = "year") -> int:
    """A year as a whole number; refuse what is none.

    >>> check_year(2020.0)
    2020
    """
    number = isinstance(given, int | float | np.integer | np.floating) and not isinstance(given, bool)
    if not number or not float(given).is_integer() or not EARLIEST_YEAR <= given <= LATEST_YEAR:  # type: ignore[arg-type, operator]
        raise InputError(f"{name}: {given!r} is no year; give a number such as 2005.")
    return int(given)  # type: ignore[call-overload]


def check_years(given: object, name: str = "years", *, none: bool = False) -> list[int]:
    """One year or several that rise; an empty list only where ``none`` says that it means something."""
    asked = [given] if isinstance(given, int | float | np.number) else given
    years = [check_year(one, name) for one in check_several(asked, name, "(2010, 2020)")]
    if (not years and not none) or any(late <= early for early, late in pairwise(years)):
        raise InputError(f"{name}: {some_of(years) or 'none'}; give years that rise, each once.")
    return years


def check_call(given: object, name: str, example: str) -> None:
    """Refuse what cannot be called; the error shows an example."""
    if not callable(given):
        raise InputError(f"{name}: {type(given).__name__} cannot be called; give a function, e.g. {example}.")


def check_rates(given: object, name: str, example: str, *, zero: bool = False) -> dict[str, float]:
    """Finite numbers > 0 (or >= 0) by name, as floats; all that are none are named at once.

    >>> check_rates({"trunk": 80}, "speeds", "{'trunk': 80.0}")
    {'trunk': 80.0}
    """
    check_mapping(given, name, example)
    held = dict(given)  # type: ignore[call-overload]
    sound = {key for key, one in held.items() if is_finite_number(one) and (one > 0 or (zero and one == 0))}
    wrong = [f"{key!r}: {one!r}" for key, one in held.items() if key not in sound]
    if wrong:
        least = ">=" if zero else ">"
        raise InputError(f"{name}: {some_of(wrong)}; give finite numbers {least} 0, e.g. {example}.")
    return {key: float(one) for key, one in held.items()}


def check_date(given: object, name: str = "day") -> dt.date:
    """A date as such, or read from 2019-05-15; refuse what is none.

    >>> check_date("2019-05-15")
    datetime.date(2019, 5, 15)
    """
    if isinstance(given, dt.datetime):
        return given.date()
    if isinstance(given, dt.date):
        return given
    try:
        return dt.date.fromisoformat(check_text(given, name))
    except ValueError as error:
        raise InputError(f"{name}: {given!r} is no date; write it as 2019-05-15.") from error
