"""OpenStreetMap XML gives the roads that PBF gives; the rules of the wiki, one by one."""

from __future__ import annotations

import bz2
import gzip
import warnings
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from tests.conftest import shared_data
from tests.sources.osm.osm_files import write_pbf
from urbgeo.errors import SourceError, UrbgeoWarning
from urbgeo.network.osm import from_pbf
from urbgeo.network.report import network_report
from urbgeo.sources.osm.read import TURNS, read_roads
from urbgeo.sources.osm.roads import Roads
from urbgeo.sources.osm.xml import is_xml

GRID = {number: (113.0 + 0.01 * number, 28.0) for number in range(6)}
ROAD = {"highway": "primary", "name": "芙蓉路"}


def same(one: Roads, other: Roads) -> None:
    for name in ("node_ids", "ends", "kind", "line"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("lon", "lat", "length_km"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)
    assert (one.kinds, dict(one.counts)) == (other.kinds, dict(other.counts))


@pytest.mark.parametrize("mode", ["drive", "walk", "cycle"])
def test_xml_plain_or_packed_and_pbf_give_the_same_roads(tmp_path: Path, mode: str) -> None:
    ways = [
        ([0, 1, 2], ROAD),
        ([2, 3], {"highway": "residential", "oneway": "-1"}),
        ([1, 4], {"building": "yes"}),
    ]
    files = [
        write_pbf(tmp_path / name, GRID, ways, {1: {"barrier": "bollard"}}) for name in ("a.osm.pbf", "a.osm")
    ]
    (tmp_path / "b.osm.gz").write_bytes(gzip.compress(files[1].read_bytes()))
    (tmp_path / "c.osm.bz2").write_bytes(bz2.compress(files[1].read_bytes()))
    truth = read_roads(files[0], mode=mode)
    for path in (files[1], tmp_path / "b.osm.gz", tmp_path / "c.osm.bz2"):
        same(read_roads(path, mode=mode), truth)


def test_a_chinese_town_is_read_from_its_xml() -> None:
    network = from_pbf(shared_data() / "china/streets_117E_28N.osm")
    assert len(network.links) > 100 and network.provenance.parameters[TURNS] == 0


@pytest.mark.parametrize("packed", [bytes, gzip.compress, bz2.compress])
def test_a_cut_or_foreign_xml_is_refused_by_name(tmp_path: Path, packed: object) -> None:
    whole = write_pbf(tmp_path / "a.osm", GRID, [([0, 1, 2], ROAD)]).read_bytes()
    for at in (60, len(whole) // 2, len(whole) - 3):
        content = packed(whole)  # type: ignore[operator]
        (tmp_path / "cut.osm").write_bytes(content[: len(content) * at // len(whole)])
        with pytest.raises(SourceError, match=r"cut\.osm"):
            read_roads(tmp_path / "cut.osm")
    (tmp_path / "b.osm").write_text("<?xml version='1.0'?><kml/>")
    with pytest.raises(SourceError, match="no OpenStreetMap XML; it begins with <kml>"):
        read_roads(tmp_path / "b.osm")


@pytest.mark.parametrize("suffix", ["osm", "osm.pbf"])
def test_turn_restrictions_are_counted_and_said_where_a_planner_looks(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"town.{suffix}"
    tags = [
        {"type": "restriction", "restriction": "no_left_turn"},
        {"restriction": "no_u_turn", "type": "restriction"},
        {"type": "route", "route": "bus"},
        {"note": "restriction", "type": "site"},
        {"restriction": "type"},
    ]
    write_pbf(path, GRID, [([0, 1, 2], ROAD)], relations=tags)
    with pytest.warns(UrbgeoWarning, match="2 turn restrictions in the file, not applied"):
        network = from_pbf(path)
    assert network.provenance.parameters[TURNS] == 2
    assert "; 2 turn restrictions in the file, not applied" in repr(network_report(network))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert from_pbf(path, mode="walk").provenance.parameters[TURNS] == 2


@pytest.mark.parametrize("suffix", ["osm", "osm.pbf"])
def test_negative_ids_are_ids(tmp_path: Path, suffix: str) -> None:
    """As editors write what is not yet uploaded; a bollard at -3 cuts there and nowhere else."""
    places = {-number: place for number, place in GRID.items() if number} | {-6: (113.06, 28.0)}
    path = write_pbf(
        tmp_path / f"a.{suffix}", places, [([-1, -2, -3, -4, -5, -6], ROAD)], {-3: {"barrier": "bollard"}}
    )
    network = from_pbf(path)
    assert network.nodes.index.is_unique and network.parts[0] == 2
    roads = read_roads(path)
    graph = nx.Graph(roads.node_ids[roads.ends].tolist())
    assert len(graph) == 4 and nx.number_connected_components(graph) == 2


def test_a_node_that_is_no_barrier_stops_nobody_whatever_else_it_says(tmp_path: Path) -> None:
    for name in ("a.osm", "a.osm.pbf"):
        path = write_pbf(tmp_path / name, GRID, [([0, 1, 2], ROAD)], {1: {"access": "no", "foot": "no"}})
        for mode in ("drive", "walk"):
            roads = read_roads(path, mode=mode)
            assert len(roads.ends) == 1 and roads.counts["barriers that stop"] == 0


HEAD = '<osm version="0.6">'
SPOTS = "".join(f'<node id="{n}" lat="28" lon="{112 + n / 100}"/>' for n in range(1, 5))


def road_xml(number: int, *refs: int, more: str = "") -> str:
    drawn = "".join(f'<nd ref="{one}"/>' for one in refs)
    return f'<way id="{number}"{more}>{drawn}<tag k="highway" v="primary"/></way>'


@pytest.mark.parametrize("before", ["", "\ufeff", " \r\n\t", "\ufeff\n<?xml version='1.0'?>\n"])
def test_marks_and_blanks_before_the_first_element_are_passed_over(tmp_path: Path, before: str) -> None:
    (tmp_path / "a.osm").write_text(f"{before}{HEAD}{SPOTS}{road_xml(7, 1, 2)}</osm>", encoding="utf-8")
    assert is_xml(tmp_path / "a.osm")
    if "<?xml" not in before:  # which may only stand at the very beginning
        assert read_roads(tmp_path / "a.osm").node_ids.tolist() == [1, 2]


def test_what_an_editor_marked_as_deleted_is_not_there(tmp_path: Path) -> None:
    gone = ' action="delete"'
    text = SPOTS.replace('id="3"', f'id="3"{gone}') + road_xml(7, 1, 2, 3) + road_xml(8, 3, 4, more=gone)
    relation = f'<relation id="9"{gone}><tag k="type" v="restriction"/></relation>'
    (tmp_path / "a.osm").write_text(f"{HEAD}{text}{relation}</osm>")
    roads = read_roads(tmp_path / "a.osm")
    assert roads.node_ids[roads.ends].tolist() == [[1, 2]]
    assert roads.counts["ways"] == 1 and roads.counts["nodes missing from the file"] == 1
    assert roads.counts[TURNS] == 0
    (tmp_path / "b.osm").write_text(f"{HEAD}{SPOTS}{road_xml(7, 1, 2, more=gone)}</osm>")
    with pytest.raises(SourceError, match=r"b\.osm: it holds no OpenStreetMap ways"):
        read_roads(tmp_path / "b.osm")


def test_a_node_without_a_place_is_missing(tmp_path: Path) -> None:
    text = SPOTS.replace(' lon="112.03"', "") + road_xml(7, 1, 2, 3, 4)
    (tmp_path / "a.osm").write_text(f"{HEAD}{text}</osm>")
    roads = read_roads(tmp_path / "a.osm")
    assert roads.counts["nodes missing from the file"] == 1 and roads.node_ids[roads.ends].tolist() == [
        [1, 2]
    ]


@pytest.mark.parametrize(("name", "said"), [("A.OSM.GZ", "damaged or cut"), ("a.osm.bz2", "damaged or cut"),
                                            ("a.osm.pbf", "no OpenStreetMap PBF")])  # fmt: skip
def test_a_packed_file_that_cannot_be_unpacked_is_called_by_its_suffix(
    tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / name).write_bytes(b"\x1f\x8b" + bytes(50))
    with pytest.raises(SourceError, match=said):
        read_roads(tmp_path / name)
