"""How strongly zones are tied to cores: shares of observed flows, or of a model that says it is one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from urbgeo.cities.commuting_rates import rates

ZONES = pd.Index(["core", "near", "far"])
PEOPLE = pd.Series([800_000.0, 100_000.0, 100_000.0], ZONES)
MINUTES = pd.DataFrame([[0, 20, 60], [20, 0, 50], [60, 50, 0]], ZONES, ZONES, dtype=float)
CORE = pd.Series(["甲"], index=["core"])
FLOWS = pd.DataFrame(
    {
        "home": ["core", "near", "near", "far", "core"],
        "work": ["core", "core", "near", "far", "near"],
        "workers": [60.0, 30.0, 70.0, 50.0, 40.0],
    }
)


def asked(**options: object) -> tuple[pd.Series, str]:
    given = {"flows": None, "rule": "out", "model": "gravity", "friction": 2.0, **options}
    table, source = rates(CORE, MINUTES, PEOPLE, **given)
    return table["甲"], source


def test_observed_shares_are_of_those_who_live_or_of_those_who_work_there() -> None:
    out, source = asked(flows=FLOWS)
    assert source == "flows"
    assert out.to_dict() == pytest.approx({"core": 0.6, "near": 0.3, "far": 0.0})
    either, _ = asked(flows=FLOWS, rule="either")
    assert either["near"] == pytest.approx(40 / 110)  # more of its jobs than of its workers


@pytest.mark.parametrize("model", ["gravity", "radiation"])
def test_a_model_says_so_and_ties_the_nearer_zone_more(model: str) -> None:
    share, source = asked(model=model)
    assert source == "modelled"
    assert 0.0 <= share["far"] < share["near"] <= 1.0


def test_the_gravity_share_is_people_over_minutes_to_the_power_of_the_friction() -> None:
    """A zone's minutes to itself count as half of those to its nearest neighbour."""
    pull = PEOPLE["core"] / 20.0**2, PEOPLE["near"] / 10.0**2, PEOPLE["far"] / 50.0**2
    assert asked()[0]["near"] == pytest.approx(pull[0] / sum(pull))


def test_a_zone_without_a_way_is_tied_to_nothing() -> None:
    apart = MINUTES.copy()
    apart.loc["far", ["core", "near"]] = apart.loc[["core", "near"], "far"] = np.nan
    table, _ = rates(CORE, apart, PEOPLE, flows=None, rule="out", model="gravity", friction=2.0)
    assert table.loc["far", "甲"] == 0.0
