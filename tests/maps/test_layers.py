"""Polygons, lines and points of a GeoDataFrame as map layers, each with its legend."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import numpy as np
import pytest

from tests.maps.samples import BOUNDS, HOVER, cells
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.maps import (
    Classes,
    Sizes,
    add_points,
    add_polygons,
    new_map,
)
from urbgeo.maps.styles import AreaStyle, PointStyle


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
    text = re.search(r"urbgeo\.layer\([^,]+, (\{.*?\})\);\n", fmap.get_root().render(), re.DOTALL)
    assert text is not None
    radii = [one["properties"]["r"] for one in json.loads(text[1])["features"]]
    assert radii[:4] == [5.0, 10.0, 20.0, 40.0] and radii[4] < 5.0
