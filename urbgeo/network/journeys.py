"""Train journeys between stations, taken apart: buffer, rides, waits, changes, and how often they run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from urbgeo.network.model import TravelNetwork
from urbgeo.types import Floats, Ints

ROWS_AT_ONCE = 256
"""Stations searched from at once, so that a country of stations does not fill the memory."""

PARTS = ("buffer_min", "wait_min", "ride_min", "change_min", "egress_min", "delay_min", "rides")
_PART_OF = {"board": "buffer_min", "change": "change_min", "leave": "egress_min"}


@dataclass(frozen=True, eq=False)
class Journeys:
    """Quickest journeys between forecourts, each an array (from, to) over ``stations``.

    ``minutes`` is ``inf`` where no trains lead, and on the diagonal. ``parts`` by name: ``buffer_min``
    before the departure, ``wait_min`` for turn-up services and at changes, ``ride_min``, ``change_min``,
    ``egress_min``, ``delay_min`` (of the first train; beside the minutes), ``rides`` (trains taken).
    ``trains`` is the trains a day of the rarest leg.
    """

    stations: Ints
    minutes: Floats
    parts: dict[str, Floats]
    trains: Floats


@dataclass(frozen=True, eq=False)
class _Legs:
    """The quickest link of every ordered pair of nodes, by key ``from * count + to``.

    Every node stands twice, the second time as what it is left to.
    """

    count: int
    keys: Ints
    minutes: Floats
    parts: dict[str, Floats]
    trains: Floats

    def digest(self, stations: Ints) -> bytes:
        """Of all that journeys follow from: edits of roads and their speeds leave it as it is."""
        digest = hashlib.blake2b(f"{self.count} {len(stations)}".encode(), digest_size=16)
        for one in (stations, self.keys, self.minutes, self.trains, *self.parts.values()):
            digest.update(np.ascontiguousarray(one).data)
        return digest.digest()

    def graph(self) -> csr_array:
        ends = np.divmod(self.keys, self.count)
        # Older SciPy searches take 32-bit places only.
        places = tuple(one.astype(np.int32) for one in ends)
        return csr_array((self.minutes, places), shape=(self.count, self.count))


KEPT, KEPT_STATIONS = 2, 500

_known: dict[bytes, Journeys] = {}
"""Journeys of the trains asked about last, which stay the same under every edit of the roads."""


def forecourts(rail: TravelNetwork) -> Ints:
    """Positions of the nodes that trains are boarded from or left to."""
    links = rail.link_table
    doors = links[links["class"].isin(["board", "leave"])]
    ends = np.where(doors["class"] == "board", doors["from_node"], doors["to_node"])
    return rail.nodes.index.get_indexer(pd.Index(pd.unique(ends))).astype(np.int64)


def rail_journeys(rail: TravelNetwork, stations: Ints) -> Journeys:
    """The quickest journey between every two forecourts, at least one train being taken.

    Who leaves a station has arrived: from one train to the next leads a change, with its wait, and not the
    way out and in again, as if the next train left just then.

    - ``rail``: The trains alone, as :func:`urbgeo.network.rail.rail_tables` makes them.
    - ``stations``: Positions of the forecourts among the nodes.
    """
    legs = _legs(rail)
    if len(stations) > KEPT_STATIONS:
        return _journeys(legs, stations)
    key = legs.digest(stations)
    if key not in _known:
        found = _journeys(legs, stations)
        while len(_known) >= KEPT:
            _known.pop(next(iter(_known)), None)
        _known[key] = found
    return _known[key]


def _journeys(legs: _Legs, stations: Ints) -> Journeys:
    size = len(stations)
    minutes, trains = np.full((size, size), np.inf), np.full((size, size), np.inf)
    parts = {name: np.zeros((size, size)) for name in PARTS}
    graph, ends = legs.graph(), stations + legs.count // 2
    for first in range(0, size, ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        far, before = dijkstra(graph, indices=stations[rows], return_predecessors=True)
        minutes[rows] = far[:, ends]
        _follow(legs, before, stations[rows], ends, {k: v[rows] for k, v in parts.items()}, trains[rows])
    np.fill_diagonal(minutes, np.inf)
    for one in (minutes, trains, *parts.values()):
        one.flags.writeable = False
    return Journeys(stations, minutes, parts, trains)


def _legs(rail: TravelNetwork) -> _Legs:
    links = rail.link_table
    ends = [rail.nodes.index.get_indexer(links[end]).astype(np.int64) for end in ("from_node", "to_node")]
    count = 2 * len(rail.nodes)
    ends[1] += np.where(links["class"] == "leave", len(rail.nodes), 0)
    key = ends[0] * count + ends[1]
    order = np.lexsort((links["minutes"].to_numpy(np.float64), key))
    order = order[np.concatenate([[True], np.diff(key[order]) > 0])]
    kind = links["class"].to_numpy()[order]
    ride = kind == "ride"

    def kept(column: str) -> Floats:
        values: Floats = links[column].to_numpy(np.float64)[order]
        return values

    minutes = kept("minutes")
    parts = {name: np.where(kind == one, minutes, 0.0) for one, name in _PART_OF.items()}
    for name, column in (("ride_min", "ride_min"), ("wait_min", "waited_min"), ("delay_min", "delay_min")):
        parts[name] = np.where(ride, kept(column), 0.0)
    parts["rides"] = ride.astype(np.float64)
    trains = np.where(ride, kept("trains_per_day"), np.inf)
    return _Legs(count, key[order], minutes, parts, trains)


def _follow(
    legs: _Legs, before: Ints, starts: Ints, ends: Ints, parts: dict[str, Floats], trains: Floats
) -> None:
    """Walk every journey back from its end and add up what its legs are made of."""
    row, column = np.divmod(np.arange(len(starts) * len(ends)), len(ends))
    at = ends[column]
    going = (at != starts[row]) & (before[row, at] >= 0)
    while going.any():
        row, column, at = row[going], column[going], at[going]
        since = before[row, at].astype(np.int64)
        leg = np.searchsorted(legs.keys, since * legs.count + at)
        for name, values in legs.parts.items():
            parts[name][row, column] += values[leg]
        trains[row, column] = np.minimum(trains[row, column], legs.trains[leg])
        at = since
        going = at != starts[row]
