"""Suitability: published weights, independent sums, and every bad input told."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from urbgeo.errors import InputError
from urbgeo.land.grades import DEFAULT_GRADES, grade
from urbgeo.land.suitability import suitability
from urbgeo.land.terrain import terrain, terrain_grade
from urbgeo.land.weights import ahp_weights, entropy_weights
from urbgeo.rasters.align import align_layers
from urbgeo.rasters.files import read_grid
from urbgeo.rasters.grid import Grid

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: int = UTM) -> Grid:
    return Grid(np.asarray(values, dtype=None), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), crs)


def judgements(*rows: list[float]) -> pd.DataFrame:
    names = list("abcdefgh")[: len(rows)]
    return pd.DataFrame(list(rows), names, names)


def test_weights_of_a_textbook_matrix() -> None:
    found = ahp_weights(judgements([1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]))
    assert found.weights.to_list() == pytest.approx([0.6370, 0.2583, 0.1047], abs=5e-5)
    assert found.largest_eigenvalue == pytest.approx(3.0385, abs=5e-5)
    assert found.ratio == pytest.approx(0.0332, abs=5e-5)
    assert found.consistent


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=8))
def test_consistent_judgements_give_their_weights_back(raw: list[float]) -> None:
    weights = np.array(raw) / np.sum(raw)
    found = ahp_weights(judgements(*(weights[:, None] / weights[None, :]).tolist()))
    np.testing.assert_allclose(found.weights, weights, rtol=1e-8)
    assert abs(found.ratio) < 1e-9


def test_contradicting_judgements_are_refused() -> None:
    circle = ahp_weights(judgements([1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]))
    assert not circle.consistent
    layers = {"a": grid([[1.0]]), "b": grid([[1.0]]), "c": grid([[1.0]])}
    grades = pd.DataFrame({"layer": list("abc"), "from": 0.0, "to": 2.0, "score": 50.0})
    with pytest.raises(InputError, match="contradict each other"):
        suitability(layers, weights=circle, grades=grades)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1, 2], [2, 1]], "not reciprocal at a/b"),
        ([[1, -2], [-0.5, 1]], "not finite and > 0"),
    ],
)
def test_matrices_that_are_no_judgements_are_refused(rows: list[list[float]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ahp_weights(judgements(*rows))


def test_entropy_weights_by_hand() -> None:
    a, b = np.array([[1.0, 3.0]]), np.array([[2.0, 2.0]])
    share = a.ravel() / 4
    told = 1 + (share * np.log(share)).sum() / np.log(2)
    assert told > 0
    assert entropy_weights({"a": grid(a), "b": grid(b)}).to_dict() == pytest.approx({"a": 1.0, "b": 0.0})
    both = entropy_weights({"a": grid(a), "b": grid(a[:, ::-1].copy())})
    assert both.to_list() == pytest.approx([0.5, 0.5])
    with pytest.raises(InputError, match="same everywhere"):
        entropy_weights({"b": grid(b)})


def test_slope_of_a_tilted_plane_and_relief() -> None:
    y, x = np.indices((20, 20))
    found = terrain(grid(x * 100 * np.tan(np.radians(10.0)) + 0.0 * y), relief_m=300)
    assert found["slope_deg"].values[5:-5, 5:-5] == pytest.approx(10.0)
    assert found["relief_m"].values[10, 10] == pytest.approx(200 * np.tan(np.radians(10.0)))
    rim = found["slope_deg"].values
    assert rim == pytest.approx(10.0), "as steep at the rim as inside"
    flat_cells = Affine(100, 0, 500_000, 0, -50, 3_000_000)
    for down, angle in ((x * 100, 10.0), (y * 50, 20.0)):
        oblong = terrain(Grid(down * np.tan(np.radians(angle)), flat_cells, UTM), relief_m=300)
        assert oblong["slope_deg"].values == pytest.approx(angle)
        run = 300 if angle == 20.0 else 200
        assert oblong["relief_m"].values[10, 10] == pytest.approx(run * np.tan(np.radians(angle)))
    coarse = terrain(grid(x * 50.0, 500.0), relief_m=100)["relief_m"].values
    assert (coarse[:, 1:-1] == 100.0).all(), "cells wider than the square still have relief"
    wide = np.tile(np.arange(40.0), (40, 1))
    for cell, cells in ((29.9, 15), (30.0, 12), (50.0, 9), (99.0, 9), (100.0, 3), (500.0, 3)):
        relief = terrain(grid(wide, cell))["relief_m"].values
        assert relief[20, 20] == cells - 1, f"the guide's window of {cells} cells of {cell:g} m"
    holed = x * 17.0
    holed[3, 3] = np.nan
    assert np.isnan(terrain(grid(holed))["slope_deg"].values).sum() == 1


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_scores_equal_a_sum_written_out_cell_by_cell(seed: int) -> None:
    rng = np.random.default_rng(seed)
    slope, minutes = rng.uniform(0, 40, (4, 5)), rng.uniform(0, 90, (4, 5))
    slope[rng.random((4, 5)) < 0.1] = np.nan
    slope[0, 0] = 3.0
    water = rng.random((4, 5)) < 0.2
    layers = {"slope_deg": grid(slope), "access_min": grid(minutes)}
    found = suitability(
        layers, weights={"slope_deg": 0.7, "access_min": 0.3}, exclusions={"water": grid(water)}
    )
    for cell in np.ndindex(4, 5):
        expected, names = 0.0, (("slope_deg", slope, 0.7), ("access_min", minutes, 0.3))
        for name, values, weight in names:
            rows = DEFAULT_GRADES[DEFAULT_GRADES["layer"] == name].itertuples(index=False)
            # Both layers are closed from above, the first class from both sides.
            scores = [
                row.score for row in rows if row[1] < values[cell] <= row.to or values[cell] == row[1] == 0
            ]
            expected += weight * (scores[0] if scores else np.nan)
        if water[cell]:
            expected = 0.0
        np.testing.assert_allclose(found.score.values[cell], expected)
        np.testing.assert_equal(
            found.classes.values[cell],
            np.nan if np.isnan(expected) else 0 if water[cell] else 5 - min(int(expected // 20), 4),
        )
    assert found.table["cells"].sum() == (~np.isnan(slope) | water).sum()
    assert found.provenance.shares["nodata in slope_deg"] == np.isnan(slope).mean()
    assert found.table["share"].sum() == pytest.approx(1.0)
    assert np.isnan(found.classes.values[np.isnan(slope) & ~water]).all()


def test_layers_of_one_grade_keep_it_under_any_weights() -> None:
    rng = np.random.default_rng(0)
    grades = pd.DataFrame({"layer": list("abc"), "from": 0.0, "to": 2.0, "score": 80.0})
    layers = {name: grid([[1.0]]) for name in "abc"}
    for raw in rng.random((200, 3)):
        weights = dict(zip("abc", (raw / raw.sum()).tolist(), strict=True))
        found = suitability(layers, weights=weights, grades=grades)
        assert found.score.values[0, 0] == 80.0
        assert found.classes.values[0, 0] == 1


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


def test_a_cell_tells_why_it_scored_so() -> None:
    layers = {"slope_deg": grid([[2.0, 10.0]]), "access_min": grid([[20.0, 70.0]])}
    found = suitability(
        layers,
        weights={"slope_deg": 0.5, "access_min": 0.5},
        exclusions={
            "water": grid([[False, False]]), "redline": grid([[False, True]]), "hazard": grid([[False, True]])
        },
    )  # fmt: skip
    points = gpd.GeoDataFrame(
        geometry=[Point(500_050, 2_999_950), Point(500_150, 2_999_950), Point(0, 0)],
        index=["p", "q", "away"],
        crs=UTM,
    )
    why = found.why(points)
    assert why.loc["p", ["score", "from_slope_deg", "from_access_min"]].tolist() == [100, 50, 50]
    assert why.loc["p", "class"] == 1
    assert why.loc["q", ["score", "class", "excluded_by"]].tolist() == [0, 0, "redline"]
    assert why.loc["away", "status"] == "outside the grid"


BAD: list[tuple[dict[str, object], str]] = [
    ({"weights": {"slope_deg": 0.5, "access_min": 0.4}}, "they sum to 0.9, not 1"),
    ({"weights": {"slope_deg": 1.0}}, "none for at access_min"),
    ({"weights": {"slope_deg": 0.5, "access_min": 0.5, "x": 0.0}}, "no layer at x"),
    ({"weights": {"slope_deg": -0.5, "access_min": 1.5}}, "not finite and >= 0 at slope_deg"),
    ({"weights": "magic"}, "'magic' is unknown"),
    ({"layers": {}}, "there are none"),
    ({"layers": {"depth": grid([[1.0]])}}, "no row for 'depth'"),
    ({"layers": {"slope_deg": grid([[np.nan]])}}, "nodata everywhere at slope_deg"),
    (
        {"layers": {"slope_deg": grid([[1.0]]), "access_min": grid([[1.0, 2.0]])}},
        "has other cells than 'slope_deg'",
    ),
    ({"layers": {"slope_deg": grid([[1.0]]), "access_min": grid([[1.0]], crs=32650)}}, "align them with"),
    ({"layers": {"slope_deg": grid([[-5.0]]), "access_min": grid([[1.0]])}}, "lie in no range"),
    ({"exclusions": {"water": grid([[1.0, 0.0]])}}, "no bool grids at water"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[message for _, message in BAD])
def test_what_cannot_be_scored_is_refused(change: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {
        "layers": {"slope_deg": grid([[2.0, 10.0]]), "access_min": grid([[20.0, 70.0]])},
        "weights": {"slope_deg": 0.5, "access_min": 0.5},
    } | change
    with pytest.raises(InputError, match=message):
        suitability(arguments.pop("layers"), **arguments)


def test_ranges_that_overlap_are_refused() -> None:
    table = pd.DataFrame({"layer": "x", "from": [0.0, 1.0], "to": [2.0, 3.0], "score": [1.0, 2.0]})
    with pytest.raises(InputError, match="ranges of 'x' overlap"):
        grade(grid([[1.0]]), "x", grades=table)


def test_layers_on_other_cells_are_aligned_and_reported() -> None:
    fine = grid(np.arange(16.0).reshape(4, 4), 100.0)
    coarse = grid(np.array([[1.0, 2.0], [3.0, 4.0]]), 200.0)
    aligned, report = align_layers(
        {"fine": fine, "coarse": coarse}, like="fine", resampling={"coarse": "nearest"}
    )
    assert aligned["coarse"].values.tolist() == np.kron(coarse.values, np.ones((2, 2))).tolist()
    assert report["resampling"].to_dict() == {"fine": "kept", "coarse": "nearest"}
    back, _ = align_layers({"fine": fine, "coarse": coarse}, like="coarse", resampling={"fine": "average"})
    assert back["fine"].values.tolist() == [[2.5, 4.5], [10.5, 12.5]]


def test_porto_alegre_is_graded_whole(shared_data: Path) -> None:
    from urbgeo.rasters.align import align

    degrees = read_grid(shared_data / "porto_alegre" / "poa_elevation.tif")
    with pytest.raises(InputError, match="not metres"):
        terrain(degrees)
    frame = Grid(np.zeros((100, 100)), Affine(100, 0, 476_000, 0, -100, 6_681_000), 32722)
    layers = terrain(align(degrees, frame, resampling="bilinear"))
    found = suitability(layers, weights="entropy")
    assert found.table["area_km2"].sum() == pytest.approx((~found.score.missing).sum() * 0.01)
    assert found.table["share"].sum() == pytest.approx(1.0)
