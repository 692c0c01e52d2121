"""Flights as links: check-in, great-circle block time and leaving, every minute of it explicit."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.checks import check_columns, check_points, check_quantity
from urbgeo.crs import WGS84
from urbgeo.errors import Faults
from urbgeo.network.attach import attach
from urbgeo.network.model import TravelNetwork
from urbgeo.network.scenario import with_links
from urbgeo.sources.road_kernels import EARTH_KM

AIR_CIRCLE_MIN = 240.0
"""The four-hour air circle, door to door, in minutes."""


@dataclass(frozen=True)
class AirTerms:
    """Minutes of a journey by air beside the flight, and how long the flight takes.

    Block time is ``taxi_min + great-circle km / cruise_kmh * 60``. No standard fixes these numbers: the
    defaults are judgements for domestic jets, to be replaced by timetables (source: urbgeo default, 2024).
    """

    check_in_min: float = 75.0
    leaving_min: float = 25.0
    taxi_min: float = 35.0
    cruise_kmh: float = 780.0

    def __post_init__(self) -> None:
        for name in ("check_in_min", "leaving_min", "taxi_min"):
            check_quantity(getattr(self, name), f"AirTerms.{name}", zero=True)
        check_quantity(self.cruise_kmh, "AirTerms.cruise_kmh")


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
        Pairs that are flown: ``from_airport``, ``to_airport``; optional ``minutes`` of block time.
    terms
        Minutes of check-in, leaving and block time.

    Raises
    ------
    InputError
        For faulty airports, routes to airports that are not there, from an airport to itself, or without any.
    """
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
    links = pd.concat([_flights(spots, routes, terms), doors]).assign(mode="air", joinable=False)
    joined = with_links(network, pd.concat([links, _ground(network, airports)]), nodes=nodes)
    about = joined.provenance.having(parameters=asdict(terms))
    return TravelNetwork(joined.nodes, joined.links, joined.snapping, about)


def _check_routes(airports: gpd.GeoDataFrame, routes: pd.DataFrame) -> None:
    faults = Faults("routes")
    if routes.empty:
        faults.add("no flights", remedy="give pairs of airports")
    for end in ("from_airport", "to_airport"):
        lost = ~routes[end].isin(airports.index)
        if lost.any():
            faults.add(f"{end} not among the airports", ids=routes.index[lost])
    alone = routes["from_airport"] == routes["to_airport"]
    if alone.any():
        faults.add("flights from an airport to itself", ids=routes.index[alone])
    faults.raise_if_any()


def _flights(spots: gpd.GeoSeries, routes: pd.DataFrame, terms: AirTerms) -> pd.DataFrame:
    start, end = (
        np.radians(shapely.get_coordinates(spots.loc[routes[name]].to_numpy()))
        for name in ("from_airport", "to_airport")
    )
    half = np.sin((end - start) / 2.0) ** 2
    km = (
        2.0 * EARTH_KM * np.arcsin(np.sqrt(half[:, 1] + np.cos(start[:, 1]) * np.cos(end[:, 1]) * half[:, 0]))
    )
    block = pd.Series(terms.taxi_min + km / terms.cruise_kmh * 60.0, index=routes.index)
    given = pd.to_numeric(routes["minutes"], errors="coerce") if "minutes" in routes else block
    names = [routes[name].astype(str) for name in ("from_airport", "to_airport")]
    minutes = given.fillna(block).to_numpy()
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
    """Ways between each airport and the two ends of the link it lies at."""
    joined = attach(network, airports)
    rows = np.flatnonzero(joined.attached)
    parts = []
    for end in range(2):
        parts.append(
            pd.DataFrame(
                {
                    "from_node": ("airport " + airports.index.astype(str))[rows],
                    "to_node": network.nodes.index[joined.ends[rows, end]],
                    "length_km": joined.off_km[rows],
                    "class": "airport access",
                    "minutes": joined.away[rows, end],
                    "minutes_back": joined.home[rows, end],
                    "mode": "road",
                    "joinable": False,
                },
                index=(f"access {end + 1} airport " + airports.index.astype(str))[rows],
            )
        )
    ways = pd.concat(parts)
    # against a one-way link one of the two directions is not there
    swap = np.isinf(ways["minutes"])
    turned = ways[swap].rename(columns={"from_node": "to_node", "to_node": "from_node"})
    turned = turned.assign(minutes=ways.loc[swap, "minutes_back"], minutes_back=np.nan)
    ways = pd.concat([ways[~swap], turned])
    ways["minutes_back"] = ways["minutes_back"].replace(np.inf, np.nan)
    return ways[np.isfinite(ways["minutes"])]
