"""Suitability for urban construction (双评价): layers to grades, grades to a score, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import check_points
from urbgeo.errors import Faults, InputError
from urbgeo.land.grades import DEFAULT_GRADES, grade
from urbgeo.land.weights import MAX_CONSISTENCY_RATIO, AhpWeights, entropy_weights
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_bools, check_metric, check_same_grid
from urbgeo.results import Result, with_names
from urbgeo.types import Floats

CLASSES: tuple[tuple[float, str, str], ...] = (
    (80.0, "high", "高"),
    (60.0, "fairly high", "较高"),
    (40.0, "medium", "中等"),
    (20.0, "fairly low", "较低"),
    (0.0, "low", "低"),
)
"""Least score of each class of the result; class 1 is the best, 0 is excluded, NaN is nodata."""

WEIGHT_TOLERANCE = 1e-6
_SCORE_DIGITS = 9


@dataclass(frozen=True, eq=False, repr=False)
class Suitability(Result):
    """A score per cell and why.

    ``table``: ``name``, ``name_zh``, ``cells``, ``area_km2``, ``share`` by class.
    ``score``: 0 to 100; 0 where excluded, NaN where a layer is nodata and nothing excludes the cell.
    ``classes``: 1 (best) to 5, 0 excluded, NaN nodata.
    ``scores``: the graded layers. ``excluded_by``: position in ``exclusions`` + 1 of the first mask that
    excludes a cell, 0 for none.
    """

    table: pd.DataFrame
    score: Grid
    classes: Grid
    scores: Mapping[str, Grid]
    weights: pd.Series
    excluded_by: Grid
    exclusions: tuple[str, ...]
    provenance: Provenance

    def _headline(self) -> str:
        best = self.table.loc[[1, 2], "share"].sum()
        out = self.table.loc[0, "share"]
        return f"{best:.1%} of the land highly or fairly highly suitable, {out:.1%} excluded"

    def why(self, points: gpd.GeoDataFrame) -> pd.DataFrame:
        """For each point the score, class, what excludes it, and what each layer adds (score x weight).

        ``status`` is ``"on the grid"`` or ``"outside the grid"``; names and geometry of the points are kept.
        """
        check_points(points, "points")
        rows, columns = self.score.rows_columns(points)
        inside = rows >= 0
        at = np.maximum(rows, 0), np.maximum(columns, 0)
        table = pd.DataFrame(index=points.index)
        table["status"] = np.where(inside, "on the grid", "outside the grid")
        table["score"] = np.where(inside, self.score.values[at], np.nan)
        table["class"] = np.where(inside, self.classes.values[at], np.nan)
        names = np.array(["", *self.exclusions], dtype=object)
        table["excluded_by"] = np.where(inside, names[self.excluded_by.values[at]], "")
        for name, grid in self.scores.items():
            table[f"from_{name}"] = np.where(inside, grid.values[at] * self.weights[name], np.nan)
        found = with_names(table, points)
        found.attrs["provenance"] = self.provenance
        return found


def suitability(
    layers: Mapping[str, Grid],
    *,
    weights: Mapping[str, float] | AhpWeights | str,
    grades: pd.DataFrame = DEFAULT_GRADES,
    exclusions: Mapping[str, Grid] | None = None,
) -> Suitability:
    """Suitability of each cell: ``S = prod(mask) * sum(w_k s_k)`` over the graded layers.

    Parameters
    ----------
    layers
        Grids on the same cells, named as in ``grades``.
    weights
        By layer, summing to 1; or :func:`ahp_weights`; or ``"entropy"``.
    grades
        A table like :data:`DEFAULT_GRADES`.
    exclusions
        bool grids by name; True is excluded, whatever the score.

    Returns
    -------
    Suitability
        ``table`` has one row per class; ``why(points)`` takes a score apart.

    Raises
    ------
    InputError
        For layers on other cells, weights that do not name the layers or do not sum to 1, judgements that
        are not consistent, masks that are no bool, or nodata everywhere.

    Examples
    --------
    >>> from affine import Affine
    >>> place = Affine(100, 0, 500_000, 0, -100, 3_000_000)
    >>> slope = Grid(np.array([[2.0, 12.0, 30.0]]), place, 4547)
    >>> wet = Grid(np.array([[False, False, True]]), place, 4547)
    >>> suitability({"slope_deg": slope}, weights={"slope_deg": 1.0}, exclusions={"water": wet}).score.values
    array([[100.,  60.,   0.]])

    References
    ----------
    MNR, guide to carrying capacity and suitability evaluation (双评价), trial edition.
    """
    for name, given in (("layers", layers), ("exclusions", exclusions or {})):
        if not isinstance(given, Mapping):
            raise InputError(f"{name}: grids by name are needed, not {type(given).__name__}.")
    if not layers:
        raise InputError("layers: there are none.")
    masks = dict(exclusions or {})
    check_same_grid({**layers, **masks})
    first = next(iter(layers.values()))
    check_metric(first, "layers")
    _check_layers(layers, masks)
    scores = {name: grade(grid, name, grades=grades) for name, grid in layers.items()}
    weighted = _weights(weights, scores)
    total = np.sum([grid.values * weighted[name] for name, grid in scores.items()], axis=0)
    if np.isnan(total).all():
        raise InputError("layers: no cell has a value in every layer.")
    excluded_by = np.zeros(first.shape, np.int32)
    for number, mask in reversed(list(enumerate(masks.values(), start=1))):
        excluded_by[mask.values] = number
    # Rounded first: weights that sum to 1 in floating point must not drop a cell below its own grade.
    total = np.where(excluded_by > 0, 0.0, np.round(total, _SCORE_DIGITS))
    bounds = np.array([least for least, *_ in CLASSES][::-1])
    classes = len(CLASSES) + 1.0 - np.digitize(total, bounds).astype(float)
    classes = np.where(np.isnan(total), np.nan, np.where(excluded_by > 0, 0.0, classes))
    return Suitability(
        table=_legend(classes, first.cell_km2),
        score=first.having(total, source="suitability score"),
        classes=first.having(classes, source="suitability class"),
        scores=scores,
        weights=weighted,
        excluded_by=first.having(excluded_by, source="exclusions"),
        exclusions=tuple(masks),
        provenance=Provenance(
            parameters={
                "weights": weighted.to_dict(),
                "by": weights if isinstance(weights, str) else type(weights).__name__,
            },
            sources=tuple(grid.source for grid in layers.values() if grid.source),
            shares={"excluded": float((excluded_by > 0).mean()), "nodata": float(np.isnan(total).mean())}
            | {f"nodata in {name}": float(grid.missing.mean()) for name, grid in layers.items()},
        ),
    )


def _check_layers(layers: Mapping[str, Grid], masks: Mapping[str, Grid]) -> None:
    faults = Faults("layers")
    void = [name for name, grid in layers.items() if grid.missing.all()]
    if void:
        faults.add("nodata everywhere", ids=void, remedy="check the file's extent and nodata value")
    faults.raise_if_any()
    check_bools(masks)


def _weights(weights: Mapping[str, float] | AhpWeights | str, scores: Mapping[str, Grid]) -> pd.Series:
    if isinstance(weights, str):
        if weights != "entropy":
            raise InputError(f"weights: {weights!r} is unknown; give 'entropy', numbers or AhpWeights.")
        return entropy_weights(scores)
    if isinstance(weights, AhpWeights):
        if not weights.consistent:
            raise InputError(
                f"weights: the judgements contradict each other (consistency ratio {weights.ratio:.2f}, "
                f"at most {MAX_CONSISTENCY_RATIO}); make them again."
            )
        given = weights.weights
    elif isinstance(weights, Mapping | pd.Series):
        given = pd.to_numeric(pd.Series(dict(weights), name="weight", dtype=object), errors="coerce").astype(
            float
        )
    else:
        raise InputError(f"weights: numbers by layer are needed, not {type(weights).__name__}.")
    faults = Faults("weights")
    if missing := [name for name in scores if name not in given]:
        faults.add("none for", ids=missing)
    if unknown := [name for name in given.index if name not in scores]:
        faults.add("no layer", ids=unknown)
    if not (np.isfinite(given) & (given >= 0)).all():
        faults.add("not finite and >= 0", ids=given.index[~(np.isfinite(given) & (given >= 0))])
    elif abs(given.sum() - 1.0) > WEIGHT_TOLERANCE:
        faults.add(f"they sum to {given.sum():g}, not 1", remedy="divide each by the sum if that is meant")
    faults.raise_if_any()
    return given.reindex(list(scores))


def _legend(classes: Floats, cell_km2: float) -> pd.DataFrame:
    names = {0: ("excluded", "不适宜（禁止）")} | {
        i: (en, zh) for i, (_, en, zh) in enumerate(CLASSES, start=1)
    }
    valid = classes[~np.isnan(classes)]
    rows = []
    for number, (name, name_zh) in names.items():
        cells = int((valid == number).sum())
        rows.append((number, name, name_zh, cells, cells * cell_km2, cells / valid.size))
    columns = ["class", "name", "name_zh", "cells", "area_km2", "share"]
    return pd.DataFrame(rows, columns=columns).set_index("class")
