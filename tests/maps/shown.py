"""A small result with minutes and places, for tests of what is shown of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.provenance import Provenance
from urbgeo.results import Result


@dataclass(frozen=True, eq=False)
class Found(Result):
    table: pd.DataFrame
    provenance: Provenance = field(default_factory=lambda: Provenance(sources=("a census",)))
    _shown = "minutes"
    _titles = ("到机场", "To airports")


IDS = ["a", "b", "c"]


MINUTES = [20.0, 60.0, np.inf]


def seats() -> gpd.GeoDataFrame:
    points = gpd.points_from_xy([112.0, 113.0, 113.5], [27.0, 28.0, 28.5])
    return gpd.GeoDataFrame({"name_zh": ["甲", "乙", "丙"]}, geometry=points, index=IDS, crs=4326)


def table() -> pd.DataFrame:
    return pd.DataFrame({"minutes": MINUTES, "status": ["reached", "reached", "unreached"]}, index=IDS)
