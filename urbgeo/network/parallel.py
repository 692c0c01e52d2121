"""Blocks of work over threads: one workspace a thread, one progress bar, an end at once when interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from urbgeo.options import progress_bar, thread_count

Room = TypeVar("Room")
Stop = NDArray[np.uint8]

POLL_S = 0.1


def over_blocks(
    count: int,
    block: int,
    make_room: Callable[[], Room],
    work: Callable[[int, int, Room, Stop], None],
    *,
    what: str,
) -> None:
    """Call ``work(first, last, room, stop)`` for every block of ``count`` items, on all threads.

    Each thread makes its ``room`` once. Compiled work looks at ``stop[0]`` between items and returns early
    when it is set, so that an interruption ends within one item. Where each item writes to its own place,
    the number of threads cannot change the result.
    """
    stop = np.zeros(1, np.uint8)
    own = threading.local()

    def task(first: int) -> int:
        if not hasattr(own, "room"):
            own.room = make_room()
        last = min(first + block, count)
        if not stop[0]:
            work(first, last, own.room, stop)
        return last - first

    starts = range(0, count, block)
    threads = max(1, min(thread_count(), len(starts)))
    with ThreadPoolExecutor(threads) as pool, progress_bar(total=count, what=what) as bar:
        waiting = {pool.submit(task, first) for first in starts}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=POLL_S, return_when=FIRST_COMPLETED)
                bar.update(sum(one.result() for one in done))
        except BaseException:
            stop[0] = 1
            pool.shutdown(wait=True, cancel_futures=True)
            raise
