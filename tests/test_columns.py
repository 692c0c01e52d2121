"""What the columns of results are called in Chinese and English, and their units."""

from __future__ import annotations

import pytest

from urbgeo.columns import column_name


@pytest.mark.parametrize(
    ("name", "unit"),
    [("own_km2", "km²"), ("own_km", "km"), ("wait_min", "min"), ("minutes_x", "min"), ("x", "")],
)
def test_units_come_from_the_ending(name: str, unit: str) -> None:
    assert column_name(name).unit == unit
