"""Land uses side by side: each gets its cells, where its rule puts them, and no cell changes twice."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from scipy import ndimage

from urbgeo.errors import InputError
from urbgeo.land.land_uses import fit_land_uses, simulate_land_uses
from urbgeo.land.learning import Learning
from urbgeo.rasters.grid import Grid

pytest.importorskip("sklearn")


def grid(values: object) -> Grid:
    return Grid(np.asarray(values), Affine(100, 0, 500_000, 0, -100, 3_000_000), 32649)


def grows(use: np.ndarray, kind: int, where: np.ndarray, cells: int) -> np.ndarray:
    away = np.where(where & (use == 1), ndimage.distance_transform_edt(use != kind), np.inf)
    after = use.copy()
    after.ravel()[np.argsort(away, axis=None, kind="stable")[:cells]] = kind
    return after


def test_town_and_orchard_grow_each_by_its_own_rule() -> None:
    height = np.tile(np.linspace(0, 100, 60), (60, 1))
    first = np.ones((60, 60), int)
    first[20:28, 5:13] = 2
    first[30:38, 45:53] = 3
    low = height < 50
    second = grows(grows(first, 2, low, 150), 3, ~low, 100)
    drivers = {"height": grid(height)}
    rules = fit_land_uses(
        grid(first), grid(second), drivers, [2, 3], learning=Learning(trees=40, rounds=20), seed=1
    )
    found = simulate_land_uses(grid(second), drivers, rules, new_cells={2: 80, 3: 60})
    after = found.land_use.values
    assert found.table["new_km2"].to_dict() == pytest.approx({1: 0.0, 2: 0.8, 3: 0.6})
    assert found.table.loc[1, "lost_km2"] == pytest.approx(1.4)
    assert found.table["after_km2"].sum() == pytest.approx(36.0)
    assert low[(after == 2) & (second != 2)].mean() > 0.9
    assert (~low)[(after == 3) & (second != 3)].mean() > 0.9
    held = grid(second == 1)
    with pytest.raises(InputError, match="there is no land left; missing are"):
        simulate_land_uses(grid(second), drivers, rules, new_cells={2: 4000}, excluded=held)
    with pytest.raises(InputError, match="no rules for 4"):
        simulate_land_uses(grid(second), drivers, rules, new_cells={4: 1})
    with pytest.raises(InputError, match="uses: 7; no such class"):
        fit_land_uses(grid(first), grid(second), drivers, [2, 7])
    with pytest.raises(InputError, match="are the dates in order"):
        fit_land_uses(grid(second), grid(first), drivers, [2])
