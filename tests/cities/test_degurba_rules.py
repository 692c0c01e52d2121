"""Rules of the Degree of Urbanisation: every threshold and setting of an edition, checked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.cities.cells import grid_of
from urbgeo.cities.degurba import (
    degree_of_urbanisation,
)
from urbgeo.cities.degurba_rules import MAJORITIES, R2022A, R2023A, SemiDense, rules_of
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


def test_editions_are_those_of_the_data_packages() -> None:
    """GHSL Data Package 2022 and 2023: built-up share, semi-dense clusters, majority of neighbours."""
    assert R2022A.semi_dense == SemiDense(300.0, 5000.0, True, 3)
    assert R2023A.semi_dense == SemiDense(900.0, 2500.0, False, 2)
    assert [one.built_share for one in (R2022A, R2023A)] == [0.5, 0.2]
    assert [MAJORITIES[one.majority] for one in (R2022A, R2023A)] == [5, 0]
    assert rules_of("R2022A") is R2022A and rules_of(R2023A) is R2023A
    with pytest.raises(InputError, match="edition"):
        rules_of("R2019A")


@pytest.mark.parametrize(
    "wrong",
    [
        {"majority": "six of eight"}, {"built_share": 0.0}, {"built_share": 1.1}, {"centre_density": -1.0},
        {"hole_km2": -1.0}, {"water_land": 1.1}, {"water_built": -0.1}, {"cluster_window": 4},
        {"smoothed": 1}, {"low_density": 300.1}, {"semi_dense": (300, 5000)},
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        replace(R2022A, **wrong)


def test_settings_on_their_bounds_are_taken() -> None:
    most = replace(
        R2022A, built_share=1.0, water_land=1.0, water_built=1.0, low_density=300.0, centre_window=3
    )
    least = replace(R2022A, built_share=None, water_land=0.0, hole_km2=0.0, centre_density=0.0)
    assert (most.low_density, most.centre_window, least.built_share, least.hole_km2) == (300, 3, None, 0)
    for wrong in ((-1, 0, True, 0), (0, -1, True, 0), (0, 0, 1, 0), (0, 0, True, -1), (0, 0, True, 1.5)):
        with pytest.raises(InputError, match="semi-dense"):
            SemiDense(*wrong)
    assert SemiDense(0, 0, False, 0).distance_km == 0
