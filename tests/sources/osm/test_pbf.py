"""PBF files become the roads that their tags describe, and damaged ones an error."""

from __future__ import annotations

import itertools
import struct
import zlib
from pathlib import Path

import networkx as nx
import osmium
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from tests.conftest import shared_data
from tests.sources.osm.osm_files import write_pbf
from urbgeo.errors import InputError, SourceError
from urbgeo.sources.osm import tags as osm_tags
from urbgeo.sources.osm.read import read_roads
from urbgeo.sources.osm.roads import Roads

GEOD = Geod(ellps="WGS84")
STEP = 0.01
GRID = {
    10 * row + column: (112.0 + column * STEP, 28.0 + row * STEP) for row in range(5) for column in range(5)
}
ROAD = {"highway": "primary"}


def ends(roads: Roads) -> list[tuple[int, int]]:
    return sorted(tuple(map(int, roads.node_ids[pair])) for pair in roads.ends)


def graph_of(roads: Roads) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for pair, km, kind in zip(roads.ends, roads.length_km, roads.kind, strict=True):
        a, b = map(int, roads.node_ids[pair])
        graph.add_edge(a, b, km=km)
        if not roads.kinds[kind].oneway:
            graph.add_edge(b, a, km=km)
    return graph


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


@pytest.mark.parametrize(
    ("tags", "there", "back"),
    [
        ({}, True, True),
        ({"oneway": "yes"}, True, False),
        ({"oneway": "-1"}, False, True),
        ({"oneway": "no", "highway": "motorway"}, True, True),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway_link"}, True, True),
        ({"junction": "roundabout"}, True, False),
        ({"oneway": "reversible"}, True, True),
    ],
)
def test_one_way_tags_bind_drivers(tmp_path: Path, tags: dict[str, str], there: bool, back: bool) -> None:
    graph = graph_of(read_roads(write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1, 2], {**ROAD, **tags})])))
    assert (graph.has_edge(0, 2), graph.has_edge(2, 0)) == (there, back)


def test_cyclists_may_be_exempt_and_walkers_always_are(tmp_path: Path) -> None:
    street = [([0, 1, 2], {**ROAD, "oneway": "yes", "oneway:bicycle": "no"})]
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, street)
    both = {mode: graph_of(read_roads(path, mode=mode)).has_edge(2, 0) for mode in ("drive", "cycle", "walk")}
    assert both == {"drive": False, "cycle": True, "walk": True}


@pytest.mark.parametrize(
    ("tags", "modes"),
    [
        ({"highway": "primary"}, {"drive", "walk", "cycle"}),
        ({"highway": "primary", "access": "private"}, set()),
        ({"highway": "primary", "access": "no", "motor_vehicle": "yes"}, {"drive"}),
        ({"highway": "primary", "motor_vehicle": "no"}, {"walk", "cycle"}),
        ({"highway": "primary", "foot": "no"}, {"drive", "cycle"}),
        ({"highway": "motorway"}, {"drive"}),
        ({"highway": "footway"}, {"walk"}),
        ({"highway": "footway", "bicycle": "yes"}, {"walk", "cycle"}),
        ({"highway": "cycleway"}, {"cycle"}),
        ({"highway": "cycleway", "foot": "designated"}, {"walk", "cycle"}),
        ({"highway": "steps"}, {"walk"}),
        ({"highway": "construction"}, set()),
        ({"highway": "pedestrian", "area": "yes"}, set()),
        ({"route": "ferry"}, {"drive", "walk", "cycle"}),
        ({"route": "ferry", "motor_vehicle": "no"}, {"walk", "cycle"}),
        ({"route": "bus"}, set()),
        ({"building": "yes"}, set()),
        ({"highway": "trunk", "motorroad": "yes"}, {"drive"}),
        ({"highway": "trunk", "motorroad": "yes", "bicycle": "yes"}, {"drive", "cycle"}),
        ({"highway": "primary", "foot": "use_sidepath"}, {"drive", "cycle"}),
        ({"highway": "primary", "bicycle": "use_sidepath"}, {"drive", "walk"}),
        ({"highway": "primary", "access": "psv"}, {"walk", "cycle"}),
        ({"highway": "primary", "motor_vehicle": "bus"}, {"walk", "cycle"}),
        ({"highway": "primary", "motor_vehicle": "bus;taxi"}, {"walk", "cycle"}),
        ({"highway": "primary", "motor_vehicle": "bus;destination"}, {"drive", "walk", "cycle"}),
        ({"highway": "track", "smoothness": "impassable"}, {"walk"}),
        ({"highway": "primary", "bicycle": "dismount"}, {"drive", "walk", "cycle"}),
    ],
)
def test_access_tags_open_and_close_ways(tmp_path: Path, tags: dict[str, str], modes: set[str]) -> None:
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], tags)])
    open_to = set()
    for mode in osm_tags.RULES:
        try:
            open_to |= {mode} if len(read_roads(path, mode=mode)) else set()
        except InputError as error:
            assert "no way in it is open" in str(error)
    assert open_to == modes


def test_a_bollard_cuts_the_road_for_cars_alone(tmp_path: Path) -> None:
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1, 2], ROAD)], {1: {"barrier": "bollard"}})
    driving = graph_of(read_roads(path))
    assert len(driving) == 4 and not nx.has_path(driving, 0, 2)
    assert nx.has_path(graph_of(read_roads(path, mode="walk")), 0, 2)
    toll = write_pbf(tmp_path / "b.osm.pbf", GRID, [([0, 1, 2], ROAD)], {1: {"barrier": "toll_booth"}})
    assert ends(read_roads(toll)) == [(0, 2)]


def test_a_ferry_takes_the_duration_it_says(tmp_path: Path) -> None:
    path = write_pbf(
        tmp_path / "a.osm.pbf", GRID, [([0, 2, 4], {"route": "ferry", "duration": "00:30"}), ([2, 12], ROAD)]
    )
    roads = read_roads(path)
    ferry = [roads.kinds[kind].link_class == "ferry" for kind in roads.kind]
    minutes = [
        km / roads.kinds[kind].kmh * 60
        for km, kind in zip(roads.length_km[ferry], roads.kind[ferry], strict=True)
    ]
    assert minutes == pytest.approx([15.0, 15.0])


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50), ("50 km/h", 50), ("50kmh", 50), ("30 mph", 48.28032), ("30mph", 48.28032),
        ("60;40", 40), ("60, 80", 60), ("CN:urban", 50), ("CN:motorway", 120), ("XX:urban", 50),
        ("walk", 5), ("none", 0), ("signals", 0), ("999", 0), ("", 0), ("fast", 0), ("10 knots", 18.52),
        ("50|70", 50), ("82.5", 82.5),
    ],
)  # fmt: skip
def test_written_limits_in_their_many_spellings(text: str, kmh: float) -> None:
    assert osm_tags.written_speed(text) == pytest.approx(kmh)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("00:25", 25),
        ("1:10:30", 70.5),
        ("25", 25),
        ("PT1H5M", 65),
        ("P1D", 1440),
        ("soon", 0),
        ("1:2:3:4", 0),
    ],
)
def test_durations_in_their_spellings(text: str, minutes: float) -> None:
    assert osm_tags.duration_minutes(text) == pytest.approx(minutes)


def test_limits_by_direction_follow_the_way_round(tmp_path: Path) -> None:
    tags = {**ROAD, "maxspeed:forward": "60", "maxspeed:backward": "30"}
    roads = read_roads(write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], tags), ([2, 1], tags)]))
    assert ends(roads) == [(0, 1), (2, 1)]
    links = roads.tables()[1]
    assert links["maxspeed_kmh"].tolist() == [60, 60]
    assert links["maxspeed_back_kmh"].tolist() == [30, 30]


def test_only_links_with_an_end_in_the_box_are_kept(tmp_path: Path) -> None:
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1, 2, 3, 4], ROAD), ([40, 41], ROAD)])
    roads = read_roads(path, bbox=(111.99, 27.99, 112.015, 28.005))
    assert ends(roads) == [(0, 2)]
    with pytest.raises(InputError, match="no road lies in the box"):
        read_roads(path, bbox=(100.0, 27.0, 101.0, 28.0))


def test_stretches_of_no_length_are_counted_and_left_out(tmp_path: Path) -> None:
    roads = read_roads(
        write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD), ([1, 1], ROAD), ([1, 2], ROAD)])
    )
    assert roads.counts["pieces of no length"] == 1
    assert (roads.length_km > 0).all()
    with pytest.raises(InputError, match="lack nodes"):
        read_roads(write_pbf(tmp_path / "b.osm.pbf", GRID, [([1, 1], ROAD)]))


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


def test_ways_cut_by_the_edge_of_an_extract_end_there(tmp_path: Path) -> None:
    places = {node: GRID[node] for node in (0, 1, 3, 4)}
    roads = read_roads(write_pbf(tmp_path / "a.osm.pbf", places, [([0, 1, 2, 3, 4], ROAD)]))
    assert ends(roads) == [(0, 1), (3, 4)]
    assert roads.counts["nodes missing from the file"] == 1


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


def geodesic(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    return float(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2] / 1000.0)


def test_porto_alegre_is_read_as_pyosmium_reads_it() -> None:
    path = shared_data() / "porto_alegre/poa_osm.pbf"
    places, expected, ways = {}, 0.0, 0
    for one in osmium.FileProcessor(str(path)):
        if one.is_node():
            places[one.id] = (one.lon, one.lat)
        elif one.is_way() and osm_tags.way_kind(dict(one.tags), osm_tags.CAR):
            ways += 1
            refs = [node.ref for node in one.nodes if node.ref in places]
            expected += sum(geodesic(*places[a], *places[b]) for a, b in itertools.pairwise(refs))
    roads = read_roads(path)
    assert roads.counts["ways"] == ways == 7997
    assert roads.length_km.sum() == pytest.approx(expected, rel=1e-6)


def test_a_file_cut_off_is_refused_wherever_the_cut_is(tmp_path: Path) -> None:
    whole = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD)]).read_bytes()
    between_blocks = last_blob(whole)[0]
    for size in range(len(whole)):
        cut = tmp_path / "cut.osm.pbf"
        cut.write_bytes(whole[:size])
        # the format has no end mark: a file that ends between two blocks is whole, if without roads
        with pytest.raises(InputError if size == between_blocks else SourceError):
            read_roads(cut)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.integers(0, 255))
@example(0, 255)
def test_a_damaged_block_is_an_error_and_never_a_crash(tmp_path: Path, place: int, byte: int) -> None:
    path = tmp_path / "whole.osm.pbf"
    if not path.exists():
        write_pbf(path, GRID, [([0, 1, 2], ROAD), ([10, 1], ROAD)], {1: {"barrier": "bollard"}})
    raw = unpacked(path.read_bytes())
    raw[place % len(raw)] = byte
    (tmp_path / "bad.osm.pbf").write_bytes(packed(path.read_bytes(), bytes(raw)))
    try:
        read_roads(tmp_path / "bad.osm.pbf")
    except (SourceError, InputError) as error:
        assert "bad.osm.pbf" in str(error)


def last_blob(whole: bytes) -> tuple[int, int]:
    at = 0
    while True:
        (size,) = struct.unpack(">I", whole[at : at + 4])
        header = whole[at + 4 : at + 4 + size]
        data, shift, i = 0, 0, header.rindex(b"\x18") + 1
        while True:
            data |= (header[i] & 127) << shift
            shift += 7
            i += 1
            if header[i - 1] < 128:
                break
        if at + 4 + size + data >= len(whole):
            return at, at + 4 + size
        at += 4 + size + data


def unpacked(whole: bytes) -> bytearray:
    blob = whole[last_blob(whole)[1] :]
    return bytearray(zlib.decompress(blob[blob.index(b"\x78") :]))


def packed(whole: bytes, raw: bytes) -> bytes:
    """The file with its last block replaced, stored without compression."""
    begin, _ = last_blob(whole)
    blob = b"\x0a" + number(len(raw)) + raw
    header = b"\x0a\x07OSMData\x18" + number(len(blob))
    return whole[:begin] + struct.pack(">I", len(header)) + header + blob


def number(value: int) -> bytes:
    coded = bytearray()
    while value > 127:
        coded.append(value & 127 | 128)
        value >>= 7
    return bytes([*coded, value])


def test_a_block_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    whole = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD)]).read_bytes()
    begin, _ = last_blob(whole)
    zeros = zlib.compress(bytes(50_000_000))
    blob = b"\x10" + number(1000) + b"\x1a" + number(len(zeros)) + zeros
    header = b"\x0a\x07OSMData\x18" + number(len(blob))
    (tmp_path / "bomb.osm.pbf").write_bytes(whole[:begin] + struct.pack(">I", len(header)) + header + blob)
    with pytest.raises(SourceError, match="does not unpack to the size it says"):
        read_roads(tmp_path / "bomb.osm.pbf")


@pytest.mark.parametrize("content", [b"", b"<osm/>", b"PK\x03\x04" + bytes(100), bytes(1000)])
def test_what_is_no_pbf_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.osm.pbf").write_bytes(content)
    with pytest.raises(SourceError, match="no OpenStreetMap"):
        read_roads(tmp_path / "a.osm.pbf")


@pytest.mark.parametrize(
    ("kind", "size"),
    [(b"\x08" + b"\xff" * 8 + b"\x7f", b"\x18\x05"), (b"\x0a\x07OSMData", b"\x1a\x01\x05")],
    ids=["a number for a name", "a text for a number"],
)
def test_fields_of_another_type_are_damage(tmp_path: Path, kind: bytes, size: bytes) -> None:
    whole = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD)]).read_bytes()
    begin, _ = last_blob(whole)
    header = kind + size
    (tmp_path / "bad.osm.pbf").write_bytes(whole[:begin] + struct.pack(">I", len(header)) + header + bytes(5))
    with pytest.raises(SourceError, match=r"bad\.osm\.pbf: damaged at byte"):
        read_roads(tmp_path / "bad.osm.pbf")


@pytest.mark.parametrize("bit", range(7 * 8))
def test_a_bit_of_the_kind_of_a_block_loses_no_rows_in_silence(tmp_path: Path, bit: int) -> None:
    whole = bytearray(write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD)]).read_bytes())
    at = whole.rindex(b"OSMData") + bit // 8
    whole[at] ^= 1 << bit % 8
    (tmp_path / "bad.osm.pbf").write_bytes(whole)
    with pytest.raises(SourceError, match=r"bad\.osm\.pbf: the block at byte \d+ is of kind"):
        read_roads(tmp_path / "bad.osm.pbf")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(SourceError, match=r"nowhere\.osm\.pbf: cannot be opened"):
        read_roads("nowhere.osm.pbf")


@pytest.mark.parametrize(
    "arguments",
    [
        {"mode": "fly"}, {"classes": ["autobahn"]}, {"classes": []}, {"bbox": (1, 1, 1, 1)},
        {"bbox": (2, 0, 1, 1)}, {"bbox": (1, 2, 3)}, {"bbox": (0, 100, 1, 110)}, {"bbox": "here"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(tmp_path: Path, arguments: dict[str, object]) -> None:
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD)])
    with pytest.raises(InputError, match=next(iter(arguments))):
        read_roads(path, **arguments)
