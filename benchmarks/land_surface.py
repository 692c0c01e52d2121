"""Travel surfaces: urbgeo against scikit-image's MCP_Geometric and xarray-spatial's cost_distance.

``python -m benchmarks.land_surface`` runs all three on one grid of 4,000 x 4,000 cells and writes
``benchmarks/results/land_surface.md``; ``--large`` runs 20,000 x 20,000 cells by blocks in files and
writes ``land_surface_large.md``. The peers live in a virtual environment of their own, made at the first
run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
from affine import Affine
from shapely.geometry import Point

from urbgeo.rasters.grid import Grid
from urbgeo.surface.results import SurfaceRules
from urbgeo.surface.travel import travel_surface, travel_surface_files

PEERS = ("scikit-image==0.26.0", "xarray-spatial==0.5.3")
HERE = Path(__file__).parent
CELLS, LARGE, REPEATS = 4_000, 20_000, 3
UTM = 32649

PEER_CODE = """
import sys, time, numpy as np
which, folder = sys.argv[1:]
cost = np.load(folder + "/cost.npy")
n = len(cost)
if which == "mcp":
    from skimage.graph import MCP_Geometric
    start = time.perf_counter(), time.process_time()
    answer = MCP_Geometric(cost).find_costs([(n // 2, n // 2)])[0]
else:
    import xarray as xr
    from xrspatial import cost_distance
    def run(cost):
        n = len(cost)
        axes = {"y": np.arange(n)[::-1].astype(float), "x": np.arange(n).astype(float)}
        source = np.zeros((n, n))
        source[n // 2, n // 2] = 1
        layers = [xr.DataArray(values, axes, ["y", "x"]) for values in (source, cost)]
        return cost_distance(*layers).values
    run(cost[:50, :50])
    start = time.perf_counter(), time.process_time()
    answer = run(cost)
print(time.perf_counter() - start[0], time.process_time() - start[1])
np.save(folder + "/" + which + ".npy", answer)
"""


def peer_python() -> Path:
    """The interpreter of the peers' environment, made when it is not there."""
    folder = Path(os.environ.get("URBGEO_PEERS", Path(tempfile.gettempdir()) / "urbgeo-peers-land"))
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return python


def grid_of(cost: np.ndarray) -> Grid:
    return Grid(cost, Affine(1, 0, 500_000, 0, -1, 3_000_000), UTM)


def middle(cells: int) -> gpd.GeoDataFrame:
    xy = Point(500_000 + cells // 2 + 0.5, 3_000_000 - cells // 2 - 0.5)
    return gpd.GeoDataFrame(geometry=[xy], crs=UTM)


def ours(
    cost: np.ndarray, *, extras: bool = False, marching: bool = False
) -> tuple[tuple[float, float], np.ndarray]:
    """Seconds on the clock and of the processor from arguments to result, checks and copies included."""
    start = time.perf_counter(), time.process_time()
    found = travel_surface(
        grid_of(cost),
        middle(len(cost)),
        rules=SurfaceRules(marching=marching, with_allocation=extras, with_back_links=extras),
    )
    return (time.perf_counter() - start[0], time.process_time() - start[1]), found.minutes.values


WAYS: dict[str, dict[str, bool]] = {
    "urbgeo": {},
    "urbgeo+": {"extras": True},
    "marching": {"marching": True},
}


def one_of_ours(way: str, folder: Path) -> None:
    """In a process of its own, as the peers are: compiled first on a corner of the grid."""
    cost = np.load(folder / "cost.npy")
    ours(cost[:50, :50], **WAYS[way])
    taken, answer = ours(cost, **WAYS[way])
    print(*taken)
    np.save(folder / f"{way}.npy", answer)


def compare() -> list[str]:
    """Rounds of all, one after the other, each in a process of its own; a busy machine slows each alike."""
    python = peer_python()
    seconds: dict[str, list[tuple[float, float]]] = {"urbgeo": [], "urbgeo+": [], "mcp": [], "xrs": []}
    with tempfile.TemporaryDirectory() as folder:
        cost = np.random.default_rng(0).uniform(1, 10, (CELLS, CELLS)).astype(np.float32)
        np.save(f"{folder}/cost.npy", cost)

        def run(way: str) -> tuple[float, float]:
            mine = [sys.executable, "-m", "benchmarks.land_surface", "--one", way, folder]
            command = mine if way in WAYS else [str(python), "-c", PEER_CODE, way, folder]
            wall, cpu = subprocess.run(command, check=True, capture_output=True).stdout.split()
            return float(wall), float(cpu)

        for _ in range(REPEATS):
            for way in seconds:
                seconds[way].append(run(way))
        seconds["marching"] = [run("marching")]
        answer = np.load(f"{folder}/urbgeo.npy")
        gaps = {peer: relative_gap(answer, np.load(f"{folder}/{peer}.npy")) for peer in ("mcp", "xrs")}
    names = {
        "urbgeo": "urbgeo, minutes",
        "urbgeo+": "urbgeo, minutes, allocation, back-links",
        "marching": "urbgeo, fast marching, once",
        "mcp": "scikit-image MCP_Geometric",
        "xrs": "xarray-spatial cost_distance",
    }
    lines = [
        "| what | seconds, median | each | processor seconds, median | "
        "times urbgeo's minutes (clock, processor) | largest relative difference |",
        "|---|---|---|---|---|---|",
    ]
    best = [statistics.median(column) for column in zip(*seconds["urbgeo"], strict=True)]
    for key, taken in seconds.items():
        wall, cpu = (statistics.median(column) for column in zip(*taken, strict=True))
        each = ", ".join(f"{one:.2f}" for one, _ in taken)
        gap = f"{gaps[key]:.1e}" if key in gaps else ""
        ratio = f"{wall / best[0]:.1f}, {cpu / best[1]:.1f}"
        lines.append(f"| {names[key]} | {wall:.2f} | {each} | {cpu:.2f} | {ratio} | {gap} |")
    return lines


def relative_gap(ours_: np.ndarray, theirs: np.ndarray) -> float:
    away = theirs > 0
    return float((np.abs(ours_ - theirs)[away] / theirs[away]).max())


def large() -> list[str]:
    """A grid of 20,000 x 20,000 cells from file to file; peak memory is that of a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        write_large(Path(folder) / "friction.tif")
        run = [sys.executable, "-m", "benchmarks.land_surface", "--one-large", folder]
        seconds, peak = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    return [
        "",
        f"{LARGE:,} x {LARGE:,} cells by blocks of 2,048 from file to file: {float(seconds):.0f} s, "
        f"peak memory {float(peak):.2f} GB (VmHWM).",
    ]


def write_large(path: Path) -> None:
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "tiled": True, "BIGTIFF": "YES"}
    profile |= {"height": LARGE, "width": LARGE, "transform": grid_of(np.ones((1, 1))).transform}
    rng = np.random.default_rng(0)
    with rasterio.open(path, "w", crs=f"EPSG:{UTM}", **profile) as file:
        for row in range(0, LARGE, 1024):
            rows = min(1024, LARGE - row)
            file.write(
                rng.uniform(1, 10, (rows, LARGE)).astype(np.float32),
                1,
                window=((row, row + rows), (0, LARGE)),
            )


def one_large(folder: Path) -> None:
    start = time.perf_counter()
    travel_surface_files(
        folder / "friction.tif", middle(LARGE), folder / "out", rules=SurfaceRules(with_back_links=False)
    )
    taken = time.perf_counter() - start
    print(taken, peak_gb())


def peak_gb() -> float:
    """Most memory this program held, from its start: VmHWM, which a fork's parent has no part in."""
    status = Path("/proc/self/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return float(kilobytes) * 1024 / 1e9


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--one-large", type=Path)
    parser.add_argument("--one", nargs=2)
    wanted = parser.parse_args()
    if wanted.one:
        one_of_ours(wanted.one[0], Path(wanted.one[1]))
        return
    if wanted.one_large:
        one_large(wanted.one_large)
        return
    head = [
        "# Travel surfaces",
        "",
        f"{dt.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}; {CELLS:,} x {CELLS:,} random cells, 8 neighbours, one source, one "
        f"thread, {REPEATS} rounds in turn.",
        "",
    ]
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    if wanted.large:
        text = "\n".join([*head[:2], head[2].split(";")[0] + ".", *large()]) + "\n"
        (folder / "land_surface_large.md").write_text(text)
    else:
        text = "\n".join(head + compare()) + "\n"
        (folder / "land_surface.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
