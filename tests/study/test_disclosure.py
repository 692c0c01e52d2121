"""Estimates are told row by row and as shares beside the headlines."""

from __future__ import annotations

import pandas as pd

from urbgeo.regions.region import Region
from urbgeo.study.disclosure import basis_of, disclosed, estimated_shares


def test_a_source_says_whether_its_figure_is_an_estimate() -> None:
    said = [
        "census 2020, bulletin no. 2",
        "estimated: prefecture remainder",
        None,
        "",
        "Position ESTIMATED",
        "approximate position",
    ]
    assert basis_of(pd.Series(said)).tolist() == [
        "stated", "estimated", "not said", "not said", "estimated", "estimated",
    ]  # fmt: skip


def test_rows_keep_their_order_and_get_both_columns(hunan: Region) -> None:
    layer = pd.DataFrame({"x": [1, 2]}, index=["430224", "430204"])
    found = disclosed(layer, hunan.counties)
    assert found["x"].tolist() == [1, 2]
    assert found["population_basis"].tolist() == ["stated", "estimated"]
    assert set(found["position_basis"]) <= {"stated", "estimated"}


def test_shares_of_estimates_are_counted(hunan: Region) -> None:
    shares = estimated_shares(hunan)
    guessed = hunan.counties["population_source"].str.startswith("estimated").mean()
    assert shares["population"] >= guessed > 0.2
    assert shares["interchange"] > 0.5, "most positions of interchanges are estimated"
    assert ((shares >= 0) & (shares <= 1)).all()
