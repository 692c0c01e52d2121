"""Ordered: whether a long table holds every pair, origins in turn and the same destinations for each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.access.kernels import in_order
from urbgeo.options import thread_count

Bools = NDArray[np.bool_]


def columns_in_order(start: pd.Series, end: pd.Series) -> int:
    """How many rows each start has before the next, where all have the same ends; 0 where that is not so."""
    if len(start) == 0 or object in (start.dtype, end.dtype) or start.hasnans or end.hasnans:
        return 0
    columns = _first_turn(start.array)
    return columns if len(start) % columns == 0 and _in_order(start, end, columns) else 0


def is_whole(kind: object) -> bool:
    """Whether ids of this kind are plain whole numbers."""
    return isinstance(kind, np.dtype) and kind.kind == "i"


def _in_order(start: pd.Series, end: pd.Series, columns: int) -> bool:
    if is_whole(start.dtype) and is_whole(end.dtype):
        return bool(in_order(*(np.ascontiguousarray(one, np.int64) for one in (start, end)), columns))
    away, to = start.array, end.array

    def turns() -> bool:
        at = _marks(away[1:] != away[:-1])
        return bool(np.count_nonzero(at) == len(away) // columns - 1 == at[columns - 1 :: columns].sum())

    def repeats() -> bool:
        return bool(_marks(to[columns:] == to[:-columns]).all())

    with ThreadPoolExecutor(thread_count()) as pool:
        return all(pool.map(lambda check: check(), (turns, repeats)))


def _first_turn(ids: pd.api.extensions.ExtensionArray) -> int:
    """How many rows the first id has before another follows; most often few of many."""
    width = 1024
    while True:
        turned = np.flatnonzero(_marks(ids[:width] != ids[0]))
        if len(turned) or width >= len(ids):
            return int(turned[0]) if len(turned) else len(ids)
        width *= 8


def _marks(found: object) -> Bools:
    """A comparison as plain marks; False where a side is missing."""
    return found if isinstance(found, np.ndarray) else pd.array(found).to_numpy(np.bool_, na_value=False)
