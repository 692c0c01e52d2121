"""Several metropolises in one region: lists called ``core …`` beside ``core``, each county in one circle."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from urbgeo.cities.metropolises import MetropolitanCircles, metropolitan_circles
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region
from urbgeo.study.small_zones import parts_of
from urbgeo.study.units import county_at

MARK = "core "
"""A list whose name begins so is the core of a metropolis of that name: ``core 芜湖``."""


def cores_of(region: Region) -> dict[str, tuple[str, ...]]:
    """Ids of the core of every metropolis by its name; the list ``core`` is that of its first city."""
    named = {name.removeprefix(MARK): ids for name, ids in region.lists.items() if name.startswith(MARK)}
    first = tuple(region.lists.get("core", ()))
    if not named or not first:
        return named
    districts = tuple(region.lists.get("core_districts", ()))
    return {str(region.places.loc[first[0], "name_zh"]): districts or first, **named}


def why_no_metropolises(region: Region) -> str:
    """Why circles of several metropolises are not drawn; nothing where they are."""
    if len(cores_of(region)) > 1:
        return ""
    return f'no other metropolis is named; lists={{"{MARK}芜湖": [...]}} names one'


def metropolises_of(region: Region, network: TravelNetwork) -> MetropolitanCircles:
    """The one-hour circles of all metropolises of the region, each county in one of them at most.

    A county that several reach goes to the nearest in time. The core of a city is its districts (市辖区), or
    the county that its seat lies nearest to.
    """
    counties = region.counties
    owner: dict[str, str] = {}
    for name, ids in cores_of(region).items():
        for one in ids:
            owner.update(dict.fromkeys(_core_counties(one, counties, region), name))
    units, towns = counties, region.towns
    if region.zones is not None:
        units = region.zones.loc[region.zones.index.intersection(towns.index)]
        owner = {part: name for one, name in owner.items() for part in parts_of([one], units)}
    return metropolitan_circles(
        network.only(("road",)),
        pd.Series(owner),
        units,
        seats=None if region.zones is None else towns,
        population=towns["population"].reindex(units.index) if _peopled(towns) else None,
    )


def _peopled(places: pd.DataFrame) -> bool:
    return "population" in places and bool(places["population"].notna().all())


def _core_counties(one: str, counties: gpd.GeoDataFrame, region: Region) -> list[str]:
    if one in counties.index:
        return [one]
    own = counties[counties["prefecture"] == one]
    districts = own.index[own["name_zh"].str.endswith("区")]
    if len(districts):
        return list(districts)
    return [county_at(one, region.places, counties)] if len(own) else []
