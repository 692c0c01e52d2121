"""How layers look: sizes, labels, and the styles of areas, lines and points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Circles whose area grows with a column >= 0; the largest value gets ``max_px`` of radius."""

    by: str
    max_px: float = 18.0
    unit: str = ""


@dataclass(frozen=True)
class AreaStyle:
    """How polygons look.

    ``shown`` when the page opens, ``opacity`` of the fill (0 leaves the outline only), colour and width of
    the ``outline``, tolerance ``simplify_m`` in metres; borders that neighbours share stay shared.
    """

    shown: bool = True
    opacity: float = 0.8
    outline: str = "#ffffff"
    outline_px: float = 0.8
    simplify_m: float | None = None


@dataclass(frozen=True)
class LineStyle:
    """How lines look: ``shown`` when the page opens, ``opacity``, width, ``dashed``, tolerance in metres."""

    shown: bool = True
    opacity: float = 0.9
    width_px: float = 2.0
    dashed: bool = False
    simplify_m: float | None = None


@dataclass(frozen=True)
class PointStyle:
    """How circles look: ``shown`` when the page opens, ``opacity``, colour of the rim, and the radius, or
    ``Sizes(column)`` for circles whose area grows with the column."""

    shown: bool = True
    opacity: float = 0.9
    outline: str = "#ffffff"
    radius_px: float | Sizes = 5.0


@dataclass(frozen=True)
class Labels:
    """Texts beside points, from a zoom on.

    A column whose name ends in ``_zh`` is read in English from its neighbour ``_en``, where there is one
    and the reader asks for English.
    """

    by: str
    from_zoom: float = 0.0


AREAS, LINES, POINTS = AreaStyle(), LineStyle(), PointStyle()
"""How layers look where nothing is said."""
