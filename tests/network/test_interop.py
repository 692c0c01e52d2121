"""What comes in goes out: a network through the objects of others and back gives equal minutes."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import EAST, NORTH, points, road
from tests.network.uneven import PLACES
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork, build_network


def test_frames_build_the_same_network_again(uneven: TravelNetwork) -> None:
    nodes, links = uneven.to_frames()
    again = build_network(nodes, links)
    pd.testing.assert_frame_equal(
        minutes_table(again, PLACES, PLACES), minutes_table(uneven, PLACES, PLACES), check_exact=True
    )
    columns = ["minutes", "minutes_back", "mode", "joinable", "length_km"]
    pd.testing.assert_frame_equal(pd.DataFrame(again.links[columns]), pd.DataFrame(uneven.links[columns]))
    links["length_km"] = 99.0
    assert uneven.links["length_km"].max() < 99, "copies"


def test_networkx_finds_the_same_minutes_and_gives_the_links_back(uneven: TravelNetwork) -> None:
    graph = uneven.to_networkx()
    table = minutes_table(uneven, uneven.nodes, uneven.nodes)
    for origin, found in nx.all_pairs_dijkstra_path_length(graph, weight="minutes"):
        for destination in uneven.nodes.index:
            assert found.get(destination, np.inf) == pytest.approx(table.loc[origin, destination], abs=1e-6)
    assert graph["B"]["C"]["c"]["length_km"] == 8.1 and not graph.has_edge("C", "B")
    assert graph["A"]["B"]["b"]["mode"] == "rail" and graph.nodes["B"]["x"] == EAST + 9e3
    assert graph["C"]["A"]["d"]["minutes"] == 15.3
    first, last = (graph["C"]["A"]["d"]["geometry"].coords[end] for end in (0, -1))
    assert first == (EAST + 4e3, NORTH + 7e3) and last == (EAST, NORTH), "drawn the way it is travelled"
    nodes = gpd.GeoDataFrame(
        geometry=[shapely.Point(about["x"], about["y"]) for _, about in graph.nodes(data=True)],
        index=list(graph.nodes),
        crs=graph.graph["crs"],
    )
    edges = [
        {"from_node": u, "to_node": v, "oneway": True}
        | {name: about[name] for name in ("minutes", "length_km", "class", "mode", "joinable", "geometry")}
        for u, v, about in graph.edges(data=True)
    ]
    again = build_network(nodes, pd.DataFrame(edges))
    np.testing.assert_allclose(minutes_table(again, uneven.nodes, uneven.nodes), table, atol=1e-6)


def test_osmnx_reads_the_graph_and_routes_in_the_same_time(uneven: TravelNetwork) -> None:
    osmnx = pytest.importorskip("osmnx", reason="osmnx is an extra")
    graph = uneven.to_osmnx()
    nodes, edges = osmnx.convert.graph_to_gdfs(graph)
    assert nodes.crs == edges.crs == 4326 and edges.index.names == ["u", "v", "key"]
    table = minutes_table(uneven, uneven.nodes, uneven.nodes)
    for origin, destination in (("A", "D"), ("C", "B"), ("B", "A")):
        ends = (uneven.nodes.index.get_loc(one) for one in (origin, destination))
        route = osmnx.routing.shortest_path(graph, *ends, weight="travel_time")
        seconds = osmnx.routing.route_to_gdf(graph, route, weight="travel_time")["travel_time"].sum()
        assert seconds / 60.0 == pytest.approx(table.loc[origin, destination], abs=1e-6)
    back = osmnx.convert.graph_from_gdfs(nodes, edges)
    links = osmnx.convert.graph_to_gdfs(back, nodes=False).reset_index()
    links = links.assign(length_km=links["length"] / 1000, minutes=links["travel_time"] / 60, oneway=True)
    links = links.rename(columns={"u": "from_node", "v": "to_node", "highway": "class"})
    assert nodes["node"].tolist() == list(uneven.nodes.index)
    again = build_network(nodes[["geometry"]], links)
    np.testing.assert_allclose(minutes_table(again, uneven.nodes, uneven.nodes), table, atol=1e-6)


def test_the_osmnx_graph_says_which_edges_run_against_the_drawing(uneven: TravelNetwork) -> None:
    graph = uneven.to_osmnx()
    start = uneven.link_table["from_node"]
    for tail, _, about in graph.edges(data=True):
        if about["osmid"] != "f":  # a loop leaves and ends at one node
            assert about["reversed"] is (graph.nodes[tail]["node"] != start[about["osmid"]])
    assert sorted(about["reversed"] for *_, about in graph.edges(data=True)).count(True) >= 3


def test_edges_of_an_osmnx_graph_have_metres_seconds_and_speeds() -> None:
    nodes = points([(0, 0), (10, 0), (10, 5)], None).set_axis([70, 8, 9])
    links = road((70, 8, 10.0), (8, 9, 5.0)).set_axis(["a", "b"])
    links = links.assign(minutes=[12.0, 0.0], minutes_back=[15.0, np.nan], oneway=[False, True])
    network = build_network(nodes, links)
    graph = network.to_osmnx()
    assert list(graph.nodes) == [70, 8, 9] and graph.graph["crs"] == "epsg:4326", "whole numbers stay"
    kept = ("osmid", "highway", "length", "speed_kph", "travel_time", "oneway", "reversed")
    edges = {(u, v): tuple(about[name] for name in kept) for u, v, about in graph.edges(data=True)}
    assert edges == {
        (70, 8): ("a", "primary", 10_000.0, 50.0, 720.0, False, False),
        (8, 70): ("a", "primary", 10_000.0, 40.0, 900.0, False, True),
        (8, 9): ("b", "primary", 5_000.0, np.inf, 0.0, True, False),
    }
    west = nodes.to_crs(4326).geometry[70]
    assert graph.nodes[70]["x"] == pytest.approx(west.x) and graph.nodes[70]["y"] == pytest.approx(west.y)
    assert graph[8][70][0]["geometry"].coords[-1] == pytest.approx((west.x, west.y))
    named = build_network(nodes.set_axis(list("ABC")), links.replace({70: "A", 8: "B", 9: "C"})).to_osmnx()
    assert {n: about["node"] for n, about in named.nodes(data=True)} == {0: "A", 1: "B", 2: "C"}
    plain, table = network.to_frames()
    assert table["oneway"].tolist() == [False, True] and not {"speed_kmh", "speed_source"} & set(table)
    assert plain is not network.nodes and plain.equals(network.nodes)
