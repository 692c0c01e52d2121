"""This tree against a former commit, in interleaved pairs: ``python -m benchmarks.former COMMIT [PAIRS]``.

Two processes do the same jobs in turn, A B A B; the ratio of processor seconds is taken pair by pair, so that
a busy machine hurts both alike. One thread each.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
JOBS = Path(__file__).with_name("former_jobs.py")
PAGE = Path(__file__).parent / "results" / "former.md"
TOO_SLOW = 1.05


class Worker:
    """One version at work."""

    def __init__(self, tree: Path, data: Path) -> None:
        where = {**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, str(JOBS), str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=where,
            text=True,
            cwd=tree,
        )

    def seconds(self, job: str) -> float:
        """Processor seconds of a job."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(job + "\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline().strip()
        if not said.startswith("ok "):
            raise RuntimeError(f"{job}: {said or 'the worker died'}")
        return float(said[3:])


def names() -> list[str]:
    text = JOBS.read_text(encoding="utf-8").split("JOBS: dict")[1].split("}\n")[0]
    return [line.split('"')[1] for line in text.splitlines() if line.startswith('    "')]


def main() -> None:
    commit, pairs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 9
    data = Path(os.environ.get("URBGEO_SHARED", ROOT.parent / "shared")) / "data"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--detach", str(tree), commit], cwd=ROOT, check=True)
        try:
            rows = compared(Worker(ROOT, data), Worker(tree, data), pairs)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    lines = [
        f"# This tree against {commit}",
        "",
        f"{date.today().isoformat()}; {os.cpu_count()} cores, Python {platform.python_version()}; load at",
        f"the end {load}. Processor seconds of one thread, {pairs} interleaved pairs after one not",
        f"counted. A job is slower where the lower quartile of its ratio lies above {TOO_SLOW}.",
        "",
        "| job | before, s | now, s | now / before, quartiles | |",
        "|---|---|---|---|---|",
        *rows,
    ]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(lines) + "\n")


def compared(now: Worker, before: Worker, pairs: int) -> list[str]:
    """A row a job."""
    rows = []
    for job in names():
        try:
            times = [(now.seconds(job), before.seconds(job)) for _ in range(pairs + 1)][1:]
        except RuntimeError as error:
            rows.append(f"| {job} | | | {error} | |")
            continue
        ours, theirs = np.array(times).T
        low, middle, high = np.percentile(ours / theirs, [25, 50, 75])
        mark = "slower" if low > TOO_SLOW else ""
        told = f"{np.median(theirs):.3f} | {np.median(ours):.3f} | {low:.2f} {middle:.2f} {high:.2f}"
        rows.append(f"| {job} | {told} | {mark} |")
        sys.stderr.write(rows[-1] + "\n")
    return rows


if __name__ == "__main__":
    main()
