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
from urbgeo.maps import Categories, add_lines, add_points, add_polygons, new_map, save_map
from urbgeo.maps.styles import AreaStyle, LineStyle

BOUNDS = (112.0, 27.0, 114.0, 29.0)


def lines(kinds: pd.Series) -> gpd.GeoDataFrame:
    shapes = [shapely.LineString([(112.2, 27.2 + at), (113.8, 27.4 + at)]) for at in range(len(kinds))]
    return gpd.GeoDataFrame({"kind": kinds}, geometry=shapes, crs=4326)


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
