"""Sums within a time: people, jobs or beds that every node, or every place, can reach."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.network.build import along
from urbgeo.errors import InputError
from urbgeo.network.sums import node_sums, sums_within


def test_opportunities_exactly_on_the_bound_are_within_it() -> None:
    line = along(0, 3, 10)
    beds = line.nodes.assign(beds=[1.0, 10.0, 100.0])
    found = sums_within(line, line.nodes.loc[["A"]], beds, weight="beds", minutes=[2.5, 3, 10])
    assert found.loc["A"].tolist() == [1.0, 11.0, 111.0]


def test_people_that_are_spans_of_time_are_refused() -> None:
    network = along(0, 1, 2)
    weights = pd.Series(pd.to_timedelta([7, 8, 9], unit="s"), network.nodes.index, name="people")
    for given in (weights, weights.to_frame()):
        with pytest.raises(InputError, match="holds spans of time, no amounts"):
            node_sums(network, given, minutes=10)
