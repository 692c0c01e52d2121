"""Units of a study by name: provinces, prefectures, counties, and clusters and circles of the documents."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from urbgeo.checks import listed
from urbgeo.cities.dissolve import members_among
from urbgeo.cities.policy import policy_geographies, policy_members
from urbgeo.crs import metric_crs
from urbgeo.errors import InputError
from urbgeo.regions.nation import Units, china_places, find_units

KINDS = {"city cluster": ("城市群", "city cluster"), "approved circle": ("都市圈", "metropolitan circle")}
"""Kinds of geographies with the Chinese word that may follow a name, and the English one for titles."""


def units_of(asked: str | Iterable[str]) -> Units:
    """The units of names or codes; a name may be one of :func:`urbgeo.cities.policy.policy_geographies`.

    - ``asked``: As :func:`urbgeo.regions.nation.find_units` takes it, or ``"长三角"``, ``"长三角城市群"``,
      ``"南京都市圈"``, alone or among others.

    Returns
    -------
    Units
        Of a geography its counties, and the prefectures whose seat lies in one of them.

    Raises
    ------
    InputError
        For names that are not there, and geographies whose members no published list tells.
    """
    names = [str(one) for one in listed(asked)]
    policies = {name: found for name in names if (found := policy_name(name))}
    plain = [name for name in names if name not in policies]
    if not policies:
        return find_units(names)
    parts = [find_units(plain)] if plain else []
    parts += [_units_of_policy(found) for found in policies.values()]
    return Units(
        name="-".join(one.name for one in parts),
        title_zh="、".join(one.title_zh for one in parts),
        title_en=", ".join(one.title_en for one in parts),
        prefectures=tuple(dict.fromkeys(code for one in parts for code in one.prefectures)),
        counties=tuple(dict.fromkeys(code for one in parts for code in one.counties)),
    )


def policy_name(name: str) -> str:
    """The geography of the documents that a name is; nothing where it is none, or a unit of its own."""
    table = policy_geographies()
    if name in table.index:
        return name
    for kind, (word, _) in KINDS.items():
        bare = name.removesuffix(word)
        if bare != name and bare in table.index and table.at[bare, "kind"] == kind:
            return bare
    return ""


def approved_circle(asked: object) -> tuple[str, ...]:
    """The members of the approved circle that alone is asked for; none otherwise."""
    found = policy_name(asked) if isinstance(asked, str) else ""
    approved = found and policy_geographies().at[found, "kind"] == "approved circle"
    return _units_of_policy(found).counties if approved else ()


def _units_of_policy(name: str) -> Units:
    members = policy_members(name)
    places = china_places()
    counties = places[_lowest(places)]
    inside = pd.Index(members_among(members, counties.index)["county"].unique())
    if inside.empty:
        raise InputError(f"region: {name} has no county among the embedded ones; give a list of codes.")
    seats = places[places["level"] == "prefecture"]
    near = seats.index.isin(counties.loc[inside, "prefecture"]) | seats.index.isin(inside)
    kind = policy_geographies().at[name, "kind"]
    zh, en = KINDS.get(kind, ("", kind))
    return Units(
        name=name,
        title_zh=name if name.endswith(zh) else name + zh,
        title_en=f"{name} ({en})",
        prefectures=tuple(one for one in seats.index[near] if _holds(one, seats, counties, inside)),
        counties=tuple(one for one in inside if places.at[one, "level"] == "county"),
    )


def _lowest(places: gpd.GeoDataFrame) -> pd.Series:
    """Counties, and prefectures without any."""
    above = places.loc[places["level"] == "county", "prefecture"]
    return (places["level"] == "county") | ~places.index.isin(above)


def _holds(seat: str, seats: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, inside: pd.Index) -> bool:
    """Whether a prefecture's own county, or the one nearest to its seat, is inside."""
    if seat in counties.index:
        return seat in inside
    return county_at(seat, seats, counties) in inside


def county_at(seat: str, seats: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> str:
    """The county whose seat is nearest to that of its prefecture: the district it is governed from."""
    own = counties[counties["prefecture"] == seat]
    crs = metric_crs(own)
    apart = own.geometry.to_crs(crs).distance(seats.geometry.loc[[seat]].to_crs(crs).iloc[0])
    return str(apart.idxmin())
