"""Decays give the weights of their formulas, never rise, and refuse what does."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urbgeo.access.decay import (
    Decay,
    binary,
    custom,
    epanechnikov,
    exponential,
    gaussian,
    gaussian_to_zero,
    linear,
    logistic,
    power,
    stepped,
)
from urbgeo.errors import InputError

KINDS: dict[str, tuple[Decay, Callable[[float], float]]] = {
    "binary": (binary(30), lambda t: float(t <= 30)),
    "linear": (linear(30), lambda t: max(0.0, 1 - t / 30)),
    "half life": (exponential(half_min=10), lambda t: 0.5 ** (t / 10)),
    "rate": (exponential(rate_per_min=0.1, cutoff_min=40), lambda t: math.exp(-t / 10) if t <= 40 else 0.0),
    "power": (power(2, least_min=3), lambda t: max(t, 3) ** -2.0),
    "gaussian": (gaussian(20), lambda t: math.exp(-t * t / 800)),
    "to zero": (
        gaussian_to_zero(30),
        lambda t: (math.exp(-t * t / 1800) - math.exp(-0.5)) / (1 - math.exp(-0.5)) if t <= 30 else 0.0,
    ),
    "kernel": (epanechnikov(30), lambda t: 0.75 * (1 - t * t / 900) if t <= 30 else 0.0),
    "logistic": (
        logistic(40, 10),
        lambda t: (
            (1 + math.exp(-40 * math.pi / (10 * math.sqrt(3))))
            / (1 + math.exp((t - 40) * math.pi / (10 * math.sqrt(3))))
        ),
    ),
    "stepped": (
        stepped([10, 20, 30], [1, 0.68, 0.22]),
        lambda t: 1.0 if t <= 10 else 0.68 if t <= 20 else 0.22 if t <= 30 else 0.0,
    ),
    "custom": (custom(lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t)),
}


@pytest.mark.parametrize("kind", KINDS)
@given(minutes=st.lists(st.one_of(st.integers(0, 60).map(float), st.floats(0, 600)), min_size=1))
def test_weights_are_those_of_the_formula(kind: str, minutes: list[float]) -> None:
    decay, formula = KINDS[kind]
    expected = [formula(t) for t in minutes]
    np.testing.assert_allclose(decay(np.array(minutes)), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_unreached_or_unasked_ever_counts(kind: str) -> None:
    assert KINDS[kind][0](np.array([np.inf, np.nan])).tolist() == [0.0, 0.0]


def test_known_values() -> None:
    assert gaussian(1)(np.array([1.0]))[0] == pytest.approx(0.6065, abs=5e-5)
    assert logistic(40, 10)(np.array([0.0]))[0] == 1.0
    assert gaussian_to_zero(30)(np.array([0.0, 30.0])).tolist() == [1.0, 0.0]


def test_thresholds_are_closed_bounds() -> None:
    assert binary(30)(np.array([30.0, np.nextafter(30, 31)])).tolist() == [1.0, 0.0]
    assert stepped([10, 20], [1, 0.5])(np.array([10.0, 20.0, 20.001])).tolist() == [1.0, 0.5, 0.0]


def test_a_decay_that_rises_is_refused_and_told_where() -> None:
    with pytest.raises(InputError, match=r"not monotonic.*rises from 0 at 0 min"):
        custom(lambda t: t, name="growing")


def test_a_rise_between_the_points_checked_first_is_found_on_the_minutes_met() -> None:
    bump = custom(lambda t: np.where((t > 10.01) & (t < 10.02), 5.0, 1.0), name="bump")
    with pytest.raises(InputError, match="bump: it is not monotonic"):
        bump(np.array([3.0, 10.015]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: custom(lambda t: -t), "weights must be finite and >= 0"),
        (lambda: custom(lambda t: np.where(t > 0, t, np.nan)), "weights must be finite"),
        (lambda: custom(lambda t: t[:3]), "one weight per element"),
        (lambda: custom(7), "no function of minutes"),
        (lambda: stepped([20, 10], [1, 0.5]), "out of order"),
        (lambda: stepped([10, 10], [1, 0.5]), "out of order"),
        (lambda: stepped([10, 20], [0.5, 1]), "not monotonic"),
        (lambda: stepped([10, 20], [1]), "one weight a limit"),
        (lambda: stepped([], []), "one weight a limit"),
        (lambda: stepped([10], [-1]), "weights"),
        (lambda: exponential(), "either"),
        (lambda: exponential(rate_per_min=1, half_min=1), "either"),
        (lambda: exponential(rate_per_min=-1), "rate_per_min"),
        (lambda: power(0), "exponent"),
        (lambda: power(1, least_min=0), "least_min"),
        (lambda: gaussian(math.nan), "sigma_min"),
        (lambda: gaussian_to_zero(-1), "cutoff_min"),
        (lambda: epanechnikov(math.inf), "cutoff_min"),
        (lambda: logistic(40, 0), "sd_min"),
        (lambda: binary("30"), "cutoff_min"),
        (lambda: linear(0), "cutoff_min"),
        (lambda: Decay("x", np.ones_like, cutoff_min=-5), "cutoff_min"),
    ],
)
def test_bad_input_is_refused_by_name(make: Callable[[], Decay], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


def test_the_first_rise_is_named_with_both_its_sides_a_quarter_of_a_minute_apart() -> None:
    with pytest.raises(InputError, match=r"rises from 1 at 60 min to 1\.25 at 60\.25 min"):
        custom(lambda t: np.maximum(1.0, t - 59.0), name="late")


def test_what_is_checked_when_made_is_a_day_long() -> None:
    with pytest.raises(InputError, match="at 1440 min"):
        custom(lambda t: np.where(t > 1439.9, 2.0, 1.0))
    later = custom(lambda t: np.where(t > 1440.0, 2.0, 1.0))
    with pytest.raises(InputError, match="rises from 1 at 3 min to 2 at 1441 min"):
        later(np.array([1441.0, 3.0]))


@pytest.mark.parametrize("size", [1e-3, 1.0, 100.0])
def test_rounding_is_no_rise(size: float) -> None:
    """By its last bits a weight may rise: 1e-12 of it, and of 1 where it is smaller."""
    step = max(size, 1.0) * 5e-13
    custom(lambda t: np.where(t > 10, size + step, size))
    with pytest.raises(InputError, match="not monotonic"):
        custom(lambda t: np.where(t > 10, size + 10 * step, size))


def test_the_cutoff_of_any_function_is_a_closed_bound() -> None:
    flat = custom(np.ones_like, cutoff_min=30)
    assert flat(np.array([[0.0, 30.0], [30.001, np.inf]])).tolist() == [[1, 1], [0, 0]]
    assert flat.cutoff_min == 30 and custom(np.ones_like).cutoff_min == np.inf


def test_names_tell_the_numbers() -> None:
    names = [
        binary(30).name,
        linear(30).name,
        exponential(rate_per_min=0.1, cutoff_min=40).name,
        exponential(half_min=10).name,
        power(2).name,
        stepped([10, 20], [1, 0.5]).name,
    ]
    assert names == [
        "binary 30", "linear 30", "exponential 0.1 to 40", "exponential half 10", "power 2 from 1",
        "stepped 1 to 10, 0.5 to 20",
    ]  # fmt: skip


def test_a_step_may_weigh_nothing() -> None:
    assert stepped([10, 20], [0.5, 0])(np.array([10.0, 20.0])).tolist() == [0.5, 0]
