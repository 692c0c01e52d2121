"""Quickest paths: their steps add up to the minutes of the table, and join from door to door."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK, along, points, road
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.paths import quickest_paths


def test_a_path_along_a_line_names_its_links_in_order() -> None:
    line = along(0, 10, 20, 30)
    found = quickest_paths(line, points([(4, 1)], ["p"]), points([(27, 0)], ["q"]))
    steps = found.steps
    assert steps["link"].tolist() == [None, 0, 1, 2, None]
    assert steps["since"].fillna(-1).tolist() == pytest.approx([-1, 0.4, 0, 0, -1])
    assert steps["until"].fillna(-1).tolist() == pytest.approx([-1, 1, 1, 0.7, -1])
    off = 60.0 / line.snapping.off_network_kmh
    assert steps["minutes"].tolist() == pytest.approx([off, 6, 10, 7, 0])
    trip = found.table.loc[("p", "q")]
    assert (trip["status"], trip["minutes"]) == ("reached", pytest.approx(off + 23))
    assert trip.geometry.length == pytest.approx(24_000)


def test_against_the_drawing_a_link_is_travelled_from_one_to_nothing() -> None:
    line = along(0, 10, 20)
    back = quickest_paths(line, points([(15, 0)], ["p"]), points([(4, 0)], ["q"])).steps
    inner = back[back["link"].notna()]
    assert inner[["since", "until"]].to_numpy().tolist() == [[0.5, 0.0], [1.0, pytest.approx(0.4)]]


def test_of_parallel_links_the_quicker_is_taken() -> None:
    nodes = points([(0, 0), (10, 0)])
    two = build_network(nodes, road(("A", "B", 10.0), ("A", "B", 10.0)).assign(minutes=[12.0, 7.0]))
    steps = quickest_paths(two, nodes.loc[["A"]], nodes.loc[["B"]]).steps
    assert steps.loc[steps["minutes"] > 0, "link"].tolist() == [1]


def test_two_points_beside_one_link_go_along_it_or_straight_across() -> None:
    line = along(0, 10)
    near = quickest_paths(line, points([(3, 1)], ["p"]), points([(3, 0.5)], ["q"]))
    assert near.steps["link"].isna().all() and len(near.steps) == 1
    far = quickest_paths(line, points([(3, 1)], ["p"]), points([(8, 0)], ["q"]))
    assert far.steps["link"].tolist() == [None, 0, None]


def test_along_one_link_each_direction_takes_its_own_minutes() -> None:
    nodes = points([(0, 0), (10, 0)])
    hill = build_network(nodes, road(("A", "B", 10.0), minutes=12.0, minutes_back=30.0))
    p, q = points([(2, 0)], ["p"]), points([(8, 0)], ["q"])
    for start, end, minutes, ends in ((p, q, 7.2, [0.2, 0.8]), (q, p, 18.0, [0.8, 0.2])):
        steps = quickest_paths(hill, start, end).steps
        inner = steps[steps["link"].notna()]
        assert inner[["since", "until"]].to_numpy().ravel().tolist() == pytest.approx(ends)
        assert inner["minutes"].tolist() == pytest.approx([minutes])


def test_what_cannot_be_reached_says_so() -> None:
    nodes = points([(0, 0), (10, 0), (200, 0)])
    oneway = build_network(nodes.iloc[:2], road(("A", "B", 10.0), oneway=True))
    trips = quickest_paths(oneway, nodes.loc[["B", "C"]], nodes.loc[["A"]]).table
    assert trips["status"].tolist() == ["unreached", "too far"]
    assert np.isposinf(trips["minutes"].iloc[0]) and np.isnan(trips["minutes"].iloc[1])
    assert trips.geometry.isna().all()


@st.composite
def places_on_networks(draw: st.DrawFn) -> tuple[TravelNetwork, gpd.GeoDataFrame]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = int(rng.integers(2, 9))
    nodes = points([tuple(one) for one in rng.random((n, 2)) * 40], [f"n{i}" for i in range(n)])
    ends = rng.integers(0, n, (3 * n, 2))
    links = pd.DataFrame({"from_node": nodes.index[ends[:, 0]], "to_node": nodes.index[ends[:, 1]]})
    links["length_km"], links["class"] = 1.0, "primary"
    links["minutes"] = np.where(rng.random(len(links)) < 0.2, 0.0, rng.random(len(links)) * 30)
    links["oneway"] = rng.random(len(links)) < 0.3
    network = build_network(nodes, links, snapping=Snapping(max_snap_km=25.0))
    places = points([tuple(one) for one in rng.random((5, 2)) * 45], list("vwxyz"))
    return network, places


@QUICK
@given(places_on_networks())
def test_the_steps_add_up_to_the_table_and_join(made: tuple[TravelNetwork, gpd.GeoDataFrame]) -> None:
    network, places = made
    table = minutes_table(network, places, places)
    found = quickest_paths(network, places, places)
    np.testing.assert_allclose(found.table["minutes"], table.to_numpy().ravel(), rtol=0, atol=1e-6)
    summed = found.steps.groupby(["origin", "destination"])["minutes"].sum()
    reached = found.table[found.table["status"] == "reached"]
    assert set(summed.index) == set(reached.index)
    np.testing.assert_allclose(summed.reindex(reached.index), reached["minutes"], rtol=0, atol=2e-6)
    for (_, _), steps in found.steps.groupby(["origin", "destination"]):
        on_links = steps[steps["link"].notna()]
        assert (on_links["minutes"] >= -1e-9).all()
        at = [_ends(network, one) for one in on_links.itertuples()]
        for (_, arrived), (left, _) in pairwise(at):
            assert arrived.distance(left) < 1e-6
        for one in on_links.itertuples():
            whole = network.links.loc[one.link, "minutes" if one.until >= one.since else "minutes_back"]
            if one.since != one.until:
                assert abs(one.until - one.since) * whole == pytest.approx(one.minutes, abs=1e-6)


def _ends(network: TravelNetwork, step: Any) -> list[shapely.Point]:
    line = network.links.geometry[step.link]
    return [line.interpolate(at, normalized=True) for at in (step.since, step.until)]


def test_pairs_ask_for_some_trips_and_are_checked() -> None:
    line = along(0, 10, 20)
    found = quickest_paths(line, line.nodes, line.nodes, pairs=[("C", "A"), ("A", "B")])
    assert found.table.index.tolist() == [("C", "A"), ("A", "B")]
    assert found.table["minutes"].tolist() == [20.0, 10.0]
    with pytest.raises(InputError, match="pairs: A -> nowhere name points"):
        quickest_paths(line, line.nodes, line.nodes, pairs=[("A", "nowhere")])
    with pytest.raises(InputError, match="pairs: A -> B come twice"):
        quickest_paths(line, line.nodes, line.nodes, pairs=[("A", "B"), ("A", "B")])
    none = quickest_paths(line, line.nodes, line.nodes, pairs=[])
    assert len(none.table) == 0 and none.steps.columns.tolist()[:3] == ["origin", "destination", "link"]


def test_the_lines_of_hunan_are_as_long_as_their_links(hunan_network: TravelNetwork) -> None:
    road_only = hunan_network.only(("road",))
    seats = gpd.GeoDataFrame(geometry=road_only.nodes.geometry.iloc[[0, 40, 80]])
    found = quickest_paths(road_only, seats, seats)
    assert found.table.crs == road_only.crs
    for pair, trip in found.table.iterrows():
        steps = found.steps.set_index(["origin", "destination"]).loc[[pair]].dropna(subset="link")
        lengths = road_only.links.geometry.length.reindex(steps["link"]).to_numpy()
        expected = (lengths * (steps["until"] - steps["since"]).abs()).sum()
        assert trip.geometry.length == pytest.approx(expected, rel=1e-6, abs=1.0)


def test_trips_are_told_by_status_with_their_minutes_and_shares() -> None:
    nodes = points([(0, 0), (10, 0), (200, 0)])
    oneway = build_network(nodes.iloc[:2], road(("A", "B", 10.0), oneway=True))
    found = quickest_paths(oneway, nodes, nodes.loc[["A"]])
    assert found.table["status"].tolist() == ["reached", "unreached", "too far"]
    shares = {"trips unreached": 1 / 3, "trips too far": 1 / 3}
    assert dict(found.provenance.shares) == pytest.approx(dict(found.provenance.shares) | shares)
    assert shares.keys() <= found.provenance.shares.keys()
    there = quickest_paths(oneway, nodes.loc[["A"]], nodes.loc[["A", "B"]])
    assert there.summary.loc["reached"].tolist() == [2, 0, 5, 10]
    assert repr(there).startswith("<Paths 2 of 2 trips")
    assert not quickest_paths(oneway, nodes, nodes, pairs=[]).provenance.shares.keys() & shares.keys()
