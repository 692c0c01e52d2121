"""Estimates are told row by row and as shares beside the headlines."""

from __future__ import annotations

from types import SimpleNamespace

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


def test_the_share_of_roads_is_by_their_kilometres() -> None:
    roads = pd.DataFrame({"length_km": [10.0, 20.0, 70.0], "km_basis": ["estimated", "stated", "estimated"]})
    none = pd.DataFrame()
    layers = dict.fromkeys(("counties", "interchanges", "stations", "airports"), none)
    stops = pd.DataFrame({"basis": ["estimated", "stated", "stated", "stated"]})
    found = estimated_shares(SimpleNamespace(**layers, rail_stops=stops, road_links=roads))  # type: ignore[arg-type]
    assert found["road"] == 0.8 and found["train"] == 0.25
    assert found.drop(["road", "train"]).isna().all()
    bare = SimpleNamespace(**layers, rail_stops=none, road_links=roads.drop(columns="km_basis"))
    assert estimated_shares(bare).isna().all()  # type: ignore[arg-type]


def test_shares_of_estimates_are_counted(hunan: Region) -> None:
    shares = estimated_shares(hunan)
    guessed = hunan.counties["population_source"].str.startswith("estimated").mean()
    assert shares["population"] >= guessed > 0.2
    assert shares["interchange"] > 0.5, "most positions of interchanges are estimated"
    assert ((shares >= 0) & (shares <= 1)).all()
