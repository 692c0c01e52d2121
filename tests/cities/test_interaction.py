"""Gravity, radiation, Huff, dominant flows, network shape, polycentricity and belts."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cities.systems_made import frame, system
from tests.network.build import along, points
from urbgeo.cities.balancing import doubly_constrained
from urbgeo.cities.gravity import fit_gravity, gravity_links
from urbgeo.cities.interaction import (
    breaking_point,
    dominant_flows,
    field_strength,
    huff,
    radiation,
    urban_belt,
)
from urbgeo.cities.shape import network_shape, polycentricity
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.model import build_network


def test_radiation_equals_its_formula_by_loops() -> None:
    _, cost, out, into = system(6, 9)
    jobs = into[::-1].set_axis(into.index) / 3
    found = radiation(out, cost, trips=into, opportunities=jobs).to_numpy()
    m, n, d = out.to_numpy(), jobs.to_numpy(), cost.to_numpy()
    for i in range(6):
        for j in range(6):
            if i == j:
                assert found[i, j] == 0
                continue
            s = sum(n[k] for k in range(6) if k not in (i, j) and d[i, k] < d[i, j])
            whole = m[i] + n.sum() - n[i]
            expected = into.iloc[i] * m[i] * n[j] / ((m[i] + s) * (m[i] + s + n[j])) / (1 - m[i] / whole)
            assert found[i, j] == pytest.approx(expected)
    np.testing.assert_allclose(found.sum(axis=1), into)
    np.testing.assert_allclose(radiation(out, cost), radiation(out, cost, trips=out, opportunities=out))


def test_huff_shares_sum_to_one_and_a_place_at_a_centre_stays() -> None:
    cost = frame([[10, 20], [0, 5], [np.inf, np.inf]])
    share = huff(pd.Series({"a": 1.0, "b": 4.0}), cost, beta=2)
    assert share.iloc[0].tolist() == [0.5, 0.5]
    assert share.iloc[1].tolist() == [1, 0]
    assert share.iloc[2].isna().all()


def test_a_centre_without_attraction_draws_nobody_even_where_it_stands() -> None:
    share = huff(
        pd.Series({"a": 0.0, "b": 4.0, "c": 1.0}), frame([[0, 5, 10], [1, 0, 0], [2, np.inf, np.inf]])
    )
    assert share.iloc[0].tolist() == pytest.approx([0, 4 / 25 / (4 / 25 + 1 / 100), 1 / 17])
    assert share.iloc[1].tolist() == [0, 0.8, 0.2]
    assert share.iloc[2].isna().all(), "only a centre without attraction is in reach"
    with pytest.raises(InputError, match="negative numbers from b"):
        huff(pd.Series({"a": 1.0}), frame([[1], [-1]]))


def test_equal_pulls_go_to_the_first_name_whatever_the_order_of_columns() -> None:
    cost = pd.DataFrame({"B": [10.0, 0], "A": [10.0, 0]}, index=list("xy"))
    mass = pd.Series({"B": 5.0, "A": 5.0})
    for columns in (["A", "B"], ["B", "A"]):
        assert field_strength(mass, cost[columns])["city"].tolist() == ["A", "A"]
    with pytest.raises(InputError, match="negative numbers from y"):
        field_strength(mass, cost - 5)


def test_at_the_breaking_point_both_pull_alike() -> None:
    x = breaking_point(90, 400, 100)
    assert x == pytest.approx(60)
    assert 400 / x**2 == pytest.approx(100 / (90 - x) ** 2)
    with pytest.raises(InputError):
        breaking_point(0, 1, 1)


def test_field_strength_names_the_city_that_pulls_most() -> None:
    cost = pd.DataFrame({"A": [10.0, 1, np.inf], "B": [1.0, 2, np.nan]}, index=list("xyz"))
    found = field_strength(pd.Series({"A": 100.0, "B": 4.0}), cost)
    assert found["city"].tolist() == ["B", "A", None]
    assert found.loc["x", ["strength", "total"]].tolist() == [4, 5]
    assert found.loc["z", "status"] == "unreached"


def test_a_flow_however_small_is_a_flow() -> None:
    shares = pd.DataFrame([[0, 0.1, 0.2], [0.3, 0, 0.1], [0, 0, 0]], list("abc"), list("abc"))
    found = dominant_flows(shares, size=pd.Series({"a": 2.0, "b": 1.0, "c": 3.0}))
    assert found["status"].tolist() == ["dependent", "dependent", "no flow"]
    assert found["centre"].tolist() == ["c", "c", "c"]


def test_dominant_flows_form_a_hierarchy() -> None:
    flows = frame([[0, 5, 1, 0], [30, 0, 2, 0], [3, 20, 0, 0], [0, 0, 0, 0]])
    found = dominant_flows(flows)
    assert found["destination"].tolist() == ["b", "a", "b", None]
    assert found["status"].tolist() == ["independent", "dependent", "dependent", "no flow"]
    assert found["centre"].tolist() == ["a", "a", "a", "d"]
    shuffled = dominant_flows(flows.loc[list("dbca"), list("cabd")])
    assert shuffled.reindex(found.index).equals(found)


def test_places_of_equal_size_do_not_depend_on_each_other() -> None:
    flows = frame([[0, 9, 1], [9, 0, 1], [5, 5, 0]])
    found = dominant_flows(flows, size=pd.Series({"a": 7.0, "b": 7.0, "c": 1.0}))
    assert found["status"].tolist() == ["independent", "independent", "dependent"]
    assert found["destination"].tolist() == ["b", "a", "a"], "of equal flows to equal places the first id"
    assert found["centre"].tolist() == ["a", "b", "a"]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_row_order_never_changes_the_hierarchy(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    flows = frame(random.choice([0.0, 0.1, 0.2, 0.3, 0.7], (n, n)))
    order = list(flows.index[random.permutation(n)])
    one, other = dominant_flows(flows), dominant_flows(flows.loc[order, order[::-1]])
    pd.testing.assert_frame_equal(other.loc[flows.index], one)
    inflow = {k: math.fsum(v for i, v in flows[k].items() if i != k) for k in flows}
    for place, row in one.iterrows():
        if row["status"] == "dependent":
            assert inflow[row["destination"]] > inflow[str(place)] - 1e-12
            assert one.loc[row["destination"], "centre"] == row["centre"]
        else:
            assert row["centre"] == place


def test_an_urban_belt_holds_the_places_near_its_stations() -> None:
    nodes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([500_000, 510_000, 530_000], [3_000_000] * 3),
        index=list("abc"),
        crs=32649,
    )
    links = pd.DataFrame(
        {"from_node": ["a", "b"], "to_node": ["b", "c"], "length_km": [10.0, 20.0], "class": "primary"}
    )
    network = build_network(nodes, links)
    far = gpd.GeoDataFrame(geometry=gpd.points_from_xy([900_000], [3_000_000]), index=["d"], crs=32649)
    places = pd.concat([nodes, far]).assign(people=[1.0, 2, 3, 4])
    cut = float(network.links["minutes"].iloc[0])
    found = urban_belt(network, places, nodes.loc[["a"]], minutes=cut, weight="people")
    assert found.table["inside"].tolist() == [True, True, False, False]
    assert found.table.loc["d", "status"] == "too far"
    assert found.shares.to_dict() == {"places": 0.5, "weighted": 0.3}
    assert "2 of 4 places" in repr(found)


PAIR = pd.DataFrame([[0.0, 10], [20, 0]], list("ab"), list("ab"))
TWO = pd.Series({"a": 50_000.0, "b": 60_000.0})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: huff(TWO, PAIR, beta=np.nan), "beta: nan; give a finite number >= 0"),
        (lambda: huff(TWO, PAIR, beta=-1), "beta: -1"),
        (lambda: huff(TWO, None), "cost: a table is needed, not NoneType"),
        (lambda: huff(PAIR, TWO), "cost: a table is needed, not Series"),
        (lambda: huff([1, 2], PAIR), "attraction: a Series by id is needed, not list"),
        (lambda: huff(TWO, PAIR.apply(pd.to_timedelta, unit="m")), "cost: a holds spans of time"),
        (lambda: gravity_links(TWO, PAIR, friction=np.inf), "friction: inf"),
        (lambda: gravity_links(TWO, PAIR, friction=True), "friction: True"),
        (lambda: gravity_links(TWO, PAIR, k=0), "k: 0; give a finite number > 0"),
        (
            lambda: gravity_links(TWO.astype("timedelta64[s]"), PAIR),
            "mass holds spans of time",
        ),
        (lambda: gravity_links(TWO > 0, PAIR), "mass holds True and False"),
        (lambda: gravity_links(None, PAIR), "mass: a Series by id is needed, not NoneType"),
        (lambda: field_strength(TWO, PAIR, friction=-2), "friction: -2"),
        (lambda: radiation(TWO, PAIR * -1), "cost: negative numbers from a, b"),
        (lambda: radiation(pd.concat([TWO, TWO]), PAIR), "population: repeated ids"),
        (lambda: radiation(TWO.set_axis(pd.MultiIndex.from_tuples([(1, 2), (1, 3)])), PAIR), "2 levels"),
        (lambda: radiation(TWO.astype("Float64").where([True, False]), PAIR), "missing or not a number at b"),
        (lambda: dominant_flows("x"), "flows: a table is needed, not str"),
        (lambda: doubly_constrained(TWO, TWO, PAIR, beta=np.nan), "beta: nan"),
        (lambda: breaking_point(np.nan, 1, 1), "distance: nan"),
        (lambda: polycentricity([[1]]), "flows: a table is needed, not list"),
        (lambda: network_shape(None, PAIR), "places: a GeoDataFrame is needed"),
    ],
)
def test_bad_objects_and_parameters_are_refused_by_name(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_tables_are_read_by_their_ids_in_whatever_order() -> None:
    flows, cost, out, into = system(5, 2)
    turned = cost.iloc[::-1, [2, 0, 1, 4, 3]]
    one, other = (fit_gravity(flows, table, constraint="both") for table in (cost, turned))
    assert other.table.equals(one.table)
    assert other.flows.equals(one.flows)
    into *= out.sum() / into.sum()
    straight = doubly_constrained(out, into, cost, beta=1)
    mixed = doubly_constrained(out[::-1], into[::-1], turned, beta=1)
    pd.testing.assert_frame_equal(mixed.reindex(index=cost.index, columns=cost.columns), straight)
    green = [polycentricity(table)["functional"] for table in (flows, flows.iloc[:, ::-1])]
    assert green[0] == pytest.approx(green[1])


def test_pairs_that_a_table_lacks_are_counted_and_named() -> None:
    cost = pd.DataFrame([[0.0, np.nan], [20, 0]], list("ab"), list("ab"))
    with pytest.warns(UrbgeoWarning, match="cost: 1 pairs are missing and count as without a path: a -> b"):
        links = gravity_links(TWO, cost)
    assert links["strength"].tolist() == [0.0, 50_000.0 * 60_000 / 400]
    with pytest.warns(UrbgeoWarning, match="1 pairs are missing"):
        assert huff(TWO, cost).loc["a"].tolist() == [1.0, 0.0]


def test_a_belt_is_reached_by_its_bound_and_in_its_direction() -> None:
    """Ten minutes towards the station and thirty back; three of four places are too far from any road."""
    road = along(0, 10, minutes=30.0, minutes_back=10.0)
    station = points([(0, 0)], ["s"])
    places = points([(10, 0), (10, 900), (90, 900), (0, 900)], ["a", "x", "y", "z"]).assign(people=0.0)
    there = urban_belt(road, places, station, minutes=10, weight="people")
    assert there.table["inside"].tolist() == [True, False, False, False]
    assert np.isnan(there.shares["weighted"])
    assert there.provenance.shares["places not reached"] == 0.75
    assert {"minutes": 10, "direction": "to"}.items() <= dict(there.provenance.parameters).items()
    back = urban_belt(road, places, station, minutes=10, direction="from")
    assert back.table["inside"].tolist() == [False] * 4 and back.shares.to_dict() == {"places": 0}
    assert there.summary.loc["places"].tolist() == [0.25]


def test_radiation_passes_over_those_beyond_every_way_and_of_places_alone() -> None:
    """From a: b holds 20 of the 10 + 20 nearer or as near; c is beyond every way, yet among all."""
    people = pd.Series({"a": 10.0, "b": 20.0, "c": 70.0})
    cost = frame([[0, 5, np.inf], [5, 0, 9], [np.inf, 9, 0]])
    found = radiation(people, cost, units_checked=True)
    assert found.loc["a", "b"] == pytest.approx(10 * 10 * 20 / (10 * 30) / (1 - 10 / 100))
    assert found.loc["a", "c"] == 0
    assert found.loc["b", "c"] == pytest.approx(20 * 20 * 70 / (30 * 100) / (1 - 20 / 100))
    alone = radiation(people * [1, 0, 0], cost, units_checked=True)
    assert (alone == 0).all(axis=None)


def test_without_friction_distance_counts_for_nothing() -> None:
    cost = pd.DataFrame({"A": [10.0, 1], "B": [1.0, 2]}, index=list("xy"))
    mass = pd.Series({"A": 3.0, "B": 1.0})
    assert field_strength(mass, cost, friction=0)["city"].tolist() == ["A", "A"]
    assert field_strength(mass, cost, friction=0)["total"].tolist() == [4, 4]
    assert huff(mass, cost, beta=0).to_numpy().tolist() == [[0.75, 0.25]] * 2
    assert gravity_links(TWO, PAIR, friction=0)["strength"].tolist() == [3e9, 3e9]


def test_nobody_goes_where_nobody_lives_at_either_end() -> None:
    people = pd.Series({"a": 0.0, "b": 0.0, "c": 50_000.0})
    minutes = pd.DataFrame([[0, 10, 20], [10, 0, 20], [20, 20, 0]], list("abc"), list("abc"))
    trips = pd.Series({"a": 30.0, "b": 20.0, "c": 10.0})
    found = radiation(people, minutes, trips=trips, units_checked=True)
    assert found.loc[["a", "b"]].to_numpy().tolist() == [[0.0] * 3] * 2
