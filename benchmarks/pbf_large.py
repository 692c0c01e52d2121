"""Large PBF files: a real one repeated to a province's and a nation's size, read by one process each.

    python -m benchmarks.pbf_large [--megabytes 150 1200]

Every copy has ids and places of its own, so that nothing of it can be shared. The copies are made block by
block: where an id or a place begins, the block has a number of fixed width that is written anew. Files lie in
the system's temporary folder and are deleted afterwards. Three readings: the file of a province whole, that
of a nation with the classes of a study, and the latter again interrupted.

Bounds: 150 MB whole in 25 s of processor time and 3 GB; 1.2 GB, motorway to tertiary, in 5 minutes and 8 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "pbf_large.md"
SHARED = Path(os.environ.get("URBGEO_SHARED", ROOT / "../shared"))
SHIFT, ACROSS, ID_STEP = 5_000_000, 40, 1 << 37
"""Half a degree in units of the format; copies side by side; ids apart by more than any there is."""

WIDE = 10
"""Bytes of a number that is written anew for each copy."""

NODES_A_BLOCK, WAYS_A_BLOCK = 8000, 8000
MANY = ("motorway", "trunk", "primary", "secondary", "tertiary")
CLASSES = [*MANY, *(f"{one}_link" for one in MANY)]

READ = """
import json, os, resource, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it was started in the background
import urbgeo
urbgeo.options.progress = {progress}
from urbgeo.network.osm import RoadReading, from_pbf
start = time.perf_counter()
from_pbf({small!r}, reading=RoadReading(region="world"))
base = os.times()
start = time.perf_counter()
network = from_pbf({path!r}, reading=RoadReading(region="world"){classes})
seconds = time.perf_counter() - start
now = os.times()
cpu = now.user + now.system - base.user - base.system
print(json.dumps({{"seconds": seconds, "cpu": cpu, "links": len(network.link_table),
    "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    "km": float(network.link_table["length_km"].sum())}}))
"""


@dataclass
class Block:
    """A block as bytes, with the places of its wide numbers: what they hold, and by how much a copy moves."""

    raw: np.ndarray
    at: np.ndarray
    value: np.ndarray
    kind: np.ndarray  # 0: id, 1: latitude, 2: longitude

    def moved(self, copy: int) -> bytes:
        """The block of one copy."""
        step = np.array([copy * ID_STEP, copy // ACROSS * SHIFT, copy % ACROSS * SHIFT])
        values = (self.value + step[self.kind]).astype(np.int64)
        zigzag = (values << 1) ^ (values >> 63)
        coded = np.where(self.signed, zigzag, values).astype(np.uint64)
        raw = self.raw.copy()
        for byte in range(WIDE):
            part = ((coded >> np.uint64(7 * byte)) & np.uint64(127)) if byte < 9 else coded >> np.uint64(63)
            more = 128 if byte < WIDE - 1 else 0
            raw[self.at + byte] = part.astype(np.uint8) | more
        return raw.tobytes()

    signed: np.ndarray = None  # type: ignore[assignment]


class Writer:
    """Bytes of a message, with gaps for wide numbers."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self.gaps: list[tuple[int, int, int, bool]] = []

    def number(self, value: int) -> None:
        """A varint."""
        while value > 127:
            self.bytes.append(value & 127 | 128)
            value >>= 7
        self.bytes.append(value)

    def signed(self, value: int) -> None:
        """A zigzag varint."""
        self.number((value << 1) ^ (value >> 63))

    def wide(self, value: int, kind: int, signed: bool) -> None:
        """A gap for a number that each copy has of its own."""
        self.gaps.append((len(self.bytes), value, kind, signed))
        self.bytes += bytes(WIDE)

    def message(self, field: int, inner: Writer) -> None:
        """Another message within."""
        self.number(field << 3 | 2)
        self.number(len(inner.bytes))
        base = len(self.bytes)
        self.bytes += inner.bytes
        self.gaps += [(base + at, value, kind, signed) for at, value, kind, signed in inner.gaps]

    def block(self) -> Block:
        """Ready to be copied."""
        at, value, kind, signed = zip(*self.gaps, strict=True)
        return Block(
            np.frombuffer(bytes(self.bytes), np.uint8),
            np.array(at), np.array(value, np.int64), np.array(kind), np.array(signed),
        )  # fmt: skip


def blocks_of(path: Path) -> tuple[list[Block], list[Block]]:
    """Blocks of nodes and of ways, with all tags."""
    nodes: list[tuple[tuple[int, int, int], dict[str, str]]] = []
    ways: list[tuple[int, list[int], dict[str, str]]] = []
    one: Any
    for one in osmium.FileProcessor(str(path)):
        if one.is_node():
            nodes.append(((one.id, one.location.y, one.location.x), dict(one.tags)))
        elif one.is_way():
            ways.append((one.id, [node.ref for node in one.nodes], dict(one.tags)))
    made = [_dense(nodes[at : at + NODES_A_BLOCK]) for at in range(0, len(nodes), NODES_A_BLOCK)]
    more = [_ways(ways[at : at + WAYS_A_BLOCK]) for at in range(0, len(ways), WAYS_A_BLOCK)]
    return made, more


def _table(tags: list[dict[str, str]]) -> tuple[Writer, dict[str, int]]:
    texts = ["", *sorted({text for one in tags for pair in one.items() for text in pair})]
    table = Writer()
    for text in texts:
        inner = Writer()
        inner.bytes += text.encode()
        table.message(1, inner)
    return table, {text: number for number, text in enumerate(texts)}


def _dense(nodes: list[tuple[tuple[int, int, int], dict[str, str]]]) -> Block:
    table, number = _table([tags for _, tags in nodes])
    dense = Writer()
    for field, column in ((1, 0), (8, 1), (9, 2)):
        inner, before = Writer(), 0
        for place, (node, _) in enumerate(nodes):
            if place == 0:
                inner.wide(node[column], column, True)
            else:
                inner.signed(node[column] - before)
            before = node[column]
        dense.message(field, inner)
    spoken = Writer()
    for _, tags in nodes:
        for key, value in tags.items():
            spoken.number(number[key])
            spoken.number(number[value])
        spoken.number(0)
    dense.message(10, spoken)
    group, whole = Writer(), Writer()
    group.message(2, dense)
    whole.message(1, table)
    whole.message(2, group)
    return whole.block()


def _ways(ways: list[tuple[int, list[int], dict[str, str]]]) -> Block:
    table, number = _table([tags for *_, tags in ways])
    group, whole = Writer(), Writer()
    for one, refs, tags in ways:
        way = Writer()
        way.number(1 << 3)
        way.wide(one, 0, False)
        for field, words in ((2, tags.keys()), (3, tags.values())):
            inner = Writer()
            for word in words:
                inner.number(number[word])
            way.message(field, inner)
        inner = Writer()
        for place, ref in enumerate(refs):
            if place == 0:
                inner.wide(ref, 0, True)
            else:
                inner.signed(ref - refs[place - 1])
        way.message(8, inner)
        group.message(3, way)
    whole.message(1, table)
    whole.message(2, group)
    return whole.block()


def _blob(kind: bytes, raw: bytes) -> bytes:
    blob, head = Writer(), Writer()
    packed = zlib.compress(raw, 1)
    blob.number(2 << 3)
    blob.number(len(raw))
    inner = Writer()
    inner.bytes += packed
    blob.message(3, inner)
    inner = Writer()
    inner.bytes += kind
    head.message(1, inner)
    head.number(3 << 3)
    head.number(len(blob.bytes))
    return struct.pack(">I", len(head.bytes)) + bytes(head.bytes) + bytes(blob.bytes)


def _header() -> bytes:
    whole = Writer()
    for feature in (b"OsmSchema-V0.6", b"DenseNodes"):
        inner = Writer()
        inner.bytes += feature
        whole.message(4, inner)
    return _blob(b"OSMHeader", bytes(whole.bytes))


def repeated(path: Path, megabytes: int, target: Path) -> int:
    """Copies of a file until it is as large as asked, nodes before ways; how many they are."""
    nodes, ways = blocks_of(path)
    once = sum(len(_blob(b"OSMData", block.moved(0))) for block in (*nodes, *ways))
    copies = max(1, round(megabytes * 1e6 / once))
    with target.open("wb") as file:
        file.write(_header())
        for block, copy in _every(nodes, ways, copies):
            file.write(_blob(b"OSMData", block.moved(copy)))
    return copies


def _every(nodes: list[Block], ways: list[Block], copies: int) -> Iterator[tuple[Block, int]]:
    for blocks in (nodes, ways):
        for copy in range(copies):
            for block in blocks:
                yield block, copy


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def measured(path: Path, small: Path, *, classes: bool) -> dict[str, Any]:
    """Seconds, processor seconds, and the most memory of a process that reads the file."""
    asked = f", classes={CLASSES!r}" if classes else ""
    code = READ.format(path=str(path), small=str(small), classes=asked, progress=False)
    done = subprocess.run(_python(code), capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def interrupted(path: Path, small: Path) -> float:
    """Seconds that a reading goes on after Ctrl-C, sent in the midst of it, as its progress tells."""
    code = READ.format(path=str(path), small=str(small), classes=f", classes={CLASSES!r}", progress=True)
    task = subprocess.Popen(_python(code), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT)
    told = b""
    try:
        while task.stderr and path.name.encode() not in told and (more := task.stderr.read(64)):
            told += more
        start = time.perf_counter()
        task.send_signal(signal.SIGINT)
        told += task.communicate(timeout=120)[1]
        seconds = time.perf_counter() - start
    finally:
        task.kill()
    if b"KeyboardInterrupt" not in told:
        raise RuntimeError(told[-2000:])
    return seconds


def main() -> None:
    """Make the files, read them, write the page."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("file", type=Path, nargs="?", default=SHARED / "data/porto_alegre/poa_osm.pbf")
    reader.add_argument("--megabytes", type=int, nargs=2, default=[150, 1200])
    asked = reader.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="urbgeo-large-") as place:
        for megabytes, classes in zip(asked.megabytes, (False, True), strict=True):
            path = Path(place) / f"{megabytes}.osm.pbf"
            copies = repeated(asked.file, megabytes, path)
            print(f"{path.stat().st_size / 1e6:.0f} MB of {copies} copies made", flush=True)
            load = os.getloadavg()[0]
            found = measured(path, asked.file, classes=classes)
            cells = [
                f"{path.stat().st_size / 1e6:,.0f} MB, {copies} copies",
                "motorway to tertiary" if classes else "all roads for cars",
                f"{found['seconds']:.1f}", f"{found['cpu']:.1f}", f"{found['gb']:.2f}",
                f"{found['links']:,}", f"{found['km']:,.0f}", f"{load:.1f} – {os.getloadavg()[0]:.1f}",
            ]  # fmt: skip
            rows.append("| " + " | ".join(cells) + " |")
            print(rows[-1], flush=True)
        seconds = interrupted(path, asked.file)
        path.unlink()
    heads = ["file", "classes", "s", "processor s", "most GB", "links", "km", "load before – after"]
    text = [
        "# Large PBF files to a network",
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}; `python -m benchmarks.pbf_large`. A real extract repeated, every copy "
        "with ids and places of its own; from the file to a compiled network, in a process that has read a "
        "small file before. The load is that of the machine, other work included: with it the seconds grow, "
        "the processor's seconds hardly.",
        "\n".join(["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|", *rows]),
        f"Interrupted (Ctrl-C) once its progress was told, reading the larger file ended {seconds:.1f} s "
        "later.",
        "Bounds: 150 MB whole within 25 s of processor time and 3 GB; 1.2 GB, motorway to tertiary, within "
        "300 s and 8 GB.",
    ]
    RESULTS.write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
