"""Columns of a table as the text a reader sees: rounded, grouped, and with words for what is missing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from urbgeo.maps import (
    Field,
)
from urbgeo.maps.fields import column_text, number_text


def test_numbers_read_well_and_never_cross_a_class() -> None:
    frame = gpd.pd.Series([62.4, 60.3, 1234567.0, np.inf, np.nan])
    field = Field("x", "分钟", "Minutes", "min")
    assert column_text(frame, field, breaks=(60,)) == [
        "62 min", "60.3 min", "1,234,567 min", "无法到达 unreachable", "– 无数据 no data",
    ]  # fmt: skip


def test_what_rounds_to_nought_has_no_sign() -> None:
    assert [number_text(one) for one in (-0.0, 0.0, -0.25)] == ["0", "0", "-0.25"]
    assert [number_text(one, digits=0) for one in (-0.4, 0.4, -0.6)] == ["0", "0", "-1"]
