"""Provenance travels with tables: through pandas' copies, and into Parquet and back."""

from __future__ import annotations

import copy
import pickle
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from urbgeo.provenance import Provenance, package_version

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


def test_the_line_shows_shares_first_and_is_cut_where_it_would_be_long() -> None:
    assert ABOUT.line().startswith("lost 50.0%; minutes=(30.0, 60.0); by=3; urbgeo ")
    bare = Provenance({"a": 1.0, "b": None}, shares={"none": 0.0, "few": 0.0126}, version="9")
    assert bare.line() == "few 1.3%; a=1; urbgeo 9"
    assert Provenance(version="9").line() == "urbgeo 9"
    for letters, shown in ((40, "x" * 40), (41, "x" * 39 + "…")):
        assert Provenance({"p": "x" * letters}, version="9").line() == f"p={shown}; urbgeo 9"
    many = {f"p{k}": "y" * 30 for k in range(4)}  # 4 times 33 letters, 3 times "; "
    assert Provenance(many | {"q": "z" * 18}, version="9").line().count("…") == 0  # 160 letters
    cut = Provenance(many | {"q": "z" * 19}, version="9").line()
    assert cut.endswith("q=" + "z" * 17 + "…; urbgeo 9") and len(cut) == 160 + len("; urbgeo 9")


def test_a_measure_adds_its_own_and_leaves_the_rest() -> None:
    more = ABOUT.having(parameters={"by": 4, "limit": 9}, shares={"far": 0.25})
    assert dict(more.parameters) == {"minutes": (30.0, 60.0), "by": 4, "place": None, "limit": 9}
    assert dict(more.shares) == {"lost": 0.5, "far": 0.25} and more.speeds == ABOUT.speeds
    assert more.sources == ("survey",) and more.version == ABOUT.version
    assert dict(ABOUT.having(parameters={}).shares) == {"lost": 0.5}
    table = ABOUT.table()
    assert table["kind"].tolist() == [*["parameter"] * 3, "speed_kmh", "share", "source", "version"]
    assert table["value"].tolist()[:6] == ["(30.0, 60.0)", "3", "None", "60.0", "0.5", "survey"]


def test_a_provenance_is_its_own_copy_and_says_where_no_version_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Provenance({"minutes": 60})
    assert copy.copy(told) is told and copy.deepcopy(told) is told

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("urbgeo.provenance.version", missing)
    assert package_version.__wrapped__() == "unknown (not installed)"
