"""The compiled least-cost search over a padded friction raster; nothing here knows of files or maps.

All arrays are padded by a border of :data:`PAD` cells. A search settles the inside only: border cells hold
what the neighbouring block knows (or nothing, with infinite friction, at the edge of the grid).
"""

from __future__ import annotations

from typing import Any, NamedTuple

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


class Steps(NamedTuple):
    """The steps to the neighbours of a cell, in a padded block.

    ``offset`` is how far away each leads, ``side`` the two cells beside its way: those a diagonal step passes
    between, or a long one crosses. Minutes are ``share`` of its ``length`` in metres times the friction of
    all cells it touches. ``uphill`` is +1 away from the sources, -1 towards them; ``through_corners`` lets
    diagonal steps pass between barriers.
    """

    offset: Ints
    side: Ints
    length: Floats
    share: Floats
    uphill: float
    through_corners: bool


class _Queue(NamedTuple):
    """Cells that wait, with the minutes they were reached at, as linked lists: ``head`` of each bucket, and
    which slot comes ``after`` another. How many slots were ever used, the first that is free again and how
    many cells wait go beside it as plain numbers, which loops hold in registers."""

    cell: NDArray[np.int32]
    key: Floats
    after: NDArray[np.int32]
    head: NDArray[np.int32]


@kernel()
def spread(
    friction: Any,
    height: Any,
    minutes: Floats,
    label: Any,
    seeds: Ints,
    seed_minutes: Floats,
    seed_labels: Ints,
    steps: Steps,
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
    queue = _empty_queue(room, buckets)
    mask, per_minute = buckets - 1, 1.0 / width
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
                _lower(minutes, label, s, cost, mark)
            if used == room:
                return False
            used, free, waiting = _put(queue, used, free, waiting, now & mask, s, cost)
        while queue.head[now & mask] >= 0:
            u, cost, free, waiting = _take(queue, free, waiting, now & mask)
            if cost > minutes[u] and minutes[u] != BORDER:
                continue
            if np.int64(cost * per_minute) > now:
                later = _bucket(cost, per_minute, now, mask)
                used, free, waiting = _put(queue, used, free, waiting, later, u, cost)
                continue
            if used + steps.offset.size > room:
                return False
            here, mark = friction[u], label[u] if label is not None else 0
            # A count known when compiling lets the eight near steps be unrolled: a third of the time.
            for k in range(8):
                v = u + steps.offset[k]
                there = cost + _step(here, friction, height, u, v, k, steps)
                better = _is_better(there, mark, minutes, label, v) and there <= limit
                if better and (steps.through_corners or not _squeezes(friction, u, steps.side, k)):
                    _lower(minutes, label, v, there, mark)
                    later = _bucket(there, per_minute, now, mask)
                    used, free, waiting = _put(queue, used, free, waiting, later, v, there)
            for k in range(8, steps.offset.size):
                v = u + steps.offset[k]
                there = cost + _long_step(here, friction, height, u, v, k, steps)
                if _is_better(there, mark, minutes, label, v) and there <= limit:
                    _lower(minutes, label, v, there, mark)
                    later = _bucket(there, per_minute, now, mask)
                    used, free, waiting = _put(queue, used, free, waiting, later, v, there)
        now += 1
    return True


@kernel()
def links_back(
    friction: Any,
    height: Any,
    minutes: Floats,
    steps: Steps,
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
            for k in range(steps.offset.size):
                u = v - steps.offset[k]
                if not np.isfinite(minutes[u]):
                    continue
                if k < 8:
                    there = minutes[u] + _step(friction[u], friction, height, u, v, k, steps)
                else:
                    there = minutes[u] + _long_step(friction[u], friction, height, u, v, k, steps)
                if there == minutes[v] and (
                    steps.through_corners or not _squeezes(friction, u, steps.side, k)
                ):
                    link[v] = k + 1
                    break
    for i in range(seeds.size):
        if minutes[seeds[i]] == seed_minutes[i]:
            link[seeds[i]] = SOURCE_LINK
    return link


@kernel(inline="always")
def _step(here: float, friction: Any, height: Any, u: int, v: int, k: int, steps: Steps) -> float:
    """Minutes of the step ``k`` < 8 from ``u`` to ``v``: metres times the mean friction of both cells."""
    touched = here + friction[v]
    return touched * steps.share[k] * _slope_factor(height, u, v, steps.length[k], steps.uphill)


@kernel(inline="always")
def _long_step(here: float, friction: Any, height: Any, u: int, v: int, k: int, steps: Steps) -> float:
    """Minutes of a knight's step: metres times the mean friction of the four cells it crosses."""
    crossed = friction[u + steps.side[k, 0]] + friction[u + steps.side[k, 1]]
    touched = here + crossed + friction[v]
    return touched * steps.share[k] * _slope_factor(height, u, v, steps.length[k], steps.uphill)


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
def _lower(minutes: Floats, label: Any, v: int, there: float, mark: int) -> None:
    minutes[v] = there
    if label is not None:
        label[v] = mark


@kernel(inline="always")
def _empty_queue(room: int, buckets: int) -> _Queue:
    """Room for so many cells; untouched pages cost nothing, and arrays that never change keep loops tight."""
    cell, key, after = np.empty(room, np.int32), np.empty(room, np.float64), np.empty(room, np.int32)
    return _Queue(cell, key, after, np.full(buckets, -1, np.int32))


@kernel(inline="always")
def _bucket(there: float, per_minute: float, now: Any, mask: int) -> Any:
    """Where a cell reached at ``there`` waits: what is too far ahead for the ring, in its last bucket."""
    return min(np.int64(there * per_minute), now + mask) & mask


@kernel(inline="always")
def _put(
    queue: _Queue, used: int, free: int, waiting: int, bucket: Any, what: int, cost: float
) -> tuple[int, int, int]:
    """Let a cell wait in a bucket; what is used and free then, and how many wait."""
    slot = free
    if free >= 0:
        free = queue.after[free]
    else:
        slot = used
        used += 1
    queue.cell[slot], queue.key[slot], queue.after[slot] = what, cost, queue.head[bucket]
    queue.head[bucket] = slot
    return used, free, waiting + 1


@kernel(inline="always")
def _take(queue: _Queue, free: int, waiting: int, bucket: Any) -> tuple[int, float, int, int]:
    """The cell that came last into a bucket, and when it was reached; what is free then, how many wait."""
    slot = queue.head[bucket]
    queue.head[bucket], queue.after[slot] = queue.after[slot], free
    return queue.cell[slot], queue.key[slot], slot, waiting - 1
