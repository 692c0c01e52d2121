"""Provenance travels with tables: through pandas' copies, and into Parquet and back."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pandas as pd

from urbgeo.provenance import Provenance

ABOUT = Provenance(
    {"minutes": (30.0, 60.0), "by": np.int64(3), "place": None}, {"primary": 60.0}, ("survey",), {"lost": 0.5}
)


def test_a_table_keeps_its_provenance_through_every_step_of_pandas() -> None:
    table = pd.DataFrame({"minutes": [1.0, 2.0]})
    table.attrs["provenance"] = ABOUT
    assert (table + 1).attrs["provenance"] is ABOUT
    assert table.loc[[0]].rename(columns=str.upper).attrs["provenance"] is ABOUT
    assert copy.deepcopy(table).attrs["provenance"] is ABOUT


def test_parquet_keeps_what_a_table_rests_on(tmp_path: Path) -> None:
    table = pd.DataFrame({"minutes": [1.0, 2.0]})
    table.attrs["provenance"] = ABOUT
    table.to_parquet(tmp_path / "table.parquet")
    again = pd.read_parquet(tmp_path / "table.parquet").attrs["provenance"]
    assert again["parameters"] == {"minutes": [30.0, 60.0], "by": 3, "place": None}
    assert again["sources"] == ["survey"] and again["shares"] == {"lost": 0.5}


def test_provenances_compare_by_identity_and_travel_by_pickle() -> None:
    other = Provenance(ABOUT.parameters, ABOUT.speeds, ABOUT.sources, ABOUT.shares, ABOUT.version)
    assert other != ABOUT and len({ABOUT, other, ABOUT}) == 2
    again = pickle.loads(pickle.dumps(ABOUT))  # noqa: S301
    pd.testing.assert_frame_equal(again.table(), ABOUT.table())
