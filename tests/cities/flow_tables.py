"""Small matrices of commuters and the flow tables they make."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st


def flow_table(matrix: object, names: str = "abcdefghij") -> pd.DataFrame:
    values = np.array(matrix, float)
    rows, columns = np.nonzero(values)
    ids = np.array(list(names))
    return pd.DataFrame({"home": ids[rows], "work": ids[columns], "workers": values[rows, columns]})


matrices = st.integers(3, 8).flatmap(
    lambda n: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 5, 20, 100]), min_size=n, max_size=n), min_size=n, max_size=n
    )
)
