"""Tables larger than memory: minutes written block by block to Parquet."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import check_minutes
from urbgeo.errors import MissingExtraError
from urbgeo.files import written_whole
from urbgeo.network.attach import attach
from urbgeo.network.minutes import plan_between, table_between
from urbgeo.network.model import TravelNetwork

BLOCK_BYTES = 64 * 2**20


def write_minutes_table(
    network: TravelNetwork,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    path: Path | str,
    *,
    cutoff_min: float | None = None,
) -> Path:
    """Write the least minutes of every pair to a Parquet file, without ever holding the table.

    Columns ``origin``, ``destination`` (ids) and ``minutes`` (float32: 7 digits); one row per pair, origins
    in order, a row group per block of origins. ``NaN`` and ``inf`` as in
    :func:`~urbgeo.network.minutes.minutes_table`; with a cutoff, pairs beyond it are left out.

    Raises
    ------
    InputError
        As :func:`~urbgeo.network.minutes.minutes_table`.
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
    start, end = attach(network, origins), attach(network, destinations)
    plan = plan_between(network, start, end, limit)
    rows = max(1, BLOCK_BYTES // max(1, 8 * len(destinations)))
    with written_whole(path) as part:
        writer = None
        for first in range(0, max(1, len(origins)), rows):
            block = start.rows(slice(first, first + rows))
            values = table_between(network, block, end, limit, plan=plan).astype(np.float32)
            arrow = pa.Table.from_pandas(
                _pairs(block.index, destinations.index, values, cutoff_min is not None), preserve_index=False
            )
            writer = writer or pq.ParquetWriter(part, arrow.schema)
            writer.write_table(arrow)
        if writer:
            writer.close()
    return Path(path)


def _pairs(origins: pd.Index, destinations: pd.Index, values: np.ndarray, bounded: bool) -> pd.DataFrame:
    pairs = pd.DataFrame(
        {
            "origin": origins.repeat(len(destinations)),
            "destination": np.tile(destinations.to_numpy(), len(origins)),
            "minutes": values.ravel(),
        }
    )
    return pairs[~np.isposinf(pairs["minutes"])] if bounded else pairs
