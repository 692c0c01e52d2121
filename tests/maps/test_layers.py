"""Polygons, lines and points of a GeoDataFrame as map layers, each with its legend."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.maps.samples import BOUNDS, HOVER, cells, roads, seats
from tests.maps.shown import drawn
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.maps import (
    Categories,
    Classes,
    Labels,
    Sizes,
    add_lines,
    add_points,
    add_polygons,
    new_map,
)
from urbgeo.maps.base import DataLayer, page_of
from urbgeo.maps.layers import _rounded, simplified
from urbgeo.maps.styles import AreaStyle, LineStyle, PointStyle


def on_map(add: Callable[..., folium.Map], frame: gpd.GeoDataFrame, **how: object) -> dict[str, Any]:
    """The frame as the page gets it."""
    (found,) = drawn(add(new_map("题", "t", bounds=BOUNDS), frame, name_zh="层", name_en="layer", **how))
    return found


def swatches(layer: dict[str, Any]) -> list[str]:
    return re.findall(r'<s style="([^"]*)"', layer["name"])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda frame: frame.set_crs(None, allow_override=True), "no CRS"),
        (lambda frame: frame.drop(columns="name"), "no column name"),
        (lambda frame: frame.drop(columns="minutes"), "minutes"),
        (lambda frame: frame.assign(minutes="a"), "minutes"),
        (lambda frame: frame.set_geometry(frame.centroid), "Point cannot be drawn as polygons"),
    ],
)
@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_frames_that_cannot_be_drawn_are_refused(spoil: object, message: str) -> None:
    fmap = new_map("题", "t", bounds=BOUNDS)
    with pytest.raises(InputError, match=message):
        add_polygons(fmap, spoil(cells()), name_zh="县", name_en="Counties",
                     colour=Classes("minutes", (30, 60)), hover=HOVER)  # fmt: skip


@pytest.mark.parametrize("without", ["name_zh", "name_en"])
def test_a_layer_has_a_name_in_each_language(without: str) -> None:
    names = {"name_zh": "县", "name_en": "Counties", without: None}
    with pytest.raises(InputError, match=f"^{without}: "):
        add_polygons(new_map("题", "t", bounds=BOUNDS), cells(), **names)


def test_rows_without_geometry_are_counted_not_hidden() -> None:
    frame = cells()
    frame.loc[3, "geometry"] = None
    fmap = new_map("题", "t", bounds=BOUNDS)
    with pytest.warns(UrbgeoWarning, match="1 of 16 rows have no geometry"):
        add_polygons(fmap, frame, name_zh="县", name_en="Counties")
    text = fmap.get_root().render()
    assert re.findall(r"(\d+) 个无位置未绘", text) == re.findall(r"(\d+) without location", text) == ["1"]


@pytest.mark.parametrize("breaks", [(), (60, 30), (30, 30), (30, np.nan)])
def test_breaks_must_rise(breaks: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="breaks"):
        Classes("minutes", breaks)


def test_the_callers_frame_is_not_changed() -> None:
    frame, before = cells(), cells()
    add_polygons(
        new_map("题", "t", bounds=BOUNDS), frame, name_zh="县", name_en="C", style=AreaStyle(simplify_m=500)
    )
    assert frame.equals(before)


def test_areas_of_circles_grow_with_what_they_show() -> None:
    people = [100.0, 400.0, 1600.0, 6400.0, np.nan]
    spots = gpd.GeoDataFrame(
        {"people": people}, geometry=gpd.points_from_xy([112.5] * 5, [28.5] * 5), crs=4326
    )
    fmap = new_map("题", "t", bounds=BOUNDS)
    add_points(
        fmap, spots, name_zh="点", name_en="points", style=PointStyle(radius_px=Sizes("people", max_px=40.0))
    )
    (layer,) = drawn(fmap)
    radii = [one["properties"]["r"] for one in layer["features"]]
    assert radii[:4] == [5.0, 10.0, 20.0, 40.0] and radii[4] < 5.0


def spots(**columns: Sequence[object]) -> gpd.GeoDataFrame:
    rows = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([112.5] * rows, [28.5] * rows), crs=4326)


def test_the_legend_of_sizes_has_circles_as_large_as_the_numbers_beside_them_would_be() -> None:
    """Of 6,400 the whole, three tenths and a twentieth, cut to a digit: 6,000, 1,000 and 300."""
    style = PointStyle(radius_px=Sizes("people", max_px=40.0, unit="人"))
    layer = on_map(add_points, spots(people=[6400.0, 100.0]), style=style)
    assert re.findall(r"<span>([\d,]+ 人)</span>", layer["name"]) == ["6,000 人", "1,000 人", "300 人"]
    # across, twice 40 px times the root of 6000/6400, 1000/6400 and 300/6400
    assert [one.split(";")[:2] for one in swatches(layer)[1:]] == [
        [f"width:{px}px", f"height:{px}px"] for px in (77, 32, 17)
    ]
    assert "width:10px;height:10px;" in swatches(layer)[0], "the colour's own"
    tiny = on_map(add_points, spots(people=[6400.0]), style=PointStyle(radius_px=Sizes("people", max_px=3.0)))
    assert [one.split(";")[0] for one in swatches(tiny)[1:]] == ["width:6px", "width:4px", "width:4px"]


def test_circles_of_sizes_are_rounded_never_vanish_and_are_all_least_where_all_are_nothing() -> None:
    style = PointStyle(radius_px=Sizes("people", max_px=40.0))
    layer = on_map(add_points, spots(people=[333.0, 100.0, 0.0, np.nan]), style=style)
    assert [one["properties"]["r"] for one in layer["features"]] == [40.0, 21.9, 2.0, 2.0]
    nothing = on_map(add_points, spots(people=[0.0, np.nan]), style=style)
    assert [one["properties"]["r"] for one in nothing["features"]] == [2.0, 2.0]
    assert len(swatches(nothing)) == 1, "no sizes to explain"
    for wrong in (-0.1, np.inf):
        with pytest.raises(InputError, match="people is negative or infinite at 1;"):
            on_map(add_points, spots(people=[1.0, wrong]), style=style)


@pytest.mark.parametrize(("value", "cut"), [(6400.0, 6000.0), (0.37, 0.3), (1.0, 1.0), (99.9, 90.0)])
def test_numbers_of_a_legend_have_one_digit_and_are_not_above(value: float, cut: float) -> None:
    assert _rounded(value) == pytest.approx(cut)


def test_circles_of_one_size_have_it_and_their_swatch_is_no_larger_than_fits() -> None:
    for radius, across in ((4.0, 8), (9.0, 14)):
        layer = on_map(
            add_points, seats(), style=PointStyle(radius_px=radius, outline="#333333", opacity=0.5)
        )
        assert {one["properties"]["r"] for one in layer["features"]} == {radius}
        (swatch,) = swatches(layer)
        assert f"width:{across}px;height:{across}px;border-radius:50%;border:1px solid #333333" in swatch
        assert layer["style"] == {
            "weight": 1, "color": "#333333", "fillOpacity": 0.5, "opacity": 1, "from": 0
        }  # fmt: skip
        assert layer["kind"] == "point" and layer["classed"] is False and "ug-fade" not in layer["name"]


def test_labels_are_read_in_english_from_the_column_beside_and_missing_ones_are_empty() -> None:
    frame = spots(name_zh=["长沙", None], name_en=["Changsha", "Zhuzhou"])
    layer = on_map(add_points, frame, label=Labels("name_zh", from_zoom=9))
    said = [(one["properties"]["t"], one["properties"]["u"]) for one in layer["features"]]
    assert said == [("长沙", "Changsha"), ("", "Zhuzhou")] and layer["style"]["from"] == 9
    for column, table in (("name_en", frame), ("name_zh", frame.drop(columns="name_en"))):
        one, _ = on_map(add_points, table, label=column)["features"]
        assert "u" not in one["properties"] and one["properties"]["t"]
    bare, _ = on_map(add_points, frame)["features"]
    assert set(bare["properties"]) == {"c", "r"}
    with pytest.raises(InputError, match="name_xx"):
        on_map(add_points, frame, label="name_xx")


def test_polygons_have_their_outline_their_opacity_and_a_slider() -> None:
    minutes = Classes("minutes", (30, 60), unit="min")
    layer = on_map(
        add_polygons, cells(), colour=minutes, hover=HOVER,
        style=AreaStyle(opacity=0.6, outline="#FFFFFF", outline_px=0.5),
    )  # fmt: skip
    assert layer["style"] == {"weight": 0.5, "color": "#FFFFFF", "fillOpacity": 0.6, "opacity": 1}
    assert layer["classed"] is True and 'value="60"' in layer["name"]
    assert all(one.endswith("height:11px;border:1px solid #b4bac0") for one in swatches(layer))
    assert all(
        one.startswith(f"background:{row}99;")
        for one, row in zip(swatches(layer), layer["colours"], strict=False)
    )
    assert layer["fields"] == [["名称", "Name"], ["分钟", "Minutes"]]
    first, last = layer["features"][1]["properties"], layer["features"][-1]["properties"]
    assert (
        first["v"][1] == "16 min"
        and last["v"][1] == "– 无数据 no data"
        and first["c"] == 0
        and last["c"] == 4
    )
    thick = on_map(add_polygons, cells(), style=AreaStyle(outline="#123456", outline_px=2.5))
    assert swatches(thick)[0].endswith("border:2.5px solid #123456")
    assert thick["classed"] is False, "one colour alone"
    hollow = on_map(add_polygons, cells(), colour=minutes, style=AreaStyle(opacity=0.0))
    assert hollow["classed"] is False and "ug-fade" not in hollow["name"]


def test_values_under_the_pointer_never_read_as_the_class_beside() -> None:
    frame = cells().assign(minutes=60.3)
    hover = [("minutes", "分钟", "Minutes")]
    said = [
        on_map(add_polygons, frame, colour=colour, hover=hover)["features"][0]["properties"]["v"]
        for colour in (Classes("minutes", (60,)), "#123456")
    ]
    assert said == [["60.3"], ["60"]]


def test_lines_without_hover_are_one_shape_a_colour_and_with_it_stay_apart() -> None:
    frame = roads()
    frame.loc[2, "geometry"] = shapely.MultiLineString([[(112, 27), (113, 27)], [(112, 29), (113, 29)]])
    one_shape = on_map(
        add_lines, frame, colour=Categories("kind"), style=LineStyle(dashed=True, width_px=1.0)
    )
    assert [one["properties"] for one in one_shape["features"]] == [{"c": 0}, {"c": 1}]
    parts = [one["geometry"]["coordinates"] for one in one_shape["features"]]
    assert [len(one) for one in parts] == [3, 1] and parts[1] == [[[112.2, 27.5], [113.8, 28.3]]]
    assert [[112.0, 29.0], [113.0, 29.0]] in parts[0] and [[112.2, 27.2], [113.8, 28.6]] in parts[0]
    assert one_shape["style"] == {"weight": 1.0, "opacity": 0.9, "fill": False, "dashArray": "6 5"}
    colour = one_shape["colours"][0]
    assert swatches(one_shape)[0] == f"opacity:0.9;height:0;border-top:1.5px dashed {colour}"
    assert one_shape["classed"] is False and "ug-fade" not in one_shape["name"]
    apart = on_map(add_lines, frame, colour=Categories("kind"), hover=[("kind", "级", "class")])
    assert [one["properties"] for one in apart["features"]] == [
        {"c": 0, "v": ["G"]}, {"c": 1, "v": ["S"]}, {"c": 0, "v": ["G"]},
    ]  # fmt: skip
    assert apart["style"]["dashArray"] is None and "border-top:2px solid" in swatches(apart)[0]
    assert on_map(add_lines, frame.iloc[:0])["features"] == []


def test_borders_that_neighbours_share_stay_shared_when_corners_go() -> None:
    left, right = shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)
    bump = shapely.Polygon([(1000, 400), (1030, 500), (1000, 600)])
    both = [shapely.union(left, bump), shapely.difference(right, bump)]
    frame = (
        gpd.GeoDataFrame(geometry=both, crs=32649, index=["a", "b"])
        .translate(500_000, 3_000_000)
        .to_frame("geometry")
    )
    shapes = simplified(frame, "polygon", 100.0, "zones").to_crs(32649).geometry
    assert shapes.intersection(shapes.loc["b"]).area["a"] == pytest.approx(0.0, abs=1e-3)
    assert shapes.union_all().area == pytest.approx(2e6, rel=1e-4)
    assert [shapely.get_num_coordinates(one) for one in shapes] == [5, 5]
    kept = simplified(frame, "polygon", 5.0, "zones")
    assert [shapely.get_num_coordinates(one) for one in kept.geometry] == [8, 8]
    road = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(500_000, 3e6), (500_500, 3e6 + 30), (501_000, 3e6)])], crs=32649
    )
    for most, points in ((0.5, 3), (20.0, 3), (40.0, 2)):
        assert shapely.get_num_coordinates(simplified(road, "line", most, "roads").geometry.iloc[0]) == points
    with pytest.raises(InputError, match="simplify_m=0 is no tolerance"):
        simplified(road, "line", 0, "roads")
    assert simplified(road.iloc[:0], "line", 9.0, "roads").empty
    layer = on_map(add_lines, road, style=LineStyle(simplify_m=40.0))
    assert len(layer["features"][0]["geometry"]["coordinates"][0]) == 2


def test_layers_are_numbered_weighed_and_counted_on_their_page() -> None:
    fmap = new_map("题", "t", bounds=BOUNDS)
    add_polygons(fmap, cells(), name_zh="县", name_en="Counties")
    add_points(fmap, seats(), name_zh="城", name_en="Cities", style=PointStyle(shown=False))
    page = page_of(fmap)
    assert [one["id"] for one in drawn(fmap)] == ["ug-layer-1", "ug-layer-2"]
    assert list(page.layer_bytes) == ["1 Counties", "2 Cities"] and page.features == 16 + 3
    layers = [one for one in fmap._children.values() if isinstance(one, DataLayer)]
    assert [len(one.json.encode()) for one in layers] == list(page.layer_bytes.values())
    assert [one.show for one in layers] == [True, False]


def test_how_layers_look_where_nothing_is_said() -> None:
    assert AreaStyle() == AreaStyle(True, 0.8, "#ffffff", 0.8, None)
    assert LineStyle() == LineStyle(True, 0.9, 2.0, False, None)
    assert PointStyle() == PointStyle(True, 0.9, "#ffffff", 5.0)
    assert Sizes("x") == Sizes("x", 18.0, "") and Labels("x") == Labels("x", 0.0)
