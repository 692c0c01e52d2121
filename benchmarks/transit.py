"""Porto Alegre: every hexagon to every other on foot, by bus and by train, leaving on a weekday morning.

    python -m benchmarks.transit

The bus feed holds the departures of 11:20 to 16:00 only: from 8 to 9 h trains alone run, so 14 to 15 h is
measured too. Minutes on foot alone are part of every run. Pairs, departures and answers are counted in full.
"""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

import urbgeo
from urbgeo.network.osm import RoadReading, from_pbf
from urbgeo.network.timetable import build_timetable, transit_minutes
from urbgeo.sources.gtfs import read_gtfs

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("URBGEO_SHARED", ROOT / "../shared")) / "data/porto_alegre"
RESULTS = Path(__file__).parent / "results" / "transit.md"
DAY = "2019-05-15"
WINDOWS = (("08:00", "09:00"), ("14:00", "15:00"))


def peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    urbgeo.options.progress = False
    began = time.perf_counter()
    table = pd.read_csv(DATA / "poa_hexgrid.csv").set_index("id")
    hexagons = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(table.lon, table.lat), index=table.index, crs=4326
    )
    walking = from_pbf(DATA / "poa_osm.pbf", mode="walk", reading=RoadReading(region="world"))
    feeds = [read_gtfs(DATA / f"poa_{name}.zip") for name in ("eptc", "trensurb")]
    timetable = build_timetable(feeds, day=DAY)
    rows = [f"| reading network and feeds | {time.perf_counter() - began:.1f} | | | | | | |"]
    for window in WINDOWS:
        began, spent = time.perf_counter(), time.process_time()
        found = transit_minutes(timetable, walking, hexagons, hexagons, window=window)
        seconds, each = time.perf_counter() - began, (time.process_time() - spent) / 60.0
        apart = ~np.eye(len(hexagons), dtype=bool)
        median, foot = found.median.to_numpy()[apart], found.walking.to_numpy()[apart]
        both = np.isfinite(median) & np.isfinite(foot)
        rows.append(
            f"| {window[0]} to {window[1]}, 60 departures | {seconds:.1f} | {each:.2f} | {apart.sum():,} | "
            f"{np.isfinite(median).mean():.1%} | {np.median(median[np.isfinite(median)]):.1f} | "
            f"{np.median(foot[np.isfinite(foot)]):.1f} | {(median[both] < foot[both] - 1e-9).mean():.1%} |"
        )
        print(rows[-1], flush=True)
    columns = (
        "step", "seconds", "processor s a departure", "pairs", "reached by the median departure within 2 h",
        "median of the medians, min", "median on foot alone, min", "of these quicker than on foot",
    )  # fmt: skip
    text = (
        f"# Minutes between the hexagons of Porto Alegre\n\n{time.strftime('%Y-%m-%d')}, "
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        "`python -m benchmarks.transit`. "
        f"{len(hexagons):,} hexagons, {DAY}, {timetable!r}, peak memory {peak_mb():.0f} MB.\n\n"
        f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n" + "\n".join(rows) + "\n"
    )
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
