"""The core of a metropolis: where the network enters built-up land, and what is refused."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from tests.network.build import along, points, squares
from urbgeo.cities.cores import check_core, land_entries
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table

ROAD = along(0, 10, 20, 30, 40)
LAND = squares((12, -5), ids=["core"])
"""A square over kilometres 12 to 22 of the road, with the node at 20 inside."""


def entries(**options: bool) -> list[float]:
    """Kilometres along the road at which the land is entered."""
    joined = land_entries(ROAD, LAND, **options)
    at = 10.0 * (joined.link + joined.along)
    return sorted(at.round(3).tolist())


def test_land_is_entered_where_the_road_crosses_its_outline_and_at_nodes_inside() -> None:
    assert entries() == [12.0, 20.0, 22.0]


def test_a_pin_stands_for_the_land_when_asked() -> None:
    assert entries(pin=True) == [17.0]


def test_minutes_to_land_are_those_to_its_nearest_part() -> None:
    seat = points([(30, 0), (5, 0)], ["east", "west"])
    joined = land_entries(ROAD, LAND)
    found = minutes_table(ROAD, seat, joined).min(axis=1)
    assert found.to_dict() == pytest.approx({"east": 8.0, "west": 7.0})


def test_land_that_no_road_enters_is_joined_by_one_point_or_refused_where_that_is_too_far() -> None:
    near = squares((12, 1), side=1.0, ids=["core"])
    assert len(land_entries(ROAD, near).index) == 1
    with pytest.raises(InputError, match="core"):
        land_entries(ROAD, squares((12, 400), ids=["core"]))


def test_points_are_told_from_land() -> None:
    assert not check_core(points([(1, 0), (9, 0)], ["a", "b"]))
    assert check_core(LAND)


def test_what_is_no_core_is_refused() -> None:
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], index=["a"], crs=32649)
    with pytest.raises(InputError, match="core"):
        check_core(line)
