"""Compiled passes over millions of pairs; nothing here knows of ids or tables."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]


@numba.njit(cache=True, nogil=True)
def first_seen(values: Ints, low: int, lookup: Ints) -> Ints:
    """Distinct values in the order they come first; ``lookup[value - low]`` gets their positions.

    ``lookup`` is -1 throughout before.
    """
    distinct = np.empty(min(values.size, lookup.size), np.int64)
    count = 0
    for value in values:
        if lookup[value - low] < 0:
            lookup[value - low] = count
            distinct[count] = value
            count += 1
    return distinct[:count].copy()


@numba.njit(cache=True, nogil=True)
def read_pairs(
    starts: Ints,
    start_low: int,
    start_lookup: Ints,
    ends: Ints,
    end_low: int,
    end_lookup: Ints,
    minutes: Floats,
    longest: float,
    seen: Marks,
    out: Floats,
    home: Floats,
) -> tuple[Ints, Ints, bool]:
    """Positions ``lookup[id - low]`` of the ends of every pair, and whether all pairs are sound.

    A pair is sound when its ends are known, it comes once (``seen`` has a mark per possible pair, or none at
    all: then doubles are not looked for) and its minutes are neither below 0 nor over the longest, ``inf``
    and NaN apart. ``out`` and ``home`` (ids, 3) get by origin and by destination: pairs with known minutes,
    pairs with finite ones, their sum.
    """
    i, j = np.empty(starts.size, np.int64), np.empty(starts.size, np.int64)
    sound, columns = True, home.shape[0]
    for k in range(starts.size):
        start, end = starts[k] - start_low, ends[k] - end_low
        i[k] = start_lookup[start] if 0 <= start < start_lookup.size else -1
        j[k] = end_lookup[end] if 0 <= end < end_lookup.size else -1
        if i[k] < 0 or j[k] < 0:
            sound = False
            continue
        if minutes[k] < 0.0 or longest < minutes[k] < np.inf:
            sound = False
        if seen.size > 0:
            at = i[k] * columns + j[k]
            sound = sound and not seen[at]
            seen[at] = True
        if not np.isnan(minutes[k]):
            out[i[k], 0] += 1.0
            home[j[k], 0] += 1.0
            if minutes[k] < np.inf:
                out[i[k], 1] += 1.0
                home[j[k], 1] += 1.0
                out[i[k], 2] += minutes[k]
                home[j[k], 2] += minutes[k]
    return i, j, sound


@numba.njit(cache=True, nogil=True)
def add_within(
    to: Ints, source: Ints, minutes: Floats, amounts: Floats, limits: Floats, sums: Floats
) -> None:
    """Add each pair's amount to ``sums[to, k]``, ``k`` the first limit that holds its minutes.

    ``sums`` has one column more than there are limits, for what lies beyond all.
    """
    for pair in range(minutes.size):
        # Counted rather than searched for: a branch on random minutes costs more than the whole pass.
        k = 0
        for one in limits:
            k += minutes[pair] > one
        sums[to[pair], k] += amounts[source[pair]]


@numba.njit(cache=True, nogil=True)
def add_weighted(to: Ints, source: Ints, weights: Floats, amounts: Floats, sums: Floats) -> None:
    """Add each pair's amount times its weight to ``sums[to]``."""
    for pair in range(weights.size):
        sums[to[pair]] += amounts[source[pair]] * weights[pair]


@numba.njit(cache=True, nogil=True)
def levels_at(minutes: Floats, limits: Floats, levels: Floats) -> Floats:
    """``levels[k]`` of the first limit that holds the minutes; the last level beyond all limits."""
    found = np.empty(minutes.size)
    for pair in range(minutes.size):
        k = 0
        for one in limits:
            k += minutes[pair] > one
        found[pair] = levels[k]
    return found
