"""Roads as compact tables: junctions, links between them and the lines they follow."""

from __future__ import annotations

import itertools
from pathlib import Path

import networkx as nx
import osmium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.osm.osm_files import write_pbf
from tests.sources.osm.ways import GRID, ROAD, geodesic, graph_of
from urbgeo.errors import InputError
from urbgeo.sources.osm.read import read_roads


def test_a_way_given_twice_changes_no_distance(tmp_path: Path) -> None:
    ways = [([0, 1, 2], ROAD), ([2, 12], ROAD), ([10, 0, 20], ROAD)]
    once, twice = (
        graph_of(read_roads(write_pbf(tmp_path / f"{name}.osm.pbf", GRID, [*ways, *again])))
        for name, again in (("once", []), ("twice", ways[:1]))
    )
    for one in (once, twice):
        assert nx.shortest_path_length(one, 10, 12, weight="km") == pytest.approx(
            geodesic(*GRID[10], *GRID[0]) + geodesic(*GRID[0], *GRID[2]) + geodesic(*GRID[2], *GRID[12])
        )


def test_a_closed_way_on_its_own_is_one_loop(tmp_path: Path) -> None:
    roads = read_roads(write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1, 11], ROAD), ([11, 10, 0], ROAD)]))
    assert len(roads) == 1
    assert roads.ends[0, 0] == roads.ends[0, 1]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(sorted(GRID)), min_size=2, max_size=6),
            st.sampled_from([{}, {"oneway": "yes"}, {"oneway": "-1"}, {"maxspeed": "30"}]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_simplifying_changes_no_distance(
    tmp_path: Path, ways: list[tuple[list[int], dict[str, str]]]
) -> None:
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, [(refs, {**ROAD, **tags}) for refs, tags in ways])
    try:
        short = read_roads(path)
    except InputError:
        return
    full = oracle_graph(path)
    simple = graph_of(short)
    assert short.length_km.sum() == pytest.approx(read_roads(path, simplify=False).length_km.sum())
    for origin in simple:
        ours = nx.single_source_dijkstra_path_length(simple, origin, weight="km")
        theirs = nx.single_source_dijkstra_path_length(full, origin, weight="km")
        assert ours == pytest.approx({node: theirs[node] for node in theirs if node in simple})


def oracle_graph(path: Path) -> nx.MultiDiGraph:
    """Every stretch between neighbouring nodes of every highway, read by pyosmium."""
    graph = nx.MultiDiGraph()
    places: dict[int, tuple[float, float]] = {}
    for one in osmium.FileProcessor(str(path)):
        if one.is_node():
            places[one.id] = (one.lon, one.lat)
        elif one.is_way() and "highway" in one.tags:
            refs = [node.ref for node in one.nodes]
            refs = refs[::-1] if one.tags.get("oneway") == "-1" else refs
            for a, b in itertools.pairwise(refs):
                km = geodesic(*places[a], *places[b])
                graph.add_edge(a, b, km=km)
                if one.tags.get("oneway") is None:
                    graph.add_edge(b, a, km=km)
    return graph
