"""Coordinates that cannot be meant: each kind is named with its remedy, ordinary ones pass."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

from urbgeo.coordinates import add_coordinate_faults
from urbgeo.errors import Faults, InputError

CHANGSHA = (112.98, 28.2)
URUMQI = (87.6, 43.8)


def looked_at(x: list[float], y: list[float], crs: object) -> str:
    """What is said of points a, b, ...; nothing for ordinary ones."""
    faults = Faults("places")
    add_coordinate_faults(faults, gpd.GeoSeries.from_xy(x, y, index=list("abcdef")[: len(x)], crs=crs))
    try:
        faults.raise_if_any()
    except InputError as error:
        return str(error)
    return ""


def projected(crs: int, *degrees: tuple[float, float]) -> tuple[list[float], list[float]]:
    there = gpd.GeoSeries.from_xy(*zip(*degrees, strict=True), crs=4326).to_crs(crs)
    return there.x.tolist(), there.y.tolist()


@pytest.mark.parametrize("crs", [4326, 4490, 4547, 4526, 3857, 32649])
def test_a_place_in_its_crs_passes(crs: int) -> None:
    assert looked_at(*projected(crs, CHANGSHA), crs) == ""


def test_a_province_that_sticks_out_of_its_zone_is_ordinary_and_another_country_is_not() -> None:
    assert looked_at(*projected(4547, CHANGSHA, (108.9, 28.0)), 4547) == ""
    assert "no place where" in looked_at(*projected(32649, CHANGSHA, (30.0, 50.0)), 32649)


def test_degrees_under_metres_are_told() -> None:
    said = looked_at([CHANGSHA[0]], [CHANGSHA[1]], 4547)
    assert "degrees, but" in said and "is in metres" in said
    assert "degrees, but" in looked_at([CHANGSHA[0]], [CHANGSHA[1]], 3857)


def test_a_zone_number_in_front_of_eastings_is_told_by_its_number() -> None:
    (x,), y = projected(4547, CHANGSHA)
    assert "number 38 of the zone in front" in looked_at([38e6 + x], y, 4547)
    (x,), y = projected(4526, CHANGSHA)  # the zone with its number in front
    assert "lack the number of the zone" in looked_at([x - 38e6], y, 4526)


def test_swapped_axes_are_told_where_they_can_be_told() -> None:
    assert "lon and lat look swapped" in looked_at([CHANGSHA[1]], [CHANGSHA[0]], 4326)  # beyond 90 degrees
    assert "lon and lat look swapped" in looked_at([URUMQI[1]], [URUMQI[0]], 4326)  # in the Barents Sea
    assert "lon and lat look swapped" in looked_at([URUMQI[1]], [URUMQI[0]], 4490)  # far from China


def test_only_those_that_are_wrong_are_named() -> None:
    said = looked_at([CHANGSHA[0], 500.0, np.inf], [CHANGSHA[1], 28.0, 28.0], 4326)
    assert "not finite" in said and "c" in said and "'a'" not in said
    assert "degrees beyond 180/90" in looked_at([CHANGSHA[0], 500.0], [CHANGSHA[1], 28.0], 4326)


def test_no_rows_have_no_faults() -> None:
    assert looked_at([], [], 4326) == ""
