"""What the verbs of this room refuse of what is given, each by its name, before anything is worked out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import along, points, squares
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.indicators.critical import critical_links, stage_projects
from urbgeo.indicators.rows import (
    closed_rings,
    commuting_measures,
    land_quota,
    mixed_use,
    share_holding,
    share_near,
    street_pattern,
)
from urbgeo.indicators.scorecard import scorecard
from urbgeo.indicators.what_if import what_if

ROAD = along(0, 10, 30)
SPOTS = points([(0, 0), (10, 0)], ["a", "b"]).assign(population=[1.0, 2.0])
TWICE = SPOTS.set_axis(["a", "a"])
LAND = squares((0, 0), (10, 0), ids=["a", "b"]).assign(use="R")
BOW = LAND.set_geometry([shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])] * 2, crs=LAND.crs)
LINES = gpd.GeoDataFrame(geometry=[shapely.LineString([(5e5, 3e6), (5e5, 3.001e6)])], crs=LAND.crs)
NOWHERE = LINES.set_crs(None, allow_override=True)
GROWTH = pd.Series([3.0, 1.0], index=["a", "b"])
FLOWS = pd.DataFrame({"from_zone": ["a"], "to_zone": ["b"], "workers": [5], "minutes": [9.0]})
NEW = pd.DataFrame(
    {"project": ["x"], "from_node": ["A"], "to_node": ["B"], "length_km": 9.0, "class": "trunk"}
)


def staged(network: Any = ROAD, projects: Any = NEW, places: Any = SPOTS) -> object:
    return stage_projects(network, projects, places, SPOTS, km_per_year=1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: critical_links(SPOTS, ROAD, SPOTS), "network: a TravelNetwork is needed, not GeoDataFrame"),
        (lambda: critical_links(ROAD, TWICE, SPOTS), "places: .*repeated ids at a"),
        (lambda: staged(network=SPOTS), "network: a TravelNetwork is needed, not GeoDataFrame"),
        (lambda: staged(places=TWICE), "places: .*repeated ids at a"),
        (lambda: staged(projects=None), "projects: a table is needed, not NoneType; the call is stage_proj"),
        (lambda: staged(projects=NEW.drop(columns="project")), "projects: no column project"),
        (lambda: share_holding(BOW, SPOTS), "zones: .*invalid polygons at a, b"),
        (lambda: share_holding(LAND, LINES), "facilities: "),
        (lambda: share_near(BOW, SPOTS, within_m=9), "places: .*invalid polygons at a, b"),
        (lambda: share_near(SPOTS, BOW, within_m=9), "facilities: .*invalid polygons at a, b"),
        (lambda: share_near(NOWHERE, SPOTS, within_m=9), "places: it has no CRS"),
        (lambda: street_pattern(SPOTS), "streets: "),
        (lambda: mixed_use(BOW), "land_use: .*invalid polygons at a, b"),
        (lambda: mixed_use(LAND.drop(columns="use")), "land_use: no column use"),
        (lambda: commuting_measures(FLOWS.drop(columns="minutes")), "flows: no column minutes"),
        (lambda: commuting_measures(FLOWS.assign(workers=0)), "flows: no workers at all; check the column"),
        (lambda: closed_rings(NOWHERE, SPOTS), "lines: it has no CRS"),
        (lambda: closed_rings(LINES, TWICE), "seats: .*repeated ids at a"),
        (lambda: land_quota([1.0], 9.0), "growth: .*give people by the ids of the units"),
        (lambda: land_quota(pd.concat([GROWTH, GROWTH]), 9.0), "growth: repeated ids at a, b"),
        (lambda: land_quota(GROWTH.iloc[:0], 9.0), "growth: it has no rows; give at least one unit"),
        (lambda: land_quota(GROWTH.replace(3.0, np.inf), 9.0), "growth: infinite at a; give finite numbers"),
        (lambda: land_quota(GROWTH.replace(3.0, np.nan), 9.0), "growth: .*missing.* at a"),
        (lambda: scorecard(ROAD), "region: "),
        (lambda: what_if(ROAD, close="G4"), "region: "),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=f"(?s)^{message}"):
        call()


def test_zones_without_any_facility_are_told_and_hold_none() -> None:
    with pytest.warns(UrbgeoWarning, match="facilities: it has no rows; none of the 2 zones holds one"):
        assert share_holding(LAND, SPOTS.iloc[:0]).tolist() == [0, 0]
