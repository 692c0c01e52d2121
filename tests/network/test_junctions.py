"""Streets merged by name and written without nodes come back to one network, and bridges stay above it."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from scipy.spatial import Delaunay, cKDTree

from tests.network.build import EAST, NORTH, UTM
from urbgeo.errors import UrbgeoWarning
from urbgeo.network.junctions import cut_lines, gathered
from urbgeo.network.lines import from_lines
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.osm_speeds import LineReading

OSM = LineReading(class_system="osm")
DRIVEN = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential", "living_street",
          "unclassified", "road", "motorway_link", "trunk_link", "primary_link", "secondary_link",
          "tertiary_link")  # fmt: skip
LEVELS = ("bridge", "tunnel", "layer")
NO_JUNCTION_M = 0.3
"""A node this near to where two streets pass over each other would join them."""


def merged(streets: gpd.GeoDataFrame, by: list[str]) -> gpd.GeoDataFrame:
    """One line from end to end for all stretches that are called alike, as offices draw them."""
    whole = streets.dissolve(by, as_index=False, dropna=False)
    return whole.set_geometry(whole.geometry.line_merge()).explode(ignore_index=True)


def passings(streets: gpd.GeoDataFrame, level: pd.Series) -> np.ndarray:
    """Where streets of different levels cross, away from the ends of both."""
    shapes = streets.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="crosses")
    apart = (one < other) & (level.to_numpy()[one] != level.to_numpy()[other])
    spots = shapely.get_parts(shapely.intersection(shapes[one[apart]], shapes[other[apart]]))
    xy = shapely.get_coordinates(spots[shapely.get_type_id(spots) == shapely.GeometryType.POINT])
    ends = shapely.get_coordinates(shapely.boundary(shapes))
    return xy[cKDTree(ends).query(xy)[0] > 2 * NO_JUNCTION_M]


def joined_there(network: TravelNetwork, spots: np.ndarray) -> int:
    """How many of the spots have a node."""
    nodes = network.nodes.get_coordinates().to_numpy()
    return int((cKDTree(nodes).query(spots)[0] <= NO_JUNCTION_M).sum())


def town(seed: int) -> nx.Graph:
    """Crooked lanes between places strewn about, no two corners alike, held together by a spanning tree."""
    draw = np.random.default_rng(seed)
    xy = draw.normal(0.0, 350.0, (260, 2))
    xy = xy[np.unique(np.round(xy / 25.0), axis=0, return_index=True)[1]]
    sides = {
        tuple(sorted(pair))
        for a, b, c in Delaunay(xy).simplices.tolist()
        for pair in ((a, b), (b, c), (a, c))
    }
    graph = nx.Graph()
    for a, b in sorted(sides):
        metres = float(np.hypot(*(xy[a] - xy[b])))
        graph.add_edge(a, b, metres=metres, lane=draw.random() < 0.6 and metres < 150.0)
    kept = set(nx.minimum_spanning_edges(graph, weight="metres", data=False))
    graph.remove_edges_from(
        [(a, b) for a, b, lane in graph.edges(data="lane") if not lane and (a, b) not in kept]
    )
    nx.set_node_attributes(graph, {k: (EAST + x, NORTH + y) for k, (x, y) in enumerate(xy.tolist())}, "at")
    return graph


def streets_of(graph: nx.Graph) -> list[list[int]]:
    """The lanes put together to streets that go on as straight as may be, through every other one."""
    at = nx.get_node_attributes(graph, "at")

    def bend(a: int, b: int, c: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = at[a], at[b], at[c]
        turn = math.atan2(cy - by, cx - bx) - math.atan2(by - ay, bx - ax)
        return abs(math.remainder(turn, 2 * math.pi))

    left = {frozenset(edge) for edge in graph.edges}
    streets = []
    while left:
        street = sorted(min(left, key=sorted))
        left.discard(frozenset(street))
        for _ in range(2):
            while True:
                ways = [
                    k for k in graph[street[-1]] if frozenset((street[-1], k)) in left and k not in street
                ]
                ahead = min(ways, key=lambda k: bend(*street[-2:], k), default=None)
                if ahead is None or bend(*street[-2:], ahead) > math.pi / 3:
                    break
                left.discard(frozenset((street[-1], ahead)))
                street.append(ahead)
            street.reverse()
        streets.append(street)
    return streets


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_old_town_with_a_viaduct_and_a_tunnel_comes_back_as_it_was_drawn(seed: int) -> None:
    graph = town(seed)
    at = nx.get_node_attributes(graph, "at")
    draw = np.random.default_rng(seed)
    rows = []
    for street in streets_of(graph):
        shape = np.array([at[k] for k in street])
        shape[[0, -1]] += draw.uniform(-0.2, 0.2, (2, 2))  # no surveyor meets the other street to a hair
        rows.append({"geometry": shapely.LineString(shape), "高架": None, "隧道": "否"})
    xy = np.array([at[k] for k in graph])
    keys = list(graph)
    for across, words in ((0, {"高架": 1, "隧道": "否"}), (1, {"高架": None, "隧道": "是"})):
        ends = [keys[int(one)] for one in (xy[:, across].argmin(), xy[:, across].argmax())]
        line = shapely.LineString([at[k] for k in ends])
        rows.append({"geometry": line, **words})
        graph.add_edge(*ends, metres=line.length)
    lines = gpd.GeoDataFrame(rows, crs=UTM).assign(**{"class": "支路"})
    level = lines["高架"].notna().astype(int) - (lines["隧道"] == "是")
    spots = passings(lines, level)
    assert len(spots) > 10
    reading = LineReading(speeds={"urban": 60.0})
    with pytest.warns(UrbgeoWarning, match="parts"):
        apart = from_lines(lines, reading=reading)
    joined = from_lines(lines, node_at="crossings", level_column=["高架", "隧道"], reading=reading)
    flat = from_lines(lines, node_at="crossings", reading=reading)
    assert apart.parts[1] < 0.5 and joined.parts[1] >= 0.99
    assert joined_there(joined, spots) == 0 and joined_there(flat, spots) == len(spots)
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), index=keys, crs=UTM).iloc[::9]
    found = minutes_table(joined, places, places)
    metres = dict(nx.all_pairs_dijkstra_path_length(graph, weight="metres"))
    drawn = pd.DataFrame({b: {a: metres[a][b] / 1000.0 for a in places.index} for b in places.index})
    np.testing.assert_allclose(found, drawn, atol=0.02)


def test_streets_of_a_city_merged_by_name_come_back_and_its_bridges_stay_above(shared_data: Path) -> None:
    rows, refs = [], []
    for way in osmium.FileProcessor(str(shared_data / "porto_alegre/poa_osm.pbf")).with_locations():
        if way.is_way() and way.tags.get("highway") in DRIVEN:
            shape = shapely.LineString([(node.lon, node.lat) for node in way.nodes])
            tags = {tag: way.tags.get(tag) for tag in ("highway", "name", *LEVELS)}
            rows.append({**tags, "geometry": shape})
            refs.append([node.ref for node in way.nodes])
    streets = gpd.GeoDataFrame(rows, crs=4326).to_crs(31982)
    streets["name"] = streets["name"].fillna("unnamed " + streets["highway"])
    hangs = nx.Graph()
    for street, nodes in enumerate(refs):
        hangs.add_edges_from((("way", street), node) for node in nodes)
    km = streets.length / 1000.0
    largest = max(
        sum(km[one[1]] for one in part if isinstance(one, tuple)) for part in nx.connected_components(hangs)
    )
    whole = merged(streets, ["name", *LEVELS])
    assert len(whole) < 0.6 * len(streets)
    with pytest.warns(UrbgeoWarning, match="parts"):
        apart = from_lines(whole, class_column="highway", reading=OSM)
        joined = from_lines(
            whole, class_column="highway", node_at="crossings", level_column=list(LEVELS), reading=OSM
        )
        flat = from_lines(whole, class_column="highway", node_at="crossings", reading=OSM)
    assert apart.parts[1] < 0.1 and joined.parts[1] >= 0.99
    hanging = (joined.component[joined.link_ends] == 0).all(axis=1)
    assert joined.link_table["length_km"][hanging].sum() == pytest.approx(largest, rel=0.005)
    level = streets[list(LEVELS)].fillna("").agg("|".join, axis=1)
    spots = passings(streets, level)
    assert len(spots) > 20
    assert joined_there(joined, spots) == 0 and joined_there(flat, spots) > 0.9 * len(spots)


def across(*tips: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Lines by the metres of both their ends."""
    return gpd.GeoDataFrame(
        geometry=[shapely.LineString([one[:2], one[2:]]) for one in tips],
        index=list("abcdef")[: len(tips)],
        crs=UTM,
    )


def cut(
    lines: gpd.GeoDataFrame, level: str = "", *, crossings: bool = True, within_m: float = 0.5
) -> dict[str, list[float]]:
    """Metres of the pieces of each line."""
    levels = pd.Series(list(level or "0" * len(lines)), lines.index)
    pieces = cut_lines(lines, levels, crossings=crossings, within_m=within_m)
    return pieces.length.round(6).groupby(level=0).agg(list).to_dict()


def test_lines_are_cut_where_others_end_on_them_cross_them_or_run_along_them() -> None:
    street = across((0, 0, 10, 0), (5, 0, 5, 5), (7, -1, 7, 3))
    assert cut(street) == {"a": [5, 2, 3], "b": [5], "c": [1, 3]}
    assert cut(street, crossings=False) == {"a": [5, 5], "b": [5], "c": [4]}
    assert cut(street, "011") == {"a": [10], "b": [5], "c": [4]}, "of another level"
    assert cut(across((0, 0, 10, 0), (2, 0, 4, 0))) == {"a": [2, 2, 6], "b": [2]}
    loop = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(0, 0), (4, 0), (4, 2), (2, 2), (2, -1)])], index=["a"], crs=UTM
    )
    assert sorted(cut(loop)["a"]) == [1, 2, 8], "it crosses itself at two metres"


def test_no_piece_is_shorter_than_what_is_one_place() -> None:
    assert cut(across((0, 0, 10, 0), (0.5, 0, 0.5, 5))) == {"a": [10], "b": [5]}
    assert cut(across((0, 0, 10, 0), (9.5, 0, 9.5, 5))) == {"a": [10], "b": [5]}
    assert cut(across((0, 0, 10, 0), (0.6, 0, 0.6, 5))) == {"a": [0.6, 9.4], "b": [5]}
    assert cut(across((0, 0, 10, 0), (5, 0, 5, 5), (5.5, 0, 5.5, 5)))["a"] == [5, 5]
    assert cut(across((0, 0, 10, 0), (5, 0, 5, 5), (5.6, 0, 5.6, 5)))["a"] == [5, 0.6, 4.4]
    assert cut(across((0, 0, 10, 0), (5, 0.5, 5, 5)))["a"] == [5, 5], "half a metre off still meets it"
    assert cut(across((0, 0, 10, 0), (5, 0.6, 5, 5)))["a"] == [10]


def test_ends_gather_where_all_of_them_are_near_and_never_both_of_one_line() -> None:
    """At 0, 0.4 and 0.8 the first two are one place; the third is too far from the first."""
    tips = np.array([[0, 0], [9, 0], [0.4, 0], [9, 5], [0.8, 0], [9, 9]], float)
    node, spots = gathered(tips, 0.5)
    assert node[0] == node[2] != node[4] and len(set(node.tolist())) == 5
    assert spots[node[2]].tolist() == [0, 0] and spots[node[4]].tolist() == [0.8, 0]
    assert len(set(gathered(tips, 0.8)[0].tolist())) == 4, "the bound is closed"
    short = np.array([[0, 0], [0.3, 0], [0.3, 0], [5, 5]], float)
    assert gathered(short, 0.5)[0].tolist() == [0, 1, 1, 2]
