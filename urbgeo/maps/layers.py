"""Polygons, lines and points of a GeoDataFrame as map layers, each with its legend."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.arguments import check_object, check_several, check_text
from urbgeo.checks import check_columns, check_crs, check_range
from urbgeo.coordinates import add_coordinate_faults
from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import Faults, InputError, UrbgeoWarning, some_of
from urbgeo.maps.base import DataLayer, page_of
from urbgeo.maps.classes import Categories, Classes, Painted, check_colour, numbers_of, paint
from urbgeo.maps.fields import Field, column_text, field_given, number_text
from urbgeo.maps.legend import filled_row, legend_html, legend_outline, size_row, stroked_row
from urbgeo.maps.styles import AREAS, LINES, POINTS, AreaStyle, Labels, LineStyle, PointStyle, Sizes

Colour = str | Classes | Categories
Hover = Sequence[Field | tuple[str, str, str] | tuple[str, str, str, str]]

_LEAST_RADIUS_PX = 2.0
_LEGEND_SIZES = (1.0, 0.3, 0.05)


@dataclass(frozen=True, eq=False)
class _Layer:
    """What the three kinds of layer have in common, checked and ready to write."""

    kind: str
    name: tuple[str, str]
    frame: gpd.GeoDataFrame
    painted: Painted
    fields: tuple[Field, ...]
    breaks: tuple[float, ...]
    void: int


def add_polygons(
    fmap: folium.Map,
    frame: gpd.GeoDataFrame,
    *,
    name_zh: str,
    name_en: str,
    colour: Colour = "#dfe3e6",
    hover: Hover = (),
    style: AreaStyle = AREAS,
) -> folium.Map:
    """Put polygons on a map, with their legend; return the map.

    Parameters
    ----------
    fmap
        The map, made by ``new_map``; it is changed.
    name_zh, name_en
        Names of the layer in the legend.
    frame
        Polygons in any CRS. Rows without geometry are counted in a warning and in the legend.
    colour
        One ``#rrggbb``, or ``Classes(column, breaks)``, or ``Categories(column, items)``.
    hover
        Columns shown under the pointer: ``(column, "中文", "English")``, a fourth entry for the unit,
        or ``Field``. Values are shown as text, whatever they contain.
    style
        How they look, and whether the layer is on when the page opens.

    Returns
    -------
    folium.Map
        ``fmap`` itself.

    Raises
    ------
    InputError
        Without CRS, with a missing column, with other geometry than polygons, or with a bad colour
        or opacity.

    Examples
    --------
    >>> from urbgeo.maps.base import new_map
    >>> fmap = new_map("湖南", "Hunan", bounds=[109, 24, 114, 30])
    >>> import shapely
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(112, 28, 113, 29)], crs=4326)
    >>> add_polygons(fmap, zones, name_zh="县", name_en="Counties") is fmap
    True
    """
    check_object(style, "style", AreaStyle, "AreaStyle(opacity=0.8) says how areas look")
    layer = _layer("polygon", frame, (name_zh, name_en), colour, hover, style)
    drawn = {"weight": style.outline_px, "color": style.outline, "fillOpacity": style.opacity, "opacity": 1}
    swatch = f"height:11px;border:{max(style.outline_px, 1):g}px solid {legend_outline(style.outline)}"
    legend = [filled_row(row, swatch, style.opacity) for row in layer.painted.legend]
    return _add(fmap, layer, style=drawn, legend=legend, shown=style.shown)


def add_lines(
    fmap: folium.Map,
    frame: gpd.GeoDataFrame,
    *,
    name_zh: str,
    name_en: str,
    colour: Colour = "#6b7580",
    hover: Hover = (),
    style: LineStyle = LINES,
) -> folium.Map:
    """Put lines on a map, with their legend; return the map.

    Without ``hover`` all lines of one colour become one shape, which keeps large networks quick.

    Parameters
    ----------
    fmap
        The map, made by ``new_map``; it is changed.
    name_zh, name_en
        Names of the layer in the legend.
    frame
        Lines in any CRS. Rows without geometry are counted in a warning and in the legend.
    colour, hover
        As in ``add_polygons``.
    style
        How they look, and whether the layer is on when the page opens.

    Returns
    -------
    folium.Map
        ``fmap`` itself.

    Raises
    ------
    InputError
        Without CRS, with a missing column, with other geometry than lines, or with a bad colour or opacity.

    Examples
    --------
    >>> from urbgeo.maps.base import new_map
    >>> fmap = new_map("湖南", "Hunan", bounds=[109, 24, 114, 30])
    >>> import shapely
    >>> roads = gpd.GeoDataFrame(geometry=[shapely.LineString([(112, 28), (113, 28)])], crs=4326)
    >>> add_lines(fmap, roads, name_zh="道路", name_en="Roads") is fmap
    True
    """
    check_object(style, "style", LineStyle, "LineStyle(width_px=2) says how lines look")
    layer = _layer("line", frame, (name_zh, name_en), colour, hover, style)
    dashes = "6 5" if style.dashed else None
    drawn = {"weight": style.width_px, "opacity": style.opacity, "fill": False, "dashArray": dashes}
    swatch = f"height:0;border-top:{max(style.width_px, 1.5):g}px {'dashed' if style.dashed else 'solid'}"
    legend = [stroked_row(row, swatch, style.opacity) for row in layer.painted.legend]
    whole = layer if layer.fields else _merged(layer)
    return _add(fmap, whole, style=drawn, legend=legend, shown=style.shown)


def add_points(
    fmap: folium.Map,
    frame: gpd.GeoDataFrame,
    *,
    name_zh: str,
    name_en: str,
    colour: Colour = "#3b6ea5",
    hover: Hover = (),
    label: str | Labels | None = None,
    style: PointStyle = POINTS,
) -> folium.Map:
    """Put points on a map as circles, with their legend; return the map.

    Parameters
    ----------
    fmap
        The map, made by ``new_map``; it is changed.
    name_zh, name_en
        Names of the layer in the legend.
    frame
        Points in any CRS. Rows without geometry are counted in a warning and in the legend.
    colour, hover
        As in ``add_polygons``.
    label
        A column written beside the points, or ``Labels(column, from_zoom)``. Where two labels would
        overlap, the one of the later layer stays, and of one layer the earlier row's.
    style
        How they look, and whether the layer is on when the page opens.

    Returns
    -------
    folium.Map
        ``fmap`` itself.

    Raises
    ------
    InputError
        Without CRS, with a missing column, with other geometry than points, with a bad colour or
        opacity, or with sizes that are negative or infinite.

    Examples
    --------
    >>> from urbgeo.maps.base import new_map
    >>> fmap = new_map("湖南", "Hunan", bounds=[109, 24, 114, 30])
    >>> seats = gpd.GeoDataFrame({"name": ["a"]}, geometry=gpd.points_from_xy([112], [28]), crs=4326)
    >>> add_points(fmap, seats, name_zh="驻地", name_en="Seats", hover=[("name", "名称", "Name")]) is fmap
    True
    """
    check_object(style, "style", PointStyle, "PointStyle(radius_px=5) says how points look")
    layer = _layer("point", frame, (name_zh, name_en), colour, hover, style)
    named = Labels(label) if isinstance(label, str) else label
    check_columns(layer.frame, name_en, [named.by] if named else [])
    radii, sizes = _radii(layer, style.radius_px)
    drawn = {"weight": 1, "color": style.outline, "fillOpacity": style.opacity, "opacity": 1}
    width = 2 * (min(style.radius_px, 7.0) if not isinstance(style.radius_px, Sizes) else 5.0)
    rim = f"border-radius:50%;border:1px solid {legend_outline(style.outline)}"
    legend = [
        filled_row(row, f"width:{width:g}px;height:{width:g}px;{rim}", style.opacity)
        for row in layer.painted.legend
    ]
    extra = {"r": radii, **_labels(layer.frame, named)}
    drawn["from"] = named.from_zoom if named else 0
    return _add(fmap, layer, style=drawn, legend=legend + sizes, shown=style.shown, extra=extra)


_KINDS = {
    "polygon": ("Polygon", "MultiPolygon"),
    "line": ("LineString", "MultiLineString", "LinearRing"),
    "point": ("Point", "MultiPoint"),
}


def _layer(
    kind: str,
    frame: gpd.GeoDataFrame,
    name: tuple[str, str],
    colour: Colour,
    hover: Hover,
    style: AreaStyle | LineStyle | PointStyle,
) -> _Layer:
    check_text(name[0], "name_zh")
    title = check_text(name[1], "name_en")
    if not isinstance(style, LineStyle):
        check_colour(style.outline, "outline")
    check_range(style.opacity, f"{title}: opacity", 0.0, 1.0)
    check_crs(frame, title)
    fields = tuple(map(field_given, check_several(hover, "hover", "[('name_zh', '名称', 'Name')]")))
    check_columns(frame, title, [item.column for item in fields])
    located = _located(kind, frame, title)
    if not isinstance(style, PointStyle) and style.simplify_m is not None:
        located = simplified(located, kind, style.simplify_m, title)
    breaks = tuple(colour.breaks) if isinstance(colour, Classes) else ()
    return _Layer(
        kind, name, located, paint(located, colour, title), fields, breaks, len(frame) - len(located)
    )


def _located(kind: str, frame: gpd.GeoDataFrame, title: str) -> gpd.GeoDataFrame:
    """The rows with geometry; the others are counted, geometry of another kind is refused."""
    void = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    if void.any():
        warnings.warn(
            f"{title}: {void.sum()} of {len(frame)} rows have no geometry and are not drawn: "
            f"{some_of(frame.index[void])}.",
            UrbgeoWarning,
            stacklevel=4,
        )
    located = frame[~void]
    other = ~located.geom_type.isin(_KINDS[kind]).to_numpy()
    if other.any():
        raise InputError(
            f"{title}: {'/'.join(sorted(located.geom_type[other].unique()))} cannot be drawn as "
            f"{kind}s, at {some_of(located.index[other])}."
        )
    faults = Faults(title)
    add_coordinate_faults(faults, located.geometry)
    faults.raise_if_any()
    return located


def simplified(frame: gpd.GeoDataFrame, kind: str, simplify_m: float, title: str) -> gpd.GeoDataFrame:
    """The frame in metres with fewer corners; borders that neighbours share stay shared."""
    if not simplify_m > 0:
        raise InputError(f"{title}: simplify_m={simplify_m!r} is no tolerance; give metres > 0.")
    if frame.empty:
        return frame
    metric = frame.to_crs(metric_crs(frame))
    shapes = metric.geometry.to_numpy()
    if kind == "polygon" and shapely.coverage_is_valid(shapes):
        simple = shapely.coverage_simplify(shapes, simplify_m)
    else:
        simple = shapely.simplify(shapes, simplify_m)
    return metric.set_geometry(gpd.GeoSeries(simple, index=metric.index, crs=metric.crs))


def _merged(layer: _Layer) -> _Layer:
    """The same lines as one shape per colour."""
    lines, owner = shapely.get_parts(layer.frame.geometry.to_numpy(), return_index=True)
    codes, group = np.unique(layer.painted.codes[owner], return_inverse=True)
    order = np.argsort(group, kind="stable")
    shapes = shapely.multilinestrings(lines[order], indices=group[order]) if len(lines) else []
    painted = Painted(codes, layer.painted.colours, layer.painted.legend, layer.painted.note)
    merged = gpd.GeoDataFrame(geometry=list(shapes), crs=layer.frame.crs)
    return _Layer(layer.kind, layer.name, merged, painted, (), (), layer.void)


def _radii(layer: _Layer, radius_px: float | Sizes) -> tuple[list[float], list[str]]:
    """Pixels of radius per row, and the legend of sizes."""
    if not isinstance(radius_px, Sizes):
        return [float(radius_px)] * len(layer.frame), []
    values = numbers_of(layer.frame, radius_px.by, layer.name[1])
    wrong = (values < 0) | np.isinf(values)
    if wrong.any():
        raise InputError(
            f"{layer.name[1]}: {radius_px.by} is negative or infinite at "
            f"{some_of(layer.frame.index[wrong])}; sizes need finite numbers >= 0."
        )
    largest = float(np.nanmax(values, initial=0.0))
    if largest == 0:
        return [_LEAST_RADIUS_PX] * len(values), []
    scaled = radius_px.max_px * np.sqrt(np.nan_to_num(values) / largest)
    rows = [_size_row(_rounded(largest * share), largest, radius_px) for share in _LEGEND_SIZES]
    return np.maximum(scaled, _LEAST_RADIUS_PX).round(1).tolist(), rows


def _size_row(value: float, largest: float, sizes: Sizes) -> str:
    width = 2 * max(sizes.max_px * (value / largest) ** 0.5, _LEAST_RADIUS_PX)
    style = f"width:{width:.0f}px;height:{width:.0f}px;border-radius:50%;border:1px solid #7b858f"
    text = f"{number_text(value)} {sizes.unit}".rstrip()
    return size_row(text, style)


def _rounded(value: float) -> float:
    """The number cut to one significant digit, for a legend."""
    step = 10.0 ** np.floor(np.log10(value))
    return float(np.floor(value / step) * step)


def _labels(frame: gpd.GeoDataFrame, label: Labels | None) -> dict[str, Sequence[object]]:
    """Texts of the labels, and the English ones where a column beside holds them."""
    if label is None:
        return {}
    english = f"{label.by.removesuffix('_zh')}_en"
    found: dict[str, Sequence[object]] = {"t": _texts(frame[label.by])}
    if label.by.endswith("_zh") and english in frame:
        found["u"] = _texts(frame[english])
    return found


def _texts(values: pd.Series) -> list[str]:
    return values.astype(object).where(values.notna(), "").astype(str).tolist()


def _add(
    fmap: folium.Map,
    layer: _Layer,
    *,
    style: Mapping[str, object],
    legend: Sequence[str],
    shown: bool,
    extra: dict[str, Sequence[object]] | None = None,
) -> folium.Map:
    page = page_of(fmap)
    filled = layer.kind == "polygon" and style["fillOpacity"] != 0
    notes = [one for one in (layer.painted.note, _void_note(layer.void)) if any(one)]
    opacity = float(str(style["fillOpacity"])) if filled else None
    data: dict[str, object] = {
        "kind": layer.kind,
        "id": f"ug-layer-{len(page.layer_bytes) + 1}",
        "name": legend_html(layer.name, legend, notes, opacity=opacity),
        "classed": filled and len(layer.painted.colours) > 1,
        "style": style,
        "colours": layer.painted.colours,
        "fields": [(item.zh, item.en) for item in layer.fields],
        "features": _features(layer, page.shown_at, extra or {}),
    }
    page.features += len(layer.frame)
    element = DataLayer(" ".join(layer.name), data, shown=shown)
    page.layer_bytes[f"{len(page.layer_bytes) + 1} {layer.name[1]}"] = len(element.json.encode())
    fmap.add_child(element)
    return fmap


def _void_note(count: int) -> tuple[str, str]:
    return (f"{count} 个无位置未绘", f"{count} without location, not drawn") if count else ("", "")


def _features(
    layer: _Layer,
    shown_at: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    extra: dict[str, Sequence[object]],
) -> list[dict[str, object]]:
    """GeoJSON features: ``c`` is the colour, ``v`` the hover texts, ``r`` the radius, ``t`` the label."""
    shapes = layer.frame.geometry.to_crs(WGS84).to_numpy()
    rounded = shapely.transform(shapes, shown_at)
    columns = [column_text(layer.frame[item.column], item, breaks=layer.breaks) for item in layer.fields]
    properties: dict[str, Sequence[object]] = {"c": layer.painted.codes.tolist(), **extra}
    if columns:
        properties["v"] = list(zip(*columns, strict=True))
    rows = [dict(zip(properties, values, strict=True)) for values in zip(*properties.values(), strict=True)]
    return [
        {"type": "Feature", "properties": row, "geometry": json.loads(shape)}
        for row, shape in zip(rows, shapely.to_geojson(rounded), strict=True)
    ]
