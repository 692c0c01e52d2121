"""Metric CRS choice and the Chinese datums."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import shared_data
from urbgeo import crs
from urbgeo.errors import InputError

IN_CHINA = (st.floats(75, 134), st.floats(18, 53))


def around(lon: float, lat: float, width: float = 0.5) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy([lon - width, lon + width], [lat, lat]), crs=4326)


def test_published_vectors_hold() -> None:
    """Three points of the eviltransform test set, WGS84 to GCJ-02."""
    golden = json.loads((shared_data().parent / "golden" / "known_answers.json").read_text())["gcj02"]
    for lat, lon, there_lat, there_lon in golden["lat_lon_wgs_to_gcj"]:
        found = crs.wgs84_to_gcj02(lon, lat)
        np.testing.assert_allclose(found, (there_lon, there_lat), atol=1e-12)


def test_changsha_is_moved_by_its_known_distance() -> None:
    """About 660 m at Changsha: half a fifteen-minute walk."""
    lon, lat = crs.wgs84_to_gcj02(112.94, 28.23)
    metres = np.hypot((lon - 112.94) * 111_320 * np.cos(np.radians(28.23)), (lat - 28.23) * 110_900)
    assert metres == pytest.approx(660, abs=15)


@given(*IN_CHINA)
def test_there_and_back_is_exact_to_a_millimetre(lon: float, lat: float) -> None:
    mm = 1e-3 / 111_320
    for there, back in ((crs.wgs84_to_gcj02, crs.gcj02_to_wgs84), (crs.gcj02_to_bd09, crs.bd09_to_gcj02)):
        found = back(*there(lon, lat))
        np.testing.assert_allclose(found, (lon, lat), atol=mm, rtol=0)


@pytest.mark.parametrize("place", [(2.35, 48.86), (-74.0, 40.7), (151.2, -33.9)])
def test_outside_china_nothing_moves(place: tuple[float, float]) -> None:
    assert tuple(map(float, crs.wgs84_to_gcj02(*place))) == place
    assert tuple(map(float, crs.gcj02_to_wgs84(*place))) == place


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (around(112.94, 28.2), 4547),  # Changsha: zone 38, central meridian 114 E
        (around(111.4, 27.2), 4546),
        (around(2.35, 48.86), 32631),
    ],
)
def test_a_metric_zone_is_chosen_for_the_place(frame: gpd.GeoDataFrame, code: int) -> None:
    assert crs.metric_crs(frame).to_epsg() == code


def test_wide_studies_in_china_use_albers_and_areas_are_equal() -> None:
    assert crs.metric_crs(around(105, 30, width=10)) == crs.CHINA_ALBERS
    assert crs.equal_area_crs(around(112.94, 28.2)) == crs.CHINA_ALBERS
    cell = gpd.GeoSeries.from_wkt(["POLYGON ((2 48, 3 48, 3 49, 2 49, 2 48))"], crs=4326).to_frame("geometry")
    area = cell.to_crs(crs.equal_area_crs(cell)).area.iloc[0] / 1e6
    assert area == pytest.approx(cell.to_crs("ESRI:54009").area.iloc[0] / 1e6, rel=1e-3)


def test_a_projected_frame_in_metres_keeps_its_crs_and_web_mercator_does_not() -> None:
    assert crs.metric_crs(around(112.94, 28.2).to_crs(32649)).to_epsg() == 32649
    assert crs.metric_crs(around(112.94, 28.2).to_crs(3857)).to_epsg() == 4547


def test_no_crs_is_an_error_that_tells_the_remedy() -> None:
    with pytest.raises(InputError, match=r"set_crs\(4326\)"):
        crs.metric_crs(gpd.GeoDataFrame(geometry=gpd.points_from_xy([1], [1])))
