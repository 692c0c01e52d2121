"""County-town access: how well each town is connected to the places that matter to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import check_columns, check_minutes, check_points
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.attach import Attachment, attach, attach_some
from urbgeo.network.minutes import nearest_attached, table_between
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance

DEFAULT_THRESHOLDS_MIN: Mapping[str, float] = {
    "prefecture": 60.0,  # Hunan new urbanisation plan 2021, box 3: one-hour circle of a prefecture
    "interchange": 30.0,  # judgement: what "an expressway for every county" should mean
    "airport": 60.0,  # 14th Five-Year Plan for New Urbanisation (2022), art. 22
    "station": 60.0,  # judgement
    "capital": 180.0,  # judgement: within three hours of the provincial capital
}
"""Minutes within which a town counts as connected, by target; replace them with ``thresholds_min``."""


@dataclass(frozen=True, eq=False)
class TownAccess:
    """How well towns are connected.

    Attributes
    ----------
    table
        One row per town: for each target ``minutes_<target>``, ``<target>`` (id of the one reached),
        ``rank_<target>`` (1 = best, equal minutes share the better rank), ``percentile_<target>`` (percent
        of towns that are no nearer to it: 100 = best; 0 = unreached), ``within_<target>`` (bool); ``score``
        the mean percentile, ``rank`` by it, ``status`` (``attached``, ``island``, ``too far``).
    summary
        One row per target: ``threshold_min``, ``within`` towns, ``share``, ``median_min``, ``worst_min``,
        ``worst`` town.
    provenance
        Parameters, speeds, sources, share unreached.
    """

    table: pd.DataFrame
    summary: pd.DataFrame
    provenance: Provenance

    def worst(self, count: int = 10) -> pd.DataFrame:
        """The towns with the lowest score, worst first."""
        return self.table.sort_values("rank", ascending=False, kind="stable").head(count)

    def __repr__(self) -> str:
        return f"<TownAccess of {len(self.table)} towns to {', '.join(self.summary.index)}>"


def town_access(
    towns: gpd.GeoDataFrame,
    network: TravelNetwork,
    *,
    nearest: Mapping[str, gpd.GeoDataFrame],
    assigned: Mapping[str, tuple[gpd.GeoDataFrame, str]] | None = None,
    thresholds_min: Mapping[str, float] | None = None,
) -> TownAccess:
    """Minutes from every town to its own and its nearest targets, with ranks and thresholds.

    Parameters
    ----------
    towns
        Points with unique index, any CRS.
    network
        Travel times are taken from it, away from the towns.
    nearest
        Targets of which the nearest in time counts: name -> points (``{"airport": airports}``).
    assigned
        Targets that are given for each town: name -> (points, column of ``towns`` with the id of its own),
        e.g. ``{"prefecture": (seats, "prefecture")}``.
    thresholds_min
        Minutes by target name within which a town counts as connected; defaults in
        :data:`DEFAULT_THRESHOLDS_MIN`, needed for targets of other names.

    Raises
    ------
    InputError
        For faulty points (naming their ids), a missing column, ids that are not among the targets, targets
        that are all outside the network, a name used twice, a target without threshold or a threshold
        without target.
    """
    check_points(towns, "towns")
    names = [*(assigned or {}), *nearest]
    if not names:
        raise InputError("nearest: give at least one target.")
    limits = _limits(names, thresholds_min)
    start = attach(network, towns, name="towns")
    parts = [_to_assigned(network, towns, start, name, *given) for name, given in (assigned or {}).items()]
    parts += [_to_nearest(network, start, name, points) for name, points in nearest.items()]
    table = pd.concat(parts, axis=1)
    for name in names:
        _rank(table, name, limits[name])
    table["score"] = table[[f"percentile_{name}" for name in names]].mean(axis=1)
    table["rank"] = table["score"].rank(ascending=False, method="min").astype(int)
    minutes = table[[f"minutes_{name}" for name in names]]
    table["status"] = start.status
    return TownAccess(
        table=table,
        summary=pd.DataFrame(
            [_summary(table, name, limits[name]) for name in names], index=pd.Index(names, name="target")
        ),
        provenance=network.provenance.having(
            parameters={f"threshold_min {name}": limits[name] for name in names},
            shares={"town-target pairs unreached": float((~np.isfinite(minutes.to_numpy())).mean())},
        ),
    )


def _limits(names: list[str], given: Mapping[str, float] | None) -> dict[str, float]:
    limits = {**DEFAULT_THRESHOLDS_MIN, **(given or {})}
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InputError(f"nearest: {some_of(sorted(twice))} given as assigned too; use another name.")
    faults = Faults("thresholds_min")
    missing, unused = [name for name in names if name not in limits], set(given or {}) - set(names)
    if missing:
        faults.add(f"none for {some_of(missing)}", remedy="give minutes for these targets")
    if unused:
        faults.add(f"no target is called {some_of(sorted(unused))}", remedy=f"there are {some_of(names)}")
    faults.raise_if_any()
    return {name: check_minutes(limits[name], f"thresholds_min[{name!r}]") for name in names}


def _to_nearest(
    network: TravelNetwork, start: Attachment, name: str, points: gpd.GeoDataFrame
) -> pd.DataFrame:
    check_points(points, name)
    found = nearest_attached(network, start, attach_some(network, points, name), np.inf, "to")
    return pd.DataFrame({f"minutes_{name}": found["minutes"], name: found["facility"]})


def _to_assigned(
    network: TravelNetwork,
    towns: gpd.GeoDataFrame,
    start: Attachment,
    name: str,
    points: gpd.GeoDataFrame,
    column: str,
) -> pd.DataFrame:
    check_points(points, name)
    check_columns(towns, "towns", [column])
    own = towns[column]
    lost = ~own.isin(points.index)
    if lost.any():
        raise InputError(
            f"towns: {column} of {some_of(towns.index[lost])} is not among the {name} points; mend these ids."
        )
    table = table_between(network, start, attach_some(network, points, name), np.inf)
    minutes = table[np.arange(len(towns)), points.index.get_indexer(own)]
    return pd.DataFrame({f"minutes_{name}": minutes, name: own}, index=towns.index)


def _rank(table: pd.DataFrame, name: str, limit: float) -> None:
    minutes = table[f"minutes_{name}"].fillna(np.inf)
    table[f"rank_{name}"] = minutes.rank(method="min").astype(int)
    no_nearer = 100.0 * minutes.rank(pct=True, ascending=False, method="max")
    table[f"percentile_{name}"] = no_nearer.where(np.isfinite(minutes), 0.0)
    table[f"within_{name}"] = minutes <= limit


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
