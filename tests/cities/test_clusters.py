"""Clusters of places, percolation and communities against networkx and plain loops."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy.sparse.csgraph import connected_components

from tests.cities.streets import minutes, places_at
from urbgeo.cities.clusters import (
    adjusted_rand,
    city_clusters,
    cluster_tree,
    clusters_by_minutes,
    threshold_stability,
)
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import build_network
from urbgeo.provenance import Provenance


def same_groups(first: object, second: object) -> bool:
    pairs = set(zip(list(first), list(second), strict=True))
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


points = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 5)), min_size=1, max_size=25
)


@settings(max_examples=80, deadline=None)
@given(points.filter(lambda rows: any(people > 1 for *_, people in rows)), st.sampled_from([1.0, 2.0, 3.0]))
def test_city_clusters_equal_components_of_all_near_pairs(
    rows: list[tuple[int, int, int]], km: float
) -> None:
    frame = places_at([(x * 1000, y * 1000) for x, y, _ in rows], [float(p) for *_, p in rows])
    found = city_clusters(frame, population="people", distance_km=km, min_population=1)
    graph = nx.Graph()
    kept = [k for k, row in enumerate(rows) if row[2] > 1]
    graph.add_nodes_from(kept)
    for a, b in itertools.combinations(kept, 2):
        if (rows[a][0] - rows[b][0]) ** 2 + (rows[a][1] - rows[b][1]) ** 2 <= km**2:
            graph.add_edge(a, b)
    label = found.table["cluster"].to_numpy()
    assert (np.flatnonzero(label) == kept).all()
    expected = {node: k for k, part in enumerate(nx.connected_components(graph)) for node in part}
    assert same_groups(label[kept], [expected[k] for k in kept])
    assert found.clusters["population"].is_monotonic_decreasing
    assert found.clusters["population"].sum() == sum(rows[k][2] for k in kept)


def test_order_of_rows_never_changes_clusters() -> None:
    """Not even their numbers, where people and sizes are equal."""
    frame = places_at(np.random.default_rng(1).random((60, 2)) * 30_000, np.ones(60))
    one = city_clusters(frame, population="people", distance_km=3).table["cluster"]
    other = city_clusters(frame.iloc[::-1], population="people", distance_km=3).table["cluster"]
    assert other.reindex(one.index).equals(one)


def test_a_threshold_above_every_place_is_refused() -> None:
    frame = places_at([(0, 0), (1, 1)], [5.0, 9.0])
    with pytest.raises(InputError, match=r"above every place.*most people are 9"):
        city_clusters(frame, population="people", distance_km=1, min_population=9)
    with pytest.raises(InputError, match="distance_km"):
        city_clusters(frame, population="people", distance_km=0)
    with pytest.raises(InputError, match="no column pop"):
        city_clusters(frame, population="pop", distance_km=1)


def test_a_cluster_needs_its_density_and_the_closed_distance() -> None:
    places = places_at([(0, 0), (1000, 0), (2000, 0), (3001, 0)], 9.0).assign(dense=[5.0, 4.99, 5.0, 8.0])
    options = {"population": "people", "density": "dense", "min_density": 5.0}
    found = city_clusters(places, distance_km=1.0005, **options).table
    assert found["status"].tolist() == ["alone", "below the threshold", "alone", "alone"]
    wider = city_clusters(places, distance_km=1.002, **options).table
    assert wider["cluster"].tolist() == [2, 0, 1, 1]
    with pytest.raises(InputError, match="the highest density 8"):
        city_clusters(places, distance_km=1, **options | {"min_density": 9.0})


def test_both_directions_must_hold_unless_either_is_asked() -> None:
    table = minutes([[0, 10, 99], [30, 0, 99], [99, 99, 0]])
    assert clusters_by_minutes(table, minutes=20).table["cluster"].nunique() == 3
    found = clusters_by_minutes(table, minutes=10, linked="either")
    assert found.table["cluster"].tolist() == [1, 1, 2]
    assert found.table["status"].tolist() == ["clustered", "clustered", "alone"]


def test_places_that_could_not_be_attached_are_told() -> None:
    table = minutes([[0, 10, np.nan], [10, 0, np.nan], [np.nan] * 3])
    found = clusters_by_minutes(table, minutes=10).table
    assert found["cluster"].tolist() == [1, 1, 0]
    assert found.loc["p2", "status"] == "not asked"


@settings(max_examples=80, deadline=None)
@given(st.integers(2, 12), st.integers(0, 2**32 - 1), st.sampled_from(["both", "either"]))
def test_the_tree_gives_the_clusters_of_every_threshold(n: int, seed: int, direction: str) -> None:
    values = np.random.default_rng(seed).choice([5.0, 10, 20, 40, 80, np.inf], (n, n))
    np.fill_diagonal(values, 0)
    table = minutes(values)
    tree = cluster_tree(table, linked=direction)
    assert tree.table["minutes"].is_monotonic_increasing
    for limit in (4.0, 5.0, 15.0, 40.0, 200.0):
        plain = clusters_by_minutes(table, minutes=limit, linked=direction).table["cluster"]
        assert same_groups(tree.at(limit), plain)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_row_order_never_changes_the_tree_nor_the_people(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    table = minutes(random.choice([5.0, 10, 20], (n, n)))
    people = pd.Series(random.choice([10.1, 20.2, 30.3, 70.7], n), table.index)
    order = random.permutation(n)
    mixed = table.iloc[order, order]
    pd.testing.assert_frame_equal(cluster_tree(mixed).table, cluster_tree(table).table)
    assert cluster_tree(mixed).at(10).reindex(table.index).equals(cluster_tree(table).at(10))
    one, other = (clusters_by_minutes(t, minutes=5, population=people) for t in (table, mixed))
    assert other.table.reindex(table.index).equals(one.table)
    assert other.clusters.equals(one.clusters)


def test_stability_counts_clusters_and_agreement() -> None:
    table = minutes([[0, 10, 90, 90], [10, 0, 90, 90], [90, 90, 0, 30], [90, 90, 30, 0]])
    found = threshold_stability(cluster_tree(table), minutes=[5, 10, 20, 30, 90])
    assert found["clusters"].tolist() == [0, 1, 1, 2, 1]
    assert found["alone"].tolist() == [4, 2, 2, 0, 0]
    assert found["share_largest"].tolist() == [0.25, 0.5, 0.5, 0.5, 1]
    assert found.loc[20, "agreement"] == 1
    with pytest.raises(InputError, match="rise"):
        threshold_stability(cluster_tree(table), minutes=[10, 5])


def test_adjusted_rand_has_its_textbook_value() -> None:
    assert adjusted_rand(np.array([1, 1, 2, 2]), np.array([7, 7, 5, 5])) == 1
    assert adjusted_rand(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1])) == pytest.approx(0.5714285714)


def test_a_table_over_other_ids_is_refused() -> None:
    table = minutes([[0, 1], [1, 0]]).rename(columns={"p1": "q"})
    with pytest.raises(InputError, match="p1, q stand on one side only"):
        cluster_tree(table)
    square = minutes([[0, 1], [1, 0]])
    with pytest.raises(InputError, match="travel: ids of 2 levels"):
        cluster_tree(square.set_axis(pd.MultiIndex.from_arrays([square.index] * 2)))
    with pytest.raises(InputError, match="negative minutes at p0 -> p1"):
        cluster_tree(minutes([[0, -1], [1, 0]]))


def test_the_counties_of_china_cluster_by_distance(shared_data: Path) -> None:
    counties = gpd.read_file(shared_data / "china/counties_2021_census2020.gpkg").set_index("CODE")
    seats = counties.assign(geometry=counties.representative_point(), POPU=counties["POPU"].fillna(0))
    began = time.process_time()
    found = city_clusters(seats, population="POPU", distance_km=20, min_population=300_000)
    assert time.process_time() - began < 60
    assert len(found.table) == 2990
    assert found.clusters["population"].sum() == seats.loc[seats["POPU"] > 300_000, "POPU"].sum()
    kept = seats[seats["POPU"] > 300_000]
    lon, lat = kept.to_crs(4326).get_coordinates().to_numpy().T
    i, j = np.triu_indices(len(kept), 1)
    metres = Geod(ellps="WGS84").inv(lon[i], lat[i], lon[j], lat[j])[2]
    near = np.zeros((len(kept), len(kept)), bool)
    near[i, j] = metres <= 20_000
    expected = connected_components(near, directed=False)[1]
    assert same_groups(found.table.loc[kept.index, "cluster"], expected)


def test_towns_of_any_crs_are_as_far_apart_as_they_are_on_the_ground() -> None:
    """Two towns near Harbin 29.0 km apart: Mollweide and Mercator stretch and turn the way between them."""
    lon, lat = np.array([126.5, 126.5 + 0.372]), np.array([45.7, 45.7])
    assert Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])[2] == pytest.approx(28_970, abs=50)
    towns = gpd.GeoDataFrame({"people": [5e4, 5e4]}, geometry=gpd.points_from_xy(lon, lat), crs=4326)
    for crs in (4326, "ESRI:54009", 3395, 32652, 3857, "EPSG:4087"):
        placed = towns.to_crs(crs)
        near = city_clusters(placed, population="people", distance_km=29.1)
        apart = city_clusters(placed, population="people", distance_km=28.8)
        assert near.table["cluster"].tolist() == [1, 1], crs
        assert apart.table["cluster"].tolist() == [1, 2], crs
    wide = gpd.GeoDataFrame(
        {"people": [5e4] * 3}, geometry=gpd.points_from_xy([75, 75.2, 130], [39.5, 39.5, 47]), crs=4326
    )
    found = city_clusters(wide, population="people", distance_km=17.3)
    assert found.provenance.parameters["distances"] == "geodesic"
    assert found.table["cluster"].tolist() == [1, 1, 2]
    assert city_clusters(wide, population="people", distance_km=17.1).table["cluster"].nunique() == 3


def test_what_is_no_table_of_minutes_is_refused_by_name() -> None:
    for wrong, message in (
        (None, "travel: NoneType gives no minutes"),
        ([[0, 1], [1, 0]], "travel: list gives no minutes"),
        (
            minutes([[0, 1], [1, 0]]).apply(pd.to_timedelta, unit="min"),
            "no numbers of minutes",
        ),
        (minutes([[0, 1], [1, 0]]).astype(bool), "no numbers of minutes"),
    ):
        with pytest.raises(InputError, match=message):
            clusters_by_minutes(wrong, minutes=10)
    for people in (
        pd.Series([1, 2], ["p0", "p1"]).astype("timedelta64[s]"),
        pd.Series([True, False], ["p0", "p1"]),
    ):
        with pytest.raises(InputError, match=r"population: population holds (spans of time|True and False)"):
            clusters_by_minutes(minutes([[0, 1], [1, 0]]), minutes=10, population=people)


def test_clusters_are_numbered_by_people_then_places_then_id() -> None:
    """Survivor: numbering. Two clusters of equal people: the one of more places first, then the first id."""
    table = minutes(np.where(np.kron(np.eye(3), np.ones((2, 2))) > 0, 5.0, 99.0))
    people = pd.Series([10.0, 10, 15, 15, 10, 10], table.index)
    found = clusters_by_minutes(table, minutes=5, population=people)
    assert found.table["cluster"].tolist() == [2, 2, 1, 1, 3, 3]
    lone = pd.Series([10.0, 10, 20, 0, 1, 1], table.index)
    split = table.copy()
    split.loc["p2", "p3"] = split.loc["p3", "p2"] = 99.0
    assert clusters_by_minutes(split, minutes=5, population=lone).table["cluster"].tolist() == [
        1,
        1,
        2,
        4,
        3,
        3,
    ]


class Shuttle:
    """A minute a kilometre eastwards, three back."""

    provenance = Provenance({"service": "shuttle"})

    def minutes_table(self, origins: gpd.GeoDataFrame, destinations: gpd.GeoDataFrame) -> pd.DataFrame:
        km = destinations.geometry.x.to_numpy() - origins.geometry.x.to_numpy()[:, None]
        return pd.DataFrame(np.where(km >= 0, km / 1000, -3 * km / 1000), origins.index, destinations.index)


def test_clusters_come_from_a_network_a_timetable_or_any_table() -> None:
    """b is 10 min from a and 30 min back; c is 40 and 120 from b; d lies where no road goes."""
    at = gpd.points_from_xy([500_000, 510_000, 550_000], [3_000_000] * 3)
    places = gpd.GeoDataFrame(
        {"name": ["甲", "乙", "丙"], "people": [1.0, 5, 9]}, index=list("abc"), geometry=at, crs=32649
    )
    links = {"from_node": ["a", "b"], "to_node": ["b", "c"], "length_km": [10.0, 40], "class": "primary"}
    road = build_network(places, pd.DataFrame({**links, "minutes": [10.0, 40], "minutes_back": [30.0, 120]}))
    wide = minutes_table(road, places, places)
    long = wide.stack().rename("minutes").rename_axis(["from", "to"]).reset_index()
    turned = wide.T
    cases = (("both", 29, 3), ("both", 30, 2), ("either", 10, 2), ("either", 40, 1))
    for travel, who in ((road, places), (Shuttle(), places), (wide, None), (long, None), (turned, None)):
        for linked, limit, expected in cases:
            found = clusters_by_minutes(travel, minutes=limit, linked=linked, places=who)
            assert found.table["cluster"].nunique() == expected, (type(travel), linked, limit)
        assert cluster_tree(travel, places=who).table["minutes"].tolist() == [30, 120]
        assert cluster_tree(travel, places=who, linked="either").table["minutes"].tolist() == [10, 40]
    found = clusters_by_minutes(road, minutes=30, places=places, population="people")
    assert found.table["name"].tolist() == ["甲", "乙", "丙"]
    assert found.table["cluster"].tolist() == [2, 2, 1], "six people there, nine here"
    assert found.table.crs == places.crs
    shuttled = clusters_by_minutes(Shuttle(), minutes=30, places=places)
    assert shuttled.provenance.parameters["service"] == "shuttle"
    with pytest.raises(InputError, match="places: a network needs the points it is asked for"):
        clusters_by_minutes(road, minutes=30)


def test_a_pair_that_a_wide_table_lacks_is_told_and_links_nothing() -> None:
    table = minutes([[0, 5, 9], [5, 0, np.nan], [9, 9, 0]])
    with pytest.warns(UrbgeoWarning, match="travel: 1 pairs are missing .*p1 -> p2"):
        found = clusters_by_minutes(table, minutes=9)
    assert found.table["cluster"].tolist() == [1, 1, 1]
    with pytest.warns(UrbgeoWarning, match="1 pairs are missing"):
        assert cluster_tree(table).table["minutes"].tolist() == [5, 9]


def test_the_tree_tells_how_many_places_each_merger_joins() -> None:
    table = minutes([[0, 10, 90, 90], [10, 0, 90, 90], [90, 90, 0, 30], [90, 90, 30, 0]])
    tree = cluster_tree(table)
    assert tree.table["places"].tolist() == [2, 2, 4] and tree.table["minutes"].tolist() == [10, 30, 90]
    assert tree.provenance.parameters["linked"] == "both"
    assert tree.at(10).tolist() == [1, 1, 2, 3] and tree.at(9.999).tolist() == [1, 2, 3, 4]
    steps = threshold_stability(tree, minutes=[10, 30])
    assert steps.attrs["provenance"].parameters["minutes"] == (10, 30)
    # p0 and p1 in common; of six pairs one and two are joined.
    assert steps["agreement"].tolist() == pytest.approx(
        [np.nan, (1 - 1 * 2 / 6) / (1.5 - 1 * 2 / 6)], nan_ok=True
    )
    with pytest.raises(InputError, match="tree: a ClusterTree of cluster_tree is needed, not DataFrame"):
        threshold_stability(table, minutes=[10])  # type: ignore[arg-type]


def test_one_place_agrees_with_itself() -> None:
    assert adjusted_rand(np.array([1]), np.array([1])) == 1.0
    assert adjusted_rand(np.array([1, 1]), np.array([1, 1])) == 1.0
    assert adjusted_rand(np.array([1, 1]), np.array([1, 2])) == 0.0


def test_places_and_people_of_clusters_are_told() -> None:
    frame = places_at([(0, 0), (900, 0), (9000, 0), (50_000, 0), (80_000, 0)], [5.0, 6.0, 20.0, 0.5, 0.0])
    found = city_clusters(frame, population="people", distance_km=1, units_checked=True)
    assert found.clusters.to_dict("list") == {"places": [1, 2, 1], "population": [20, 11, 0.5]}
    assert found.table["cluster"].tolist() == [2, 2, 1, 3, 0], "with anybody at all"
    assert "1 clusters of two places or more, 2 alone" in repr(found)
    told = {"distance_km": 1, "min_population": 0.0, "min_density": 0.0}
    assert told.items() <= dict(found.provenance.parameters).items()
    table = minutes([[0, 10, np.nan], [10, 0, np.nan], [np.nan] * 3])
    plain = clusters_by_minutes(table, minutes=10)
    assert plain.provenance.shares["places without minutes"] == pytest.approx(1 / 3)
    assert {"minutes": 10, "linked": "both"}.items() <= dict(plain.provenance.parameters).items()
    assert plain.clusters.to_dict("list") == {"places": [2], "population": [0]}
