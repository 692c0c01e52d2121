"""Grades of layers: which values earn which score, as a table that can be read and changed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from affine import Affine

from urbgeo.errors import InputError
from urbgeo.land.grades import DEFAULT_GRADES, grade
from urbgeo.land.terrain import terrain_grade
from urbgeo.rasters.grid import Grid

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: int = UTM) -> Grid:
    return Grid(np.asarray(values, dtype=None), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), crs)


def test_the_guide_lowers_slope_grades_for_height_and_relief() -> None:
    cases = [
        (0.0, 100.0, 0.0, 1), (3.0, 100.0, 0.0, 1), (3.01, 100.0, 0.0, 2), (8.0, 100.0, 0.0, 2),
        (8.01, 100.0, 0.0, 3), (15.0, 100.0, 0.0, 3), (15.01, 100.0, 0.0, 4), (25.0, 100.0, 0.0, 4),
        (25.01, 100.0, 0.0, 5),
        (2.9, 100.0, 99.0, 1), (2.9, 100.0, 100.0, 2), (2.9, 100.0, 200.0, 2), (2.9, 100.0, 200.1, 3),
        (2.9, 3500.0, 0.0, 2),
        (2.9, 3499.0, 0.0, 1), (2.9, 5000.0, 0.0, 2), (2.9, 5000.1, 0.0, 5), (2.9, 4999.0, 250.0, 4),
        (16.0, 4000.0, 250.0, 5),
    ]  # fmt: skip
    slope, high, relief, expected = (np.array([column], float) for column in zip(*cases, strict=True))
    ground = {"slope_deg": grid(slope), "elevation_m": grid(high), "relief_m": grid(relief)}
    found = terrain_grade(ground)
    np.testing.assert_array_equal(found.values, expected)
    np.testing.assert_array_equal(grade(found, "terrain_grade").values, 120 - 20 * expected)
    slope[0, 0] = np.nan
    assert np.isnan(terrain_grade(ground | {"slope_deg": grid(slope)}).values[0, 0])
    with pytest.raises(InputError, match="no relief_m"):
        terrain_grade({"slope_deg": grid(slope), "elevation_m": grid(high)})


def test_every_layer_a_plan_weighs_has_grades() -> None:
    named = {"slope_deg", "elevation_m", "relief_m", "hazard_level", "water_stress", "farmland_grade",
             "ecology_level", "access_min", "terrain_grade"}  # fmt: skip
    assert set(DEFAULT_GRADES["layer"]) == named
    for name, values, scores in (
        ("hazard_level", [0, 1, 2, 3], [100, 80, 60, 40]),
        ("water_stress", [0, 1, 2, 3], [100, 80, 60, 40]),
        ("farmland_grade", [0, 1, 8, 9, 11, 12, 15], [100, 0, 0, 60, 60, 80, 80]),
        ("ecology_level", [0, 1, 2], [100, 60, 20]),
        ("access_min", [0, 20, 20.1, 40, 60, 90, 90.1, np.inf], [100, 100, 80, 80, 60, 40, 20, 20]),
        ("slope_deg", [0, 3, 3.1, 8, 15, 25, 25.1, 90], [100, 100, 80, 80, 60, 40, 20, 20]),
        ("elevation_m", [-5, 3499, 3500, 5000, 5001], [100, 100, 80, 80, 20]),
        ("relief_m", [0, 99, 100, 200, 201], [100, 100, 80, 80, 60]),
    ):
        assert grade(grid([values]), name).values.tolist() == [scores]


def test_the_highest_bound_of_a_layer_belongs_to_its_last_row_and_nothing_lies_above() -> None:
    for name, highest, score in (
        ("hazard_level", 4, 40),
        ("water_stress", 4, 40),
        ("terrain_grade", 6, 20),
        ("ecology_level", 3, 20),
        ("farmland_grade", 16, 80),
    ):
        assert grade(grid([[highest]]), name).values.tolist() == [[score]]
        with pytest.raises(InputError, match=r"1 cells of .* lie in no range"):
            grade(grid([[highest + 0.1]]), name)


def test_nothing_lies_below_the_lowest_bound_of_a_layer() -> None:
    lowest = {"slope_deg": 0, "relief_m": 0, "access_min": 0, "terrain_grade": 1, "hazard_level": 0,
              "water_stress": 0, "ecology_level": 0, "farmland_grade": 0}  # fmt: skip
    for name, bound in lowest.items():
        assert grade(grid([[bound]]), name).values.tolist() == [[100.0]]
        with pytest.raises(InputError, match=r"1 cells of .* lie in no range"):
            grade(grid([[bound - 0.1]]), name)
    for layer, rows in DEFAULT_GRADES.groupby("layer"):
        assert rows["to"].tolist()[:-1] == rows["from"].tolist()[1:], f"{layer}: each end is the next begin"


def test_ranges_that_overlap_are_refused() -> None:
    table = pd.DataFrame({"layer": "x", "from": [0.0, 1.0], "to": [2.0, 3.0], "score": [1.0, 2.0]})
    with pytest.raises(InputError, match="ranges of 'x' overlap"):
        grade(grid([[1.0]]), "x", grades=table)
    touching = pd.DataFrame({"layer": "x", "from": [0.0, 1.0], "to": [1.0, 3.0], "score": [1.0, 2.0]})
    assert grade(grid([[0.0, 1.0, 3.0]]), "x", grades=touching).values.tolist() == [[1.0, 2.0, 2.0]]
    with pytest.raises(InputError, match="ranges of 'x' overlap"):
        grade(grid([[1.0]]), "x", grades=touching.assign(closed="both"))
    up = grade(grid([[0.5, 1.0, 3.0]]), "x", grades=touching.assign(closed="right")).values.tolist()
    assert up == [[1.0, 1.0, 2.0]]
    for wrong, message in (
        (touching.assign(score=[1.0, 100.1]), "outside 0 to 100"),
        (touching.assign(closed="open"), "closed of 'x'"),
        (touching.drop(columns="to"), "no column to"),
        ([1], "a table like DEFAULT_GRADES"),
    ):
        with pytest.raises(InputError, match=message):
            grade(grid([[1.0]]), "x", grades=wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no row for 'y'; there are x"):
        grade(grid([[1.0]]), "y", grades=touching)
