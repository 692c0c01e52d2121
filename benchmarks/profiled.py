"""Where the heavy jobs spend their processor time, function by function of the package, kept as text.

    python -m benchmarks.profiled [JOB ...]

Sampled every two milliseconds of processor time on the main thread: first the function of the package that is
running (what libraries take counts for who called them), then with all it calls. Writes ``profiles/JOB.txt``.
"""

from __future__ import annotations

import collections
import itertools
import os
import platform
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pandas as pd

import urbgeo
from benchmarks.catchments import TABLES, case
from benchmarks.isochrones import SHARED, driving, million
from benchmarks.pbf import copies_of
from urbgeo.access.isochrones import isochrones
from urbgeo.access.opportunities import cumulative
from urbgeo.network.attach import attach
from urbgeo.network.edits import with_links
from urbgeo.network.osm import from_pbf
from urbgeo.network.osm_speeds import RoadReading
from urbgeo.study.answers import answer
from urbgeo.study.run import run_study

FOLDER = Path(__file__).parent / "profiles"
STEP_S, SHOWN = 0.002, 20
Job = Callable[[], object]


def edit() -> Job:
    """One more expressway, and the four answers of a province."""
    hunan = urbgeo.load_region("hunan")
    network = urbgeo.region_network(hunan)
    one, *others = hunan.counties.index
    made = itertools.cycle(others[:12])

    def work() -> None:
        for _ in range(8):
            row = {"from_node": one, "to_node": next(made), "length_km": 90.0, "class": "expressway"}
            answer(hunan, network=with_links(network, pd.DataFrame([row], index=["new"])), sets=(), years=())

    return work


def study() -> Job:
    """The demo without its imports."""
    hunan = urbgeo.load_region("hunan")

    def work() -> None:
        with tempfile.TemporaryDirectory() as folder:
            run_study(hunan, folder=folder)

    return work


def contours() -> Job:
    """Isochrones of 60 origins by car, on one thread."""
    network, origins = driving()
    some = [attach(network, origins.iloc[[row]]) for row in range(len(origins))]
    return lambda: [isochrones(network, one, minutes=(5, 10, 15)) for one in some]


def union() -> Job:
    """The land reached from three origins among a million nodes; the grid's kernels run on threads."""
    network, origins = million()
    return lambda: isochrones(network, origins, minutes=(15, 30, 60, 120))


def pbf() -> Job:
    """A PBF file of 73 MB to a network; blocks are inflated and read on threads."""
    file = copies_of(
        SHARED / "porto_alegre" / "poa_osm.pbf", 78,
        Path(tempfile.gettempdir()) / "urbgeo-78-copies-of-poa_osm.pbf",
    )  # fmt: skip
    return lambda: from_pbf(file, reading=RoadReading(region="world"))


def pairs() -> Job:
    """Cumulative opportunities on a million pairs in any order, from the raw table, 300 times."""
    table, _, beds = case(TABLES[1])
    return lambda: [cumulative(table, beds, minutes=30) for _ in range(300)]


BOUND = {
    "pairs": "Bound by memory: a million rows in any order are each looked up twice and put in place, and "
    "minutes and ids are looked through once more for what is refused. Limit: that alone is above a seventh "
    "of the peer's time, which is what is asked.",
    "edit": "Bound by pandas on many small tables. Limit: compiled loops are a tenth; much less would need "
    "arrays in place of tables throughout.",
    "study": "Bound by pandas on many small tables; a fifth makes networks of past years and other speeds. "
    "Limit: answers, map, page and scorecard take 3.6, 0.8, 0.8 and 0.8 s, imports 1.7 s more, so that "
    "without the answers it would still take 4.1.",
    "isochrones": "Bound by drawing: outlines 27 %, polygons, their areas and way to degrees some 40 %; "
    "minutes of the grid 14 %, the search 2 %. Limit: at its peer's time; only a coarser drawing takes less.",
    "union": "Bound by squares of the grid that roads touch (27 %, compiled) and outlines (30 %); the search "
    "of a million nodes is 7 %. Limit: a third of the time asked is used.",
    "pbf": "Bound by inflating and reading blocks (55 %, waited for) and by tags of ways in Python (10 %). "
    "Limit: inflating alone is a tenth.",
}
"""What the job is short of, and how far it might be brought, as read from its profile."""

JOBS = {"pairs": pairs, "edit": edit, "study": study, "isochrones": contours, "union": union, "pbf": pbf}


def sampled(job: Job) -> tuple[float, collections.Counter[str], collections.Counter[str]]:
    """Processor seconds, and samples by innermost function of the package and by all on the way."""
    own: collections.Counter[str] = collections.Counter()
    whole: collections.Counter[str] = collections.Counter()

    def look(_: int, frame: FrameType | None) -> None:
        names = []
        while frame is not None:
            path = frame.f_code.co_filename
            if "/urbgeo/" in path:
                names.append(f"{path.rsplit('/urbgeo/')[-1]}:{frame.f_code.co_name}")
            frame = frame.f_back
        own[names[0] if names else "beside the package"] += 1
        whole.update(set(names))

    signal.signal(signal.SIGPROF, look)
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, STEP_S, STEP_S)
    job()
    signal.setitimer(signal.ITIMER_PROF, 0.0)
    return time.process_time() - begun, own, whole


def page(name: str, seconds: float, own: collections.Counter[str], whole: collections.Counter[str]) -> str:
    total = max(own.total(), 1)
    lines = [
        f"{name}: {JOBS[name].__doc__}",
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}, Python {platform.python_version()}; {seconds:.2f} processor s, "
        f"{total} samples",
        *([BOUND[name]] if name in BOUND else []),
    ]
    for title, counts in (("in itself", own), ("with all it calls", whole)):
        lines += ["", title]
        lines += [f"{count / total:6.1%}  {one}" for one, count in counts.most_common(SHOWN)]
    return "\n".join(lines) + "\n"


def main(names: list[str]) -> None:
    """Each job once to warm up, once sampled."""
    urbgeo.options.progress = False
    warnings.simplefilter("ignore")
    FOLDER.mkdir(exist_ok=True)
    for name in names or JOBS:
        job = JOBS[name]()
        job()
        text = page(name, *sampled(job))
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
        print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
