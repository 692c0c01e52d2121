"""What a rail trip is: drive, train, drive, where the train is the trip; found for pairs, taken apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from urbgeo.checks import check_minutes, check_share
from urbgeo.errors import InputError
from urbgeo.network.attach import Attachment
from urbgeo.network.journeys import PARTS, Journeys, forecourts, rail_journeys
from urbgeo.network.minutes import table_from_nodes, table_to_nodes
from urbgeo.network.model import TravelNetwork
from urbgeo.standards import STATION_DRIVE_MIN
from urbgeo.types import Floats, Ints

TRIP_PARTS = (
    "drive_to_min", "buffer_min", "wait_min", "ride_min", "change_min", "egress_min", "drive_from_min",
)  # fmt: skip
"""Columns of minutes that a trip is the sum of, in the order of travel."""

LEAST_RIDE_SHARE = 0.5
"""The straight way ridden must be at least this part of the straight way between the two places."""


@dataclass(frozen=True)
class RailTrips:
    """What counts as a trip by rail.

    ``max_access_min``: longest drive to the first station and from the last, by default what the national
    outline of 2021 holds prefecture seats to (:data:`urbgeo.standards.STATION_DRIVE_MIN`).
    ``ride_share``: least part of the straight way between the two places that is ridden, straight from
    station to station. The two drives together are always shorter than driving all the way. Pairs of stations
    that fail are left out before the quickest is chosen.
    """

    max_access_min: float = STATION_DRIVE_MIN
    ride_share: float = LEAST_RIDE_SHARE

    def __post_init__(self) -> None:
        check_minutes(self.max_access_min, "RailTrips.max_access_min")
        check_share(self.ride_share, "RailTrips.ride_share")
        if self.ride_share == 0:
            raise InputError("RailTrips.ride_share: 0 lets a ride be no part of the way; give more than 0.")


@dataclass(frozen=True, eq=False)
class RailTable:
    """Trips (origins, destinations): ``minutes`` door to door (``inf`` = no rail trip), ``status``, and the
    columns of each in ``parts``; ``first`` and ``last`` station as positions of nodes, -1 for none."""

    minutes: Floats
    status: np.ndarray
    first: Ints
    last: Ints
    parts: dict[str, Floats]


def rail_trips(
    rail: TravelNetwork, road: TravelNetwork, points: Attachment, by_road: Floats, rule: RailTrips
) -> RailTable:
    """The quickest admissible rail trip of every pair of points: what :func:`urbgeo.reach` shows of rail.

    ``rail`` and ``road`` are the two parts of one network, with the same nodes; ``by_road`` the minutes of
    driving all the way, (points, points).
    """
    at = forecourts(rail)
    trains = rail_journeys(rail, at)
    there = table_to_nodes(road, points, at)
    home = table_from_nodes(road, at, points)
    xy = np.stack([rail.nodes.geometry.x, rail.nodes.geometry.y], axis=1)[at]
    straight = _apart(points.xy, points.xy)
    ridden = _apart(xy, xy)
    size = len(points.index)
    found = _empty(size)
    last, to = np.nonzero((home <= rule.max_access_min).T)[::-1]
    starts = np.searchsorted(to, np.arange(size))
    for origin in range(size):
        first = np.flatnonzero(there[origin] <= rule.max_access_min)
        if not len(first) or not len(to):
            continue
        drives = there[origin, first][:, None] + home[last, to][None, :]
        total = drives + trains.minutes[np.ix_(first, last)]
        connected = np.isfinite(total) | (first[:, None] == last[None, :])
        fair = (ridden[np.ix_(first, last)] >= rule.ride_share * straight[origin, to]) & (
            drives < by_road[origin, to]
        )
        total[~fair] = np.inf
        best = np.argmin(total, axis=0)
        least = total[best, np.arange(len(to))]
        _choose(found, origin, (to, starts), (first[best], last), least, connected.any(axis=0))
    _take_apart(found, trains, at, there, home)
    return found


def _empty(size: int) -> RailTable:
    whole = (size, size)
    return RailTable(
        np.full(whole, np.inf),
        np.full(whole, "no station", dtype=object),
        np.full(whole, -1),
        np.full(whole, -1),
        {},
    )


def _choose(
    found: RailTable,
    origin: int,
    ends: tuple[Ints, Ints],
    stations: tuple[Ints, Ints],
    least: Floats,
    connected: np.ndarray,
) -> None:
    """Of all the last stations of each destination, the one with the least total."""
    to, starts = ends
    order = np.lexsort((least, to))
    here = np.flatnonzero(np.diff(np.append(starts, len(to))) > 0)
    rows = order[starts[here]]
    goes = np.isfinite(least[rows])
    found.minutes[origin, here] = least[rows]
    linked = np.zeros(len(starts), bool)
    np.logical_or.at(linked, to, connected)
    found.status[origin, here] = np.where(goes, "reached", np.where(linked[here], "no ride", "unreached"))
    found.first[origin, here] = np.where(goes, stations[0][rows], -1)
    found.last[origin, here] = np.where(goes, stations[1][rows], -1)


def _take_apart(found: RailTable, trains: Journeys, at: Ints, there: Floats, home: Floats) -> None:
    """The parts of every trip; ``first`` and ``last`` become positions of nodes."""
    i, j = np.nonzero(found.first >= 0)
    a, b = found.first[i, j], found.last[i, j]
    columns = {"drive_to_min": there[i, a], "drive_from_min": home[b, j]}
    columns["trains_per_day"] = trains.trains[a, b]
    columns |= {name: trains.parts[name][a, b] for name in PARTS}
    for name, values in columns.items():
        found.parts[name] = np.full(found.minutes.shape, np.nan)
        found.parts[name][i, j] = values
    found.first[i, j], found.last[i, j] = at[a], at[b]


def trip_columns(found: RailTable, nodes: pd.Index) -> dict[str, np.ndarray]:
    """The columns of a long table of pairs, row by row."""
    parts = {name: values.ravel() for name, values in found.parts.items()}
    names = np.array([*nodes, None], dtype=object)
    columns: dict[str, np.ndarray] = {
        "station_from": names[found.first.ravel()],
        "station_to": names[found.last.ravel()],
        **{name: parts[name] for name in TRIP_PARTS},
        "changes": parts["rides"] - 1.0,
        "trains_per_day": parts["trains_per_day"],
        "schedule_delay_min": parts["delay_min"],
    }
    return {**columns, "status": found.status.ravel()}


def _apart(one: Floats, other: Floats) -> Floats:
    """Straight metres between points."""
    return np.hypot(*(one[:, None, :] - other[None, :, :]).transpose(2, 0, 1))
