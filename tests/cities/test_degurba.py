"""Degree of Urbanisation: published cases, an independent reading with scipy, blocks, and Belgium."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from tests.cities.cells import FRAME, PLAIN, belgium, grid_of
from urbgeo.cities.degurba import (
    centre_polygons,
    degree_of_urbanisation,
    dense_built_share,
)
from urbgeo.cities.degurba_rules import R2022A, R2023A, UrbanRules
from urbgeo.cities.degurba_units import classify_units
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.rasters.layers import PopulationGrid, RasterGrid
from urbgeo.rasters.smoothing import smooth


def smoothed(text: list[str], half: bool = False, water: list[tuple[int, int]] | None = None) -> np.ndarray:
    labels = np.array([[0 if one == "." else int(one) for one in row.split()] for row in text], np.int32)
    flags = np.zeros(labels.shape, np.uint8)
    for cell in water or []:
        flags[cell] = 1
    smooth(labels, flags, needed=0 if half else 5, ignored=1, barred=1)
    return labels


def test_the_toy_grid_has_its_known_centre(golden: Path) -> None:
    toy = json.loads((golden / "known_answers.json").read_text())["degurba_toy_dsc"]
    people = np.array(toy["pop_1km"])
    dense = people >= 1500
    for majority, name in (("five of eight", "filled_rule5"), ("seven of eight", "filled_rule7")):
        raw = degree_of_urbanisation(grid_of(people), edition=replace(PLAIN, majority=majority, hole_km2=0.0))
        assert raw.centres.index.size == 1
        grown = {tuple(cell) for cell in np.argwhere((raw.centre > 0) & ~dense).tolist()}
        assert grown == {tuple(cell) for cell in toy[name]}, majority
        if majority == "five of eight":
            assert raw.centres["population"].tolist() == [toy["urban_centre_pop"]]
    for queen, n in ((False, toy["clusters_rook"]), (True, toy["clusters_queen"])):
        rules = replace(PLAIN, centre_queen=queen, centre_population=1.0, hole_km2=0.0)
        labels = degree_of_urbanisation(grid_of(people), edition=rules)
        assert len(labels.centres) == n


def test_the_majority_rule_of_2022_equals_the_published_cases(golden: Path) -> None:
    cases = json.loads((golden / "known_answers.json").read_text())["degurba_majority"]["R2022A_3x3"]
    assert (smoothed(cases[0]["in"]) == 1).all()
    second = smoothed(cases[1]["in"])
    assert second[1, 1] == 1
    assert second[1, 2] == 2
    before = np.array([[0 if c == "." else int(c) for c in r.split()] for r in cases[2]["in"]])
    assert (smoothed(cases[2]["in"]) == before).all()


def test_the_majority_rule_of_2023_never_adds_water_and_leaves_it_out_of_the_count() -> None:
    ring = ["1 1 1", "1 . 1", "1 1 1"]
    assert smoothed(ring, half=True, water=[(1, 1)])[1, 1] == 0
    coast = ["1 1 1", ". . .", ". . ."]
    assert smoothed(coast, half=True)[1, 1] == 0
    wet = smoothed(coast, half=True, water=[(2, 0), (2, 1), (2, 2)])
    assert wet[1].tolist() == [0, 1, 0], "three of five valid neighbours, then the rim keeps the corners out"


@pytest.mark.parametrize("edition", [R2022A, R2023A])
def test_the_editions_fill_holes_below_fifteen_square_kilometres(edition: UrbanRules) -> None:
    """With a majority that leaves the corners of the hole alone."""
    for (height, width), filled in (((2, 7), True), ((3, 5), False)):
        people = np.full((height + 2, width + 2), 9000.0)
        people[1:-1, 1:-1] = 0
        rules = replace(edition, majority="seven of eight")
        assert (degree_of_urbanisation(grid_of(people), edition=rules).centre > 0).all() == filled


def oracle(grid: PopulationGrid, rules: UrbanRules) -> np.ndarray:
    """Level 1 by whole-array scipy and plain loops, written from the rules alone."""
    with np.errstate(all="ignore"):
        density = np.where(
            grid.land > 0, grid.population / grid.land, np.where(grid.population > 0, np.inf, 0)
        )
        cover = np.where(grid.land > 0, grid.built_up / grid.land, np.where(grid.built_up > 0, np.inf, 0))
    dense = density >= rules.centre_density
    if rules.built_share is not None:
        dense |= cover >= rules.built_share
    labels, n = ndimage.label(dense)
    for k in range(1, n + 1):
        if grid.population[labels == k].sum() < rules.centre_population:
            labels[labels == k] = 0
    empty = (grid.population == 0) & (grid.land < 0.5)
    water = empty & (grid.built_up == 0)
    half = rules.majority == "half of valid"
    while True:
        new = labels.copy()
        for i, j in np.argwhere(labels == 0):
            if half and water[i, j]:
                continue
            around = [(a, b) for a in range(i - 1, i + 2) for b in range(j - 1, j + 2) if (a, b) != (i, j)]
            inside = [c for c in around if 0 <= c[0] < labels.shape[0] and 0 <= c[1] < labels.shape[1]]
            votes = np.bincount([labels[c] for c in inside], minlength=2)
            votes[0] = 0
            valid = 8 - (sum(1 for c in inside if labels[c] == 0 and empty[c]) if half else 0)
            if (2 * votes.max() > valid) if half else (votes.max() >= 5):
                new[i, j] = votes.argmax()
        if (new == labels).all():
            break
        labels = new
    for k in range(1, labels.max() + 1):
        filled = ndimage.binary_fill_holes(labels == k)
        holes, m = ndimage.label(filled & (labels != k))
        for h in range(1, m + 1):
            if (holes == h).sum() < rules.hole_km2:
                labels[(holes == h) & (labels == 0)] = k
    urban, n = ndimage.label(density >= rules.cluster_density, structure=np.ones((3, 3)))
    sums = ndimage.sum_labels(grid.population, urban, np.arange(n + 1))
    classes = np.where(water, 0, 1)
    classes[(urban > 0) & (sums[urban] >= rules.cluster_population)] = 2
    classes[labels > 0] = 3
    return classes


@st.composite
def towns(draw: st.DrawFn) -> PopulationGrid:
    shape = (draw(st.integers(3, 14)), draw(st.integers(3, 14)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    people = random.choice([0, 40, 400, 1600, 9000], shape, p=[0.25, 0.1, 0.15, 0.25, 0.25]).astype(float)
    land = random.choice([0.0, 0.4, 0.8, 1.0], shape, p=[0.15, 0.1, 0.15, 0.6])
    built = land * random.choice([0.0, 0.1, 0.3, 0.7], shape)
    return PopulationGrid(people, land, built, FRAME, "ESRI:54009")


@settings(max_examples=120, deadline=None)
@given(towns(), st.sampled_from([R2022A, R2023A]), st.integers(1, 6))
def test_level_1_equals_an_independent_reading_for_any_blocks(
    grid: PopulationGrid, rules: UrbanRules, block_rows: int
) -> None:
    found = degree_of_urbanisation(grid, edition=rules, block_rows=block_rows)
    np.testing.assert_array_equal(found.classes, oracle(grid, rules))


PUBLISHED = {
    "R2022A": {"built": 0.5, "semi": (300, 5000, True, 3)},
    "R2023A": {"built": 0.2, "semi": (900, 2500, False, 2)},
}
"""Thresholds of the data packages: built-up share; density, people, queen, kilometres of semi-dense."""


def level_2_oracle(grid: PopulationGrid, edition: str, centre: np.ndarray) -> np.ndarray:
    """Level 2 around given centres by whole-array scipy, with the published numbers written out."""
    with np.errstate(all="ignore"):
        density = np.where(
            grid.land > 0, grid.population / grid.land, np.where(grid.population > 0, np.inf, 0)
        )
        cover = np.where(grid.land > 0, grid.built_up / grid.land, np.where(grid.built_up > 0, np.inf, 0))

    def large(cells: np.ndarray, people: float, queen: bool) -> tuple[np.ndarray, np.ndarray]:
        labels, n = ndimage.label(cells, structure=np.ones((3, 3)) if queen else None)
        kept = ndimage.sum_labels(grid.population, labels, np.arange(n + 1)) >= people
        kept[0] = False
        return labels, kept

    classes = np.where(centre > 0, 30, 0)
    numbers = PUBLISHED[edition]
    labels, kept = large((density >= 1500) | (cover >= numbers["built"]), 5000, queen=False)
    classes[(classes == 0) & kept[labels]] = 23
    semi, people, queen, km = numbers["semi"]
    labels, kept = large(density >= semi, people, queen=queen)
    near = ndimage.maximum_filter((classes > 0).astype(np.uint8), size=2 * km + 1) > 0
    kept[np.unique(labels[near])] = False
    classes[(classes == 0) & kept[labels]] = 22
    for code, least in ((21, 5000), (13, 500)):
        labels, kept = large(density >= 300, least, queen=True)
        classes[(classes == 0) & kept[labels]] = code
    water = (grid.land < 0.5) & (grid.population == 0) & (grid.built_up == 0)
    classes[(classes == 0) & (density >= 50)] = 12
    classes[(classes == 0) & ~water] = 11
    classes[classes == 0] = 10
    return classes


@settings(max_examples=120, deadline=None)
@given(towns(), st.sampled_from(["R2022A", "R2023A"]))
def test_level_2_equals_an_independent_reading(grid: PopulationGrid, edition: str) -> None:
    found = degree_of_urbanisation(grid, edition=edition, level=2)
    np.testing.assert_array_equal(found.classes, level_2_oracle(grid, edition, found.centre))


def test_level_2_of_belgium_equals_an_independent_reading(shared_data: Path) -> None:
    folder = shared_data / "belgium"
    grid = RasterGrid(folder / "POP.tif", folder / "LAND.tif", folder / "BUILT_S.tif").load()
    known = ~np.isnan(grid.population)
    filled = PopulationGrid(
        np.nan_to_num(grid.population),
        np.nan_to_num(grid.land),
        np.nan_to_num(grid.built_up),
        grid.transform,
        grid.crs,
    )
    for edition in PUBLISHED:
        found = degree_of_urbanisation(grid, edition=edition, level=2)
        expected = level_2_oracle(filled, edition, found.centre)
        np.testing.assert_array_equal(found.classes[known], expected[known])


@settings(max_examples=60, deadline=None)
@given(towns(), st.sampled_from([R2022A, R2023A]), st.integers(1, 6))
def test_level_2_refines_level_1_and_ignores_blocks(
    grid: PopulationGrid, rules: UrbanRules, block_rows: int
) -> None:
    coarse = degree_of_urbanisation(grid, edition=rules).classes
    fine = degree_of_urbanisation(grid, edition=rules, level=2)
    blocks = degree_of_urbanisation(grid, edition=rules, level=2, block_rows=block_rows)
    assert (fine.classes == blocks.classes).all()
    assert (fine.centre == blocks.centre).all()
    assert fine.centres.equals(blocks.centres)
    assert ((fine.classes == 30) == (coarse == 3)).all()
    assert ((fine.classes == 10) == (coarse == 0)).all()
    assert np.isin(fine.classes[coarse == 2], [21, 22, 23]).all()


def test_scaling_people_up_never_shrinks_a_centre() -> None:
    people = np.random.default_rng(3).choice([0, 700, 1600, 9000], (20, 20)).astype(float)
    before = degree_of_urbanisation(grid_of(people), edition=PLAIN).centre > 0
    after = degree_of_urbanisation(grid_of(people * 1.5), edition=PLAIN).centre > 0
    assert (after | ~before).all()


def test_semi_dense_clusters_keep_their_distance() -> None:
    people = np.zeros((12, 12))
    people[0, 0:3] = 2000
    people[0, 5:8] = people[8, 5:8] = 1000
    classes = degree_of_urbanisation(grid_of(people), level=2).classes
    assert classes[0, 0] == 23
    assert classes[8, 6] == 22
    assert classes[0, 6] == 22, "two empty cells between them: three cells away"
    people[0, 4] = 1000
    assert degree_of_urbanisation(grid_of(people), level=2).classes[0, 6] == 13


# Cells of Belgium (1-based, row by row) and their classes, from the unit tests of flexurba (MIT).
CELLS = [
    14873, 19879, 44156, 44649, 11081, 33299, 2891, 6168, 27915, 47788, 36022, 36158, 33640, 47865, 62974,
    2040, 7974, 44823, 66183, 63057, 12289, 27462, 23013, 2148, 30621, 948, 26150, 36813, 1340, 20439, 4238,
    46025, 49123, 46819, 47402, 14129, 22984, 4325, 63191, 34252, 52215, 30000, 14992, 4848, 43788, 62939,
    23006, 52372, 64814, 51888,
]  # fmt: skip
LEVEL_2_OF_2023 = [
    11, 12, 11, 11, 11, 11, 12, 11, 30, 11, 21, 21, 23, 11, 13, 30, 12, 12, 11, 11, 21, 12, 23, 10, 12, 10,
    11, 21, 11, 30, 12, 11, 11, 12, 12, 12, 11, 10, 11, 11, 12, 12, 21, 12, 11, 11, 11, 12, 21, 11,
]  # fmt: skip
LEVEL_1_OF_2022 = [
    1, 1, 1, 1, 1, 1, 1, 1, 3, 1, 2, 2, 2, 1, 1, 3, 1, 1, 1, 1, 2, 1, 2, 0, 1, 0, 1, 2, 1, 3, 1, 1, 1, 1, 1,
    1, 1, 0, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1,
]  # fmt: skip


def test_belgium_equals_the_published_cells_in_both_editions(shared_data: Path) -> None:
    grid = belgium(shared_data)
    at = np.array(CELLS) - 1
    assert degree_of_urbanisation(grid, level=2).classes.ravel()[at].tolist() == LEVEL_2_OF_2023
    assert degree_of_urbanisation(grid, edition="R2022A").classes.ravel()[at].tolist() == LEVEL_1_OF_2022


def test_belgium_takes_seconds_and_blocks_do_not_show(shared_data: Path) -> None:
    grid = belgium(shared_data)
    degree_of_urbanisation(grid_of(np.full((2, 2), 9e4)), level=2)
    began = time.process_time()
    whole = degree_of_urbanisation(grid.load(), level=2)
    units = gpd.read_file(shared_data / "belgium/communes.gpkg").dissolve("CODE_INS")
    classes = classify_units(units, whole, grid)
    assert time.process_time() - began < 5, "seconds of processor time"
    blocks = degree_of_urbanisation(grid, level=2, block_rows=17)
    assert (blocks.classes == whole.classes).all()
    assert blocks.centres.equals(whole.centres)
    assert classes.table["status"].eq("classified").all()
    assert classes.table.loc["21004", "class"] == "city", "Brussels"
    assert len(centre_polygons(whole)) == len(whole.centres)


def test_the_built_up_threshold_is_the_mean_of_dense_clusters() -> None:
    people = np.zeros((3, 6))
    people[1, :4] = 1600
    people[0, 5] = 3000
    built = np.zeros_like(people)
    built[1, :4] = [0.1, 0.2, 0.3, 0.6]
    built[0, 5] = 0.9
    assert dense_built_share(grid_of(people, built=built)) == pytest.approx(0.3)
    land = np.ones_like(people)
    land[1, 0] = 0.5  # half water: the share is that of the whole cell
    assert dense_built_share(grid_of(people, land=land, built=built)) == pytest.approx(0.3)
    assert dense_built_share(grid_of(people, built=built), step=0.05) == pytest.approx(0.3)
    built[1, 0] = 0.11
    assert dense_built_share(grid_of(people, built=built), step=0.05) == pytest.approx(0.35)
    for wrong in (0, -1, np.nan, 2):
        with pytest.raises(InputError, match="step"):
            dense_built_share(grid_of(people, built=built), step=wrong)


def test_belgiums_dense_cells_are_built_up_by_the_published_mean(shared_data: Path) -> None:
    assert dense_built_share(belgium(shared_data)) == pytest.approx(0.2434, abs=5e-5)
    assert dense_built_share(belgium(shared_data), step=0.05) == pytest.approx(0.25)


def test_the_official_lower_bounds_are_closed() -> None:
    """Survivors: a cell of just 300 per km2, clusters of just 5,000 and 50,000 people."""
    people = np.zeros((1, 24))
    people[0, :16] = 312.5  # 5,000 people
    people[0, 16] = 200.0
    classes = degree_of_urbanisation(grid_of(people)).classes[0]
    assert (classes[:16] == 2).all()
    assert classes[16] == 1
    people[0, 0] -= 0.01
    assert (degree_of_urbanisation(grid_of(people)).classes[0] == 1).all()
    just = np.zeros((1, 24))
    just[0, :20] = 300.0
    assert (degree_of_urbanisation(grid_of(just)).classes[0, :20] == 2).all()
    assert (degree_of_urbanisation(grid_of(np.clip(just - 0.01, 0, None))).classes[0, :20] == 1).all()
    centre = np.full((5, 5), 2_000.0)
    assert len(degree_of_urbanisation(grid_of(centre)).centres) == 1
    centre[0, 0] -= 0.01
    assert len(degree_of_urbanisation(grid_of(centre)).centres) == 0


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"built_share": 50.0}, "built_share: 50.0"),
        ({"built_share": np.nan}, "built_share: nan"),
        ({"centre_density": np.nan}, "centre_density: nan"),
        ({"centre_population": -1.0}, "centre_population: -1"),
        ({"hole_km2": np.inf}, "hole_km2: inf"),
        ({"water_land": 2.0}, "water_land: 2"),
        ({"centre_queen": "yes"}, "centre_queen: 'yes'"),
        ({"cluster_density": 10.0}, "low_density: 50 is above cluster_density 10"),
        ({"semi_dense": None}, "semi_dense: a SemiDense is needed"),
    ],
)
def test_rules_out_of_range_are_refused(field: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(PLAIN, **field)


def test_smoothing_and_the_contiguity_of_dense_clusters_are_settings() -> None:
    people = np.zeros((7, 7))
    people[1:6, 1:6] = 5_000.0
    people[3, 3] = 0.0
    people[1, 1] = 0.0
    bare = degree_of_urbanisation(grid_of(people), edition=replace(PLAIN, smoothed=False, hole_km2=0.0))
    assert ((bare.centre > 0) == (people >= 1500)).all()
    filled = degree_of_urbanisation(grid_of(people), edition=replace(PLAIN, smoothed=False))
    assert filled.centre[3, 3] == 1
    diagonal = np.diag([2_000.0, 2_000.0, 2_000.0])
    apart = degree_of_urbanisation(grid_of(diagonal), level=2, edition=PLAIN)
    joined = degree_of_urbanisation(grid_of(diagonal), level=2, edition=replace(PLAIN, dense_queen=True))
    assert 23 not in apart.classes
    assert (np.diag(joined.classes) == 23).all()


def test_water_and_missing_people_are_told_apart() -> None:
    people = np.array([[0.0, np.nan, np.nan, 10.0]])
    rules = replace(PLAIN, centre_density=10.0)
    grid = grid_of(people, land=[[0.2, 0.0, 1.0, 1.0]])
    found = degree_of_urbanisation(grid, level=2, edition=rules)
    assert found.classes.tolist() == [[10, 10, 255, 11]]
    cells = found.summary["cells"]
    assert cells[cells > 0].to_dict() == {10: 2, 11: 1} and found.summary.loc[10, "class"] == "water"
    assert found.summary.loc[11, "class"] == "very low density rural"
    assert (
        repr(found).startswith("<UrbanGrid 0 urban centres on 1 x 4 cells>") and found.table is found.centres
    )


def test_a_threshold_above_every_cell_is_told() -> None:
    with pytest.warns(UrbgeoWarning, match="above every cell"):
        found = degree_of_urbanisation(grid_of(np.full((3, 3), 200.0)))
    assert len(found.centres) == 0
    assert (found.classes == 1).all()


def test_faulty_grids_are_refused_with_all_their_faults() -> None:
    ones = np.ones((2, 2))
    with pytest.raises(InputError, match=r"in degrees.*resample_to_1km"):
        PopulationGrid(ones, ones, ones, Affine(0.01, 0, 4, 0, -0.01, 51), "EPSG:4326")
    with pytest.raises(InputError, match="1000 by 1000 m"):
        PopulationGrid(ones, ones, ones, Affine(100, 0, 0, 0, -100, 0), "ESRI:54009")
    with pytest.raises(InputError, match=r"no land share.*\(0, 1\).*square metres"):
        PopulationGrid(ones, np.array([[1, np.nan], [1e6, 1]]), ones * 0, FRAME, "ESRI:54009")
    with pytest.raises(InputError, match="below 0"):
        grid_of([[-1.0]])
    with pytest.raises(InputError, match="shapes"):
        PopulationGrid(ones, ones[:1], ones, FRAME, "ESRI:54009")
    for wrong in ({"edition": "R1999"}, {"level": 3}, {"block_rows": 0}):
        with pytest.raises(InputError):
            degree_of_urbanisation(grid_of(ones), **wrong)


def test_people_are_averaged_over_a_window_before_clusters_are_looked_for() -> None:
    """The setting of the known package: a moving mean of people for centres, another for clusters."""
    people = np.zeros((12, 12))
    people[2:5, 2:5] = 20_000.0
    people[9, 9] = 9 * 900.0
    people[0, 11] = np.nan
    grid = grid_of(people)
    plain = replace(PLAIN, hole_km2=0.0, smoothed=False)
    wide = replace(plain, centre_window=3)
    expected = np.full_like(people, np.nan)
    for i, j in np.argwhere(~np.isnan(people)):
        expected[i, j] = np.nanmean(people[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2])
    found = degree_of_urbanisation(grid, edition=wide)
    assert (found.centre > 0).tolist() == (np.nan_to_num(expected) >= 1500).tolist()
    assert (degree_of_urbanisation(grid, edition=plain).centre > 0).sum() == 9
    assert found.centres["population"].tolist() == [9 * 20_000.0], "people are those who live there"
    loose = degree_of_urbanisation(grid, edition=replace(plain, cluster_window=3))
    assert (loose.classes[8:11, 8:11] == 2).all(), "9 cells of 900 hold 8,100 people"
    assert (degree_of_urbanisation(grid, edition=plain).classes == 2).sum() == 1
    both = replace(plain, centre_window=3, cluster_window=5)
    for level in (1, 2):
        whole = degree_of_urbanisation(grid, edition=both, level=level)
        for rows in (1, 2, 5):
            part = degree_of_urbanisation(grid, edition=both, level=level, block_rows=rows)
            assert np.array_equal(part.classes, whole.classes)
