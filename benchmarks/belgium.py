"""The study of Belgium in a fresh process: rasters and flows to cities, levels 1 and 2, and functional areas.

Run with ``python -m benchmarks.belgium``; the data is read from ``URBGEO_SHARED``. Each run is a process of
its own, from the start of Python to its end; compiled functions are in their cache after a first run that
does not count. Writes ``results/belgium.md``.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

RUNS = 5
BOUND_S = 5.0
RESULT = Path(__file__).parent / "results" / "belgium.md"


def study() -> dict[str, float]:
    """All steps once, with their seconds."""
    marks = [("start", time.perf_counter())]

    def done(step: str) -> None:
        marks.append((step, time.perf_counter()))

    import geopandas as gpd
    import pandas as pd

    from urbgeo.cities.degurba import degree_of_urbanisation
    from urbgeo.cities.degurba_units import classify_units
    from urbgeo.cities.flows import borders
    from urbgeo.cities.functional import cities_of_centres, functional_areas
    from urbgeo.rasters.layers import RasterGrid

    done("imports")
    folder = Path(os.environ["URBGEO_SHARED"]) / "data/belgium"
    grid = RasterGrid(folder / "POP.tif", folder / "LAND.tif", folder / "BUILT_S.tif").load()
    communes = gpd.read_file(folder / "communes.gpkg").dissolve("CODE_INS")
    table = pd.read_csv(folder / "commuting_flows.csv.gz")
    flows = pd.DataFrame(
        {
            "home": table["NODE_2_CODE"].astype(str),
            "work": table["NODE_1_CODE"].astype(str),
            "workers": table["INCOMING_FLOW"],
        }
    )
    done("reading rasters, communes and flows")
    first, second = (degree_of_urbanisation(grid, level=level) for level in (1, 2))
    done("degree of urbanisation, levels 1 and 2")
    units = classify_units(communes, first, grid)
    finer = classify_units(communes, second, grid)
    done("classes of communes, levels 1 and 2")
    core = cities_of_centres(
        units.centre_people, units.table["population"], centre_population=first.centres["population"]
    )
    areas = functional_areas(flows, core["city"], neighbours=borders(communes))
    done("functional areas")
    found = {"centres": len(first.centres), "areas": len(areas.areas), "flows": len(flows)}
    found["dense towns"] = int((finer.table["class"] == "dense town").sum())
    steps = {step: at - before for (_, before), (step, at) in pairwise(marks)}
    return steps | {f"n {name}": float(n) for name, n in found.items()}


def main() -> None:
    if "URBGEO_SHARED" not in os.environ:
        sys.exit("name the folder above data/belgium in URBGEO_SHARED")
    runs = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        made = subprocess.run(
            [sys.executable, "-m", "benchmarks.belgium", "--once"], check=True, capture_output=True, text=True
        )
        runs.append({"whole process": time.perf_counter() - began} | json.loads(made.stdout))
    text = report(runs[0], runs[1:])
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text, encoding="utf-8")
    print(text)


def report(first: dict[str, float], runs: list[dict[str, float]]) -> str:
    """The table of results."""
    whole = [run["whole process"] for run in runs]
    counts = ", ".join(f"{first[name]:,.0f} {name[2:]}" for name in first if name.startswith("n "))
    lines = [
        "# Belgium in a fresh process",
        "",
        f"{datetime.date.today()}, {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}. {counts}. Median and longest of {RUNS} processes; compiled functions "
        "in their cache.",
        "",
        "| step | median, s | longest, s |",
        "|---|---|---|",
    ]
    for step in first:
        if not step.startswith("n "):
            times = [run[step] for run in runs]
            lines.append(f"| {step} | {statistics.median(times):.2f} | {max(times):.2f} |")
    bound = "held" if max(whole) < BOUND_S else "NOT held"
    lines += [
        "",
        f"The bound of {BOUND_S:g} s for the whole process: {bound}. The run before these, which compiles "
        f"what is not in the cache, took {first['whole process']:.2f} s.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    if "--once" in sys.argv:
        print(json.dumps(study()))
    else:
        main()
