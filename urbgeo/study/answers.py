"""The four answers on a region: circle, coverage, reach, county-town access."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.coverage import Coverage, coverage
from urbgeo.access.observed import BesideObserved
from urbgeo.access.reach import Reach, reach
from urbgeo.access.towns import TownAccess, town_access
from urbgeo.arguments import check_years
from urbgeo.cities.circles import CircleRules, CommutingCircle, commuting_circle
from urbgeo.cities.commuting_rings import CommutingRings
from urbgeo.cities.metropolises import MetropolitanCircles
from urbgeo.crs import metric_crs
from urbgeo.errors import UrbgeoWarning
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import own_classes, region_network
from urbgeo.network.speeds import LITERATURE, PEAK, STANDARD
from urbgeo.options import with_progress
from urbgeo.regions.given import OUTSIDE
from urbgeo.regions.region import Region, check_region
from urbgeo.regions.years import same_layers
from urbgeo.standards import AIRPORT_MIN, AIRPORT_TARGET, CIRCLE_MIN, CLUSTER_MIN, COMMUTING_RATE
from urbgeo.study.absent import attempt
from urbgeo.study.bands import Bands, SetAnswers, bands_of
from urbgeo.study.beside import observed_of, rings_of, why_no_core, why_no_rings
from urbgeo.study.disclosure import estimated_shares
from urbgeo.study.metropolises import metropolises_of, why_no_metropolises
from urbgeo.study.nation import airport_years
from urbgeo.study.series import IN_SERIES, YEARS, series
from urbgeo.study.small_zones import parts_of, with_own_seats
from urbgeo.study.systems import Systems, systems_of
from urbgeo.study.targets import outline_targets
from urbgeo.study.trips import known_trips

SETS = (LITERATURE, STANDARD, PEAK)
"""Sets of speeds that every answer is given under; the first makes the headlines."""

MOST_CITIES = 400
"""Cities between which reach is measured; the pairs of more say nothing that one reads."""

RINGS_MIN = (15.0, 30.0, 60.0, CLUSTER_MIN)


@dataclass(frozen=True, eq=False)
class Answers:
    """What the main job found; ``prefectures`` and ``counties`` are airport coverage of the seats.

    ``reach`` is between the prefecture seats, ``reach_hubs`` between these and the hub cities around,
    ``trips`` the modelled minutes beside figures from outside the model, ``bands`` the same answers
    under every named set of speeds on ``networks``, ``series`` the headlines year by year, ``rings`` the
    circle by commuting rate beside the one by time, ``observed`` the model beside a map service's minutes.
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
    rings: CommutingRings
    observed: BesideObserved
    metropolises: MetropolitanCircles
    networks: Mapping[str, TravelNetwork] = field(default_factory=dict)

    @cached_property
    def systems(self) -> Systems:
        """City clusters, belts and town groups of the documents that lie in the region."""
        return systems_of(self.region, self.network)

    @cached_property
    def estimated(self) -> pd.Series:
        """Which share of what the headlines rest on is estimated."""
        return estimated_shares(self.region)

    @cached_property
    def national(self) -> pd.DataFrame:
        """Of the nation: airport coverage by the airports open in each year."""
        return airport_years(self.region, network=self.network)


def answer(
    region: Region,
    *,
    network: TravelNetwork | None = None,
    sets: Sequence[str] = SETS,
    years: Sequence[int] = YEARS,
) -> Answers:
    """Compute the four answers, and their bands over the named sets of speeds.

    Circle, coverage and town access go by road; reach by road, by rail in three readings, and by the better.

    Parameters
    ----------
    region
        What its layers do not allow is left out by name; without polygons the circle rests on seats alone.
    network
        Of road and rail; compiled from the region by default. Of an edited one the named sets and past years
        know nothing: a warning says so, and only it is answered.
    sets
        Named sets of speeds to answer under, the default set always first; none but it after an edit saves
        two thirds of the time.
    years
        Of the series; none leaves it out.

    Returns
    -------
    Answers
        Circle, coverage, town access and reach, the same under every named set of speeds, and the series by
        year.

    Raises
    ------
    InputError
        For faulty layers, and years that are none.

    Examples
    --------
    >>> import urbgeo
    >>> small = urbgeo.region("石嘴山市", roads="estimated", zones=False)
    >>> len(answer(small, years=()).prefectures.table)
    1
    """
    check_region(region)
    years = check_years(years, none=True)
    if network is not None and (len(sets) or len(years)) and not _is_of(network, region):
        warnings.warn(
            "network: it is not the region's own; the named sets of speeds and the past years are left out.",
            UrbgeoWarning,
            stacklevel=2,
        )
        sets, years = (), ()
    of_region = network is None
    network = network or region_network(region)
    networks = {LITERATURE: network}
    by_set: dict[str, SetAnswers] = {}
    every = _sets_of(region, sets)
    for name in with_progress(every, total=len(every), what="answers"):
        if name not in networks:
            networks[name] = region_network(region, speeds=name)
        by_set[name] = _by_speeds(region, networks[name])
    usual = by_set[LITERATURE]

    def answered(then: Region) -> SetAnswers:
        # What was asked on the region's own network already holds for a year in which all of it was open.
        known = of_region and same_layers(region, then)
        return usual if known else _by_speeds(then, region_network(then), whole=False)

    trips, rings, observed, metropolises = _beside(region, network, usual.circle)
    return Answers(
        region=region,
        network=network,
        circle=usual.circle,
        prefectures=usual.prefectures,
        counties=usual.counties,
        reach=usual.reach,
        reach_hubs=usual.reach_hubs,
        towns=usual.towns,
        trips=trips,
        bands=bands_of(by_set),
        series=series(region, answered, years=years),
        rings=rings,
        observed=observed,
        metropolises=metropolises,
        networks=networks,
    )


def _sets_of(region: Region, sets: Sequence[str]) -> list[str]:
    """The sets of speeds to answer under: the default alone where the roads have classes of their own."""
    own = region.network
    by_class = own is None or (isinstance(own, TravelNetwork) and own_classes(own))
    return list(dict.fromkeys((LITERATURE, *sets))) if by_class else [LITERATURE]


def _beside(
    region: Region, network: TravelNetwork, circle: CommutingCircle
) -> tuple[pd.DataFrame, CommutingRings, BesideObserved, MetropolitanCircles]:
    """What the answers are held against: known trips, rings by rate, observed minutes, other circles."""
    return (
        attempt(
            "known trips",
            "" if len(region.known_trips) else "the region has no figures from outside",
            lambda: known_trips(region, network),
        ),
        attempt("circle by commuting rate", why_no_rings(region), lambda: rings_of(region, circle)),
        attempt(
            "observed minutes",
            "" if region.observed is not None else "no minutes of a map service are given",
            lambda: observed_of(region, network),
        ),
        attempt(
            "circles of several metropolises",
            why_no_metropolises(region),
            lambda: metropolises_of(region, network),
        ),
    )


def _is_of(network: TravelNetwork, region: Region) -> bool:
    """Whether a network has the links and minutes of the region's own."""
    own = region_network(region).link_table
    columns = ["minutes", "minutes_back"]
    return network.link_table.index.equals(own.index) and bool(
        np.array_equal(network.link_table[columns].to_numpy(), own[columns].to_numpy(), equal_nan=True)
    )


def _why_no_reach(cities: int) -> str:
    """Why so many cities are not compared with one another; nothing where they are."""
    return "" if 1 < cities <= MOST_CITIES else f"{cities} cities; two to {MOST_CITIES} are compared"


def _by_speeds(region: Region, network: TravelNetwork, *, whole: bool = True) -> SetAnswers:
    """The answers under one set of speeds; without ``whole`` only those that the series shows."""
    road = network.only(("road",))
    seats, counties = region.prefectures, region.counties
    why_no_air = "" if len(region.airports) else "the region has no airports"
    why_not_asked = "" if whole else "the series does not show it"
    why_no_seats = "" if len(seats) else "the region has no prefecture seats"
    cities = _cities(region)
    why_not_many = _why_no_reach(len(cities))
    return SetAnswers(
        circle=attempt(
            "circle", why_no_core(region),
            lambda: _circle(region, road, rates=whole),
        ),
        prefectures=attempt(
            "airport coverage of prefecture seats", why_no_air or why_no_seats,
            lambda: coverage(
                road, seats, region.airports,
                minutes=AIRPORT_MIN, target=AIRPORT_TARGET, weight=_people(seats),
            ),
        ),
        counties=attempt(
            "airport coverage of county seats", why_no_air or why_not_asked,
            lambda: coverage(
                road, counties, region.airports, minutes=AIRPORT_MIN, weight=_people(counties)
            ),
        ),
        reach=attempt("reach", why_not_many, lambda: _reach(network, cities)),
        reach_hubs=attempt(
            "reach with the cities around", why_not_asked or _why_no_hubs(region),
            lambda: _reach(network, _with_hubs(region)),
        ),
        towns=attempt("county-town access", why_not_asked, lambda: _towns(region, road)),
        targets=outline_targets(region, road, only=None if whole else IN_SERIES),
    )  # fmt: skip


def _cities(region: Region) -> gpd.GeoDataFrame:
    """Whose reach is measured: prefecture seats, or county seats where there are fewer than two."""
    return region.prefectures if len(region.prefectures) > 1 else region.counties


def _reach(network: TravelNetwork, cities: gpd.GeoDataFrame) -> Reach:
    """Without people, pairs alone are counted: shares by people are missing then."""
    people = _people(cities) or pd.Series(0.0, cities.index, name="population")
    return reach(network, cities, population=people, minutes=CLUSTER_MIN)


def _people(places: gpd.GeoDataFrame) -> str | None:
    """The column of people, where every place has some count of them."""
    complete = _complete(places, "population") and places["population"].sum() > 0
    return "population" if complete else None


def _complete(places: gpd.GeoDataFrame, column: str) -> bool:
    return column in places and bool(places[column].notna().all())


def _why_no_hubs(region: Region) -> str:
    enough = len(_cities(region)) > 1 and len(region.hubs)
    return "" if enough else "no cities around, or fewer than two within"


def _with_hubs(region: Region) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.concat([_cities(region), region.hubs]))


def _circle(region: Region, road: TravelNetwork, *, rates: bool) -> CommutingCircle:
    """By people where polygons and their people are at hand, by area without people, else by seats alone."""
    zones = region.zones
    peopled = zones is not None and _people(zones) is not None
    rule = "population" if peopled else ("seat" if zones is None else "area")
    base = region.counties if zones is None else zones
    known = _people(base) is not None
    urban = "urban_population" if known and _complete(base, "urban_population") else None
    counted = region.commuters
    circle = commuting_circle(
        road,
        region.core,
        base,
        minutes=CIRCLE_MIN,
        population="population" if known else None,
        seats=None if zones is None else _seats(region, zones),
        rules=CircleRules(
            rule=rule,
            rings=RINGS_MIN,
            urban_population=urban,
            core_population=_core_people(region),
            units_checked=True,  # where the region was made its people were read in a unit
            rate=COMMUTING_RATE if rates and (known or counted) and zones is not None else None,
            flows=None if counted is None or zones is None else counted.flows,
            outside=OUTSIDE,
        ),
    )
    official = region.lists.get("circle")
    return circle.against(parts_of(official, base)) if official else circle


def _seats(region: Region, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Seats of the zones; of smaller zones than counties (townships) a point inside stands for the seat."""
    towns = region.towns
    if zones.index.isin(towns.index).all():
        return towns
    inside = zones.geometry.to_crs(metric_crs(zones)).representative_point().to_crs(zones.crs)
    return zones[["geometry"]].set_geometry(inside)


def _core_people(region: Region) -> float | None:
    """People of the urban district of the largest core city, where the region says them."""
    if "city_population" not in region.places:
        return None
    largest = float(region.places.loc[list(region.lists["core"]), "city_population"].max())
    return None if pd.isna(largest) else largest


def _towns(region: Region, road: TravelNetwork) -> TownAccess:
    capital = region.places.loc[list(region.lists.get("core", ())[:1])]
    fast = region.stations[region.stations["kind"] != "conventional"]
    towns, seats = with_own_seats(region.towns, region.prefectures, road), region.prefectures
    alone = len(seats) == 1 and seats.index.equals(capital.index)
    nearest = {
        "capital": capital.iloc[:0] if alone else capital,
        "interchange": region.interchanges,
        "station": fast,
        "airport": region.airports,
    }
    return town_access(
        road,
        towns,
        assigned={"prefecture": (seats, "prefecture")} if len(seats) else None,
        nearest={name: points for name, points in nearest.items() if len(points)},
    )
