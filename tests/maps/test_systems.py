"""City clusters and town groups on one map: their land, the links of their hubs, and the hubs by name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.maps import systems
from urbgeo.maps.systems import map_of_systems


def test_a_map_is_made_of_systems_only() -> None:
    with pytest.raises(InputError, match=r"result: a CitySystems is needed, not NoneType; city_systems\(\)"):
        map_of_systems(None)  # type: ignore[arg-type]


def test_layers_of_systems_are_led_by_what_they_are_of_where_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[tuple[str, str]] = []
    for name in ("add_polygons", "add_lines", "add_points"):
        monkeypatch.setattr(systems, name, lambda *_, **how: drawn.append((how["name_zh"], how["name_en"])))
    found: Any = SimpleNamespace(table=pd.DataFrame(), links=pd.DataFrame(), hubs=pd.DataFrame())
    undrawn: Any = None
    systems.add_systems(undrawn, found)
    plain = [("最远两城", "farthest pair"), ("中心联系", "links of hubs"), ("中心城市", "hubs")]
    assert drawn == plain
    drawn.clear()
    systems.add_systems(undrawn, found, what=("城市群", "clusters"))
    assert drawn == [(f"城市群：{zh}", f"clusters: {en}") for zh, en in plain]
