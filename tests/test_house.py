"""The house stays easy to live in: small modules, no room too large, few parameters, no circle of imports."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import networkx as nx

PACKAGE = Path(__file__).parents[1] / "urbgeo"
FILES = sorted(PACKAGE.rglob("*.py"))

MOST_LINES = 450
MOST_OF_THE_HOUSE = 0.20
MOST_PARAMETERS = 8
MANY_ON_PURPOSE = {
    "urbgeo.study.build.region": "one argument a layer that a planner may have",
    "urbgeo.sources.tables.read_layer": "each names one thing that a file leaves open",
}


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def public_functions(path: Path) -> list[ast.FunctionDef]:
    """Functions with a documented list of parameters: those a planner is meant to call."""
    found = list(ast.parse(path.read_text(encoding="utf-8")).body)
    return [
        node
        for node in found
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and "Parameters\n" in (ast.get_docstring(node) or "")
    ]


def test_no_module_is_longer_than_one_reading() -> None:
    long = {module_of(path): lines(path) for path in FILES if lines(path) > MOST_LINES}
    assert not long


def test_no_room_holds_more_than_a_fifth_of_the_lines() -> None:
    rooms: Counter[str] = Counter()
    for path in FILES:
        rooms[path.relative_to(PACKAGE).parts[0]] += lines(path)
    total = rooms.total()
    assert not {room: count for room, count in rooms.items() if count > MOST_OF_THE_HOUSE * total}


def test_public_functions_have_few_parameters() -> None:
    many = {}
    for path in FILES:
        for function in public_functions(path):
            count = len(function.args.posonlyargs + function.args.args + function.args.kwonlyargs)
            name = f"{module_of(path)}.{function.name}"
            if count > MOST_PARAMETERS and name not in MANY_ON_PURPOSE:
                many[name] = count
    assert not many


def test_modules_import_each_other_in_no_circle() -> None:
    """Imports inside functions and for type checking count too."""
    known = {module_of(path) for path in FILES}
    graph = nx.DiGraph()
    for path in FILES:
        here = module_of(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("urbgeo"):
                for one in node.names:
                    inner = f"{node.module}.{one.name}"
                    target = inner if inner in known else str(node.module)
                    if target in known and target != here and path.name != "__init__.py":
                        graph.add_edge(here, target)
    circles = [sorted(one) for one in nx.strongly_connected_components(graph) if len(one) > 1]
    assert not circles
