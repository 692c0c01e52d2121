"""One grammar for every public verb: order and names of arguments, units, docstrings, results, statuses.

A verb is public when its docstring lists its parameters. A new argument name must be given its meaning here.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import urbgeo
from urbgeo.results import Result

PACKAGE = Path(urbgeo.__file__).parent
NO_ROOMS = ("doors", "engine", "__main__", "cli")
"""Where no planner calls anything."""

SECTIONS = ("Parameters", "Returns", "Raises", "Examples")
ASKED_FIRST = ("travel", "network", "region")
"""What minutes come from stands before all else."""

ASKED_NEXT = ("origins", "destinations", "places", "facilities", "stations")
"""Who asks and who is asked for stand second and third, though a table of minutes may hold them itself."""

BEFORE = (
    ("core", "zones"),
    ("cores", "zones"),
    ("demand", "supply"),
    ("demand", "facilities"),
    ("places", "facilities"),
    ("origins", "destinations"),
)
"""Pairs of one order: the centre before its zones, who asks before who serves."""

KEYWORDS = ("observed", "covered")
"""What a verb is held against, never by position; ``coverage_of_people`` alone is about what is covered."""

UNIT_ENDINGS = ("_min", "_kmh", "_km", "_m", "_km2", "_ha", "_m2")
OLD_WORDS = (
    "minutes_table",
    "table",
    "od",
    "times",
    "threshold",
    "thresholds",
    "thresholds_min",
    "pop",
)


def modules() -> Iterator[Any]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0].removesuffix(".py") not in NO_ROOMS:
            name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
            yield importlib.import_module(name)


def verbs() -> dict[str, Callable[..., Any]]:
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(value) or value.__module__ != module.__name__:
                continue
            if "Parameters\n" in (inspect.getdoc(value) or ""):
                found[f"{module.__name__}.{name}"] = value
    return found


VERBS = verbs()


def arguments(verb: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(verb).parameters.values())


@pytest.mark.parametrize("name", sorted(VERBS))
def test_docstrings_say_what_goes_in_and_comes_out(name: str) -> None:
    text = inspect.getdoc(VERBS[name]) or ""
    missing = [one for one in SECTIONS if not re.search(rf"^{one}\n-+$", text, re.M)]
    assert not missing, f"{name}: no section {missing}"
    described = re.findall(r"^([a-z_0-9]+(?:, [a-z_0-9]+)*)(?: : .*)?$", text.split("Returns\n")[0], re.M)
    named = {one for line in described for one in line.split(", ")}
    unsaid = [one.name for one in arguments(VERBS[name]) if one.name not in named]
    assert not unsaid, f"{name}: {unsaid} not described"


@pytest.mark.parametrize("name", sorted(VERBS))
def test_minutes_come_first_and_options_are_keywords(name: str) -> None:
    given = arguments(VERBS[name])
    for place, one in enumerate(given):
        if one.name in ASKED_FIRST and one.default is inspect.Parameter.empty:
            assert place == 0, f"{name}: {one.name} stands behind {given[0].name}"
        if one.default is not inspect.Parameter.empty and not (place < 3 and one.name in ASKED_NEXT):
            assert one.kind is inspect.Parameter.KEYWORD_ONLY, f"{name}: {one.name} must be a keyword"


@pytest.mark.parametrize("name", sorted(VERBS))
def test_places_stand_in_one_order_and_what_is_held_against_is_named(name: str) -> None:
    given = {one.name: one for one in arguments(VERBS[name])}
    order = list(given)
    for first, second in BEFORE:
        if first in given and second in given:
            assert order.index(first) < order.index(second), f"{name}: {first} stands before {second}"
    for one in set(KEYWORDS) & set(given) - set(order[:2]):
        assert given[one].kind is inspect.Parameter.KEYWORD_ONLY, f"{name}: {one} must be a keyword"


@pytest.mark.parametrize("name", sorted(VERBS))
def test_old_words_are_gone(name: str) -> None:
    assert not [one.name for one in arguments(VERBS[name]) if one.name in OLD_WORDS]


def test_every_argument_has_a_name_of_the_closed_list() -> None:
    """A new name is thought about once more: is there one already, does it end in its unit?"""
    known = set((Path(__file__).parent / "vocabulary.txt").read_text(encoding="utf-8").split())
    used = {one.name for verb in VERBS.values() for one in arguments(verb)}
    assert not used - known, "names outside the vocabulary"
    assert not known - used, "names that no verb uses any more"


def results() -> dict[str, type]:
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            if (
                inspect.isclass(value)
                and dataclasses.is_dataclass(value)
                and value.__module__ == module.__name__
            ):
                found[f"{module.__name__}.{name}"] = value
    return found


def test_frozen_holders_compare_by_identity_or_by_plain_values() -> None:
    """No dataclass of arrays or frames may be compared field by field: that raises."""
    risky = re.compile(r"DataFrame|Series|NDArray|Floats|Ints|Flags|Index|Values|Shapes|Grid")
    wrong = []
    for name, kind in results().items():
        types = " ".join(str(one.type) for one in dataclasses.fields(kind))
        if risky.search(types) and kind.__eq__ is not object.__eq__:
            wrong.append(name)
    assert not wrong


HOLDERS = ("TravelNetwork", "Timetable", "Landscape", "Region", "Grid")
"""What verbs work on; no answers, though they too know how they were made."""


def returned_by(verb: Callable[..., Any]) -> type | None:
    named = str(inspect.signature(verb).return_annotation)
    return results().get(f"{verb.__module__}.{named}")


@pytest.mark.parametrize("name", [one for one in sorted(VERBS) if returned_by(VERBS[one])])
def test_frozen_results_share_one_shape(name: str) -> None:
    kind = returned_by(VERBS[name])
    assert kind is not None
    if kind.__name__ not in HOLDERS and "provenance" in {one.name for one in dataclasses.fields(kind)}:
        assert issubclass(kind, Result), f"{kind.__name__} is no Result"
        assert "table" in {one.name for one in dataclasses.fields(kind)} or isinstance(
            inspect.getattr_static(kind, "table", None), property
        )
