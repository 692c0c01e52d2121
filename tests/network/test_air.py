"""The air circle is the least sum of ground, check-in, flight, leaving and ground."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from tests.network.build import along
from tests.network.build import points as spots
from urbgeo.crs import between_km
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.air import AIR_CIRCLE_MIN, AirTerms, air_circle, with_flights
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.regions.region import Region
from urbgeo.sources.airports import airports as airport_points

TERMS = AirTerms(
    check_in_min=60, leaving_min=20, taxi_min=30, cruise_kmh=1000, beyond_kmh=30, beyond_detour=1.5
)
DEGREE_KM = 2 * np.pi * 6378.137 / 360


def points(**lon_lat: tuple[float, float]) -> gpd.GeoDataFrame:
    x, y = np.array(list(lon_lat.values()), float).T
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), index=list(lon_lat), crs=4326)


def town() -> TravelNetwork:
    """A town at A with a road of 20 minutes to its airport, one-way back in 50."""
    nodes = points(A=(112.0, 0.0), X=(112.1, 0.0))
    links = pd.DataFrame(
        {"from_node": ["A"], "to_node": ["X"], "length_km": 20.0, "class": "primary", "minutes": 20.0,
         "minutes_back": 50.0}
    )  # fmt: skip
    return build_network(nodes, links, snapping=Snapping(max_snap_km=1.0))


AIRPORTS = points(X=(112.1, 0.0), Y=(118.1, 0.0), Z=(112.1, 1.0))
CITIES = points(A=(112.0, 0.0), far=(118.3, 0.0), near=(112.1, 1.0), lost=(125.0, 0.0)).assign(
    people=[9, 5, 3, 1]
)


def test_a_journey_is_ground_check_in_flight_leaving_and_ground() -> None:
    found = air_circle(town(), CITIES.iloc[:1], CITIES, AIRPORTS, population="people", terms=TERMS)
    flight = 30 + 6 * DEGREE_KM / 1000 * 60
    beyond = 0.2 * DEGREE_KM * 1.5 / 30 * 60
    expected = 20 + 60 + flight + 20 + beyond
    assert found.minutes.loc["A", "far"] == pytest.approx(expected)
    assert found.flights.loc["A", "far"] == "X - Y"
    assert np.isinf(found.minutes.loc["A", "near"]), "111 km are not flown"
    assert np.isinf(found.minutes.loc["A", "lost"]), "too far from any airport"
    assert expected < AIR_CIRCLE_MIN
    assert found.table.loc["A"].tolist()[:3] == [1, pytest.approx(1 / 3), 5]
    assert found.table.geometry["A"].x == 112.0 and found.table.index.name == "origin"
    tight = air_circle(town(), CITIES.iloc[:1], CITIES, AIRPORTS, minutes=expected - 1e-6, terms=TERMS)
    closed = air_circle(
        town(), CITIES.iloc[:1], CITIES, AIRPORTS, minutes=float(found.minutes.loc["A", "far"]), terms=TERMS
    )
    assert (tight.table["destinations"].item(), closed.table["destinations"].item()) == (0, 1)


def kilometres(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> float:
    """As the product tells them, to the last bit."""
    at, to = ([[frame.geometry.x.item(), frame.geometry.y.item()]] for frame in (one, other))
    return float(between_km(np.array(at), np.array(to)).item())


def test_the_shortest_flight_and_the_farthest_straight_leg_are_closed_bounds() -> None:
    flight = kilometres(AIRPORTS.loc[["X"]], AIRPORTS.loc[["Y"]])
    beyond = kilometres(AIRPORTS.loc[["Y"]], CITIES.loc[["far"]])

    def reached(**terms: float) -> bool:
        found = air_circle(town(), CITIES.iloc[:1], CITIES, AIRPORTS, terms=replace(TERMS, **terms))
        return bool(np.isfinite(found.minutes.loc["A", "far"]))

    assert reached(shortest_flight_km=flight, beyond_km=beyond)
    assert not reached(shortest_flight_km=flight * (1 + 1e-9), beyond_km=beyond)
    assert not reached(shortest_flight_km=flight, beyond_km=beyond * (1 - 1e-9))


def test_the_way_back_takes_the_slow_side_of_the_road() -> None:
    found = air_circle(town(), CITIES.loc[["far"]], CITIES.iloc[:1], AIRPORTS, terms=TERMS).minutes.loc[
        "far", "A"
    ]
    there = air_circle(town(), CITIES.iloc[:1], CITIES, AIRPORTS, terms=TERMS).minutes.loc["A", "far"]
    assert found - there == pytest.approx(30.0)


def test_only_routes_that_are_given_are_flown_and_their_minutes_count() -> None:
    routes = pd.DataFrame({"from_airport": ["Z", "Z"], "to_airport": ["X", "Y"], "minutes": [45.0, None]})
    found = air_circle(town(), CITIES.iloc[:1], CITIES, AIRPORTS, routes=routes, terms=TERMS)
    assert found.minutes.loc["A", "near"] == pytest.approx(20 + 60 + 45 + 20)
    assert found.flights.loc["A", "near"] == "X - Z"
    assert np.isinf(found.minutes.loc["A", "far"]), "one flight, no change of planes"


def test_the_gate_takes_check_in_on_the_way_out_and_leaving_on_the_way_back() -> None:
    routes = pd.DataFrame({"from_airport": ["X"], "to_airport": ["Y"], "minutes": [70.0]})
    gates = with_flights(town(), AIRPORTS.loc[["X", "Y"]], routes, terms=TERMS).link_table
    for name in ("airport X", "airport Y"):
        gate = gates.loc[f"gate {name}", ["from_node", "minutes", "minutes_back"]]
        assert gate.tolist() == [name, 60.0, 20.0]


def test_hunan_equals_a_loop_over_all_pairs_of_airports(hunan: Region, hunan_network: TravelNetwork) -> None:
    codes = ["CSX", "DYG", "HJJ", "PEK", "SHA", "CAN", "CTU", "XIY", "HRB"]
    spots = airport_points(pd.DataFrame({"lon": np.nan, "lat": np.nan}, index=codes))
    origins = hunan.prefectures.iloc[:4]
    cities = spots.loc[["PEK", "SHA", "CAN", "CTU", "XIY", "HRB"]]
    found = air_circle(hunan_network, origins, cities, spots)
    terms = AirTerms()
    ground = minutes_table(hunan_network, origins, spots)
    for o in origins.index:
        for d in cities.index:
            best = np.inf
            for a in codes:
                km = shortest_km(spots.geometry[a], spots.geometry[d])
                if a != d and km >= 250 and np.isfinite(ground.loc[o, a]):
                    best = min(best, ground.loc[o, a] + 75 + 35 + km / 780 * 60 + 25)
            assert found.minutes.loc[o, d] == pytest.approx(best, abs=2e-6)
    changsha = found.minutes.iloc[0]
    assert changsha["CAN"] < changsha["PEK"] < changsha["HRB"]
    assert terms.block_min(np.array([780.0])) == 95.0


def shortest_km(a, b) -> float:
    return float(Geod(ellps="WGS84").inv(a.x, a.y, b.x, b.y)[2] / 1000.0)


def test_what_makes_no_circle_is_refused() -> None:
    with pytest.raises(InputError, match="minutes"):
        air_circle(town(), CITIES, CITIES, AIRPORTS, minutes=0)
    with pytest.raises(InputError, match="airports"):
        air_circle(town(), CITIES, CITIES, AIRPORTS.iloc[:0])
    with pytest.raises(InputError, match=r"destinations.*people"):
        air_circle(town(), CITIES, CITIES.assign(people=[1, None, 2, 3]), AIRPORTS, population="people")
    with pytest.raises(InputError, match="to_airport not among"):
        air_circle(
            town(),
            CITIES,
            CITIES,
            AIRPORTS,
            routes=pd.DataFrame({"from_airport": ["X"], "to_airport": ["Q"]}),
        )
    with pytest.raises(InputError, match="beyond_kmh"):
        AirTerms(beyond_kmh=0)


def test_minutes_of_a_flight_that_are_no_number_are_refused() -> None:
    routes = pd.DataFrame(
        {"from_airport": ["X"], "to_airport": ["Y"], "minutes": ["5:00"]}, index=["CSX-PEK"]
    )
    for minutes in ("5:00", -500.0, np.inf):
        with pytest.raises(InputError, match=r"routes: minutes .* at CSX-PEK"):
            air_circle(town(), CITIES, CITIES, AIRPORTS, routes=routes.assign(minutes=minutes), terms=TERMS)


def test_flights_without_minutes_are_counted() -> None:
    network = along(0, 400)
    airports = spots([(0, 0), (400, 0)], ["A", "B"])
    routes = pd.DataFrame({"from_airport": ["A", "B"], "to_airport": ["B", "A"], "minutes": [50.0, np.nan]})
    with pytest.warns(UrbgeoWarning, match="routes: 1 of 2 flights without minutes"):
        joined = with_flights(network, airports, routes)
    assert joined.provenance.shares["flights timed by distance"] == 0.5
    with pytest.warns(UrbgeoWarning, match="routes: 2 of 2 flights without minutes"):
        with_flights(network, airports, routes.assign(minutes=np.nan))
    assert len(joined.link_table.query("`class` == 'airport access'")) == 2, "one way to the node it is at"


@pytest.mark.parametrize("minutes", ["5:00", pd.Timedelta(minutes=50), -500.0, np.inf, True])
def test_minutes_of_a_flight_that_are_no_number_join_no_network(minutes: object) -> None:
    airports = spots([(0, 0), (400, 0)], ["A", "B"])
    routes = pd.DataFrame(
        {"from_airport": ["A"], "to_airport": ["B"], "minutes": [minutes]}, index=["CSX-PEK"]
    )
    with pytest.raises(InputError, match=r"routes: minutes "):
        with_flights(along(0, 400), airports, routes)


def test_of_several_flights_between_two_airports_the_quickest_counts() -> None:
    airports = spots([(0, 0), (400, 0)], ["A", "B"])
    routes = pd.DataFrame(
        {"from_airport": ["A", "A", "B"], "to_airport": ["B", "B", "A"], "minutes": [70.0, 50.0, 60.0]}
    )
    terms = AirTerms(check_in_min=0.0, leaving_min=0.0)
    joined = with_flights(along(0, 400), airports, routes, terms=terms)
    minutes = minutes_table(joined, airports, airports).loc["A", "B"]
    assert minutes == pytest.approx(50.0)


def test_nobody_flies_from_an_airport_to_itself_however_short_a_flight_may_be() -> None:
    short = replace(TERMS, shortest_flight_km=0.0)
    found = air_circle(town(), CITIES.iloc[:1], CITIES, AIRPORTS, terms=short)
    assert found.flights.loc["A"].tolist() == ["", "X - Y", "X - Z", ""]
    alone = air_circle(town(), CITIES.iloc[:1], CITIES.iloc[:1], AIRPORTS, terms=short)
    assert alone.table.loc["A", ["destinations", "share"]].tolist() == [0, 0], "of none others"
    assert "1 origins, 4 destinations within 240 min" in repr(found)
    assert {"minutes": 240.0, "check_in_min": 60, "beyond_km": 100.0}.items() <= dict(
        found.provenance.parameters
    ).items()


@pytest.mark.parametrize("oneway", [False, True])
def test_an_airport_beside_a_road_is_joined_to_both_its_ends(oneway: bool) -> None:
    """A kilometre off the road at 20 km/h, 4 km from A and 6 from B at a minute a kilometre."""
    road = along(0, 10, oneway=oneway)
    airports = spots([(4, 1), (400, 0)], ["X", "Y"])
    routes = pd.DataFrame({"from_airport": ["X"], "to_airport": ["Y"], "minutes": [50.0]})
    links = with_flights(road, airports, routes, terms=TERMS).link_table
    ways = links[links["class"] == "airport access"].set_index(["from_node", "to_node"])
    expected = {("airport X", "A"): (7, 7), ("airport X", "B"): (9, 9)}
    if oneway:
        expected = {("airport X", "B"): (9, np.nan), ("A", "airport X"): (7, np.nan)}
    assert set(ways.index) == set(expected)
    for ends, minutes in expected.items():
        assert ways.loc[ends, ["minutes", "minutes_back"]].tolist() == pytest.approx(minutes, nan_ok=True)
    assert ways["length_km"].tolist() == pytest.approx([1, 1]) and not ways["joinable"].any()
    assert links.loc["flight X - Y", ["minutes", "minutes_back"]].tolist() == [50, 50]


def test_a_flight_without_ways_about_it_takes_its_cruise() -> None:
    free = AirTerms(
        check_in_min=0, leaving_min=0, taxi_min=0, shortest_flight_km=0, beyond_km=0, cruise_kmh=600
    )
    assert free.block_min(np.array([0.0, 300.0])).tolist() == [0, 30]
    for field in ("cruise_kmh", "beyond_kmh", "beyond_detour"):
        with pytest.raises(InputError, match=f"AirTerms.{field}"):
            AirTerms(**{field: 0})


def test_airports_may_be_numbered() -> None:
    network, airports = along(0, 400), spots([(0, 0), (400, 0)], [7, 9])
    routes = pd.DataFrame({"from_airport": [7], "to_airport": [9], "minutes": [50.0]})
    links = with_flights(network, airports, routes).link_table
    assert links.loc["flight 7 - 9", "minutes"] == 50.0
    ways = links[links["class"] == "airport access"]
    assert ways.index.tolist() == ["access 1 airport 7", "access 1 airport 9"]
    assert ways["from_node"].tolist() == ["airport 7", "airport 9"] and ways["to_node"].tolist() == ["A", "B"]
