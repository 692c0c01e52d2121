"""Commuting circles of many metropolises at once: who takes a contested zone, rings, and commuting rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.checks import check_amounts, check_choice, check_ids, check_minutes, check_quantity
from urbgeo.cities.contiguity import contiguous
from urbgeo.cities.flows import RULES, check_threshold, in_order, read_flows, tied_share
from urbgeo.cities.gravity import FRICTION
from urbgeo.cities.interaction import huff, radiation
from urbgeo.errors import InputError, some_of
from urbgeo.magnitude import check_unmixed
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance
from urbgeo.types import Floats

RINGS = (30.0, 60.0, 90.0, 120.0)
"""Minutes of the nested rings."""

CIRCLE_MIN = 60.0
"""发改规划〔2019〕328号 (NDRC, 2019): the one-hour commuting circle as the basic extent of a 都市圈."""

COMMUTING_RATE = 0.10
"""Share of employed residents who work in the core; the outer limit of circles in practice (Japan's Urban
Employment Areas; Chinese studies). No Chinese standard sets one."""


@dataclass(frozen=True, eq=False)
class MetropolitanCircles:
    """Zones of several metropolises.

    ``zones``: on the index of the zones, ``metropolis`` (missing outside every circle), ``minutes`` (from
    there, to its nearest core point), ``ring`` (upper bound in minutes, NaN beyond), ``contested`` (how many
    metropolises reach it), ``role`` (``"core"``, ``"circle"``, ``"enclave"``, ``"outside"``), ``status``
    (``"assigned"``, ``"exclave dropped"``, ``"below the commuting rate"``, ``"beyond the circle"``,
    ``"unreached"``, ``"not attached"``) and, with a commuting test, ``rate`` and ``rate_source``
    (``"flows"`` or ``"modelled"``).
    ``circles``: ``zones`` and ``population`` (when its column was named) by metropolis. ``rings``: the same
    by metropolis and ring, outer rings holding the inner ones; a zone outside every circle counts in the
    rings of the metropolis nearest to it.
    """

    zones: pd.DataFrame
    circles: pd.DataFrame
    rings: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)


def metropolitan_circles(
    zones: pd.DataFrame,
    cores: pd.Series,
    travel: pd.DataFrame | TravelNetwork,
    *,
    minutes: float = CIRCLE_MIN,
    rings: Sequence[float] = RINGS,
    contested: str = "minutes",
    population: str | None = None,
    friction: float = FRICTION,
    flows: pd.DataFrame | None = None,
    rate: float | None = None,
    model: str = "gravity",
    rate_rule: str = "out",
    neighbours: pd.DataFrame | None = None,
    coast: Iterable[object] = (),
    units_checked: bool = False,
) -> MetropolitanCircles:
    """Delimit the commuting circles of several metropolises together, so that no zone counts twice.

    A zone is a candidate of each metropolis it reaches within ``minutes``: the least minutes from the zone to
    any core zone. A zone that several reach goes to one of them by ``contested``: ``"minutes"`` the nearest
    in time; ``"flow"`` the one its workers are tied to most, by ``rate_rule``; ``"potential"`` the one with
    the largest ``P / T ** friction``, P the people of its core. Ties go to fewer minutes, then to the first
    name in sorted order. With ``rate``, a candidate must also send that share of its employed residents to
    the core: from ``flows`` when given, else from a model over the whole table, and then marked as modelled.

    ``model="gravity"`` shares the workers of zone i out by ``P_j / T_ij ** friction``, its own zone at half
    the way to the nearest other one. ``"radiation"`` has no friction to choose, but lets everybody leave the
    zone he lives in. On the communes of Belgium the first follows the observed rates more closely
    (correlation 0.83 against 0.49, both too low: workplaces crowd more than people do).

    Parameters
    ----------
    zones
        One row per zone with unique index; a GeoDataFrame of points (seats) when ``travel`` is a network.
    cores
        Metropolis of each core zone, index = zone id.
    travel
        Minutes from zone to zone (rows are origins), or a network to compute them with.
    minutes
        Closed upper bound of the circle.
    rings
        Rising closed upper bounds of the nested rings.
    contested
        See above.
    population
        Column of ``zones``; needed for ``"potential"`` and for a modelled rate; summed in the results.
    friction
        Exponent of the minutes in the potential and in the gravity model.
    flows
        ``home``, ``work``, ``workers``; needed for ``"flow"``.
    rate
        Closed lower bound of the commuting rate; None for no test.
    model
        ``"gravity"`` or ``"radiation"``: what the rate is estimated by without flows.
    rate_rule
        ``"out"``, ``"interchange"`` or ``"pooled"``, as in
        :func:`~urbgeo.cities.functional.functional_areas`.
    neighbours, coast
        Which zones border on which, e.g. from :func:`~urbgeo.cities.flows.borders`, and those with nothing
        but water beyond: then zones that no chain of zones of the circle ties to the core are dropped, and
        those that one circle encloses are added, as in functional areas.
    units_checked
        True when populations that look like 万 mixed with persons really are persons.

    Raises
    ------
    InputError
        For repeated or unknown ids, a travel table that lacks zones, missing columns or flows, 万 mixed with
        persons, and numbers out of range.

    References
    ----------
    发改规划〔2019〕328号 (2019); Kanemoto and Tokuoka (2002), Urban Employment Areas.
    """
    limit = check_minutes(minutes)
    bounds = [check_minutes(one, "rings") for one in rings]
    if sorted(set(bounds)) != bounds:
        raise InputError("rings: they must rise; sort them and drop repetitions.")
    check_choice(contested, "contested", ("minutes", "flow", "potential"))
    check_choice(rate_rule, "rate_rule", RULES)
    check_choice(model, "model", ("gravity", "radiation"))
    check_quantity(friction, "friction", zero=True)
    if rate is not None:
        check_threshold(rate, "rate")
    core = _checked_cores(zones, cores)
    people = _people(zones, population, contested, rate, flows, units_checked)
    if contested == "flow" and flows is None:
        raise InputError("flows: contested='flow' needs a table of flows.")
    table = _travel_table(zones, core, travel, whole=rate is not None and flows is None)
    names = in_order(core)
    apart = np.stack([_nearest(table[core.index[core == name]]) for name in names], axis=1)
    reached = apart <= limit
    share, source = np.full(apart.shape, np.nan), "none"
    if rate is not None or contested == "flow":
        share, source = _rates(zones, core, names, flows, people, table, rate_rule, model, friction)
    masses = np.zeros(len(zones)) if people is None else people
    wins = _preference(contested, apart, share, masses, core, names, zones.index, friction)
    fit = reached if rate is None else reached & (share >= rate)
    chosen = _chosen(np.where(fit, wins, -np.inf), np.where(fit, apart, np.inf))
    home = names.get_indexer(pd.Index(core.reindex(zones.index)))
    chosen = np.where(home >= 0, home, chosen).astype(np.int64)
    dropped = added = np.zeros(len(zones), bool)
    if neighbours is not None:
        dropped, added = contiguous(neighbours, zones.index, coast, home, chosen)
    frame = _zone_frame(zones.index, names, chosen, home, apart, reached, bounds)
    frame.loc[dropped, "status"] = "exclave dropped"
    frame.loc[added, "role"] = "enclave"
    if rate is not None:
        shown = np.where(chosen >= 0, chosen, _chosen(np.where(reached, wins, -np.inf), apart))
        frame["rate"] = np.where(shown >= 0, share[np.arange(len(shown)), np.maximum(shown, 0)], np.nan)
        frame["rate_source"] = source
    about = Provenance(
        {
            "minutes": limit, "rings": tuple(bounds), "contested": contested, "rate": rate,
            "rate_rule": rate_rule, "rate_source": source, "friction": friction,
            "model": model if source == "modelled" else None,
        }
    )  # fmt: skip
    weight = pd.Series(1.0 if people is None else people, index=zones.index, name="population")
    has_people = people is not None
    return MetropolitanCircles(
        frame,
        _sums(frame["metropolis"], names, weight, has_people),
        _ring_sums(apart, home, chosen, names, bounds, weight, has_people),
        about,
    )


def compare_with_official(
    circles: MetropolitanCircles,
    official: Mapping[str, Sequence[object]],
    zones: pd.DataFrame,
    *,
    weights: Sequence[str] = (),
) -> pd.DataFrame:
    """How far computed circles and official lists of zones agree.

    Parameters
    ----------
    circles
        Result of :func:`metropolitan_circles`.
    official
        Zone ids of each metropolis on the official list.
    zones
        The zones, with the columns of ``weights``, e.g. area and population.
    weights
        Columns to compare besides the count of zones.

    Returns
    -------
    pandas.DataFrame
        Index ``metropolis``: ``both``, ``computed_only``, ``official_only`` (zones), ``precision`` (share of
        the computed that is official), ``recall`` (share of the official that is computed), ``unknown``
        (official ids that are no zones), and for each weight the sums ``<w>_computed``, ``<w>_official`` and
        ``<w>_both``.

    Raises
    ------
    InputError
        For a metropolis without a circle, or weights that are missing or negative.
    """
    check_amounts(zones, "zones", list(weights))
    known = set(circles.circles.index)
    lost = [name for name in official if name not in known]
    if lost:
        raise InputError(f"official: no circle was computed for {some_of(lost)}; there are {some_of(known)}.")
    rows = []
    for name, ids in official.items():
        given = pd.Index(list(ids), dtype=object).unique()
        there = given[given.isin(zones.index)]
        ours = circles.zones.index[circles.zones["metropolis"] == name]
        both = ours.intersection(there)
        row: dict[str, float] = {
            "both": len(both),
            "computed_only": len(ours) - len(both),
            "official_only": len(there) - len(both),
            "precision": len(both) / len(ours) if len(ours) else np.nan,
            "recall": len(both) / len(there) if len(there) else np.nan,
            "unknown": len(given) - len(there),
        }
        for column in weights:
            for what, part in (("computed", ours), ("official", there), ("both", both)):
                row[f"{column}_{what}"] = float(zones.loc[part, column].sum())
        rows.append(row)
    return pd.DataFrame(rows, index=pd.Index(list(official), name="metropolis"))


def circles_over_years(
    zones: pd.DataFrame,
    cores: pd.Series,
    travel: Mapping[int, pd.DataFrame | TravelNetwork],
    *,
    minutes: float = CIRCLE_MIN,
    contested: str = "minutes",
    population: str | None = None,
) -> pd.DataFrame:
    """How the circles grow as the network opens year by year.

    Parameters
    ----------
    zones, cores, minutes, contested, population
        As in :func:`metropolitan_circles`.
    travel
        A travel table or network by year.

    Returns
    -------
    pandas.DataFrame
        Index (``year``, ``metropolis``): ``zones``, ``population`` (when asked), ``joined`` and ``left``
        (ids since the year before, as tuples; empty in the first year).

    Raises
    ------
    InputError
        As :func:`metropolitan_circles`, or when no year is given.
    """
    if not travel:
        raise InputError("travel: give a table or a network for at least one year.")
    parts, before = [], None
    for year in sorted(travel):
        found = metropolitan_circles(
            zones, cores, travel[year], minutes=minutes, contested=contested, population=population
        )
        table = found.circles.copy()
        members = {name: set(found.zones.index[found.zones["metropolis"] == name]) for name in table.index}
        earlier = members if before is None else before
        for column, gone, come in (("joined", earlier, members), ("left", members, earlier)):
            sets = [_in_order(zones.index, come[name] - gone[name]) for name in table.index]
            table[column] = pd.Series(sets, index=table.index, dtype=object)
        parts.append(pd.concat({year: table}, names=["year"]))
        before = members
    return pd.concat(parts)


def _in_order(index: pd.Index, ids: set[object]) -> tuple[object, ...]:
    return tuple(one for one in index if one in ids)


def _checked_cores(zones: pd.DataFrame, cores: pd.Series) -> pd.Series:
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
    zones: pd.DataFrame,
    population: str | None,
    contested: str,
    rate: float | None,
    flows: pd.DataFrame | None,
    units_checked: bool,
) -> Floats | None:
    if population is None:
        if contested == "potential":
            raise InputError("population: contested='potential' needs the column of people.")
        if rate is not None and flows is None:
            raise InputError("population: a rate without flows is modelled and needs the column of people.")
        return None
    check_amounts(zones, "zones", [population])
    check_unmixed(zones[population], name="zones", units_checked=units_checked)
    return zones[population].to_numpy(float)


def _travel_table(
    zones: pd.DataFrame, core: pd.Series, travel: pd.DataFrame | TravelNetwork, *, whole: bool
) -> pd.DataFrame:
    """Minutes from all zones to the core zones, or to all zones when the rate is to be modelled."""
    wanted = zones.index if whole else core.index
    if isinstance(travel, TravelNetwork):
        if not isinstance(zones, gpd.GeoDataFrame):
            raise InputError("zones: with a network they must be a GeoDataFrame of points, e.g. seats.")
        return minutes_table(travel, zones, zones.loc[wanted])
    check_ids(travel.index, "travel")
    check_ids(travel.columns, "travel")
    lost = zones.index.difference(travel.index).union(wanted.difference(travel.columns))
    if len(lost):
        raise InputError(f"travel: no minutes for {some_of(lost)}; the table must hold every zone.")
    table = travel.reindex(index=zones.index, columns=wanted)
    below = (table.to_numpy(float) < 0).any(axis=1)
    if below.any():
        raise InputError(f"travel: negative minutes from {some_of(zones.index[np.flatnonzero(below)])}.")
    return table


def _nearest(table: pd.DataFrame) -> Floats:
    """Least minutes of each row; NaN only where every entry is."""
    values = table.to_numpy(float)
    least = np.where(np.isnan(values), np.inf, values).min(axis=1)
    return np.where(np.isnan(values).all(axis=1), np.nan, least)


def _rates(
    zones: pd.DataFrame,
    core: pd.Series,
    names: pd.Index,
    flows: pd.DataFrame | None,
    people: Floats | None,
    table: pd.DataFrame,
    rule: str,
    model: str,
    friction: float,
) -> tuple[Floats, str]:
    """Share of each zone's workers tied to each core, from real flows or from a model."""
    if flows is not None:
        compiled = read_flows(flows, zones.index)
        matrix = pd.DataFrame(compiled.matrix.toarray(), index=compiled.zones, columns=compiled.zones)
        values = matrix.reindex(index=zones.index, columns=zones.index).to_numpy(float)
        employed, jobs, source = values.sum(axis=1), values.sum(axis=0), "flows"
    else:
        workers = pd.Series(people, index=zones.index)
        values = _modelled(workers, table, model, friction)
        employed = jobs = workers.to_numpy(float)
        source = "modelled"
    shares = []
    for name in names:
        at = zones.index.get_indexer(core.index[core == name])
        out, back = values[:, at].sum(axis=1), values[at, :].sum(axis=0)
        shares.append(tied_share(out, back, employed, jobs, rule))
    return np.stack(shares, axis=1), source


def _modelled(workers: pd.Series, table: pd.DataFrame, model: str, friction: float) -> Floats:
    """Flows between all zones where none were observed."""
    if model == "radiation":
        return radiation(workers, table, units_checked=True).to_numpy(float)
    cost = np.where(np.isnan(table.to_numpy(float)), np.inf, table.to_numpy(float))
    np.fill_diagonal(cost, np.inf)
    np.fill_diagonal(cost, cost.min(axis=1) / 2)
    share = huff(workers, pd.DataFrame(cost, table.index, table.columns), beta=friction)
    flows: Floats = share.fillna(0.0).to_numpy(float) * workers.to_numpy(float)[:, None]
    return flows


def _preference(
    contested: str,
    apart: Floats,
    share: Floats,
    people: Floats,
    core: pd.Series,
    names: pd.Index,
    index: pd.Index,
    friction: float,
) -> Floats:
    """What each metropolis offers each zone; the largest wins."""
    if contested == "minutes":
        return -np.where(np.isnan(apart), np.inf, apart)
    if contested == "flow":
        return share
    mass = np.array([people[index.get_indexer(core.index[core == name])].sum() for name in names])
    with np.errstate(divide="ignore", invalid="ignore"):
        pull: Floats = mass / np.where(np.isnan(apart), np.inf, apart) ** friction
    return np.where(mass > 0, pull, 0.0)


def _chosen(wins: Floats, apart: Floats) -> NDArray[np.int64]:
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
    chosen: NDArray[np.int64],
    home: NDArray[np.int64],
    apart: Floats,
    reached: NDArray[np.bool_],
    bounds: list[float],
) -> pd.DataFrame:
    least = np.where(np.isnan(apart), np.inf, apart).min(axis=1)
    least = np.where(np.isnan(apart).all(axis=1), np.nan, least)
    own = apart[np.arange(len(chosen)), np.maximum(chosen, 0)]
    minutes = np.where(chosen >= 0, own, least)
    metropolis = np.full(len(index), None, dtype=object)
    metropolis[chosen >= 0] = names.to_numpy(object)[chosen[chosen >= 0]]
    limits = np.array([*bounds, np.nan])
    ring = limits[np.where(np.isnan(minutes), len(bounds), np.searchsorted(bounds, minutes, side="left"))]
    status = np.select(
        [chosen >= 0, reached.any(axis=1), np.isnan(minutes), np.isinf(minutes)],
        ["assigned", "below the commuting rate", "not attached", "unreached"],
        "beyond the circle",
    )
    return pd.DataFrame(
        {
            "metropolis": pd.Series(metropolis, index=index, dtype=object),
            "minutes": minutes,
            "ring": ring,
            "contested": reached.sum(axis=1),
            "role": np.select([home >= 0, chosen >= 0], ["core", "circle"], "outside"),
            "status": status,
        },
        index=index,
    )


def _sums(metropolis: pd.Series, names: pd.Index, weight: pd.Series, has_people: bool) -> pd.DataFrame:
    grouped = weight.groupby(metropolis)
    table = pd.DataFrame({"zones": grouped.size().reindex(names, fill_value=0)})
    if has_people:
        table["population"] = grouped.sum().reindex(names, fill_value=0.0)
    return table.rename_axis("metropolis")


def _ring_sums(
    apart: Floats,
    home: NDArray[np.int64],
    chosen: NDArray[np.int64],
    names: pd.Index,
    bounds: list[float],
    weight: pd.Series,
    has_people: bool,
) -> pd.DataFrame:
    """What lies within each bound of each metropolis, nearer to it than to any other."""
    near = np.where(np.isnan(apart), np.inf, apart)
    owner = np.where(chosen >= 0, chosen, near.argmin(axis=1))
    rows = []
    for k, name in enumerate(names):
        for bound in bounds:
            inside = (owner == k) & ((near[:, k] <= bound) | (home == k))
            row = {"metropolis": name, "ring": bound, "zones": int(inside.sum())}
            rows.append(row | ({"population": float(weight[inside].sum())} if has_people else {}))
    return pd.DataFrame(rows).set_index(["metropolis", "ring"])
