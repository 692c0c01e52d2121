"""Blocks of work over threads: one workspace a thread, one progress bar, an end at once when interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
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

    Each thread makes its ``room`` once. Compiled work looks at ``stop[0]`` between items and returns
    early when it is set, so that an interruption ends within one item. Where each item writes to its own
    place, the number of threads cannot change the result.
    """
    stop = np.zeros(1, np.uint8)
    blocks = iter(range(0, count, block))
    turn = threading.Lock()
    finished: list[int] = []
    failures: list[BaseException] = []

    def take_turns() -> None:
        try:
            room = make_room()
            while not stop[0]:
                with turn:
                    first = next(blocks, None)
                if first is None:
                    return
                last = min(first + block, count)
                work(first, last, room, stop)
                finished.append(last - first)
        except BaseException as error:  # noqa: BLE001, it is raised again in the calling thread
            failures.append(error)
            stop[0] = 1

    number = max(1, min(thread_count(), -(-count // block)))
    threads = [threading.Thread(target=take_turns, daemon=True) for _ in range(number)]
    with progress_bar(total=count, what=what) as bar:
        try:
            for one in threads:
                one.start()
            for one in threads:
                while one.is_alive():
                    one.join(POLL_S)
                    bar.update(sum(finished) - bar.n)
        finally:
            stop[0] = 1
            for one in threads:
                if one.ident is not None:
                    one.join()
    if failures:
        raise failures[0]
