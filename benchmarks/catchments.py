"""Cumulative access and floating catchments on one million pairs: urbgeo beside PySAL's ``access``, one run.

The peer is installed into a virtual environment of its own, which runs this same file with ``--peer``.
Run with ``python -m benchmarks.catchments``; the table goes to ``benchmarks/results/catchments.md``.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

PEER = "access==1.1.10.post3"
SIDE, LIMIT_MIN = 1000, 30.0
REPEATS, LEAST_S = 5, 1.0
"""Every measure is taken at least so often, and for so long: quick ones feel the noise of a machine most."""
RESULTS = Path(__file__).parent / "results" / "catchments.md"


def timed(work: Callable[[], object]) -> float:
    """Median processor seconds over the repeats, after one to warm up."""
    work()
    seconds: list[float] = []
    while len(seconds) < REPEATS or sum(seconds) < LEAST_S:
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


TABLES = ("whole ids, row by row", "whole ids, in any order", "ids of text, row by row")


def case(which: str) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """A long table of 1000 x 1000 asymmetric minutes, people and beds; the same in both environments."""
    draw = np.random.default_rng(5)
    pairs = pd.DataFrame(
        {
            "from": np.repeat(np.arange(SIDE), SIDE),
            "to": np.tile(np.arange(SIDE), SIDE),
            "minutes": draw.uniform(5, 60, SIDE * SIDE),
        }
    )
    people = pd.Series(draw.integers(1, 5000, SIDE).astype(float), name="people")
    beds = pd.Series(draw.integers(1, 500, SIDE).astype(float), name="beds")
    if which == TABLES[1]:
        pairs = pairs.iloc[draw.permutation(len(pairs))].reset_index(drop=True)
    if which == TABLES[2]:
        names = pd.Index([f"place {row:04d}" for row in range(SIDE)])
        pairs = pairs.assign(**{side: names.take(pairs[side]) for side in ("from", "to")})
        people.index, beds.index = names, names
    return pairs, people, beds


def steps(minutes: float) -> float:
    return 1.0 if minutes <= 10 else 0.68 if minutes <= 20 else 0.22 if minutes <= 30 else 0.0


def measure(ways: dict[str, Callable[[], pd.Series]]) -> dict[str, dict[str, object]]:
    return {
        name: {"seconds": timed(way), "answer": way().sort_index().to_list()} for name, way in ways.items()
    }


def peer_ways(which: str) -> dict[str, Callable[[], pd.Series]]:
    """PySAL's functions on the same tables, its id columns named as it wants them."""
    from access import fca

    pairs, people, beds = case(which)
    costs = pairs.rename(columns={"from": "origin", "to": "dest", "minutes": "cost"})
    demand = people.rename_axis("geoid").to_frame()
    supply = beds.rename_axis("geoid").to_frame()
    names = {"demand_name": "people", "supply_name": "beds", "max_cost": LIMIT_MIN}
    return {
        "cumulative": lambda: fca.weighted_catchment(
            supply, costs, LIMIT_MIN, cost_source="dest", cost_dest="origin", loc_value="beds"
        ),
        "2SFCA": lambda: fca.two_stage_fca(demand, supply, costs, **names),
        "E2SFCA": lambda: fca.two_stage_fca(demand, supply, costs, weight_fn=steps, **names),
        "3SFCA": lambda: fca.three_stage_fca(demand, supply, costs, weight_fn=steps, **names),
    }


def our_ways(which: str, *, read_once: bool) -> dict[str, Callable[[], pd.Series]]:
    """Measures on the table, or on what was read from it once."""
    from urbgeo.access.catchments import catchments
    from urbgeo.access.decay import stepped
    from urbgeo.access.opportunities import cumulative
    from urbgeo.access.reading import read_minutes

    pairs, people, beds = case(which)
    if read_once:
        pairs = read_minutes(pairs)
    zones = stepped([10, 20, 30], [1, 0.68, 0.22])

    def by(method: str) -> pd.Series:
        how = {"minutes": LIMIT_MIN} if method == "2sfca" else {"decay": zones}
        return catchments(pairs, people, beds, method=method, **how).table["access"]

    return {
        "cumulative": lambda: cumulative(pairs, beds, minutes=LIMIT_MIN).values.iloc[:, 0],
        "2SFCA": lambda: by("2sfca"),
        "E2SFCA": lambda: by("e2sfca"),
        "3SFCA": lambda: by("3sfca"),
    }


def run_peer() -> dict[str, dict[str, dict[str, object]]]:
    home = Path(tempfile.gettempdir()) / "urbgeo-bench-access"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], check=True)
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "peer.json"
        subprocess.run([python, "-W", "ignore", __file__, "--peer", str(answer)], check=True)
        return json.loads(answer.read_text())


def rows_of(
    which: str,
    ours: dict[str, dict[str, object]],
    once: dict[str, dict[str, object]],
    peer: dict[str, dict[str, object]],
) -> list[str]:
    lines = []
    for name in ours:
        mine, alone, its = (each[name]["seconds"] for each in (ours, once, peer))
        a, b = np.array(ours[name]["answer"]), np.array(peer[name]["answer"])
        apart = float(np.max(np.abs(a - b) / np.abs(b)))
        lines.append(
            f"| {which} | {name} | {its:.3f} | {mine:.4f} | {its / mine:.1f} | {alone:.4f} "
            f"| {its / alone:.1f} | {apart:.1e} |"
        )
    return lines


def main() -> None:
    """Run both and write the table."""
    peer = run_peer()
    lines = [
        "# Access on one million pairs",
        "",
        f"{datetime.date.today()}; {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{platform.machine()}; load {os.getloadavg()[0]:.1f}; long table of {SIDE} x {SIDE} pairs; "
        f"processor seconds, medians of at least {REPEATS} and {LEAST_S:g} s; peer {PEER}. "
        "Run by `python -m benchmarks.catchments`.",
        "",
        "From the table: both start from the long table and end with the measure; ids, units, doubles and "
        "minutes are checked by urbgeo each time, the peer checks none of them. Read once: the measure "
        "alone, on `read_minutes(table)`.",
        "",
        "| table | measure | PySAL access s | urbgeo s, from the table | ratio | urbgeo s, read once | ratio "
        "| largest relative difference |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for which in TABLES:
        ours, once = (measure(our_ways(which, read_once=one)) for one in (False, True))
        lines += rows_of(which, ours, once, peer[which])
    text = "\n".join(lines) + "\n"
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    if "--peer" in sys.argv:
        found = {which: measure(peer_ways(which)) for which in TABLES}
        Path(sys.argv[-1]).write_text(json.dumps(found), encoding="utf-8")
    else:
        main()
