"""PBF files become the roads that their tags describe, and damaged ones an error."""

from __future__ import annotations

import itertools
import lzma
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import osmium
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import shared_data
from tests.sources.osm.osm_files import write_pbf
from tests.sources.osm.test_pbf_kernels import WORDS, dense, message, number, plain, single, way
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


def blob(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    """A block of the file: its header with its kind and size, and what it holds."""
    header = message(1, kind) + plain(3, len(body) if size is None else size)
    return struct.pack(">I", len(header)) + header + body


def unread(*features: bytes) -> bytes:
    """The first block of a file that needs features."""
    return blob(b"OSMHeader", message(1, b"".join(message(4, one) for one in features)))


LIMIT = 32 * 1024 * 1024
MALFORMED: dict[str, tuple[Callable[[bytes, bytes], bytes], str]] = {
    "a header of no bytes": (lambda head, _: head + bytes(9), r"damaged at byte \d+; download"),
    "a header above 64 KiB": (
        lambda head, _: head + struct.pack(">I", 65537) + bytes(65537), r"damaged at byte \d+; download"),
    "a first header above 64 KiB": (
        lambda *_: struct.pack(">I", 65537) + bytes(65537), "it is no OpenStreetMap PBF file"),
    "data before the header": (lambda _, raw: blob(b"OSMData", message(1, raw)), "no OpenStreetMap PBF file"),
    "a block above 32 MiB": (
        lambda head, _: head + blob(b"OSMData", b"", LIMIT + 1), f"says it has {LIMIT + 1} bytes: too many"),
    "a block of 32 MiB cut off": (lambda head, _: head + blob(b"OSMData", b"", LIMIT), "it is cut off"),
    "a header that unpacks to nothing": (lambda *_: blob(b"OSMHeader", message(3, b"no")), "is damaged"),
    "what it needs": (
        lambda *_: unread(b"DenseNodes", b"Sort", b"HistoricalInformation"),
        "it needs HistoricalInformation, Sort; write it again without"),
    "a block that says it unpacks to more": (
        lambda head, raw: head + blob(b"OSMData", plain(2, LIMIT + 1) + message(3, zlib.compress(raw))),
        f"unpacks to {LIMIT + 1} bytes, more than the format allows"),
    "a block that LZMA unpacks to more than it says": (
        lambda head, raw: head + blob(b"OSMData", plain(2, len(raw) - 1) + message(4, lzma.compress(raw))),
        "does not unpack to the size it says"),
    "a block that LZMA unpacks to less than it says": (
        lambda head, raw: head + blob(b"OSMData", plain(2, len(raw) + 1) + message(4, lzma.compress(raw))),
        "does not unpack to the size it says"),
    "a block packed by LZ4": (
        lambda head, raw: head + blob(b"OSMData", plain(2, len(raw)) + message(6, raw)), "lz4 or zstd"),
    "a field that runs over": (lambda head, _: head + blob(b"OSMData", b"\x0a\x09ab"), "runs over the end"),
    "a field of four bytes": (lambda head, _: head + blob(b"OSMData", b"\x0d" + bytes(4)), "an unknown type"),
    "a number without an end": (lambda head, _: head + blob(b"OSMData", b"\x10\x80"), "a number runs over"),
}  # fmt: skip


@pytest.mark.parametrize("how", MALFORMED)
def test_what_breaks_the_format_is_said_with_its_file(tmp_path: Path, how: str) -> None:
    whole = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], ROAD)]).read_bytes()
    make, said = MALFORMED[how]
    (tmp_path / "bad.osm.pbf").write_bytes(make(whole[: last_blob(whole)[0]], bytes(unpacked(whole))))
    with pytest.raises(SourceError, match=rf"bad\.osm\.pbf: .*{said}"):
        read_roads(tmp_path / "bad.osm.pbf")


def long_header(body: bytes) -> bytes:
    """The longest header there may be: filled up with what only the writer knows."""
    told = message(1, b"OSMData") + plain(3, len(body))
    header = told + message(2, bytes(65536 - len(told) - 4))
    assert len(header) == 65536
    return struct.pack(">I", len(header)) + header + body


WAYS_PACKED: dict[str, Callable[[bytes], bytes]] = {
    "not at all": lambda raw: blob(b"OSMData", message(1, raw)),
    "by zlib": lambda raw: blob(b"OSMData", plain(2, len(raw)) + message(3, zlib.compress(raw))),
    "by LZMA": lambda raw: blob(b"OSMData", plain(2, len(raw)) + message(4, lzma.compress(raw))),
    "with 64 KiB of header": lambda raw: long_header(message(1, raw)),
    "by LZMA, of a size not said": lambda raw: blob(b"OSMData", message(4, lzma.compress(raw))),
}  # fmt: skip


@pytest.mark.parametrize("how", WAYS_PACKED)
def test_ways_are_the_same_however_their_block_is_packed(tmp_path: Path, how: str) -> None:
    ways = [([0, 1, 2], ROAD), ([2, 12], {"highway": "secondary", "oneway": "yes"})]
    plainly = write_pbf(tmp_path / "a.osm.pbf", GRID, ways)
    whole = plainly.read_bytes()
    (tmp_path / "b.osm.pbf").write_bytes(
        whole[: last_blob(whole)[0]] + WAYS_PACKED[how](bytes(unpacked(whole)))
    )
    one, other = read_roads(plainly), read_roads(tmp_path / "b.osm.pbf")
    assert one.kinds == other.kinds and one.ends.tolist() == other.ends.tolist()
    assert one.length_km.tolist() == other.length_km.tolist()
    step = geodesic(112.0, 28.0, 112.01, 28.0)
    assert one.length_km.tolist() == pytest.approx(
        [2 * step, geodesic(112.02, 28.0, 112.02, 28.01)], rel=1e-6
    )


def test_nodes_and_ways_of_one_block_are_both_read(tmp_path: Path) -> None:
    """As small files have them: a group of ways between two of nodes, one dense, one not."""
    places = [(1, 280_000_000, 1_120_000_000, {}), (2, 280_000_000, 1_120_100_000, {"highway": "primary"})]
    third = [(3, 280_100_000, 1_120_100_000, {})]
    table = message(1, b"".join(message(1, word.encode()) for word in WORDS))
    groups = (dense(places), way(7, ROAD, [1, 2, 3]), single(third))
    body = table + b"".join(message(2, one) for one in groups)
    (tmp_path / "a.osm.pbf").write_bytes(
        unread(b"OsmSchema-V0.6", b"DenseNodes") + blob(b"OSMData", message(1, body))
    )
    roads = read_roads(tmp_path / "a.osm.pbf")
    wanted = geodesic(112.0, 28.0, 112.01, 28.0) + geodesic(112.01, 28.0, 112.01, 28.01)
    assert roads.length_km.tolist() == [pytest.approx(wanted, rel=1e-6)]
    assert roads.node_ids[roads.ends].tolist() == [[1, 3]]
