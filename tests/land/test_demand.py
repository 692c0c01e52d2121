"""Urban land that people ask for, below a cap."""

from __future__ import annotations

import pytest

from urbgeo.errors import InputError
from urbgeo.land.demand import land_demand


def test_land_for_people_is_capped_in_any_unit() -> None:
    free = land_demand(1_000_000, growth_per_year=0.01, years=10, per_capita_m2=100)
    assert free.wanted_km2 == pytest.approx(1e6 * 1.01**10 * 100 / 1e6)
    assert free.binds == "people"
    capped = land_demand(1_000_000, per_capita_m2=100, cap=9, cap_unit="wan_mu")
    assert capped.allowed_km2 == pytest.approx(60.0)
    assert capped.binds == "cap"
    with pytest.raises(InputError, match=r"people 0.*per_capita_m2"):
        land_demand(0, per_capita_m2=-1)
