"""Blocks of work over threads: one workspace a thread, one progress bar, an end at once when interrupted."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from urbgeo.options import is_alone, one_thread, progress_bar, thread_count, with_progress

Room = TypeVar("Room")
Task = TypeVar("Task")
Result = TypeVar("Result")
Stop = NDArray[np.uint8]

POLL_S = 0.1


def over_blocks(
    count: int,
    block: int,
    make_room: Callable[[], Room],
    work: Callable[[int, int, Room, Stop], None],
    *,
    what: str,
    leave: bool = False,
) -> None:
    """Call ``work(first, last, room, stop)`` for every block of ``count`` items, on all threads.

    Each thread makes its ``room`` once. Compiled work looks at ``stop[0]`` between items and returns
    early when it is set, so that an interruption ends within one item; with ``leave`` it does not wait for
    that, which is for items that write to nothing that is used again. Where each item writes to its own
    place, the number of threads cannot change the result.
    """
    blocks = iter(range(0, count, block))
    turn = threading.Lock()

    def take_turns(stop: Stop, done: Callable[[int], None]) -> None:
        room = make_room()
        for first in _in_turn(blocks, turn, stop):
            last = min(first + block, count)
            work(first, last, room, stop)
            done(last - first)

    _on_threads(min(thread_count(), -(-count // block)), take_turns, total=count, what=what, leave=leave)


def each_of(tasks: Sequence[Task], work: Callable[[Task], Result], *, what: str = "") -> list[Result]:
    """``work`` of every task, in their order, on all threads.

    An interruption leaves those begun to their own end, unheard: they may write to nothing that is kept.
    """
    found: list[Any] = [None] * len(tasks)
    places, turn = iter(range(len(tasks))), threading.Lock()

    def take_turns(stop: Stop, done: Callable[[int], None]) -> None:
        for place in _in_turn(places, turn, stop):
            found[place] = work(tasks[place])
            done(1)

    _on_threads(min(thread_count(), len(tasks)), take_turns, total=len(tasks), what=what, leave=True)
    return found


def in_order(tasks: Sequence[Task], work: Callable[[Task], Result], *, what: str) -> Iterator[Result]:
    """``work`` of every task, handed out in their order; few are done ahead, so that memory stays small."""
    pool = ThreadPoolExecutor(thread_count())
    begun: deque[Future[Result]] = deque()
    try:
        for task in with_progress(tasks, total=len(tasks), what=what):
            begun.append(pool.submit(work, task))
            if len(begun) > thread_count():
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def over_tree(
    roots: Sequence[Task],
    work: Callable[[Task, Stop], tuple[Sequence[Task], int]],
    *,
    total: int,
    what: str,
) -> None:
    """Call ``work(task, stop)`` for all tasks, and for those it returns, on all threads.

    ``work`` also returns how much of the ``total`` it has done. It must not matter in which order tasks are
    done. ``stop`` as in :func:`over_blocks`.
    """
    waiting, changed, unfinished = list(roots), threading.Condition(), len(roots)

    def take_turns(stop: Stop, done: Callable[[int], None]) -> None:
        nonlocal unfinished
        while not stop[0]:
            with changed:
                if not unfinished:
                    return
                if not waiting:
                    changed.wait(POLL_S)
                    continue
                task = waiting.pop()
            further, share = work(task, stop)
            done(share)
            with changed:
                waiting.extend(further)
                unfinished += len(further) - 1
                changed.notify_all()

    _on_threads(thread_count(), take_turns, total=total, what=what)


def off_the_main_thread(work: Callable[[Stop], Result], *, what: str) -> Result:
    """The result of ``work(stop)``, done on another thread.

    Compiled work on the main thread would not notice an interruption, or fail on it in ways of its own.
    """
    results: list[Result] = []
    _on_threads(1, lambda stop, done: results.append(work(stop)), total=1, what=what)
    return results[0]


def let_go(work: Callable[[Stop], Result]) -> Result:
    """The result of ``work(stop)``, done on another thread that an interruption leaves behind.

    For calls into compiled code, ours or others', that looks at no flag or not often enough. What is left
    ends by itself, unheard, so it may write to nothing that is used again.
    """
    if threading.current_thread() is not threading.main_thread():
        return work(np.zeros(1, np.uint8))  # interruptions come to the main thread alone
    results: list[Result] = []
    _on_threads(1, lambda stop, done: results.append(work(stop)), total=1, what="", leave=True)
    return results[0]


def _in_turn(items: Iterator[int], turn: threading.Lock, stop: Stop) -> Iterator[int]:
    """What is left of items that several threads take from, until there is none or all are to stop."""
    while not stop[0]:
        with turn:
            one = next(items, None)
        if one is None:
            return
        yield one


def _on_threads(
    number: int,
    take_turns: Callable[[Stop, Callable[[int], None]], None],
    *,
    total: int,
    what: str,
    leave: bool = False,
) -> None:
    """Run ``take_turns(stop, done)`` on so many threads until all return, one fails or an interruption.

    Where the calling thread takes one thread and shows no bar (:func:`one_thread`), these do too.
    """
    alone = is_alone()
    stop = np.zeros(1, np.uint8)
    finished: list[int] = []
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            with one_thread() if alone else nullcontext():
                take_turns(stop, finished.append)
        except BaseException as error:  # noqa: BLE001, it is raised again in the calling thread
            failures.append(error)
            stop[0] = 1

    threads = [threading.Thread(target=guarded, daemon=True) for _ in range(max(1, number))]
    with progress_bar(total=total, what=what) if what else nullcontext() as bar:
        try:
            for one in threads:
                one.start()
            for one in threads:
                while one.is_alive():
                    one.join(POLL_S)
                    if bar is not None:
                        bar.update(sum(finished) - bar.n)
        finally:
            stop[0] = 1
            for one in threads:
                if one.ident is not None and not leave:
                    one.join()
    if failures:
        raise failures[0]
