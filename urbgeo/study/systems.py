"""Which city clusters, belts and town groups of the documents lie in a region, and how they hold together."""

from __future__ import annotations

import warnings
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from urbgeo.cities.dissolve import members_among
from urbgeo.cities.policy import policy_members
from urbgeo.cities.systems import CitySystems, city_systems
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.nation import WHOLE
from urbgeo.regions.region import Region
from urbgeo.standards import CIRCLE_MIN, CLUSTER_MIN

Systems = list[tuple[tuple[str, str], CitySystems]]
"""Title and systems: those of prefectures, then those of counties."""

PREFECTURES = ("城市群与城镇带", "City clusters and belts")
COUNTIES = ("城镇组群与都市圈", "Town groups and circles")
URBAN = ("city_population", "urban_district_population", "urban_population")
"""People of the city itself, by which the hub of a system is told, the narrowest first."""

KNOWN_SHARE = 0.9
INSIDE_SHARE = 0.5
"""Least share of its members that a system must have in the region."""


def systems_of(region: Region, network: TravelNetwork) -> Systems:
    """Systems of prefectures within two hours by road, and of counties within one; empty without any."""
    people = "population"
    if people not in region.places or not _coded(region.places):
        return []
    with warnings.catch_warnings():
        # lists that are not known are left out of a map in silence
        warnings.simplefilter("ignore", UrbgeoWarning)
        members = policy_members()
    members = members[members["kind"] != "axis"]
    if is_whole(region):
        members = _by_prefecture(members[members["kind"] == "city cluster"], region)
    members = members[members["role"].isin(["member", "excluded"])]
    # of prefectures where most members are; the counties that a list names beside them stand for themselves
    codes = members["adcode"].str.endswith("00").groupby(members["geography"])
    large = codes.transform("mean") > (-1.0 if is_whole(region) else 0.5)
    asked = members.loc[large, "adcode"]
    whole = tuple(asked[asked.str.endswith("00")].str.removesuffix("00").str.removesuffix("00"))
    alone = region.counties.index.isin(asked) & ~region.counties.index.astype(str).str.startswith(
        whole or "x"
    )
    both = pd.concat([region.prefectures, region.counties[alone]])
    found: Systems = []
    for title, part, seats, limit in (
        (PREFECTURES, members[large], gpd.GeoDataFrame(both, crs=region.places.crs), CLUSTER_MIN),
        (COUNTIES, members[~large], region.counties, CIRCLE_MIN),
    ):
        seats = seats[seats[people].notna()]
        kept = _inside(part, seats)
        if kept.empty:
            continue
        seats = seats.loc[members_among(kept, seats.index)["county"].unique()]
        if seats[people].sum() > 0:
            road = network.only(("road",))
            urban = next((seats[one].fillna(0.0) for one in URBAN if _mostly(seats, one)), seats[people])
            made = city_systems(road, kept, seats, zones=region.zones, minutes=limit, hubs=urban)
            every = region.counties if region.prefectures.empty else region.prefectures
            share = made.table["population"] / every[people].sum()
            found.append((title, replace(made, table=made.table.assign(population_share=share))))
    return found


def is_whole(region: Region) -> bool:
    """Whether the region is the nation."""
    return region.name in (WHOLE, "china")


def _by_prefecture(members: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Prefectures that belong whole or in part, each whole: people of single counties are not embedded."""
    known, code = region.prefectures.index, members["adcode"]
    for own in (code.str[:2] + "0000", code.str[:4] + "00"):
        code = own.where(own.isin(known) & ~members["adcode"].str.endswith("0000"), code)
    whole = members.assign(adcode=code, role="member")
    return whole[members["role"] != "excluded"].drop_duplicates(["geography", "adcode"])


def _mostly(seats: gpd.GeoDataFrame, column: str) -> bool:
    """Whether nearly all places have a number, so that the largest of each system does."""
    return column in seats and bool(seats[column].notna().mean() > KNOWN_SHARE)


def _coded(places: gpd.GeoDataFrame) -> bool:
    return bool(places.index.astype(str).str.fullmatch(r"\d{6}").all())


def _inside(members: pd.DataFrame, seats: gpd.GeoDataFrame) -> pd.DataFrame:
    """Geographies of which at least half the members, and two places, lie in the region."""
    if members.empty or len(seats) < 2:
        return members.iloc[:0]
    stems = members["adcode"].str.removesuffix("00").str.removesuffix("00")
    codes = tuple(seats.index.astype(str))
    here = stems.map({one: any(code.startswith(one) for code in codes) for one in stems.unique()})
    share = here.groupby(members["geography"]).mean()
    kept = members[members["geography"].isin(share.index[share >= INSIDE_SHARE]) & here]
    if kept.empty:
        return kept
    try:
        count = members_among(kept, seats.index).groupby("geography").size()
    except InputError:
        return kept.iloc[:0]
    return kept[kept["geography"].isin(count.index[count > 1])]
