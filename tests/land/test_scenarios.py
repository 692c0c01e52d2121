"""What growth takes under several assumptions, held against a cap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.land.grown import grid, rules
from urbgeo.errors import InputError
from urbgeo.land.scenarios import Scenario, run_scenarios, usual_scenarios


def test_scenarios_take_their_land_and_are_held_to_the_cap() -> None:
    built = np.zeros((40, 40), bool)
    built[15:25, 15:25] = True
    eco = np.zeros((40, 40), bool)
    eco[:, 26:] = True
    driver = {"x": grid(np.random.default_rng(0).normal(size=(40, 40)))}
    plans = usual_scenarios(grid(eco))
    found = run_scenarios(grid(built), driver, rules(x=0.5), plans, trend_km2=2.0, cap_km2=1.6)
    runs, table = found.runs, found.table
    assert table["new_km2"].to_dict() == pytest.approx({"trend": 2.0, "compact": 1.4, "ecological": 1.6})
    assert table["within_cap"].to_dict() == {"trend": False, "compact": True, "ecological": True}
    assert not (runs["ecological"].built.values & eco).any()

    def edges(mask: np.ndarray) -> int:
        return int((mask[1:] != mask[:-1]).sum() + (mask[:, 1:] != mask[:, :-1]).sum())

    per_cell = {name: edges(run.built.values) / run.built.values.sum() for name, run in runs.items()}
    assert per_cell["compact"] < per_cell["trend"]
    again = [replace(one, seed=9) for one in plans]
    other = run_scenarios(grid(built), driver, rules(x=0.5), again, trend_km2=2.0).runs
    np.testing.assert_array_equal(
        other["compact"].step.values, runs["compact"].step.values, "no chance in it"
    )
    assert (other["trend"].step.values != runs["trend"].step.values).any()
    assert table.loc["trend", "excluded_share"] == 0.0
    assert table.loc["ecological", "excluded_share"] == pytest.approx(14 / 40)
    with pytest.raises(InputError, match="each with a name of its own"):
        run_scenarios(grid(built), driver, rules(x=0.5), [Scenario("a"), Scenario("a")], trend_km2=1.0)
    with pytest.raises(InputError, match="trend_km2"):
        run_scenarios(grid(built), driver, rules(x=0.5), plans, trend_km2=-1.0)
    for name in ("land_factor", "neighbour_factor", "chance_factor"):
        with pytest.raises(InputError, match=f"{name}: -0.5; give a finite number >= 0"):
            Scenario("a", **{name: -0.5})
    soft = [Scenario("a", extra_exclusion=grid(eco.astype(float)))]
    with pytest.raises(InputError, match="no bool grids at excluded"):
        run_scenarios(grid(built), driver, rules(x=0.5), soft, trend_km2=1.0)


def test_a_scenario_that_says_nothing_changes_nothing() -> None:
    plain = Scenario("plain")
    assert (plain.land_factor, plain.neighbour_factor, plain.chance_factor) == (1.0, 1.0, 1.0)
    assert plain.extra_exclusion is None and plain.seed == 0
