"""Grades of layers: which values earn which score, as a table that can be read and changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.arguments import check_text
from urbgeo.checks import check_choice, check_columns
from urbgeo.errors import Faults, InputError
from urbgeo.rasters.grid import Grid, check_grid
from urbgeo.standards import CENTRE_MIN, ELEVATIONS_M, RELIEFS_M, SLOPES_DEG

_GUIDE = "Guide to carrying capacity and suitability (trial), as public code of 2019 has it"
_JUDGED = "urbgeo default, a judgement"
_FIELD = "Jia Kejing et al. 2017, Progress in Geography"

GRADE_COLUMNS = ("layer", "from", "to", "closed", "score", "grade", "source")
_GRADES_ZH = ("高", "较高", "中等", "较低", "低")


def _upwards(layer: str, bounds: Sequence[float]) -> list[tuple[Any, ...]]:
    """Five classes closed from above: 3 degrees still belong to the first."""
    edges = [0.0, *bounds, np.inf]
    scores = (100.0, 80.0, 60.0, 40.0, 20.0)
    rows = zip(edges, edges[1:], scores, _GRADES_ZH, strict=False)
    return [
        (layer, low, high, "both" if low == 0 else "right", score, zh, _GUIDE)
        for low, high, score, zh in rows
    ]


_LEVELS = pd.DataFrame(
    [
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
    ],
    columns=[name for name in GRADE_COLUMNS if name != "closed"],
)
DEFAULT_GRADES = pd.concat(
    [
        pd.DataFrame(
            [
                *_upwards("slope_deg", SLOPES_DEG),
                ("elevation_m", -np.inf, ELEVATIONS_M[0], "left", 100.0, "高", _GUIDE),
                ("elevation_m", *ELEVATIONS_M, "both", 80.0, "较高", _GUIDE),
                ("elevation_m", ELEVATIONS_M[1], np.inf, "right", 20.0, "低", _GUIDE),
                ("relief_m", 0.0, RELIEFS_M[0], "left", 100.0, "高", _GUIDE),
                ("relief_m", *RELIEFS_M, "both", 80.0, "较高", _GUIDE),
                ("relief_m", RELIEFS_M[1], np.inf, "right", 60.0, "中等", _GUIDE),
                *_upwards("access_min", CENTRE_MIN),
            ],
            columns=list(GRADE_COLUMNS),
        ),
        _LEVELS.assign(closed="left")[list(GRADE_COLUMNS)],
    ],
    ignore_index=True,
)
"""Grades by layer, score 0 to 100. ``closed`` says which bounds belong to a row:
``"left"`` (``from`` <= value < ``to``; the last ``to`` of a layer too), ``"right"``, ``"both"``.

Levels count up with the trouble: 0 none, 3 high. Farmland grades run from 1 (best) to 15, 0 is no farmland.
``terrain_grade`` is :func:`terrain_grade`, the guide's own reading of slope, elevation and relief together.
"""


def grade(layer: Grid, name: str, *, grades: pd.DataFrame = DEFAULT_GRADES) -> Grid:
    """Scores of one layer by the rows of the table that name it.

    Parameters
    ----------
    layer, name
        The layer, and what the table calls it.
    grades
        ``layer``, ``from``, ``to``, ``score``, and ``closed`` as in :data:`DEFAULT_GRADES` (``"left"`` where
        there is no such column).

    Returns
    -------
    Grid
        Scores, NaN where the layer has no value.

    Raises
    ------
    InputError
        When the table has no row for the layer, its ranges overlap, or values lie in none of them.

    Examples
    --------
    >>> from affine import Affine
    >>> slopes = Grid(np.array([[3.0, 3.5, 25.0, 26.0]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> grade(slopes, "slope_deg").values.tolist()
    [[100.0, 80.0, 40.0, 20.0]]
    """
    check_grid(layer, check_text(name, "name"))
    rows = _rows_of(grades, name)
    low, high, score = (rows[column].to_numpy(float) for column in ("from", "to", "score"))
    left, right = (np.array(rows["closed"].isin([side, "both"])) for side in ("left", "right"))
    # The highest value there is belongs to the last row, whatever it says.
    right[-1] = True
    values = layer.values.astype(float)
    found = np.full(values.shape, np.nan)
    for k in range(len(rows)):
        above = values >= low[k] if left[k] else values > low[k]
        found[above & (values <= high[k] if right[k] else values < high[k])] = score[k]
    lost = ~np.isnan(values) & np.isnan(found)
    if lost.any():
        some = values[lost]
        raise InputError(
            f"grades: {int(lost.sum())} cells of {name!r} ({some.min():g} to {some.max():g}) lie in no "
            "range; add a row for them."
        )
    return layer.having(found, source=f"grades of {name}")


def _rows_of(grades: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of one layer from the lowest up, checked."""
    if not isinstance(grades, pd.DataFrame):
        raise InputError(f"grades: a table like DEFAULT_GRADES is needed, not {type(grades).__name__}.")
    check_columns(grades, "grades", ["layer", "from", "to", "score"])
    rows = grades[grades["layer"] == name].sort_values("from")
    if rows.empty:
        raise InputError(f"grades: no row for {name!r}; there are {', '.join(sorted(set(grades['layer'])))}.")
    if "closed" not in rows:
        rows = rows.assign(closed="left")
    for word in rows["closed"]:
        check_choice(word, f"grades: closed of {name!r}", ("left", "right", "both"))
    low, high, score = (pd.to_numeric(rows[column], errors="coerce") for column in ("from", "to", "score"))
    shared = (low.to_numpy()[1:] == high.to_numpy()[:-1]) & (
        rows["closed"].isin(["left", "both"]).to_numpy()[1:]
        & rows["closed"].isin(["right", "both"]).to_numpy()[:-1]
    )
    faults = Faults("grades")
    if not (low < high).all() or (low.to_numpy()[1:] < high.to_numpy()[:-1]).any() or shared.any():
        faults.add(f"the ranges of {name!r} overlap or are empty", remedy="each 'to' is the next 'from'")
    if not ((score >= 0) & (score <= 100)).all():
        faults.add(f"scores of {name!r} outside 0 to 100")
    faults.raise_if_any()
    return rows
