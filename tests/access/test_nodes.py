"""Measures of nodes equal loops over the whole table between nodes, both ways."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.network.build import along, points, road
from urbgeo.access.decay import Decay, binary, custom, exponential, linear, stepped
from urbgeo.access.nodes import node_gravity, node_nearest
from urbgeo.errors import InputError
from urbgeo.network.attach import attach
from urbgeo.network.minutes import node_table, table_from_nodes, table_to_nodes
from urbgeo.network.model import TravelNetwork, build_network

DECAYS = [
    binary(20),
    linear(25),
    stepped([5, 15, 30], [1, 0.6, 0.2]),
    exponential(half_min=12, cutoff_min=60),
    custom(lambda t: np.where(t <= 7.03, 1.0, 0.5 / (1 + t)), cutoff_min=40),
]


@st.composite
def towns(draw: st.DrawFn) -> TravelNetwork:
    size = draw(st.integers(2, 9))
    some = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.integers(0, 25), st.booleans())
    rows = draw(st.lists(some.filter(lambda row: row[0] != row[1]), min_size=1, max_size=20))
    ids = [f"n{k}" for k in range(size)]
    nodes = points([(k % 3, k // 3) for k in range(size)], ids)
    links = road(*((ids[a], ids[b], km) for a, b, km, _ in rows), oneway=[one for *_, one in rows])
    return build_network(nodes, links.assign(length_km=links["length_km"].clip(0.001)))


@settings(max_examples=40)
@given(towns(), st.sampled_from(DECAYS), st.integers(0, 99))
def test_fading_sums_equal_a_table_and_its_weights(town: TravelNetwork, decay: Decay, seed: int) -> None:
    every = np.arange(len(town.nodes))
    weights = pd.DataFrame(np.random.default_rng(seed).integers(0, 50, (len(every), 2)) * 1.0,
                           index=town.nodes.index, columns=["people", "jobs"])  # fmt: skip
    faded = decay(node_table(town, every, every))
    for direction, table in (("from", faded), ("to", faded.T)):
        found = node_gravity(town, weights, decay=decay, direction=direction)
        np.testing.assert_allclose(found, table @ weights.to_numpy(), rtol=1e-4, atol=1e-9)
    some = node_gravity(town, weights.iloc[:1], decay=decay, nodes=["n1"])
    expected = faded[1, 0] * weights.iloc[0]
    np.testing.assert_allclose(some.loc["n1"], expected, rtol=1e-4, atol=1e-9)


@settings(max_examples=40)
@given(towns(), st.integers(1, 4), st.sampled_from([None, 9.0]), st.sampled_from(["to", "from"]))
def test_the_nearest_of_every_node_equal_a_sorted_table(
    town: TravelNetwork, count: int, cutoff: float | None, direction: str
) -> None:
    spots = town.nodes.iloc[::2].rename("at {}".format)
    there, every = attach(town, spots), np.arange(len(town.nodes))
    towards = table_from_nodes(town, every, there)
    values = towards if direction == "to" else table_to_nodes(town, there, every).T
    table = pd.DataFrame(values, index=town.nodes.index, columns=spots.index)
    table = table.where(table <= (cutoff or np.inf), np.inf)
    found = node_nearest(town, spots, count=count, cutoff_min=cutoff, direction=direction)
    assert list(found.index) == list(town.nodes.index)
    for node in town.nodes.index:
        order = table.loc[node].sort_values(kind="stable")
        for place in range(1, count + 1):
            at = order.iloc[place - 1] if place <= len(order) else np.inf
            assert found.loc[node, ("minutes", place)] == pytest.approx(at)
            name = found.loc[node, ("facility", place)]
            assert pd.isna(name) if np.isinf(at) else table.loc[node, name] == pytest.approx(at)


def test_equal_times_go_to_the_first_facility() -> None:
    town = along(0, 10, 20)
    found = node_nearest(town, points([(20, 0), (0, 0)], ["late", "early"]), count=2)
    assert found.loc["B", "facility"].tolist() == ["late", "early"]
    assert found.loc["A", "facility"].tolist() == ["early", "late"]
    assert found.loc["A", "minutes"].tolist() == [0.0, 20.0]


def test_a_trip_that_ends_on_a_jump_still_counts_whole() -> None:
    town = along(0, 7, 20)
    people = pd.DataFrame({"people": [0.0, 1.0, 1.0]}, index=list("ABC"))
    for decay, expected in ((binary(7), 1.0), (binary(6.999), 0.0), (stepped([7, 20], [1, 0.25]), 1.25)):
        assert node_gravity(town, people, decay=decay).loc["A", "people"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda n, w: node_gravity(n, w, decay=exponential(half_min=9)), "until_min: .* never ends"),
        (lambda n, w: node_gravity(n, w, decay=30), "decay: 30 is none"),
        (lambda n, w: node_gravity(n, w, decay=linear(9), until_min=-1), "until_min: -1"),
        (lambda n, w: node_gravity(n, -w, decay=linear(9)), "weights: people is negative"),
        (lambda n, w: node_gravity(n, w, decay=linear(9), nodes=["Z"]), "Z are no nodes"),
        (lambda n, w: node_nearest(n, points([(0, 0)]), count=0), "count: 0"),
        (lambda n, w: node_nearest(n, points([(900, 0)])), "facilities: none lies within"),
        (lambda n, w: node_nearest(n, points([(0, 0)]), cutoff_min=0), "cutoff_min: 0"),
    ],
)
def test_bad_input_is_refused(call: object, message: str) -> None:
    weights = pd.DataFrame({"people": [1.0, 2.0]}, index=list("AB"))
    with pytest.raises(InputError, match=message):
        call(along(0, 10), weights)


def test_a_count_is_no_truth_and_columns_come_once() -> None:
    town = along(0, 10)
    with pytest.raises(InputError, match="count: True"):
        node_nearest(town, points([(0, 0)]), count=True)
    twice = pd.DataFrame([[1.0, 2.0]], index=["A"], columns=["people", "people"])
    with pytest.raises(InputError, match="weights: repeated columns people"):
        node_gravity(town, twice, decay=linear(9))


def test_a_series_weighs_like_its_column() -> None:
    town = build_network(points([(0, 0), (20, 0)]), road(("A", "B", 20.0)))
    jobs = pd.Series([5.0, 7.0], index=town.nodes.index[:2], name="jobs")
    one, other = (node_gravity(town, given, decay=linear(30)) for given in (jobs, jobs.to_frame()))
    pd.testing.assert_frame_equal(one, other)
    assert one.attrs["provenance"].parameters["decay"] == "linear 30"
    with pytest.raises(InputError, match="network: "):
        node_gravity(jobs, jobs, decay=linear(30))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="network: "):
        node_nearest(town.nodes, town.nodes)  # type: ignore[arg-type]


def test_the_nearer_of_the_two_ends_is_where_nothing_counts_any_more() -> None:
    """linear(40) gives 30/40 at ten minutes and 20/40 at twenty; both ends are closed."""
    town = along(0, 10, 20, 50)
    people = pd.Series([0.0, 1.0, 10.0, 100.0], index=list("ABCD"))
    for until, expected in ((None, 0.75 + 5), (20.0, 0.75 + 5), (19.9, 0.75), (60.0, 0.75 + 5)):
        found = node_gravity(town, people, decay=linear(40), until_min=until)
        assert found.loc["A", "weight"] == pytest.approx(expected, rel=1e-4)
        told = {"decay": "linear 40", "until_min": min(until or 40.0, 40.0), "direction": "from"}
        assert told.items() <= dict(found.attrs["provenance"].parameters).items()
    endless = node_gravity(town, people, decay=exponential(half_min=10), until_min=20)
    assert endless.loc["A", "weight"] == pytest.approx(0.5 + 10 * 0.25, rel=1e-4)


def test_sums_are_from_the_node_and_the_nearest_is_towards_the_facility_unless_said() -> None:
    town = along(0, 10, 30, oneway=True)
    people = pd.Series([1.0, 10.0, 100.0], index=list("ABC"), name="people")
    assert node_gravity(town, people, decay=binary(30))["people"].tolist() == pytest.approx([111, 110, 100])
    found = node_nearest(town, points([(10, 500), (10, 0)], ["far", "shop"]))
    assert found.columns.tolist() == [("facility", 1), ("minutes", 1)]
    assert found["minutes", 1].tolist() == [10, 0, np.inf]
    assert found["facility", 1].fillna("none").tolist() == ["shop", "shop", "none"], "by its own name"
    told = {"count": 1, "cutoff_min": None, "direction": "to"}
    assert told.items() <= dict(found.attrs["provenance"].parameters).items()
