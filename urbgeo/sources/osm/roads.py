"""Roads as compact tables: junctions, links between them and the lines they follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from urbgeo.crs import WGS84
from urbgeo.engine.polylines import Polylines
from urbgeo.sources.osm import road_kernels as kernels
from urbgeo.sources.osm.tags import WayKind
from urbgeo.types import Floats, Ints, Ints32

DRAWN_AT_ONCE = 200_000


class Junctions(NamedTuple):
    """Points where links end, by id; drawn late, since a point drawn takes ten times its coordinates."""

    index: pd.Index
    x: Floats
    y: Floats
    crs: CRS

    def drawn(self) -> gpd.GeoDataFrame:
        """A layer of them."""
        shapes = np.empty(len(self.x), object)
        for first in range(0, len(shapes), DRAWN_AT_ONCE):  # in between an interruption is heard
            some = slice(first, first + DRAWN_AT_ONCE)
            shapes[some] = shapely.points(self.x[some], self.y[some])
        return gpd.GeoDataFrame(geometry=shapes, index=self.index, crs=self.crs)


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

    def tables(self, crs: CRS = WGS84) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """The roads as two layers, every coordinate brought to ``crs`` once.

        Returns
        -------
        nodes, links
            Junctions, index = node id; and one row per link: ``from_node``, ``to_node``, ``length_km``,
            ``class``, ``mode``, ``oneway``, ``joinable``, ``maxspeed_kmh`` and ``maxspeed_back_kmh`` (NaN: no
            tag), line geometry.
        """
        junctions, links, lines = self.bare_tables(crs)
        return junctions.drawn(), gpd.GeoDataFrame(links, geometry=lines.of(links.index), crs=crs)

    def bare_tables(self, crs: CRS) -> tuple[Junctions, pd.DataFrame, Polylines]:
        """The same two layers, points and lines still coordinates."""
        x, y = self.lon, self.lat
        if crs != WGS84:
            x, y = Transformer.from_crs(WGS84, crs, always_xy=True).transform(x, y)
        used = np.zeros(len(x), bool)
        used[self.ends] = True
        junctions = Junctions(pd.Index(self.node_ids[used], name="node"), x[used], y[used], crs)
        xy = np.empty((len(self.line), 2))
        xy[:, 0], xy[:, 1] = x[self.line], y[self.line]
        del x, y
        one_mode = np.zeros(len(self.kind), np.int8)
        columns = {
            "from_node": self.node_ids[self.ends[:, 0]],
            "to_node": self.node_ids[self.ends[:, 1]],
            "length_km": self.length_km,
            "class": pd.Categorical(self.kinds_table["class"]).take(self.kind),
            "mode": pd.Categorical.from_codes(one_mode, categories=pd.Index([self.mode])),
        }
        said = self.kinds_table.drop(columns="class")
        links = pd.DataFrame(columns | {name: said[name].to_numpy()[self.kind] for name in said})
        return junctions, links, Polylines(links.index, self.line_start, xy)

    @cached_property
    def kinds_table(self) -> pd.DataFrame:
        """What :attr:`kinds` say, one row each, under the names of the link columns."""
        table = pd.DataFrame(list(self.kinds), columns=WayKind._fields)
        written = table[["kmh", "kmh_back"]].where(table[["kmh", "kmh_back"]] > 0)
        return pd.DataFrame(
            {
                "class": table["link_class"],
                "oneway": table["oneway"].astype(bool),
                "joinable": table["joinable"].astype(bool),
                "maxspeed_kmh": written["kmh"].astype(float),
                "maxspeed_back_kmh": written["kmh_back"].astype(float),
            }
        )


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
    simplify: bool = True,
    counts: Mapping[str, int] | None = None,
) -> Roads:
    """Join pieces that continue without choice: at a node where just two pieces of one kind meet.

    Minutes are not changed by it: what is joined has one class, one speed and one direction. All arrays are
    those of :class:`Roads`, by piece:

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
    simplify
        False leaves every piece a link.
    counts
        Noted in the result.
    """
    ends = np.stack([refs[first], refs[last]], axis=1) if ends is None else ends
    used = np.zeros(len(node_ids), bool)
    used[ends] = True
    junctions = np.flatnonzero(used)
    number = np.cumsum(used, dtype=np.int32) - 1
    joined: Ints32 = number[ends].astype(np.int32)
    uneven = [one.oneway or one.kmh != one.kmh_back for one in kinds]
    kept = np.full(len(junctions), not simplify)
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
