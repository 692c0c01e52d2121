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
UNIONS = (
    "| union | thresholds min | wall s | processor s | largest area km2 |",
    "|---|---|---|---|---|",
)
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
        *BEFORE,
    ]
    text = "\n".join(lines) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
