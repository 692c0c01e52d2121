"""A small result with minutes and places, for tests of what is shown of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.maps.base import DataLayer
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


def drawn(fmap: folium.Map) -> list[dict[str, Any]]:
    """The layers of a map as the page gets them, and whether they are ``shown`` when it opens."""
    layers = [one for one in fmap._children.values() if isinstance(one, DataLayer)]
    return [json.loads(one.json) | {"shown": one.show} for one in layers]


def named_layers(fmap: folium.Map) -> dict[str, dict[str, Any]]:
    """They, by their English names."""
    found = {}
    for one in drawn(fmap):
        name = re.search(r'<span lang="en">([^<]*)<', one["name"])
        assert name is not None
        found[name[1]] = one
    return found


def counts(layer: dict[str, Any]) -> list[int]:
    """Numbers of the legend's rows."""
    return [int(one.replace(",", "")) for one in re.findall(r"<em>([\d,]+)</em>", layer["name"])]
