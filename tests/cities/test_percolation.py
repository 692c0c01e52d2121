"""Road percolation: intersections joined by short streets."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.cities.streets import UTM
from urbgeo.cities.percolation import box_dimension, percolate
from urbgeo.errors import InputError
from urbgeo.network.model import build_network


def lattice(side: int, metres: float) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    graph = nx.grid_2d_graph(side, side)
    names = {node: f"{node[0]}-{node[1]}" for node in graph}
    nodes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(
            [500_000 + x * metres for x, _ in graph], [3_000_000 + y * metres for _, y in graph]
        ),
        index=list(names.values()),
        crs=UTM,
    )
    rows = [(names[a], names[b], metres) for a, b in graph.edges]
    return nodes, pd.DataFrame(rows, columns=["from_node", "to_node", "length_m"])


def test_two_towns_percolate_at_their_spacing_and_join_at_their_distance() -> None:
    first, links = lattice(12, 100.0)
    second, more = lattice(10, 150.0)
    second.index = "s" + second.index
    second.geometry = second.translate(5000, 0)
    more[["from_node", "to_node"]] = "s" + more[["from_node", "to_node"]]
    bridge = pd.DataFrame([("0-0", "s0-0", 900.0)], columns=links.columns)
    nodes = pd.concat([first, second])
    found = percolate(
        nodes, links=pd.concat([links, more, bridge], ignore_index=True), thresholds_m=[50, 100, 150, 900]
    )
    assert found.table["largest"].tolist() == [1 - 1, 144, 144, 244]
    assert found.table["second"].tolist() == [0, 0, 100, 0]
    assert found.critical_m == 100
    # as seen from an intersection outside the largest cluster: the town of 100 has no other beside it
    assert found.table["mean_size"].tolist() == pytest.approx([np.nan, np.nan, 100, np.nan], nan_ok=True)
    assert found.table["share_largest"].tolist() == pytest.approx([0, 144 / 244, 144 / 244, 1])
    mixed = percolate(
        nodes.sample(frac=1, random_state=2),
        links=pd.concat([bridge, more, links], ignore_index=True).sample(frac=1, random_state=1),
        thresholds_m=[50, 100, 150, 900],
    )
    pd.testing.assert_frame_equal(mixed.table, found.table)
    assert mixed.cluster.reindex(nodes.index).equals(found.cluster)
    assert found.table.loc[100, "clusters"] == 1
    with pytest.raises(InputError, match="every street is longer than 60 m, the shortest has 100"):
        percolate(first, links=links, thresholds_m=[50, 60])
    with pytest.raises(InputError, match="ends not among the nodes at 0"):
        percolate(first, links=links.assign(from_node=["q", *links["from_node"][1:]]), thresholds_m=[50, 100])


def test_a_network_percolates_like_its_tables_without_its_trains() -> None:
    nodes, links = lattice(8, 100.0)
    station = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([505_000], [3_000_000]), index=["station"], crs=UTM
    )
    rows = links.assign(length_km=links["length_m"] / 1000, **{"class": "local", "mode": "road"})
    train = {"from_node": "0-0", "to_node": "station", "length_km": 5.0, "class": "rail", "mode": "rail",
             "minutes": 3.0}  # fmt: skip
    every = pd.concat([rows.drop(columns="length_m"), pd.DataFrame([train])], ignore_index=True)
    network = build_network(pd.concat([nodes, station]), every)
    found = percolate(network, thresholds_m=[50, 100])
    plain = percolate(nodes, links=links, thresholds_m=[50, 100])
    pd.testing.assert_frame_equal(found.table, plain.table)
    assert found.cluster.reindex(nodes.index).equals(plain.cluster)
    with pytest.raises(InputError, match="brings its own"):
        percolate(network, links=links, thresholds_m=[50, 100])
    with pytest.raises(InputError, match="has no roads"):
        percolate(network.only(("rail",)), thresholds_m=[50, 100])
    with pytest.raises(InputError, match="give the streets"):
        percolate(nodes, thresholds_m=[50, 100])


def test_box_dimension_tells_a_line_from_a_square() -> None:
    t = np.arange(4096) / 4096
    line = np.stack([t, t], axis=1)
    square = np.stack(np.meshgrid(t[::32], t[::32]), axis=-1).reshape(-1, 2)
    assert box_dimension(line) == pytest.approx(1, abs=0.02)
    assert box_dimension(square) == pytest.approx(2, abs=0.05)


def test_the_streets_of_wuhan_percolate(shared_data: Path) -> None:
    streets = gpd.read_parquet(shared_data / "wuhan/streets.parquet")
    lines = streets.geometry.to_numpy()
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    unique, codes = np.unique(ends, axis=0, return_inverse=True)
    n = len(streets)
    nodes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*unique.T), crs=streets.crs)
    links = pd.DataFrame(
        {"from_node": codes[:n], "to_node": codes[n:], "length_m": streets.length.to_numpy()}
    )
    found = percolate(nodes, links=links, thresholds_m=[50, 100, 200, 300, 500, 1000, 2000])
    assert found.table["largest"].is_monotonic_increasing
    assert found.table["share_largest"].iloc[-1] > 0.8
    assert 1 < found.table.loc[found.city_scale_m, "dimension"] < 2
    assert (found.cluster == 1).sum() == found.table.loc[found.city_scale_m, "largest"]


def test_clusters_are_numbered_and_measured_as_counted_by_hand() -> None:
    """Clusters of three, two and two; one intersection alone; the largest grows most at 20 m."""
    at = gpd.points_from_xy([500_000 + 10.0 * k for k in range(8)], [3_000_000] * 8)
    nodes = gpd.GeoDataFrame(geometry=at, index=list("abcdefgh"), crs=UTM)
    rows = [("f", "g", 10.0), ("g", "h", 20.0), ("a", "b", 10.0), ("d", "c", 20.0)]
    links = pd.DataFrame(rows, columns=["from_node", "to_node", "length_m"])
    found = percolate(nodes, links=links, thresholds_m=[10, 20])
    assert found.table["clusters"].tolist() == [2, 3] and found.table["largest"].tolist() == [2, 3]
    assert found.table["second"].tolist() == [2, 2] and found.table["share_largest"].tolist() == [
        2 / 8,
        3 / 8,
    ]
    # an intersection outside the largest lies in a cluster of (2^2 + 2^2) / (2 + 2)
    assert found.table["mean_size"].tolist() == pytest.approx([2, 2])
    assert found.cluster.to_dict() == dict(zip("abcdefgh", [1, 1, 0, 0, 0, 2, 2, 0], strict=True))
    assert found.critical_m == 10 and np.isnan(found.city_scale_m) and found.table["dimension"].isna().all()
    assert found.provenance.parameters == {"thresholds_m": (10.0, 20.0)}
    assert repr(found).startswith("<Percolation critical at 10 m, cities at nan m>")
    with pytest.raises(InputError, match="links: it has no rows"):
        percolate(nodes, links=links.iloc[:0], thresholds_m=[10, 20])
    with pytest.raises(InputError, match="two or more, rising"):
        percolate(nodes, links=links, thresholds_m=[20])
    with pytest.raises(InputError, match="two or more, rising"):
        percolate(nodes, links=links, thresholds_m=[10, 10])


def test_points_without_extent_or_too_few_have_no_dimension() -> None:
    assert np.isnan(box_dimension(np.zeros((60, 2))))
    assert np.isnan(box_dimension(np.arange(6.0).reshape(3, 2)))


@pytest.mark.parametrize(("count", "found"), [(50, 1.0), (49, math.nan)])
def test_a_cluster_of_fifty_intersections_has_a_dimension_and_a_smaller_one_has_none(
    count: int, found: float
) -> None:
    at = gpd.points_from_xy([500_000 + 10.0 * k for k in range(count)], [3_000_000] * count)
    nodes = gpd.GeoDataFrame(geometry=at, crs=UTM)
    links = pd.DataFrame({"from_node": range(count - 1), "to_node": range(1, count), "length_m": 10.0})
    table = percolate(nodes, links=links, thresholds_m=[5, 10]).table
    assert table["dimension"].tolist() == pytest.approx([math.nan, found], nan_ok=True)


def test_three_scales_whose_boxes_hold_two_points_or_more_make_a_dimension() -> None:
    """Points on a line in 4, 8 and 16 boxes; of 31 points fewer than two lie in a box of the third."""
    for count, found in ((32, 1.0), (31, math.nan)):
        line = np.stack([np.linspace(0, 1, count), np.zeros(count)], axis=1)
        assert box_dimension(line) == pytest.approx(found, nan_ok=True)
