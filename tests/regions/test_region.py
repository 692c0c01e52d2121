"""A region tells its seats by level; small zones have access of their own."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.network.build import points, squares
from tests.network.test_regional import region
from urbgeo.regions.region import ZONE, Region

PLACES = points(
    [(5, 5), (15, 5), (25, 5), (90, 0), (6, 6)], ["4301", "430102", "4419", "hub", "430102001"]
).assign(
    level=["prefecture", "county", "prefecture", "hub", ZONE],
    prefecture=["4301", "4301", "4419", None, "4301"],
)


@pytest.fixture
def made() -> Region:
    empty = points([])
    return replace(region(empty, pd.DataFrame(), empty), places=PLACES)


def test_seats_are_told_by_level_and_a_prefecture_without_counties_is_one(made: Region) -> None:
    assert made.prefectures.index.tolist() == ["4301", "4419"]
    assert made.counties.index.tolist() == ["430102", "4419"]
    assert made.hubs.index.tolist() == ["hub"]


def test_where_zones_are_small_their_points_have_access_and_counties_that_are_zones_stay(
    made: Region,
) -> None:
    assert made.towns.index.tolist() == ["430102", "4419"]  # no zones at all
    zones = squares((0, 0), (20, 0), ids=["430102001", "4419"])
    assert replace(made, zones=zones).towns.index.tolist() == ["4419", "430102001"]


def test_a_region_is_told_in_one_line(made: Region) -> None:
    assert repr(made) == "<Region micro: 5 places, no zones, 0 road links>"
