"""How a value stands to its target: the light, the gap, and both in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LIGHTS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "met": ("达标", "met", "#2a7f62"),
        "on path": ("进度内", "on the path", "#86b58a"),
        "behind": ("滞后", "behind", "#e0a030"),
        "away": ("背离", "moving away", "#c8452d"),
        "overdue": ("逾期未达", "overdue", "#c8452d"),
        "open": ("待定", "open", "#7fa6c9"),
        "start": ("基期", "at its base", "#b9c4cf"),
        "unmet": ("未达标", "not met yet", "#e6c98b"),
        "rising": ("上升", "rising", "#86b58a"),
        "falling": ("下降", "falling", "#e0a030"),
        "steady": ("持平", "steady", "#b9c4cf"),
        "no number": ("无数值目标", "no number set", "#dfe3e6"),
        "grey": ("未测", "not measured", "#cfd2d6"),
    }
)
"""Light: Chinese, English, colour. ``open``: the band of speeds lies on both sides of the target. ``unmet``:
before the target's year, without a base to judge the pace by. ``rising``, ``falling``, ``steady``: by the
series, where the document gives a direction and no number (green where it goes the way it should)."""

WITH_NUMBER = ("met", "on path", "behind", "away", "overdue", "open", "unmet", "start")
"""Lights of rows that have a value and a number to hold it against."""

STEADY_SHARE = 0.005
"""Changes of a series below this share of its value are steady."""


@dataclass(frozen=True)
class Aim:
    """The numbers of one target; NaN where the document gives none."""

    direction: str
    value: float
    year: float
    base_value: float = math.nan
    base_year: float = math.nan

    def met_by(self, value: float) -> bool:
        """Whether a value meets the target, bounds included."""
        tolerance = 1e-9 * max(1.0, abs(self.value))
        if self.direction == ">=":
            return value >= self.value - tolerance
        if self.direction == "<=":
            return value <= self.value + tolerance
        return abs(value - self.value) <= tolerance


def light_of(aim: Aim, value: float, year: int, *, low: float = math.nan, high: float = math.nan) -> str:
    """The light of one value in one year.

    - ``aim``: The target.
    - ``value``, ``year``: What was measured, and for when.
    - ``low``, ``high``: The value over the band of speeds, where there is one.

    Examples
    --------
    >>> light_of(Aim(">=", 63.0, 2025, base_value=50.89, base_year=2015), 58.76, 2020)
    'on path'
    >>> light_of(Aim(">=", 80.0, 2025), 78.6, 2026)
    'overdue'
    """
    if math.isnan(value):
        return "grey"
    if aim.direction not in (">=", "<=", "=") or math.isnan(aim.value):
        return "no number"
    bounds = [one for one in (low, high) if not math.isnan(one)]
    if bounds and len({aim.met_by(one) for one in (*bounds, value)}) == 2:
        return "open"
    if aim.met_by(value):
        return "met"
    if year > aim.year:
        return "overdue"
    if math.isnan(aim.base_value) or math.isnan(aim.base_year) or aim.base_value == aim.value:
        return "behind" if year == aim.year else "unmet"
    if year <= aim.base_year:
        return "start"
    done = (value - aim.base_value) / (aim.value - aim.base_value)
    expected = (year - aim.base_year) / (aim.year - aim.base_year)
    if done < 0:
        return "away"
    return "behind" if done < expected else "on path"


def trend_of(direction: str, series: Mapping[int, float]) -> str:
    """The light of a target without a number: which way the series goes.

    >>> trend_of("up", {2010: 1.0, 2020: 2.0})
    'rising'
    """
    present = [(year, value) for year, value in sorted(series.items()) if math.isfinite(value)]
    if direction not in ("up", "down") or len(present) < 2:
        return "no number"
    change = present[-1][1] - present[0][1]
    if abs(change) <= STEADY_SHARE * max(abs(present[0][1]), abs(present[-1][1]), 1e-12):
        return "steady"
    return "rising" if change > 0 else "falling"


def gap_of(aim: Aim, value: float) -> float:
    """What lacks to the target, in its unit; 0 where it is met, NaN without value or number."""
    if math.isnan(value) or math.isnan(aim.value) or aim.direction not in (">=", "<=", "="):
        return math.nan
    return 0.0 if aim.met_by(value) else abs(aim.value - value)
