"""Sums within a time: people, jobs or beds that every node, or every place, can reach."""

from __future__ import annotations

from tests.network.build import along
from urbgeo.network.sums import sums_within


def test_opportunities_exactly_on_the_bound_are_within_it() -> None:
    line = along(0, 3, 10)
    beds = line.nodes.assign(beds=[1.0, 10.0, 100.0])
    found = sums_within(line, line.nodes.loc[["A"]], beds, weight="beds", minutes=[2.5, 3, 10])
    assert found.loc["A"].tolist() == [1.0, 11.0, 111.0]
