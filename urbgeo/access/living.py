"""Living circles: which everyday services people reach on foot, and how fast help reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from urbgeo.access.reading import table_of
from urbgeo.access.table import MinutesTable
from urbgeo.amounts import series_of, warn
from urbgeo.checks import check_minutes
from urbgeo.errors import Faults, InputError, UrbgeoError, some_of
from urbgeo.provenance import Provenance

LIVING_CIRCLE: Mapping[str, tuple[str, float]] = {
    "social convenience": ("daily life", 5.0),
    "park": ("open space", 5.0),
    "primary school": ("education", 10.0),
    "market": ("daily life", 10.0),
    "health": ("care", 15.0),
    "elderly care": ("care", 15.0),
    "culture": ("leisure", 15.0),
    "sport": ("leisure", 15.0),
    "waterfront": ("open space", 15.0),
}
"""Service -> (category, minutes on foot). Defaults to be checked against the local guide; after the ideas of
TD/T 1062-2021 and TD/T 1063-2021, whose texts set what is asked of a plan."""

HALF_HOUR_CIRCLE: Mapping[str, tuple[str, float]] = {
    "tier-3 hospital": ("care", 30.0),
    "senior school": ("education", 30.0),
    "culture centre": ("leisure", 30.0),
    "sports centre": ("leisure", 30.0),
    "station": ("travel", 30.0),
}
"""Service -> (category, minutes by car or transit) of the half-hour city circle (城镇圈, half an hour of
commuting in the guide to municipal territorial plans, 2020); which services belong to it is judgement."""

EMERGENCY_MIN: Mapping[str, float] = {"fire": 5.0, "ambulance": 15.0}
"""Usual bounds of emergency response in minutes of driving; parameters, not quotations."""

CAPACITY_MIN: Mapping[str, float] = {"shelter": 15.0, "tier-3 hospital": 60.0}
"""Minutes within which people are placed by :func:`shelter_places`: on foot, by car. Judgement."""


def walking_circle(
    minutes: float, services: Mapping[str, tuple[str, float]] = LIVING_CIRCLE
) -> Mapping[str, tuple[str, float]]:
    """The services of the 5-, 10- or 15-minute circle: those of a table that are due within so many minutes.

    Raises
    ------
    InputError
        When none is due within ``minutes``.
    """
    limit = check_minutes(minutes)
    found = {name: one for name, one in services.items() if one[1] <= limit}
    if not found:
        raise InputError(f"minutes: no service is due within {limit:g}; give more, or services of your own.")
    return found


@dataclass(frozen=True, eq=False)
class LivingCircles:
    """Services within reach of each place.

    Attributes
    ----------
    table
        One row per place: ``minutes <service>`` to the nearest (``inf`` = none), ``within <service>``,
        ``completeness`` (share of the services within reach), ``composite`` (mean over the categories of
        the share within each), ``complete`` (all of them), ``people``.
    services
        One row per service: ``category``, ``minutes``, ``facilities``, ``share`` of people within reach.
    share_complete
        Share of people with every service within reach.
    provenance
        Parameters.
    """

    table: pd.DataFrame
    services: pd.DataFrame
    share_complete: float
    provenance: Provenance

    def __repr__(self) -> str:
        return (
            f"<LivingCircles of {len(self.table)} places, {len(self.services)} services, "
            f"{self.share_complete:.1%} of people complete>"
        )


def living_circles(
    minutes_table: pd.DataFrame | MinutesTable,
    service: pd.Series,
    people: pd.Series,
    *,
    services: Mapping[str, tuple[str, float]] = LIVING_CIRCLE,
) -> LivingCircles:
    """Services within their minutes of each place, completeness, and the share of people with all.

    Parameters
    ----------
    minutes_table
        Wide or long minutes on foot (or by car, for a half-hour city circle) from places to facilities.
    service
        Name of the service by facility id.
    people
        By place id.
    services
        Service -> (category, minutes, a closed bound).

    Raises
    ------
    InputError
        For faulty tables or people (naming ids), facilities without a service or with one that is not asked,
        thresholds that are not > 0, no services.

    Warns
    -----
    UrbgeoWarning
        Naming the services that no facility offers: everybody lacks them.
    """
    if not services:
        raise InputError("services: give at least one.")
    limits = {name: check_minutes(one[1], f"services[{name!r}]") for name, one in services.items()}
    weights = series_of(people, "people")
    _check_services(service, services)
    travel = table_of(minutes_table, origins=weights.index, destinations=service.index)
    kinds = service.to_numpy()
    columns: dict[str, object] = {}
    for name, limit in limits.items():
        kept = kinds[travel.destination] == name
        nearest = np.full(len(weights), np.inf)
        np.minimum.at(nearest, travel.origin[kept], travel.minutes[kept])
        columns[f"minutes {name}"], columns[f"within {name}"] = nearest, nearest <= limit
    table = pd.DataFrame(columns, index=weights.index)
    within = table[[f"within {name}" for name in services]].set_axis(list(services), axis=1)
    category = pd.Series({name: one[0] for name, one in services.items()})
    table["completeness"] = within.mean(axis=1)
    table["composite"] = within.T.astype(float).groupby(category).mean().mean()
    table["complete"], table["people"] = within.all(axis=1), weights
    empty = [name for name in services if name not in set(kinds)]
    if empty:
        warn(f"services: no facility offers {some_of(empty)}.")
    total = weights.sum()
    by_service = pd.DataFrame(
        {
            "category": category,
            "minutes": pd.Series(limits),
            "facilities": pd.Series({name: int((kinds == name).sum()) for name in services}),
            "share": within.mul(weights, axis=0).sum() / total if total else np.nan,
        }
    )
    complete = float(weights[table["complete"]].sum() / total) if total else float("nan")
    about = travel.provenance.having(parameters={"services": dict(services)})
    return LivingCircles(table, by_service, complete, about)


def emergency_response(
    minutes_table: pd.DataFrame | MinutesTable, people: pd.Series, *, minutes: float = EMERGENCY_MIN["fire"]
) -> pd.DataFrame:
    """Which station reaches each place first, and whether in time; travel runs from stations outwards.

    Parameters
    ----------
    minutes_table
        Wide or long minutes from stations (origin) to places (destination).
    people
        By place id.
    minutes
        Closed bound, e.g. of :data:`EMERGENCY_MIN`.

    Returns
    -------
    pandas.DataFrame
        One row per place: ``station`` (missing when none comes; equal times go to the first), ``minutes``
        (``inf`` then), ``in_time``, ``second_min`` (of the second station, should the first be out),
        ``people``.

    Raises
    ------
    InputError
        For faulty tables or people (naming ids), minutes not > 0.
    """
    limit, weights = check_minutes(minutes), series_of(people, "people")
    travel = table_of(minutes_table, destinations=weights.index)
    order = np.lexsort((travel.origin, travel.minutes, travel.destination))
    place, time, station = travel.destination[order], travel.minutes[order], travel.origin[order]
    turn = np.arange(len(place)) - np.searchsorted(place, place)
    first, second = turn == 0, turn == 1
    least, next_least = np.full(len(weights), np.inf), np.full(len(weights), np.inf)
    names = np.full(len(weights), None, dtype=object)
    least[place[first]], next_least[place[second]] = time[first], time[second]
    names[place[first]] = travel.origins.to_numpy()[station[first]]
    return pd.DataFrame(
        {"station": names, "minutes": least, "in_time": least <= limit, "second_min": next_least}
        | {"people": weights},
        index=weights.index,
    )


def shelter_places(
    minutes_table: pd.DataFrame | MinutesTable, people: pd.Series, capacity: pd.Series, *, minutes: float
) -> pd.DataFrame:
    """People placed in shelters (or hospitals) with limited room: as many as fit, then with least walking.

    A linear programme; people of one place may be divided among shelters.

    Parameters
    ----------
    minutes_table
        Wide or long minutes from places to shelters or hospitals.
    people, capacity
        People (or the beds they need) by place id, room by shelter id.
    minutes
        Closed bound, e.g. of :data:`CAPACITY_MIN`.

    Returns
    -------
    pandas.DataFrame
        One row per place: ``people``, ``placed``, ``unplaced``, ``mean_minutes`` of the placed (NaN without).

    Raises
    ------
    InputError
        For faulty tables, people or capacity (naming ids), minutes not > 0.
    UrbgeoError
        When the programme cannot be solved.
    """
    limit = check_minutes(minutes)
    weights, room = series_of(people, "people"), series_of(capacity, "capacity")
    travel = table_of(minutes_table, origins=weights.index, destinations=room.index)
    near = travel.minutes <= limit
    i, j, t = travel.origin[near], travel.destination[near], travel.minutes[near]
    placed, walked = np.zeros(len(weights)), np.zeros(len(weights))
    if len(i):
        k, ones = np.arange(len(i)), np.ones(len(i))
        leave = coo_array((ones, (i, k)), shape=(len(weights), len(i)))
        enter = coo_array((ones, (j, k)), shape=(len(room), len(i)))
        # Anybody placed saves more than the longest walk, so that room is filled before walks are cut.
        found = linprog(
            t - 2.0 * limit, A_ub=vstack([leave, enter]), b_ub=np.concatenate([weights, room]), method="highs"
        )
        if found.status != 0:
            raise UrbgeoError(f"shelters: the programme was not solved ({found.message}).")
        placed, walked = leave @ found.x, leave @ (found.x * t)
    mean = np.divide(walked, placed, out=np.full(len(weights), np.nan), where=placed > 0)
    return pd.DataFrame(
        {"people": weights, "placed": placed, "unplaced": weights - placed, "mean_minutes": mean},
        index=weights.index,
    )


def _check_services(service: pd.Series, services: Mapping[str, tuple[str, float]]) -> None:
    if not isinstance(service, pd.Series) or service.empty:
        raise InputError("service: give a Series with the service of every facility, by facility id.")
    faults = Faults("service")
    if not service.index.is_unique:
        faults.add("repeated ids", ids=service.index[service.index.duplicated()].unique())
    other = ~service.isin(list(services))
    if other.any():
        faults.add(
            f"{some_of(service[other].astype(str).unique())} is not among the services asked",
            ids=service.index[other],
            remedy="drop these facilities or add the service",
        )
    faults.raise_if_any()
