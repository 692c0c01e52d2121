"""Whole-number programmes by HiGHS in scipy: short ones here, long ones in a process that can be ended.

HiGHS as scipy hands it on looks at no flag: a run that is left behind by an interruption goes on to its end.
So a run here ends after :data:`HERE_S` at the latest, and what takes longer is begun anew in a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from urbgeo.parallel import POLL_S, let_go
from urbgeo.types import Floats

HERE_S = 2.0
"""Longest run that an interruption may leave behind."""

OUT_OF_TIME = 1
"""The status of scipy's ``milp`` for a run that its time limit ended."""


@dataclass(frozen=True, eq=False)
class Programme:
    """Least ``cost @ x``, ``x`` from ``low`` to 1, ``least <= rows @ x <= most``; whole where marked."""

    cost: Floats
    rows: csr_array
    least: Floats
    most: Floats
    whole: Floats
    low: Floats


@dataclass(frozen=True, eq=False)
class Solution:
    """The best values and their status (0 = proven best), as scipy's ``milp`` tells them."""

    status: int
    message: str
    x: Floats


def solved(programme: Programme, longest_s: float) -> Solution:
    """The best values within a time, soon or from another process that an interruption ends."""
    begun = time.monotonic()
    found = let_go(lambda _: solve(programme, min(HERE_S, longest_s)))
    left = longest_s - (time.monotonic() - begun)
    if found.status != OUT_OF_TIME or left <= 0 or longest_s <= HERE_S:
        return found
    return _elsewhere(programme, left) or let_go(lambda _: solve(programme, left))


def solve(programme: Programme, longest_s: float) -> Solution:
    """The same in this thread, unheard of any interruption."""
    found = milp(
        programme.cost,
        constraints=LinearConstraint(programme.rows, programme.least, programme.most),
        integrality=programme.whole,
        bounds=Bounds(programme.low, np.ones(len(programme.cost))),
        options={"time_limit": longest_s, "mip_rel_gap": 0.0},
    )
    x = np.zeros(0) if found.x is None else np.asarray(found.x, np.float64)
    return Solution(int(found.status), str(found.message), x)


def _elsewhere(programme: Programme, longest_s: float) -> Solution | None:
    """From a process of its own, which ends with whatever ends this call; None where none can be started."""
    if not Path(sys.executable or "").stem.lower().startswith("python"):
        return None  # embedded in another programme, which would be started once more
    with tempfile.TemporaryDirectory(prefix="urbgeo-") as folder:
        asked, told = Path(folder, "asked.npz"), Path(folder, "told.npz")
        _write(programme, asked)
        command = [sys.executable, "-m", __name__, str(asked), str(told), repr(longest_s)]
        paths = os.pathsep.join(one for one in sys.path if one)
        process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while process.poll() is None:
                time.sleep(POLL_S)
        finally:
            process.kill()
            process.wait()
        return _read(told) if told.exists() else None


def _write(programme: Programme, path: Path) -> None:
    rows = programme.rows
    parts = {"data": rows.data, "indices": rows.indices, "indptr": rows.indptr, "shape": np.array(rows.shape)}
    plain = {name: getattr(programme, name) for name in ("cost", "least", "most", "whole", "low")}
    np.savez(path, **parts, **plain)


def _programme(path: Path) -> Programme:
    with np.load(path, allow_pickle=False) as held:
        rows = csr_array((held["data"], held["indices"], held["indptr"]), shape=tuple(held["shape"]))
        return Programme(held["cost"], rows, held["least"], held["most"], held["whole"], held["low"])


def _read(path: Path) -> Solution:
    with np.load(path, allow_pickle=False) as held:
        return Solution(int(held["status"]), str(held["message"]), held["x"])


def main(asked: str, told: str, longest_s: str) -> None:
    """What the other process does: read, solve, write whole."""
    found = solve(_programme(Path(asked)), float(longest_s))
    half = Path(told).with_suffix(".half.npz")
    np.savez(half, status=found.status, message=found.message, x=found.x)
    half.replace(told)


if __name__ == "__main__":
    main(*sys.argv[1:])
