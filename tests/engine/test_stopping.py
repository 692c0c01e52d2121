"""Work on several threads ends when told, and leaves nothing half-done behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from urbgeo.options import options
from urbgeo.parallel import Stop, off_the_main_thread, over_tree

INTERRUPTED = """
import numpy as np, threading, _thread, time
from urbgeo.engine.graph import compile_graph
from urbgeo.engine.store import cached_topology
from urbgeo.options import options
options.progress = False
def town(side):
    node = np.arange(side * side).reshape(side, side)
    near = [(node[:, :-1], node[:, 1:]), (node[:-1], node[1:]), (node[:-1, :-1], node[1:, 1:])]
    tails = np.concatenate([a.ravel() for a, _ in near])
    heads = np.concatenate([b.ravel() for _, b in near])
    x, y = node.ravel() % side * 1.0, node.ravel() // side * 1.0
    return compile_graph(x, y, tails, heads, np.ones(tails.size))
cached_topology(town(200))
large = town(900)
threading.Timer(1.0, _thread.interrupt_main).start()
began = time.perf_counter()
try:
    cached_topology(large)
except KeyboardInterrupt:
    print(time.perf_counter() - began)
"""


def test_an_interrupted_preparation_ends_at_once_and_leaves_no_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "URBGEO_CACHE": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert 0.9 < float(done.stdout) < 4.0
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("threads", [1, 4])
def test_all_tasks_and_those_they_bring_are_done_once(threads: int) -> None:
    done: list[int] = []

    def halve(task: int, stop: Stop) -> tuple[list[int], int]:
        done.append(task)
        return [task // 2, task // 2] if task > 1 else [], 1

    options.threads = threads
    try:
        over_tree([64, 64], halve, total=254, what="halving")
        over_tree([], halve, total=0, what="nothing")
    finally:
        options.threads = 0
    assert sorted(done) == sorted(2**k for k in range(7) for _ in range(2 ** (7 - k)))


def test_an_error_in_one_task_ends_all_and_is_told() -> None:
    def grow(task: int, stop: Stop) -> tuple[list[int], int]:
        if task == 9:
            raise ValueError("the ninth")
        time.sleep(0.01)
        return [task + 1, 20] if task < 20 else [], 1

    with pytest.raises(ValueError, match="the ninth"):
        over_tree([1], grow, total=9, what="growing")
    with pytest.raises(ZeroDivisionError):
        off_the_main_thread(lambda stop: 1 // int(stop[0]), what="dividing")
    assert off_the_main_thread(lambda stop: "done", what="nothing") == "done"
