"""Marching fronts over 4,000 x 4,000 cells beside scikit-fmm: ``python -m benchmarks.fronts``.

``URBGEO_FMM`` names a Python with scikit-fmm (no wheel: pip builds it, with a C compiler). Three grounds: all
alike, speed that rises steadily from west to east (both have exact answers), and cells drawn at random.
A process each, in turn, two rounds; the least processor seconds count. Writes ``results/fronts.md``.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.land_surface import ours
from urbgeo.types import Floats

CELLS, REPEATS, NEAR = 4_000, 2, 50
RISE = 4.0
"""How much faster the eastern edge of the rising ground is than the western one, in cells a minute."""
PAGE = Path(__file__).parent / "results" / "fronts.md"
PEER = Path(__file__).with_name("fmm_peer.py")
WAYS = {"urbgeo": "", "scikit-fmm, second order": "2", "scikit-fmm, first order": "1"}


def grounds() -> dict[str, tuple[Floats, Floats | None]]:
    """Friction of each ground, and its exact minutes where they are known."""
    row, column = np.indices((CELLS, CELLS), dtype=float)
    middle = CELLS // 2
    away = np.hypot(row - middle, column - middle)
    gain = RISE / CELLS
    speed = 1.0 + gain * column
    rising = np.arccosh(1.0 + gain**2 * away**2 / (2.0 * speed * speed[middle, middle])) / gain
    drawn = np.random.default_rng(0).uniform(1, 10, (CELLS, CELLS))
    return {
        "all alike": (np.ones((CELLS, CELLS)), away),
        "rising steadily": (1.0 / speed, rising),
        "drawn at random": (drawn, None),
    }


def one_of_ours(friction: str, out: str) -> None:
    """In a process of its own, compiled first on a corner of the grid."""
    cells = np.load(friction)
    ours(cells[:50, :50], marching=True)
    (_, taken), minutes = ours(cells, marching=True)
    print(taken)
    np.save(out, minutes)


def timed(way: str, friction: Path, out: Path) -> float:
    """Processor seconds of one front, its minutes in a file."""
    mine = [sys.executable, "-m", "benchmarks.fronts", str(friction), str(out)]
    theirs = [os.environ.get("URBGEO_FMM", ""), str(PEER), str(friction), str(out), WAYS[way]]
    return float(
        subprocess.run(theirs if WAYS[way] else mine, check=True, capture_output=True, text=True).stdout
    )


def late(minutes: Floats, exact: Floats | None, mine: Floats) -> str:
    """By how much minutes lie off the exact ones, or off ours, at cells that are not beside the source."""
    row, column = np.indices(minutes.shape)
    far = np.hypot(row - CELLS // 2, column - CELLS // 2) >= NEAR
    right = mine if exact is None else exact
    off = np.abs(minutes[far] / right[far] - 1.0)
    what = "of ours " if exact is None else ""
    return "" if off.max() == 0 else f"{what}{np.median(off):.2%}, {off.max():.2%}"


def rows() -> list[str]:
    """A row a ground and a way."""
    ways = [way for way in WAYS if not WAYS[way] or "URBGEO_FMM" in os.environ]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for ground, (friction, exact) in grounds().items():
            file = Path(folder) / "friction.npy"
            np.save(file, friction)
            outs = {way: Path(folder) / f"{WAYS[way] or 'ours'}.npy" for way in ways}
            taken: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(REPEATS):
                for way in ways:
                    taken[way].append(timed(way, file, outs[way]))
            mine = np.load(outs["urbgeo"])
            for way in ways:
                ratio = min(taken[way]) / min(taken["urbgeo"])
                cells = [ground, way, f"{min(taken[way]):.2f}", f"{ratio:.2f}"]
                found.append(f"| {' | '.join(cells)} | {late(np.load(outs[way]), exact, mine)} |")
                print(found[-1], flush=True)
    return found


def main() -> None:
    """Measure all, write the page."""
    begun = os.getloadavg()[0]
    lines = [
        "# Marching fronts",
        "",
        f"{dt.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, load {begun:.1f} when begun; `python -m benchmarks.fronts`. "
        f"{CELLS:,} x {CELLS:,} cells, one source in the middle, one thread; least processor "
        f"seconds of {REPEATS} rounds in turn. Error: median and largest share off the exact minutes, "
        f"{NEAR} cells and more from the source.",
        "",
        "| ground | by | processor s | times ours | error |",
        "|---|---|---|---|---|",
        *rows(),
    ]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    one_of_ours(*sys.argv[1:]) if sys.argv[1:] else main()
