"""Decay: how much an opportunity t minutes away still counts, as a value that every measure takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from urbgeo.checks import check_minutes, check_quantity, is_finite_number
from urbgeo.engine.pairs import kept_within, levels_at
from urbgeo.errors import InputError
from urbgeo.types import Floats

LONGEST_CHECKED_MIN = 1440.0
"""A decay is checked on a grid from 0 to so many minutes when it is made, and on the minutes it meets."""

ROUNDING = 1e-12
"""A rise of the weight by less than this is rounding, not a fault."""


@dataclass(frozen=True, eq=False)
class Decay:
    """A weight >= 0 by minutes that never rises.

    Attributes
    ----------
    name
        Kind and parameters; it labels the columns of results.
    function
        Array of minutes (finite, >= 0) to an array of weights of the same shape.
    cutoff_min
        Closed bound beyond which the weight is 0; ``inf`` for none.
    by_formula
        It falls by its formula and is 0 beyond the cutoff, so that it need not be checked again on the
        minutes it meets.

    Raises
    ------
    InputError
        When a weight is negative, not finite, not a number, or rises with the minutes.
    """

    name: str
    function: Callable[[Floats], Floats]
    cutoff_min: float = np.inf
    by_formula: bool = False

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise InputError(f"decay: {self.function!r} is no function of minutes.")
        if self.cutoff_min != np.inf:
            check_minutes(self.cutoff_min, "cutoff_min")
        grid = np.linspace(0.0, LONGEST_CHECKED_MIN, 5761)
        self._checked(grid, self._weights(grid))

    def __call__(self, minutes: Floats) -> Floats:
        """Weights of these minutes; 0 for ``inf``, ``NaN`` and beyond the cutoff.

        Raises
        ------
        InputError
            When the weights of these minutes are negative, not finite or rise with the minutes.
        """
        minutes = np.asarray(minutes, dtype=np.float64)
        if self.by_formula:
            return np.asarray(self.function(minutes))
        within = minutes <= min(self.cutoff_min, np.finfo(np.float64).max)
        weights = np.zeros(minutes.shape)
        weights[within] = self._weights(minutes[within])
        met, where = np.unique(minutes[within], return_index=True)
        self._checked(met, weights[within][where])
        return weights

    def _weights(self, minutes: Floats) -> Floats:
        weights = np.asarray(self.function(minutes), dtype=np.float64)
        if weights.shape != minutes.shape:
            raise InputError(
                f"decay {self.name}: it returns shape {weights.shape} for minutes of shape {minutes.shape}; "
                "return one weight per element."
            )
        return np.where(minutes <= self.cutoff_min, weights, 0.0) if np.isfinite(self.cutoff_min) else weights

    def _checked(self, minutes: Floats, weights: Floats) -> None:
        wrong = ~np.isfinite(weights) | (weights < 0.0)
        if wrong.any():
            first = int(np.argmax(wrong))
            raise InputError(
                f"decay {self.name}: weight {weights[first]} at {minutes[first]:g} min; "
                "weights must be finite and >= 0."
            )
        rises = np.diff(weights) > ROUNDING * np.maximum(1.0, weights[:-1])
        if rises.any():
            first = int(np.argmax(rises))
            raise InputError(
                f"decay {self.name}: it is not monotonic, the weight rises from {weights[first]:g} at "
                f"{minutes[first]:g} min to {weights[first + 1]:g} at {minutes[first + 1]:g} min; "
                "a longer trip must never count more."
            )


def binary(cutoff_min: float) -> Decay:
    """1 up to ``cutoff_min`` (closed), 0 beyond.

    Examples
    --------
    >>> binary(30)(np.array([30.0, 30.1])).tolist()
    [1.0, 0.0]
    """
    cutoff = check_minutes(cutoff_min, "cutoff_min")
    return _steps(f"binary {cutoff:g}", [cutoff], [1.0])


def linear(cutoff_min: float) -> Decay:
    """``max(0, 1 - t / cutoff_min)``.

    Examples
    --------
    >>> linear(60)(np.array([0.0, 15.0, 60.0])).tolist()
    [1.0, 0.75, 0.0]
    """
    cutoff = check_minutes(cutoff_min, "cutoff_min")
    return _bounded(f"linear {cutoff:g}", lambda t: 1.0 - t / cutoff, cutoff)


def exponential(
    *, rate_per_min: float | None = None, half_min: float | None = None, cutoff_min: float | None = None
) -> Decay:
    """``exp(-rate t)``; give the rate, or the minutes after which half is left (``rate = ln 2 / half``).

    Examples
    --------
    >>> exponential(half_min=20)(np.array([20.0, 40.0])).round(12).tolist()
    [0.5, 0.25]
    """
    if (rate_per_min is None) == (half_min is None):
        raise InputError("exponential: give either rate_per_min or half_min.")
    if rate_per_min is not None:
        rate = check_quantity(rate_per_min, "rate_per_min")
        name = f"exponential {rate:g}"
    elif half_min is not None:
        rate, name = np.log(2.0) / check_minutes(half_min, "half_min"), f"exponential half {half_min:g}"
    return _formula(name, lambda t: np.exp(-rate * t), cutoff_min)


def power(exponent: float, *, least_min: float = 1.0, cutoff_min: float | None = None) -> Decay:
    """``max(t, least_min) ** -exponent``; shorter trips count as ``least_min``.

    Examples
    --------
    >>> power(2, least_min=5)(np.array([0.0, 5.0, 10.0])).tolist()
    [0.04, 0.04, 0.01]
    """
    steep, least = check_quantity(exponent, "exponent"), check_minutes(least_min, "least_min")
    return _formula(f"power {steep:g} from {least:g}", lambda t: np.maximum(t, least) ** -steep, cutoff_min)


def gaussian(sigma_min: float, *, cutoff_min: float | None = None) -> Decay:
    """``exp(-t^2 / (2 sigma^2))``.

    Examples
    --------
    >>> gaussian(20)(np.array([0.0, 20.0])).round(3).tolist()
    [1.0, 0.607]
    """
    sigma = check_minutes(sigma_min, "sigma_min")
    return _formula(f"gaussian {sigma:g}", lambda t: np.exp(-0.5 * (t / sigma) ** 2), cutoff_min)


def gaussian_to_zero(cutoff_min: float) -> Decay:
    """``(exp(-(t/d)^2 / 2) - exp(-1/2)) / (1 - exp(-1/2))``: 1 at 0, 0 at the cutoff ``d``.

    References
    ----------
    Dai (2010), Health & Place 16: the weight of the Gaussian two-step floating catchment.

    Examples
    --------
    >>> gaussian_to_zero(30)(np.array([0.0, 15.0, 30.0])).round(3).tolist()
    [1.0, 0.701, 0.0]
    """
    cutoff, rest = check_minutes(cutoff_min, "cutoff_min"), np.exp(-0.5)
    return _bounded(
        f"gaussian to zero {cutoff:g}",
        lambda t: np.maximum(0.0, (np.exp(-0.5 * (t / cutoff) ** 2) - rest) / (1.0 - rest)),
        cutoff,
    )


def epanechnikov(cutoff_min: float) -> Decay:
    """``3/4 (1 - (t/d)^2)`` up to the cutoff ``d``: the kernel of the kernel-density catchment.

    Examples
    --------
    >>> epanechnikov(30)(np.array([0.0, 15.0, 30.0])).round(4).tolist()
    [0.75, 0.5625, 0.0]
    """
    cutoff = check_minutes(cutoff_min, "cutoff_min")
    return _bounded(f"epanechnikov {cutoff:g}", lambda t: 0.75 * (1.0 - (t / cutoff) ** 2), cutoff)


def logistic(median_min: float, sd_min: float, *, cutoff_min: float | None = None) -> Decay:
    """Cumulative logistic: ``(1 + exp(-c k)) / (1 + exp((t - c) k))``, ``k = pi / (s sqrt 3)``; 1 at 0.

    ``c`` is the point of inflection and ``s`` the standard deviation of the distribution, both in minutes.

    References
    ----------
    Bauer & Groneberg (2016), PLoS ONE 11: a distance decay of integrated floating catchments.

    Examples
    --------
    >>> logistic(30, 10)(np.array([0.0, 30.0])).round(3).tolist()
    [1.0, 0.502]
    """
    middle, steep = (
        check_minutes(median_min, "median_min"),
        np.pi / (check_minutes(sd_min, "sd_min") * 3**0.5),
    )

    def weights(t: Floats) -> Floats:
        # The exponent is capped where the weight is 0 to the last bit anyway.
        return (1.0 + np.exp(-middle * steep)) / (1.0 + np.exp(np.minimum((t - middle) * steep, 700.0)))

    return _formula(f"logistic {middle:g} sd {sd_min:g}", weights, cutoff_min)


def stepped(limits_min: Sequence[float], weights: Sequence[float]) -> Decay:
    """``weights[k]`` up to ``limits_min[k]`` (closed), 0 beyond the last.

    Raises
    ------
    InputError
        When the limits are not ascending, the weights rise, or their numbers differ.

    Examples
    --------
    >>> stepped([15, 30], [1.0, 0.5])(np.array([15.0, 30.0, 31.0])).tolist()
    [1.0, 0.5, 0.0]
    """
    limits = [check_minutes(one, "limits_min") for one in limits_min]
    if not limits or len(limits) != len(weights):
        raise InputError(
            f"stepped: {len(limits)} limits and {len(weights)} weights; give one weight a limit."
        )
    check_ascending(limits, "limits_min")
    levels = [check_quantity(one, "weights", zero=True) for one in weights]
    zones = ", ".join(f"{weight:g} to {limit:g}" for limit, weight in zip(limits, levels, strict=True))
    return _steps(f"stepped {zones}", limits, levels)


def custom(
    function: Callable[[Floats], Floats], *, name: str = "custom", cutoff_min: float | None = None
) -> Decay:
    """Any function of minutes (array to array); it is checked when made and again on the minutes it meets.

    Examples
    --------
    >>> custom(lambda t: 1.0 / (1.0 + t), cutoff_min=30)(np.array([1.0, 31.0])).tolist()
    [0.5, 0.0]
    """
    cutoff = np.inf if cutoff_min is None else check_minutes(cutoff_min, "cutoff_min")
    return Decay(name, function, cutoff)


def check_ascending(limits: Sequence[float], name: str) -> None:
    """Refuse thresholds that are not strictly ascending."""
    if any(not is_finite_number(one) for one in limits) or not all(np.diff(limits) > 0):
        raise InputError(f"{name}: {list(limits)} is out of order; give ascending thresholds, each once.")


def _formula(name: str, function: Callable[[Floats], Floats], cutoff_min: float | None) -> Decay:
    if cutoff_min is None:
        return _bounded(name, function, np.inf)
    cutoff = check_minutes(cutoff_min, "cutoff_min")
    return _bounded(f"{name} to {cutoff:g}", function, cutoff)


def _bounded(name: str, function: Callable[[Floats], Floats], cutoff: float) -> Decay:
    """The formula up to the cutoff."""
    limit = min(cutoff, float(np.finfo(np.float64).max))

    def weights(t: Floats) -> Floats:
        with np.errstate(invalid="ignore", over="ignore"):  # beyond the limit nothing of it is kept
            found = np.ascontiguousarray(function(t))
        return kept_within(found.ravel(), t.ravel(), limit).reshape(t.shape)

    return Decay(name, weights, cutoff, by_formula=True)


def _steps(name: str, limits: Sequence[float], levels: Sequence[float]) -> Decay:
    """The level of the first limit that holds the minutes, 0 beyond the last."""
    edges, with_end = np.array(limits, np.float64), np.append(np.array(levels, np.float64), 0.0)

    def weights(t: Floats) -> Floats:
        return levels_at(t.ravel(), edges, with_end).reshape(t.shape)

    return Decay(name, weights, limits[-1], by_formula=True)
