"""Compiled work on ways: splitting at junctions and joining what continues without choice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from urbgeo.sources.osm.road_kernels import kilometres

GEOD = Geod(ellps="WGS84")


DEGREES = st.floats(0.0, 360.0)


@given(st.floats(-180.0, 180.0), st.floats(-80.0, 80.0), DEGREES, st.floats(0.001, 50.0))
def test_a_stretch_is_as_long_as_on_the_ellipsoid(lon: float, lat: float, azimuth: float, km: float) -> None:
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, azimuth, km * 1000.0)
    assert kilometres(lon, lat, to_lon, to_lat) == pytest.approx(km, rel=2e-5)


@given(st.floats(-180.0, 180.0), st.floats(-60.0, 60.0), DEGREES)
def test_a_ferry_of_a_thousand_km_is_within_half_a_percent(lon: float, lat: float, azimuth: float) -> None:
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, azimuth, 1_000_000.0)
    assert kilometres(lon, lat, to_lon, to_lat) == pytest.approx(1000.0, rel=5e-3)


def test_a_degree_north_and_a_degree_east_are_those_of_the_ellipsoid() -> None:
    """At the equator a degree of latitude is 110.574 km, one of longitude 111.320 km; a sphere has one."""
    assert kilometres(0.0, -0.5, 0.0, 0.5) == pytest.approx(110.574, abs=0.002)
    assert kilometres(0.0, 0.0, 1.0, 0.0) == pytest.approx(111.320, abs=0.002)
