"""The four answers on a region: circle, coverage, reach, county-town access."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.coverage import Coverage, coverage
from urbgeo.access.reach import Reach, reach
from urbgeo.access.towns import TownAccess, town_access
from urbgeo.cities.circles import CircleRules, CommutingCircle, commuting_circle
from urbgeo.network.minutes import minutes_table, node_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.options import with_progress
from urbgeo.regions.region import Region

CIRCLE_MIN = 60.0
"""One-hour commuting circle: NDRC guidance on metropolitan circles, 2019, no. 328."""

CLUSTER_MIN = 120.0
"""Two-hour reach within a city cluster: national comprehensive transport network outline, 2021."""

AIRPORT_MIN, AIRPORT_TARGET = 60.0, 0.80
"""Prefecture seats within 60 minutes of an airport, 80 % by 2025: 14th Five-Year Plan for New
Urbanisation (2022), art. 22."""

RINGS_MIN = (15.0, 30.0, 60.0, CLUSTER_MIN)


@dataclass(frozen=True, eq=False)
class Answers:
    """What the main job found; ``prefectures`` and ``counties`` are airport coverage of the seats.

    ``reach`` is between the prefecture seats, ``reach_hubs`` between these and the hub cities around,
    ``trips`` the modelled minutes of trips that travellers know.
    """

    region: Region
    network: TravelNetwork
    circle: CommutingCircle
    prefectures: Coverage
    counties: Coverage
    reach: Reach
    reach_hubs: Reach
    towns: TownAccess
    trips: pd.DataFrame


def answer(region: Region, *, network: TravelNetwork | None = None) -> Answers:
    """Compute the four answers.

    Circle, coverage and town access go by road; reach by road, by rail door to door, and by the better.

    Parameters
    ----------
    region
        Needs the lists ``core`` and ``circle``; without polygons the circle rests on seats alone.
    network
        Of road and rail; compiled from the region by default.
    """
    network = network or region_network(region)
    road = network.only(("road",))
    steps: dict[str, Callable[[], Any]] = {
        "circle": lambda: _circle(region, road),
        "prefectures": lambda: coverage(
            road, region.prefectures, region.airports,
            minutes=AIRPORT_MIN, target=AIRPORT_TARGET, weight="population",
        ),
        "counties": lambda: coverage(
            road, region.counties, region.airports, minutes=AIRPORT_MIN, weight="population"
        ),
        "reach": lambda: reach(network, region.prefectures, minutes=CLUSTER_MIN),
        "reach_hubs": lambda: reach(network, _with_hubs(region), minutes=CLUSTER_MIN),
        "towns": lambda: _towns(region, road),
        "trips": lambda: known_trips(region, network),
    }  # fmt: skip
    found = {name: step() for name, step in with_progress(steps.items(), total=len(steps), what="answers")}
    return Answers(region=region, network=network, **found)


def known_trips(region: Region, network: TravelNetwork) -> pd.DataFrame:
    """Modelled minutes beside the ones travellers know.

    Returns
    -------
    pandas.DataFrame
        One row per trip of ``region.known_trips``: ``road_known`` and ``road_modelled``; ``rail_known`` (the
        timetable's ride, the terminal minutes with the longest wait, and the drive to and from the stations)
        and ``rail_modelled`` (the same stations and drives, with the modelled trains); deviations as
        fractions of the known.
    """
    trips = region.known_trips
    road, rail = network.only(("road",)), network.only(("rail",))
    places = region.places.loc[pd.unique(trips[["from_place", "to_place"]].to_numpy().ravel())]
    drive = minutes_table(road, places, places)
    forecourts = pd.unique(trips[["station_from", "station_to"]].to_numpy().ravel())
    at = rail.nodes.index.get_indexer(forecourts).astype(np.int64)
    ride = pd.DataFrame(node_table(rail, at, at), index=forecourts, columns=forecourts)
    to_station = minutes_table(road, places, region.stations.loc[forecourts])
    from_station = minutes_table(road, region.stations.loc[forecourts], places)
    terms = network.provenance.parameters
    terminal = terms["access_min"] + terms["max_wait_min"] + terms["egress_min"]
    rows = []
    for trip in trips.itertuples():
        legs = (
            to_station.at[trip.from_place, trip.station_from]
            + from_station.at[trip.station_to, trip.to_place]
        )
        known = legs + terminal + trip.ride_min
        rows.append(
            {
                "road_known": trip.road_min,
                "road_modelled": drive.at[trip.from_place, trip.to_place],
                "rail_known": known,
                "rail_modelled": legs + ride.at[trip.station_from, trip.station_to],
            }
        )
    table = pd.concat([trips.reset_index(drop=True), pd.DataFrame(rows)], axis=1)
    for mode in ("road", "rail"):
        table[f"{mode}_deviation"] = table[f"{mode}_modelled"] / table[f"{mode}_known"] - 1.0
    return table


def _with_hubs(region: Region) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.concat([region.prefectures, region.hubs]))


def _core(region: Region) -> gpd.GeoDataFrame:
    return region.places.loc[list(region.lists["core"])]


def _circle(region: Region, road: TravelNetwork) -> CommutingCircle:
    """By people where polygons are at hand, by seats alone where not."""
    whole = region.zones is not None
    return commuting_circle(
        road,
        _core(region),
        region.zones if whole else region.counties,
        minutes=CIRCLE_MIN,
        seats=region.counties if whole else None,
        rules=CircleRules(rule="population" if whole else "seat", rings=RINGS_MIN),
    ).against(region.lists["circle"])


def _towns(region: Region, road: TravelNetwork) -> TownAccess:
    capital = region.places.loc[[region.lists["core"][0]]]
    fast = region.stations[region.stations["kind"] != "conventional"]
    return town_access(
        region.counties,
        road,
        assigned={"prefecture": (region.prefectures, "prefecture")},
        nearest={
            "capital": capital,
            "interchange": region.interchanges,
            "station": fast,
            "airport": region.airports,
        },
    )
