"""A simulated change held against the one that happened: figure of merit, null models."""

from __future__ import annotations

import numpy as np
import pytest

from tests.land.grown import grid
from urbgeo.errors import InputError
from urbgeo.land.validation import validate_growth


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


def test_a_comparison_says_its_figures_and_refuses_what_cannot_be_compared() -> None:
    before = np.zeros((1, 6), bool)
    before[0, 0] = True
    after, made = before.copy(), before.copy()
    after[0, [1, 2, 3]] = made[0, [2, 3, 4, 5]] = True
    found = validate_growth(grid(before), grid(after), grid(made))
    assert repr(found).splitlines()[0] == (
        "<Validation figure of merit 0.400 (nearest first 0.750, chance 0.522), 1 new patches of 1>"
    )
    told = found.summary.loc["all"]
    assert told.index.tolist() == [
        "figure_of_merit model", "figure_of_merit nearest cells first", "figure_of_merit chance",
        "auc", "patches", "patches_observed",
    ]  # fmt: skip
    assert told["figure_of_merit model"] == pytest.approx(0.4) and np.isnan(told["auc"])
    assert (told["patches"], told["patches_observed"]) == (1, 1) and found.toc.empty
    assert found.provenance.parameters == {"new_cells": 4, "observed_cells": 3}
    with pytest.raises(InputError, match="nothing was built between the two dates"):
        validate_growth(grid(before), grid(before), grid(made))
    barred = np.zeros((1, 6), bool)
    barred[0, [0, 4, 5]] = True
    with pytest.raises(InputError, match="simulated: 2 new cells lie in an exclusion"):
        validate_growth(grid(before), grid(after), grid(made), excluded=grid(barred))
    with pytest.raises(InputError, match="has other cells"):
        validate_growth(grid(before), grid(after), grid(made), odds=grid([[1.0]]))
    with pytest.raises(InputError, match="no cell is built-up at simulated"):
        validate_growth(grid(before), grid(after), grid(~before & before))


def test_equal_odds_go_together_and_patches_join_at_corners() -> None:
    before = np.zeros((3, 3), bool)
    before[0, 0] = True
    after, made = before.copy(), before.copy()
    after[[1, 2], [1, 2]] = True
    made[[0, 2], [2, 0]] = True
    odds = grid([[9.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 1.0]])
    found = validate_growth(grid(before), grid(after), grid(made), odds=odds)
    assert (found.patches, found.patches_observed) == (2, 1)
    assert found.toc["hits_share"].tolist() == [0.0, 0.5, 1.0]
    assert found.toc["false_alarm_share"].tolist() == [0.0, 0.0, 1.0]
    assert found.toc["land_share"].tolist() == [0.0, 1 / 8, 1.0]
    assert found.auc == pytest.approx(0.75)
    many = np.random.default_rng(0).random((20, 30))
    first = np.zeros((20, 30), bool)
    first[0, 0] = True
    then = first | (many > 0.8)
    long = validate_growth(grid(first), grid(then), grid(then), odds=grid(many))
    assert len(long.toc) == 200 and long.auc == 1.0
    assert long.toc.iloc[-1].tolist() == [1.0, 1.0, 1.0] and long.toc.index[-1] == 199
