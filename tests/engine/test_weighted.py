"""Statistics of values that weigh differently: mean, quantile, Theil's index, rank."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.towns_made import everyone, towns
from urbgeo.engine.weighted import weighted_quantile

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
