"""Faults on purpose that are too slow for every run of the tests: `make stress`.

python -m tests.stress kills [10]     a Dask worker killed at so many moments: equal bits each time
python -m tests.stress stops [WORD [3]] Ctrl-C at so many random moments of each long job: seconds until it
                                        returns; without a word all, and the page in benchmarks/results
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from tests.long_jobs import JOBS, NoDataError, Work, town
from urbgeo.options import options

MOST_S = 0.5
MOMENTS = 3
"""Interruptions of each job, drawn over its whole length."""

BEAT_S = 0.02
"""How often a run looks whether its main thread still takes steps."""

PAGE = Path(__file__).parents[1] / "benchmarks" / "results" / "stress.md"


def kills(times: int) -> int:
    """How often of so many kills the table had other bits, or did not come."""
    import distributed

    from tests.cluster import kill_one
    from urbgeo.engine import cluster as scaleout
    from urbgeo.engine.plan import Plan
    from urbgeo.network.attach import attach
    from urbgeo.network.minutes import table_between

    scaleout.ROWS_PER_TASK, options.progress = 25, False
    network = town(25_000)
    ends = attach(network, network.nodes.iloc[:: len(network.nodes) // 500])
    plan = Plan("dijkstra", "told to.", 0.0, 0)
    here = table_between(network, ends, ends, np.inf, plan=plan).tobytes()
    faults = 0
    for moment in np.linspace(0.0, 1.8, times):
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            killed = kill_one(client, "minutes-table", float(moment))
            began = time.perf_counter()
            try:
                there = table_between(network, ends, ends, np.inf, plan=plan, client=client).tobytes()
                told = "equal bits" if there == here else "OTHER BITS"
            except Exception as error:  # noqa: BLE001, any is a fault here
                told = f"FAILED: {type(error).__name__}: {error}"
            in_work = bool(killed) and killed[0] < time.perf_counter()
            faults += told != "equal bits"
        after = "killed in the middle" if in_work else "ended before the kill"
        print(f"{moment:4.1f} s: {told}, {after}, {time.perf_counter() - began:.1f} s", flush=True)
    print(f"{times - faults} of {times} with equal bits")
    return faults


def interrupted(name: str, moments: int) -> dict[str, Any]:
    """How long one job is, its longest stretch deaf to signals, and how long it went on after some."""
    # A shell that starts this in the background has it ignore the signal.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options.progress = False
    warnings.simplefilter("ignore")
    try:
        work = JOBS[name]()
    except NoDataError as error:
        return {"left out": str(error)}
    length, deaf = _whole(work)
    draw = np.random.default_rng(zlib.crc32(name.encode()))
    took = [_stopped(work, float(part) * length) for part in draw.uniform(0.03, 0.9, moments)]
    return {"length": length, "deaf": deaf, "took": took, "load": os.getloadavg()[0]}


def _whole(work: Work) -> tuple[float, float]:
    """Seconds of a whole run, and its longest stretch, in processor seconds, without a step of Python on the
    main thread: the longest that a signal at the worst moment would wait to be seen."""
    last, longest = time.process_time(), 0.0

    def beat(*_: object) -> None:
        nonlocal last, longest
        now = time.process_time()
        last, longest = now, max(longest, now - last)

    signal.signal(signal.SIGALRM, beat)
    signal.setitimer(signal.ITIMER_REAL, BEAT_S, BEAT_S)
    began = time.perf_counter()
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
    return time.perf_counter() - began, longest


def _stopped(work: Work, after_s: float) -> tuple[float, float] | None:
    """Seconds by the clock and of the processor that the job went on after a signal; None: it had ended."""
    sent: list[tuple[float, float]] = []

    def send() -> None:
        sent.append((time.perf_counter(), time.process_time()))
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(after_s, send)
    timer.daemon = True
    try:
        timer.start()
        work()
        timer.cancel()
        timer.join()
    except KeyboardInterrupt:
        return time.perf_counter() - sent[0][0], time.process_time() - sent[0][1]
    return (np.inf, np.inf) if sent else None


def too_slow(found: dict[str, Any]) -> bool:
    """Whether one ended later than half a second; on a busy machine the clock has as much more as others
    take of it, and the processor's half second holds."""
    others = max(found["load"] / (os.cpu_count() or 1), 1.0)
    ended = [one for one in found["took"] if one is not None]
    slow = [s > MOST_S * others or (s > MOST_S and cpu > MOST_S) for s, cpu in ended]
    return found["deaf"] > MOST_S or not ended or any(slow)


def stops(word: str, moments: int = MOMENTS) -> int:
    """How many long jobs take longer than half a second to stop."""
    slow, rows = 0, []
    for name in JOBS:
        if word not in name:
            continue
        call = f"interrupted({name!r}, {moments})"
        code = f"import json; from tests.stress import interrupted; print(json.dumps({call}))"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False)
        if done.returncode:
            slow += 1
            print(f"{name}: FAILED\n{done.stderr[-3000:]}", flush=True)
            continue
        found = json.loads(done.stdout.splitlines()[-1])
        if "left out" in found:
            print(f"{name}: left out, {found['left out']}", flush=True)
            continue
        bad = too_slow(found)
        slow += bad
        ended = sorted(tuple(one) for one in found["took"] if one is not None)
        each = ", ".join(f"{s:.2f} ({cpu:.2f})" for s, cpu in ended)
        cells = [name, f"{found['length']:.1f}", f"{found['deaf']:.2f}", each, f"{found['load']:.1f}"]
        rows.append(f"| {' | '.join(cells)} |{' **too slow**' if bad else ''}")
        print(rows[-1], flush=True)
    if not word:
        _write(rows, slow, moments)
    return slow


def _write(rows: list[str], slow: int, moments: int) -> None:
    heads = ["job", "s whole", "longest deaf stretch, processor s", "s to the caller (processor s)", "load"]
    text = [
        "# Ctrl-C in long jobs",
        f"{time.strftime('%Y-%m-%d')}, {platform.system()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; `python -m tests.stress stops`. Each job runs once whole: its "
        "longest deaf stretch is the longest that the main thread took no step of Python, so that a signal "
        f"had waited. Then its process sends itself SIGINT at {moments} moments drawn over its length: "
        "seconds until the caller has KeyboardInterrupt, by the clock and of the processor. The load is the "
        "machine's, other work included: with it the clock runs on while the process waits for its turn.",
        "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows]),
        f"Jobs that took longer than {MOST_S} s, or that share of a busy machine: {slow}.",
    ]
    PAGE.write_text("\n\n".join(text) + "\n", encoding="utf-8")


def main() -> None:
    asked = [*sys.argv[1:], ""]
    if asked[0] == "kills":
        sys.exit(kills(int(asked[1] or 10)) > 0)
    if asked[0] == "stops":
        sys.exit(stops(asked[1], int([*asked[2:], MOMENTS][0] or MOMENTS)) > 0)
    sys.exit(kills(10) + stops("") > 0)


if __name__ == "__main__":
    main()
