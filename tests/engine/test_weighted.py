"""Statistics of values that weigh differently: mean, quantile, Theil's index, rank."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.towns_made import everyone, towns
from urbgeo.engine.weighted import fractional_rank, theil_of, weighted_mean, weighted_quantile, x_log_x

pytestmark = pytest.mark.filterwarnings("ignore:.*every amount")


@settings(deadline=None)
@given(towns(), st.sampled_from([0.1, 0.4, 0.5, 0.9]))
def test_quantiles_equal_those_of_people_in_a_row(table: pd.DataFrame, level: float) -> None:
    people = np.sort(everyone(table))
    values, weights = table["a"].to_numpy(), table["w"].to_numpy()
    by_share = people[max(0, math.ceil(level * len(people) - 1e-9) - 1)]
    assert weighted_quantile(values, weights, level) == by_share
    between = weighted_quantile(values, weights, level, "interpolated")
    assert between == pytest.approx(np.quantile(people, level))


@pytest.mark.parametrize("of_five", [1, 2, 3, 4])
def test_a_share_reached_but_for_rounding_is_reached(of_five: int) -> None:
    values, weights = np.arange(1.0, 6.0), np.full(5, 0.7)
    assert weighted_quantile(values, weights, of_five / 5) == of_five


def test_means_ranks_and_inequality_of_a_few_people_by_hand() -> None:
    one, four = np.array([1.0, 4.0]), np.array([1.0, 3.0])
    assert weighted_mean(one, four) == 3.25 and math.isnan(weighted_mean(one, np.zeros(2)))
    ranks = fractional_rank(np.array([3.0, 1.0, 3.0, 2.0]), np.array([1.0, 2.0, 1.0, 4.0]))
    assert ranks.tolist() == [0.875, 0.125, 0.875, 0.5]
    assert x_log_x(np.array([0.0, 1.0, math.e])) == pytest.approx([0.0, 0.0, math.e])
    halves = 0.5 * (0.5 * math.log(0.5) + 1.5 * math.log(1.5))  # 1 and 3 about their mean, 2
    assert (
        theil_of(np.array([1.0, 3.0]), np.ones(2)) == pytest.approx(halves) == pytest.approx(0.1308, abs=1e-4)
    )
    assert theil_of(np.array([1.0, 3.0, 9.0]), np.array([2.0, 2.0, 0.0])) == pytest.approx(halves)
    assert theil_of(np.zeros(2), np.ones(2)) == 0.0 and theil_of(np.ones(2), np.zeros(2)) == 0.0
