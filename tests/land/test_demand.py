"""Urban land that people ask for, below a cap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from urbgeo.errors import InputError
from urbgeo.land.demand import land_demand
from urbgeo.standards import NEW_TOWN_LAND_M2


def test_land_for_people_is_capped_in_any_unit() -> None:
    free = land_demand(1_000_000, growth_per_year=0.01, years=10, per_capita_m2=100)
    assert free.wanted_km2 == pytest.approx(1e6 * 1.01**10 * 100 / 1e6)
    assert free.binds == "people"
    capped = land_demand(1_000_000, per_capita_m2=100, cap=9, cap_unit="wan_mu")
    assert capped.allowed_km2 == pytest.approx(60.0)
    assert capped.binds == "cap"
    with pytest.raises(InputError, match=r"people 0.*per_capita_m2"):
        land_demand(0, per_capita_m2=-1)


def test_what_people_ask_for_is_told_beside_what_is_allowed() -> None:
    plain = land_demand(1_000_000)
    assert (plain.people, plain.per_capita_m2, plain.wanted_km2) == (1e6, NEW_TOWN_LAND_M2, NEW_TOWN_LAND_M2)
    assert plain.cap_km2 == np.inf and plain.allowed_km2 == plain.wanted_km2
    grown = land_demand(1_000_000, growth_per_year=0.5, years=2, per_capita_m2=80)
    assert (grown.people, grown.wanted_km2) == (2_250_000, 180.0)
    shrunk = land_demand(1_000_000, growth_per_year=-0.5, years=1, per_capita_m2=80)
    assert shrunk.wanted_km2 == 40.0
    met = land_demand(1_000_000, per_capita_m2=100, cap=100)
    assert met.binds == "people", "a cap that is just met does not bind"
    assert land_demand(1_000_000, per_capita_m2=100, cap=9_999, cap_unit="ha").allowed_km2 == 99.99


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"people": -1}, "people -1; give a number > 0"),
        ({"people": 1, "per_capita_m2": 0}, "per_capita_m2 0; give square metres > 0"),
        (
            {"people": 1, "growth_per_year": -1},
            "growth_per_year, years; give a share above -1 and years >= 0",
        ),
        ({"people": 1, "years": -1}, "growth_per_year, years; give a share above -1 and years >= 0"),
        ({"people": np.nan, "years": "2"}, "no finite numbers at years, people"),
        ({"people": 1, "per_capita_m2": np.inf}, "no finite numbers at per_capita_m2"),
        ({"people": 1, "growth_per_year": None}, "no finite numbers at growth_per_year"),
        ({"people": 1, "cap": -1}, "cap"),
        ({"people": 1, "cap": 1, "cap_unit": "acre"}, "acre"),
    ],
)
def test_a_demand_of_no_number_is_refused_by_name(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        land_demand(**given)
