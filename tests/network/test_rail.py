"""Trains as links: every minute of a journey is one of the stated terms, and journeys agree with networkx."""

from __future__ import annotations

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
from urbgeo.network.rail import RailTerms, rail_tables

STATIONS = points([(0, 0), (50, 0), (90, 10), (50, 60)], ["S", "T", "U", "V"])
TERMS = RailTerms(access_min=10, egress_min=5, change_min=7, max_wait_min=20, service_hours=16)


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


def journeys(stops: pd.DataFrame, terms: RailTerms = TERMS) -> nx.DiGraph:
    """Explicit arcs for entering, waiting, riding, changing and leaving."""
    graph = nx.DiGraph()
    graph.add_nodes_from(STATIONS.index)
    aboard: dict[str, list[tuple[str, float]]] = {}
    for name, run in stops.sort_values("seq").groupby("service"):
        wait = min(terms.max_wait_min, terms.service_hours * 30.0 / run["trains_per_day"].iloc[0])
        before = None
        for stop in run.itertuples():
            here = (name, stop.seq)
            graph.add_edge(stop.station, here, weight=terms.access_min + wait)
            graph.add_edge(here, stop.station, weight=terms.egress_min)
            if before is not None:
                graph.add_edge(before, here, weight=stop.minutes)
                graph.add_edge(here, before, weight=stop.minutes)
            for other, other_wait in aboard.setdefault(stop.station, []):
                if other[0] != name:
                    graph.add_edge(other, here, weight=terms.change_min + wait)
                    graph.add_edge(here, other, weight=terms.change_min + other_wait)
            aboard[stop.station].append((here, wait))
            before = here
    return graph


def test_a_ride_is_access_wait_ride_and_egress() -> None:
    table = between_stations(trains(("G1", 48, [("S", 0), ("T", 30), ("U", 20)])))
    wait = 16 * 60 / 48 / 2
    assert table.loc["S", "T"] == 10 + wait + 30 + 5
    assert table.loc["U", "S"] == 10 + wait + 50 + 5
    assert np.isinf(table.loc["S", "V"])


def test_a_change_costs_the_change_and_the_next_wait() -> None:
    table = between_stations(trains(("G1", 48, [("S", 0), ("T", 30)]), ("G2", 96, [("T", 0), ("V", 40)])))
    assert table.loc["S", "V"] == 10 + 10 + 30 + (7 + 5) + 40 + 5
    assert table.loc["V", "S"] == 10 + 5 + 40 + (7 + 10) + 30 + 5


def test_the_wait_for_a_rare_train_is_capped() -> None:
    assert RailTerms(max_wait_min=15, service_hours=17).wait_min(pd.Series([1, 34, 68])).tolist() == [
        15,
        15,
        7.5,
    ]


def test_minutes_at_the_first_stop_do_not_matter() -> None:
    stops = trains(("G1", 48, [("S", np.nan), ("T", 30)]))
    pd.testing.assert_frame_equal(between_stations(stops), between_stations(stops.fillna({"minutes": 99})))


def test_stops_are_ordered_by_number_and_not_by_row_or_text() -> None:
    stops = trains(("G1", 48, [("S", 0), ("T", 30), ("U", 20)])).assign(seq=["2", "9", "10"])
    pd.testing.assert_frame_equal(
        between_stations(stops.iloc[::-1]), between_stations(stops.assign(seq=[1, 2, 3]))
    )


def test_ids_may_be_numbers() -> None:
    numbered = STATIONS.set_axis([1, 2, 3, 4])
    stops = trains(("x", 48, [("S", 0), ("T", 30)])).assign(service=7, station=[1, 2])
    nodes, links = rail_tables(numbered, stops, terms=TERMS)
    assert build_network(nodes, links).links["minutes"].sum() == 30 + 2 * 20


services = st.lists(
    st.tuples(
        st.integers(1, 120),
        st.lists(st.tuples(st.sampled_from("STUV"), st.integers(1, 90).map(float)), min_size=2, max_size=5),
    ),
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
        np.testing.assert_allclose(found.loc[one], expected, rtol=1e-12)


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


def test_a_station_that_is_called_like_a_stop_is_refused() -> None:
    with pytest.raises(InputError, match="ids that look like stops: G1 1 S"):
        rail_tables(STATIONS.rename(index={"V": "G1 1 S"}), trains(("G1", 48, [("S", 0), ("T", 30)])))


@pytest.mark.parametrize(("spoil", "message"), BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_bad_stations_are_refused(spoil: object, message: str) -> None:
    with pytest.raises(InputError, match=f"stations: .*{message}"):
        rail_tables(spoil(STATIONS), trains(("G1", 48, [("S", 0), ("T", 30)])))


@pytest.mark.parametrize("field", ["access_min", "egress_min", "change_min", "max_wait_min", "service_hours"])
@pytest.mark.parametrize("value", [-1, np.nan, np.inf, "5"])
def test_terms_without_sense_are_refused(field: str, value: object) -> None:
    with pytest.raises(InputError, match=f"RailTerms.{field}"):
        RailTerms(**{field: value})
