"""PBF files become the roads that their tags describe, and damaged ones an error."""

from __future__ import annotations

import itertools
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import osmium
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import shared_data
from tests.sources.osm.osm_files import write_pbf
from tests.sources.osm.ways import GRID, ROAD, geodesic
from urbgeo.errors import InputError, SourceError
from urbgeo.sources.osm import tags as osm_tags
from urbgeo.sources.osm.read import read_roads


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


def test_files_are_read_as_on_windows_and_let_go_when_they_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pread", raising=False)  # which Windows does not have
    opened = []
    plain = Path.open

    def noted(path: Path, *how: Any, **more: Any) -> Any:
        opened.append(plain(path, *how, **more))
        return opened[-1]

    monkeypatch.setattr(Path, "open", noted)
    whole = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD)])
    assert len(read_roads(whole)) == 1
    (tmp_path / "cut.osm.pbf").write_bytes(whole.read_bytes()[:-3])
    opened.clear()
    with pytest.raises(SourceError):
        read_roads(tmp_path / "cut.osm.pbf")
    assert opened and all(one.closed for one in opened)
