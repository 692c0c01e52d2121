"""Slope, relief and height of the ground, and the guide's own reading of the three together."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from urbgeo.land.terrain import terrain
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
