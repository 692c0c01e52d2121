"""Numbers that a call or a set of rules takes where nothing is said, as they stand in the code."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator

Numbers = float | tuple[float, ...]


def defaults_of(room: str) -> dict[str, dict[str, Numbers]]:
    """By ``module.name`` of the room's public functions and holders, the numbers and truths they assume."""
    found = {}
    for module in pkgutil.iter_modules(importlib.import_module(f"urbgeo.{room}").__path__):
        held = importlib.import_module(f"urbgeo.{room}.{module.name}")
        for name, one in vars(held).items():
            own = getattr(one, "__module__", None) == held.__name__ and not name.startswith("_")
            if own and (inspect.isfunction(one) or (inspect.isclass(one) and dataclasses.is_dataclass(one))):
                numbers = _numbers(one)
                if numbers:
                    found[f"{module.name}.{name}"] = numbers
    return found


def _numbers(one: Callable[..., object]) -> dict[str, Numbers]:
    given = {name: how.default for name, how in inspect.signature(one).parameters.items()}
    return {
        name: value
        for name, value in given.items()
        if isinstance(value, int | float)
        or (isinstance(value, tuple) and value and all(isinstance(part, int | float) for part in value))
    }


def constants_of(room: str) -> dict[str, Numbers]:
    """By ``module.NAME`` the numbers that the modules of a room ("" for the package's own) name in public."""
    base = f"urbgeo.{room}" if room else "urbgeo"
    found: dict[str, Numbers] = {}
    for module in pkgutil.iter_modules(importlib.import_module(base).__path__):
        if module.ispkg or module.name == "__main__":
            continue
        held = importlib.import_module(f"{base}.{module.name}")
        for name in _named_in(ast.parse(inspect.getsource(held))):
            value = getattr(held, name)
            parts = value if isinstance(value, tuple) else (value,)
            if parts and all(isinstance(one, int | float) and not isinstance(one, bool) for one in parts):
                found[f"{module.name}.{name}"] = value
    return found


def _named_in(tree: ast.Module) -> Iterator[str]:
    """Names in capitals that a module gives a value, but for those it keeps to itself."""
    for node in tree.body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        for target in targets:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Name) and one.id.isupper() and not one.id.startswith("_"):
                    yield one.id
