"""A page with towns and zones that overlap, for tests of what a reader does with it."""

from __future__ import annotations

import folium
import geopandas as gpd
import shapely

from urbgeo.maps import Classes, Field, Labels, add_points, add_polygons, new_map

BOUNDS = (112.0, 27.0, 114.0, 29.0)


def halves(value: float, west: float = 112.0) -> gpd.GeoDataFrame:
    boxes = shapely.box([west, west + 1], 27, [west + 1, west + 2], 29)
    return gpd.GeoDataFrame({"minutes": [value, None]}, geometry=list(boxes), crs=4326)


def towns() -> gpd.GeoDataFrame:
    names = {"name_zh": ["长沙", "株洲"], "name_en": ["Changsha", "Zhuzhou"]}
    return gpd.GeoDataFrame(names, geometry=gpd.points_from_xy([112.5, 113.5], [28, 28.5]), crs=4326)


def page() -> folium.Map:
    whole = gpd.GeoDataFrame(geometry=[shapely.box(*BOUNDS)], crs=4326)
    fmap = new_map("两图", "Two maps", bounds=BOUNDS, sources=["年鉴"], ground=whole)
    for at, (zh, en) in enumerate((("此前", "Before"), ("此后", "After"))):
        colour = Classes("minutes", (30, 60), ramp="YlGnBu" if at else "YlOrBr", unit="min")
        hover = [Field("minutes", "分钟", "Minutes", "min")]
        add_polygons(fmap, halves(20.0 + 30 * at), name_zh=zh, name_en=en, colour=colour, hover=hover)
    labels = Labels("name_zh", from_zoom=10)
    add_points(fmap, towns(), name_zh="城镇", name_en="Towns", label=labels)
    return fmap
