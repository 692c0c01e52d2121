"""GeoPackages that explain themselves: aliases and units of fields, descriptions, metadata, QGIS styles."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyogrio

from urbgeo.columns import column_name

_DATA_COLUMNS = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))
"""
_EXTENSIONS = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))
"""
_STYLES = """
CREATE TABLE IF NOT EXISTS layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT, f_table_schema TEXT,
  f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT,
  update_time DATETIME DEFAULT CURRENT_TIMESTAMP)
"""


def write_layers(
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    styles: Mapping[str, str] | None = None,
    about: Mapping[str, str] | None = None,
) -> None:
    """Write a layer per table; those without geometry as plain tables.

    - ``tables``: By layer name.
    - ``path``: Of the GeoPackage; an existing one gets the layers added.
    - ``styles``: QGIS styles (QML) by layer.
    - ``about``: What a layer is, by layer; column names otherwise.
    """
    written = {}
    for name, table in tables.items():
        flat = _flat(table)
        said = (about or {}).get(name) or _described(flat)
        pyogrio.write_dataframe(
            flat, path, layer=name, driver="GPKG", append=path.exists(), IDENTIFIER=name, DESCRIPTION=said,
            layer_metadata={"IDENTIFIER": name, "DESCRIPTION": said},
        )  # fmt: skip
        written[name] = flat
    with closing(sqlite3.connect(path)) as base, base:
        _write_aliases(base, written)
        _write_styles(base, written, styles or {})


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """Ids as columns, names as text, each once in any case of letters."""
    plain = isinstance(table.index, pd.RangeIndex) and table.index.name is None
    flat = table if plain else table.reset_index()
    names, taken = [], set()
    for column in map(str, flat.columns):
        name = column if column.lower() not in ("fid", "ogc_fid") else f"{column}_"
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        names.append(name)
    geometry = getattr(flat, "_geometry_column_name", None)
    renamed = flat.set_axis(names, axis=1)
    if geometry is not None and geometry in list(flat.columns):
        return renamed.set_geometry(names[list(flat.columns).index(geometry)])
    return pd.DataFrame(renamed)


def _described(table: pd.DataFrame) -> str:
    return "; ".join(f"{column}: {column_name(column).both()}" for column in table.columns)


def _write_aliases(base: sqlite3.Connection, tables: Mapping[str, pd.DataFrame]) -> None:
    """The schema extension of the standard: what GDAL and QGIS show as the alias of a field."""
    base.execute(_DATA_COLUMNS)
    base.execute(_EXTENSIONS)
    for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        base.execute(
            "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', "
            "'http://www.geopackage.org/spec/#extension_schema', 'read-write')",
            (table,),
        )
    base.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL, "
        "constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, "
        "max_is_inclusive BOOLEAN, description TEXT, UNIQUE(constraint_name, constraint_type, value))"
    )
    for layer, table in tables.items():
        held = {row[1].lower() for row in base.execute(f'PRAGMA table_info("{_quoted(layer)}")')}
        for column in table.columns:
            if column.lower() not in held:
                continue
            name = column_name(column)
            said = " ".join(filter(None, (name.en, name.unit)))
            base.execute(
                "INSERT OR REPLACE INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
                (layer, column, f"{layer}.{column}", name.both(), said),
            )


def _write_styles(
    base: sqlite3.Connection, tables: Mapping[str, pd.DataFrame], styles: Mapping[str, str]
) -> None:
    """Styles where QGIS looks for them: it opens each layer with its default."""
    if not styles:
        return
    base.execute(_STYLES)
    base.execute(
        "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles')"
    )
    rows = base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")
    geometry = dict(rows.fetchall())
    for layer in tables:
        if layer in styles:
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, styleSLD, useAsDefault, description, owner) "
                "VALUES ('', '', ?, ?, ?, ?, '', 1, 'urbgeo', '')",
                (layer, geometry.get(layer, ""), layer, styles[layer]),
            )


def _quoted(name: str) -> str:
    return name.replace('"', '""')
