"""Every number a verb takes is refused by its name where it is none: infinite, NaN, negative, True, text."""

from __future__ import annotations

import importlib
import inspect
import math
import re
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from tests.catalogue.calls import NO_ROOMS, PACKAGE, base_call
from tests.catalogue.servers import CALLS
from urbgeo.errors import UrbgeoError

NUMBER = re.compile(r"\b(float|int|Minutes)\b")
COMPOUND = re.compile(r"Sequence|Mapping|tuple|Callable|Series|Iterable")
NONE_OF_THEM = {
    "infinite": math.inf,
    "NaN": math.nan,
    "negative": -1.0,
    "True": True,
    "text": "5",
    "a list of none": [math.inf],
}

NOT_ASKED = (
    "indicators.lights.light_of",
    "indicators.words.value_in_words",
    "results.number_text",
    "words.directions",
)
"""What no planner calls: any number is written down, and a direction is one of our own constants."""

MEANT: dict[tuple[str, str], str] = {
    **{("nodata", what): "cells may say so by any number" for what in ("infinite", "NaN", "negative")},
    ("sheet", "text"): "a sheet is called by its name too",
}
"""(argument, what is given): why it is one there after all."""


def takers() -> dict[str, list[str]]:
    """The arguments of every function with an example that take one number, given there or not."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0].removesuffix(".py") in NO_ROOMS:
            continue
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for key, value in vars(importlib.import_module(name)).items():
            own = inspect.isfunction(value) and not key.startswith("_") and value.__module__ == name
            if own and ">>>" in (inspect.getdoc(value) or "") and not f"{name}.{key}".endswith(NOT_ASKED):
                arguments = [one.name for one in inspect.signature(value).parameters.values() if _number(one)]
                found |= {f"{name}.{key}": arguments} if arguments else {}
    return found


def _number(parameter: inspect.Parameter) -> bool:
    if isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool):
        return True
    said = str(parameter.annotation)
    return bool(NUMBER.search(said)) and not COMPOUND.search(said)


@pytest.mark.parametrize("name", sorted(takers()))
def test_what_is_no_number_is_refused_by_the_name_of_its_argument(
    name: str, request: pytest.FixtureRequest
) -> None:
    call = CALLS[name](request) if name in CALLS else base_call(name)
    assert call is not None
    wrong = []
    for argument in takers()[name]:
        for what, given in NONE_OF_THEM.items():
            became = _became(call.verb, {**call.given, argument: given}, argument)
            if became and (argument, what) not in MEANT:
                wrong.append(f"{argument}, {what}: {became}")
    assert not wrong, "\n".join(wrong)


def _became(verb: Callable[..., Any], given: dict[str, Any], argument: str) -> str:
    """What was wrong with the refusal; empty where there was one that names the argument."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            verb(**given)
        except UrbgeoError as error:
            return "" if argument in error.english else f"said without its name: {error.english[:100]}"
        except Exception as error:  # noqa: BLE001, that is what is looked for
            return f"{type(error).__name__}: {str(error)[:100]}"
    return "taken"
