"""Porto Alegre: every hexagon to every other on foot, by bus and by train, leaving on a weekday morning.

    python -m benchmarks.transit [beside]

The bus feed holds the departures of 11:20 to 16:00 only: from 8 to 9 h trains alone run, so 14 to 15 h is
measured too. Minutes on foot alone are part of every run. Pairs, departures and answers are counted in full.
With ``beside`` ferrobus has its turn, in the Python 3.12 that ``URBGEO_FERROBUS`` names: prints both.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

import urbgeo
from urbgeo.network.osm import RoadReading, from_pbf
from urbgeo.network.timetable import build_timetable, transit_minutes
from urbgeo.sources.gtfs import Gtfs, read_gtfs

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("URBGEO_SHARED", ROOT / "../shared")) / "data/porto_alegre"
RESULTS = Path(__file__).parent / "results" / "transit.md"
DAY = "2019-05-15"
WINDOWS = (("08:00", "09:00"), ("14:00", "15:00"))


def peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def places() -> gpd.GeoDataFrame:
    """The hexagons' middles."""
    table = pd.read_csv(DATA / "poa_hexgrid.csv").set_index("id")
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(table.lon, table.lat), index=table.index, crs=4326)


def timed_throughout(file: Path, feed: Gtfs, folder: Path) -> Path:
    """The feed with a time at every call as ours reads it: the peer refuses calls without."""
    out = folder / file.stem
    with zipfile.ZipFile(file) as source:
        source.extractall(out)
    calls = feed.stop_times
    clock = {
        f"{name}_time": [
            f"{one // 3600:02d}:{one // 60 % 60:02d}:{one % 60:02d}" for one in calls[name].astype(int)
        ]
        for name in ("arrival", "departure")
    }
    number = calls.groupby("trip_id").cumcount()
    table = calls[["trip_id", "stop_id"]].assign(**clock, stop_sequence=number)
    table.to_csv(out / "stop_times.txt", index=False)
    return out


def beside() -> None:
    """Ours for 60 departures, then ferrobus for six of them; the medians of those six compared."""
    urbgeo.options.progress = False
    hexagons = places()
    walking = from_pbf(DATA / "poa_osm.pbf", mode="walk", reading=RoadReading(region="world"))
    files = [DATA / f"poa_{name}.zip" for name in ("eptc", "trensurb")]
    feeds = [read_gtfs(file) for file in files]
    timetable = build_timetable(feeds, day=DAY)

    def ours(every_min: float) -> tuple[float, np.ndarray]:
        spent = time.process_time()
        found = transit_minutes(
            timetable, walking, hexagons, hexagons, window=("14:00", "15:00"), every_min=every_min
        )
        return time.process_time() - spent, found.median.to_numpy()

    _, few = ours(10.0)
    mine = ours(1.0)[0] / 60.0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "points.json"
        file.write_text(json.dumps([[one.x, one.y] for one in hexagons.geometry]), encoding="utf-8")
        departures = ",".join(str(14 * 3600 + 600 * step) for step in range(6))
        script = Path(__file__).parent / "ferrobus_peer.py"
        command = [os.environ["URBGEO_FERROBUS"], str(script), str(DATA / "poa_osm.pbf"), str(file), DAY]
        folders = [
            str(timed_throughout(one, feed, Path(folder))) for one, feed in zip(files, feeds, strict=True)
        ]
        done = subprocess.run([*command, departures, *folders], capture_output=True, check=True)
    peer = json.loads(done.stdout)
    other = np.array(peer["minutes"], dtype=float)
    apart = ~np.eye(len(hexagons), dtype=bool) & np.isfinite(few) & np.isfinite(other)
    gap = (few - other)[apart]
    print(
        f"processor s a departure: ours {mine:.2f}, ferrobus {peer['departure_s']:.2f} "
        f"({peer['departure_s'] / mine:.1f} x), preparing {peer['preparing_s']:.1f}; pairs both reach "
        f"{apart.sum():,}, ours alone {(np.isfinite(few) & np.isnan(other)).sum():,}, ferrobus alone "
        f"{(np.isinf(few) & np.isfinite(other) & (other <= 120)).sum():,}; ours less theirs, min: quartiles "
        f"{', '.join(f'{one:.1f}' for one in np.quantile(gap, (0.25, 0.5, 0.75)))}"
    )


def main() -> None:
    urbgeo.options.progress = False
    began = time.perf_counter()
    hexagons = places()
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
    beside() if sys.argv[1:] == ["beside"] else main()
