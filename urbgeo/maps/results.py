"""Any result as the package's offline map."""

from __future__ import annotations

from typing import Any

import folium
import geopandas as gpd

from urbgeo.arguments import check_titles
from urbgeo.maps.base import new_map
from urbgeo.maps.classes import Classes
from urbgeo.maps.drawing import Colour, drawing_of
from urbgeo.maps.fields import Field
from urbgeo.maps.labels import field_of, fields_of, text_of
from urbgeo.maps.layers import Hover, add_lines, add_points, add_polygons
from urbgeo.maps.styles import AreaStyle, PointStyle
from urbgeo.results import Result

SIMPLIFY_M = 150.0
"""Tolerance of polygons and lines on the page; borders that neighbours share stay shared."""


def map_of(
    result: Result,
    *,
    by: str | None = None,
    colour: Colour | None = None,
    places: gpd.GeoDataFrame | None = None,
    hover: Hover | None = None,
    title: str | tuple[str, str] | None = None,
    basemap: str | None = None,
    key: str | None = None,
) -> folium.Map:
    """A result as a map that works with the network unplugged.

    Parameters
    ----------
    result
        Any of the package's results.
    by
        Column to colour by; the result's own by default.
    colour
        ``Classes``, ``Categories`` or one ``#rrggbb`` instead of those chosen from the values.
    places
        Points or polygons on the ids of the table, where it has no geometry or these are to stand for it
        (counties for their seats); pairs become lines.
    hover
        Columns under the pointer; by default the first twelve with their units.
    title
        Chinese and English; one text stands for both.
    basemap, key
        As for :func:`urbgeo.maps.new_map`.

    Returns
    -------
    folium.Map
        To show in Jupyter, or for :func:`urbgeo.maps.save_map`.

    Raises
    ------
    InputError
        Where there is nothing to draw; the message says what to give.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from urbgeo.provenance import Provenance
    >>> from urbgeo.results import Result
    >>> class Found(Result):
    ...     table = pd.DataFrame({"minutes": [12.0, 75.0]}, index=["a", "b"])
    ...     provenance = Provenance()
    >>> points = gpd.points_from_xy([113, 114], [28, 27])
    >>> seats = gpd.GeoDataFrame(geometry=points, index=["a", "b"], crs=4326)
    >>> type(map_of(Found(), places=seats)).__name__
    'Map'
    """
    drawing = drawing_of(result, by=by, colour=colour, places=places)
    zh, en = drawing.titles if title is None else check_titles(title)
    fmap = new_map(zh, en, bounds=drawing.bounds.tolist(), sources=drawing.sources, basemap=basemap, key=key)
    head = field_of(drawing.shown) if drawing.shown else Field("", zh, en)
    for kind, frame in drawing.frames.items():
        named: dict[str, Any] = {
            "name_zh": head.zh,
            "name_en": text_of(Field("", head.en, "", head.unit)) or en,
        }
        plain = frame.drop(columns=frame.geometry.name)
        lines = list(hover) if hover is not None else fields_of(plain)
        if kind == "polygon":
            fine = SIMPLIFY_M if isinstance(drawing.colour, Classes) or len(frame) > 1 else None
            add_polygons(
                fmap, frame, colour=drawing.colour, hover=lines, style=AreaStyle(simplify_m=fine), **named
            )
        elif kind == "line":
            add_lines(fmap, frame, colour=drawing.colour, hover=lines, **named)
        else:
            add_points(
                fmap, frame, colour=drawing.colour, hover=lines, style=PointStyle(radius_px=6.0), **named
            )
    return fmap
