"""Edits of a network: links opened, closed or quickened."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.network.build import EAST, NORTH, along, road
from tests.network.river import UTM, points, river, towns
from urbgeo.errors import InputError
from urbgeo.network.air import AirTerms, with_flights
from urbgeo.network.edits import with_links, with_speeds, without_links
from urbgeo.network.minutes import minutes_table, nearest_facility
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.network.rail import RailTerms, rail_tables


@settings(max_examples=120, deadline=None)
@given(towns(), st.data())
def test_closing_and_opening_again_changes_no_bit(
    case: tuple[TravelNetwork, gpd.GeoDataFrame, pd.DataFrame], data: st.DataObject
) -> None:
    network, places, _ = case
    ids = data.draw(
        st.lists(st.sampled_from(list(network.links.index)), unique=True, max_size=len(network.links) - 1)
    )
    again = with_links(without_links(network, ids), network.links.loc[ids]) if ids else network
    for measure in (
        lambda one: minutes_table(one, places, places).to_numpy().tobytes(),
        lambda one: nearest_facility(one, places, network.nodes)["minutes"].to_numpy().tobytes(),
    ):
        assert measure(network) == measure(again)
    pd.testing.assert_frame_equal(
        again.links.sort_index().drop(columns="geometry"), network.links.sort_index().drop(columns="geometry")
    )


def test_the_speed_a_road_has_changes_no_bit() -> None:
    nodes = points([(0, 0), (10, 0)], list("AB"))
    lengths = [tenths / 10 for tenths in range(1, 500)]
    network = build_network(nodes, road(*(("A", "B", km) for km in lengths)))
    assert with_speeds(network, {"primary": 60.0}).links["minutes"].tolist() == lengths


def test_a_compiled_link_without_a_way_back_is_oneway_and_a_raw_one_is_alike_both_ways() -> None:
    nodes = points([(0, 0), (10, 0)], list("AB"))
    network = build_network(nodes, road(("A", "B", 10.0), ("A", "B", 10.0), oneway=[False, True]))
    compiled = pd.DataFrame(network.link_table).iloc[[1]].drop(columns="oneway", errors="ignore")
    raw = road(("A", "B", 10.0), minutes=7.0).assign(minutes_back=np.nan, speed_source=None)
    both = pd.concat([compiled.set_axis(["compiled"]), raw.set_axis(["raw"])])[
        [*raw.columns.intersection(compiled.columns)]
    ]
    added = with_links(network, both).link_table
    assert added.loc[["compiled", "raw"], "minutes_back"].tolist() == pytest.approx(
        [np.nan, 7.0], nan_ok=True
    )


def test_absurd_minutes_are_told_by_link() -> None:
    nodes = points([(0, 0), (10, 0)], list("AB"))
    with pytest.raises(InputError, match=r"links: minutes above 1e\+07 at slow"):
        build_network(nodes, road(("A", "B", 1.0), minutes=1e9).set_axis(["slow"]))
    for there, back in ((5.0, 1e9), (1e9, 5.0)):
        with pytest.raises(InputError, match=r"links: minutes above 1e\+07 at slow"):
            build_network(nodes, road(("A", "B", 1.0), minutes=there, minutes_back=back).set_axis(["slow"]))
    at_most = build_network(nodes, road(("A", "B", 1.0), minutes=1e7))
    assert at_most.links["minutes"].tolist() == [1e7], "the bound itself is taken"
    network = build_network(nodes, road(("A", "B", 1.0)).set_axis(["slow"]))
    with pytest.raises(InputError, match=r"links: minutes above 1e\+07 at slow"):
        with_speeds(network, {"primary": 1e-9})
    with pytest.raises(InputError, match="speeds: speeds that are not finite and > 0 at primary"):
        with_speeds(network, {"primary": "fast"})


def test_speeds_come_as_numbers_or_text_but_once_each() -> None:
    network = build_network(points([(0, 0), (10, 0)], list("AB")), road(("A", "B", 10.0)).set_axis(["one"]))
    assert with_speeds(network, {"primary": "30"}).links["minutes"].tolist() == [20.0]
    assert with_speeds(network, pd.Series({"one": "30"})).links["minutes"].tolist() == [20.0]
    with pytest.raises(InputError, match="speeds that are not finite and > 0 at primary"):
        with_speeds(network, {"primary": True})
    with pytest.raises(InputError, match="repeated ids at one"):
        with_speeds(network, pd.Series([30.0, 40.0], index=["one", "one"]))


def test_lines_of_another_name_are_kept_too() -> None:
    nodes = points([(0, 0), (10, 0)], list("AB"))
    bent = shapely.LineString([(EAST, NORTH), (EAST + 5e3, NORTH + 3e3), (EAST + 10e3, NORTH)])
    table = road(("A", "B", 12.0)).set_axis(["bent"]).assign(geometry="a note")
    named = gpd.GeoDataFrame(table.assign(shape=[bent]), geometry="shape", crs=UTM)
    network = with_links(build_network(nodes, road(("A", "B", 10.0))), named)
    assert network.links.geometry["bent"].equals(bent)
    assert "shape" not in network.links


def test_links_with_and_without_lines_go_together() -> None:
    nodes = points([(0, 0), (10, 0), (20, 0)], list("ABC"))
    plain, bent = road(("A", "B", 10.0)), road(("B", "C", 12.0)).set_axis(["bent"])
    line = shapely.LineString([(EAST + 10e3, NORTH), (EAST + 15e3, NORTH + 3e3), (EAST + 20e3, NORTH)])
    network = build_network(nodes, plain)
    assert "geometry" not in with_links(network, bent).link_table
    both = with_links(network, bent.assign(geometry=[line])).links.geometry
    assert both.crs == network.crs
    assert both["bent"].equals(line)
    assert both.iloc[0].equals(network.links.geometry.iloc[0])
    other = with_links(build_network(nodes, bent.assign(geometry=[line])), plain.set_axis(["flat"]))
    assert other.links.geometry["flat"].equals(network.links.geometry.iloc[0])
    assert other.links.geometry["bent"].equals(line)


def test_a_new_train_line_runs_both_ways() -> None:
    before = river()
    stations = points([(20, 0), (20, 1)], ["S", "N"])
    stops = pd.DataFrame(
        {"service": "T", "seq": [1, 2], "station": ["S", "N"], "minutes": [np.nan, 3.0], "trains_per_day": 60}
    )
    nodes, links = rail_tables(stations, stops, terms=RailTerms(buffer_min=10.0, egress_min=8.0))
    doors = pd.DataFrame(
        {"from_node": ["B", "D"], "to_node": ["S", "N"], "length_km": 0.1, "class": "local"}, index=["s", "n"]
    )
    after = with_links(before, pd.concat([links, doors]), nodes=nodes)
    table = minutes_table(after, before.nodes, before.nodes)
    # To the forecourt, into the train, the ride, out of it, to the town.
    assert table.loc["B", "D"] == table.loc["D", "B"] == pytest.approx(0.3 + 10.0 + 3.0 + 8.0 + 0.3)


def test_other_speeds_hold_for_their_class_both_ways() -> None:
    slow = with_speeds(river(), {"primary": 30.0})
    assert slow.links["minutes"].tolist() == slow.links["minutes_back"].tolist() == [40.0, 40.0, 2.0]
    assert set(slow.links["speed_source"]) == {"override"}
    assert slow.provenance.speeds["primary"] == 30.0


def test_a_flight_takes_check_in_block_time_and_leaving() -> None:
    network = river()
    airports = points([(0, -3), (20, 4)], ["X", "Y"])
    routes = pd.DataFrame({"from_airport": ["X"], "to_airport": ["Y"]})
    terms = AirTerms(check_in_min=60, leaving_min=20, taxi_min=30, cruise_kmh=600)
    flown = with_flights(network, airports, routes, terms=terms)
    km = 21.19 * 6371.0088 / 6378.137  # about 20 km east, 7 km north
    off = 3.0 / 20.0 * 60.0
    minutes = minutes_table(flown, network.nodes, network.nodes).loc["A", "D"]
    assert minutes == 21.0, "driving is quicker"
    flight = flown.links.loc["flight X - Y"]
    assert flight["minutes"] == pytest.approx(30 + km / 10, abs=0.02)
    slow = with_flights(with_speeds(network, {"primary": 1.0}), airports, routes, terms=terms)
    assert minutes_table(slow, network.nodes, network.nodes).loc["A", "D"] == pytest.approx(
        off + 60 + flight["minutes"] + 20 + off, abs=1e-6
    )
    assert flown.modes == ("air", "road")
    for bad, message in (
        (
            pd.DataFrame({"from_airport": ["X"], "to_airport": ["Q"]}),
            "to_airport not among the airports at 0",
        ),
        (pd.DataFrame({"from_airport": ["X"], "to_airport": ["X"]}), "to itself at 0"),
        (routes.iloc[:0], "no flights"),
    ):
        with pytest.raises(InputError, match=message):
            with_flights(network, airports, bad)


def test_a_short_link_joins_a_network_so_wide_that_it_has_a_crs_of_its_own() -> None:
    spots = gpd.points_from_xy([100, 111, 111.2, 125], [28, 30, 30, 35])
    nodes = gpd.GeoDataFrame(index=list("ABCD"), geometry=spots, crs=4326)
    lines = gpd.GeoSeries([shapely.LineString([spots[0], spots[1]])] * 2, crs=4326)
    links = road(("A", "B", 1100.0), ("B", "D", 1400.0))
    wide = build_network(nodes, gpd.GeoDataFrame(links, geometry=[lines[0], None], crs=4326))
    near = with_links(wide, road(("B", "C", 20.0)).set_axis(["new"]))
    assert near.links.crs == wide.crs and near.links.geometry["new"].length == pytest.approx(19_300, rel=0.02)
    assert minutes_table(near, nodes, nodes).loc["A", "C"] == pytest.approx(1120.0, abs=1e-3)


def test_new_links_are_as_fast_and_as_joinable_as_their_class_unless_said() -> None:
    nodes = points([(0, 0), (12, 0), (24, 0)], list("ABC"))
    network = build_network(
        nodes,
        road(("A", "B", 12.0), ("B", "C", 12.0), joinable=[True, False]).assign(
            **{"class": ["primary", "expressway"]}
        ),
    )
    new = road(("A", "C", 24.0), ("A", "C", 24.0), ("A", "C", 24.0)).set_axis(["one", "two", "three"])
    new = new.assign(**{"class": ["primary", "expressway", "primary"], "minutes": [np.nan, np.nan, 7.0]})
    added = with_links(network, new, speeds={"primary": 48.0}).link_table.loc[["one", "two", "three"]]
    kmh = network.link_table["speed_kmh"].iloc[1]
    assert added["minutes"].tolist() == pytest.approx([30, 24 / kmh * 60, 7])
    assert added["speed_source"].tolist()[:2] == ["override", "default"]
    assert added["speed_source"].tolist()[2] not in ("override", "default")
    assert added["joinable"].tolist() == [True, False, True]
    plain = with_links(network, new.assign(joinable=[False, True, None]))
    assert plain.link_table.loc[["one", "two", "three"], "joinable"].tolist() == [False, True, True]
    assert plain.link_table.loc["one", "speed_source"] == "default"
    for speeds, message in (
        ({"canal": 9.0}, "unknown class 'canal'; known are"),
        ({"primary": 0.0}, "primary: 0.0 km/h; give a finite speed > 0"),
        ({"primary": np.inf}, "primary: inf km/h"),
    ):
        with pytest.raises(InputError, match=message):
            with_links(network, new, speeds=speeds)


def test_edits_are_counted_in_what_the_network_says_of_itself() -> None:
    network = along(0, 10, 20, 30)
    new = road(("A", "C", 20.0), ("A", "D", 30.0)).set_axis(["x", "y"])
    added = with_links(network, new)
    assert added.provenance.parameters["links added"] == 2
    again = with_links(added, road(("B", "D", 20.0)).set_axis(["z"]))
    assert again.link_table["added_by_edit"].tolist() == [0, 0, 0, 1, 1, 2]
    assert without_links(again, ["x", "z"]).provenance.parameters["links closed"] == 2
    slow = with_speeds(network, pd.Series({1: 30.0, 2: 60.0}))
    assert slow.provenance.parameters["links with other speeds"] == 2
    assert slow.link_table["minutes"].tolist() == [10, 20, 10]
    assert slow.link_table["speed_source"].tolist()[1:] == ["override"] * 2
    assert slow.provenance.speeds == network.provenance.speeds, "of links, not of classes"
