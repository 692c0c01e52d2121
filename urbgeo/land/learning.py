"""What a cell's turn to be built is learned from, and the rules that learn it: regression or trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from urbgeo.checks import check_share, is_whole_number
from urbgeo.errors import InputError, MissingExtraError
from urbgeo.land.patches import EIGHT
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid
from urbgeo.results import Result
from urbgeo.types import Flags, Floats

DISTANCE, NEIGHBOURS = "ln built_distance", "ln built_neighbours"
"""What the regression learns besides the drivers: how far the nearest built-up cell is, how many are near."""

RESERVED = (DISTANCE, NEIGHBOURS, "intercept")

BUILT_RADII = (1, 2, 3, 5, 8, 13, 21, 34, 55)
"""Half sides in cells of the squares whose built share is a driver: near ones for the street, far ones for
the town. Shares are of the whole square, so that land beyond the grid counts as not built."""

USE_RADII = (2, 5, 13, 34)
"""The same for other land uses, wider apart."""

SURROUNDINGS = (5, 15)
"""Half sides of the squares that a driver is also told relative to: a rise among fields, a hollow."""

_ROWS_AT_ONCE = 250_000
_RIDGE = 1e-3
_NEWTON_STEPS = 30
_LEAST_ODDS = 1e-4
"""Shares of trees below this, or above one less it, say no more than "never" and "always"."""


@dataclass(frozen=True)
class Learning:
    """How trees are grown.

    ``trees`` randomised ones with at least ``leaf_cells`` cells a leaf, and ``rounds`` of boosting, each
    correcting the ones before by ``rate``. Two ways to learn err differently; their mean errs less.
    """

    trees: int = 100
    leaf_cells: int = 5
    rounds: int = 100
    rate: float = 0.08

    def __post_init__(self) -> None:
        for name in ("trees", "leaf_cells", "rounds"):
            given = getattr(self, name)
            if not is_whole_number(given, 1):
                raise InputError(f"{name}: {given!r}; give a whole number >= 1.")
        check_share(self.rate, "rate")


@dataclass(frozen=True, eq=False, repr=False)
class GrowthRules(Result):
    """Rules by logistic regression.

    Log odds ``= b0 + sum(b_k x_k) + factor (b_d ln distance + b_n ln neighbours) + chance noise``: drivers,
    distance to the nearest built-up cell and built share within ``radius_cells`` scaled by ``means`` and
    ``deviations``, noise standard normal per cell and step. Built land stays built (inertia), and pulls anew
    in every step; ``steps`` is how many make up the time between the two dates fitted. ``trials`` has the
    figure of merit of the steps and chances tried on the dates fitted.
    """

    coefficients: pd.Series
    means: pd.Series
    deviations: pd.Series
    neighbour_factor: float = 1.0
    chance: float = 0.0
    radius_cells: int = 2
    steps: int = 1
    trials: pd.DataFrame = field(default_factory=pd.DataFrame)
    provenance: Provenance = field(default_factory=Provenance)
    patch_pull = 0.0

    @property
    def table(self) -> pd.DataFrame:
        """One row per driver: ``coefficient`` of its scaled values, ``mean``, ``deviation``."""
        columns = {"coefficient": self.coefficients, "mean": self.means, "deviation": self.deviations}
        return pd.DataFrame(columns).reindex(self.coefficients.index).rename_axis("driver")

    @property
    def drivers(self) -> tuple[str, ...]:
        """Names of the drivers fitted."""
        return tuple(name for name in self.coefficients.index if name not in RESERVED)

    @property
    def uses(self) -> tuple[int, ...]:
        """Land uses learned from: the regression knows none."""
        return ()

    def _headline(self) -> str:
        strongest = self.coefficients.drop("intercept").abs().idxmax()
        return f"logistic, {len(self.coefficients) - 1} drivers, the strongest {strongest}"

    def log_odds(self, built: Flags, drivers: Mapping[str, Grid], use: Grid | None, cell_m: Any) -> Floats:
        """Of every cell, built land as it stands now."""
        total = np.full(built.shape, float(self.coefficients["intercept"]))
        for name, grid in drivers.items():
            total += self._scaled(np.where(np.isfinite(grid.values), grid.values, 0.0), name)
        for name, values in pull_of(built, cell_m, self.radius_cells).items():
            total += self.neighbour_factor * self._scaled(values, name)
        return total

    def _scaled(self, values: Floats, name: str) -> Floats:
        return np.asarray(self.coefficients[name] * (values - self.means[name]) / self.deviations[name])


@dataclass(frozen=True, eq=False, repr=False)
class LearnedRules(Result):
    """Rules by randomised and boosted trees.

    ``table``: one row per driver, given and made: ``importance`` (share of what the randomised
    trees explain by it). ``models``: both kinds of trees.
    ``patch_pull``: what a new neighbour on every side adds to a cell's log odds, and ``chance`` the noise, so
    that growth comes in as many patches as between the dates fitted (``trials``). ``neighbour_factor`` above
    1 draws growth to built-up land, below 1 lets it go.
    """

    table: pd.DataFrame
    models: tuple[Any, ...]
    drivers: tuple[str, ...]
    uses: tuple[int, ...]
    patch_pull: float = 0.0
    neighbour_factor: float = 1.0
    chance: float = 0.0
    steps: int = 1
    trials: pd.DataFrame = field(default_factory=pd.DataFrame)
    provenance: Provenance = field(default_factory=Provenance)

    def _headline(self) -> str:
        best = ", ".join(self.table.index[:3])
        return f"trees on {len(self.table)} drivers, led by {best}"

    def log_odds(self, built: Flags, drivers: Mapping[str, Grid], use: Grid | None, cell_m: Any) -> Floats:
        """Of every cell, built land as it stands now."""
        made = features_of(built, drivers, use, self.uses, cell_m)
        # By parts, between which an interruption is heard; each needs little memory.
        parts = (slice(first, first + _ROWS_AT_ONCE) for first in range(0, built.size, _ROWS_AT_ONCE))
        share = [share_by(self.models, rows_of(made, part)) for part in parts]
        odds = logit(np.concatenate(share).reshape(built.shape))
        if self.neighbour_factor != 1.0:
            near = pull_of(built, cell_m, 2)[NEIGHBOURS]
            odds = odds + (self.neighbour_factor - 1.0) * near
        return odds


Rules: TypeAlias = GrowthRules | LearnedRules


def check_rules(rules: object) -> None:
    """Refuse what no fit of growth gave."""
    if not isinstance(rules, GrowthRules | LearnedRules):
        raise InputError(f"rules: what fit_growth() gives is needed, not {type(rules).__name__}.")


def fitted_drivers(drivers: Mapping[str, Grid], rules: Rules, land_use: Grid | None) -> dict[str, Grid]:
    """The drivers in the order of the rules; refused where they, or land uses, are not what these learned."""
    if set(drivers) != set(rules.drivers):
        raise InputError(
            f"drivers: {', '.join(sorted(drivers))} given, the rules were fitted on "
            f"{', '.join(sorted(rules.drivers))}."
        )
    if rules.uses and land_use is None:
        raise InputError("land_use: the rules learned from land uses; give those at the start.")
    return {name: drivers[name] for name in rules.drivers}


def rows_of(made: Mapping[str, Floats], some: Any) -> NDArray[np.float32]:
    """A row for each of some cells, a column for each driver, as precise as trees look at them."""
    columns = [values.reshape(-1)[some] for values in made.values()]
    rows = np.empty((len(columns[0]), len(columns)), np.float32)
    for number, column in enumerate(columns):
        rows[:, number] = column
    return rows


def logit(share: Floats) -> Floats:
    """Log odds of a share, kept finite."""
    inside = np.clip(share, _LEAST_ODDS, 1 - _LEAST_ODDS)
    return np.asarray(np.log(inside / (1 - inside)))


def features_of(
    built: Flags,
    drivers: Mapping[str, Grid],
    use: Grid | None,
    uses: tuple[int, ...],
    cell_m: tuple[float, float],
) -> dict[str, Floats]:
    """All drivers of a cell by name: those given, and those made of built-up land and of other land uses."""
    found = {name: grid.values.astype(np.float64) for name, grid in drivers.items()}
    for name, grid in drivers.items():
        for radius in SURROUNDINGS:
            found[f"{name} above {radius} around"] = found[name] - _around(grid, radius)
    found["m to built-up"] = ndimage.distance_transform_edt(~built, sampling=cell_m)
    for radius in BUILT_RADII:
        found[f"built within {radius}"] = _share(built, radius)
    label, _ = ndimage.label(built, EIGHT)
    _, nearest = ndimage.distance_transform_edt(~built, sampling=cell_m, return_indices=True)
    found["ln cells of nearest town"] = np.log(np.bincount(label.ravel()))[label[tuple(nearest)]]
    if use is not None:
        for kind in uses:
            here = use.values == kind
            found[f"is {kind}"] = here.astype(float)
            found[f"m to {kind}"] = ndimage.distance_transform_edt(~here, sampling=cell_m)
            for radius in USE_RADII:
                found[f"{kind} within {radius}"] = _share(here, radius)
    known = np.logical_and.reduce([np.ones(built.shape, bool), *(np.isfinite(one) for one in found.values())])
    found["m to rim"] = ndimage.distance_transform_edt(np.pad(known, 1), sampling=cell_m)[1:-1, 1:-1]
    row, column = np.indices(built.shape, dtype=np.float64)
    # Where it lies, straight and slantwise: towns differ in ways no layer tells.
    slants = {"north": -row, "east": column, "north-east": column - row, "north-west": -row - column}
    found.update({name: np.asarray(values) for name, values in slants.items()})
    return found


def _around(grid: Grid, radius: int) -> Floats:
    """Mean of a driver within a square; land without a value takes no part."""
    side, known = 2 * radius + 1, np.isfinite(grid.values)
    total = ndimage.uniform_filter(
        np.where(known, grid.values, 0.0).astype(np.float64), side, mode="constant"
    )
    share = ndimage.uniform_filter(known.astype(np.float64), side, mode="constant")
    return np.asarray(total / np.maximum(share, 1e-9))


def _share(mask: Flags, radius: int) -> Floats:
    return np.asarray(ndimage.uniform_filter(mask.astype(np.float64), 2 * radius + 1, mode="constant"))


def pull_of(built: Flags, cell_m: tuple[float, float], radius: int) -> dict[str, Floats]:
    """Logarithms of the distance to built-up land in metres, and of the built share of the square around each
    cell, itself left out; half a cell stands for none."""
    away = np.maximum(ndimage.distance_transform_edt(~built, sampling=cell_m), min(cell_m))
    side = 2 * radius + 1
    total = ndimage.convolve1d(built.astype(float), np.ones(side), axis=0, mode="constant")
    total = ndimage.convolve1d(total, np.ones(side), axis=1, mode="constant") - built
    return {DISTANCE: np.log(away), NEIGHBOURS: np.log(np.maximum(total, 0.5) / (side * side - 1))}


def learned(rows: NDArray[np.float32], outcome: Flags, learning: Learning, seed: int) -> tuple[Any, Any]:
    """Randomised and boosted trees on the cells that could be built.

    References
    ----------
    Geurts, P., Ernst, D. and Wehenkel, L. (2006), Extremely randomized trees.
    Ke, G. et al. (2017), LightGBM: a highly efficient gradient boosting decision tree.
    """
    try:
        from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "learn", "Growth by trees") from error
    forest = ExtraTreesClassifier(
        learning.trees,
        min_samples_leaf=learning.leaf_cells,
        random_state=seed,
        n_jobs=-1,
    )
    boosting = HistGradientBoostingClassifier(
        max_iter=learning.rounds,
        learning_rate=learning.rate,
        min_samples_leaf=6 * learning.leaf_cells,
        l2_regularization=1.0,
        max_features=0.5,
        early_stopping=False,
        random_state=seed,
    )
    # Boosting waits for all its threads a thousand times over: on a busy machine one is quicker than many.
    with threadpool_limits(1, user_api="openmp"):
        boosting.fit(rows, outcome)
    return forest.fit(rows, outcome), boosting


def share_by(models: tuple[Any, ...], rows: NDArray[np.float32]) -> Floats:
    """Mean share of several models that a cell is built."""
    known = np.nan_to_num(rows)
    return np.asarray(np.mean([one.predict_proba(known)[:, 1] for one in models], axis=0))


def held_out(rows: NDArray[np.float32], outcome: Flags, fold: Flags, learning: Learning, seed: int) -> Floats:
    """Share that each cell is built, learned (with half the trees) from the squares it does not lie in.

    Cells beside one another are alike: one left out alone would be known by its neighbours.
    """
    half = replace(learning, trees=max(learning.trees // 2, 1), rounds=max(learning.rounds // 2, 1))
    found = np.full(len(rows), float(outcome.mean()))
    for part in (fold, ~fold):
        if len(np.unique(outcome[~part])) == 2 and part.any():
            found[part] = share_by(learned(rows[~part], outcome[~part], half, seed), rows[part])
    return found


def logistic(design: Floats, outcome: Floats) -> Floats:
    """Maximum likelihood by Newton's method with a ridge on all but the intercept."""
    ridge = np.full(design.shape[1], _RIDGE * len(outcome))
    ridge[0] = 0.0
    beta = np.zeros(design.shape[1])
    for _ in range(_NEWTON_STEPS):
        odds = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (outcome - odds) - ridge * beta
        curve = (design * (odds * (1 - odds))[:, None]).T @ design + np.diag(ridge + 1e-12)
        step = np.linalg.solve(curve, slope)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    return beta


def check_names(drivers: Mapping[str, Grid]) -> None:
    """Refuse drivers that are no grids by name, or take a name of the rules' own."""
    if not isinstance(drivers, Mapping):
        raise InputError(f"drivers: grids by name are needed, not {type(drivers).__name__}.")
    if reserved := [name for name in drivers if name in RESERVED]:
        raise InputError(f"drivers: {', '.join(reserved)}: these names are the rules' own; rename them.")
