"""For whom pages and files are: inside the office, or the public, who get rounded coordinates and no more."""

from __future__ import annotations

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
from urbgeo.regions.hidden import (
    COORDINATE_NAME,
    Where,
    is_coded,
    rounded_cell,
    rounded_numbers,
    rounded_text,
    step_m,
)

INTERNAL, PUBLIC = "internal", "public"
KINDS = (INTERNAL, PUBLIC)
DECIMALS = 3
"""Of degrees on a public page unless said otherwise: about 110 m."""

MOST_DECIMALS = 5

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
        metres = step_m(self.decimals)
        about = f"{metres / 1000:,.0f} km" if metres >= 1000 else f"{metres:,.0f} m"
        zh = f"公开版：坐标取 {self.decimals} 位小数（约 {about}）"
        en = f"Public release: coordinates of {self.decimals} decimals (about {about})"
        if self.sensitive:
            zh += f"，略去图层：{'、'.join(LAYERS[one] for one in self.sensitive)}"
            en += f", without the layers {', '.join(self.sensitive)}"
        return f"{zh}。{en}."

    def table(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table as it may be seen: coordinates in its columns and texts rounded.

        Columns of places in a form that cannot be rounded (:meth:`withheld`) are left out, with a warning.
        """
        if not self.public:
            return table
        gone = self.withheld(table)
        if gone:
            warn(
                f"release: columns {some_of(gone)} hold coordinates in a form that cannot be rounded; "
                "they are left out of what the public gets."
            )
            table = table.drop(columns=gone)
        where = Where(table) if isinstance(table, gpd.GeoDataFrame) and len(table) else None
        own = getattr(table, "_geometry_column_name", None)
        shown = {name: self._column(name, table[name], where) for name in table.columns if name != own}
        return table.assign(**shown)

    def withheld(self, table: pd.DataFrame) -> list[Any]:
        """The columns that the public does not get: places as bytes, shapes, lists, or in a code."""
        if not self.public:
            return []
        names = [one for one in table.columns if not isinstance(table[one], gpd.GeoSeries | pd.DataFrame)]
        return [one for one in names if is_coded(one, table[one])]

    def telling(self, ids: pd.Index) -> list[str]:
        """Ids that hold coordinates finer than the public gets (``112.98765_28.12345``)."""
        texts = [one for one in ids if isinstance(one, str)] if self.public else []
        return [one for one in texts if rounded_cell(one, self.decimals) != one]

    def _column(self, name: Any, column: pd.Series, where: Where | None) -> pd.Series:
        """One column as it may be seen."""
        if isinstance(column, gpd.GeoSeries):  # a second one beside the layer's own
            flat = column if column.crs is None else column.to_crs(WGS84)
            return gpd.GeoSeries(self._rounded(flat.to_numpy()), column.index, crs=flat.crs)
        named = COORDINATE_NAME.search(str(name)) is not None
        if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            return column
        if pd.api.types.is_numeric_dtype(column):
            placed = named or (where is not None and where.follows(column))
            return rounded_numbers(column, self.decimals) if placed else column
        numbers = pd.to_numeric(column.astype(object), errors="coerce")
        if numbers.notna().equals(column.notna()) and (
            named or (where is not None and where.follows(numbers))
        ):
            return rounded_numbers(numbers, self.decimals)

        def cell(one: Any) -> Any:
            return rounded_cell(one, self.decimals, coordinate=named) if isinstance(one, str) else one

        return column.map(cell)

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
        return rounded_text(text, self.decimals) if self.public else text


def release_faults(kind: Any, decimals: Any, sensitive: Iterable[str]) -> list[str]:
    """What is wrong with the parts of a release."""
    faults = []
    if kind not in KINDS:
        kind_fault = f"release = {kind!r}; it is one of {', '.join(KINDS)}"
        faults.append(kind_fault)
    whole = isinstance(decimals, int) and not isinstance(decimals, bool)
    if not whole or not 0 <= decimals <= MOST_DECIMALS:
        decimals_fault = f"decimals = {decimals!r} is no whole number of 0 to {MOST_DECIMALS}"
        faults.append(decimals_fault)
    for name in sensitive:
        if name not in LAYERS:
            near = get_close_matches(name, LAYERS, n=1, cutoff=0.4)
            which_hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(LAYERS)}"
            layer_fault = f"sensitive names {name!r}, which is no layer; {which_hint}"
            faults.append(layer_fault)
    return faults
