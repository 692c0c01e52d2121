"""Minutes agree with networkx on random networks, and with hand-made cases."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK, UTM, points, road
from urbgeo.access.travel import pairs
from urbgeo.errors import InputError
from urbgeo.network.air import air_circle
from urbgeo.network.attach import attach
from urbgeo.network.edits import with_links, with_speeds, without_links
from urbgeo.network.minutes import minutes_table, nearest_facility, node_table, through_ends
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.paths import quickest_paths
from urbgeo.network.saved import save_network
from urbgeo.network.snap import snap_report
from urbgeo.network.sums import node_sums, sums_within


@pytest.fixture
def line() -> TravelNetwork:
    """A --- 10 km --- B --- 10 km --- C at 60 km/h: a minute a kilometre."""
    return build_network(
        points([(0, 0), (10, 0), (20, 0)]),
        road(("A", "B", 10.0), ("B", "C", 10.0)),
        snapping=Snapping(max_snap_km=5.0, off_network_kmh=20.0),
    )


def test_a_trip_along_a_line_takes_a_minute_a_kilometre(line: TravelNetwork) -> None:
    table = minutes_table(line, line.nodes, line.nodes)
    assert table.to_numpy().tolist() == [[0, 10, 20], [10, 0, 10], [20, 10, 0]]
    assert (table.index.name, table.columns.name) == ("origin", "destination")


def test_points_join_the_middle_of_a_link_not_its_node(line: TravelNetwork) -> None:
    start = points([(3, 1)], ["p"])
    table = minutes_table(line, start, line.nodes)
    off = 1.0 / 20.0 * 60.0
    np.testing.assert_allclose(table.loc["p"], [3 + off, 7 + off, 17 + off])


def test_two_points_on_one_link_travel_along_it_not_around(line: TravelNetwork) -> None:
    on_link = points([(3, 0), (8, 0)], ["p", "q"])
    assert minutes_table(line, on_link, on_link).loc["p", "q"] == pytest.approx(5.0)
    found = nearest_facility(line, on_link.loc[["p"]], on_link.loc[["q"]])
    assert found.loc["p", "minutes"] == pytest.approx(5.0)


def test_along_one_link_the_cutoff_holds_as_well(line: TravelNetwork) -> None:
    on_link = points([(3, 0), (8, 0)], ["p", "q"])
    for cutoff, minutes in ((4.9, np.inf), (5.0, 5.0)):
        table = minutes_table(line, on_link, on_link, cutoff_min=cutoff)
        assert table.loc["p", "q"] == minutes
        assert table.loc["p", "p"] == 0.0


def test_a_one_way_link_is_not_travelled_against() -> None:
    nodes = points([(0, 0), (10, 0)])
    oneway = build_network(nodes, road(("A", "B", 10.0), oneway=True))
    table = minutes_table(oneway, nodes, nodes)
    assert table.loc["A", "B"] == 10.0
    assert np.isinf(table.loc["B", "A"])
    towards = nearest_facility(oneway, nodes.loc[["A"]], nodes.loc[["B"]], direction="to")
    away = nearest_facility(oneway, nodes.loc[["A"]], nodes.loc[["B"]], direction="from")
    assert towards.loc["A", "minutes"] == 10.0
    assert away.loc["A", "status"] == "unreached"


def test_around_a_one_way_ring_the_nearest_depends_on_the_direction() -> None:
    nodes = points([(0, 0), (10, 0), (20, 0), (30, 0), (20, 20), (10, 20)])
    way = ["A", "B", "C", "D", "E", "F", "A"]
    lengths = [10.0, 10.0, 10.0, 25.0, 25.0, 25.0]
    ring = build_network(nodes, road(*zip(way, way[1:], lengths, strict=False), oneway=True))
    here, there = nodes.loc[["A"]], nodes.loc[["D"]]
    for direction, minutes in (("to", 30.0), ("from", 75.0)):
        assert nearest_facility(ring, here, there, direction=direction)["minutes"].tolist() == [minutes]


def test_minutes_there_and_back_may_differ() -> None:
    nodes = points([(0, 0), (10, 0)])
    hill = build_network(nodes, road(("A", "B", 10.0), minutes=15.0, minutes_back=9.0))
    table = minutes_table(hill, nodes, nodes)
    assert (table.loc["A", "B"], table.loc["B", "A"]) == (15.0, 9.0)


def test_the_cutoff_is_a_closed_bound(line: TravelNetwork) -> None:
    table = minutes_table(line, line.nodes, line.nodes, cutoff_min=10)
    assert table.loc["A", "B"] == 10.0
    assert np.isinf(table.loc["A", "C"])


def test_a_far_point_is_never_given_minutes(line: TravelNetwork) -> None:
    far = points([(3, 6)], ["far"])
    assert np.isnan(minutes_table(line, far, line.nodes)).all(axis=None)
    assert attach(line, far).status.tolist() == ["too far"]
    assert nearest_facility(line, far, line.nodes).loc["far", "status"] == "too far"


def test_an_island_is_named_and_unreached() -> None:
    nodes = points([(0, 0), (10, 0), (20, 0), (0, 50), (10, 50)])
    apart = build_network(nodes, road(("A", "B", 10.0), ("B", "C", 10.0), ("D", "E", 10.0)))
    assert attach(apart, nodes).status.tolist() == ["attached"] * 3 + ["island"] * 2
    assert np.isinf(minutes_table(apart, nodes, nodes).loc["A", "E"])


def test_nobody_joins_an_expressway_between_interchanges() -> None:
    nodes = points([(0, 0), (20, 0), (0, 3), (20, 3)])
    links = road(("A", "B", 20.0), ("A", "C", 3.0), ("B", "D", 3.0))
    links["class"] = ["expressway", "connector", "connector"]
    network = build_network(nodes, links)
    joined = attach(network, points([(10, 0.1)], ["farm"]))
    assert network.links["class"].iloc[joined.link[0]] == "connector"


def test_equal_times_go_to_the_first_facility(line: TravelNetwork) -> None:
    for order in (["A", "C"], ["C", "A"]):
        assert (
            nearest_facility(line, line.nodes.loc[["B"]], line.nodes.loc[order]).loc["B", "facility"]
            == order[0]
        )


def test_no_attachable_facility_is_an_error(line: TravelNetwork) -> None:
    with pytest.raises(InputError, match="facilities: none lies within 5 km"):
        nearest_facility(line, line.nodes, points([(500, 0)], ["x"]))


@pytest.mark.parametrize("cutoff", [0, -1, np.nan, np.inf, "60", True])
def test_a_cutoff_that_is_no_time_is_refused(line: TravelNetwork, cutoff: object) -> None:
    with pytest.raises(InputError, match="cutoff_min"):
        minutes_table(line, line.nodes, line.nodes, cutoff_min=cutoff)


@st.composite
def multigraphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, float]]]:
    n = draw(st.integers(2, 12))
    node = st.integers(0, n - 1)
    minutes = st.one_of(st.just(0.0), st.integers(0, 9).map(float), st.floats(0, 50))
    return n, draw(st.lists(st.tuples(node, node, minutes), min_size=1, max_size=40))


def network_of(n: int, arcs: list[tuple[int, int, float]]) -> TravelNetwork:
    nodes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(np.arange(n) * 1e5, np.zeros(n)), crs=UTM)
    links = pd.DataFrame(arcs, columns=["from_node", "to_node", "minutes"])
    return build_network(nodes, links.assign(length_km=1.0, oneway=True, **{"class": "primary"}))


def oracle(n: int, arcs: list[tuple[int, int, float]]) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(arcs)
    return graph


@QUICK
@given(multigraphs())
def test_tables_equal_networkx(graph: tuple[int, list[tuple[int, int, float]]]) -> None:
    n, arcs = graph
    every = np.arange(n)
    ours = node_table(network_of(n, arcs), every, every)
    expected = np.full((n, n), np.inf)
    for origin, lengths in nx.all_pairs_dijkstra_path_length(oracle(n, arcs)):
        for destination, minutes in lengths.items():
            expected[origin, destination] = minutes
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


@QUICK
@given(multigraphs(), st.data())
def test_a_new_link_never_lengthens_a_trip(
    graph: tuple[int, list[tuple[int, int, float]]], data: st.DataObject
) -> None:
    n, arcs = graph
    new = (data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1)), data.draw(st.floats(0, 50)))
    every = np.arange(n)
    before = node_table(network_of(n, arcs), every, every)
    after = node_table(network_of(n, [*arcs, new]), every, every)
    assert (after <= before).all()


VERBS = {
    "minutes_table": lambda one, other: minutes_table(one, other, other),
    "nearest_facility": lambda one, other: nearest_facility(one, other, other),
    "quickest_paths": lambda one, other: quickest_paths(one, other, other),
    "sums_within": lambda one, other: sums_within(one, other, other, weight="people"),
    "node_sums": lambda one, other: node_sums(one, pd.DataFrame({"people": [1.0]}, index=["A"])),
    "air_circle": lambda one, other: air_circle(one, other, other, other),
    "snap_report": lambda one, other: snap_report(one, other),
    "with_links": lambda one, other: with_links(one, other),
    "without_links": lambda one, other: without_links(one, ["A"]),
    "with_speeds": lambda one, other: with_speeds(one, {"primary": 3.0}),
    "save_network": lambda one, other: save_network(one, "nowhere"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "wrong", [None, "a road", [1], points([(0, 0)], ["A"])], ids=["none", "text", "list", "points"]
)
def test_what_is_no_network_is_refused_by_every_verb(verb: str, wrong: object, line: TravelNetwork) -> None:
    with pytest.raises(InputError, match=f"network: a TravelNetwork is needed, not {type(wrong).__name__}"):
        VERBS[verb](wrong, line)


@pytest.mark.parametrize(
    "verb", ["minutes_table", "nearest_facility", "quickest_paths", "sums_within", "snap_report"]
)
@pytest.mark.parametrize("wrong", [None, "a road", [1]], ids=["none", "text", "list"])
def test_what_is_no_layer_of_points_is_refused(verb: str, wrong: object, line: TravelNetwork) -> None:
    with pytest.raises(InputError, match=f"a GeoDataFrame is needed, not {type(wrong).__name__}"):
        VERBS[verb](line, wrong)


def test_points_that_are_attached_already_are_not_attached_again(line: TravelNetwork) -> None:
    places = points([(3, 1), (17, 2), (3, 99)], ["p", "q", "far"])
    ready = attach(line, places)
    assert attach(line, ready) is ready
    pd.testing.assert_frame_equal(minutes_table(line, ready, ready), minutes_table(line, places, places))
    pd.testing.assert_frame_equal(
        nearest_facility(line, ready, line.nodes), nearest_facility(line, places, line.nodes)
    )
    with pytest.raises(InputError, match="origins: attached to another network"):
        minutes_table(line.only("road"), ready, ready)


def test_one_mode_as_text_is_one_mode(line: TravelNetwork) -> None:
    assert len(line.only("road").links) == 2
    with pytest.raises(InputError, match="modes: rail not in this network; it has road"):
        line.only("rail")
    with pytest.raises(InputError, match="modes: none is given"):
        line.only([])


def test_tables_of_minutes_tell_what_they_rest_on(line: TravelNetwork) -> None:
    places = points([(3, 1), (3, 99)], ["p", "far"])
    about = minutes_table(line, places, line.nodes, cutoff_min=30).attrs["provenance"]
    assert about.parameters["cutoff_min"] == 30 and about.shares["origins not attached"] == 0.5
    about = nearest_facility(line, places, line.nodes, direction="from").attrs["provenance"]
    assert about.parameters["direction"] == "from" and about.shares["places not attached"] == 0.5


def test_the_cutoff_of_the_nearest_facility_is_a_closed_bound() -> None:
    nodes = points([(0, 0), (7.3, 0)], ["A", "B"])
    links = pd.DataFrame(
        {"from_node": ["A"], "to_node": ["B"], "length_km": 7.3, "class": "primary", "minutes": 12.7,
         "minutes_back": 31.1}
    )  # fmt: skip
    network = build_network(nodes, links, snapping=Snapping(max_snap_km=1.0))

    def found(direction: str, cutoff: float) -> float:
        asked = nodes.loc[["A"]], nodes.loc[["B"]]
        table = nearest_facility(network, *asked, cutoff_min=cutoff, direction=direction)
        return float(table.loc["A", "minutes"])

    assert (found("to", 12.7), found("from", 31.1)) == (12.7, 31.1)
    assert (found("to", 12.699), found("from", 31.099)) == (np.inf, np.inf)


def test_a_table_of_minutes_is_told_where_it_is_taken() -> None:
    table = pd.DataFrame({"from": ["a"], "to": ["x"], "minutes": [30.0]})
    for travel in (table, pairs(table)):
        with pytest.raises(
            InputError, match=f"a {type(travel).__name__} gives minutes as it is.*travel.pairs"
        ):
            minutes_table(travel, table, table)  # type: ignore[arg-type]


def test_the_best_of_the_ends_counts_and_of_equal_ones_the_smaller_label() -> None:
    ends = np.array([[0, 1], [1, 0], [2, -1], [3, 3], [0, 1]])
    legs = np.array([[1.0, 5], [2, 2], [0, 0], [1, 1], [0, 9]])
    best, label = np.array([4.0, 0, np.inf, 1]), np.array([7, 3, 9, 5])
    least, which = through_ends(ends, legs, best, label)
    assert least.tolist() == [5, 2, np.inf, 2, 4] and which.tolist() == [3, 3, -1, 5, 7]
