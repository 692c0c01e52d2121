"""Holders of arrays and tables compare by identity: comparing them value by value has no single answer.

What is made once is not changed after, and results say themselves in their own words.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import urbgeo
from urbgeo.results import Result

WRITTEN = ("Options", "Findings")
"""What is there to be written into."""

HELD = (
    *("Floats", "Ints", "Singles", "Flags", "Bytes", "Shapes", "Values", "NDArray", "ndarray", "csr_array"),
    *("DataFrame", "GeoDataFrame", "Series", "GeoSeries", "Index", "Grid", "Graph", "Arcs", "TravelNetwork"),
)


def dataclasses_of_the_package() -> Iterator[type]:
    for module in pkgutil.walk_packages(urbgeo.__path__, "urbgeo."):
        if module.name.endswith("__main__"):
            continue
        held = importlib.import_module(module.name)
        for one in vars(held).values():
            if inspect.isclass(one) and one.__module__ == module.name and dataclasses.is_dataclass(one):
                yield one


every = pytest.mark.parametrize(
    "kind", sorted(dataclasses_of_the_package(), key=repr), ids=lambda one: one.__qualname__
)


@every
def test_what_holds_arrays_compares_by_identity(kind: type) -> None:
    types = [str(field.type) for field in dataclasses.fields(kind)]
    held = [one for one in types if not one.startswith("Callable") and any(name in one for name in HELD)]
    assert not (held and kind.__eq__ is not object.__eq__), f"{held}: say eq=False"
    if held:
        assert hash(object.__new__(kind)) is not None


@every
def test_what_is_made_is_not_changed(kind: type) -> None:
    assert kind.__dataclass_params__.frozen is (kind.__name__ not in WRITTEN)


@every
def test_results_say_themselves_in_their_own_words(kind: type) -> None:
    assert (
        not issubclass(kind, Result) or kind.__repr__ is Result.__repr__ or not kind.__dataclass_params__.repr
    )
