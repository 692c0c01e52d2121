"""Siting: which of the candidate facilities raise coverage most, or shorten trips most.

The programmes are solved by HiGHS through scipy. Pairs without a path are left out of them rather than given
a large number, so only finite minutes reach the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, identity

from urbgeo.access.reading import table_of
from urbgeo.access.table import MinutesTable, nearest_pairs
from urbgeo.amounts import series_of
from urbgeo.checks import check_minutes, check_quantity, check_share
from urbgeo.errors import InputError, UrbgeoError, some_of
from urbgeo.provenance import Provenance
from urbgeo.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class Siting:
    """Facilities chosen among candidates.

    Attributes
    ----------
    chosen
        Ids of the candidates chosen, in the order of the table.
    table
        One row per origin: ``demand``, ``facility`` (nearest of the existing and the chosen, missing when
        none can be reached), ``minutes`` (``inf`` then), ``covered`` (within the threshold, if there is one).
    share, share_before
        Share of demand covered with and without the chosen; for p-median: that reaches any facility.
    mean_minutes
        Mean over the demand that reaches a facility.
    provenance
        Parameters.
    """

    chosen: pd.Index
    table: pd.DataFrame
    share: float
    share_before: float
    mean_minutes: float
    provenance: Provenance

    def __repr__(self) -> str:
        return (
            f"<Siting of {len(self.chosen)}: {some_of(self.chosen)}; share {self.share_before:.1%} -> "
            f"{self.share:.1%}>"
        )


def marginal_coverage(
    minutes_table: pd.DataFrame | MinutesTable,
    demand: pd.Series,
    *,
    minutes: float,
    existing: Sequence[object] = (),
    target: float | None = None,
) -> pd.DataFrame:
    """What each candidate adds: alone to the existing ones, and in turn, the best first.

    Parameters
    ----------
    minutes_table
        Wide or long minutes from demand (origin) to facilities and candidates (destination).
    demand
        By origin id.
    minutes
        Closed bound of coverage.
    existing
        Ids of the destinations that stand already; all others are candidates.
    target
        Share of demand aimed at: the turns end when it is met.

    Returns
    -------
    pandas.DataFrame
        One row per candidate: ``gain`` alone, ``turn`` (1 = first; missing when not taken), ``gain_in_turn``,
        ``share_after``. Greedy turns are quick, not always the best set: see :func:`maximal_covering`. Equal
        gains go to the first candidate in the table.

    Raises
    ------
    InputError
        As for :func:`maximal_covering`; a target outside 0..1.
    """
    aim = 1.0 if target is None else check_share(target, "target")
    travel, weights, standing = _read(minutes_table, demand, existing)
    within = _covering(travel, check_minutes(minutes))
    done = np.asarray(within[:, standing].sum(axis=1)).ravel() > 0
    candidates = np.flatnonzero(~standing)
    reach = within[:, candidates].tocsc()
    alone = reach.T @ np.where(done, 0.0, weights)
    total = weights.sum()
    turns: dict[int, tuple[int, float, float]] = {}
    while total > 0 and weights[done].sum() < aim * total * (1.0 - 1e-12):
        gains = reach.T @ np.where(done, 0.0, weights)
        best = int(np.argmax(gains)) if len(gains) else 0
        if not len(gains) or not gains[best] > 0:
            break
        done |= reach[:, [best]].toarray().ravel() > 0
        turns[best] = (len(turns) + 1, float(gains[best]), float(weights[done].sum() / total))
    table = pd.DataFrame({"gain": alone}, index=travel.destinations[candidates])
    in_turn = pd.DataFrame.from_dict(turns, orient="index", columns=["turn", "gain_in_turn", "share_after"])
    return table.join(in_turn.set_axis(table.index[in_turn.index.astype(int)])).astype({"turn": "Int64"})


def maximal_covering(
    minutes_table: pd.DataFrame | MinutesTable,
    demand: pd.Series,
    *,
    count: int,
    minutes: float,
    existing: Sequence[object] = (),
    longest_s: float = 60.0,
) -> Siting:
    """The ``count`` candidates that bring most demand within t minutes of a facility.

    Maximise ``sum P_i y_i`` with ``y_i <= sum of x_j over T_ij <= t`` and ``sum x_j = count``.

    Parameters
    ----------
    minutes_table, demand, minutes, existing
        As for :func:`marginal_coverage`.
    count
        How many to choose.
    longest_s
        Seconds the solver may take.

    Raises
    ------
    InputError
        For faulty tables or demand (naming ids), existing ids that are no destinations or come twice, a
        count that is not between 1 and the number of candidates.
    UrbgeoError
        When the solver finds no proven best in time.

    References
    ----------
    Church & ReVelle (1974), Papers of the Regional Science Association 32.
    """
    limit = check_minutes(minutes)
    travel, weights, standing = _read(minutes_table, demand, existing)
    candidates = _candidates(standing, count)
    within = _covering(travel, limit)
    done = np.asarray(within[:, standing].sum(axis=1)).ravel() > 0
    rows = np.flatnonzero(~done & (weights > 0))
    reach = within[rows][:, candidates]
    n, m = len(rows), len(candidates)
    cost = np.concatenate([np.zeros(m), -weights[rows]])
    rules = [LinearConstraint(hstack([np.ones((1, m)), csr_array((1, n))]), count, count)]
    if n:
        rules.append(LinearConstraint(hstack([-reach, identity(n)]), -np.inf, 0.0))
    whole = np.concatenate([np.ones(m), np.zeros(n)])
    x = _solved(cost, rules, whole, longest_s)[:m]
    parameters = {"measure": "maximal covering", "count": count, "minutes": limit}
    return _siting(travel, weights, standing, candidates[x > 0.5], limit, parameters)


def p_median(
    minutes_table: pd.DataFrame | MinutesTable,
    demand: pd.Series,
    *,
    count: int,
    existing: Sequence[object] = (),
    longest_s: float = 60.0,
) -> Siting:
    """The ``count`` candidates that give demand the least minutes to its nearest facility.

    First as much demand as possible reaches any facility, then minimise ``sum P_i T_ij z_ij`` over finite
    pairs, with each origin that is served assigned once and only to an open facility.

    Parameters
    ----------
    minutes_table, demand, existing, count, longest_s
        As for :func:`maximal_covering`.

    Raises
    ------
    InputError, UrbgeoError
        As for :func:`maximal_covering`.

    References
    ----------
    Hakimi (1964), Operations Research 12; ReVelle & Swain (1970), Geographical Analysis 2.
    """
    travel, weights, standing = _read(minutes_table, demand, existing)
    candidates = _candidates(standing, count)
    used = weights[travel.origin] > 0
    i, j, t = travel.origin[used], travel.destination[used], travel.minutes[used]
    rows, place = np.unique(i, return_inverse=True)
    n, m, pairs = len(rows), len(travel.destinations), len(i)
    k = np.arange(pairs)
    once = coo_array((np.ones(pairs), (place, k)), shape=(n, pairs))
    opened = coo_array((np.ones(pairs), (k, j)), shape=(pairs, m))
    sites = np.concatenate([np.ones(m), np.zeros(pairs)])
    rules = [LinearConstraint(sites[None, :], count + standing.sum(), count + standing.sum())]
    if pairs:
        rules.append(LinearConstraint(hstack([csr_array((n, m)), once]), -np.inf, 1.0))
        rules.append(LinearConstraint(hstack([-opened, identity(pairs)]), -np.inf, 0.0))
    low = np.concatenate([standing.astype(np.float64), np.zeros(pairs)])
    served = np.concatenate([np.zeros(m), weights[i]])
    # Two programmes in turn: a large price on the unserved would spoil the solver's arithmetic.
    most = served @ _solved(-served, rules, sites, longest_s, low)
    rules.append(LinearConstraint(served[None, :], most * (1.0 - 1e-9), np.inf))
    x = _solved(np.concatenate([np.zeros(m), weights[i] * t]), rules, sites, longest_s, low)
    chosen = candidates[x[candidates] > 0.5]
    return _siting(travel, weights, standing, chosen, np.inf, {"measure": "p-median", "count": count})


def _read(
    minutes_table: pd.DataFrame | MinutesTable, demand: pd.Series, existing: Sequence[object]
) -> tuple[MinutesTable, Floats, NDArray[np.bool_]]:
    """MinutesTable, demand by position, and which destinations stand already."""
    people = series_of(demand, "demand")
    travel = table_of(minutes_table, origins=people.index)
    ids = list(existing)
    strange = [one for one in ids if one not in travel.destinations]
    if strange or len(set(ids)) < len(ids):
        raise InputError(
            f"existing: {some_of(strange) or some_of(ids)} given twice or no destinations of the table; "
            "mend these ids."
        )
    return travel, people.to_numpy(), travel.destinations.isin(ids)


def _candidates(standing: NDArray[np.bool_], count: int) -> Ints:
    candidates = np.flatnonzero(~standing).astype(np.int64)
    if (
        not isinstance(count, int | np.integer)
        or isinstance(count, bool)
        or not 1 <= count <= len(candidates)
    ):
        raise InputError(
            f"count: {count!r}; give a whole number between 1 and the {len(candidates)} candidates."
        )
    return candidates


def _covering(travel: MinutesTable, limit: float) -> csr_array:
    """(origins, destinations): 1 where the minutes are within the limit."""
    within = travel.minutes <= limit
    shape = (len(travel.origins), len(travel.destinations))
    ends = (travel.origin[within], travel.destination[within])
    return csr_array((np.ones(int(within.sum())), ends), shape=shape)


def _solved(
    cost: Floats, rules: list[LinearConstraint], whole: Floats, longest_s: float, low: Floats | None = None
) -> Floats:
    """The best values between ``low`` and 1, those marked in ``whole`` being whole numbers."""
    found = milp(
        cost,
        constraints=rules,
        integrality=whole,
        bounds=Bounds(np.zeros(len(cost)) if low is None else low, np.ones(len(cost))),
        options={"time_limit": check_quantity(longest_s, "longest_s"), "mip_rel_gap": 0.0},
    )
    if found.status != 0:
        raise UrbgeoError(
            f"siting: no proven best in {longest_s:g} s ({found.message}); raise longest_s or ask for fewer "
            "candidates."
        )
    return np.asarray(found.x, dtype=np.float64)


def _siting(
    travel: MinutesTable,
    weights: Floats,
    standing: NDArray[np.bool_],
    chosen: Ints,
    limit: float,
    parameters: dict[str, object],
) -> Siting:
    after = standing.copy()
    after[chosen] = True
    minutes, which = nearest_pairs(travel, after)
    before, _ = nearest_pairs(travel, standing)
    total, reached = weights.sum(), np.isfinite(minutes)
    names = np.full(len(minutes), None, dtype=object)
    names[reached] = travel.destinations.to_numpy()[which[reached]]
    covered, was = reached & (minutes <= limit), np.isfinite(before) & (before <= limit)
    table = pd.DataFrame(
        {"demand": weights, "facility": names, "minutes": minutes, "covered": covered}, index=travel.origins
    )
    there = weights[reached].sum()
    return Siting(
        travel.destinations[np.sort(chosen)],
        table,
        float(weights[covered].sum() / total) if total else float("nan"),
        float(weights[was].sum() / total) if total else float("nan"),
        float((weights[reached] * minutes[reached]).sum() / there) if there else float("nan"),
        travel.provenance.having(parameters={**parameters, "existing": int(standing.sum())}),
    )
