"""A cluster gives the surfaces of one machine to the last bit, also when a worker is killed in the middle."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from shapely.geometry import LineString, Point

from tests.cluster import client, kill_one  # noqa: F401, a fixture
from tests.surface.ways import travel_surface_files
from urbgeo.errors import InputError
from urbgeo.rasters.files import write_grid
from urbgeo.rasters.grid import Grid
from urbgeo.surface import solve as surface_solve
from urbgeo.surface.motorways import compile_motorways
from urbgeo.surface.results import SurfaceFiles

UTM = 32649
CELL_M = 100.0
SIDE = 120
LAYERS = ("minutes", "allocation", "back_links")


def grid(values: np.ndarray[Any, Any]) -> Grid:
    return Grid(values, Affine(CELL_M, 0, 500_000, 0, -CELL_M, 3_000_000), UTM)


@pytest.fixture
def ground(tmp_path: Path) -> dict[str, Path]:
    rng = np.random.default_rng(4)
    friction = np.kron(rng.uniform(0.005, 0.05, (SIDE // 4, SIDE // 4)), np.ones((4, 4)))
    friction[rng.random(friction.shape) < 0.1] = np.nan
    friction[::37, ::37] = 0.01
    height = 300 * np.sin(np.indices(friction.shape).sum(axis=0) / 9.0)
    return {
        "friction": write_grid(grid(friction), tmp_path / "friction.tif"),
        "height": write_grid(grid(height.astype(np.float32)), tmp_path / "height.tif"),
    }


def at(*cells: tuple[int, int]) -> gpd.GeoDataFrame:
    xy = [grid(np.zeros((1, 1))).transform @ (column + 0.5, row + 0.5) for row, column in cells]
    return gpd.GeoDataFrame(geometry=[Point(*one) for one in xy], crs=UTM)


SOURCES = at((0, 0), (37, 74), (111, 37))


def bits(found: SurfaceFiles) -> list[bytes]:
    layers = []
    for name in LAYERS:
        with rasterio.open(getattr(found, name)) as file:
            layers.append(file.read(1).tobytes())
    return layers


@pytest.mark.parametrize(
    "how", [{"neighbours": 16, "direction": "to"}, {"marching": True}], ids=["steps and slopes", "front"]
)
def test_blocks_on_two_workers_give_the_same_bits(
    ground: dict[str, Path],
    tmp_path: Path,
    client: Any,  # noqa: F811
    how: dict[str, Any],
) -> None:
    like = grid(np.zeros((SIDE, SIDE)))
    line = LineString(at((37, 2), (37, 110)).geometry)
    roads = gpd.GeoDataFrame({"oneway": [True]}, geometry=[line], crs=UTM)
    how = {**how, "motorways": compile_motorways(roads, at((37, 0), (37, 111)), like, ramp_min=0.5)}
    how = how if how.get("marching") else {**how, "elevation": ground["height"]}
    here = travel_surface_files(ground["friction"], SOURCES, tmp_path / "here", **how)
    there = travel_surface_files(
        ground["friction"], SOURCES, tmp_path / "there", block_cells=32, client=client, **how
    )
    assert bits(here) == bits(there)
    assert here.table.equals(there.table)


def test_a_killed_worker_costs_time_not_cells(
    ground: dict[str, Path],
    tmp_path: Path,
    client: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.wait_for_workers(2, timeout=60)
    here = travel_surface_files(ground["friction"], SOURCES, tmp_path / "here")
    settled = surface_solve._settled

    def slowly(*given: Any) -> Any:
        time.sleep(0.02)
        return settled(*given)

    monkeypatch.setattr(surface_solve, "_settled", slowly)

    killed = kill_one(client, "travel-surface", 0.15)
    there = travel_surface_files(
        ground["friction"], SOURCES, tmp_path / "there", block_cells=24, client=client
    )
    assert killed and time.perf_counter() > killed[0], "the worker was killed before the end"
    assert bits(here) == bits(there)


def test_what_is_no_client_is_refused(ground: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"client: a dask\.distributed\.Client is needed"):
        travel_surface_files(ground["friction"], SOURCES, tmp_path / "out", client="tcp://somewhere")
    assert not list((tmp_path / "out").glob("*.tif"))
