"""How a travel surface is worked out, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from shapely.geometry import Point

from urbgeo.errors import InputError
from urbgeo.rasters.files import read_grid, write_grid
from urbgeo.rasters.grid import Grid
from urbgeo.surface.results import SurfaceRules
from urbgeo.surface.travel import travel_surface, travel_surface_files

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: object = UTM, x: float = 500_000) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, x, 0, -cell, 3_000_000), crs)


def test_heights_of_64_bits_give_the_same_bits_from_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    friction, height = grid(rng.uniform(0.01, 0.1, (20, 20))), grid(rng.uniform(0, 300, (20, 20)))
    start = gpd.GeoDataFrame(geometry=[Point(500_950, 2_999_050)], crs=UTM)
    paths = [write_grid(one, tmp_path / f"{name}.tif") for name, one in (("f", friction), ("h", height))]
    files = travel_surface_files(
        paths[0], start, tmp_path / "out", elevation=paths[1], rules=SurfaceRules(block_cells=8)
    )
    whole = travel_surface(friction, start, elevation=height)
    np.testing.assert_array_equal(read_grid(files.minutes).values, whole.minutes.values)
    none = grid(np.full((20, 20), np.nan))
    with pytest.raises(InputError, match="elevation: every cell is nodata"):
        travel_surface(friction, start, elevation=none)
    empty = write_grid(none, tmp_path / "none.tif")
    with pytest.raises(InputError, match="elevation: every cell is nodata"):
        travel_surface_files(paths[0], start, tmp_path / "out", elevation=empty)


def test_the_summary_counts_what_can_be_crossed_and_not_the_barriers() -> None:
    friction = grid([[0.01, 0.01, 0.01, 0.04, np.nan, 0.01]])
    start = gpd.GeoDataFrame(geometry=[Point(500_050, 2_999_950)], crs=UTM)
    found = travel_surface(friction, start)
    assert repr(found).startswith("<TravelSurface 1 x 6 cells, 1 of 1 sources used>")
    summary = found.summary.loc["all"]
    assert summary.to_dict() == pytest.approx({"reached_share": 0.8, "median_min": 1.5, "greatest_min": 4.5})


def test_files_say_where_they_lie_and_how_many_sources_were_used(tmp_path: Path) -> None:
    path = write_grid(grid(np.full((3, 4), 0.01)), tmp_path / "f.tif")
    spots = [Point(500_050, 2_999_950), Point(0, 0)]
    found = travel_surface_files(path, gpd.GeoDataFrame(geometry=spots, crs=UTM), tmp_path / "out")
    assert repr(found).startswith(f"<SurfaceFiles in {tmp_path / 'out'}, 1 of 2 sources used>")
