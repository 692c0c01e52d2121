"""What the verbs of this room refuse of what is given, each by its name, before anything is worked out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine

from tests.access.tables import named
from tests.network.build import along, points
from urbgeo.access.analysis_grid import analysis_grid
from urbgeo.access.catchments import catchments
from urbgeo.access.connectivity import by_direction, connectivity
from urbgeo.access.coverage import coverage
from urbgeo.access.decay import linear
from urbgeo.access.equity import equity, palma
from urbgeo.access.isochrones import isochrones
from urbgeo.access.living import emergency_response, living_circles, shelter_places
from urbgeo.access.nodes import node_gravity, node_nearest
from urbgeo.access.observed import beside_observed
from urbgeo.access.opportunities import cumulative
from urbgeo.access.rasters import coverage_of_people
from urbgeo.access.reach import reach
from urbgeo.access.reading import read_minutes
from urbgeo.access.siting import maximal_covering
from urbgeo.access.uncertainty import scaled
from urbgeo.errors import InputError
from urbgeo.rasters.grid import Grid

ROAD = along(0, 10, 30)
SPOTS = points([(0, 0), (10, 0)], ["a", "b"]).assign(population=[1.0, 2.0])
MISPLACED: Any = SPOTS
TABLE = named([[0, 5], [5, 0]], destinations="ab")
ACCESS = pd.Series([1.0, 2.0], index=["a", "b"], name="access")
PEOPLE = pd.Series([10.0, 30.0], index=["a", "b"], name="people")
BOW = gpd.GeoDataFrame(
    {"n": [5.0]}, geometry=[shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])], index=["a"], crs=32649
)
SQUARE = BOW.set_geometry([shapely.box(0, 0, 9, 9)], crs=32649)
TWICE = pd.Series(["x", "y", "y"], index=["a", "b", "b"])
CELLS = Grid(np.array([[-1.0, 2.0]]), Affine(1, 0, 0, 0, -1, 1), 32649)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: analysis_grid(SQUARE, cell_m=3, people=BOW, population="n"),
            "people: .*invalid polygons at a",
        ),
        (lambda: by_direction(TABLE, SPOTS, mass=ACCESS, minutes=9, direction="up"), "direction: 'up'"),
        (lambda: equity(ACCESS, PEOPLE, quantiles="half"), "quantiles: 'half'"),
        (lambda: palma(ACCESS, PEOPLE, PEOPLE, quantiles="half"), "quantiles: 'half'"),
        (lambda: equity(pd.concat([ACCESS, ACCESS]), PEOPLE), "access: repeated ids at a, b"),
        (
            lambda: equity(pd.DataFrame({"n": [1.0, 2.0]}, index=["a", "a"]), "n", column="n"),
            "access: repeated ids at a",
        ),
        (lambda: equity(ACCESS, PEOPLE, group=TWICE), "group: repeated ids at b"),
        (
            lambda: living_circles(
                ROAD, SPOTS, SPOTS, population="population", service="kind", services={"park": ("x", 5.0)}
            ),
            "facilities: no column kind",
        ),
        (lambda: isochrones(SPOTS, ROAD, minutes=9), r"isochrones\(network, origins\): a TravelN"),
        (lambda: isochrones(ROAD, SPOTS, minutes=9, by="all"), "by: 'all'"),
        (lambda: isochrones(ROAD, SPOTS, minutes=9, kind="square"), "kind: 'square'"),
        (lambda: isochrones(ROAD, SPOTS, minutes=9, direction="up"), "direction: 'up'"),
        (lambda: isochrones(ROAD, SPOTS, minutes=9, resolution_km=0), "resolution_km: 0"),
        (lambda: isochrones(ROAD, SPOTS.set_axis(["a", "a"]), minutes=9), "origins: .*repeated ids at a"),
        (lambda: isochrones(ROAD, SPOTS, minutes=9, clip=BOW), "clip: .*invalid polygons at a"),
        (lambda: node_nearest(ROAD, SPOTS, direction="up"), "direction: 'up'"),
        (lambda: node_gravity(ROAD, ACCESS, decay=linear(9), direction="up"), "direction: 'up'"),
        (lambda: beside_observed(ROAD, SPOTS, observed=None), "observed: a table is needed, not NoneType"),
        (lambda: coverage_of_people(CELLS, SQUARE), "people: 1 cells are negative or infinite"),
        (lambda: reach("road", SPOTS), "travel: str gives no minutes"),
        (lambda: reach(ROAD, SPOTS, rail=45), "rail: int is no rule; give RailTrips"),
        (lambda: read_minutes([[1.0]]), "travel: list is no table of minutes; a DataFrame is needed"),
        (lambda: scaled(ROAD, 0.5), "factors"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: catchments(SPOTS, ROAD, SPOTS, minutes=9),
        lambda: living_circles(SPOTS, ROAD, SPOTS, services={"park": ("x", 5.0)}),
        lambda: emergency_response(SPOTS, ROAD, SPOTS),
        lambda: shelter_places(SPOTS, ROAD, SPOTS, minutes=9),
        lambda: cumulative(SPOTS, ROAD, minutes=9),
        lambda: maximal_covering(SPOTS, ROAD, SPOTS, count=1, minutes=9),
        lambda: beside_observed(MISPLACED, ROAD, observed=pd.DataFrame()),
        lambda: reach(MISPLACED, ROAD),
        lambda: coverage(SPOTS, ROAD, SPOTS, minutes=9),
        lambda: connectivity(SPOTS, ROAD),
    ],
)
def test_a_network_in_the_second_place_is_told_by_what_stands_in_the_first(
    call: Callable[[], object],
) -> None:
    with pytest.raises(InputError, match=r"^(travel: GeoDataFrame gives no minutes|.*which stands first)"):
        call()
