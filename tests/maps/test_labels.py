"""Columns as lines of a hover box: their names in both languages, their units, years without separators."""

from __future__ import annotations

import pandas as pd

from urbgeo.maps.labels import field_of, fields_of, is_minutes, text_of


def test_a_column_has_both_names_and_its_unit() -> None:
    field = field_of("minutes_airport")
    assert (field.unit, field.grouped) == ("min", True)
    assert field.zh and field.en and field.zh != field.en
    assert field.en in text_of(field) and field.zh in text_of(field)


def test_years_are_not_grouped_by_thousands() -> None:
    assert not field_of("opened").grouped and not field_of("year").grouped


def test_the_first_columns_are_shown_without_those_left_out() -> None:
    table = pd.DataFrame(columns=["geometry", *(f"c{k}" for k in range(20))])
    shown = [field.column for field in fields_of(table, ["geometry", "c1"], most=3)]
    assert shown == ["c0", "c2", "c3"]


def test_minutes_are_told_by_the_ending_of_the_name() -> None:
    assert is_minutes("minutes") and is_minutes("buffer_min") and not is_minutes("area_km2")
