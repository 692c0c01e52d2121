"""Weights of criteria: from pairwise judgements, or from the information in the layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from urbgeo.errors import Faults, InputError
from urbgeo.rasters.grid import Grid, check_same_grid

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51)
"""Mean consistency index of random matrices of 1 to 11 criteria, Saaty 1980."""

MAX_CONSISTENCY_RATIO = 0.1
"""Saaty 1980: judgements less consistent than this are to be made again."""


@dataclass(frozen=True, eq=False)
class AhpWeights:
    """Weights from pairwise judgements: ``weights`` sum to 1; ``ratio`` is the consistency ratio."""

    weights: pd.Series
    largest_eigenvalue: float
    index: float
    ratio: float

    @property
    def consistent(self) -> bool:
        """Whether the ratio is below Saaty's 0.1."""
        return self.ratio < MAX_CONSISTENCY_RATIO


def ahp_weights(judgements: pd.DataFrame) -> AhpWeights:
    """Weights by the analytic hierarchy process: the principal eigenvector of a reciprocal matrix.

    ``judgements`` has the criteria as index and columns; entry (a, b) says how many times more a matters
    than b. Consistency ratio = ((lambda - n) / (n - 1)) / random index.

    Raises
    ------
    InputError
        When the matrix is not square, positive and reciprocal, or has more than 11 criteria.

    Returns
    -------
    AhpWeights
        Weights by criterion with the consistency ratio.

    Examples
    --------
    >>> judged = pd.DataFrame([[1, 3], [1 / 3, 1]], index=["slope", "access"], columns=["slope", "access"])
    >>> ahp_weights(judged).weights.tolist()
    [0.75, 0.25]

    References
    ----------
    Saaty, T. (1980), The Analytic Hierarchy Process.
    """
    if not isinstance(judgements, pd.DataFrame):
        raise InputError(f"judgements: a square DataFrame is needed, not {type(judgements).__name__}.")
    n = len(judgements)
    faults = Faults("judgements")
    if n == 0 or list(judgements.index) != list(judgements.columns) or not judgements.index.is_unique:
        raise InputError("judgements: index and columns must name the same criteria in the same order.")
    matrix = judgements.apply(pd.to_numeric, errors="coerce").to_numpy(float)
    if n > len(RANDOM_INDEX):
        faults.add(f"{n} criteria; the random index is known up to {len(RANDOM_INDEX)}", remedy="group them")
    if not (np.isfinite(matrix) & (matrix > 0)).all():
        faults.add("entries that are not finite and > 0")
    elif not np.allclose(matrix * matrix.T, 1.0, rtol=1e-2):
        pairs = np.argwhere(np.triu(~np.isclose(matrix * matrix.T, 1.0, rtol=1e-2)))
        faults.add(
            "pairs that are not reciprocal",
            ids=[f"{judgements.index[i]}/{judgements.index[j]}" for i, j in pairs],
            remedy="entry (b, a) is 1 over entry (a, b)",
        )
    faults.raise_if_any()
    values, vectors = np.linalg.eig(matrix)
    top = int(np.argmax(values.real))
    weights = np.abs(vectors[:, top].real)
    largest = float(values[top].real)
    index = (largest - n) / (n - 1) if n > 1 else 0.0
    random = RANDOM_INDEX[n - 1]
    ratio = index / random if random else 0.0
    return AhpWeights(
        pd.Series(weights / weights.sum(), judgements.index, name="weight"), largest, index, ratio
    )


def entropy_weights(scores: Mapping[str, Grid]) -> pd.Series:
    """Weights by information: ``w = (1 - e) / sum(1 - e)`` with the entropy e of each layer's shares.

    Layers that are the same everywhere tell nothing and weigh 0.

    Raises
    ------
    InputError
        When a layer has negative scores or nothing but zeros, or none tells anything.

    Examples
    --------
    >>> from affine import Affine
    >>> place = Affine(100, 0, 500_000, 0, -100, 3_000_000)
    >>> scores = {"a": [1.0, 9.0], "b": [5.0, 5.0]}
    >>> entropy_weights({name: Grid(np.array([row]), place, 4547) for name, row in scores.items()}).to_dict()
    {'a': 1.0, 'b': 0.0}
    """
    if not isinstance(scores, Mapping) or not scores:
        raise InputError("scores: give grids by name.")
    check_same_grid(scores)
    valid = ~np.logical_or.reduce([grid.missing for grid in scores.values()])
    if valid.sum() < 2:
        raise InputError("scores: fewer than two cells have a value in every layer.")
    spread = {}
    for name, grid in scores.items():
        values = grid.values[valid].astype(float)
        if values.min() < 0 or values.sum() <= 0:
            raise InputError(f"scores: {name!r} is negative somewhere, or zero everywhere.")
        share = values / values.sum()
        logs = np.log(share, out=np.zeros_like(share), where=share > 0)
        spread[name] = 1.0 + float((share * logs).sum()) / np.log(len(share))
    weights = pd.Series(spread, name="weight").clip(lower=0.0)
    weights[weights < 1e-12] = 0.0
    if weights.sum() == 0:
        raise InputError("scores: every layer is the same everywhere; there is nothing to weigh.")
    return weights / weights.sum()
