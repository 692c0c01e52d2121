"""Intervals hold the measure, repeat with their seed, and follow the speeds."""

from __future__ import annotations

import math
from collections.abc import Callable

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK, points, road
from urbgeo.access.uncertainty import over_bands, over_draws, scaled
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork, build_network


@pytest.fixture(scope="module")
def network() -> TravelNetwork:
    """A -> B 30 km primary, B -> C 20 km secondary and one-way; D apart."""
    nodes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([0, 3e4, 5e4, 9e4, 9.5e4], np.zeros(5)), index=list("ABCDE"), crs=32649
    )
    links = pd.DataFrame(
        [
            ("A", "B", 30.0, "primary", False),
            ("B", "C", 20.0, "secondary", True),
            ("D", "E", 5.0, "primary", False),
        ],
        columns=["from_node", "to_node", "length_km", "class", "oneway"],
    )
    return build_network(nodes, links, speeds={"primary": 60, "secondary": 40})


def from_a(network: TravelNetwork) -> pd.Series:
    return minutes_table(network, network.nodes.loc[["A"]], network.nodes).loc["A"]


def within_hour(network: TravelNetwork) -> pd.Series:
    return from_a(network) <= 60


def test_factors_scale_speeds_by_class_and_leave_the_network_alone(network: TravelNetwork) -> None:
    before = network.links["minutes"].tolist()
    slow = scaled(network, {"primary": 0.5})
    assert from_a(slow).tolist() == [0, 60, 90, math.inf, math.inf]
    assert from_a(scaled(network, {"*": 2.0, "primary": 1.0})).tolist()[:3] == [0, 30, 45]
    assert network.links["minutes"].tolist() == before
    back = minutes_table(slow, network.nodes.loc[["C"]], network.nodes).loc["C"]
    assert np.isinf(back["A"])


def test_bands_give_the_least_and_the_most(network: TravelNetwork) -> None:
    found = over_bands(network, from_a)
    assert found.table.loc["C", ["low", "middle", "high"]].tolist() == pytest.approx([60, 75, 100])
    assert found.table.loc["D"].tolist() == [math.inf] * 3
    assert found.total == {}
    assert repr(found).startswith("<Interval of 5 ids over 3 versions>")
    assert found.summary.loc["low", "count"] == 3, "A, B and C; D and E are never reached"


def test_yes_or_no_becomes_a_share_of_cases(network: TravelNetwork) -> None:
    found = over_bands(network, within_hour)
    assert found.table["share"].to_dict() == pytest.approx({"A": 1, "B": 1, "C": 1 / 3, "D": 0, "E": 0})
    assert (found.total["low"], found.total["high"]) == pytest.approx((0.4, 0.6))
    assert "5 ids over 3 versions, 40%-60% of cases" in repr(found)
    assert found.summary.loc["all", ["low", "high"]].tolist() == pytest.approx([0.4, 0.6])
    weighted = over_bands(network, within_hour, weight=pd.Series([0, 0, 1, 0, 0], list("ABCDE")))
    assert (weighted.total["low"], weighted.total["high"]) == (0, 1)


def test_draws_repeat_with_their_seed_and_hold_the_level(network: TravelNetwork) -> None:
    one, again, other = (over_draws(network, from_a, count=20, seed=s) for s in (3, 3, 4))
    pd.testing.assert_frame_equal(one.draws, again.draws)
    assert not one.draws.equals(other.draws)
    inside = (one.draws.loc["C"] >= one.table.loc["C", "low"]) & (
        one.draws.loc["C"] <= one.table.loc["C", "high"]
    )
    assert inside.mean() == pytest.approx(0.9, abs=0.051)
    assert one.provenance.parameters["seed"] == 3
    still = over_draws(network, from_a, count=5, spread=0.0)
    assert still.table.loc["C"].tolist() == pytest.approx([60, 60, 60])
    drawn = over_draws(network, lambda one: one.links["minutes"], count=400, spread=0.2).draws
    logs = np.log(drawn.iloc[0].to_numpy() / network.links["minutes"].iloc[0])
    assert (drawn.iloc[0] / drawn.iloc[2]).std() < 1e-12 < (drawn.iloc[0] / drawn.iloc[1]).std()
    assert (logs.mean(), logs.std()) == pytest.approx((0, 0.2), abs=0.03)


FACTORS = st.dictionaries(
    st.sampled_from(["primary", "secondary", "*"]), st.integers(1, 40).map(lambda k: k / 10), max_size=3
)


@QUICK
@given(
    st.lists(FACTORS, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), min_size=4, max_size=4),
    st.sampled_from(["from", "to"]),
)
def test_bands_equal_searches_on_scaled_links(
    bands: list[dict[str, float]], times: list[tuple[int, int]], direction: str
) -> None:
    """Links take other minutes there than back, so that a turned table would show."""
    links = road(("A", "B", 10.0), ("B", "C", 10.0), ("A", "C", 10.0), ("C", "D", 10.0))
    links["class"] = ["primary", "secondary", "secondary", "primary"]
    links["minutes"], links["minutes_back"] = (np.array(times, float)[:, side] for side in (0, 1))
    uneven = build_network(points([(0, 0), (10, 0), (10, 10), (20, 10)]), links)

    def measure(one: TravelNetwork) -> pd.Series:
        table = minutes_table(one, one.nodes, one.nodes)
        return table.loc["A"] if direction == "from" else table["A"]

    named = {f"band {k}": one for k, one in enumerate(bands)}
    found = over_bands(uneven, measure, bands=named)
    yes = over_bands(uneven, lambda one: measure(one) <= 45, bands=named)
    for name, factors in named.items():
        graph = nx.DiGraph()
        for _, link in links.iterrows():
            factor = factors.get(link["class"], factors.get("*", 1.0))
            graph.add_edge(link["from_node"], link["to_node"], minutes=link["minutes"] / factor)
            graph.add_edge(link["to_node"], link["from_node"], minutes=link["minutes_back"] / factor)
        if direction == "to":
            graph = graph.reverse()
        expected = nx.single_source_dijkstra_path_length(graph, "A", weight="minutes")
        assert found.draws[name].to_dict() == pytest.approx(expected)
    ordered = np.sort(found.draws.to_numpy(), axis=1)
    middle = ordered[:, int(np.ceil(len(bands) / 2)) - 1]
    np.testing.assert_array_equal(found.table, np.stack([ordered[:, 0], middle, ordered[:, -1]], axis=1))
    inside = found.draws <= 45
    assert yes.table["share"].tolist() == pytest.approx(inside.mean(axis=1).tolist())
    assert (yes.total["low"], yes.total["high"]) == pytest.approx((inside.mean().min(), inside.mean().max()))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda n: scaled(n, {"rail": 2}), "not in the network at rail"),
        (lambda n: scaled(n, {"primary": 0}), "factors"),
        (lambda n: over_bands(n, from_a, bands={}), "bands"),
        (lambda n: over_bands(n, lambda m: 3), "gives int"),
        (
            lambda n: over_bands(n, within_hour, weight=pd.Series([1.0], ["A"])),
            "weight: no amount for B, C, D, E",
        ),
        (lambda n: over_bands(n, within_hour, weight=pd.Series(0.0, list("ABCDE"))), "all of it is 0"),
        (lambda n: over_bands(n, from_a, weight=pd.Series(1.0, list("ABCDE"))), "not true or false"),
        (lambda n: over_bands(from_a, n), "network: .*function"),
        (lambda n: over_draws(n, n), "measure: TravelNetwork is no function"),
        (lambda n: over_draws(n, from_a, count=1), "count"),
        (lambda n: over_draws(n, from_a, seed=-1), "seed"),
        (lambda n: over_draws(n, from_a, level=2), "level"),
        (lambda n: over_draws(n, from_a, spread=-1), "spread"),
        (lambda n: over_draws(n, from_a, spread={"rail": 1}), "no class rail"),
    ],
)
def test_bad_input_is_refused_by_name(
    network: TravelNetwork, call: Callable[[TravelNetwork], object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        call(network)


def test_a_measure_that_loses_ids_is_refused(network: TravelNetwork) -> None:
    with pytest.raises(InputError, match="other ids than the first"):
        over_bands(network, lambda m: from_a(m)[lambda s: s <= 80])
