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
from urbgeo.land.grades import DEFAULT_GRADES
from urbgeo.land.suitability import suitability
from urbgeo.land.terrain import terrain
from urbgeo.land.weights import ahp_weights
from urbgeo.rasters.align import align_layers
from urbgeo.rasters.files import read_grid
from urbgeo.rasters.grid import Grid

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: int = UTM) -> Grid:
    return Grid(np.asarray(values, dtype=None), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), crs)


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
    assert why.loc["away", "status"] == "outside the grid" and why.loc["away", "excluded_by"] == ""
    assert why.loc["away", ["score", "class", "from_slope_deg", "from_access_min"]].isna().all()


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


def test_suitability_says_how_much_is_good_and_how_much_is_barred() -> None:
    """Of eight cells three are of the first class, two of the second, one is barred, one has no value."""
    slope = grid([[2.0, 2.0, 5.0, 12.0, 12.0, 20.0, 2.0, np.nan]])
    wet = np.zeros((1, 8), bool)
    wet[0, 6] = True
    found = suitability({"slope_deg": slope}, weights={"slope_deg": 1.0}, exclusions={"water": grid(wet)})
    assert found.table["cells"].tolist() == [1, 3, 2, 1, 0, 0]
    assert found.table["share"].tolist() == pytest.approx([1 / 7, 3 / 7, 2 / 7, 1 / 7, 0, 0])
    assert found.table["area_km2"].tolist() == pytest.approx([0.01, 0.03, 0.02, 0.01, 0, 0])
    assert repr(found).splitlines()[0] == (
        "<Suitability 71.4% of the land highly or fairly highly suitable, 14.3% excluded>"
    )
    assert found.provenance.shares == pytest.approx(
        {"excluded": 1 / 8, "nodata": 1 / 8, "nodata in slope_deg": 1 / 8}
    )
    assert found.provenance.parameters == {"weights": {"slope_deg": 1.0}, "by": "dict"}
    assert found.excluded_by.values.tolist() == [[0, 0, 0, 0, 0, 0, 1, 0]]


def test_judgements_that_agree_weigh_the_layers() -> None:
    judged = ahp_weights(
        pd.DataFrame([[1, 3], [1 / 3, 1]], ["access_min", "slope_deg"], ["access_min", "slope_deg"])
    )
    layers = {"slope_deg": grid([[2.0]]), "access_min": grid([[20.0]])}
    found = suitability(layers, weights=judged)
    assert found.weights.to_dict() == pytest.approx({"slope_deg": 0.25, "access_min": 0.75})
    assert found.weights.index.tolist() == ["slope_deg", "access_min"], "in the order of the layers"
    assert found.provenance.parameters["by"] == "AhpWeights"


def test_layers_without_one_cell_in_common_are_refused() -> None:
    layers = {"slope_deg": grid([[2.0, np.nan]]), "access_min": grid([[np.nan, 20.0]])}
    with pytest.raises(InputError, match="layers: no cell has a value in every layer"):
        suitability(layers, weights={"slope_deg": 0.5, "access_min": 0.5})
    with pytest.raises(InputError, match="weights: numbers by layer are needed, not list"):
        suitability({"slope_deg": grid([[2.0]])}, weights=[1.0])
    for name in ("layers", "exclusions"):
        with pytest.raises(InputError, match=f"{name}: grids by name are needed, not list"):
            suitability(
                **{"layers": {"slope_deg": grid([[2.0]])}, "weights": {"slope_deg": 1.0}} | {name: [1]}
            )
    near = {"slope_deg": 0.5 + 9e-7, "access_min": 0.5}
    both = {"slope_deg": grid([[2.0]]), "access_min": grid([[20.0]])}
    assert suitability(both, weights=near).score.values[0, 0] == pytest.approx(100, abs=1e-3)
    with pytest.raises(InputError, match="not 1; divide"):
        suitability(both, weights=near | {"access_min": 0.5 + 9e-7})
