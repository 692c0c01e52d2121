"""Trips taken apart, and modelled minutes beside figures from outside the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from urbgeo.access.reach import Reach
from urbgeo.network.journeys import rail_journeys
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region

SHOWN = 5
"""Rail trips that the report takes apart."""

DOCUMENT = "document"
"""Basis of a figure that was read in a document; every other is general knowledge and proves nothing."""


KNOWN_TRIPS = (
    *("from_place", "to_place", "mode", "station_from", "station_to"),
    *("minutes", "basis", "source", "year"),
)
"""Columns of the table of trips whose minutes stand in a document."""


@dataclass(frozen=True)
class TripPart:
    """What a part of a rail trip is called and where its minutes come from."""

    name_zh: str
    name_en: str
    source: str
    source_zh: str


_ROADS = ("the roads, at the speeds listed below", "道路，按下列车速")

PART_SOURCES = {
    "drive_to_min": TripPart("驾车到站", "drive", *_ROADS),
    "buffer_min": TripPart(
        "发车前缓冲",
        "buffer",
        "usual advice of stations (RAIL_BUFFER_MIN), not confirmed by a standard",
        "车站的通常提示（RAIL_BUFFER_MIN），未经标准证实",
    ),
    "wait_min": TripPart(
        "候车",
        "wait",
        "half the pooled headway after a change, capped",
        "换乘后各趟列车合计间隔的一半，有上限",
    ),
    "ride_min": TripPart(
        "乘车", "ride", "quickest usual train of the region's table", "区域车次表中最快的常开列车"
    ),
    "change_min": TripPart(
        "换乘", "change", "RailTerms.change_min, a judgement", "RailTerms.change_min，属判断"
    ),
    "egress_min": TripPart(
        "出站", "egress", "RailTerms.egress_min, a judgement", "RailTerms.egress_min，属判断"
    ),
    "drive_from_min": TripPart("驾车离站", "drive", *_ROADS),
}


def trips_apart(region: Region, reach: Reach) -> pd.DataFrame:
    """The rail trips between the places of the region's known trips, part by part.

    Returns
    -------
    pandas.DataFrame
        The first :data:`SHOWN` rows of ``reach.table`` that the region's known trips ride between, in their
        order; pairs that were not asked are left out.
    """
    rides = region.known_trips[region.known_trips["mode"] == "rail"]
    asked = list(dict.fromkeys(zip(rides["from_place"], rides["to_place"], strict=True)))
    return reach.table.loc[[pair for pair in asked if pair in reach.table.index][:SHOWN]]


def known_trips(region: Region, network: TravelNetwork) -> pd.DataFrame:
    """Modelled minutes beside figures from outside the model, none of our terms on their side.

    Returns
    -------
    pandas.DataFrame
        The rows of ``region.known_trips`` with ``modelled``: the drive between the places (``mode`` road) or
        the ride between the stations (rail), and ``deviation`` as a fraction of the known, where the
        ``basis`` is a document; missing where it is general knowledge.
    """
    trips = region.known_trips.reset_index(drop=True)
    road, rail = trips[trips["mode"] == "road"], trips[trips["mode"] == "rail"]
    modelled = pd.Series(np.nan, trips.index)
    if len(road):
        ends = region.places.loc[pd.unique(road[["from_place", "to_place"]].to_numpy().ravel())]
        drive = minutes_table(network.only(("road",)), ends, ends)
        modelled[road.index] = [drive.at[one.from_place, one.to_place] for one in road.itertuples()]
    if len(rail):
        trains = network.only(("rail",))
        ids = pd.Index(pd.unique(rail[["station_from", "station_to"]].to_numpy().ravel()))
        found = rail_journeys(trains, trains.nodes.index.get_indexer(ids).astype(np.int64))
        ride = found.parts["ride_min"] + found.parts["wait_min"] + found.parts["change_min"]
        a, b = ids.get_indexer(rail["station_from"]), ids.get_indexer(rail["station_to"])
        modelled[rail.index] = ride[a, b]
    proof = trips["basis"] == DOCUMENT
    return trips.assign(modelled=modelled, deviation=(modelled / trips["minutes"] - 1.0).where(proof))
