"""Rules of the Degree of Urbanisation: every threshold and setting of an edition, checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from urbgeo.checks import check_choice, check_quantity, check_range, check_whole
from urbgeo.errors import InputError
from urbgeo.standards import (
    BUILT_SHARE,
    BUILT_SHARE_2023,
    CENTRE_DENSITY,
    CENTRE_PEOPLE,
    CLUSTER_DENSITY,
    CLUSTER_PEOPLE,
    HOLE_KM2,
    LOW_DENSITY,
    SEMI_DENSE_2021,
    SEMI_DENSE_2023,
    VILLAGE_PEOPLE,
    WATER_LAND,
)

MAJORITIES = {"half of valid": 0, "five of eight": 5, "seven of eight": 7}
"""Majority rules by the neighbours that must belong to one centre; 0 is more than half of the valid ones."""


@dataclass(frozen=True)
class SemiDense:
    """What makes a semi-dense urban cluster: density, people, contiguity, distance from denser clusters."""

    density: float
    population: float
    queen: bool
    distance_km: int

    def __post_init__(self) -> None:
        check_quantity(self.density, "semi-dense density", zero=True)
        check_quantity(self.population, "semi-dense population", zero=True)
        _check_flag(self.queen, "semi-dense queen")
        check_whole(self.distance_km, "semi-dense distance_km", 0)


@dataclass(frozen=True)
class UrbanRules:
    """The thresholds of one edition; densities per km² of permanent land, people in persons.

    ``built_share`` is the built-up share of land that makes a cell dense whatever its people (None: no such
    rule). ``majority`` is a key of :data:`MAJORITIES`. Holes of less than ``hole_km2`` are
    filled (0: none). ``centre_queen``, ``dense_queen`` and ``cluster_queen`` say whether cells that touch at
    a corner belong together. ``smoothed`` False leaves the edges of centres as they are. A cell is water with
    less land than ``water_land``, at most ``water_people`` and at most ``water_built`` of it built up.
    ``centre_window`` and ``cluster_window`` are the sides, in cells, of the squares over which people are
    averaged before centres and dense clusters, and urban clusters, are looked for (1: not at all).

    Raises
    ------
    InputError
        For numbers out of range, or a low density above that of clusters.
    """

    name: str
    built_share: float | None
    majority: str
    semi_dense: SemiDense
    centre_density: float = CENTRE_DENSITY
    centre_population: float = CENTRE_PEOPLE
    centre_queen: bool = False
    dense_population: float = CLUSTER_PEOPLE
    cluster_density: float = CLUSTER_DENSITY
    cluster_population: float = CLUSTER_PEOPLE
    cluster_queen: bool = True
    village_population: float = VILLAGE_PEOPLE
    low_density: float = LOW_DENSITY
    hole_km2: float = HOLE_KM2
    water_land: float = WATER_LAND
    dense_queen: bool = False
    smoothed: bool = True
    water_people: float = 0.0
    water_built: float = 0.0
    centre_window: int = 1
    cluster_window: int = 1

    def __post_init__(self) -> None:
        check_choice(self.majority, "majority", list(MAJORITIES))
        if not isinstance(self.semi_dense, SemiDense):
            raise InputError(f"semi_dense: a SemiDense is needed, not {type(self.semi_dense).__name__}.")
        if self.built_share is not None:
            check_range(self.built_share, "built_share", 0.0, 1.0, open_low=True)
        for name in _PEOPLE:
            check_quantity(getattr(self, name), name, zero=True)
        check_quantity(self.hole_km2, "hole_km2", zero=True)
        check_range(self.water_land, "water_land", 0.0, 1.0)
        check_range(self.water_built, "water_built", 0.0, 1.0)
        for name in ("centre_window", "cluster_window"):
            if check_whole(getattr(self, name), name, 1) % 2 == 0:
                raise InputError(f"{name}: {getattr(self, name)} cells have no middle; give an odd number.")
        for name in ("centre_queen", "cluster_queen", "dense_queen", "smoothed"):
            _check_flag(getattr(self, name), name)
        if self.low_density > self.cluster_density:
            raise InputError(
                f"low_density: {self.low_density:g} is above cluster_density {self.cluster_density:g}; "
                "mend the rules."
            )


_PEOPLE = (
    "centre_density", "centre_population", "dense_population", "cluster_density", "cluster_population",
    "village_population", "low_density", "water_people",
)  # fmt: skip


def _check_flag(value: object, name: str) -> None:
    if not isinstance(value, bool | np.bool_):
        raise InputError(f"{name}: {value!r}; give True or False.")


def _semi_dense(numbers: tuple[float, ...], *, queen: bool) -> SemiDense:
    density, people, apart_km = numbers
    return SemiDense(density, people, queen, round(apart_km))


R2022A = UrbanRules("R2022A", BUILT_SHARE, "five of eight", _semi_dense(SEMI_DENSE_2021, queen=True))
"""GHSL Data Package 2022 (JRC) and the Degree of Urbanisation manual (Eurostat, 2021)."""

R2023A = UrbanRules("R2023A", BUILT_SHARE_2023, "half of valid", _semi_dense(SEMI_DENSE_2023, queen=False))
"""GHSL Data Package 2023 (JRC); 0.2 is the built-up share its global rule gives for 2020, see
:func:`~urbgeo.cities.degurba.dense_built_share`."""

EDITIONS = {one.name: one for one in (R2022A, R2023A)}


def rules_of(edition: str | UrbanRules) -> UrbanRules:
    """An edition by name, or rules of one's own."""
    if isinstance(edition, UrbanRules):
        return edition
    check_choice(edition, "edition", tuple(EDITIONS))
    return EDITIONS[edition]
