"""Whole-number programmes: the same answer here and from another process, which an interruption ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from urbgeo.access import programmes
from urbgeo.access.programmes import OUT_OF_TIME, Programme, Solution, _elsewhere, solve, solved


def knapsack() -> Programme:
    """Values 5, 4, 3 of weights 2, 3, 1 within 3: the first and the last."""
    ends = {"least": np.array([-np.inf]), "most": np.array([3.0])}
    cost, whole = np.array([-5.0, -4.0, -3.0]), np.ones(3)
    return Programme(cost, csr_array(np.array([[2.0, 3.0, 1.0]])), whole=whole, low=np.zeros(3), **ends)


def test_another_process_answers_alike() -> None:
    here, there = solve(knapsack(), 60.0), _elsewhere(knapsack(), 60.0)
    assert there is not None and (here.status, there.status) == (0, 0)
    assert here.x.round(9).tolist() == there.x.round(9).tolist() == [1, 0, 1]


def test_what_is_not_done_soon_is_begun_anew_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def never(programme: Programme, longest_s: float) -> Solution:
        asked.append(longest_s)
        return Solution(OUT_OF_TIME, "no time", np.zeros(0))

    monkeypatch.setattr(programmes, "solve", never)
    assert solved(knapsack(), 60.0).x.round(9).tolist() == [1, 0, 1]
    assert asked == [programmes.HERE_S]
    assert solved(knapsack(), 1.0).status == OUT_OF_TIME, "no second time where none is left"
    monkeypatch.setattr(sys, "executable", "/usr/bin/qgis")
    assert solved(knapsack(), 60.0).status == OUT_OF_TIME and len(asked) == 4


INTERRUPTED = """
import os, signal, subprocess, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)
import numpy as np, pandas as pd
from urbgeo.access import programmes
from urbgeo.access.siting import p_median
programmes.HERE_S, begun = 0.2, []
class Seen(subprocess.Popen):
    def __init__(self, *given, **how):
        super().__init__(*given, **how)
        begun.append(self)
        threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
programmes.subprocess.Popen = Seen
rng = np.random.default_rng(1)
at = rng.uniform(0, 60, (170, 2))
ids = [f"p{one}" for one in range(170)]
apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
minutes = pd.DataFrame(apart, pd.Index(ids, name="origin"), pd.Index(ids, name="destination"))
try:
    p_median(minutes, pd.Series(rng.pareto(1, 170) + 1, ids), count=14, longest_s=120.0)
except KeyboardInterrupt:
    print(len(begun), begun[0].poll() is not None)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process sends itself a signal")
def test_an_interruption_ends_the_process_that_solves(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        capture_output=True,
        text=True,
        timeout=110,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.stdout.split() == ["1", "True"], done.stderr
    assert not list(tmp_path.glob("urbgeo-*")), "nor are its files left"
