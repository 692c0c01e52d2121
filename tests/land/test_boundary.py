"""The boundary meets demand to the cell, keeps out of every exclusion, and says what is missing."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from urbgeo.errors import InputError
from urbgeo.land.audit import ControlLines, audit_control_lines
from urbgeo.land.boundary import Boundary, delineate_boundary, land_demand
from urbgeo.land.grids import Grid, burn, cells_to_polygons
from urbgeo.land.suitability import suitability, terrain
from urbgeo.land.synthetic import LABEL, Landscape, synthetic_landscape

UTM = 32649


def grid(values: object, cell: float = 100.0) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), UTM)


def random_case(seed: int) -> tuple[Grid, Grid, Grid]:
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.standard_normal((3, 40, 40)), (0, 2, 2))
    built = np.zeros((40, 40), bool)
    built[15:25, 15:25] = True
    built |= noise[0] > 0.25
    score = np.clip(50 + 150 * noise[1], 0, 100)
    score[rng.random(score.shape) < 0.02] = np.nan
    return grid(built), grid(score), grid(noise[2] > 0.12)


def holds(found: Boundary, excluded: Grid, demand_cells: int) -> None:
    zones = found.zones.values
    assert (zones == 1).sum() == demand_cells
    assert not (zones[excluded.values] > 0).any()
    assert found.summary["built_km2"] + found.summary["new_km2"] == pytest.approx(demand_cells * 0.01)
    barred = cells_to_polygons(excluded.values, excluded).union_all()
    assert shapely.area(shapely.intersection(found.polygons.union_all(), barred)) < 1e-3
    np.testing.assert_allclose(found.polygons["area_km2"], found.polygons["cells_km2"], rtol=0.01)
    assert found.polygons.is_valid.all()
    for i, one in enumerate(found.polygons.geometry):
        for other in found.polygons.geometry[i + 1 :]:
            assert one.intersection(other).area < 1e-3


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1.05, 1.3), st.booleans())
def test_built_and_new_land_meet_demand_and_no_exclusion_is_touched(
    seed: int, factor: float, smooth: bool
) -> None:
    built, score, excluded = random_case(seed)
    stands = int((built.values & ~excluded.values).sum())
    demand = round(stands * factor)
    found = delineate_boundary(
        built, score, excluded, demand=demand * 0.01, expansion_multiple=9.0, smooth=smooth
    )
    holds(found, excluded, demand)
    assert (found.zones.values == 2).sum() <= demand * 0.15


def test_demand_in_mu_and_hectares_is_the_same_land() -> None:
    built, score, excluded = random_case(1)
    found = [
        delineate_boundary(built, score, excluded, demand=amount, unit=unit, expansion_multiple=9)
        for amount, unit in ((6.0, "km2"), (600.0, "ha"), (9000.0, "mu"))
    ]
    for other in found[1:]:
        np.testing.assert_array_equal(other.zones.values, found[0].zones.values)


def test_demand_above_suitable_land_says_what_is_missing() -> None:
    built, score, excluded = grid(np.eye(4, dtype=bool)), grid(np.ones((4, 4))), np.zeros((4, 4), bool)
    excluded[:, 3] = True
    excluded[3, 3] = False
    with pytest.raises(InputError, match=r"0\.07 km2 are missing"):
        delineate_boundary(built, score, grid(excluded), demand=0.20, expansion_multiple=99)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"demand": 0.01}, "less than the built-up land"),
        ({"demand": 0.16}, "0.09 km2 too much"),
        ({"unit": "acre"}, "'acre' is unknown"),
        ({"built": grid(np.zeros((4, 4), bool))}, "no cell is built-up"),
        ({"built": grid(np.ones((4, 4)))}, "no bool grids at built"),
        ({"score": grid(np.full((4, 4), np.nan))}, "nodata everywhere"),
        ({"score": grid(np.ones((5, 4)))}, "has other cells"),
        ({"min_patch_ha": -1}, "give hectares"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change: dict[str, object], message: str) -> None:
    built = np.zeros((4, 4), bool)
    built[:2, :3] = True
    arguments: dict[str, object] = {
        "built": grid(built), "score": grid(np.ones((4, 4))), "excluded": grid(np.zeros((4, 4), bool)),
        "demand": 0.07,
    } | change  # fmt: skip
    three = [arguments.pop(name) for name in ("built", "score", "excluded")]
    with pytest.raises(InputError, match=message):
        delineate_boundary(*three, **arguments)  # type: ignore[arg-type]


def test_growth_takes_the_best_cells_next_to_the_town() -> None:
    built = np.zeros((9, 9), bool)
    built[3:6, 3:6] = True
    score = np.full((9, 9), 50.0)
    score[:, 6:] = 100.0
    none = grid(np.zeros((9, 9), bool))
    found = delineate_boundary(
        grid(built), grid(score), none, demand=0.12, expansion_multiple=9, elastic_share=0, smooth=False
    )
    assert found.zones.values[3:6, 6].all()
    assert (found.zones.values > 0).sum() == 12


def test_small_holes_are_filled_and_windows_of_farmland_stay() -> None:
    built = np.zeros((20, 20), bool)
    built[5:15, 5:15] = True
    built[7, 7] = built[12, 12] = False
    farmland = np.zeros((20, 20), bool)
    farmland[12, 12] = True
    found = delineate_boundary(
        grid(built),
        grid(np.ones((20, 20))),
        grid(farmland),
        demand=1.1,
        expansion_multiple=9,
        fill_holes_ha=1,
    )
    assert found.zones.values[7, 7] == 1
    assert found.zones.values[12, 12] == 0
    assert (found.zones.values == 1).sum() == 110


def test_special_land_beside_the_boundary_becomes_the_third_zone() -> None:
    built = np.zeros((20, 20), bool)
    built[5:10, 5:10] = True
    park = np.zeros((20, 20), bool)
    park[2:4, 5:10] = park[15:18, 15:18] = True
    none = grid(np.zeros((20, 20), bool))
    found = delineate_boundary(
        grid(built),
        grid(np.where(park, 0.0, 1.0)),
        none,
        demand=0.45,
        expansion_multiple=9,
        special=grid(park),
    )
    zones = found.zones.values
    assert (zones[15:18, 15:18] == 0).all()
    assert (zones[2:4, 5:10] == 3).sum() in (0, 10)
    assert set(found.polygons["zone"]) <= {"concentrated", "elastic", "special"}


def test_land_for_people_is_capped_in_any_unit() -> None:
    free = land_demand(1_000_000, growth_per_year=0.01, years=10, per_capita_m2=100)
    assert free.wanted_km2 == pytest.approx(1e6 * 1.01**10 * 100 / 1e6)
    assert free.binds == "people"
    capped = land_demand(1_000_000, per_capita_m2=100, cap=9, cap_unit="wan_mu")
    assert capped.allowed_km2 == pytest.approx(60.0)
    assert capped.binds == "cap"
    with pytest.raises(InputError, match=r"people 0.*per_capita_m2"):
        land_demand(0, per_capita_m2=-1)


@pytest.fixture(scope="module")
def landscape() -> Landscape:
    return synthetic_landscape(seed=7, cells=120)


def test_everything_synthetic_says_so(landscape: Landscape) -> None:
    grids = [landscape.elevation, landscape.cover, landscape.people, *landscape.built.values()]
    assert all(LABEL in one.source for one in grids)
    frames = [landscape.roads, landscape.motorways, landscape.farmland, landscape.redline, landscape.hazards]
    assert all(frame["source"].str.contains(LABEL).all() and len(frame) for frame in frames)
    assert landscape.provenance.shares["synthetic"] == 1.0
    again = synthetic_landscape(seed=7, cells=120)
    np.testing.assert_array_equal(again.elevation.values, landscape.elevation.values)
    assert again.farmland.geom_equals(landscape.farmland).all()
    other = synthetic_landscape(seed=8, cells=120)
    assert not np.array_equal(other.elevation.values, landscape.elevation.values)


def exclusions(scene: Landscape) -> NDArray[np.bool_]:
    layers = [burn(layer, scene.cover, all_touched=True).values for layer in (scene.farmland, scene.redline)]
    return np.logical_or.reduce([*layers, scene.cover.values == 1])


def test_a_boundary_drawn_on_a_landscape_passes_its_audit(landscape: Landscape) -> None:
    built = landscape.built[2020]
    layers = {name: grid for name, grid in terrain(landscape.elevation).items() if name != "relief_m"}
    barred = built.having(exclusions(landscape))
    found = suitability(layers, weights={"slope_deg": 0.8, "elevation_m": 0.2}, exclusions={"lines": barred})
    stands = int((built.values & ~barred.values).sum())
    demand = round(stands * 1.1)
    drawn = delineate_boundary(built, found.score, barred, demand=demand * built.cell_km2)
    holds(drawn, barred, demand)
    assert drawn.polygons["smoothed"].all()
    audit = audit_control_lines(
        ControlLines(
            drawn.polygons,
            farmland=landscape.farmland,
            redline=landscape.redline,
            built_up=cells_to_polygons(built.values, built),
        ),
        people=200_000,
    )
    checks = audit.checks.set_index("rule")
    for rule in ("boundary in farmland", "boundary in redline"):
        assert checks.loc[rule, "value"] == 0.0
        assert checks.loc[rule, "passes"]
    assert checks.loc["elastic over concentrated area", "passes"]
    assert checks.loc["expansion multiple", "passes"]
