"""Lines become a network; what is wrong with them is said; points join as the policy asks."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely import LineString, MultiLineString, Point

from tests.conftest import shared_data
from urbgeo.access.isochrones import isochrones
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.lines import from_lines
from urbgeo.network.minutes import minutes_table, node_table
from urbgeo.network.model import Snapping, TravelNetwork
from urbgeo.network.osm_speeds import LineReading
from urbgeo.network.snap import snap_report

UTM = 32649
KM = 1000.0
EAST, NORTH = 500_000.0, 3_000_000.0


def lines(*tips: tuple[float, float, float, float], **columns: object) -> gpd.GeoDataFrame:
    shapes = [
        LineString([(EAST + a * KM, NORTH + b * KM), (EAST + c * KM, NORTH + d * KM)]) for a, b, c, d in tips
    ]
    frame = gpd.GeoDataFrame(
        {"class": "primary"}, geometry=shapes, index=list("abcdefg")[: len(tips)], crs=UTM
    )
    return frame.assign(**columns)


def test_ends_at_one_place_are_one_junction_and_crossings_are_none() -> None:
    cross = from_lines(lines((0, 0, 10, 0), (10, 0.0003, 20, 0), (5, -5, 5, 5)))
    assert len(cross.nodes) == 5
    assert cross.component[cross.link_ends[0, 0]] == cross.component[cross.link_ends[1, 1]]
    assert cross.component[cross.link_ends[0, 0]] != cross.component[cross.link_ends[2, 0]]
    assert cross.links["minutes"].iloc[0] == pytest.approx(10.0)


def test_zero_length_and_repeated_lines_are_counted_and_left_out() -> None:
    double = lines((0, 0, 10, 0), (10, 0, 0, 0), (3, 3, 3, 3))
    with pytest.warns(UrbgeoWarning) as told:
        network = from_lines(double)
    assert sorted(str(one.message) for one in told) == [
        "lines: 1 lines given twice, left out.",
        "lines: 1 lines of no length, left out.",
    ]
    assert network.links.index.tolist() == ["a"]
    assert network.provenance.parameters["lines given twice"] == 1


def test_two_one_way_lines_against_each_other_are_both_kept() -> None:
    pair = from_lines(lines((0, 0, 10, 0), (10, 0, 0, 0), oneway=True), oneway_column="oneway")
    assert len(pair.links) == 2 and pair.links["minutes_back"].isna().all()


def test_chinese_class_names_are_mapped() -> None:
    network = from_lines(
        lines((0, 0, 10, 0), **{"class": "国道"}), reading=LineReading(class_names={"国道": "trunk"})
    )
    assert network.links["speed_kmh"].iloc[0] == 75.0


def test_every_fault_of_the_lines_is_listed_at_once() -> None:
    bad = lines((0, 0, 1, 0), (1, 0, 2, 0), (2, 0, 3, 0))
    bad.loc["a", "geometry"] = None
    bad.loc["b", "geometry"] = MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])
    bad.loc["c", "class"] = None
    with pytest.raises(
        InputError, match=r"missing or empty geometry at a.*MultiLineString.*at b.*missing at c"
    ):
        from_lines(bad)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"class_column": "kind"}, "no column kind"),
        ({"class_system": "moon"}, "class_system"),
        ({"class_names": {"x": "trunk"}}, "class_names"),
        ({"region": "world"}, "region='world' needs the classes of OpenStreetMap"),
        ({"peak": True}, "peak needs the classes of OpenStreetMap"),
        ({"class_system": "osm", "peak": "no"}, "peak: 'no'; give True or False"),
        ({"class_system": "osm", "speeds": {"primary": np.nan}}, "primary: nan"),
        ({"speeds": {"primary": np.nan}}, "primary: nan"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        columns = {name: arguments.pop(name) for name in ("class_column",) if name in arguments}
        from_lines(lines((0, 0, 1, 0)), **columns, reading=LineReading(**arguments))
    with pytest.raises(InputError, match="no rows"):
        from_lines(lines((0, 0, 1, 0)).iloc[:0])
    with pytest.raises(InputError, match="unknown class dirt"):
        from_lines(lines((0, 0, 1, 0), **{"class": "dirt"}))


def test_the_policy_decides_whether_an_island_is_joined() -> None:
    parts = lines((0, 0, 10, 0), (10, 0, 20, 0), (0, 3, 1, 3))
    point = gpd.GeoDataFrame(
        geometry=[Point(EAST + 500, NORTH + 2900), Point(EAST + 500, NORTH + 90_000)],
        index=["p", "q"],
        crs=UTM,
    )
    nearest = snap_report(from_lines(parts), point)
    assert nearest.loc["p", ["status", "link", "component_nodes"]].tolist() == ["island", "c", 2]
    assert "2 nodes" in nearest.loc["p", "reason"]
    main = snap_report(from_lines(parts, reading=LineReading(snapping=Snapping(component="largest"))), point)
    assert main.loc["p", ["status", "link", "component", "reason"]].tolist() == ["attached", "a", 0, ""]
    assert main.loc["p", "off_km"] == pytest.approx(2.9)
    assert main.loc["q", "status"] == "too far" and main["link"].isna().tolist() == [False, True]
    assert "no link of the largest component within 15 km" in main.loc["q", "reason"]
    with pytest.raises(InputError, match="component"):
        Snapping(component="second")


@pytest.fixture(scope="module")
def streets() -> gpd.GeoDataFrame:
    return gpd.read_parquet(shared_data() / "wuhan/streets.parquet")


@pytest.fixture(scope="module")
def wuhan(streets: gpd.GeoDataFrame) -> TravelNetwork:
    with pytest.warns(UrbgeoWarning, match="11 lines given twice"):
        return from_lines(
            streets,
            class_column="highway",
            node_columns=("u", "v"),
            reading=LineReading(class_system="osm", source="OSM"),
        )


def test_wuhan_streets_become_a_network(streets: gpd.GeoDataFrame, wuhan: TravelNetwork) -> None:
    network = wuhan
    left_out = sum(
        network.provenance.parameters[name] for name in ("lines of no length", "lines given twice")
    )
    assert len(network.links) + left_out == len(streets) == 92_667
    assert set(network.nodes.index) <= set(streets["u"]) | set(streets["v"])
    assert network.links["length_km"].sum() == pytest.approx(
        streets.loc[network.links.index].length.sum() / 1000, rel=1e-3
    )
    report = snap_report(network, network.nodes.iloc[::4000].assign())
    assert (report["off_km"] < 1.0).all()
    number = network.link_ends
    minutes = network.links["minutes"].to_numpy()
    n = len(network.nodes)
    order = np.argsort(-minutes)
    pairs = {}
    for (a, b), cost in zip(number[order].tolist(), minutes[order].tolist(), strict=True):
        pairs[a, b] = pairs[b, a] = cost
    rows, columns = np.array(list(pairs)).T
    graph = coo_array((list(pairs.values()), (rows, columns)), shape=(n, n)).tocsr()
    some = np.arange(0, n, 20_000)
    np.testing.assert_allclose(
        node_table(network, some, np.arange(0, n, 500)), dijkstra(graph, indices=some)[:, ::500], 0, 2e-6
    )


def test_isochrones_on_wuhan_hold_who_is_in_time_and_no_one_else(wuhan: TravelNetwork) -> None:
    middle = wuhan.nodes.geometry.union_all().centroid
    start = wuhan.nodes.iloc[[int(wuhan.nodes.distance(middle).argmin())]]
    found = isochrones(wuhan, start, minutes=(2.0, 4.0), resolution_km=0.1).table
    assert found["area_km2"].is_monotonic_increasing and 1 < found["area_km2"].iloc[0] < 30
    shapes = found.to_crs(wuhan.crs).geometry
    assert shapes[4.0].buffer(1.0).contains(shapes[2.0])
    random = np.random.default_rng(2)
    spots = np.array(middle.coords[0]) + random.uniform(-2_500, 2_500, (800, 2))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spots.T), crs=wuhan.crs)
    minutes = minutes_table(wuhan, start, points).to_numpy()[0]
    for limit, shape in shapes.items():
        clear = points.distance(shape.boundary).to_numpy() > 150.0  # outlines are true to a cell's diagonal
        inside = points.within(shape).to_numpy()
        assert (inside & clear).sum() > 10 and (~inside & clear).sum() > 10
        wrong = inside != (np.nan_to_num(minutes, nan=np.inf) <= limit)
        assert (wrong & clear).mean() < 0.02


def test_the_snap_report_of_wuhan_accounts_for_every_point(wuhan: TravelNetwork) -> None:
    west, south, east, north = wuhan.nodes.total_bounds
    x, y = np.meshgrid(np.linspace(west, east, 12), np.linspace(south, north, 12))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x.ravel(), y.ravel()), crs=wuhan.crs)
    report = snap_report(replace(wuhan, snapping=Snapping(max_snap_km=1.0)), points)
    nearest = (
        shapely.distance(points.geometry.to_numpy()[:, None], joinable(wuhan)[None, :]).min(axis=1) / 1000
    )
    near = nearest <= 1.0
    assert (report["status"] == "too far").tolist() == (~near).tolist() and 0 < near.sum() < len(points)
    np.testing.assert_allclose(report.loc[near, "off_km"], nearest[near], rtol=1e-9)
    assert (report.loc[near, "status"] == "island").equals(report.loc[near, "component"] > 0)


def joinable(network: TravelNetwork) -> np.ndarray:
    """One shape of each thousand joinable links: distances to all, without an index."""
    lines = network.links.geometry.to_numpy()[network.links["joinable"].to_numpy(bool)]
    return np.array([shapely.multilinestrings(lines[i : i + 1000]) for i in range(0, len(lines), 1000)])
