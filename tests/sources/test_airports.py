"""Airports from the package airportsdata, completed and corrected by a table of one's own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.sources import airports as airport_source


def table(**rows: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, "index", columns=["lon", "lat"])


def test_own_positions_win_and_missing_ones_come_from_the_package() -> None:
    found = airport_source.airports(table(CSX=(np.nan, np.nan), WGN=(110.642, 26.802)))
    assert found["position_from"].tolist() == ["airportsdata", "table"]
    assert found.geometry["CSX"].x == pytest.approx(113.22, abs=0.01)
    assert found.geometry["WGN"].x == 110.642


def test_airports_nobody_can_locate_are_named() -> None:
    with pytest.raises(InputError, match="QQQ1, QQQ2 unknown to airportsdata"):
        airport_source.airports(table(QQQ1=(np.nan, np.nan), QQQ2=(110.0, np.nan), CSX=(np.nan, np.nan)))


def test_repeated_codes_are_refused() -> None:
    twice = pd.concat([table(CSX=(1.0, 1.0)), table(CSX=(2.0, 2.0))])
    with pytest.raises(InputError, match="repeated ids at CSX"):
        airport_source.airports(twice)


def test_an_airport_with_half_a_place_is_named_and_own_columns_stay() -> None:
    nan = float("nan")
    half = {"WUH": (114.2, nan), "CSX": (nan, 28.2), "CAN": (113.3, 23.4), "PEK": (nan, nan)}
    with pytest.raises(InputError, match="airports: WUH, CSX have lon or lat, but not both; give both or"):
        airport_source.airports(table(**half))
    found = airport_source.airports(table(CAN=half["CAN"], PEK=half["PEK"]).assign(people=[7, 9]))
    assert found.index.tolist() == ["CAN", "PEK"] and found["people"].tolist() == [7, 9]
    assert found.crs == 4326 and found.geometry["PEK"].y == pytest.approx(40.08, abs=0.02)
    with pytest.raises(InputError, match=r"airports: lon .* at CAN"):
        airport_source.airports(table(CAN=half["CAN"]).astype(object).assign(lon="east"))
