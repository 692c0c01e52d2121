"""Commuting circles of many metropolises at once: who takes a contested zone, rings, and commuting rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.amounts import amount_of
from urbgeo.checks import (
    check_choice,
    check_ids,
    check_minutes,
    check_points,
    check_quantity,
    check_thresholds,
)
from urbgeo.cities.circle_rules import MEMBERS, RINGS, land_borders, one_piece, ring_of, roles
from urbgeo.cities.commuting_rates import MODELS, rates
from urbgeo.cities.flows import RULES, check_threshold, in_order
from urbgeo.cities.gates import refuse_amount_kinds
from urbgeo.cities.gravity import FRICTION
from urbgeo.errors import InputError, some_of
from urbgeo.magnitude import check_persons
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork, check_direction
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names
from urbgeo.standards import CIRCLE_MIN
from urbgeo.types import Flags, Floats, Ints

COMMUTING_RATE = 0.10
"""Share of employed residents who work in the core; the outer limit of circles in practice (Japan's Urban
Employment Areas; Chinese studies). No Chinese standard sets one."""

CONTESTS = ("minutes", "flow", "potential")


@dataclass(frozen=True, eq=False)
class MetropolitanRules:
    """How zones are given to metropolises.

    Attributes
    ----------
    rings
        Rising closed upper bounds of the nested rings, minutes.
    contested
        Who takes a zone that several reach: ``"minutes"`` the nearest in time; ``"flow"`` the one its
        workers are tied to most, by ``rate_rule``; ``"potential"`` the one with the largest
        ``P / T ** friction``, P the people of its core.
    friction
        Exponent of the minutes in the potential and in the gravity model.
    rate
        Closed lower bound of the commuting rate; None for no test.
    rate_rule
        ``"out"``, ``"either"``, ``"interchange"`` or ``"pooled"``, as in ``functional_areas``.
    flows
        ``home``, ``work``, ``workers``; needed for ``contested="flow"``.
    model
        ``"gravity"`` or ``"radiation"``: what the rate is estimated by without flows.
    contiguous
        Whether exclaves are dropped and enclaves added, where borders are known: from polygons, or from
    neighbours, coast
        which zones border on which (:func:`~urbgeo.cities.flows.borders`), and those with nothing but water
        beyond.
    units_checked
        True when populations that look like 万 really are persons.
    """

    rings: Sequence[float] = RINGS
    contested: str = "minutes"
    friction: float = FRICTION
    rate: float | None = None
    rate_rule: str = "out"
    flows: pd.DataFrame | None = None
    model: str = "gravity"
    contiguous: bool = True
    neighbours: pd.DataFrame | None = None
    coast: Iterable[object] = ()
    units_checked: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "rings", tuple(check_thresholds(self.rings, "rings")))
        object.__setattr__(self, "coast", tuple(self.coast))
        check_choice(self.contested, "contested", CONTESTS)
        check_choice(self.rate_rule, "rate_rule", RULES)
        check_choice(self.model, "model", MODELS)
        check_quantity(self.friction, "friction", zero=True)
        if self.rate is not None:
            check_threshold(self.rate, "rate")
        if self.contested == "flow" and self.flows is None:
            raise InputError("flows: contested='flow' needs a table of flows.")


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
    travel: pd.DataFrame | TravelNetwork,
    zones: pd.DataFrame,
    cores: pd.Series,
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
        A network, or minutes from zone to zone (rows are origins).
    zones
        One row per zone with unique index: points (seats), polygons, or a plain table beside a table of
        minutes.
    cores
        Metropolis of each core zone, index = zone id.
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
        ``status`` is ``"reached"``, ``"unreached"``, ``"too far"`` (from the network) or ``"not asked"``.

    Raises
    ------
    InputError
        For repeated or unknown ids, a travel table that lacks zones, missing columns or flows, people in 万,
        and numbers out of range.

    Examples
    --------
    >>> zones = pd.DataFrame({"people": [900_000, 50_000, 40_000]}, index=["a", "b", "c"])
    >>> minutes = pd.DataFrame({"a": [0, 30, 70]}, index=zones.index)
    >>> found = metropolitan_circles(minutes, zones, pd.Series({"a": "A"}), population="people")
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
    table = _travel_table(travel, zones, core, seats, direction, whole=modelled)
    names = in_order(core)
    near = table if direction == "to" else table.T
    apart = np.stack([_nearest(near.loc[:, core.index[core == name]]) for name in names], axis=1)
    reached = apart <= limit
    share, source = np.full(apart.shape, np.nan), "none"
    if how.rate is not None or how.contested == "flow":
        workers = pd.Series(0.0, zones.index) if people is None else people
        found, source = rates(
            core, table, workers, flows=how.flows, rule=how.rate_rule, model=how.model, friction=how.friction
        )
        share = found[names].to_numpy(float)
    fit = reached if how.rate is None else reached & (share >= how.rate)
    wins = _preference(how, apart, share, people, core, names, zones.index)
    chosen = _chosen(np.where(fit, wins, -np.inf), np.where(fit, apart, np.inf))
    home = names.get_indexer(pd.Index(core.reindex(zones.index))).astype(np.int64)
    chosen = np.where(home >= 0, home, chosen).astype(np.int64)
    dropped, added = one_piece(_neighbours(zones, how), zones.index, how.coast, home, chosen)
    below = (chosen < 0) & reached.any(axis=1) & ~fit.any(axis=1)
    frame = _zone_frame(zones.index, names, chosen, apart, reached, how.rings)
    lost = "too far" if isinstance(travel, TravelNetwork) else "not asked"
    frame["status"] = frame["status"].replace("lost", lost)
    frame["role"] = roles(home >= 0, chosen >= 0, dropped, added, below)
    frame["member"] = frame["role"].isin(MEMBERS)
    if people is not None:
        frame["people"] = people
    if how.rate is not None:
        shown = np.where(chosen >= 0, chosen, _chosen(np.where(reached, wins, -np.inf), apart))
        frame["rate"] = np.where(shown >= 0, share[np.arange(len(shown)), np.maximum(shown, 0)], np.nan)
        frame["rate_source"] = source
    return MetropolitanCircles(
        with_names(frame, zones),
        _sums(frame, names),
        _ring_sums(apart, home, chosen, names, how.rings, people),
        _about(travel, frame, limit, direction, how, source),
    )


def _about(
    travel: object, frame: pd.DataFrame, limit: float, direction: str, how: MetropolitanRules, source: str
) -> Provenance:
    base = travel.provenance if isinstance(travel, TravelNetwork) else Provenance()
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
            "metropolitan_circles(travel, zones, cores)."
        )
    if not isinstance(cores, pd.Series):
        raise InputError(
            f"cores: a Series of metropolis by zone id is needed, not {type(cores).__name__}; the call is "
            "metropolitan_circles(travel, zones, cores)."
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
    refuse_amount_kinds(population, zones, "population")
    people = amount_of(population, zones, name="population", frame_name="zones")
    return check_persons(people, "zones", units_checked=how.units_checked)


def _neighbours(zones: pd.DataFrame, how: MetropolitanRules) -> pd.DataFrame | None:
    """Borders as given, else those of polygons; None where nothing tells."""
    if not how.contiguous or how.neighbours is not None:
        return how.neighbours if how.contiguous else None
    polygons = isinstance(zones, gpd.GeoDataFrame) and zones.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    return land_borders(zones) if polygons else None


def _travel_table(
    travel: pd.DataFrame | TravelNetwork,
    zones: pd.DataFrame,
    core: pd.Series,
    seats: gpd.GeoDataFrame | None,
    direction: str,
    *,
    whole: bool,
) -> pd.DataFrame:
    """Minutes from zones (rows) to core zones, or the other way round; between all to model a rate."""
    wanted = zones.index if whole else core.index
    rows, columns = (zones.index, wanted) if direction == "to" else (wanted, zones.index)
    if isinstance(travel, TravelNetwork):
        at = _points(zones, seats)
        return minutes_table(travel, at.loc[rows], at.loc[columns])
    if not isinstance(travel, pd.DataFrame):
        raise InputError(
            f"travel: a network or a table of minutes is needed first, not {type(travel).__name__}; the call "
            "is metropolitan_circles(travel, zones, cores)."
        )
    return _read_table(travel, rows, columns)


def _read_table(travel: pd.DataFrame, rows: pd.Index, columns: pd.Index) -> pd.DataFrame:
    """The part asked of a wide table of minutes, as floats."""
    check_ids(travel.index, "travel")
    check_ids(travel.columns, "travel")
    lost = rows.difference(travel.index).union(columns.difference(travel.columns))
    if len(lost):
        raise InputError(f"travel: no minutes for {some_of(lost)}; the table must hold every zone.")
    table = travel.reindex(index=rows, columns=columns)
    odd = [column for column in table.columns if table[column].dtype.kind not in "iuf"]
    if odd:
        raise InputError(f"travel: no numbers in the columns {some_of(odd)}; give minutes as numbers.")
    values = table.astype(np.float64)
    below = (values.to_numpy() < 0).any(axis=1)
    if below.any():
        raise InputError(f"travel: negative minutes from {some_of(rows[np.flatnonzero(below)])}.")
    return values


def _points(zones: pd.DataFrame, seats: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Where the trips of zones begin and end."""
    at = zones if seats is None else seats
    if not isinstance(at, gpd.GeoDataFrame):
        raise InputError("zones: with a network they must be a GeoDataFrame of points, or give seats.")
    name = "zones" if seats is None else "seats"
    check_points(at, name)
    lost = zones.index[~zones.index.isin(at.index)]
    if len(lost):
        raise InputError(f"seats: none for the zones {some_of(lost)}; add them.")
    return at


def _nearest(table: pd.DataFrame) -> Floats:
    """Least minutes of each row; NaN only where every entry is."""
    values = table.to_numpy(float)
    least = np.where(np.isnan(values), np.inf, values).min(axis=1)
    return np.where(np.isnan(values).all(axis=1), np.nan, least)


def _preference(
    how: MetropolitanRules,
    apart: Floats,
    share: Floats,
    people: pd.Series | None,
    core: pd.Series,
    names: pd.Index,
    index: pd.Index,
) -> Floats:
    """What each metropolis offers each zone; the largest wins."""
    if how.contested == "minutes":
        return -np.where(np.isnan(apart), np.inf, apart)
    if how.contested == "flow":
        return share
    held = np.zeros(len(index)) if people is None else people.to_numpy(float)
    mass = np.array([held[index.get_indexer(core.index[core == name])].sum() for name in names])
    with np.errstate(divide="ignore", invalid="ignore"):
        pull: Floats = mass / np.where(np.isnan(apart), np.inf, apart) ** how.friction
    return np.where(mass > 0, pull, 0.0)


def _chosen(wins: Floats, apart: Floats) -> Ints:
    """The metropolis with the largest offer, then the fewest minutes, then the first; -1 for none."""
    near = np.where(np.isnan(apart), np.inf, apart)
    best = wins.max(axis=1, keepdims=True)
    tied = np.where(wins == best, near, np.inf)
    pick = tied.argmin(axis=1)
    possible = np.isfinite(near) & (wins > -np.inf)
    return np.where(possible.any(axis=1), pick, -1)


def _zone_frame(
    index: pd.Index,
    names: pd.Index,
    chosen: Ints,
    apart: Floats,
    reached: Flags,
    bounds: Sequence[float],
) -> pd.DataFrame:
    least = np.where(np.isnan(apart), np.inf, apart).min(axis=1)
    least = np.where(np.isnan(apart).all(axis=1), np.nan, least)
    own = apart[np.arange(len(chosen)), np.maximum(chosen, 0)]
    minutes = np.where(chosen >= 0, own, least)
    metropolis = np.full(len(index), None, dtype=object)
    metropolis[chosen >= 0] = names.to_numpy(object)[chosen[chosen >= 0]]
    return pd.DataFrame(
        {
            "metropolis": pd.Series(metropolis, index=index, dtype=object),
            "minutes": minutes,
            "status": np.select([np.isnan(minutes), np.isinf(minutes)], ["lost", "unreached"], "reached"),
            "ring": ring_of(minutes, bounds),
            "contested": reached.sum(axis=1),
        },
        index=index,
    )


def _sums(frame: pd.DataFrame, names: pd.Index) -> pd.DataFrame:
    grouped = frame.groupby("metropolis")
    table = pd.DataFrame({"zones": grouped.size().reindex(names, fill_value=0)})
    if "people" in frame:
        table["people"] = grouped["people"].sum().reindex(names, fill_value=0.0)
    return table.rename_axis("metropolis")


def _ring_sums(
    apart: Floats,
    home: Ints,
    chosen: Ints,
    names: pd.Index,
    bounds: Sequence[float],
    people: pd.Series | None,
) -> pd.DataFrame:
    """What lies within each bound of each metropolis, nearer to it than to any other."""
    near = np.where(np.isnan(apart), np.inf, apart)
    owner = np.where(chosen >= 0, chosen, near.argmin(axis=1))
    rows = []
    for k, name in enumerate(names):
        for bound in bounds:
            inside = (owner == k) & ((near[:, k] <= bound) | (home == k))
            row = {"metropolis": name, "ring": bound, "zones": int(inside.sum())}
            rows.append(row if people is None else row | {"people": float(people[inside].sum())})
    return pd.DataFrame(rows).set_index(["metropolis", "ring"])
