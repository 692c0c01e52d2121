"""Tables for other programs: text stays text, heads carry units, layers explain themselves."""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.maps.shown import Found as Shown
from urbgeo.errors import InputError, MissingExtraError
from urbgeo.output import (
    as_text,
    cell_text,
    has_ids,
    html_table,
    markdown_table,
    markdown_text,
    write_tables,
)

FORMULAS = ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(1)", "长沙"]


def risky() -> pd.DataFrame:
    return pd.DataFrame(
        {"name": FORMULAS, "minutes": [1.5, np.inf, np.nan, -4.0, 0.0], "people": [5, 4, 3, 2, 1]},
        index=pd.Index(["=a", "b", "c", "d", "e"], name="id"),
    )


def test_csv_cells_never_start_a_formula(tmp_path: Path) -> None:
    path = write_tables({"table": risky()}, tmp_path / "t.csv")
    rows = list(csv.reader(path.open(encoding="utf-8-sig")))
    assert [row[1] for row in rows[1:]] == ["'=HYPERLINK(1)", "'+1", "'-1+2", "'@SUM(1)", "长沙"]
    assert rows[1][0] == "'=a"
    assert rows[4][2] == "-4.0"  # a number is a number


def test_excel_keeps_names_as_text_and_says_units(tmp_path: Path) -> None:
    path = write_tables({"结果": risky(), "a/b:c": risky()}, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["结果", "a b c"]
    sheet = book["结果"]
    assert [cell.value for cell in sheet["B"]][1:] == FORMULAS
    assert {cell.data_type for cell in sheet["B"]} == {"s"}
    assert sheet["A2"].value == "=a" and sheet["A2"].data_type == "s"
    assert sheet["C1"].value == "分钟 Minutes (min)\nminutes"
    assert [cell.value for cell in sheet["C"]][1:] == [1.5, "inf", None, -4, 0]
    assert sheet.freeze_panes == "B2"


def test_sheet_names_are_cut_and_stay_apart(tmp_path: Path) -> None:
    long = "a very long name of a result that goes on"
    names = openpyxl.load_workbook(
        write_tables({long: risky(), long + "!": risky(), "": risky()}, tmp_path / "t.xlsx")
    ).sheetnames
    assert len(set(names)) == 3 and max(map(len, names)) <= 31


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice (Debian: libreoffice-calc)")
def test_libreoffice_reads_the_workbook_without_computing(tmp_path: Path) -> None:
    path = write_tables({"结果": risky()}, tmp_path / "t.xlsx")
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76",
         path.name],
        cwd=tmp_path, check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    rows = list(csv.reader((tmp_path / "t.csv").open(encoding="utf-8")))
    assert [row[1] for row in rows[1:]] == FORMULAS
    assert rows[0][2].startswith("分钟 Minutes (min)")


def test_markup_is_shown_and_never_run() -> None:
    evil = pd.DataFrame({"<b>": ["<script>x</script>", "![](x)|y"]})
    assert "<script>" not in html_table(evil) and "&lt;script&gt;" in html_table(evil)
    text = markdown_table(evil)
    assert "<" not in text.replace("&lt;", "")
    assert "!\\[\\]" in text.replace("\\!", "!") and "\\|" in text
    assert len(text.splitlines()) == 4


def test_parquet_gives_back_the_table(tmp_path: Path) -> None:
    path = write_tables({"t": risky()}, tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(path), risky())


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.gpkg, \.xlsx"):
        write_tables({"t": risky()}, tmp_path / "t.doc")


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.6, "1,235"), (0.123456, "0.1235"), (np.float32(2.5), "2.5"), (np.nan, "–"), (np.inf, "∞"),
     (-np.inf, "−∞"), (None, "–"), (pd.NA, "–"), (pd.NaT, "–"), (1234567, "1234567"),
     (True, "True"), ("", "")],
)  # fmt: skip
def test_a_cell_is_written_as_a_reader_writes_it(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_tables_in_markdown_and_html_have_a_row_a_line_and_numbers_to_the_right() -> None:
    table = pd.DataFrame({"a|b": ["x*y\n&", None], "n": [1.5, np.inf], "yes": [True, False], "k": [3, 4]})
    assert markdown_table(table).splitlines() == [
        "| a\\|b | n | yes | k |",
        "| --- | --- | --- | --- |",
        "| x\\*y &amp; | 1.5 | True | 3 |",
        "| – | ∞ | False | 4 |",
    ]
    assert markdown_text("~a_b~ [c](d) `e` <f> #1 !") == ("\\~a\\_b\\~ \\[c\\](d) \\`e\\` &lt;f&gt; \\#1 \\!")
    assert html_table(table[["a|b", "n", "yes", "k"]].iloc[:1]) == (
        "<table><thead><tr><th>a|b</th><th>n</th><th>yes</th><th>k</th></tr></thead><tbody>"
        "<tr><td>x*y\n&amp;</td><td class=n>1.5</td><td>True</td><td class=n>3</td></tr></tbody></table>"
    )


def test_an_index_of_row_numbers_is_left_out_and_one_with_a_name_is_not(tmp_path: Path) -> None:
    bare = pd.DataFrame({"n": [1, 2]})
    assert not has_ids(bare) and has_ids(bare.rename_axis("row")) and has_ids(bare.set_axis(["a", "b"]))
    texts = [
        write_tables({"t": one}, tmp_path / "t.csv").read_text("utf-8-sig").splitlines()[:2]
        for one in (bare, bare.rename_axis("row"))
    ]
    assert texts == [["n", "1"], ["row,n", "0,1"]]


def test_texts_of_every_kind_are_led_by_an_apostrophe_and_shapes_are_words() -> None:
    shapes = gpd.GeoDataFrame(
        {"kind": pd.Categorical(["=a", "b"]), "=n": [1.0, -2.0], "t": pd.array(["@x", None], "string")},
        geometry=gpd.points_from_xy([1, 2], [3, 4]), index=["-a", "b"], crs=4326,
    )  # fmt: skip
    shown = as_text(shapes)
    assert shown["kind"].tolist() == ["'=a", "b"] and shown["t"].tolist()[0] == "'@x"
    assert shown["'=n"].tolist() == [1.0, -2.0] and shown.index.tolist() == ["'-a", "b"]
    assert shown["geometry"].tolist() == ["POINT (1 3)", "POINT (2 4)"]
    levels = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("=a", "b")]))
    assert as_text(levels).columns.tolist() == [("'=a", "b")]
    assert shapes["kind"].tolist() == ["=a", "b"], "the caller's table stays"


def sheet_of(table: pd.DataFrame, folder: Path) -> openpyxl.worksheet.worksheet.Worksheet:
    path = write_tables({"t": table}, folder / "t.xlsx")
    return openpyxl.load_workbook(path)["t"]


def test_a_sheet_has_widths_formats_and_a_filter(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame(
        {"k": [999.99, 1000.0], "long": ["x" * 60, ""], "字": ["长沙市" * 4, "a\x07b"], "yes": [True, False]},
        geometry=gpd.points_from_xy([1, 2], [3, 4]), crs=4326,
    )  # fmt: skip
    sheet = sheet_of(table, tmp_path)
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:E3"
    assert [cell.number_format for cell in sheet["A"]][1:] == ["#,##0.00", "#,##0"]
    widths = {name: sheet.column_dimensions[name].width for name in "ABC"}
    assert widths == {"A": 8, "B": 48, "C": 26}, "Chinese signs are twice as wide; two to spare; 8 to 48"
    assert sheet["C3"].value == "ab" and sheet["D2"].value is True and sheet["D1"].font.bold
    assert sheet["E2"].value == "POINT (1 3)" and sheet.column_dimensions["E"].hidden
    assert not sheet.column_dimensions["A"].hidden


def test_a_sheet_of_no_rows_has_no_filter_and_levels_are_frozen_together(tmp_path: Path) -> None:
    ids = pd.MultiIndex.from_tuples([("a", 1)], names=["one", "two"])
    table = pd.DataFrame({"own_km": [-np.inf]}, index=ids)
    sheet = sheet_of(table, tmp_path)
    assert sheet.freeze_panes == "C2" and sheet["C2"].value == "−inf" and sheet["C1"].value == "own_km"
    assert sheet_of(table.iloc[:0], tmp_path).auto_filter.ref is None
    assert len(sheet_of(pd.DataFrame({"t": ["y" * 40_000]}), tmp_path)["A2"].value) == 32_767


def test_sheets_of_one_name_are_numbered_and_cut_to_thirty_one_letters(tmp_path: Path) -> None:
    one = pd.DataFrame({"n": [1]})
    names = ["x" * 40, "X" * 41, "x" * 31, "[]", "'", "a/b"]
    path = write_tables(dict.fromkeys(names, one), tmp_path / "t.xlsx")
    assert openpyxl.load_workbook(path).sheetnames == [
        "x" * 31, "X" * 29 + " 2", "x" * 29 + " 3", "table", "table 2", "a b",
    ]  # fmt: skip


def test_what_is_no_table_and_what_is_drawn_is_told_apart(tmp_path: Path) -> None:
    one = pd.DataFrame({"n": [1]})
    for tables, name, said in (
        ({}, "t.csv", "tables: there are none"),
        ({"a": 3}, "t.csv", r"tables\['a'\]: a DataFrame is needed"),
        ([one], "t.csv", "tables: list says nothing by name"),
        ({"a": one}, "t.PNG", r"t\.PNG: .* a figure for print is result\.plot\(\)"),
        ({"a": one}, "t", r"give one of these endings"),
    ):
        with pytest.raises(InputError, match=said):
            write_tables(tables, tmp_path / name)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
    assert write_tables({"a": one}, tmp_path / "T.CSV").exists()


def test_cells_of_numpy_kinds_are_numbers_in_a_sheet_and_no_power_is_a_word(tmp_path: Path) -> None:
    nothing = [np.float64("nan"), pd.NaT, pd.NA, None]
    values = [*nothing, np.float64(1.5), np.bool_(True), np.float64(-np.inf), np.int64(5)]
    path = write_tables({"t": pd.DataFrame({"x": pd.Series(values, dtype=object)})}, tmp_path / "t.xlsx")
    column = next(iter(openpyxl.load_workbook(path)["t"].iter_cols(min_col=1, max_col=1)))
    held = [cell.value for cell in column][-len(values) :]
    assert held == [None] * 4 + [1.5, True, "−inf", 5]
    assert [type(one) for one in held[4:]] == [float, bool, str, int]


@pytest.mark.parametrize(("package", "ending"), [("pyarrow", "parquet"), ("openpyxl", "xlsx")])
def test_a_format_whose_package_is_not_there_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, ending: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"'{package}'.*urbgeo\[tables\]"):
        write_tables({"t": pd.DataFrame({"x": [1]})}, tmp_path / f"t.{ending}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["gpkg", "GPKG", "CSV", "XLSX"])
def test_endings_are_read_in_any_case_of_letters(tmp_path: Path, ending: str) -> None:
    at = gpd.GeoDataFrame({"minutes": [5.0]}, geometry=gpd.points_from_xy([112], [28]), index=["a"], crs=4326)
    path = Shown(at).save(tmp_path / f"t.{ending}")
    assert path.name == f"t.{ending}" and path.stat().st_size > 0
    if ending.lower() == "gpkg":
        with closing(sqlite3.connect(path)) as base:
            rows = base.execute("SELECT f_table_name FROM layer_styles").fetchall()
        assert rows == [("table",)], "its style goes with it"
