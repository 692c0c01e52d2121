"""What a change of roads, trains, airports, closures or speeds does: to places, to people, to indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import product
from typing import Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.arguments import check_several, check_year
from urbgeo.checks import check_choice, check_columns, check_points
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.indicators.access import own_minutes
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.ground import Ground
from urbgeo.indicators.lights import Aim, light_of
from urbgeo.indicators.targets import policy_targets
from urbgeo.network.edits import with_links, with_speeds, without_links
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network, with_trains
from urbgeo.network.scenario import attached_alike
from urbgeo.network.speeds import ROAD_CLASSES, read_classes
from urbgeo.provenance import Provenance
from urbgeo.regions.region import Region, check_region
from urbgeo.results import Result
from urbgeo.standards import AIRPORT_MIN, CIRCLE_MIN, CIRCLES_MIN, TOWN_EXPRESSWAY_MIN, TOWN_RAILWAY_MIN

DETOUR = 1.2
"""Length of a road over the straight line between its ends, where no length is given."""

SEEN_MIN = 0.5
"""A gain below this many minutes is none that a traveller sees."""

TARGETS: Mapping[str, tuple[str, str, float]] = {
    "prefecture": ("到地级中心", "to the prefecture seat", CIRCLE_MIN),
    "capital": ("到省会", "to the capital", CIRCLES_MIN[2]),
    "interchange": ("到高速互通", "to an interchange", TOWN_EXPRESSWAY_MIN),
    "station": ("到高铁站", "to a high-speed station", TOWN_RAILWAY_MIN),
    "airport": ("到机场", "to an airport", AIRPORT_MIN),
}
"""What minutes are compared to, and within how many a place counts as connected."""


@dataclass(frozen=True, eq=False, repr=False)
class WhatIf(Result):
    """A region before and after.

    Attributes
    ----------
    table
        One row per county: names, ``prefecture_zh``, ``population``, for each target ``before_<target>``,
        ``after_<target>`` (minutes) and ``gain_<target>``; ``gain_min`` the largest saving of all (negative:
        a loss), geometry.
    summary
        One row per target: ``mean_before`` and ``mean_after`` weighted by people, ``people_gaining``,
        ``people_losing``, ``people_newly_within`` the threshold, ``newly_within`` (names).
    indicators
        The scorecard beside: per target id ``before``, ``after``, ``change``, ``light_before``,
        ``light_after``, and who came in (``gained``).
    before, after
        Networks of roads; places join both alike.
    changes
        Lines and points that were changed, with ``what``: ``"new road"``, ``"closed"``, ``"new airport"``.
    """

    table: gpd.GeoDataFrame
    summary_table: pd.DataFrame
    indicators: pd.DataFrame
    before: TravelNetwork
    after: TravelNetwork
    changes: gpd.GeoDataFrame
    titles: tuple[str, str]
    provenance: Provenance
    _shown: ClassVar[str | None] = "gain_min"
    _titles: ClassVar[tuple[str, str]] = ("情景前后对比", "Before and after")

    @property
    def summary(self) -> pd.DataFrame:
        """Gains by people, one row per target."""
        return self.summary_table

    @property
    def gains(self) -> pd.DataFrame:
        """Counties that gain or lose what a traveller sees, most first."""
        seen = self.table[self.table["gain_min"].abs() >= SEEN_MIN]
        order = seen["gain_min"].sort_values(ascending=False, kind="stable").index
        return pd.DataFrame(seen.drop(columns=seen.geometry.name)).loc[order]

    def _headline(self) -> str:
        best = self.gains.head(3)
        named = ", ".join(f"{row['name_zh']} {row['gain_min']:.0f} min" for _, row in best.iterrows())
        moved = int((self.indicators["change"].abs() > 1e-9).sum())
        counted = f"{len(self.gains)} of {len(self.table)} counties change"
        return f"{counted}; most {named or 'none'}; {moved} indicators move"

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Places, people, indicators, and how it was made."""
        return {
            "places": self.table,
            "people": self.summary_table,
            "indicators": self.indicators,
            "changes": self.changes,
            "provenance": self.provenance.table(),
        }

    def map(self, **how: Any) -> Any:
        """Counties by minutes saved, with what was built and closed on top."""
        return import_module("urbgeo.maps.differences").map_of_differences(self, **how)


def what_if(
    region: Region,
    *,
    roads: pd.DataFrame | None = None,
    rails: pd.DataFrame | None = None,
    stations: gpd.GeoDataFrame | None = None,
    airports: gpd.GeoDataFrame | None = None,
    close: Iterable[str] = (),
    speeds: Mapping[str, float] | None = None,
    year: int = 2025,
) -> WhatIf:
    """Change a region and see who gains.

    Parameters
    ----------
    region
        As it is; never changed.
    roads
        New roads: ``from_node``, ``to_node`` (names or ids of places, interchanges, junctions), ``class``,
        optionally ``name_zh`` and ``length_km`` (else 1.2 times the straight line, told in the provenance).
    rails, stations
        Rows as in ``region.rail_stops`` for new trains, and the new stations they call at.
    airports
        New airports as points.
    close
        Roads to close: ids of links, or names or numbers of routes ("G4", "京港澳高速").
    speeds
        Km/h by class of road.
    year
        What had opened by then stands before the change.

    Returns
    -------
    WhatIf
        Minutes before and after by county, by people and by indicator.

    Raises
    ------
    InputError
        Where nothing is changed, and naming unknown ends, routes, classes.

    Examples
    --------
    >>> import urbgeo
    >>> people = {"county": ["大武口区", "惠农区", "平罗县"], "population": [299e3, 176e3, 276e3]}
    >>> people = pd.DataFrame(people)
    >>> small = urbgeo.region("石嘴山市", roads="estimated", population=people, zones=False)
    >>> road = pd.DataFrame({"from_node": ["平罗县"], "to_node": ["石嘴山市"], "class": ["expressway"]})
    >>> found = what_if(small, roads=road)
    >>> bool(found.table.loc["640221", "gain_min"] > 1)
    True
    """
    check_region(region)
    year = check_year(year)
    closed = [close] if isinstance(close, str) else check_several(close, "close", "['G4']")
    if all(one is None for one in (roads, rails, airports, speeds)) and not closed:
        raise InputError("what_if: nothing is changed; give roads, rails, airports, close or speeds.")
    first = Ground(region, year).then
    base = region_network(first, modes=("road",))
    links, told = _new_links(first, base, roads)
    after, gone = base, pd.Index([])
    if closed:
        gone = _closed_links(base, closed)
        after = without_links(after, gone)
    if speeds:
        after = with_speeds(after, speeds)
    if links is not None:
        after = with_links(after, links, speeds=dict(speeds) if speeds else None)
    pair = attached_alike(base, after)
    second = _changed(first, links, gone, airports, rails, stations)
    grounds = _grounds(first, second, year, pair, trains=rails is not None)
    table, summary = _by_place(grounds)
    return WhatIf(
        table=table,
        summary_table=summary,
        indicators=_by_indicator(grounds, trains=rails is not None),
        before=base,
        after=after,
        changes=_changes(base, links, gone, airports),
        titles=(region.title_zh, region.title_en),
        provenance=base.provenance.having(
            parameters={
                "year": year,
                "new roads": 0 if links is None else len(links),
                "lengths estimated": told or None,
                "closed links": len(gone) or None,
                "new airports": 0 if airports is None else len(airports),
                "new trains": 0 if rails is None else int(rails["service"].nunique()),
                "speeds": dict(speeds) if speeds else None,
            }
        ),
    )


def _new_links(
    region: Region, base: TravelNetwork, roads: pd.DataFrame | None
) -> tuple[pd.DataFrame | None, int]:
    """The new roads with ids of nodes and lengths, and how many lengths are estimated."""
    if roads is None:
        return None, 0
    check_columns(roads, "roads", ["from_node", "to_node", "class"])
    roads = roads.assign(**{"class": read_classes(roads["class"])})
    for name in roads["class"]:
        check_choice(name, "class of roads", tuple(ROAD_CLASSES))
    ends = [_node_ids(region, base, roads[end], end) for end in ("from_node", "to_node")]
    spots = [base.nodes.geometry.loc[one].reset_index(drop=True) for one in ends]
    straight = spots[0].distance(spots[1]).to_numpy() / 1000.0 * DETOUR
    given = roads["length_km"] if "length_km" in roads else pd.Series(np.nan, roads.index)
    length = pd.to_numeric(given).to_numpy(float)
    links = pd.DataFrame(roads).assign(
        from_node=ends[0].to_numpy(),
        to_node=ends[1].to_numpy(),
        length_km=np.where(np.isnan(length), straight, length),
    )
    names = [f"new {a} - {b}" for a, b in zip(roads["from_node"], roads["to_node"], strict=True)]
    links.index = pd.Index([f"{name} ({at + 1})" for at, name in enumerate(names)])
    return links, int(np.isnan(length).sum())


def _node_ids(region: Region, base: TravelNetwork, asked: pd.Series, what: str) -> pd.Series:
    """Ids of nodes by id, or by the name of a place or node."""
    nodes, by_name = region.road_nodes, dict[str, list[object]]()
    # A region on roads of one's own has no named nodes; its places may be nodes themselves.
    for frame, column in product((nodes, region.places), ("name_zh", "name_en")):
        for one, name in frame[column].items() if column in frame else ():
            by_name.setdefault(str(name), []).append(one)
    faults, found = Faults(f"roads: {what}"), []
    for value in asked:
        if value in base.nodes.index:
            found.append(value)
            continue
        held = list(dict.fromkeys(one for one in by_name.get(str(value), []) if one in base.nodes.index))
        seats = [one for one in held if one not in nodes.index or nodes.at[one, "kind"] == "seat"] or held
        if not seats:
            near = [name for name in by_name if str(value)[:2] in name][:5]
            faults.add(
                f"no place or node is called {value!r}", remedy=f"near it are {some_of(near) or 'none'}"
            )
        elif len(seats) > 1:
            faults.add(f"{value!r} is the name of {some_of(seats)}", remedy="give the id")
        found.append(seats[0] if seats else None)
    faults.raise_if_any()
    return pd.Series(found, dtype=object)


def _mean(minutes: pd.Series, people: pd.Series) -> float:
    """Minutes of the people; NaN where nobody reaches anything."""
    return float(np.average(minutes, weights=people)) if people.sum() > 0 else np.nan


def _closed_links(base: TravelNetwork, closed: list[str]) -> pd.Index:
    """Links by id, by number of their route or by name."""
    table = base.link_table
    gone: list[object] = []
    faults = Faults("close")
    for one in closed:
        hit = table.index[table.index == one]
        for column in ("route", "name_zh", "name_en"):
            if not len(hit) and column in table:
                hit = table.index[table[column].astype(str) == str(one)]
        if not len(hit):
            routes = sorted(set(table["route"].astype(str))) if "route" in table else []
            faults.add(f"no link or route is called {one!r}", remedy=f"routes are {some_of(routes)}")
        gone.extend(hit)
    faults.raise_if_any()
    return pd.Index(dict.fromkeys(gone))


def _changed(
    region: Region,
    links: pd.DataFrame | None,
    gone: pd.Index,
    airports: gpd.GeoDataFrame | None,
    rails: pd.DataFrame | None,
    stations: gpd.GeoDataFrame | None,
) -> Region:
    """The region's own tables after the change, so that lengths and facilities follow."""
    table = region.road_links.drop(index=[one for one in gone if one in region.road_links.index])
    if links is not None:
        table = pd.concat([table, links.assign(km_inside=links["length_km"], km_basis="estimated")])
    changed = replace(region, road_links=table)
    if airports is not None:
        changed = replace(changed, airports=_joined(region.airports, airports, "airports"))
    if stations is not None:
        changed = replace(changed, stations=_joined(region.stations, stations, "stations"))
    if rails is not None:
        check_columns(rails, "rails", ["service", "station", "minutes"])
        changed = replace(changed, rail_stops=pd.concat([region.rail_stops, rails], ignore_index=True))
    return changed


def _joined(own: gpd.GeoDataFrame, new: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """The points of the region and the new ones."""
    check_points(new, name)
    again = new.index[new.index.isin(own.index)]
    if len(again):
        raise InputError(f"{name}: ids that the region already has: {some_of(again)}.")
    return gpd.GeoDataFrame(pd.concat([own, new.to_crs(own.crs)]), crs=own.crs)


def _grounds(
    first: Region, second: Region, year: int, pair: tuple[TravelNetwork, TravelNetwork], *, trains: bool
) -> tuple[Ground, Ground]:
    grounds = []
    for region, road in zip((first, second), pair, strict=True):
        networks = {"road": road}
        if trains:
            networks["both"] = with_trains(road, region.stations, region.rail_stops)
        grounds.append(Ground(region, year, networks=networks))
    return grounds[0], grounds[1]


def _minutes(ground: Ground) -> pd.DataFrame:
    """Minutes of every county to every target."""
    columns = {
        "prefecture": own_minutes(ground),
        "interchange": ground.nearest("counties", "interchanges"),
        "station": ground.nearest("counties", "fast_stations"),
        "airport": ground.nearest("counties", "airports"),
    }
    if not ground.core.empty:
        capital = ground.core.index[0]
        among = "prefectures" if capital in ground.prefectures.index else "core"
        columns["capital"] = ground.table("counties", among)[capital]
    return pd.DataFrame({name: columns[name] for name in TARGETS if name in columns})


def _by_place(grounds: tuple[Ground, Ground]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    first, second = (_minutes(one) for one in grounds)
    counties = grounds[0].counties
    gain = (first - second).mask(first == second, 0.0)
    zones = grounds[0].region.zones
    names = [one for one in ("name_zh", "name_en") if one in counties]
    table = pd.DataFrame(counties[names])
    seats = grounds[0].prefectures
    if "name_zh" in seats:
        table["prefecture_zh"] = counties["prefecture"].map(seats["name_zh"])
    table["population"] = counties["population"]
    for name in first:
        table[f"before_{name}"] = first[name]
        table[f"after_{name}"] = second[name]
        table[f"gain_{name}"] = gain[name]
    most, least = gain.max(axis=1), gain.min(axis=1)
    table["gain_min"] = most.where(most >= -least, least)
    shapes = zones.geometry.reindex(table.index) if zones is not None else counties.geometry
    placed = gpd.GeoDataFrame(table, geometry=shapes.to_numpy(), crs=shapes.crs)
    return placed, _by_people(first, second, counties)


def _by_people(first: pd.DataFrame, second: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    people = counties["population"].astype(float)
    rows = []
    for name in first:
        before, after = first[name], second[name]
        limit = TARGETS[name][2]
        finite = np.isfinite(before) & np.isfinite(after)
        newly = (after <= limit) & ~(before <= limit)
        rows.append(
            {
                "target": name,
                "mean_before": _mean(before[finite], people[finite]),
                "mean_after": _mean(after[finite], people[finite]),
                "people_gaining": float(people[before - after >= SEEN_MIN].sum()),
                "people_losing": float(people[after - before >= SEEN_MIN].sum()),
                "within_min": limit,
                "people_newly_within": float(people[newly].sum()),
                "newly_within": "、".join(counties.loc[newly, "name_zh"].astype(str)),
            }
        )
    return pd.DataFrame(rows).set_index("target")


def _by_indicator(grounds: tuple[Ground, Ground], *, trains: bool) -> pd.DataFrame:
    """The scorecard before and after, for every measure that a change of network can move."""
    scope = f"{str(grounds[0].region.prefectures.index[0])[:2]}0000"
    rows, found = [], {}
    for name, target in policy_targets(scope=scope).iterrows():
        measure = MEASURES.get(target["measure"])
        if measure is None or target["needs"] or measure.when not in ({"any", "now"} if trains else {"any"}):
            continue
        if not all(ground.has(part) for ground in grounds for part in measure.on):
            continue
        key = target["measure"]
        if key not in found:
            found[key] = [measure.work(ground) for ground in grounds]
        before, after = found[key]
        if before is None or after is None:
            continue
        aim = Aim(target["direction"], target["target_value"], target["target_year"])
        year = grounds[0].year
        came = {one[0] for one in before.left} - {one[0] for one in after.left}
        rows.append(
            {
                "id": name,
                "name_zh": target["name_zh"],
                "name_en": target["name_en"],
                "unit": target["unit"],
                "before": before.value,
                "after": after.value,
                "change": after.value - before.value,
                "light_before": light_of(aim, before.value, year),
                "light_after": light_of(aim, after.value, year),
                "gained": "、".join(sorted(came)),
            }
        )
    return pd.DataFrame(rows).set_index("id")


def _changes(
    base: TravelNetwork, links: pd.DataFrame | None, gone: pd.Index, airports: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """What was built and closed, as shapes."""
    parts = []
    if links is not None:
        ends = [
            shapely.get_coordinates(base.nodes.geometry.loc[links[end]]) for end in ("from_node", "to_node")
        ]
        lines = shapely.linestrings(np.stack(ends, axis=1))
        named = links.get("name_zh", pd.Series(links.index, links.index)).astype(str)
        parts.append(_shapes(lines, named, "new road", base.crs))
    if len(gone):
        closed = base.links.loc[gone]
        named = closed.get("name_zh", pd.Series(closed.index, closed.index)).astype(str)
        parts.append(_shapes(closed.geometry.to_numpy(), named, "closed", base.crs))
    if airports is not None:
        named = airports.get("name_zh", pd.Series(airports.index, airports.index)).astype(str)
        parts.append(_shapes(airports.geometry.to_crs(base.crs).to_numpy(), named, "new airport", base.crs))
    if not parts:
        return gpd.GeoDataFrame({"what": [], "name_zh": []}, geometry=[], crs=base.crs)
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=base.crs)


def _shapes(shapes: Any, names: pd.Series, what: str, crs: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"what": what, "name_zh": names.to_numpy()}, geometry=shapes, crs=crs)
