"""Isochrone polygons of many origins: on foot in the streets of Wuhan, by car in Porto Alegre.

Run with ``python -m benchmarks.isochrones``; streets and PBF come from ``data`` in the folder that
``URBGEO_SHARED`` names, or in ``../shared``. Where ``URBGEO_VALHALLA`` names a Python 3.12 that has
pyvalhalla 3.9.1, Valhalla is timed in turn with ours.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import urbgeo
from urbgeo.access.isochrones import isochrones
from urbgeo.network.attach import attach
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.osm import from_pbf
from urbgeo.network.osm_speeds import RoadReading

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("URBGEO_SHARED", ROOT.parent / "shared")) / "data"
WALK_KMH, ORIGINS, REPEATS = 4.8, 100, 2
UNIONS = (
    "| union | thresholds min | wall s | processor s | largest area km2 |",
    "|---|---|---|---|---|",
)
BESIDE = (
    "| Porto Alegre by car, 5, 10, 15 min, 60 origins | processor s an origin | vertices a polygon |",
    "|---|---|---|",
)
BOUNDS = (
    "What bounds it (Porto Alegre, one thread, processor time, the grid's joins known): outlines 41 %",
    "(squares cut finer where roads at the edge pass 16, what of the roads is drawn 5, polygons of the rings",
    "6), minutes of the grid 19 %, way to degrees 16 %, areas and the field of each limit 18 %, search 3 %.",
)
RESULTS = ROOT / "benchmarks" / "results" / "isochrones.md"


def streets() -> TravelNetwork:
    """Every street walked at one speed, both ways."""
    edges = gpd.read_parquet(SHARED / "wuhan" / "streets.parquet").reset_index()
    lines = edges.geometry.to_numpy()
    nodes = gpd.GeoDataFrame(
        {"id": np.concatenate([edges["u"], edges["v"]])},
        geometry=np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)]),
        crs=edges.crs,
    )
    links = gpd.GeoDataFrame(
        {
            "from_node": edges["u"],
            "to_node": edges["v"],
            "length_km": shapely.length(lines) / 1000.0,
            "class": "street",
            "speed_kmh": WALK_KMH,
            "joinable": True,
        },
        geometry=lines,
        crs=edges.crs,
    )
    points = nodes.drop_duplicates("id").set_index("id")
    return build_network(points, links, snapping=Snapping(max_snap_km=0.3, off_network_kmh=WALK_KMH))


def driving() -> tuple[TravelNetwork, gpd.GeoDataFrame]:
    """Porto Alegre by car, and 60 of its hexagons."""
    network = from_pbf(SHARED / "porto_alegre" / "poa_osm.pbf", reading=RoadReading(region="world"))
    table = pd.read_csv(SHARED / "porto_alegre" / "poa_hexgrid.csv").set_index("id")
    spots = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(table["lon"], table["lat"]), index=table.index, crs=4326
    )
    return network, spots[attach(network, spots).attached].sample(60, random_state=1)


def million() -> tuple[TravelNetwork, gpd.GeoDataFrame]:
    """A crooked lattice of a million nodes, and three of them far apart."""
    side, draw = 1000, np.random.default_rng(1)
    up, across = np.divmod(np.arange(side * side), side)
    xy = np.column_stack([300e3 + 200.0 * across, 3_000e3 + 200.0 * up]) + draw.normal(0, 30, (side**2, 2))
    nodes = gpd.GeoDataFrame(geometry=shapely.points(xy), index=np.arange(side * side), crs=32649)
    east, north = np.flatnonzero(across < side - 1), np.flatnonzero(up < side - 1)
    ends = {"from_node": np.r_[east, north], "to_node": np.r_[east + 1, north + side]}
    links = pd.DataFrame(ends).assign(length_km=0.25, speed_kmh=40.0, **{"class": "primary"})
    network = build_network(nodes, links, snapping=Snapping(max_snap_km=1.0, off_network_kmh=5.0))
    return network, nodes.iloc[[150 * side + 150, 500 * side + 800, 850 * side + 200]]


def union_row(network: TravelNetwork, origins: gpd.GeoDataFrame, minutes: tuple[float, ...]) -> str:
    """Seconds of the land reached from any of the origins."""
    isochrones(network, origins.iloc[:1], minutes=5)
    start, used = time.perf_counter(), time.process_time()
    found = isochrones(network, origins, minutes=minutes).table
    return (
        f"| union of three, {len(network.nodes):,} nodes | {', '.join(f'{one:g}' for one in minutes)} | "
        f"{time.perf_counter() - start:.1f} | {time.process_time() - used:.1f} | "
        f"{found['area_km2'].iloc[-1]:,.0f} |"
    )


def row(what: str, network: TravelNetwork, origins: gpd.GeoDataFrame, minutes: tuple[float, ...]) -> str:
    """Seconds an origin, the least of some repeats."""
    isochrones(network, origins.iloc[:2], minutes=minutes, by="origin")
    wall, own = [], []
    for _ in range(REPEATS):
        start, used = time.perf_counter(), time.process_time()
        found = isochrones(network, origins, minutes=minutes, by="origin").table
        wall.append((time.perf_counter() - start) / len(origins))
        own.append((time.process_time() - used) / len(origins))
    limits = ", ".join(f"{one:g}" for one in minutes)
    return (
        f"| {what}, {len(network.links):,} links | {len(origins)} | {limits} | {min(wall):.3f} | "
        f"{min(own):.3f} | {found['area_km2'].mean():.2f} |"
    )


def beside() -> list[str]:
    """Ours and Valhalla in turn on one thread, twice, the least of each; nothing where it is not at hand."""
    python = os.environ.get("URBGEO_VALHALLA")
    if not python:
        return []
    network, origins = driving()
    asked = json.dumps([[one.x, one.y] for one in origins.geometry])
    pbf, script = SHARED / "porto_alegre" / "poa_osm.pbf", Path(__file__).parent / "valhalla_peer.py"
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "origins.json"
        file.write_text(asked, encoding="utf-8")
        urbgeo.options.threads = 1
        land = isochrones(network, origins, minutes=(5.0, 10.0, 15.0), by="origin").table
        for _ in range(REPEATS):
            used = time.process_time()
            isochrones(network, origins, minutes=(5.0, 10.0, 15.0), by="origin")
            ours.append((time.process_time() - used) / len(origins))
            done = subprocess.run([python, str(script), str(pbf), str(file)], capture_output=True, check=True)
            theirs.append(json.loads(done.stdout))
        urbgeo.options.threads = 0
    least = min(one["processor_s"] for one in theirs)
    vertices = shapely.get_num_coordinates(land.geometry.to_numpy()).mean()
    return [
        *BESIDE,
        f"| urbgeo | {min(ours):.3f} | {vertices:,.0f} |",
        f"| pyvalhalla 3.9.1 | {least:.3f} | {theirs[0]['vertices']:,.0f} |",
        "",
        f"Ours takes {min(ours) / least:.1f} times as long; Valhalla's tiles took "
        f"{theirs[0]['building_s']:.1f} processor s to build.",
        "",
    ]


def main() -> None:
    """Build once, time the polygons, write the table."""
    urbgeo.options.progress = False
    network = streets()
    picked = np.random.default_rng(7).choice(len(network.nodes), ORIGINS, replace=False)
    some = network.nodes.iloc[picked]
    rows = [row("Wuhan on foot", network, some, one) for one in ((15.0,), (5.0, 10.0, 15.0))]
    rows.append(row("Porto Alegre by car", *driving(), (5.0, 10.0, 15.0)))
    large = million()
    unions = [union_row(*large, one) for one in ((30.0, 60.0), (15.0, 30.0, 60.0, 120.0))]
    lines = [
        "# Isochrones of many origins",
        "",
        f"{datetime.date.today()}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python "
        f"{platform.python_version()}; default resolution, by origin; least of {REPEATS}. Run by "
        "`python -m benchmarks.isochrones`.",
        "",
        "| network | origins | thresholds min | wall s an origin | processor s an origin | mean area km2 |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        *UNIONS,
        *unions,
        "",
        *beside(),
        *BOUNDS,
    ]
    text = "\n".join(lines) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
