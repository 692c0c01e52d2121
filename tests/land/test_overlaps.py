"""Overlaps of two layers: every pair that shares area, as large as a plain intersection says."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.land.overlaps import overlaps

UTM = 32649


def layer(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=UTM)


rectangles = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.integers(1, 9)).map(
        lambda one: shapely.box(one[0], one[1], one[0] + one[2], one[1] + one[3])
    ),
    max_size=6,
)


@QUICK
@given(rectangles, rectangles)
def test_pairs_and_areas_are_those_of_plain_intersections(
    one: list[shapely.Geometry], other: list[shapely.Geometry]
) -> None:
    found = overlaps(layer(*one), layer(*other))
    wanted = {
        (i, j): a.intersection(b).area
        for i, a in enumerate(one)
        for j, b in enumerate(other)
        if a.intersection(b).area > 0
    }
    assert list(zip(found["one"], found["other"], strict=True)) == sorted(wanted)
    assert found["area_m2"].tolist() == pytest.approx([wanted[pair] for pair in sorted(wanted)])
    assert found.area.tolist() == pytest.approx(found["area_m2"].tolist())


def test_a_shared_edge_is_no_overlap() -> None:
    assert overlaps(layer(shapely.box(0, 0, 1, 1)), layer(shapely.box(1, 0, 2, 1))).empty


def test_a_large_polygon_that_is_cut_up_comes_back_as_one_row_a_pair() -> None:
    """A disc of many corners is worked on in pieces."""
    disc = shapely.Point(0, 0).buffer(100_000, quad_segs=2_000)
    stripe = shapely.box(-200_000, -1_000, 200_000, 1_000)
    found = overlaps(layer(disc), layer(stripe))
    assert len(found) == 1
    assert found["area_m2"].iloc[0] == pytest.approx(disc.intersection(stripe).area, rel=1e-12)
