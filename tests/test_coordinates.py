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


def test_eastings_of_two_zones_under_the_number_of_one_are_told() -> None:
    (east,), (north,) = projected(4526, (113.6, 27.5))  # zone 38, with its number in front
    (west,), _ = projected(4525, (111.7, 27.5))  # zone 37
    said = looked_at([east, west], [north, north], 4526)
    assert "eastings of zone 37" in said and "zone 38 at b" in said and "CRS of its zone" in said
    (six,), _ = projected(4497, (111.7, 27.5))  # zones of 6 degrees: 19 under 20
    assert "eastings of zone 19" in looked_at([six, *projected(4498, (115.0, 27.5))[0]], [north] * 2, 4498)


def test_land_that_reaches_over_the_rim_of_its_zone_is_of_no_other_zone() -> None:
    whole = projected(4526, (114.0, 28.0), (110.0, 28.0), (107.5, 28.0), (105.0, 28.0))
    assert looked_at(*whole, 4526) == ""
    assert looked_at(*projected(4526, (105.0, 28.0)), 4526) == ""


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


@pytest.mark.parametrize(("lon", "said"), [(63.7, ""), (63.5, "far from where"), (144.7, ""), (144.9, "far")])
def test_ten_degrees_beyond_the_area_of_use_are_ordinary_and_more_are_not(lon: float, said: str) -> None:
    """CGCS2000 is used from 73.62 to 134.77 degrees east."""
    found = looked_at([lon], [40.0], 4490)
    assert (said in found) if said else found == ""


def test_numbers_near_the_zone_are_degrees_and_others_are_no_place() -> None:
    """The zone of 114 degrees ends at 112.5: five degrees from there degrees are told as such."""
    assert "degrees, but" in looked_at([107.6], [28.0], 4547)
    far = looked_at([107.4], [28.0], 4547)
    assert "degrees, but" not in far and "no place where" in far
    assert "degrees, but" not in looked_at([113.0, 500_000.0], [28.0, 3_100_000.0], 4547), "not all are"


@pytest.mark.parametrize(
    ("x", "told"), [(12.5e6, False), (13.5e6, True), (45.5e6, True), (46.5e6, False)]
)  # fmt: skip
def test_zones_of_china_have_the_numbers_thirteen_to_forty_five(x: float, told: bool) -> None:
    said = looked_at([x], [3_100_000.0], 4547)
    assert "no place where" in said and (f"number {x // 1e6:.0f} of the zone in front" in said) is told
    both = looked_at([38.5e6, 39.5e6], [3_100_000.0] * 2, 4547)
    assert "of the zone in front" not in both, "of one zone only"


def test_degrees_end_at_180_and_90_and_are_swapped_only_where_all_could_be() -> None:
    assert looked_at([180.0, -180.0], [90.0, -90.0], 4326) == ""
    for x, y in ((180.001, 0.0), (0.0, 90.001), (0.0, -90.001)):
        assert "degrees beyond 180/90 at a;" in looked_at([x], [y], 4326)
    assert "look swapped" in looked_at([90.0], [180.0], 4326)
    assert "set the CRS the coordinates" in looked_at([91.0], [120.0], 4326)


def test_all_must_lie_in_the_barents_sea_to_be_swapped() -> None:
    assert "in the Barents Sea at a, b; lon and lat look swapped" in looked_at(
        [34.0, 50.0], [73.0, 90.0], 4326
    )
    for x, y in ((33.9, 80.0), (50.1, 80.0), (40.0, 72.9)):
        assert looked_at([40.0, x], [80.0, y], 4326) == ""
    ordinary = looked_at([CHANGSHA[0], 12.0], [CHANGSHA[1], 76.0], 4490)
    assert "far from where" in ordinary and "at b; set the CRS" in ordinary
