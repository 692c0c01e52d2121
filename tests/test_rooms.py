"""Data flows one way: a room imports earlier rooms only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "urbgeo"

ORDER = [
    "types",
    "language",
    "errors",
    "doors",
    "files",
    "provenance",
    "options",
    "compiling",
    "parallel",
    "words",
    "coordinates",
    "checks",
    "arguments",
    "magnitude",
    "amounts",
    "status",
    "crs",
    "units",
    "standards",
    "columns",
    "geopackage",
    "output",
    "results",
    "rasters",
    "engine",
    "sources",
    "regions",
    "network",
    "access",
    "cities",
    "surface",
    "land",
    "indicators",
    "maps",
    "study",
    "doctor",
    "cli",
    "__main__",
]


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "urbgeo"


def imports(path: Path) -> set[str]:
    """Rooms of urbgeo that a file imports, anywhere in it, type checking included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {room_of(one.name) for one in node.names if one.name.split(".")[0] == "urbgeo"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "urbgeo":
            if node.module == "urbgeo":
                found |= {one.name for one in node.names}
            else:
                found.add(room_of(node.module or ""))
        elif isinstance(node, ast.ImportFrom) and node.level:
            found.add("a relative import")
    return found


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_room_imports_a_later_one(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert room in ORDER, f"{room} is a new room: give it a place in ORDER and in ARCHITECTURE.md"
    later = {one for one in imports(path) if one not in ORDER or ORDER.index(one) > ORDER.index(room)}
    assert not later, f"{room} must not import {sorted(later)}"


def test_the_architecture_names_every_module_under_its_room_and_no_other() -> None:
    """A file is found from a question; a module that is added, moved or dropped changes the page too."""
    text = (PACKAGE.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = text.partition("## Rooms")[2].partition("## The front door")[0]
    pieces = re.split(r"\*\*(?:`([a-z/]+)/`|The gates[^*]*)\*\*", rooms)[1:]
    for room, said in zip(pieces[::2], pieces[1::2], strict=True):
        folder = PACKAGE / (room or "")
        there = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("__")}
        named = re.findall(r"`([a-z_]+)`", said.split("\n\n`import urbgeo`")[0])
        assert sorted(named) == sorted(there), f"{room or 'urbgeo'}/ in ARCHITECTURE.md"
    shown = {room or "" for room in pieces[::2]}
    assert shown == {
        path.parent.relative_to(PACKAGE).as_posix().replace(".", "") for path in PACKAGE.rglob("*.py")
    }
