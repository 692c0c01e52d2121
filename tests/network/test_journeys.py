"""Journeys taken apart: the parts add up to the minutes, and the minutes are those of networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from tests.network.test_rail import STATIONS, TERMS, journeys, trains
from urbgeo.network import journeys as journeys_of_trains
from urbgeo.network.journeys import Journeys, _follow, _Legs, forecourts, rail_journeys
from urbgeo.network.model import build_network
from urbgeo.network.rail import rail_tables

STOPS = trains(
    ("G1", 16, [("S", 0), ("T", 30), ("U", 25)]),
    ("G2", 4, [("S", 0), ("T", 28)]),
    ("D1", 8, [("T", 0), ("V", 40)]),
)


def found(stops: pd.DataFrame = STOPS) -> tuple[Journeys, pd.Index]:
    rail = build_network(*rail_tables(STATIONS, stops, terms=TERMS))
    at = forecourts(rail)
    return rail_journeys(rail, at), rail.nodes.index[at]


def part(name: str, start: str, end: str) -> float:
    one, ids = found()
    held = one.minutes if name == "minutes" else one.trains if name == "trains" else one.parts[name]
    return float(held[ids.get_loc(start), ids.get_loc(end)])


def test_minutes_are_those_of_explicit_arcs_and_none_to_oneself() -> None:
    one, ids = found()
    graph = journeys(STOPS, for_good=True)
    for row, start in enumerate(ids):
        far = nx.single_source_dijkstra_path_length(graph, start)
        wanted = [np.inf if end == start else far.get(f"{end} left", np.inf) for end in ids]
        assert one.minutes[row].tolist() == pytest.approx(wanted)


def test_nobody_leaves_a_station_to_come_for_the_next_train_without_a_wait() -> None:
    """Out and in again would take 5 and 20 minutes, less than the change of 7 and the wait of 20."""
    assert part("minutes", "U", "V") == 20.0 + 25.0 + 7.0 + 20.0 + 40.0 + 5.0
    assert (part("buffer_min", "U", "V"), part("egress_min", "U", "V")) == (20.0, 5.0)


def test_the_parts_of_every_journey_add_up() -> None:
    one, _ = found()
    terms = ("buffer_min", "wait_min", "ride_min", "change_min", "egress_min")
    total = sum(one.parts[name] for name in terms)
    there = np.isfinite(one.minutes)
    np.testing.assert_allclose(total[there], one.minutes[there])


def test_a_direct_ride_and_a_change_by_hand() -> None:
    direct = {
        name: part(name, "S", "T") for name in ("buffer_min", "ride_min", "change_min", "egress_min", "rides")
    }
    assert direct == {
        "buffer_min": 20.0,
        "ride_min": 28.0,
        "change_min": 0.0,
        "egress_min": 5.0,
        "rides": 1.0,
    }
    assert part("rides", "U", "V") == 2.0
    assert part("change_min", "U", "V") == TERMS.change_min
    assert part("ride_min", "U", "V") == 25.0 + 40.0
    assert part("wait_min", "U", "V") == TERMS.max_wait_min  # 16 hours over 8 trains, halved, is more


def test_the_rarest_leg_tells_how_often_one_may_go() -> None:
    assert part("trains", "U", "V") == 8.0
    assert part("trains", "S", "T") == 20.0  # both patterns pool


def test_what_was_found_cannot_be_changed_and_is_kept() -> None:
    rail = build_network(*rail_tables(STATIONS, STOPS, terms=TERMS))
    once, again = (rail_journeys(rail, forecourts(rail)) for _ in range(2))
    assert once is again
    with pytest.raises(ValueError, match="read-only"):
        once.minutes[0, 0] = 1.0


def test_journeys_of_more_stations_than_are_kept_are_the_same_and_found_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, _ = found()
    assert found()[0] is kept
    for most, again in ((4, True), (3, False)):
        monkeypatch.setattr(journeys_of_trains, "KEPT_STATIONS", most)
        one, ids = found()
        assert len(ids) == 4 and (one is kept) is again
        np.testing.assert_array_equal(one.minutes, kept.minutes)


def test_legs_of_a_country_of_nodes_are_told_apart() -> None:
    """From node 90,000 to 99,999 of 100,000: the number of the leg is above what 32 bits hold."""
    count, start, end = 100_000, 90_000, 99_999
    keys = np.array([5, 20_000 * count, start * count + end], np.int64)
    minutes = np.array([1.0, 2.0, 7.0])
    legs = _Legs(count, keys, minutes, {"ride_min": minutes}, np.array([9.0, 8.0, 3.0]))
    before = np.full((1, count), -9999, np.int32)  # as SciPy gives them
    before[0, end] = start
    parts, trains = {"ride_min": np.zeros((1, 1))}, np.full((1, 1), np.inf)
    _follow(legs, before, np.array([start]), np.array([end]), parts, trains)
    assert (parts["ride_min"][0, 0], trains[0, 0]) == (7.0, 3.0)
