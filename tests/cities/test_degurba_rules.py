"""Rules of the Degree of Urbanisation: every threshold and setting of an edition, checked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.cities.cells import grid_of
from urbgeo.cities.degurba import (
    degree_of_urbanisation,
)
from urbgeo.cities.degurba_rules import R2023A
from urbgeo.errors import InputError


def test_water_may_hold_few_people_and_a_little_that_is_built() -> None:
    people, built = np.array([[0.0, 3, 0, 4]]), np.array([[0.0, 0, 0.1, 0]])
    grid = grid_of(people, land=0.4, built=built)
    assert degree_of_urbanisation(grid, edition=R2023A).classes[0].tolist() == [0, 1, 1, 1]
    some = replace(R2023A, water_people=3.0, water_built=0.1)
    assert degree_of_urbanisation(grid, edition=some).classes[0].tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("window", [0, 2, 3.0, True])
def test_windows_without_a_middle_are_refused(window: object) -> None:
    with pytest.raises(InputError, match="centre_window"):
        replace(R2023A, centre_window=window)
