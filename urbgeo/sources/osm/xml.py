"""OpenStreetMap XML files (``.osm``, also packed with gzip or bzip2): the same ways and nodes as from PBF."""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

import numpy as np

from urbgeo.errors import SourceError
from urbgeo.sources.osm.pbf import TURN, KindOf, Nodes, Ways
from urbgeo.sources.osm.tags import WayKind
from urbgeo.types import Ints

GZIP, BZIP2 = b"\x1f\x8b", b"BZh"
_FAULTS = (ElementTree.ParseError, EOFError, OSError, zlib.error, ValueError, KeyError, UnicodeDecodeError)


def is_xml(path: Path) -> bool:
    """Whether a file begins as OpenStreetMap XML does, unpacked where it is packed."""
    try:
        with _opened(path) as file:
            head = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
    except FileNotFoundError:
        return False
    except _FAULTS:
        return path.suffix.lower() in (".gz", ".bz2")
    return head.startswith((b"<?xml", b"<osm"))


class XmlFile:
    """One XML file, read once for its ways and once for the nodes they need.

    Raises
    ------
    SourceError
        When the file is missing, cut off, damaged, or no OpenStreetMap XML.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __enter__(self) -> XmlFile:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def ways(self, keys: Sequence[str], needed: int, kind_of: KindOf) -> Ways:
        """Ways with one of the first ``needed`` keys that are travelled, by what their tags say."""
        codes: dict[tuple[tuple[str, str], ...], int] = {}
        kinds: dict[WayKind, int] = {}
        ids: list[int] = []
        number: list[int] = []
        start, refs = [0], list[int]()
        seen = turns = 0
        for way in self._each("way", "relation"):
            if way.tag == "relation":
                turns += _tags(way, TURN[:1]).get(TURN[0]) == TURN[1]
                continue
            seen += 1
            said = _tags(way, keys)
            if not any(key in said for key in keys[:needed]):
                continue
            spoken = tuple(sorted(said.items()))
            if spoken not in codes:
                kind = kind_of(said)
                codes[spoken] = -1 if kind is None else kinds.setdefault(kind, len(kinds))
            if codes[spoken] >= 0:
                ids.append(int(way.attrib["id"]))
                number.append(codes[spoken])
                refs += [int(one.attrib["ref"]) for one in way.iter("nd")]
                start.append(len(refs))
        if not seen:
            raise SourceError(f"{self.path}: it holds no OpenStreetMap ways.")
        arrays = (np.array(ids, np.int64), np.array(number, np.int32), np.array(start, np.int64))
        return Ways(*arrays, np.array(refs, np.int64), tuple(kinds), turns)

    def nodes(self, wanted: Ints, keys: Sequence[str]) -> Nodes:
        """Coordinates of the ``wanted`` (sorted, unique) nodes, and tags of those with ``keys[0]``."""
        lon, lat = np.full(wanted.size, np.nan), np.full(wanted.size, np.nan)
        place = {one: at for at, one in enumerate(wanted.tolist())}
        marked: list[int] = []
        marks: list[dict[str, str]] = []
        for node in self._each("node"):
            at = place.get(int(node.attrib["id"]))
            if at is None or "lon" not in node.attrib:
                continue
            lon[at], lat[at] = float(node.attrib["lon"]), float(node.attrib["lat"])
            said = _tags(node, keys)
            if keys[0] in said:
                marked.append(at)
                marks.append(said)
        return Nodes(lon, lat, np.array(marked, np.int64), marks)

    def _each(self, *kinds: str) -> Iterator[ElementTree.Element]:
        """Every element of these kinds that is not marked as deleted."""
        try:
            with _opened(self.path) as file:
                parts = ElementTree.iterparse(file, ("start", "end"))
                _, root = next(parts)
                if root.tag != "osm":
                    raise SourceError(f"{self.path}: no OpenStreetMap XML; it begins with <{root.tag}>.")
                for event, element in parts:
                    if event == "end" and element.tag in ("node", "way", "relation"):
                        if element.tag in kinds and element.get("action") != "delete":
                            yield element
                        root.clear()
        except SourceError:
            raise
        except (*_FAULTS, StopIteration) as error:
            raise SourceError(
                f"{self.path}: it is damaged or cut off ({error}); download the file again."
            ) from error


def _tags(element: ElementTree.Element, keys: Sequence[str]) -> dict[str, str]:
    return {tag.attrib["k"]: tag.attrib["v"] for tag in element.iter("tag") if tag.attrib["k"] in keys}


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    with path.open("rb") as file:
        head = file.read(3)
    if head.startswith(GZIP):
        return gzip.open(path)
    return bz2.open(path) if head.startswith(BZIP2) else path.open("rb")
