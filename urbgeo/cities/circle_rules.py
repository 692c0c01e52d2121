"""The one rule for commuting circles: rings, roles, one piece of land, comparison with official lists.

The circle of one metropolis and the circles of many are drawn by what stands here, so that they agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from urbgeo.cities.contiguity import contiguous
from urbgeo.cities.flows import borders
from urbgeo.crs import metric_crs
from urbgeo.errors import InputError, some_of
from urbgeo.types import Flags, Floats, Ints

RINGS = (30.0, 60.0, 90.0, 120.0)
"""Minutes of the nested rings around a core."""

ROLES = ("core", "circle", "enclave", "exclave", "below rate", "outside")
"""What a zone is to a circle: its core; inside by the rule; wholly enclosed and so added; inside but not
joined to the core by land or over a narrow gap and so dropped; in time but below the commuting rate;
outside."""

STRAIT_M = 10_000.0
"""A gap between lands (water, as a rule) no wider than this does not part a circle whose roads cross it; a
judgement."""

TOUCH_M = 1.0
"""A way that meets a zone for less only touches its corner."""

AT_RIM = 1e-9
"""So near the outer rim, as a share of the layer's extent, a zone is at it: joining zones moves corners."""

MEMBERS = ("core", "circle", "enclave")

COMPARED = ("both", "only_circle", "only_official", "unknown", "precision", "recall")
"""Columns of every comparison with an official list."""


KEPT_LAYERS = 4

_known: dict[str, tuple[Ints, Ints, Floats]] = {}
"""By the digest of a layer's shapes: places of zone and neighbour (-1 beyond the rim), and kilometres."""


def ring_of(minutes: Floats, bounds: Sequence[float]) -> Floats:
    """The smallest bound that holds each value (closed), ``inf`` beyond the last, NaN where it is NaN."""
    limits = np.array([*bounds, np.inf])
    ring = limits[np.searchsorted(limits[:-1], minutes, side="left")]
    return np.where(np.isnan(minutes), np.nan, ring)


def land_borders(land: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.DataFrame:
    """Which zones border on which; those at the outer rim of all of them border on a missing neighbour.

    A zone that borders only on a hole in the layer (a lake without a zone) is not at the rim. Islands are
    neighbours of the zones they face over a gap of at most :data:`STRAIT_M`, with no border to measure.
    The borders of the last few layers are kept: the same zones are asked about again under every speed and
    every edit.
    """
    shapes = land.geometry
    digest = hashlib.blake2b(str(shapes.crs).encode(), digest_size=16)
    for one in shapes.to_wkb():
        digest.update(one or b"")
    key = digest.hexdigest()
    if key not in _known:
        table = borders(gpd.GeoDataFrame(geometry=shapes))
        rim = table["neighbour"].isna()
        whole = shapes.union_all()
        around = shapely.union_all(shapely.get_exterior_ring(shapely.get_parts(whole)))
        shapely.prepare(around)
        at_rim = shapely.dwithin(
            around, shapes.loc[table["zone"][rim]].to_numpy(), AT_RIM * np.ptp(whole.bounds)
        )
        found = pd.concat([table[~rim], _facing(shapes, table[~rim]), table[rim][at_rim]], ignore_index=True)
        ends = [land.index.get_indexer(pd.Index(found[name])) for name in ("zone", "neighbour")]
        while len(_known) >= KEPT_LAYERS:
            _known.pop(next(iter(_known)), None)
        _known[key] = (*ends, found["border_km"].to_numpy())
    zone, neighbour, border_km = _known[key]
    ids = np.array([*land.index, None], dtype=object)
    return pd.DataFrame({"zone": ids[zone], "neighbour": ids[neighbour], "border_km": border_km})


def _facing(land: gpd.GeoSeries, table: pd.DataFrame) -> pd.DataFrame:
    """Zones of separate lands that face each other over a gap of at most :data:`STRAIT_M`, no zone in it.

    Lands are separate where no chain of borders leads from one to the other. What the gap holds the layer
    does not say: a strait, or land that is no zone of it. An island is so no exclave of its shore.
    """
    none = table.iloc[:0]
    ends = [land.index.get_indexer(pd.Index(table[name])) for name in ("zone", "neighbour")]
    graph = coo_array((np.ones(len(table), np.int8), tuple(ends)), shape=(len(land),) * 2)
    lands, part = connected_components(graph)
    if lands == 1 or land.crs is None:
        return none
    shapes = land.to_crs(metric_crs(land)).to_numpy()
    zone, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=STRAIT_M)
    apart = (part[zone] != part[other]) & (zone < other)
    zone, other = zone[apart], other[apart]
    clear = ~_blocked(shapes, zone, other)
    found = {"zone": land.index[zone[clear]], "neighbour": land.index[other[clear]], "border_km": 0.0}
    return pd.DataFrame(found).reindex(columns=none.columns)


def _blocked(shapes: NDArray[np.object_], zone: Ints, other: Ints) -> Flags:
    """Whether the shortest way between two zones leads through a third."""
    ways = shapely.shortest_line(shapes[zone], shapes[other])
    way, third = shapely.STRtree(shapes).query(ways, predicate="intersects")
    beside = (third != zone[way]) & (third != other[way])
    way, third = way[beside], third[beside]
    inside = shapely.length(shapely.intersection(ways[way], shapes[third])) > TOUCH_M
    blocked = np.zeros(len(zone), bool)
    blocked[way[inside]] = True
    return blocked


def roles(
    core: Flags, area: Flags, dropped: Flags, added: Flags, below: Flags | None = None
) -> NDArray[np.object_]:
    """The role of each zone, one of :data:`ROLES`."""
    short = np.zeros(len(core), bool) if below is None else below
    names = ["core", "enclave", "exclave", "circle", "below rate"]
    return np.select([core, added, dropped, area, short], names, "outside").astype(object)


def roles_of(inside: pd.Series, first: Sequence[object], neighbours: pd.DataFrame | None) -> pd.Series:
    """Why each zone is in or out of one circle, once exclaves are dropped and enclaves added."""
    core = inside.index.isin(first)
    area = np.where(core | inside.to_numpy(), 0, -1).astype(np.int64)
    home = np.where(core, 0, -1).astype(np.int64)
    dropped, added = contiguous(neighbours, inside.index, (), home, area)
    return pd.Series(roles(core, area >= 0, dropped, added), inside.index)


def compared(
    circles: Mapping[Any, pd.Index],
    official: Mapping[Any, Iterable[object]],
    zones: pd.DataFrame,
    amounts: Sequence[str],
    *,
    name: str,
) -> pd.DataFrame:
    """One row per circle: the columns :data:`COMPARED`, and of each amount the sums ``<a>_circle``,
    ``<a>_official``, ``<a>_both``."""
    rows = []
    for circle, ours in circles.items():
        given = pd.Index(list(official[circle]), dtype=object).unique()
        there = given[given.isin(zones.index)]
        mine, listed_there = zones.index.isin(ours), zones.index.isin(there)
        row: dict[str, object] = {
            "both": tuple(zones.index[mine & listed_there]),
            "only_circle": tuple(zones.index[mine & ~listed_there]),
            "only_official": tuple(zones.index[listed_there & ~mine]),
            "unknown": tuple(given[~given.isin(zones.index)]),
            "precision": (mine & listed_there).sum() / mine.sum() if mine.any() else np.nan,
            "recall": (mine & listed_there).sum() / listed_there.sum() if listed_there.any() else np.nan,
        }
        for amount in amounts:
            parts = {"circle": mine, "official": listed_there, "both": mine & listed_there}
            row |= {f"{amount}_{part}": float(zones[amount][which].sum()) for part, which in parts.items()}
        rows.append(row)
    return pd.DataFrame(rows, index=pd.Index(list(circles), name=name))


def refuse_unknown(ids: Iterable[object], zones: pd.Index, name: str) -> None:
    """Refuse ids that are no zones."""
    lost = [one for one in ids if one not in zones]
    if lost:
        raise InputError(f"{name}: {some_of(lost)} not among the zones; mend the list or add the zones.")
