"""OpenStreetMap files to road tables: ``read_roads`` for PBF and XML."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from urbgeo.arguments import check_path
from urbgeo.engine.memory import give_back_memory
from urbgeo.errors import InputError
from urbgeo.sources.osm import pbf_kernels, road_kernels
from urbgeo.sources.osm import tags as osm_tags
from urbgeo.sources.osm.pbf import Nodes, PbfFile, Ways
from urbgeo.sources.osm.roads import Roads, join_links
from urbgeo.sources.osm.tags import TravelRules, WayKind
from urbgeo.sources.osm.xml import XmlFile, is_xml
from urbgeo.types import Flags, Floats, Ints, Ints32

Box = tuple[float, float, float, float]

TURNS = "turn restrictions in the file, not applied"
"""How provenance calls them: a trip may turn where it must not."""

KEYS_THAT_MAKE_A_ROAD = 2
"""The first two of WAY_KEYS: highway and route (ferries)."""


def read_roads(
    path: Path | str,
    *,
    mode: str | TravelRules = "drive",
    classes: Collection[str] | None = None,
    bbox: Box | None = None,
    simplify: bool = True,
) -> Roads:
    """Read the roads of an OpenStreetMap file that one kind of traveller may use.

    Two ways connect only where they share a node, so a bridge does not meet what it crosses. One-way streets,
    roundabouts, access rules, barriers and ferries are read as
    :class:`urbgeo.sources.osm.tags.TravelRules` of the mode say. Only ways of the classes asked for and
    the nodes they run through are ever held in memory.

    Parameters
    ----------
    path
        A ``.osm.pbf`` file, or XML: ``.osm``, ``.osm.gz``, ``.osm.bz2``.
    mode
        ``"drive"``, ``"walk"``, ``"cycle"``, or rules of your own.
    classes
        Values of ``highway`` (and ``"ferry"``) to keep instead of those of the mode.
    bbox
        West, south, east, north in degrees; stretches with at least one end inside are kept.
    simplify
        Join links at nodes that are no junction, where class, speed and direction do not change.

    Returns
    -------
    Roads
        Compact tables in degrees; ``counts`` says what was set aside.

    Raises
    ------
    SourceError
        When the file is missing, no PBF, cut off or damaged.
    InputError
        For an unknown mode or class, an empty bbox, or when no way in the file may be used.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> text = '''<osm version="0.6">
    ...   <node id="1" lat="28.20" lon="112.90"/><node id="2" lat="28.20" lon="112.91"/>
    ...   <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>'''
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "town.osm"
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     read_roads(path).length_km.round(3).tolist()
    [0.982]
    """
    path = check_path(path)
    rules = osm_tags.rules_for(mode, None if classes is None else frozenset(classes))
    box = None if bbox is None else check_bbox(bbox)
    with XmlFile(path) if is_xml(path) else PbfFile(path) as file:
        ways = file.ways(
            osm_tags.WAY_KEYS, KEYS_THAT_MAKE_A_ROAD, lambda tags: osm_tags.way_kind(tags, rules)
        )
        if not len(ways.ids):
            raise InputError(f"{path}: no way in it is open to mode {rules.mode!r} with these classes.")
        wanted = _distinct(ways.refs)
        nodes = file.nodes(wanted, osm_tags.NODE_KEYS)
    give_back_memory()  # threads that read blocks keep what they held
    roads = _assembled(str(path), rules, ways, wanted, nodes, box, simplify)
    give_back_memory()
    return roads


def check_bbox(bbox: Sequence[float]) -> Box:
    """West, south, east, north; refuse a box that is empty, has swapped corners or is not in degrees."""
    try:
        west, south, east, north = (float(edge) for edge in bbox)
    except (TypeError, ValueError) as error:
        raise InputError(f"bbox: {bbox!r} is not four numbers west, south, east, north.") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InputError(
            f"bbox: {bbox!r} is empty or not in degrees; give west < east (-180 to 180) and south < north "
            "(-90 to 90), longitudes first."
        )
    return west, south, east, north


def _distinct(refs: Ints) -> Ints:
    ordered = np.sort(refs)
    new = np.ones(len(ordered), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def _assembled(
    name: str, rules: TravelRules, ways: Ways, wanted: Ints, nodes: Nodes, box: Box | None, simplify: bool
) -> Roads:
    refs = np.empty(len(ways.refs), np.int32)
    pbf_kernels.places_of(wanted, ways.refs, refs)
    reverse = np.array([one.reverse for one in ways.kinds])[ways.kind]
    _turn_round(refs, ways.ref_start, reverse)
    missing = np.isnan(nodes.lon)
    outside = _outside(nodes, box)
    barrier = np.zeros(len(wanted), bool)
    for place, tags in zip(nodes.marked, nodes.marks, strict=True):
        barrier[place] = osm_tags.stops(tags, rules)
    way, first, last, km = _pieces(ways.ref_start, refs, missing, outside, barrier, nodes)
    ends = np.stack([refs[first], refs[last]], axis=1)
    still = (km == 0) & (ends[:, 0] == ends[:, 1])
    way, first, last, km, ends = (one[~still] for one in (way, first, last, km, ends))
    if not len(way) and box:
        sides = ", ".join(f"{side:.2f}" for side in box)
        raise InputError(f"{name}: no road lies in the box {sides}; is it the extract of another region?")
    if not len(way):
        raise InputError(f"{name}: its roads lack nodes.")
    kinds, kind_of_way = _with_durations(ways.kinds, ways.kind, way, km)
    ids, lon, lat, ends, split = _apart_at(barrier, ends, wanted, nodes)
    counts = {
        "ways": len(ways.ids),
        TURNS: ways.turns,
        "nodes missing from the file": int(missing.sum()),
        "barriers that stop": int(barrier.sum()),
        "ends at barriers": split,
        "pieces of no length": int(still.sum()),
    }
    return join_links(
        rules.mode, ids, lon, lat, refs, first, last, km, kind_of_way[way], kinds,
        ends=ends, simplify=simplify, counts=counts,
    )  # fmt: skip


def _turn_round(refs: Ints32, ref_start: Ints, reverse: Flags) -> None:
    for way in np.flatnonzero(reverse):
        part = slice(ref_start[way], ref_start[way + 1])
        refs[part] = refs[part][::-1].copy()


def _outside(nodes: Nodes, box: Box | None) -> Flags:
    if box is None:
        return np.zeros(len(nodes.lon), bool)
    west, south, east, north = box
    return ~((nodes.lon >= west) & (nodes.lon <= east) & (nodes.lat >= south) & (nodes.lat <= north))


def _pieces(
    ref_start: Ints, refs: Ints32, missing: Flags, outside: Flags, barrier: Flags, nodes: Nodes
) -> tuple[Ints32, Ints, Ints, Floats]:
    """Ways cut at junctions, at their ends and at barriers."""
    uses = np.bincount(refs, minlength=len(missing))
    filled = ref_start[1:] > ref_start[:-1]
    stop = (uses > 1) | barrier
    stop[refs[ref_start[:-1][filled]]] = True
    stop[refs[ref_start[1:][filled] - 1]] = True
    arguments = (ref_start, refs, stop, missing, outside, nodes.lon, nodes.lat)
    none = np.zeros(0, np.int64)
    count = road_kernels.split_ways(*arguments, np.zeros(0, np.int32), none, none, np.zeros(0))
    found = (np.empty(count, np.int32), np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count))
    road_kernels.split_ways(*arguments, *found)
    return found


def _with_durations(
    kinds: tuple[WayKind, ...], kind: Ints32, way: Ints32, km: Floats
) -> tuple[tuple[WayKind, ...], Ints32]:
    """Ferries with a duration get the speed that their whole way's length and duration give."""
    timed = np.flatnonzero(np.array([one.duration_min > 0 for one in kinds])[kind])
    if not len(timed):
        return kinds, kind
    whole = np.bincount(way, weights=km, minlength=len(kind))
    more, changed = list(kinds), kind.copy()
    for one in timed:
        speed = whole[one] / kinds[kind[one]].duration_min * 60.0
        if speed > 0:
            changed[one] = len(more)
            more.append(kinds[kind[one]]._replace(kmh=speed, kmh_back=speed))
    return tuple(more), changed


def _apart_at(
    barrier: Flags, ends: Ints32, wanted: Ints, nodes: Nodes
) -> tuple[Ints, Floats, Floats, Ints32, int]:
    """Give every link that ends at a barrier an end of its own there, with ids below all others (and 0)."""
    cut = barrier[ends]
    places = ends[cut]
    ends = ends.copy()
    ends[cut] = len(wanted) + np.arange(len(places))
    return (
        np.concatenate([wanted, min(0, int(wanted.min(initial=0))) - 1 - np.arange(len(places))]),
        np.concatenate([nodes.lon, nodes.lon[places]]),
        np.concatenate([nodes.lat, nodes.lat[places]]),
        ends.astype(np.int32),
        len(places),
    )
