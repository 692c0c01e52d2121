"""Tables larger than memory: minutes written block by block to Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.network.uneven import PLACES
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.stream import write_minutes_table


def test_minutes_go_through_long_square_and_parquet(uneven: TravelNetwork, tmp_path: Path) -> None:
    table = minutes_table(uneven, PLACES, uneven.nodes)
    long = table.stack().rename("minutes")
    assert long.index.names == ["origin", "destination"]
    pd.testing.assert_frame_equal(long.unstack()[table.columns], table, check_exact=True)
    table.to_parquet(tmp_path / "square.parquet")
    square = pd.read_parquet(tmp_path / "square.parquet")
    np.testing.assert_array_equal(square, table)
    assert square.attrs["provenance"]["shares"] == dict(table.attrs["provenance"].shares)
    written = pd.read_parquet(write_minutes_table(uneven, PLACES, uneven.nodes, tmp_path / "long.parquet"))
    again = written.pivot(index="origin", columns="destination", values="minutes")
    pd.testing.assert_frame_equal(again.astype(float).loc[table.index, table.columns], table, rtol=1e-7)
