"""City clusters, belts and town groups as systems: people, hub, links between members, land, on one map."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.access.travel import Travel
from urbgeo.amounts import amount_of
from urbgeo.checks import check_points
from urbgeo.cities.dissolve import members_among
from urbgeo.cities.member_links import MemberLinks, member_links
from urbgeo.crs import metric_crs
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.standards import CLUSTER_MIN

HULL_KM = 12.0
"""Round the seats of a system whose counties have no polygons."""


@dataclass(frozen=True, eq=False, repr=False)
class CitySystems(Result):
    """Systems of cities on one map.

    Attributes
    ----------
    table
        One row per geography: ``name_zh`` (as the documents call it), ``kind``, ``tier``, ``members`` (of
        the document) and ``places`` (of them among the places asked), ``population``, ``population_share``
        (of all places), ``hub_zh`` and ``hub_en``, ``share_within``, ``median_min``, ``most_min``,
        ``outline`` (``"counties"`` or ``"round the seats"``), geometry.
    links
        Lines between the hub and every other place of its geography, both directions as one:
        ``geography``, ``from_place``, ``to_place``, ``name_zh``, ``name_en``, ``minutes`` (the longer
        direction), ``within``.
    hubs
        The largest place of each geography: ``geography``, names, ``population``, point.
    pairs
        Every pair of members, see :class:`urbgeo.cities.member_links.MemberLinks`.
    """

    table: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    hubs: gpd.GeoDataFrame
    pairs: MemberLinks
    provenance: Provenance
    _shown: ClassVar[str | None] = "most_min"
    _titles: ClassVar[tuple[str, str]] = ("城市群与城镇组群", "City clusters and town groups")

    def _headline(self) -> str:
        whole = int((self.table["share_within"] == 1).sum())
        limit = self.provenance.parameters["minutes"]
        return f"{len(self.table)} systems, {whole} with every pair within {limit:g} min"

    def map(self, **how: Any) -> Any:
        """Systems by their longest way, the links of their hubs, and the hubs by name."""
        return import_module("urbgeo.maps.systems").map_of_systems(self, **how)


def city_systems(
    travel: Travel,
    members: pd.DataFrame,
    places: gpd.GeoDataFrame,
    *,
    zones: gpd.GeoDataFrame | None = None,
    minutes: float = CLUSTER_MIN,
    population: str | pd.Series = "population",
    hubs: str | pd.Series | None = None,
) -> CitySystems:
    """City clusters, belts and town groups with their people, hubs and links.

    Parameters
    ----------
    travel
        What minutes come from: a network, a timetable with its walking network, or a table.
    members
        A table of :func:`urbgeo.cities.policy.policy_members` or one of your own: ``geography``, ``adcode``.
    places
        Points by six-digit adcode: seats of prefectures or of counties, not both, or people count twice.
    zones
        Polygons by adcode whose union is drawn; the land round the seats without them.
    minutes
        Closed upper bound for a pair to count as linked.
    population
        Column of ``places``, or a Series on its index, persons.
    hubs
        Likewise: the place with most of it is the hub (people of the city itself, say); ``population`` by
        default.

    Returns
    -------
    CitySystems

    Raises
    ------
    InputError
        For codes that are not six digits, faulty points or people, and where no geography has two places.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> road = urbgeo.region_network(hunan, modes=("road",))
    >>> belts = urbgeo.cities.policy.policy_members(kind="Hunan belt")
    >>> city_systems(road, belts, hunan.prefectures).table["hub_zh"].tolist()
    ['长沙市', '邵阳市', '常德市']

    References
    ----------
    Outline of the 14th Five-Year Plan, chapter 28; urbanisation plan of Hunan, 2021.
    """
    check_points(places, "places")
    people = amount_of(population, places, name="population", frame_name="places")
    pairs = member_links(travel, members, places, minutes=minutes, population=people)
    held = members_among(members, places.index)
    held = held[held["geography"].isin(pairs.links.index)]
    facts = members.groupby("geography", sort=False).first().reindex(pairs.links.index)
    of = people.reindex(held["county"]).set_axis(held.index)
    weight = people if hubs is None else amount_of(hubs, places, name="hubs", frame_name="places")
    # Ties go to the lesser code, whatever the order of the rows.
    pull = weight.reindex(held["county"]).set_axis(held.index).loc[held["county"].sort_values().index]
    hub = held.loc[pull.groupby(held["geography"].reindex(pull.index), sort=False).idxmax()].set_index(
        "geography"
    )["county"]
    hub = hub.reindex(pairs.links.index)
    sums = of.groupby(held["geography"]).sum().reindex(hub.index)
    names = {
        one: places[one] if one in places else places.index.to_series() for one in ("name_zh", "name_en")
    }
    shapes, outline = _land(held, places, zones)
    table = pd.DataFrame({"name_zh": hub.index}, index=hub.index)
    for column in ("kind", "tier"):
        if column in facts:
            table[column] = facts[column]
    table["members"] = members.groupby("geography").size().reindex(hub.index)
    table["places"] = pairs.links["places"]
    table["population"] = sums
    table["population_share"] = sums / people.sum()
    table["hub_zh"], table["hub_en"] = (names[one].reindex(hub).to_numpy() for one in names)
    for column in ("share_within", "median_min", "most_min"):
        table[column] = pairs.links[column]
    table["outline"] = outline
    crs = places.crs if zones is None else zones.crs
    return CitySystems(
        gpd.GeoDataFrame(table, geometry=shapes.reindex(table.index).to_numpy(), crs=crs),
        _spokes(pairs, hub, places, names, minutes),
        _hubs(hub, places, names, people),
        pairs,
        pairs.provenance,
    )


def _land(
    held: pd.DataFrame, places: gpd.GeoDataFrame, zones: gpd.GeoDataFrame | None
) -> tuple[pd.Series, str]:
    """The union of the counties of each geography, or land round its seats."""
    if zones is not None:
        codes = zones.index.astype(str)
        found = {}
        for name, ids in held.groupby("geography", sort=False)["county"]:
            stems = tuple(str(one).removesuffix("00") for one in ids)
            inside = codes.str.startswith(stems)
            found[name] = shapely.union_all(zones.geometry.to_numpy()[inside])
        if all(not one.is_empty for one in found.values()):
            return pd.Series(found), "counties"
        raise InputError("zones: some geographies have no polygon; their index needs six-digit codes.")
    flat = places.geometry.to_crs(metric_crs(places))
    round_seats = {
        name: shapely.MultiPoint(list(flat.loc[ids])).convex_hull.buffer(1000.0 * HULL_KM)
        for name, ids in held.groupby("geography", sort=False)["county"]
    }
    shapes = gpd.GeoSeries(round_seats, crs=flat.crs).to_crs(places.crs)
    return pd.Series(shapes), "round the seats"


def _spokes(
    pairs: MemberLinks, hub: pd.Series, places: gpd.GeoDataFrame, names: dict[str, pd.Series], limit: float
) -> gpd.GeoDataFrame:
    """Hub to member, the longer of the two directions; who has no way there is drawn too, as unreachable."""
    table = pairs.table
    of = table["geography"].map(hub)
    out = table[table["from_place"] == of].set_index(["geography", "to_place"])["minutes"]
    back = table[table["to_place"] == of].set_index(["geography", "from_place"])["minutes"]
    longer = np.maximum(out, back.reindex(out.index))
    geography, member = longer.index.get_level_values(0), longer.index.get_level_values(1)
    start = hub.reindex(geography)
    lon_lat = places.geometry.to_crs(4326)
    ends = [shapely.get_coordinates(lon_lat.loc[list(ids)].to_numpy()) for ids in (start, member)]
    said = {
        one: [f"{a}–{b}" for a, b in zip(names[one].reindex(start), names[one].reindex(member), strict=True)]
        for one in names
    }
    rows = {
        "geography": geography, "from_place": start.to_numpy(), "to_place": member, **said,
        "minutes": longer.to_numpy(), "within": (longer <= limit).to_numpy(),
    }  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry=shapely.linestrings(np.stack(ends, axis=1)), crs=4326)


def _hubs(
    hub: pd.Series, places: gpd.GeoDataFrame, names: dict[str, pd.Series], people: pd.Series
) -> gpd.GeoDataFrame:
    rows = {one: names[one].reindex(hub).to_numpy() for one in names}
    at = places.geometry.to_crs(4326).reindex(hub).to_numpy()
    table = {"geography": hub.index, **rows, "population": people.reindex(hub).to_numpy()}
    return gpd.GeoDataFrame(table, index=hub.index, geometry=at, crs=4326)
