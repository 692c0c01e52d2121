"""What every result can do: say itself in two lines, show itself in Jupyter, be mapped, plotted and saved.

A result is a frozen dataclass with a main ``table`` and a ``provenance``; it inherits :class:`Result` and
writes ``_headline``. Maps and figures are later rooms: their drawing is looked up
by name when first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from urbgeo.columns import column_name
from urbgeo.output import write_tables
from urbgeo.provenance import Provenance

if TYPE_CHECKING:
    import geopandas as gpd

ROWS_SHOWN = 8
NAME_COLUMNS = ("name", "name_zh", "name_en", "名称", "名字", "地名", "全称")
"""Columns taken for a place's name, in any case of letters; results keep them."""


class Result:
    """Base of the frozen results.

    Sub-classes have ``table`` (one row an id asked, or origin and destination), ``provenance``, and may give
    ``summary``; ``_shown`` names the column a map colours by, ``_titles`` what the map is called.
    """

    table: pd.DataFrame
    provenance: Provenance
    _shown: ClassVar[str | None] = None
    _titles: ClassVar[tuple[str, str]] = ("", "")

    @property
    def summary(self) -> pd.DataFrame:
        """The figures one would quote, one row each; here the numeric columns described."""
        numbers = self.table.select_dtypes("number")
        return numbers.where(numbers.abs() != float("inf")).describe().T

    def _headline(self) -> str:
        """One line: what was found."""
        return f"{len(self.table)} rows"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._headline()}>\n{self.provenance.line()}"

    def _repr_html_(self) -> str:
        name = escape(type(self).__name__)
        shown = pd.DataFrame(self.table.drop(columns=_geometry_name(self.table) or [])).head(ROWS_SHOWN)
        if shown.columns.nlevels == 1:
            shown.columns = pd.MultiIndex.from_tuples([(str(one), _said(one)) for one in shown.columns])
        more = len(self.table) - len(shown)
        rest = f"<p>… {more} more rows in <code>.table</code></p>" if more > 0 else ""
        about = escape(self.provenance.line())
        text = shown.to_html(max_cols=14, escape=True, float_format=number_text)
        return f"<div><b>{name}</b> {escape(self._headline())}<br/><small>{about}</small>{text}{rest}</div>"

    def map(self, **how: Any) -> Any:
        """The result on urbgeo's offline map, a folium Map (see :func:`urbgeo.maps.results.map_of`)."""
        return import_module("urbgeo.maps.results").map_of(self, **how)

    def plot(self, **how: Any) -> Any:
        """The result as a static matplotlib figure (see :func:`urbgeo.maps.figures.plot_of`)."""
        return import_module("urbgeo.maps.figures").plot_of(self, **how)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """What :meth:`save` writes: the main table first, then the summary and how it was made."""
        return {"table": self.table, "summary": self.summary, "provenance": self.provenance.table()}

    def save(self, path: Path | str) -> Path:
        """Write to GeoPackage, Excel, CSV or Parquet by the ending of ``path``; the path is returned.

        Raises
        ------
        InputError
            For another ending.
        """
        styles = (
            import_module("urbgeo.maps.qgis").styles_of(self) if str(path).lower().endswith(".gpkg") else {}
        )
        return write_tables(self.tables(), path, styles=styles)


def name_columns(frame: pd.DataFrame) -> list[str]:
    """Columns of a frame that name its rows."""
    return [column for column in frame.columns if str(column).lower() in NAME_COLUMNS]


def with_names(table: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The table on the ids of ``frame``, led by its name columns and ending with its geometry.

    A GeoDataFrame where ``frame`` is one. A column that the table itself has is kept from the table.
    """
    import geopandas as gpd

    named = [column for column in name_columns(frame) if column not in table.columns]
    here = frame if table.index.identical(frame.index) else frame.loc[table.index]
    whole = pd.concat([pd.DataFrame(here)[named], pd.DataFrame(table)], axis=1)
    if not isinstance(here, gpd.GeoDataFrame):
        return whole
    return gpd.GeoDataFrame(whole, geometry=here.geometry.to_numpy(), crs=here.crs)


def bare(table: pd.DataFrame) -> pd.DataFrame:
    """The table without name columns and geometry, to be joined to another layer of the same ids."""
    return pd.DataFrame(table).drop(
        columns=[*name_columns(table), *([_geometry_name(table)] if _geometry_name(table) else [])]
    )


def number_text(value: float) -> str:
    """Four digits, and no power of ten where people and areas are large; for pandas' ``float_format`` too.

    >>> number_text(67.8251), number_text(1234567.8)
    ('67.83', '1,234,568')
    """
    return f"{value:,.0f}" if 1000 <= abs(value) < float("inf") else f"{value:.4g}"


def _said(column: object) -> str:
    """What stands below a column's name: its Chinese name and its unit."""
    known = column_name(column)
    return " ".join(one for one in (known.zh if known.zh != str(column) else "", known.unit) if one)


def _geometry_name(table: pd.DataFrame | gpd.GeoDataFrame) -> str | None:
    return getattr(table, "_geometry_column_name", None)
