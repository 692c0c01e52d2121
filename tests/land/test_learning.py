"""What a cell's turn to be built is learned from, and the rules that learn it: regression or trees."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from tests.land.grown import grid
from urbgeo.errors import InputError
from urbgeo.land.growth import fit_growth, simulate_growth
from urbgeo.land.learning import DISTANCE, NEIGHBOURS, LearnedRules, Learning
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
