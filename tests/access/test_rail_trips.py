"""What a rail trip is: drive, train, drive, where the train is the trip; found for pairs, taken apart."""

from __future__ import annotations

import numpy as np
import pytest

from tests.access.two_cities import CITIES, NODES, ROADS
from tests.network.build import points
from tests.network.test_rail import TERMS, trains
from tests.network.test_regional import region
from urbgeo.access.rail_trips import RailTrips
from urbgeo.access.reach import reach
from urbgeo.errors import InputError
from urbgeo.network.regional import region_network


def test_a_ride_that_is_a_small_part_of_the_way_is_no_rail_trip() -> None:
    """Drive 4, ride 3 minutes, drive 66: nobody calls that a trip by rail."""
    stops = trains(("G1", 48, [("S", 0), ("T", 3)]))
    micro = region(points([(4, 0), (14, 0)], ["S", "T"]), ROADS, NODES)
    object.__setattr__(micro, "rail_stops", stops)
    network = region_network(micro, rail_terms=TERMS)
    cities = points([(0, 0), (50, 0)], ["a", "b"])
    found = reach(network, cities, population=None)
    assert found.table.loc[("a", "b"), "status"] == "no ride"
    assert np.isinf(found.minutes["rail"].loc["a", "b"]) and np.isinf(
        found.minutes["rail_station"].loc["a", "b"]
    )
    assert found.minutes["best"].loc["a", "b"] == pytest.approx(50)
    loose = reach(network, cities, population=None, rail=RailTrips(ride_share=0.2)).table.loc[("a", "b")]
    assert loose["rail_min"] == pytest.approx(4 + 20 + 3 + 5 + 36)
    short = reach(network, cities, population=None, rail=RailTrips(max_access_min=35)).table.loc[("a", "b")]
    assert short["status"] == "no station"
    exact = reach(network, cities, population=None, rail=RailTrips(max_access_min=36 + 1e-9, ride_share=0.2))
    assert exact.table.loc[("a", "b"), "status"] == "reached"


def test_pairs_of_stations_that_fail_are_left_out_before_the_quickest_is_chosen() -> None:
    """The stop on the way home is quicker to reach, yet only the long ride is a trip by rail."""
    stops = trains(("G1", 48, [("S", 0), ("T", 1)]), ("K1", 48, [("S", 0), ("V", 90)]))
    micro = region(points([(0, 0), (30, 0), (150, 0)], ["S", "T", "V"]), ROADS, NODES)
    object.__setattr__(micro, "rail_stops", stops)
    rule = RailTrips(max_access_min=130)
    trip = reach(region_network(micro, rail_terms=TERMS), CITIES.iloc[[0, 2]], population=None, rail=rule)
    assert trip.table.loc[("p", "r"), ["station_to", "ride_min"]].tolist() == ["V", 90]


@pytest.mark.parametrize("bad", [{"max_access_min": 0}, {"ride_share": 0}, {"ride_share": 1.5}])
def test_rules_without_sense_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(bad))):
        RailTrips(**bad)
