"""Statistics of values that weigh differently: mean, quantile, Theil's index, rank."""

from __future__ import annotations

import numpy as np

from urbgeo.types import Floats


def weighted_quantile(values: Floats, weights: Floats, level: float, kind: str = "share") -> float:
    """The quantile of weighted values, see :func:`urbgeo.access.equity.palma` for the two kinds.

    Examples
    --------
    >>> weighted_quantile(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 2.0]), 0.5)
    2.0
    """
    kept = weights > 0
    order = np.argsort(values[kept], kind="stable")
    ordered, total = values[kept][order], np.cumsum(weights[kept][order])
    if kind == "share":
        # A share that rounding leaves a hair short of the level has reached it.
        return float(ordered[np.searchsorted(total, level * total[-1] * (1.0 - 1e-12), side="left")])
    place = 1.0 + (total[-1] - 1.0) * level
    below, above = np.floor(place), np.minimum(np.floor(place) + 1.0, total[-1])
    low, high = (ordered[min(np.searchsorted(total, one), len(total) - 1)] for one in (below, above))
    return float(low + (place - below) * (high - low))


def weighted_mean(values: Floats, weights: Floats) -> float:
    """The mean by weight; NaN without any."""
    total = weights.sum()
    return float((values * weights).sum() / total) if total > 0 else float("nan")


def x_log_x(ratio: Floats) -> Floats:
    """``x ln x``, with ``0 ln 0 = 0``."""
    positive = ratio > 0
    return np.where(positive, ratio * np.log(np.where(positive, ratio, 1.0)), 0.0)


def theil_of(values: Floats, weights: Floats) -> float:
    """Theil's index of values by weight; 0 where nobody has any."""
    mean = weighted_mean(values, weights)
    return weighted_mean(x_log_x(values / mean), weights) if mean > 0 else 0.0


def fractional_rank(values: Floats, weights: Floats) -> Floats:
    """Share of people below, plus half of those at the same value."""
    levels, which = np.unique(values, return_inverse=True)
    at = np.bincount(which, weights=weights, minlength=len(levels))
    below = np.cumsum(at) - at
    return ((below + at / 2.0) / weights.sum())[which]
