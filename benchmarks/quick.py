"""A few jobs in two minutes, each as a ratio to a yardstick measured around it, beside the last page.

    python -m benchmarks.quick [--write]

Other work on the machine slows a job and its yardstick (sorting, hashing and a scipy search) alike: what is
compared is processor time in yardsticks, the least of several rounds that take turns. What is 15 % slower
than the page says is flagged; ``--write`` writes the page anew. Jobs that need the shared data are left out
where that is not at hand.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

import urbgeo
from urbgeo.access.isochrones import isochrones
from urbgeo.network.attach import attach
from urbgeo.network.minutes import minutes_table
from urbgeo.network.osm import from_pbf
from urbgeo.network.osm_speeds import RoadReading
from urbgeo.sources.gtfs import read_gtfs

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("URBGEO_SHARED", ROOT.parent / "shared")) / "data/porto_alegre"
PAGE = Path(__file__).parent / "results" / "quick.md"
ROUNDS, SLOWER, MOST_S = 5, 1.15, 110.0

Job = Callable[[], object]


def yardstick() -> Job:
    """What every job is measured in: numpy, pandas and scipy at work, half a second or so."""
    draw = np.random.default_rng(1)
    values, count = draw.random(1_000_000), 20_000
    ends, weights = draw.integers(0, count, (2, 4 * count)), draw.random(4 * count)
    graph = coo_array((weights, (ends[0], ends[1])), shape=(count, count)).tocsr()

    def work() -> None:
        np.sort(values)
        pd.factorize((values * 50_000).astype(np.int64))
        dijkstra(graph, indices=np.arange(12))

    return work


def jobs() -> dict[str, Job]:
    """Each job ready to run: what it needs is read and warm."""
    hunan = urbgeo.load_region("hunan")
    roads = urbgeo.region_network(hunan)
    found: dict[str, Job] = {
        "coverage and reach of Hunan": lambda: (
            urbgeo.coverage(roads, hunan.counties, hunan.airports, minutes=60),
            urbgeo.reach(roads, hunan.prefectures, minutes=120),
        )
    }
    if DATA.exists():
        grid = pd.read_csv(DATA / "poa_hexgrid.csv").set_index("id")
        points = gpd.GeoDataFrame(
            geometry=gpd.points_from_xy(grid["lon"], grid["lat"]), index=grid.index, crs=4326
        )
        city = from_pbf(DATA / "poa_osm.pbf", reading=RoadReading(region="world"))
        points = points[attach(city, points).attached]
        some = points.sample(10, random_state=1)
        found["isochrones of 10 origins, 5, 10, 15 min by car, Porto Alegre"] = lambda: isochrones(
            city, some, minutes=(5, 10, 15), by="origin"
        )
        found["table of all hexagons, Porto Alegre"] = lambda: minutes_table(city, points, points)
        found["GTFS feed of 130,019 stop times"] = lambda: read_gtfs(DATA / "poa_eptc.zip")
    return found


def measured(work: dict[str, Job]) -> dict[str, tuple[float, float]]:
    """By job processor seconds and ratio to the yardstick beside it, both the least of the rounds."""
    ruler = yardstick()
    for job in work.values():
        job()
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in work}
    begun = time.perf_counter()
    for _ in range(ROUNDS):
        for name, job in work.items():
            whole = _spent(ruler)
            own = _spent(job)
            rounds[name].append((own, own / ((whole + _spent(ruler)) / 2.0)))
        if time.perf_counter() - begun > MOST_S:
            break
    return {name: (min(one[0] for one in runs), min(one[1] for one in runs)) for name, runs in rounds.items()}


def _spent(job: Job) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


def on_page() -> dict[str, float]:
    """The ratios of the last page."""
    if not PAGE.exists():
        return {}
    rows = re.findall(r"^\| (.+?) \| [\d.]+ \| ([\d.]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: float(ratio) for name, ratio in rows}


def main() -> None:
    """Measure, compare, and write the page where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the page anew")
    asked = parser.parse_args()
    urbgeo.options.progress = False
    warnings.simplefilter("ignore")
    before, found = on_page(), measured(jobs())
    slower = []
    for name, (own, ratio) in found.items():
        change = f"{ratio / before[name]:.2f} x the page" if name in before else "not on the page"
        slower += [name] if name in before and ratio > SLOWER * before[name] else []
        print(f"{name}: {own:.3f} processor s, {ratio:.2f} yardsticks, {change}", flush=True)
    if asked.write:
        lines = [
            "# Quick jobs",
            "",
            f"{time.strftime('%Y-%m-%d')}; {platform.machine()}, {os.cpu_count()} cores, load "
            f"{os.getloadavg()[0]:.1f}, Python {platform.python_version()}; `make bench-quick` compares with "
            "this page, `python -m benchmarks.quick --write` writes it.",
            "",
            "| job | processor s | yardsticks |",
            "|---|---|---|",
            *(f"| {name} | {own:.3f} | {ratio:.2f} |" for name, (own, ratio) in found.items()),
        ]
        PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif slower:
        raise SystemExit(f"slower by more than {SLOWER - 1:.0%}: {'; '.join(slower)}")


if __name__ == "__main__":
    main()
