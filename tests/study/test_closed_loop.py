"""Hunan's own roads and trains, written out as a planner has them, come back as the same answers."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import osmnx
import pytest
import shapely
from pyproj import Geod

import urbgeo
from urbgeo.access.coverage import coverage
from urbgeo.cities.circles import CircleRules, commuting_circle
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.network.rail import direct_rides
from urbgeo.network.speeds import class_speeds
from urbgeo.regions.region import Region

GEOD = Geod(ellps="WGS84")
WORDS = {
    "expressway": "高速公路", "trunk": "国道", "primary": "省道", "secondary": "县道",
    "connector": "高速连接线", "local": "乡道", "urban": "支路",
}  # fmt: skip
HIGHWAYS = {
    "expressway": "motorway", "trunk": "trunk", "primary": "primary", "secondary": "secondary",
    "connector": "tertiary", "local": "unclassified", "urban": "residential",
}  # fmt: skip
KMH = class_speeds(None)


@pytest.fixture(scope="module", name="own")
def own_network(hunan: Region) -> TravelNetwork:
    """By class alone, as a shapefile tells it."""
    plain = hunan.road_links[["from_node", "to_node", "length_km", "class"]]
    return build_network(hunan.road_nodes, plain)


def curved(hunan: Region) -> gpd.GeoDataFrame:
    """Every link as a bent line of its stated length on the ellipsoid."""
    links = hunan.road_links
    lines = []
    for a, b, km in zip(links["from_node"], links["to_node"], links["length_km"], strict=True):
        ends = [hunan.road_nodes.geometry[one] for one in (a, b)]
        lines.append(bent([(one.x, one.y) for one in ends], km))
    return gpd.GeoDataFrame(links[["from_node", "to_node", "length_km", "class"]], geometry=lines, crs=4326)


def bent(ends: list[tuple[float, float]], km: float) -> shapely.LineString:
    """A tooth in the middle of the straight line, as high as the length asks for."""
    (x0, y0), (x1, y1) = ends
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    across = np.array([y0 - y1, (x1 - x0)])
    across = across / max(np.hypot(*across), 1e-9)

    def line(high: float) -> shapely.LineString:
        return shapely.LineString([ends[0], middle + high * across, ends[1]])

    low, top = 0.0, km / 50.0
    for _ in range(60):
        half = (low + top) / 2
        low, top = (half, top) if GEOD.geometry_length(line(half)) < km * 1000 else (low, half)
    return line(top)


def as_shapefile(hunan: Region, folder: Path) -> Path:
    """GBK, CGCS2000 / 3-degree zone 37, Chinese classes and lengths; field names of ten bytes at most."""
    table = curved(hunan).to_crs(4525)
    table["等级"] = table["class"].map(WORDS)
    table = table.rename(columns={"from_node": "起点", "to_node": "终点", "length_km": "里程"})
    path = folder / "路网.shp"
    table[["起点", "终点", "里程", "等级", "geometry"]].to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def as_graphml(hunan: Region, folder: Path) -> Path:
    graph = nx.MultiDiGraph(crs="epsg:4326")
    number = {one: place for place, one in enumerate(hunan.road_nodes.index)}
    for one, point in hunan.road_nodes.geometry.items():
        graph.add_node(number[one], x=point.x, y=point.y)
    for place, row in enumerate(hunan.road_links.rename(columns={"class": "kind"}).itertuples()):
        told = {
            "length": row.length_km * 1000,
            "highway": HIGHWAYS[row.kind],
            "maxspeed": f"{KMH[row.kind]:g}",
        }
        told |= {"oneway": False, "osmid": place}
        graph.add_edge(number[row.from_node], number[row.to_node], **told)
        graph.add_edge(number[row.to_node], number[row.from_node], **told)
    path = folder / "roads.graphml"
    osmnx.save_graphml(graph, path)
    return path


def as_pbf(hunan: Region, folder: Path) -> Path:
    path = folder / "roads.osm.pbf"
    number = {one: place + 1 for place, one in enumerate(hunan.road_nodes.index)}
    lines = curved(hunan)
    with osmium.SimpleWriter(str(path)) as out:
        for one, point in hunan.road_nodes.geometry.items():
            out.add_node(osmium.osm.mutable.Node(id=number[one], location=(point.x, point.y)))
        for place, line in enumerate(lines.geometry):
            x, y = line.coords[1]
            out.add_node(osmium.osm.mutable.Node(id=100_000 + place, location=(x, y)))
        for place, row in enumerate(lines.rename(columns={"class": "kind"}).itertuples()):
            tags = {"highway": HIGHWAYS[row.kind], "maxspeed": f"{KMH[row.kind]:g}", "oneway": "no"}
            refs = [number[row.from_node], 100_000 + place, number[row.to_node]]
            out.add_way(osmium.osm.mutable.Way(id=place + 1, nodes=refs, tags=tags))
    return path


@pytest.mark.filterwarnings("ignore::urbgeo.errors.UrbgeoWarning")
@pytest.mark.parametrize("kind", ["shapefile", "graphml", "pbf"])
def test_hunans_roads_come_back_as_the_same_circle_coverage_and_ranks(
    kind: str, hunan: Region, own: TravelNetwork, tmp_path: Path
) -> None:
    path = {"shapefile": as_shapefile, "graphml": as_graphml, "pbf": as_pbf}[kind](hunan, tmp_path)
    back = urbgeo.region(
        None, seats=hunan.places[hunan.places["level"] != "hub"],
        roads=path, airports=hunan.airports, zones=False,
        lists={"core": hunan.lists["core"]}, margin_km=300, road_classes=None,
    ).network  # fmt: skip
    assert isinstance(back, TravelNetwork)
    seats = hunan.counties
    then, now = (minutes_table(one, seats, seats).to_numpy() for one in (own, back))
    apart = np.abs(now - then)[then > 0] / then[then > 0]
    assert np.isfinite(now).all() and apart.max() < 0.001
    core = hunan.places.loc[list(hunan.lists["core"])]
    circles = [
        commuting_circle(one, core, seats, rules=CircleRules(rule="seat")).members for one in (own, back)
    ]
    assert list(circles[0]) == list(circles[1])
    # Airports at the ends of their roads: beside bent lines they would join others than beside straight ones.
    ends = hunan.road_nodes.geometry.reindex("AP_" + hunan.airports.index).dropna()
    airports = gpd.GeoDataFrame(geometry=ends)
    covered = [coverage(one, seats, airports, minutes=60.0).table for one in (own, back)]
    assert (covered[0]["covered"] == covered[1]["covered"]).all()
    ranks = [np.round(one["minutes"], 0).rank() for one in covered]
    assert ranks[0].corr(ranks[1]) > 0.999


def test_stated_lengths_in_metres_are_refused(hunan: Region, tmp_path: Path) -> None:
    lines = curved(hunan)
    lines["length_km"] *= 1000
    with pytest.raises(urbgeo.errors.InputError, match="metres"):
        urbgeo.region(None, seats=hunan.counties, roads=lines, zones=False)


def clock(minutes: float) -> str:
    whole = round(minutes * 60)
    return f"{whole // 3600 % 24:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def test_hunans_trains_as_a_train_table_give_back_rides_and_pooled_frequencies(
    hunan: Region, tmp_path: Path
) -> None:
    rows = ["车次,站序,站名,到站时间,出发时间,运行日期"]
    for name, stops in hunan.rail_stops.groupby("service"):
        since = stops["minutes"].where(stops["seq"] > stops["seq"].min(), 0.0).cumsum()
        stood = stops["dwell_min"].fillna(0.0) if "dwell_min" in stops else 0.0 * since
        calls = list(zip(stops["station"], since, since + stood, strict=True))
        end = calls[-1][2]
        home = [(station, end - leaves, end - arrives) for station, arrives, leaves in calls[::-1]]
        for way, called in enumerate((calls, home)):
            for train in range(int(stops["trains_per_day"].iloc[0])):
                for seq, (station, arrives, leaves) in enumerate(called, 1):
                    head = f"{name}-{way}-{train}" if seq == 1 else ""
                    at = [clock(360 + 7 * train + one) for one in (arrives, leaves)]
                    first = "----" if seq == 1 else at[0]
                    rows.append(f"{head},{seq},{station},{first},{at[1]},{'ALL' if head else ''}")
    table = tmp_path / "trains.csv"
    table.write_text("\n".join(rows), encoding="utf-8")
    back = urbgeo.region(
        None, seats=hunan.counties, trains=table, stations=hunan.stations, zones=False, margin_km=2000
    )  # fmt: skip
    key = ["from_station", "to_station"]
    then = direct_rides(hunan.stations, hunan.rail_stops).set_index(key)
    now = direct_rides(back.stations, back.rail_stops).set_index(key).reindex(then.index)
    assert np.allclose(then["ride_min"], now["ride_min"], atol=1 / 30)
    assert np.allclose(then["trains_per_day"], now["trains_per_day"])
