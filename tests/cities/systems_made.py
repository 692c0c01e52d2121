"""Small systems of cities with flows, for tests of gravity and its kin."""

from __future__ import annotations

import numpy as np
import pandas as pd


def frame(values: object, names: str = "abcdefghij") -> pd.DataFrame:
    values = np.array(values, float)
    return pd.DataFrame(values, index=list(names[: len(values)]), columns=list(names[: values.shape[1]]))


def system(n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series, pd.Series]:
    random = np.random.default_rng(seed)
    xy = random.random((n, 2)) * 100
    cost = frame(np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1)) + 5 * (1 - np.eye(n)) + 2 * np.eye(n))
    out, into = (pd.Series(random.integers(50, 5000, n).astype(float), cost.index) for _ in range(2))
    mean = np.outer(out, into) ** 0.8 * cost.to_numpy() ** -1.5
    flows = frame(random.poisson(mean / mean.max() * 200))
    return flows, cost, out, into
