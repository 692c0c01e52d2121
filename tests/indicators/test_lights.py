"""Lights on known answers: bounds, paths, bands, years."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urbgeo.indicators.lights import LIGHTS, Aim, gap_of, light_of, trend_of

PATH = Aim(">=", 60.0, 2030, base_value=40.0, base_year=2020)


@pytest.mark.parametrize(
    ("value", "year", "light"),
    [
        (60.0, 2025, "met"),
        (50.0, 2025, "on path"),  # half the way at half the time
        (49.9, 2025, "behind"),
        (39.9, 2025, "away"),
        (59.9, 2031, "overdue"),
        (59.9, 2030, "behind"),
        (39.0, 2020, "start"),
        (math.nan, 2025, "grey"),
    ],
)
def test_a_value_is_held_against_the_straight_path(value: float, year: int, light: str) -> None:
    assert light_of(PATH, value, year) == light


def test_a_cap_is_met_from_below_and_its_path_runs_down_to_it() -> None:
    cap = Aim("<=", 10.0, 2030, base_value=20.0, base_year=2020)
    assert light_of(cap, 10.0, 2025) == "met"
    assert light_of(cap, 15.0, 2025) == "on path"
    assert light_of(cap, 15.1, 2025) == "behind"
    assert light_of(cap, 21.0, 2025) == "away"
    assert gap_of(cap, 12.5) == 2.5


def test_a_target_of_just_one_number_is_met_by_it_alone() -> None:
    """But for rounding: by a billionth of the number, or of one for smaller numbers."""
    for target, near, far in ((1000.0, 1e-6, 1.1e-6), (0.5, 0.9e-9, 1.1e-9), (-1000.0, 0.9e-6, 1.1e-6)):
        aim = Aim("=", target, 2030)
        assert aim.met_by(target) and light_of(aim, target, 2025) == "met"
        for side in (-1, 1):
            assert aim.met_by(target + side * near * 0.9) and not aim.met_by(target + side * far)
        for direction, side in ((">=", -1), ("<=", 1)):
            bound = Aim(direction, target, 2030)
            assert bound.met_by(target + side * near * 0.9) and not bound.met_by(target + side * far)


def test_a_band_on_both_sides_of_the_target_leaves_it_open() -> None:
    aim = Aim(">=", 80.0, 2025)
    assert light_of(aim, 78.6, 2025, low=57.1, high=85.7) == "open"
    assert light_of(aim, 85.0, 2025, low=57.1, high=90.0) == "open"
    assert light_of(aim, 78.6, 2025, low=57.1, high=79.9) == "behind"
    assert light_of(aim, 85.0, 2025, low=80.0, high=90.0) == "met"


def test_without_a_base_the_pace_is_not_judged() -> None:
    aim = Aim(">=", 80.0, 2035)
    assert light_of(aim, 10.0, 2025) == "unmet"
    assert light_of(aim, 10.0, 2036) == "overdue"


def test_a_direction_without_number_is_told_by_the_series() -> None:
    assert light_of(Aim("up", math.nan, 2025), 5.0, 2025) == "no number"
    assert trend_of("up", {2010: 5.0, 2015: math.nan, 2020: 6.0}) == "rising"
    assert trend_of("down", {2020: 5.0, 2010: 6.0}) == "falling"
    assert trend_of("up", {2010: 100.0, 2020: 100.1}) == "steady"
    assert trend_of("up", {2010: 200.0, 2020: 199.0}) == "steady", "half a percent is within the bound"
    # the larger of both ends: 0.502 is 0.4995 % of the last and 0.502 % of the first
    assert trend_of("up", {2010: 100.0, 2020: 100.502}) == "steady"
    assert trend_of("up", {2010: 100.0, 2020: 100.504}) == "rising"
    assert trend_of("up", {2020: 5.0}) == "no number"
    assert trend_of("none", {2010: 1.0, 2020: 2.0}) == "no number"


@given(
    st.sampled_from([">=", "<="]),
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.integers(2000, 2050),
)
def test_every_light_is_of_the_list_and_no_gap_is_left_when_met(
    direction: str, target: float, base: float, value: float, year: int
) -> None:
    aim = Aim(direction, target, 2030, base_value=base, base_year=2015)
    light = light_of(aim, value, year)
    assert light in LIGHTS
    assert (gap_of(aim, value) == 0.0) == (light == "met")
