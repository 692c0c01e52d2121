"""Ordered: whether a long table holds every pair, origins in turn and the same destinations for each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.access.kernels import in_order, text_in_order

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

FIRST_STARTS = 4
"""So many starts are looked at before the whole table is."""


def columns_in_order(start: pd.Series, end: pd.Series) -> int:
    """How many rows each start has before the next, where all have the same ends; 0 where that is not so.

    Only looked for among whole numbers and text that is kept by Arrow; 0 for other ids.
    """
    columns = columns_at_first(start, end)
    return columns if columns and goes_on_in_order(start, end, columns) else 0


def columns_at_first(start: pd.Series, end: pd.Series) -> int:
    """:func:`columns_in_order`, as far as the first few starts show."""
    alike = any(all(is_one(column.dtype) for column in (start, end)) for is_one in (is_whole, is_text))
    if len(start) == 0 or not alike or start.hasnans or end.hasnans:
        return 0
    columns = _first_turn(start.array)
    few = slice(0, FIRST_STARTS * columns)
    return 0 if len(start) % columns or not goes_on_in_order(start[few], end[few], columns) else columns


def goes_on_in_order(start: pd.Series, end: pd.Series, columns: int) -> bool:
    """Whether every start has so many rows and the ends of the first one."""
    if is_whole(start.dtype):
        away, to = (np.ascontiguousarray(one, np.int64) for one in (start, end))
        return bool(in_order(away, to, columns))
    return bool(text_in_order(*_bytes(start), *_bytes(end), columns))


def is_whole(kind: object) -> bool:
    """Whether ids of this kind are plain whole numbers."""
    return isinstance(kind, np.dtype) and kind.kind == "i"


def is_text(kind: object) -> bool:
    """Whether ids of this kind are text kept by Arrow."""
    return isinstance(kind, pd.StringDtype) and kind.storage == "pyarrow"


def _bytes(column: pd.Series) -> tuple[Ints, Bytes]:
    """Where the text of each row begins and ends, and all its bytes."""
    import pyarrow as pa  # an extra, there whenever text is kept by it

    held = pa.array(column.array)
    text = held.combine_chunks() if isinstance(held, pa.ChunkedArray) else held
    _, ends, data = text.cast(pa.large_string()).buffers()
    offsets = np.frombuffer(ends, np.int64)[text.offset : text.offset + len(text) + 1]
    return offsets, np.frombuffer(data, np.uint8)


def _first_turn(ids: pd.api.extensions.ExtensionArray) -> int:
    """How many rows the first id has before another follows; most often few of many."""
    width = 1024
    while True:
        turned = np.flatnonzero(np.asarray(ids[:width] != ids[0], np.bool_))
        if len(turned) or width >= len(ids):
            return int(turned[0]) if len(turned) else len(ids)
        width *= 8
