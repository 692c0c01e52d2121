"""Isochrones are nested, valid and hold their origins, and they say what the minutes of points say."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import BAD_LAYERS, BAD_TIMES, EAST, NORTH, QUICK, UTM, along, points, road
from urbgeo.access.isochrones import Isochrones, isochrones
from urbgeo.errors import InputError
from urbgeo.maps.drawing import drawing_of
from urbgeo.network.attach import attach
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.regions.region import Region

CELL_KM = 0.5


def ring_road(**columns: object) -> TravelNetwork:
    """A square of 20 km a side around empty land, with an expressway off to a far town."""
    nodes = points([(0, 0), (20, 0), (20, 20), (0, 20), (80, 20), (85, 20)])
    sides = road(
        ("A", "B", 20.0),
        ("B", "C", 20.0),
        ("C", "D", 20.0),
        ("D", "A", 20.0),
        ("C", "E", 60.0),
        ("E", "F", 5.0),
    )
    sides["class"] = ["primary"] * 4 + ["expressway", "primary"]
    snapping = Snapping(max_snap_km=4.0, off_network_kmh=20.0)
    return build_network(nodes, sides.assign(**columns), snapping=snapping)


def metric(found: Isochrones) -> gpd.GeoSeries:
    return found.table.geometry.to_crs(32649)


def disagreeing(
    network: TravelNetwork, origins: gpd.GeoDataFrame, direction: str, spots: gpd.GeoDataFrame
) -> list[object]:
    """Points reached but over a cell's diagonal from the shape, or in it with nothing reached so near."""
    found = isochrones(network, origins, minutes=(10, 25, 60), resolution_km=CELL_KM, direction=direction)
    diagonal = CELL_KM * 1000.0 * np.sqrt(2.0)
    minutes = nearest_facility(network, spots, origins, direction=direction)["minutes"]
    wrong: list[object] = []
    for limit, shape in metric(found).items():
        wrong += spots.index[(minutes <= limit) & (spots.distance(shape) > diagonal)].tolist()
        inside = spots[(~(minutes <= limit)) & spots.within(shape.buffer(-diagonal))]
        for name, spot in inside.geometry.items():
            disc = gpd.GeoDataFrame(
                geometry=shapely.points(spot.buffer(diagonal).exterior.coords), crs=spots.crs
            )
            around = nearest_facility(network, disc, origins, direction=direction)["minutes"]
            wrong += [] if (around <= limit).any() else [name]
    return wrong


def scattered(count: int, seed: int) -> gpd.GeoDataFrame:
    """Points around the ring road, half of them on it or close by."""
    random = np.random.default_rng(seed)
    anywhere = random.uniform([-8, -8], [93, 28], (count, 2))
    side = random.integers(0, 4, count)
    share = random.uniform(0, 20, count)
    corner = np.array([[0, 0], [20, 0], [20, 20], [0, 20]])[side]
    way = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])[side]
    near = corner + way * share[:, None] + random.normal(0, 1, (count, 2)) * random.integers(0, 2, (count, 1))
    spots = np.concatenate([anywhere, near])
    return points([tuple(one) for one in spots], list(range(len(spots))))


@QUICK
@given(
    st.lists(st.tuples(st.floats(-2.5, 22.5), st.floats(-2.5, 2.5)), min_size=1, max_size=3),
    st.sampled_from(["from", "to"]),
    st.integers(0, 9),
    st.sampled_from([{}, {"oneway": [True] * 4 + [False] * 2}, {"minutes": 30.0, "minutes_back": 3.0}]),
)
def test_points_inside_are_reached_and_points_outside_are_not(
    origins: list[tuple[float, float]], direction: str, seed: int, columns: dict[str, object]
) -> None:
    network = ring_road(**columns)
    assert not disagreeing(network, points(origins), direction, scattered(300, seed))


def test_isochrones_nest_are_valid_and_hold_their_origins() -> None:
    origins = points([(3, 2), (19, -3)])
    found = isochrones(ring_road(), origins, minutes=(10, 25, 60)).table
    assert found.index.tolist() == [10, 25, 60]
    assert found.crs == 4326
    assert found.is_valid.all()
    assert found["area_km2"].is_monotonic_increasing
    for small, large in zip(found.geometry, found.geometry[1:], strict=False):
        assert small.difference(large).area <= 1e-9 * small.area
    assert all(origins.to_crs(4326).within(shape).all() for shape in found.geometry)


def test_thresholds_come_in_any_shape() -> None:
    network = along(0, 10)
    one = isochrones(network, network.nodes.iloc[:1], minutes=5).table
    assert one.index.tolist() == [5.0]
    for minutes in (np.array(5.0), pd.Series([5.0]), {5.0}, (value for value in [5.0])):
        assert isochrones(network, network.nodes.iloc[:1], minutes=minutes).table.equals(one)


def test_a_hole_stays_a_hole_and_an_island_an_island() -> None:
    shape = metric(isochrones(ring_road(), points([(0, 0)]), minutes=(90,))).iloc[0]
    middle, beside_expressway, far_town = points([(10, 10), (50, 20), (82, 20)]).geometry
    assert middle.within(shapely.Polygon(shapely.get_parts(shape)[0].exterior))
    assert not middle.within(shape)
    assert not beside_expressway.within(shape)
    assert far_town.within(shape)
    assert len(shapely.get_parts(shape)) == 2


def test_a_straight_road_gives_the_shape_that_geometry_says() -> None:
    """30 minutes from the middle of a road: 30 km each way, 10 km to the side, straight edges between."""
    network = build_network(
        points([(0, 0), (200, 0)]),
        road(("A", "B", 200.0)),
        snapping=Snapping(max_snap_km=15, off_network_kmh=20),
    )
    found = metric(isochrones(network, points([(100, 0)]), minutes=(30,), resolution_km=0.25)).iloc[0]
    x, y = EAST + 100e3, NORTH
    kite = shapely.Polygon([(x - 30e3, y), (x, y + 10e3), (x + 30e3, y), (x, y - 10e3)])
    assert shapely.hausdorff_distance(found, kite, densify=0.05) < 250 * np.sqrt(2)
    assert found.symmetric_difference(kite).area < 0.03 * kite.area


def test_a_narrow_strip_survives_a_coarse_grid() -> None:
    network = build_network(
        points([(0, 0), (100, 0.4)]),
        road(("A", "B", 100.0)),
        snapping=Snapping(max_snap_km=2, off_network_kmh=5),
    )
    shape = metric(isochrones(network, points([(0, 0)]), minutes=(60,), resolution_km=5.0)).iloc[0]
    assert points([(59, 0.4 * 0.59)]).geometry.iloc[0].within(shape)
    assert not points([(67, 0.4 * 0.67)]).geometry.iloc[0].within(shape)


def test_land_around_an_origin_far_from_its_road_is_reached() -> None:
    network = along(0, 50)
    shape = metric(isochrones(network, points([(25, 10)]), minutes=(15,), resolution_km=0.25)).iloc[0]
    assert shape.area == pytest.approx(np.pi * 5e3**2, rel=0.05)


def test_direction_matters_on_one_ways() -> None:
    network = along(0, 60, 120, oneway=True)
    away, towards = (
        metric(isochrones(network, points([(60, 0)]), minutes=(30,), direction=way)).iloc[0].bounds
        for way in ("from", "to")
    )
    assert away[2] == pytest.approx(EAST + 90e3, abs=500)
    assert towards[0] == pytest.approx(EAST + 30e3, abs=500)
    assert away[0] > EAST + 45e3
    assert towards[2] < EAST + 75e3


def test_a_new_road_takes_no_old_road_out_of_an_isochrone() -> None:
    nodes = points([(0, 0), (40, 0), (40, 30), (0, 30)])
    links = road(("A", "B", 40.0), ("B", "C", 30.0), ("C", "D", 40.0))
    new = pd.concat([links, road(("A", "D", 30.0))], ignore_index=True)
    before, after = (
        metric(isochrones(build_network(nodes, one), nodes.iloc[:1], minutes=(45,), resolution_km=0.5)).iloc[
            0
        ]
        for one in (links, new)
    )
    old_roads = build_network(nodes, links).links.geometry.union_all()
    assert old_roads.intersection(before).within(after.buffer(1.0))
    assert after.area > 1.1 * before.area


def test_the_callers_origins_stay_as_they_are() -> None:
    origins = points([(3, 2)]).to_crs(4326)
    before = origins.copy(deep=True)
    isochrones(ring_road(), origins, minutes=(10,))
    pd.testing.assert_frame_equal(origins, before)


@pytest.mark.parametrize(("spoil", "message"), [BAD_LAYERS[one] for one in BAD_LAYERS if one != "no rows"])
def test_bad_origins_are_refused(spoil: object, message: str) -> None:
    with pytest.raises(InputError, match=f"origins: .*{message}"):
        isochrones(along(0, 10), spoil(points([(0, 0), (5, 0)])))


@pytest.mark.parametrize("value", BAD_TIMES)
def test_thresholds_and_cells_without_sense_are_refused(value: object) -> None:
    with pytest.raises(InputError, match="minutes"):
        isochrones(along(0, 10), points([(0, 0)]), minutes=(30, value))
    if value is not None:
        with pytest.raises(InputError, match="resolution_km"):
            isochrones(along(0, 10), points([(0, 0)]), resolution_km=value)


def test_other_bad_requests_are_refused() -> None:
    network, origin = along(0, 10), points([(0, 0)])
    with pytest.raises(InputError, match="no threshold is given"):
        isochrones(network, origin, minutes=())
    with pytest.raises(InputError, match=r"minutes: 60\.0, 10\.0 do not rise"):
        isochrones(network, origin, minutes=(60, 10))
    with pytest.raises(InputError, match=r"minutes: 10\.0, 10\.0 do not rise"):
        isochrones(network, origin, minutes=(10, 10))
    with pytest.raises(InputError, match=r"isochrones\(network, origins\): a TravelNetwork is needed"):
        isochrones(origin, network)
    with pytest.raises(InputError, match="no rows"):
        isochrones(network, origin.iloc[:0])
    with pytest.raises(InputError, match="direction: 'up' is unknown"):
        isochrones(network, origin, direction="up")
    with pytest.raises(InputError, match=r"resolution_km: 0.001 gives a grid of more than 4,000,000 points"):
        isochrones(network, origin, resolution_km=0.001)
    with pytest.raises(InputError, match=r"origins: outside the network, .* B, C; check their coordinates"):
        isochrones(network, points([(0, 0), (0, 99), (99, 99)]))


def test_changshas_isochrones_agree_with_random_seats(hunan: Region, hunan_network: TravelNetwork) -> None:
    roads, core = hunan_network.only(("road",)), hunan.places.loc[["430100"]]
    found = isochrones(roads, core, minutes=(60, 120), resolution_km=2.0)
    assert found.table.is_valid.all()
    seats = hunan.counties[attach(roads, hunan.counties).attached]
    minutes = nearest_facility(roads, seats, core, direction="from")["minutes"]
    for limit, shape in metric(found).items():
        here = seats.to_crs(32649)
        far = here.distance(shape.boundary) > 2000 * np.sqrt(2)
        assert (here.within(shape) == (minutes <= limit))[far].all()
        assert far.sum() > 90


def test_a_link_between_two_nodes_at_one_spot_is_cut_like_any_other() -> None:
    spots = points([(0, 0), (30, 0), (30, 0), (60, 0)], list("ABCD"))
    links = pd.DataFrame(
        {
            "from_node": ["A", "B", "B"], "to_node": ["B", "C", "D"], "length_km": [30.0, 0.5, 30.0],
            "class": "primary", "minutes": [59.5, 1.0, 40.0],
        }
    )  # fmt: skip
    network = build_network(spots, links)
    area = [
        isochrones(network, spots.loc[["A"]], minutes=limit).table["area_km2"].iloc[0]
        for limit in (58, 60, 62)
    ]
    assert area[0] < area[1] < area[2]


def test_an_interrupt_ends_isochrones_of_many_origins_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(plan: object, start: object) -> list[shapely.Geometry]:
        if start.index[0] == 0:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        time.sleep(0.3)
        return []

    monkeypatch.setattr("urbgeo.access.isochrones._discs_of", slow)
    network, spots = along(0, 30), points([(one / 10, 0) for one in range(60)], list(range(60)))
    begun = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        isochrones(network, spots, minutes=10, by="origin")
    assert time.perf_counter() - begun < 0.5 + 1.0  # attaching and compiling included


def test_a_real_interrupt_ends_isochrones_on_a_large_network_at_once() -> None:
    side = 450
    row, column = np.divmod(np.arange(side * side), side)
    nodes = gpd.GeoDataFrame(
        geometry=shapely.points(EAST + 200.0 * column, NORTH + 200.0 * row),
        index=np.arange(side * side),
        crs=UTM,
    )
    east, north = np.flatnonzero(column < side - 1), np.flatnonzero(row < side - 1)
    ends = {"from_node": np.r_[east, north], "to_node": np.r_[east + 1, north + side]}
    links = pd.DataFrame(ends).assign(length_km=0.2, speed_kmh=40.0, **{"class": "primary"})
    network = build_network(nodes, links, snapping=Snapping(max_snap_km=1.0, off_network_kmh=5.0))
    isochrones(network, nodes.iloc[:1], minutes=5, by="origin")  # compiled, and the network's index built
    sent: list[float] = []

    def interrupt() -> None:
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(1.0, interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        isochrones(network, nodes.iloc[::200], minutes=(30, 60), by="origin")
    assert time.perf_counter() - sent[0] < 0.5 + 1.0  # the second for a busy machine


def test_origins_keep_their_names_and_the_result_says_how_it_was_made(tmp_path: Path) -> None:
    network = along(0, 10, 20)
    origins = network.nodes.iloc[[0, 2]].assign(name_zh=["甲", "乙"])
    found = isochrones(network, origins, minutes=(5, 10), by="origin")
    assert found.table["name_zh"].tolist() == ["甲", "甲", "乙", "乙"]
    assert found.table.index.names == ["origin", "minutes"]
    assert found.provenance.parameters["by"] == "origin"
    assert found.provenance.parameters["minutes"] == (5.0, 10.0)
    assert found.summary.index.tolist() == [5.0, 10.0]
    assert found.summary.loc[10.0, "max"] == found.table["area_km2"].max()
    assert "4 areas, within 5, 10 min" in repr(found)
    assert found.save(tmp_path / "land.gpkg").exists()
    assert "<div" in isochrones(network, origins, minutes=5).map().get_root().render()


def test_isochrones_are_coloured_by_their_minutes_and_none_lies_over_a_smaller_one() -> None:
    network = along(0, 10, 20)
    drawing = drawing_of(isochrones(network, network.nodes.iloc[[0]], minutes=(5, 10)))
    assert drawing.shown == "minutes"
    land = drawing.frames["polygon"].set_index("minutes").geometry.to_crs(32649)
    assert land.loc[5.0].intersection(land.loc[10.0]).area < 1e-3 * land.loc[5.0].area


def test_land_around_an_origin_is_what_a_walk_covers_not_a_whole_cell() -> None:
    """A minute on a road and at most a third of a kilometre beside it, on a grid of 2 km."""
    found = isochrones(ring_road(), points([(10, 0)], ["o"]), minutes=1, resolution_km=2.0)
    assert 1.0 < found.table["area_km2"].iloc[0] < 6.0
