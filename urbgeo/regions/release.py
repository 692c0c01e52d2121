"""For whom pages and files are: inside the office, or the public, who get rounded coordinates and no more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.amounts import warn
from urbgeo.crs import WGS84
from urbgeo.errors import InputError, some_of
from urbgeo.regions.coarse import Shapes, coarsened

INTERNAL, PUBLIC = "internal", "public"
KINDS = (INTERNAL, PUBLIC)
DECIMALS = 3
"""Of degrees on a public page unless said otherwise: about 110 m."""

MOST_DECIMALS = 5
METRES_A_DEGREE = 111_000.0

LAYERS: Mapping[str, str] = {
    "circle": "通勤圈",
    "isochrones": "等时圈",
    "airport_coverage_prefectures": "地级中心机场覆盖",
    "airport_coverage_counties": "县城机场覆盖",
    "reach_cities": "各城市通达数",
    "reach_pairs": "城市对",
    "county_access": "县城通达",
    "airports": "机场",
    "stations": "车站",
    "interchanges": "互通",
    "roads": "道路",
    "railways": "铁路",
    "commuting_rings": "通勤率圈层",
    "observed_trips": "实测出行",
}
"""Layers that can be marked sensitive, by their name in the GeoPackage."""

_COORDINATE_NAME = re.compile(
    r"(?:^|[^a-z])(?:lon|long|lng|lat|longitude|latitude|easting|northing|[xy]coord)(?:$|[^a-z])"
    r"|^(?:(?:point|coord|centre|center|start|end|from|to|origin)_?)?[xy]"
    r"(?:_?(?:coord|wgs84|gcj02|bd09|cgcs2000|utm|m|3857|4\d{3}|\d{5}))?$"
    r"|经度|纬度|东经|北纬|[横纵XYxy]坐标|坐标[XYxy]",
    re.IGNORECASE,
)
"""Heads of columns of coordinates: lon, start_lon, x, point_x, x_wgs84, 经度.
What stands under ``people_x``, as merges name columns, or ``y_2020`` is an amount."""

_DEGREES = re.compile(r"(?<![\w.])-?\d{1,3}\.\d+(?![\w.])")
_WKT = re.compile(
    r"\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b", re.IGNORECASE
)
_METRES = re.compile(r"(?<![\w.])-?\d{5,8}(?:\.\d+)?(?![\w.])")
MOST_DEGREES = 180.0


@dataclass(frozen=True)
class Release:
    """For whom a study's pages are.

    Attributes
    ----------
    kind
        ``"internal"``: as computed. ``"public"``: coordinates rounded, sensitive layers left out.
    decimals
        Of degrees, 0 to 5, on public pages and in public files.
    sensitive
        Layers, of ``LAYERS``, that the public does not get, on no page and in no file.
    marking
        A line of one's own that every page carries, e.g. a map approval number, or who may see it.
    """

    kind: str = INTERNAL
    decimals: int = DECIMALS
    sensitive: tuple[str, ...] = ()
    marking: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sensitive", tuple(self.sensitive))
        faults = release_faults(self.kind, self.decimals, self.sensitive)
        if faults:
            raise InputError("release: " + "; ".join(faults) + ".")

    @property
    def public(self) -> bool:
        """Whether pages are for the public."""
        return self.kind == PUBLIC

    @property
    def digits(self) -> int | None:
        """Decimals that coordinates are cut to; None where they stay."""
        return self.decimals if self.public else None

    def shows(self, layer: str) -> bool:
        """Whether a layer may be seen."""
        return not (self.public and layer in self.sensitive)

    @property
    def line(self) -> str:
        """The marking line that every page carries; nothing where an internal one has none."""
        return " ".join(filter(None, [self.marking, self._said() if self.public else ""]))

    def _said(self) -> str:
        metres = METRES_A_DEGREE / 10.0**self.decimals
        about = f"{metres / 1000:,.0f} km" if metres >= 1000 else f"{metres:,.0f} m"
        zh = f"公开版：坐标取 {self.decimals} 位小数（约 {about}）"
        en = f"Public release: coordinates of {self.decimals} decimals (about {about})"
        if self.sensitive:
            zh += f"，略去图层：{'、'.join(LAYERS[one] for one in self.sensitive)}"
            en += f", without the layers {', '.join(self.sensitive)}"
        return f"{zh}。{en}."

    def table(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table as it may be seen: coordinates in its columns and texts rounded."""
        if not self.public:
            return table
        changed: dict[Any, Any] = {}
        for name in table.columns:
            column = table[name]
            if name == getattr(table, "_geometry_column_name", None):
                continue
            if isinstance(column, gpd.GeoSeries):  # a second one beside the layer's own
                flat = column if column.crs is None else column.to_crs(WGS84)
                changed[name] = gpd.GeoSeries(self._rounded(flat.to_numpy()), column.index, crs=flat.crs)
            elif pd.api.types.is_float_dtype(column) or pd.api.types.is_integer_dtype(column):
                if _COORDINATE_NAME.search(str(name)):
                    changed[name] = self._numbers(column)
            elif column.dtype == object or pd.api.types.is_string_dtype(column):
                changed[name] = column.map(lambda one: self.text(one) if isinstance(one, str) else one)
        return table.assign(**changed)

    def _numbers(self, column: pd.Series) -> pd.Series:
        """A column of coordinates rounded, of degrees or of metres in some projection."""
        if not column.abs().max() > MOST_DEGREES:
            return column.round(self.decimals)
        step = METRES_A_DEGREE / 10.0**self.decimals
        return (column / step).round() * step

    def layer(self, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """A layer as it may be seen: in degrees on the rounded grid, valid, its table as of :meth:`table`.

        Polygons that part land among them do so on the grid too, none empty and none over another; lines
        shorter than a cell go, and are counted in a warning.
        """
        if not self.public:
            return layer
        degrees = self.table(layer).to_crs(WGS84)
        shapes = degrees.geometry.to_numpy()
        exact = self._rounded(shapes)
        kept = degrees.set_geometry(gpd.GeoSeries(exact, index=degrees.index, crs=WGS84))
        gone = shapely.is_empty(exact) & ~shapely.is_empty(shapes) & ~pd.isna(shapes)
        if gone.any():
            warn(
                f"release: {int(gone.sum())} of {len(gone)} lines are shorter than a cell of the public grid "
                f"and are left out, e.g. {some_of(kept.index[gone], 3)}; give more decimals to keep them."
            )
        return kept[~gone]

    def _rounded(self, shapes: Shapes) -> Shapes:
        """Shapes in degrees on the grid, to the last digit."""
        step, digits = 10.0**-self.decimals, self.decimals
        areal = shapely.get_dimensions(shapes) == 2
        found = np.array(shapes, dtype=object)
        if not self._on_grid(found[areal]):
            found[areal] = coarsened(found[areal], step)
        found[~areal] = shapely.set_precision(found[~areal], step)
        return shapely.transform(found, lambda xy: np.round(xy, digits))

    def _on_grid(self, shapes: Shapes) -> bool:
        """Whether they were rounded before: a second time would move borders again."""
        xy = shapely.get_coordinates(shapes)
        return bool(shapely.is_valid(shapes).all()) and np.array_equal(xy, np.round(xy, self.decimals))

    def text(self, text: str) -> str:
        """A text with every number of degrees, and every decimal of projected metres, in it rounded."""
        if not self.public:
            return text
        if _WKT.match(text):
            return self._wkt(text)
        return _DEGREES.sub(lambda found: self._cut(found[0]), text)

    def _wkt(self, text: str) -> str:
        """Well-known text on the grid; of metres every number by itself."""
        step = METRES_A_DEGREE / 10.0**self.decimals
        metres = _METRES.sub(lambda found: f"{round(float(found[0]) / step) * step:.0f}", text)
        return _DEGREES.sub(lambda found: self._cut(found[0]), metres)

    def _cut(self, number: str) -> str:
        if len(number.partition(".")[2]) <= self.decimals or abs(float(number)) > 180.0:
            return number
        return f"{float(number):.{self.decimals}f}"


def release_faults(kind: Any, decimals: Any, sensitive: Iterable[str]) -> list[str]:
    """What is wrong with the parts of a release."""
    faults = []
    if kind not in KINDS:
        faults.append(f"release = {kind!r}; it is one of {', '.join(KINDS)}")
    whole = isinstance(decimals, int) and not isinstance(decimals, bool)
    if not whole or not 0 <= decimals <= MOST_DECIMALS:
        faults.append(f"decimals = {decimals!r} is no whole number of 0 to {MOST_DECIMALS}")
    for name in sensitive:
        if name not in LAYERS:
            near = get_close_matches(name, LAYERS, n=1, cutoff=0.4)
            which = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(LAYERS)}"
            faults.append(f"sensitive names {name!r}, which is no layer; {which}")
    return faults
