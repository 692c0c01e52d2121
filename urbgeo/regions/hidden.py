"""Coordinates that hide in columns: text in degrees or metres, numbers that follow the places, bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.crs import WGS84, metric_crs
from urbgeo.types import Floats

METRES_A_DEGREE = 111_000.0
"""Of latitude, rounded down: what rounds or widens by it needs no better."""

MOST_DEGREES = 180.0
MOST_METRES = 46_000_000.0
"""No easting is larger, with the number of its zone in front; what is, is degrees times ten thousands."""

COORDINATE_NAME = re.compile(
    r"(?:^|[^a-z])(?:lon|long|lng|lat|longitude|latitude|easting|northing|[xy]coord)(?:$|[^a-z])"
    r"|^(?:(?:point|coord|centre|center|start|end|from|to|origin)_?)?[xy]"
    r"(?:_?(?:coord|wgs84|gcj02|bd09|cgcs2000|utm|m|3857|4\d{3}|\d{5}))?$"
    r"|经度|纬度|东经|北纬|[横纵XYxy]坐标|坐标[XYxy]",
    re.IGNORECASE,
)
"""Heads of columns of coordinates: lon, start_lon, x, point_x, x_wgs84, 经度.
What stands under ``people_x``, as merges name columns, or ``y_2020`` is an amount."""

_CODED_NAME = re.compile(
    r"(?:^|[^a-z])(?:geohash|pluscode|plus_code|mgrs|what3words|w3w|wkb|ewkb|h3|quadkey)(?:$|[^a-z])",
    re.IGNORECASE,
)
"""Heads of columns of places in a code that cannot be rounded."""

_DEGREES = re.compile(r"(?<!\d)(?<!\d\.)-?\d{1,3}\.\d+(?!\d|\.\d)")
_SEXAGESIMAL = re.compile(
    r"(?<![\d.])(-?\d{1,3})\s*[°º度]\s*(\d{1,2}(?:\.\d+)?)\s*['’′‘分]"
    r"(?:\s*(\d{1,2}(?:\.\d+)?)\s*(?:[\"”″“秒]|''|’’|′′)?)?"
)
_WKT = re.compile(
    r"\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b", re.IGNORECASE
)
_METRES = re.compile(r"(?<![\w.])-?\d{4,8}(?:\.\d+)?(?![\w.])")
_EASTING, _NORTHING = r"-?\d{5,8}(?:\.\d+)?", r"-?\d{7}(?:\.\d+)?"
_BETWEEN = r"[^\d.\-+]{1,12}?"
_METRE_PAIR = re.compile(
    rf"(?<![\d.])(?:{_EASTING}{_BETWEEN}{_NORTHING}|{_NORTHING}{_BETWEEN}{_EASTING}"
    rf"|-?\d{{4,8}}\.\d+{_BETWEEN}-?\d{{4,8}}\.\d+)(?!\d|\.\d)"
)
"""An easting and a northing side by side, whole or with decimals; or two of a local grid with some."""

_COMPACT = re.compile(r"(?<![\d.])(-?\d{1,3})[-\s:]([0-5]?\d)[-\s:]([0-5]?\d(?:\.\d+)?)(?![\d.])")
"""Degrees, minutes and seconds without their signs: a date or a time, but for where it stands."""

_HEMISPHERE = re.compile(r"[NSEWnsew](?=\s*-?\d)|(?<=\d)\s*[NSEW](?![A-Za-z])|[东西]经|[南北]纬")

_HEX = re.compile(r"\s*(?:\\x|0x)?0[01][0-9a-fA-F]{40,}\s*")
_GRID_CODE = re.compile(
    r"\s*(?:\d{1,2}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?\d{2,5}\s?\d{2,5}"
    r"|[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3})\s*"
)
"""Squares of the military grid, and plus codes."""

NEAR_DEGREES = 0.05
"""A column no farther from the places' degrees than this is one of coordinates, of whichever datum."""

LEAST_ROWS = 5
"""Fewer rows than this are explained by anything."""

ALIKE = 1.0 - 1e-4
"""A column that the places' metres explain so well is one of coordinates."""


def rounded_text(text: str, decimals: int) -> str:
    """A text with degrees, degrees and minutes in it rounded; of well-known text every number."""
    if _WKT.match(text):
        return _DEGREES.sub(_cut(decimals), _METRES.sub(_stepped(decimals), text))
    said = _SEXAGESIMAL.sub(lambda found: _decimal(found, decimals), text)
    return _DEGREES.sub(_cut(decimals), said)


def rounded_cell(text: str, decimals: int, *, coordinate: bool = False) -> str:
    """A cell of a table: as :func:`rounded_text`, and pairs of metres; all numbers of a ``coordinate``."""
    if _WKT.match(text):
        return rounded_text(text, decimals)
    if coordinate or _HEMISPHERE.search(text):
        text = _COMPACT.sub(lambda found: _decimal(found, decimals), text)
    if coordinate:
        text = _NUMBER.sub(_stepped(decimals), text)
    metres = _METRE_PAIR.sub(lambda found: _NUMBER.sub(_stepped(decimals), found[0]), text)
    return rounded_text(metres, decimals)


_NUMBER = re.compile(r"(?<![\d.])-?\d{4,8}(?:\.\d+)?(?![\d.])")


def _cut(decimals: int) -> Callable[[re.Match[str]], str]:
    def cut(found: re.Match[str]) -> str:
        number = found[0]
        if len(number.partition(".")[2]) <= decimals or abs(float(number)) > MOST_DEGREES:
            return number
        return f"{float(number):.{decimals}f}"

    return cut


def _stepped(decimals: int) -> Callable[[re.Match[str]], str]:
    step = step_m(decimals)
    return lambda found: f"{round(float(found[0]) / step) * step:.0f}"


def _decimal(found: re.Match[str], decimals: int) -> str:
    """Degrees, minutes and seconds as degrees with the decimals allowed."""
    whole, minutes, seconds = float(found[1]), float(found[2]), float(found[3] or 0.0)
    size = abs(whole) + minutes / 60 + seconds / 3600
    return f"{-size if found[1].startswith('-') else size:.{decimals}f}°"


def step_m(decimals: int) -> float:
    """Metres that as many decimals of degrees stand for."""
    return METRES_A_DEGREE / 10.0**decimals


def rounded_numbers(column: pd.Series, decimals: int) -> pd.Series:
    """A column of coordinates rounded, of degrees or of metres in some projection."""
    if not column.abs().max() > MOST_DEGREES:
        return column.round(decimals)
    step = step_m(decimals)
    return (column / step).round() * step


def is_coded(name: object, column: pd.Series) -> bool:
    """Whether a column holds places in a form that cannot be rounded: bytes, shapes, lists, grid codes."""
    if pd.api.types.is_numeric_dtype(column):
        scaled = COORDINATE_NAME.search(str(name)) is not None and column.abs().max() > MOST_METRES
        return bool(scaled or _CODED_NAME.search(str(name)))
    cells = column.dropna().astype(object)
    return bool(len(cells) and _CODED_NAME.search(str(name))) or any(map(_coded_cell, cells))


def _coded_cell(cell: object) -> bool:
    if isinstance(cell, str):
        return bool(_HEX.fullmatch(cell) or _GRID_CODE.fullmatch(cell))
    if isinstance(cell, list | tuple | dict | np.ndarray):
        return re.search(r"\d\.\d|\d{5}", str(cell)) is not None
    return isinstance(cell, bytes | bytearray | memoryview | shapely.Geometry)


LEAST_SLOPE, MOST_SLOPE = 0.5, 4.0
"""Units of a projection for a metre on the ground: Web Mercator has two at 60 degrees, four at 75."""


class Where:
    """Where the rows of a layer are, to hold columns of numbers against."""

    def __init__(self, layer: gpd.GeoDataFrame) -> None:
        shapes = layer.geometry
        drawn = shapes.to_numpy()
        self.known = ~(shapely.is_missing(drawn) | shapely.is_empty(drawn))
        held = shapes[self.known]
        self.degrees = _middles(held, WGS84)
        metres = _middles(held, metric_crs(held)) if len(held) else self.degrees
        self.metres = np.full((len(layer), 2), np.nan)
        self.metres[self.known] = metres

    def follows(self, column: pd.Series) -> bool:
        """Whether the numbers are the places' own degrees, or their metres in some projection."""
        numbers = column.to_numpy(np.float64, na_value=np.nan)
        known = self.known & np.isfinite(numbers)
        if not known.any():
            return False
        degrees = self.degrees[known[self.known]]
        if any((np.abs(numbers[known] - axis) < NEAR_DEGREES).all() for axis in degrees.T):
            return True
        if known.sum() < LEAST_ROWS or np.ptp(numbers[known]) == 0:
            return False
        metres = self.metres[known] - self.metres[known].mean(axis=0)
        about = np.column_stack([metres, np.ones(len(metres))])
        slopes, *_ = np.linalg.lstsq(about, numbers[known], rcond=None)
        rest = numbers[known] - about @ slopes
        slope = float(np.hypot(*slopes[:2]))
        return bool(rest.var() < (1.0 - ALIKE) * numbers[known].var() and LEAST_SLOPE < slope < MOST_SLOPE)


def _middles(shapes: gpd.GeoSeries, crs: Any) -> Floats:
    return shapely.get_coordinates(shapely.centroid(shapes.to_crs(crs).to_numpy()))
