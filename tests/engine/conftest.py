"""Made once for the tests of this room."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from benchmarks.roads import make_roads
from tests.engine.large import NODES, UTM
from urbgeo.network.model import TravelNetwork, build_network


@pytest.fixture(scope="session")
def town() -> TravelNetwork:
    roads = make_roads(NODES)
    nodes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(roads.xy[:, 0] + 4e5, roads.xy[:, 1] + 3e6), crs=UTM)
    links = pd.DataFrame(
        {
            "from_node": roads.u,
            "to_node": roads.v,
            "length_km": roads.length_m / 1000,
            "class": "primary",
            "minutes": roads.there / 6000,
            "minutes_back": roads.back / 6000,
        }
    )
    return build_network(nodes, links)


@pytest.fixture(scope="session")
def some(town: TravelNetwork) -> gpd.GeoDataFrame:
    places = town.nodes.iloc[:: NODES // 60].copy()
    places["people"] = np.arange(len(places)) * 10.0
    return places
