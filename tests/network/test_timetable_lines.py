"""A timetable as lines: runs that call at the same stops in the same order, as rail tables take them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.conftest import shared_data
from tests.network.feeds import FEED, MONDAY, feed_file
from urbgeo.errors import InputError
from urbgeo.network.minutes import node_table
from urbgeo.network.model import build_network
from urbgeo.network.rail import RailTerms, direct_rides, rail_tables
from urbgeo.network.timetable import build_timetable
from urbgeo.network.timetable_lines import lines_of
from urbgeo.sources.gtfs import read_gtfs


def test_lines_have_stations_in_order_minutes_and_trains_a_day(tmp_path: Path) -> None:
    stations, table = lines_of(build_timetable(read_gtfs(feed_file(tmp_path)), day=MONDAY))
    assert set(stations["name"]) == {"甲", "乙", "丙"}
    local = table[table["service"] == table.loc[table["station"] == "feed:B", "service"].iloc[0]]
    assert local[["seq", "station", "trains_per_day"]].to_numpy().tolist() == [
        [1, "feed:A", 1], [2, "feed:B", 1], [3, "feed:C", 1],
    ]  # fmt: skip
    assert np.isnan(local["minutes"].iloc[0]) and local["minutes"].tolist()[1:] == [10.0, 10.0]


def test_trains_in_a_window_are_scaled_so_that_waiting_is_right(tmp_path: Path) -> None:
    day = build_timetable(read_gtfs(feed_file(tmp_path)), day=MONDAY)
    _, table = lines_of(day, window=("08:00", "10:00"))
    terms = RailTerms(max_wait_min=999.0)
    assert terms.half_headway_min(table["trains_per_day"]).unique() == pytest.approx([60.0]), (
        "one train in two hours"
    )


def test_stops_at_the_minute_of_the_stop_before_are_spaced(tmp_path: Path) -> None:
    calls = [("A", 0), ("B", 0), ("C", 0), ("A", 6), ("B", 6)]
    rows = [f"t1,08:0{at}:00,08:0{at}:00,{stop},{n}" for n, (stop, at) in enumerate(calls)]
    text = FEED["stop_times"].splitlines()[0] + "\n" + "\n".join(rows) + "\n"
    trips = "route_id,service_id,trip_id\nR,week,t1\n"
    _, table = lines_of(
        build_timetable(read_gtfs(feed_file(tmp_path, stop_times=text, trips=trips)), day=MONDAY)
    )
    assert table["minutes"].tolist()[1:] == [1.5, 1.5, 1.5, 1.5]


def test_the_trains_of_porto_alegre_become_links_in_one_call() -> None:
    """A trip by line tables is access, half the headway, the ride of the timetable and egress."""
    timetable = build_timetable(read_gtfs(shared_data() / "porto_alegre/poa_trensurb.zip"), day="2019-05-15")
    stations, stops = lines_of(timetable)
    nodes, links = rail_tables(stations, stops)
    network = build_network(nodes, links)
    terms = RailTerms()
    line = stops[stops["service"] == stops["service"].mode()[0]]
    first, last = line["station"].iloc[0], line["station"].iloc[-1]
    place = network.nodes.index.get_indexer([first, last])
    found = node_table(network, place[:1], place[1:])[0, 0]
    pair = direct_rides(stations, stops).set_index(["from_station", "to_station"]).loc[(first, last)]
    wait = terms.half_headway_min(pair["trains_per_day"])
    assert wait < terms.max_wait_min
    rides = timetable.connections.groupby("run").agg(
        a=("departs", "min"), b=("arrives", "max"), hops=("run", "size")
    )
    whole = rides[rides["hops"] == len(line) - 1]
    assert found == pytest.approx(
        terms.access_min + wait + line["minutes"].sum() + terms.egress_min, rel=1e-6
    )
    least, most = ((whole["b"] - whole["a"]) / 60.0).agg(["min", "max"])
    assert least - 1e-9 <= line["minutes"].sum() <= most + 1e-9
    assert (links.loc[links["class"] == "ride", "oneway"]).all(), "each direction is a line of its own"


def test_a_city_of_buses_becomes_links_too() -> None:
    timetable = build_timetable(read_gtfs(shared_data() / "porto_alegre/poa_eptc.zip"), day="2019-05-15")
    with pytest.raises(InputError, match="no run begins in it"):
        lines_of(timetable, window=("08:00", "09:00"))  # the feed holds the buses of 11:20 to 16:00 only
    stations, stops = lines_of(timetable, window=("14:00", "15:00"))
    nodes, links = rail_tables(stations, stops)
    starts = timetable.connections.groupby("run")["departs"].min()
    runs = int(starts.between(14 * 3600, 15 * 3600, inclusive="left").sum())
    per_line = stops.groupby("service")["trains_per_day"].first() / RailTerms().service_hours
    assert per_line.sum() == pytest.approx(runs)
    calls = stops.groupby("service")["station"].agg(list)
    pairs = {(a, b) for one in calls for i, a in enumerate(one) for b in one[i + 1 :] if a != b}
    assert (links["class"] == "ride").sum() == len(pairs)
    assert set(links["from_node"]) <= set(nodes.index)


def test_runs_that_begin_in_the_window_count_and_its_end_is_open(tmp_path: Path) -> None:
    day = build_timetable(read_gtfs(feed_file(tmp_path)), day=MONDAY)
    for window, stops, daily in (
        (("08:10", "08:40"), ["feed:A", "feed:B", "feed:C"], 34.0),
        (("08:11", "08:41"), ["feed:A", "feed:C"], 34.0),
        (("08:10", "09:10"), ["feed:A", "feed:B", "feed:C", "feed:A", "feed:C"], 17.0),
    ):
        _, table = lines_of(day, window=window)
        assert table["station"].tolist() == stops and set(table["trains_per_day"]) == {daily}
    assert set(lines_of(day)[1]["trains_per_day"]) == {1.0}, "a day holds all of them once"
    assert set(lines_of(day, window=("08:10", "08:40"), service_hours=4)[1]["trains_per_day"]) == {8.0}
    assert not table["both_ways"].any() and not table["reserved"].any() and set(table["route_id"]) == {"R"}
