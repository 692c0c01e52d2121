"""Reach: which cities are within t minutes of each other, by road, by rail door to door, by the better."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.rail_trips import RailTable, RailTrips, rail_trips, trip_columns
from urbgeo.access.travel import Travel, check_travel, pairs
from urbgeo.amounts import amount_of, zone_means, zone_of
from urbgeo.checks import check_minutes, check_points
from urbgeo.engine.resolution import told
from urbgeo.errors import InputError, some_of
from urbgeo.network.attach import attach
from urbgeo.network.minutes import table_between
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance
from urbgeo.results import Result, name_columns, with_names
from urbgeo.types import Floats

READINGS: Mapping[str, tuple[str, str]] = {
    "road": ("公路", "by road"),
    "rail_station": ("铁路站到站", "by rail, station to station"),
    "rail": ("铁路中心到中心", "by rail, centre to centre"),
    "rail_delay": ("铁路含候班", "by rail with schedule delay"),
    "best": ("取快者", "by the better of road and rail, centre to centre"),
    "travel": ("所给时间", "by the minutes given"),
}
"""The columns of minutes, and what each means in words."""


@dataclass(frozen=True, eq=False, repr=False)
class Reach(Result):
    """How cities reach each other.

    Attributes
    ----------
    table
        One row per ordered pair of different cities (``origin``, ``destination``), led by the caller's
        names of both: minutes ``road_min``; ``rail_station_min`` (rides, waits and changes from platform to
        platform), ``rail_min`` (door to door between the cities' centres) and ``rail_delay_min`` (with the
        schedule delay of the first train) of the same trip; ``best_min`` of road and rail; the rail trip
        taken apart (``station_from``, ``station_to``, ``drive_to_min``, ``buffer_min``, ``ride_min``,
        ``wait_min``, ``change_min``, ``egress_min``, ``drive_from_min``, ``changes``, ``trains_per_day``,
        ``schedule_delay_min``); ``status`` of the rail trip, or of the pair without trains: ``reached``,
        ``unreached``, ``too far``, ``no station``, ``no ride``, ``not asked``.
    minutes
        By reading (:data:`READINGS`): a table (origin, destination); ``inf`` = no path or no rail trip,
        ``NaN`` = not attached, 0 from a city to itself.
    summary
        One row per reading: ``pairs`` (directed, a city with itself left out), ``within`` the threshold,
        ``unknown`` of them, because an end joins no road or was not asked, ``share`` of all pairs, and
        ``weighted_share`` by the product of populations.
    cities
        One row per city: its names, ``cities_<reading>`` other cities reached, ``people_<reading>`` their
        population; ``status`` as the city is attached to the roads; geometry.
    zones
        The numbers of ``cities`` by zone, means weighted by population; None without ``zone``.
    provenance
        Parameters, speeds, sources, share of cities unattached.
    """

    table: pd.DataFrame
    minutes: Mapping[str, pd.DataFrame]
    by_reading: pd.DataFrame
    cities: pd.DataFrame
    zones: pd.DataFrame | None
    people: pd.Series
    provenance: Provenance
    _shown: ClassVar[str | None] = None
    _titles: ClassVar[tuple[str, str]] = ("通达", "Reach")

    @property
    def summary(self) -> pd.DataFrame:
        """One row per reading."""
        return self.by_reading

    def among(self, cities: Iterable[object]) -> pd.DataFrame:
        """The summary of the pairs among some of the cities.

        Raises
        ------
        InputError
            Naming ids that were not asked, or when fewer than two are given.
        """
        some = pd.Index(list(dict.fromkeys(cities)))
        unknown = some[~some.isin(self.cities.index)]
        if len(unknown):
            raise InputError(f"cities: {some_of(unknown)} were not asked; take them from .cities.index.")
        if len(some) < 2:
            raise InputError("cities: a share of pairs needs two or more.")
        limit = self.provenance.parameters["minutes"]
        tables = {name: table.loc[some, some] for name, table in self.minutes.items()}
        return _summary(tables, self.people.loc[some], limit)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Pairs, cities, summary and provenance."""
        return {
            "table": self.table,
            "cities": self.cities,
            "summary": self.summary,
            "provenance": self.provenance.table(),
        }

    def _headline(self) -> str:
        limit = self.provenance.parameters["minutes"]
        shares = ", ".join(f"{name} {share:.1%}" for name, share in self.summary["share"].items())
        return f"of {len(self.cities)} cities within {limit:g} min: {shares}"


def reach(
    travel: Travel,
    cities: gpd.GeoDataFrame,
    *,
    minutes: float = 120.0,
    population: str | pd.Series | None = "population",
    zone: str | pd.Series | None = None,
    rail: RailTrips | None = None,
) -> Reach:
    """Minutes between cities by road and three readings of rail, and the share of pairs within a threshold.

    By road: the roads alone. By rail: drive to a station, board, ride (changing where that helps), leave,
    drive on, where the train is the trip: see :class:`urbgeo.access.rail_trips.RailTrips`. Where no pair of
    stations makes one there is no rail trip, and ``status`` says why. Three readings stand side by
    side, because claims differ in them: station to station (what railway notices quote), centre to centre
    (the headline), and with the schedule delay of who cannot leave when the train does.

    Parameters
    ----------
    travel
        A network of mode ``road``, or ``road`` and ``rail`` together; anything else that gives minutes, a
        table or a timetable with its walking network, has the one reading ``travel``.
    cities
        Points with unique index, any CRS.
    minutes
        Closed upper bound in minutes.
    population
        Column of ``cities``, or a Series on its index, for the people reached; None leaves people out.
    zone
        Column of ``cities``, or a Series on its index, with the zone of each, for ``zones``.
    rail
        What counts as a trip by rail.

    Returns
    -------
    Reach
        ``table`` has one row per ordered pair of cities, ``cities`` one per city,
        ``summary`` one per reading.

    Raises
    ------
    InputError
        Naming faulty ids or the missing column; a threshold not > 0; fewer than two cities; a network
        without roads.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> found = urbgeo.reach(urbgeo.region_network(hunan), hunan.prefectures)
    >>> bool(found.summary.loc["rail", "share"] < found.summary.loc["rail_station", "share"])
    True

    References
    ----------
    14th Five-Year Plan for New Urbanisation (2022), art. 22: two-hour reach between main cities of a cluster.
    """
    check_travel(travel)
    limit = check_minutes(minutes)
    check_points(cities, "cities")
    if len(cities) < 2:
        raise InputError("cities: reach needs at least two.")
    people = _people(cities, population)
    where = None if zone is None else zone_of(zone, cities, frame_name="cities")
    rule = RailTrips() if rail is None else rail
    if not isinstance(rule, RailTrips):
        raise InputError(f"rail: {type(rule).__name__} is no rule; give RailTrips(max_access_min=...).")
    if isinstance(travel, TravelNetwork):
        found = _of_network(travel, cities, rule)
    else:
        found = _of_table(travel, cities)
    by_city = _city_table(found.minutes, people, limit)
    named = None if population is None else str(people.name)
    return Reach(
        table=_pairs(found, cities),
        minutes=found.minutes,
        by_reading=_summary(found.minutes, people, limit),
        cities=with_names(by_city.assign(status=found.status), cities),
        zones=None if where is None else zone_means(by_city, people.fillna(1.0), where),
        people=people,
        provenance=found.provenance.having(
            parameters={"minutes": limit, "population": named, **found.parameters},
            shares={"cities unattached": float((found.status == "too far").mean())},
        ),
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """Minutes by reading, how each city is attached, and the rail trips where there are trains."""

    minutes: Mapping[str, pd.DataFrame]
    status: pd.Series
    pair_status: pd.Series
    trips: Mapping[str, np.ndarray]
    parameters: Mapping[str, float]
    provenance: Provenance


def _people(cities: gpd.GeoDataFrame, population: str | pd.Series | None) -> pd.Series:
    if population is None:
        return pd.Series(np.nan, cities.index)
    return amount_of(population, cities, name="population", frame_name="cities")


def _of_network(network: TravelNetwork, cities: gpd.GeoDataFrame, rule: RailTrips) -> _Found:
    if "road" not in network.modes:
        raise InputError(f"network: it has no roads, only {', '.join(network.modes)}.")
    road = network.only(("road",))
    points = attach(road, cities, name="cities")
    by_road = table_between(road, points, points, np.inf)
    lost = np.isnan(by_road)
    on_road = np.where(lost, "too far", np.where(np.isfinite(by_road), "reached", "unreached")).ravel()
    if "rail" not in network.modes:
        tables = {"road": _framed(by_road, cities)}
        return _Found(tables, points.status, pd.Series(on_road), {}, {}, network.provenance)
    trips = rail_trips(network.only(("rail",)), road, points, by_road, rule)
    tables = {name: _framed(values, cities) for name, values in _readings(by_road, trips, lost).items()}
    status = pd.Series(np.where(lost.ravel(), "too far", trips.status.ravel()))
    used = {"max_access_min": rule.max_access_min, "ride_share": rule.ride_share}
    columns = trip_columns(trips, network.nodes.index)
    return _Found(tables, points.status, status, columns, used, network.provenance)


def _readings(by_road: Floats, trips: RailTable, lost: np.ndarray) -> dict[str, Floats]:
    parts = trips.parts
    goes = np.isfinite(trips.minutes)
    platform = np.where(goes, parts["ride_min"] + parts["wait_min"] + parts["change_min"], np.inf)
    delayed = np.where(goes, trips.minutes + parts["delay_min"], np.inf)
    readings = {"rail_station": platform, "rail": trips.minutes, "rail_delay": delayed}
    readings = {name: told(values) for name, values in readings.items()}
    for values in readings.values():
        np.fill_diagonal(values, 0.0)
        values[lost] = np.nan
    return {"road": by_road, **readings, "best": np.minimum(by_road, readings["rail"])}


def _of_table(travel: Travel, cities: gpd.GeoDataFrame) -> _Found:
    read = pairs(travel, cities, cities, names=("cities", "cities"))
    wide = np.full((len(cities), len(cities)), np.inf)
    rows, columns = cities.index.get_indexer(read.origins), cities.index.get_indexer(read.destinations)
    wide[rows[read.origin], columns[read.destination]] = read.minutes
    np.fill_diagonal(wide, 0.0)
    status = np.where(np.isfinite(wide), "reached", "unreached").ravel()
    found = read.origin_status.reindex(cities.index).fillna("not asked")
    return _Found({"travel": _framed(wide, cities)}, found, pd.Series(status), {}, {}, read.provenance)


def _framed(values: Floats, cities: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        values, index=cities.index.rename("origin"), columns=cities.index.rename("destination")
    )


def _pairs(found: _Found, cities: gpd.GeoDataFrame) -> pd.DataFrame:
    """One row per ordered pair of different cities, with their names."""
    ids = cities.index
    index = pd.MultiIndex.from_product([ids, ids], names=["origin", "destination"])
    # By position: the codes of an index count its ids in sorted order.
    here = np.arange(len(ids))
    rows = {"origin": np.repeat(here, len(ids)), "destination": np.tile(here, len(ids))}
    names = {
        f"{end}_{column}": cities[column].to_numpy()[rows[end]]
        for end in rows
        for column in name_columns(cities)
    }
    minutes = {f"{name}_min": table.to_numpy().ravel() for name, table in found.minutes.items()}
    table = pd.DataFrame({**names, **minutes, **found.trips, "status": found.pair_status.to_numpy()}, index)
    return table[rows["origin"] != rows["destination"]]


def _summary(tables: Mapping[str, pd.DataFrame], people: pd.Series, limit: float) -> pd.DataFrame:
    index = pd.Index(tables, name="reading")
    return pd.DataFrame([_shares(table, people, limit) for table in tables.values()], index=index)


def _shares(table: pd.DataFrame, people: pd.Series, limit: float) -> dict[str, float]:
    values = table.to_numpy()
    others = ~np.eye(len(table), dtype=bool)
    within = (values <= limit) & others
    weights = np.outer(people, people) * others
    return {
        "pairs": int(others.sum()),
        "within": int(within.sum()),
        "unknown": int((np.isnan(values) & others).sum()),
        "share": float(within.sum() / others.sum()),
        "weighted_share": float(weights[within].sum() / weights.sum()) if weights.sum() > 0 else np.nan,
    }


def _city_table(tables: Mapping[str, pd.DataFrame], people: pd.Series, limit: float) -> pd.DataFrame:
    found = pd.DataFrame(index=people.index)
    others = ~np.eye(len(people), dtype=bool)
    for name, table in tables.items():
        within = (table.to_numpy() <= limit) & others
        found[f"cities_{name}"] = within.sum(axis=1)
        found[f"people_{name}"] = within @ people.to_numpy()
    return found
