"""Towns with people and minutes, for tests of equity and of weighted numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import assume
from hypothesis import strategies as st


@st.composite
def towns(draw: st.DrawFn) -> pd.DataFrame:
    n = draw(st.integers(1, 8))
    column = st.lists(st.integers(0, 9), min_size=n, max_size=n)
    table = pd.DataFrame({"a": draw(column), "w": draw(column), "income": draw(column)}, dtype=float)
    table["group"] = draw(st.lists(st.sampled_from("xyz"), min_size=n, max_size=n))
    assume((table["a"] * table["w"]).sum() > 0)
    return table


def everyone(table: pd.DataFrame, column: str = "a") -> np.ndarray:
    """One entry per person."""
    return np.repeat(table[column].to_numpy(), table["w"].astype(int))
