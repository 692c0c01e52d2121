"""A made-up region of two prefectures for tests of measures, whose minutes are said, not searched."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from tests.network.build import points, squares
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.ground import Ground
from urbgeo.indicators.measured import Measured
from urbgeo.regions.region import Region

CITIES = ("430100", "430600")
"""Changsha and Yueyang."""

TOWNS = ("430102", "430103", "430602", "430603")
"""Two counties each."""


def places() -> gpd.GeoDataFrame:
    at = points([(5, 5), (25, 5), (5, 6), (15, 5), (25, 6), (35, 5)], [*CITIES, *TOWNS])
    return at.assign(
        level=["prefecture"] * 2 + ["county"] * 4,
        prefecture=[*CITIES, "430100", "430100", "430600", "430600"],
        name_zh=list("长岳甲乙丙丁"),
        name_en=["Changsha", "Yueyang", "A", "B", "C", "D"],
        population=[8e6, 2e6, 4e6, 4e6, 1.5e6, 5e5],
        urban_population=[6e6, 1e6, 4e6, 2e6, 9e5, 1e5],
    )


def region(**changes: Any) -> Region:
    """Four counties in a row, squares of 10 km; a quarter of the length of its roads is estimated."""
    links = pd.DataFrame(
        {"from_node": ["n1", "n2"], "to_node": ["n2", "n3"], "length_km": [30.0, 10.0],
         "class": ["expressway", "trunk"], "km_basis": ["published", "estimated"], "opened": [2010, np.nan]}
    )  # fmt: skip
    empty = points([])
    parts: dict[str, Any] = {
        "name": "made", "title_zh": "", "title_en": "", "places": places(),
        "zones": squares((0, 0), (10, 0), (20, 0), (30, 0), ids=list(TOWNS)),
        "airports": empty, "stations": empty.assign(kind=[]), "road_links": links,
        "road_nodes": points([(1, 1), (18, 1), (28, 1)], ["n1", "n2", "n3"]).assign(
            kind=["interchange", "interchange", "interchange"]
        ),
        "rail_sections": empty, "rail_stops": pd.DataFrame(), "known_trips": pd.DataFrame(),
        "lists": {"core": ("430100",)},
    }  # fmt: skip
    return Region(**{**parts, **changes})


def ground(
    found: dict[str, Any] | None = None, *, year: int = 2025, layers: Any = None, **changes: Any
) -> Ground:
    """The ground of a year with minutes by what was asked, such as ``"counties airports"``."""
    made = Ground(region(**changes), year, layers=layers or {})
    made._found.update(found or {})
    return made


def of_towns(*values: float) -> pd.Series:
    return pd.Series(values, list(TOWNS))


def square(ids: tuple[str, ...], *rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), index=list(ids), columns=list(ids), dtype=float)


def work(name: str, on: Ground) -> Measured:
    """The measure by its name; a test that asks for one that says nothing fails here."""
    found = MEASURES[name].work(on)
    assert found is not None
    return found
