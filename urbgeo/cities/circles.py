"""The commuting circle of a metropolis: which zones belong to it, by which rule, with how many people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.access.isochrones import isochrones
from urbgeo.arguments import check_object
from urbgeo.checks import (
    check_choice,
    check_minutes,
    check_quantity,
    check_share,
    check_thresholds,
)
from urbgeo.cities.circle_checks import circle_checks
from urbgeo.cities.circle_rules import (
    MEMBERS,
    RINGS,
    compared,
    land_borders,
    refuse_unknown,
    ring_of,
    roles_of,
)
from urbgeo.cities.circle_zones import RULES, URBAN, Settled, check_rule, flat_land, settle
from urbgeo.cities.commuting_rates import rates
from urbgeo.cities.cores import check_core, land_entries
from urbgeo.cities.flows import check_threshold
from urbgeo.cities.gravity import FRICTION
from urbgeo.crs import WGS84
from urbgeo.errors import InputError, some_of
from urbgeo.network.attach import Attachment, attach, attach_all
from urbgeo.network.minutes import minutes_table, nearest_attached
from urbgeo.network.model import TravelNetwork, check_direction
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names
from urbgeo.standards import CIRCLE_MIN

MAJORITY = 0.5
"""Share of area or people that counts as inside (closed bound); a convention, no standard sets it."""


@dataclass(frozen=True, eq=False)
class CircleRules:
    """What counts as inside a commuting circle.

    Attributes
    ----------
    rule
        ``"seat"``, ``"area"`` or ``"population"``: the one that makes ``member``.
    majority
        Share of area or people that counts as inside (closed bound).
    rings
        Rising thresholds in minutes for the column ``ring`` and the isochrone.
    contiguous
        Whether exclaves are dropped and enclaves added.
    pin
        A core polygon is one point inside it instead of its nearest part.
    core_zones
        Ids of zones that belong to the core whatever the rule; by default those that hold a core point, or
        whose seat (without seats: the middle) lies in a core polygon.
    urban_population
        Column of people who live at the seat, persons. None spreads all evenly, and so does the default where
        the zones have no such column; the provenance says which.
    resolution_km
        Grid spacing of the isochrone.
    units_checked
        True when populations that look like 万 really are persons.
    core_population
        People of the core's urban district (城区常住人口), persons: its class is held against the guidance.
    rate
        Commuting rate that members are held against in ``checks``; it takes nobody out of the circle.
    flows
        ``home``, ``work``, ``workers`` between zones, to measure it by; without them it is modelled from
        people and minutes, and marked so.
    outside
        What stands in ``flows`` for everywhere beyond the zones, if anything: who works there is employed.
    """

    rule: str = "population"
    majority: float = MAJORITY
    rings: Sequence[float] = RINGS
    contiguous: bool = True
    pin: bool = False
    core_zones: Sequence[object] = ()
    urban_population: str | None = URBAN
    resolution_km: float | None = None
    units_checked: bool = False
    core_population: float | None = None
    rate: float | None = None
    flows: pd.DataFrame | None = None
    outside: str | None = None

    def __post_init__(self) -> None:
        check_choice(self.rule, "rule", RULES)
        check_share(self.majority, "majority")
        object.__setattr__(self, "rings", tuple(check_thresholds(self.rings, "rings")))
        object.__setattr__(self, "core_zones", tuple(self.core_zones))
        if self.resolution_km is not None:
            check_quantity(self.resolution_km, "resolution_km")
        if self.core_population is not None:
            check_quantity(self.core_population, "core_population")
        if self.rate is not None:
            check_threshold(self.rate, "rate")


USUAL_RULES = CircleRules()


@dataclass(frozen=True, eq=False, repr=False)
class CommutingCircle(Result):
    """The zones of a metropolis within a travel time of its core.

    Attributes
    ----------
    table
        One row per zone, with its name columns and geometry: ``minutes`` between seat and core and
        ``status``, ``by_seat``, ``by_area``, ``by_population`` (bool, inside by each rule that the data
        allow), ``area_share``, ``population_share``, ``role`` (``core``, ``circle``, ``enclave``,
        ``exclave``, ``outside``) and ``member`` by the chosen rule, ``ring`` (the smallest threshold that
        holds its seat, ``inf`` beyond), ``people``, ``area_km2``, and ``official`` once held against a list.
    rules
        One row per rule: ``zones``, ``people``, ``area_km2``, ``people_per_km2`` after contiguity, with
        ``exclaves`` dropped and ``enclaves`` added (ids).
    checks
        May it be one: ``class of the core``, ``enclosure``, ``commuting share``, each with ``value``,
        ``bound``, ``result`` (``"holds"``, ``"to be argued"``, ``"fails"``, ``"not asked"``), ``basis``
        (``"given"``, ``"geometry"``, ``"observed"``, ``"modelled"``) and ``says``.
    isochrone
        The land within each threshold of the core, WGS84.
    rule, provenance
        The rule of ``member``; parameters, speeds, sources, shares.
    comparison
        Of :meth:`against`: one row per rule; None without a list.
    """

    table: pd.DataFrame
    rules: pd.DataFrame
    checks: pd.DataFrame
    isochrone: gpd.GeoDataFrame
    rule: str
    provenance: Provenance = field(default_factory=Provenance)
    comparison: pd.DataFrame | None = None
    role_by_rule: Mapping[str, pd.Series] = field(default_factory=dict)

    _shown: ClassVar[str | None] = "role"
    _titles: ClassVar[tuple[str, str]] = ("通勤圈", "Commuting circle")

    @property
    def members(self) -> pd.Index:
        """Ids of the zones in the circle."""
        return self.table.index[self.table["member"]]

    @property
    def summary(self) -> pd.DataFrame:
        """Zones, people and area by each rule."""
        return self.rules

    def against(self, official: Iterable[object]) -> CommutingCircle:
        """The same, held against an official list of zone ids: ``comparison`` and a column ``official``.

        Raises
        ------
        InputError
            For ids that are not among the zones.
        """
        ids = list(official)
        refuse_unknown(ids, self.table.index, "official")
        table = self.table.copy()
        table.insert(table.columns.get_loc("role"), "official", table.index.isin(ids))
        inside = self.members_by_rule
        amounts = [one for one in ("people", "area_km2") if one in table and table[one].notna().any()]
        comparison = compared(inside, dict.fromkeys(inside, ids), table, amounts, name="rule")
        return replace(self, table=table, comparison=comparison)

    @property
    def members_by_rule(self) -> dict[str, pd.Index]:
        """Ids of the zones in the circle by each rule."""
        return {rule: role.index[role.isin(MEMBERS)] for rule, role in self.role_by_rule.items()}

    def _headline(self) -> str:
        row = self.rules.loc[self.rule].to_dict()
        size = f"{row['zones']} zones"
        if pd.notna(row["people"]):  # nobody may have counted them
            size += f", {row['people']:,.0f} people"
        if row["area_km2"] == row["area_km2"]:  # zones may be points
            size += f", {row['area_km2']:,.0f} km2"
        return f"{size}, {self.provenance.parameters['minutes']:g} min by {self.rule}"


def commuting_circle(
    network: TravelNetwork,
    core: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    minutes: float = CIRCLE_MIN,
    direction: str = "to",
    seats: gpd.GeoDataFrame | None = None,
    population: str | pd.Series | None = "population",
    rules: CircleRules | None = None,
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
        Where travel times are taken from; a network, for the land reached is drawn along its links. From a
        timetable or a table of minutes draws :func:`~urbgeo.cities.metropolises.metropolitan_circles`.
    core
        The centre of the metropolis: polygons of built-up land, travelled to their nearest part, or one or
        several points.
    zones
        Polygons by id, any CRS; or points (seats), and then only the rule ``seat`` can be used.
    minutes
        Closed upper bound in minutes.
    direction
        ``"to"`` the core, as commuters travel in the morning, or ``"from"`` it.
    seats
        Points by zone id; needed with polygons for the rules ``seat`` and ``population``.
    population
        Column of ``zones``, or a Series on its index, persons. None where nobody counted them: people of the
        circle are missing then, and the rule ``population`` is not asked.
    rules
        What counts as inside, and the rings; :class:`CircleRules` as it stands when None.

    Returns
    -------
    CommutingCircle
        ``table`` with one row per zone; ``status`` is ``"reached"``, ``"unreached"`` or ``"too far"``.

    Raises
    ------
    InputError
        For faulty layers (naming their ids), people in 万, a core outside the network or outside all zones,
        minutes not > 0, a rule that the data do not allow, ids that are not among the zones.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> roads = urbgeo.region_network(hunan, modes=("road",))
    >>> core = hunan.core
    >>> circle = commuting_circle(roads, core, hunan.counties, rules=CircleRules(rule="seat"))
    >>> "长沙县" in set(circle.table.loc[circle.members, "name_zh"])
    True

    References
    ----------
    NDRC guidance on modern metropolitan circles (2019, no. 328): the one-hour commuting circle is the basic
    extent; it sets no commuting rate.
    """
    how = USUAL_RULES if rules is None else rules
    check_object(how, "rules", CircleRules, "rules=CircleRules(rule='seat') of urbgeo.cities.circles")
    check_object(network, "network", TravelNetwork, "the call is commuting_circle(network, core, zones)")
    limit = check_minutes(minutes)
    check_direction(direction)
    limits = sorted({limit, *how.rings})
    polygons = check_core(core)
    entries = land_entries(network, core, pin=how.pin) if polygons else attach_all(network, core, "core")
    settled = settle(zones, seats, population, how.urban_population, how.units_checked)
    check_rule(how.rule, settled)
    first = _core_ids(settled, core, polygons, how.core_zones)
    land = isochrones(
        network, entries, minutes=limits, resolution_km=how.resolution_km, direction=direction
    ).table
    built = core.geometry.to_crs(WGS84).make_valid().union_all() if polygons and not how.pin else None
    table = _measured(network, settled, entries, built, land, limit, direction, how.majority)
    neighbours = land_borders(settled.land) if settled.land is not None else None
    used = neighbours if how.contiguous else None
    found = {rule: roles_of(table[f"by_{rule}"], first, used) for rule in RULES if f"by_{rule}" in table}
    role = found[how.rule]
    table["role"], table["member"] = role, role.isin(MEMBERS)
    joined = role if how.contiguous else roles_of(table[f"by_{how.rule}"], first, neighbours)
    source = "none" if how.rate is None else _add_rates(table, network, settled, first, how)
    unreached = float((table["status"] != "reached").mean()) if "status" in table else 0.0
    return CommutingCircle(
        table=with_names(table, zones),
        rules=pd.DataFrame(
            [_rule_row(table, role) for role in found.values()], index=pd.Index(list(found), name="rule")
        ),
        checks=circle_checks(
            table, joined, core_population=how.core_population, rate=how.rate, source=source
        ),
        isochrone=land,
        rule=how.rule,
        provenance=network.provenance.having(
            parameters={
                "minutes": limit, "rings": tuple(limits), "rule": how.rule, "majority": how.majority,
                "direction": direction, "core": "pin" if how.pin or built is None else "nearest part",
                "urban_population": how.urban_population if how.urban_population in zones else None,
            },
            shares={"zones whose seat is not reached": unreached},
        ),
        role_by_rule=found,
    )  # fmt: skip


def _measured(
    network: TravelNetwork,
    settled: Settled,
    entries: Attachment,
    built: shapely.Geometry | None,
    within: gpd.GeoDataFrame,
    limit: float,
    direction: str,
    majority: float,
) -> pd.DataFrame:
    """Minutes, shares and the verdict of every rule that the data allow.

    ``built`` is the core's land (None for points), ``within`` the land by minutes from its entries.
    """
    table = pd.DataFrame(index=settled.people.index)
    if settled.seats is not None:
        seats = attach(network, settled.seats, name="seats")
        found = nearest_attached(network, seats, entries, np.inf, direction)
        table["minutes"], table["status"] = found["minutes"], found["status"]
        if built is not None:
            # Who lives in the core has arrived, and needs no road for it.
            there = settled.seats.geometry.to_crs(WGS84).intersects(built)
            table.loc[there, ["minutes", "status"]] = [0.0, "reached"]
        table["ring"] = ring_of(table["minutes"].to_numpy(float), within.index.to_list())
        table["by_seat"] = table["minutes"] <= limit
    if settled.land is not None:
        land = flat_land(settled.land)
        reached = within.geometry.loc[limit]
        inside = reached if built is None else shapely.union(reached, built)
        shape = gpd.GeoSeries([inside], crs=WGS84).to_crs(land.crs).make_valid().iloc[0]
        inner = shapely.area(shapely.intersection(land.mended, shape))
        table["area_share"] = np.minimum(inner / land.area, 1.0)
        table["by_area"] = table["area_share"] >= majority
    if settled.land is not None and settled.seats is not None and settled.peopled:
        rural = settled.people - settled.urban
        living = settled.urban.where(table["by_seat"], 0.0) + rural * table["area_share"]
        table["population_share"] = (living / settled.people).where(settled.people > 0, table["area_share"])
        table["by_population"] = table["population_share"] >= majority
    table["people"] = settled.people
    if settled.land is not None:
        table["area_km2"] = land.area / 1e6
    return table


def _add_rates(
    table: pd.DataFrame, network: TravelNetwork, settled: Settled, first: Sequence[object], how: CircleRules
) -> str:
    """Share of each zone's workers tied to the core; says where it comes from."""
    if settled.seats is None and how.flows is None:
        raise InputError(
            "rate: without flows it is modelled from minutes between seats; give seats or flows."
        )
    if not settled.peopled and how.flows is None:
        raise InputError(
            "rate: without flows it is modelled, and needs the people of the zones; give either."
        )
    core = pd.Series("core", pd.Index(first, dtype=object))
    if core.empty:
        raise InputError("rate: no zone is the core; give core_zones.")
    between = (
        pd.DataFrame() if how.flows is not None else minutes_table(network, settled.seats, settled.seats)
    )
    share, source = rates(
        core, between, settled.people, flows=how.flows, rule="out", model="gravity", friction=FRICTION,
        beyond=[] if how.outside is None else [how.outside],
    )  # fmt: skip
    table["rate"], table["rate_source"] = share["core"], source
    return source


def _core_ids(
    settled: Settled, core: gpd.GeoDataFrame, polygons: bool, given: Sequence[object]
) -> list[object]:
    if given:
        refuse_unknown(given, settled.people.index, "core_zones")
    if given or settled.land is None:
        return list(given)
    placed = core.geometry.to_crs(settled.land.crs)
    middles = placed
    held = pd.Series(False, settled.land.index)
    if polygons:
        whole = placed.make_valid()
        middles = whole.representative_point()
        at = settled.land if settled.seats is None else settled.seats.geometry.to_crs(placed.crs)
        held = at.representative_point().intersects(whole.union_all())
    held.iloc[settled.land.sindex.query(middles, predicate="intersects")[1]] = True
    if held.any():
        return list(settled.land.index[held])
    raise InputError(
        f"core: {some_of(core.index)} lie in none of the zones; give rules=CircleRules(core_zones=...), or "
        "add the zones there."
    )


def _rule_row(table: pd.DataFrame, role: pd.Series) -> dict[str, object]:
    inside = role.isin(MEMBERS)
    people = float(table["people"][inside].sum()) if table["people"].notna().all() else np.nan
    area = float(table["area_km2"][inside].sum()) if "area_km2" in table else np.nan
    return {
        "zones": int(inside.sum()),
        "people": people,
        "area_km2": area,
        "people_per_km2": people / area if area > 0 else np.nan,
        "exclaves": tuple(role.index[role == "exclave"]),
        "enclaves": tuple(role.index[role == "enclave"]),
    }
