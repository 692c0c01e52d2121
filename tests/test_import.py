"""Importing urbgeo is light, and every front-door name exists."""

from __future__ import annotations

import json
import subprocess
import sys

import urbgeo

HEAVY = ("osmnx", "rasterio", "folium", "matplotlib", "numba", "geopandas")
ALLOWED_EXTRA_S = 0.5


def fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_import_loads_no_heavy_library_and_prints_nothing() -> None:
    out = fresh("import sys, json, urbgeo; print(json.dumps(sorted(sys.modules)))")
    assert out.count("\n") == 1
    assert not set(HEAVY) & set(json.loads(out))


def test_import_takes_under_half_a_second_more_than_numpy_and_pandas() -> None:
    code = (
        "import numpy, pandas, time; t = time.perf_counter(); import urbgeo; print(time.perf_counter() - t)"
    )
    assert min(float(fresh(code)) for _ in range(3)) < ALLOWED_EXTRA_S


def test_every_name_at_the_front_door_exists() -> None:
    for name in urbgeo.__all__:
        assert getattr(urbgeo, name) is not None
        assert name in dir(urbgeo)
