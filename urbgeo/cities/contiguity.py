"""Areas made of one piece: exclaves leave them, and what they wholly enclose joins them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from urbgeo.checks import check_columns
from urbgeo.errors import Faults
from urbgeo.types import Flags, Ints


def contiguous(
    neighbours: pd.DataFrame | None, zones: pd.Index, coast: Iterable[object], core: Ints, area: Ints
) -> tuple[Flags, Flags]:
    """Drop exclaves from areas, then add enclaves; ``area`` is changed in place.

    An exclave is a zone that no chain of zones of its area ties to one of the core. An enclave is a zone, or
    a connected group of them, in no area, whose whole land border is with one area. A border on nothing in
    the table is taken for land unless ``coast`` names the zone; where the table tells no such borders, a
    group may as well be all that lies outside, and only single zones are added.

    ``neighbours`` has ``zone`` and ``neighbour``, a missing one standing for what lies beyond all zones;
    ``core`` and ``area`` the number of the area whose core a zone is, and of that it belongs to (-1 for
    none), in the order of ``zones``. Comes back which zones were dropped, and which were added; without
    neighbours (points have none) no zone.

    Raises
    ------
    InputError
        For missing columns, and ids that are not among the zones.
    """
    if neighbours is None:
        return np.zeros(len(zones), bool), np.zeros(len(zones), bool)
    pairs, rim = _pairs(neighbours, zones, coast)
    return _drop_exclaves(pairs, core, area), _add_enclaves(pairs, rim, area)


def _pairs(
    neighbours: pd.DataFrame, zones: pd.Index, coast: Iterable[object]
) -> tuple[tuple[Ints, Ints], Flags | None]:
    """Neighbours both ways, and which zones border on land beyond the table (None where it does not tell)."""
    check_columns(neighbours, "neighbours", ("zone", "neighbour"))
    beyond = neighbours["neighbour"].isna().to_numpy()
    ends = [zones.get_indexer(pd.Index(neighbours[name])) for name in ("zone", "neighbour")]
    lost = (ends[0] < 0) | ((ends[1] < 0) & ~beyond)
    strange = [one for one in coast if one not in zones]
    if lost.any() or strange:
        named = pd.concat([neighbours["zone"], neighbours["neighbour"].dropna(), pd.Series(strange)])
        unknown = pd.unique(named[~named.isin(zones)])
        faults = Faults("neighbours and coast")
        faults.add("not among the zones", ids=unknown, remedy="use the ids of the zones")
        faults.raise_if_any()
    left, right = (end[~beyond].astype(np.int64) for end in ends)
    rim = np.zeros(len(zones), bool)
    rim[ends[0][beyond]] = True
    rim[zones.isin(list(coast))] = False
    both = np.concatenate([left, right]), np.concatenate([right, left])
    return both, rim if beyond.any() else None


def _drop_exclaves(pairs: tuple[Ints, Ints], core: Ints, area: Ints) -> Flags:
    left, right = pairs
    part = _groups(pairs, (area[left] == area[right]) & (area[left] >= 0), len(area))
    lost: Flags = (area >= 0) & ~np.isin(part, part[core >= 0])
    area[lost] = -1
    return lost


def _add_enclaves(pairs: tuple[Ints, Ints], rim: Flags | None, area: Ints) -> Flags:
    left, right = pairs
    free = area < 0
    group = _groups(pairs, free[left] & free[right], len(area))
    shut_out = np.bincount(group) > 1 if rim is None else np.bincount(group, rim) > 0
    border = free[left] & ~free[right]
    around = pd.Series(area[right[border]]).groupby(group[left[border]]).agg(["min", "max"])
    one = (around["min"] == around["max"]).to_numpy() & ~shut_out[around.index]
    owner = np.full(len(shut_out), -1, np.int64)
    owner[around.index[one]] = around["min"].to_numpy()[one]
    closed: Flags = free & (owner[group] >= 0)
    area[closed] = owner[group][closed]
    return closed


def _groups(pairs: tuple[Ints, Ints], joined: Flags, n: int) -> Ints:
    """Number of the connected group of each zone over the pairs that are joined."""
    left, right = pairs[0][joined], pairs[1][joined]
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(n, n))
    return connected_components(graph)[1].astype(np.int64)
