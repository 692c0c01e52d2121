"""Tables larger than memory: minutes written block by block to Parquet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbgeo.checks import check_minutes
from urbgeo.engine.lanes import LANES
from urbgeo.engine.plan import Plan, check_budget
from urbgeo.errors import InputError, MissingExtraError
from urbgeo.files import written_whole
from urbgeo.network.attach import Points, attach
from urbgeo.network.minutes import plan_between, table_between
from urbgeo.network.model import TravelNetwork
from urbgeo.options import options, thread_count

BLOCK_PAIRS = 2**20
"""Pairs of one block, unless the columns are so many that fewer rows than lanes would share a sweep."""
BYTES_PER_PAIR = 80
"""Of a block: minutes twice, two ids, where they come from, and the same once more on the way to the file."""


def write_minutes_table(
    network: TravelNetwork,
    origins: Points,
    destinations: Points,
    path: Path | str,
    *,
    cutoff_min: float | None = None,
) -> Path:
    """Write the least minutes of every pair to a Parquet file, without ever holding the table.

    Columns ``origin``, ``destination`` (ids) and ``minutes`` (float32: 7 digits); one row per pair, origins
    in order, a row group per block of origins. ``NaN`` and ``inf`` as in
    :func:`~urbgeo.network.minutes.minutes_table`; with a cutoff, pairs beyond it are left out. Where
    ``options.memory_gb`` is set, blocks are as small as it asks for.

    Raises
    ------
    InputError
        As :func:`~urbgeo.network.minutes.minutes_table`; before any work when the budget does not even hold
        the network and one origin.
    MissingExtraError
        Without ``pyarrow``.
    OSError
        When the file cannot be written; nothing is left half-written.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtraError("pyarrow", "tables", "Writing minutes tables to Parquet") from error
    limit = np.inf if cutoff_min is None else check_minutes(cutoff_min, "cutoff_min")
    start = attach(network, origins, name="origins")
    end = attach(network, destinations, name="destinations")
    plan, rows = _blocks(plan_between(network, start, end, limit), len(start.index), len(end.index))
    try:
        names = pa.array(start.index), pa.array(end.index)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InputError(f"origins, destinations: ids of several kinds ({error}); make all text.") from error
    schema = pa.schema([("origin", names[0].type), ("destination", names[1].type), ("minutes", pa.float32())])
    with written_whole(path) as part, pq.ParquetWriter(part, schema) as writer:
        for first in range(0, len(start.index), rows):
            block = start.rows(slice(first, first + rows))
            values = table_between(network, block, end, limit, plan=plan, dtype="float32")
            i, j = _pairs(values, bounded=cutoff_min is not None)
            columns = names[0].take(pa.array(i + first)), names[1].take(pa.array(j)), values[i, j]
            writer.write_table(pa.table(dict(zip(schema.names, columns, strict=True)), schema))
    return Path(path)


def _blocks(whole: Plan, origins: int, destinations: int) -> tuple[Plan, int]:
    """The plan of one block, and its rows: as many as the budget allows, or an error where it allows none."""
    each = max(1, destinations) * BYTES_PER_PAIR
    around = whole.bytes - origins * destinations * 8
    rows = max(LANES * thread_count(), BLOCK_PAIRS // max(1, destinations))
    budget = options.memory_gb * 1e9
    if budget:
        rows = min(rows, int((budget - around) // each))
    plan = replace(whole, bytes=around + max(1, rows) * each)
    check_budget(plan, "write_minutes_table", "Take fewer destinations")
    return plan, max(1, rows)


def _pairs(values: NDArray[Any], *, bounded: bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pairs to be written: all, or those that are not beyond the bound."""
    kept = ~np.isposinf(values) if bounded else np.ones(values.shape, bool)
    i, j = np.nonzero(kept)
    return i, j
