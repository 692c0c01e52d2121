"""Small grids of 100 m cells, and a rule of growth with known coefficients."""

from __future__ import annotations

import numpy as np
import pandas as pd
from affine import Affine

from urbgeo.land.learning import DISTANCE, NEIGHBOURS, GrowthRules
from urbgeo.rasters.grid import Grid

UTM = 32649


def grid(values: object, cell: float = 100.0) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), UTM)


def rules(*, near: float = 1.0, away: float = -1.0, **columns: float) -> GrowthRules:
    weights = pd.Series({"intercept": 0.0} | columns | {DISTANCE: away, NEIGHBOURS: near})
    ones = pd.Series(1.0, [name for name in weights.index if name != "intercept"])
    return GrowthRules(weights, ones * 0, ones, chance=0.5, steps=5)
