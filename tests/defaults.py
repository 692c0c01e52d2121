"""Numbers that a call or a set of rules takes where nothing is said, as they stand in the code."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Callable

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
