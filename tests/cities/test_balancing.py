"""Flows that keep both margins: Furness's iteration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cities.systems_made import system
from urbgeo.cities.balancing import doubly_constrained
from urbgeo.errors import InputError


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 9), st.integers(0, 2**32 - 1), st.sampled_from(["power", "exponential"]))
def test_doubly_constrained_flows_keep_both_margins(n: int, seed: int, decay: str) -> None:
    flows, cost, *_ = system(n, seed)
    origins, destinations = flows.sum(axis=1), flows.sum(axis=0)
    found = doubly_constrained(
        origins, destinations, cost, beta=0.7 if decay == "power" else 0.03, decay=decay
    )
    np.testing.assert_allclose(found.sum(axis=1), origins, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=0), destinations, rtol=1e-6, atol=1e-6)


def test_flows_are_in_the_ratios_that_the_costs_say() -> None:
    """Balancing by rows and columns leaves (ab * ba) / (aa * bb) as the frictions have it."""
    ids = ["a", "b"]
    cost = pd.DataFrame([[1.0, 2.0], [4.0, 1.0]], ids, ids)
    origins, destinations = pd.Series([30.0, 70.0], ids), pd.Series([60.0, 40.0], ids)
    for decay, beta, odds in (("power", 1.0, 8.0), ("power", 2.0, 64.0), ("exponential", 0.5, np.exp(2.0))):
        found = doubly_constrained(origins[::-1], destinations[::-1], cost, beta=beta, decay=decay)
        (aa, ab), (ba, bb) = found.to_numpy()
        assert aa * bb / (ab * ba) == pytest.approx(odds)
        assert (aa + ab, ba + bb, aa + ba) == pytest.approx((30, 70, 60))
        assert found.attrs["provenance"].parameters == {"beta": beta, "decay": decay}


def test_a_cost_without_end_carries_nothing_and_none_only_where_it_can_be_weighed() -> None:
    ids = ["a", "b"]
    cost = pd.DataFrame([[0.0, 2.0], [np.inf, 1.0]], ids, ids)
    origins, destinations = pd.Series([30.0, 70.0], ids), pd.Series([20.0, 80.0], ids)
    assert doubly_constrained(
        origins, destinations, cost, beta=0.1, decay="exponential"
    ).to_numpy().tolist() == (pytest.approx(np.array([[20.0, 10.0], [0.0, 70.0]])))
    with pytest.raises(InputError, match="no flow over the finite costs can meet both totals"):
        doubly_constrained(origins, destinations, cost, beta=0.1)  # by powers nobody goes from a to a
    nobody = doubly_constrained(origins * 0, destinations * 0, cost, beta=0.1, decay="exponential")
    assert (nobody == 0).all(axis=None)


def test_totals_that_differ_and_ids_that_do_not_fit_are_refused() -> None:
    ids = ["a", "b"]
    cost = pd.DataFrame(1.0, ids, ids)
    one = pd.Series([30.0, 70.0], ids)
    with pytest.raises(InputError, match="origins sum to 100, destinations to 101; scale one side"):
        doubly_constrained(one, one + 0.5, cost, beta=1)
    with pytest.raises(InputError, match=r"destinations and cost have different ids at b, c"):
        doubly_constrained(one, one.set_axis(["a", "c"]), cost, beta=1)
    with pytest.raises(InputError, match="beta"):
        doubly_constrained(one, one, cost, beta=-0.1)
    assert (doubly_constrained(one, one, cost, beta=0.0).sum(axis=1) == one).all()
