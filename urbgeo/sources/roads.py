"""Roads as compact tables: junctions, links between them and the lines they follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.crs import WGS84
from urbgeo.sources import road_kernels as kernels
from urbgeo.sources.osm_tags import WayKind

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Roads:
    """Junctions and links of a road network in WGS84.

    Attributes
    ----------
    mode
        Mode of the links: ``"road"``, ``"walk"``, ``"cycle"``.
    node_ids
        Ids of all points that lines run through; a negative one is the far side of a barrier.
    lon, lat
        Their degrees.
    ends
        (links, 2) positions of the from and to junction.
    length_km
        Great-circle length along the line.
    kind, kinds
        For each link which of ``kinds`` it is: class, written speeds, one-way, joinable.
    line_start, line
        Positions of the points along link ``i``: ``line[line_start[i]:line_start[i + 1]]``.
    counts
        What was set aside while reading, e.g. stretches whose nodes are not in the file.
    """

    mode: str
    node_ids: Ints
    lon: Floats
    lat: Floats
    ends: Ints32
    length_km: Floats
    kind: Ints32
    kinds: tuple[WayKind, ...]
    line_start: Ints
    line: Ints32
    counts: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.length_km)

    def nodes(self) -> gpd.GeoDataFrame:
        """The junctions, index = node id."""
        used = np.unique(self.ends)
        index = pd.Index(self.node_ids[used], name="node")
        points = shapely.points(self.lon[used], self.lat[used])
        return gpd.GeoDataFrame(geometry=points, index=index, crs=WGS84)

    def links(self) -> gpd.GeoDataFrame:
        """One row per link: ``from_node``, ``to_node``, ``length_km``, ``class``, ``oneway``, ``joinable``,
        ``maxspeed_kmh`` and ``maxspeed_back_kmh`` (NaN: no tag), line geometry."""
        kinds = pd.DataFrame(list(self.kinds), columns=WayKind._fields)
        written = kinds[["kmh", "kmh_back"]].where(kinds[["kmh", "kmh_back"]] > 0)
        columns = {
            "from_node": self.node_ids[self.ends[:, 0]],
            "to_node": self.node_ids[self.ends[:, 1]],
            "length_km": self.length_km,
            "class": pd.Categorical(kinds["link_class"]).take(self.kind),
            "oneway": kinds["oneway"].to_numpy(bool)[self.kind],
            "joinable": kinds["joinable"].to_numpy(bool)[self.kind],
            "maxspeed_kmh": written["kmh"].to_numpy(float)[self.kind],
            "maxspeed_back_kmh": written["kmh_back"].to_numpy(float)[self.kind],
            "mode": pd.Categorical.from_codes(np.zeros(len(self), np.int8), categories=pd.Index([self.mode])),
        }
        which = np.repeat(np.arange(len(self)), np.diff(self.line_start))
        xy = np.stack([self.lon[self.line], self.lat[self.line]], axis=1)
        lines = shapely.linestrings(xy, indices=which)
        return gpd.GeoDataFrame(columns, geometry=lines, crs=WGS84)


def join_links(
    mode: str,
    node_ids: Ints,
    lon: Floats,
    lat: Floats,
    refs: Ints32,
    first: Ints,
    last: Ints,
    length_km: Floats,
    kind: Ints32,
    kinds: tuple[WayKind, ...],
    *,
    ends: Ints32 | None = None,
    keep: Flags | None = None,
    simplify: bool = True,
    counts: Mapping[str, int] | None = None,
) -> Roads:
    """Join pieces that continue without choice: at a node where just two pieces of one kind meet.

    Minutes are not changed by it: what is joined has one class, one speed and one direction.

    Parameters
    ----------
    mode
        Mode of the links.
    node_ids, lon, lat
        All points that pieces run through.
    refs, first, last
        Piece ``i`` runs along ``refs[first[i]:last[i] + 1]``.
    length_km, kind, kinds
        Length of every piece, and what it is.
    ends
        (pieces, 2) end nodes where they differ from the ends of the line (at barriers).
    keep
        By node: nothing is joined there.
    simplify
        False leaves every piece a link.
    counts
        Noted in the result.
    """
    ends = np.stack([refs[first], refs[last]], axis=1) if ends is None else ends
    junctions, numbered = np.unique(ends, return_inverse=True)
    joined: Ints32 = numbered.reshape(-1, 2).astype(np.int32)
    uneven = [one.oneway or one.kmh != one.kmh_back for one in kinds]
    kept = np.full(len(junctions), not simplify)
    if keep is not None:
        kept |= keep[junctions]
    order, flipped, start = kernels.join_pieces(
        joined, kind, np.array(uneven, np.bool_), kept, len(junctions)
    )
    line_start = np.zeros(len(start), np.int64)
    line = kernels.lines_of(order, flipped, start, refs, first, last, line_start)
    head, tail = order[start[:-1]], order[start[1:] - 1]
    begin = ends[head, flipped[start[:-1]].astype(np.int8)]
    finish = ends[tail, 1 - flipped[start[1:] - 1].astype(np.int8)]
    return Roads(
        mode,
        node_ids,
        lon,
        lat,
        np.stack([begin, finish], axis=1),
        np.add.reduceat(length_km[order], start[:-1]) if len(order) else np.zeros(0),
        kind[head],
        kinds,
        line_start,
        line,
        MappingProxyType(dict(counts or {})),
    )
