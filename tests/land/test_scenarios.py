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


def test_scenarios_say_their_land_and_half_a_cell_is_forgiven() -> None:
    built = np.zeros((6, 6), bool)
    built[2, 2] = True
    like, driver = grid(built), {"x": grid(np.random.default_rng(0).normal(size=(6, 6)))}
    plans = [Scenario("a"), Scenario("b", land_factor=2.0)]
    found = run_scenarios(like, driver, rules(x=1.0), plans, trend_km2=0.1, cap_km2=0.195)
    assert repr(found).splitlines()[0] == "<Scenarios a 0.1 km2, b 0.2 km2>"
    assert found.table["wanted_km2"].tolist() == [0.1, 0.2] and found.table.index.name == "scenario"
    assert found.table["within_cap"].tolist() == [True, True], "0.2 is within half a cell of 0.195"
    tight = run_scenarios(like, driver, rules(x=1.0), plans, trend_km2=0.1, cap_km2=0.1949)
    assert tight.table["within_cap"].tolist() == [True, False]
    free = run_scenarios(like, driver, rules(x=1.0), plans, trend_km2=0.1)
    assert free.table["within_cap"].tolist() == [None, None] and free.table["cap_km2"].isna().all()
    assert found.provenance.parameters == {"trend_km2": 0.1, "cap_km2": 0.195}


def test_a_scenario_is_barred_from_what_all_are_and_from_its_own() -> None:
    built = np.zeros((4, 10), bool)
    built[0, 0] = True
    never, own = np.zeros((4, 10), bool), np.zeros((4, 10), bool)
    never[1], own[2:] = True, True
    driver = {"x": grid(np.random.default_rng(0).normal(size=(4, 10)))}
    plans = [Scenario("all"), Scenario("own", extra_exclusion=grid(own))]
    found = run_scenarios(grid(built), driver, rules(x=1.0), plans, trend_km2=0.09, excluded=grid(never))
    assert found.table["excluded_share"].tolist() == pytest.approx([0.25, 0.75])
    assert found.runs["own"].built.values[0].all() and not found.runs["own"].built.values[1:].any()
    assert not found.runs["all"].built.values[1].any() and not own[:2].any() and never.sum() == 10
    with pytest.raises(InputError, match=r"10 are more than the 9 .* 0\.01 km2 are missing"):
        run_scenarios(grid(built), driver, rules(x=1.0), plans, trend_km2=0.1, excluded=grid(never))


def test_a_scenario_multiplies_the_pull_and_the_chance_of_the_rules() -> None:
    built = np.zeros((6, 6), bool)
    built[2, 2] = True
    driver = {"x": grid(np.random.default_rng(0).normal(size=(6, 6)))}
    fitted = replace(rules(x=1.0), neighbour_factor=1.5, chance=0.4)
    plans = [
        Scenario("s", neighbour_factor=2.0, chance_factor=0.5, seed=3),
        *usual_scenarios(driver["x"])[:2],
    ]
    told = {
        name: run.provenance.parameters
        for name, run in run_scenarios(grid(built), driver, fitted, plans, trend_km2=0.1).runs.items()
    }
    assert [(told[one]["neighbour_factor"], told[one]["chance"], told[one]["seed"]) for one in told] == [
        (3.0, 0.2, 3), (1.5, 0.4, 0), (3.0, 0.0, 0)
    ]  # fmt: skip
    assert [told[one]["new_cells"] for one in told] == [10, 10, 7]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scenarios": []}, "scenarios: give at least one"),
        ({"scenarios": ["trend"]}, "scenarios: "),
        ({"scenarios": "trend"}, "scenarios: "),
        ({"cap_km2": -1.0}, "cap_km2"),
        ({"rules": None}, "rules: what fit_growth"),
        ({"drivers": {"intercept": grid(np.eye(4))}}, "rules' own"),
        ({"built": grid(np.zeros((4, 4), bool))}, "no cell is built-up"),
    ],
)
def test_what_no_scenario_can_be_is_refused(change: dict[str, object], message: str) -> None:
    given: dict[str, object] = {
        "built": grid(np.eye(4, dtype=bool)), "drivers": {"x": grid(np.eye(4))}, "rules": rules(x=1.0),
        "scenarios": [Scenario("a")], "trend_km2": 0.01,
    } | change  # fmt: skip
    four = [given.pop(name) for name in ("built", "drivers", "rules", "scenarios")]
    with pytest.raises(InputError, match=message):
        run_scenarios(*four, **given)
