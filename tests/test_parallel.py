"""Work on several threads ends when told, and leaves nothing half-done behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from urbgeo.options import one_thread, options, thread_count
from urbgeo.parallel import Stop, each_of, in_order, let_go, off_the_main_thread, over_blocks, over_tree
from urbgeo.rasters.cells import _grow_patches, grow
from urbgeo.surface.blocks import Walk
from urbgeo.surface.steps import BORDER, spread

INTERRUPTED = """
import numpy as np, threading, _thread, time
from urbgeo.engine.graph import compile_graph
from urbgeo.engine.store import cached_topology
from urbgeo.options import one_thread, options, thread_count
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


LEFT = """
import signal, sys, threading, time, os
signal.signal(signal.SIGINT, signal.default_int_handler)
import numpy as np
from urbgeo.parallel import each_of, let_go
from urbgeo.options import one_thread, options, thread_count
options.progress = False
sent = []
def interrupt():
    sent.append(time.perf_counter())
    os.kill(os.getpid(), signal.SIGINT)
for work in (lambda: let_go(lambda _: time.sleep(60)), lambda: each_of(range(9), lambda _: time.sleep(60))):
    threading.Timer(0.3, interrupt).start()
    try:
        work()
    except KeyboardInterrupt:
        print(time.perf_counter() - sent[-1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process sends itself a signal")
def test_what_looks_at_no_flag_is_left_behind_by_an_interruption() -> None:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", LEFT], capture_output=True, text=True, timeout=200)
    assert time.perf_counter() - began < 55, "nor does the end of the process wait for it"
    assert len(done.stdout.split()) == 2, done.stderr
    assert max(map(float, done.stdout.split())) < 10


def test_each_task_is_done_once_and_answered_in_its_place() -> None:
    assert each_of([5, 3, 4], lambda one: one * one) == [25, 9, 16]
    assert each_of([], lambda one: one) == []
    with pytest.raises(ValueError, match="seven"):
        each_of(range(9), lambda one: int("seven") if one == 7 else one)
    assert let_go(lambda stop: int(stop[0])) == 0
    with pytest.raises(ZeroDivisionError):
        let_go(lambda stop: 1 // int(stop[0]))


def test_threads_of_a_job_on_one_thread_start_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "threads", 4)
    seen: list[int] = []

    def look(*_: object) -> tuple[list[int], int]:
        seen.append(thread_count())
        return [], 1

    for asked in (1, 4):
        with one_thread() if asked == 1 else nullcontext():
            each_of([1, 2], look)
            let_go(look)
            off_the_main_thread(look, what="looking")
            over_tree([1], look, total=1, what="looking")
            over_blocks(1, 1, lambda: None, lambda *_: seen.append(thread_count()), what="")
        assert seen == [asked] * 6
        seen.clear()


def test_compiled_loops_over_cells_end_when_told() -> None:
    side, told = 40, np.ones(1, np.uint8)
    free, score, made = np.ones((side, side), bool), np.ones((side, side)), np.zeros((side, side), bool)
    assert grow(made.copy(), score, free, 9, 1, 0.0, told) == 9
    assert _grow_patches(made.copy(), score, free, 9, 1.0, told) == 9
    minutes, friction = np.full((side, side), BORDER), np.ones(side * side)
    minutes[4:-4, 4:-4] = np.inf
    minutes = minutes.ravel()
    seeds, none = np.array([side * 20 + 20]), np.zeros(1, np.int64)
    steps = Walk(8, (1.0, 1.0), 1.0, True, np.inf).steps(side)
    begun = (friction, None, minutes, None, seeds, np.zeros(1), none, steps)
    sizes = {"limit": np.inf, "width": 1.0, "buckets": 8, "room": 9999}
    assert spread(*begun, **sizes, stop=told)
    assert not np.isfinite(minutes).any()
    assert spread(*begun, **sizes, stop=np.zeros(1, np.uint8))
    assert np.isfinite(minutes).sum() > 1


@pytest.mark.parametrize("threads", [1, 4])
def test_answers_come_in_the_order_of_their_tasks_and_few_are_begun_ahead(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "threads", threads)
    begun: list[int] = []

    def late(task: int) -> int:
        begun.append(task)
        time.sleep(0.01 * (task % 3))
        return task

    assert list(in_order(range(20), late, what="")) == list(range(20))
    begun.clear()
    answers = in_order(range(1000), late, what="")
    assert [next(answers) for _ in range(3)] == [0, 1, 2]
    answers.close()
    assert len(begun) <= 3 + threads + 1, "what nobody waits for is not begun"
