"""County-town access: how well each town is connected to the places that matter to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.access.table import status_of
from urbgeo.access.travel import Travel, check_travel, frame_of, pairs, provenance_of_travel, with_names_of
from urbgeo.access.travel import nearest as nearest_by
from urbgeo.amounts import without_noise
from urbgeo.checks import check_columns, check_mapping, check_minutes, check_points
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.attach import Attachment, attach, attach_some
from urbgeo.network.minutes import nearest_attached, table_between
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.standards import (
    AIRPORT_MIN,
    TOWN_CAPITAL_MIN,
    TOWN_EXPRESSWAY_MIN,
    TOWN_PREFECTURE_MIN,
    TOWN_RAILWAY_MIN,
)

DEFAULT_THRESHOLDS_MIN: Mapping[str, float] = {
    "prefecture": TOWN_PREFECTURE_MIN,
    "interchange": TOWN_EXPRESSWAY_MIN,
    "airport": AIRPORT_MIN,
    "station": TOWN_RAILWAY_MIN,
    "capital": TOWN_CAPITAL_MIN,
}
"""Minutes within which a town counts as connected, by target; replace them with ``minutes``."""


@dataclass(frozen=True, eq=False, repr=False)
class TownAccess(Result):
    """How well towns are connected.

    Attributes
    ----------
    table
        One row per town: the caller's name columns, for each target ``minutes_<target>``, ``<target>`` (id of
        the one reached),
        ``rank_<target>`` (1 = best, equal minutes share the better rank), ``percentile_<target>`` (percent
        of towns that are no nearer to it: 100 = best; 0 = unreached; NaN = minutes unknown),
        ``within_<target>`` (bool); ``score`` the mean percentile, ``rank`` by it
        (ties share the better rank, those without a score the last), ``status`` (by a network
        ``"attached"``, ``"island"``, ``"too far"``; by a table ``"reached"`` any target, ``"unreached"``,
        ``"not asked"``), geometry.
    targets, summary
        One row per target: ``threshold_min``, ``within`` towns, ``share``, ``median_min``, ``worst_min``,
        ``worst`` town.
    provenance
        Parameters, speeds, sources, share unreached.
    """

    table: pd.DataFrame
    targets: pd.DataFrame
    provenance: Provenance
    _shown: ClassVar[str | None] = "score"
    _titles: ClassVar[tuple[str, str]] = ("县城通达性", "County-town access")

    def worst(self, count: int = 10) -> pd.DataFrame:
        """The towns with the lowest score, worst first; those whose minutes nobody knows are left out."""
        known = self.table[self.table["score"].notna()]
        return known.sort_values("rank", ascending=False, kind="stable").head(count)

    @property
    def summary(self) -> pd.DataFrame:
        """``targets``: what one would quote."""
        return self.targets

    def _headline(self) -> str:
        return f"of {len(self.table)} towns to {', '.join(self.targets.index)}"


def town_access(
    travel: Travel,
    towns: pd.DataFrame,
    *,
    nearest: Mapping[str, pd.DataFrame] | None = None,
    assigned: Mapping[str, tuple[pd.DataFrame, str]] | None = None,
    minutes: Mapping[str, float] | None = None,
) -> TownAccess:
    """Minutes from every town to its own and its nearest targets, with ranks and thresholds.

    Parameters
    ----------
    travel
        What minutes come from, away from the towns: a network, a timetable with its walking network, or a
        table of minutes from towns to all targets.
    towns
        Points with unique index, any CRS; for a table any frame by id.
    nearest
        Targets of which the nearest in time counts: name -> points (``{"airport": airports}``). There must be
        some here or in ``assigned``.
    assigned
        Targets that are given for each town: name -> (points, column of ``towns`` with the id of its own),
        e.g. ``{"prefecture": (seats, "prefecture")}``.
    minutes
        Closed thresholds by target name within which a town counts as connected; defaults in
        :data:`DEFAULT_THRESHOLDS_MIN`, needed for targets of other names.

    Returns
    -------
    TownAccess
        ``table`` has one row per town, ``targets`` one per target.

    Raises
    ------
    InputError
        For faulty points (naming their ids), a missing column, ids that are not among the targets, targets
        that are all outside the network, a name used twice, a target without threshold or a threshold
        without target.

    References
    ----------
    National comprehensive transport network outline (2021): county seats to expressways and railways.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"from": ["a", "b"], "to": ["port", "port"], "minutes": [20.0, 75.0]})
    >>> towns = pd.DataFrame({"name": ["A", "B"]}, index=["a", "b"])
    >>> found = town_access(table, towns, nearest={"airport": pd.DataFrame(index=["port"])})
    >>> found.table[["name", "minutes_airport", "within_airport", "rank"]]
      name  minutes_airport  within_airport  rank
    a    A             20.0            True     1
    b    B             75.0           False     2
    """
    check_travel(travel)
    towns = frame_of(towns, "towns", travel)
    nearest, assigned = _named(nearest, "nearest"), _named(assigned, "assigned")
    names = [*assigned, *nearest]
    if not names:
        raise InputError("nearest: give at least one target.")
    limits = _limits(names, minutes)
    asked = _Asked(travel, towns, attach(travel, towns) if isinstance(travel, TravelNetwork) else None)
    parts = [_to_assigned(asked, name, *given) for name, given in assigned.items()]
    parts += [_to_nearest(asked, name, points) for name, points in nearest.items()]
    table = pd.concat(parts, axis=1)
    for name in names:
        _rank(table, name, limits[name])
    table["score"] = table[[f"percentile_{name}" for name in names]].mean(axis=1, skipna=False)
    ranks = without_noise(table["score"]).rank(ascending=False, method="min", na_option="bottom")
    table["rank"] = ranks.astype(int)
    found = table[[f"minutes_{name}" for name in names]]
    reached = np.isfinite(found.to_numpy())
    table["status"] = asked.status(found)
    return TownAccess(
        table=with_names_of(table, towns),
        targets=pd.DataFrame(
            [_summary(table, name, limits[name]) for name in names], index=pd.Index(names, name="target")
        ),
        provenance=provenance_of_travel(travel).having(
            parameters={f"threshold_min {name}": limits[name] for name in names},
            shares={"town-target pairs unreached": float((~reached).mean())},
        ),
    )


def _named(given: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise InputError(f"{name}: {type(given).__name__} gives no names; write {{'airport': airports}}.")
    return given or {}


def _limits(names: list[str], given: Mapping[str, float] | None) -> dict[str, float]:
    if given is not None:
        check_mapping(given, "minutes", "{'airport': 60}")
    limits = {**DEFAULT_THRESHOLDS_MIN, **(given or {})}
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InputError(f"nearest: {some_of(sorted(twice))} given as assigned too; use another name.")
    faults = Faults("minutes")
    missing, unused = [name for name in names if name not in limits], set(given or {}) - set(names)
    if missing:
        faults.add(f"none for {some_of(missing)}", remedy="give minutes for these targets")
    if unused:
        faults.add(f"no target is called {some_of(sorted(unused))}", remedy=f"there are {some_of(names)}")
    faults.raise_if_any()
    return {name: check_minutes(limits[name], f"minutes[{name!r}]") for name in names}


@dataclass(frozen=True, eq=False)
class _Asked:
    """Towns, attached once where they travel by a network."""

    travel: Travel
    towns: pd.DataFrame
    start: Attachment | None

    def status(self, minutes: pd.DataFrame) -> NDArray[Any]:
        if self.start is not None:
            return self.start.status
        known = minutes.notna().any(axis=1).to_numpy()
        return status_of(minutes.index, known, np.isfinite(minutes).any(axis=1).to_numpy()).to_numpy()


def _to_nearest(asked: _Asked, name: str, points: pd.DataFrame) -> pd.DataFrame:
    if asked.start is None or not isinstance(asked.travel, TravelNetwork):
        found = nearest_by(asked.travel, asked.towns, points)
    else:
        check_points(points, name)
        there = attach_some(asked.travel, points, name)
        found = nearest_attached(asked.travel, asked.start, there, np.inf, "to")
    return pd.DataFrame({f"minutes_{name}": found["minutes"], name: found["facility"]})


def _to_assigned(asked: _Asked, name: str, points: pd.DataFrame, column: str) -> pd.DataFrame:
    if asked.start is not None:
        check_points(points, name)
    towns = asked.towns
    check_columns(towns, "towns", [column])
    own = towns[column]
    lost = ~own.isin(points.index)
    if lost.any():
        raise InputError(
            f"towns: {column} of {some_of(towns.index[lost])} is not among the {name} points; mend these ids."
        )
    rows, columns = np.arange(len(towns)), points.index.get_indexer(own)
    if asked.start is None or not isinstance(asked.travel, TravelNetwork):
        table = pairs(asked.travel, towns, points, names=("towns", name))
        square = np.full(table.shape, np.inf)
        square[~table.origin_asked] = np.nan
        square[table.origin, table.destination] = table.minutes
    else:
        square = table_between(asked.travel, asked.start, attach_some(asked.travel, points, name), np.inf)
    return pd.DataFrame({f"minutes_{name}": square[rows, columns], name: own}, index=towns.index)


def _rank(table: pd.DataFrame, name: str, limit: float) -> None:
    minutes = without_noise(table[f"minutes_{name}"].fillna(np.inf))
    table[f"rank_{name}"] = minutes.rank(method="min").astype(int)
    no_nearer = 100.0 * minutes.rank(pct=True, ascending=False, method="max")
    table[f"percentile_{name}"] = no_nearer.where(np.isfinite(minutes), 0.0).where(
        table[f"minutes_{name}"].notna()
    )
    table[f"within_{name}"] = table[f"minutes_{name}"] <= limit


def _summary(table: pd.DataFrame, name: str, limit: float) -> dict[str, object]:
    minutes = table[f"minutes_{name}"].fillna(np.inf)
    within = table[f"within_{name}"]
    return {
        "threshold_min": limit,
        "within": int(within.sum()),
        "share": float(within.mean()),
        "median_min": float(minutes.median()),
        "worst_min": float(minutes.max()),
        "worst": minutes.idxmax(),
    }
