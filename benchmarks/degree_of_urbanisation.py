"""Degree of Urbanisation: 100 million cells by blocks, and a whole-array SciPy reading as peer.

Run with ``python -m benchmarks.degree_of_urbanisation``; writes ``results/degree_of_urbanisation.md``.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import platform
import resource
import statistics
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from affine import Affine
from pyproj import CRS
from scipy import ndimage

from urbgeo.cities.degurba import degree_of_urbanisation
from urbgeo.cities.degurba_rules import R2022A
from urbgeo.rasters.layers import PopulationGrid

FRAME = Affine(1000, 0, 0, 0, -1000, 0)
TILE = 1000
SIDE = 10_000
PEER_SIDE = 2_000
REPEATS = 3
RESULT = Path(__file__).parent / "results" / "degree_of_urbanisation.md"


def synthetic_tile(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Towns of Pareto size as Gaussian hills, with a sea along one side; tiles join across their rims."""
    random = np.random.default_rng(7)
    people = np.zeros((side, side))
    for size in 4_000 * (1 - random.random(1_200)) ** (-1 / 1.1):
        size = min(size, 4e6)
        radius = np.sqrt(size / 4_000 / np.pi) + 0.7
        reach = int(4 * radius) + 1
        axis = np.arange(-reach, reach + 1)
        hill = np.exp(-(axis[:, None] ** 2 + axis**2) / (2 * radius**2))
        i, j = random.integers(0, side, 2)
        rows, columns = np.ix_((i + axis) % side, (j + axis) % side)
        people[rows, columns] += size * hill / hill.sum() * random.uniform(0.4, 1.6, hill.shape)
    land = np.ones((side, side))
    land[:, : side // 20] = random.choice([0.0, 0.3, 0.9], (side, side // 20))
    people[land == 0] = 0
    people[people < 1] = 0
    built = land * np.clip(people / 9_000 + random.normal(0, 0.02, people.shape), 0, 1) * (people > 0)
    return people.astype(np.float32), land.astype(np.float32), built.astype(np.float32)


@dataclass(frozen=True, eq=False)
class TiledGrid:
    """One tile repeated: read by rows, so that 100 million cells need no memory of their own."""

    tile: tuple[np.ndarray, np.ndarray, np.ndarray]
    shape: tuple[int, int] = (SIDE, SIDE)
    transform: Affine = FRAME
    crs: CRS = field(default_factory=lambda: CRS.from_user_input("ESRI:54009"))

    def rows(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows of the repeated tile."""
        rows, columns = np.arange(start, stop) % TILE, np.arange(self.shape[1]) % TILE
        first, second, third = (layer[rows][:, columns] for layer in self.tile)
        return first, second, third


def peer(grid: PopulationGrid) -> np.ndarray:
    """Urban centres (2022 rules, no built-up rule) by whole-array SciPy filters."""
    with np.errstate(all="ignore"):
        dense = np.where(grid.land > 0, grid.population / grid.land, 0) >= 1500
    labels, n = ndimage.label(dense)
    people = ndimage.sum_labels(grid.population, labels, np.arange(n + 1))
    labels[people[labels] < 50_000] = 0
    kernel = np.ones((3, 3), int)
    boxes = ndimage.find_objects(labels)
    for label, box in enumerate(boxes, start=1):
        if box is None:
            continue
        window = tuple(slice(max(one.start - 1, 0), one.stop + 1) for one in box)
        part = labels[window]
        while True:
            inside = part == label
            new = (ndimage.convolve(inside.astype(int), kernel, mode="constant") >= 5) & (part == 0)
            if not new.any():
                break
            part[new] = label
        holes, m = ndimage.label(ndimage.binary_fill_holes(inside) & ~inside)
        for h in range(1, m + 1):
            if (holes == h).sum() < 15:
                part[(holes == h) & (part == 0)] = label
    return labels > 0


def digest(*arrays: np.ndarray) -> str:
    """Fingerprint of results."""
    whole = hashlib.sha256()
    for array in arrays:
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()[:16]


def seconds(work: object) -> float:
    """Median time of a call."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    tile = synthetic_tile(TILE)
    degree_of_urbanisation(TiledGrid(tile, (64, 64)), level=2)
    rows = []
    for block_rows in (777, 2048, SIDE):
        began = time.perf_counter()
        found = degree_of_urbanisation(TiledGrid(tile), level=2, block_rows=block_rows)
        took = time.perf_counter() - began
        mark = digest(found.classes, found.centre, found.centres.to_numpy())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        rows.append((block_rows, took, peak, len(found.centres), mark))
        print(rows[-1])
        del found
    rules = replace(R2022A, built_share=None)
    small = TiledGrid(tile, (PEER_SIDE, PEER_SIDE))
    grid = PopulationGrid(*small.rows(0, PEER_SIDE), FRAME, small.crs)
    ours = degree_of_urbanisation(grid, edition=rules).centre > 0
    theirs = peer(grid)
    t_ours = seconds(lambda: degree_of_urbanisation(grid, edition=rules))
    t_peer = seconds(lambda: peer(grid))
    text = report(rows, t_ours, t_peer, int((ours != theirs).sum()))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text, encoding="utf-8")
    print(text)


def report(rows: list[tuple[int, float, float, int, str]], ours: float, peer_s: float, differ: int) -> str:
    """The table of results."""
    same = "identical" if len({row[4] for row in rows}) == 1 else "DIFFERENT"
    lines = [
        "# Degree of Urbanisation",
        "",
        f"{datetime.date.today()}, {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}, NumPy {np.__version__}.",
        "",
        f"Level 2, edition R2023A, {SIDE * SIDE:,} synthetic cells (a tile of {TILE} x {TILE} repeated, "
        "clusters cross every tile and block border), read by blocks of rows:",
        "",
        "| block rows | seconds | peak memory, GB | urban centres | fingerprint |",
        "|---|---|---|---|---|",
        *(f"| {b} | {s:.1f} | {m:.2f} | {n} | {mark} |" for b, s, m, n, mark in rows),
        "",
        f"Results of all block sizes, the last the whole grid at once: {same}.",
        "",
        f"Urban centres of {PEER_SIDE * PEER_SIDE:,} cells (2022 majority rule, no built-up rule), median of "
        f"{REPEATS}:",
        "",
        "| | seconds | ratio |",
        "|---|---|---|",
        f"| urbgeo (all classes of level 1) | {ours:.2f} | 1 |",
        f"| SciPy filters on whole arrays (centres only) | {peer_s:.2f} | {peer_s / ours:.1f} |",
        "",
        f"Cells that differ: {differ}.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
