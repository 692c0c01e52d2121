"""Flows that keep both margins: Furness's iteration."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cities.systems_made import system
from urbgeo.cities.balancing import doubly_constrained


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
