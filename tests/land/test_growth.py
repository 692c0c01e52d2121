"""Growth: seeded, conserving, better than chance where there is something to learn, honest where not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from urbgeo.errors import InputError
from urbgeo.land.growth import (
    DISTANCE,
    NEIGHBOURS,
    GrowthRules,
    Scenario,
    Validation,
    fit_growth,
    run_scenarios,
    simulate_growth,
    usual_scenarios,
    validate_growth,
)
from urbgeo.land.synthetic import synthetic_landscape
from urbgeo.land.terrain import terrain
from urbgeo.rasters.grid import Grid

UTM = 32649


def grid(values: object, cell: float = 100.0) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), UTM)


def rules(*, near: float = 1.0, away: float = -1.0, **columns: float) -> GrowthRules:
    weights = pd.Series({"intercept": 0.0} | columns | {DISTANCE: away, NEIGHBOURS: near})
    ones = pd.Series(1.0, [name for name in weights.index if name != "intercept"])
    return GrowthRules(weights, ones * 0, ones, chance=0.5, steps=5)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(1, 7))
def test_built_and_new_land_is_demand_and_exclusions_stay_free(seed: int, new: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    built = ndimage.gaussian_filter(rng.standard_normal((30, 30)), 2) > 0.2
    barred = rng.random((30, 30)) < 0.3
    driver = grid(rng.normal(size=(30, 30)))
    arguments = {"new_cells": new, "steps": steps, "excluded": grid(barred), "seed": seed}
    if new > (~built & ~barred).sum():
        return
    run = simulate_growth(grid(built), {"x": driver}, rules(x=1.0), **arguments)
    assert run.built.values.sum() == built.sum() + new
    assert (run.built.values >= built).all(), "built land stays built"
    assert not (run.built.values & ~built & barred).any()
    assert run.areas.iloc[-1] == pytest.approx((built.sum() + new) * 0.01)
    again = simulate_growth(grid(built), {"x": driver}, rules(x=1.0), **arguments)
    np.testing.assert_array_equal(run.step.values, again.step.values)


def test_without_chance_the_best_cell_is_built_first() -> None:
    built = np.zeros((7, 7), bool)
    built[3, 3] = True
    pull = np.zeros((7, 7))
    pull[3, 4] = 0.1
    none = grid(np.zeros((7, 7)))
    own = replace(rules(x=1.0), chance=0.0)
    run = simulate_growth(grid(built), {"x": grid(pull)}, own, new_cells=1, steps=1)
    assert run.step.values[3, 4] == 1
    four = simulate_growth(grid(built), {"x": none}, replace(own, neighbour_factor=1.0), new_cells=4, steps=1)
    assert [four.step.values[cell] for cell in ((2, 3), (3, 2), (3, 4), (4, 3))] == [1] * 4
    pull[0, 0] = 3.0
    loose = simulate_growth(
        grid(built), {"x": grid(pull)}, replace(own, neighbour_factor=0.2), new_cells=1, steps=1
    )
    assert loose.step.values[0, 0] == 1, "a weak pull lets the far cell win"


def test_distances_are_those_of_oblong_cells() -> None:
    built = np.zeros((5, 5), bool)
    built[2, 2] = True
    flat_cells = Affine(100, 0, 500_000, 0, -50, 3_000_000)
    like = Grid(built, flat_cells, UTM)
    own = replace(rules(x=1.0, near=0.0), chance=0.0)
    run = simulate_growth(like, {"x": like.having(np.zeros((5, 5)))}, own, new_cells=2, steps=1)
    assert [tuple(cell) for cell in np.argwhere(run.step.values == 1)] == [(1, 2), (3, 2)]


def test_a_row_of_new_cells_is_taken_over_several_steps() -> None:
    built = np.zeros((1, 9), bool)
    built[0, 0] = True
    pull = np.linspace(0, 0.8, 9)[None, :]
    own = replace(rules(x=1.0), chance=0.0)
    run = simulate_growth(grid(built), {"x": grid(pull)}, own, new_cells=4, steps=4)
    assert run.step.values[0].tolist() == [0, 1, 2, 3, 4, -1, -1, -1, -1], "built land pulls the next cell"
    assert run.areas.tolist() == pytest.approx([0.01, 0.02, 0.03, 0.04, 0.05])
    few = simulate_growth(grid(built), {"x": grid(pull)}, own, new_cells=3, steps=2)
    assert few.areas.tolist() == pytest.approx([0.01, 0.02, 0.04])


def test_any_order_of_memory_gives_one_growth() -> None:
    rng = np.random.default_rng(3)
    built = np.zeros((9, 14), bool)
    built[4, 6:8] = True
    pull = rng.normal(size=(9, 14))
    plain = simulate_growth(grid(built), {"x": grid(pull)}, rules(x=1.0), new_cells=20, seed=5)
    turned = simulate_growth(
        grid(np.asfortranarray(built)),
        {"x": grid(np.asfortranarray(pull))},
        rules(x=1.0),
        new_cells=20,
        seed=5,
    )
    assert (plain.step.values > 0).sum() == 20
    np.testing.assert_array_equal(plain.step.values, turned.step.values)
    np.testing.assert_array_equal(plain.step.values >= 0, plain.built.values)


def test_logistic_fit_finds_known_coefficients() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, 200, 200))
    odds = 1 / (1 + np.exp(-(-1.0 + 1.5 * x - 0.8 * y)))
    after = rng.random((200, 200)) < odds
    before = np.zeros((200, 200), bool)
    before[0, 0] = True
    found, _ = fit_growth(grid(before), grid(after | before), {"x": grid(x), "y": grid(y)})
    expected = {"intercept": -1.0, "x": 1.5, "y": -0.8, DISTANCE: 0.0, NEIGHBOURS: 0.0}
    assert found.coefficients.to_dict() == pytest.approx(expected, abs=0.06)
    assert found.drivers == ("x", "y")


def test_the_pull_of_built_land_is_learned() -> None:
    rng = np.random.default_rng(8)
    before = ndimage.gaussian_filter(rng.standard_normal((80, 80)), 4) > 0.15
    away = ndimage.distance_transform_edt(~before)
    after = before | (away <= 2)
    found, _ = fit_growth(grid(before), grid(after), {"x": grid(rng.normal(size=(80, 80)))})
    assert found.coefficients[DISTANCE] + 1 < 0
    assert abs(found.coefficients["x"]) < 0.3
    run = simulate_growth(grid(before), {"x": grid(rng.normal(size=(80, 80)))}, found, new_cells=50)
    assert away[run.step.values > 0].max() <= 2


def test_figure_of_merit_by_hand() -> None:
    before = np.zeros((1, 6), bool)
    before[0, 0] = True
    after, made = before.copy(), before.copy()
    after[0, [1, 2, 3]] = made[0, [2, 3, 4, 5]] = True
    found = validate_growth(grid(before), grid(after), grid(made))
    assert (found.hits, found.misses, found.false_alarms) == (2, 1, 2)
    assert found.figure_of_merit == pytest.approx(2 / 5)
    assert found.null == pytest.approx(2.4 / (7 - 2.4))
    assert found.nearest == pytest.approx(3 / 4)
    assert not found.better_than_null
    assert not found.better_than_nearest
    right = validate_growth(grid(before), grid(after), grid(after))
    assert (right.figure_of_merit, right.better_than_null, right.better_than_nearest) == (1.0, True, False)
    assert found.change.values.tolist() == [[0, 2, 1, 1, 3, 3]]


def test_cells_equally_near_are_taken_by_lot_in_the_null_model() -> None:
    before = np.zeros((3, 3), bool)
    before[1, 1] = True
    after, made = before.copy(), before.copy()
    after[0, 1] = made[2, 1] = True
    found = validate_growth(grid(before), grid(after), grid(made))
    assert found.nearest == pytest.approx(0.25 / (2 - 0.25)), "one of four neighbours is the right one"
    barred = np.zeros((3, 3), bool)
    barred[1, 0] = barred[1, 2] = True
    found = validate_growth(grid(before), grid(after), grid(made), excluded=grid(barred))
    assert found.nearest == pytest.approx(0.5 / (2 - 0.5))
    assert found.null == pytest.approx((1 / 6) / (2 - 1 / 6))


def third_date(seed: int) -> Validation:
    """Fitted on 2010 and 2015 of a synthetic district, held against 2020."""
    scene = synthetic_landscape(seed=seed, cells=200)
    built = scene.built
    drivers = {"slope": terrain(scene.elevation)["slope_deg"]}
    water = built[2010].having(scene.cover.values == 1)
    fitted, trials = fit_growth(built[2010], built[2015], drivers, excluded=water)
    assert len(trials) == 9
    assert (
        trials["figure_of_merit"].max()
        == trials.set_index(["steps", "chance"])["figure_of_merit"].loc[(fitted.steps, fitted.chance)]
    )
    assert fitted.coefficients["slope"] < 0
    new = int((built[2020].values & ~built[2015].values).sum())
    run = simulate_growth(built[2015], drivers, fitted, new_cells=new, excluded=water, seed=1)
    found = validate_growth(built[2015], built[2020], run.built, excluded=water)
    assert found.hits + found.misses == new == found.hits + found.false_alarms
    return found


def test_a_third_date_is_met_better_than_by_chance_and_by_the_nearest_cells() -> None:
    found = [third_date(seed) for seed in (2, 3, 7)]
    assert all(one.figure_of_merit > 10 * one.null for one in found)
    assert all(one.better_than_nearest for one in found)
    merit, nearest = (
        np.mean([getattr(one, name) for one in found]) for name in ("figure_of_merit", "nearest")
    )
    assert merit > nearest + 0.01


def test_scenarios_take_their_land_and_are_held_to_the_cap() -> None:
    built = np.zeros((40, 40), bool)
    built[15:25, 15:25] = True
    eco = np.zeros((40, 40), bool)
    eco[:, 26:] = True
    driver = {"x": grid(np.random.default_rng(0).normal(size=(40, 40)))}
    plans = usual_scenarios(grid(eco))
    runs, table = run_scenarios(grid(built), driver, rules(x=0.5), plans, trend_km2=2.0, cap_km2=1.6)
    assert table["new_km2"].to_dict() == pytest.approx({"trend": 2.0, "compact": 1.4, "ecological": 1.6})
    assert table["within_cap"].to_dict() == {"trend": False, "compact": True, "ecological": True}
    assert not (runs["ecological"].built.values & eco).any()

    def edges(mask: np.ndarray) -> int:
        return int((mask[1:] != mask[:-1]).sum() + (mask[:, 1:] != mask[:, :-1]).sum())

    per_cell = {name: edges(run.built.values) / run.built.values.sum() for name, run in runs.items()}
    assert per_cell["compact"] < per_cell["trend"]
    other, _ = run_scenarios(grid(built), driver, rules(x=0.5), plans, trend_km2=2.0, seed=9)
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
    soft = [Scenario("a", extra_exclusion=grid(eco.astype(float)))]
    with pytest.raises(InputError, match="no bool grids at excluded"):
        run_scenarios(grid(built), driver, rules(x=0.5), soft, trend_km2=1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"new_cells": 999}, r"9\.\d\d km2 are missing"),
        ({"new_cells": -1}, "no negative number"),
        ({"steps": 0}, "at least one step"),
        ({"built": grid(np.ones((4, 4)))}, "no bool grids at built"),
        ({"built": grid(np.zeros((4, 4), bool))}, "no cell is built-up at built"),
        ({"drivers": {"y": grid(np.ones((4, 4)))}}, "fitted on x"),
        ({"drivers": {"x": grid(np.full((4, 4), np.nan))}}, "nodata everywhere at x"),
        ({"drivers": {"x": grid(np.ones((5, 4)))}}, "has other cells"),
    ],
)
def test_what_cannot_grow_is_refused(change: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {
        "built": grid(np.eye(4, dtype=bool)), "drivers": {"x": grid(np.ones((4, 4)))}, "new_cells": 2
    } | change  # fmt: skip
    two = [arguments.pop(name) for name in ("built", "drivers")]
    with pytest.raises(InputError, match=message):
        simulate_growth(*two, rules(x=1.0), **arguments)


def test_land_that_did_not_grow_teaches_nothing() -> None:
    same = grid(np.eye(4, dtype=bool))
    with pytest.raises(InputError, match="nothing to learn"):
        fit_growth(same, same, {"x": grid(np.random.default_rng(0).normal(size=(4, 4)))})
