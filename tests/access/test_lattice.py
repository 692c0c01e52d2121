"""The grid under an isochrone says what the minutes of points say; its stretches and areas are true."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.access.test_isochrones import ring_road
from tests.network.build import EAST, NORTH, QUICK, UTM, points, road
from urbgeo.access import lattice
from urbgeo.access.isochrones import isochrones
from urbgeo.access.lattice import Lattice, Window, minutes_on_lattice, reach_nodes, roads_of
from urbgeo.access.stretches import drawn_parts, midst, stretches
from urbgeo.network.attach import attach_all
from urbgeo.network.edits import with_links
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.regions.region import Region

ROADS: list[dict[str, object]] = [
    {},
    {"oneway": [True] * 4 + [False] * 2},
    {"minutes": 30.0, "minutes_back": 3.0},
]
STARTS = st.lists(st.tuples(st.floats(-2.5, 22.5), st.floats(-2.5, 2.5)), min_size=1, max_size=4)


def around(grid: Lattice, shift: float) -> Window:
    """Rows and columns about the ring road."""
    south, west = (corner + 1000.0 * (shift - 6.0) for corner in (NORTH, EAST))
    return grid.along(south, south + 33e3), grid.along(west, west + 33e3)


def points_of(grid: Lattice, window: Window) -> gpd.GeoDataFrame:
    """The same points as any others."""
    rows, columns = (grid.metres(one) for one in window)
    xy = (one.ravel() for one in np.meshgrid(columns, rows))
    return gpd.GeoDataFrame(geometry=shapely.points(*xy), crs=UTM)


@QUICK
@given(STARTS, st.sampled_from(["from", "to"]), st.sampled_from(ROADS), st.floats(-3, 3), st.floats(0.3, 2))
def test_minutes_on_the_lattice_are_those_of_points(
    starts: list[tuple[float, float]], direction: str, columns: dict[str, object], shift: float, step: float
) -> None:
    network, origins = ring_road(**columns), points(starts)
    start = attach_all(network, origins, "origins")
    reached = reach_nodes(network, roads_of(network), start, np.inf, direction)
    grid = Lattice(roads_of(network), 1000.0 * step)
    window = around(grid, shift)
    minutes, which, off_m = minutes_on_lattice(grid, reached, window)
    spots = points_of(grid, window)
    found = nearest_facility(network, spots, origins, direction=direction)
    np.testing.assert_allclose(minutes.ravel(), found["minutes"].fillna(np.inf), rtol=0, atol=1e-6)
    assert ((which.ravel() < 0) == ~np.isfinite(minutes.ravel())).all()
    assert (np.isfinite(off_m.ravel()) == (found["status"] != "too far")).all()
    asked = np.flatnonzero(which.ravel() >= 0)
    assert (start.index[which.ravel()[asked]] == found["facility"].iloc[asked]).mean() > 0.99  # else ties


@QUICK
@given(STARTS, st.sampled_from(["from", "to"]), st.sampled_from(ROADS), st.booleans())
def test_minutes_on_the_lattice_of_an_edited_network_are_those_of_points(
    starts: list[tuple[float, float]], direction: str, columns: dict[str, object], compiled: bool
) -> None:
    network, origins = ring_road(**columns), points(starts)
    first, *_, last = network.nodes.index
    for k, (one, other) in enumerate([(first, last), (last, first)]):
        new = road((one, other, 3.0), minutes=50.0).set_axis([f"new {k}"])
        network = with_links(network, new)
    start, roads = attach_all(network, origins, "origins"), roads_of(network)
    reached = reach_nodes(network, roads, start, np.inf, direction)
    grid = Lattice(roads, 1100.0)
    window = around(grid, 0.3)
    with pytest.MonkeyPatch.context() as patch:
        if not compiled:
            patch.setattr(lattice, "_minutes_on_tile", lattice._minutes_of_points)
            patch.setattr(lattice, "_spots_on_tile", lattice._spots_of_points)
        minutes, which, _ = minutes_on_lattice(grid, reached, window)
    spots = points_of(grid, window)
    found = nearest_facility(network, spots, origins, direction=direction)
    np.testing.assert_allclose(minutes.ravel(), found["minutes"].fillna(np.inf), rtol=0, atol=2e-6)
    asked = np.flatnonzero(which.ravel() >= 0)
    assert (start.index[which.ravel()[asked]] == found["facility"].iloc[asked]).mean() > 0.99  # else ties


@QUICK
@given(STARTS, st.sampled_from(["from", "to"]), st.sampled_from(ROADS), st.sampled_from([8.0, np.inf]))
def test_without_kernels_the_lattice_is_the_same(
    starts: list[tuple[float, float]], direction: str, columns: dict[str, object], limit: float
) -> None:
    network = ring_road(**columns)
    roads, start = roads_of(network), attach_all(network, points(starts), "origins")
    reached = reach_nodes(network, roads, start, limit, direction)
    x, y = (corner + 1000 * np.arange(-6, 27, 0.9) for corner in (500_000.0, 3_000_000.0))
    starts = lattice._starts(reached)
    plain, quick = (make(roads, x, y, 700.0) for make in (lattice._spots_of_points, lattice._spots_on_tile))
    np.testing.assert_allclose(plain.off_m, quick.off_m, rtol=0, atol=1e-6)
    one = lattice._minutes_of_points(roads, reached, x, y, plain, starts)
    other = lattice._minutes_on_tile(roads, reached, x, y, quick, starts)
    np.testing.assert_allclose(one[0], other[0], rtol=0, atol=1e-6)
    assert (one[1] == other[1]).mean() > 0.99  # else ties


def test_tiles_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    network, roads = town(1), roads_of(town(1))
    start = attach_all(network, network.nodes.loc[["n60", "n340"]], "origins")
    reached = reach_nodes(network, roads, start, 20.0, "from")
    grid = Lattice(roads, 50.0, 100.0)
    window = grid.along(2_999_700.0, 3_002_800.0), grid.along(499_700.0, 502_800.0)
    whole = minutes_on_lattice(grid, reached, window)
    again = minutes_on_lattice(grid, reached, window)
    monkeypatch.setattr(lattice, "TILE", 13)
    apart = minutes_on_lattice(Lattice(roads, 50.0, 100.0), reached, window)
    near = np.isfinite(whole[0])
    assert near.mean() > 0.5
    for one, other, third in zip(whole, again, apart, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one[near], third[near])


def test_a_stretch_left_undrawn_lies_inside_the_land() -> None:
    """Against shapely: what is left out is within the cells inside; in the midst of them all is left out."""
    draw, grid = np.random.default_rng(5), Lattice(roads_of(town(1)), 10.0)
    window = range(30), range(100, 140)
    inside = np.zeros((30, 40), bool)
    inside[4:26, 5:33] = True
    inside[12, 20] = False
    corners = inside[:-1, :-1] & inside[1:, :-1] & inside[:-1, 1:] & inside[1:, 1:]
    cells = [shapely.box(1000 + 10 * j, 10 * i, 1010 + 10 * j, 10 * i + 10) for i, j in np.argwhere(corners)]
    land = shapely.union_all(cells)
    bends = draw.uniform([1000, 0], [1400, 300], (400, 1, 2)) + draw.normal(0, 12, (400, 3, 2)).cumsum(axis=1)
    lines = shapely.linestrings(bends)
    kept = set(shapely.to_wkb(drawn_parts(lines, inside, grid, window)))
    left_out = np.array([one not in kept for one in shapely.to_wkb(lines)])
    assert land.contains(shapely.buffer(lines[left_out], 2.5)).all()
    assert left_out[shapely.contains(land.buffer(-20), lines)].all()
    assert 50 < left_out.sum() < 350
    hidden = midst(inside, grid, window)(shapely.bounds(lines))
    assert left_out[hidden].all()
    boxes = shapely.box(*shapely.bounds(lines).T)
    assert hidden[shapely.contains(land.buffer(-20), boxes)].all()
    assert 20 < hidden.sum() < left_out.sum()


@QUICK
@given(STARTS, st.sampled_from(["from", "to"]), st.sampled_from(ROADS), st.floats(4, 60))
def test_stretches_hold_just_the_road_within_the_limit(
    starts: list[tuple[float, float]], direction: str, columns: dict[str, object], limit: float
) -> None:
    network, origins = ring_road(**columns), points(starts)
    roads = roads_of(network)
    reached = reach_nodes(network, roads, attach_all(network, origins, "origins"), limit, direction)
    parts = stretches(roads, reached, limit)
    lines = network.links.geometry[network.links["joinable"]]
    shares = np.arange(0.005, 1.0, 0.01)
    spots = gpd.GeoDataFrame(
        geometry=[line.interpolate(share, normalized=True) for line in lines for share in shares],
        crs=network.crs,
    )
    minutes = nearest_facility(network, spots, origins, direction=direction)["minutes"]
    clear = np.abs(minutes - limit) > 1e-6
    on = shapely.distance(shapely.union_all(parts), spots.geometry.to_numpy()) < 1e-3
    assert (on == (minutes <= limit))[clear].all()


def test_a_stretch_of_a_bent_road_follows_its_bends() -> None:
    def shifted(*km: tuple[float, float]) -> shapely.LineString:
        return shapely.LineString(np.array([EAST, NORTH]) + 1000.0 * np.array(km))

    bent = shifted((0, 0), (0, 1), (1, 1), (1, 0))
    network = build_network(
        points([(0, 0), (1, 0)]), gpd.GeoDataFrame(road(("A", "B", 3.0)), geometry=[bent], crs=UTM)
    )
    middle = points([(0.5, 1)], ["m"])
    roads = roads_of(network)
    reached = reach_nodes(network, roads, attach_all(network, middle, "origins"), 0.75, "from")
    (part,) = stretches(roads, reached, 0.75)
    expected = shifted((0, 0.75), (0, 1), (1, 1), (1, 0.75))
    assert shapely.hausdorff_distance(part, expected, densify=0.1) < 1e-6
    assert part.length == pytest.approx(1500.0)


def town(seed: int) -> TravelNetwork:
    """Streets of some 100 m, crooked, one in five missing; walked at 4.8 km/h."""
    draw = np.random.default_rng(seed)
    side = 26
    row, column = np.divmod(np.arange(side * side), side)
    xy = 0.1 * np.stack([column, row], axis=1) + draw.normal(0, 0.02, (side * side, 2))
    nodes = points([tuple(one) for one in xy], [f"n{k}" for k in range(side * side)])
    pairs = [(k, k + 1) for k in range(side * side) if k % side < side - 1]
    pairs += [(k, k + side) for k in range(side * (side - 1))]
    kept = [pair for pair in pairs if draw.uniform() > 0.2]
    km = [float(np.hypot(*(xy[a] - xy[b]))) for a, b in kept]
    streets = road(*((f"n{a}", f"n{b}", one) for (a, b), one in zip(kept, km, strict=True)), speed_kmh=4.8)
    return build_network(nodes, streets, snapping=Snapping(max_snap_km=0.3, off_network_kmh=4.8))


def area_errors(network: TravelNetwork, origins: gpd.GeoDataFrame, minutes: float, fine_km: float) -> object:
    usual, fine = (
        isochrones(network, origins, minutes=(minutes,), by="origin", resolution_km=one).table["area_km2"]
        for one in (None, fine_km)
    )
    return np.abs(usual / fine - 1.0).to_numpy()


def test_areas_on_foot_at_the_default_resolution_are_within_one_percent_of_fine_ones() -> None:
    network = town(4)
    origins = network.nodes.loc[["n340", "n60", "n600", "n0"]]
    assert (area_errors(network, origins, 15.0, 0.003) < 0.01).all()
    assert (area_errors(network, origins, 5.0, 0.002) < 0.01).all()


def test_areas_by_car_at_the_default_resolution_are_within_one_percent_of_fine_ones(
    hunan: Region, hunan_network: TravelNetwork
) -> None:
    roads = hunan_network.only(("road",))
    origins = hunan.counties.loc[["430281", "430703", "431202"]]
    assert (area_errors(roads, origins, 60.0, 0.1) < 0.01).all()


def test_where_minutes_jump_the_outline_runs_midway() -> None:
    """Beside the road walked runs one that cannot be reached: land nearer to it is lost, 200 m off."""
    nodes = points([(0, 0), (10, 0), (0, 0.4), (10, 0.4)])
    streets = road(("A", "B", 10.0), ("C", "D", 10.0), speed_kmh=4.8)
    network = build_network(nodes, streets, snapping=Snapping(max_snap_km=3.0, off_network_kmh=4.8))
    origin = points([(5, 0)])
    norths = [
        isochrones(network, origin, minutes=(15.0,), resolution_km=one)
        .table.to_crs(network.crs)
        .total_bounds[3]
        for one in np.linspace(0.05, 0.1, 40)
    ]
    assert np.mean(norths) - 3_000_000.0 == pytest.approx(200.0, abs=8.0)
