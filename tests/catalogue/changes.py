"""Thirty changes that turn a good input into a bad one, by the kind of the argument they touch.

Each yields a name, the changed value, and what must follow: ``SAME`` (another way to write the same), or
``REFUSED`` (no answer can be right). Changes of parts of a table are ``EITHER``: refused, or, where the verb
does not look at that part, the answer of the base call; a counted warning may stand beside it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point

from urbgeo.network.model import TravelNetwork

SAME, REFUSED, EITHER = "same", "refused", "either"

Change = tuple[str, Any, str]


def changes(value: Any, *, optional: bool) -> Iterator[Change]:
    """All changes of one argument."""
    if not optional:
        yield "None", None, REFUSED
    if isinstance(value, TravelNetwork):
        yield from _of_objects()
    elif isinstance(value, gpd.GeoDataFrame):
        yield from _of_objects()
        yield from _of_layers(value)
        yield from _of_tables(value)
    elif isinstance(value, pd.DataFrame):
        yield from _of_objects()
        yield from _of_tables(value)
    elif isinstance(value, pd.Series):
        yield from _of_objects()
        yield from _of_series(value)
    elif isinstance(value, bool | np.bool_):
        yield "a word for yes or no", "no", REFUSED
        yield "a number for yes or no", 3, REFUSED
    elif isinstance(value, int | float | np.number):
        yield from _of_numbers(value)
    elif isinstance(value, str):
        yield "a misspelt word", value + "x", REFUSED
        yield "a number for a word", 7, REFUSED
        yield "a list for a word", [value, value + "x"], REFUSED


def _of_objects() -> Iterator[Change]:
    yield "text for an object", "abc", REFUSED
    yield "a list for an object", [1, 2, 3], REFUSED
    yield "a plain object", object(), REFUSED


def _of_numbers(value: Any) -> Iterator[Change]:
    yield "NaN", float("nan"), REFUSED
    yield "infinite", float("inf"), EITHER
    yield "negative", -abs(value) - 1, REFUSED
    yield "text for a number", str(value), REFUSED
    yield "a word for a number", "ten", REFUSED
    yield "Decimal", Decimal(str(value)), EITHER
    yield "timedelta", pd.Timedelta(minutes=1), REFUSED
    yield "True for a number", True, REFUSED
    yield "a numpy number", np.float64(value) if isinstance(value, float) else np.int64(value), SAME
    yield "repeated numbers", [value, value], REFUSED


def _of_layers(frame: gpd.GeoDataFrame) -> Iterator[Change]:
    if frame.crs is None or not len(frame):
        return
    rest = frame.drop(columns=frame.geometry.name)
    yield "no CRS", gpd.GeoDataFrame(rest, geometry=list(frame.geometry)), REFUSED
    if frame.geometry.name == "geometry":
        yield "geometry called geom", frame.rename_geometry("geom"), SAME
    # The other kind: a line for a point or a polygon, a point for a line.
    of_lines = frame.geom_type.isin(["LineString", "MultiLineString", "LinearRing"]).any()
    for name, shape in {
        "null geometry": None,
        "empty geometry": Point(),
        "infinite geometry": Point(np.inf, 0.0),
        "mixed geometry": Point(0, 0) if of_lines else LineString([(0, 0), (1, 1)]),
    }.items():
        shapes = list(frame.geometry)
        shapes[0] = shape
        broken = gpd.GeoDataFrame(rest, geometry=gpd.GeoSeries(shapes, frame.index, crs=frame.crs))
        yield name, broken, EITHER
    if frame.crs.is_geographic:
        yield "degrees called metres", frame.set_crs(4547, allow_override=True), REFUSED
        yield "another CRS", frame.to_crs(4508 + 38), SAME


def _of_tables(frame: pd.DataFrame) -> Iterator[Change]:
    if not len(frame):
        return
    yield "no rows", frame.iloc[:0], EITHER
    yield "rows turned round", frame.iloc[::-1], SAME
    if len(frame) > 1:
        yield "repeated ids", frame.set_axis([frame.index[0], *frame.index[:-1]]), EITHER
        yield "a missing id", frame.set_axis([None, *frame.index[1:]]), EITHER
    pairs = pd.MultiIndex.from_arrays([frame.index, frame.index])
    yield "a MultiIndex", frame.set_axis(pairs), EITHER
    if len(frame.columns) and not (plain := frame.columns.drop(_geometry(frame), errors="ignore")).empty:
        twice = pd.concat([pd.DataFrame(frame), pd.DataFrame(frame)[[plain[0]]]], axis=1)
        if isinstance(frame, gpd.GeoDataFrame):
            twice = gpd.GeoDataFrame(twice, geometry=_geometry(frame), crs=frame.crs)
        yield "repeated columns", twice, EITHER
    for column in frame.columns:
        kind = frame[column].dtype if isinstance(frame[column], pd.Series) else None
        if kind is not None and pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
            for name, values, expected in _of_values(frame[column]):
                yield f"{column}: {name}", frame.assign(**{str(column): values}), expected


def _geometry(frame: pd.DataFrame) -> str:
    return str(getattr(frame, "_geometry_column_name", None) or "geometry")


def _of_series(values: pd.Series) -> Iterator[Change]:
    if not len(values):
        return
    yield "rows turned round", values.iloc[::-1], SAME
    yield "no rows", values.iloc[:0], EITHER
    if len(values) > 1:
        yield "repeated ids", values.set_axis([values.index[0], *values.index[:-1]]), REFUSED
        yield "ids missing", values.iloc[:-1], EITHER
        yield "a missing id", values.set_axis([None, *values.index[1:]]), REFUSED
    yield "a MultiIndex", values.set_axis(pd.MultiIndex.from_arrays([values.index, values.index])), EITHER
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        for name, changed, expected in _of_values(values):
            # Numbers kept as categories are read as they are: no other number can be meant.
            kept = expected == SAME or name == "categorical"
            yield name, changed, expected if kept else REFUSED


def _of_values(values: pd.Series) -> Iterator[Change]:
    """Numbers of one column; ``EITHER`` because the column may not be looked at."""

    def first(one: Any) -> pd.Series:
        changed = values.astype(object)
        changed.iloc[0] = one
        return changed

    number = values.astype(float)
    yield "NaN", number.where(np.arange(len(number)) > 0), EITHER
    yield "infinite", number.where(np.arange(len(number)) > 0, np.inf), EITHER
    yield "negative", number.where(np.arange(len(number)) > 0, -5.0), EITHER
    yield "text", first("many"), EITHER
    yield "bool", pd.Series(True, values.index), EITHER
    seconds = pd.to_timedelta(number.replace(np.inf, 0.0).fillna(0.0), unit="s")
    yield "timedelta", pd.Series(seconds, values.index), EITHER
    yield "dates", pd.Series(pd.Timestamp("2020-01-01"), values.index), EITHER
    yield "a date", first(datetime.date(2020, 1, 1)), EITHER
    yield "categorical", values.astype("category"), EITHER
    yield "nullable with NA", first(pd.NA), EITHER
    if not number.isna().any():
        yield "nullable", number.astype("Float64"), SAME
