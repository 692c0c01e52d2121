"""The base call of every public verb: what its docstring's example gives it, caught on the way."""

from __future__ import annotations

import doctest
import importlib
import inspect
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urbgeo

PACKAGE = Path(urbgeo.__file__).parent
NO_ROOMS = ("doors", "engine", "__main__", "cli")
"""Where no planner calls anything."""


KEPT = tempfile.TemporaryDirectory(prefix="catalogue-", ignore_cleanup_errors=True)
"""What examples write stays until the end: the changed calls read it again."""


class _Folder:
    """A temporary folder that its ``with`` block does not take along."""

    def __init__(self) -> None:
        self.name = tempfile.mkdtemp(dir=KEPT.name)

    def __enter__(self) -> str:
        return self.name

    def __exit__(self, *_: object) -> None:
        pass

    def cleanup(self) -> None:
        pass


@contextmanager
def _kept_folders() -> Iterator[None]:
    usual = tempfile.TemporaryDirectory

    def folder(*args: Any, dir: Any = None, **kwargs: Any) -> Any:
        return usual(*args, dir=dir, **kwargs) if dir else _Folder()

    tempfile.TemporaryDirectory = folder  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        tempfile.TemporaryDirectory = usual  # type: ignore[misc]


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a verb: its arguments by name, and what it answered."""

    verb: Callable[..., Any]
    given: dict[str, Any]
    answer: Any


def verbs() -> dict[str, Callable[..., Any]]:
    """Functions whose docstring lists their parameters, by dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0].removesuffix(".py") not in NO_ROOMS:
            name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
            module = importlib.import_module(name)
            for key, value in vars(module).items():
                public = inspect.isfunction(value) and not key.startswith("_")
                if public and value.__module__ == name and "Parameters\n" in (inspect.getdoc(value) or ""):
                    found[f"{name}.{key}"] = value
    return found


def base_call(dotted: str) -> Call | None:
    """What the example of a verb asks of it first; None where the verb has no example that calls it."""
    name, _, key = dotted.rpartition(".")
    module = importlib.import_module(name)
    verb = getattr(module, key)
    caught: list[Call] = []

    def catching(*args: Any, **kwargs: Any) -> Any:
        answer = verb(*args, **kwargs)
        if not caught:
            bound = inspect.signature(verb).bind(*args, **kwargs)
            caught.append(Call(verb, dict(bound.arguments), answer))
        return answer

    catching.__doc__ = None
    tests = doctest.DocTestFinder(recurse=False).find(verb, dotted, globs=dict(vars(module)))
    # An example may take the verb from the front door, which keeps what it has handed out.
    front = getattr(urbgeo, key, None) is verb
    holders = [module, urbgeo] if front else [module]
    for holder in holders:
        setattr(holder, key, catching)
    try:
        for test in tests:
            test.globs[key] = catching
            runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
            with _kept_folders(), redirect_stdout(io.StringIO()):
                here = Path.cwd()
                os.chdir(tempfile.mkdtemp(dir=KEPT.name))
                try:
                    runner.run(test, clear_globs=False)
                finally:
                    os.chdir(here)
    finally:
        for holder in holders:
            setattr(holder, key, verb)
    return caught[0] if caught else None
