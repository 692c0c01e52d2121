"""Tables and layers written for other programs: CSV, Excel, Parquet, GeoPackage, whole or not at all.

Text that a spreadsheet would take for a formula is written so that it stays text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from urbgeo.errors import InputError, MissingExtraError
from urbgeo.files import written_whole

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""First signs that make a spreadsheet compute a cell instead of showing it."""

ENDINGS = (".gpkg", ".xlsx", ".csv", ".parquet")
SHEET_LETTERS = 31
"""Most letters that the name of an Excel sheet may have."""


def write_tables(tables: Mapping[str, pd.DataFrame], path: Path | str) -> Path:
    """Write tables to one file, by its ending; the first is the main one.

    ``.gpkg`` takes a layer per table (those without geometry too), ``.xlsx`` a sheet per table, ``.csv`` and
    ``.parquet`` the first table alone (geometry as WKT in CSV).

    Raises
    ------
    InputError
        For another ending.
    MissingExtraError
        Where the package that writes this format is not installed.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f"{path.name}: tables are saved as {', '.join(ENDINGS)}; give one of these endings.")
    write = {".gpkg": _write_layers, ".xlsx": _write_sheets, ".csv": _write_csv, ".parquet": _write_parquet}
    with written_whole(path) as part:
        write[ending](tables, part)
    return path


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table with texts and heads that would start a formula led by an apostrophe, geometry as WKT."""
    shown = pd.DataFrame(table).copy(deep=False)
    geometry = getattr(table, "_geometry_column_name", None)
    if geometry in shown:
        shown[geometry] = table[geometry].to_wkt()
    for place, kind in enumerate(shown.dtypes):
        if pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.StringDtype):
            shown.isetitem(place, shown.iloc[:, place].map(_harmless))
    shown.columns = shown.columns.map(_harmless)
    if not isinstance(shown.index, pd.MultiIndex):
        shown.index = shown.index.map(_harmless)
    return shown


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def _first(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return next(iter(tables.values()))


def _write_csv(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    table = _first(tables)
    as_text(table).to_csv(path, encoding="utf-8-sig", index=_has_ids(table))


def _write_parquet(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    try:
        _first(tables).to_parquet(path)
    except ImportError as error:
        raise MissingExtraError("pyarrow", "tables", "Writing Parquet") from error


def _write_sheets(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    try:
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            for name, table in tables.items():
                as_text(table).to_excel(
                    book, sheet_name=name[:SHEET_LETTERS], index=_has_ids(table), freeze_panes=(1, 1)
                )
    except ModuleNotFoundError as error:
        raise MissingExtraError("openpyxl", "tables", "Writing Excel") from error


def _write_layers(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    import pyogrio

    for name, table in tables.items():
        flat = table.reset_index() if _has_ids(table) else table
        flat = flat.rename(columns=str)
        pyogrio.write_dataframe(flat, path, layer=name, driver="GPKG", append=path.exists())


def _has_ids(table: pd.DataFrame) -> bool:
    return not (isinstance(table.index, pd.RangeIndex) and table.index.name is None)
