"""One page of what is asked of the package in speed and memory, what was measured, and why it is short.

``write()`` puts the table below, the machine and the dates of the single pages into ``results/README.md``. A
row is edited with the run that changes it.
"""

from __future__ import annotations

import os
import platform
import re
import time
from pathlib import Path

FOLDER = Path(__file__).parent / "results"
DATE = re.compile(r"20\d\d-\d\d-\d\d")

HELD, SHORT = "held", "not held"

ROWS: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "isochrones 5, 10, 15 min by car, 60 origins, Porto Alegre",
        "no slower than pyvalhalla 3.9.1",
        "2026-11-29, quiet machine: 0.017 processor s an origin, pyvalhalla 0.021 in turn (0.8 x the time); "
        "0.040 and 0.039 at load 20, 0.111 before",
        HELD,
        "roads are drawn into the field, with no overlay ([profile](../profiles/isochrones.txt)); a "
        "polygon has twice as many vertices as Valhalla's",
    ),
    (
        "land reached from three origins, 1 M nodes",
        "3 s",
        "2026-11-29, quiet machine: 0.3 processor s for 30 and 60 min (6,178 km2), 0.5 for 15 to 120 min "
        "(20,274 km2)",
        HELD,
        "1.1 and 1.5 under load, 2.5 and 5.1 before; squares that roads touch and "
        "outlines are more than half ([profile](../profiles/union.txt))",
    ),
    (
        "transit, 1,227 hexagons, 60 departures",
        "0.6 processor s a departure, 3 x ferrobus",
        "2026-11-29: 0.25 at 14 h, ferrobus 0.2.1 2.00 in one run at load 9 (7.9 x); 2026-11-28: 0.18, and "
        "0.35 at 8 h",
        HELD,
        "medians of six departures, 1.37 M pairs both reach: ours less theirs -0.5, 1.4, 3.6 min "
        "(quartiles), as theirs joins points and walks by other rules and refuses calls without times, which "
        "are filled as ours reads them (`python -m benchmarks.transit beside`)",
    ),
    (
        "all prefecture seats by rail, 10 March 2016",
        "20 s, profile of the whole day",
        "2026-11-29, quiet machine: by clock times, 337 seats, a departure every 10 min of the day: 3.1 "
        "processor s, 2.9 of wall; one table by half headways, compiling included, 11.6 s",
        HELD,
        "`python -m benchmarks.nation_rail`, 19 s in all",
    ),
    (
        "read_gtfs, 447,000 stop times",
        "1.2 s",
        "2026-11-29: 0.93 processor s at load 10; pandas' table of them alone 0.22 in turn",
        HELD,
        "a real feed, its trips repeated: `python -m benchmarks.feeds`",
    ),
    (
        "table 1,000 x 1,000",
        "5 x OSRM in one run",
        "2026-11-29: 0.027 processor s, osrm-bindings 26.10 (CH) 0.487 in turn at load 10 (17.8 x); "
        "preparing 0.27, theirs 21.6",
        "held for a city",
        "OSRM obeys turns, ours does not ([page](tables.md)); a file of a province's size was "
        "not run: preparing it for OSRM would take half an hour",
    ),
    (
        "re-weight 1.5 M nodes",
        "no slower than routingkit_cch",
        "2026-11-29: 1.72 processor s, routingkit_cch 0.55 in turn, quiet (0.32 x); preparing 9.4, theirs 75",
        SHORT,
        "bound by triangles, not memory; what the peer does too takes 0.72 s; ways over more important "
        "nodes and dropping what is not needed, done for the tables (26 x its, 2026-11-22), take the rest "
        "([profile](../profiles/reweight.txt))",
    ),
    (
        "edit of a few links, four answers of a province",
        "0.3 s",
        "2026-11-29: 0.29 to 0.31 processor s, 0.27 to 0.29 of wall, quiet; 0.33 to 0.35 before, quiet too",
        HELD,
        "medians of eight edits; zones are flattened once, points that lie on the network are asked no more "
        "about their datum; spread over small tables in pandas ([profile](../profiles/edit.txt))",
    ),
    (
        "preparing 83 thousand nodes, peak memory",
        "a third of pandana's above imports",
        "2026-11-29: 91 MB above imports, pandana 89 (1.03); 19 above compiled code (0.21); peaks 260, 261",
        SHORT,
        "loading compiled code, whatever the network, takes 72 of the 91: 58 are numba's own at the first "
        "call of any kernel, 12 all kernels ([profile](../profiles/preparing.txt))",
    ),
    (
        "PBF 73 MB to a network",
        "4 s, 600 MB",
        "2026-11-29: 3.1 to 3.5 processor s on a quiet machine, 582 MB at load 6; 4.2-4.6 s at load 20 and "
        "624 MB at load 6 before",
        HELD,
        "junctions are drawn once the file's arrays are gone; compiling the graph, which asks for minutes "
        "first, takes 0.4 s and 100 MB more ([profile](../profiles/pbf.txt))",
    ),
    (
        "PBF 1.2 GB, motorway to tertiary",
        "5 min, 8 GB",
        "2026-11-29, quiet machine: 31 s of wall (40 of processor), 2.6 GB; 176 s at load 10 to 15 before",
        HELD,
        "a real file repeated ([page](pbf_large.md)); 150 MB whole 7.1 s, 1.1 GB",
    ),
    (
        "1 M pairs in any order: cumulative, 2SFCA",
        "8 x PySAL access from the raw table",
        "2026-11-29: 1.8, 3.7 x in processor time on a quiet machine (7.7 ms, 8.0 ms); E2SFCA, 3SFCA 18, "
        "22 x; row by row 8.8-29 x",
        "not held for these two",
        "asked would be 1.7 ms, and even read once the measure takes 2.6: rows in any order are put in place "
        "one by one, ids and minutes checked, which the peer does without ([page](catchments.md), "
        "[profile](../profiles/pairs.txt))",
    ),
    (
        "closed bounds in node_sums",
        "exact",
        "the rule of the tables, by test",
        HELD,
        "`tests/engine/test_resolution.py`",
    ),
    (
        "marching fronts 4,000 x 4,000; PBF; GTFS",
        "ours only where faster or more than theirs",
        "2026-11-29, load 7, in turn: fronts 6.6-8.4 processor s, scikit-fmm 8.3-9.7, of the first order "
        "6.2-6.4; roads of 73 MB 2.4 s, by pyosmium with the same simplification 29; 447,000 stop times "
        "0.65 s, partridge 0.24, gtfs-kit 0.14",
        "held for fronts and PBF; GTFS more than theirs",
        "fronts took twice as long before: their queue counted references ([fronts](fronts.md), "
        "[PBF](pbf.md)); scikit-fmm has no wheel, blocks, allocation or back-links, and its first order is "
        "2.4 % late where ours is 0.3 on even ground and 0.6 on rising; the two readers hand over text or "
        "bare times, ours fills the 96 % of calls "
        "without one and checks what names what: where a time stands all three agree "
        "(`python -m benchmarks.feeds`)",
    ),
    (
        "demo, warm and cold",
        "4 s, 9 s",
        "2026-11-29, quiet machine: 9.3-9.5 processor s and 9.0-9.2 of wall with imports, 23 with fresh "
        "caches of compiled code; 2026-11-30, in turn at load 17 to 20: with fresh caches 29.1 processor s, "
        "38.7 before; warm 15.3, 16.4 and 14.8, 15.9 before, which is the same",
        SHORT,
        "answers take 3.6 s, map, page and scorecard 2.4, imports 1.7; seven networks (three sets of speeds, "
        "four past years) are spread over small tables; cold, 14 s were compiling, of which a third is gone "
        "(24.5 to 15.9 at load 13, 133 functions to 72): arrays are set number by number, sorted outside "
        "([profile](../profiles/study.txt))",
    ),
    (
        "memory_gb in nearest, isochrones, surfaces",
        "kept",
        "2026-11-29: kept or refused with figures, by test",
        HELD,
        "`tests/test_memory.py`",
    ),
    (
        "10 M nodes: people within 60 min of every node",
        "400 s",
        "2026-11-22: 550 s; exponents 1.0-1.2. 2026-11-29, quiet, one thread, by samples: 36 processor s for "
        "1 M nodes",
        SHORT,
        "10 M was stopped after seven minutes, preparing included (2026-11-30: at load 15 to 20 while its "
        "roads were made; `--stage whole` of benchmarks.growth goes to the end); at 1 M 84 % is the sweep "
        "of what is reached, which grows with it (24,757 nodes a block at 0.1 M, 36,666 at 1 M) "
        "([profile](../profiles/sums.txt), [page](growth.md))",
    ),
    (
        "Dask: tables, sums, timetable matrices, one worker killed",
        "equal bits",
        "2026-11-29: by test (timetables, a worker killed too; of tables and sums the first nine alone)",
        HELD,
        "`tests/engine/test_cluster.py`, `test_timetable_cluster.py`",
    ),
)
"""Job, what is asked, what was measured (with its date), whether it holds, and why not or how it is known."""


def dated() -> list[str]:
    """The single pages and the first date on each."""
    found = []
    for path in sorted(FOLDER.glob("*.md")):
        date = DATE.search(path.read_text(encoding="utf-8"))
        if path.name != "README.md":
            found.append(f"| [{path.stem}]({path.name}) | {date.group() if date else 'not dated'} |")
    return found


def write() -> None:
    """The page, of today."""
    lines = [
        "# What is asked, and what was measured",
        "",
        f"{time.strftime('%Y-%m-%d')}; {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}; `make bench` runs what fits in twenty minutes, then writes this. The "
        "machine is shared: where the load is told, processor time counts, and ratios are of runs in turn.",
        "",
        "| job | asked | measured | | why, or how |",
        "|---|---|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in ROWS),
        "",
        "| page | of |",
        "|---|---|",
        *dated(),
    ]
    (FOLDER / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
