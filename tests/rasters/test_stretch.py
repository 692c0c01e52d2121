"""How truly a CRS measures: true at its middle meridian, far off in Web Mercator; what is used then."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS, Geod
from shapely.geometry import box

from urbgeo.rasters import stretch as stretches
from urbgeo.rasters.stretch import MOST_AREA_STRETCH, is_metric, local_crs, measuring_crs, stretch

CHANGSHA = (112.98, 28.2)


def square(lon: float = CHANGSHA[0], lat: float = CHANGSHA[1], crs: object = 4326) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[box(lon, lat, lon + 0.1, lat + 0.1)], index=["a"], crs=4326).to_crs(crs)


def geodesic_m2(frame: gpd.GeoDataFrame) -> float:
    return abs(Geod(ellps="WGS84").geometry_area_perimeter(frame.to_crs(4326).geometry.iloc[0])[0])


def test_web_mercator_is_off_by_what_its_formula_says() -> None:
    """Lengths grow by 1 / cos(latitude), areas by its square, on the sphere."""
    x, y = square(crs=3857).geometry.iloc[0].bounds[:2]
    areas, lengths = stretch(CRS(3857), x, y)
    grown = 1.0 / np.cos(np.radians(CHANGSHA[1]))
    assert areas == pytest.approx(grown**2 - 1.0, rel=0.03)
    assert lengths == pytest.approx(grown - 1.0, rel=0.03)


def test_a_gauss_zone_is_true_on_its_middle_meridian() -> None:
    assert max(stretch(CRS(4547), 500_000.0, 3_120_000.0)) < 1e-9  # CGCS2000, middle meridian 114
    assert stretch(CRS(4547), 500_000.0 + 150_000.0, 3_120_000.0)[1] == pytest.approx(
        150.0**2 / 2 / 6371**2, rel=0.02
    )


@pytest.mark.parametrize(("crs", "kept"), [(4547, True), (3857, False), (4326, False), (32649, True)])
def test_areas_are_measured_where_they_are_true_and_elsewhere_in_another_crs(crs: int, kept: bool) -> None:
    frame = square(crs=crs)
    chosen = measuring_crs(frame)
    assert (chosen == frame.crs) is kept
    assert float(frame.to_crs(chosen).area.iloc[0]) == pytest.approx(
        geodesic_m2(frame), rel=MOST_AREA_STRETCH
    )


def test_distances_from_the_middle_are_true_in_the_local_crs() -> None:
    frame = square()
    there = gpd.GeoSeries.from_xy([CHANGSHA[0] + 0.05, 114.5], [CHANGSHA[1] + 0.05, 29.0], crs=4326)
    geodesic = Geod(ellps="GRS80").inv(*there[0].coords[0], *there[1].coords[0])[2]
    middle, far = there.to_crs(local_crs(frame))
    assert middle.distance(far) == pytest.approx(geodesic, rel=1e-6)
    assert is_metric(local_crs(frame)) and not is_metric(CRS(4326)) and not is_metric(CRS(2263))  # feet


def test_the_bound_of_stretch_is_closed_and_that_of_two_percent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (MOST_AREA_STRETCH, stretches.MOST_LENGTH_STRETCH) == (0.02, 0.05)
    frame = square(crs=32649)
    west, south, east, north = frame.total_bounds
    just = stretch(CRS(32649), float(west + east) / 2, float(south + north) / 2)[0]
    monkeypatch.setattr(stretches, "MOST_AREA_STRETCH", just)
    assert measuring_crs(frame) == frame.crs
    monkeypatch.setattr(stretches, "MOST_AREA_STRETCH", np.nextafter(just, 0))
    assert measuring_crs(frame) != frame.crs


def test_both_directions_count_on_a_map_that_keeps_areas() -> None:
    """Cylindrical equal-area on the sphere: at 60 degrees lengths double one way and halve the other."""
    x, y = 0.0, 6371000.0 * np.sin(np.radians(60))
    areas, lengths = stretch(CRS("+proj=cea +R=6371000 +units=m"), x, y)
    assert areas == pytest.approx(0.0, abs=1e-9) and lengths == pytest.approx(1.0, rel=1e-6)


def test_a_globe_shortens_outwards_by_the_cosine_and_beyond_its_rim_nothing_is_true() -> None:
    globe = CRS("+proj=ortho +lat_0=28 +lon_0=113 +R=6371000 +units=m")
    sixty = 6371000.0 * np.sin(np.radians(60))
    assert stretch(globe, sixty, 0.0) == pytest.approx((0.5, 0.5)), "halved outwards, true around"
    assert stretch(globe, 7e6, 0.0) == (np.inf, np.inf)


def test_a_projection_that_nobody_knows_is_taken_as_true() -> None:
    wkt = re.sub(r',\s*ID\["EPSG",\d+\]', "", CRS(32649).to_wkt())
    own = CRS.from_wkt(wkt.replace("Transverse Mercator", "Method of the bureau"))
    assert is_metric(own) and stretch(own, 500_000.0, 3_000_000.0) == (0.0, 0.0)
