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

from urbgeo.crs import WGS84
from urbgeo.errors import InputError

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

_COORDINATE_NAMES = ("lon", "lat", "lng", "longitude", "latitude", "x", "y", "经度", "纬度")
_DEGREES = re.compile(r"(?<![\w.])-?\d{1,3}\.\d+(?![\w.])")


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
            if pd.api.types.is_float_dtype(column):
                if str(name).lower() in _COORDINATE_NAMES:
                    changed[name] = column.round(self.decimals)
            elif column.dtype == object or pd.api.types.is_string_dtype(column):
                changed[name] = column.map(lambda one: self.text(one) if isinstance(one, str) else one)
        return table.assign(**changed)

    def layer(self, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """A layer as it may be seen: in degrees on the rounded grid, valid, its table as of :meth:`table`.

        A polygon smaller than a cell of the grid becomes that cell; lines shorter than one go.
        """
        if not self.public:
            return layer
        degrees = self.table(layer).to_crs(WGS84)
        step = 10.0**-self.decimals
        shapes = degrees.geometry.to_numpy()
        # Point by point neighbours keep their common border; what that spoils is mended on the grid.
        snapped = shapely.set_precision(shapes, step, mode="pointwise")
        spoilt = ~shapely.is_valid(snapped)
        snapped[spoilt] = shapely.set_precision(shapely.make_valid(shapes[spoilt]), step)
        gone = shapely.is_empty(snapped) & ~shapely.is_empty(shapes) & ~pd.isna(shapes)
        small = gone & (shapely.get_dimensions(shapes) == 2)
        if small.any():
            middle = shapely.get_coordinates(shapely.centroid(shapes[small]))
            low = np.floor(middle / step) * step
            snapped[small] = shapely.box(*low.T, *(low + step).T)
        digits = self.decimals
        exact = shapely.transform(snapped, lambda xy: np.round(xy, digits))
        kept = degrees.set_geometry(gpd.GeoSeries(exact, index=degrees.index, crs=WGS84))
        return kept[~(gone & ~small)]

    def text(self, text: str) -> str:
        """A text with every number of degrees in it rounded."""
        if not self.public:
            return text
        return _DEGREES.sub(lambda found: self._cut(found[0]), text)

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
