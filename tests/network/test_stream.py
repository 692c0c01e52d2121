"""Tables larger than memory: minutes written block by block to Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.network.uneven import PLACES
from urbgeo.engine.plan import Plan
from urbgeo.errors import InputError
from urbgeo.network import stream
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.stream import write_minutes_table
from urbgeo.options import options


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


def test_blocks_follow_each_other_and_pairs_beyond_the_cutoff_are_left_out(
    uneven: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = pd.concat(
        [PLACES, PLACES.iloc[:1].set_geometry(PLACES.iloc[:1].translate(9e5, 0)).set_axis(["far"])]
    )
    table = minutes_table(uneven, far, uneven.nodes)
    monkeypatch.setattr(stream, "_blocks", lambda plan, *_: (plan, 2))
    for cutoff in (None, float(table.loc["q", "D"])):
        written = pd.read_parquet(
            write_minutes_table(uneven, far, uneven.nodes, tmp_path / "a.parquet", cutoff_min=cutoff)
        ).set_index(["origin", "destination"])["minutes"]
        pairs = pd.MultiIndex.from_product([table.index, table.columns])
        wanted = pd.Series(table.to_numpy().ravel(), pairs)
        wanted = wanted[~(wanted > cutoff)] if cutoff else wanted
        assert written.index.tolist() == wanted.index.tolist()
        np.testing.assert_allclose(written, wanted, rtol=1e-6)
    assert ("q", "D") in written.index and written["far"].isna().all(), "the bound is closed, NaN stays"


def test_ids_of_several_kinds_fit_no_column_and_are_refused(uneven: TravelNetwork, tmp_path: Path) -> None:
    mixed = PLACES.set_axis([1, *map(str, PLACES.index[1:])])
    for origins, destinations in ((mixed, PLACES), (PLACES, mixed)):
        with pytest.raises(
            InputError, match=r"origins, destinations: ids of several kinds .*; make all text"
        ):
            write_minutes_table(uneven, origins, destinations, tmp_path / "a.parquet")
    assert not list(tmp_path.iterdir())


def test_blocks_have_as_many_rows_as_the_budget_holds_beside_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five megabytes about the pairs; a row of a hundred destinations takes 8,000 bytes."""
    monkeypatch.setattr(stream, "thread_count", lambda: 2)
    whole = Plan("dijkstra", "", 0.0, 5_000_000 + 1000 * 100 * 8)
    for megabytes, rows in ((5.08, 10), (5.0799, 9), (5.008, 1), (0.0, 2**20 // 100)):
        monkeypatch.setattr(options, "memory_gb", megabytes / 1e3)
        plan, found = stream._blocks(whole, 1000, 100)
        assert (found, plan.bytes) == (rows, 5_000_000 + rows * 8000)
    assert stream._blocks(whole, 1000, 2**20)[1] == 64 * 2, "a sweep is never shared by fewer"
    monkeypatch.setattr(options, "memory_gb", 0.005007)
    with pytest.raises(InputError, match=r"write_minutes_table: about 0\.00501 GB"):
        stream._blocks(whole, 1000, 100)
