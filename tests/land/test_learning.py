"""What a cell's turn to be built is learned from, and the rules that learn it: regression or trees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from tests.land.grown import grid, rules
from urbgeo.errors import InputError
from urbgeo.land.growth import fit_growth, simulate_growth
from urbgeo.land.learning import (
    DISTANCE,
    NEIGHBOURS,
    GrowthRules,
    LearnedRules,
    Learning,
    check_rules,
    features_of,
    fitted_drivers,
    held_out,
    logit,
)
from urbgeo.land.validation import validate_growth


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "neural"}, "method: 'neural' is unknown"),
        ({"learning": 0}, "learning: 0; give the cells"),
        ({"learning": Learning()}, "learning: "),
        ({"method": "trees", "learning": 3}, r"learning: Learning\(\.\.\.\) is needed for trees, not 3"),
        ({"land_use": grid(np.ones((6, 6)))}, "land_use: the regression does not learn from it"),
        ({"seed": -1}, "seed"),
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


def test_rules_say_the_strongest_driver_and_list_their_scales() -> None:
    """The intercept is the largest and no driver; a strong push away counts as strong."""
    known = rules(near=2.0, away=-3.0, x=1.0)
    own = replace(known, coefficients=known.coefficients.where(known.coefficients != 0, 9.0))
    assert repr(own).splitlines()[0] == f"<GrowthRules logistic, 3 drivers, the strongest {DISTANCE}>"
    assert own.table.index.tolist() == ["intercept", "x", DISTANCE, NEIGHBOURS]
    assert own.table.index.name == "driver" and own.table["coefficient"].tolist() == [9.0, 1.0, -3.0, 2.0]
    assert own.table["mean"].tolist()[1:] == [0, 0, 0] and own.table["deviation"].tolist()[1:] == [1, 1, 1]
    assert own.table.loc["intercept", ["mean", "deviation"]].isna().all()
    assert own.uses == () and own.drivers == ("x",)
    table = pd.DataFrame({"importance": [0.4, 0.3, 0.2, 0.1]}, list("abcd"))
    trees = LearnedRules(table, (), ("a",), ())
    assert repr(trees).splitlines()[0] == "<LearnedRules trees on 4 drivers, led by a, b, c>"
    assert (trees.patch_pull, trees.neighbour_factor, trees.chance, trees.steps) == (0.0, 1.0, 0.0, 1)


@pytest.mark.parametrize("name", ["trees", "leaf_cells", "rounds"])
@pytest.mark.parametrize("given", [0, -1, 1.5, True, "3", None])
def test_trees_are_grown_in_whole_numbers_of_one_or_more(name: str, given: object) -> None:
    with pytest.raises(InputError, match=f"{name}: .*; give a whole number >= 1"):
        Learning(**{name: given})
    assert Learning(**{name: 1}) != Learning()
    with pytest.raises(InputError, match="rate"):
        Learning(rate=1.01)


def test_the_odds_of_the_regression_are_a_sum_written_out() -> None:
    """b0 + b_x (x - mean) / deviation + factor (b_d ln distance + b_n ln share of the other 24 cells)."""
    built = np.zeros((1, 6), bool)
    built[0, 0] = built[0, 2] = True
    x = np.array([[5.0, np.nan, 7.0, 8.0, 9.0, 10.0]])
    weights = pd.Series({"intercept": 0.5, "x": 2.0, DISTANCE: -1.0, NEIGHBOURS: 3.0})
    means = pd.Series({"x": 4.0, DISTANCE: 1.0, NEIGHBOURS: -1.0})
    deviations = pd.Series({"x": 2.0, DISTANCE: 4.0, NEIGHBOURS: 0.5})
    own = GrowthRules(weights, means, deviations, neighbour_factor=2.0)
    found = own.log_odds(built, {"x": grid(x)}, None, (100.0, 100.0))
    shares = np.array([1, 2, 1, 1, 1, 0.5]) / 24  # of two cells either way, itself left out; half for none
    metres = np.array([100, 100, 100, 100, 200, 300])
    expected = 0.5 + 2 * (np.array([5, 0, 7, 8, 9, 10]) - 4) / 2
    expected = expected + 2 * (-(np.log(metres) - 1) / 4 + 3 * (np.log(shares) + 1) / 0.5)
    np.testing.assert_allclose(found[0], expected)


def test_trees_that_are_told_to_stay_near_add_the_pull_of_what_stands() -> None:
    class Even:
        def predict_proba(self, rows: np.ndarray) -> np.ndarray:
            return np.full((len(rows), 2), 0.5)

    built = np.zeros((1, 4), bool)
    built[0, 0] = True
    trees = LearnedRules(pd.DataFrame(), (Even(),), (), (), neighbour_factor=3.0)
    near = np.log(np.array([0.5, 1, 1, 0.5]) / 24)
    np.testing.assert_allclose(trees.log_odds(built, {}, None, (100.0, 100.0))[0], 2 * near)
    plain = replace(trees, neighbour_factor=1.0)
    np.testing.assert_allclose(plain.log_odds(built, {}, None, (100.0, 100.0)), np.zeros((1, 4)))


def test_what_trees_look_at_is_made_as_its_name_says() -> None:
    built = np.zeros((3, 9), bool)
    built[1, 0] = built[1, 6:8] = True
    use = np.where(np.arange(27).reshape(3, 9) == 13, 7, 1)  # one cell of use 7 in the middle
    height = np.arange(27.0).reshape(3, 9)
    height[0, 8] = np.nan
    made = features_of(built, {"height": grid(height)}, grid(use), (7,), (50.0, 100.0))
    middle = {name: values[1, 4] for name, values in made.items()}
    assert middle["m to built-up"] == 200.0 and middle["m to 7"] == 0.0 and middle["is 7"] == 1.0
    assert made["m to built-up"][0, 0] == 50.0, "rows are 50 m apart"
    assert middle["built within 1"] == 0.0 and middle["built within 2"] == pytest.approx(1 / 25)
    assert middle["built within 3"] == pytest.approx(2 / 49)
    assert middle["built within 5"] == pytest.approx(3 / 121), "land beyond the grid is not built"
    assert middle["7 within 2"] == pytest.approx(1 / 25)
    assert middle["ln cells of nearest town"] == pytest.approx(np.log(2))
    assert made["ln cells of nearest town"][1, 1] == pytest.approx(0.0)
    known = height[np.isfinite(height)]
    assert middle["height above 5 around"] == pytest.approx(13.0 - known.mean())
    assert (middle["north"], middle["east"]) == (-1.0, 4.0)
    assert (middle["north-east"], middle["north-west"]) == (3.0, -5.0)
    assert middle["m to rim"] == 100.0 and made["m to rim"][1, 8] == 50.0, "no value is a rim too"
    assert [name for name in made if name.startswith("built")] == [
        f"built within {cells}" for cells in (1, 2, 3, 5, 8, 13, 21, 34, 55)
    ]
    assert [name for name in made if name.startswith("7")] == [f"7 within {n}" for n in (2, 5, 13, 34)]
    assert not [name for name in features_of(built, {}, grid(use), (), (1.0, 1.0)) if "7" in name]


def test_log_odds_of_never_and_always_stay_finite() -> None:
    found = logit(np.array([0.0, 1e-4, 0.5, 0.9, 1.0]))
    least = np.log(1e-4 / (1 - 1e-4))
    assert found.tolist() == pytest.approx([least, least, 0.0, np.log(9), -least])


def test_squares_are_learned_from_the_others_and_from_none_where_these_are_all_alike() -> None:
    pytest.importorskip("sklearn")
    rows = np.repeat([[0.0], [1.0]], 40, axis=0).astype(np.float32)
    outcome = np.repeat([False, True], 40)
    fold = np.tile([True, False], 40)
    found = held_out(rows, outcome, fold, Learning(trees=4, rounds=8, rate=0.5, leaf_cells=1), 0)
    assert found[:40].max() < 0.2 and found[40:].min() > 0.8
    alike = held_out(rows, outcome, outcome, Learning(trees=4, rounds=4), 0)
    assert (alike == 0.5).all(), "a square of one outcome teaches nothing: the mean stands"


def test_drivers_come_in_the_order_of_the_rules_whatever_the_order_given() -> None:
    own = rules(b=1.0, a=2.0)
    given = {"a": grid(np.eye(2)), "b": grid(np.ones((2, 2)))}
    assert list(fitted_drivers(given, own, None)) == ["b", "a"]
    with pytest.raises(InputError, match="drivers: a, c given, the rules were fitted on a, b"):
        fitted_drivers({"c": given["b"], "a": given["a"]}, own, None)
    with pytest.raises(InputError, match="rules: what fit_growth"):
        check_rules(None)
