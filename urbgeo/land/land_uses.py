"""Several land uses that grow side by side: each learned on its own, the likeliest one taking a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from urbgeo.arguments import check_several
from urbgeo.checks import check_mapping, check_whole
from urbgeo.errors import InputError
from urbgeo.land.growth import fit_growth, sources_of_all
from urbgeo.land.learning import Learning, Rules, check_names, check_rules
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_bools, check_grid, check_same_grid
from urbgeo.results import Result
from urbgeo.types import Flags, Values


@dataclass(frozen=True, eq=False, repr=False)
class LandUses(Result):
    """Land uses after a run: ``land_use``, and ``table`` by class with ``before_km2``, ``new_km2``,
    ``lost_km2``, ``after_km2``."""

    table: pd.DataFrame
    land_use: Grid
    provenance: Provenance

    def _headline(self) -> str:
        grown = self.table[self.table["new_km2"] > 0]
        return ", ".join(f"{use}: {new:,.1f} km2 new" for use, new in grown["new_km2"].items()) or "no change"


def fit_land_uses(
    before: Grid,
    after: Grid,
    drivers: Mapping[str, Grid],
    uses: Sequence[int],
    *,
    excluded: Grid | None = None,
    learning: Learning | None = None,
    seed: int = 0,
) -> dict[int, Rules]:
    """Learn where each of several land uses comes next; what stands elsewhere is a driver of each.

    Parameters
    ----------
    before, after
        Classes at two dates (whole numbers; NaN or 0 where unknown).
    drivers
        As for :func:`urbgeo.land.growth.fit_growth`.
    uses
        Classes that grow.
    excluded, learning, seed
        As for :func:`urbgeo.land.growth.fit_growth`.

    Returns
    -------
    dict
        Rules by class.

    Raises
    ------
    InputError
        For classes that are not there or shrank, and as :func:`urbgeo.land.growth.fit_growth`.
    MissingExtraError
        Without scikit-learn.

    Examples
    --------
    >>> from affine import Affine
    >>> place = Affine(100, 0, 500_000, 0, -100, 3_000_000)
    >>> old = np.ones((20, 20))
    >>> old[8:12, 8:12] = 2
    >>> new = old.copy()
    >>> new[7:13, 7:13] = 2
    >>> ground = {"north": Grid(np.indices((20, 20))[0] * 1.0, place, 4547)}
    >>> few = Learning(trees=5, rounds=5)
    >>> list(fit_land_uses(Grid(old, place, 4547), Grid(new, place, 4547), ground, [2], learning=few))
    [2]
    """
    check_same_grid({"before": before, "after": after})
    uses = check_several(uses, "uses", "[2, 3]")
    missing = [use for use in uses if not ((before.values == use).any() and (after.values == use).any())]
    if missing or not len(uses):
        raise InputError(
            f"uses: {', '.join(map(str, missing)) or 'none given'}; no such class at both dates."
        )
    rules = {}
    for use in uses:
        stood, stands = before.having(before.values == use), after.having(after.values == use)
        rules[use] = fit_growth(
            stood,
            stands,
            drivers,
            land_use=before,
            excluded=excluded,
            method="trees",
            learning=learning,
            seed=seed,
        )
    return rules


def simulate_land_uses(
    land_use: Grid,
    drivers: Mapping[str, Grid],
    rules: Mapping[int, Rules],
    *,
    new_cells: Mapping[int, int],
    excluded: Grid | None = None,
) -> LandUses:
    """Give each land use so many new cells, the likeliest cell and use first; a cell changes once.

    Parameters
    ----------
    land_use
        Classes at the start.
    drivers, rules
        The drivers fitted, and what :func:`fit_land_uses` learned.
    new_cells
        By class; others only lose.
    excluded
        bool grid of cells that keep their use.

    Returns
    -------
    LandUses
        Classes at the end and areas by class.

    Raises
    ------
    InputError
        For classes without rules, and more new cells than can be had (telling how many are missing).

    Examples
    --------
    >>> from affine import Affine
    >>> place = Affine(100, 0, 500_000, 0, -100, 3_000_000)
    >>> old = np.ones((20, 20))
    >>> old[8:12, 8:12] = 2
    >>> new = old.copy()
    >>> new[7:13, 7:13] = 2
    >>> first, then = Grid(old, place, 4547), Grid(new, place, 4547)
    >>> ground = {"north": Grid(np.indices((20, 20))[0] * 1.0, place, 4547)}
    >>> rules = fit_land_uses(first, then, ground, [2], learning=Learning(trees=5, rounds=5))
    >>> simulate_land_uses(then, ground, rules, new_cells={2: 10}).table.index.tolist()
    [1, 2]
    """
    check_grid(land_use, "land_use")
    check_names(drivers)
    check_mapping(rules, "rules", "what fit_land_uses() gives")
    check_mapping(new_cells, "new_cells", "{2: 100}")
    for use, wanted in new_cells.items():
        check_whole(wanted, f"new_cells: {use}", 0)
    if excluded is not None:
        check_same_grid({"land_use": land_use, "excluded": excluded})
        check_bools({"excluded": excluded})
    if unknown := [use for use in new_cells if use not in rules]:
        raise InputError(f"new_cells: no rules for {', '.join(map(str, unknown))}; fit them first.")
    for use in new_cells:
        check_rules(rules[use])
    open_cells = ~land_use.missing & (land_use.values != 0)
    if excluded is not None:
        open_cells &= ~excluded.values
    odds = {
        use: np.where(
            open_cells & (land_use.values != use),
            rules[use].log_odds(land_use.values == use, drivers, land_use, land_use.cell_m),
            -np.inf,
        )
        for use in new_cells
    }
    after = _taken(land_use.values.copy(), open_cells, odds, new_cells, land_use.cell_km2)
    classes = np.unique(land_use.values[open_cells])
    rows = []
    for use in classes.tolist():
        was, now = land_use.values == use, after == use
        rows.append([float(part.sum()) * land_use.cell_km2 for part in (was, now & ~was, was & ~now, now)])
    columns = ["before_km2", "new_km2", "lost_km2", "after_km2"]
    table = pd.DataFrame(rows, columns=columns, index=pd.Index(classes.astype(int), name="use"))
    about = Provenance({"new_cells": dict(new_cells)}, sources=sources_of_all(land_use, drivers))
    return LandUses(table, land_use.having(after, source=f"simulated uses of {land_use.source}"), about)


def _taken(
    now: Values, open_cells: Flags, odds: Mapping[int, Values], wanted: Mapping[int, int], cell_km2: float
) -> Values:
    """Pairs of cell and use by falling odds: granted while the cell is as it was and the use wants more."""
    names = list(odds)
    every = np.stack([odds[use].ravel() for use in names])
    order = np.argsort(-every, axis=None, kind="stable")
    order = order[np.isfinite(every.ravel()[order])]
    which, cell = np.divmod(order, now.size)
    left = np.array([wanted[use] for use in names])
    flat, changed = now.ravel(), np.zeros(now.size, bool)
    for use, place in zip(which.tolist(), cell.tolist(), strict=True):
        if left[use] and not changed[place]:
            flat[place], changed[place] = names[use], True
            left[use] -= 1
            if not left.any():
                break
    if left.any():
        lack = {names[k]: f"{left[k] * cell_km2:.2f} km2" for k in np.flatnonzero(left)}
        raise InputError(f"new_cells: there is no land left; missing are {lack}.")
    return flat.reshape(now.shape)
