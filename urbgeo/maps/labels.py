"""Columns of results as lines of a hover box and heads of a legend."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from urbgeo.columns import ColumnName, column_name
from urbgeo.maps.fields import Field

_YEARS = ("opened", "year")


def field_of(column: object) -> Field:
    """A column as a line of a hover box.

    >>> field_of("minutes_airport").unit, field_of("area_km2").zh
    ('min', '面积')
    """
    name = column_name(column)
    return Field(str(column), name.zh, name.en, name.unit, grouped=str(column) not in _YEARS)


def fields_of(table: pd.DataFrame, leave_out: Iterable[object] = (), *, most: int = 12) -> list[Field]:
    """The first columns of a table as lines of a hover box."""
    left = set(leave_out)
    return [field_of(column) for column in table.columns if column not in left][:most]


def is_minutes(column: str) -> bool:
    """Whether a column holds minutes."""
    return column_name(column).unit == "min"


def text_of(field: Field) -> str:
    """Both names and the unit, for a legend's head."""
    return ColumnName(field.zh, field.en, field.unit).both()
