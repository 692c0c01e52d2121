"""The grid under an isochrone says what the minutes of points say; its stretches and areas are true."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.access.small_town import ROADS, STARTS, town
from tests.access.test_isochrones import ring_road
from tests.network.build import EAST, NORTH, QUICK, UTM, points, road
from urbgeo.access import lattice
from urbgeo.access.isochrones import isochrones
from urbgeo.access.lattice import (
    Lattice,
    Reached,
    Roads,
    Window,
    minutes_on_lattice,
    reach_nodes,
    reached_pieces,
    roads_of,
)
from urbgeo.access.outline import outlined
from urbgeo.access.outline_kernels import squares_of
from urbgeo.network.attach import attach_all
from urbgeo.network.edits import with_links
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.regions.region import Region


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
    """The last start is 10 km from the roads there were and 1 km from those added."""
    network, origins = ring_road(**columns), points([*starts, (30.0, 8.0)])
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
    plain, quick = (make(roads, x, y, 700.0) for make in (lattice._spots_of_points, lattice._spots_on_tile))
    np.testing.assert_allclose(plain.off_m, quick.off_m, rtol=0, atol=1e-6)
    one = lattice._minutes_of_points(roads, reached, x, y, plain)
    other = lattice._minutes_on_tile(roads, reached, x, y, quick)
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


def every_piece(roads: Roads, reached: Reached, limit: float) -> np.ndarray:
    """Lines of the roads within the limit, none of which is taken to lie inside."""
    pieces = reached_pieces(roads, reached, limit, (0.0, 0.0, 1.0), np.zeros((1, 1), np.int32))
    return np.asarray(shapely.linestrings(pieces.reshape(-1, 2, 2)))


@pytest.mark.parametrize("limit", [4.0, 9.0, 15.0])
def test_roads_deep_inside_are_left_out_and_change_no_outline(limit: float) -> None:
    network = town(1)
    roads, start = roads_of(network), attach_all(network, network.nodes.loc[["n340"]], "origins")
    reached = reach_nodes(network, roads, start, limit, "from")
    grid = roads.lattice(15.0)
    window = grid.along(2_999_700.0, 3_002_800.0), grid.along(499_700.0, 502_800.0)
    over = (minutes_on_lattice(grid, reached, window)[0].clip(max=limit + 1) - limit) / 0.2
    over = np.pad(over, 2, constant_values=5.0)
    frame = (window[1].start - 2) * 15.0, (window[0].start - 2) * 15.0, 15.0
    drawn = [
        np.insert(reached_pieces(roads, reached, limit, frame, shallow), 4, 0.25, axis=1)
        for shallow in (np.zeros((1, 1), np.int32), squares_of(over)[2])
    ]
    assert len(drawn[1]) < 0.7 * len(drawn[0])
    land = [outlined(over, (*frame, 15.0), lambda _, one=one: one) for one in drawn]
    assert land[0].equals_exact(land[1], 0.0)


@QUICK
@given(STARTS, st.sampled_from(["from", "to"]), st.sampled_from(ROADS), st.floats(4, 60))
def test_stretches_hold_just_the_road_within_the_limit(
    starts: list[tuple[float, float]], direction: str, columns: dict[str, object], limit: float
) -> None:
    network, origins = ring_road(**columns), points(starts)
    roads = roads_of(network)
    reached = reach_nodes(network, roads, attach_all(network, origins, "origins"), limit, direction)
    parts = every_piece(roads, reached, limit)
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
    part = shapely.line_merge(shapely.union_all(every_piece(roads, reached, 0.75)))
    expected = shifted((0, 0.75), (0, 1), (1, 1), (1, 0.75))
    assert shapely.hausdorff_distance(part, expected, densify=0.1) < 1e-6
    assert part.length == pytest.approx(1500.0)


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
