"""Tables for other programs: text stays text, heads carry units, layers explain themselves."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.output import html_table, markdown_table, write_tables

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
