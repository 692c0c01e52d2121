"""A table of 1,000 x 1,000 hexagons of Porto Alegre by car: ours and OSRM in turn.

``python -m benchmarks.tables``; ``URBGEO_OSRM`` names a Python 3.12 that has osrm-bindings. Processor seconds
on warm, prepared networks, ours from points to a labelled table; preparing is told beside. OSRM obeys turns
and its own speeds, so that minutes differ by design. Writes ``results/tables.md``.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

import urbgeo
from benchmarks.isochrones import SHARED
from urbgeo.network.attach import attach
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.osm import from_pbf
from urbgeo.network.osm_speeds import RoadReading

SIDE, REPEATS = 1000, 3
PBF = SHARED / "porto_alegre" / "poa_osm.pbf"
RESULTS = Path(__file__).parent / "results" / "tables.md"


def read() -> TravelNetwork:
    """The city by car."""
    return from_pbf(PBF, reading=RoadReading(region="world"))


def hexagons(network: TravelNetwork) -> gpd.GeoDataFrame:
    """A thousand that join the roads."""
    table = pd.read_csv(SHARED / "porto_alegre" / "poa_hexgrid.csv").set_index("id")
    spots = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(table["lon"], table["lat"]), index=table.index, crs=4326
    )
    return spots[attach(network, spots).attached].iloc[:SIDE]


def once(network: TravelNetwork, points: gpd.GeoDataFrame) -> tuple[float, pd.DataFrame]:
    begun = time.process_time()
    found = minutes_table(network, points, points)
    return time.process_time() - begun, found


def theirs(points: gpd.GeoDataFrame) -> dict[str, Any]:
    """What the peer says of the same points."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "points.json"
        file.write_text(json.dumps([[one.x, one.y] for one in points.geometry]), encoding="utf-8")
        script = Path(__file__).parent / "osrm_peer.py"
        done = subprocess.run(
            [os.environ["URBGEO_OSRM"], str(script), str(PBF), str(file)], capture_output=True, check=True
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """In turn, then the page."""
    urbgeo.options.progress = False
    warm = read()
    once(warm, hexagons(warm))  # compiles what is to be compiled
    begun = time.process_time()
    network = read()
    reading = time.process_time() - begun
    points = hexagons(network)
    first, _ = once(network, points)
    ours, peers = [], []
    for _ in range(REPEATS):
        ours.append(once(network, points))
        peers.append(theirs(points))
    mine, other = min(one for one, _ in ours), min(one["table_s"] for one in peers)
    minutes = ours[0][1].to_numpy()
    text = "\n".join(
        [
            f"# Table of {SIDE:,} x {SIDE:,} points by car",
            "",
            f"{time.strftime('%Y-%m-%d')}; {platform.machine()}, {os.cpu_count()} cores, load "
            f"{os.getloadavg()[0]:.1f}, Python {platform.python_version()}; processor seconds, least of "
            f"{REPEATS} in turn. Porto Alegre, {len(network.links):,} links. `python -m benchmarks.tables`.",
            "",
            "| | table s | preparing s | pairs told | median min |",
            "|---|---|---|---|---|",
            f"| urbgeo | {mine:.3f} | {reading:.2f} reading, {first - mine:.2f} the first table more | "
            f"{np.isfinite(minutes).sum():,} | {np.median(minutes[np.isfinite(minutes)]):.1f} |",
            f"| osrm-bindings, CH | {other:.3f} | {min(one['preparing_s'] for one in peers):.2f} | "
            f"{peers[0]['pairs']:,} | {peers[0]['median_min']:.1f} |",
            "",
            f"OSRM takes {other / mine:.1f} times as long; it obeys turns, which ours does not.",
        ]
    )
    RESULTS.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
