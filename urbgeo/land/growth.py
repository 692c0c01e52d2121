"""Growth of built-up land by a cellular automaton: fitted on two dates, tested on a third, run ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import ndimage

from urbgeo.checks import check_quantity
from urbgeo.errors import Faults, InputError
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_metric, check_same_grid
from urbgeo.types import Flags, Floats

TRIED_STEPS = (1, 2, 5)
TRIED_CHANCES = (0.0, 0.5, 1.0)
DISTANCE, NEIGHBOURS = "ln built_distance", "ln built_neighbours"
"""What every rule learns besides the drivers: how far the nearest built-up cell is, and how many are near."""

COMPACT_LAND, COMPACT_NEIGHBOURS, ECOLOGICAL_LAND = 0.7, 2.0, 0.8
"""Factors of the usual scenarios on land and on the pull of built-up land. Judgements, to be set anew."""

_RIDGE = 1e-3
_NEWTON_STEPS = 30
_RESERVED = (DISTANCE, NEIGHBOURS, "intercept")


@dataclass(frozen=True, eq=False)
class GrowthRules:
    """How a cell's turn to be built is worked out.

    Log odds ``= b0 + sum(b_k x_k) + factor (b_d ln distance + b_n ln neighbours) + chance noise``: drivers,
    distance to the nearest built-up cell and built share within ``radius_cells`` scaled by ``means`` and
    ``deviations``, noise standard normal per cell and step. Built land stays built (inertia), and pulls anew
    in every step; ``steps`` is how many make up the time between the two dates fitted.
    """

    coefficients: pd.Series
    means: pd.Series
    deviations: pd.Series
    neighbour_factor: float = 1.0
    chance: float = 0.0
    radius_cells: int = 2
    steps: int = 1

    @property
    def drivers(self) -> tuple[str, ...]:
        """Names of the drivers fitted."""
        return tuple(name for name in self.coefficients.index if name not in _RESERVED)


@dataclass(frozen=True, eq=False)
class Validation:
    """How a simulated change compares with the one that happened.

    ``figure_of_merit`` = hits / (hits + misses + false alarms); ``null`` the same for a model that builds
    as many cells at random among those that could be, ``nearest`` for one that builds those nearest to
    built-up land, equally near ones by lot (expected hits both). Cells are counted. A model worth having
    beats both.
    """

    hits: int
    misses: int
    false_alarms: int
    figure_of_merit: float
    null: float
    nearest: float
    change: Grid

    @property
    def better_than_null(self) -> bool:
        """Whether the model beats chance."""
        return self.figure_of_merit > self.null

    @property
    def better_than_nearest(self) -> bool:
        """Whether the model beats the nearest cells first."""
        return self.figure_of_merit > self.nearest


@dataclass(frozen=True, eq=False)
class Scenario:
    """What a run assumes: yearly land as a multiple of the trend, more or less weight on neighbours, less
    chance, and land that may not be built on besides what never may."""

    name: str
    land_factor: float = 1.0
    neighbour_factor: float = 1.0
    chance_factor: float = 1.0
    extra_exclusion: Grid | None = None


@dataclass(frozen=True, eq=False)
class Growth:
    """A simulated run: ``built`` at the end, ``step`` in which each cell was built (0 = before, -1 =
    never), ``areas`` by step in km2."""

    built: Grid
    step: Grid
    areas: pd.Series
    provenance: Provenance = field(repr=False)


def fit_growth(
    before: Grid,
    after: Grid,
    drivers: Mapping[str, Grid],
    *,
    excluded: Grid | None = None,
    radius_cells: int = 2,
    seed: int = 0,
) -> tuple[GrowthRules, pd.DataFrame]:
    """Fit growth rules on the change between two dates.

    The odds of being built are one logistic regression (with a small ridge) on the drivers, the distance to
    built-up land and the built share around; steps and chance are those of a small table of trials with the
    best figure of merit on the same two dates. Only built and not built are told apart.

    Parameters
    ----------
    before, after
        bool grids of built-up land.
    drivers
        Grids that explain growth: slope, minutes to a centre, ... A cell without a value is never built.
    excluded
        bool grid of cells that are never built; they are left out of the regression.
    radius_cells
        How far the neighbourhood of a cell reaches.
    seed
        Of the draws in the trials.

    Returns
    -------
    tuple
        The rules, and the trials: ``steps``, ``chance``, ``figure_of_merit``.

    Raises
    ------
    InputError
        For other cells, masks that are no bool, built-up land that did not grow, drivers without values.
    """
    _check_built({"before": before, "after": after}, drivers, excluded)
    if reserved := [name for name in drivers if name in _RESERVED]:
        raise InputError(f"drivers: {', '.join(reserved)}: these names are the rules' own; rename them.")
    grown = after.values & ~before.values
    able = _able(before.values, drivers, excluded)
    count = int((grown & able).sum())
    if count == 0 or count == int(able.sum()):
        raise InputError(
            "before, after: no cell that could be built was, or all were; nothing to learn from."
        )
    table = pd.DataFrame({name: grid.values[able].astype(float) for name, grid in drivers.items()})
    if flat := list(table.columns[table.nunique() == 1]):
        raise InputError(f"drivers: the same everywhere: {', '.join(flat)}; drop them.")
    for name, values in _pull(before.values, before.cell_m, radius_cells).items():
        table[name] = values[able]
    means, deviations = table.mean(), table.std(ddof=0).replace(0.0, 1.0)
    design = np.column_stack([np.ones(len(table)), ((table - means) / deviations).to_numpy()])
    fitted = pd.Series(_logistic(design, grown[able].astype(float)), ["intercept", *table.columns])
    rules = GrowthRules(fitted, means, deviations, radius_cells=radius_cells)
    trials = []
    for steps in TRIED_STEPS:
        for chance in TRIED_CHANCES:
            tried = replace(rules, steps=steps, chance=chance)
            run = simulate_growth(before, drivers, tried, new_cells=count, excluded=excluded, seed=seed)
            merit = validate_growth(before, after, run.built, excluded=excluded).figure_of_merit
            trials.append((steps, chance, merit))
    report = pd.DataFrame(trials, columns=["steps", "chance", "figure_of_merit"])
    steps, chance, _ = max(trials, key=lambda trial: trial[2])
    return replace(rules, steps=steps, chance=chance), report


def simulate_growth(
    built: Grid,
    drivers: Mapping[str, Grid],
    rules: GrowthRules,
    *,
    new_cells: int,
    steps: int | None = None,
    excluded: Grid | None = None,
    seed: int = 0,
) -> Growth:
    """Build so many new cells in equal steps, the likeliest cells of each step first.

    The same seed gives the same run; the noise of a cell does not depend on what else is built. Drivers stay
    as they are given, the pull of built-up land follows its growth. ``steps`` are those of the rules when
    None, right for as long a time as was fitted; give twice as many for twice the time.

    Raises
    ------
    InputError
        For drivers other than those fitted, steps or cells that are none, or more new cells than there is
        land for (telling how many are missing).
    """
    _check_built({"built": built}, drivers, excluded)
    if set(drivers) != set(rules.drivers):
        raise InputError(
            f"drivers: {', '.join(sorted(drivers))} given, the rules were fitted on "
            f"{', '.join(sorted(rules.drivers))}."
        )
    steps = rules.steps if steps is None else steps
    if steps < 1 or new_cells < 0:
        raise InputError("steps, new_cells: give at least one step and no negative number of cells.")
    able = _able(built.values, drivers, excluded)
    if new_cells > able.sum():
        lack = (new_cells - int(able.sum())) * built.cell_km2
        raise InputError(
            f"new_cells: {new_cells} are more than the {int(able.sum())} that can be built; {lack:.2f} km2 "
            "are missing."
        )
    still = _still(drivers, rules)
    rng = np.random.default_rng(seed)
    now, when = built.values.copy(), np.where(built.values, 0, -1).astype(np.int32)
    areas = {0: now.sum() * built.cell_km2}
    for step in range(1, steps + 1):
        wanted = new_cells * step // steps - new_cells * (step - 1) // steps
        noise = rng.standard_normal(built.shape)
        turn = still + rules.chance * noise
        for name, values in _pull(now, built.cell_m, rules.radius_cells).items():
            turn += rules.neighbour_factor * _scaled(values, name, rules)
        turn[~able | now] = -np.inf
        # Stable, so that equal odds go by position and a run can be repeated anywhere.
        first = np.argsort(-turn, axis=None, kind="stable")[:wanted]
        now.ravel()[first] = True
        when.ravel()[first] = step
        areas[step] = now.sum() * built.cell_km2
    return Growth(
        built.having(now, source=f"simulated growth of {built.source}"),
        built.having(when, source="step of growth"),
        pd.Series(areas, name="built_km2").rename_axis("step"),
        Provenance(
            parameters={
                "new_cells": new_cells,
                "steps": steps,
                "seed": seed,
                "neighbour_factor": rules.neighbour_factor,
                "chance": rules.chance,
                "radius_cells": rules.radius_cells,
                "coefficients": rules.coefficients.to_dict(),
            },
            sources=tuple(one.source for one in (built, *drivers.values()) if one.source),
        ),
    )


def validate_growth(
    before: Grid, after: Grid, simulated: Grid, *, excluded: Grid | None = None
) -> Validation:
    """Compare a simulated change with the real one by the figure of merit, against null models.

    ``change``: 0 none, 1 hit, 2 miss, 3 false alarm.

    References
    ----------
    Pontius, R. G. et al. (2008), Comparing the input, output, and validation maps for several models of
    land change.
    """
    _check_built({"before": before, "after": after, "simulated": simulated}, {}, excluded)
    real, made = after.values & ~before.values, simulated.values & ~before.values
    hits, misses = int((real & made).sum()), int((real & ~made).sum())
    false_alarms = int((made & ~real).sum())
    able = ~before.values if excluded is None else ~before.values & ~excluded.values
    chance_hits = int(made.sum()) * int((real & able).sum()) / max(int(able.sum()), 1)
    near_hits = _nearest_hits(before.values, real, able, int(made.sum()))
    change = np.select([real & made, real, made], [1, 2, 3], default=0).astype(np.uint8)

    def merit(right: float) -> float:
        union = int(real.sum()) + int(made.sum()) - right
        return right / union if union else 1.0

    return Validation(
        hits, misses, false_alarms, merit(hits), merit(chance_hits), merit(near_hits),
        before.having(change, source="hits, misses and false alarms"),
    )  # fmt: skip


def usual_scenarios(ecological: Grid) -> list[Scenario]:
    """Trend; compact (less land, a stronger pull of built-up land, no chance); ecological (less land, none
    of it where ``ecological``, a bool grid, is True)."""
    return [
        Scenario("trend"),
        Scenario("compact", land_factor=COMPACT_LAND, neighbour_factor=COMPACT_NEIGHBOURS, chance_factor=0.0),
        Scenario("ecological", land_factor=ECOLOGICAL_LAND, extra_exclusion=ecological),
    ]


def run_scenarios(
    built: Grid,
    drivers: Mapping[str, Grid],
    rules: GrowthRules,
    scenarios: Sequence[Scenario],
    *,
    trend_km2: float,
    cap_km2: float | None = None,
    steps: int | None = None,
    excluded: Grid | None = None,
    seed: int = 0,
) -> tuple[dict[str, Growth], pd.DataFrame]:
    """Run each scenario ahead and hold the land it takes against a cap.

    ``trend_km2`` is the new land the trend would take in the time simulated.

    Returns
    -------
    tuple
        The runs by name, and a table: ``wanted_km2``, ``new_km2``, ``cap_km2``, ``within_cap``,
        ``excluded_share`` of cells barred.

    Raises
    ------
    InputError
        As :func:`simulate_growth`; for repeated names, or a trend that is no area.
    """
    names = [one.name for one in scenarios]
    if len(set(names)) < len(names) or not names:
        raise InputError("scenarios: give at least one, each with a name of its own.")
    if not (np.isfinite(trend_km2) and trend_km2 >= 0):
        raise InputError(f"trend_km2: {trend_km2!r} is no area.")
    if cap_km2 is not None:
        check_quantity(cap_km2, "cap_km2", zero=True)
    runs, rows = {}, {}
    for one in scenarios:
        barred = np.zeros(built.shape, bool) if excluded is None else excluded.values.copy()
        if one.extra_exclusion is not None:
            _check_built({"built": built}, {}, one.extra_exclusion)
            barred |= one.extra_exclusion.values
        own = replace(
            rules,
            neighbour_factor=rules.neighbour_factor * one.neighbour_factor,
            chance=rules.chance * one.chance_factor,
        )
        wanted = trend_km2 * one.land_factor
        runs[one.name] = simulate_growth(
            built,
            drivers,
            own,
            new_cells=round(wanted / built.cell_km2),
            steps=steps,
            excluded=built.having(barred),
            seed=seed,
        )
        new = int((runs[one.name].step.values > 0).sum()) * built.cell_km2
        cap = np.nan if cap_km2 is None else cap_km2
        # Half a cell of grace: an area counted in cells never meets a cap to the last digit.
        within = None if cap_km2 is None else new <= cap_km2 + built.cell_km2 / 2
        rows[one.name] = (wanted, new, cap, within, float(barred.mean()))
    columns = ["wanted_km2", "new_km2", "cap_km2", "within_cap", "excluded_share"]
    return runs, pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _check_built(built: Mapping[str, Grid], drivers: Mapping[str, Grid], excluded: Grid | None) -> None:
    masks = dict(built) | ({} if excluded is None else {"excluded": excluded})
    check_same_grid({**masks, **drivers})
    check_metric(next(iter(built.values())), next(iter(built)))
    faults = Faults("growth")
    soft = [name for name, grid in masks.items() if grid.values.dtype != bool]
    if soft:
        faults.add("no bool grids", ids=soft, remedy="compare them with a threshold")
    bare = [name for name in built if name not in soft and not masks[name].values.any()]
    if bare:
        faults.add("no cell is built-up", ids=bare, remedy="growth starts from built-up land")
    void = [name for name, grid in drivers.items() if not np.isfinite(grid.values).any()]
    if void:
        faults.add("drivers that are nodata everywhere", ids=void)
    faults.raise_if_any()


def _able(built: Flags, drivers: Mapping[str, Grid], excluded: Grid | None) -> Flags:
    able = ~built if excluded is None else ~built & ~excluded.values
    for grid in drivers.values():
        able = able & np.isfinite(grid.values)
    return able


def _still(drivers: Mapping[str, Grid], rules: GrowthRules) -> Floats:
    """The part of the log odds that growth itself does not change."""
    total = np.full(next(iter(drivers.values())).shape, float(rules.coefficients["intercept"]))
    for name, grid in drivers.items():
        total += _scaled(np.where(np.isfinite(grid.values), grid.values, 0.0), name, rules)
    return total


def _scaled(values: Floats, name: str, rules: GrowthRules) -> Floats:
    return rules.coefficients[name] * (values - rules.means[name]) / rules.deviations[name]


def _pull(built: Flags, cell_m: tuple[float, float], radius: int) -> dict[str, Floats]:
    """Logarithms of the distance to built-up land in metres, and of the built share of the square around each
    cell, itself left out; half a cell stands for none."""
    away = np.maximum(ndimage.distance_transform_edt(~built, sampling=cell_m), min(cell_m))
    side = 2 * radius + 1
    total = ndimage.convolve1d(built.astype(float), np.ones(side), axis=0, mode="constant")
    total = ndimage.convolve1d(total, np.ones(side), axis=1, mode="constant") - built
    return {DISTANCE: np.log(away), NEIGHBOURS: np.log(np.maximum(total, 0.5) / (side * side - 1))}


def _nearest_hits(before: Flags, real: Flags, able: Flags, made: int) -> float:
    """Hits to be expected of building the nearest cells first, those that are equally near by lot."""
    away = np.round(ndimage.distance_transform_edt(~before)[able], 9)
    _, ring = np.unique(away, return_inverse=True)
    cells = np.bincount(ring)
    hits = np.bincount(ring, weights=real[able])
    taken = np.clip(made - (np.cumsum(cells) - cells), 0, cells)
    return float((hits * taken / cells).sum())


def _logistic(design: Floats, outcome: Floats) -> Floats:
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
