"""Suitability for urban construction (双评价): layers to grades, grades to a score, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import ndimage

from urbgeo.checks import check_columns, check_quantity
from urbgeo.errors import Faults, InputError
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_metric, check_same_grid
from urbgeo.types import Floats

_GUIDE = "Resource and environment carrying capacity guide (trial), 2020, as widely quoted"
_JUDGED = "urbgeo default, a judgement"
_FIELD = "Jia Kejing et al. 2017, Progress in Geography"

GRADE_COLUMNS = ("layer", "from", "to", "score", "grade", "source")

DEFAULT_GRADES = pd.DataFrame(
    [
        ("slope_deg", 0.0, 3.0, 100.0, "高", _GUIDE),
        ("slope_deg", 3.0, 8.0, 80.0, "较高", _GUIDE),
        ("slope_deg", 8.0, 15.0, 60.0, "中等", _GUIDE),
        ("slope_deg", 15.0, 25.0, 40.0, "较低", _GUIDE),
        ("slope_deg", 25.0, np.inf, 20.0, "低", _GUIDE),
        ("elevation_m", -np.inf, 3500.0, 100.0, "高", _GUIDE),
        ("elevation_m", 3500.0, 5000.0, 80.0, "较高", _GUIDE),
        ("elevation_m", 5000.0, np.inf, 20.0, "低", _GUIDE),
        ("relief_m", 0.0, 100.0, 100.0, "高", _GUIDE),
        ("relief_m", 100.0, 200.0, 80.0, "较高", _GUIDE),
        ("relief_m", 200.0, np.inf, 60.0, "中等", _GUIDE),
        ("terrain_grade", 1.0, 2.0, 100.0, "高", _GUIDE),
        ("terrain_grade", 2.0, 3.0, 80.0, "较高", _GUIDE),
        ("terrain_grade", 3.0, 4.0, 60.0, "中等", _GUIDE),
        ("terrain_grade", 4.0, 5.0, 40.0, "较低", _GUIDE),
        ("terrain_grade", 5.0, 6.0, 20.0, "低", _GUIDE),
        ("hazard_level", 0.0, 1.0, 100.0, "无", _FIELD),
        ("hazard_level", 1.0, 2.0, 80.0, "低", _FIELD),
        ("hazard_level", 2.0, 3.0, 60.0, "中", _FIELD),
        ("hazard_level", 3.0, 4.0, 40.0, "高", _FIELD),
        ("water_stress", 0.0, 1.0, 100.0, "无", _FIELD),
        ("water_stress", 1.0, 2.0, 80.0, "低", _FIELD),
        ("water_stress", 2.0, 3.0, 60.0, "中", _FIELD),
        ("water_stress", 3.0, 4.0, 40.0, "高", _FIELD),
        ("ecology_level", 0.0, 1.0, 100.0, "一般", _JUDGED),
        ("ecology_level", 1.0, 2.0, 60.0, "重要", _JUDGED),
        ("ecology_level", 2.0, 3.0, 20.0, "极重要", _JUDGED),
        ("farmland_grade", 0.0, 1.0, 100.0, "非耕地", _FIELD),
        ("farmland_grade", 1.0, 9.0, 0.0, "优等", _FIELD),
        ("farmland_grade", 9.0, 12.0, 60.0, "中等", _FIELD),
        ("farmland_grade", 12.0, 16.0, 80.0, "低等", _FIELD),
        ("access_min", 0.0, 15.0, 100.0, "高", _JUDGED),
        ("access_min", 15.0, 30.0, 80.0, "较高", _JUDGED),
        ("access_min", 30.0, 60.0, 60.0, "中等", _JUDGED),
        ("access_min", 60.0, np.inf, 40.0, "较低", _JUDGED),
    ],
    columns=list(GRADE_COLUMNS),
)
"""Grades by layer: ``from`` <= value < ``to`` (the last ``to`` of a layer closed), score 0 to 100.

Levels count up with the trouble: 0 none, 3 high. Farmland grades run from 1 (best) to 15, 0 is no farmland.
``terrain_grade`` is :func:`terrain_grade`, the guide's own reading of slope, elevation and relief together.
"""

GUIDE_SLOPES_DEG = (3.0, 8.0, 15.0, 25.0)
GUIDE_ELEVATIONS_M = (3500.0, 5000.0)
GUIDE_RELIEFS_M = (100.0, 200.0)
"""Bounds of the guide, closed from below; the relief bounds as widely quoted."""

CLASSES: tuple[tuple[float, str, str], ...] = (
    (80.0, "high", "高"),
    (60.0, "fairly high", "较高"),
    (40.0, "medium", "中等"),
    (20.0, "fairly low", "较低"),
    (0.0, "low", "低"),
)
"""Least score of each class of the result; class 1 is the best, 0 is excluded, NaN is nodata."""

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51)
"""Mean consistency index of random matrices of 1 to 11 criteria, Saaty 1980."""

MAX_CONSISTENCY_RATIO = 0.1
"""Saaty 1980: judgements less consistent than this are to be made again."""

WEIGHT_TOLERANCE = 1e-6
_SCORE_DIGITS = 9


@dataclass(frozen=True, eq=False)
class AhpWeights:
    """Weights from pairwise judgements: ``weights`` sum to 1; ``ratio`` is the consistency ratio."""

    weights: pd.Series
    largest_eigenvalue: float
    index: float
    ratio: float

    @property
    def consistent(self) -> bool:
        """Whether the ratio is below Saaty's 0.1."""
        return self.ratio < MAX_CONSISTENCY_RATIO


@dataclass(frozen=True, eq=False)
class Suitability:
    """A score per cell and why.

    ``score``: 0 to 100; 0 where excluded, NaN where a layer is nodata and nothing excludes the cell.
    ``classes``: 1 (best) to 5, 0 excluded, NaN nodata. ``legend``: ``name``, ``name_zh``, ``cells``,
    ``area_km2``, ``share`` by class.
    ``scores``: the graded layers. ``excluded_by``: position in ``exclusions`` + 1 of the first mask that
    excludes a cell, 0 for none.
    """

    score: Grid
    classes: Grid
    legend: pd.DataFrame
    scores: Mapping[str, Grid]
    weights: pd.Series
    excluded_by: Grid
    exclusions: tuple[str, ...]
    provenance: Provenance = field(repr=False)

    def why(self, points: gpd.GeoDataFrame) -> pd.DataFrame:
        """For each point the score, class, what excludes it, and what each layer adds (score x weight)."""
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
        return table


def terrain(elevation: Grid, *, relief_m: float = 250.0) -> dict[str, Grid]:
    """``slope_deg`` (Horn's eight neighbours), ``relief_m`` (highest less lowest within a square of side
    ``relief_m``, three cells at least) and ``elevation_m`` of a height grid in metres. Beyond the rim the
    ground is taken to go on as it does; nodata takes the nearest height, so slopes beside it are too flat."""
    check_quantity(relief_m, "relief_m")
    check_metric(elevation, "elevation")
    if elevation.missing.all():
        raise InputError("elevation: every cell is nodata.")
    height, width = elevation.cell_m
    missing = elevation.missing
    values = elevation.values.astype(float)
    if missing.any():
        nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
        values = values[tuple(nearest)]
    smooth = np.array([1.0, 2.0, 1.0]) / 4.0
    wide = (
        np.pad(values, 1, mode="reflect", reflect_type="odd")
        if min(values.shape) > 1
        else np.pad(values, 1, mode="edge")
    )
    run_x, run_y = (
        ndimage.correlate1d(ndimage.correlate1d(wide, smooth, axis=1 - axis), [-0.5, 0, 0.5], axis=axis)[
            1:-1, 1:-1
        ]
        for axis in (1, 0)
    )
    slope = np.degrees(np.arctan(np.hypot(run_x / width, run_y / height)))
    size = [2 * max(int(relief_m / 2 / side), 1) + 1 for side in (height, width)]
    relief = ndimage.maximum_filter(values, size) - ndimage.minimum_filter(values, size)
    made = {"slope_deg": slope, "relief_m": relief, "elevation_m": values}
    return {
        name: elevation.having(np.where(missing, np.nan, one), source=f"{name} of {elevation.source}")
        for name, one in made.items()
    }


def terrain_grade(ground: Mapping[str, Grid]) -> Grid:
    """Land for construction by the guide: 1 (best) to 5 by slope, lowered for height and relief.

    One grade down from 3,500 m, the lowest from 5,000 m; one down from a relief of 100 m, two from 200 m.
    ``ground`` is what :func:`terrain` gives.
    """
    names = ("slope_deg", "elevation_m", "relief_m")
    if missing := [name for name in names if name not in ground]:
        raise InputError(f"ground: no {', '.join(missing)}; give what terrain() returns.")
    check_same_grid({name: ground[name] for name in names})
    slope, high, relief = (ground[name].values for name in names)
    found = 1.0 + np.digitize(slope, GUIDE_SLOPES_DEG)
    found += np.digitize(relief, GUIDE_RELIEFS_M) + np.digitize(high, GUIDE_ELEVATIONS_M[:1])
    found = np.where(high >= GUIDE_ELEVATIONS_M[1], 5.0, np.minimum(found, 5.0))
    lost = np.isnan(slope) | np.isnan(high) | np.isnan(relief)
    return ground["slope_deg"].having(np.where(lost, np.nan, found), source="terrain grade by the guide")


def grade(layer: Grid, name: str, grades: pd.DataFrame = DEFAULT_GRADES) -> Grid:
    """Scores of one layer by the rows of the table that name it.

    Raises
    ------
    InputError
        When the table has no row for the layer, its ranges overlap, or values lie in none of them.
    """
    check_columns(grades, "grades", ["layer", "from", "to", "score"])
    rows = grades[grades["layer"] == name].sort_values("from")
    if rows.empty:
        raise InputError(f"grades: no row for {name!r}; there are {', '.join(sorted(set(grades['layer'])))}.")
    low, high, score = (rows[column].to_numpy(float) for column in ("from", "to", "score"))
    faults = Faults("grades")
    if (low >= high).any() or (low[1:] < high[:-1]).any():
        faults.add(f"the ranges of {name!r} overlap or are empty", remedy="each 'to' is the next 'from'")
    if not ((score >= 0) & (score <= 100)).all():
        faults.add(f"scores of {name!r} outside 0 to 100")
    faults.raise_if_any()
    values = layer.values.astype(float)
    place = np.searchsorted(low, values, side="right") - 1
    inside = (place >= 0) & ((values < high[place]) | ((values == high[-1]) & (place == len(high) - 1)))
    lost = ~np.isnan(values) & ~inside
    if lost.any():
        some = values[lost]
        raise InputError(
            f"grades: {int(lost.sum())} cells of {name!r} ({some.min():g} to {some.max():g}) lie in no "
            "range; add a row for them."
        )
    return layer.having(np.where(inside, score[place], np.nan), source=f"grades of {name}")


def ahp_weights(judgements: pd.DataFrame) -> AhpWeights:
    """Weights by the analytic hierarchy process: the principal eigenvector of a reciprocal matrix.

    ``judgements`` has the criteria as index and columns; entry (a, b) says how many times more a matters
    than b. Consistency ratio = ((lambda - n) / (n - 1)) / random index.

    Raises
    ------
    InputError
        When the matrix is not square, positive and reciprocal, or has more than 11 criteria.

    References
    ----------
    Saaty, T. (1980), The Analytic Hierarchy Process.
    """
    n = len(judgements)
    faults = Faults("judgements")
    if n == 0 or list(judgements.index) != list(judgements.columns) or not judgements.index.is_unique:
        raise InputError("judgements: index and columns must name the same criteria in the same order.")
    matrix = judgements.to_numpy(float)
    if n > len(RANDOM_INDEX):
        faults.add(f"{n} criteria; the random index is known up to {len(RANDOM_INDEX)}", remedy="group them")
    if not (np.isfinite(matrix) & (matrix > 0)).all():
        faults.add("entries that are not finite and > 0")
    elif not np.allclose(matrix * matrix.T, 1.0, rtol=1e-2):
        pairs = np.argwhere(np.triu(~np.isclose(matrix * matrix.T, 1.0, rtol=1e-2)))
        faults.add(
            "pairs that are not reciprocal",
            ids=[f"{judgements.index[i]}/{judgements.index[j]}" for i, j in pairs],
            remedy="entry (b, a) is 1 over entry (a, b)",
        )
    faults.raise_if_any()
    values, vectors = np.linalg.eig(matrix)
    top = int(np.argmax(values.real))
    weights = np.abs(vectors[:, top].real)
    largest = float(values[top].real)
    index = (largest - n) / (n - 1) if n > 1 else 0.0
    random = RANDOM_INDEX[n - 1]
    ratio = index / random if random else 0.0
    return AhpWeights(
        pd.Series(weights / weights.sum(), judgements.index, name="weight"), largest, index, ratio
    )


def entropy_weights(scores: Mapping[str, Grid]) -> pd.Series:
    """Weights by information: ``w = (1 - e) / sum(1 - e)`` with the entropy e of each layer's shares.

    Layers that are the same everywhere tell nothing and weigh 0.

    Raises
    ------
    InputError
        When a layer has negative scores or nothing but zeros, or none tells anything.
    """
    check_same_grid(scores)
    valid = ~np.logical_or.reduce([grid.missing for grid in scores.values()])
    if valid.sum() < 2:
        raise InputError("scores: fewer than two cells have a value in every layer.")
    spread = {}
    for name, grid in scores.items():
        values = grid.values[valid].astype(float)
        if values.min() < 0 or values.sum() <= 0:
            raise InputError(f"scores: {name!r} is negative somewhere, or zero everywhere.")
        share = values / values.sum()
        logs = np.log(share, out=np.zeros_like(share), where=share > 0)
        spread[name] = 1.0 + float((share * logs).sum()) / np.log(len(share))
    weights = pd.Series(spread, name="weight").clip(lower=0.0)
    weights[weights < 1e-12] = 0.0
    if weights.sum() == 0:
        raise InputError("scores: every layer is the same everywhere; there is nothing to weigh.")
    return weights / weights.sum()


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

    Raises
    ------
    InputError
        For layers on other cells, weights that do not name the layers or do not sum to 1, judgements that
        are not consistent, masks that are no bool, or nodata everywhere.
    """
    if not layers:
        raise InputError("layers: there are none.")
    masks = dict(exclusions or {})
    check_same_grid({**layers, **masks})
    first = next(iter(layers.values()))
    check_metric(first, "layers")
    _check_layers(layers, masks)
    scores = {name: grade(grid, name, grades) for name, grid in layers.items()}
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
        score=first.having(total, source="suitability score"),
        classes=first.having(classes, source="suitability class"),
        legend=_legend(classes, first.cell_km2),
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
    soft = [name for name, grid in masks.items() if grid.values.dtype != bool]
    if soft:
        faults.add("exclusions that are no bool grids", ids=soft, remedy="compare them with a threshold")
    faults.raise_if_any()


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
    else:
        given = pd.Series(dict(weights), dtype=float, name="weight")
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
