"""Sums within a time: people, jobs or beds that every node, or every place, can reach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.network.build import along, points
from urbgeo.errors import InputError
from urbgeo.network import sums
from urbgeo.network.model import build_network
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


@pytest.mark.parametrize("method", ["dijkstra", "hierarchy"])
def test_every_node_and_some_have_the_sums_counted_by_hand(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A to B 3 minutes, B to C 7, C to D 20, and twice as long back: whichever way they are found."""
    line = along(0, 3, 10, 30)
    line = build_network(line.nodes, line.link_table.assign(minutes_back=2 * line.link_table["minutes"]))
    usual = sums._plan
    monkeypatch.setattr(sums, "_plan", lambda *asked: replace(usual(*asked), method=method))
    weights = pd.DataFrame({"people": [1.0, 10, 100, 1000], "jobs": [2.0, 0, 0, 5]}, index=list("ABCD"))
    found = node_sums(line, weights.iloc[::-1], minutes=[10, 20])
    assert found["people", 10].to_dict() == {"A": 111, "B": 111, "C": 100, "D": 1000}
    assert found["people", 20].to_dict() == {"A": 111, "B": 111, "C": 1111, "D": 1000}
    assert found["jobs", 20].to_dict() == {"A": 2, "B": 2, "C": 7, "D": 5}
    back = node_sums(line, weights["people"], direction="to")
    assert back["people", 30.0].to_dict() == {"A": 111, "B": 111, "C": 111, "D": 1111}
    some = node_sums(line, weights["people"].iloc[2:], minutes=27, nodes=["B", "A"])
    assert some["people", 27].to_dict() == {"B": 1100, "A": 100}, "who is not named weighs nothing"
    assert {"minutes": (30.0,), "direction": "to"}.items() <= dict(
        back.attrs["provenance"].parameters
    ).items()
    assert "plan" not in some.attrs and method in node_sums(line, weights, explain=True).attrs["plan"]


def test_sums_of_places_are_by_block_and_none_where_a_place_is_off_the_roads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sums, "ROWS_PER_BLOCK", 2)
    road = along(0, 10, 30, oneway=True)
    homes = points([(0, 0), (10, 0), (0, 900), (5, 0), (30, 0)], list("pqrst"))
    wards = points([(10, 0), (30, 0), (0, 900)], list("xyz")).assign(beds=[1.0, 10, 100], staff=[2.0, 0, 0])
    found = sums_within(road, homes, wards, weight=["beds", "staff"], minutes=[20, 30])
    assert found["beds", 20].tolist() == pytest.approx([1, 11, np.nan, 1, 10], nan_ok=True)
    assert found["beds", 30].tolist() == pytest.approx([11, 11, np.nan, 11, 10], nan_ok=True)
    assert found["staff", 30].tolist() == pytest.approx([2, 2, np.nan, 2, 0], nan_ok=True)
    assert found.attrs["provenance"].shares["places not attached"] == 0.2
    back = sums_within(road, homes, wards, weight="beds", direction="to")
    assert back["beds", 30.0].tolist() == pytest.approx([0, 1, np.nan, 0, 11], nan_ok=True)
    for weight in ([], ["beds", "beds"]):
        with pytest.raises(InputError, match="weight: give one or more columns of opportunities, each once"):
            sums_within(road, homes, wards, weight=weight)
