"""Maps inside a page: places where they are, shapes drawn once, names apart, legends that count."""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, MultiPoint, Polygon, box

from urbgeo.crs import CHINA_ALBERS
from urbgeo.maps import Categories, Classes
from urbgeo.maps.pictures import TYPE, WIDE, Layer, Plane, _overlap, _projected, _scale_bar, _value, picture


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


UTM = 32649


def metres(*shapes: Any, **columns: object) -> gpd.GeoDataFrame:
    """Shapes in metres from a place in Hunan."""
    moved = gpd.GeoSeries(list(shapes), crs=UTM).translate(500_000, 3_000_000)
    ids = list("abcdefgh")[: len(shapes)]
    return gpd.GeoDataFrame(columns, geometry=moved.to_numpy(), index=ids, crs=UTM)


def flat_plane() -> Plane:
    """100 km by 50 km: with margins of 3 km 106 km wide, and as high as paper is."""
    return Plane.around(metres(box(0, 0, 100_000, 50_000)))


@pytest.mark.parametrize(("wide", "high"), [(100_000, 50_000), (50_000, 100_000), (100, 50)])
def test_every_map_has_the_shape_of_the_paper_and_its_land_in_the_middle(wide: float, high: float) -> None:
    """Round the land lie three parts in a hundred of its longer side, or thirty metres."""
    land = metres(box(0, 0, wide, high))
    plane = Plane.around(land)
    assert plane.high == pytest.approx(WIDE / 1.3)
    margin = 0.03 * max(wide, high, 1000)
    across = max(wide + 2 * margin, 1.3 * (high + 2 * margin))
    assert plane.scale == pytest.approx(WIDE / across, rel=1e-3)
    ((x, y),) = plane.spots(metres(box(0, 0, wide, high).centroid))
    assert (x, y) == pytest.approx((WIDE / 2, plane.high / 2), abs=1.0)


def test_paths_are_closed_rings_with_their_holes_and_leave_out_what_is_too_small_to_see() -> None:
    plane = flat_plane()
    unit = 1 / plane.scale
    holed = box(0, 0, 40_000, 40_000) - box(10_000, 10_000, 20_000, 20_000)
    path, road, speck = plane.paths(
        metres(holed, LineString([(0, 0), (50_000, 0)]), box(0, 0, 0.05 * unit, 0.05 * unit))
    )
    assert path.count("M") == path.count("Z") == 2 and path.count("L") == 8
    assert road.count("M") == 1 and road.count("L") == 1 and "Z" not in road and speck == ""
    assert plane._path(None) == plane._path(Polygon()) == ""
    fine = LineString([(0, 0), (10_000, unit), (20_000, 0), (30_000, 2 * unit), (40_000, 0)])
    (said,) = plane.paths(metres(fine))
    assert 1 < said.count("L") < 4, "a corner of one unit goes, one of two stays"


def test_only_polygons_with_names_of_their_own_are_shared() -> None:
    assert flat_plane().shared == {"a": "z0"} and str(flat_plane().defs).startswith('<path id="z0" d="M')
    twice = zones().set_axis(["a", "a", "b"])
    points = metres(MultiPoint([(0, 0), (9000, 9000)]))
    for frame in (twice, points):
        plane = Plane.around(frame)
        assert not plane.shared and not plane.defs and plane.thin is None
    assert list(Plane.around(zones(), mark="w").shared.values()) == ["w0", "w1", "w2"]


@pytest.mark.parametrize(
    ("km", "length", "said"),
    [(100, 20_000, "20 km"), (92, 10_000, "10 km"), (48, 10_000, "10 km"), (0.5, 100, "100 m")],
)
def test_the_scale_bar_is_the_largest_round_length_below_a_fifth(km: float, length: float, said: str) -> None:
    plane = Plane.around(metres(box(0, 0, 1000 * km, 500 * km)))
    svg = str(_scale_bar(plane))
    found = re.search(r'd="M14 (\d+)V(\d+)H(\d+)V(\d+)"', svg)
    assert found is not None
    up, y, to, again = map(int, found.groups())
    assert to - 14 == pytest.approx(length * plane.scale, abs=1) and f">{said}</text>" in svg
    assert (y, y - up, up) == (round(plane.high - 16), 7, again)
    assert f'y="{y - 12}">0</text>' in svg


def layer_svg(frame: gpd.GeoDataFrame, colour: Any = "#333333", **how: Any) -> str:
    return str(picture(flat_plane(), [Layer(frame, colour, **how)], ("", "")).svg)


def test_points_lines_and_areas_are_drawn_as_thick_as_is_asked() -> None:
    svg = layer_svg(metres(MultiPoint([(0, 0)])), size=7, outline="#abcdef")
    assert 'stroke="#abcdef" stroke-width="1.6"' in svg and 'r="7" fill="#333333"' in svg
    road = LineString([(0, 0), (9000, 0)])
    svg = layer_svg(metres(road), size=3)
    assert 'fill="none" stroke-linecap="round" stroke-width="3"' in svg and 'stroke="#333333"' in svg
    svg = layer_svg(metres(box(0, 0, 9000, 9000)), size=0.5, outline="#abcdef")
    assert (
        'stroke="#abcdef" stroke-width="0.5" stroke-linejoin="round"' in svg and 'fill-rule="evenodd"' in svg
    )


def test_a_legend_counts_points_and_not_what_is_drawn_in_one_colour() -> None:
    plane = flat_plane()
    dots, land = metres(*(box(0, 0, 9, 9).centroid,) * 3), metres(box(0, 0, 9000, 9000))
    layers = [
        Layer(land.iloc[:0], "#000000", ("无", "none")), Layer(land, "#111111", ("地", "land")),
        Layer(dots, "#222222", ("点", "dots")), Layer(dots, "#333333"),
    ]  # fmt: skip
    found = picture(plane, layers, ("图", "map"), note=("注", "note"))
    ((head, keys),) = found.legend
    assert head == ("", "") and [(one.text[1], one.count, one.kind) for one in keys] == [
        ("land", 0, "area"), ("dots", 3, "point")
    ]  # fmt: skip
    assert (found.caption, found.note) == (("图", "map"), ("注", "note"))
    classed = Layer(dots.assign(x=[1.0, np.nan, np.inf]), Classes("x", (5.0,)), ("值", "x"))
    (_, keys), (_, single) = picture(plane, [classed, layers[2]], ("", "")).legend
    assert [(one.text[1], one.count) for one in keys] == [
        ("≤ 5", 1), ("> 5", 0), ("unreachable", 1), ("no data", 1)
    ]  # fmt: skip
    assert [one.text[1] for one in single] == ["dots"]
    assert picture(plane, layers[-1:], ("", "")).legend == []


def test_under_the_pointer_stand_the_name_in_both_languages_and_the_value() -> None:
    assert [_value(one, "min") for one in (12.6, 1234.0, np.nan, np.inf, "近")] == [
        "13 min",
        "1,234 min",
        "–",
        "∞",
        "近",
    ]
    dots = metres(*(box(0, 0, 9, 9).centroid,) * 2, name_zh=["甲", None], name_en=["A", "B"], x=[61.0, 2.0])
    svg = layer_svg(dots, hover="x", unit="min")
    assert "<title>甲 A 61 min</title>" in svg and "<title>B 2 min</title>" in svg
    assert "<title>甲 A</title>" in layer_svg(dots) and "<title>甲 甲" in layer_svg(
        dots.drop(columns="name_en")
    )
    assert "<title>" not in layer_svg(dots.drop(columns="name_zh"), hover="x")


def written(frame: gpd.GeoDataFrame, **how: Any) -> list[tuple[str, float, float, str]]:
    """Language, place and name of the labels."""
    svg = layer_svg(frame, names=True, **how)
    return [
        (language, float(x), float(y), name)
        for language, x, y, name in re.findall(r'<text lang="(..)" x="([-\d]+)" y="([-\d]+)">([^<]*)<', svg)
    ]


def test_names_stand_beside_points_in_the_middle_of_areas_and_within_the_map() -> None:
    plane = flat_plane()
    middle, east = box(0, 0, 100_000, 50_000).centroid, box(99_000, 0, 101_000, 50_000).centroid
    dots = metres(middle, east, name_zh=["长沙", "株洲"], name_en=["Changsha", "Zhuzhou"])
    (x0, y0), (x1, _) = plane.spots(dots)
    found = written(dots, size=6)
    down = TYPE * 0.36
    assert found[0] == ("zh", pytest.approx(x0 + 10, abs=1), pytest.approx(y0 + down, abs=1), "长沙")
    # two letters of 19 units end four units from the rim at most: this one stands before its point
    assert found[1][1] == pytest.approx(x1 - 10 - 2 * TYPE, abs=1)
    assert found[3][1] == pytest.approx(x1 - 10 - 7 * 0.55 * TYPE, abs=1)
    land = metres(box(40_000, 0, 60_000, 50_000), name_zh=["长沙"], name_en=["Changsha"])
    (x, _) = plane.spots(land)[0]
    zh, en = written(land)
    assert zh[1] == pytest.approx(x - TYPE, abs=1) and en[1] == pytest.approx(x - 8 * 0.55 * TYPE / 2, abs=1)
    nameless = metres(middle, east, name_zh=[None, "株洲"])
    assert [one[3] for one in written(nameless)] == ["株洲"]
    assert [one[3] for one in written(metres(middle, middle, name_zh=["先", "后"]))] == ["先"]


@pytest.mark.parametrize(
    ("other", "over"),
    [
        ((1, 1, 3, 3), True),
        ((2, 0, 4, 2), False),
        ((-2, 0, 0, 2), False),
        ((0, 2, 2, 4), False),
        ((0, -2, 2, 0), False),
    ],
)
def test_boxes_that_only_touch_do_not_overlap(other: tuple[float, ...], over: bool) -> None:
    assert _overlap((0, 0, 2, 2), other) is over


@pytest.mark.parametrize(
    ("title", "told"), [(("甲", "a"), True), (("甲", ""), True), (("", "a"), True), (("", ""), False)]
)
def test_a_layer_with_a_name_in_one_language_alone_is_in_the_legend(
    title: tuple[str, str], told: bool
) -> None:
    plane = Plane.around(zones())
    for colour in ("#333333", Classes("minutes", (30.0,))):
        found = picture(plane, [Layer(zones(), colour, title)], ("", ""))
        assert (len(found.legend) == 1) is told, colour
