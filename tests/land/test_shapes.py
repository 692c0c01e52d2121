"""How compact a polygon is: the classic indices, one row per polygon."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from urbgeo.errors import InputError
from urbgeo.land.shapes import second_moment, shape_indices

UTM = 32649


CENTRE = Point(500_000, 3_000_000)


def frame(*shapes: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=UTM)


def square(side: float, x: float = 500_000, y: float = 3_000_000) -> Polygon:
    return box(x, y, x + side, y + side)


def test_a_square_has_the_published_indices() -> None:
    found = shape_indices(frame(square(1000.0))).iloc[0]
    expected = {
        "area_km2": 1.0, "perimeter_km": 4.0, "polsby_popper": 0.7854, "schwartzberg": 1 / 0.8862,
        "richardson": 0.8862, "reock": 0.6366, "gibbs": 0.6366, "convex_hull": 1.0,
        "moment_of_inertia": 3 / np.pi, "perimeter_fractal": 1.0,
    }  # fmt: skip
    assert found.drop("geometry").to_dict() == pytest.approx(expected, abs=5e-5)


def test_a_circle_has_one_in_every_index() -> None:
    found = shape_indices(frame(CENTRE.buffer(5000, quad_segs=2000))).iloc[0]
    assert found.drop(
        ["area_km2", "perimeter_km", "perimeter_fractal", "geometry"]
    ).to_list() == pytest.approx([1.0] * 7, abs=1e-5)


def test_moment_of_inertia_of_a_ring_takes_the_hole_off() -> None:
    ring = square(4.0, 0, 0).difference(square(2.0, 1, 1))
    assert second_moment(np.array([ring]))[0] == pytest.approx((4**4 - 2**4) / 6)
    pair = shapely.union(square(2.0, 0, 0), square(2.0, 10, 0))
    assert second_moment(np.array([pair]))[0] == pytest.approx(2 * (2**4 / 6 + 4 * 5**2))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 360), st.floats(0.1, 50))
def test_indices_do_not_change_with_place_turn_or_size(seed: int, turn: float, factor: float) -> None:
    from shapely.affinity import rotate, scale, translate

    points = np.random.default_rng(seed).normal(0, 500, (9, 2)) + np.array([500_000, 3_000_000])
    hull = shapely.convex_hull(shapely.multipoints(points))
    moved = translate(scale(rotate(hull, turn), factor, factor), 3000, -2000)
    table = shape_indices(frame(hull, moved)).drop(
        columns=["area_km2", "perimeter_km", "perimeter_fractal", "geometry"]
    )
    np.testing.assert_allclose(table.iloc[0].astype(float), table.iloc[1].astype(float), rtol=1e-6)
    low, high = table.drop(columns="schwartzberg").iloc[0], table["schwartzberg"].iloc[0]
    assert (low <= 1 + 1e-9).all()
    assert high >= 1


def test_degrees_are_measured_in_an_equal_area_crs() -> None:
    metric = frame(square(10_000.0)).to_crs("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=m")
    found = shape_indices(metric.to_crs(4326)).iloc[0]
    assert found["area_km2"] == pytest.approx(shape_indices(metric)["area_km2"].iloc[0], rel=1e-4)


def test_invalid_polygons_are_named() -> None:
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(InputError, match="invalid polygons at 1"):
        shape_indices(frame(square(1.0), bow))
