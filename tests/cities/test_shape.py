"""The shape of a network of cities, and how polycentric a system is."""

from __future__ import annotations

import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from tests.cities.systems_made import frame
from urbgeo.cities.shape import morphological_polycentricity, network_shape, polycentricity
from urbgeo.errors import InputError


def square_with_diagonal() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    xy = np.array([(0, 0), (10, 0), (10, 10), (0, 10)]) * 1000
    points = gpd.points_from_xy(500_000 + xy[:, 0], 3_000_000 + xy[:, 1])
    places = gpd.GeoDataFrame(geometry=points, index=list("abcd"), crs=32649)
    links = pd.DataFrame(
        [
            ("a", "b", 10.0),
            ("b", "c", 10.0),
            ("c", "d", 10.0),
            ("d", "a", 10.0),
            ("a", "c", 20.0),
            ("c", "a", 25.0),
        ],
        columns=["from_place", "to_place", "length_km"],
    )
    return places, links


def test_network_shape_of_a_square_with_a_diagonal() -> None:
    places, links = square_with_diagonal()
    found = network_shape(places, links)
    assert found.indices[["nodes", "edges", "components"]].tolist() == [4, 5, 1]
    assert found.indices["alpha"] == pytest.approx(2 / 3)
    assert found.indices["beta"] == 1.25
    assert found.indices["gamma"] == pytest.approx(5 / 6)
    root = np.sqrt(2)
    assert found.indices["detour"] == pytest.approx((8 * 1 + 4 * root) / 12, rel=1e-3)
    assert found.table.loc["a", "straightness"] == pytest.approx((2 + 1 / root) / 3, rel=1e-3)
    graph = nx.Graph()
    graph.add_weighted_edges_from(links.iloc[:5].itertuples(index=False), weight="km")
    assert found.table["betweenness"].to_dict() == nx.betweenness_centrality(graph, weight="km")
    assert found.table["closeness"].tolist() == pytest.approx([3 / 40] * 4), "the diagonal is no shorter"
    assert found.table["degree"].tolist() == [3, 2, 3, 2]
    with pytest.raises(InputError, match="q are not among the places"):
        network_shape(places, links.assign(to_place="q"))


def test_network_shape_counts_components() -> None:
    """Two triangles of sides 3, 4 and 5 km: two circuits of at most two."""
    xy = np.array([(0, 0), (3, 0), (0, 4), (50, 0), (53, 0), (50, 4)]) * 1000
    points = gpd.points_from_xy(500_000 + xy[:, 0], 3_000_000 + xy[:, 1])
    places = gpd.GeoDataFrame(geometry=points, index=list("abcdef"), crs=32649)
    rows = [
        ("a", "b", 3.0),
        ("a", "c", 4.0),
        ("b", "c", 5.0),
        ("d", "e", 3.0),
        ("d", "f", 4.0),
        ("e", "f", 5.0),
    ]
    found = network_shape(places, pd.DataFrame(rows, columns=["from_place", "to_place", "length_km"]))
    assert found.indices[["nodes", "edges", "components"]].tolist() == [6, 6, 2]
    assert found.indices["alpha"] == pytest.approx(2 / 2)
    assert found.indices["gamma"] == pytest.approx(6 / 12)
    assert found.table.loc["a", "closeness"] == pytest.approx(2 / 7 * 2 / 5), "reached over sum, times share"
    assert found.table.loc["a", "straightness"] == pytest.approx(1, rel=1e-3)
    one = network_shape(
        places.iloc[:3], pd.DataFrame(rows[:3], columns=["from_place", "to_place", "length_km"])
    )
    assert one.indices["alpha"] == pytest.approx(1)


def test_alpha_is_a_share_of_circuits_component_by_component() -> None:
    """A ring of eight with three chords and three places alone: 4 circuits of at most 11."""
    angle = np.arange(8) * np.pi / 4
    x = 500_000 + np.append(1000 * np.cos(angle), [5000, 6000, 7000])
    y = 3_000_000 + np.append(1000 * np.sin(angle), [0, 0, 0])
    at = gpd.points_from_xy(x, y)
    places = gpd.GeoDataFrame(geometry=at, index=list("abcdefghxyz"), crs=32649)
    pairs = [*zip("abcdefgh", "bcdefgha", strict=True), ("a", "c"), ("a", "d"), ("a", "e")]
    links = pd.DataFrame(pairs, columns=["from_place", "to_place"]).assign(length_km=1.0)
    assert network_shape(places, links).indices["alpha"] == pytest.approx(4 / 11)
    whole = pd.DataFrame(itertools.combinations("abcdefgh", 2), columns=["from_place", "to_place"])
    crossing = network_shape(places.iloc[:8], whole.assign(length_km=1.0)).indices
    assert crossing[["alpha", "gamma"]].tolist() == [1.0, 1.0]


def test_polycentricity_runs_from_a_star_to_a_complete_graph() -> None:
    full = frame(1 - np.eye(4))
    assert polycentricity(full).tolist() == pytest.approx([1, 1, 1])
    star = np.zeros((4, 4))
    star[0, 1:] = 5
    found = polycentricity(frame(star))
    c = np.array([15, 5, 5, 5])
    assert found["special"] == pytest.approx(1 - c.std() / 7.5)
    assert found["density"] == pytest.approx(0.5)
    with pytest.raises(InputError, match="negative numbers from a"):
        polycentricity(frame([[0, -1], [1, 0]]))


def test_morphological_polycentricity_is_the_rank_size_slope() -> None:
    assert morphological_polycentricity(pd.Series(1e7 / np.arange(1, 9)))["slope"] == pytest.approx(-1)


def test_places_alone_and_links_given_twice_or_to_oneself() -> None:
    """d has no link; a-b is given twice, the shorter counts; b to itself is none."""
    places, _ = square_with_diagonal()
    rows = [("a", "b", 12.0), ("b", "a", 11.0), ("b", "b", 1.0), ("b", "c", 20.0)]
    found = network_shape(places, pd.DataFrame(rows, columns=["from_place", "to_place", "length_km"]))
    assert found.indices[["nodes", "edges", "components", "beta"]].tolist() == [4, 2, 2, 0.5]
    assert found.indices["alpha"] == 0 and found.indices["gamma"] == pytest.approx(2 / 6)
    assert found.table["degree"].tolist() == [1, 2, 1, 0]
    root = 10 * np.sqrt(2)
    expected = [(1.1 + 31 / root) / 2, (1.1 + 2) / 2, (2 + 31 / root) / 2, np.nan]
    assert found.table["detour"].tolist() == pytest.approx(expected, rel=1e-3, nan_ok=True)
    straight = [(1 / 1.1 + root / 31) / 2, (1 / 1.1 + 0.5) / 2, (0.5 + root / 31) / 2, np.nan]
    assert found.table["straightness"].tolist() == pytest.approx(straight, rel=1e-3, nan_ok=True)
    assert found.provenance.parameters["length"] == "length_km" and "4 places, 2 links" in repr(found)
    assert found.summary["value"].to_dict() == pytest.approx(found.indices.to_dict())
    two = network_shape(
        places.iloc[:2], pd.DataFrame(rows[:1], columns=["from_place", "to_place", "length_km"])
    )
    assert np.isnan(two.indices["gamma"]) and np.isnan(two.indices["alpha"])


def test_a_slope_of_sizes_leaves_out_who_has_nobody() -> None:
    found = morphological_polycentricity(pd.Series([*(1e7 / np.arange(1, 5)), 0.0]))
    assert found["slope"] == pytest.approx(-1) and found["n"] == 4


def test_polycentricity_of_uneven_flows_as_counted_by_hand() -> None:
    """a-b 6 both ways together, a-c 2, b-c 0: places hold 8, 6 and 2; on average 8 / 3 of 6 flow."""
    found = polycentricity(frame([[9, 4, 2], [2, 0, 0], [0, 0, 5]]))
    c = np.array([8, 6, 2])
    assert found["special"] == pytest.approx(1 - c.std() / 4)
    assert found["density"] == pytest.approx(8 / 3 / 6)
    assert found["functional"] == pytest.approx(found["special"] * 8 / 18)
    with pytest.raises(InputError, match="nothing flows"):
        polycentricity(frame([[5, 0], [0, 5]]))
    with pytest.raises(InputError, match="the same two or more places"):
        polycentricity(frame([[5]]))
