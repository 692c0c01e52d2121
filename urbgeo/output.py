"""Tables and layers written for other programs: CSV, Excel, Parquet, GeoPackage, whole or not at all.

Text that a spreadsheet would take for a formula is written so that it stays text, and text that a page or
a report would take for markup is escaped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.arguments import check_path
from urbgeo.checks import check_mapping, check_table
from urbgeo.columns import column_name
from urbgeo.errors import InputError, MissingExtraError
from urbgeo.files import written_whole
from urbgeo.geopackage import write_layers

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""First signs that make a spreadsheet compute a cell instead of showing it."""

PICTURES = (".pdf", ".png", ".svg", ".jpg", ".html", ".htm", ".docx")
"""Endings of what is drawn or written, not of tables."""

ENDINGS = (".gpkg", ".xlsx", ".csv", ".parquet")
SHEET_LETTERS = 31
"""Most letters that the name of an Excel sheet may have."""

WIDEST = 48
"""Letters of the widest column of a sheet."""

_MARKUP = re.compile(r"([\\`*_\[\]<>|!#~])")


def write_tables(
    tables: Mapping[str, pd.DataFrame], path: Path | str, *, styles: Mapping[str, str] | None = None
) -> Path:
    """Write tables to one file, by its ending; the first is the main one.

    ``.gpkg`` takes a layer per table (those without geometry too) with aliases and units of its fields,
    ``.xlsx`` a sheet per table with frozen heads, ``.csv`` and ``.parquet`` the first table alone (geometry
    as WKT in CSV and Excel).

    Parameters
    ----------
    tables
        By name.
    path
        With one of these endings.
    styles
        QGIS styles (QML) by table, for GeoPackage.

    Returns
    -------
    pathlib.Path
        The file, written whole or not at all.

    Raises
    ------
    InputError
        For another ending.
    MissingExtraError
        Where the package that writes this format is not installed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_tables({"seats": pd.DataFrame({"people": [3, 4]})}, Path(folder) / "seats.csv").name
    'seats.csv'
    """
    path = check_path(path)
    check_mapping(tables, "tables", "{'zones': zones}")
    if not tables:
        raise InputError("tables: there are none; give one or more by name.")
    for name, table in tables.items():
        check_table(table, f"tables[{name!r}]")
    ending = path.suffix.lower()
    if ending in PICTURES:
        raise InputError(
            f"{path.name}: tables are saved as {', '.join(ENDINGS)}; a figure for print is "
            "result.plot().savefig(path), a page save_map(result.map(), path)."
        )
    if ending not in ENDINGS:
        raise InputError(f"{path.name}: tables are saved as {', '.join(ENDINGS)}; give one of these endings.")
    with written_whole(path) as part:
        if ending == ".gpkg":
            write_layers(tables, part, styles=styles or {})
        else:
            {".xlsx": _write_sheets, ".csv": _write_csv, ".parquet": _write_parquet}[ending](tables, part)
    return path


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table with texts and heads that would start a formula led by an apostrophe, geometry as WKT."""
    shown = without_geometry(table)
    for place, kind in enumerate(shown.dtypes):
        if pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.StringDtype | pd.CategoricalDtype):
            shown.isetitem(place, shown.iloc[:, place].astype(object).map(_harmless))
    shown.columns = shown.columns.map(_harmless)
    shown.index = shown.index.map(_harmless)
    return shown


def without_geometry(table: pd.DataFrame) -> pd.DataFrame:
    """A plain table with its geometry as WKT."""
    plain = pd.DataFrame(table).copy(deep=False)
    geometry = getattr(table, "_geometry_column_name", None)
    if geometry in plain:
        plain[geometry] = table[geometry].to_wkt()
    return plain


def markdown_text(value: object) -> str:
    """A value as Markdown that shows it letter by letter: no link, picture or tag comes of it.

    >>> markdown_text("<b>*x*</b> | y")
    '&lt;b&gt;\\\\*x\\\\*&lt;/b&gt; \\\\| y'
    """
    signs = {"<": "&lt;", ">": "&gt;"}
    lines = " ".join(str(value).replace("&", "&amp;").split())
    return _MARKUP.sub(lambda found: signs.get(found[1], "\\" + found[1]), lines)


def markdown_table(table: pd.DataFrame) -> str:
    """A table in Markdown, its names and texts escaped."""
    heads = [markdown_text(column) for column in table.columns]
    rows = [[markdown_text(cell_text(value)) for value in row] for row in table.itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [heads, ["---"] * len(heads), *rows])


def html_table(table: pd.DataFrame) -> str:
    """A table in HTML, its names and texts escaped, numbers to the right."""
    heads = "".join(f"<th>{escape(str(column))}</th>" for column in table.columns)
    rows = "".join(
        "<tr>" + "".join(_html_cell(value) for value in row) + "</tr>"
        for row in table.itertuples(index=False)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _html_cell(value: object) -> str:
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return f"<td{' class=n' if number else ''}>{escape(cell_text(value))}</td>"


def cell_text(value: object) -> str:
    """A value as a reader writes it: four digits, a dash for what is missing."""
    if isinstance(value, float | np.floating):
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        return "–" if math.isnan(value) else f"{value:,.4g}"
    return "–" if value is None or value is pd.NA or value is pd.NaT else str(value)


def _harmless(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_harmless(one) for one in value)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def has_ids(table: pd.DataFrame) -> bool:
    """Whether the index says something: it is more than row numbers."""
    return not (isinstance(table.index, pd.RangeIndex) and table.index.name is None)


def _first(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return next(iter(tables.values()))


def _write_csv(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    table = _first(tables)
    as_text(table).to_csv(path, encoding="utf-8-sig", index=has_ids(table))


def _write_parquet(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    try:
        _first(tables).to_parquet(path)
    except ImportError as error:
        raise MissingExtraError("pyarrow", "tables", "Writing Parquet") from error


def _write_sheets(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    try:
        from openpyxl import Workbook
    except ModuleNotFoundError as error:
        raise MissingExtraError("openpyxl", "tables", "Writing Excel") from error
    book = Workbook()
    book.remove(book.active)
    for name, title in zip(tables, _sheet_names(list(tables)), strict=True):
        _write_sheet(book.create_sheet(title), tables[name])
    book.save(path)


def _sheet_names(names: list[str]) -> list[str]:
    """Names that Excel takes: no ``[]:*?/\\``, at most 31 letters, each once."""
    taken: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ") or "table"
        short, count = plain[:SHEET_LETTERS], 1
        while short.lower() in taken:
            count += 1
            short = f"{plain[: SHEET_LETTERS - len(str(count)) - 1]} {count}"
        taken[short.lower()] = short
    return list(taken.values())


def _write_sheet(sheet: Any, table: pd.DataFrame) -> None:
    """Heads with units in two languages, frozen with the ids; every text a text."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    ids = table.index.nlevels if has_ids(table) else 0
    flat = without_geometry(table.reset_index() if ids else table)
    heads = [str(column) for column in flat.columns]
    said = [column_name(head).both() for head in heads]
    for at, (head, line) in enumerate(zip(heads, said, strict=True), start=1):
        _put(sheet.cell(1, at), head if line.startswith(head) else f"{line}\n{head}")
        sheet.cell(1, at).font = Font(bold=True)
        sheet.cell(1, at).fill = PatternFill("solid", fgColor="E8ECEF")
        sheet.cell(1, at).alignment = Alignment(wrap_text=True, vertical="top")
    for row, values in enumerate(flat.itertuples(index=False), start=2):
        for at, value in enumerate(values, start=1):
            _put(sheet.cell(row, at), value)
    sheet.freeze_panes = sheet.cell(2, ids + 1)
    if len(flat):
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(flat) + 1}"
    for at, head in enumerate(heads, start=1):
        widest = max([_width(said[at - 1]), *(_width(value) for value in flat.iloc[:200, at - 1])])
        sheet.column_dimensions[get_column_letter(at)].width = min(max(widest + 2, 8), WIDEST)
        if head == getattr(table, "_geometry_column_name", None):
            sheet.column_dimensions[get_column_letter(at)].hidden = True


def _put(cell: Any, value: object) -> None:
    """A cell that holds what the table holds; ``inf`` as a word, texts never as formulas."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, float) and math.isinf(value):
        value = "inf" if value > 0 else "−inf"
    if not isinstance(value, bool | int | float):
        value = _CONTROL.sub("", str(value))[:_CELL_LETTERS]
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_SIGNS)
    elif isinstance(value, float):
        cell.number_format = "#,##0.00" if abs(value) < 1000 else "#,##0"


_CELL_LETTERS = 32_767
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _width(value: object) -> int:
    text = cell_text(value)[:WIDEST]
    return len(text) + sum(ord(sign) > 0x2E7F for sign in text)
