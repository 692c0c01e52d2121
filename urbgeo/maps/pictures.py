"""Maps as SVG inside a page: a plane in kilometres, layers on it, legend rows in two languages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

from urbgeo.crs import metric_crs
from urbgeo.maps.charts import Both
from urbgeo.maps.classes import ACCENT, NO_DATA_COLOUR, OTHER_COLOUR, Categories, paint
from urbgeo.maps.drawing import Colour
from urbgeo.types import Floats

WIDE = 1000.0
"""Units across a map."""

SHAPE = 1.3
"""Width of a map over its height."""

FINE = 1.2
"""Units that a corner may be off by: a quarter of a millimetre on A4."""

TYPE = 19.0
"""Height of names in units."""

UNREACHED: Both = ("无法到达", "unreachable")
NO_DATA: Both = ("无数据", "no data")
OTHER: Both = ("其他", "other")


@dataclass(frozen=True, eq=False)
class Layer:
    """What is drawn of one frame: its colour, how thick, and whether names are written.

    ``names`` writes ``name_zh`` and ``name_en``; ``hover`` is the column said under the pointer. Shapes that
    are ``shared`` are rows of the frame that the plane was made of. Without ``title`` there are no rows in
    the legend.
    """

    frame: gpd.GeoDataFrame
    colour: Colour
    title: Both = ("", "")
    size: float = 1.2
    outline: str = "#ffffff"
    names: bool = False
    shared: bool = False
    hover: str = ""
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Key:
    """One row of a legend: colour, text, how many, and ``area``, ``line`` or ``point``."""

    colour: str
    text: Both
    count: int
    kind: str


@dataclass(frozen=True, eq=False)
class Picture:
    """A map or a chart as SVG, its caption, and its legend under it."""

    svg: Markup
    caption: Both
    legend: Sequence[tuple[Both, Sequence[Key]]] = ()
    note: Both = ("", "")


@dataclass(frozen=True, eq=False)
class Plane:
    """North up, kilometres scaled to :data:`WIDE` units; ``shared`` shapes are drawn once, used often."""

    crs: object
    west: float
    north: float
    scale: float
    high: float
    shared: Mapping[object, str] = field(default_factory=dict)
    defs: Markup = Markup()  # noqa: RUF009
    thin: gpd.GeoSeries | None = None

    @classmethod
    def around(
        cls, frame: gpd.GeoDataFrame, bounds: Sequence[float] | None = None, *, mark: str = "z"
    ) -> Plane:
        """The plane that a frame fills; ``bounds`` in degrees instead of its own.

        Polygons of the frame are drawn once, under names that begin with ``mark``; ``thin`` are their shapes,
        no finer than drawn.
        """
        crs = metric_crs(frame)
        flat = frame.geometry.to_crs(crs)
        box = flat.total_bounds if bounds is None else _projected(bounds, crs)
        west, south, east, north = box
        margin = 0.03 * max(east - west, north - south, 1000.0)
        west, south, east, north = west - margin, south - margin, east + margin, north + margin
        # one shape of paper for all: points and names are alike in size whether land is tall or flat
        beside = max((north - south) * SHAPE - (east - west), 0.0) / 2
        above = max((east - west) / SHAPE - (north - south), 0.0) / 2
        west, south, east, north = west - beside, south - above, east + beside, north + above
        scale = WIDE / (east - west)
        plane = cls(crs, west, north, scale, (north - south) * scale)
        if not frame.geom_type.isin(["Polygon", "MultiPolygon"]).all() or not frame.index.is_unique:
            return plane
        names = {one: f"{mark}{at}" for at, one in enumerate(frame.index)}
        thin = plane.thinned(frame)
        drawn = Markup().join(
            Markup('<path id="{}" d="{}"/>').format(name, plane._path(shape))
            for name, shape in zip(names.values(), thin, strict=True)
        )
        return cls(crs, west, north, scale, plane.high, names, drawn, thin)

    def paths(self, frame: gpd.GeoDataFrame) -> list[str]:
        """Path data of lines and polygons, no finer than paper shows."""
        return [self._path(one) for one in self.thinned(frame)]

    def thinned(self, frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
        """Shapes without the corners that no paper shows; borders that neighbours share stay shared."""
        shapes = frame.geometry.to_crs(self.crs).to_numpy()
        tolerance = FINE / self.scale
        areal = frame.geom_type.isin(["Polygon", "MultiPolygon"]).all()
        if areal and len(shapes) > 1 and shapely.coverage_is_valid(shapes):
            shapes = shapely.coverage_simplify(shapes, tolerance)
        else:
            shapes = shapely.simplify(shapes, tolerance)
        return gpd.GeoSeries(shapes, index=frame.index, crs=self.crs)

    def spots(self, frame: gpd.GeoDataFrame) -> Floats:
        """Where points, or the middles of shapes, lie."""
        shapes = frame.geometry.to_crs(self.crs).to_numpy()
        return self._units(shapely.get_coordinates(shapely.point_on_surface(shapes)))

    def _units(self, xy: Floats) -> Floats:
        held: Floats = np.column_stack(
            [(xy[:, 0] - self.west) * self.scale, (self.north - xy[:, 1]) * self.scale]
        )
        return held

    def _path(self, shape: shapely.Geometry | None) -> str:
        if shape is None or shape.is_empty:
            return ""
        closing = "Z" if shape.geom_type.endswith("Polygon") else ""
        lines = [
            ring
            for part in shapely.get_parts(shape)
            for ring in ([part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part])
        ]
        pieces = []
        for line in lines:
            xy = np.rint(self._units(shapely.get_coordinates(line))).astype(int)
            kept = np.r_[True, (np.diff(xy, axis=0) != 0).any(axis=1)]
            if kept.sum() > 1:
                pieces.append("M" + "L".join(f"{x} {y}" for x, y in xy[kept]) + closing)
        return "".join(pieces)


def picture(
    plane: Plane,
    layers: Iterable[Layer],
    caption: Both,
    *,
    note: Both = ("", ""),
    inset: Sequence[float] | None = None,
) -> Picture:
    """A map of layers, the lowest first, with names that do not overlap, north arrow and scale bar.

    ``inset``: west, south, east, north of land far off, shown small in the lower right corner.
    """
    drawn, legend, single, named = [], [], [], []
    for layer in layers:
        if layer.frame.empty:
            continue
        shapes, keys = _drawn(plane, layer)
        drawn.append(shapes)
        if isinstance(layer.colour, str):
            single += keys if any(layer.title) else []
        elif any(layer.title):
            legend.append((layer.title, keys))
        if layer.names:
            named.append(layer)
    inside = Markup().join(drawn)
    svg = Markup(
        '<svg class="map" viewBox="0 0 {w} {h}" role="img"><g>{inside}</g>{labels}{bar}{inset}</svg>'
    ).format(
        w=f"{WIDE:.0f}",
        h=f"{plane.high:.0f}",
        inside=inside,
        labels=Markup().join(_labels(plane, layer) for layer in named),
        bar=_scale_bar(plane),
        inset=_inset(plane, inside, inset) if inset is not None else "",
    )
    return Picture(svg, caption, [*legend, *([(("", ""), single)] if single else [])], note)


def _drawn(plane: Plane, layer: Layer) -> tuple[Markup, list[Key]]:
    """Shapes of a layer, and its rows in the legend."""
    frame = layer.frame
    painted = paint(pd.DataFrame(frame), layer.colour, "layer")
    shades = [painted.colours[code] for code in painted.codes]
    kinds = set(frame.geom_type)
    kind = "point" if kinds <= {"Point", "MultiPoint"} else "line" if "LineString" in str(kinds) else "area"
    said = _said(layer)
    if kind == "point":
        shapes = [
            Markup('<circle cx="{:.0f}" cy="{:.0f}" r="{}" fill="{}">{}</circle>').format(
                x, y, layer.size, c, t
            )
            for (x, y), c, t in zip(plane.spots(frame), shades, said, strict=True)
        ]
        style = Markup('stroke="{}" stroke-width="1.6"').format(layer.outline)
    elif kind == "line":
        shapes = [
            Markup('<path d="{}" stroke="{}">{}</path>').format(d, c, t)
            for d, c, t in zip(plane.paths(frame), shades, said, strict=True)
        ]
        style = Markup('fill="none" stroke-linecap="round" stroke-width="{}"').format(layer.size)
    else:
        shapes = [
            Markup('<{} fill="{}">{}</{}>').format(Markup(which), c, t, Markup(which.split(" ")[0]))
            for which, c, t in zip(_areas(plane, layer), shades, said, strict=True)
        ]
        style = Markup('stroke="{}" stroke-width="{}" stroke-linejoin="round"').format(
            layer.outline, layer.size
        )
    return Markup("<g {}>{}</g>").format(style, Markup().join(shapes)), _keys(layer, painted.codes, kind)


def _areas(plane: Plane, layer: Layer) -> list[str]:
    """Elements of polygons: shared ones are used by name."""
    frame = layer.frame
    if layer.shared and plane.shared:
        return [f'use href="#{plane.shared[one]}"' for one in frame.index]
    return [f'path fill-rule="evenodd" d="{path}"' for path in plane.paths(frame)]


def _said(layer: Layer) -> list[Markup]:
    """Name and value under the pointer."""
    frame = layer.frame
    if "name_zh" not in frame:
        return [Markup()] * len(frame)
    value = frame[layer.hover] if layer.hover else pd.Series("", frame.index)
    texts = []
    for zh, en, one in zip(frame["name_zh"], frame.get("name_en", frame["name_zh"]), value, strict=True):
        name = " ".join(text for text in (zh, en) if isinstance(text, str))
        said = f"{name} {_value(one, layer.unit)}".strip()
        texts.append(Markup("<title>{}</title>").format(said))
    return texts


def _value(value: object, unit: str) -> str:
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    if math.isnan(number):
        return "–"
    return "∞" if math.isinf(number) else f"{number:,.0f} {unit}".rstrip()


def _keys(layer: Layer, codes: NDArray[np.intp], kind: str) -> list[Key]:
    colour = layer.colour
    if isinstance(colour, str):
        return [Key(colour, layer.title, len(codes) if kind == "point" else 0, kind)]
    counts = np.bincount(codes, minlength=1)
    if isinstance(colour, Categories):
        rows = [(shade, (zh, en)) for _, shade, zh, en in colour.items]
        ends: list[tuple[str, Both]] = [(OTHER_COLOUR, OTHER), (NO_DATA_COLOUR, NO_DATA)]
    else:
        rows = [(shade, (text, text)) for shade, text in zip(colour.colours, colour.labels, strict=True)]
        ends = [(ACCENT, UNREACHED), (NO_DATA_COLOUR, NO_DATA)]
    counts = np.bincount(codes, minlength=len(rows) + len(ends))
    return [
        Key(shade, text, int(counts[at]), kind)
        for at, (shade, text) in enumerate([*rows, *ends])
        if at < len(rows) or counts[at]
    ]


def _labels(plane: Plane, layer: Layer) -> Markup:
    """Names in each language, the first rows first; one that would overlap another is left out."""
    spots, found = plane.spots(layer.frame), []
    point = layer.frame.geom_type.isin(["Point", "MultiPoint"]).all()
    for language, column in (("zh", "name_zh"), ("en", "name_en")):
        if column not in layer.frame:
            continue
        taken: list[tuple[float, float, float, float]] = []
        for (x, y), name in zip(spots, layer.frame[column], strict=True):
            if not isinstance(name, str):
                continue
            long = sum(1.0 if ord(sign) > 0x2E7F else 0.55 for sign in name) * TYPE
            left = x + layer.size + 4 if point else x - long / 2
            if left + long > WIDE - 4:
                left = x - layer.size - 4 - long
            box = (left, y - 0.6 * TYPE, left + long, y + 0.6 * TYPE)
            if any(_overlap(box, other) for other in taken):
                continue
            taken.append(box)
            found.append(
                Markup('<text lang="{}" x="{:.0f}" y="{:.0f}">{}</text>').format(
                    language, left, y + TYPE * 0.36, name
                )
            )
    return Markup('<g class="names" font-size="{:g}">{}</g>').format(TYPE, Markup().join(found))


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scale_bar(plane: Plane) -> Markup:
    """A bar of 1, 2 or 5 times a power of ten kilometres, and an arrow to the north."""
    about = WIDE / 5.0 / plane.scale
    power = 10.0 ** math.floor(math.log10(about))
    length = power * max(step for step in (1.0, 2.0, 5.0) if step * power <= about)
    said = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    x, y, long = 14.0, plane.high - 16.0, length * plane.scale
    return Markup(
        '<g class="bar"><path d="M{x} {up}V{y}H{to}V{up}" fill="none" stroke="#2b3138" stroke-width="2"/>'
        '<text x="{x}" y="{text}">0</text><text x="{to}" y="{text}" text-anchor="middle">{said}</text>'
        '<path d="M978 14L988 46L978 38L968 46Z" fill="#2b3138"/>'
        '<text x="978" y="66" text-anchor="middle">N</text></g>'
    ).format(
        x=f"{x:.0f}", y=f"{y:.0f}", up=f"{y - 7:.0f}", to=f"{x + long:.0f}", text=f"{y - 12:.0f}", said=said
    )


def _inset(plane: Plane, inside: Markup, bounds: Sequence[float]) -> Markup:
    """The same shapes of another part of the plane, framed in the lower right corner."""
    west, south, east, north = _projected(bounds, plane.crs)
    x, y = (west - plane.west) * plane.scale, (plane.north - north) * plane.scale
    wide, high = (east - west) * plane.scale, (north - south) * plane.scale
    shown = 150.0
    tall = shown * high / wide
    return Markup(
        '<svg x="{left:.0f}" y="{top:.0f}" width="{shown:.0f}" height="{tall:.0f}" '
        'viewBox="{x:.0f} {y:.0f} {wide:.0f} {high:.0f}"><rect x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" '
        'height="{high:.0f}" fill="#fff" stroke="#2b3138" stroke-width="4"/>{inside}</svg>'
    ).format(
        left=WIDE - shown - 6, top=plane.high - tall - 6, shown=shown, tall=tall,
        x=x, y=y, wide=wide, high=high, inside=inside,
    )  # fmt: skip


def _projected(bounds: Sequence[float], crs: object) -> Floats:
    """The box of a rectangle in degrees, its sides bent as the plane bends them."""
    west, south, east, north = bounds
    side = shapely.segmentize(shapely.box(west, south, east, north).exterior, 1.0)
    held: Floats = gpd.GeoSeries([side], crs=4326).to_crs(crs).total_bounds
    return held
