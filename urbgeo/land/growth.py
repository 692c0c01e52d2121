"""Growth of built-up land by a cellular automaton: learned on two dates, tested on a third, run ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec

import numpy as np
import pandas as pd
from scipy import ndimage

from urbgeo.arguments import check_seed
from urbgeo.checks import check_choice, check_whole, is_whole_number
from urbgeo.errors import InputError
from urbgeo.land.learning import (
    GrowthRules,
    LearnedRules,
    Learning,
    Rules,
    check_names,
    check_rules,
    features_of,
    fitted_drivers,
    held_out,
    learned,
    logistic,
    logit,
    pull_of,
    rows_of,
)
from urbgeo.land.patches import EIGHT
from urbgeo.land.validation import check_built, validate_growth
from urbgeo.provenance import Provenance
from urbgeo.rasters.cells import grow_patches
from urbgeo.rasters.grid import Grid, check_same_grid
from urbgeo.results import Result
from urbgeo.types import Flags, Floats

TRIED_STEPS = (1, 2, 5)
TRIED_CHANCES = (0.0, 0.5, 1.0)
PATCH_TOLERANCE = 0.2
"""Within this share of the patches there were, growth is left as the odds have it: noise costs hits."""

_HALVINGS = 6
_STRONGEST = 64.0
MOST_USES = 12
"""A land-use grid of more classes is taken for something else, heights say."""


@dataclass(frozen=True, eq=False, repr=False)
class Growth(Result):
    """A simulated run.

    ``table``: one row per step from 0: ``built_km2``, ``new_km2``. ``built`` at the end, ``step`` in which
    each cell was built (0 = before, -1 = never), ``odds`` of each cell before the run (log odds).
    """

    table: pd.DataFrame
    built: Grid
    step: Grid
    odds: Grid
    provenance: Provenance

    @property
    def summary(self) -> pd.DataFrame:
        """Land at the start and the end and the number of new patches, one row."""
        new = self.step.values > 0
        figures = {
            "start_km2": self.table["built_km2"].iloc[0],
            "end_km2": self.table["built_km2"].iloc[-1],
            "new_patches": int(ndimage.label(new, EIGHT)[1]),
        }
        return pd.DataFrame(figures, index=["all"])

    def _headline(self) -> str:
        start, end = self.table["built_km2"].iloc[[0, -1]]
        return f"{start:,.1f} to {end:,.1f} km2 built-up in {len(self.table) - 1} steps"


def fit_growth(
    before: Grid,
    after: Grid,
    drivers: Mapping[str, Grid],
    *,
    land_use: Grid | None = None,
    excluded: Grid | None = None,
    method: str | None = None,
    learning: Learning | int | None = None,
    seed: int = 0,
) -> Rules:
    """Learn from the change between two dates where the next land is built.

    ``"trees"`` (randomised and boosted ones, their shares averaged) learns from the drivers given and from
    those the package makes: distance to built-up land, its share in squares of 3 to 111 cells, the size of
    the nearest town, distances to and shares of other land uses, place. Squares held back say how
    strongly new land must draw its neighbours for growth to come in as many patches as it did.
    ``"logistic"`` is one logistic regression (with a small ridge) on the drivers, the distance to built-up
    land and the built share around; its steps and chance are those of a small table of trials with the best
    figure of merit on the same two dates.

    Parameters
    ----------
    before, after
        bool grids of built-up land.
    drivers
        Grids that explain growth: slope, minutes to a centre, ... A cell without a value is never built. See
        :func:`urbgeo.land.nearness.nearness` for distances and minutes to layers.
    land_use
        Classes at the first date (whole numbers; NaN or 0 where unknown, never built). For trees only.
    excluded
        bool grid of cells that are never built; nothing is learned from them.
    method
        ``"trees"`` (needs scikit-learn, extra ``learn``) or ``"logistic"``; None for trees where
        scikit-learn is at hand.
    learning
        How trees are grown; of the regression, how many cells the neighbourhood of a cell reaches (2).
    seed
        Of trees and trials.

    Returns
    -------
    GrowthRules or LearnedRules
        ``table`` tells what drove it, ``trials`` what was tried.

    Raises
    ------
    InputError
        For other cells, masks that are no bool, built-up land that did not grow, dates out of order, drivers
        without values or the same everywhere.
    MissingExtraError
        For trees without scikit-learn.

    Examples
    --------
    >>> from urbgeo.land.synthetic import synthetic_landscape
    >>> scene = synthetic_landscape(seed=2, cells=60)
    >>> rules = fit_growth(
    ...     scene.built[2010], scene.built[2015], {"height": scene.elevation}, method="logistic"
    ... )
    >>> rules.drivers
    ('height',)

    References
    ----------
    Geurts, P. et al. (2006), Extremely randomized trees; Ke, G. et al. (2017), LightGBM (boosting on binned
    drivers); Clarke, K. and Gaydos, L. (1998), Loose-coupling a
    cellular automaton model and GIS; Liang, X. et al. (2021), the PLUS model, for growth in patches.
    """
    check_names(drivers)
    check_seed(seed)
    check_built({"before": before, "after": after}, drivers, excluded)
    if method is None:
        method = "trees" if find_spec("sklearn") else "logistic"
    check_choice(method, "method", ("trees", "logistic"))
    uses = _uses_of(before, land_use, method)
    grown = after.values & ~before.values
    _check_order(before, after, grown)
    able = _able(before.values, drivers, land_use, excluded)
    count = int((grown & able).sum())
    if count == 0 or count == int(able.sum()):
        raise InputError(
            "before, after: no cell that could be built was, or all were; nothing to learn from."
        )
    if flat := [name for name, grid in drivers.items() if np.ptp(grid.values[able].astype(float)) == 0]:
        raise InputError(f"drivers: the same everywhere: {', '.join(flat)}; drop them.")
    if method == "trees":
        how = Learning() if learning is None else learning
        if not isinstance(how, Learning):
            raise InputError(f"learning: Learning(...) is needed for trees, not {how!r}.")
        return _trees(before, grown, drivers, land_use, uses, able, how, seed)
    radius = 2 if learning is None else learning
    if not is_whole_number(radius, 1):
        raise InputError(f"learning: {radius!r}; give the cells of a neighbourhood, a whole number >= 1.")
    return _regression(before, after, drivers, excluded, able, int(radius), seed)


def _trees(
    before: Grid,
    grown: Flags,
    drivers: Mapping[str, Grid],
    land_use: Grid | None,
    uses: tuple[int, ...],
    able: Flags,
    learning: Learning,
    seed: int,
) -> LearnedRules:
    made = features_of(before.values, drivers, land_use, uses, before.cell_m)
    rows = rows_of(made, np.flatnonzero(able))
    forest, boosting = learned(rows, grown[able], learning, seed)
    table = pd.DataFrame(
        {"importance": forest.feature_importances_}, index=pd.Index(list(made), name="driver")
    )
    odds = np.full(before.shape, -np.inf)
    odds[able] = logit(held_out(rows, grown[able], _squares(before.shape)[able], learning, seed))
    pull, chance, trials = _patchiness(odds, grown & able, able, seed)
    return LearnedRules(
        table.sort_values("importance", ascending=False),
        (forest, boosting),
        tuple(drivers),
        uses,
        patch_pull=pull,
        chance=chance,
        trials=trials,
        provenance=Provenance(
            {"method": "trees", **asdict(learning), "seed": seed},
            sources=sources_of_all(before, drivers),
            shares={"built of what could be": float(grown[able].mean())},
        ),
    )


def _squares(shape: tuple[int, int]) -> Flags:
    """A chessboard of squares, twelve along the shorter side."""
    side = max(min(shape) // 12, 5)
    row, column = np.indices(shape) // side
    return np.asarray((row + column) % 2 == 0)


def _patchiness(odds: Floats, grown: Flags, able: Flags, seed: int) -> tuple[float, float, pd.DataFrame]:
    """Pull of new neighbours, or else noise, that makes as many patches as there were."""
    wanted = int(ndimage.label(grown, EIGHT)[1])
    noise = np.random.default_rng(seed).standard_normal(odds.shape)
    trials = []

    def patches(pull: float, chance: float) -> int:
        made = np.zeros(odds.shape, bool)
        grow_patches(made, odds + chance * noise, able, int(grown.sum()), pull)
        hits = int((made & grown).sum())
        found = int(ndimage.label(made, EIGHT)[1])
        trials.append((pull, chance, found, wanted, hits / (2 * int(grown.sum()) - hits)))
        return found

    alone = patches(0.0, 0.0)
    few, near = alone > wanted, abs(alone - wanted) <= PATCH_TOLERANCE * wanted
    low, high = 0.0, 1.0
    while (
        not near
        and high < _STRONGEST
        and (patches(high, 0.0) > wanted if few else patches(0.0, high) < wanted)
    ):
        low, high = high, 2 * high
    for _ in range(0 if near else _HALVINGS):
        middle = (low + high) / 2
        if (patches(middle, 0.0) > wanted) if few else (patches(0.0, middle) < wanted):
            low = middle
        else:
            high = middle
    columns = ["patch_pull", "chance", "patches", "patches_observed", "figure_of_merit"]
    table = pd.DataFrame(trials, columns=columns)
    best = table.iloc[(table["patches"] - wanted).abs().argmin()]
    return float(best["patch_pull"]), float(best["chance"]), table


def _regression(
    before: Grid,
    after: Grid,
    drivers: Mapping[str, Grid],
    excluded: Grid | None,
    able: Flags,
    radius: int,
    seed: int,
) -> GrowthRules:
    table = pd.DataFrame({name: grid.values[able].astype(float) for name, grid in drivers.items()})
    for name, values in pull_of(before.values, before.cell_m, radius).items():
        table[name] = values[able]
    grown = (after.values & ~before.values)[able]
    means, deviations = table.mean(), table.std(ddof=0).replace(0.0, 1.0)
    design = np.column_stack([np.ones(len(table)), ((table - means) / deviations).to_numpy()])
    fitted = pd.Series(logistic(design, grown.astype(float)), ["intercept", *table.columns])
    about = Provenance(
        {"method": "logistic", "radius_cells": radius, "seed": seed}, sources=sources_of_all(before, drivers)
    )
    rules = GrowthRules(fitted, means, deviations, radius_cells=radius, provenance=about)
    trials = []
    for steps in TRIED_STEPS:
        for chance in TRIED_CHANCES:
            tried = replace(rules, steps=steps, chance=chance)
            run = simulate_growth(
                before, drivers, tried, new_cells=int(grown.sum()), excluded=excluded, seed=seed
            )
            merit = validate_growth(before, after, run.built, excluded=excluded).figure_of_merit
            trials.append((steps, chance, merit))
    report = pd.DataFrame(trials, columns=["steps", "chance", "figure_of_merit"])
    steps, chance, _ = max(trials, key=lambda trial: trial[2])
    return replace(rules, steps=steps, chance=chance, trials=report)


def simulate_growth(
    built: Grid,
    drivers: Mapping[str, Grid],
    rules: Rules,
    *,
    new_cells: int,
    steps: int | None = None,
    land_use: Grid | None = None,
    excluded: Grid | None = None,
    seed: int = 0,
) -> Growth:
    """Build so many new cells in equal steps, the likeliest cells of each step first.

    The same seed gives the same run; the noise of a cell does not depend on what else is built. Drivers stay
    as they are given, the pull of built-up land follows its growth.

    Parameters
    ----------
    built
        bool grid of built-up land at the start.
    drivers, rules
        The drivers fitted, and what :func:`fit_growth` learned.
    new_cells
        How many cells are built in all.
    steps
        Those of the rules when None, right for as long a time as was fitted; give twice as many for twice
        the time.
    land_use
        Classes at the start, where the rules learned from them.
    excluded
        bool grid of cells that are never built.
    seed
        Of the noise.

    Returns
    -------
    Growth
        Built-up land at the end, the step of each new cell, areas by step.

    Raises
    ------
    InputError
        For drivers other than those fitted, steps or cells that are none, or more new cells than there is
        land for (telling how many are missing).

    Examples
    --------
    >>> from urbgeo.land.synthetic import synthetic_landscape
    >>> scene = synthetic_landscape(seed=2, cells=60)
    >>> drivers = {"height": scene.elevation}
    >>> rules = fit_growth(scene.built[2010], scene.built[2015], drivers, method="logistic")
    >>> simulate_growth(scene.built[2015], drivers, rules, new_cells=50, steps=2).table["new_km2"].tolist()
    [0.0, 0.25, 0.5]
    """
    check_names(drivers)
    check_seed(seed)
    check_built({"built": built}, drivers, excluded)
    check_rules(rules)
    drivers = fitted_drivers(drivers, rules, land_use)
    steps = rules.steps if steps is None else steps
    steps, new_cells = check_whole(steps, "steps", 1), check_whole(new_cells, "new_cells", 0)
    able = _able(built.values, drivers, land_use, excluded)
    _check_room(able, new_cells, built.cell_km2)
    rng = np.random.default_rng(seed)
    now, when = built.values.copy(), np.where(built.values, 0, -1).astype(np.int32)
    areas, first = [0.0], np.zeros(built.shape)
    for step in range(1, steps + 1):
        wanted = new_cells * step // steps - new_cells * (step - 1) // steps
        odds = rules.log_odds(now, drivers, land_use, built.cell_m)
        first = odds if step == 1 else first
        new = np.zeros(built.shape, bool)
        turn = odds + rules.chance * rng.standard_normal(built.shape)
        grow_patches(new, turn, able & ~now, wanted, rules.patch_pull)
        now |= new
        when[new] = step
        areas.append(float((when > 0).sum()) * built.cell_km2)
    start = float(built.values.sum()) * built.cell_km2
    table = pd.DataFrame({"built_km2": np.add(areas, start), "new_km2": areas}).rename_axis("step")
    return Growth(
        table,
        built.having(now, source=f"simulated growth of {built.source}"),
        built.having(when, source="step of growth"),
        built.having(np.where(able, first, np.nan), source="log odds of being built"),
        Provenance(
            parameters={
                "new_cells": new_cells,
                "steps": steps,
                "seed": seed,
                "neighbour_factor": rules.neighbour_factor,
                "chance": rules.chance,
                "patch_pull": rules.patch_pull,
                **rules.provenance.parameters,
            },
            sources=sources_of_all(built, drivers),
        ),
    )


def _check_room(able: Flags, new_cells: int, cell_km2: float) -> None:
    if new_cells > able.sum():
        lack = (new_cells - int(able.sum())) * cell_km2
        raise InputError(
            f"new_cells: {new_cells} are more than the {int(able.sum())} that can be built; {lack:.2f} km2 "
            "are missing."
        )


def sources_of_all(built: Grid, drivers: Mapping[str, Grid]) -> tuple[str, ...]:
    """Where built-up land and drivers come from."""
    return tuple(one.source for one in (built, *drivers.values()) if one.source)


def _uses_of(before: Grid, land_use: Grid | None, method: str) -> tuple[int, ...]:
    """Classes that are not built-up land itself."""
    if land_use is None:
        return ()
    check_same_grid({"before": before, "land_use": land_use})
    if method == "logistic":
        raise InputError("land_use: the regression does not learn from it; give method='trees', or drivers.")
    open_land = land_use.values[~before.values & _known_use(land_use)]
    found = np.unique(open_land)
    if len(found) > MOST_USES or (found != np.round(found)).any():
        raise InputError(
            f"land_use: {len(found)} different values; give classes as whole numbers, at most {MOST_USES}."
        )
    return tuple(int(one) for one in found)


def _known_use(land_use: Grid) -> Flags:
    return np.asarray(~land_use.missing & (land_use.values != 0))


def _check_order(before: Grid, after: Grid, grown: Flags) -> None:
    lost = int((before.values & ~after.values).sum())
    if lost > int(grown.sum()):
        raise InputError(
            f"before, after: {lost} cells are built-up at the first date only, {int(grown.sum())} at the "
            "second only; are the dates in order?"
        )


def _able(built: Flags, drivers: Mapping[str, Grid], land_use: Grid | None, excluded: Grid | None) -> Flags:
    able = ~built if excluded is None else ~built & ~excluded.values
    for grid in drivers.values():
        able = able & np.isfinite(grid.values)
    return able if land_use is None else able & _known_use(land_use)
