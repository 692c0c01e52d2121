"""What a scorecard is asked with is known, of a year, and of the unit that its target has."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.indicators.asked import MAY_FALL, check_given, check_layers
from urbgeo.indicators.targets import layer_names

TARGETS = pd.DataFrame(
    {"unit": ["%", "%", "persons", "km", "points"], "target_value": [65.0, 0.0, 1e7, 100.0, 3.0]},
    index=["rate", "growth", "people", "length", "change"],
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate", 0), ("rate", 1.01), ("rate", 100), ("rate", -100.0), ("growth", 0.5), ("people", 10_000),
        ("people", 0), ("length", 0.0), ("change", -3.0), ("rate", np.int64(40)), ("rate", np.float32(40)),
    ],
)  # fmt: skip
def test_numbers_that_fit_their_unit_are_taken_up_to_the_bound(name: str, value: float) -> None:
    check_given({name: {2020: value, np.int64(1900): value, 2200: value}}, TARGETS)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("rate", 1, r"reads as a fraction; write per cent, 100"),
        ("rate", -0.35, r"reads as a fraction; write per cent, -35"),
        ("rate", 100.1, "no per cent"),
        ("growth", -100.1, "no per cent"),
        ("people", 9_999, r"in persons, not 万: 9\.999e\+07"),
        ("people", -1, "no negative number"),
        ("length", -0.1, r"-0\.1 km; give no negative number"),
        ("rate", math.inf, "no finite number"),
        ("rate", "40", "no finite number"),
        ("rate", True, "no finite number"),
        ("rate", None, "no finite number"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_with_what_to_write(name: str, value: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_given({name: {2020: value}}, TARGETS)  # type: ignore[dict-item]


@pytest.mark.parametrize("year", [1899, 2201, 2020.0, "2020", None])
def test_what_is_no_year_is_refused(year: object) -> None:
    with pytest.raises(InputError, match=f"rate: {year!r} is no year"):
        check_given({"rate": {year: 40.0}}, TARGETS)  # type: ignore[dict-item]


def test_all_faults_are_told_at_once() -> None:
    given = {"nothing": {2020: 1.0}, "rate": {1800: 0.5}, "people": 5}
    with pytest.raises(InputError) as told:
        check_given(given, TARGETS)  # type: ignore[arg-type]
    text = str(told.value)
    assert all(
        word in text for word in ("no such target at nothing", "1800 is no year", "0.5 reads", "by year")
    )


def test_only_units_of_change_may_fall_below_nothing() -> None:
    assert set(MAY_FALL) == {"%", "points", "index"}


def test_every_layer_that_a_measure_asks_for_may_be_given_and_no_other() -> None:
    check_layers(dict.fromkeys(layer_names().index))
    check_layers({})
    with pytest.raises(InputError, match=r"no measure asks for bulit, 7; there are .*built"):
        check_layers({"bulit": None, 7: None, "built": None})  # type: ignore[dict-item]
