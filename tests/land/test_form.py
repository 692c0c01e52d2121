"""Shape, form and expansion measures against known shapes and independent counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import Point, Polygon, box

from urbgeo.errors import InputError
from urbgeo.land.expansion import expansion_types, road_density
from urbgeo.land.form import DensityRings, density_rings, green_share, infill_potential, park_access
from urbgeo.land.patches import box_dimension, built_up, patch_metrics
from urbgeo.land.shapes import shape_indices
from urbgeo.provenance import Provenance
from urbgeo.rasters.files import read_grid
from urbgeo.rasters.grid import Grid
from urbgeo.rasters.stretch import local_crs

UTM = 32649
CENTRE = Point(500_000, 3_000_000)


def frame(*shapes: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=UTM)


def grid(values: object, cell: float = 100.0) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), UTM)


def square(side: float, x: float = 500_000, y: float = 3_000_000) -> Polygon:
    return box(x, y, x + side, y + side)


def test_rings_give_back_an_exponential_gradient() -> None:
    rows, columns = np.indices((200, 200)) + 0.5
    km = np.hypot(rows - 100, columns - 100) * 0.1
    people = grid(5000 * np.exp(-0.25 * km) * 0.01)
    centre = frame(Point(510_000, 2_990_000))
    found = density_rings(people, centre, ring_km=0.5, reach_km=9)
    table = found.table
    assert found.gradient == pytest.approx(0.25, abs=0.005)
    assert found.centre_density == pytest.approx(5000, rel=0.02)
    assert table["land_km2"].sum() == pytest.approx(np.pi * 81, rel=2e-3)
    assert table["amount"].sum() == pytest.approx(people.values[km < 9].sum(), rel=5e-3)
    thirds = density_rings(people, centre, ring_km=4, reach_km=9).table
    assert thirds["to_km"].tolist() == [4.0, 8.0, 9.0]
    assert thirds["amount"].sum() == pytest.approx(table["amount"].sum(), rel=1e-6)
    half = people.having(np.where(columns < 100, np.nan, people.values))
    east = density_rings(half, centre, ring_km=0.5, reach_km=9).table
    np.testing.assert_allclose(east["land_km2"], table["land_km2"] / 2, rtol=1e-3)
    np.testing.assert_allclose(east["density"], table["density"], rtol=2e-2)


def test_the_gradient_is_fitted_by_the_people_of_each_ring() -> None:
    rows, columns = np.indices((120, 120)) + 0.5
    km = np.hypot(rows - 60, columns - 60) * 0.1
    people = grid(np.select([km < 1, km < 2, km < 3], [80.0, 10.0, 7.0], 0.1))
    found = density_rings(people, frame(Point(506_000, 2_994_000)), ring_km=1, reach_km=5)
    x, y = (found.table["from_km"] + found.table["to_km"]) / 2, np.log(found.table["density"])
    weight = found.table["amount"] / found.table["amount"].sum()
    dx, dy = x - (weight * x).sum(), y - (weight * y).sum()
    slope = (weight * dx * dy).sum() / (weight * dx**2).sum()
    assert found.gradient == pytest.approx(-slope) and slope < -1
    assert np.log(found.centre_density) == pytest.approx((weight * (y - slope * x)).sum())


def test_rings_are_circles_on_the_ground_in_any_crs() -> None:
    west, south = 300_000.0, 5_900_000.0
    cells = Grid(np.ones((120, 120)), Affine(1000, 0, west, 0, -1000, south + 120_000), "ESRI:54009")
    middle = gpd.GeoDataFrame(geometry=[Point(west + 60_000, south + 60_000)], crs="ESRI:54009")
    table = density_rings(cells, middle, ring_km=10, reach_km=40).table
    np.testing.assert_allclose(table["land_km2"], np.pi * np.diff([0, 100, 400, 900, 1600]), rtol=3e-3)
    np.testing.assert_allclose(table["amount"], table["land_km2"], rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: built_up(grid(np.ones((3, 3))), least_share=50), "least_share: 50"),
        (lambda: built_up(grid(np.ones((3, 3))), least_share=np.nan), "least_share"),
        (lambda: built_up(grid(np.ones((3, 3))), close_cells=-1), "close_cells"),
        (lambda: built_up(grid(np.ones((3, 3))), close_cells=1.5), "close_cells"),
        (lambda: built_up(grid(np.ones((3, 3))), smallest_ha=np.nan), "smallest_ha"),
        (lambda: built_up(None), "share: a Grid is needed"),
        (
            lambda: park_access(grid(np.ones((3, 3))), frame(square(50)), smallest_park_m2=np.nan),
            "smallest_park",
        ),
        (lambda: park_access(grid(np.ones((3, 3))), frame(square(50)), within_m=-1), "within_m"),
        (lambda: park_access(grid(np.ones((3, 3))), frame(square(50)), minutes=np.inf), "minutes"),
        (lambda: density_rings(grid(np.ones((3, 3))), frame(CENTRE), ring_km=np.nan), "ring_km"),
        (lambda: density_rings(grid(np.ones((3, 3))), frame(CENTRE), ring_km=5, reach_km=2), "ring_km"),
        (lambda: infill_potential(grid(np.ones((3, 3), bool)), radius_m=0), "radius_m"),
        (lambda: infill_potential(grid(np.ones((3, 3), bool)), built_share=2), "built_share"),
        (lambda: infill_potential(grid(np.ones((3, 3)))), "no bool grids at built"),
        (lambda: patch_metrics(frame(square(5))), "mask: a Grid is needed .*not GeoDataFrame"),
        (lambda: expansion_types(frame(square(5)), frame(square(5)), buffer_m=-1), "buffer_m"),
        (lambda: expansion_types(grid(np.ones((3, 3))), frame(square(5))), "old: a GeoDataFrame is needed"),
        (lambda: shape_indices(None), "polygons: a GeoDataFrame is needed, not NoneType"),
        (lambda: road_density(None, frame(square(5))), "roads: a GeoDataFrame is needed"),
        (lambda: green_share(grid(np.ones((3, 3), bool)), None), "green: a GeoDataFrame"),
        (
            lambda: green_share(grid(np.zeros((3, 3), bool)), frame(square(50))),
            "built: no cell is built-up",
        ),
        (lambda: green_share(grid(np.ones((3, 3), bool)), frame(CENTRE)), "green: .*olygon"),
        (lambda: park_access(grid(np.zeros((3, 3))), frame(square(50))), "people: nobody lives here"),
        (lambda: park_access(grid(np.full((3, 3), np.inf)), frame(square(50))), "people: 9 cells .*infinite"),
        (lambda: density_rings(grid(-np.ones((3, 3))), frame(CENTRE)), "amount: 9 cells are negative"),
        (lambda: density_rings(grid(np.zeros((3, 3))), frame(CENTRE)), "fewer than two rings"),
        (lambda: density_rings(grid(np.ones((3, 3))), frame(square(5))), "centre"),
        (
            lambda: density_rings(grid(np.ones((3, 3))), frame(CENTRE, CENTRE)),
            "centre, ring_km: give one point",
        ),
        (lambda: density_rings(grid(np.ones((3, 3))), frame(CENTRE), reach_km=np.inf), "reach_km"),
        (
            lambda: infill_potential(grid(np.ones((3, 3), bool)), excluded=grid(np.ones((3, 4), bool))),
            "has other cells",
        ),
        (
            lambda: infill_potential(grid(np.ones((3, 3), bool)), within=grid(np.ones((3, 3)))),
            "no bool grids",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_green_and_parks_are_counted_where_people_are() -> None:
    built = grid(np.ones((10, 10), bool))
    park = frame(box(500_000, 2_999_500, 500_500, 3_000_000))
    assert green_share(built, park) == pytest.approx(0.25)
    people = grid(np.ones((10, 10)))
    found = park_access(people, park, within_m=100)
    reached = (500 + 100) * 500 + 500 * 100 + np.pi * 100**2 / 4
    assert found["near"] == pytest.approx(reached / 1e4, rel=2e-3)
    twice = frame(*park.geometry, *park.geometry)
    assert green_share(built, twice) == pytest.approx(0.25), "green that overlaps counts once"
    part = np.ones((10, 10), bool)
    part[:, 0] = False
    strip = frame(box(500_000, 2_999_000, 500_150, 3_000_000))
    assert green_share(grid(part), strip) == pytest.approx(0.5 / 9), "half a column of nine"
    minutes = grid(np.where(np.arange(100).reshape(10, 10) < 30, 5.0, np.nan))
    assert park_access(people, park, travel_min=minutes)["share"] == pytest.approx(0.3)
    minutes.values[0, 0] = 5.01
    assert park_access(people, park, travel_min=minutes)["near"] == 29
    with pytest.raises(InputError, match="1 cells are negative"):
        park_access(grid(np.where(np.eye(10) * np.arange(10) == 5, -200.0, 1.0)), park)
    assert park_access(people, park, smallest_park_m2=1e9)["near"] == 0
    area = float(park.to_crs(local_crs(park)).area.iloc[0])
    parks = [park_access(people, park, smallest_park_m2=least)["parks"] for least in (area, area + 1e-3)]
    assert parks == [1, 0], "a park of just the least size counts"


def test_infill_is_vacant_land_among_built_land() -> None:
    built = np.zeros((21, 21), bool)
    built[5:16, 5:16] = True
    built[10, 10] = False
    found = infill_potential(grid(built), radius_m=300)
    assert found.values[10, 10]
    assert not found.values[0, 0]
    assert not (found.values & built).any()
    assert not infill_potential(grid(built), excluded=grid(~built)).values.any()
    row, column = 10, 4
    disc = [(y, x) for y in range(-3, 4) for x in range(-3, 4) if y * y + x * x <= 9]
    share = np.mean([built[row + y, column + x] for y, x in disc])
    for bound, expected in ((share, True), (share + 1e-6, False)):
        assert infill_potential(grid(built), built_share=bound).values[row, column] == expected
    corner = np.mean([built[y, x] for y in range(4) for x in range(4) if y * y + x * x <= 9])
    assert corner == 0.0
    rim = np.zeros((9, 9), bool)
    rim[:, 1] = rim[1, :] = True
    inside = [rim[y, x] for y in range(4) for x in range(4) if y * y + x * x <= 9]
    assert infill_potential(grid(rim), built_share=float(np.mean(inside))).values[0, 0], (
        "no land beyond the rim"
    )
    within = infill_potential(grid(built), within=grid(np.indices((21, 21))[0] > 10))
    assert not within.values[:11].any()


def brussels(shared: Path) -> tuple[Grid, Grid]:
    folder = shared / "belgium"
    area = read_grid(folder / "BUILT_S.tif")
    people: Grid = read_grid(folder / "POP.tif")
    values: NDArray[np.float64] = np.clip(area.values / 1e6, 0, 1)
    return area.having(values), people


def test_belgium_grows_thinner_away_from_brussels(shared_data: Path) -> None:
    share, people = brussels(shared_data)
    centre = gpd.GeoDataFrame(geometry=[Point(4.3517, 50.8466)], crs=4326)
    found = density_rings(people, centre, ring_km=2, reach_km=24)
    table = found.table
    assert found.gradient > 0.05
    assert table["density"].iloc[0] > 5 * table["density"].iloc[-1]
    mask = built_up(share, least_share=0.2)
    found = patch_metrics(mask)
    assert found["patches"] == ndimage.label(mask.values, np.ones((3, 3)))[1] > 10
    assert 1.0 < box_dimension(mask).dimension < 2.0


def test_two_rings_are_enough_and_say_their_fit_in_a_line() -> None:
    """8,000 and 2,000 people per km2 at 0.5 and 1.5 km: a fall by ln 4 per km, from 16,000 at the centre."""
    rows, columns = np.indices((60, 60)) + 0.5
    km = np.hypot(rows - 30, columns - 30) * 0.1
    centre = frame(Point(503_000, 2_997_000))
    found = density_rings(grid(np.where(km < 1, 80.0, 20.0)), centre, reach_km=2)
    fitted = DensityRings(found.table, np.log(4), 16_000.4, Provenance())
    assert repr(fitted).splitlines()[0] == "<DensityRings 2 rings, 16,000 per km2 falling by 1.386 per km>"
    assert found.gradient == pytest.approx(np.log(4), rel=0.05)
    assert fitted.summary.loc["all"].to_dict() == pytest.approx(
        {"gradient_per_km": np.log(4), "centre_density_per_km2": 16_000.4}
    )
    assert found.summary["gradient_per_km"].tolist() == [found.gradient]
    assert found.table["fitted"].tolist() == pytest.approx(found.table["density"].tolist()), "a line by two"
    assert found.table.index.tolist() == [1, 2] and found.table.index.name == "ring"
    circle = found.table.geometry.iloc[0]
    assert len(circle.exterior.coords) - 1 == 4 * 128, "sides of a circle"
    assert found.provenance.parameters == {"ring_km": 1.0, "reach_km": 2}


def test_rings_reach_thirty_kilometres_in_steps_of_one_unless_told() -> None:
    table = density_rings(grid(np.ones((30, 30)), 2000.0), frame(Point(530_000, 2_970_000))).table
    assert table["from_km"].tolist() == list(range(30)) and table["to_km"].tolist() == list(range(1, 31))
    tenths = density_rings(
        grid(np.ones((30, 30))), frame(Point(501_500, 2_998_500)), ring_km=0.1, reach_km=0.3
    )
    assert tenths.table["to_km"].tolist() == pytest.approx([0.1, 0.2, 0.3]), "no sliver of a fourth ring"


def test_infill_looks_as_far_down_as_across_on_oblong_cells() -> None:
    """Cells of 100 by 50 m: 100 m reach one cell to either side and two up and down, none slantwise."""
    built = np.zeros((7, 5), bool)
    built[1, 2] = True
    like = Grid(built, Affine(100, 0, 500_000, 0, -50, 3_000_000), UTM)
    found = infill_potential(like, radius_m=100, built_share=1e-9).values
    assert sorted(map(tuple, np.argwhere(found))) == [(0, 2), (1, 1), (1, 3), (2, 2), (3, 2)]


def test_parks_and_infill_tell_what_was_asked_of_them() -> None:
    people, park = grid(np.ones((10, 10))), frame(square(500))
    found = park_access(people, park)
    assert found.name == "park access" and found.index.tolist() == ["share", "people", "near", "parks"]
    assert found.attrs["provenance"].parameters == {"smallest_park_m2": 400.0, "within_m": 300.0}
    timed = park_access(people, park, travel_min=people, minutes=7)
    assert timed.attrs["provenance"].parameters == {"smallest_park_m2": 400.0, "minutes": 7}
    with pytest.raises(InputError, match="has other cells"):
        park_access(people, park, travel_min=grid(np.ones((9, 10))))
    assert infill_potential(grid(np.ones((3, 3), bool))).source == "infill potential"
