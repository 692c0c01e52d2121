"""Places of a region of one's own: from the package or from a layer, their polygons, lists and core."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.amounts import amount_of
from urbgeo.checks import check_columns, listed
from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import InputError, some_of
from urbgeo.magnitude import check_unit
from urbgeo.regions.codes import BY_CHANGE, join_codes
from urbgeo.regions.nation import Units
from urbgeo.study.inputs import Inputs
from urbgeo.study.layers import NAMES
from urbgeo.study.roads import box_of
from urbgeo.words import PEOPLE_UNITS

ROAD_NODES = ["name_zh", "name_en", "kind", "geometry"]


def counties_of(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Counties, and prefectures that have none of their own."""
    own = places["prefecture"].where(places["level"] == "county")
    alone = (places["level"] == "prefecture") & ~places.index.isin(own)
    return places[(places["level"] == "county") | alone]


def named_ids(places: pd.DataFrame) -> list[str]:
    """Codes with names, for messages."""
    return [f"{code} {name}" for code, name in places["name_zh"].items()]


def asked_text(row: Any) -> str:
    """A row of a join as text: what it became, or (≈) the nearest names or codes."""
    if row.joined_by in BY_CHANGE:
        return f"{row.asked} → {row.id} ({row.year:.0f} {row.kind})"
    return f"{row.asked}" + (f" ≈ {row.nearest.replace(', ', ' / ')}" if row.nearest else "")


def as_places(own: gpd.GeoDataFrame, people: str | None = None, unit: str | None = None) -> gpd.GeoDataFrame:
    """Own points with the columns that places have; a missing level is that of a county.

    ``people`` is the column of people, where it is not ``population``, ``unit`` theirs.
    """
    points = own.to_crs(WGS84)
    if points.active_geometry_name != "geometry":
        points = points.rename_geometry("geometry")
    points = with_own_people(points, people, unit)
    names = next((points[one] for one in NAMES if one in points), None)
    text = points.index.astype(str) if names is None else names.astype(str)
    filled: dict[str, Any] = {"name_zh": text, "name_en": points.get("name_en", text)}
    filled["level"] = points.get("level", "county")
    filled["prefecture"] = points.get("prefecture", "")
    for column in ("population", "urban_population"):
        filled[column] = points.get(column, np.nan)
    return points.assign(**filled)


def with_own_people(
    layer: gpd.GeoDataFrame, people: str | None = None, unit: str | None = None
) -> gpd.GeoDataFrame:
    """A layer whose people, of the column named or ``population``, are persons in ``population``.

    The column named is filled in every row; one called ``population`` may have gaps, which stay.
    """
    if people is None and "population" not in layer:
        return layer
    told, column = unit is not None, people or "population"
    check_columns(layer, "layer", [column])
    counted = layer if people is not None else layer[layer["population"].notna()]
    if counted.empty:
        return layer.assign(population=np.nan)
    held = amount_of(column, counted, name="population", frame_name="layer", units_checked=told)
    try:
        check_unit(held, "zones", units_checked=told)
    except InputError as error:
        remedy = "say which they are: population_unit='persons' or '万', in study.toml unit"
        raise InputError(f"{error.english.partition(';')[0]}; {remedy}.") from error
    return layer.assign(population=(held * PEOPLE_UNITS[unit or "persons"]).reindex(layer.index))


def with_both_names(own: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Own points in degrees with ``name_zh`` and ``name_en``: of a column of names, or their ids."""
    points = own.to_crs(WGS84)
    names = next((points[one] for one in NAMES if one in points), points.index.to_series())
    text = names.fillna(points.index.to_series()).astype(str)
    english = points["name_en"].fillna(text) if "name_en" in points else text
    return points.assign(name_zh=text, name_en=english)


def places_inside(places: gpd.GeoDataFrame, shape: gpd.GeoDataFrame | shapely.Geometry) -> gpd.GeoDataFrame:
    """The places that a polygon covers."""
    area = shape if isinstance(shape, shapely.Geometry) else shape.to_crs(WGS84).union_all()
    return places[places.intersects(area)]


def cities_around(everywhere: gpd.GeoDataFrame, own: gpd.GeoDataFrame, margin_km: float) -> gpd.GeoDataFrame:
    """Prefecture seats outside the region within the margin of any of its own seats."""
    west, south, east, north = box_of(own, margin_km)
    cities = everywhere[(everywhere["level"] == "prefecture") & ~everywhere.index.isin(own.index)]
    cities = cities.cx[west:east, south:north]
    if cities.empty:
        return cities
    crs = metric_crs(own)
    apart = cities.to_crs(crs).geometry.map(own.to_crs(crs).distance).map(lambda one: one.min())
    return cities[apart.to_numpy() <= margin_km * 1000.0]


def with_people_of(
    zones: gpd.GeoDataFrame, places: gpd.GeoDataFrame, people: str | None, inputs: Inputs
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Own polygons with the columns of their places, and places with the people that only the polygons have.

    Where a table of people is given, or the column named is one of the seats, the polygons tell none.
    """
    if inputs.population is not None:
        zones = zones.drop(columns="population", errors="ignore")
    elif people is None or people in zones:
        zones = with_own_people(zones, people, inputs.population_unit)
        if "population" in zones:
            own = zones["population"].reindex(places.index)
            places = places.assign(population=places["population"].fillna(own))
    return with_place_columns(zones, places), places


def with_place_columns(zones: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The polygons with the names, prefectures and people of their places, where these know them."""
    wanted = [one for one in ("name_zh", "name_en", "level", "county", "prefecture") if one in places]
    known = pd.DataFrame(places[wanted]).reindex(zones.index)
    for column in known:
        zones = zones.assign(**{column: zones[column] if column in zones else known[column]})
    if "population" in places:  # in persons, whatever the unit of the polygons' own column
        people = places["population"].reindex(zones.index)
        zones = zones.assign(
            population=people.fillna(zones["population"]) if "population" in zones else people
        )
    ids = pd.Series(zones.index.astype(str), index=zones.index)
    return zones.assign(name_zh=zones["name_zh"].fillna(ids), name_en=zones["name_en"].fillna(ids))


def prefecture_borders(zones: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Borders of the land of each prefecture, and of counties that the province governs itself.

    None where the zones tell no prefectures.
    """
    if zones is None or "prefecture" not in zones or zones["prefecture"].isna().all():
        return None
    owner = zones["prefecture"].fillna("").replace("", None).fillna(pd.Series(zones.index, zones.index))
    shapes = zones.geometry.to_numpy().copy()
    spoilt = ~shapely.is_valid(shapes)  # simplified shapes may cross themselves, and own ones
    shapes[spoilt] = shapely.make_valid(shapes[spoilt])
    whole = gpd.GeoDataFrame({"owner": owner}, geometry=shapes, crs=zones.crs).dissolve("owner")
    return whole.boundary.to_frame("geometry").set_geometry("geometry")


def codes_of(members: Iterable[str], places: pd.DataFrame, name: str) -> tuple[str, ...]:
    """The codes of listed codes or names; refused where one is not in the region."""
    joined = join_codes(pd.Series(listed(members)), places["name_zh"])
    lost = joined[joined["id"].isna()]
    if len(lost):
        said = [asked_text(row) for row in lost.itertuples()]
        raise InputError(
            f"lists: {name} names {some_of(said)}, which are not in the region (≈ the nearest that are)."
        )
    return tuple(dict.fromkeys(joined["id"]))


def capital_of(places: gpd.GeoDataFrame, units: Units | None) -> str:
    """The seat of the first prefecture of a province, which is its capital; else the most populous place."""
    prefectures = places[places["level"] == "prefecture"]
    if units is not None and len(prefectures):
        return str(min(prefectures.index))
    people = places["population"].fillna(0.0) if "population" in places else pd.Series(0.0, places.index)
    return people.idxmax()


def cities_and_districts(
    core: Sequence[str], places: pd.DataFrame
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A core named by counties told apart: the cities they are of, and they as its districts.

    A core of cities, or of counties whose city is no place of the region, stays as it is, without districts.
    """
    own = places["prefecture"].reindex(core)
    inside = own.isin(places.index[places["level"] == "prefecture"]).to_numpy()
    if not inside.any() or places["level"].reindex(core).ne("county").any():
        return tuple(core), ()
    cities = own.where(inside, pd.Series(core, own.index))
    return tuple(dict.fromkeys(cities)), tuple(core)


def no_nodes() -> gpd.GeoDataFrame:
    """A table of road nodes without rows."""
    return gpd.GeoDataFrame(columns=ROAD_NODES, geometry="geometry", crs=WGS84)
