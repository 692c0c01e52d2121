"""Commuting circles of many metropolises at once, so that no zone counts twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.travel import Travel, provenance_of_travel
from urbgeo.amounts import amount_of
from urbgeo.checks import check_ids, check_minutes
from urbgeo.cities.between import minutes_to_cores
from urbgeo.cities.circle_rules import MEMBERS, land_borders, roles
from urbgeo.cities.circle_zones import has_land
from urbgeo.cities.commuting_rates import rates
from urbgeo.cities.contests import chosen_by, nearest, preference, ring_sums, sums, zone_frame
from urbgeo.cities.contiguity import contiguous
from urbgeo.cities.flows import in_order
from urbgeo.cities.metropolitan_rules import MetropolitanRules
from urbgeo.errors import InputError, some_of
from urbgeo.magnitude import check_unit
from urbgeo.network.model import check_direction
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names
from urbgeo.standards import CIRCLE_MIN


@dataclass(frozen=True, eq=False, repr=False)
class MetropolitanCircles(Result):
    """Zones of several metropolises.

    Attributes
    ----------
    table
        One row per zone, with its name columns and geometry: ``metropolis`` (missing outside every circle),
        ``minutes`` between it and its metropolis (outside: the nearest one), ``status``, ``ring`` (upper
        bound in minutes, ``inf`` beyond), ``contested`` (how many metropolises reach it), ``role`` (as in
        :class:`~urbgeo.cities.circles.CommutingCircle`, and ``below rate``), ``member``, ``people`` where
        named, and with a commuting test ``rate`` and ``rate_source`` (``"flows"`` or ``"modelled"``).
    circles
        ``zones`` and ``people`` by metropolis.
    rings
        The same by metropolis and ring, outer rings holding the inner ones; a zone outside every circle
        counts in the rings of the metropolis nearest to it.
    """

    table: pd.DataFrame
    circles: pd.DataFrame
    rings: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "metropolis"
    _titles: ClassVar[tuple[str, str]] = ("都市圈", "Metropolitan circles")

    @property
    def summary(self) -> pd.DataFrame:
        """Zones and people by metropolis."""
        return self.circles

    def _headline(self) -> str:
        return f"{len(self.circles)} circles with {int(self.circles['zones'].sum())} zones"


def metropolitan_circles(
    travel: Travel,
    cores: pd.Series,
    zones: pd.DataFrame,
    *,
    minutes: float = CIRCLE_MIN,
    direction: str = "to",
    seats: gpd.GeoDataFrame | None = None,
    population: str | pd.Series | None = None,
    rules: MetropolitanRules | None = None,
) -> MetropolitanCircles:
    """Delimit the commuting circles of several metropolises together, so that no zone counts twice.

    A zone is a candidate of each metropolis it reaches within ``minutes``: the least minutes between the zone
    and any core zone. One that several reach goes to one of them by ``rules.contested``; ties go to fewer
    minutes, then to the first name in sorted order. With ``rules.rate``, a candidate must also send that
    share of its employed residents to the core: from ``flows`` when given, else from a model over the whole
    table, and then marked as modelled. Exclaves are dropped and enclaves added as in
    :func:`~urbgeo.cities.circles.commuting_circle`.

    ``model="gravity"`` shares the workers of zone i out by ``P_j / T_ij ** friction``, its own zone at half
    the way to the nearest other one. ``"radiation"`` has no friction to choose, but lets everybody leave the
    zone he lives in. On the communes of Belgium the first follows the observed rates more closely
    (correlation 0.83 against 0.49, both too low: workplaces crowd more than people do).

    Parameters
    ----------
    travel
        What minutes from zone to zone come from: a network, a timetable with its walking network, or a table,
        wide or long; of a wide one without names of its sides, rows are the origins.
    cores
        Metropolis of each core zone, index = zone id.
    zones
        One row per zone with unique index: points (seats), polygons, or a plain table beside a table of
        minutes.
    minutes
        Closed upper bound of the circle.
    direction
        ``"to"`` the core, as commuters travel in the morning, or ``"from"`` it.
    seats
        Points by zone id, where a network is asked and zones are polygons.
    population
        Column of ``zones``, or a Series on its index, persons; needed for ``"potential"`` and for a modelled
        rate; summed in the results.
    rules
        See :class:`MetropolitanRules`.

    Returns
    -------
    MetropolitanCircles
        ``status`` is ``"reached"``, ``"unreached"``, ``"too far"`` (from the network) or ``"not asked"``
        (not in the table).

    Raises
    ------
    InputError
        For repeated or unknown ids, a travel table that lacks zones, missing columns or flows, people in 万,
        and numbers out of range.

    Examples
    --------
    >>> zones = pd.DataFrame({"people": [900_000, 50_000, 40_000]}, index=["a", "b", "c"])
    >>> minutes = pd.DataFrame({"a": [0, 30, 70]}, index=zones.index)
    >>> found = metropolitan_circles(minutes, pd.Series({"a": "A"}), zones, population="people")
    >>> found.table["role"].tolist()
    ['core', 'circle', 'outside']

    References
    ----------
    发改规划〔2019〕328号 (2019); Kanemoto and Tokuoka (2002), Urban Employment Areas.
    """
    how = MetropolitanRules() if rules is None else rules
    limit = check_minutes(minutes)
    check_direction(direction)
    core = _checked_cores(zones, cores)
    people = _people(zones, population, how)
    modelled = how.rate is not None and how.flows is None
    wanted = zones.index if modelled else core.index
    ends = (zones.index, wanted) if direction == "to" else (wanted, zones.index)
    table, lost = minutes_to_cores(travel, zones, seats, ends)
    names = in_order(core)
    near = table if direction == "to" else table.T
    apart = np.stack([nearest(near.loc[:, core.index[core == name]]) for name in names], axis=1)
    reached = apart <= limit
    share, source = np.full(apart.shape, np.nan), "none"
    if how.rate is not None or how.contested == "flow":
        workers = pd.Series(0.0, zones.index) if people is None else people
        found, source = rates(
            core, table, workers, flows=how.flows, rule=how.rate_rule, model=how.model, friction=how.friction
        )
        share = found[names].to_numpy(float)
    fit = reached if how.rate is None else reached & (share >= how.rate)
    wins = preference(how, apart, share, people, core, names, zones.index)
    chosen = chosen_by(np.where(fit, wins, -np.inf), np.where(fit, apart, np.inf))
    home = names.get_indexer(pd.Index(core.reindex(zones.index))).astype(np.int64)
    chosen = np.where(home >= 0, home, chosen).astype(np.int64)
    dropped, added = contiguous(_neighbours(zones, how), zones.index, how.coast, home, chosen)
    below = (chosen < 0) & reached.any(axis=1) & ~fit.any(axis=1)
    frame = zone_frame(zones.index, names, chosen, apart, reached, how.rings)
    frame["status"] = frame["status"].replace("lost", lost)
    frame["role"] = roles(home >= 0, chosen >= 0, dropped, added, below)
    frame["member"] = frame["role"].isin(MEMBERS)
    if people is not None:
        frame["people"] = people
    if how.rate is not None:
        shown = np.where(chosen >= 0, chosen, chosen_by(np.where(reached, wins, -np.inf), apart))
        frame["rate"] = np.where(shown >= 0, share[np.arange(len(shown)), np.maximum(shown, 0)], np.nan)
        frame["rate_source"] = source
    return MetropolitanCircles(
        with_names(frame, zones),
        sums(frame, names),
        ring_sums(apart, home, chosen, names, how.rings, people),
        _about(travel, frame, limit, direction, how, source),
    )


def _about(
    travel: Travel, frame: pd.DataFrame, limit: float, direction: str, how: MetropolitanRules, source: str
) -> Provenance:
    base = provenance_of_travel(travel)
    modelled = source == "modelled"
    return base.having(
        parameters={
            "minutes": limit, "rings": how.rings, "direction": direction, "contested": how.contested,
            "rate": how.rate, "rate_rule": how.rate_rule, "rate_source": source, "friction": how.friction,
            "model": how.model if modelled else None,
        },
        shares={"zones not reached": float((frame["status"] != "reached").mean())},
    )  # fmt: skip


def _checked_cores(zones: pd.DataFrame, cores: pd.Series) -> pd.Series:
    if not isinstance(zones, pd.DataFrame):
        raise InputError(
            f"zones: a table of zones is needed, not {type(zones).__name__}; the call is "
            "metropolitan_circles(travel, cores, zones)."
        )
    if not isinstance(cores, pd.Series):
        raise InputError(
            f"cores: a Series of metropolis by zone id is needed, not {type(cores).__name__}; the call is "
            "metropolitan_circles(travel, cores, zones)."
        )
    check_ids(zones.index, "zones")
    check_ids(cores.index, "cores")
    core = cores.dropna()
    lost = core.index.difference(zones.index)
    if len(lost):
        raise InputError(f"cores: {some_of(lost)} are not among the zones; add them or mend the ids.")
    if core.empty:
        raise InputError("cores: no zone is the core of a metropolis; name at least one.")
    return core


def _people(
    zones: pd.DataFrame, population: str | pd.Series | None, how: MetropolitanRules
) -> pd.Series | None:
    if population is None:
        if how.contested == "potential":
            raise InputError("population: contested='potential' needs the column of people.")
        if how.rate is not None and how.flows is None:
            raise InputError("population: a rate without flows is modelled and needs the column of people.")
        return None
    people = amount_of(population, zones, name="population", frame_name="zones", units_checked=True)
    check_unit(people, "zones", units_checked=how.units_checked)
    return people


def _neighbours(zones: pd.DataFrame, how: MetropolitanRules) -> pd.DataFrame | None:
    """Borders as given, else those of polygons; None where nothing tells."""
    if not how.contiguous or how.neighbours is not None:
        return how.neighbours if how.contiguous else None
    return land_borders(zones) if has_land(zones) else None
