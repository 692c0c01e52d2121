"""The compiled connection scan: earliest arrivals on foot and by the vehicles of one day.

Dibbelt, Pick, Strasser and Wagner, "Connection Scan Algorithm" (2018), for one departure. Here all departures
of a window are lanes of one pass: who leaves earlier is never later anywhere, so those aboard a run are the
first so many lanes, and what an arrival improves is a stretch of lanes below them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from urbgeo.compiling import only_compiled
from urbgeo.parallel import each_of
from urbgeo.types import Flags, Floats, Ints, Ints32

kernel = only_compiled("Travel by timetable")


NEVER = np.inf


@kernel(inline="always")
def _lower(row: Floats, upto: int, value: float) -> int:
    """Bring the lanes below ``upto`` down to a value; the first lane changed, ``upto`` for none.

    Lanes never fall, so those above the value are the last ones.
    """
    lane = upto
    while lane > 0 and row[lane - 1] > value:
        lane -= 1
        row[lane] = value
    return lane


@kernel()
def scan(
    leaves: Floats,
    latest: float,
    near: Ints32,
    near_s: Floats,
    connections: tuple[Ints32, Ints32, Floats, Floats, Ints32, Flags, Flags, Flags],
    stay_start: Ints,
    stay_to: Ints32,
    walk_start: Ints,
    walk_to: Ints32,
    walk_s: Floats,
    ready: Floats,
    off: Floats,
    aboard: Ints32,
) -> None:
    """Earliest arrival by vehicle (``off``, places left x lanes) for departures in rising order.

    Connections are sorted by departure, and in order of travel within a run; each leaves a place to board at
    and reaches a place to leave at. ``near`` are the places to board at within walking distance of the
    origin; ``walk_*`` the changes from places left to places boarded (CSR), one of which may be taken between
    two vehicles; ``stay_*`` the runs that a run goes on as (CSR), reached in the seat from its last
    connection (``ends``). ``ready``, ``off``, ``aboard`` are working space.
    """
    from_stop, to_stop, departs, arrives, run, boards, alights, ends = connections
    ready[:] = NEVER
    off[:] = NEVER
    aboard[:] = 0
    lanes = leaves.size
    for k in range(near.size):
        row = ready[near[k]]
        for lane in range(lanes):
            row[lane] = min(row[lane], leaves[lane] + near_s[k])
    for c in range(np.searchsorted(departs, leaves[0]), departs.size):
        if departs[c] > latest:
            break
        riding = aboard[run[c]]
        if boards[c]:
            waiting = ready[from_stop[c]]
            while riding < lanes and waiting[riding] <= departs[c]:
                riding += 1
            aboard[run[c]] = riding
        if ends[c]:
            for k in range(stay_start[run[c]], stay_start[run[c] + 1]):
                aboard[stay_to[k]] = max(aboard[stay_to[k]], riding)
        if riding == 0 or not alights[c]:
            continue
        stop = to_stop[c]
        if _lower(off[stop], riding, arrives[c]) == riding:
            continue
        for k in range(walk_start[stop], walk_start[stop + 1]):
            _lower(ready[walk_to[k]], riding, arrives[c] + walk_s[k])


@kernel()
def times_from(
    leaves: Floats,
    longest: float,
    near: Ints32,
    near_s: Floats,
    connections: tuple[Ints32, Ints32, Floats, Floats, Ints32, Flags, Flags, Flags],
    stay_start: Ints,
    stay_to: Ints32,
    walk_start: Ints,
    walk_to: Ints32,
    walk_s: Floats,
    last_start: Ints,
    last_stop: Ints32,
    last_s: Floats,
    on_foot: Floats,
    boarded: int,
    ranks: Ints,
    out: Floats,
) -> None:
    """Travel seconds from one origin to every destination, ranked over the departures ``leaves``.

    ``near`` are places to board at, ``last_*`` the places to leave at near each destination (CSR) and the
    seconds from them; ``on_foot`` the seconds all the way on foot; ``boarded`` how many places to board at
    there are. Row ``r`` of ``out`` receives the value at position ``ranks[r]`` of the sorted times.
    """
    left, lanes = walk_start.size - 1, leaves.size
    ready, off = np.empty((boarded, lanes)), np.empty((left, lanes))
    aboard = np.empty(stay_start.size - 1, np.int32)
    latest = leaves[lanes - 1] + longest
    scan(
        leaves, latest, near, near_s, connections, stay_start, stay_to, walk_start, walk_to, walk_s, ready,
        off, aboard,
    )  # fmt: skip
    arrival = np.empty(lanes)
    for target in range(on_foot.size):
        arrival[:] = NEVER
        for k in range(last_start[target], last_start[target + 1]):
            row, more = off[last_stop[k]], last_s[k]
            if row[0] < NEVER:
                for lane in range(lanes):
                    there = row[lane] + more  # a choice, not min(): that would mind NaN, and go one by one
                    arrival[lane] = there if there < arrival[lane] else arrival[lane]
        for lane in range(lanes):
            best = min(on_foot[target], arrival[lane] - leaves[lane])
            arrival[lane] = best if best <= longest else NEVER
        arrival.sort()
        for r in range(ranks.size):
            out[r, target] = arrival[ranks[r]]


Csr = tuple[Ints, Ints32, Floats]
"""Where the row of each begins, places, and seconds to them."""


class Asked(NamedTuple):
    """What :func:`times_from` is asked for all origins alike, under its names."""

    leaves: Floats
    longest: float
    connections: tuple[Ints32, Ints32, Floats, Floats, Ints32, Flags, Flags, Flags]
    stay: tuple[Ints, Ints32]
    walk: Csr
    last: Csr
    boarded: int
    ranks: Ints


class Origins(NamedTuple):
    """Places to board at near each origin (CSR), and seconds on foot to every destination."""

    near: Csr
    on_foot: Floats

    def rows(self, some: slice) -> Origins:
        """Origins that follow each other."""
        start, stop, seconds = self.near
        start = start[some.start : some.stop + 1]
        part = slice(start[0], start[-1])
        return Origins((start - start[0], stop[part], seconds[part]), self.on_foot[some])


def ranked(asked: Asked, origins: Origins, out: Floats) -> Floats:
    """Seconds of every origin into ``out`` (origins, ranks, destinations), origin by origin in threads."""
    start, stop, seconds = origins.near

    def one(row: int) -> None:
        near = slice(start[row], start[row + 1])
        times_from(
            asked.leaves, asked.longest, stop[near], seconds[near], asked.connections, *asked.stay,
            *asked.walk, *asked.last, origins.on_foot[row], asked.boarded, asked.ranks, out[row],
        )  # fmt: skip

    each_of(range(len(out)), one, what="transit minutes")
    return out
