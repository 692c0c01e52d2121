"""What the columns of results are called in Chinese and English, and their units."""

from __future__ import annotations

import pytest

from urbgeo.columns import UNITS, ColumnName, column_name


@pytest.mark.parametrize(
    ("name", "unit"),
    [("own_km2", "km²"), ("own_km", "km"), ("wait_min", "min"), ("minutes_x", "min"), ("x", "")],
)
def test_units_come_from_the_ending(name: str, unit: str) -> None:
    assert column_name(name).unit == unit


def test_known_columns_have_their_names_and_others_are_called_as_they_are() -> None:
    assert column_name("area_km2") == ColumnName("面积", "Area", "km²")
    assert column_name("minutes_airport") == ColumnName("到机场", "To an airport", "min")
    assert column_name("minutes_x") == ColumnName("分钟 x", "Minutes x", "min")
    assert column_name("own_ha") == ColumnName("own_ha", "", "ha")
    assert column_name(3) == ColumnName("3", "", "")
    assert {end: column_name(f"x{end}").unit for end in UNITS} == dict(UNITS)


def test_both_names_stand_once_with_the_unit() -> None:
    assert column_name("share").both() == "占比 Share"
    assert column_name("own_km").both() == "own_km (km)"
    assert ColumnName("a", "a", "").both() == "a"
