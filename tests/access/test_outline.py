"""Outlines of a field: where it is at most zero between grid points, with holes and parts that meet."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.network.build import QUICK
from urbgeo.access.outline import filled

SIX = np.arange(6.0)


def test_a_slope_is_cut_where_it_crosses_zero() -> None:
    over = np.tile(SIX - 2.25, (6, 1))
    assert filled(SIX, SIX, over).equals(shapely.box(0, 0, 2.25, 5))


def test_a_hill_inside_is_a_hole() -> None:
    over = np.full((6, 6), -1.0)
    over[2:4, 2:4] = 1.0
    found = filled(SIX, SIX, over)
    assert found.is_valid and len(found.geoms) == 1 and len(found.geoms[0].interiors) == 1
    assert not found.intersects(shapely.Point(2.5, 2.5))


def test_nothing_below_zero_is_no_land() -> None:
    assert filled(SIX, SIX, np.ones((6, 6))).is_empty


def test_parts_that_meet_at_grid_points_of_zero_are_valid_land() -> None:
    over = np.ones((6, 6))
    over[:3, :3], over[3:, 3:], over[2, 3], over[3, 2] = -1.0, -1.0, 0.0, 0.0
    found = filled(SIX, SIX, over)
    assert found.is_valid and found.area > 0


fields = arrays(np.float64, (6, 6), elements=st.integers(-3, 3).map(lambda one: one + 0.5))


@QUICK
@given(fields)
def test_a_grid_point_is_on_the_land_just_where_the_field_is_at_most_zero(over: np.ndarray) -> None:
    found = filled(SIX, SIX, over)
    xx, yy = np.meshgrid(SIX, SIX)
    np.testing.assert_array_equal(shapely.intersects_xy(found.buffer(1e-9), xx, yy), over <= 0)
    assert found.is_valid


@QUICK
@given(fields)
def test_land_and_the_rest_divide_the_square(over: np.ndarray) -> None:
    both = filled(SIX, SIX, over).area + filled(SIX, SIX, -over).area
    assert both == pytest.approx(25.0)
