"""The thresholds that the national outline holds prefecture seats and county seats to, met or not."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region
from urbgeo.standards import (
    SEAT_AIRPORT_MIN,
    SEAT_HSR_MIN,
    TOWN_EXPRESSWAY_MIN,
    TOWN_NATIONAL_ROAD_MIN,
    TOWN_RAILWAY_MIN,
)
from urbgeo.study.called import prefecture_words

OUTLINE = "National comprehensive transport network outline, 2021"

ROADS_SAID = (
    "国道按表中列为国道的路段计；2013 年以后新编的国道在表中不全，到国道的占比因此偏低。",
    "National roads are the stretches the table classes so; where it lacks those numbered since 2013, the "
    "share near one is too low.",
)
"""What the share near a national road rests on."""


def outline_targets(
    region: Region, road: TravelNetwork, *, only: Collection[str] | None = None
) -> pd.DataFrame:
    """Shares of seats within the outline's minutes; of all targets, or some of them ``only``.

    Returns
    -------
    pandas.DataFrame
        One row per target: ``name_zh``, ``name_en``, ``minutes``, ``within`` (number), ``seats``, ``share``,
        ``median_min``, ``farthest`` (id) and its ``farthest_min``.
    """
    fast = region.stations[region.stations["kind"] != "conventional"]
    national = _on_national_roads(region, road)
    gone = _gone(region)
    seats_zh, seats_en = prefecture_words(region)
    asked = (
        ("hsr", f"{seats_zh}到高铁站", f"{seats_en} to a high-speed station", SEAT_HSR_MIN, fast),
        ("airport", f"{seats_zh}到机场", f"{seats_en} to an airport", SEAT_AIRPORT_MIN, region.airports),
        ("road", "县城到国道", "county seats to a national road", TOWN_NATIONAL_ROAD_MIN, national),
        ("expressway", "县城到高速互通", "county seats to an interchange", TOWN_EXPRESSWAY_MIN,
         region.interchanges),
        ("railway", "县城到铁路客站", "county seats to a railway station", TOWN_RAILWAY_MIN, region.stations),
    )  # fmt: skip
    rows, prefectures, counties = {}, region.prefectures, region.counties
    for key, name_zh, name_en, limit, facilities in asked:
        seats = prefectures if key in ("hsr", "airport") else counties
        if seats.empty or key in gone or (only is not None and key not in only):
            continue
        minutes = _minutes(road, seats, facilities)
        rows[key] = {
            "name_zh": name_zh,
            "name_en": name_en,
            "minutes": limit,
            "within": int((minutes <= limit).sum()),
            "seats": len(seats),
            "share": float((minutes <= limit).mean()),
            "median_min": float(minutes.median()),
            "farthest": minutes.idxmax(),
            "farthest_min": float(minutes.max()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("target")


def _gone(region: Region) -> set[str]:
    """Targets whose layer the region was never given; one without rows is a year before the first opened."""
    needs = {
        "hsr": "trains", "railway": "trains", "airport": "airports", "expressway": "interchanges",
        "road": "national roads",
    }  # fmt: skip
    return {target for target, layer in needs.items() if layer in region.left_out}


def _minutes(road: TravelNetwork, seats: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> pd.Series:
    """Minutes to the nearest; never where there is none, as in years before the first opened."""
    if facilities.empty:
        return pd.Series(np.inf, seats.index)
    return nearest_facility(road, seats, facilities)["minutes"].fillna(np.inf)


def _on_national_roads(region: Region, road: TravelNetwork) -> gpd.GeoDataFrame:
    """The ends of the stretches of national roads: a seat may be nearer to one between them."""
    if region.network is not None:
        ends = road.link_ends[road.link_table["class"].eq("trunk").to_numpy()]
        return road.nodes.iloc[np.unique(ends)]
    trunk = region.road_links[region.road_links["class"] == "trunk"]
    return region.road_nodes.loc[pd.unique(trunk[["from_node", "to_node"]].to_numpy().ravel())]
