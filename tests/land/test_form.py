"""Shape, form and expansion measures against known shapes and independent counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import LineString, Point, Polygon, box

from urbgeo.errors import InputError
from urbgeo.land.expansion import expansion_types, land_per_growth, road_density
from urbgeo.land.form import density_rings, green_share, infill_potential, park_access
from urbgeo.land.patches import box_dimension, built_up, patch_metrics
from urbgeo.land.shapes import second_moment, shape_indices
from urbgeo.rasters.files import read_grid
from urbgeo.rasters.grid import Grid
from urbgeo.units import convert_area

UTM = 32649
CENTRE = Point(500_000, 3_000_000)


def frame(*shapes: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=UTM)


def grid(values: object, cell: float = 100.0) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), UTM)


def square(side: float, x: float = 500_000, y: float = 3_000_000) -> Polygon:
    return box(x, y, x + side, y + side)


def test_a_square_has_the_published_indices() -> None:
    found = shape_indices(frame(square(1000.0))).iloc[0]
    expected = {
        "area_km2": 1.0, "perimeter_km": 4.0, "polsby_popper": 0.7854, "schwartzberg": 1 / 0.8862,
        "richardson": 0.8862, "reock": 0.6366, "gibbs": 0.6366, "convex_hull": 1.0,
        "moment_of_inertia": 3 / np.pi, "perimeter_fractal": 1.0,
    }  # fmt: skip
    assert found.drop("geometry").to_dict() == pytest.approx(expected, abs=5e-5)


def test_a_circle_has_one_in_every_index() -> None:
    found = shape_indices(frame(CENTRE.buffer(5000, quad_segs=2000))).iloc[0]
    assert found.drop(
        ["area_km2", "perimeter_km", "perimeter_fractal", "geometry"]
    ).to_list() == pytest.approx([1.0] * 7, abs=1e-5)


def test_moment_of_inertia_of_a_ring_takes_the_hole_off() -> None:
    ring = square(4.0, 0, 0).difference(square(2.0, 1, 1))
    assert second_moment(np.array([ring]))[0] == pytest.approx((4**4 - 2**4) / 6)
    pair = shapely.union(square(2.0, 0, 0), square(2.0, 10, 0))
    assert second_moment(np.array([pair]))[0] == pytest.approx(2 * (2**4 / 6 + 4 * 5**2))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 360), st.floats(0.1, 50))
def test_indices_do_not_change_with_place_turn_or_size(seed: int, turn: float, factor: float) -> None:
    from shapely.affinity import rotate, scale, translate

    points = np.random.default_rng(seed).normal(0, 500, (9, 2)) + np.array([500_000, 3_000_000])
    hull = shapely.convex_hull(shapely.multipoints(points))
    moved = translate(scale(rotate(hull, turn), factor, factor), 3000, -2000)
    table = shape_indices(frame(hull, moved)).drop(
        columns=["area_km2", "perimeter_km", "perimeter_fractal", "geometry"]
    )
    np.testing.assert_allclose(table.iloc[0].astype(float), table.iloc[1].astype(float), rtol=1e-6)
    low, high = table.drop(columns="schwartzberg").iloc[0], table["schwartzberg"].iloc[0]
    assert (low <= 1 + 1e-9).all()
    assert high >= 1


def test_degrees_are_measured_in_an_equal_area_crs() -> None:
    metric = frame(square(10_000.0)).to_crs("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=m")
    found = shape_indices(metric.to_crs(4326)).iloc[0]
    assert found["area_km2"] == pytest.approx(shape_indices(metric)["area_km2"].iloc[0], rel=1e-4)


def test_invalid_polygons_are_named() -> None:
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(InputError, match="invalid polygons at 1"):
        shape_indices(frame(square(1.0), bow))


def test_a_filled_plane_has_dimension_two_and_a_line_one() -> None:
    assert box_dimension(grid(np.ones((64, 64), bool))).dimension == pytest.approx(2.0)
    line = np.zeros((64, 64), bool)
    line[0] = True
    assert box_dimension(grid(line)).dimension == pytest.approx(1.0)


def test_a_sierpinski_carpet_has_its_known_dimension() -> None:
    carpet = np.ones((1, 1), bool)
    for _ in range(6):
        carpet = np.block([[carpet, carpet], [carpet, np.zeros_like(carpet)]])
    assert box_dimension(grid(carpet)).dimension == pytest.approx(np.log(3) / np.log(2), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12))
def test_patches_and_edges_equal_a_count_by_hand(seed: int, rows: int, columns: int) -> None:
    mask = np.random.default_rng(seed).random((rows, columns)) < 0.4
    found = patch_metrics(grid(mask))
    edges = joined = 0
    for r, c in np.ndindex(rows, columns):
        for r2, c2 in ((r + 1, c), (r, c + 1)):
            if r2 < rows and c2 < columns:
                edges += mask[r, c] != mask[r2, c2]
                joined += mask[r, c] and mask[r2, c2]
    assert found["edge_km"] == pytest.approx(edges * 0.1)
    shapes = shapely.union_all([square(1, c, -r).buffer(1e-6) for r, c in np.argwhere(mask)])
    assert found["patches"] == len(getattr(shapes, "geoms", [shapes] if not shapes.is_empty else []))
    if mask.any():
        assert found["cohesion_share"] == pytest.approx(joined / (2 * mask.sum()))


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


def test_rings_are_circles_on_the_ground_in_any_crs() -> None:
    west, south = 300_000.0, 5_900_000.0
    cells = Grid(np.ones((120, 120)), Affine(1000, 0, west, 0, -1000, south + 120_000), "ESRI:54009")
    middle = gpd.GeoDataFrame(geometry=[Point(west + 60_000, south + 60_000)], crs="ESRI:54009")
    table = density_rings(cells, middle, ring_km=10, reach_km=40).table
    np.testing.assert_allclose(table["land_km2"], np.pi * np.diff([0, 100, 400, 900, 1600]), rtol=3e-3)
    np.testing.assert_allclose(table["amount"], table["land_km2"], rtol=1e-6)


def test_expansion_types_are_told_apart() -> None:
    old = frame(square(1000.0).difference(square(100.0, 500_400, 3_000_400)))
    new = frame(square(100.0, 500_400, 3_000_400), square(100.0, 501_000, 3_000_400), square(100.0, 505_000))
    found = expansion_types(old, new)
    assert found["kind"].tolist() == ["infill", "edge", "leapfrog"]
    assert found["lei"].iloc[0] == pytest.approx(100.0)
    assert found["lei"].iloc[1] == pytest.approx(25.0, abs=0.5)
    doubled = expansion_types(frame(*old.geometry, *old.geometry), new)
    np.testing.assert_allclose(doubled["lei"], found["lei"])


def test_land_consumed_per_growth_is_the_sdg_ratio() -> None:
    found = land_per_growth(
        built_start_km2=100, built_end_km2=150, people_start=1e6, people_end=1.2e6, years=10
    )
    assert found["ratio"] == pytest.approx((0.5 / 10) / (np.log(1.2) / 10))
    with pytest.raises(InputError, match="people_end"):
        land_per_growth(built_start_km2=1, built_end_km2=1, people_start=1, people_end=0, years=1)


def test_a_dual_carriageway_counts_once() -> None:
    built = frame(square(1000.0))
    y = 3_000_500
    east, west = LineString([(499_000, y), (502_000, y)]), LineString([(502_000, y + 20), (499_000, y + 20)])
    street = LineString([(500_500, y - 1000), (500_500, y + 1000)])
    every = {"oneway": [True, True, False], "class": "primary"}
    roads = frame(east, west, street, **every)
    found = road_density(roads, built)
    assert found["km_per_km2"] == pytest.approx(2.0, abs=0.01)
    assert found["drawn_km"] == pytest.approx(3.0, abs=0.01)
    same_way = road_density(frame(east, west.reverse(), street, **every), built)
    assert same_way["km_per_km2"] == pytest.approx(3.0, abs=0.01), "two parallel one-way streets are two"
    apart = road_density(roads, built, dual_gap_m=10)
    assert apart["km_per_km2"] == pytest.approx(3.0, abs=0.01)
    with pytest.raises(InputError, match=r"roads: oneway says 'perhaps' at 1; as drawn is f"):
        road_density(roads.assign(oneway=["yes", "perhaps", "no"]), built)
    words = road_density(roads.assign(oneway=["F", "F", "B"]), built)
    assert words["km_per_km2"] == pytest.approx(2.0, abs=0.01)
    unknown = road_density(roads.assign(oneway=[True, None, None]), built)
    assert unknown["km_per_km2"] == pytest.approx(3.0, abs=0.01), "a missing oneway is two ways"
    foot = roads.assign(**{"class": ["primary", "primary", "footway"]})
    assert road_density(foot, built)["drawn_km"] == pytest.approx(2.0, rel=1e-3)
    slanted = roads.geometry.copy()
    slanted[1] = LineString([(502_000, y + 20), (499_000, y + 20 + 3000 * np.tan(np.radians(25)))])
    assert road_density(roads.set_geometry(slanted), built)["dual_share"] == 0.0
    with pytest.raises(InputError, match="no column oneway;"):
        road_density(roads.drop(columns="oneway"), built)


def test_roads_are_cut_by_the_active_geometry_and_misspelt_columns_are_refused() -> None:
    built = frame(square(1000.0))
    y = 3_000_500
    long = LineString([(499_000, y), (502_000, y)])
    roads = frame(long, **{"class": ["primary"], "oneway": [False]})
    renamed = roads.rename_geometry("geom")
    assert road_density(renamed, built)["km_per_km2"] == pytest.approx(1.0, abs=1e-3)
    assert road_density(renamed, built)["drawn_km"] == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(InputError, match="no column clas;"):
        road_density(roads, built, class_column="clas")
    for shape, what in ((None, "missing or empty"), (LineString(), "missing or empty")):
        with pytest.raises(InputError, match=f"{what}.* at 0"):
            road_density(roads.set_geometry([shape], crs=UTM), built)
    hairpin = LineString([(500_000, y), (500_900, y), (500_900, y + 20), (500_000, y + 20)])
    bent = frame(hairpin, **{"class": ["primary"], "oneway": [True]})
    assert road_density(bent, built)["dual_share"] == 0.0, "a line that turns back is no dual carriageway"


def test_patches_touch_at_corners() -> None:
    stairs = np.eye(6, dtype=bool)
    assert patch_metrics(grid(stairs))["patches"] == 1
    assert built_up(grid(stairs.astype(float)), smallest_ha=6).values.sum() == 6


@pytest.mark.parametrize(
    ("shape", "dimension"),
    [((130, 70), 2.0), ((70, 130), 2.0), ((61, 97), 2.0), ((64, 64), 2.0), ((17, 33), 2.0)],
)
def test_a_filled_grid_of_any_shape_has_dimension_two(shape: tuple[int, int], dimension: float) -> None:
    assert box_dimension(grid(np.ones(shape, bool))).dimension == pytest.approx(dimension, abs=1e-9)


def test_boxes_are_laid_where_they_hold_what_is_there() -> None:
    line = np.zeros((65, 65), bool)
    line[64] = True
    assert box_dimension(grid(line)).dimension == pytest.approx(1.0, abs=0.02), "a line at the cut-off rim"
    block = np.zeros((70, 70), bool)
    block[3:67, 5:69] = True
    found = box_dimension(grid(block))
    assert found.table.loc[16, "boxes"] == 16, "64 cells a side are four boxes of 16, wherever they lie"
    assert found.dimension == pytest.approx(2.0, abs=1e-9)
    with pytest.raises(InputError, match="too few"):
        box_dimension(grid(np.ones((12, 12), bool)))
    with pytest.raises(InputError, match="no bool"):
        box_dimension(grid(np.ones((64, 64))))


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
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_built_up_closes_gaps_and_drops_specks() -> None:
    share = np.zeros((30, 30))
    share[5:15, 5:15] = 0.5
    share[10, :] = 0.0
    share[25, 25] = 1.0
    assert built_up(grid(share)).values.sum() == 91
    assert built_up(grid(share), close_cells=1, smallest_ha=2).values.sum() == 100
    seven = np.zeros((9, 9))
    seven[4, :7] = 1.0
    assert built_up(grid(seven), smallest_ha=7).values.sum() == 7
    assert built_up(grid(seven), smallest_ha=8).values.sum() == 0
    assert built_up(grid(seven * 0.5), least_share=0.5).values.sum() == 7, "the threshold is a closed bound"
    with pytest.raises(InputError, match="no shares"):
        built_up(grid(share * 10_000))
    with pytest.raises(InputError, match="every cell is nodata"):
        built_up(grid(np.full((3, 3), np.nan)))


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


def test_areas_in_mu_hectares_and_square_kilometres() -> None:
    assert convert_area(1, "mu", to="m2") == pytest.approx(666.6667, abs=1e-4)
    assert convert_area(2950, "wan_mu", to="km2") == pytest.approx(19_666.67, abs=5e-3)
    assert convert_area(15, "mu", to="ha") == pytest.approx(1.0)
    with pytest.raises(InputError, match="'acre' is unknown"):
        convert_area(1, "acre", to="ha")
    with pytest.raises(InputError, match="no area"):
        convert_area(-1, "ha", to="km2")
    for wrong in (None, "3", np.nan, True):
        with pytest.raises(InputError, match="no area"):
            convert_area(wrong, "ha", to="km2")


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
