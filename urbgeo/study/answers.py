"""The four answers on a region: circle, coverage, reach, county-town access."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from urbgeo.access.coverage import Coverage, coverage
from urbgeo.access.reach import Reach, reach
from urbgeo.access.towns import TownAccess, town_access
from urbgeo.cities.circles import CircleRules, CommutingCircle, commuting_circle
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.network.speeds import LITERATURE, PEAK, STANDARD
from urbgeo.options import with_progress
from urbgeo.regions.region import Region
from urbgeo.standards import AIRPORT_MIN, AIRPORT_TARGET, CIRCLE_MIN, CLUSTER_MIN
from urbgeo.study.bands import Bands, SetAnswers, bands_of
from urbgeo.study.series import YEARS, series
from urbgeo.study.targets import outline_targets
from urbgeo.study.trips import known_trips

SETS = (LITERATURE, STANDARD, PEAK)
"""Sets of speeds that every answer is given under; the first makes the headlines."""

RINGS_MIN = (15.0, 30.0, 60.0, CLUSTER_MIN)


@dataclass(frozen=True, eq=False)
class Answers:
    """What the main job found; ``prefectures`` and ``counties`` are airport coverage of the seats.

    ``reach`` is between the prefecture seats, ``reach_hubs`` between these and the hub cities around,
    ``trips`` the modelled minutes beside figures from outside the model, ``bands`` the same answers
    under every named set of speeds, ``series`` the headlines year by year.
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
    bands: Bands
    series: pd.DataFrame


def answer(region: Region, *, network: TravelNetwork | None = None, years: Sequence[int] = YEARS) -> Answers:
    """Compute the four answers, and their bands over the named sets of speeds.

    Circle, coverage and town access go by road; reach by road, by rail in three readings, and by the better.

    Parameters
    ----------
    region
        Needs the lists ``core`` and ``circle``; without polygons the circle rests on seats alone.
    network
        Of road and rail; compiled from the region by default.
    years
        Of the series; none leaves it out.
    """
    network = network or region_network(region)
    by_set: dict[str, SetAnswers] = {}
    for name in with_progress(SETS, total=len(SETS), what="answers"):
        by_set[name] = _by_speeds(
            region, network if name == LITERATURE else region_network(region, speeds=name)
        )
    usual = by_set[LITERATURE]
    return Answers(
        region=region,
        network=network,
        circle=usual.circle,
        prefectures=usual.prefectures,
        counties=usual.counties,
        reach=usual.reach,
        reach_hubs=reach(network, _with_hubs(region), minutes=CLUSTER_MIN),
        towns=usual.towns,
        trips=known_trips(region, network),
        bands=bands_of(by_set),
        series=series(region, lambda then: _by_speeds(then, region_network(then)), years=years),
    )


def _by_speeds(region: Region, network: TravelNetwork) -> SetAnswers:
    road = network.only(("road",))
    return SetAnswers(
        circle=_circle(region, road),
        prefectures=coverage(
            road, region.prefectures, region.airports,
            minutes=AIRPORT_MIN, target=AIRPORT_TARGET, weight="population",
        ),
        counties=coverage(road, region.counties, region.airports, minutes=AIRPORT_MIN, weight="population"),
        reach=reach(network, region.prefectures, minutes=CLUSTER_MIN),
        towns=_towns(region, road),
        targets=outline_targets(region, road),
    )  # fmt: skip


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
        road,
        region.counties,
        assigned={"prefecture": (region.prefectures, "prefecture")},
        nearest={
            "capital": capital,
            "interchange": region.interchanges,
            "station": fast,
            "airport": region.airports,
        },
    )
