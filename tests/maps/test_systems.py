"""City clusters and town groups on one map: their land, the links of their hubs, and the hubs by name."""

from __future__ import annotations

import pytest

from urbgeo.errors import InputError
from urbgeo.maps.systems import map_of_systems


def test_a_map_is_made_of_systems_only() -> None:
    with pytest.raises(InputError, match=r"result: a CitySystems is needed, not NoneType; city_systems\(\)"):
        map_of_systems(None)  # type: ignore[arg-type]
