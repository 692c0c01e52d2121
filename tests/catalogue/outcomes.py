"""What became of a changed call, and whether two answers are one."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tests.catalogue.calls import Call
from tests.catalogue.changes import EITHER, REFUSED, SAME
from urbgeo.errors import UrbgeoError, UrbgeoWarning
from urbgeo.provenance import Provenance

LEAST_RELATIVE = 1e-3
"""Answers in another CRS differ by its rounding."""


def outcome(call: Call, argument: str, value: Any, expected: str) -> str:
    """``right``, ``refused``, ``warned``, ``foreign: ...`` or ``wrong: ...``."""
    given = {**call.given, argument: value}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            answer = call.verb(**given)
        except UrbgeoError as error:
            return "refused" if expected != SAME else f"wrong: refused what is the same ({str(error)[:120]})"
        except Exception as error:  # noqa: BLE001, that is what is counted
            return f"foreign: {type(error).__name__}: {str(error)[:100]}"
    if any(issubclass(one.category, UrbgeoWarning) for one in told) and expected != SAME:
        return "warned"
    if alike(answer, call.answer):
        return "right" if expected != REFUSED else "wrong: took what must be refused for the same"
    return "wrong: another answer, and not a word" if expected in (EITHER, SAME) else "wrong: answered"


def alike(one: Any, other: Any) -> bool:
    """Whether two answers say the same; provenance aside, order of rows aside."""
    if isinstance(one, Provenance) or callable(one):
        return True
    if isinstance(one, pd.DataFrame | pd.Series):
        return _tables_alike(one, other)
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.shape == other.shape and _arrays_alike(one, other)
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        if type(one) is not type(other):
            return False
        return all(alike(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))
    if isinstance(one, Mapping):
        return set(one) == set(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(alike(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=LEAST_RELATIVE, abs_tol=1e-9) or (
            math.isnan(one) and math.isnan(other)
        )
    return bool(one == other) if isinstance(one, str | int | bool | type(None)) else True


def _tables_alike(one: Any, other: Any) -> bool:
    if type(one).__name__ not in (type(other).__name__,) or len(one) != len(other):
        return False
    if isinstance(one, pd.Series):
        one, other = one.to_frame("values"), other.to_frame("values")
    if list(map(str, one.columns)) != list(map(str, other.columns)):
        # Columns named by the ids asked stand in their order, as rows do.
        if not one.columns.is_unique or set(one.columns) != set(other.columns):
            return False
        one = one[list(other.columns)]
    one, other = (_in_order(pd.DataFrame(frame)) for frame in (one, other))
    if not one.index.equals(other.index):
        return False
    return all(
        _arrays_alike(one.iloc[:, k].to_numpy(), other.iloc[:, k].to_numpy()) for k in range(one.shape[1])
    )


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    shapes = [name for name in frame.columns if isinstance(frame[name].dtype, gpd.array.GeometryDtype)]
    plain = frame.drop(columns=shapes)
    words = [name for name in plain.columns if not pd.api.types.is_numeric_dtype(plain[name].dtype)]
    try:
        if isinstance(plain.index, pd.RangeIndex) and words:
            # Rows that are only counted have no ids: they are told by what they say.
            return plain.sort_values(words, kind="stable").reset_index(drop=True)
        return plain.sort_index()
    except TypeError:
        return plain


def _arrays_alike(one: Any, other: Any) -> bool:
    if one.dtype.kind in "fiu" and other.dtype.kind in "fiu":
        return bool(np.allclose(one, other, rtol=LEAST_RELATIVE, atol=1e-9, equal_nan=True))
    one, other = (np.asarray(values, object).ravel() for values in (one, other))
    if len(one) and all(isinstance(value, shapely.Geometry) for value in (*one, *other)):
        return len(one) == len(other) and bool(shapely.equals_exact(one, other, _rounding(one)).all())
    return [str(value) for value in one] == [str(value) for value in other]


def _rounding(shapes: Any) -> float:
    """By how much coordinates differ that went through another CRS: a millimetre, or degrees of one."""
    return 1e-3 if np.abs(shapely.bounds(shapes)).max() > 360 else 1e-8
