"""What became of points when they were joined to a network: distances, minutes, components, refusals."""

from __future__ import annotations

import warnings
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely import LineString, Point

from tests.network.surveyed import EAST, NORTH, UTM, lines
from urbgeo import crs
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.lines import from_lines
from urbgeo.network.minutes import node_table
from urbgeo.network.model import Snapping, TravelNetwork
from urbgeo.network.osm_speeds import LineReading
from urbgeo.network.snap import snap_report


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
    shares = nearest.attrs["provenance"].shares
    assert (shares["points island"], shares["points too far"]) == (0.5, 0.5)
    main = snap_report(from_lines(parts, reading=LineReading(snapping=Snapping(component="largest"))), point)
    assert main.loc["p", ["status", "link", "component", "reason"]].tolist() == ["attached", "a", 0, ""]
    assert main.loc["p", "off_km"] == pytest.approx(2.9)
    assert main.loc["q", "status"] == "too far" and main["link"].isna().tolist() == [False, True]
    assert "no link of the largest component within 15 km" in main.loc["q", "reason"]
    with pytest.raises(InputError, match="component"):
        Snapping(component="second")


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
    rows, columns = np.array(list(pairs), np.int32).T  # older SciPy searches no others
    graph = coo_array((list(pairs.values()), (rows, columns)), shape=(n, n)).tocsr()
    some = np.arange(0, n, 20_000)
    np.testing.assert_allclose(
        node_table(network, some, np.arange(0, n, 500)), dijkstra(graph, indices=some)[:, ::500], 0, 2e-6
    )


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


def test_a_snap_report_names_the_datum_that_points_seem_to_be_in() -> None:
    xy = [(112.5 + 0.02 * i, 28.0 + 0.013 * (i % 7)) for i in range(40)]
    road = gpd.GeoDataFrame({"class": ["local"]}, geometry=[LineString(xy)], crs=4326)
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*np.array(xy).T), index=range(40), crs=4326)
    network = from_lines(road)
    with pytest.warns(UrbgeoWarning, match=r"seem to be in GCJ02.*convert_datum\(points, 'gcj02', 'wgs84'\)"):
        snap_report(network, crs.convert_datum(places, "wgs84", "gcj02"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        snap_report(network, places)


def test_a_report_names_the_link_its_class_and_how_large_its_part_is() -> None:
    parts = from_lines(
        lines((0, 0, 10, 0), (10, 0, 20, 0), (0, 30, 1, 30), **{"class": ["primary", "local", "trunk"]})
    )
    spots = gpd.GeoDataFrame(
        geometry=[Point(EAST + 15e3, NORTH + 1e3), Point(EAST, NORTH + 29e3), Point(EAST, NORTH + 90e3)],
        index=list("pqr"), crs=UTM,
    )  # fmt: skip
    found = snap_report(parts, spots)
    assert found["link"].fillna("none").tolist() == ["b", "c", "none"]
    assert found["link_class"].fillna("none").tolist() == ["local", "trunk", "none"]
    assert found["component"].tolist() == [0, 1, -1] and found["component_nodes"].tolist() == [3, 2, 0]
    assert (
        found["reason"].tolist()[0] == "" and found["reason"].tolist()[2] == "no joinable link within 15 km"
    )
    assert {"max_snap_km": 15.0, "component": "any"}.items() <= dict(
        found.attrs["provenance"].parameters
    ).items()
