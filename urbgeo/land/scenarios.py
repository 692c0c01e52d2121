"""What growth takes under several assumptions, held against a cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from urbgeo.arguments import check_object, check_several
from urbgeo.checks import check_quantity
from urbgeo.errors import InputError
from urbgeo.land.growth import Growth, simulate_growth, sources_of_all
from urbgeo.land.learning import Rules, check_names, check_rules
from urbgeo.land.validation import check_built
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid
from urbgeo.results import Result

COMPACT_LAND, COMPACT_NEIGHBOURS, ECOLOGICAL_LAND = 0.7, 2.0, 0.8
"""Factors of the usual scenarios on land and on the pull of built-up land. Judgements, to be set anew."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """What a run assumes: yearly land as a multiple of the trend, more or less weight on neighbours, less
    chance, land that may not be built on besides what never may, and the seed of its chance."""

    name: str
    land_factor: float = 1.0
    neighbour_factor: float = 1.0
    chance_factor: float = 1.0
    extra_exclusion: Grid | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("land_factor", "neighbour_factor", "chance_factor"):
            check_quantity(getattr(self, name), name, zero=True)


@dataclass(frozen=True, eq=False, repr=False)
class Scenarios(Result):
    """Runs of several scenarios: ``table`` on ``scenario`` with ``wanted_km2``, ``new_km2``, ``cap_km2``,
    ``within_cap``, ``excluded_share`` of cells barred; ``runs`` by name."""

    table: pd.DataFrame
    runs: Mapping[str, Growth]
    provenance: Provenance

    def _headline(self) -> str:
        return ", ".join(f"{name} {new:,.1f} km2" for name, new in self.table["new_km2"].items())


def usual_scenarios(ecological: Grid) -> list[Scenario]:
    """Trend; compact (less land, a stronger pull of built-up land, no chance); ecological (less land, none
    of it where ``ecological``, a bool grid, is True).

    >>> from affine import Affine
    >>> forest = Grid(np.array([[True]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> [one.name for one in usual_scenarios(forest)]
    ['trend', 'compact', 'ecological']
    """
    return [
        Scenario("trend"),
        Scenario("compact", land_factor=COMPACT_LAND, neighbour_factor=COMPACT_NEIGHBOURS, chance_factor=0.0),
        Scenario("ecological", land_factor=ECOLOGICAL_LAND, extra_exclusion=ecological),
    ]


def run_scenarios(
    built: Grid,
    drivers: Mapping[str, Grid],
    rules: Rules,
    scenarios: Sequence[Scenario],
    *,
    trend_km2: float,
    cap_km2: float | None = None,
    land_use: Grid | None = None,
    excluded: Grid | None = None,
) -> Scenarios:
    """Run each scenario ahead and hold the land it takes against a cap.

    Parameters
    ----------
    built, drivers, rules, land_use, excluded
        As for :func:`simulate_growth`; for another time than was fitted give
        ``dataclasses.replace(rules, steps=...)``.
    scenarios
        Each with a name of its own.
    trend_km2
        New land that the trend would take in the time simulated.
    cap_km2
        What no scenario may go above.

    Returns
    -------
    Scenarios
        ``table`` has one row per scenario, ``runs`` the simulations by name.

    Raises
    ------
    InputError
        As :func:`simulate_growth`; for repeated names, or a trend that is no area.

    Examples
    --------
    >>> from urbgeo.land.growth import fit_growth
    >>> from urbgeo.land.synthetic import synthetic_landscape
    >>> scene = synthetic_landscape(seed=2, cells=60)
    >>> drivers = {"height": scene.elevation}
    >>> rules = fit_growth(scene.built[2010], scene.built[2015], drivers, method="logistic")
    >>> found = run_scenarios(scene.built[2020], drivers, rules, [Scenario("trend")], trend_km2=0.5)
    >>> found.table["new_km2"].tolist()
    [0.5]
    """
    check_names(drivers)
    check_built({"built": built}, drivers, excluded)
    check_rules(rules)
    scenarios = check_several(scenarios, "scenarios", "usual_scenarios(forest)")
    for one in scenarios:
        check_object(one, "scenarios", Scenario, "e.g. Scenario('trend')")
    names = [one.name for one in scenarios]
    if len(set(names)) < len(names) or not names:
        raise InputError("scenarios: give at least one, each with a name of its own.")
    check_quantity(trend_km2, "trend_km2", zero=True)
    if cap_km2 is not None:
        check_quantity(cap_km2, "cap_km2", zero=True)
    runs, rows = {}, {}
    for one in scenarios:
        barred = np.zeros(built.shape, bool) if excluded is None else excluded.values.copy()
        if one.extra_exclusion is not None:
            check_built({"built": built}, {}, one.extra_exclusion)
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
            land_use=land_use,
            excluded=built.having(barred),
            seed=one.seed,
        )
        new = float(runs[one.name].table["new_km2"].iloc[-1])
        cap = np.nan if cap_km2 is None else cap_km2
        # Half a cell of grace: an area counted in cells never meets a cap to the last digit.
        within = None if cap_km2 is None else new <= cap_km2 + built.cell_km2 / 2
        rows[one.name] = (wanted, new, cap, within, float(barred.mean()))
    columns = ["wanted_km2", "new_km2", "cap_km2", "within_cap", "excluded_share"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("scenario")
    about = Provenance({"trend_km2": trend_km2, "cap_km2": cap_km2}, sources=sources_of_all(built, drivers))
    return Scenarios(table, runs, about)
