"""Audit of 100,000 farmland parcels against a development boundary; the peer is geopandas.overlay.

``python -m benchmarks.land_audit`` writes ``benchmarks/results/land_audit.md``. Parcels and boundary are
synthetic: quadrilaterals that share their edges, and a boundary of 20,000 vertices with 300 holes.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import Polygon

from urbgeo.land.audit import ControlLines, audit_control_lines
from urbgeo.land.overlaps import overlaps

PARCELS_A_SIDE, REPEATS, UTM = 317, 3, 32649
PEER_PARCELS = 500
"""The peer takes the whole ring for every parcel: minutes for them all, so it gets a sample."""

X, Y, SIDE_M = 500_000.0, 3_000_000.0, 120.0


def parcels(rng: np.random.Generator) -> gpd.GeoDataFrame:
    n = PARCELS_A_SIDE
    corners = np.stack(np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0)), axis=-1) * SIDE_M
    corners += rng.uniform(-0.3, 0.3, corners.shape) * SIDE_M + (X, Y)
    rings = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)
    shapes = shapely.polygons(rings.reshape(-1, 4, 2))[:100_000]
    return gpd.GeoDataFrame(geometry=shapes, index=[f"P{i:06d}" for i in range(len(shapes))], crs=UTM)


def boundary(rng: np.random.Generator) -> gpd.GeoDataFrame:
    middle = np.array([X, Y]) + PARCELS_A_SIDE * SIDE_M / 2
    turns = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    far = 12_000 + sum(600 / k * np.sin(7 * k * turns + rng.uniform(0, 6)) for k in range(1, 12))
    outline = Polygon(middle + np.c_[np.cos(turns), np.sin(turns)] * far[:, None]).buffer(0)
    holes = shapely.union_all([shapely.Point(*xy).buffer(150) for xy in rng.normal(middle, 4000, (300, 2))])
    return gpd.GeoDataFrame(geometry=[outline.difference(holes)], index=["UDB"], crs=UTM)


def timed(work: object) -> tuple[float, object]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def main() -> None:
    rng = np.random.default_rng(0)
    farmland, limit = parcels(rng), boundary(rng)
    seconds: dict[str, list[float]] = {"audit": [], "overlaps": [], "overlay": []}
    left = farmland.iloc[:: len(farmland) // PEER_PARCELS].reset_index(names="id")
    right = limit.reset_index(names="boundary")
    for _ in range(REPEATS):
        taken, audit = timed(lambda: audit_control_lines(ControlLines(limit, farmland=farmland)))
        seconds["audit"].append(taken)
        taken, found = timed(lambda: overlaps(farmland, limit))
        seconds["overlaps"].append(taken)
        taken, plain = timed(lambda: gpd.overlay(left, right, how="intersection"))
        seconds["overlay"].append(taken)
    theirs = plain.area.groupby(plain["id"]).sum()
    ours = found["area_m2"].set_axis(farmland.index[found["one"]])
    gap = float((ours.reindex(theirs.index) - theirs).abs().max())
    names = {
        "audit": "urbgeo, whole audit: faults, overlaps, slivers, holes, checks",
        "overlaps": "urbgeo, overlaps alone",
        "overlay": f"geopandas.overlay, intersection alone, {PEER_PARCELS} of the parcels",
    }
    lines = [
        "# Audit of control lines",
        "",
        f"{dt.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}; {len(farmland):,} parcels, a boundary of "
        f"{shapely.get_num_coordinates(limit.geometry.iloc[0]):,} vertices, {len(found):,} overlaps, "
        f"{REPEATS} rounds in turn.",
        "",
        "| what | seconds, median | each |",
        "|---|---|---|",
    ]
    for key, taken in seconds.items():
        each = ", ".join(f"{one:.2f}" for one in taken)
        lines.append(f"| {names[key]} | {statistics.median(taken):.2f} | {each} |")
    total = audit.checks.set_index("rule").loc["boundary in farmland", "value"]
    lines += ["", f"Largest difference of an area: {gap:.1e} m2. Farmland in the boundary: {total:.3f} km2."]
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    (folder / "land_audit.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
