"""Options of the whole package, progress bars and the log."""

from __future__ import annotations

import logging
import math
import os
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from urbgeo.errors import InputError
from urbgeo.language import LANGUAGES, speak

Item = TypeVar("Item")

log = logging.getLogger("urbgeo")
log.addHandler(logging.NullHandler())


@dataclass
class Options:
    """What a user may set: ``urbgeo.options.progress = False``.

    ``progress`` shows bars for long work; ``threads`` is the number of search threads (0 = all cores);
    ``memory_gb`` is what one job may need before it is refused (0 = no bound); ``language`` is what errors
    and warnings are said in, ``"zh"`` or ``"en"`` (``""``, the default: the language of the locale).
    Unknown names are refused.
    """

    progress: bool = True
    threads: int = 0
    memory_gb: float = 0.0
    language: str = ""

    def __setattr__(self, name: str, value: Any) -> None:
        known = {one.name: type(one.default) for one in fields(self)}
        if name not in known:
            raise InputError(f"options: no option {name!r}; there are {', '.join(known)}.")
        senseless = isinstance(value, int | float) and not (value >= 0 and math.isfinite(value))
        if type(value) is not known[name] or senseless:
            raise InputError(f"options.{name}: {value!r} is not a {known[name].__name__} that makes sense.")
        if name == "language":
            if value and value not in LANGUAGES:
                raise InputError(f"options.language: {value!r} is not spoken; give {' or '.join(LANGUAGES)}.")
            speak(value)
        object.__setattr__(self, name, value)


options = Options()
_alone = threading.local()


@contextmanager
def one_thread() -> Iterator[None]:
    """What this thread starts meanwhile takes one thread and shows no bar; the user's options stay."""
    before, _alone.here = is_alone(), True
    try:
        yield
    finally:
        _alone.here = before


def thread_count() -> int:
    """Threads to search with."""
    return 1 if is_alone() else options.threads or os.cpu_count() or 1


def check_memory(needed: float, what: str, remedy: str) -> None:
    """Refuse work of so many bytes that would not fit ``options.memory_gb``, before it starts.

    Raises
    ------
    InputError
        Saying how much is needed and how to do with less.
    """
    if not fits_memory(needed):
        raise InputError(
            f"{what}: about {needed / 1e9:.3g} GB are needed and options.memory_gb allows "
            f"{options.memory_gb:g}. {remedy}, or raise the budget."
        )


def fits_memory(needed: float) -> bool:
    """Whether work of so many bytes fits ``options.memory_gb``."""
    return not options.memory_gb or needed <= options.memory_gb * 1e9


def is_alone() -> bool:
    """Whether this thread is to start no others (:func:`one_thread`)."""
    return getattr(_alone, "here", False)


def _silent() -> bool:
    return is_alone() or not options.progress


def with_progress(items: Iterable[Item], *, total: int, what: str) -> Iterable[Item]:
    """The same items with a bar that appears when the work takes longer than a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tqdm complains in Jupyter without widgets, and then draws text bars
        from tqdm.auto import tqdm

    bar: Iterable[Item] = tqdm(items, total=total, desc=what, delay=1.0, disable=_silent(), leave=False)
    return bar


def progress_bar(*, total: int, what: str) -> Any:
    """A bar to update by hand, under the same rules as :func:`with_progress`."""
    from tqdm.auto import tqdm

    return tqdm(total=total, desc=what, delay=1.0, disable=_silent(), leave=False)
