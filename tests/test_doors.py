"""Doors open when touched and show what is on their list."""

from __future__ import annotations

import subprocess
import sys

import pytest

import urbgeo
from urbgeo.doors import room_door


def test_the_front_door_shows_its_list_and_opens_rooms_that_it_does_not_show() -> None:
    assert set(dir(urbgeo)) == set(urbgeo.__all__)
    assert "engine" not in dir(urbgeo)
    assert urbgeo.engine.heap.__name__ == "urbgeo.engine.heap"


def test_what_is_behind_no_door_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="no_such_verb"):
        _ = urbgeo.no_such_verb


def test_a_room_lists_its_modules_without_the_private_ones() -> None:
    _, shown, names = room_door("urbgeo.engine", [str(path) for path in urbgeo.engine.__path__])
    assert "heap" in shown() and "heap" in names
    assert not [name for name in names if name.startswith("_")]


@pytest.mark.parametrize("first", ["urbgeo.engine.plan", "urbgeo.options", "urbgeo"])
def test_options_at_the_door_are_the_options_whatever_was_imported_first(first: str) -> None:
    """Their module has the same name: a switch set on it would be set for nothing."""
    code = f"import urbgeo, {first}; urbgeo.options.progress = 1"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "options.progress: 1 is not a bool" in told.stderr


def test_nothing_is_loaded_before_it_is_touched() -> None:
    code = (
        "import sys, urbgeo; print('urbgeo.cities.circles' in sys.modules); urbgeo.commuting_circle; "
        "print('urbgeo.cities.circles' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "True"]
