"""Doors that open when touched: names and sub-modules are imported at their first use, never before.

The front door's names stand in one list, ``__init__.pyi``, which editors and type checkers read too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, TypeAlias

import lazy_loader

Door: TypeAlias = tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]
"""``__getattr__``, ``__dir__`` and ``__all__`` of a package."""


def front_door(package: str, file: str) -> Door:
    """The names in the list beside ``file``; rooms open too but are not shown."""
    named, shown, names = lazy_loader.attach_stub(package, file)
    rooms, _, _ = room_door(package, [str(Path(file).parent)])

    def find(name: str) -> Any:
        return named(name) if name in names else rooms(name)

    return find, shown, names


def room_door(package: str, path: list[str]) -> Door:
    """The modules of a room, so that every dotted name works after ``import urbgeo``."""
    modules = [one.name for one in iter_modules(path) if not one.name.startswith("_")]
    return lazy_loader.attach(package, submodules=modules)
