"""Maps inside a page: places where they are, shapes drawn once, names apart, legends that count."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from urbgeo.crs import CHINA_ALBERS
from urbgeo.maps import Categories, Classes
from urbgeo.maps.pictures import TYPE, Layer, Plane, _projected, picture


def zones() -> gpd.GeoDataFrame:
    shapes = [box(112 + at, 27, 113 + at, 28) for at in range(3)]
    rows = {"name_zh": ["甲", "乙", "丙"], "name_en": ["A", "B", "C"], "minutes": [30.0, 30.1, np.inf]}
    return gpd.GeoDataFrame(rows, geometry=shapes, index=list("abc"), crs=4326)


def test_north_is_up_and_kilometres_are_kept() -> None:
    plane = Plane.around(zones())
    ends = gpd.GeoDataFrame(geometry=gpd.points_from_xy([113.5, 113.5], [27.0, 28.0]), crs=4326)
    (x0, y0), (x1, y1) = plane.spots(ends)
    assert y1 < y0 and abs(x1 - x0) < 2
    assert (y0 - y1) / plane.scale == pytest.approx(110_800, rel=0.005)


def test_the_corner_shows_the_part_that_is_asked_for() -> None:
    plane = Plane.around(zones())
    asked = (113.0, 27.2, 114.0, 27.7)
    svg = str(picture(plane, [Layer(zones(), "#333333")], ("", ""), inset=asked).svg)
    found = re.search(
        r'<svg x="(\d+)" y="(\d+)" width="150" height="(\d+)" viewBox="(\d+) (\d+) (\d+) (\d+)"', svg
    )
    assert found is not None
    left, top, tall, x, y, wide, high = map(int, found.groups())
    corners = gpd.GeoDataFrame(geometry=gpd.points_from_xy([113.0, 114.0], [27.7, 27.2]), crs=4326)
    (x0, y0), (x1, y1) = plane.spots(corners)
    assert abs(x - x0) < 3 and abs(y - y0) < 3 and abs(x + wide - x1) < 3 and abs(y + high - y1) < 3
    assert tall == pytest.approx(150 * high / wide, abs=1.1)
    assert top + tall == pytest.approx(plane.high - 6, abs=1.1) and left > 800


def test_shared_shapes_are_drawn_once_and_used_by_name() -> None:
    plane = Plane.around(zones())
    colour = Classes("minutes", (30.0,), unit="min")
    found = picture(
        plane, [Layer(zones(), colour, ("分钟", "minutes"), shared=True, hover="minutes")], ("图", "map")
    )
    assert str(plane.defs).count("<path") == 3
    assert found.svg.count("<use") == 3 and 'href="#z2"' in found.svg
    head, keys = found.legend[0]
    assert head == ("分钟", "minutes")
    assert [(one.text, one.count) for one in keys] == [
        (("≤ 30 min", "≤ 30 min"), 1), (("> 30 min", "> 30 min"), 1), (("无法到达", "unreachable"), 1),
    ]  # fmt: skip


def test_names_never_lie_over_each_other_and_say_no_markup() -> None:
    rng = np.random.default_rng(3)
    many = gpd.GeoDataFrame(
        {"name_zh": [f"<b>县{at}" for at in range(80)], "name_en": [f"=County{at}" for at in range(80)]},
        geometry=gpd.points_from_xy(112 + 3 * rng.random(80), 27 + rng.random(80)), crs=4326,
    )  # fmt: skip
    svg = str(picture(Plane.around(zones()), [Layer(many, "#333333", names=True)], ("", "")).svg)
    assert "<b>" not in svg
    for language in ("zh", "en"):
        at = [
            (float(x), float(y)) for x, y in re.findall(rf'<text lang="{language}" x="(\d+)" y="(\d+)"', svg)
        ]
        assert 5 < len(at) < 80
        near = [
            (p, q)
            for p in at
            for q in at
            if p < q and abs(p[1] - q[1]) < TYPE and abs(p[0] - q[0]) < 2 * TYPE
        ]
        assert not near


def test_categories_are_told_in_each_language() -> None:
    colour = Categories("minutes", [(30.0, "#112233", "近", "near")])
    keys = picture(Plane.around(zones()), [Layer(zones(), colour, ("远近", "how far"))], ("", "")).legend[0][
        1
    ]
    assert [one.text for one in keys] == [("近", "near"), ("其他", "other")]


def test_the_box_of_degrees_holds_its_bent_sides() -> None:
    """In a conic plane the parallel in the north bulges between its corners."""
    west, south, east, north = 75.0, 20.0, 135.0, 50.0
    ring = [(x, y) for x in np.linspace(west, east, 400) for y in (south, north)]
    ring += [(x, y) for y in np.linspace(south, north, 400) for x in (west, east)]
    true = gpd.GeoSeries.from_xy(*zip(*ring, strict=True), crs=4326).to_crs(CHINA_ALBERS).total_bounds
    assert _projected((west, south, east, north), CHINA_ALBERS) == pytest.approx(true, rel=1e-3)
