"""Every row gets its colour, the legend counts them all, and a hovered shape keeps it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.browser import opened
from urbgeo.errors import InputError
from urbgeo.maps import RAMPS, Categories, Classes, add_lines, add_points, add_polygons, new_map, save_map
from urbgeo.maps.classes import paint
from urbgeo.maps.styles import AreaStyle, LineStyle

BOUNDS = (112.0, 27.0, 114.0, 29.0)


def lines(kinds: pd.Series) -> gpd.GeoDataFrame:
    shapes = [shapely.LineString([(112.2, 27.2 + at), (113.8, 27.4 + at)]) for at in range(len(kinds))]
    return gpd.GeoDataFrame({"kind": kinds}, geometry=shapes, crs=4326)


def test_a_bound_belongs_to_the_class_below_it() -> None:
    frame = pd.DataFrame({"x": [30.0, np.nextafter(30.0, 31.0), 60.0, 60.1, np.inf, np.nan, -np.inf]})
    painted = paint(frame, Classes("x", (30, 60)), "frame")
    assert painted.codes.tolist() == [0, 1, 1, 2, 3, 4, 0]
    assert [row.count for row in painted.legend] == [2, 2, 1, 1, 1]


def test_the_legend_leaves_out_what_does_not_occur_above_the_last_break() -> None:
    painted = paint(pd.DataFrame({"x": [70.0]}), Classes("x", (30, 60, 90), unit="min"), "frame")
    assert [row.text for row in painted.legend] == ["≤ 30 min", "30–60 min", "60–90 min"]


def test_labels_keep_the_decimals_and_signs_of_the_breaks() -> None:
    assert Classes("x", (-10, 0.25, 1500)).labels == ["≤ -10", "-10 ~ 0.25", "0.25 ~ 1,500", "> 1,500"]


@pytest.mark.parametrize("ramp", RAMPS)
@pytest.mark.parametrize("breaks", [(1,), (1, 2, 3, 4, 5, 6, 7)])
def test_every_class_has_a_colour_of_its_own(ramp: str, breaks: tuple[float, ...]) -> None:
    there, back = Classes("x", breaks, ramp=ramp), Classes("x", breaks, ramp=ramp, reverse=True)
    assert len(set(there.colours)) == len(breaks) + 1
    assert there.colours == back.colours[::-1]


@pytest.mark.parametrize(
    ("options", "note"),
    [
        ({}, "darker = higher"),
        ({"reverse": True}, "darker = lower"),
        ({"ramp": "viridis"}, "darker = lower"),
        ({"ramp": "PuOr"}, None),
    ],
)
def test_the_legend_says_what_dark_means(options: dict[str, object], note: str | None) -> None:
    said = paint(pd.DataFrame({"x": [1.0]}), Classes("x", (1, 2, 3, 4), **options), "frame").note
    assert said[1] == (note or "")


def test_values_without_a_category_are_counted_as_other_and_missing_ones_as_no_data() -> None:
    kinds = pd.Series(["G", "S", "X", None], dtype="category")
    items = [("S", "#112233", "省道", "S"), ("G", "#445566", "国道", "G"), ("Q", "#778899", "其余", "Q")]
    painted = paint(pd.DataFrame({"kind": kinds}), Categories("kind", items), "roads")
    assert painted.codes.tolist() == [1, 0, 3, 4]
    assert [row.count for row in painted.legend] == [1, 1, 0, 1, 1]


def test_too_many_values_for_the_palette_are_refused() -> None:
    with pytest.raises(InputError, match="9 values, more than the 8 colours"):
        paint(pd.DataFrame({"kind": list("abcdefghi")}), Categories("kind"), "roads")


@pytest.mark.parametrize("colour", ["red", "#12345", "#123456;x:url(//a.b)", None])
def test_only_plain_colours_are_taken(colour: str) -> None:
    frame = lines(pd.Series(["G"]))
    with pytest.raises(InputError, match="is no colour"):
        add_lines(new_map("题", "t", bounds=BOUNDS), frame, name_zh="路", name_en="Roads", colour=colour)


@pytest.mark.parametrize("opacity", [-0.1, 1.5, np.nan])
def test_opacity_lies_between_0_and_1(opacity: float) -> None:
    frame = lines(pd.Series(["G"]))
    with pytest.raises(InputError, match="opacity"):
        add_lines(
            new_map("题", "t", bounds=BOUNDS),
            frame,
            name_zh="路",
            name_en="Roads",
            style=LineStyle(opacity=opacity),
        )


def test_a_layer_may_be_empty() -> None:
    fmap, nothing = new_map("题", "t", bounds=BOUNDS), lines(pd.Series(["G"])).iloc[:0]
    for add in (add_polygons, add_lines, add_points):
        add(
            fmap,
            nothing,
            name_zh="空",
            name_en="None",
            colour=Categories("kind"),
            hover=[("kind", "类", "Kind")],
        )
    add_lines(fmap, nothing, name_zh="空", name_en="None", style=LineStyle(simplify_m=10))
    assert "None" in fmap.get_root().render()


def test_simplified_neighbours_keep_their_common_border() -> None:
    wave = [(113.0 + 0.01 * np.sin(at), 27.2 + at * 0.01) for at in range(60)]
    west = shapely.Polygon([(112.5, 27.2), *wave, (112.5, 27.79)])
    east = shapely.Polygon([(113.5, 27.2), *wave, (113.5, 27.79)])
    pair = gpd.GeoDataFrame(geometry=[west, east], crs=4326)
    fmap = add_polygons(
        new_map("题", "t", bounds=BOUNDS), pair, name_zh="县", name_en="C", style=AreaStyle(simplify_m=2000)
    )
    features = [gpd.GeoSeries.from_wkt([shape.wkt])[0] for shape in drawn(fmap)]
    assert sum(len(one.exterior.coords) for one in features) < 70
    assert features[0].intersection(features[1]).area < 1e-6


def drawn(fmap: object) -> list[shapely.Geometry]:
    """The shapes written into the page."""
    page = fmap.get_root().render()
    found = re.search(r'"features":(\[.*\])\}\);', page)
    assert found is not None
    return [shapely.geometry.shape(one["geometry"]) for one in json.loads(found[1])]


@pytest.mark.browser
def test_a_hovered_line_widens_and_keeps_its_colour(tmp_path: Path) -> None:
    fmap = new_map("题", "t", bounds=BOUNDS)
    add_lines(fmap, lines(pd.Series(["G", "S"])), name_zh="路", name_en="Roads", colour="#123456",
              hover=[("kind", "类", "Kind")])  # fmt: skip
    with opened(save_map(fmap, tmp_path / "map.html")) as seen:
        line = seen.page.locator(".ug-layer-1").first
        line.dispatch_event("mouseover")
        assert (line.get_attribute("stroke"), line.get_attribute("stroke-width")) == ("#123456", "3.5")
        line.dispatch_event("mouseout")
        assert (line.get_attribute("stroke"), line.get_attribute("stroke-width")) == ("#123456", "2")


@pytest.mark.browser
def test_a_layer_switched_off_and_on_returns_to_its_place_in_the_pile(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.box(112.2, 27.2, 113.8, 28.8)], crs=4326)
    fmap = new_map("题", "t", bounds=BOUNDS)
    add_polygons(fmap, frame, name_zh="下", name_en="Below")
    add_polygons(fmap, frame, name_zh="上", name_en="Above")
    with opened(save_map(fmap, tmp_path / "map.html")) as seen:
        seen.toggle(1)
        seen.toggle(1)
        pile = seen.page.locator(".leaflet-ug-polygon-pane path, [class*=ug-polygon] path")
        assert "ug-layer-2" in pile.last.get_attribute("class")
