"""Slope, relief and height of the ground, and the guide's own reading of the three together."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from urbgeo.errors import InputError
from urbgeo.land.terrain import terrain, terrain_grade
from urbgeo.rasters.grid import Grid

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: int = UTM) -> Grid:
    return Grid(np.asarray(values, dtype=None), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), crs)


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


def test_the_grade_of_the_ground_goes_down_at_the_bounds_of_the_guide() -> None:
    """Slope closed from above; height from 3,500 m and above 5,000 m; relief from 100 m and above 200 m."""
    cases = [
        (3.0, 0.0, 0.0, 1), (3.1, 0.0, 0.0, 2), (8.0, 0.0, 0.0, 2), (8.1, 0.0, 0.0, 3), (15.0, 0.0, 0.0, 3),
        (15.1, 0.0, 0.0, 4), (25.0, 0.0, 0.0, 4), (25.1, 0.0, 0.0, 5), (25.1, 4000.0, 300.0, 5),
        (1.0, 3499.0, 0.0, 1), (1.0, 3500.0, 0.0, 2), (1.0, 5000.0, 0.0, 2), (1.0, 5001.0, 0.0, 5),
        (1.0, 0.0, 99.0, 1), (1.0, 0.0, 100.0, 2), (1.0, 0.0, 200.0, 2), (1.0, 0.0, 201.0, 3),
        (1.0, 3500.0, 201.0, 4),
    ]  # fmt: skip
    names = ("slope_deg", "elevation_m", "relief_m")
    ground = {name: grid([[case[at] for case in cases]]) for at, name in enumerate(names)}
    assert terrain_grade(ground).values[0].tolist() == [case[3] for case in cases]
    for name in names:
        holed = ground | {
            name: ground[name].having(np.where(np.arange(18) == 4, np.nan, ground[name].values))
        }
        assert np.flatnonzero(np.isnan(terrain_grade(holed).values[0])).tolist() == [4], name
    with pytest.raises(InputError, match="ground: no relief_m; give what terrain"):
        terrain_grade({name: ground[name] for name in names[:2]})
    with pytest.raises(InputError, match="has other cells"):
        terrain_grade(ground | {"relief_m": grid([[1.0]])})
    with pytest.raises(InputError, match="ground: "):
        terrain_grade(None)


def test_ground_without_height_or_a_square_without_width_is_refused() -> None:
    with pytest.raises(InputError, match="elevation: every cell is nodata"):
        terrain(grid(np.full((3, 3), np.nan)))
    for relief in (0.0, -1.0, np.nan):
        with pytest.raises(InputError, match="relief_m"):
            terrain(grid(np.ones((3, 3))), relief_m=relief)
    one = terrain(grid([[7.0, 9.0]]))
    assert one["relief_m"].values.tolist() == [[2.0, 2.0]], "a single row has relief along itself"
    held = terrain(grid([[7.0, 9.0]]))["elevation_m"]
    assert held.values.tolist() == [[7.0, 9.0]] and held.source.startswith("elevation_m of")


def test_the_square_of_relief_is_as_wide_as_it_is_high_on_oblong_cells() -> None:
    """Squares of 500 m: cells of 100 by 50 m are five across and eleven down."""
    across = np.tile(np.arange(21.0), (21, 1))
    flat = Affine(100, 0, 500_000, 0, -50, 3_000_000)
    assert terrain(Grid(across, flat, UTM), relief_m=500)["relief_m"].values[10, 10] == 4
    assert terrain(Grid(across.T.copy(), flat, UTM), relief_m=500)["relief_m"].values[10, 10] == 10
