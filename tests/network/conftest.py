"""Made once for the tests of this room."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.conftest import shared_data
from tests.network.build import EAST, NORTH, points, road
from urbgeo.errors import UrbgeoWarning
from urbgeo.network.lines import from_lines
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.network.osm_speeds import LineReading


@pytest.fixture
def uneven() -> TravelNetwork:
    """Two parallel links, a bent one-way, a loop, minutes that differ by direction."""
    nodes = points([(0, 0), (9, 1), (4, 7), (12, 8)])
    links = road(
        ("A", "B", 9.3), ("A", "B", 12.0), ("B", "C", 8.1), ("A", "C", 9.7), ("C", "D", 8.9), ("D", "D", 1.0)
    )
    links = links.assign(
        oneway=[False, False, True, False, True, False],
        minutes=[np.nan, 3.1, np.nan, 7.7, np.nan, np.nan],
        minutes_back=[np.nan, np.nan, np.nan, 15.3, np.nan, np.nan],
        mode=["road", "rail", "road", "road", "road", "road"],
        joinable=[True, False, True, True, None, True],
    ).set_axis(list("abcdef"))
    bent = shapely.LineString(
        [(EAST + 9e3, NORTH + 1e3), (EAST + 9e3, NORTH + 6e3), (EAST + 4e3, NORTH + 7e3)]
    )
    return build_network(nodes, links.assign(geometry=[None, None, bent, None, None, None]))


@pytest.fixture(scope="session")
def streets() -> gpd.GeoDataFrame:
    return gpd.read_parquet(shared_data() / "wuhan/streets.parquet")


@pytest.fixture(scope="session")
def wuhan(streets: gpd.GeoDataFrame) -> TravelNetwork:
    with pytest.warns(UrbgeoWarning, match="11 lines given twice"):
        return from_lines(
            streets,
            class_column="highway",
            node_columns=("u", "v"),
            reading=LineReading(class_system="osm", source="OSM"),
        )


@pytest.fixture(scope="session")
def porto_alegre() -> Path:
    return shared_data() / "porto_alegre/poa_osm.pbf"
