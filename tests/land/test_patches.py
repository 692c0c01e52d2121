"""Built-up land and its patches on a grid: cells, edges, fractal dimension."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from tests.land.grown import UTM, grid
from urbgeo.errors import InputError
from urbgeo.land.patches import box_dimension, built_up, cells_of, drop_small, patch_metrics
from urbgeo.rasters.grid import Grid


def square(side: float, x: float = 500_000, y: float = 3_000_000) -> Polygon:
    return box(x, y, x + side, y + side)


def test_a_filled_plane_has_dimension_two_and_a_line_one() -> None:
    assert box_dimension(grid(np.ones((64, 64), bool))).dimension == pytest.approx(2.0)
    line = np.zeros((64, 64), bool)
    line[0] = True
    assert box_dimension(grid(line)).dimension == pytest.approx(1.0)


def test_a_sierpinski_carpet_has_its_known_dimension() -> None:
    carpet = np.ones((1, 1), bool)
    for _ in range(6):
        carpet = np.block([[carpet, carpet], [carpet, np.zeros_like(carpet)]])
    assert box_dimension(grid(carpet)).dimension == pytest.approx(np.log(3) / np.log(2), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12))
def test_patches_and_edges_equal_a_count_by_hand(seed: int, rows: int, columns: int) -> None:
    mask = np.random.default_rng(seed).random((rows, columns)) < 0.4
    found = patch_metrics(grid(mask))
    edges = joined = 0
    for r, c in np.ndindex(rows, columns):
        for r2, c2 in ((r + 1, c), (r, c + 1)):
            if r2 < rows and c2 < columns:
                edges += mask[r, c] != mask[r2, c2]
                joined += mask[r, c] and mask[r2, c2]
    assert found["edge_km"] == pytest.approx(edges * 0.1)
    shapes = shapely.union_all([square(1, c, -r).buffer(1e-6) for r, c in np.argwhere(mask)])
    assert found["patches"] == len(getattr(shapes, "geoms", [shapes] if not shapes.is_empty else []))
    if mask.any():
        assert found["cohesion_share"] == pytest.approx(joined / (2 * mask.sum()))


def test_an_edge_is_as_long_as_the_side_of_the_cell_it_runs_along() -> None:
    mask = np.zeros((4, 5), bool)
    mask[1, 1:4] = True
    flat = Grid(mask, Affine(100, 0, 500_000, 0, -40, 3_000_000), UTM)
    found = patch_metrics(flat)
    assert found["edge_km"] == pytest.approx(2 * 0.3 + 2 * 0.04)
    assert found["area_km2"] == pytest.approx(3 * 0.1 * 0.04)


def test_patches_touch_at_corners() -> None:
    stairs = np.eye(6, dtype=bool)
    assert patch_metrics(grid(stairs))["patches"] == 1
    assert built_up(grid(stairs.astype(float)), smallest_ha=6).values.sum() == 6


@pytest.mark.parametrize(
    ("shape", "dimension"),
    [((130, 70), 2.0), ((70, 130), 2.0), ((61, 97), 2.0), ((64, 64), 2.0), ((17, 33), 2.0)],
)
def test_a_filled_grid_of_any_shape_has_dimension_two(shape: tuple[int, int], dimension: float) -> None:
    assert box_dimension(grid(np.ones(shape, bool))).dimension == pytest.approx(dimension, abs=1e-9)


def test_boxes_are_laid_where_they_hold_what_is_there() -> None:
    line = np.zeros((65, 65), bool)
    line[64] = True
    assert box_dimension(grid(line)).dimension == pytest.approx(1.0, abs=0.02), "a line at the cut-off rim"
    block = np.zeros((70, 70), bool)
    block[3:67, 5:69] = True
    found = box_dimension(grid(block))
    assert found.table.loc[16, "boxes"] == 16, "64 cells a side are four boxes of 16, wherever they lie"
    assert found.dimension == pytest.approx(2.0, abs=1e-9)
    with pytest.raises(InputError, match="too few"):
        box_dimension(grid(np.ones((12, 12), bool)))
    with pytest.raises(InputError, match="no bool"):
        box_dimension(grid(np.ones((64, 64))))


def test_built_up_closes_gaps_and_drops_specks() -> None:
    share = np.zeros((30, 30))
    share[5:15, 5:15] = 0.5
    share[10, :] = 0.0
    share[25, 25] = 1.0
    assert built_up(grid(share)).values.sum() == 91
    assert built_up(grid(share), close_cells=1, smallest_ha=2).values.sum() == 100
    seven = np.zeros((9, 9))
    seven[4, :7] = 1.0
    assert built_up(grid(seven), smallest_ha=7).values.sum() == 7
    assert built_up(grid(seven), smallest_ha=8).values.sum() == 0
    assert built_up(grid(seven * 0.5), least_share=0.5).values.sum() == 7, "the threshold is a closed bound"
    with pytest.raises(InputError, match="no shares"):
        built_up(grid(share * 10_000))
    with pytest.raises(InputError, match="every cell is nodata"):
        built_up(grid(np.full((3, 3), np.nan)))


def test_densities_relate_to_the_hectares_of_the_landscape() -> None:
    """Two patches of three and one cell of a hectare, in a landscape of all twenty or of ten."""
    mask = np.zeros((4, 5), bool)
    mask[0, :3] = mask[3, 4] = True
    found = patch_metrics(grid(mask))
    assert (found["patches"], found["area_km2"], found["largest_share"]) == (2, pytest.approx(0.04), 0.75)
    assert found["mean_patch_ha"] == pytest.approx(2.0) and found["patch_density"] == pytest.approx(10.0)
    # three sides below, one at the end; two of the corner cell: the rim is no edge
    assert found["edge_km"] == pytest.approx(0.6) and found["edge_density"] == pytest.approx(600 / 20)
    assert found["cohesion_share"] == pytest.approx(2 / 8)
    half = np.zeros((4, 5), bool)
    half[:2] = True
    related = patch_metrics(grid(mask), landscape=grid(half))
    assert related["patch_density"] == pytest.approx(20.0) and related["edge_density"] == pytest.approx(60.0)
    none = patch_metrics(grid(np.zeros((4, 5), bool)))
    assert none["patches"] == 0 and none[["largest_share", "mean_patch_ha", "cohesion_share"]].isna().all()
    with pytest.raises(InputError, match="landscape: no cell is True"):
        patch_metrics(grid(mask), landscape=grid(np.zeros((4, 5), bool)))


def test_the_dimension_is_said_and_needs_something_to_count() -> None:
    found = box_dimension(grid(np.ones((64, 64), bool)))
    assert repr(found).splitlines()[0] == "<BoxCount dimension 2.000 from 5 sizes>"
    assert found.table.index.tolist() == [1, 2, 4, 8, 16] and found.table.index.name == "cells"
    assert found.table["boxes"].tolist() == [4096, 1024, 256, 64, 16]
    assert found.summary.loc["all"].to_dict() == {"dimension": found.dimension}
    with pytest.raises(InputError, match="mask: no cell is True"):
        box_dimension(grid(np.zeros((64, 64), bool)))
    assert len(box_dimension(grid(np.ones((16, 4), bool))).table) == 3, "sizes of 1, 2 and 4 cells are enough"
    with pytest.raises(InputError, match="too few"):
        box_dimension(grid(np.ones((15, 15), bool)))
    with pytest.raises(InputError, match="too few"):
        box_dimension(grid(np.ones((64, 3), bool)))


def test_nothing_built_stays_nothing_and_the_mask_is_its_own() -> None:
    none = np.zeros((3, 3), bool)
    assert not built_up(grid(none.astype(float)), smallest_ha=2).values.any()
    kept = drop_small(none, 1)
    kept[0, 0] = True
    assert not none.any()
    assert drop_small(np.eye(3, dtype=bool), 3).sum() == 3 and not drop_small(np.eye(3, dtype=bool), 4).any()
    assert [cells_of(area, 0.01) for area in (0.0, 0.01, 0.011, 0.07, 0.3)] == [0, 1, 2, 7, 30]
    shares = built_up(grid([[1.0 + 9e-7, 0.5, 0.4999]]))
    assert shares.values.tolist() == [[True, True, False]], "a share may be one but for rounding"
    assert shares.source.startswith("built-up land, share >= 0.5, of")
    for over in (1.0 + 2e-6, -1e-9):
        with pytest.raises(InputError, match="are no shares"):
            built_up(grid([[over, 0.5]]))


def test_gaps_of_so_many_cells_are_closed_at_the_rim_too() -> None:
    share = np.ones((5, 9))
    share[:, 4] = share[0, 0] = 0.0
    assert built_up(grid(share), close_cells=1).values[:, 4].all()
    wide = np.ones((9, 13))
    wide[:, 5:9] = 0.0
    assert not built_up(grid(wide), close_cells=1).values[:, 5:9].any()
    assert built_up(grid(wide), close_cells=2).values[4, 5:9].all(), "four cells are twice two"
