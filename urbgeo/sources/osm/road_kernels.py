"""Compiled work on ways: splitting at junctions and joining what continues without choice."""

from __future__ import annotations

import numpy as np

from urbgeo.compiling import only_compiled
from urbgeo.types import Flags, Floats, Ints, Ints32

kernel = only_compiled("Reading OpenStreetMap files (PBF)")


EARTH_KM = 6371.0088
"""Mean radius of the earth (IUGG, 1980); lengths on it are within 0.6 % of those on the ellipsoid."""

EQUATOR_KM, ECCENTRICITY2 = 6378.137, 0.0066943799901413165
"""Half the longer axis of the ellipsoid of WGS84, and the square of its eccentricity."""


@kernel()
def kilometres(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Distance on the ellipsoid of WGS84, by its radii of curvature half-way, north-south and east-west.

    Within 1e-5 of the geodesic for stretches up to 50 km; a ferry of 1,000 km within 0.5 %. On a sphere
    every road would be up to 0.6 % off, and not as long as the same line read from another file.
    """
    half_lat = np.sin(np.radians(lat_b - lat_a) / 2.0)
    half_lon = np.sin(np.radians(lon_b - lon_a) / 2.0)
    flat = 1.0 - ECCENTRICITY2 * np.sin(np.radians(lat_a + lat_b) / 2.0) ** 2
    east = EQUATOR_KM / EARTH_KM / np.sqrt(flat)
    north = east * (1.0 - ECCENTRICITY2) / flat
    across = np.cos(np.radians(lat_a)) * np.cos(np.radians(lat_b)) * half_lon**2
    inner = (north * half_lat) ** 2 + east**2 * across
    return 2.0 * EARTH_KM * np.arcsin(np.sqrt(min(1.0, inner)))


@kernel()
def split_ways(
    ref_start: Ints,
    refs: Ints32,
    stop: Flags,
    missing: Flags,
    outside: Flags,
    lon: Floats,
    lat: Floats,
    piece_way: Ints32,
    piece_first: Ints,
    piece_last: Ints,
    piece_km: Floats,
) -> int:
    """Cut ways at the nodes where ``stop``; returns how many pieces there are.

    A stretch with a missing end, or with both ends outside, is left out, and the way continues after it.
    Pieces are written while the arrays have room (call with empty ones to count).
    """
    room = piece_way.size
    count = 0
    for way in range(ref_start.size - 1):
        first = np.int64(-1)
        km = 0.0
        for i in range(ref_start[way], ref_start[way + 1] - 1):
            a, b = refs[i], refs[i + 1]
            if missing[a] or missing[b] or (outside[a] and outside[b]):
                if first >= 0:
                    if count < room:
                        piece_way[count], piece_first[count] = way, first
                        piece_last[count], piece_km[count] = i, km
                    count += 1
                first = -1
                continue
            if first < 0:
                first, km = i, 0.0
            if room:
                km += kilometres(lon[a], lat[a], lon[b], lat[b])
            if stop[b] or i + 2 == ref_start[way + 1]:
                if count < room:
                    piece_way[count], piece_first[count] = way, first
                    piece_last[count], piece_km[count] = i + 1, km
                count += 1
                first = -1
    return count


@kernel()
def incident_ends(ends: Ints32, nodes: int) -> tuple[Ints32, Ints32, Ints32]:
    """For each node how many piece ends meet there, and the first two (piece * 2 + end)."""
    degree = np.zeros(nodes, np.int32)
    one = np.full(nodes, -1, np.int32)
    other = np.full(nodes, -1, np.int32)
    for piece in range(ends.shape[0]):
        for end in range(2):
            node = ends[piece, end]
            if degree[node] == 0:
                one[node] = 2 * piece + end
            elif degree[node] == 1:
                other[node] = 2 * piece + end
            degree[node] += 1
    return degree, one, other


@kernel()
def _next_slot(
    slot: int, ends: Ints32, kind: Ints32, directed: Flags, keep: Flags, meet: tuple[Ints32, Ints32, Ints32]
) -> int:
    """The piece end that continues beyond piece end ``slot``, or -1 where there is a choice or a change."""
    degree, one, other = meet
    piece, end = slot // 2, slot % 2
    node = ends[piece, end]
    if degree[node] != 2 or keep[node]:
        return -1
    beyond = other[node] if one[node] == slot else one[node]
    if beyond // 2 == piece or kind[beyond // 2] != kind[piece]:
        return -1
    if directed[kind[piece]] and beyond % 2 == end:
        return -1
    return beyond


@kernel()
def join_pieces(
    ends: Ints32, kind: Ints32, directed: Flags, keep: Flags, nodes: int
) -> tuple[Ints32, Flags, Ints]:
    """Chains of pieces that continue without choice.

    ``directed`` says by kind whether a piece may only be joined head to tail, ``keep`` by node that nothing
    is joined there. Returns pieces in order of travel, whether each is run against its own direction, and
    where each chain starts in them.
    """
    meet = incident_ends(ends, nodes)
    count = ends.shape[0]
    seen = np.zeros(count, np.bool_)
    order = np.empty(count, np.int32)
    flipped = np.zeros(count, np.bool_)
    start = np.empty(count + 1, np.int64)
    chains = done = 0
    for seed in range(count):
        if seen[seed]:
            continue
        entry = 2 * seed
        while True:
            before = _next_slot(entry, ends, kind, directed, keep, meet)
            if before < 0 or before // 2 == seed:
                break
            entry = before ^ 1
        start[chains] = done
        chains += 1
        while True:
            piece = entry // 2
            seen[piece] = True
            order[done], flipped[done] = piece, entry % 2 == 1
            done += 1
            entry = _next_slot(entry ^ 1, ends, kind, directed, keep, meet)
            if entry < 0 or seen[entry // 2]:
                break
    start[chains] = done
    return order, flipped, start[: chains + 1].copy()


@kernel()
def lines_of(
    order: Ints32, flipped: Flags, start: Ints, refs: Ints32, first: Ints, last: Ints, line_start: Ints
) -> Ints32:
    """Nodes along every chain, end to end; ``line_start`` (chains + 1) is filled."""
    for chain in range(start.size - 1):
        size = 1
        for k in range(start[chain], start[chain + 1]):
            size += last[order[k]] - first[order[k]]
        line_start[chain + 1] = line_start[chain] + size
    along = np.empty(line_start[start.size - 1], np.int32)
    at = 0
    for chain in range(start.size - 1):
        for k in range(start[chain], start[chain + 1]):
            piece = order[k]
            size = last[piece] - first[piece] + 1
            skip = 0 if k == start[chain] else 1
            for i in range(skip, size):
                along[at] = refs[last[piece] - i] if flipped[k] else refs[first[piece] + i]
                at += 1
    return along
