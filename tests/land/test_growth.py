"""Growth: seeded, conserving, better than chance where there is something to learn, honest where not."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from urbgeo.errors import InputError, MissingExtraError
from urbgeo.land.growth import fit_growth, simulate_growth
from urbgeo.land.learning import DISTANCE, NEIGHBOURS, GrowthRules, LearnedRules, Learning
from urbgeo.land.scenarios import Scenario, run_scenarios, usual_scenarios
from urbgeo.land.synthetic import synthetic_landscape
from urbgeo.land.terrain import terrain
from urbgeo.land.validation import Validation, validate_growth
from urbgeo.rasters.cells import grow_patches
from urbgeo.rasters.files import read_grid
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
    assert run.table["built_km2"].iloc[-1] == pytest.approx((built.sum() + new) * 0.01)
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
    assert run.table["built_km2"].tolist() == pytest.approx([0.01, 0.02, 0.03, 0.04, 0.05])
    few = simulate_growth(grid(built), {"x": grid(pull)}, own, new_cells=3, steps=2)
    assert few.table["built_km2"].tolist() == pytest.approx([0.01, 0.02, 0.04])


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
    found = fit_growth(grid(before), grid(after | before), {"x": grid(x), "y": grid(y)}, method="logistic")
    expected = {"intercept": -1.0, "x": 1.5, "y": -0.8, DISTANCE: 0.0, NEIGHBOURS: 0.0}
    assert found.coefficients.to_dict() == pytest.approx(expected, abs=0.06)
    assert found.drivers == ("x", "y")


def test_the_pull_of_built_land_is_learned() -> None:
    rng = np.random.default_rng(8)
    before = ndimage.gaussian_filter(rng.standard_normal((80, 80)), 4) > 0.15
    away = ndimage.distance_transform_edt(~before)
    after = before | (away <= 2)
    found = fit_growth(grid(before), grid(after), {"x": grid(rng.normal(size=(80, 80)))}, method="logistic")
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
    assert found.table.loc["model", ["hits", "misses", "false_alarms"]].tolist() == [2, 1, 2]
    assert found.figure_of_merit == pytest.approx(2 / 5)
    assert found.table.loc["chance", "figure_of_merit"] == pytest.approx(2.4 / (7 - 2.4))
    assert found.table.loc["nearest cells first", "figure_of_merit"] == pytest.approx(3 / 4)
    assert not found.better_than_chance
    assert not found.better_than_nearest
    assert (found.patches, found.patches_observed) == (1, 1)
    right = validate_growth(grid(before), grid(after), grid(after))
    assert (right.figure_of_merit, right.better_than_chance, right.better_than_nearest) == (1.0, True, False)
    assert found.change.values.tolist() == [[0, 2, 1, 1, 3, 3]]


def test_cells_equally_near_are_taken_by_lot_in_the_null_model() -> None:
    before = np.zeros((3, 3), bool)
    before[1, 1] = True
    after, made = before.copy(), before.copy()
    after[0, 1] = made[2, 1] = True
    found = validate_growth(grid(before), grid(after), grid(made))
    assert found.table.loc["nearest cells first", "figure_of_merit"] == pytest.approx(0.25 / (2 - 0.25)), (
        "one of four neighbours is the right one"
    )
    barred = np.zeros((3, 3), bool)
    barred[1, 0] = barred[1, 2] = True
    found = validate_growth(grid(before), grid(after), grid(made), excluded=grid(barred))
    assert found.table.loc["nearest cells first", "figure_of_merit"] == pytest.approx(0.5 / (2 - 0.5))
    assert found.table.loc["chance", "figure_of_merit"] == pytest.approx((1 / 6) / (2 - 1 / 6))


def third_date(seed: int) -> Validation:
    """Fitted on 2010 and 2015 of a synthetic district, held against 2020."""
    scene = synthetic_landscape(seed=seed, cells=200)
    built = scene.built
    drivers = {"slope": terrain(scene.elevation)["slope_deg"]}
    water = built[2010].having(scene.cover.values == 1)
    fitted = fit_growth(built[2010], built[2015], drivers, excluded=water, method="logistic")
    assert len(fitted.trials) == 9
    assert (
        fitted.trials["figure_of_merit"].max()
        == fitted.trials.set_index(["steps", "chance"])["figure_of_merit"].loc[(fitted.steps, fitted.chance)]
    )
    assert fitted.coefficients["slope"] < 0
    new = int((built[2020].values & ~built[2015].values).sum())
    run = simulate_growth(built[2015], drivers, fitted, new_cells=new, excluded=water, seed=1)
    found = validate_growth(built[2015], built[2020], run.built, excluded=water)
    hits, misses, alarms = found.table.loc["model", ["hits", "misses", "false_alarms"]]
    assert hits + misses == new == hits + alarms
    return found


def test_a_third_date_is_met_better_than_by_chance_and_by_the_nearest_cells() -> None:
    found = [third_date(seed) for seed in (2, 3, 7)]
    merits = pd.DataFrame([one.table["figure_of_merit"] for one in found])
    assert (merits["model"] > 10 * merits["chance"]).all()
    assert (merits["model"] > merits["nearest cells first"]).all()
    assert merits["model"].mean() > merits["nearest cells first"].mean() + 0.01


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
    soft = [Scenario("a", extra_exclusion=grid(eco.astype(float)))]
    with pytest.raises(InputError, match="no bool grids at excluded"):
        run_scenarios(grid(built), driver, rules(x=0.5), soft, trend_km2=1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"new_cells": 999}, r"9\.\d\d km2 are missing"),
        ({"new_cells": -1}, "new_cells: -1; give a whole number of 0 or more"),
        ({"steps": 0}, "steps: 0; give a whole number of 1 or more"),
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
        fit_growth(same, same, {"x": grid(np.random.default_rng(0).normal(size=(4, 4)))}, method="logistic")


def rule_known(seed: int) -> tuple[dict[int, np.ndarray], np.ndarray, np.ndarray]:
    """Three dates of a town that grows on low ground only, the nearest first, by a known rule."""
    rng = np.random.default_rng(seed)
    low = ndimage.gaussian_filter(rng.standard_normal((90, 90)), 3)
    ripe = low < np.quantile(low, 0.35)
    built = np.zeros((90, 90), bool)
    built[35:55, 35:50] = True
    dates = {0: built}
    for date in (1, 2):
        now = dates[date - 1]
        near = ndimage.distance_transform_edt(~now)
        order = np.where(ripe & ~now, near + rng.normal(0, 0.5, now.shape), np.inf)
        chosen = np.argsort(order, axis=None, kind="stable")[:250]
        after = now.copy()
        after.ravel()[chosen] = True
        dates[date] = after
    return dates, low, ripe


@pytest.mark.parametrize("seed", [0, 1])
def test_trees_recover_a_known_rule_and_tell_what_drove_it(seed: int) -> None:
    pytest.importorskip("sklearn")
    dates, low, ripe = rule_known(seed)
    drivers = {"low": grid(low), "noise": grid(np.random.default_rng(9).normal(size=low.shape))}
    fitted = fit_growth(
        grid(dates[0]), grid(dates[1]), drivers, learning=Learning(trees=60, rounds=40), seed=seed
    )
    assert isinstance(fitted, LearnedRules)
    assert fitted.table["importance"].sum() == pytest.approx(1.0)
    rank = fitted.table.index.get_indexer(["low", "noise"])
    assert rank[0] == 0, "the ground is what decides"
    assert fitted.table.loc["low", "importance"] > 3 * fitted.table.loc["noise", "importance"]
    new = int((dates[2] & ~dates[1]).sum())
    run = simulate_growth(grid(dates[1]), drivers, fitted, new_cells=new, seed=seed)
    made = run.built.values & ~dates[1]
    assert made.sum() == new
    assert ripe[made].mean() > 0.85, "a third of the land is ripe"
    found = validate_growth(grid(dates[1]), grid(dates[2]), run.built, odds=run.odds)
    merits = found.table["figure_of_merit"]
    assert merits["model"] > 2 * merits["nearest cells first"]
    assert found.auc > 0.95
    again = simulate_growth(grid(dates[1]), drivers, fitted, new_cells=new, seed=seed)
    np.testing.assert_array_equal(run.step.values, again.step.values)


def test_new_neighbours_draw_the_next_cells_after_them() -> None:
    turn = np.zeros((5, 9))
    turn[2, 2], turn[2, 7] = 1.0, 0.9
    loose, drawn = (np.zeros(turn.shape, bool) for _ in range(2))
    assert grow_patches(loose, turn, np.ones(turn.shape, bool), 2, 0.0) == 0
    assert loose[2, 2] and loose[2, 7]
    assert grow_patches(drawn, turn, np.ones(turn.shape, bool), 5, 8.0) == 0
    assert not drawn[2, 7] and ndimage.label(drawn, np.ones((3, 3)))[1] == 1
    barred = np.ones(turn.shape, bool)
    barred[:, 3:] = False
    short = np.zeros(turn.shape, bool)
    assert grow_patches(short, turn, barred, 20, 8.0) == 5, "fifteen cells are open"
    assert not short[:, 3:].any()


def test_the_characteristic_by_hand() -> None:
    before = np.zeros((1, 5), bool)
    before[0, 0] = True
    after = before.copy()
    after[0, [1, 3]] = True
    odds = grid([[np.nan, 3.0, 2.0, 1.0, 0.0]])
    found = validate_growth(grid(before), grid(after), grid(after), odds=odds)
    assert found.toc["hits_share"].tolist() == [0, 0.5, 0.5, 1.0, 1.0]
    assert found.toc["false_alarm_share"].tolist() == [0, 0, 0.5, 0.5, 1.0]
    assert found.auc == pytest.approx(0.75)


def test_land_uses_are_learned_from_and_asked_for_again() -> None:
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(5)
    before = np.zeros((60, 60), bool)
    before[25:35, 25:35] = True
    use = np.where(ndimage.gaussian_filter(rng.standard_normal((60, 60)), 3) > 0, 1, 3)
    use[before] = 2
    order = np.where((use == 3), ndimage.distance_transform_edt(~before), np.inf)
    after = before.copy()
    after.ravel()[np.argsort(order, axis=None, kind="stable")[:300]] = True
    drivers = {"x": grid(rng.normal(size=(60, 60)))}
    small = Learning(trees=40, rounds=20)
    fitted = fit_growth(grid(before), grid(after), drivers, land_use=grid(use), learning=small)
    assert fitted.uses == (1, 3)
    assert {"is 3", "3 within 2", "m to 1"} <= set(fitted.table.index)
    with pytest.raises(InputError, match="land_use: the rules learned from land uses"):
        simulate_growth(grid(after), drivers, fitted, new_cells=10)
    run = simulate_growth(grid(before), drivers, fitted, new_cells=100, land_use=grid(use))
    assert (use[run.step.values > 0] == 3).mean() > 0.9
    for wrong, message in (
        (grid(rng.normal(size=(60, 60))), "different values; give classes"),
        (grid(use[:30]), "has other cells"),
    ):
        with pytest.raises(InputError, match=message):
            fit_growth(grid(before), grid(after), drivers, land_use=wrong, learning=small)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "neural"}, "method: 'neural' is unknown"),
        ({"learning": 0}, "learning: 0; give the cells"),
        ({"learning": Learning()}, "learning: "),
        ({"drivers": None}, "drivers: grids by name"),
        ({"drivers": {DISTANCE: grid(np.eye(6))}}, "rules' own"),
        ({"drivers": {"x": grid(np.ones((6, 6)))}}, "the same everywhere: x"),
        ({"before": None}, "before: a Grid is needed"),
        ({"swap": True}, "are the dates in order"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(change: dict[str, object], message: str) -> None:
    before = np.zeros((6, 6), bool)
    before[2:4, 2:4] = True
    after = before.copy()
    after[1] = True
    given: dict[str, object] = {
        "before": grid(before), "after": grid(after), "drivers": {"x": grid(np.eye(6))}, "method": "logistic",
    } | change  # fmt: skip
    if given.pop("swap", False):
        given["before"], given["after"] = given["after"], given["before"]
    with pytest.raises(InputError, match=message):
        fit_growth(given.pop("before"), given.pop("after"), given.pop("drivers"), **given)


def test_trees_without_the_library_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    before = np.zeros((6, 6), bool)
    before[2:4, 2:4] = True
    after = before.copy()
    after[1] = True
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(MissingExtraError, match=r"urbgeo\[learn\]"):
        fit_growth(grid(before), grid(after), {"x": grid(np.eye(6))}, method="trees")


def test_plum_island_is_met_twice_as_well_as_by_the_nearest_cells(shared_data: Path) -> None:
    """Fitted on 1985-1991, run to 1999; one seed here, ten in the benchmark."""
    pytest.importorskip("sklearn")
    folder = shared_data / "plum_island"
    use = {year: read_grid(folder / f"land_use_{year}.tif") for year in (1985, 1991, 1999)}
    built = {year: one.having(one.values == 2) for year, one in use.items()}
    drivers = {name: read_grid(folder / f"{name}.tif") for name in ("elevation_m", "slope")}
    sea = use[1985].having(use[1985].missing)
    fitted = fit_growth(built[1985], built[1991], drivers, land_use=use[1985], excluded=sea, seed=0)
    new = int((built[1999].values & ~built[1991].values).sum())
    assert new == 3247
    run = simulate_growth(built[1991], drivers, fitted, new_cells=new, land_use=use[1991], excluded=sea)
    found = validate_growth(built[1991], built[1999], run.built, odds=run.odds, excluded=sea)
    merits = found.table["figure_of_merit"]
    assert merits["nearest cells first"] == pytest.approx(0.032, abs=0.001)
    assert merits["model"] >= 0.062, "one draw of the ten whose median is above 0.065"
    assert merits["model"] > 1.9 * merits["nearest cells first"]
    assert abs(found.patches / found.patches_observed - 1) < 1 / 3
