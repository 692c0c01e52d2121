"""OpenStreetMap files to road tables: ``read_roads`` for PBF and XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.osm.osm_files import write_pbf
from tests.sources.osm.ways import GRID, ROAD, ends, geodesic
from urbgeo.errors import InputError
from urbgeo.sources.osm.read import read_roads


def test_a_bridge_does_not_meet_what_it_crosses(tmp_path: Path) -> None:
    cross = [([10, 11, 12], ROAD), ([1, 21], {**ROAD, "bridge": "yes"})]
    roads = read_roads(write_pbf(tmp_path / "a.osm.pbf", GRID, cross))
    assert ends(roads) == [(1, 21), (10, 12)]
    meeting = [([10, 11, 12], ROAD), ([1, 11, 21], ROAD)]
    roads = read_roads(write_pbf(tmp_path / "b.osm.pbf", GRID, meeting))
    assert ends(roads) == [(1, 11), (10, 11), (11, 12), (11, 21)]


def test_length_is_that_of_the_geodesic(tmp_path: Path) -> None:
    roads = read_roads(write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 10], ROAD)]))
    assert roads.length_km[0] == pytest.approx(geodesic(*GRID[0], *GRID[10]), rel=1e-6)


def test_only_links_with_an_end_in_the_box_are_kept(tmp_path: Path) -> None:
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1, 2, 3, 4], ROAD), ([40, 41], ROAD)])
    roads = read_roads(path, bbox=(111.99, 27.99, 112.015, 28.005))
    assert ends(roads) == [(0, 2)]
    with pytest.raises(InputError, match="no road lies in the box"):
        read_roads(path, bbox=(100.0, 27.0, 101.0, 28.0))


@pytest.mark.parametrize(
    "box",
    [
        (112.25, 28.0, 112.375, 28.5),
        (112.125, 28.0, 112.25, 28.5),
        (112.125, 28.25, 112.375, 28.5),
        (112.125, 28.0, 112.375, 28.25),
    ],
)
def test_a_node_on_an_edge_of_the_box_is_in_it(
    box: tuple[float, float, float, float], tmp_path: Path
) -> None:
    places = {0: (112.0, 28.25), 1: (112.25, 28.25), 2: (112.5, 28.25)}
    path = write_pbf(tmp_path / "a.osm.pbf", places, [([0, 1], ROAD), ([1, 2], ROAD)])
    assert ends(read_roads(path, bbox=box)) == [(0, 2)]


def test_stretches_of_no_length_are_counted_and_left_out(tmp_path: Path) -> None:
    roads = read_roads(
        write_pbf(
            tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD), ([1, 1], ROAD), ([1, 2], ROAD), ([0, 0], ROAD)]
        )
    )
    assert roads.counts["pieces of no length"] == 2
    assert (roads.length_km > 0).all()
    with pytest.raises(InputError, match="lack nodes"):
        read_roads(write_pbf(tmp_path / "b.osm.pbf", GRID, [([1, 1], ROAD)]))


def test_a_way_without_nodes_is_passed_over_wherever_it_stands(tmp_path: Path) -> None:
    for ways in ([([], ROAD), ([0, 1], ROAD)], [([0, 1], ROAD), ([], ROAD)]):
        assert ends(read_roads(write_pbf(tmp_path / "a.osm.pbf", GRID, ways))) == [(0, 1)]


def test_ways_cut_by_the_edge_of_an_extract_end_there(tmp_path: Path) -> None:
    places = {node: GRID[node] for node in (0, 1, 3, 4)}
    roads = read_roads(write_pbf(tmp_path / "a.osm.pbf", places, [([0, 1, 2, 3, 4, 14], ROAD)]))
    assert ends(roads) == [(0, 1), (3, 4)]
    assert roads.counts["nodes missing from the file"] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        {"mode": "fly"}, {"classes": ["autobahn"]}, {"classes": []}, {"bbox": (1, 1, 1, 1)},
        {"bbox": (1, 0, 1, 2)}, {"bbox": (0, 1, 2, 1)},
        {"bbox": (-180.1, 0, 2, 1)}, {"bbox": (0, 0, 180.1, 1)}, {"bbox": (0, -90.1, 1, 1)},
        {"bbox": (0, 0, 1, 90.1)}, {"bbox": (1, 1, 2, 1)}, {"bbox": (2, 0, 1, 1)},
        {"bbox": (1, 2, 3)}, {"bbox": (0, 100, 1, 110)}, {"bbox": "here"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(tmp_path: Path, arguments: dict[str, object]) -> None:
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD)])
    with pytest.raises(InputError, match=next(iter(arguments))):
        read_roads(path, **arguments)
    assert len(read_roads(path, bbox=(-180, -90, 180, 90)).ends) == 1, "all of the globe"


def test_links_end_apart_at_a_barrier_each_at_a_place_of_its_own(tmp_path: Path) -> None:
    ways = [([0, 1, 2], ROAD), ([11, 1, 21], ROAD), ([30, 31], ROAD)]
    roads = read_roads(write_pbf(tmp_path / "a.osm.pbf", GRID, ways, {1: {"barrier": "bollard"}}))
    assert roads.counts["barriers that stop"] == 1 and roads.counts["ends at barriers"] == 4
    ids = roads.node_ids[roads.ends]
    far_sides = sorted(ids[ids < 0].tolist())
    assert far_sides == [-4, -3, -2, -1] and 1 not in ids
    assert sorted({frozenset(pair) - set(far_sides) for pair in ids.tolist()}, key=min) == [
        {0}, {2}, {11}, {21}, {30, 31},
    ]  # fmt: skip
    two = {1: {"barrier": "bollard"}, 31: {"barrier": "bollard"}}
    again = read_roads(write_pbf(tmp_path / "b.osm.pbf", GRID, ways, two))
    assert again.counts["barriers that stop"] == 2 and again.counts["ends at barriers"] == 5
    nodes, links = roads.tables()
    assert all(tuple(nodes.geometry[one].coords[0]) == pytest.approx(GRID[1], abs=1e-7) for one in far_sides)
    for link in links.itertuples():
        ends_of = [nodes.geometry[one].coords[0] for one in (link.from_node, link.to_node)]
        assert [link.geometry.coords[0], link.geometry.coords[-1]] == ends_of
