"""Known answers as a fixture of this folder."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from tests.cities.counties import polygons_of
from tests.conftest import shared_data


@pytest.fixture(scope="session")
def golden() -> Path:
    folder = shared_data().parent / "golden"
    if not folder.is_dir():
        pytest.skip(f"no known answers: {folder} is not there")
    return folder


@pytest.fixture(scope="session")
def counties(shared_data: Path) -> gpd.GeoDataFrame:
    frame = gpd.read_file(shared_data / "china/counties_2021_census2020.gpkg").set_index("CODE")
    frame["POPU"] = frame["POPU"].fillna(0.0)  # 金门 has no census count
    return frame.set_geometry(frame.geometry.make_valid().apply(polygons_of))
