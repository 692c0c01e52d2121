"""Closed bounds that do not depend on how a sum was made: whole ticks inside, millionths of a minute outside.

Ten links of a tenth of a minute must lie within one minute however they are added up: by a search, over
shortcuts, from either end, on any number of threads. So arcs and legs are rounded to whole ticks, whose sums
are exact in double precision (below four years) and hence the same in any order; and what is handed out is
rounded to a millionth of a minute (60 microseconds), so that it stands on the number a planner writes.
"""

from __future__ import annotations

import numpy as np

from urbgeo.compiling import kernel
from urbgeo.types import Floats

TICKS_PER_MIN = 2.0**32
"""A power of two, so that turning minutes into ticks and back loses nothing; a tick is 14 nanoseconds."""

PARTS_PER_MIN = 1e6
"""Minutes are told to a millionth: 4,000 links may each be half a tick wrong before it shows."""


def in_ticks(minutes: Floats) -> Floats:
    """Minutes as a whole number of ticks; ``inf`` and NaN stay."""
    ticks: Floats = np.rint(np.asarray(minutes, np.float64) * TICKS_PER_MIN) / TICKS_PER_MIN
    return np.ascontiguousarray(ticks)


def told(minutes: Floats) -> Floats:
    """Minutes as they are handed out, to a millionth."""
    shown: Floats = np.rint(np.asarray(minutes) * PARTS_PER_MIN) / PARTS_PER_MIN
    return shown


@kernel(inline="always")
def told_one(minutes: float) -> float:
    """:func:`told` of one number, inside compiled searches."""
    return np.rint(minutes * PARTS_PER_MIN) / PARTS_PER_MIN


def closed(limit: float) -> float:
    """The longest sum that is told as ``limit`` or less: comparing with it is comparing what is told."""
    if not np.isfinite(limit):
        return float(limit)
    parts = np.rint(limit * PARTS_PER_MIN)
    if parts / PARTS_PER_MIN > limit:
        parts -= 1.0
    bound = (parts + 0.5) / PARTS_PER_MIN
    while np.rint(bound * PARTS_PER_MIN) > parts:  # halves are rounded to even: a few last bits at most
        bound = np.nextafter(bound, 0.0)
    return float(bound)
