"""Land uses side by side: each gets its cells, where its rule puts them, and no cell changes twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from affine import Affine
from scipy import ndimage

from urbgeo.errors import InputError
from urbgeo.land.land_uses import LandUses, _taken, fit_land_uses, simulate_land_uses
from urbgeo.land.learning import Learning
from urbgeo.provenance import Provenance
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


def test_land_uses_say_what_grew_and_refuse_what_is_none() -> None:
    table = pd.DataFrame({"new_km2": [0.0, 12.34, 0.51]}, index=pd.Index([1, 2, 3], name="use"))
    like = grid(np.ones((2, 2), int))
    found = LandUses(table, like, Provenance())
    assert repr(found).splitlines()[0] == "<LandUses 2: 12.3 km2 new, 3: 0.5 km2 new>"
    assert repr(LandUses(table.loc[[1]], like, Provenance())).splitlines()[0] == "<LandUses no change>"
    drivers = {"x": like}
    for call, message in (
        (lambda: simulate_land_uses(None, drivers, {}, new_cells={}), "land_use: a Grid is needed"),
        (lambda: simulate_land_uses(like, None, {}, new_cells={}), "drivers: grids by name"),
        (lambda: simulate_land_uses(like, {"intercept": like}, {}, new_cells={}), "rules' own"),
        (lambda: simulate_land_uses(like, drivers, None, new_cells={}), "rules: "),
        (lambda: simulate_land_uses(like, drivers, {}, new_cells=5), "new_cells: "),
        (lambda: simulate_land_uses(like, drivers, {2: None}, new_cells={2: -1}), "new_cells: 2: -1"),
        (lambda: simulate_land_uses(like, drivers, {2: None}, new_cells={2: 1}), "rules: what fit_growth"),
        (lambda: simulate_land_uses(like, drivers, {}, new_cells={}, excluded=like), "no bool grids"),
        (
            lambda: simulate_land_uses(like, drivers, {}, new_cells={}, excluded=grid(np.ones((2, 3), bool))),
            "has other cells",
        ),
        (lambda: fit_land_uses(like, like, drivers, []), "uses: none given"),
        (lambda: fit_land_uses(like, grid(np.ones((2, 3))), drivers, [1]), "has other cells"),
        (lambda: fit_land_uses(like, grid(np.full((2, 2), 2)), drivers, [1]), "uses: 1; no such class"),
        (lambda: fit_land_uses(like, like, drivers, 2), "uses"),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_the_likeliest_pair_of_cell_and_use_goes_first_and_equal_ones_by_the_order_asked() -> None:
    now = np.array([[1, 1, 1, 0]])
    odds = {2: np.array([[3.0, 2.0, -np.inf, -np.inf]]), 3: np.array([[4.0, 1.0, 0.5, -np.inf]])}
    found = _taken(now.copy(), now == 1, odds, {2: 1, 3: 1}, 0.01)
    assert found.tolist() == [[3, 2, 1, 0]], "each cell changes once"
    even = {2: np.zeros((1, 4)), 3: np.zeros((1, 4))}
    assert _taken(now.copy(), now == 1, even, {2: 2, 3: 1}, 0.01).tolist() == [[2, 2, 3, 0]]
    with pytest.raises(InputError, match=r"missing are \{2: '0.02 km2'\}"):
        _taken(now.copy(), now == 1, odds, {2: 4, 3: 0}, 0.01)
