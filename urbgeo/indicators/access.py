"""Measures of minutes: circles, coverage, reach, county towns."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod

from urbgeo.cities.policy import policy_members
from urbgeo.indicators.ground import Ground
from urbgeo.indicators.measured import Measured, measure, named, share_within
from urbgeo.standards import (
    AIR_CIRCLE_MIN,
    AIRPORT_MIN,
    CIRCLE_MIN,
    CIRCLES_MIN,
    CLUSTER_MIN,
    HALF_HOUR_MIN,
    SEAT_HSR_MIN,
    SIZE_BOUNDS,
    TOWN_EXPRESSWAY_MIN,
    TOWN_NATIONAL_ROAD_MIN,
    TOWN_RAILWAY_MIN,
)

CITY, COUNTY, PAIR, GROUP = ("市", "seat"), ("县", "county"), ("对", "pair"), ("群", "group")
_SIZES = dict(SIZE_BOUNDS)
SMALL_PEOPLE, LARGE_PEOPLE = _SIZES["Ⅰ型小城市"], _SIZES["Ⅱ型大城市"]
"""Bounds of small and of large cities."""

DEMONSTRATION = ("430321", "430223", "430723", "430181", "430182", "430582", "430422", "431021")
"""Demonstration county towns of the Hunan plan: nation and province."""


@measure("airport_prefectures", by_speed=True, on=("prefectures", "airports"))
def airport_prefectures(ground: Ground) -> Measured:
    """Prefecture seats within an hour of an airport."""
    minutes = ground.nearest("prefectures", "airports")
    return share_within(ground, ground.prefectures, minutes, AIRPORT_MIN, noun=CITY)


@measure("station_45", by_speed=True, on=("prefectures", "fast stations"))
def station_45(ground: Ground) -> Measured:
    """Prefecture seats within 45 minutes of a high-speed station."""
    minutes = ground.nearest("prefectures", "fast_stations")
    return share_within(ground, ground.prefectures, minutes, SEAT_HSR_MIN, noun=CITY)


@measure("rail_cities", by_speed=True, on=("fast stations",))
def rail_cities(ground: Ground) -> Measured:
    """County and city seats within half an hour of a high-speed station."""
    minutes = ground.nearest("counties", "fast_stations")
    return share_within(ground, ground.counties, minutes, HALF_HOUR_MIN, noun=COUNTY)


@measure("expressway_cities", by_speed=True, on=("interchanges",))
@measure("interchange_30", by_speed=True, on=("interchanges",))
def interchange_30(ground: Ground) -> Measured:
    """County seats within half an hour of an interchange."""
    minutes = ground.nearest("counties", "interchanges")
    return share_within(ground, ground.counties, minutes, TOWN_EXPRESSWAY_MIN, noun=COUNTY)


@measure("national_road_15", by_speed=True, on=("national roads",))
def national_road_15(ground: Ground) -> Measured:
    """County seats within a quarter of an hour of a national road."""
    minutes = ground.nearest("counties", "national_road")
    return share_within(ground, ground.counties, minutes, TOWN_NATIONAL_ROAD_MIN, noun=COUNTY)


@measure("railway_60", by_speed=True, on=("stations",))
def railway_60(ground: Ground) -> Measured:
    """County seats within an hour of any railway station."""
    minutes = ground.nearest("counties", "stations")
    return share_within(ground, ground.counties, minutes, TOWN_RAILWAY_MIN, noun=COUNTY)


@measure("expressway_counties", by_speed=True, on=("interchanges",))
def expressway_counties(ground: Ground) -> Measured:
    """Counties that hold an interchange, or whose seat has one within half an hour."""
    minutes = ground.nearest("counties", "interchanges").copy()
    zones = ground.region.zones
    if zones is not None and len(ground.interchanges):
        _, held = zones.sindex.query(ground.interchanges.to_crs(zones.crs).geometry, predicate="within")
        minutes[minutes.index.isin(zones.index[held])] = 0.0
    return share_within(ground, ground.counties, minutes, TOWN_EXPRESSWAY_MIN, noun=COUNTY)


@measure("own_prefecture_60", by_speed=True, on=("prefectures",))
def own_prefecture_60(ground: Ground) -> Measured | None:
    """County seats of Yueyang within an hour of its centre."""
    return _own_centre(ground, ground.counties[ground.counties["prefecture"] == "430600"])


@measure("county_prefecture_60", by_speed=True, on=("prefectures",))
def county_prefecture_60(ground: Ground) -> Measured | None:
    """County seats within an hour of their own prefecture's centre."""
    return _own_centre(ground, ground.counties)


@measure("county_people_60", by_speed=True, on=("prefectures", "people"))
def county_people_60(ground: Ground) -> Measured | None:
    """People of the counties whose seats are within an hour of their centre."""
    return _own_centre(ground, ground.counties, weight="population")


@measure("demo_access", by_speed=True, on=("prefectures",))
def demo_access(ground: Ground) -> Measured | None:
    """Demonstration county towns within an hour of their centre."""
    return _own_centre(ground, ground.counties[ground.counties.index.isin(DEMONSTRATION)])


def _own_centre(ground: Ground, towns: gpd.GeoDataFrame, *, weight: str | None = None) -> Measured | None:
    if towns.empty:
        return None
    minutes = own_minutes(ground).loc[towns.index]
    weights = towns[weight] if weight else None
    return share_within(ground, towns, minutes, CIRCLE_MIN, noun=COUNTY, weight=weights)


def own_minutes(ground: Ground) -> pd.Series:
    """Minutes from every county seat to its own prefecture's centre.

    A county that the province governs itself has none; the nearest centre counts.
    """
    table = ground.table("counties", "prefectures")
    own = table.columns.get_indexer(ground.counties["prefecture"])
    minutes = table.to_numpy()[np.arange(len(table)), own]
    return pd.Series(np.where(own >= 0, minutes, table.min(axis=1)), index=table.index)


@measure("annex_minutes", by_speed=True, on=("prefectures",))
def annex_minutes(ground: Ground) -> Measured:
    """Median minutes from a county's seat to the main urban area."""
    minutes = own_minutes(ground)
    worst = minutes.sort_values(ascending=False, kind="stable").head(3)
    return Measured(
        float(minutes.median()),
        estimated_share=ground.estimated_road_share,
        left=named(ground.counties, worst),
        noun=COUNTY,
        count=len(minutes),
        units=minutes.groupby(ground.counties["prefecture"]).median(),
    )


@measure("circle_official", by_speed=True)
def circle_official(ground: Ground) -> Measured | None:
    """Counties of the approved circle whose seats lie within an hour of the nearest core district."""
    official = [one for one in ground.region.lists.get("circle", ()) if one in ground.counties.index]
    if not official or ground.core.empty:
        return None
    counties = ground.counties.loc[official]
    return share_within(
        ground, counties, ground.nearest("counties", "core_doors").loc[official], CIRCLE_MIN, noun=COUNTY
    )


@measure("circle_people", by_speed=True, on=("people",))
def circle_people(ground: Ground) -> Measured | None:
    """People of the counties whose seats lie within an hour of the nearest core district."""
    if ground.core.empty:
        return None
    inside = ground.nearest("counties", "core_doors") <= CIRCLE_MIN
    people = ground.counties["population"].astype(float)
    of = ground.counties["prefecture"]
    return Measured(
        float(people[inside].sum()),
        estimated_share=ground.estimated_road_share,
        noun=COUNTY,
        count=int(inside.sum()),
        units=people.where(inside, 0.0).groupby(of).sum(),
    )


def _outer(ground: Ground) -> gpd.GeoDataFrame:
    lists = ground.region.lists
    outer = [one for one in lists.get("cluster_3_5", ()) if one not in lists.get("core", ())]
    return ground.region.places.loc[outer]


@measure("outer_seats", by_speed=True)
def outer_seats(ground: Ground) -> Measured | None:
    """Outer seats of 3+5 within two hours of the nearest core city, by road."""
    outer = _outer(ground)
    if outer.empty or ground.core.empty:
        return None
    minutes = ground.nearest("prefectures", "core").loc[outer.index]
    return share_within(ground, outer, minutes, CLUSTER_MIN, noun=CITY)


@measure("outer_seats_rail", when="now", on=("trains",))
def outer_seats_rail(ground: Ground) -> Measured | None:
    """Outer seats of 3+5 within two hours of the nearest core city, by train door to door."""
    outer = _outer(ground)
    if outer.empty or _core_without_seat(ground):
        return None
    minutes = rail_table(ground).loc[outer.index, ground.core.index].min(axis=1)
    return share_within(ground, outer, minutes, CLUSTER_MIN, noun=CITY)


@measure("rail_hour", when="now", on=("trains",))
def rail_hour(ground: Ground) -> Measured | None:
    """Prefecture seats within an hour of the first core city by train, door to door."""
    if _core_without_seat(ground):
        return None
    first = ground.core.index[0]
    minutes = rail_table(ground)[first].drop(first)
    return share_within(ground, ground.prefectures.loc[minutes.index], minutes, CIRCLE_MIN, noun=CITY)


def _core_without_seat(ground: Ground) -> bool:
    """Whether a part of the core, or all, is no prefecture seat: trains are timed between seats alone."""
    return ground.core.empty or not ground.core.index.isin(ground.prefectures.index).all()


def rail_table(ground: Ground) -> pd.DataFrame:
    """Minutes between prefecture seats with at least one train."""
    from urbgeo.access.reach import reach

    if "rail prefectures" not in ground._found:
        found = reach(ground.both, ground.prefectures, minutes=CLUSTER_MIN)
        ground._found["rail prefectures"] = found.minutes["rail"]
    table: pd.DataFrame = ground._found["rail prefectures"]
    return table


@measure("cluster_pairs", when="now", by_speed=True)
def cluster_pairs(ground: Ground) -> Measured | None:
    """Ordered pairs of the cities of 3+5 within two hours, by the better of road and rail."""
    members = list(ground.region.lists.get("cluster_3_5", ()))
    return _pairs_within(ground, "prefectures", members, CLUSTER_MIN, mode="best")


@measure("shaoyang_pairs", by_speed=True)
def shaoyang_pairs(ground: Ground) -> Measured | None:
    """Pairs of the city and its three neighbouring counties within half an hour."""
    city = [one for one in ("430502", "430503", "430511") if one in ground.counties.index][:1]
    members = [one for one in ("430582", "430522", "430523") if one in ground.counties.index]
    if not city or len(members) < 2:
        return None
    return _pairs_within(ground, "counties", city + members, HALF_HOUR_MIN)


def _pairs_within(
    ground: Ground, layer: str, members: list[str], limit: float, *, mode: str = "road"
) -> Measured | None:
    """Pairs both ways as one: the slower direction counts."""
    places = getattr(ground, layer)
    if len(members) < 2:
        return None
    table = ground.table(layer, layer, mode=mode).loc[members, members]
    slower = np.maximum(table.to_numpy(), table.to_numpy().T)
    i, j = np.triu_indices(len(members), 1)
    minutes = slower[i, j]
    left = [
        (
            f"{places.at[members[a], 'name_zh']}–{places.at[members[b], 'name_zh']}",
            f"{places.at[members[a], 'name_en']}–{places.at[members[b], 'name_en']}",
            float(value),
        )
        for a, b, value in zip(i, j, minutes, strict=True)
        if not value <= limit
    ]
    return Measured(
        100.0 * float((minutes <= limit).mean()),
        estimated_share=ground.estimated_road_share,
        left=tuple(sorted(left, key=lambda one: one[2])),
        limit=limit,
        noun=PAIR,
        count=len(minutes),
    )


@measure("small_interchange", by_speed=True, on=("urban people", "interchanges"))
def small_interchange(ground: Ground) -> Measured:
    """Small towns within half an hour of an interchange."""
    return _small(ground, "interchanges", HALF_HOUR_MIN)


@measure("small_station", by_speed=True, on=("urban people", "fast stations"))
def small_station(ground: Ground) -> Measured:
    """Small towns within an hour of a high-speed station."""
    return _small(ground, "fast_stations", CIRCLE_MIN)


def _small(ground: Ground, facilities: str, limit: float) -> Measured:
    towns = ground.counties[ground.counties["urban_population"] < SMALL_PEOPLE]
    minutes = ground.nearest("counties", facilities).loc[towns.index]
    return share_within(ground, towns, minutes, limit, noun=COUNTY)


@measure("near_large", by_speed=True, on=("urban people", "prefectures"))
def near_large(ground: Ground) -> Measured:
    """County towns within an hour of a prefecture of a million urban people or more."""
    large = ground.prefectures.index[ground.prefectures["urban_population"] >= LARGE_PEOPLE]
    near = ground.table("counties", "prefectures")[large].min(axis=1) <= CIRCLE_MIN
    return Measured(
        float(near.sum()),
        estimated_share=ground.estimated_road_share,
        noun=COUNTY,
        count=len(near),
        units=near.groupby(ground.counties["prefecture"]).sum().astype(float),
    )


@measure("hubs_180", by_speed=True, on=("prefectures",))
def hubs_180(ground: Ground) -> Measured | None:
    """Prefecture seats within three hours of a hub city outside, by road."""
    if ground.region.hubs.empty:
        return None
    return share_within(
        ground, ground.prefectures, ground.nearest("prefectures", "hubs"), CIRCLES_MIN[2], noun=CITY
    )


@measure("town_groups", by_speed=True)
def town_groups(ground: Ground) -> Measured | None:
    """Town groups of the plan whose seats all reach each other within an hour."""
    members = policy_members(kind="Hunan town group")
    table = ground.table("counties", "counties")
    worst = {}
    for name, group in members.groupby("geography", sort=False):
        ids = [one for one in group["adcode"] if one in table.index]
        if len(ids) > 1:
            # a seat that no road reaches is within an hour of nobody
            worst[str(name)] = float(table.loc[ids, ids].fillna(np.inf).to_numpy().max())
    if not worst:
        return None
    far = sorted(
        ((name, name, value) for name, value in worst.items() if value > CIRCLE_MIN), key=lambda x: x[2]
    )
    return Measured(
        float(len(worst) - len(far)),
        estimated_share=ground.estimated_road_share,
        left=tuple(far),
        noun=GROUP,
        count=len(worst),
    )


@measure("belt_minutes", when="now", by_speed=True, on=("prefectures",))
def belt_minutes(ground: Ground) -> Measured | None:
    """Mean minutes between neighbours along the three belts, by the better of road and rail."""
    table = ground.table("prefectures", "prefectures", mode="best")
    steps = []
    for _, group in policy_members(kind="Hunan belt").groupby("geography", sort=False):
        ids = [one for one in group["adcode"] if one in table.index]
        steps += [float(max(table.at[a, b], table.at[b, a])) for a, b in pairwise(ids)]
    if not steps:
        return None
    return Measured(float(np.mean(steps)), estimated_share=ground.estimated_road_share, count=len(steps))


BELT_LINES = ("JGH", "JG", "HK", "HKX", "CYC", "QZC")
"""Lines of the three belts: Beijing-Guangzhou, Shanghai-Kunming, Chongqing-Xiamen."""


@measure("belt_people", by_speed=True, on=("people", "fast stations"))
def belt_people(ground: Ground) -> Measured | None:
    """People of counties whose seats lie within half an hour of a fast station on one of the belts."""
    sections = ground.then.rail_sections
    on = sections[sections["line"].isin(BELT_LINES)]
    ids = pd.unique(on[["from_station", "to_station"]].to_numpy().ravel())
    stations = ground.fast_stations[ground.fast_stations.index.isin(ids)]
    if stations.empty:
        return None
    from urbgeo.network.minutes import nearest_facility

    minutes = nearest_facility(ground.road, ground.counties, stations)["minutes"]
    weights = ground.counties["population"]
    return share_within(ground, ground.counties, minutes, HALF_HOUR_MIN, noun=COUNTY, weight=weights)


@measure("air_airports", when="now")
def air_airports(ground: Ground) -> Measured | None:
    """Airports that a flight of four hours from the first core city reaches, ground ways not counted."""
    from urbgeo.network.air import AirTerms
    from urbgeo.regions.nation import china_airports

    if ground.core.empty:
        return None
    airports = china_airports()
    home = ground.nearest("core", "airports")
    if not np.isfinite(home.iloc[0]):
        return None
    start = ground.core.iloc[[0]].to_crs(4326).geometry.iloc[0]
    _, _, metres = Geod(ellps="WGS84").inv(
        np.full(len(airports), start.x),
        np.full(len(airports), start.y),
        airports.geometry.x,
        airports.geometry.y,
    )
    terms = AirTerms()
    km = np.asarray(metres, float) / 1000.0
    flown = (km >= terms.shortest_flight_km) & (np.asarray(terms.block_min(km)) <= AIR_CIRCLE_MIN)
    return Measured(float(flown.sum()), count=len(airports))
