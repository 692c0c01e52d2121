"""Opportunities: how many are reached within t minutes, over an interval of t, or weighted by a decay.

One grammar: travel minutes, amounts by id, and what to do with them. ``active`` measures sum what an origin
reaches, passive ones sum who reaches a destination. Sums of nothing are 0, costs without end are ``inf``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.access.decay import Decay, check_ascending
from urbgeo.access.reading import table_of
from urbgeo.access.table import MinutesTable, status_of
from urbgeo.amounts import amounts_of, warn
from urbgeo.checks import check_choice, check_minutes, check_quantity, listed
from urbgeo.engine.pairs import add_within
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.types import Floats, Ints32

ROUNDING = 1e-9
"""Relative shortfall up to which an amount counts as reached: sums of fractions are not exact."""


@dataclass(frozen=True, eq=False)
class Access:
    """A measure of access by id.

    Attributes
    ----------
    table
        One row per id asked. Columns (``amount``, ``measure``): the name of the amount and the threshold in
        minutes, the interval or the decay.
    status
        By id: ``"reached"``, ``"unreached"`` (no finite minutes) or ``"not asked"`` (no minutes at all).
    provenance
        Parameters, and what the minutes rest on; ``shares`` tell the ids unreached.
    """

    table: pd.DataFrame
    status: pd.Series
    provenance: Provenance

    def __repr__(self) -> str:
        what = ", ".join(f"{amount} {measure}" for amount, measure in self.table.columns[:4])
        return f"<Access of {len(self.table)} ids: {what}{', ...' if len(self.table.columns) > 4 else ''}>"


def cumulative(
    minutes_table: pd.DataFrame | MinutesTable,
    amounts: pd.Series | pd.DataFrame,
    *,
    minutes: float | Sequence[float],
    active: bool = True,
    ids: pd.Index | None = None,
) -> Access:
    """Amounts within t minutes: ``C_i(t) = sum of O_j over t_ij <= t``, for one or several t.

    Parameters
    ----------
    minutes_table
        Wide or long minutes, see :func:`urbgeo.access.reading.read_minutes`.
    amounts
        Opportunities by destination (``active``), or people by origin (passive); several columns at once.
    minutes
        Closed upper bounds, ascending.
    active
        True: what each origin reaches. False: who reaches each destination.
    ids
        Those to answer for, all kept; by default the ids of the table.

    Returns
    -------
    Access
        Columns (amount, minutes).

    Raises
    ------
    InputError
        For faulty tables or amounts (naming ids and pairs), no amounts, thresholds out of order.
    """
    limits = _limits(minutes)
    travel, frame = _read(minutes_table, amounts, active, ids)
    columns: dict[tuple[Any, Any], Floats] = {}
    for name in frame.columns:
        reached = _reached(travel, active, frame[name].to_numpy(), limits)
        for limit, values in zip(limits, reached.T, strict=True):
            columns[name, limit] = values
    return _result(travel, columns, active, {"measure": "cumulative", "minutes": tuple(limits)}, "minutes")


def interval(
    minutes_table: pd.DataFrame | MinutesTable,
    amounts: pd.Series | pd.DataFrame,
    *,
    minutes: tuple[float, float],
    step_min: float = 1.0,
    by: str = "mean",
    active: bool = True,
    ids: pd.Index | None = None,
) -> Access:
    """Mean or median of the cumulative measure over the thresholds from ``minutes[0]`` to ``minutes[1]``.

    The thresholds are ``minutes[0], minutes[0] + step_min, ...`` up to ``minutes[1]`` (closed), so that no
    single threshold decides.

    Parameters
    ----------
    minutes_table, amounts, active, ids
        As for :func:`cumulative`.
    minutes
        First and last threshold, ascending.
    step_min
        Minutes between two thresholds.
    by
        ``"mean"`` or ``"median"``.

    Returns
    -------
    Access
        Columns (amount, interval as text).

    Raises
    ------
    InputError
        As for :func:`cumulative`; an interval that is not ascending; another ``by``.

    References
    ----------
    Tomasiello et al. (2023), Journal of Transport Geography 108: the time interval cumulative measure.
    """
    check_choice(by, "by", ("mean", "median"))
    if isinstance(minutes, str) or len(minutes) != 2:
        raise InputError(f"minutes: {minutes!r}; give the first and the last threshold.")
    first, last = _limits(minutes)
    step = check_quantity(step_min, "step_min")
    # Counted rather than added up, so that rounding never drops the last threshold.
    limits = first + step * np.arange(int((last - first) / step + 1e-9) + 1)
    travel, frame = _read(minutes_table, amounts, active, ids)
    columns: dict[tuple[Any, Any], Floats] = {}
    for name in frame.columns:
        reached = _reached(travel, active, frame[name].to_numpy(), limits)
        middle = reached.mean(axis=1) if by == "mean" else np.median(reached, axis=1)
        columns[name, f"{by} {first:g}-{last:g}"] = middle
    parameters: dict[str, Any] = {"measure": "interval", "minutes": (first, last), "step_min": step, "by": by}
    return _result(travel, columns, active, parameters, "interval")


def gravity(
    minutes_table: pd.DataFrame | MinutesTable,
    amounts: pd.Series | pd.DataFrame,
    *,
    decay: Decay | Sequence[Decay],
    active: bool = True,
    ids: pd.Index | None = None,
) -> Access:
    """Amounts weighted by a decay: ``A_i = sum of O_j f(t_ij)``, for one or several decays.

    Parameters
    ----------
    minutes_table, amounts, active, ids
        As for :func:`cumulative`.
    decay
        Values of :mod:`urbgeo.access.decay`; several for a test of sensitivity.

    Returns
    -------
    Access
        Columns (amount, name of the decay).

    Raises
    ------
    InputError
        As for :func:`cumulative`; what is no decay; two decays of one name; a custom decay that is not
        monotonic, negative or not finite on the minutes it meets.
    """
    decays = list(decay) if isinstance(decay, Sequence) else [decay]
    if not decays or not all(isinstance(one, Decay) for one in decays):
        raise InputError("decay: give values of urbgeo.access.decay, e.g. exponential(half_min=20).")
    if len({one.name for one in decays}) < len(decays):
        raise InputError(
            f"decay: names are repeated: {', '.join(one.name for one in decays)}; name each once."
        )
    travel, frame = _read(minutes_table, amounts, active, ids)
    weights = {one.name: one(travel.minutes) for one in decays}
    columns: dict[tuple[Any, Any], Floats] = {
        (name, label): _total(travel, active, weight, frame[name].to_numpy())
        for name in frame.columns
        for label, weight in weights.items()
    }
    parameters: dict[str, Any] = {"measure": "gravity", "decay": tuple(weights)}
    return _result(travel, columns, active, parameters, "decay")


def cost_to_reach(
    minutes_table: pd.DataFrame | MinutesTable,
    amounts: pd.Series | pd.DataFrame,
    *,
    amount: float | Sequence[float] = 1.0,
    active: bool = True,
    ids: pd.Index | None = None,
) -> Access:
    """Least minutes within which at least ``amount`` is reached; ``inf`` where it never is.

    With amounts of 1 each and ``amount=1`` these are the minutes to the nearest.

    Parameters
    ----------
    minutes_table, amounts, active, ids
        As for :func:`cumulative`.
    amount
        How much must be reached, ascending when several; > 0.

    Returns
    -------
    Access
        Columns (amount, how much): minutes.

    Raises
    ------
    InputError
        As for :func:`cumulative`; amounts to reach that are not > 0 or not ascending.
    """
    wanted = [check_quantity(one, "amount") for one in listed(amount)]
    check_ascending(wanted, "amount")
    travel, frame = _read(minutes_table, amounts, active, ids)
    to, source, count = _sides(travel, active)
    order = np.lexsort((travel.minutes, to))
    to_sorted, minutes = to[order], travel.minutes[order]
    starts = np.searchsorted(to_sorted, np.arange(count))
    columns: dict[tuple[Any, Any], Floats] = {}
    for name in frame.columns:
        total = np.concatenate([[0.0], np.cumsum(frame[name].to_numpy()[source][order])])
        reached = total[1:] - total[starts[to_sorted]]
        for enough in wanted:
            found = np.full(count, np.inf)
            rows = np.flatnonzero(reached >= enough * (1.0 - ROUNDING))
            ends, first = np.unique(to_sorted[rows], return_index=True)
            found[ends] = minutes[rows[first]]
            columns[name, enough] = found
    parameters: dict[str, Any] = {"measure": "cost to reach", "amount": tuple(wanted)}
    return _result(travel, columns, active, parameters, "amount to reach")


def _read(
    minutes_table: pd.DataFrame | MinutesTable,
    amounts: pd.Series | pd.DataFrame,
    active: bool,
    ids: pd.Index | None,
) -> tuple[MinutesTable, pd.DataFrame]:
    """MinutesTable for the ids asked, and the amounts."""
    if not isinstance(active, bool | np.bool_):
        raise InputError(f"active: {active!r} is neither True nor False.")
    frame = amounts_of(amounts, "amounts")
    origins, destinations = (ids, frame.index) if active else (frame.index, ids)
    travel = table_of(minutes_table, origins=origins, destinations=destinations)
    if not travel.whole:
        paired = travel.destination_reached if active else travel.origin_reached
        absent = int((~paired).sum())
        if absent:
            warn(f"amounts: {absent} of {len(frame)} ids are in no pair of the table that can be travelled.")
    return travel, frame


def _sides(travel: MinutesTable, active: bool) -> tuple[Ints32, Ints32, int]:
    """For each pair the position that receives and the one that gives; how many ids receive."""
    if active:
        return travel.origin, travel.destination, len(travel.origins)
    return travel.destination, travel.origin, len(travel.destinations)


def _total(travel: MinutesTable, active: bool, weights: Floats, amounts: Floats) -> Floats:
    """Sum by the id that receives."""
    if active:
        return travel.total_at_origins(weights, amounts)
    return travel.total_at_destinations(weights, amounts)


def _reached(travel: MinutesTable, active: bool, amounts: Floats, limits: Floats) -> Floats:
    """Sums (ids, limits) of the amounts within each limit."""
    if len(limits) == 1:
        within = travel.within_at_origins if active else travel.within_at_destinations
        return within(limits[0], amounts)[:, None]
    to, source, count = _sides(travel, active)
    sums = np.zeros((count, len(limits) + 1))
    add_within(to, source, travel.minutes, amounts, limits, sums)
    return np.cumsum(sums[:, :-1], axis=1)


def _limits(minutes: float | Sequence[float]) -> Floats:
    limits = [check_minutes(one) for one in listed(minutes)]
    if not limits:
        raise InputError("minutes: give at least one threshold.")
    check_ascending(limits, "minutes")
    return np.array(limits)


def _result(
    travel: MinutesTable,
    columns: dict[tuple[object, object], Floats],
    active: bool,
    parameters: dict[str, object],
    level: str,
) -> Access:
    if active:
        ids, asked, has = travel.origins, travel.origin_asked, travel.origin_reached
    else:
        ids, asked, has = travel.destinations, travel.destination_asked, travel.destination_reached
    status = status_of(ids, asked, has)
    names = pd.MultiIndex.from_tuples(list(columns), names=["amount", level])
    table = pd.DataFrame(np.stack(list(columns.values()), axis=1), index=ids, columns=names)
    unreached = float((~has).mean()) if len(has) else 0.0
    about = travel.provenance.having(
        parameters={**parameters, "active": bool(active)}, shares={"ids unreached": unreached}
    )
    return Access(table, status, about)
