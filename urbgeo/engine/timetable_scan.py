"""The compiled connection scan: earliest arrivals on foot and by the vehicles of one day."""

from __future__ import annotations

import numpy as np

from urbgeo.compiling import only_compiled
from urbgeo.types import Flags, Floats, Ints, Ints32

kernel = only_compiled("Travel by timetable")


NEVER = np.inf


@kernel()
def scan(
    leave: float,
    latest: float,
    near: Ints32,
    near_s: Floats,
    from_stop: Ints32,
    to_stop: Ints32,
    departs: Floats,
    arrives: Floats,
    run: Ints32,
    boards: Flags,
    alights: Flags,
    change_s: float,
    walk_start: Ints,
    walk_to: Ints32,
    walk_s: Floats,
    ready: Floats,
    off: Floats,
    aboard: Flags,
) -> None:
    """Earliest arrival by vehicle at every stop (``off``) for one departure.

    Connections are sorted by departure, and in order of travel within a run. ``near`` are the stops within
    walking distance of the origin; ``walk_*`` the ways on foot between stops (CSR), one of which may be taken
    between two vehicles, beside ``change_s``. ``ready``, ``off``, ``aboard`` are working space.
    """
    ready[:] = NEVER
    off[:] = NEVER
    aboard[:] = False
    for k in range(near.size):
        ready[near[k]] = min(ready[near[k]], leave + near_s[k])
    for c in range(np.searchsorted(departs, leave), departs.size):
        if departs[c] > latest:
            break
        if not aboard[run[c]]:
            if not (boards[c] and ready[from_stop[c]] <= departs[c]):
                continue
            aboard[run[c]] = True
        stop = to_stop[c]
        if not alights[c] or arrives[c] >= off[stop]:
            continue
        off[stop] = arrives[c]
        ready[stop] = min(ready[stop], arrives[c] + change_s)
        for k in range(walk_start[stop], walk_start[stop + 1]):
            there = arrives[c] + change_s + walk_s[k]
            ready[walk_to[k]] = min(ready[walk_to[k]], there)


@kernel()
def times_from(
    leaves: Floats,
    longest: float,
    near: Ints32,
    near_s: Floats,
    connections: tuple[Ints32, Ints32, Floats, Floats, Ints32, Flags, Flags],
    runs: int,
    change_s: float,
    walk_start: Ints,
    walk_to: Ints32,
    walk_s: Floats,
    last_start: Ints,
    last_stop: Ints32,
    last_s: Floats,
    on_foot: Floats,
    ranks: Ints,
    out: Floats,
) -> None:
    """Travel seconds from one origin to every destination, ranked over the departures ``leaves``.

    ``last_*`` are the stops near each destination (CSR) and the seconds from them; ``on_foot`` the seconds
    all the way on foot. Row ``r`` of ``out`` receives the value at position ``ranks[r]`` of the sorted times.
    """
    from_stop, to_stop, departs, arrives, run, boards, alights = connections
    stops = walk_start.size - 1
    ready, off = np.empty(stops), np.empty(stops)
    aboard = np.empty(runs, np.bool_)
    targets = on_foot.size
    times = np.empty((targets, leaves.size))
    for i in range(leaves.size):
        leave = leaves[i]
        scan(
            leave, leave + longest, near, near_s, from_stop, to_stop, departs, arrives, run, boards, alights,
            change_s, walk_start, walk_to, walk_s, ready, off, aboard,
        )  # fmt: skip
        for target in range(targets):
            best = on_foot[target]
            for k in range(last_start[target], last_start[target + 1]):
                best = min(best, off[last_stop[k]] + last_s[k] - leave)
            times[target, i] = best if best <= longest else NEVER
    for target in range(targets):
        ordered = np.sort(times[target])
        for r in range(ranks.size):
            out[r, target] = ordered[ranks[r]]
