"""Reach counts pairs of cities within a time, by road, by rail with at least one train, and by the better."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from tests.access.two_cities import CITIES, NODES, ROADS
from tests.network.build import BAD_LAYERS, BAD_TIMES, QUICK, along, points
from tests.network.test_rail import TERMS, journeys, trains
from tests.network.test_regional import region
from urbgeo.access.reach import reach
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.regions.region import Region


def test_minutes_shares_and_people_are_as_counted_by_hand(micro: TravelNetwork) -> None:
    found = reach(micro, CITIES, minutes=70)
    assert found.minutes["road"].loc["p", ["q", "r"]].tolist() == [60, 150]
    assert found.minutes["rail"].loc["p", ["q", "r"]].tolist() == [20 + 30 + 5, 20 + 45 + 5]
    assert found.minutes["rail_station"].loc["p", ["q", "r"]].tolist() == [30, 45]
    assert found.minutes["rail_delay"].loc["p", "q"] == 55 + 10, "48 trains in 16 hours: one in 20 minutes"
    assert found.minutes["best"].loc["q", ["p", "r"]].tolist() == [55, 40]
    assert found.summary["pairs"].tolist() == [12] * 5
    assert found.summary["unknown"].tolist() == [6] * 5, "s joins no road: three pairs from it, three to it"
    assert found.among(["p", "q", "r"])["unknown"].tolist() == [0] * 5
    assert found.summary["within"].to_dict() == {
        "road": 2, "rail_station": 6, "rail": 6, "rail_delay": 4, "best": 6,
    }  # fmt: skip
    assert found.summary.loc["road", "weighted_share"] == pytest.approx(
        2 * 2 / (2 * (2 + 3 + 4 + 6 + 8 + 12))
    )
    assert found.cities["cities_best"].tolist() == [2, 2, 2, 0]
    assert found.cities["people_best"].tolist() == [5, 4, 3, 0]
    assert found.cities["status"].tolist() == ["attached"] * 3 + ["too far"]
    assert found.provenance.shares["cities unattached"] == 0.25
    assert repr(found).startswith("<Reach of 4 cities within 70 min: road 16.7%, rail_station 50.0%")


def test_names_go_with_their_cities_in_any_order(micro: TravelNetwork) -> None:
    cities = CITIES.assign(name=["甲", "乙", "丙", "丁"])
    names = cities["name"].to_dict()
    for order in ("pqrs", "srqp", "rpsq"):
        table = reach(micro, cities.loc[list(order)], population=None).table
        ends = table.index.to_frame()
        assert table["origin_name"].tolist() == ends["origin"].map(names).tolist()
        assert table["destination_name"].tolist() == ends["destination"].map(names).tolist()
        assert (ends["origin"] != ends["destination"]).all() and len(table) == 12


def test_a_trip_is_taken_apart_and_its_parts_add_up(micro: TravelNetwork) -> None:
    cities = points([(5, 0), (140, 0)], ["a", "b"]).assign(name=["甲", "乙"])
    row = reach(micro, cities, population=None).table.loc[("a", "b")]
    assert row[["station_from", "station_to", "status"]].tolist() == ["S", "V", "reached"]
    parts = [
        "drive_to_min",
        "buffer_min",
        "ride_min",
        "wait_min",
        "change_min",
        "egress_min",
        "drive_from_min",
    ]
    assert row[parts].tolist() == pytest.approx([5, 20, 45, 0, 0, 5, 10])
    assert row["rail_min"] == pytest.approx(85)
    assert (row["trains_per_day"], row["schedule_delay_min"], row["changes"]) == (48, 10, 0)
    assert (row["origin_name"], row["destination_name"]) == ("甲", "乙")


def test_stations_of_one_city_are_chosen_among_by_the_whole_trip() -> None:
    """The station next door has the slow train; the one 20 minutes off wins."""
    stops = trains(("K1", 48, [("S", 0), ("V", 100)]), ("G1", 48, [("T", 0), ("V", 30)]))
    micro = region(points([(0, 0), (20, 0), (150, 0)], ["S", "T", "V"]), ROADS, NODES)
    object.__setattr__(micro, "rail_stops", stops)
    found = reach(region_network(micro, rail_terms=TERMS), CITIES.iloc[[0, 2]], population=None)
    assert found.table.loc[("p", "r"), ["station_from", "drive_to_min", "ride_min"]].tolist() == ["T", 20, 30]


def test_shares_among_some_cities_count_their_pairs_alone(micro: TravelNetwork) -> None:
    found = reach(micro, CITIES, minutes=70)
    assert found.among(["p", "q"]).loc["road", ["pairs", "within"]].tolist() == [2, 2]
    with pytest.raises(InputError, match="x were not asked"):
        found.among(["p", "x"])
    with pytest.raises(InputError, match="two or more"):
        found.among(["p"])


def test_a_table_of_minutes_has_one_reading(micro: TravelNetwork) -> None:
    wide = minutes_table(micro.only(("road",)), CITIES.iloc[:3], CITIES.iloc[:3])
    found = reach(wide, CITIES.iloc[:3], minutes=70)
    assert found.summary.index.tolist() == ["travel"]
    assert found.summary.loc["travel", "within"] == 2
    assert found.minutes["travel"].loc["p", "r"] == 150


def test_zones_are_means_by_population(micro: TravelNetwork) -> None:
    zoned = CITIES.assign(zone=["west", "west", "east", "east"])
    zones = reach(micro, zoned, minutes=70, zone="zone").zones
    assert zones is not None
    assert zones["people_best"].to_dict() == pytest.approx(
        {"west": (1 * 5 + 2 * 4) / 3, "east": (3 * 3 + 4 * 0) / 7}
    )
    assert zones["cities_road"].to_dict() == pytest.approx({"west": 1.0, "east": 0.0})
    assert reach(micro, CITIES).zones is None
    alike = reach(micro, zoned, minutes=70, population=None, zone="zone").zones
    assert alike is not None
    assert alike["cities_best"].to_dict() == {"west": 2.0, "east": 1.0}
    with pytest.raises(InputError, match="cities: no column province"):
        reach(micro, CITIES, zone="province")


def test_a_city_is_at_itself_and_an_unattached_one_nowhere(micro: TravelNetwork) -> None:
    for table in reach(micro, CITIES).minutes.values():
        assert np.diag(table)[:3].tolist() == [0, 0, 0]
        assert table.loc["s"].isna().all()
        assert table["s"].isna().all()
        assert (table.index.name, table.columns.name) == ("origin", "destination")


def test_neighbours_at_one_station_have_no_rail_trip(micro: TravelNetwork) -> None:
    """By rail they would have to go away and come back."""
    neighbours = points([(58, 0), (62, 0)])
    found = reach(micro, neighbours, population=None)
    assert found.minutes["road"].loc["A", "B"] == pytest.approx(4)
    assert found.table.loc[("A", "B"), "status"] == "no ride"
    assert found.minutes["best"].loc["A", "B"] == pytest.approx(4)
    assert found.cities["people_road"].isna().all()
    assert np.isnan(found.summary.loc["road", "weighted_share"])


def test_without_trains_there_is_the_road_alone() -> None:
    found = reach(along(0, 60, 150), CITIES)
    assert list(found.minutes) == ["road"]
    assert repr(found).splitlines()[0] == "<Reach of 4 cities within 120 min: road 33.3%>"


def test_the_threshold_is_a_closed_bound(micro: TravelNetwork) -> None:
    assert reach(micro, CITIES, minutes=60).summary.loc["road", "within"] == 2
    assert reach(micro, CITIES, minutes=59.999).summary.loc["road", "within"] == 0


def test_pairs_are_directed_on_one_ways() -> None:
    found = reach(along(0, 60, 150, oneway=True), CITIES.iloc[:3], minutes=60)
    assert found.cities["cities_road"].tolist() == [1, 0, 0]
    assert found.cities["people_road"].tolist() == [2, 0, 0]


@QUICK
@given(
    st.lists(st.integers(0, 1500).map(lambda i: (i / 10, 0.0)), min_size=2, max_size=5),
    st.lists(
        st.tuples(
            st.integers(1, 120),
            st.lists(
                st.tuples(st.sampled_from("STUV"), st.integers(1, 60).map(float)), min_size=2, max_size=4
            ),
        ).filter(lambda one: len({station for station, _ in one[1]}) > 1),
        min_size=1,
        max_size=3,
    ),
    st.integers(10, 200),
)
def test_reach_equals_brute_force(
    drawn: list[tuple[float, float]], services: list[tuple[int, list[tuple[str, float]]]], limit: int
) -> None:
    stops = trains(*((f"G{number}", daily, run) for number, (daily, run) in enumerate(services)))
    place = {"S": 0.0, "T": 50.0, "U": 90.0, "V": 140.0}
    micro = region(points([(km, 0.0) for km in place.values()], list(place)), ROADS, NODES)
    object.__setattr__(micro, "rail_stops", stops)
    cities = points(drawn).assign(population=range(1, len(drawn) + 1))
    found = reach(region_network(micro, rail_terms=TERMS), cities, minutes=limit)
    ride = dict(nx.all_pairs_dijkstra_path_length(journeys(stops, for_good=True)))
    served = sorted(set(stops["station"]))
    within = 0
    for (i, one), (j, other) in itertools.permutations(enumerate(drawn), 2):
        drive = abs(one[0] - other[0])
        by_rail = min(
            (
                abs(one[0] - place[a]) + ride[a].get(f"{b} left", np.inf) + abs(other[0] - place[b])
                for a, b in itertools.permutations(served, 2)
                if max(abs(one[0] - place[a]), abs(other[0] - place[b])) <= 45
                and abs(place[a] - place[b]) >= drive / 2
                and abs(one[0] - place[a]) + abs(other[0] - place[b]) < drive
            ),
            default=np.inf,
        )
        assert found.minutes["road"].iloc[i, j] == pytest.approx(drive, abs=1e-3)
        assert found.minutes["rail"].iloc[i, j] == pytest.approx(by_rail, abs=1e-3)
        assert found.minutes["best"].iloc[i, j] == min(
            found.minutes[mode].iloc[i, j] for mode in ("road", "rail")
        )
        within += found.minutes["best"].iloc[i, j] <= limit
    assert found.summary.loc["best", "within"] == within
    assert found.cities["cities_best"].sum() == within
    people = cities["population"].to_numpy()
    assert found.cities["people_best"].sum() == sum(
        people[j]
        for i, j in itertools.permutations(range(len(drawn)), 2)
        if found.minutes["best"].iloc[i, j] <= limit
    )


def test_the_order_of_cities_changes_nothing(micro: TravelNetwork) -> None:
    first, second = reach(micro, CITIES), reach(micro, CITIES.iloc[::-1])
    assert_geodataframe_equal(first.cities, second.cities.loc[CITIES.index])
    pd.testing.assert_frame_equal(first.summary, second.summary)


def test_the_callers_cities_stay_as_they_are(micro: TravelNetwork) -> None:
    cities = CITIES.copy(deep=True)
    reach(micro, cities)
    pd.testing.assert_frame_equal(cities, CITIES)


@pytest.mark.parametrize(("spoil", "message"), BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_bad_cities_are_refused(spoil: object, message: str) -> None:
    with pytest.raises(InputError, match=f"^cities: .*{message}"):
        reach(along(0, 10), spoil(CITIES))


@pytest.mark.parametrize("minutes", BAD_TIMES)
def test_a_time_without_sense_is_refused(minutes: object) -> None:
    with pytest.raises(InputError, match="minutes"):
        reach(along(0, 10), CITIES, minutes=minutes)


def test_other_bad_requests_are_refused() -> None:
    with pytest.raises(InputError, match="at least two"):
        reach(along(0, 10), CITIES.iloc[:1])
    with pytest.raises(InputError, match="cities: no column people"):
        reach(along(0, 10), CITIES, population="people")
    with pytest.raises(InputError, match="negative or infinite at p"):
        reach(along(0, 10), CITIES.assign(population=[-1, 1, 1, 1]))
    with pytest.raises(InputError, match="network: it has no roads, only ferry"):
        reach(along(0, 10, mode="ferry"), CITIES)


def test_hunans_best_is_never_longer_than_driving(hunan: Region, hunan_network: TravelNetwork) -> None:
    found = reach(hunan_network, hunan.prefectures)
    road, best = found.minutes["road"], found.minutes["best"]
    assert (best <= road).all(axis=None)
    pd.testing.assert_frame_equal(
        road, minutes_table(hunan_network.only(("road",)), hunan.prefectures, hunan.prefectures)
    )
    assert found.minutes["rail"].loc["430100", "431200"] < road.loc["430100", "431200"]


def test_what_was_asked_is_told(micro: TravelNetwork) -> None:
    told = {"minutes": 70.0, "population": "population", "max_access_min": 45.0, "ride_share": 0.5}
    found = reach(micro, CITIES, minutes=70).provenance.parameters
    assert told.items() <= dict(found).items()
    assert reach(micro, CITIES, population=None).provenance.parameters["population"] is None
    named = reach(micro, CITIES, population=CITIES["population"].rename("人口"))
    assert named.provenance.parameters["population"] == "人口"


def test_a_table_in_another_order_keeps_every_pair_and_says_who_was_not_asked() -> None:
    table = pd.DataFrame({"from": ["q", "p", "r"], "to": ["p", "r", "q"], "minutes": [10.0, 80.0, 90.0]})
    found = reach(table, CITIES.loc[["r", "p", "s", "q"]], minutes=80)
    travel = found.minutes["travel"]
    assert travel.loc["q", "p"] == 10 and travel.loc["p", "r"] == 80 and travel.loc["r", "q"] == 90
    assert np.diag(travel).tolist() == [0] * 4 and np.isinf(travel).to_numpy().sum() == 9
    assert found.cities["status"].tolist() == ["reached", "reached", "not asked", "reached"]
    assert found.table["status"].value_counts().to_dict() == {"unreached": 9, "reached": 3}
    # q reaches p (2 * 1), p reaches r (1 * 3); all ordered pairs weigh 2 * (3 + 12 + 6 + 4 + 2 + 8) = 70.
    row = found.summary.loc["travel"]
    assert (row["pairs"], row["within"], row["share"]) == (12, 2, pytest.approx(2 / 12))
    assert row["weighted_share"] == pytest.approx(5 / 70)
    assert found.cities["people_travel"].to_dict() == {"r": 0, "p": 3, "s": 0, "q": 1}
