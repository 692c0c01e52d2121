"""Solving a travel surface block by block, here or by the workers of a Dask cluster."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely.geometry import LineString

from tests.cluster import client, kill_one  # noqa: F401, a fixture
from tests.surface.ground import SIDE, SOURCES, UTM, at, grid
from tests.surface.ways import travel_surface_files
from urbgeo.surface import solve as surface_solve
from urbgeo.surface.motorways import compile_motorways
from urbgeo.surface.results import SurfaceFiles

LAYERS = ("minutes", "allocation", "back_links")


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
