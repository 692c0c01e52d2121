"""Importing urbgeo is light, and every front-door name exists."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import urbgeo

HEAVY = ("osmnx", "rasterio", "folium", "matplotlib", "numba", "geopandas")
ALLOWED_EXTRA_S = 0.5
MOST_NAMES = 50


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


def test_every_name_at_the_front_door_exists_and_nothing_else_is_shown() -> None:
    assert all(getattr(urbgeo, name) is not None for name in urbgeo.__all__)
    assert sorted(dir(urbgeo)) == sorted(urbgeo.__all__)
    assert len(dir(urbgeo)) <= MOST_NAMES


def test_dotted_names_work_after_importing_urbgeo_alone() -> None:
    out = fresh(
        "import urbgeo\n"
        "found = urbgeo.network.lines.from_lines, urbgeo.access.opportunities, urbgeo.sources.osm.tags\n"
        "print([one.__name__.split('.')[-1] for one in found])"
    )
    assert out == "['from_lines', 'opportunities', 'tags']\n"


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_verb"):
        urbgeo.no_such_verb  # noqa: B018
    with pytest.raises(AttributeError, match="no_such_module"):
        urbgeo.network.no_such_module  # noqa: B018


def test_every_room_can_be_entered_without_pyarrow() -> None:
    """It belongs to an extra: only what reads or writes its files may ask for it."""
    out = fresh(
        "import sys; sys.modules['pyarrow'] = None\n"
        "import pkgutil, importlib, urbgeo\n"
        "for _, name, _ in pkgutil.walk_packages(urbgeo.__path__, 'urbgeo.'):\n"
        "    name.endswith('__main__') or importlib.import_module(name)\n"
        "import pandas as pd\n"
        "from urbgeo.access.opportunities import cumulative\n"
        "minutes = [5.0, 20.0, 9.0, 40.0]\n"
        "pairs = pd.DataFrame({'from': list('aabb'), 'to': list('uvuv'), 'minutes': minutes})\n"
        "jobs = pd.Series([1.0, 2.0], index=list('uv'))\n"
        "print(cumulative(pairs, jobs, minutes=20).values.to_numpy().tolist())"
    )
    assert out == "[[3.0], [1.0]]\n"
