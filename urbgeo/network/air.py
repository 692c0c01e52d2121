"""Flights: check-in, block time and leaving, as links of a network and as the air circle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.amounts import amount_of, warn
from urbgeo.checks import (
    add_amount_faults,
    check_columns,
    check_minutes,
    check_points,
    check_quantity,
    numbers_of,
)
from urbgeo.crs import WGS84, between_km
from urbgeo.errors import Faults
from urbgeo.network.attach import attach
from urbgeo.network.edits import with_links
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork, check_network
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names
from urbgeo.types import Floats, Ints

AIR_CIRCLE_MIN = 240.0
"""The four-hour air circle, door to door, in minutes."""


@dataclass(frozen=True)
class AirTerms:
    """Minutes of a journey by air beside the flight, and how long the flight takes.

    Block time is ``taxi_min + km / cruise_kmh * 60``; nobody flies less than
    ``shortest_flight_km``. Where an airport or a city lies beyond the network, the ground between the two
    takes ``beyond_detour`` times the straight way at ``beyond_kmh``, up to ``beyond_km`` straight. No
    standard fixes these numbers: the defaults are judgements for domestic jets, to be replaced by
    timetables (source: urbgeo default, 2024).
    """

    check_in_min: float = 75.0
    leaving_min: float = 25.0
    taxi_min: float = 35.0
    cruise_kmh: float = 780.0
    shortest_flight_km: float = 250.0
    beyond_km: float = 100.0
    beyond_kmh: float = 50.0
    beyond_detour: float = 1.3

    def __post_init__(self) -> None:
        for name in ("check_in_min", "leaving_min", "taxi_min", "shortest_flight_km", "beyond_km"):
            check_quantity(getattr(self, name), f"AirTerms.{name}", zero=True)
        for name in ("cruise_kmh", "beyond_kmh", "beyond_detour"):
            check_quantity(getattr(self, name), f"AirTerms.{name}")

    def block_min(self, km: Floats) -> Floats:
        """Minutes from gate to gate over so many kilometres, the shortest way on the ellipsoid."""
        return self.taxi_min + km / self.cruise_kmh * 60.0


@dataclass(frozen=True, eq=False, repr=False)
class AirCircle(Result):
    """Cities within reach by air.

    Attributes
    ----------
    table
        One row per origin: its name columns, ``destinations`` within the bound, ``share`` of them,
        ``people`` in them where a population is given, geometry. A city does not count for itself.
    minutes
        (origins, destinations) door to door with at least one flight; ``inf`` = no flight leads there.
    flights
        The two airports of the quickest journey of each pair, as ``"CSX - PEK"``; empty without one.
    provenance
        Terms and sources.
    """

    table: gpd.GeoDataFrame
    minutes: pd.DataFrame
    flights: pd.DataFrame
    provenance: Provenance

    _shown = "destinations"
    _titles = ("航空圈", "Air circle")

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """What is saved: one row per origin, the minutes and flights of each pair, and how they were made."""
        return {**super().tables(), "minutes": self.minutes, "flights": self.flights}

    def _headline(self) -> str:
        bound = self.provenance.parameters["minutes"]
        return f"{len(self.table)} origins, {len(self.minutes.columns)} destinations within {bound:g} min"


def air_circle(
    network: TravelNetwork,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    airports: gpd.GeoDataFrame,
    *,
    routes: pd.DataFrame | None = None,
    minutes: float = AIR_CIRCLE_MIN,
    population: str | pd.Series | None = None,
    terms: AirTerms | None = None,
) -> AirCircle:
    """Which cities are within four hours by air, door to door.

    A journey is ground to an airport, check-in, one flight of block time, leaving, and ground to
    the destination: the least over all pairs of airports.

    Parameters
    ----------
    network
        Ground to and from the airports: roads, or roads and trains.
    origins, destinations
        Cities as points with unique index; they may lie beyond the network, see :class:`AirTerms`.
    airports
        Points with unique index.
    routes
        Pairs that are flown, as for :func:`with_flights`, in both directions; None: all pairs far enough.
    minutes
        Closed upper bound.
    population
        People: a column of ``destinations``, or a Series on its index.
    terms
        Minutes and speeds.

    Returns
    -------
    AirCircle
        ``table`` has one row per origin: ``destinations`` within ``minutes``, their ``share``, ``people``
        where a population is given; ``minutes`` and ``flights`` of each pair, ``inf`` and empty where no
        flight leads there.

    Raises
    ------
    InputError
        For faulty points or routes, a population that is missing or negative, a bound that is not > 0.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> seats = hunan.prefectures
    >>> air_circle(network, seats[:1], seats, hunan.airports).table["destinations"].tolist()
    [4]

    References
    ----------
    The four-hour air circle of Chinese planning documents; they fix no terminal minutes.
    """
    check_network(network)
    terms = terms or AirTerms()
    bound = check_minutes(minutes)
    for points, name in ((origins, "origins"), (destinations, "destinations"), (airports, "airports")):
        check_points(points, name)
    people = (
        None
        if population is None
        else amount_of(population, destinations, name="population", frame_name="destinations")
    )
    flown = _flown(airports, routes, terms)
    there = _ground_minutes(network, origins, airports, terms) + terms.check_in_min
    onwards = _ground_minutes(network, airports, destinations, terms) + terms.leaving_min
    best, first, last = _quickest(there, flown, onwards)
    names = airports.index.astype(str).to_numpy()
    pairs = np.where(first >= 0, names[first] + " - " + names[last], "")
    index, columns = origins.index.rename("origin"), destinations.index.rename("destination")
    itself = index.to_numpy()[:, None] == columns.to_numpy()[None, :]
    within = (best <= bound) & ~itself
    table = pd.DataFrame(
        {
            "destinations": within.sum(axis=1),
            "share": within.sum(axis=1) / np.maximum((~itself).sum(axis=1), 1),
        },
        index=origins.index,
    )
    if people is not None:
        table["people"] = within @ people.to_numpy(np.float64)
    about = network.provenance.having(parameters={"minutes": bound, **asdict(terms)})
    named = with_names(table, origins).rename_axis("origin")
    return AirCircle(named, pd.DataFrame(best, index, columns), pd.DataFrame(pairs, index, columns), about)


def _quickest(there: Floats, flown: Floats, onwards: Floats) -> tuple[Floats, Ints, Ints]:
    """Least sum of the three tables for each pair, and the two airports of it (-1: none)."""
    shape = len(there), onwards.shape[1]
    best, first, last = np.full(shape, np.inf), np.full(shape, -1), np.full(shape, -1)
    for landing in range(len(flown)):
        to_gate = there + flown[:, landing]
        total = to_gate.min(axis=1)[:, None] + onwards[landing]
        better = total < best
        best = np.where(better, total, best)
        first = np.where(better, to_gate.argmin(axis=1)[:, None], first)
        last = np.where(better, landing, last)
    return best, first, last


def _flown(airports: gpd.GeoDataFrame, routes: pd.DataFrame | None, terms: AirTerms) -> Floats:
    """Block minutes between all airports; ``inf`` where nobody flies."""
    spots = _degrees(airports)
    if routes is None:
        km = between_km(spots[:, None], spots[None, :])
        return np.where((km >= terms.shortest_flight_km) & (km > 0), terms.block_min(km), np.inf)
    check_columns(routes, "routes", ["from_airport", "to_airport"])
    _check_routes(airports, routes)
    links = _flights(airports, routes, terms)
    flown = np.full((len(airports), len(airports)), np.inf)
    ends = [airports.index.get_indexer(routes[name]) for name in ("from_airport", "to_airport")]
    for a, b in (ends, ends[::-1]):
        np.minimum.at(flown, (a, b), links["minutes"].to_numpy())
    return flown


def _ground_minutes(
    network: TravelNetwork, starts: gpd.GeoDataFrame, ends: gpd.GeoDataFrame, terms: AirTerms
) -> Floats:
    """Minutes by the network; straight where one of the two lies beyond it."""
    table = minutes_table(network, starts, ends).to_numpy()
    km = between_km(_degrees(starts)[:, None], _degrees(ends)[None, :])
    straight = np.where(km <= terms.beyond_km, km * terms.beyond_detour / terms.beyond_kmh * 60.0, np.inf)
    return np.where(np.isnan(table), straight, table)


def _degrees(points: gpd.GeoDataFrame) -> Floats:
    return shapely.get_coordinates(points.geometry.to_crs(WGS84).to_numpy())


def with_flights(
    network: TravelNetwork,
    airports: gpd.GeoDataFrame,
    routes: pd.DataFrame,
    *,
    terms: AirTerms | None = None,
) -> TravelNetwork:
    """The network with airports joined to it and flights between them, both ways.

    Parameters
    ----------
    network
        To travel to and from the airports; its ``snapping`` says how far they may lie from a link. Airports
        farther off are flown to, but their ground is not entered.
    airports
        Points with unique index.
    routes
        Pairs that are flown: ``from_airport``, ``to_airport``; optional ``minutes`` of block time. Of several
        flights between two airports the quickest counts.
    terms
        Minutes of check-in, leaving and block time.

    Returns
    -------
    TravelNetwork
        A new one, with links of classes ``board``, ``flight`` and ``leave``; the old one stays as it is.

    Raises
    ------
    InputError
        For faulty airports, routes to airports that are not there, from an airport to itself, or without any.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> routes = pd.DataFrame({"from_airport": ["CSX"], "to_airport": ["DYG"], "minutes": [50.0]})
    >>> sorted(with_flights(network, hunan.airports, routes).modes)
    ['air', 'road']
    """
    check_network(network)
    terms = terms or AirTerms()
    check_points(airports, "airports")
    check_columns(routes, "routes", ["from_airport", "to_airport"])
    _check_routes(airports, routes)
    spots = airports.geometry.to_crs(WGS84)
    ground, air = ("airport " + airports.index.astype(str)), ("aboard " + airports.index.astype(str))
    nodes = gpd.GeoDataFrame(geometry=[*spots, *spots], index=[*ground, *air], crs=WGS84)
    doors = pd.DataFrame(
        {"from_node": ground, "to_node": air, "length_km": 0.0, "class": "board"}, index="gate " + ground
    ).assign(minutes=terms.check_in_min, minutes_back=terms.leaving_min)
    untimed = int(routes["minutes"].isna().sum()) if "minutes" in routes else len(routes)
    if untimed and "minutes" in routes:
        warn(f"routes: {untimed} of {len(routes)} flights without minutes take those of their distance.")
    flights = _flights(airports, routes, terms).sort_values("minutes", kind="stable")
    flights = flights[~flights.index.duplicated()]
    links = pd.concat([flights, doors]).assign(mode="air", joinable=False)
    links = pd.concat([links, _ground(network, airports)])
    joined = with_links(network, links.assign(oneway=links["minutes_back"].isna()), nodes=nodes)
    about = joined.provenance.having(
        parameters=asdict(terms), shares={"flights timed by distance": untimed / len(routes)}
    )
    return replace(joined, provenance=about)


def _check_routes(airports: gpd.GeoDataFrame, routes: pd.DataFrame) -> None:
    faults = Faults("routes")
    if routes.empty:
        faults.add("no flights", remedy="give pairs of airports")
    for end in ("from_airport", "to_airport"):
        lost = ~routes[end].isin(airports.index)
        if lost.any():
            faults.add(f"{end} not among the airports", ids=routes.index[lost])
    if "minutes" in routes:  # a missing one is modelled, anything else must be a flight
        add_amount_faults(faults, routes["minutes"], allow_missing=True)
    alone = routes["from_airport"] == routes["to_airport"]
    if alone.any():
        faults.add("flights from an airport to itself", ids=routes.index[alone])
    faults.raise_if_any()


def _flights(airports: gpd.GeoDataFrame, routes: pd.DataFrame, terms: AirTerms) -> pd.DataFrame:
    start, end = (_degrees(airports.loc[routes[name]]) for name in ("from_airport", "to_airport"))
    km = between_km(start, end)
    block = pd.Series(terms.block_min(km), index=routes.index)
    given = numbers_of(Faults("routes"), routes["minutes"]) if "minutes" in routes else None
    names = [routes[name].astype(str) for name in ("from_airport", "to_airport")]
    minutes = (block if given is None else given.fillna(block)).to_numpy()
    return pd.DataFrame(
        {
            "from_node": ("aboard " + names[0]).to_numpy(),
            "to_node": ("aboard " + names[1]).to_numpy(),
            "length_km": km,
            "class": "flight",
            "minutes": minutes,
            "minutes_back": minutes,
        },
        index=pd.Index("flight " + names[0] + " - " + names[1]),
    )


def _ground(network: TravelNetwork, airports: gpd.GeoDataFrame) -> pd.DataFrame:
    """Ways between each airport and the two ends of the link it lies at; to the node alone that it is at."""
    joined = attach(network, airports)
    parts = []
    for end in range(2):
        # Of links that meet at a node any may be nearest: the way over it to the other end is left out.
        rows = np.flatnonzero(joined.attached & (joined.along != 1 - end))
        parts.append(
            pd.DataFrame(
                {
                    "from_node": ("airport " + airports.index.astype(str))[rows],
                    "to_node": network.nodes.index[joined.nearest.ends[rows, end]],
                    "length_km": joined.off_km[rows],
                    "class": "airport access",
                    "minutes": joined.nearest.from_legs[rows, end],
                    "minutes_back": joined.nearest.to_legs[rows, end],
                    "mode": "road",
                    "joinable": False,
                },
            )
        )
    ways = pd.concat(parts)
    number = (ways.groupby("from_node").cumcount() + 1).astype(str)
    ways.index = pd.Index("access " + number + " " + ways["from_node"])
    # against a one-way link one of the two directions is not there
    swap = np.isinf(ways["minutes"])
    turned = ways[swap].rename(columns={"from_node": "to_node", "to_node": "from_node"})
    turned = turned.assign(minutes=ways.loc[swap, "minutes_back"], minutes_back=np.nan)
    ways = pd.concat([ways[~swap], turned])
    ways["minutes_back"] = ways["minutes_back"].replace(np.inf, np.nan)
    return ways[np.isfinite(ways["minutes"])]
