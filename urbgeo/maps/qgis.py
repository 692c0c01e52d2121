"""QGIS styles (QML) of results: the same colours and classes as on the package's maps."""

from __future__ import annotations

from html import escape

from urbgeo.errors import InputError
from urbgeo.maps.classes import Categories, Classes
from urbgeo.maps.drawing import Colour, drawing_of
from urbgeo.results import Result

_SYMBOLS = {
    "polygon": ("fill", "SimpleFill"),
    "line": ("line", "SimpleLine"),
    "point": ("marker", "SimpleMarker"),
}
_FAR = 1e15


def styles_of(result: Result) -> dict[str, str]:
    """Style of the main table, where it has geometry of one kind."""
    try:
        drawing = drawing_of(result)
    except InputError:
        return {}
    if len(drawing.frames) != 1:
        return {}
    return {"table": qml(drawing.colour, next(iter(drawing.frames)))}


def qml(colour: Colour, kind: str) -> str:
    """A style for polygons, lines or points (``polygon``, ``line``, ``point``).

    >>> "graduatedSymbol" in qml(Classes("minutes", (30, 60)), "polygon")
    True
    """
    if isinstance(colour, Classes):
        body = _graduated(colour, kind)
    elif isinstance(colour, Categories):
        body = _categorised(colour, kind)
    else:
        body = f'<renderer-v2 type="singleSymbol"><symbols>{_symbol(colour, kind, 0)}</symbols></renderer-v2>'
    return f'<!DOCTYPE qgis><qgis version="3.22" styleCategories="Symbology">{body}</qgis>'


def _graduated(classes: Classes, kind: str) -> str:
    """Upper bounds are closed in QGIS too: a value on a bound falls into the first range that holds it."""
    bounds = (-_FAR, *classes.breaks, _FAR)
    ranges = "".join(
        f'<range lower="{low:.15g}" upper="{high:.15g}" label="{escape(label)}" symbol="{at}" render="true"/>'
        for at, (low, high, label) in enumerate(zip(bounds, bounds[1:], classes.labels, strict=False))
    )
    symbols = "".join(_symbol(shade, kind, at) for at, shade in enumerate(classes.colours))
    return (
        f'<renderer-v2 type="graduatedSymbol" attr="{escape(_field(classes.by))}" '
        'graduatedMethod="GraduatedColor">'
        f"<ranges>{ranges}</ranges><symbols>{symbols}</symbols></renderer-v2>"
    )


def _categorised(categories: Categories, kind: str) -> str:
    items = categories.items
    said = "".join(
        f'<category value="{escape(_value(value))}" label="{escape(f"{zh} {en}".strip())}" symbol="{at}" '
        f'type="{_type(value)}" render="true"/>'
        for at, (value, _, zh, en) in enumerate(items)
    )
    symbols = "".join(_symbol(shade, kind, at) for at, (_, shade, _, _) in enumerate(items))
    return (
        f'<renderer-v2 type="categorizedSymbol" attr="{escape(_field(categories.by))}">'
        f"<categories>{said}</categories><symbols>{symbols}</symbols></renderer-v2>"
    )


def _field(name: str) -> str:
    return name if name.isidentifier() else '"' + name.replace('"', '""') + '"'


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _type(value: object) -> str:
    return "bool" if isinstance(value, bool) else "double" if isinstance(value, int | float) else "string"


def _symbol(shade: str, kind: str, at: int) -> str:
    what, simple = _SYMBOLS[kind]
    red, green, blue = (int(shade[place : place + 2], 16) for place in (1, 3, 5))
    ink = f"{red},{green},{blue},255"
    options = {
        "polygon": {"color": ink, "outline_color": "255,255,255,255", "outline_width": "0.2"},
        "line": {"line_color": ink, "line_width": "0.5"},
        "point": {"color": ink, "outline_color": "255,255,255,255", "name": "circle", "size": "2.6"},
    }[kind]
    said = "".join(
        f'<Option type="QString" name="{name}" value="{value}"/>' for name, value in options.items()
    )
    return (
        f'<symbol type="{what}" name="{at}" alpha="1"><layer class="{simple}" enabled="1">'
        f'<Option type="Map">{said}</Option></layer></symbol>'
    )
