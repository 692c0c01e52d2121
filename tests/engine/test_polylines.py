"""Lines as bare coordinates come back as the lines they were, for any ids in any order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from urbgeo.engine.polylines import Polylines

LINES = [
    shapely.LineString(np.column_stack([np.arange(count) * 1.5, np.arange(count) ** 2 + at]))
    for at, count in enumerate((2, 5, 3, 2, 7))
]


def bare(index: list[object]) -> Polylines:
    xy = shapely.get_coordinates(LINES)
    start = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(LINES))])
    return Polylines(pd.Index(index), start.astype(np.int64), xy)


@given(st.lists(st.integers(0, 4), max_size=12))
def test_any_lines_in_any_order_and_as_often_as_asked(asked: list[int]) -> None:
    ids = list("abcde")
    found = bare(ids).of(pd.Index([ids[one] for one in asked], dtype=object))
    assert len(found) == len(asked)
    assert all(line.equals_exact(LINES[one], 0.0) for line, one in zip(found, asked, strict=True))


def test_an_id_without_a_line_is_named() -> None:
    with pytest.raises(KeyError, match="42"):
        bare([10, 20, 30, 40, 50]).of(pd.Index([10, 42, 43]))
