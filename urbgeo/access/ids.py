"""Ids of a long table: in turn, so that comparing neighbouring rows does, or looked up one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from urbgeo.checks import add_id_faults
from urbgeo.engine.pairs import first_seen, in_order, text_in_order
from urbgeo.errors import Faults
from urbgeo.types import Bytes, Ints

WIDEST_SPAN = 10_000_000
"""Ids that are whole numbers within such a span are looked up in an array."""

FIRST_STARTS = 4
"""So many starts are looked at before the whole table is."""


def columns_at_first(start: pd.Series, end: pd.Series) -> int:
    """How many rows each start has before the next, if the first few all have the same ends; 0 if not.

    :func:`goes_on_in_order` looks at the rest. Only whole numbers and text kept by Arrow are looked at; 0
    for other ids.
    """
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


@dataclass(frozen=True, eq=False)
class Keys:
    """Ids, and a whole number for every row from which ``lookup[key - low]`` is its id's position."""

    ids: pd.Index
    keys: Ints
    low: int
    lookup: Ints


def keyed(column: pd.Series, asked: pd.Index | None, faults: Faults) -> Keys:
    """Whole numbers close to each other are their own keys; other ids are hashed once."""
    if asked is not None:
        add_id_faults(faults, asked)
        if not asked.is_unique:
            return Keys(asked, np.zeros(len(column), np.int64), 0, np.zeros(1, np.int64))
    if is_whole(column.dtype) and len(column) and (asked is None or (is_whole(asked.dtype) and len(asked))):
        keys = np.ascontiguousarray(column, np.int64)
        known = keys if asked is None else asked.to_numpy(np.int64)
        low, span = int(known.min()), int(known.max()) - int(known.min()) + 1
        if span <= WIDEST_SPAN:
            lookup = np.full(span, -1, np.int64)
            if asked is None:
                asked = pd.Index(first_seen(keys, low, lookup), dtype=column.dtype)
            else:
                lookup[known - low] = np.arange(len(known))
            return Keys(asked, keys, low, lookup)
    codes, found = pd.factorize(column)
    ids = pd.Index(found)
    if asked is None:
        return Keys(ids, codes.astype(np.int64), 0, np.arange(len(ids), dtype=np.int64))
    return Keys(asked, codes.astype(np.int64), 0, asked.get_indexer(ids).astype(np.int64))
