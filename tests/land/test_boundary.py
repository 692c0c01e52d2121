"""The boundary meets demand to the cell, keeps out of every exclusion, and says what is missing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from tests.land.cases import UTM, delineate_boundary, grid
from urbgeo.errors import InputError
from urbgeo.land import boundary as drawing
from urbgeo.land.audit import ControlLines, audit_control_lines
from urbgeo.land.boundary import Boundary, BoundaryRules, _check_demand, _check_met
from urbgeo.land.outline import on_lines_share
from urbgeo.land.patches import drop_small
from urbgeo.land.suitability import suitability
from urbgeo.land.synthetic import Landscape, synthetic_landscape
from urbgeo.land.terrain import terrain
from urbgeo.land.zones import ZONE_NAMES
from urbgeo.rasters.align import burn, cells_to_polygons
from urbgeo.rasters.grid import Grid


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
    assert found.figures["built_km2"] + found.figures["new_km2"] == pytest.approx(demand_cells * 0.01)
    barred = cells_to_polygons(excluded.values, excluded).union_all()
    assert shapely.area(shapely.intersection(found.polygons.union_all(), barred)) < 1e-3
    np.testing.assert_allclose(found.polygons["area_km2"], found.polygons["cells_km2"], rtol=0.01)
    assert found.polygons.is_valid.all()
    numbers = {name: number for number, name in ZONE_NAMES.items()}
    for name, one in zip(found.polygons["zone"], found.polygons.geometry, strict=True):
        stairs = cells_to_polygons(zones == numbers[name], found.zones).union_all()
        beside = shapely.buffer(stairs, min(found.zones.cell_m) / 2, join_style="mitre")
        assert shapely.difference(one, beside).area < 1e-3, "no film along the zones inside it"
        assert one.length < 1.25 * stairs.length
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


def test_demand_above_suitable_land_says_what_is_missing() -> None:
    built, score, excluded = grid(np.eye(4, dtype=bool)), grid(np.ones((4, 4))), np.zeros((4, 4), bool)
    excluded[:, 3] = True
    excluded[3, 3] = False
    with pytest.raises(InputError, match=r"0\.07 km2 are missing"):
        delineate_boundary(built, score, grid(excluded), demand=0.20, expansion_multiple=99)


def test_cells_without_a_score_above_nought_are_never_taken() -> None:
    built, score = np.zeros((4, 4), bool), np.zeros((4, 4))
    built[:2, :2] = True
    score[0, 2] = score[2, 1] = 1e-9
    score[3] = np.nan
    score[1, 2] = -1.0
    none = grid(np.zeros((4, 4), bool))
    asked = {"expansion_multiple": 9.0, "elastic_share": 0.0, "smooth": False, "fill_holes_ha": 0.0}
    found = delineate_boundary(grid(built), grid(score), none, demand=0.06, **asked)
    assert np.argwhere((found.zones.values > 0) & ~built).tolist() == [[0, 2], [2, 1]]
    with pytest.raises(InputError, match=r"suitable land together; 0\.01 km2 are missing"):
        delineate_boundary(grid(built), grid(score), none, demand=0.07, **asked)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"demand": 0.01}, "less than the built-up land"),
        ({"demand": 0.16}, "0.09 km2 too much"),
        ({"demand": np.nan}, "demand_km2"),
        ({"smallest_piece_ha": 8.0}, "larger than the demand"),
        ({"smallest_piece_ha": 7.0}, "no built-up piece .* has 7 ha"),
        ({"gap_m": np.nan}, "gap_m"),
        ({"along_m": 0.0}, "along_m"),
        ({"built": grid(np.zeros((4, 4), bool))}, "no cell is built-up"),
        ({"built": grid(np.ones((4, 4)))}, "no bool grids at built"),
        ({"score": grid(np.full((4, 4), np.nan))}, "nodata everywhere"),
        ({"score": grid(np.ones((5, 4)))}, "has other cells"),
        ({"smallest_piece_ha": -1}, "smallest_piece_ha"),
        ({"elastic_share": 1.5}, "elastic_share"),
        ({"expansion_multiple": 0}, "expansion_multiple"),
        ({"base_built_km2": -1.0}, "base_built_km2"),
        ({"radius_cells": 0}, "radius_cells"),
        ({"neighbour_power": -1.0}, "neighbour_power"),
        ({"special": {"park": grid(np.ones((4, 4)))}}, "no bool grids at park"),
        ({"special_reach_m": 0.0}, "special_reach_m"),
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
        delineate_boundary(*three, **arguments)


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
    built, farmland = np.zeros((20, 20), bool), np.zeros((20, 20), bool)
    built[5:15, 5:15] = True
    poor = ([7, 10, 10], [7, 7, 8])
    built[poor] = built[12, 12] = False
    farmland[12, 12] = True
    score = np.ones((20, 20))
    score[poor] = 1e-9
    found = delineate_boundary(
        grid(built), grid(score), grid(farmland), demand=1.1, expansion_multiple=9, fill_holes_ha=1
    )
    assert found.zones.values[7, 7] == 1, "too poor to be grown into, and filled"
    assert (found.zones.values[10, 7:9] == 0).all(), "a hole of two cells is larger"
    assert found.zones.values[12, 12] == 0
    assert (found.zones.values == 1).sum() == 110
    wider = delineate_boundary(
        grid(built), grid(score), grid(farmland), demand=1.1, expansion_multiple=9, fill_holes_ha=2
    )
    assert (wider.zones.values[10, 7:9] == 1).all()
    assert wider.zones.values[12, 12] == 0


def special_case() -> tuple[Grid, Grid, Grid, dict[str, Grid]]:
    built, park, hill = (np.zeros((20, 20), bool) for _ in range(3))
    built[5:10, 5:10] = True
    park[2:5, 5:10] = True
    park[15:18, 15:18] = True
    hill[5:10, 10:16] = True
    none = grid(np.zeros((20, 20), bool))
    return grid(built), grid(np.ones((20, 20))), none, {"park": grid(park), "hill": grid(hill)}


def test_special_land_beside_the_boundary_becomes_the_third_zone() -> None:
    built, score, none, parks = special_case()
    how = {"demand": 0.35, "expansion_multiple": 9, "elastic_share": 0.1}
    found = delineate_boundary(built, score, none, special=parks, **how)
    zones, park, hill = found.zones.values, parks["park"].values, parks["hill"].values
    assert (zones[15:18, 15:18] == 0).all(), "a park apart from the town is no part of the boundary"
    assert (zones[2:5, 5:10] == 3).all()
    assert (zones[hill] == 3).all(), "nothing grows into special-use land"
    assert found.figures["special_km2 park"] == pytest.approx(0.15)
    assert found.figures["special_km2 hill"] == pytest.approx(0.30)
    assert found.figures["special_km2"] == pytest.approx(0.45)
    assert found.figures["expansion_multiple"] == pytest.approx((0.35 + 0.03 + 0.45) / 0.25)
    assert set(found.polygons["zone"]) == {"concentrated", "elastic", "special"}
    near = delineate_boundary(built, score, none, special=parks, special_reach_m=200, **how)
    assert (near.zones.values[5:10, 10:16] == 3).sum() == 10
    assert (near.zones.values[~(park | hill)] < 3).all()


def test_special_land_counts_in_the_multiple_and_cuts_the_elastic_area_back() -> None:
    built, score, none, parks = special_case()
    park = {"park": parks["park"]}
    how = {"demand": 0.30, "elastic_share": 0.15}
    tight = delineate_boundary(built, score, none, special=park, expansion_multiple=1.84, **how)
    assert tight.figures["elastic_km2"] == pytest.approx(0.01)
    assert tight.figures["expansion_multiple"] == pytest.approx(1.84)
    free = delineate_boundary(
        built, score, none, special=park, special_counts=False, expansion_multiple=1.84, **how
    )
    assert free.figures["elastic_km2"] == pytest.approx(0.04)
    with pytest.raises(InputError, match=r"0\.08 km2 above 1\.5 times"):
        delineate_boundary(built, score, none, special=park, expansion_multiple=1.5, **how)


def test_the_elastic_area_is_cut_back_to_the_multiple() -> None:
    built, score, none, _ = special_case()
    found = delineate_boundary(built, score, none, demand=0.30, elastic_share=0.15, expansion_multiple=1.28)
    assert found.figures["elastic_km2"] == pytest.approx(0.02)
    assert found.figures["elastic_share"] == pytest.approx(2 / 30)
    later = delineate_boundary(built, score, none, demand=0.30, elastic_share=0.15, base_built_km2=0.5)
    assert later.figures["elastic_km2"] == pytest.approx(0.04)
    assert later.figures["expansion_multiple"] == pytest.approx(0.34 / 0.5)


def test_a_demand_that_meets_the_multiple_to_the_cell_is_drawn() -> None:
    # 0.25 km2 times 1.16 is 28.999999999999996 cells of a hectare in binary numbers.
    built, score, none, _ = special_case()
    found = delineate_boundary(built, score, none, demand=0.29, elastic_share=0.15, expansion_multiple=1.16)
    assert found.figures["concentrated_km2"] == pytest.approx(0.29)
    assert found.figures["elastic_km2"] == 0.0
    with pytest.raises(InputError, match=r"0\.01 km2 too much"):
        delineate_boundary(built, score, none, demand=0.30, expansion_multiple=1.16)


def test_without_a_neighbourhood_the_score_alone_counts() -> None:
    built, score, none, _ = special_case()
    score.values[18, 18] = 1.5
    how = {"demand": 0.26, "expansion_multiple": 9, "elastic_share": 0.0}
    alone = delineate_boundary(built, score, none, neighbour_power=0.0, **how)
    assert alone.zones.values[18, 18] == 1
    assert delineate_boundary(built, score, none, **how).zones.values[18, 18] == 0


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_no_patch_is_too_small_and_no_small_hole_is_left(seed: int) -> None:
    built, score, excluded = random_case(seed)
    stands = int(drop_small(built.values & ~excluded.values, 3).sum())
    found = delineate_boundary(
        built, score, excluded, demand=round(1.2 * stands) * 0.01, expansion_multiple=9, smallest_piece_ha=3,
        fill_holes_ha=2, smooth=False,
    )  # fmt: skip
    zones = found.zones.values
    for mask in (zones == 1, zones > 0):
        label, _ = ndimage.label(mask, np.ones((3, 3)))
        assert np.bincount(label.ravel())[1:].min() >= 3
    usable = ~excluded.values & (np.nan_to_num(score.values) > 0)
    label, count = ndimage.label(~(zones > 0))
    rim = np.concatenate([label[0], label[-1], label[:, 0], label[:, -1]])
    holes = [number for number in range(1, count + 1) if number not in rim]
    assert found.figures["holes"] == len(holes)
    for number in holes:
        assert (label == number).sum() > 2 or not usable[label == number].all()
    lost = built.values & (zones == 0)
    np.testing.assert_array_equal(found.left_out_cells.values, lost)
    assert found.figures["built_inside_share"] == pytest.approx(1 - lost.sum() / built.values.sum())


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
    checks = audit.table
    for rule in ("boundary in farmland", "boundary in redline"):
        assert checks.loc[rule, "value"] == 0.0
        assert checks.loc[rule, "passes"]
    assert checks.loc["elastic over concentrated area", "passes"]
    assert checks.loc["expansion multiple", "passes"]


@pytest.fixture(scope="module")
def district() -> tuple[Landscape, Grid, Grid, gpd.GeoDataFrame]:
    """A made-up district with its suitability, exclusions and lines to follow."""
    scene = synthetic_landscape(seed=7, cells=200)
    built = scene.built[2020]
    layers = (scene.farmland, scene.redline, scene.hazards)
    masks = {f"mask {i}": burn(layer, built, all_touched=True) for i, layer in enumerate(layers)}
    water = built.having(scene.cover.values == 1)
    ground = terrain(scene.elevation)
    found = suitability(
        {"slope_deg": ground["slope_deg"], "relief_m": ground["relief_m"]},
        weights={"slope_deg": 0.6, "relief_m": 0.4},
        exclusions=masks | {"water": water},
    )
    barred = built.having(np.logical_or.reduce([one.values for one in (*masks.values(), water)]))
    banks = cells_to_polygons(water.values, built).boundary
    lines = [*scene.roads.geometry, *scene.motorways.geometry, *banks, *scene.redline.boundary]
    return scene, found.score, barred, gpd.GeoDataFrame(geometry=lines, crs=built.crs)


def test_a_district_is_drawn_in_few_whole_pieces_along_its_lines(
    district: tuple[Landscape, Grid, Grid, gpd.GeoDataFrame],
) -> None:
    scene, score, barred, along = district
    built = scene.built[2020]
    demand = float(built.values.sum()) * built.cell_km2 * 1.15
    found = drawing.delineate_boundary(
        built, score, barred, demand_km2=demand, along=along.to_crs(4326), towns=scene.centres
    )
    table, whole = found.table, found.polygons.union_all()
    assert len(table) < 12
    assert table["area_km2"].min() >= 0.1, "no piece below ten hectares"
    on, near = on_lines_share(whole, along.geometry, reach_m=200)
    assert near > 0.3
    assert on > near / 2, "half of what has a line within 200 m runs on it"
    assert whole.area / 1e6 == pytest.approx(found.figures["boundary_km2"], rel=0.01)
    assert found.figures["concentrated_km2"] == pytest.approx(demand, abs=0.01)
    plain = drawing.delineate_boundary(built, score, barred, demand_km2=demand, towns=scene.centres)
    np.testing.assert_array_equal(plain.zones.values, found.zones.values)
    rounded = shapely.get_num_coordinates(plain.polygons.union_all())
    assert shapely.get_num_coordinates(whole) < 0.6 * rounded, "few vertices"
    wall = cells_to_polygons(barred.values, barred).union_all()
    assert shapely.area(shapely.intersection(whole, wall)) < 1e-3
    assert found.polygons.is_valid.all()
    assert set(table["town"]) == {"city", "east town", "north town"}
    new = (
        table.assign(new=table["new_km2"] + table["elastic_km2"]).groupby("town")[["built_km2", "new"]].sum()
    )
    share = new["new"] / new["new"].sum()
    stands = new["built_km2"] / new["built_km2"].sum()
    np.testing.assert_allclose(share, stands, atol=0.15, err_msg="growth by what stands")
    assert (found.left_out["why"] == "below the smallest piece").any()
    assert (found.left_out["why"] == "in an exclusion").any()
    assert found.left_out["area_ha"].sum() / 100 == pytest.approx(
        found.left_out_cells.values.sum() * built.cell_km2
    )


def test_new_land_goes_to_towns_by_their_demand() -> None:
    built = np.zeros((30, 60), bool)
    built[12:18, 8:16] = built[12:18, 44:52] = True
    none = grid(np.zeros(built.shape, bool))
    towns = gpd.GeoDataFrame(
        {"demand_km2": [3.0, 1.0]},
        geometry=gpd.points_from_xy([501_200, 504_800], [2_998_500] * 2),
        index=["west", "east"],
        crs=UTM,
    )
    how = {"demand": 1.36, "expansion_multiple": 9, "elastic_share": 0.0, "towns": towns}
    found = delineate_boundary(grid(built), grid(np.ones(built.shape)), none, **how)
    new = (found.zones.values == 1) & ~built
    assert (new[:, :30].sum(), new[:, 30:].sum()) == (30, 10)
    assert found.table.set_index("town")["new_km2"].to_dict() == pytest.approx({"west": 0.3, "east": 0.1})
    for demand, cells in ((1.37, (31, 10)), (1.39, (32, 11))):  # 30.75 and 10.25; 32.25 and 10.75
        more = delineate_boundary(grid(built), grid(np.ones(built.shape)), none, **(how | {"demand": demand}))
        new = (more.zones.values == 1) & ~built
        assert (new[:, :30].sum(), new[:, 30:].sum()) == cells, (
            "what is left over goes by the largest remainder"
        )
    alike = delineate_boundary(
        grid(built), grid(np.ones(built.shape)), none, **(how | {"towns": towns[["geometry"]]})
    )
    new = (alike.zones.values == 1) & ~built
    assert (new[:, :30].sum(), new[:, 30:].sum()) == (20, 20), "as large, as much"
    barred = np.zeros(built.shape, bool)
    barred[:, :30] = ~built[:, :30]
    moved = delineate_boundary(grid(built), grid(np.ones(built.shape)), grid(barred), **how)
    assert ((moved.zones.values == 1) & ~built)[:, 30:].sum() == 40, "what one cannot take the other does"
    with pytest.raises(InputError, match="demand_km2 is 0 everywhere"):
        delineate_boundary(
            grid(built), grid(np.ones(built.shape)), none, **(how | {"towns": towns.assign(demand_km2=0.0)})
        )


def test_pieces_across_a_short_gap_are_joined_where_nothing_forbids_it() -> None:
    built = np.zeros((20, 30), bool)
    built[5:15, 4:12] = built[5:15, 14:22] = True
    none = np.zeros(built.shape, bool)
    how = {"demand": 2.1, "expansion_multiple": 9, "elastic_share": 0.0, "smooth": False}
    score = np.ones(built.shape)
    score[:, 12:14] = 1e-6
    joined = delineate_boundary(grid(built), grid(score), grid(none), gap_m=200.0, **how)
    assert len(joined.table) == 1
    assert (joined.zones.values[5:15, 12:14] == 1).all()
    apart = delineate_boundary(grid(built), grid(score), grid(none), gap_m=100.0, **how)
    assert len(apart.table) == 2, "a gap of two cells is wider than 100 m"
    river = none.copy()
    river[:, 12] = True
    held = delineate_boundary(grid(built), grid(score), grid(river), gap_m=200.0, **how)
    assert len(held.table) == 2 and not (held.zones.values[river] > 0).any()


def test_results_are_tables_that_can_be_saved(tmp_path: Path) -> None:
    built, score, none, parks = special_case()
    found = delineate_boundary(built, score, none, demand=0.35, expansion_multiple=9, special=parks)
    assert found.table["why"].tolist() == [
        "built-up land and growth around it, with special-use land beside it"
    ]
    assert "1 pieces" in repr(found)
    assert "pieces" in found._repr_html_()
    assert found.save(tmp_path / "boundary.gpkg").is_file()
    zones = gpd.read_file(tmp_path / "boundary.gpkg", layer="zones")
    assert set(zones["zone"]) == {"concentrated", "elastic", "special"}


@pytest.mark.parametrize(
    ("wanted", "change", "message"),
    [
        (6, {}, ""), (10, {}, ""),
        (10, {"most": 9}, "above 1.3 times the base year's built-up land, 0.01 km2 too"),
        (5, {}, "0.05 km2 is less than the built-up land of 0.06 km2 the boundary starts from"),
        (11, {}, "0.11 km2 is above built-up and suitable land together; 0.01 km2 are missing"),
        (6, {"small": 6}, ""),
        (6, {"small": 7}, "smallest_piece_ha: 10 ha is larger than the demand, 0.06 km2"),
        (6, {"stands": 0}, "no built-up piece outside the exclusions has 10 ha; lower smallest_piece_ha"),
    ],
)  # fmt: skip
def test_a_demand_may_be_just_what_stands_what_there_is_room_for_and_what_the_multiple_allows(
    wanted: int, change: dict[str, int], message: str
) -> None:
    """Six cells stand, four are free, ten are allowed; cells of a hectare."""
    given = {"stands": 6, "small": 1, "most": 10} | change
    ground: Any = SimpleNamespace(
        start=np.arange(20) < given["stands"], free=np.arange(20) >= 16, small=given["small"]
    )
    if message:
        with pytest.raises(InputError, match=message):
            _check_demand(wanted, ground, given["most"], 0.01, BoundaryRules())
    else:
        _check_demand(wanted, ground, given["most"], 0.01, BoundaryRules())


def test_land_that_is_not_found_in_whole_pieces_is_told_in_square_kilometres() -> None:
    core = np.arange(9) < 6
    _check_met(core, 6, 0.01, BoundaryRules())
    with pytest.raises(InputError, match=r"0\.02 km2 are missing; the suitable .* in pieces below 10 ha"):
        _check_met(core, 8, 0.01, BoundaryRules())
