"""Gates that every public function uses: CRS, geometry, ids, columns and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.errors import Faults, InputError, some_of


def check_points(frame: gpd.GeoDataFrame, name: str, *, allow_empty: bool = False) -> None:
    """Refuse anything but points with a CRS, unique ids and valid coordinates."""
    _check_layer(frame, name, {"Point"}, allow_empty=allow_empty)


def check_polygons(frame: gpd.GeoDataFrame, name: str) -> None:
    """Refuse anything but valid polygons with a CRS and unique ids."""
    _check_layer(frame, name, {"Polygon", "MultiPolygon"}, allow_empty=False)
    invalid = frame.index[~frame.geometry.is_valid]
    if len(invalid):
        raise InputError(f"{name}: invalid polygons at {some_of(invalid)}; repair them with .make_valid().")


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


def check_columns(frame: pd.DataFrame, name: str, needed: Iterable[str]) -> None:
    """Refuse a table that lacks one of the columns."""
    missing = [column for column in needed if column not in frame.columns]
    if missing:
        raise InputError(
            f"{name}: no column {some_of(missing)}; it has {some_of(frame.columns, 30) or 'none'}."
        )


def check_amounts(frame: pd.DataFrame, name: str, columns: Sequence[str]) -> None:
    """Refuse columns that are missing, not numbers, NaN, infinite or negative."""
    check_columns(frame, name, columns)
    faults = Faults(name)
    for column in columns:
        add_amount_faults(faults, frame[column])
    faults.raise_if_any()


def add_amount_faults(faults: Faults, values: pd.Series, *, allow_missing: bool = False) -> None:
    """Note what is not a finite number >= 0 in a column."""
    numbers = pd.to_numeric(values, errors="coerce")
    broken = numbers.isna() & (values.notna() if allow_missing else True)
    if broken.any():
        faults.add(
            f"{values.name} is missing or not a number",
            ids=values.index[broken],
            remedy="fill or drop these rows",
        )
    wrong = (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        faults.add(
            f"{values.name} is negative or infinite",
            ids=values.index[wrong],
            remedy="give finite numbers >= 0",
        )


def add_id_faults(faults: Faults, index: pd.Index) -> None:
    """Note missing and repeated ids."""
    if index.hasnans:
        faults.add("missing ids in the index", ids=[f"row {row}" for row in np.flatnonzero(index.isna())])
    repeated = index[index.duplicated()].dropna().unique()
    if len(repeated):
        faults.add("repeated ids", ids=repeated, remedy="make the index unique")


def is_finite_number(value: object) -> bool:
    """Whether this is a finite number; True and False are none."""
    return (
        isinstance(value, int | float | np.number)
        and not isinstance(value, bool)
        and bool(np.isfinite(value))
    )


def listed(values: object) -> list[Any]:
    """One value, or several however they come, as a list."""
    if isinstance(values, np.ndarray):
        return list(np.atleast_1d(values))
    return list(values) if isinstance(values, Iterable) and not isinstance(values, str) else [values]


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


def check_share(value: float, name: str) -> float:
    """A share as a float; refuse what is not between 0 and 1."""
    if not is_finite_number(value) or not 0 <= value <= 1:
        raise InputError(f"{name}: {value!r}; give a share between 0 and 1.")
    return float(value)


def check_choice(value: str, name: str, choices: Sequence[str]) -> None:
    """Refuse a word that is not among the choices."""
    if value not in choices:
        raise InputError(f"{name}: {value!r} is unknown; choose one of {', '.join(map(repr, choices))}.")


def _check_layer(frame: gpd.GeoDataFrame, name: str, kinds: set[str], *, allow_empty: bool) -> None:
    check_crs(frame, name)
    if frame.empty and not allow_empty:
        raise InputError(f"{name}: it has no rows.")
    faults = Faults(name)
    add_id_faults(faults, frame.index)
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
    bounds, ids = shapely.bounds(shapes[sound]), frame.index[sound]
    endless = ~np.isfinite(bounds).all(axis=1)
    if endless.any():
        faults.add("coordinates that are not finite", ids=ids[endless])
    elif frame.crs.is_geographic:
        outside = (np.abs(bounds) > (180, 90, 180, 90)).any(axis=1)
        if outside.any():
            faults.add(
                "degrees beyond 180/90",
                ids=ids[outside],
                remedy="set the CRS the coordinates are really in",
            )
    faults.raise_if_any()
