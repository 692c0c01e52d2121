"""Tables of minutes and amounts that the tests of this room draw; minutes there and back always differ."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from hypothesis import strategies as st


@st.composite
def wide_tables(draw: st.DrawFn, most: int = 6) -> pd.DataFrame:
    """Asymmetric minutes with gaps: inf, whole numbers (ties, thresholds met exactly) and fractions."""
    n, m = draw(st.integers(1, most)), draw(st.integers(1, most))
    cell = st.one_of(st.just(math.inf), st.integers(0, 60).map(float), st.floats(0, 60, width=32))
    rows = draw(st.lists(st.lists(cell, min_size=m, max_size=m), min_size=n, max_size=n))
    return named(rows)


def named(rows: list[list[float]], origins: str = "abcdefgh", destinations: str = "uvwxyz") -> pd.DataFrame:
    """A wide table with origins a, b, ... and destinations u, v, ..."""
    values = np.array(rows, dtype=float)
    return pd.DataFrame(
        values,
        index=pd.Index(list(origins[: values.shape[0]]), name="origin"),
        columns=pd.Index(list(destinations[: values.shape[1]]), name="destination"),
    )


def long_of(table: pd.DataFrame) -> pd.DataFrame:
    """The planner's long table: finite pairs only."""
    rows = [
        {"from": origin, "to": destination, "minutes": table.loc[origin, destination]}
        for origin in table.index
        for destination in table.columns
        if math.isfinite(table.loc[origin, destination])
    ]
    return pd.DataFrame(rows, columns=["from", "to", "minutes"]).astype({"minutes": float})


def amounts_for(draw: st.DrawFn, ids: pd.Index, name: str = "amount") -> pd.Series:
    """Whole amounts, zeros among them, and at least one that is not 0."""
    values = draw(st.lists(st.integers(0, 50), min_size=len(ids), max_size=len(ids)))
    values[0] = values[0] or 1
    return pd.Series(values, index=ids, name=name, dtype=float)
