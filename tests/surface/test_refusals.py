"""What the verbs of this room refuse of what is given, each by its name, before anything is worked out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point

from tests.surface.ways import UTM, at, grid, travel_surface
from urbgeo.errors import InputError
from urbgeo.surface.friction import burn_roads, cover_friction
from urbgeo.surface.motorways import MotorwayRamps, compile_motorways

EVEN = grid(np.full((3, 9), 0.01), 100.0)
WALLED = EVEN.having(np.where(np.arange(9) % 8 == 0, np.nan, EVEN.values))
LINES = gpd.GeoDataFrame(
    {"class": ["trunk"]}, geometry=[LineString(at(EVEN, (1, 0), (1, 8)).geometry)], crs=UTM
)
RAMPS = at(EVEN, (1, 0), (1, 8), ids=["w", "e"])
TWICE = RAMPS.set_axis(["w", "w"])
COVER = grid(np.ones((3, 9)), 100.0)
NOWHERE = LINES.set_crs(None, allow_override=True)


def ramps(like: Any = EVEN) -> MotorwayRamps:
    return compile_motorways(LINES, RAMPS, like)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cover_friction(COVER.values, {1: "crop"}, speeds_kmh={"crop": 2.0}), "cover: a Grid is"),
        (lambda: cover_friction(COVER, ["crop"], speeds_kmh={"crop": 2.0}), "legend: "),
        (lambda: cover_friction(COVER, {1: "crop"}, speeds_kmh=[2.0]), "speeds_kmh: "),
        (lambda: burn_roads(EVEN.values, LINES), "friction: a Grid is needed"),
        (lambda: burn_roads(EVEN, RAMPS), "roads: "),
        (lambda: burn_roads(EVEN, LINES.drop(columns="class")), "roads: no column class"),
        (lambda: ramps(EVEN.values), "like: a Grid is needed"),
        (lambda: compile_motorways(LINES, RAMPS, EVEN, max_ramp_m=0), "max_ramp_m: 0"),
        (lambda: compile_motorways(LINES, RAMPS, EVEN, speed_kmh=0), "speed_kmh: 0"),
        (lambda: compile_motorways(LINES, RAMPS, EVEN, ramp_min=-1), "ramp_min: -1"),
        (lambda: compile_motorways(LINES, TWICE, EVEN), "interchanges: .*repeated ids at w"),
        (lambda: compile_motorways(NOWHERE, RAMPS, EVEN), "motorways: it has no CRS"),
        (lambda: compile_motorways(RAMPS, RAMPS, EVEN), "motorways: lines are needed; look at w, e"),
        (lambda: compile_motorways(LINES.iloc[:0], RAMPS, EVEN), "motorways: lines .* at an empty layer"),
        (lambda: travel_surface(EVEN, TWICE), "sources: .*repeated ids at w"),
        (lambda: travel_surface(EVEN, RAMPS, motorways=ramps(grid(np.ones((4, 9)), 100.0))),
         "motorways: compiled for other cells; compile them with like=friction"),
        (lambda: travel_surface(WALLED, at(EVEN, (1, 4)), motorways=ramps()),
         "motorways: every interchange lies on a barrier; burn in the roads that lead there"),
        (lambda: travel_surface(EVEN, gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=UTM)), "sources: "),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=f"(?s)^{message}"):
        call()
