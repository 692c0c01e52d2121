"""A local Dask cluster of two processes, and a way to kill one of them in the middle of work."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as one,
    ):
        yield one


def kill_one(client: Any, word: str, after_s: float) -> list[float]:
    """Kill a worker so long after a task of this name began; the list returned then holds the time."""
    pids = client.run(os.getpid)
    killed: list[float] = []

    def kill() -> None:
        while not any(word in key for keys in client.processing().values() for key in keys):
            time.sleep(0.01)
        time.sleep(after_s)
        os.kill(next(iter(pids.values())), signal.SIGKILL)
        killed.append(time.perf_counter())

    threading.Thread(target=kill, daemon=True).start()
    return killed
