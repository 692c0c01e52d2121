"""A simulated change held against the one that happened: figure of merit, null models, total operating
characteristic, patches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import ndimage

from urbgeo.errors import Faults, InputError
from urbgeo.land.patches import EIGHT
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_bools, check_metric, check_same_grid
from urbgeo.results import Result
from urbgeo.types import Flags, Floats

TOC_STEPS = 200
"""Points of the total operating characteristic that are kept."""


@dataclass(frozen=True, eq=False, repr=False)
class Validation(Result):
    """How a simulated change compares with the one that happened.

    ``table``: ``"model"``, ``"nearest cells first"`` (equally near ones by lot) and ``"chance"`` (as many
    cells among those that could be), each with ``hits`` (expected ones of the nulls), ``misses``,
    ``false_alarms`` (cells) and ``figure_of_merit`` = hits / (hits + misses + false alarms). A model worth
    having beats both. ``change``: 0 none, 1 hit, 2 miss, 3 false alarm. ``toc``: by falling odds the share
    of land taken, ``hits_share`` of what was built, ``false_alarm_share`` of what was not; ``auc`` the area
    under it (NaN without odds). ``patches``, ``patches_observed``: new patches of the model and real ones.
    """

    table: pd.DataFrame
    change: Grid
    toc: pd.DataFrame
    auc: float
    patches: int
    patches_observed: int
    provenance: Provenance

    @property
    def figure_of_merit(self) -> float:
        """That of the model."""
        return float(self.table.loc["model", "figure_of_merit"])

    @property
    def better_than_chance(self) -> bool:
        """Whether the model beats chance."""
        return bool(self.figure_of_merit > self.table.loc["chance", "figure_of_merit"])

    @property
    def better_than_nearest(self) -> bool:
        """Whether the model beats the nearest cells first."""
        return bool(self.figure_of_merit > self.table.loc["nearest cells first", "figure_of_merit"])

    @property
    def summary(self) -> pd.DataFrame:
        """Figures of merit, area under the characteristic and patches, one row."""
        merits = {f"figure_of_merit {name}": one for name, one in self.table["figure_of_merit"].items()}
        rest = {"auc": self.auc, "patches": self.patches, "patches_observed": self.patches_observed}
        return pd.DataFrame({**merits, **rest}, index=["all"])

    def _headline(self) -> str:
        merits = self.table["figure_of_merit"]
        return (
            f"figure of merit {merits['model']:.3f} (nearest first {merits['nearest cells first']:.3f}, "
            f"chance {merits['chance']:.3f}), {self.patches} new patches of {self.patches_observed}"
        )


def validate_growth(
    before: Grid, after: Grid, simulated: Grid, *, odds: Grid | None = None, excluded: Grid | None = None
) -> Validation:
    """Compare a simulated change with the real one, and with what chance and nearness alone would hit.

    Parameters
    ----------
    before, after
        bool grids of built-up land at the first and the last date.
    simulated
        bool grid of what a model built until then, e.g. ``run.built``.
    odds
        What the model thought of each cell before (``run.odds``), for the characteristic.
    excluded
        bool grid of cells that are never built.

    Returns
    -------
    Validation
        Figures of merit of the model and the null models.

    Raises
    ------
    InputError
        For other cells, masks that are no bool, and a second date without any change.

    Examples
    --------
    >>> from affine import Affine
    >>> rows = [[1, 0, 0, 0]], [[1, 1, 0, 1]], [[1, 1, 1, 0]]
    >>> place = Affine(100, 0, 500_000, 0, -100, 3_000_000)
    >>> found = validate_growth(*(Grid(np.array(row, bool), place, 4547) for row in rows))
    >>> round(found.figure_of_merit, 3)
    0.333

    References
    ----------
    Pontius, R. G. et al. (2008), Comparing the input, output, and validation maps for several models of
    land change. Pontius, R. G. and Si, K. (2014), The total operating characteristic.
    """
    check_built({"before": before, "after": after, "simulated": simulated}, {}, excluded)
    real, made = after.values & ~before.values, simulated.values & ~before.values
    if not real.any():
        raise InputError("before, after: nothing was built between the two dates; there is nothing to hit.")
    able = ~before.values if excluded is None else ~before.values & ~excluded.values
    lost = simulated.values & ~before.values & ~able
    if lost.any():
        raise InputError(f"simulated: {int(lost.sum())} new cells lie in an exclusion.")
    hits = {
        "model": float((real & made).sum()),
        "nearest cells first": _nearest_hits(before.values, real, able, int(made.sum())),
        "chance": int(made.sum()) * int((real & able).sum()) / max(int(able.sum()), 1),
    }
    table = pd.DataFrame({"hits": hits})
    table["misses"], table["false_alarms"] = real.sum() - table["hits"], made.sum() - table["hits"]
    table["figure_of_merit"] = table["hits"] / (real.sum() + made.sum() - table["hits"])
    change = np.select([real & made, real, made], [1, 2, 3], default=0).astype(np.uint8)
    toc, auc = pd.DataFrame(), np.nan
    if odds is not None:
        check_same_grid({"before": before, "odds": odds})
        toc, auc = _characteristic(odds.values, real, able)
    sources = tuple(one.source for one in (before, after, simulated) if one.source)
    return Validation(
        table.rename_axis("way"),
        before.having(change, source="hits, misses and false alarms"),
        toc,
        auc,
        int(ndimage.label(made, EIGHT)[1]),
        int(ndimage.label(real, EIGHT)[1]),
        Provenance({"new_cells": int(made.sum()), "observed_cells": int(real.sum())}, sources=sources),
    )


def check_built(built: Mapping[str, Grid], drivers: Mapping[str, Grid], excluded: Grid | None) -> None:
    """Refuse grids that growth cannot be worked out on, all faults at once."""
    masks = dict(built) | ({} if excluded is None else {"excluded": excluded})
    check_same_grid({**masks, **drivers})
    check_metric(next(iter(built.values())), next(iter(built)))
    check_bools(masks)
    faults = Faults("growth")
    bare = [name for name in built if not masks[name].values.any()]
    if bare:
        faults.add("no cell is built-up", ids=bare, remedy="growth starts from built-up land")
    void = [name for name, grid in drivers.items() if not np.isfinite(grid.values).any()]
    if void:
        faults.add("drivers that are nodata everywhere", ids=void)
    faults.raise_if_any()


def _nearest_hits(before: Flags, real: Flags, able: Flags, made: int) -> float:
    """Hits to be expected of building the nearest cells first, those that are equally near by lot."""
    away = np.round(ndimage.distance_transform_edt(~before)[able], 9)
    _, ring = np.unique(away, return_inverse=True)
    cells = np.bincount(ring)
    hits = np.bincount(ring, weights=real[able])
    taken = np.clip(made - (np.cumsum(cells) - cells), 0, cells)
    return float((hits * taken / cells).sum())


def _characteristic(odds: Floats, real: Flags, able: Flags) -> tuple[pd.DataFrame, float]:
    """Hits and false alarms as more and more land is taken, the likeliest first; equal odds go together."""
    known = able & np.isfinite(odds)
    value, hit = odds[known], real[known]
    order = np.argsort(-value, kind="stable")
    last = np.flatnonzero(np.diff(value[order], append=-np.inf))
    hits, taken = np.cumsum(hit[order])[last], last + 1.0
    y = np.r_[0.0, hits / max(int(hit.sum()), 1)]
    x = np.r_[0.0, (taken - hits) / max(int((~hit).sum()), 1)]
    keep = np.unique(np.linspace(0, len(x) - 1, TOC_STEPS).astype(int))
    table = pd.DataFrame(
        {"hits_share": y, "false_alarm_share": x, "land_share": np.r_[0.0, taken / len(value)]}
    )
    under = float((np.diff(x) * (y[1:] + y[:-1])).sum() / 2.0)
    return table.iloc[keep].reset_index(drop=True), under
