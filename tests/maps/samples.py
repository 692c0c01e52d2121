"""Cells, roads and seats with names that try to be markup."""

from __future__ import annotations

import folium
import geopandas as gpd
import numpy as np
import shapely

from urbgeo.maps import (
    Categories,
    Classes,
    Field,
    Sizes,
    add_lines,
    add_points,
    add_polygons,
    new_map,
)
from urbgeo.maps.styles import LineStyle, PointStyle

EVIL = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "{{7*7}}",
    'O\'Brien "x" \\ back',
)


BOUNDS = (112.0, 27.0, 114.0, 29.0)


HOVER = [("name", "名称", "Name"), ("minutes", "分钟", "Minutes", "min")]


def cells() -> gpd.GeoDataFrame:
    west, south = np.meshgrid(np.arange(112.0, 114.0, 0.5), np.arange(27.0, 29.0, 0.5))
    boxes = shapely.box(west.ravel(), south.ravel(), west.ravel() + 0.5, south.ravel() + 0.5)
    minutes = [*np.linspace(5, 150, 14), np.inf, np.nan]
    names = [*EVIL, *(f"县{number}" for number in range(12))]
    return gpd.GeoDataFrame({"name": names, "minutes": minutes}, geometry=boxes, crs=4326)


def seats() -> gpd.GeoDataFrame:
    points = gpd.points_from_xy([112.94, 113.13, 112.91], [28.23, 27.83, 27.87])
    table = {"name": ["长沙", "株洲", EVIL[0]], "people": [1e7, 4e6, np.nan], "covered": [True, False, True]}
    return gpd.GeoDataFrame(table, geometry=points, crs=4326)


def roads() -> gpd.GeoDataFrame:
    lines = [shapely.LineString([(112.2, 27.2 + step), (113.8, 28.6 - step)]) for step in (0.0, 0.3, 0.6)]
    return gpd.GeoDataFrame({"kind": ["G", "S", "G"]}, geometry=lines, crs=4326)


def sample(**options: str) -> folium.Map:
    titles = (f"标题 {EVIL[0]}", f"Title {EVIL[1]}")
    fmap = new_map(*titles, bounds=BOUNDS, sources=["来源 <b>x</b>"], **options)
    minutes = Classes("minutes", (30, 60), unit="min")
    add_polygons(fmap, cells(), name_zh="县域", name_en="Counties", colour=minutes, hover=HOVER)
    add_lines(
        fmap,
        roads(),
        name_zh="道路",
        name_en="Roads",
        colour=Categories("kind"),
        style=LineStyle(shown=False),
    )
    items = [(True, "#2a9d55", "已覆盖", "covered"), (False, "#d7263d", "未覆盖", "left out")]
    add_points(
        fmap,
        seats(),
        name_zh="城市",
        name_en="Cities",
        colour=Categories("covered", items),
        hover=[("name", "名称", "Name"), Field("people", "人口", "People")],
        style=PointStyle(radius_px=Sizes("people")),
        label="name",
    )
    return fmap
