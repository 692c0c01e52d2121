"""Every long job of the package, large enough to be interrupted in its midst: `python -m tests.stress stops`.

A job is made ready (inputs, compiled code) by a function that returns what is then run again and again. What
the package keeps between calls is made anew in each run, so that all of them take their whole way.
"""

from __future__ import annotations

import gzip
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

import urbgeo
from benchmarks.pbf_large import CLASSES, SHARED, repeated
from benchmarks.roads import make_roads
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.rasters.grid import Grid

CRS = 32649
WEST, NORTH = 4e5, 3e6
POA = SHARED / "data/porto_alegre"

Work = Callable[[], object]
JOBS: dict[str, Callable[[], Work]] = {}
"""By name: what makes the job ready and returns it."""


def job(name: str) -> Callable[[Callable[[], Work]], Callable[[], Work]]:
    """Decorator: this makes a long job of that name ready."""

    def kept(ready: Callable[[], Work]) -> Callable[[], Work]:
        JOBS[name] = ready
        return ready

    return kept


class NoDataError(Exception):
    """The job needs real data that is not beside the repository."""


@cache
def folder() -> Path:
    """Where the jobs of this process read and write."""
    return Path(tempfile.mkdtemp(prefix="urbgeo-stress-"))


def real(name: str) -> Path:
    """A real file of the shared data."""
    if not (POA / name).exists():
        raise NoDataError(f"no {POA / name}")
    return POA / name


def tables(nodes: int) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Nodes and links of the streets of a town."""
    roads = make_roads(nodes)
    at = gpd.points_from_xy(roads.xy[:, 0] + WEST, roads.xy[:, 1] + NORTH)
    links = {
        "from_node": roads.u, "to_node": roads.v, "length_km": np.maximum(roads.length_m, 1.0) / 1000.0,
        "class": "primary", "minutes": np.maximum(roads.there, 1) / 6000.0,
    }  # fmt: skip
    return gpd.GeoDataFrame(geometry=at, crs=CRS), pd.DataFrame(links)


def town(nodes: int) -> TravelNetwork:
    """A network of the streets of a town."""
    return build_network(*tables(nodes))


def grid(values: Any) -> Grid:
    """Cells of 100 m."""
    return Grid(values, Affine(100, 0, WEST, 0, -100, NORTH), CRS)


def rough(side: int, low: float = 0.01, high: float = 0.1) -> Grid:
    """Random values."""
    return grid(np.random.default_rng(1).uniform(low, high, (side, side)))


def people(side: int) -> Grid:
    """Towns of people on a grid, most cells empty."""
    values = np.random.default_rng(2).pareto(0.7, (side, side))
    return grid(np.where(values > 3, np.minimum(values, 1e4), 0.0))


def middle(side: int) -> gpd.GeoDataFrame:
    """One point in the middle of so many cells a side."""
    at = gpd.points_from_xy([WEST + 50 * side], [NORTH - 50 * side])
    return gpd.GeoDataFrame(geometry=at, index=["s"], crs=CRS)


# --- tables and sums -------------------------------------------------------------------------------------


@job("table of 4,000 x 4,000, preparing the network included")
def _table() -> Work:
    given, warm = tables(40_000), town(2000)
    urbgeo.minutes_table(warm, warm.nodes, warm.nodes)

    def work() -> object:
        network = build_network(*given)
        return urbgeo.minutes_table(network, network.nodes.iloc[::10], network.nodes.iloc[::10])

    return work


@job("table of few rows by plain searches")
def _searches() -> Work:
    network = town(100_000)
    few = network.nodes.iloc[::1000]
    urbgeo.minutes_table(network, few.iloc[:2], few.iloc[:2])
    from urbgeo.engine.plan import Plan
    from urbgeo.network.attach import attach
    from urbgeo.network.minutes import table_between

    ends = attach(network, few)
    return lambda: table_between(network, ends, ends, np.inf, plan=Plan("dijkstra", "told to.", 0.0, 0))


@job("preparing a network of 100,000 nodes")
def _preparing() -> Work:
    from urbgeo.engine.store import cached_topology

    nodes, links = tables(100_000)
    cached_topology(town(3000).graph)

    def work() -> object:
        changed = links.assign(length_km=links["length_km"] + 0.001)
        return cached_topology(build_network(nodes, changed.iloc[np.random.permutation(len(links))]).graph)

    return work


@job("building a network of 200,000 nodes")
def _building() -> Work:
    nodes, links = tables(200_000)
    return lambda: [build_network(nodes, links.drop(columns="minutes")).graph for _ in range(2)]


@job("sums of nodes")
def _sums() -> Work:
    from urbgeo.network.sums import node_sums

    network = town(40_000)
    weights = pd.Series(1.0, network.nodes.index)
    node_sums(network, weights, minutes=5)
    return lambda: node_sums(network, weights, minutes=(15, 30, 60))


@job("nearest of every node")
def _node_nearest() -> Work:
    from urbgeo.access.nodes import node_nearest

    network = town(60_000)
    facilities = network.nodes.iloc[::50]
    node_nearest(network, facilities.iloc[:5], count=2)
    return lambda: node_nearest(network, facilities, count=16)


@job("quickest paths")
def _paths() -> Work:
    network = town(100_000)
    ends = network.nodes.iloc[::3000]
    urbgeo.quickest_paths(network, ends.iloc[:2], ends.iloc[:2])
    return lambda: urbgeo.quickest_paths(network, ends, ends)


@job("attaching 200,000 points")
def _attaching() -> Work:
    from urbgeo.network.attach import attach

    given = tables(100_000)
    xy = np.random.default_rng(1).uniform(*given[0].total_bounds.reshape(2, 2), (200_000, 2))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=CRS)
    return lambda: attach(build_network(*given), points)


# --- access ----------------------------------------------------------------------------------------------


@job("isochrones by origin")
def _isochrones() -> Work:
    network = town(100_000)
    urbgeo.isochrones(network, network.nodes.iloc[:1], minutes=5, by="origin")
    return lambda: urbgeo.isochrones(network, network.nodes.iloc[::1000], minutes=(30, 60), by="origin")


@job("isochrones of all origins together")
def _union() -> Work:
    network = town(300_000)
    urbgeo.isochrones(network, network.nodes.iloc[:1], minutes=5)
    some = network.nodes.iloc[::60_000]
    return lambda: [
        urbgeo.isochrones(network, some, minutes=(60, 120), kind=kind) for kind in ("disc", "ring")
    ]


@job("service areas")
def _areas() -> Work:
    network = town(100_000)
    urbgeo.isochrones(network, network.nodes.iloc[:1], minutes=5, by="nearest")
    some = network.nodes.iloc[::2000]
    return lambda: urbgeo.isochrones(network, some, minutes=(15, 30, 60, 90), by="nearest")


@job("catchments")
def _catchments() -> Work:
    network = town(50_000)
    supply, demand = network.nodes.iloc[::20].assign(beds=5.0), network.nodes.iloc[::10].assign(people=9.0)

    def work(rows: int) -> object:
        asked = {"capacity": "beds", "population": "people", "minutes": 30.0}
        return urbgeo.catchments(network, demand.iloc[:rows], supply.iloc[:rows], **asked)

    work(3)
    return lambda: work(len(demand))


@job("pairs of a long table, read and summed")
def _long_table() -> Work:
    rng, count = np.random.default_rng(1), 2000
    ids = [f"p{at:05d}" for at in range(count)]
    pairs = pd.MultiIndex.from_product([ids, ids], names=["from", "to"]).to_frame(index=False)
    pairs = pairs.assign(minutes=rng.uniform(0, 90, len(pairs))).sample(frac=1.0, random_state=1)
    weight = pd.Series(1.0, ids)
    return lambda: urbgeo.cumulative(pairs, weight, minutes=(15, 30, 60))


@job("p-median siting")
def _siting() -> Work:
    from urbgeo.access.siting import p_median

    rng, count = np.random.default_rng(1), 130
    at = rng.uniform(0, 60, (count, 2))
    ids = [f"p{one}" for one in range(count)]
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    minutes = pd.DataFrame(apart, pd.Index(ids, name="origin"), pd.Index(ids, name="destination"))
    demand = pd.Series(rng.pareto(1, count) + 1, ids)
    return lambda: p_median(minutes, demand, count=12, longest_s=60.0)


@job("draws of uncertain speeds")
def _draws() -> Work:
    from urbgeo.access.uncertainty import over_draws

    network = town(50_000)
    some, core = network.nodes.iloc[::50], network.nodes.iloc[[0]]
    return lambda: over_draws(network, lambda one: urbgeo.minutes_table(one, some, core).iloc[:, 0], count=60)


@job("minutes by timetable, hexagons of Porto Alegre")
def _transit() -> Work:
    from urbgeo.network.osm_speeds import RoadReading
    from urbgeo.network.timetable import build_timetable, transit_minutes
    from urbgeo.sources.gtfs import read_gtfs

    table = pd.read_csv(real("poa_hexgrid.csv")).set_index("id")
    hexagons = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(table.lon, table.lat), index=table.index, crs=4326
    )
    walking = urbgeo.from_pbf(real("poa_osm.pbf"), mode="walk", reading=RoadReading(region="world"))
    feeds = [read_gtfs(real(f"poa_{name}.zip")) for name in ("eptc", "trensurb")]
    timetable = build_timetable(feeds, day="2019-05-15")
    few = hexagons.iloc[::60]
    transit_minutes(timetable, walking, few, few, window=("14:00", "14:05"))
    return lambda: transit_minutes(timetable, walking, hexagons, hexagons, window=("14:00", "14:15"))


# --- sources ---------------------------------------------------------------------------------------------


@job("PBF of 60 MB, motorway to tertiary, to a network")
def _pbf() -> Work:
    from urbgeo.network.osm_speeds import RoadReading

    small, large = real("poa_osm.pbf"), folder() / "large.osm.pbf"
    repeated(small, 60, large)
    reading = RoadReading(region="world")
    urbgeo.from_pbf(small, reading=reading)
    return lambda: urbgeo.from_pbf(large, reading=reading, classes=CLASSES)


@job("PBF of 60 MB, all streets, to a network")
def _pbf_streets() -> Work:
    from urbgeo.network.osm_speeds import RoadReading

    small, large = real("poa_osm.pbf"), folder() / "streets.osm.pbf"
    repeated(small, 60, large)
    reading = RoadReading(region="world")
    urbgeo.from_pbf(small, reading=reading)
    return lambda: urbgeo.from_pbf(large, reading=reading)


@job("OpenStreetMap XML of 60 MB to a network")
def _xml() -> Work:
    nodes = "".join(
        f'<node id="{at}" lat="{28 + at % 1000 / 2000}" lon="{112 + at // 1000 / 2000}"/>\n'
        for at in range(600_000)
    )
    ways = "".join(
        f'<way id="{at}"><nd ref="{2 * at}"/><nd ref="{2 * at + 1}"/><tag k="highway" v="primary"/></way>\n'
        for at in range(290_000)
    )
    path = folder() / "town.osm.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write(f'<osm version="0.6">{nodes}{ways}</osm>')
    from urbgeo.network.osm_speeds import RoadReading

    return lambda: urbgeo.from_pbf(path, reading=RoadReading(region="world"))


@job("GTFS feed of 1.8 million stop times")
def _gtfs() -> Work:
    from urbgeo.sources.gtfs import read_gtfs

    trips, stops = 60_000, 30
    at = np.arange(trips * stops)
    minute = 300 + at // stops % 1000 + 2 * (at % stops)
    time = pd.Series([f"{one // 60:02d}:{one % 60:02d}:00" for one in range(1500)]).reindex(minute).to_numpy()
    times = pd.DataFrame(
        {"trip_id": at // stops, "arrival_time": time, "departure_time": time,
         "stop_id": at % stops + 31 * (at // stops % 100), "stop_sequence": at % stops}
    )  # fmt: skip
    number = np.arange(31 * 100)
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    days = dict.fromkeys(names, 1)
    files = {
        "stops": {"stop_id": number, "stop_name": number, "stop_lat": 28 + number / 1e4, "stop_lon": 112.0},
        "routes": {"route_id": [1], "route_short_name": ["1"], "route_type": [3]},
        "trips": {"route_id": 1, "service_id": 1, "trip_id": np.arange(trips)},
        "calendar": {"service_id": [1], **days, "start_date": ["20260101"], "end_date": ["20261231"]},
    }
    path = folder() / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept:
        for name, columns in files.items():
            kept.writestr(f"{name}.txt", pd.DataFrame(columns).to_csv(index=False))
        kept.writestr("stop_times.txt", times.to_csv(index=False))
    return lambda: read_gtfs(path)


@job("layer of 400,000 lines, read")
def _layer() -> Work:
    path = folder() / "lines.gpkg"
    lines = town_lines(290_000)
    lines.to_file(path)
    return lambda: urbgeo.read_layer(path)


def town_lines(nodes: int) -> gpd.GeoDataFrame:
    """The streets of a town as lines with a class."""
    points, links = tables(nodes)
    xy = shapely.get_coordinates(points.geometry.to_numpy())
    ends = np.stack([xy[links["from_node"]], xy[links["to_node"]]], axis=1)
    return gpd.GeoDataFrame({"class": ["primary"] * len(ends)}, geometry=shapely.linestrings(ends), crs=CRS)


@job("network from 100,000 lines joined at crossings")
def _lines() -> Work:
    lines = town_lines(70_000)
    urbgeo.from_lines(lines.iloc[:100], node_at="crossings")
    return lambda: urbgeo.from_lines(lines, node_at="crossings")


@job("network report")
def _report() -> Work:
    network = town(100_000)
    return lambda: urbgeo.network_report(network)


@job("network saved and opened")
def _saved() -> Work:
    network = town(200_000)
    urbgeo.minutes_table(network, network.nodes.iloc[:300], network.nodes.iloc[::100])

    def work() -> None:
        for _ in range(3):
            urbgeo.open_network(urbgeo.save_network(network, folder() / "town.urbgeo"))

    return work


@job("extract fetched from a slow server")
def _fetch() -> Work:
    import threading
    import time
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from urbgeo.sources.fetch import fetch_extract

    class Slow(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            checksum = self.path.endswith(".md5")
            self.send_response(404 if checksum else 200)
            self.send_header("Content-Length", "0" if checksum else "100")
            self.end_headers()
            for _ in range(0 if checksum else 100):
                time.sleep(0.1)
                self.wfile.write(b".")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    return lambda: fetch_extract("anhui", folder(), base_url=url, timeout_s=8.0, tries=1, refresh=True)


# --- grids and land --------------------------------------------------------------------------------------


@job("surface by steps, 3,000 x 3,000 cells")
def _surface() -> Work:
    urbgeo.travel_surface(rough(30), middle(30))
    large = rough(3000)
    return lambda: [urbgeo.travel_surface(large, middle(3000)) for _ in range(3)]


@job("surface by fronts, 2,000 x 2,000 cells")
def _fronts() -> Work:
    from urbgeo.surface.results import SurfaceRules

    rules = SurfaceRules(marching=True)
    urbgeo.travel_surface(rough(30), middle(30), rules=rules)
    large = rough(2000)
    return lambda: urbgeo.travel_surface(large, middle(2000), rules=rules)


@job("surface from file to file")
def _surface_files() -> Work:
    from urbgeo.rasters.files import write_grid
    from urbgeo.surface.travel import travel_surface_files

    path = write_grid(rough(2500), folder() / "friction.tif")
    urbgeo.travel_surface(rough(30), middle(30))
    return lambda: travel_surface_files(path, middle(2500), folder() / "surface")


@job("nearness to lines and points")
def _nearness() -> Work:
    from urbgeo.land.nearness import nearness

    like, (points, _) = rough(3000), tables(5000)
    layers = {"stops": points, "roads": town_lines(5000)}
    return lambda: nearness(like, layers)


@job("heights to slope and relief, 3,000 x 3,000 cells")
def _terrain() -> Work:
    from urbgeo.land.terrain import terrain

    heights = rough(3000, 0.0, 900.0)
    return lambda: terrain(heights, relief_m=1000.0)


@job("suitability")
def _suitability() -> Work:
    slope, wet = rough(3000, 0.0, 40.0), grid(np.random.default_rng(1).random((3000, 3000)) > 0.9)
    urbgeo.suitability({"slope_deg": rough(40, 0.0, 40.0)}, weights={"slope_deg": 1.0})
    asked = {"weights": {"slope_deg": 1.0}, "exclusions": {"water": wet}}
    return lambda: urbgeo.suitability({"slope_deg": slope}, **asked)


@cache
def scene(cells: int) -> Any:
    """A made-up landscape of so many cells a side."""
    from urbgeo.land.synthetic import synthetic_landscape

    return synthetic_landscape(seed=2, cells=cells)


@job("growth fitted by trees")
def _fit() -> Work:
    from urbgeo.land.growth import fit_growth

    made = scene(250)
    drivers = {"height": made.elevation}
    return lambda: fit_growth(made.built[2010], made.built[2015], drivers, method="trees")


@job("growth fitted by regression")
def _fit_logistic() -> Work:
    from urbgeo.land.growth import fit_growth

    made = scene(700)
    drivers = {"height": made.elevation}
    return lambda: fit_growth(made.built[2010], made.built[2015], drivers, method="logistic")


@job("growth simulated")
def _growth() -> Work:
    from urbgeo.land.growth import fit_growth, simulate_growth

    small, made = scene(200), scene(500)
    rules = fit_growth(small.built[2010], small.built[2015], {"height": small.elevation}, method="trees")
    given = {"height": made.elevation}
    return lambda: simulate_growth(made.built[2015], given, rules, new_cells=10_000, steps=2)


@job("development boundary")
def _boundary() -> Work:
    made = scene(1000)
    score, none = (
        made.elevation.having(np.ones(made.elevation.shape)),
        made.built[2015].having(np.zeros(made.elevation.shape, bool)),
    )
    built = made.built[2015]
    demand = float(built.values.sum()) * built.cell_km2 * 1.1
    return lambda: urbgeo.delineate_boundary(built, score, none, demand_km2=demand)


@job("development boundary along roads")
def _boundary_along() -> Work:
    made = scene(500)
    built = made.built[2015]
    score, none = built.having(np.ones(built.shape)), built.having(np.zeros(built.shape, bool))
    demand = float(built.values.sum()) * built.cell_km2 * 1.1
    return lambda: urbgeo.delineate_boundary(built, score, none, demand_km2=demand, along=made.roads)


@job("audit of 100,000 parcels")
def _audit() -> Work:
    from benchmarks.land_audit import boundary, parcels

    rng = np.random.default_rng(0)
    lines = urbgeo.ControlLines(boundary(rng), farmland=parcels(rng))
    return lambda: urbgeo.audit_control_lines(lines)


@job("form: patches and boxes")
def _form() -> Work:
    from urbgeo.land.patches import box_dimension, patch_metrics

    mask = grid(np.random.default_rng(1).random((1200, 1200)) > 0.5)
    return lambda: (patch_metrics(mask), box_dimension(mask))


@job("people in 40,000 zones")
def _zonal() -> Work:
    from urbgeo.access.rasters import people_in

    at = np.stack(np.meshgrid(np.arange(200), np.arange(200)), -1).reshape(-1, 2) * 2500.0
    boxes = shapely.box(WEST + at[:, 0], NORTH - at[:, 1] - 2500, WEST + at[:, 0] + 2500, NORTH - at[:, 1])
    zones, counted = gpd.GeoDataFrame(geometry=boxes, crs=CRS), people(5000)
    return lambda: people_in(counted, zones)


@job("raster cut and resampled")
def _cut() -> Work:
    from urbgeo.rasters.cut import cut_raster
    from urbgeo.rasters.files import write_grid

    path = write_grid(people(5000), folder() / "people.tif")
    area = gpd.GeoDataFrame(geometry=[shapely.box(WEST, NORTH - 8e5, WEST + 8e5, NORTH)], crs=CRS)
    return lambda: cut_raster(path, folder() / "cut.tif", area=area, kind="count", cell_m=130.0)


# --- cities ----------------------------------------------------------------------------------------------


@job("degree of urbanisation, 9 million cells")
def _degurba() -> Work:
    from benchmarks.degree_of_urbanisation import FRAME, TILE, TiledGrid, synthetic_tile

    tile = synthetic_tile(TILE)
    small = TiledGrid(tile, shape=(500, 500), transform=FRAME)
    urbgeo.degree_of_urbanisation(small, level=2)
    large = TiledGrid(tile, shape=(3000, 3000), transform=FRAME)
    return lambda: urbgeo.degree_of_urbanisation(large, level=2)


@job("percolation")
def _percolation() -> Work:
    from urbgeo.cities.percolation import percolate

    points, links = tables(300_000)
    links = links.assign(length_m=links["length_km"] * 1000)
    return lambda: percolate(points, links=links, thresholds_m=list(range(50, 2000, 50)))


@job("city clusters of 100,000 places")
def _clusters() -> Work:
    points, _ = tables(100_000)
    points = points.assign(people=1000.0 + np.arange(len(points)) % 977)
    return lambda: urbgeo.city_clusters(points, population="people", distance_km=0.6)


@job("tree of clusters by minutes")
def _tree() -> Work:
    from urbgeo.cities.clusters import cluster_tree

    at = np.random.default_rng(1).uniform(0, 300, (2000, 2))
    minutes = pd.DataFrame(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)))
    return lambda: cluster_tree(minutes)


def flows(zones: int) -> pd.DataFrame:
    """Commuters between zones, fewer farther away."""
    rng = np.random.default_rng(1)
    at = rng.uniform(0, np.sqrt(zones) * 10, (zones, 2))
    home, work = rng.integers(0, zones, (2, zones * 60))
    apart = np.hypot(*(at[home] - at[work]).T)
    table = pd.DataFrame({"home": home, "work": work, "workers": np.round(1e5 / (5 + apart) ** 2) + 1})
    stays = pd.DataFrame({"home": range(zones), "work": range(zones), "workers": 3000.0})
    return pd.concat([table, stays]).groupby(["home", "work"], as_index=False)["workers"].sum()


@job("communities of links")
def _communities() -> Work:
    from urbgeo.cities.communities import communities

    links = flows(8_000).set_axis(["from_place", "to_place", "strength"], axis=1)
    return lambda: communities(links)


@job("communities by Leiden")
def _leiden() -> Work:
    from urbgeo.cities.communities import communities

    links = flows(30_000).set_axis(["from_place", "to_place", "strength"], axis=1)
    return lambda: communities(links, method="leiden")


@job("labour market areas")
def _labour() -> Work:
    from urbgeo.cities.labour import labour_market_areas

    table = flows(1500)
    return lambda: labour_market_areas(table, range(1500))


@job("gravity fitted and balanced")
def _gravity() -> Work:
    from urbgeo.cities.gravity import fit_gravity

    rng, count = np.random.default_rng(1), 900
    at = rng.uniform(0, 300, (count, 2))
    cost = pd.DataFrame(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) + 1)
    found = pd.DataFrame(rng.poisson(1e4 / cost.to_numpy() ** 1.5))
    return lambda: [fit_gravity(found, cost, constraint="both") for _ in range(2)]


# --- studies ---------------------------------------------------------------------------------------------


@job("speeds calibrated")
def _calibrate() -> Work:
    network = town(10_000)
    network = build_network(network.nodes, _classed(network))
    rng = np.random.default_rng(1)
    places = network.nodes.iloc[rng.permutation(len(network.nodes))[:100]]
    ends = rng.integers(0, 100, (2, 1000))
    ends = ends[:, ends[0] != ends[1]]
    rows = {"from_place": places.index[ends[0]], "to_place": places.index[ends[1]]}
    apart = shapely.distance(places.geometry.to_numpy()[ends[0]], places.geometry.to_numpy()[ends[1]])
    observed = (
        pd.DataFrame(rows).assign(minutes=1.0 + apart / 700.0).drop_duplicates(["from_place", "to_place"])
    )
    return lambda: urbgeo.calibrate(network, places, observed=observed)


def _classed(network: TravelNetwork) -> pd.DataFrame:
    links = network.link_table[["from_node", "to_node", "length_km"]].copy()
    kinds = np.array(["primary", "secondary", "local"])
    return links.assign(**{"class": kinds[np.arange(len(links)) % 3]})


@job("a whole study, Hunan")
def _study() -> Work:
    return lambda: urbgeo.run_study("hunan", folder=folder() / "study")


@job("scorecard, Hunan")
def _scorecard() -> Work:
    region = urbgeo.load_region("hunan")
    return lambda: urbgeo.scorecard(region, years=(2015, 2020, 2025))


@job("what if a road is closed, Hunan")
def _what_if() -> Work:
    region = urbgeo.load_region("hunan")
    return lambda: [urbgeo.what_if(region, close=["G4"]) for _ in range(3)]


@job("critical links")
def _critical() -> Work:
    from urbgeo.indicators.critical import critical_links

    network = town(20_000)
    places = network.nodes.iloc[::20].assign(population=100.0)
    return lambda: critical_links(network, places, network.nodes.iloc[::5000])


@job("table spread over a Dask cluster")
def _dask() -> Work:
    import distributed

    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    client = distributed.Client(cluster)
    network = town(60_000)
    some = network.nodes.iloc[::30]
    urbgeo.minutes_table(network, some.iloc[:400], some, client=client)
    return lambda: urbgeo.minutes_table(network, some, network.nodes.iloc[::6], client=client)


@job("map of 60,000 places written")
def _map() -> Work:
    from urbgeo.maps.layers import add_points

    points, _ = tables(60_000)
    points = points.assign(name=[f"p{at}" for at in range(len(points))])

    def work() -> object:
        page = urbgeo.new_map("镇", "Towns", bounds=points.to_crs(4326).total_bounds)
        add_points(page, points, name_zh="镇", name_en="towns", hover=[("name", "名", "name")])
        return urbgeo.save_map(page, folder() / "map.html", max_mb=100.0)

    return work
