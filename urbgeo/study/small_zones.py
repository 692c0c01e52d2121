"""Zones smaller than counties (townships, cells of a grid): their places, people and county."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import InputError
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.codes import BY_CHANGE, join_codes
from urbgeo.regions.region import ZONE
from urbgeo.study.places import as_places, asked_text, counties_of

COUNTY_DIGITS = 6
COLUMNS = ("name_zh", "name_en", "level", "prefecture", "population", "geometry")


def short_codes(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Zones whose codes of townships have nine digits, where they came with twelve (``340104001000``)."""
    ids = zones.index.astype(str)
    if not len(ids) or not ids.str.fullmatch(r"\d{9}000").all():
        return zones
    return zones.set_axis(pd.Index(ids.str[:9], dtype=object, name=zones.index.name))


def of_today(zones: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Polygons by the codes of today's counties where theirs are older ones of these, and which those are.

    Parts of what is one county today stay what they are.
    """
    known = counties_of(places)["name_zh"]
    older = zones.index[~zones.index.isin(known.index)]
    if older.empty or known.empty:
        return zones, []
    found = join_codes(pd.Series(older, older), known)
    found = found[found["joined_by"].isin(BY_CHANGE) & ~found["id"].isin(zones.index)]
    found = found[~found["id"].duplicated(keep=False)]
    renewed = dict(zip(found["asked"], found["id"], strict=True))
    return zones.rename(index=renewed), [asked_text(row) for row in found.itertuples()]


def places_of_small(
    zones: gpd.GeoDataFrame, places: gpd.GeoDataFrame, people: str | None = None, unit: str | None = None
) -> gpd.GeoDataFrame:
    """A place for every zone that is no county of the region but a part of one, or a cell of one's own.

    - ``zones``: By id. Where some are counties, the others must begin with the code of a county.
    - ``places``: Of the region, without cities around.
    - ``people``, ``unit``: As :func:`urbgeo.study.places.as_places` takes them.

    Returns
    -------
    geopandas.GeoDataFrame
        Points inside the zones: names, people where they have some, ``level`` ``zone``, ``county`` and
        ``prefecture`` where the code tells.

    Raises
    ------
    InputError
        When no zone has the code of a place, or holds one.
    """
    counties = counties_of(places)
    code = pd.Series(zones.index.astype(str).str[:COUNTY_DIGITS], index=zones.index)
    whole = zones.index.isin(counties.index)
    small = zones[~whole & code.isin(counties.index).to_numpy()] if whole.any() else zones
    if small.empty:
        return places.iloc[:0]
    county = code.reindex(small.index)
    known = county.isin(counties.index)
    if not whole.any() and not known.any() and not _hold_any(small, counties):
        raise InputError(
            f"zones: none of the {len(zones)} polygons has the code of a place of the region, or holds one; "
            "are they of another region?"
        )
    at = small.geometry.to_crs(metric_crs(small)).representative_point().to_crs(WGS84)
    made = as_places(small.set_geometry(at), people, unit)
    above = county.map(counties["prefecture"]).astype(object).fillna("")
    made = made[list(COLUMNS)].assign(level=ZONE, county=county.where(known, ""), prefecture=above)
    return made.rename_axis(places.index.name)


def _hold_any(zones: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> bool:
    return len(gpd.sjoin(places[["geometry"]], zones[["geometry"]].to_crs(places.crs))) > 0


def counties_summed(amounts: pd.Series, places: pd.DataFrame) -> pd.Series:
    """The amounts with those of counties that have none but whose zones all have some: their sum."""
    if "county" not in places:
        return amounts
    small = places[places["level"] == ZONE]
    held = amounts.reindex(small.index).groupby(small["county"])
    whole = held.sum(min_count=1)[held.count() == held.size()]
    new = whole[whole.index.isin(places.index) & ~whole.index.isin(amounts.index)]
    return pd.concat([amounts, new]) if len(new) else amounts


def parts_of(codes: Iterable[str], zones: pd.DataFrame) -> list[str]:
    """The zones of listed counties: themselves, or those that are parts of them."""
    listed = list(codes)
    county = zones["county"] if "county" in zones else pd.Series("", zones.index)
    parts = zones.index[county.isin(listed) & ~zones.index.isin(listed)]
    parted = set(county[parts])
    return [*(one for one in listed if one not in parted), *parts]


def without_own_seat(places: pd.DataFrame, seats: pd.DataFrame) -> pd.Index:
    """Places that no prefecture of the region governs, but the province itself."""
    if "prefecture" not in places:
        return places.index
    return places.index[~places["prefecture"].isin(seats.index)]


def with_own_seats(
    places: gpd.GeoDataFrame, seats: gpd.GeoDataFrame, road: TravelNetwork
) -> gpd.GeoDataFrame:
    """The places with the seat they are governed from; one that the province governs takes the nearest."""
    rest = without_own_seat(places, seats)
    if rest.empty or seats.empty:
        return places
    alone = places.loc[rest]
    near = nearest_facility(road, alone, seats)["facility"]
    crs = metric_crs(seats)
    at = seats.geometry.to_crs(crs)
    straight = alone.geometry.to_crs(crs).map(lambda point: at.distance(point).idxmin())
    own = places.get("prefecture", pd.Series("", places.index)).astype(object)
    own.loc[rest] = near.fillna(straight)
    return places.assign(prefecture=own)
