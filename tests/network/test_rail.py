"""Trains as links: every minute of a journey is one of the stated terms, and journeys agree with networkx."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import BAD_LAYERS, QUICK, points
from urbgeo.errors import InputError
from urbgeo.network.minutes import node_table
from urbgeo.network.model import build_network
from urbgeo.network.rail import RailTerms, direct_rides, rail_tables

STATIONS = points([(0, 0), (50, 0), (90, 10), (50, 60)], ["S", "T", "U", "V"])
TERMS = RailTerms(buffer_min=20, access_min=2, egress_min=5, change_min=7, max_wait_min=20, service_hours=16)


def trains(*services: tuple[str, int, list[tuple[str, float]]]) -> pd.DataFrame:
    """(name, trains a day, [(station, minutes from the stop before), ...])."""
    return pd.DataFrame(
        [
            {"service": name, "seq": seq, "station": station, "minutes": minutes, "trains_per_day": daily}
            for name, daily, stops in services
            for seq, (station, minutes) in enumerate(stops, start=1)
        ]
    )


def between_stations(stops: pd.DataFrame, terms: RailTerms = TERMS) -> pd.DataFrame:
    network = build_network(*rail_tables(STATIONS, stops, terms=terms))
    at = network.nodes.index.get_indexer(STATIONS.index).astype(np.int64)
    return pd.DataFrame(node_table(network, at, at), index=STATIONS.index, columns=STATIONS.index)


def pooled(patterns: list[tuple[float, float]], terms: RailTerms, cap: float = np.inf) -> float:
    """Least ride and half headway together over every set of patterns (minutes, trains a day)."""
    costs = []
    for size in range(1, len(patterns) + 1):
        for some in itertools.combinations(patterns, size):
            daily = sum(n for _, n in some)
            mean = sum(minutes * n for minutes, n in some) / daily
            costs.append(mean + min(cap, terms.service_hours * 30.0 / daily))
    return min(costs)


def patterns(stops: pd.DataFrame) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """(minutes, trains a day) of every service by the ordered pair of stations it serves."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _, run in stops.sort_values("seq").groupby("service"):
        best: dict[tuple[str, str], float] = {}
        calls = list(run.itertuples())
        for i, j in itertools.combinations(range(len(calls)), 2):
            minutes = sum(call.minutes for call in calls[i + 1 : j + 1])
            for pair in ((calls[i].station, calls[j].station), (calls[j].station, calls[i].station)):
                if pair[0] != pair[1]:
                    best[pair] = min(minutes, best.get(pair, np.inf))
        for pair, minutes in best.items():
            found.setdefault(pair, []).append((minutes, calls[0].trains_per_day))
    return found


def journeys(stops: pd.DataFrame, terms: RailTerms = TERMS, *, for_good: bool = False) -> nx.DiGraph:
    """Explicit arcs for coming, riding, changing and leaving; reserved trains.

    Who leaves ``for_good`` is at ``"S left"``, where no train is boarded from.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(STATIONS.index)
    for (start, end), some in patterns(stops).items():
        graph.add_edge(start, (start, "first"), weight=terms.buffer_min)
        graph.add_edge((start, "first"), (end, "there"), weight=min(minutes for minutes, _ in some))
        graph.add_edge((start, "there"), (start, "next"), weight=terms.change_min)
        graph.add_edge((start, "next"), (end, "there"), weight=pooled(some, terms, terms.max_wait_min))
        graph.add_edge((end, "there"), f"{end} left" if for_good else end, weight=terms.egress_min)
    return graph


def test_a_reserved_ride_is_buffer_ride_and_egress_and_no_headway() -> None:
    table = between_stations(trains(("G1", 48, [("S", 0), ("T", 30), ("U", 20)])))
    assert table.loc["S", "T"] == 20 + 30 + 5
    assert table.loc["U", "S"] == 20 + 50 + 5
    assert np.isinf(table.loc["S", "V"])


def test_a_turn_up_ride_waits_half_the_headway_of_all_that_serve_the_pair() -> None:
    one = trains(("M1", 48, [("S", 0), ("T", 30), ("U", 20)])).assign(reserved=False)
    assert between_stations(one).loc["S", "T"] == 2 + 10 + 30 + 5
    both = pd.concat([one, trains(("M2", 48, [("S", 0), ("T", 30)])).assign(reserved=False)])
    assert between_stations(both).loc["S", "T"] == 2 + 5 + 30 + 5
    assert between_stations(both).loc["S", "U"] == 2 + 10 + 50 + 5, "the second does not serve it"
    rare = trains(("M1", 4, [("S", 0), ("T", 30)])).assign(reserved=False)
    assert between_stations(rare).loc["S", "T"] == 2 + 20 + 30 + 5, "capped"


def test_a_change_costs_the_change_and_the_next_wait() -> None:
    table = between_stations(trains(("G1", 48, [("S", 0), ("T", 30)]), ("G2", 96, [("T", 0), ("V", 40)])))
    assert table.loc["S", "V"] == 20 + 30 + (7 + 5) + 40 + 5
    assert table.loc["V", "S"] == 20 + 40 + (7 + 10) + 30 + 5


def test_patterns_pool_their_trains_and_slow_ones_only_while_worth_it() -> None:
    """136 trains a day are not four, and a train of three hours does not help who can ride half an hour."""
    fast, also = ("G1", 4, [("S", 0), ("T", 30)]), ("G2", 132, [("S", 0), ("T", 30)])
    rides = direct_rides(STATIONS, trains(fast, also), terms=TERMS).set_index(["from_station", "to_station"])
    assert rides.loc[("S", "T"), "trains_per_day"] == 136
    assert rides.loc[("S", "T"), "delay_min"] == pytest.approx(16 * 60 / 136 / 2)
    alone = direct_rides(STATIONS, trains(fast), terms=TERMS)
    assert alone["delay_min"].tolist() == [120.0, 120.0]
    slow = ("K1", 60, [("S", 0), ("T", 180)])
    mixed = direct_rides(STATIONS, trains(("G1", 32, [("S", 0), ("T", 30)]), slow), terms=TERMS)
    assert mixed["delay_min"].tolist() == [15.0, 15.0]
    assert mixed["ride_min"].tolist() == [30.0, 30.0]


def test_minutes_at_the_first_stop_do_not_matter() -> None:
    stops = trains(("G1", 48, [("S", np.nan), ("T", 30)]))
    pd.testing.assert_frame_equal(between_stations(stops), between_stations(stops.fillna({"minutes": 99})))


def test_who_boards_on_the_way_does_not_ride_the_time_the_train_stood_there() -> None:
    """Minutes go from arrival to arrival: 20 of them hold the 3 that the train stands at T."""
    stops = trains(("G1", 48, [("S", 0), ("T", 30), ("U", 20)])).assign(dwell_min=[0, 3, 0])
    rides = direct_rides(STATIONS, stops).set_index(["from_station", "to_station"])["ride_min"]
    assert rides[[("S", "T"), ("T", "U"), ("S", "U")]].tolist() == [30, 17, 50]
    assert rides[[("U", "S"), ("T", "S"), ("U", "T")]].tolist() == [50, 30, 17]
    with pytest.raises(InputError, match="dwell_min not below the minutes to the next stop at G1 stop 2"):
        direct_rides(STATIONS, stops.assign(dwell_min=[0, 20, 0]))


def test_stops_are_ordered_by_number_and_not_by_row_or_text() -> None:
    stops = trains(("G1", 48, [("S", 0), ("T", 30), ("U", 20)])).assign(seq=["2", "9", "10"])
    pd.testing.assert_frame_equal(
        between_stations(stops.iloc[::-1]), between_stations(stops.assign(seq=[1, 2, 3]))
    )


def test_ids_may_be_numbers() -> None:
    numbered = STATIONS.set_axis([1, 2, 3, 4])
    stops = trains(("x", 48, [("S", 0), ("T", 30)])).assign(service=7, station=[1, 2])
    nodes, links = rail_tables(numbered, stops, terms=TERMS)
    assert build_network(nodes, links).links.loc[links["class"] == "ride", "ride_min"].tolist() == [30.0] * 4


services = st.lists(
    st.tuples(
        st.integers(1, 120),
        st.lists(st.tuples(st.sampled_from("STUV"), st.integers(1, 90).map(float)), min_size=2, max_size=5),
    ).filter(lambda one: len({station for station, _ in one[1]}) > 1),
    min_size=1,
    max_size=4,
)


@QUICK
@given(services)
def test_journeys_equal_networkx_with_explicit_arcs(drawn: list[tuple[int, list[tuple[str, float]]]]) -> None:
    stops = trains(*((f"G{number}", daily, run) for number, (daily, run) in enumerate(drawn)))
    found, graph = between_stations(stops), journeys(stops)
    for one in STATIONS.index:
        lengths = nx.single_source_dijkstra_path_length(graph, one)
        expected = [lengths.get(other, np.inf) for other in STATIONS.index]
        np.testing.assert_allclose(found.loc[one], expected, rtol=0, atol=3e-6)


@QUICK
@given(services)
def test_delays_equal_the_best_set_of_patterns(drawn: list[tuple[int, list[tuple[str, float]]]]) -> None:
    stops = trains(*((f"G{number}", daily, run) for number, (daily, run) in enumerate(drawn)))
    expected = patterns(stops)
    found = direct_rides(STATIONS, stops, terms=TERMS).set_index(["from_station", "to_station"])
    assert set(found.index) == set(expected)
    for pair, some in expected.items():
        quickest = min(minutes for minutes, _ in some)
        assert found.loc[pair, "ride_min"] == pytest.approx(quickest)
        assert found.loc[pair, "delay_min"] == pytest.approx(pooled(some, TERMS) - quickest)
        assert found.loc[pair, "paced_min"] == pytest.approx(pooled(some, TERMS, TERMS.max_wait_min))


@QUICK
@given(services)
def test_another_train_never_lengthens_a_journey(drawn: list[tuple[int, list[tuple[str, float]]]]) -> None:
    runs = [(f"G{number}", daily, run) for number, (daily, run) in enumerate(drawn)]
    more = trains(*runs, ("new", 30, [("S", 0), ("V", 25)]))
    assert (between_stations(more) <= between_stations(trains(*runs))).all(axis=None)


def test_a_service_in_one_direction_carries_nobody_back() -> None:
    stops = trains(("G1", 48, [("S", 0), ("T", 30)])).assign(both_ways=False)
    found = between_stations(stops)
    assert found.loc["S", "T"] == between_stations(stops.drop(columns="both_ways")).loc["S", "T"]
    assert np.isinf(found.loc["T", "S"])


def test_the_callers_tables_stay_as_they_are() -> None:
    stops = trains(("G1", 48, [("S", 0), ("T", 30)])).assign(seq=["1", "2"])
    before = stops.copy(deep=True)
    rail_tables(STATIONS, stops)
    pd.testing.assert_frame_equal(stops, before)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"station": ["S", "X", "U"]}, "station unknown at G1 stop 2"),
        ({"minutes": [0.0, 0.0, np.nan]}, "minutes not > 0 at G1 stop 2, G1 stop 3"),
        ({"minutes": [0.0, -5.0, 20.0]}, "minutes is negative or infinite at G1 stop 2"),
        ({"trains_per_day": [0, 48, np.nan]}, "missing or not a number at G1 stop 3.*no trains at G1 stop 1"),
        ({"seq": [1, 1, None]}, "seq is missing or not a number.*two stops in one place"),
        ({"service": ["G1", "G1", "G2"]}, "a single stop at G2 stop 3"),
        ({"both_ways": [True, "no", None]}, "both_ways is neither True nor False at G1 stop 2, G1 stop 3"),
        ({"reserved": [True, "no", None]}, "reserved is neither True nor False at G1 stop 2, G1 stop 3"),
    ],
)
def test_bad_stops_are_refused(columns: dict[str, object], message: str) -> None:
    stops = trains(("G1", 48, [("S", 0), ("T", 30), ("U", 20)])).assign(**columns)
    with pytest.raises(InputError, match=f"stops: .*{message}"):
        rail_tables(STATIONS, stops)


def test_missing_columns_and_rows_are_refused() -> None:
    stops = trains(("G1", 48, [("S", 0), ("T", 30)]))
    with pytest.raises(InputError, match="stops: no column seq, minutes"):
        rail_tables(STATIONS, stops.drop(columns=["seq", "minutes"]))
    with pytest.raises(InputError, match="stops: it has no rows"):
        rail_tables(STATIONS, stops.iloc[:0])


def test_a_station_that_is_called_like_a_platform_is_refused() -> None:
    with pytest.raises(InputError, match="ids that look like platforms: S boarding"):
        rail_tables(STATIONS.rename(index={"V": "S boarding"}), trains(("G1", 48, [("S", 0), ("T", 30)])))


@pytest.mark.parametrize(("spoil", "message"), BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_bad_stations_are_refused(spoil: object, message: str) -> None:
    with pytest.raises(InputError, match=f"stations: .*{message}"):
        rail_tables(spoil(STATIONS), trains(("G1", 48, [("S", 0), ("T", 30)])))


@pytest.mark.parametrize(
    "field", ["buffer_min", "access_min", "egress_min", "change_min", "max_wait_min", "service_hours"]
)
@pytest.mark.parametrize("value", [-1, np.nan, np.inf, "5"])
def test_terms_without_sense_are_refused(field: str, value: object) -> None:
    with pytest.raises(InputError, match=f"RailTerms.{field}"):
        RailTerms(**{field: value})


def test_minutes_that_are_spans_of_time_are_refused() -> None:
    stops = trains(("G1", 40, [("S", 0), ("T", 15)]))
    timed = stops.assign(minutes=pd.to_timedelta(stops["minutes"], unit="m"))
    with pytest.raises(InputError, match="minutes holds spans of time"):
        rail_tables(STATIONS, timed)


def test_terms_of_no_minutes_are_terms() -> None:
    free = RailTerms(buffer_min=0, access_min=0, egress_min=0, change_min=0, max_wait_min=0)
    stops = trains(("G1", 48, [("S", 0), ("T", 30)]), ("G2", 96, [("T", 0), ("V", 40)]))
    assert between_stations(stops, free).loc["S", ["T", "V"]].tolist() == [30, 70]
