"""Markdown of the report: what names hold breaks no table, missing and unreachable are said in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from urbgeo.study.markdown import bilingual, bullets, md_table, number, value_text


def test_a_bar_in_a_cell_ends_no_cell_and_an_escaped_one_is_left() -> None:
    assert md_table(["a"], [["x|y"], [r"x\|y"]]).splitlines() == [
        "| a |",
        "| --- |",
        r"| x\|y |",
        r"| x\|y |",
    ]
    assert md_table(["a"], []) == "（无 none）"


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1,234.5"), (np.nan, "–"), (np.inf, "无法到达 unreached"), (-0.04, "-0.0")]
)
def test_numbers_are_grouped_and_missing_ones_are_said(value: float, text: str) -> None:
    assert number(value, 1) == text


def test_a_place_is_named_in_both_languages_and_its_markup_is_text() -> None:
    frame = pd.DataFrame(
        {"name_zh": ["长沙市", "<b>甲</b>"], "name_en": ["Changsha", "[A](x)"]}, index=["1", "2"]
    )
    assert bilingual(frame, "1") == "长沙市 Changsha"
    assert "<b>" not in bilingual(frame, "2") and "[A](x)" not in bilingual(frame, "2")
    assert bilingual(frame, "3") == "–"


def test_lines_and_parameters() -> None:
    assert bullets(["a", "b"]) == "- a\n- b"
    assert (value_text(60.0), value_text("seat")) == ("60", "seat")
