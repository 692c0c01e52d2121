"""Living circles: which everyday services people reach on foot, and how fast help reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from urbgeo.access.travel import Places, Travel, check_travel, pairs, with_names_of
from urbgeo.amounts import amounts_by_id, warn
from urbgeo.checks import check_columns, check_mapping, check_minutes
from urbgeo.errors import Faults, InputError, UrbgeoError, some_of
from urbgeo.parallel import let_go
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.standards import (
    AMBULANCE_MIN,
    CONVENIENCE_MIN,
    FIRE_MIN,
    HALF_HOUR_MIN,
    HOSPITAL_DRIVE_MIN,
    PARK_WALK_MIN,
    SERVICE_MIN,
    SHELTER_WALK_MIN,
    WATERFRONT_MIN,
)

LIVING_CIRCLE: Mapping[str, tuple[str, float]] = {
    "social convenience": ("daily life", CONVENIENCE_MIN),
    "park": ("open space", PARK_WALK_MIN),
    "elderly care": ("care", SERVICE_MIN["elderly care"]),
    "primary school": ("education", SERVICE_MIN["primary school"]),
    "market": ("daily life", SERVICE_MIN["market"]),
    "secondary school": ("education", SERVICE_MIN["secondary school"]),
    "health": ("care", SERVICE_MIN["health"]),
    "culture": ("leisure", SERVICE_MIN["culture"]),
    "sport": ("leisure", SERVICE_MIN["sport"]),
    "waterfront": ("open space", WATERFRONT_MIN),
}
"""Service -> (category, minutes on foot), by the names of the indicators of TD/T 1063-2021; to be checked
against the local guide."""

HALF_HOUR_CIRCLE: Mapping[str, tuple[str, float]] = {
    "tier-3 hospital": ("care", HALF_HOUR_MIN),
    "senior school": ("education", HALF_HOUR_MIN),
    "culture centre": ("leisure", HALF_HOUR_MIN),
    "sports centre": ("leisure", HALF_HOUR_MIN),
    "station": ("travel", HALF_HOUR_MIN),
}
"""Service -> (category, minutes by car or transit) of the half-hour city circle (城镇圈); which services
belong to it is judgement."""

EMERGENCY_MIN: Mapping[str, float] = {"fire": FIRE_MIN, "ambulance": AMBULANCE_MIN}
"""Bounds of emergency response in minutes of driving."""

CAPACITY_MIN: Mapping[str, float] = {"shelter": SHELTER_WALK_MIN, "tier-3 hospital": HOSPITAL_DRIVE_MIN}
"""Minutes within which people are placed by :func:`shelter_places`: on foot, by car."""


def walking_circle(
    minutes: float, services: Mapping[str, tuple[str, float]] = LIVING_CIRCLE
) -> Mapping[str, tuple[str, float]]:
    """The services of the 5-, 10- or 15-minute circle: those of a table that are due within so many minutes.

    Raises
    ------
    InputError
        When none is due within ``minutes``.

    Examples
    --------
    >>> list(walking_circle(5))
    ['social convenience', 'park', 'elderly care']
    """
    limit = check_minutes(minutes)
    found = {name: one for name, one in services.items() if one[1] <= limit}
    if not found:
        raise InputError(f"minutes: no service is due within {limit:g}; give more, or services of your own.")
    return found


@dataclass(frozen=True, eq=False, repr=False)
class LivingCircles(Result):
    """Services within reach of each place.

    Attributes
    ----------
    table
        One row per place: the caller's name columns, ``minutes <service>`` to the nearest (``inf`` = none),
        ``within <service>``, ``completeness`` (share of the services within reach), ``composite`` (mean over
        the categories of the share within each), ``complete`` (all of them), ``people``, ``status``
        (``"reached"``: any facility, ``"unreached"``, ``"too far"``, ``"not asked"``), geometry.
    services
        One row per service: ``category``, ``minutes``, ``facilities``, ``share`` of people within reach.
    share_complete
        Share of people with every service within reach.
    provenance
        Parameters, and what the minutes rest on.
    """

    table: pd.DataFrame
    services: pd.DataFrame
    share_complete: float
    provenance: Provenance

    _shown: ClassVar[str | None] = "completeness"
    _titles: ClassVar[tuple[str, str]] = ("生活圈", "Living circles")

    @property
    def summary(self) -> pd.DataFrame:
        """``services``."""
        return self.services

    def _headline(self) -> str:
        complete = f"{self.share_complete:.1%} of people complete"
        return f"of {len(self.table)} places, {len(self.services)} services, {complete}"


def living_circles(
    travel: Travel,
    places: Places,
    facilities: Places,
    *,
    population: str | pd.Series | None = None,
    service: str | None = None,
    services: Mapping[str, tuple[str, float]] = LIVING_CIRCLE,
) -> LivingCircles:
    """Services within their minutes of each place, completeness, and the share of people with all.

    Parameters
    ----------
    travel
        What minutes on foot (or by car, for a half-hour city circle) come from: a network, a timetable with
        its walking network, or a table of minutes from places to facilities.
    places
        Points or any frame with ``population``, or a Series of people by id.
    facilities
        Points or any frame with ``service``, or a Series of the service by id.
    population
        Column of ``places``, or a Series by its ids.
    service
        Column of ``facilities`` with the name of what each offers.
    services
        Service -> (category, minutes, a closed bound).

    Returns
    -------
    LivingCircles

    Raises
    ------
    InputError
        For faulty tables or people (naming ids), facilities without a service or with one that is not asked,
        thresholds that are not > 0, no services.

    Warns
    -----
    UrbgeoWarning
        Naming the services that no facility offers: everybody lacks them.

    References
    ----------
    TD/T 1062-2021, guide to the planning of community living circles.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "a", "b"], "to": ["p", "s", "s"], "minutes": [4.0, 12.0, 9.0]}
    ... )
    >>> kinds = pd.Series({"p": "park", "s": "school"})
    >>> people = pd.Series({"a": 100.0, "b": 300.0})
    >>> due = {"park": ("open space", 5.0), "school": ("education", 10.0)}
    >>> living_circles(minutes, people, kinds, services=due).services["share"].to_dict()
    {'park': 0.25, 'school': 0.75}
    """
    check_travel(travel)
    _check_due(services)
    if not services:
        raise InputError("services: give at least one.")
    limits = {name: check_minutes(one[1], f"services[{name!r}]") for name, one in services.items()}
    weights = _people(places, population)
    kinds = _services_of(facilities, service, services).to_numpy()
    table = pairs(travel, places, facilities, names=("places", "facilities"))
    columns: dict[str, object] = {}
    for name, limit in limits.items():
        kept = kinds[table.destination] == name
        nearest = np.full(len(weights), np.inf)
        np.minimum.at(nearest, table.origin[kept], table.minutes[kept])
        columns[f"minutes {name}"], columns[f"within {name}"] = nearest, nearest <= limit
    found = pd.DataFrame(columns, index=weights.index)
    within = found[[f"within {name}" for name in services]].set_axis(list(services), axis=1)
    category = pd.Series({name: one[0] for name, one in services.items()})
    found["completeness"] = within.mean(axis=1)
    found["composite"] = within.T.astype(float).groupby(category).mean().mean()
    found["complete"], found["people"] = within.all(axis=1), weights
    found["status"] = table.origin_status
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
    complete = float(weights[found["complete"]].sum() / total) if total else float("nan")
    about = table.provenance.having(
        parameters={"services": dict(services)},
        shares={"places unreached": float((~table.origin_reached).mean())},
    )
    return LivingCircles(with_names_of(found, places), by_service, complete, about)


def emergency_response(
    travel: Travel,
    places: Places,
    stations: Places | None = None,
    *,
    population: str | pd.Series | None = None,
    minutes: float = EMERGENCY_MIN["fire"],
) -> pd.DataFrame:
    """Which station reaches each place first, and whether in time; travel runs from stations outwards.

    Parameters
    ----------
    travel
        What minutes come from: a network, or a table of minutes from stations (origin) to places
        (destination).
    places
        Points or any frame with ``population``, or a Series of people by id.
    stations
        Points; for a table any frame by id or the ids, None for all of the table.
    population
        Column of ``places``, or a Series by its ids.
    minutes
        Closed bound, e.g. of :data:`EMERGENCY_MIN`.

    Returns
    -------
    pandas.DataFrame
        One row per place: its name columns, ``station`` (missing when none comes; equal times go to the
        first), ``minutes`` (``inf`` then), ``in_time``, ``second_min`` (of the second station, should the
        first be out), ``people``, ``status`` (``"reached"``, ``"unreached"``, ``"too far"``,
        ``"not asked"``), geometry; provenance in ``attrs``.

    Raises
    ------
    InputError
        For faulty points, tables or people (naming ids), minutes not > 0.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame({"from": ["f", "g"], "to": ["a", "a"], "minutes": [7.0, 4.0]})
    >>> people = pd.Series({"a": 100.0, "b": 300.0})
    >>> emergency_response(minutes, people)[["station", "in_time", "second_min", "status"]]
      station  in_time  second_min     status
    a       g     True         7.0    reached
    b     NaN    False         inf  not asked
    """
    check_travel(travel)
    limit, weights = check_minutes(minutes), _people(places, population)
    table = pairs(travel, places, stations, direction="from", names=("places", "stations"))
    order = np.lexsort((table.destination, table.minutes, table.origin))
    place, time, station = table.origin[order], table.minutes[order], table.destination[order]
    turn = np.arange(len(place)) - np.searchsorted(place, place)
    first, second = turn == 0, turn == 1
    least, next_least = np.full(len(weights), np.inf), np.full(len(weights), np.inf)
    names = np.full(len(weights), None, dtype=object)
    least[place[first]], next_least[place[second]] = time[first], time[second]
    names[place[first]] = table.destinations.to_numpy()[station[first]]
    found = pd.DataFrame(
        {"station": names, "minutes": least, "in_time": least <= limit, "second_min": next_least}
        | {"people": weights, "status": table.origin_status},
        index=weights.index,
    )
    found = with_names_of(found, places)
    found.attrs["provenance"] = table.provenance.having(parameters={"minutes": limit, "direction": "from"})
    return found


def shelter_places(
    travel: Travel,
    places: Places,
    shelters: Places,
    *,
    population: str | pd.Series | None = None,
    capacity: str | pd.Series | None = None,
    minutes: float,
) -> pd.DataFrame:
    """People placed in shelters (or hospitals) with limited room: as many as fit, then with least walking.

    A linear programme; people of one place may be divided among shelters.

    Parameters
    ----------
    travel
        What minutes come from: a network, or a table of minutes from places to shelters or hospitals.
    places
        Points or any frame with ``population``, or a Series of people (or the beds they need) by id.
    shelters
        Points or any frame with ``capacity``, or a Series of the room by id.
    population, capacity
        Column of ``places`` and of ``shelters``, or Series by their ids.
    minutes
        Closed bound, e.g. of :data:`CAPACITY_MIN`.

    Returns
    -------
    pandas.DataFrame
        One row per place: its name columns, ``people``, ``placed``, ``unplaced``, ``mean_minutes`` of the
        placed (NaN without), ``status`` (``"reached"``: a shelter within the bound, ``"unreached"``,
        ``"too far"``, ``"not asked"``), geometry; provenance in ``attrs``.

    Raises
    ------
    InputError
        For faulty points, tables, people or capacity (naming ids), minutes not > 0.
    UrbgeoError
        When the programme cannot be solved.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame({"from": ["a", "b"], "to": ["s", "s"], "minutes": [5.0, 12.0]})
    >>> people, room = pd.Series({"a": 100.0, "b": 300.0}), pd.Series({"s": 250.0})
    >>> shelter_places(minutes, people, room, minutes=15)[["placed", "unplaced"]]
       placed  unplaced
    a   100.0       0.0
    b   150.0     150.0
    """
    check_travel(travel)
    limit = check_minutes(minutes)
    weights = _people(places, population)
    room = amounts_by_id(shelters, capacity, name="capacity", frame_name="shelters")
    table = pairs(travel, places, shelters, names=("places", "shelters")).within(limit)
    i, j, t = table.origin, table.destination, table.minutes
    placed, walked = np.zeros(len(weights)), np.zeros(len(weights))
    if len(i):
        k, ones = np.arange(len(i)), np.ones(len(i))
        leave = coo_array((ones, (i, k)), shape=(len(weights), len(i)))
        enter = coo_array((ones, (j, k)), shape=(len(room), len(i)))
        # Anybody placed saves more than the longest walk, so that room is filled before walks are cut.
        rules, room_left = vstack([leave, enter]), np.concatenate([weights, room])
        found = let_go(lambda _: linprog(t - 2.0 * limit, A_ub=rules, b_ub=room_left, method="highs"))
        if found.status != 0:
            raise UrbgeoError(f"shelters: the programme was not solved ({found.message}).")
        placed, walked = leave @ found.x, leave @ (found.x * t)
    mean = np.divide(walked, placed, out=np.full(len(weights), np.nan), where=placed > 0)
    found = pd.DataFrame(
        {"people": weights, "placed": placed, "unplaced": weights - placed, "mean_minutes": mean}
        | {"status": table.origin_status},
        index=weights.index,
    )
    found = with_names_of(found, places)
    found.attrs["provenance"] = table.provenance.having(parameters={"minutes": limit})
    return found


def _people(places: Places, population: str | pd.Series | None) -> pd.Series:
    name = "population" if isinstance(places, pd.DataFrame) else "places"
    return amounts_by_id(places, population, name=name, frame_name="places")


def _services_of(
    facilities: Places, service: str | None, services: Mapping[str, tuple[str, float]]
) -> pd.Series:
    """The service of every facility: a column of a frame, or a Series in its place."""
    if isinstance(facilities, pd.DataFrame):
        if service is None:
            raise InputError("service: say which column of facilities names what each offers.")
        check_columns(facilities, "facilities", [service])
        facilities = facilities[service]
    elif service is not None:
        raise InputError(
            f"service: facilities is no frame but {type(facilities).__name__}, which says the service "
            "itself; leave service out, or give a frame."
        )
    _check_services(facilities, services)
    return facilities


def _check_due(services: object) -> None:
    check_mapping(services, "services", "{'park': ('open space', 5.0)}")
    for name, one in dict(services).items():  # type: ignore[call-overload]
        if not isinstance(one, Sequence) or isinstance(one, str | bytes) or len(one) != 2:
            raise InputError(
                f"services[{name!r}]: {one!r}; give its category and minutes, ('open space', 5.0)."
            )


def _check_services(service: Places, services: Mapping[str, tuple[str, float]]) -> None:
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
