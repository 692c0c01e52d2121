"""OpenStreetMap PBF files: ways by their tags, then the coordinates of only the nodes these ways need."""

from __future__ import annotations

import itertools
import lzma
import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from urbgeo.errors import SourceError
from urbgeo.parallel import in_order
from urbgeo.sources.osm import pbf_kernels as kernels
from urbgeo.sources.osm.tags import WayKind
from urbgeo.types import Floats, Ints

Answer = TypeVar("Answer")
KindOf: TypeAlias = Callable[[dict[str, str]], WayKind | None]
"""What a way with these tags is to the traveller; None where it is not travelled."""

Spoken = tuple[tuple[int, str], ...]
"""The tags of a way: the number of each key and its value."""
BlockColumns = tuple[Ints, NDArray[np.int32], Ints, Ints]

LARGEST_HEADER, LARGEST_BLOB = 64 * 1024, 32 * 1024 * 1024
"""Limits of the PBF format; anything larger is not a PBF file, or one made to fill the memory."""

READABLE = {b"OsmSchema-V0.6", b"DenseNodes"}
NODES, DENSE, WAYS, RELATIONS = 1, 2, 3, 4
TURN = ("type", "restriction")
"""Key and value of a relation that forbids or commands a turn."""

PEEK = 64


@dataclass(frozen=True)
class Blob:
    """Where a compressed block lies in the file."""

    at: int
    size: int


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways that were kept: way ``i`` is travelled as ``kinds[kind[i]]`` and runs along
    ``refs[ref_start[i]:ref_start[i + 1]]``; ``turns`` counts the turn restrictions of the whole file."""

    ids: Ints
    kind: NDArray[np.int32]
    ref_start: Ints
    refs: Ints
    kinds: tuple[WayKind, ...]
    turns: int = 0


class BlockWays(NamedTuple):
    """Ways of one block: ids, value strings by key (-1: none) with the distinct rows of them, references.

    ``pure`` says that there are no nodes in the block; ``turns`` counts its turn restrictions.
    """

    ids: Ints
    matrix: NDArray[np.int32]
    first: Ints
    which: Ints
    strings: Callable[[int], str]
    lengths: Ints
    refs: Ints
    pure: bool
    turns: int


@dataclass(frozen=True, eq=False)
class Nodes:
    """Coordinates of the nodes asked for (NaN: not in the file), and the tags of those that carry the key."""

    lon: Floats
    lat: Floats
    marked: Ints
    marks: list[dict[str, str]]


class PbfFile:
    """One PBF file, read twice: once for ways, once for the nodes they need.

    Raises
    ------
    SourceError
        When the file is missing, no PBF, cut off, damaged, or made with features that cannot be read.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            self._file = self.path.open("rb", buffering=0)
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be opened ({error.strerror}).") from error
        self._turn = threading.Lock()
        try:
            self.blobs = self._index()
        except BaseException:
            self._file.close()
            raise
        self.without_nodes: set[Blob] = set()

    def __enter__(self) -> PbfFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def ways(self, keys: Sequence[str], needed: int, kind_of: KindOf) -> Ways:
        """Ways with one of the first ``needed`` keys that are travelled, by what their tags say."""
        codes: dict[Spoken, int] = {}
        kinds: dict[WayKind, int] = {}
        parts: list[BlockColumns] = []

        def code_of(spoken: Spoken) -> int:
            if spoken not in codes:
                kind = kind_of({keys[slot]: text for slot, text in spoken})
                codes[spoken] = -1 if kind is None else kinds.setdefault(kind, len(kinds))
            return codes[spoken]

        words, turns = _words(keys), 0
        for blob, found in self._each(lambda blob: self._ways_of(blob, words, needed), self.blobs, "ways"):
            turns += 0 if found is None else found.turns
            if found is not None and found.pure:
                self.without_nodes.add(blob)
            if found is not None and len(found.ids):
                parts.append(_kept_ways(found, code_of))
        if not parts:
            return Ways(
                np.zeros(0, np.int64),
                np.zeros(0, np.int32),
                np.zeros(1, np.int64),
                np.zeros(0, np.int64),
                (),
                turns,
            )
        ids, kind, lengths, refs = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Ways(ids, kind, np.concatenate([[0], np.cumsum(lengths)]), refs, tuple(kinds), turns)

    def nodes(self, wanted: Ints, keys: Sequence[str]) -> Nodes:
        """Coordinates of the ``wanted`` (sorted, unique) nodes, and tags of those with ``keys[0]``."""
        lon, lat = np.full(wanted.size, np.nan), np.full(wanted.size, np.nan)
        marked: list[int] = []
        marks: list[dict[str, str]] = []
        words = _words(keys)
        blobs = [blob for blob in self.blobs if blob not in self.without_nodes]
        work = self._each(lambda blob: self._nodes_of(blob, words, wanted, lon, lat), blobs, "nodes")
        for _, found in work:
            for row, strings in found:
                marked.append(int(row[0]))
                named = zip(keys, row[1:], strict=True)
                marks.append({key: strings(int(value)) for key, value in named if value >= 0})
        return Nodes(lon, lat, np.array(marked, np.int64), marks)

    def _each(
        self, work: Callable[[Blob], Answer], blobs: Sequence[Blob], what: str
    ) -> Iterator[tuple[Blob, Answer]]:
        """Blobs with their answers, in their order, by threads; an error says which of them is damaged."""
        answers = in_order(blobs, work, what=f"{self.path.name}: {what}")
        for blob in blobs:
            try:
                found = next(answers)
            except (zlib.error, lzma.LZMAError, ValueError, IndexError, EOFError) as error:
                raise SourceError(
                    f"{self.path}: the block at byte {blob.at} is damaged ({error}); download the file again."
                ) from error
            yield blob, found

    def _bytes(self, at: int, size: int) -> bytes:
        """A part of the file, for one thread at a time: Windows has no call that reads at a place at once."""
        with self._turn:
            self._file.seek(at)
            return self._file.read(size)

    def _index(self) -> list[Blob]:
        """Every data block, after a look at the header."""
        size = os.fstat(self._file.fileno()).st_size
        blobs: list[Blob] = []
        at = 0
        while at < size:
            kind, length, begin = self._blob_header(at, size)
            if begin == -1 or begin + length > size:
                raise SourceError(
                    f"{self.path}: it is cut off: the block at byte {at} runs beyond the end at byte {size}; "
                    "download the file again."
                )
            if kind == b"OSMHeader":
                self._check_features(Blob(begin, length))
            elif kind == b"OSMData":
                blobs.append(Blob(begin, length))
            else:
                named = kind.decode("ascii", "replace")
                raise SourceError(
                    f"{self.path}: the block at byte {at} is of kind {named!r}, not OSMHeader or OSMData; "
                    "it is damaged, download the file again."
                )
            at = begin + length
        if not blobs:
            raise SourceError(f"{self.path}: it holds no OpenStreetMap data.")
        return blobs

    def _blob_header(self, at: int, size: int) -> tuple[bytes, int, int]:
        """Kind, length and beginning of the blob; -1 when the file ends within the header."""
        prefix = self._bytes(at, 4)
        length = struct.unpack(">I", prefix)[0] if len(prefix) == 4 else 0
        if at == 0 and not 0 < length <= LARGEST_HEADER:
            raise SourceError(f"{self.path}: it is no OpenStreetMap PBF file.")
        if len(prefix) < 4 or at + 4 + length > size:
            return b"", 0, -1
        if not 0 < length <= LARGEST_HEADER:
            raise SourceError(f"{self.path}: damaged at byte {at}; download the file again.")
        try:
            numbers, contents = _fields(self._bytes(at + 4, length))
            kind, data_size = bytes(contents[1][0]), numbers[3][0]
        except (ValueError, KeyError) as error:
            what = "it is no OpenStreetMap PBF file" if at == 0 else f"damaged at byte {at}"
            raise SourceError(f"{self.path}: {what}.") from error
        if at == 0 and kind != b"OSMHeader":
            raise SourceError(f"{self.path}: it is no OpenStreetMap PBF file.")
        if not 0 <= data_size <= LARGEST_BLOB:
            raise SourceError(f"{self.path}: the block at byte {at} says it has {data_size} bytes: too many.")
        return kind, data_size, at + 4 + length

    def _check_features(self, blob: Blob) -> None:
        try:
            features = {bytes(one) for one in _fields(_inflated(*self._packed(blob)))[1].get(4, [])}
        except (zlib.error, lzma.LZMAError, ValueError) as error:
            raise SourceError(f"{self.path}: its header is damaged ({error}).") from error
        if features - READABLE:
            names = ", ".join(sorted(one.decode("ascii", "replace") for one in features - READABLE))
            raise SourceError(f"{self.path}: it needs {names}; write it again without, e.g. with osmium cat.")

    def _packed(self, blob: Blob) -> tuple[int, memoryview, int]:
        """How a blob is packed (field number), its packed bytes, and its declared size."""
        numbers, contents = _fields(self._bytes(blob.at, blob.size))
        declared = numbers.get(2, [0])[0]
        if declared > LARGEST_BLOB:
            raise ValueError(f"it says it unpacks to {declared} bytes, more than the format allows")
        for name in (3, 1, 4):
            if name in contents:
                return name, contents[name][0], declared
        raise ValueError("it is packed in a way that is not read here (lz4 or zstd); use zlib")

    def _ways_of(self, blob: Blob, words: tuple[NDArray[np.uint8], Ints], needed: int) -> BlockWays | None:
        packed = self._packed(blob)
        if _is_dense_only(*packed):
            return None
        data = np.frombuffer(_inflated(*packed), np.uint8)
        begin, end, groups, _ = kernels.block_layout(data)
        spans = kernels.string_table(data, begin, end)
        slots = kernels.slots_of(data, spans, *words)
        groups_of_ways = [(group[1], group[2]) for group in groups if group[0] == WAYS]
        pure = not any(group[0] in (NODES, DENSE) for group in groups)
        found = [kernels.kept_ways(data, first, last, slots, needed) for first, last in groups_of_ways]
        count = sum(len(spans_of_ways) for spans_of_ways, _ in found)
        ids, tags = np.zeros(count, np.int64), np.zeros((count, words[1].size - 1), np.int32)
        lengths, refs = np.zeros(count, np.int64), np.zeros(sum(some for _, some in found), np.int64)
        way = ref = 0
        for spans_of_ways, some in found:
            start = np.zeros(len(spans_of_ways) + 1, np.int64)
            part = slice(way, way + len(spans_of_ways))
            kernels.read_ways(
                data, spans_of_ways, slots, tags[part], start, refs[ref : ref + some], ids[part]
            )
            lengths[part] = np.diff(start)
            way, ref = part.stop, ref + some
        first_of, which = kernels.distinct_rows(tags)
        turns = _turns(data, spans, groups)
        return BlockWays(ids, tags, first_of, which, _reader(data, spans), lengths, refs, pure, turns)

    def _nodes_of(
        self, blob: Blob, words: tuple[NDArray[np.uint8], Ints], wanted: Ints, lon: Floats, lat: Floats
    ) -> list[tuple[NDArray[np.int32], Callable[[int], str]]]:
        data = np.frombuffer(_inflated(*self._packed(blob)), np.uint8)
        begin, end, groups, numbers = kernels.block_layout(data)
        spans = kernels.string_table(data, begin, end)
        slots = kernels.slots_of(data, spans, *words)
        strings = _reader(data, spans)
        found: list[tuple[NDArray[np.int32], Callable[[int], str]]] = []
        for kind, first, last in groups:
            if kind not in (NODES, DENSE):
                continue
            read = kernels.read_dense if kind == DENSE else kernels.read_plain_nodes
            marks = np.zeros((256, words[1].size), np.int32)
            count = read(data, first, last, numbers, wanted, lon, lat, slots, marks)
            if count > len(marks):
                marks = np.zeros((count, words[1].size), np.int32)
                read(data, first, last, numbers, wanted, lon, lat, slots, marks)
            found += [(row, strings) for row in marks[:count]]
        return found


def _inflated(how: int, packed: memoryview, declared: int) -> bytes | memoryview:
    """The bytes of a block, of the size that it says."""
    if how == 1:
        return packed
    if how == 3:
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(packed, declared or LARGEST_BLOB)
        finished = unpacker.eof or not unpacker.decompress(unpacker.unconsumed_tail, 1)
    else:
        loosener = lzma.LZMADecompressor()
        raw = loosener.decompress(bytes(packed), declared or LARGEST_BLOB)
        finished = loosener.eof or not loosener.decompress(b"", 1)
    if not finished or (declared and len(raw) != declared):
        raise ValueError("it does not unpack to the size it says")
    return raw


def _is_dense_only(how: int, packed: memoryview, declared: int) -> bool:
    """Whether a look at the first bytes shows one group of dense nodes and nothing after it."""
    if how != 3 or not declared:
        return False
    unpacker = zlib.decompressobj()
    head = unpacker.decompress(packed, PEEK)
    try:
        tag, at = _varint(head, 0)
        table, at = _varint(head, at)
        if tag != 0x0A:
            return False
        if at + table + PEEK > len(head):
            head += unpacker.decompress(unpacker.unconsumed_tail, at + table + PEEK - len(head))
        tag, at = _varint(head, at + table)
        size, at = _varint(head, at)
        return tag == 0x12 and at + size == declared and head[at] == (DENSE << 3 | kernels.WIRE_BYTES)
    except IndexError:
        return False


def _kept_ways(found: BlockWays, code_of: Callable[[Spoken], int]) -> BlockColumns:
    """Ids, codes, lengths and references of the ways of one block whose tags are kept."""
    values = found.matrix[found.first]
    seen = np.zeros(values.max(initial=-1) + 1, bool)
    seen[values[values >= 0]] = True
    texts = {value: found.strings(value) for value in np.flatnonzero(seen).tolist()}
    rows, slots = np.nonzero(values >= 0)
    spoken = list(zip(slots.tolist(), map(texts.__getitem__, values[rows, slots].tolist()), strict=True))
    ends = np.searchsorted(rows, np.arange(len(values) + 1)).tolist()
    codes = np.array([code_of(tuple(spoken[a:b])) for a, b in itertools.pairwise(ends)], np.int32)
    code = codes[found.which]
    kept = code >= 0
    return found.ids[kept], code[kept], found.lengths[kept], found.refs[np.repeat(kept, found.lengths)]


def _turns(data: NDArray[np.uint8], spans: Ints, groups: Ints) -> int:
    """Turn restrictions of one block."""
    relations = [(group[1], group[2]) for group in groups if group[0] == RELATIONS]
    if not relations:
        return 0
    slots = kernels.slots_of(data, spans, *_words(TURN))
    return int(sum(kernels.count_relations(data, first, last, slots, 0, 1) for first, last in relations))


def _reader(data: NDArray[np.uint8], spans: Ints) -> Callable[[int], str]:
    return lambda number: data[spans[number, 0] : spans[number, 1]].tobytes().decode("utf-8", "replace")


def _words(keys: Iterable[str]) -> tuple[NDArray[np.uint8], Ints]:
    coded = [key.encode() for key in keys]
    start = np.concatenate([[0], np.cumsum([len(word) for word in coded])]).astype(np.int64)
    return np.frombuffer(b"".join(coded), np.uint8), start


def _varint(data: bytes | memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _fields(message: bytes | memoryview) -> tuple[dict[int, list[int]], dict[int, list[memoryview]]]:
    """The numbers of a small message, and its other contents, each by field number."""
    data = memoryview(message)
    numbers: dict[int, list[int]] = {}
    contents: dict[int, list[memoryview]] = {}
    at = 0
    try:
        while at < len(data):
            tag, at = _varint(data, at)
            if tag & 7 == kernels.WIRE_VARINT:
                value, at = _varint(data, at)
                numbers.setdefault(tag >> 3, []).append(value)
            elif tag & 7 == kernels.WIRE_BYTES:
                size, at = _varint(data, at)
                if at + size > len(data):
                    raise ValueError("a field runs over the end of its message")
                contents.setdefault(tag >> 3, []).append(data[at : at + size])
                at += size
            else:
                raise ValueError("a field has an unknown type")
    except IndexError as error:
        raise ValueError("a number runs over the end of its message") from error
    return numbers, contents
