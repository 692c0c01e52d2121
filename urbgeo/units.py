"""Areas in the units that planning documents use: mu, hectares, square kilometres."""

from __future__ import annotations

from collections.abc import Mapping

from urbgeo.checks import check_choice, is_finite_number
from urbgeo.errors import InputError

M2_PER_UNIT: Mapping[str, float] = {
    "m2": 1.0,
    "mu": 10_000.0 / 15.0,
    "ha": 10_000.0,
    "km2": 1_000_000.0,
    "wan_mu": 10_000.0 * 10_000.0 / 15.0,
}
"""Square metres in one unit. 15 mu (亩) are one hectare; wan_mu is 万亩, ten thousand mu."""


def convert_area(value: float, unit: str, *, to: str, name: str = "value") -> float:
    """An area in another unit.

    >>> round(convert_area(2950, "wan_mu", to="km2"), 2)
    19666.67

    Raises
    ------
    InputError
        For an unknown unit, or an area that is negative or not finite.
    """
    for one in (unit, to):
        check_choice(one, "unit", tuple(M2_PER_UNIT))
    if not is_finite_number(value) or value < 0:
        raise InputError(f"{name}: {value!r} is no area; give a finite number >= 0 in {unit}.")
    return float(value) * M2_PER_UNIT[unit] / M2_PER_UNIT[to]
