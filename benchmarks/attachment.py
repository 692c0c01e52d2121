"""What it costs that points keep the links they joined before an edit: attachment, nearest, table.

Run with ``python -m benchmarks.attachment``: 20,000 points and 40 facilities on the roads of Hunan as they
are, with a short road added near every twentieth node, and with the same roads added by three edits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

import urbgeo
from urbgeo.network.attach import attach
from urbgeo.network.edits import with_links
from urbgeo.network.minutes import minutes_table, nearest_facility
from urbgeo.network.model import TravelNetwork

RESULTS = Path(__file__).parent / "results" / "attachment.md"
SHIFTS = ((2000.0, 1000.0), (4000.0, 1000.0))
"""Metres from a node to the two ends of a new road."""
POINTS, FACILITIES, SIDE, REPEATS = 20_000, 40, 300, 7


def edited(network: TravelNetwork, edits: int) -> TravelNetwork:
    """A short new road near every twentieth node, shared out among so many edits."""
    at = network.nodes.iloc[::20]
    for edit in range(edits):
        some = at.iloc[edit::edits]
        ends = [
            some.geometry.translate(*by).set_axis(some.index.astype(str) + f" {n}")
            for n, by in enumerate(SHIFTS)
        ]
        links = pd.DataFrame(
            {"from_node": ends[0].index, "to_node": ends[1].index, "length_km": 2.0, "class": "local"},
            index=[f"new {name}" for name in some.index],
        )
        network = with_links(
            network,
            links,
            nodes=gpd.GeoDataFrame(
                geometry=np.concatenate(ends), index=[*ends[0].index, *ends[1].index], crs=network.crs
            ),
        )
    return network


def main() -> None:
    """Time the jobs on all networks in turn, several times over, and write the medians."""
    hunan = urbgeo.load_region("hunan")
    plain = urbgeo.region_network(hunan).only("road")
    networks = {"as it is": plain, "one edit": edited(plain, 1), "three edits": edited(plain, 3)}
    draw = np.random.default_rng(1)
    xy = plain.nodes.get_coordinates().to_numpy()
    near = xy[draw.integers(0, len(xy), POINTS)] + draw.normal(0, 3000.0, (POINTS, 2))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*near.T), crs=plain.crs)
    few, some = points.iloc[:FACILITIES], points.iloc[:SIDE]
    jobs: dict[str, Callable[[TravelNetwork], Any]] = {
        f"attach {POINTS:,} points": lambda network: attach(network, points),
        f"nearest of {FACILITIES}": lambda network: nearest_facility(network, points, few),
        f"{SIDE} x {SIDE} table": lambda network: minutes_table(network, some, some),
    }
    seconds: dict[tuple[str, str], list[float]] = {(job, name): [] for job in jobs for name in networks}
    for _ in range(REPEATS + 1):
        for job, work in jobs.items():
            for name, network in networks.items():
                begin = time.perf_counter()
                work(network)
                seconds[job, name].append(time.perf_counter() - begin)
    lines = [f"| job | {' | '.join(networks)} |", "|---" * (len(networks) + 1) + "|"]
    for job in jobs:
        taken = [median(seconds[job, name][1:]) for name in networks]
        cells = [f"{one:.3f} s ({one / taken[0]:.2f} x)" for one in taken]
        lines.append(f"| {job} | {' | '.join(cells)} |")
    head = f"# Attachment in edited networks\n\n{date.today()}; medians of {REPEATS} interleaved runs.\n\n"
    RESULTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
