"""Living circles, response and shelters equal loops and a network-flow oracle."""

from __future__ import annotations

import math
from collections.abc import Callable

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.tables import amounts_for, long_of, named, wide_tables
from tests.network.build import along, points
from urbgeo.access.living import (
    CAPACITY_MIN,
    EMERGENCY_MIN,
    HALF_HOUR_CIRCLE,
    LIVING_CIRCLE,
    emergency_response,
    living_circles,
    shelter_places,
    walking_circle,
)
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.minutes import minutes_table

SERVICES = {"park": ("open", 5.0), "school": ("learn", 10.0), "library": ("learn", 15.0)}
T = named([[5, 12, 15], [4, 10, 20], [math.inf, 9, 15]])
KIND = pd.Series(["park", "school", "library"], index=list("uvw"))
PEOPLE = pd.Series([10.0, 20.0, 70.0], index=list("abc"), name="people")

ignore_warnings = pytest.mark.filterwarnings("ignore::urbgeo.errors.UrbgeoWarning")


def test_completeness_composite_and_complete_circles() -> None:
    found = living_circles(T, PEOPLE, KIND, services=SERVICES)
    assert found.table["completeness"].tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    assert found.table["composite"].tolist() == pytest.approx([0.75, 0.75, 0.5])
    five = {
        "p": ("open", 9.0),
        "q": ("learn", 9.0),
        "r": ("learn", 5.0),
        "s": ("learn", 5.0),
        "t": ("care", 5.0),
    }
    wide = living_circles(
        named([[8] * 5]), PEOPLE.iloc[:1], pd.Series(list("pqrst"), list("uvwxy")), services=five
    )
    assert wide.table["composite"].tolist() == pytest.approx([(1 + 1 / 3 + 0) / 3]), "means of means"
    assert wide.table["completeness"].tolist() == [0.4]
    assert found.services["share"].to_dict() == pytest.approx({"park": 0.3, "school": 0.9, "library": 0.8})
    assert found.share_complete == 0
    assert living_circles(T, PEOPLE, KIND, services={"school": ("learn", 10.0)} | {
        "park": ("open", 5.0), "library": ("learn", 20.0)}).share_complete == pytest.approx(0.2)  # fmt: skip


@ignore_warnings
@settings(deadline=None, max_examples=25)
@given(wide_tables(), st.data())
def test_circles_equal_a_loop(table: pd.DataFrame, data: st.DataObject) -> None:
    people = amounts_for(data.draw, table.index)
    kinds = [data.draw(st.sampled_from(sorted(SERVICES))) for _ in table.columns]
    kind = pd.Series(kinds, index=table.columns)
    found = living_circles(table, people, kind, services=SERVICES)
    for place in table.index:
        for name, (_, limit) in SERVICES.items():
            least = min((table.loc[place, k] for k in kind.index if kind[k] == name), default=math.inf)
            assert found.table.loc[place, f"minutes {name}"] == least
            assert found.table.loc[place, f"within {name}"] == (least <= limit)
    from_long = living_circles(long_of(table), people, kind, services=SERVICES)
    same = [one.table.drop(columns="status") for one in (from_long, found)]
    pd.testing.assert_frame_equal(*same, check_names=False)


@ignore_warnings
@settings(deadline=None)
@given(wide_tables(), st.data())
def test_help_runs_from_the_station_to_the_place(table: pd.DataFrame, data: st.DataObject) -> None:
    people = amounts_for(data.draw, table.columns)
    found = emergency_response(table, people, minutes=15)
    for place in table.columns:
        times = sorted([*table[place], math.inf])
        assert found.loc[place, "minutes"] == times[0]
        assert found.loc[place, "second_min"] == times[1]
        assert found.loc[place, "in_time"] == (times[0] <= 15)
        expected = table[place].idxmin() if times[0] < math.inf else None
        assert found.loc[place, "station"] == expected or expected is None


@ignore_warnings
@settings(deadline=None, max_examples=50)
@given(wide_tables(4), st.data())
def test_shelters_take_as_many_as_a_greatest_flow_at_least_cost(
    table: pd.DataFrame, data: st.DataObject
) -> None:
    table = np.floor(table)
    people, room = amounts_for(data.draw, table.index), amounts_for(data.draw, table.columns)
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for place in table.index:
        graph.add_edge("source", place, capacity=int(people[place]), weight=0)
        for shelter in table.columns:
            if table.loc[place, shelter] <= 30:
                graph.add_edge(place, shelter, weight=int(table.loc[place, shelter]))
    for shelter in table.columns:
        graph.add_edge(shelter, "sink", capacity=int(room[shelter]), weight=0)
    flow = nx.max_flow_min_cost(graph, "source", "sink")
    found = shelter_places(table, people, room, minutes=30)
    assert found["placed"].sum() == pytest.approx(sum(flow["source"].values()), abs=1e-6)
    walked = (found["placed"] * found["mean_minutes"].fillna(0)).sum()
    assert walked == pytest.approx(nx.cost_of_flow(graph, flow), abs=1e-5)
    assert (found["placed"] <= people + 1e-9).all()


def test_the_circles_planners_ask_for_are_there() -> None:
    assert set(walking_circle(5)) == {"social convenience", "park", "elderly care"}
    assert set(walking_circle(10)) - set(walking_circle(5)) == {"primary school", "market"}
    assert walking_circle(15) == LIVING_CIRCLE
    assert set(walking_circle(15)) - set(walking_circle(10)) == {
        "secondary school", "health", "culture", "sport", "waterfront",
    }  # fmt: skip
    assert {limit for _, limit in HALF_HOUR_CIRCLE.values()} == {30.0}
    assert (EMERGENCY_MIN["fire"], EMERGENCY_MIN["ambulance"]) == (5.0, 15.0)
    assert set(CAPACITY_MIN) == {"shelter", "tier-3 hospital"}


def test_an_ambulance_may_come_where_a_fire_engine_comes_late() -> None:
    stations = T.set_axis(["s", "t", "r"], axis=0).rename_axis("origin")
    people = pd.Series(1.0, index=list("uvw"))
    fire, ambulance = (
        emergency_response(stations, people, minutes=EMERGENCY_MIN[one]) for one in ("fire", "ambulance")
    )
    assert fire["in_time"].tolist() == [True, False, False]
    assert ambulance["in_time"].tolist() == [True, True, True]
    assert emergency_response(stations, people).equals(fire)


def test_a_service_nobody_offers_is_told() -> None:
    with pytest.warns(UrbgeoWarning, match="no facility offers pool"):
        found = living_circles(T, PEOPLE, KIND, services=SERVICES | {"pool": ("sport", 15.0)})
    assert found.table["minutes pool"].tolist() == [math.inf] * 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: living_circles(T, PEOPLE, KIND.replace("park", "zoo"), services=SERVICES), "zoo .* at u"),
        (lambda: living_circles(T, PEOPLE, KIND.iloc[:2], services=SERVICES), "not among the destin.* w"),
        (lambda: living_circles(T, PEOPLE, KIND.iloc[:0], services=SERVICES), "service: give"),
        (lambda: living_circles(T, PEOPLE, pd.concat([KIND, KIND]), services=SERVICES), "repeated ids"),
        (lambda: living_circles(T, -PEOPLE, KIND, services=SERVICES), "negative"),
        (lambda: living_circles(T, PEOPLE, KIND, services={}), "at least one"),
        (lambda: living_circles(T, PEOPLE, KIND, services={"park": ("x", -1)}), "services"),
        (lambda: living_circles(T, PEOPLE, KIND.to_frame("kind"), services=SERVICES), "service: say which"),
        (lambda: walking_circle(4), "no service is due within 4"),
        (lambda: walking_circle(-1), "minutes"),
        (lambda: emergency_response(T, PEOPLE), "not among the destinations at u, v, w"),
        (lambda: emergency_response(T, pd.Series(1.0, list("uvw")), minutes=0), "minutes"),
        (lambda: shelter_places(T, PEOPLE, -pd.Series(1.0, list("uvw")), minutes=9), "capacity"),
        (lambda: shelter_places(T, PEOPLE, pd.Series(1.0, list("uvwx")), minutes=9), "none of the dest.* x"),
        (lambda: shelter_places(T, PEOPLE, pd.Series(1.0, list("uvw")), minutes=-9), "minutes"),
    ],
)
def test_bad_input_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


ONEWAY = along(0, 10, 30, oneway=True)
HOMES = points([(0, 0), (10, 0), (30, 0)], list("abc")).assign(people=[10.0, 20.0, 30.0], name=list("ABC"))


def test_a_network_answers_as_its_table_and_help_comes_from_the_stations() -> None:
    stations = points([(5, 0)], ["s"]).assign(room=25.0, kind="park")
    help_ = emergency_response(ONEWAY, HOMES, stations, population="people", minutes=5)
    assert help_["minutes"].tolist() == pytest.approx([math.inf, 5, 25])
    assert help_["status"].tolist() == ["unreached", "reached", "reached"]
    table = minutes_table(ONEWAY, stations, HOMES)
    pd.testing.assert_frame_equal(
        emergency_response(table, HOMES, stations, population="people", minutes=5), help_
    )
    assert help_.columns[0] == "name" and help_.attrs["provenance"].parameters["direction"] == "from"
    walked = shelter_places(ONEWAY, HOMES, stations, population="people", capacity="room", minutes=6)
    assert walked["placed"].tolist() == [10, 0, 0]
    assert walked["status"].tolist() == ["reached", "unreached", "unreached"]
    circle = living_circles(
        ONEWAY, HOMES, stations, population="people", service="kind", services={"park": ("open", 5.0)}
    )
    assert circle.table["within park"].tolist() == [True, False, False]
    assert circle.share_complete == pytest.approx(1 / 6)
    assert "16.7% of people complete" in repr(circle) and circle.summary is circle.services


def test_shelters_exactly_at_the_bound_count() -> None:
    people, room = pd.Series({"a": 4.0}), pd.Series({"u": 9.0})
    found = shelter_places(named([[30.0]]), people, room, minutes=30)
    assert found["placed"].tolist() == [4]
    assert shelter_places(named([[30.0]]), people, room, minutes=29.9)["placed"].tolist() == [0]


def test_services_are_counted_and_what_was_asked_is_told() -> None:
    table = T.copy()
    table.loc["d"] = math.inf
    people = pd.Series([10.0, 20.0, 70.0, 0.0], index=list("abcd"))
    found = living_circles(table, people, KIND.replace("library", "school"), services=SERVICES)
    assert found.services["facilities"].to_dict() == {"park": 1, "school": 2, "library": 0}
    assert found.services["category"].to_dict() == {"park": "open", "school": "learn", "library": "learn"}
    assert found.services["minutes"].to_dict() == {"park": 5, "school": 10, "library": 15}
    assert found.table["people"].tolist() == [10, 20, 70, 0]
    assert found.table["status"].tolist() == ["reached"] * 3 + ["unreached"]
    assert found.provenance.shares["places unreached"] == 0.25
    assert found.provenance.parameters["services"]["park"] == ("open", 5.0)
    nobody = living_circles(table, people * 0, KIND, services=SERVICES)
    assert math.isnan(nobody.share_complete) and nobody.services["share"].isna().all()


def test_who_finds_room_walks_least_and_who_finds_none_is_counted() -> None:
    """u takes three of a's five at 4 minutes; b takes the seat in v at 9, and a's two have none there."""
    table = named([[4, 30], [20, 9], [99, 99]])
    people, room = pd.Series([5.0, 1.0, 2.0], list("abc")), pd.Series([3.0, 1.0], list("uv"))
    found = shelter_places(table, people, room, minutes=20)
    assert found["placed"].tolist() == pytest.approx([3, 1, 0])
    assert found["unplaced"].tolist() == pytest.approx([2, 0, 2])
    assert found["mean_minutes"].tolist() == pytest.approx([4, 9, math.nan], nan_ok=True)
    assert found["people"].tolist() == [5, 1, 2] and found["status"].tolist()[2] == "unreached"
    assert found.attrs["provenance"].parameters["minutes"] == 20
    assert emergency_response(table.T, room, minutes=9).attrs["provenance"].parameters["minutes"] == 9
