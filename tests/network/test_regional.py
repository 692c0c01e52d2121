"""A region's roads and trains become one network, and joining the stations changes no drive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import EAST, NORTH, QUICK, along, oracle_minutes, points, road, split_graph
from tests.network.test_rail import TERMS, journeys, trains
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.rail import RailTerms
from urbgeo.network.regional import region_network, with_stations
from urbgeo.regions.region import Region

STOPS = trains(("G1", 48, [("S", 0), ("T", 30), ("V", 15)]))


def region(stations: gpd.GeoDataFrame, roads: pd.DataFrame, nodes: gpd.GeoDataFrame) -> Region:
    empty = points([])
    return Region(
        name="micro", title_zh="", title_en="", places=empty, zones=None, airports=empty, stations=stations,
        road_nodes=nodes, road_links=roads, rail_sections=empty, rail_stops=STOPS, lists={},
        known_trips=pd.DataFrame(), sources=("made by hand",),
    )  # fmt: skip


@pytest.fixture
def micro() -> Region:
    """A road of 100 km with three stations along it, one of them at a node, and a one-way by its side."""
    nodes = points([(0, 0), (60, 0), (100, 0)])
    roads = road(("A", "B", 60.0), ("B", "C", 40.0), ("C", "A", 150.0)).set_axis(["west", "east", "back"])
    roads = roads.assign(
        **{"class": ["trunk", "primary", "expressway"]}, oneway=[False, False, True], route="G1"
    )
    return region(points([(20, 1), (60, 2), (90, 0)], ["S", "T", "V"]), roads, nodes)


def test_a_door_to_door_trip_adds_up(micro: Region) -> None:
    network = region_network(micro, rail_terms=TERMS, speeds={"trunk": 30.0})
    trip = minutes_table(network, points([(10, 0)], ["home"]), points([(85, 0)], ["work"])).loc[
        "home", "work"
    ]
    drive, walk = 10 / 30 * 60, 1 / 20 * 60
    assert trip == pytest.approx(drive + walk + 20 + 45 + 5 + 5)


def test_roads_are_cut_at_stations_and_keep_their_columns(micro: Region) -> None:
    nodes, links = with_stations(region_network(micro, modes=("road",)), micro.stations)
    assert set(nodes.index) == {"A", "B", "C", "at S", "at V"}
    pieces = links.loc[["west part 1", "west part 2"]]
    assert pieces["length_km"].tolist() == pytest.approx([20.0, 40.0])
    assert pieces[["from_node", "to_node"]].to_numpy().tolist() == [["A", "at S"], ["at S", "B"]]
    assert (pieces["route"] == "G1").all()
    assert links.loc["access T", "to_node"] == "B"
    assert not links.loc[links["class"] == "station access", "joinable"].any()


def test_the_pieces_of_a_bent_road_follow_it(micro: Region) -> None:
    bent = shapely.LineString([(EAST, NORTH), (EAST + 20e3, NORTH + 15e3), (EAST + 60e3, NORTH)])
    network = build_network(micro.road_nodes, micro.road_links.assign(geometry=[bent, None, None]))
    _, links = with_stations(network, micro.stations.iloc[:1])
    pieces = gpd.GeoSeries(links["geometry"].filter(like="west part"))
    assert pieces.length.sum() == pytest.approx(bent.length)
    assert pieces.hausdorff_distance(bent).notna().all()
    assert shapely.union_all(pieces).hausdorff_distance(bent) < 0.01


def test_stations_at_one_spot_share_a_junction() -> None:
    pair = points([(5, 1), (5, -1), (7, 1)], ["S", "T", "V"])
    nodes, links = with_stations(along(0, 10), pair)
    assert set(nodes.index) == {"A", "B", "at S", "at V"}
    assert links["to_node"].filter(like="access").tolist() == ["at S", "at S", "at V"]


def test_a_station_without_a_road_is_ridden_through_and_counted(micro: Region) -> None:
    far = replace(micro, stations=points([(20, 1), (60, 90), (90, 0)], ["S", "T", "V"]))
    network = region_network(far, rail_terms=TERMS)
    assert network.provenance.shares["stations without a road"] == pytest.approx(1 / 3)
    assert minutes_table(network, points([(20, 0)], ["p"]), points([(90, 0)], ["q"])).loc["p", "q"] < 100


def test_the_network_remembers_speeds_terms_and_sources(micro: Region) -> None:
    network = region_network(micro, speeds={"trunk": 50.0}, snapping=Snapping(max_snap_km=3.0))
    about = network.provenance
    assert about.speeds == {"expressway": 100.0, "trunk": 50.0, "primary": 60.0}
    assert about.parameters["max_snap_km"] == network.snapping.max_snap_km == 3.0
    assert about.parameters["buffer_min"] == RailTerms().buffer_min
    assert about.sources == ("made by hand",)
    roads = network.links[network.links["class"].isin(list(about.speeds))]
    assert roads.groupby("class")["speed_source"].unique().map(list).to_dict() == {
        "expressway": ["default"], "primary": ["default"], "trunk": ["override"],
    }  # fmt: skip
    assert sum(share for name, share in about.shares.items() if name.startswith("links")) == pytest.approx(
        1.0
    )


spots = st.lists(
    st.tuples(st.integers(0, 210).map(lambda i: i * 0.471), st.integers(-8, 8).map(lambda i: i * 0.393)),
    min_size=3, max_size=3,
)  # fmt: skip
on_road = st.lists(st.integers(0, 1000).map(lambda i: (i * 0.1, 0.0)), min_size=2, max_size=5, unique=True)


def roads_only(
    drawn: list[tuple[float, float]], oneway: bool
) -> tuple[TravelNetwork, gpd.GeoDataFrame, Region]:
    nodes = points([(0, 0), (60, 0), (100, 0)])
    links = road(("A", "B", 60.0), ("B", "C", 40.0), ("C", "A", 130.0), oneway=[oneway, False, False])
    micro = region(points(drawn, ["S", "T", "V"]), links.assign(joinable=[True, True, False]), nodes)
    return region_network(micro, modes=("road",)), micro.stations, micro


@QUICK
@given(spots, on_road, st.booleans())
def test_joining_stations_changes_no_drive(
    drawn: list[tuple[float, float]], ends: list[tuple[float, float]], oneway: bool
) -> None:
    before, stations, _ = roads_only(drawn, oneway)
    nodes, links = with_stations(before, stations)
    after = build_network(gpd.GeoDataFrame(pd.concat([nodes, stations]), crs=nodes.crs), links)
    here = points(ends)
    np.testing.assert_allclose(minutes_table(after, here, here), minutes_table(before, here, here), atol=1e-3)
    np.testing.assert_allclose(minutes_table(before, here, here), oracle_minutes(before, here), atol=1e-6)


@QUICK
@given(spots, on_road, st.booleans())
def test_door_to_door_minutes_equal_networkx(
    drawn: list[tuple[float, float]], ends: list[tuple[float, float]], oneway: bool
) -> None:
    roads, stations, micro = roads_only(drawn, oneway)
    here = points(ends)
    graph = split_graph(roads, gpd.GeoDataFrame(pd.concat([here, stations])))
    graph = nx.compose(nx.MultiDiGraph(graph), nx.MultiDiGraph(journeys(STOPS)))
    for station in stations.index:
        graph.add_edge(("at", station), station, weight=0.0)
        graph.add_edge(station, ("at", station), weight=0.0)
    found = minutes_table(region_network(micro, rail_terms=TERMS), here, here)
    for one in here.index:
        lengths = nx.single_source_dijkstra_path_length(graph, ("at", one))
        expected = [lengths.get(("at", other), np.inf) for other in here.index]
        np.testing.assert_allclose(found.loc[one], expected, atol=1e-3)


@pytest.mark.parametrize("modes", [("rail",), ("road", "boat"), ()])
def test_modes_without_sense_are_refused(micro: Region, modes: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="modes"):
        region_network(micro, modes=modes)


def test_the_region_stays_as_it_is(micro: Region) -> None:
    before = micro.road_links.copy(deep=True), micro.stations.copy(deep=True)
    region_network(micro)
    pd.testing.assert_frame_equal(micro.road_links, before[0])
    pd.testing.assert_frame_equal(micro.stations, before[1])


def test_hunan_keeps_its_drives_when_trains_come(hunan: Region, hunan_network: TravelNetwork) -> None:
    seats = hunan.prefectures
    alone = minutes_table(region_network(hunan, modes=("road",)), seats, seats)
    together = minutes_table(hunan_network.only(("road",)), seats, seats)
    np.testing.assert_allclose(together, alone, atol=0.01)
    assert (minutes_table(hunan_network, seats, seats) <= together + 1e-6).all(axis=None)


def test_a_regions_mountain_roads_are_slower_and_the_peak_is_slower_still(hunan: Region) -> None:
    usual, peak = (region_network(hunan, modes=("road",), speeds=one) for one in (None, "peak"))
    table = usual.link_table[usual.link_table["class"] == "expressway"]
    kmh = table.groupby("terrain")["speed_kmh"].mean()
    assert kmh["mountain"] == pytest.approx(80)
    assert kmh["plain"] == pytest.approx(100)
    assert (peak.link_table["minutes"] > usual.link_table["minutes"]).all()
    assert (usual.provenance.parameters["speeds"], peak.provenance.parameters["hour"]) == (
        "accessibility literature",
        "evening",
    )


def test_a_network_that_the_region_brings_is_as_fast_as_it_says_or_as_a_set_does(micro: Region) -> None:
    brought = replace(micro, network=along(0, 10, 30, minutes=[7.0, 9.0]))
    for how, minutes in (
        ({}, [7, 9]),
        ({"speeds": "peak"}, [11, 22]),
        ({"hour": "holiday"}, [12, 24]),
        ({"speeds": {"primary": 30.0, "trunk": 5.0}}, [20, 40]),
    ):
        network = region_network(brought, modes=("road",), **how)
        assert network.link_table["minutes"].tolist() == pytest.approx(minutes)
    near = region_network(brought, modes=("road",), snapping=Snapping(max_snap_km=2.0))
    assert near.snapping.max_snap_km == near.provenance.parameters["max_snap_km"] == 2.0
    assert region_network(brought).modes == ("rail", "road")
    own = replace(micro, network=along(0, 10, minutes=7.0, **{"class": "alley"}))
    with pytest.raises(InputError, match="has classes of its own"):
        region_network(own, modes=("road",), speeds="peak")
    with pytest.raises(InputError, match="region: none of its roads is open"):
        region_network(replace(micro, road_links=micro.road_links.iloc[:0]))


def test_links_remember_whose_speeds_they_have(micro: Region) -> None:
    timed = micro.road_links.assign(minutes=[np.nan, 25.0, np.nan], speed_kmh=[np.nan, np.nan, 70.0])
    network = region_network(replace(micro, road_links=timed), modes=("road",), speeds={"trunk": 50.0})
    assert network.link_table["speed_source"].tolist() == ["override", "minutes", "link"]
    assert network.link_table["minutes"].tolist() == pytest.approx([72, 25, 150 / 70 * 60])
    shares = {f"links timed by {one}": 1 / 3 for one in ("override", "minutes", "link")}
    assert {name: network.provenance.shares[name] for name in shares} == pytest.approx(shares)
    assert network.provenance.parameters["speeds"] == "accessibility literature"
    assert network.provenance.parameters["hour"] == "free flow"


def test_a_region_whose_network_is_none_is_refused(micro: Region) -> None:
    named: Any = "roads"
    with pytest.raises(InputError, match="region: its network is a str, no TravelNetwork"):
        region_network(replace(micro, network=named), modes=("road",))
