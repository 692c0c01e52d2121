"""Points join the nearest link wherever it is nearest; minutes agree with networkx on links split there."""

from __future__ import annotations

import gc
import warnings
import weakref
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.network.build import BAD_LAYERS, QUICK, along, clear_nearest, oracle_minutes, points, road
from urbgeo.access.coverage import coverage
from urbgeo.crs import LEAST_SUSPECTS, convert_datum
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.attach import attach
from urbgeo.network.edits import with_links
from urbgeo.network.minutes import minutes_table, nearest_facility, plan_between, table_between
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.paths import quickest_paths


@st.composite
def roads(draw: st.DrawFn) -> TravelNetwork:
    """Up to seven nodes on a grid of kilometres, with links of both, one or uneven directions."""
    lattice = [(x, y) for x in range(0, 20, 4) for y in range(0, 20, 5)]
    spots = draw(st.lists(st.sampled_from(lattice), min_size=2, max_size=7, unique=True))
    nodes = points([(float(x), float(y)) for x, y in spots])
    pair = st.tuples(st.sampled_from(list(nodes.index)), st.sampled_from(list(nodes.index)))
    stretches = draw(st.lists(pair.filter(lambda ends: ends[0] != ends[1]), min_size=1, max_size=9))
    links = road(*((a, b, 1.0) for a, b in stretches)).assign(
        minutes=draw(st.lists(st.integers(0, 30).map(float), min_size=9, max_size=9))[: len(stretches)],
        minutes_back=draw(st.lists(st.integers(0, 30).map(float), min_size=9, max_size=9))[: len(stretches)],
        oneway=draw(st.lists(st.booleans(), min_size=9, max_size=9))[: len(stretches)],
        joinable=[True, *draw(st.lists(st.booleans(), min_size=8, max_size=8))][: len(stretches)],
    )
    return build_network(nodes, links, snapping=Snapping(max_snap_km=6.0, off_network_kmh=20.0))


places = st.lists(
    st.tuples(st.integers(-10, 50).map(lambda i: i * 0.471), st.integers(-10, 50).map(lambda i: i * 0.393)),
    min_size=2,
    max_size=6,
).map(points)


@QUICK
@given(roads(), places, st.data())
def test_tables_between_points_equal_networkx_with_split_links(
    network: TravelNetwork, here: gpd.GeoDataFrame, data: st.DataObject
) -> None:
    node = network.nodes[["geometry"]].iloc[:1].set_axis(["node"])
    here = pd.concat([here, node])
    assume(clear_nearest(network, here))
    expected = oracle_minutes(network, here)
    np.testing.assert_allclose(minutes_table(network, here, here), expected, rtol=1e-9, atol=1e-6)
    few = data.draw(st.lists(st.sampled_from(list(here.index)), min_size=1, unique=True))
    np.testing.assert_allclose(
        minutes_table(network, here, here.loc[few]), expected[few], rtol=1e-9, atol=1e-6
    )


@QUICK
@given(roads(), places, st.integers(1, 40), st.sampled_from(["from", "to"]))
def test_the_nearest_facility_is_the_least_of_the_table(
    network: TravelNetwork, here: gpd.GeoDataFrame, cutoff: int, direction: str
) -> None:
    facilities = here.iloc[: max(1, len(here) // 2)]
    assume(attach(network, facilities).attached.any())
    found = nearest_facility(network, here, facilities, cutoff_min=cutoff, direction=direction)
    table = minutes_table(network, here, here)
    table = (table if direction == "to" else table.T).loc[:, facilities.index]
    assume(not np.isclose(table, cutoff).any())
    least = table.min(axis=1).where(lambda minutes: minutes <= cutoff, np.inf)
    attached = attach(network, here).attached
    np.testing.assert_allclose(found["minutes"], least.where(attached), atol=1e-6)
    assert (
        found["status"] == np.where(~attached, "too far", np.where(least <= cutoff, "reached", "unreached"))
    ).all()
    for place, facility in found["facility"].dropna().items():
        assert table.loc[place, facility] == pytest.approx(least[place])


@QUICK
@given(roads(), places, st.randoms())
def test_the_order_of_rows_never_changes_how_points_join(
    network: TravelNetwork, here: gpd.GeoDataFrame, random: object
) -> None:
    seed = random.randint(0, 99)
    shuffled = build_network(
        network.nodes,
        network.links.sample(frac=1, random_state=seed).assign(
            oneway=lambda links: links["minutes_back"].isna()
        ),
        snapping=network.snapping,
    )
    first, second = attach(network, here), attach(shuffled, here.iloc[::-1])
    for one, other in zip(first.link, second.link[::-1], strict=True):
        assert (one < 0 and other < 0) or network.links.index[one] == shuffled.links.index[other]


@QUICK
@given(roads(), places)
def test_a_point_is_at_no_distance_from_itself(network: TravelNetwork, here: gpd.GeoDataFrame) -> None:
    table = minutes_table(network, here, here).to_numpy()
    attached = attach(network, here).attached
    assert (np.diag(table)[attached] == 0).all()
    assert np.isnan(table[~attached]).all()
    assert np.isnan(table[:, ~attached]).all()


def test_a_point_at_the_end_of_a_one_way_is_at_the_node_whatever_the_rounding() -> None:
    """Were it a hair before the node, nobody could come to it from the other side."""
    nodes = points([(0, 0), (3.1, 7.7), (9, 1)])
    links = road(("A", "B", 8.3), ("C", "B", 9.0), ("B", "C", 9.0), oneway=[True, True, True]).set_axis(
        ["1", "2", "3"]
    )
    network = build_network(nodes.to_crs(4326), links)
    hair = points([(3.1 - 1e-9, 7.7 - 1e-9)], ["p"])
    assert attach(network, hair).along.tolist() == [1.0]
    assert minutes_table(network, nodes.loc[["C"]], hair).loc["C", "p"] == pytest.approx(9.0, abs=1e-3)


def test_the_snapping_distance_is_a_closed_bound() -> None:
    network = along(0, 10)
    edge = points([(5, 15), (5, 15.001)], ["at", "beyond"])
    assert attach(network, edge).status.tolist() == ["attached", "too far"]


def test_ties_between_links_go_to_the_first_id() -> None:
    nodes = points([(0, 0), (10, 0), (0, 2), (10, 2)])
    for ids in (["north", "south"], ["south", "north"]):
        links = road(("A", "B", 10.0), ("C", "D", 10.0)).set_axis(ids)
        network = build_network(nodes, links)
        joined = attach(network, points([(5, 1)], ["p"]))
        assert network.links.index[joined.link[0]] == "north"


def test_a_dead_end_of_a_one_way_is_an_island_to_all_but_its_junction() -> None:
    nodes = points([(0, 0), (10, 0), (20, 0)])
    network = build_network(nodes, road(("A", "B", 10.0), ("C", "B", 10.0), oneway=[False, True]))
    here = points([(10, 0), (15, 0), (5, 0)], ["junction", "on the one-way", "on the main road"])
    assert attach(network, here).status.tolist() == ["attached", "island", "attached"]


def test_neighbours_off_the_road_walk_across_instead_of_by_the_road() -> None:
    network = along(0, 10)
    pair = points([(5, 3), (5.5, 3)], ["p", "q"])
    assert minutes_table(network, pair, pair).loc["p", "q"] == pytest.approx(0.5 / 20 * 60)


def test_no_points_give_an_empty_table() -> None:
    table = minutes_table(along(0, 10), points([]), points([(0, 0)]))
    assert table.shape == (0, 1)


def test_an_empty_layer_is_warned_of_each_time_it_is_asked() -> None:
    network = along(0, 10)
    for _ in range(2):
        with pytest.warns(UrbgeoWarning, match="places: it has no rows"):
            attach(network, points([]), name="places")


def test_a_report_has_one_row_per_point() -> None:
    report = attach(along(0, 10), points([(5, 1), (5, 99)], ["near", "far"])).report()
    assert report["status"].to_dict() == {"near": "attached", "far": "too far"}
    assert report["off_minutes"].isna().tolist() == [False, True]


@pytest.mark.parametrize("name", ["origins", "destinations", "places", "facilities"])
@pytest.mark.parametrize("kind", [one for one in BAD_LAYERS if one != "no rows"])
def test_bad_points_are_refused_by_their_name(name: str, kind: str) -> None:
    spoil, message = BAD_LAYERS[kind]
    good, network = points([(0, 0), (5, 0)]), along(0, 10)
    function = minutes_table if name in ("origins", "destinations") else nearest_facility
    layers = [good, spoil(good)] if name in ("destinations", "facilities") else [spoil(good), good]
    with pytest.raises(InputError, match=f"^{name}: .*{message}"):
        function(network, *layers)


def test_an_unknown_direction_is_refused() -> None:
    with pytest.raises(InputError, match="direction: 'away' is unknown"):
        nearest_facility(along(0, 10), points([(0, 0)]), points([(0, 0)]), direction="away")


def test_the_callers_points_stay_as_they_are() -> None:
    here = points([(0, 0), (5, 1)]).to_crs(4326)
    before = here.copy(deep=True)
    minutes_table(along(0, 10), here, here)
    pd.testing.assert_frame_equal(here, before)


def village() -> tuple[TravelNetwork, gpd.GeoDataFrame]:
    """An old road a kilometre off a village; its end, and another place by the road."""
    nodes = points([(-5, 1), (5, 1)], ["W", "E"])
    return build_network(nodes, road(("W", "E", 10.0))), points([(0, 0), (0.15, 1)], ["village", "town"])


def test_a_new_dead_end_takes_no_road_from_a_village() -> None:
    before, places = village()
    nodes = points([(-1, 0.1), (1, 0.1)], ["a", "b"])
    after = with_links(before, road(("a", "b", 2.0), minutes=120.0).set_axis(["new"]), nodes=nodes)
    for direction in ("from", "to"):
        found = [minutes_table(one, places, places).loc["village", "town"] for one in (before, after)]
        assert found == pytest.approx([3.15, 3.15])
        near = [
            nearest_facility(one, places[:1], places[1:], direction=direction)["minutes"].iloc[0]
            for one in (before, after)
        ]
        assert near == pytest.approx([3.15, 3.15])
    assert attach(after, places).off_km[0] == pytest.approx(0.1)  # the nearest is the new one all the same
    path = quickest_paths(after, places[:1], places[1:])
    assert path.table["minutes"].iloc[0] == pytest.approx(3.15)
    assert path.steps["link"].dropna().tolist() == [0]


@st.composite
def edited_roads(draw: st.DrawFn) -> tuple[TravelNetwork, list[pd.DataFrame], gpd.GeoDataFrame]:
    """A crooked network, some links to add one by one, and places."""
    spot = st.tuples(st.floats(-8, 8), st.floats(-8, 8))
    nodes = points(draw(st.lists(spot, min_size=4, max_size=7, unique=True)))
    ends = st.sampled_from(list(nodes.index))
    pair = st.tuples(ends, ends).filter(lambda one: one[0] != one[1])
    longer = st.sampled_from([1.0, 1.3, 3.0])
    link = st.tuples(pair, longer).map(
        lambda one: (*one[0], one[1] * nodes.distance(nodes.geometry[one[0][1]])[one[0][0]] / 1000.0 + 0.01)
    )
    columns = {
        "oneway": draw(st.booleans()),
        "minutes": draw(st.sampled_from([0.7, 9.0, 90.0])),
        "joinable": True,
    }
    first = road(*draw(st.lists(link, min_size=1, max_size=4)), joinable=True)
    more = [
        road(one, **columns | {"mode": draw(st.sampled_from(["road", "rail"]))}).set_axis([f"new {k}"])
        for k, one in enumerate(draw(st.lists(link, min_size=1, max_size=3)))
    ]
    snapping = Snapping(max_snap_km=draw(st.sampled_from([1.0, 5.0, 30.0])))
    places = points(draw(st.lists(spot, min_size=2, max_size=4, unique=True)), None)
    return build_network(nodes, first, snapping=snapping), more, places


@QUICK
@given(edited_roads())
def test_adding_any_link_lengthens_no_trip(
    case: tuple[TravelNetwork, list[pd.DataFrame], gpd.GeoDataFrame],
) -> None:
    network, more, places = case
    for link in more:
        after = with_links(network, link)
        had, has = (minutes_table(one, places, places).fillna(np.inf).to_numpy() for one in (network, after))
        assert (has <= had).all()
        for direction in ("from", "to"):
            here = [
                nearest_facility(one, places, after.nodes, direction=direction)["minutes"].fillna(np.inf)
                for one in (network, after)
            ]
            assert (here[1] <= here[0]).all()
        roads_only = [one.only("road") for one in (network, after)]
        had, has = (minutes_table(one, places, places).fillna(np.inf).to_numpy() for one in roads_only)
        assert (has <= had).all()
        network = after


@QUICK
@given(edited_roads())
def test_minutes_in_an_edited_network_equal_networkx(
    case: tuple[TravelNetwork, list[pd.DataFrame], gpd.GeoDataFrame],
) -> None:
    network, more, places = case
    for link in more:
        network = with_links(network, link)
    assume(clear_nearest(network, places))
    expected = oracle_minutes(network, places)
    np.testing.assert_allclose(minutes_table(network, places, places), expected, atol=2e-6)
    if attach(network, places[1:]).attached.any():
        found = nearest_facility(network, places[:1], places[1:])["minutes"].iloc[0]
        assert found == pytest.approx(expected.iloc[0, 1:].min(), abs=2e-6, nan_ok=True)
    paths = quickest_paths(network, places, places)
    table = paths.table["minutes"].unstack().loc[places.index, places.index]
    np.testing.assert_allclose(table, expected, atol=2e-6)
    steps = paths.steps.groupby(["origin", "destination"])["minutes"].sum().astype(float)
    np.testing.assert_allclose(steps, paths.table["minutes"].loc[steps.index], atol=2e-6)


@QUICK
@given(edited_roads())
def test_a_hierarchy_and_dijkstra_agree_in_an_edited_network(
    case: tuple[TravelNetwork, list[pd.DataFrame], gpd.GeoDataFrame],
) -> None:
    network, more, places = case
    for link in more:
        network = with_links(network, link)
    joined = attach(network, places)
    plan = plan_between(network, joined, joined, np.inf)
    tables = [
        table_between(network, joined, joined, np.inf, plan=replace(plan, method=one))
        for one in ("dijkstra", "hierarchy")
    ]
    np.testing.assert_array_equal(*tables)
    blocks = [
        table_between(network, joined.rows(slice(k, k + 1)), joined, np.inf) for k in range(len(places))
    ]
    np.testing.assert_array_equal(np.concatenate(blocks), tables[0])


def test_a_layer_asked_again_is_joined_anew_where_anything_changed() -> None:
    nodes = points([(0.0, 0.0), (10.0, 0.0)])
    network = build_network(nodes, road((nodes.index[0], nodes.index[1], 10.0)))
    here = points([(2.0, 0.5), (8.0, 0.5)])
    first = attach(network, here)
    assert attach(network, here.rename(lambda one: f"other {one}")).index[0] == f"other {here.index[0]}"
    turned = here.set_geometry(here.geometry.to_numpy()[::-1]).set_crs(here.crs)
    np.testing.assert_array_equal(attach(network, turned).along, first.along[::-1])
    moved = here.set_crs(32648, allow_override=True)
    assert not attach(network, moved).attached.any()
    twice = here.set_axis([1, 1])
    with pytest.raises(InputError, match="1"):
        attach(network, twice)
    assert attach(with_links(network, road((nodes.index[0], nodes.index[1], 9.0)).set_axis(["new"])), here)


def test_a_network_is_let_go_although_it_keeps_what_joined_it() -> None:
    nodes = points([(0.0, 0.0), (10.0, 0.0)])
    network = build_network(nodes, road((nodes.index[0], nodes.index[1], 10.0)))
    attach(network, nodes)
    gone = weakref.ref(network)
    gc.disable()
    try:
        del network
        assert gone() is None
    finally:
        gc.enable()


def test_points_find_nothing_where_no_link_can_be_joined() -> None:
    network = along(0, 10, joinable=False)
    joined = attach(network, points([(0, 0), (5, 0)]))
    assert joined.link.tolist() == [-1, -1]
    assert joined.status.tolist() == ["too far", "too far"]


def test_no_points_to_attach_are_told() -> None:
    with pytest.warns(UrbgeoWarning, match="stops: it has no rows"):
        assert attach(along(0, 10), points([]), name="stops").index.empty


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("count", [30, 2_000])
def test_every_door_names_the_datum_that_points_seem_to_be_in(datum: str, count: int) -> None:
    town = along(*range(0, 51, 5))
    spots = [(0.5 + 49 * k / count, 0.02 * (k % 3)) for k in range(count)]
    here = points(spots, [f"p{k}" for k in range(count)]).to_crs(4326)
    shifted = convert_datum(here, "wgs84", datum)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UrbgeoWarning)
        assert coverage(town, here, here.iloc[:1], minutes=5).table["status"].eq("reached").any()
        attach(town, shifted.iloc[: LEAST_SUSPECTS - 1])  # too few to say
    with pytest.warns(
        UrbgeoWarning, match=rf"places: they seem to be in {datum.upper()}.*'{datum}', 'wgs84'"
    ):
        coverage(town, shifted, here.iloc[:1], minutes=5)
