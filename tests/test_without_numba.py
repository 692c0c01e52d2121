"""Where numba cannot be imported, searches give the same answers, and what cannot do without it says so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from tests.sources.osm.osm_files import write_pbf
from tests.test_rooms import PACKAGE
from urbgeo import isochrones, minutes_table, nearest_facility, quickest_paths
from urbgeo.compiling import COMPILED
from urbgeo.engine import plan
from urbgeo.engine.store import links_digest
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region
from urbgeo.study.answers import answer
from urbgeo.study.headlines import headlines

WITHOUT = """
import importlib, json, logging, pkgutil, sys
sys.modules["numba"] = None
logging.basicConfig(level="WARNING", format="%(message)s", stream=sys.stderr)
import urbgeo
from urbgeo.errors import MissingExtraError
urbgeo.options.progress = False
"""

ANSWERS = """
from urbgeo.engine.store import links_digest
from urbgeo.study.answers import answer
from urbgeo.study.headlines import headlines
region = urbgeo.load_region("hunan")
network = urbgeo.region_network(region)
seats = region.prefectures
table = urbgeo.minutes_table(network, seats, region.counties, explain=True)
json.dump({
    "digest": links_digest(network.graph),
    "plan": table.attrs["plan"],
    "table": table.to_numpy().tolist(),
    "nearest": urbgeo.nearest_facility(network, region.counties, region.airports).to_dict("list"),
    "steps": urbgeo.quickest_paths(network, seats[:3], seats[3:6]).steps["link"].dropna().tolist(),
    "area": urbgeo.isochrones(network, seats[:2], minutes=[40.0]).table["area_km2"].tolist(),
    "headlines": headlines(answer(region, network=network)),
}, sys.stdout)
"""

REFUSALS = """
import geopandas as gpd, numpy as np, pandas as pd
from affine import Affine
from urbgeo.rasters.layers import PopulationGrid
from urbgeo.rasters.grid import Grid
from urbgeo.surface.results import SurfaceRules
for _, name, _ in pkgutil.walk_packages(urbgeo.__path__, "urbgeo."):
    if not name.endswith("__main__"):
        importlib.import_module(name)
square, frame = np.ones((4, 4)), Affine(1000.0, 0, 500_000, 0, -1000.0, 3_000_000)
spot = gpd.GeoDataFrame(geometry=gpd.points_from_xy([501_500], [2_998_500]), crs=32649)
network = urbgeo.build_network(
    gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 900], [0, 0]), crs=32649),
    pd.DataFrame({"from_node": [0], "to_node": [1], "length_km": 1.0, "class": "primary"}),
)
assert "hierarchy" not in urbgeo.open_network(urbgeo.save_network(network, sys.argv[1])).__dict__
told = []
for work in (
    lambda: urbgeo.travel_surface(Grid(square, frame, 32649), spot),
    lambda: urbgeo.travel_surface(Grid(square, frame, 32649), spot, rules=SurfaceRules(marching=True)),
    lambda: urbgeo.degree_of_urbanisation(PopulationGrid(square, square, square, frame, "ESRI:54009")),
    lambda: urbgeo.from_pbf(sys.argv[2]),
    lambda: network.hierarchy,
):
    try:
        work()
    except MissingExtraError as error:
        told.append(str(error))
json.dump(told, sys.stdout)
"""


def child(code: str, *arguments: str) -> tuple[object, list[str]]:
    """What the code prints as JSON, and the lines of its log that tell what to install."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + code, *arguments],
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), [line for line in done.stderr.splitlines() if "pip install" in line]


def test_the_answers_on_the_embedded_region_are_the_same(hunan: Region, hunan_network: TravelNetwork) -> None:
    assert COMPILED
    found, log = child(ANSWERS)
    assert isinstance(found, dict)
    assert len(log) == 1
    assert "searches run on scipy and are slower" in log[0] and log[0].endswith("pip install numba")
    assert found["plan"].startswith("dijkstra: ") and "a hierarchy needs numba" in found["plan"]
    assert found["digest"] == links_digest(hunan_network.graph)
    seats, counties = hunan.prefectures, hunan.counties
    table = minutes_table(hunan_network, seats, counties)
    pd.testing.assert_frame_equal(pd.DataFrame(found["table"], table.index, table.columns), table, rtol=1e-9)
    nearest = nearest_facility(hunan_network, counties, hunan.airports)
    pd.testing.assert_frame_equal(pd.DataFrame(found["nearest"], nearest.index), nearest, rtol=1e-9)
    steps = quickest_paths(hunan_network, seats[:3], seats[3:6]).steps
    area = isochrones(hunan_network, seats[:2], minutes=[40.0]).table["area_km2"]
    np.testing.assert_allclose(found["area"], area, rtol=1e-6)
    assert found["steps"] == steps["link"].dropna().tolist()
    assert [tuple(one) for one in found["headlines"]] == headlines(answer(hunan, network=hunan_network))


def test_what_needs_numba_names_the_job_and_the_rest_can_be_imported(tmp_path: Path) -> None:
    ends, street = {1: (112.9, 28.2), 2: (113.0, 28.2)}, ([1, 2], {"highway": "primary"})
    streets = write_pbf(tmp_path / "a.osm.pbf", ends, [street])
    told, log = child(REFUSALS, str(tmp_path / "saved"), str(streets))
    jobs = (
        "A travel surface",
        "A travel surface",
        "The degree of urbanisation",
        "Reading OpenStreetMap files (PBF)",
        "A hierarchy",
    )
    assert told == [f"{job} needs the package 'numba'. Install it with: pip install numba" for job in jobs]
    assert len(log) == 1


def test_no_hierarchy_is_planned_even_if_it_is_ready(hunan_network: TravelNetwork) -> None:
    graph, ready = hunan_network.graph, {"topology": True, "customised": True, "sample": np.arange(1)}
    for asked in (
        lambda: plan.plan_table(graph, 10**6, 10**6, np.inf, **ready),
        lambda: plan.plan_sums(graph, 10**6, 500.0, **ready),
    ):
        assert asked().method == "hierarchy"
        with mock.patch.object(plan, "COMPILED", False):
            assert asked().method == "dijkstra" and "a hierarchy needs numba" in asked().why


def test_numba_is_imported_in_one_place() -> None:
    importing = re.compile(r"^\s*(import|from) numba\b", re.MULTILINE)
    found = [path for path in PACKAGE.rglob("*.py") if importing.search(path.read_text(encoding="utf-8"))]
    assert found == [PACKAGE / "compiling.py"]
