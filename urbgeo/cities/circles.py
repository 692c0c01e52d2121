"""The commuting circle of a metropolis: which zones belong to it, by which rule, with how many people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from urbgeo.access.isochrones import isochrones
from urbgeo.checks import (
    check_amounts,
    check_choice,
    check_crs,
    check_minutes,
    check_points,
    check_polygons,
    check_share,
)
from urbgeo.crs import WGS84, equal_area_crs
from urbgeo.errors import InputError, some_of
from urbgeo.magnitude import check_unmixed
from urbgeo.network.attach import attach_all
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance

RULES = ("seat", "area", "population")
"""Ways to say that a zone lies inside: its seat, half of its area, or half of its people."""

MAJORITY = 0.5
"""Share of area or people that counts as inside (closed bound); a convention, no standard sets it."""


@dataclass(frozen=True, eq=False)
class CommutingCircle:
    """The zones of a metropolis within a travel time of its core.

    Attributes
    ----------
    table
        One row per zone: ``seat_minutes`` from the core and ``status``, ``seat``, ``area``, ``population``
        (bool, inside by each rule that the data allow), ``area_share``, ``population_share``, ``member`` (by
        the chosen rule, after contiguity), ``how`` (``core``, ``rule``, ``enclave``, ``exclave``,
        ``outside``), ``ring`` (the smallest threshold that holds its seat, ``inf`` beyond), ``people``,
        ``area_km2``, and ``official`` when a list was given.
    rules
        One row per rule: ``zones``, ``people``, ``area_km2``, ``people_per_km2`` after contiguity, with
        ``exclaves`` dropped and ``enclaves`` added (ids).
    comparison
        Against the official list: one row per rule with ``both``, ``only_circle``, ``only_official`` (ids),
        ``precision``, ``recall``; None without a list.
    isochrone
        The land within each threshold of the core, WGS84.
    rule, provenance
        The rule of ``member``; parameters, speeds, sources, shares.
    """

    table: pd.DataFrame
    rules: pd.DataFrame
    comparison: pd.DataFrame | None
    isochrone: gpd.GeoDataFrame
    rule: str
    provenance: Provenance

    @property
    def members(self) -> pd.Index:
        """Ids of the zones in the circle."""
        return self.table.index[self.table["member"]]

    def __repr__(self) -> str:
        row = self.rules.loc[self.rule].to_dict()
        size = f"{row['zones']} zones, {row['people']:,.0f} people, {row['area_km2']:,.0f} km2"
        return f"<CommutingCircle {size}, {self.provenance.parameters['minutes']:g} min by {self.rule}>"


def commuting_circle(
    network: TravelNetwork,
    core: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    minutes: float = 60.0,
    rings: Sequence[float] = (120.0,),
    rule: str = "population",
    majority: float = MAJORITY,
    seats: gpd.GeoDataFrame | None = None,
    population: str = "population",
    urban_population: str | None = "urban_population",
    core_zones: Iterable[object] = (),
    official: Iterable[object] | None = None,
    resolution_km: float | None = None,
    units_checked: bool = False,
) -> CommutingCircle:
    """Zones within a travel time of the core, by three rules side by side.

    ``seat``: the seat is within the time. ``area``: at least the majority of the zone's area is.
    ``population``: at least the majority of its people are, with the urban population taken to live at the
    seat and the rest spread evenly over the zone (modelled, not observed). Then exclaves (not joined to the
    core by a common border) are dropped, and enclaves (wholly surrounded by the circle) are added; points
    have no borders, so with them the rule alone decides.

    Parameters
    ----------
    network
        Travel times are taken from it, from the core outwards.
    core
        One or several points: the centres of the metropolis.
    zones
        Polygons by id, any CRS; or points (seats), and then only the rule ``seat`` can be used.
    minutes
        Closed upper bound in minutes.
    rings
        Further thresholds for the column ``ring``.
    rule
        ``"seat"``, ``"area"`` or ``"population"``: the one that makes ``member``.
    majority
        Share of area or people that counts as inside (closed bound).
    seats
        Points by zone id; needed with polygons for the rules ``seat`` and ``population``.
    population, urban_population
        Columns of ``zones``, persons. Without an urban column all people are spread evenly.
    core_zones
        Ids of zones that belong to the core whatever the rule; by default those that hold a core point.
    official
        Ids of an official list to compare with.
    resolution_km
        Grid spacing of the isochrone.
    units_checked
        True when populations that look like 万 beside persons really are of one unit.

    Raises
    ------
    InputError
        For faulty layers (naming their ids), 万 mixed with persons, a core outside the network or outside all
        zones, minutes not > 0, an unknown rule or one that the data do not allow, ids that are not among the
        zones.

    References
    ----------
    NDRC guidance on modern metropolitan circles (2019, no. 328): the one-hour commuting circle is the basic
    extent; it sets no commuting rate.
    """
    limit = check_minutes(minutes)
    limits = sorted({limit, *(check_minutes(ring, "rings") for ring in rings)})
    check_choice(rule, "rule", RULES)
    check_share(majority, "majority")
    check_points(core, "core")
    attach_all(network, core, "core")
    settled = _settled(zones, seats, population, urban_population, units_checked)
    _check_rule(rule, settled)
    first = _core_ids(settled, core, core_zones)
    listed = _official(zones, official)
    land = isochrones(network, core, minutes=limits, resolution_km=resolution_km)
    table = _measured(network, core, settled, land.geometry.loc[limit], limits, limit, majority)
    joined = {name: _joined(settled, table[name], first) for name in RULES if name in table}
    table["how"] = joined[rule]
    table["member"] = _inside(joined[rule])
    if listed is not None:
        table["official"] = listed
    return CommutingCircle(
        table=table,
        rules=pd.DataFrame([_rule_row(table, how) for how in joined.values()], index=_rule_index(joined)),
        comparison=None if listed is None else _comparison(table, joined, listed),
        isochrone=land,
        rule=rule,
        provenance=network.provenance.having(
            parameters={"minutes": limit, "rings": tuple(limits), "rule": rule, "majority": majority},
            shares={"zones whose seat is unreached": float((~(table["seat_minutes"] <= limits[-1])).mean())}
            if "seat_minutes" in table
            else {},
        ),
    )


@dataclass(frozen=True)
class _Settled:
    """Zones with their people: ``land`` polygons or None, ``seats`` points or None.

    The polygons stay in their own CRS: only there do borders that share no vertices still coincide.
    """

    land: gpd.GeoSeries | None
    seats: gpd.GeoDataFrame | None
    people: pd.Series
    urban: pd.Series


def _settled(
    zones: gpd.GeoDataFrame,
    seats: gpd.GeoDataFrame | None,
    population: str,
    urban_population: str | None,
    units_checked: bool,
) -> _Settled:
    """Check the zones, and bring their parts together on one index."""
    check_crs(zones, "zones")
    only_points = len(zones) > 0 and bool(zones.geom_type.eq("Point").all())
    (check_points if only_points else check_polygons)(zones, "zones")
    columns = [population, *([urban_population] if urban_population else [])]
    check_amounts(zones, "zones", columns)
    check_unmixed(*(zones[column] for column in columns), name="zones", units_checked=units_checked)
    people = zones[population].astype(float)
    urban = zones[urban_population].astype(float) if urban_population else pd.Series(0.0, zones.index)
    if (urban > people).any():
        raise InputError(
            f"zones: {urban_population} above {population} at {some_of(zones.index[urban > people])}; "
            "mend one of the two."
        )
    if only_points:
        return _Settled(None, zones, people, urban)
    if seats is None:
        return _Settled(zones.geometry, None, people, urban)
    check_points(seats, "seats")
    lost = zones.index[~zones.index.isin(seats.index)]
    if len(lost):
        raise InputError(f"seats: none for the zones {some_of(lost)}; add them.")
    return _Settled(zones.geometry, seats.loc[zones.index], people, urban)


def _check_rule(rule: str, settled: _Settled) -> None:
    """Refuse a rule that these layers do not allow."""
    needs = {"seat": ("seats",), "area": ("polygons",), "population": ("polygons", "seats")}
    have = {"polygons": settled.land is not None, "seats": settled.seats is not None}
    missing = [one for one in needs[rule] if not have[one]]
    if missing:
        can = [name for name in RULES if all(have[one] for one in needs[name])]
        raise InputError(f"rule: {rule!r} needs {some_of(missing)}; give them, or use {some_of(can)}.")


def _measured(
    network: TravelNetwork,
    core: gpd.GeoDataFrame,
    settled: _Settled,
    reached: shapely.Geometry,
    limits: Sequence[float],
    limit: float,
    majority: float,
) -> pd.DataFrame:
    """Minutes, shares and the verdict of every rule that the data allow."""
    table = pd.DataFrame({"people": settled.people})
    if settled.seats is not None:
        found = nearest_facility(network, settled.seats, core, direction="from")
        table["seat_minutes"], table["status"] = found["minutes"], found["status"]
        table["ring"] = _ring(found["minutes"], limits)
        table["seat"] = table["seat_minutes"] <= limit
    if settled.land is not None:
        land = settled.land.to_crs(equal_area_crs(settled.land.to_frame("geometry")))
        shape = gpd.GeoSeries([reached], crs=WGS84).to_crs(land.crs).make_valid().iloc[0]
        table["area_km2"] = land.area / 1e6
        table["area_share"] = (land.make_valid().intersection(shape).area / land.area).clip(upper=1.0)
        table["area"] = table["area_share"] >= majority
    if settled.land is not None and settled.seats is not None:
        rural = settled.people - settled.urban
        inside = settled.urban.where(table["seat"], 0.0) + rural * table["area_share"]
        table["population_share"] = (inside / settled.people).where(settled.people > 0, table["area_share"])
        table["population"] = table["population_share"] >= majority
    return table


def _ring(minutes: pd.Series, limits: Sequence[float]) -> pd.Series:
    """The smallest threshold that holds each value (closed bounds), ``inf`` beyond the last."""
    bounds = np.array([*limits, np.inf])
    place = np.searchsorted(bounds[:-1], minutes.fillna(np.inf).to_numpy(), side="left")
    return pd.Series(bounds[place], minutes.index)


def _core_ids(settled: _Settled, core: gpd.GeoDataFrame, given: Iterable[object]) -> set[object]:
    named = set(given)
    lost = named - set(settled.people.index)
    if lost:
        raise InputError(f"core_zones: {some_of(sorted(map(str, lost)))} not among the zones.")
    if settled.land is None or named:
        return named
    holds = settled.land.sindex.query(core.geometry.to_crs(settled.land.crs), predicate="intersects")[1]
    if not len(holds):
        raise InputError(
            f"core: {some_of(core.index)} lie in none of the zones; give core_zones, or add the zones there."
        )
    return set(settled.land.index[holds])


def _joined(settled: _Settled, inside: pd.Series, first: set[object]) -> pd.Series:
    """Why each zone is in or out, once exclaves are dropped and enclaves added."""
    how = pd.Series("outside", inside.index).mask(inside, "rule")
    how[how.index.isin(first)] = "core"
    if settled.land is None:
        return how
    taken = settled.land[how != "outside"]
    home = _connected(taken, first)
    how[taken.index[~taken.index.isin(home)]] = "exclave"
    holes = _holes(taken[taken.index.isin(home)])
    others = settled.land[~settled.land.index.isin(home)]
    surrounded = others.representative_point().within(holes)
    how[surrounded.index[surrounded]] = "enclave"
    return how


def _connected(taken: gpd.GeoSeries, first: set[object]) -> set[object]:
    """Zones joined to the core through common borders; meeting in a mere point does not count."""
    left, right = taken.sindex.query(taken, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shapes = taken.to_numpy()
    border = shapely.length(shapely.intersection(shapes[left], shapes[right])) > 0
    graph = nx.Graph()
    graph.add_nodes_from(taken.index)
    graph.add_edges_from(zip(taken.index[left[border]], taken.index[right[border]], strict=True))
    return set().union(*(nx.node_connected_component(graph, one) for one in first))


def _holes(taken: gpd.GeoSeries) -> shapely.Geometry:
    """The land wholly surrounded by these zones."""
    parts = shapely.get_parts(taken.union_all())
    rings = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    return shapely.union_all(rings)


def _inside(how: pd.Series) -> pd.Series:
    return how.isin(["core", "rule", "enclave"])


def _official(zones: gpd.GeoDataFrame, official: Iterable[object] | None) -> pd.Series | None:
    if official is None:
        return None
    listed = list(official)
    lost = [one for one in listed if one not in zones.index]
    if lost:
        raise InputError(f"official: {some_of(lost)} not among the zones; mend the list or add the zones.")
    return pd.Series(zones.index.isin(listed), zones.index)


def _rule_index(joined: Iterable[str]) -> pd.Index:
    return pd.Index(list(joined), name="rule")


def _rule_row(table: pd.DataFrame, how: pd.Series) -> dict[str, object]:
    inside = _inside(how)
    people = float(table["people"][inside].sum())
    area = float(table["area_km2"][inside].sum()) if "area_km2" in table else np.nan
    return {
        "zones": int(inside.sum()),
        "people": people,
        "area_km2": area,
        "people_per_km2": people / area if area > 0 else np.nan,
        "exclaves": tuple(how.index[how == "exclave"]),
        "enclaves": tuple(how.index[how == "enclave"]),
    }


def _comparison(table: pd.DataFrame, joined: Mapping[str, pd.Series], listed: pd.Series) -> pd.DataFrame:
    rows = []
    for how in joined.values():
        ours = _inside(how)
        both = ours & listed
        rows.append(
            {
                "both": tuple(table.index[both]),
                "only_circle": tuple(table.index[ours & ~listed]),
                "only_official": tuple(table.index[listed & ~ours]),
                "precision": float(both.sum() / ours.sum()) if ours.any() else np.nan,
                "recall": float(both.sum() / listed.sum()) if listed.any() else np.nan,
            }
        )
    return pd.DataFrame(rows, index=_rule_index(joined))
