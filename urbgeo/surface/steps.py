"""The compiled least-cost search over a padded friction raster; nothing here knows of files or maps.

All arrays are padded by a border of :data:`PAD` cells. A search settles the inside only: border cells hold
what the neighbouring block knows (or nothing, with infinite friction, at the edge of the grid).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import only_compiled
from urbgeo.parallel import Stop
from urbgeo.types import Floats, Ints

kernel = only_compiled("A travel surface")


REACH = 2
"""Cells that the longest step of 16 neighbours reaches out."""

PAD = 2 * REACH
"""Border cells: those a step can come from, and beyond them those such a step back may touch."""

BORDER = -np.inf
"""Minutes no step can improve: they keep the search inside the border."""

STEPS_8 = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
STEPS_16 = (*STEPS_8, (-2, -1), (-2, 1), (-1, -2), (-1, 2), (1, -2), (1, 2), (2, -1), (2, 1))
"""Row and column offsets; back-links number them from 1."""

SOURCE_LINK, MOTORWAY_LINK, NO_LINK = 0, 254, 255
"""Back-links that are no step: a source, a cell reached down a motorway ramp, a cell never reached."""

TOBLER_RATE, TOBLER_SHIFT = 3.5, 0.05
"""Tobler (1993): km/h = 6 exp(-3.5 |slope + 0.05|)."""


@kernel()
def spread(
    friction: Any,
    height: Any,
    minutes: Floats,
    label: Any,
    seeds: Ints,
    seed_minutes: Floats,
    seed_labels: Ints,
    offset: Ints,
    side: Ints,
    length: Floats,
    share: Floats,
    uphill: float,
    through_corners: bool,
    limit: float,
    width: float,
    buckets: int,
    room: int,
    stop: Stop,
) -> bool:
    """Lower ``minutes`` (and ``label``) to the least over all ways from the seeds; False when out of room.

    A bucket queue that corrects labels inside a bucket. The answer is the least over all paths of the sum
    taken step by step from the seed; rounding keeps order, so it does not depend on the order of work, and
    equal minutes go to the smaller label. ``seeds`` are sorted by ``seed_minutes``. ``width`` is the
    minutes of a bucket and ``buckets`` a power of two; dearer steps wait in the last bucket and are moved
    on. ``room`` bounds the cells that wait at one time. ``height`` and ``label`` may be None.
    """
    # Untouched pages of the pool cost nothing; arrays that never change let the loops below stay tight.
    cell, key, after = np.empty(room, np.int32), np.empty(room, np.float64), np.empty(room, np.int32)
    head = np.full(buckets, -1, np.int32)
    mask = buckets - 1
    per_minute = 1.0 / width
    used, free, waiting, planted, now = 0, -1, 0, 0, np.int64(0)
    while (waiting > 0 or planted < seeds.size) and not stop[0]:
        if waiting == 0:
            now = np.int64(seed_minutes[planted] * per_minute)
        while planted < seeds.size and np.int64(seed_minutes[planted] * per_minute) <= now:
            s, cost, mark = seeds[planted], seed_minutes[planted], seed_labels[planted]
            planted += 1
            if minutes[s] != BORDER:
                if cost > limit or not _is_better(cost, mark, minutes, label, s):
                    continue
                minutes[s] = cost
                if label is not None:
                    label[s] = mark
            if used == room:
                return False
            slot, used, free = _slot(after, used, free)
            _put(cell, key, after, head, slot, now & mask, s, cost)
            waiting += 1
        place = now & mask
        while head[place] >= 0:
            slot = head[place]
            head[place], after[slot], free = after[slot], free, slot
            waiting -= 1
            u, cost = cell[slot], key[slot]
            if cost > minutes[u] and minutes[u] != BORDER:
                continue
            if np.int64(cost * per_minute) > now:
                later = min(np.int64(cost * per_minute), now + mask) & mask
                slot, used, free = _slot(after, used, free)
                _put(cell, key, after, head, slot, later, u, cost)
                waiting += 1
                continue
            if used + offset.size > room:
                return False
            here = friction[u]
            mark = label[u] if label is not None else 0
            # A count known when compiling lets the eight near steps be unrolled: a third of the time.
            for k in range(8):
                v = u + offset[k]
                there = cost + _step(here, friction, height, u, v, k, length, share, uphill)
                if _is_better(there, mark, minutes, label, v) and there <= limit:
                    if not through_corners and _squeezes(friction, u, side, k):
                        continue
                    minutes[v] = there
                    if label is not None:
                        label[v] = mark
                    slot, used, free = _slot(after, used, free)
                    into = min(np.int64(there * per_minute), now + mask) & mask
                    _put(cell, key, after, head, slot, into, v, there)
                    waiting += 1
            for k in range(8, offset.size):
                v = u + offset[k]
                there = cost + _long_step(here, friction, height, u, v, side, k, length, share, uphill)
                if _is_better(there, mark, minutes, label, v) and there <= limit:
                    minutes[v] = there
                    if label is not None:
                        label[v] = mark
                    slot, used, free = _slot(after, used, free)
                    into = min(np.int64(there * per_minute), now + mask) & mask
                    _put(cell, key, after, head, slot, into, v, there)
                    waiting += 1
        now += 1
    return True


@kernel()
def links_back(
    friction: Any,
    height: Any,
    minutes: Floats,
    offset: Ints,
    side: Ints,
    length: Floats,
    share: Floats,
    uphill: float,
    through_corners: bool,
    columns: int,
    seeds: Ints,
    seed_minutes: Floats,
    stop: Stop,
) -> NDArray[np.uint8]:
    """For each cell of a padded block the step back on its least way: 0 at sources, see the constants.

    The step is number ``k + 1`` when the way comes from the cell at ``-STEPS[k]``; the first that fits is
    taken, so the answer does not depend on blocks. ``minutes`` holds the finished border too.
    """
    link = np.full(minutes.size, NO_LINK, np.uint8)
    rows = minutes.size // columns
    for row in range(PAD, rows - PAD):
        if stop[0]:
            break
        for v in range(row * columns + PAD, row * columns + columns - PAD):
            if not np.isfinite(minutes[v]):
                continue
            link[v] = MOTORWAY_LINK
            for k in range(offset.size):
                u = v - offset[k]
                if not np.isfinite(minutes[u]):
                    continue
                here = friction[u]
                if k < 8:
                    there = minutes[u] + _step(here, friction, height, u, v, k, length, share, uphill)
                else:
                    there = minutes[u] + _long_step(
                        here, friction, height, u, v, side, k, length, share, uphill
                    )
                if there == minutes[v] and (through_corners or not _squeezes(friction, u, side, k)):
                    link[v] = k + 1
                    break
    for i in range(seeds.size):
        if minutes[seeds[i]] == seed_minutes[i]:
            link[seeds[i]] = SOURCE_LINK
    return link


@kernel(inline="always")
def _step(
    here: float,
    friction: Any,
    height: Any,
    u: int,
    v: int,
    k: int,
    length: Floats,
    share: Floats,
    uphill: float,
) -> float:
    """Minutes of the step ``k`` < 8 from ``u`` to ``v``: metres times the mean friction of both cells."""
    return (here + friction[v]) * share[k] * _slope_factor(height, u, v, length[k], uphill)


@kernel(inline="always")
def _long_step(
    here: float,
    friction: Any,
    height: Any,
    u: int,
    v: int,
    side: Ints,
    k: int,
    length: Floats,
    share: Floats,
    uphill: float,
) -> float:
    """Minutes of a knight's step: metres times the mean friction of the four cells it crosses."""
    crossed = friction[u + side[k, 0]] + friction[u + side[k, 1]]
    return (here + crossed + friction[v]) * share[k] * _slope_factor(height, u, v, length[k], uphill)


@kernel(inline="always")
def _slope_factor(height: Any, u: int, v: int, metres: float, uphill: float) -> float:
    """Times on the slope over times on the flat, by Tobler; 1 where a height is missing."""
    if height is None:
        return 1.0
    rise = height[v] - height[u]
    if np.isnan(rise):
        return 1.0
    return np.exp(TOBLER_RATE * (abs(uphill * rise / metres + TOBLER_SHIFT) - TOBLER_SHIFT))


@kernel(inline="always")
def _is_better(there: float, mark: int, minutes: Floats, label: Any, v: int) -> bool:
    """Fewer minutes, or as many with a smaller label."""
    if label is None:
        return there < minutes[v]
    return there < minutes[v] or (there == minutes[v] and there < np.inf and mark < label[v])


@kernel(inline="always")
def _squeezes(friction: Any, u: int, side: Ints, k: int) -> bool:
    """Whether the diagonal step ``k`` has a barrier on either hand."""
    return not (np.isfinite(friction[u + side[k, 0]]) and np.isfinite(friction[u + side[k, 1]]))


@kernel(inline="always")
def _slot(after: NDArray[np.int32], used: int, free: int) -> tuple[int, int, int]:
    """A place in the pool, and what is used and free then."""
    if free >= 0:
        return free, used, after[free]
    return used, used + 1, free


@kernel(inline="always")
def _put(
    cell: NDArray[np.int32],
    key: Floats,
    after: NDArray[np.int32],
    head: NDArray[np.int32],
    slot: int,
    bucket: Any,
    what: int,
    cost: float,
) -> None:
    cell[slot], key[slot], after[slot] = what, cost, head[bucket]
    head[bucket] = slot
