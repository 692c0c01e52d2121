"""Columns of a table as the text a reader sees: rounded, grouped, and with words for what is missing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.maps import (
    Field,
)
from urbgeo.maps.fields import column_text, field_given, number_text


def test_numbers_read_well_and_never_cross_a_class() -> None:
    frame = gpd.pd.Series([62.4, 60.3, 1234567.0, np.inf, np.nan])
    field = Field("x", "分钟", "Minutes", "min")
    assert column_text(frame, field, breaks=(60,)) == [
        "62 min", "60.3 min", "1,234,567 min", "无法到达 unreachable", "– 无数据 no data",
    ]  # fmt: skip


def test_what_rounds_to_nought_has_no_sign() -> None:
    assert [number_text(one) for one in (-0.0, 0.0, -0.25)] == ["0", "0", "-0.25"]
    assert [number_text(one, digits=0) for one in (-0.4, 0.4, -0.6)] == ["0", "0", "-1"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10.0, "10"), (9.96, "10"), (9.94, "9.9"), (12.6, "13"), (0.126, "0.13"), (0.0126, "0.013"),
        (-3.456, "-3.5"), (1.0, "1"), (0.000_001_6, "0.000002"), (4e-7, "0"), (1234.5, "1,234"), (0.1, "0.1"),
    ],
)  # fmt: skip
def test_numbers_from_ten_are_whole_and_smaller_ones_keep_two_digits_of_six_decimals(
    value: float, text: str
) -> None:
    assert number_text(value) == text


def test_decimals_and_groups_are_as_the_field_asks() -> None:
    frame = pd.Series([1234567.0, 0.5, -0.04])
    assert column_text(frame, Field("x", "甲", "a", digits=1)) == ["1,234,567.0", "0.5", "-0.0"]
    assert column_text(frame, Field("x", "甲", "a", "m", grouped=False)) == ["1234567 m", "0.5 m", "-0.04 m"]


def test_words_stay_words_and_yes_and_no_are_said_in_both_languages() -> None:
    field = Field("x", "甲", "a", "min")
    mixed = pd.Series([True, np.bool_(False), "甲", None, pd.NaT, -np.inf, 7], dtype=object)
    assert column_text(mixed, field) == [
        "是 yes", "否 no", "甲", "– 无数据 no data", "– 无数据 no data", "-inf min", "7 min",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (60.0, "60"), (59.9, "60"), (60.04, "60.04"), (60.4, "60.4"), (60.6, "61"), (30.2, "30.2"),
        (60.000_000_1, "60.000000"), (0.0999, "0.1"), (0.1001, "0.1001"),
    ],
)  # fmt: skip
def test_a_number_above_a_bound_keeps_the_decimals_that_show_it(value: float, text: str) -> None:
    assert column_text(pd.Series([value]), Field("x", "甲", "a"), breaks=(0.1, 30, 60)) == [text]


def test_a_field_is_a_column_two_names_and_perhaps_a_unit() -> None:
    assert field_given(("x", "甲", "a")) == Field("x", "甲", "a")
    assert field_given(["x", "甲", "a", "km"]) == Field("x", "甲", "a", "km")
    assert field_given(own := Field("x", "甲", "a")) is own
    for wrong in (("x", "甲"), ("x", "甲", "a", "km", "more"), ("x", "甲", 5), "xyz", None, {"x": 1}):
        with pytest.raises(InputError, match=r"hover: .*; give \(column, Chinese, English\)"):
            field_given(wrong)
