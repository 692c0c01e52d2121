"""Urban land that people ask for, below a cap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from urbgeo.checks import is_finite_number
from urbgeo.errors import Faults
from urbgeo.standards import NEW_TOWN_LAND_M2
from urbgeo.units import convert_area


@dataclass(frozen=True)
class LandDemand:
    """Urban land a plan asks for, km2: ``wanted`` by people, ``allowed`` after the cap; which one binds."""

    people: float
    per_capita_m2: float
    wanted_km2: float
    cap_km2: float
    allowed_km2: float

    @property
    def binds(self) -> str:
        """``"people"`` or ``"cap"``."""
        return "cap" if self.cap_km2 < self.wanted_km2 else "people"


def land_demand(
    people: float,
    *,
    growth_per_year: float = 0.0,
    years: float = 0.0,
    per_capita_m2: float = NEW_TOWN_LAND_M2,
    cap: float | None = None,
    cap_unit: str = "km2",
) -> LandDemand:
    """Land for the people projected: ``people (1 + g)^years`` times the land of each, below a cap.

    Parameters
    ----------
    people
        Residents today.
    growth_per_year, years
        Share by which they grow each year, and for how many years.
    per_capita_m2
        Square metres of urban land a head.
    cap, cap_unit
        Most land allowed, in ``"km2"``, ``"ha"``, ``"mu"``, ``"wan_mu"`` or ``"m2"``.

    Returns
    -------
    LandDemand
        What people ask for and what is allowed.

    Examples
    --------
    >>> land_demand(500_000, per_capita_m2=100, cap=6, cap_unit="wan_mu").allowed_km2
    40.0

    Raises
    ------
    InputError
        For numbers that are none, or an unknown unit.
    """
    faults = Faults("land demand")
    numbers = {"growth_per_year": growth_per_year, "years": years, "people": people}
    numbers["per_capita_m2"] = per_capita_m2
    if wrong := [name for name, one in numbers.items() if not is_finite_number(one)]:
        faults.add("no finite numbers", ids=wrong)
        faults.raise_if_any()
    if people <= 0:
        faults.add(f"people {people!r}", remedy="give a number > 0")
    if per_capita_m2 <= 0:
        faults.add(f"per_capita_m2 {per_capita_m2!r}", remedy="give square metres > 0")
    if growth_per_year <= -1 or years < 0:
        faults.add("growth_per_year, years", remedy="give a share above -1 and years >= 0")
    faults.raise_if_any()
    later = people * (1.0 + growth_per_year) ** years
    wanted = later * per_capita_m2 / 1e6
    most = np.inf if cap is None else convert_area(cap, cap_unit, to="km2", name="cap")
    return LandDemand(later, per_capita_m2, wanted, most, min(wanted, most))
