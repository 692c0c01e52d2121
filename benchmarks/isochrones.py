"""Isochrone polygons of many origins: on foot in the streets of Wuhan, by car in Porto Alegre.

Run with ``python -m benchmarks.isochrones``; streets and PBF come from ``data`` in the folder that
``URBGEO_SHARED`` names, or in ``../shared``.
"""

from __future__ import annotations

import datetime
import os
import platform
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
BEFORE = (
    "Before the origins shared one grid, and with every stretch of road drawn: 0.556 processor s an origin",
    "in Porto Alegre on the same loaded machine (areas then and now differ by at most 0.21 % at 15 min and",
    "0.93 % at 5 min), 0.049 in Wuhan on a quieter one.",
    "",
    "What bounds it (Porto Alegre, `cProfile` by processor time, the grid's joins known): union of the",
    "strips at the edge 39 %, buffers 10 %, their union with the land 10 %, validity 4 %, containment 4 %,",
    "contours 6 %, minutes of the grid 6 %, the search 1 %; joins of the grid's points to the network, once",
    "for all origins, 0.06 s an origin where ten share them. The limit is the overlay of strips.",
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


def main() -> None:
    """Build once, time the polygons, write the table."""
    urbgeo.options.progress = False
    network = streets()
    picked = np.random.default_rng(7).choice(len(network.nodes), ORIGINS, replace=False)
    some = network.nodes.iloc[picked]
    rows = [row("Wuhan on foot", network, some, one) for one in ((15.0,), (5.0, 10.0, 15.0))]
    rows.append(row("Porto Alegre by car", *driving(), (5.0, 10.0, 15.0)))
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
        *BEFORE,
    ]
    text = "\n".join(lines) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
