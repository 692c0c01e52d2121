"""Folium maps in Chinese and English that open from disk with the network unplugged."""

from urbgeo.doors import room_door
from urbgeo.maps.base import new_map, save_map
from urbgeo.maps.classes import ACCENT, RAMPS, Categories, Classes
from urbgeo.maps.fields import Field
from urbgeo.maps.layers import add_lines, add_points, add_polygons
from urbgeo.maps.styles import AreaStyle, Labels, LineStyle, PointStyle, Sizes

__all__ = [
    "ACCENT",
    "RAMPS",
    "AreaStyle",
    "Categories",
    "Classes",
    "Field",
    "Labels",
    "LineStyle",
    "PointStyle",
    "Sizes",
    "add_lines",
    "add_points",
    "add_polygons",
    "new_map",
    "save_map",
]

__getattr__ = room_door(__name__, __path__)[0]
