"""Faults on purpose that are too slow for every run of the tests: `make stress`.

python -m tests.stress kills [10]     a Dask worker killed at so many moments: equal bits each time
python -m tests.stress stops [WORD [3]] Ctrl-C at so many random moments of each long job: seconds until it
                                        returns; without a word all, and the page in benchmarks/results
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
import traceback
import warnings
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from tests.long_jobs import JOBS, NoDataError, Work, folder, town
from urbgeo.options import options

MOST_S = 0.5
MOMENTS = 3
"""Interruptions of each job, drawn over its whole length."""

LOADED = ["urbgeo.network.minutes", "urbgeo.access.isochrones", "urbgeo.surface.travel", "urbgeo.study"]
"""What takes long to import."""

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
        length, deaf = _whole(work)
        draw = np.random.default_rng(zlib.crc32(name.encode()))
        took = []
        for part in draw.uniform(0.03, 0.9, moments):
            began = time.monotonic()
            took.append(_stopped(work, float(part) * length))
            if took[-1] is None:  # what the first run made ready is kept: the job is shorter than it was
                length = time.monotonic() - began
                took[-1] = _stopped(work, float(part) * length)
    except NoDataError as error:
        return {"left out": str(error)}
    finally:
        shutil.rmtree(folder(), ignore_errors=True)
    return {"length": length, "deaf": deaf, "took": took, "load": os.getloadavg()[0]}


def waited_s() -> float:
    """Seconds that the main thread was ready and others had the processor; 0 where no system tells."""
    told = Path(f"/proc/{os.getpid()}/schedstat")
    return int(told.read_text().split()[1]) / 1e9 if told.exists() else 0.0


def _whole(work: Work) -> tuple[float, float]:
    """Seconds of a whole run, and of its longest stretch without a step of Python on the main thread, less
    those in which others had the processor: so long would a signal at the worst moment wait to be seen."""
    last, longest = time.monotonic() - waited_s(), 0.0

    def beat(*_: object) -> None:
        nonlocal last, longest
        now = time.monotonic() - waited_s()
        last, longest = now, max(longest, now - last)

    signal.signal(signal.SIGALRM, beat)
    signal.setitimer(signal.ITIMER_REAL, BEAT_S, BEAT_S)
    began = time.monotonic()
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
    return time.monotonic() - began, longest


SENDER = """
import os, signal, sys, time
told = f"/proc/{sys.argv[1]}/schedstat"
time.sleep(float(sys.argv[2]))
waited = int(open(told).read().split()[1]) / 1e9 if os.path.exists(told) else 0.0
sent = time.monotonic()
os.kill(int(sys.argv[1]), signal.SIGINT)
print(sent, waited)
"""
"""A process of its own: a thread of the job's would itself wait while the job holds the interpreter."""


def _stopped(work: Work, after_s: float) -> tuple[float, float] | None:
    """Seconds that the job went on after a signal, and those of them in which its main thread waited for the
    processor; None: it had ended before."""
    command = [sys.executable, "-I", "-S", "-c", SENDER, str(os.getpid()), str(after_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sender:
        try:
            work()
            sender.kill()
            return (np.inf, 0.0) if sender.communicate()[0] else None
        except KeyboardInterrupt:
            ended, waited = time.monotonic(), waited_s()
            sent = sender.communicate()[0].split()
    return (ended - float(sent[0]), waited - float(sent[1])) if sent else None


def too_slow(found: dict[str, Any]) -> bool:
    """Whether a job went on longer than half a second by the clock, less what load explains.

    What load explains is measured, not guessed: the seconds in which the main thread was ready to go on and
    the system gave the processor to others. On a machine of one's own that is next to nothing. A job that
    swallowed the signal, never was interrupted, or whose main thread is deaf for longer is too slow too.
    """
    ended = [one for one in found["took"] if one is not None]
    return found["deaf"] > MOST_S or not ended or any(s - waited > MOST_S for s, waited in ended)


def stops(word: str, moments: int = MOMENTS) -> int:
    """How many long jobs take longer than half a second to stop."""
    slow, rows = 0, {}
    for name in (one for one in JOBS if word in one):
        cells, bad = _measured(name, moments)
        slow += bad
        rows[name] = f"| {' | '.join([name, *cells])} |"
        print(rows[name], flush=True)
        if not word:
            _write(rows, slow, moments)
    return slow


def _measured(name: str, moments: int) -> tuple[list[str], bool]:
    """What the page tells of a job, and whether it is too slow; by a process of its own."""
    context = multiprocessing.get_context("forkserver")  # imports once for all, then clean processes
    context.set_forkserver_preload(["tests.long_jobs", *LOADED])
    try:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            found = pool.submit(interrupted, name, moments).result()
    except Exception as error:  # noqa: BLE001, any is a fault here
        print(f"{name}: FAILED", *traceback.format_exception(error), sep="\n", flush=True)
        return ["failed", "", "", "", "", ""], True
    return told(found)


def told(found: dict[str, Any]) -> tuple[list[str], bool]:
    """Cells of the page, and whether the job is too slow."""
    if "left out" in found:
        return [f"left out, {found['left out']}", "", "", "", "", ""], False
    bad = too_slow(found)
    ended = sorted(tuple(one) for one in found["took"] if one is not None)
    middle, worst = (ended[len(ended) // 2], ended[-1]) if ended else ((np.nan, 0.0), (np.nan, 0.0))
    times = [f"{middle[0]:.2f}", f"{worst[0]:.2f} ({worst[1]:.2f})", f"{found['deaf']:.2f}"]
    return [f"{found['length']:.1f}", *times, f"{found['load']:.1f}", "**too slow**" if bad else ""], bad


def _write(rows: dict[str, str], slow: int, moments: int) -> None:
    lines = [rows.get(name, f"| {name} | not measured |  |  |  |  |  |") for name in JOBS]
    heads = ["job", "s whole", "s to the caller, median", "worst (of it waiting)", "longest deaf", "load", ""]
    text = [
        "# Ctrl-C in long jobs",
        f"{time.strftime('%Y-%m-%d')}, {platform.system()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; `python -m tests.stress stops`. Each job runs once whole. Then "
        f"another process sends it SIGINT at {moments} moments drawn over its length: seconds by the clock "
        "until the caller has KeyboardInterrupt, and those of the worst in which others had the processor. "
        "The longest deaf stretch of the whole run is the longest that the main thread took no step of "
        "Python: a signal at the worst moment had waited so long. The load is the machine's.",
        "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *lines]),
        f"{len(rows)} of {len(JOBS)} jobs; {slow} took, or could have taken, longer than {MOST_S} s besides "
        "waiting, or failed.",
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
