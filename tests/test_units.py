"""Areas in the units that planning documents use: mu, hectares, square kilometres."""

from __future__ import annotations

import numpy as np
import pytest

from urbgeo.errors import InputError
from urbgeo.units import convert_area


def test_areas_in_mu_hectares_and_square_kilometres() -> None:
    assert convert_area(1, "mu", to="m2") == pytest.approx(666.6667, abs=1e-4)
    assert convert_area(2950, "wan_mu", to="km2") == pytest.approx(19_666.67, abs=5e-3)
    assert convert_area(15, "mu", to="ha") == pytest.approx(1.0)
    with pytest.raises(InputError, match="'acre' is unknown"):
        convert_area(1, "acre", to="ha")
    with pytest.raises(InputError, match="no area"):
        convert_area(-1, "ha", to="km2")
    for wrong in (None, "3", np.nan, True):
        with pytest.raises(InputError, match="no area"):
            convert_area(wrong, "ha", to="km2")


@pytest.mark.parametrize(
    ("value", "unit", "to", "found"),
    [(1, "km2", "ha", 100.0), (1, "km2", "mu", 1500.0), (3, "wan_mu", "ha", 2000.0), (1, "ha", "m2", 1e4),
     (500, "m2", "km2", 5e-4), (0, "ha", "mu", 0.0)],
)  # fmt: skip
def test_every_unit_is_so_many_of_another(value: float, unit: str, to: str, found: float) -> None:
    assert convert_area(value, unit, to=to) == pytest.approx(found)
