"""Isochrone polygons for 200 origins on the streets of Wuhan, each on a grid of its own.

Run with ``python -m benchmarks.isochrones``; the streets come from ``data/wuhan`` in the folder that
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
import shapely

from urbgeo.access.isochrones import isochrones
from urbgeo.network.model import Snapping, TravelNetwork, build_network

ROOT = Path(__file__).parents[1]
WALK_KMH, ORIGINS, REPEATS = 4.8, 200, 3
RESULTS = ROOT / "benchmarks" / "results" / "isochrones.md"


def streets() -> TravelNetwork:
    """Every street walked at one speed, both ways."""
    shared = Path(os.environ.get("URBGEO_SHARED", ROOT.parent / "shared"))
    edges = gpd.read_parquet(shared / "data" / "wuhan" / "streets.parquet").reset_index()
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


def main() -> None:
    """Build once, time the polygons, write the table."""
    network = streets()
    picked = np.random.default_rng(7).choice(len(network.nodes), ORIGINS, replace=False)
    origins = network.nodes.iloc[picked]
    isochrones(network, origins.iloc[:2], minutes=(15,), by="origin")
    rows = []
    for minutes in ((15.0,), (5.0, 10.0, 15.0)):
        wall, own = [], []
        for _ in range(REPEATS):
            start, used = time.perf_counter(), time.process_time()
            found = isochrones(network, origins, minutes=minutes, by="origin").table
            wall.append(time.perf_counter() - start)
            own.append(time.process_time() - used)
        rows.append((minutes, float(np.median(wall)), float(np.median(own)), float(found["area_km2"].mean())))
    lines = [
        "# Isochrones of 200 origins on the streets of Wuhan",
        "",
        f"{datetime.date.today()}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python "
        f"{platform.python_version()}; {len(network.links)} streets, walking {WALK_KMH} km/h, default "
        f"resolution, by origin; medians of {REPEATS}. Run by `python -m benchmarks.isochrones`.",
        "",
        "| thresholds min | wall s | processor s | mean area km2 |",
        "|---|---|---|---|",
        *(f"| {', '.join(f'{one:g}' for one in m)} | {w:.1f} | {p:.1f} | {a:.2f} |" for m, w, p, a in rows),
    ]
    text = "\n".join(lines) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
