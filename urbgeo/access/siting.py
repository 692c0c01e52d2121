"""Siting: which of the candidate facilities raise coverage most, or shorten trips most.

The programmes are solved by HiGHS through scipy. Pairs without a path are left out of them rather than given
a large number, so only finite minutes reach the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.optimize import LinearConstraint
from scipy.sparse import coo_array, csr_array, hstack, identity, vstack

from urbgeo.access.programmes import Programme, solved
from urbgeo.access.table import MinutesTable, nearest_pairs
from urbgeo.access.travel import Places, Travel, check_travel, pairs, with_names_of
from urbgeo.amounts import amounts_by_id
from urbgeo.checks import check_minutes, check_quantity, check_share, is_whole_number
from urbgeo.errors import InputError, UrbgeoError, some_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.types import Flags, Floats, Ints


@dataclass(frozen=True, eq=False, repr=False)
class Siting(Result):
    """Facilities chosen among candidates.

    Attributes
    ----------
    chosen
        Ids of the candidates chosen, in the order of the facilities.
    table
        One row per place of the demand: the caller's name columns, ``demand``, ``facility`` (nearest of the
        existing and the chosen, missing when none can be reached), ``minutes`` (``inf`` then), ``covered``
        (within the threshold, if there is one), ``status`` (``"reached"``, ``"unreached"``, ``"too far"``,
        ``"not asked"``), geometry.
    share, share_before
        Share of demand covered with and without the chosen; for p-median: that reaches any facility.
    mean_minutes
        Mean over the demand that reaches a facility.
    provenance
        Parameters, and what the minutes rest on.
    """

    chosen: pd.Index
    table: pd.DataFrame
    share: float
    share_before: float
    mean_minutes: float
    provenance: Provenance
    _shown: ClassVar[str | None] = "minutes"
    _titles: ClassVar[tuple[str, str]] = ("选址", "Siting")

    @property
    def summary(self) -> pd.DataFrame:
        """``share``, ``share_before`` and ``mean_minutes``, one row each."""
        figures = ("share", "share_before", "mean_minutes")
        return pd.DataFrame(
            {"value": [getattr(self, one) for one in figures]}, index=pd.Index(figures, name="figure")
        )

    def _headline(self) -> str:
        shares = f"share {self.share_before:.1%} -> {self.share:.1%}"
        return f"of {len(self.chosen)}: {some_of(self.chosen)}; {shares}"


def marginal_coverage(
    travel: Travel,
    demand: Places,
    facilities: Places | None = None,
    *,
    population: str | pd.Series | None = None,
    minutes: float,
    existing: Sequence[object] = (),
    target: float | None = None,
) -> pd.DataFrame:
    """What each candidate adds: alone to the existing ones, and in turn, the best first.

    Parameters
    ----------
    travel
        What minutes come from: a network, a timetable with its walking network, or a table of minutes from
        demand (origin) to facilities (destination).
    demand
        Places: points or any frame with ``population``, or a Series of people by id.
    facilities
        Existing ones and candidates: points, or for a table any frame by id or the ids; None for all of the
        table.
    population
        Column of ``demand``, or a Series by its ids.
    minutes
        Closed bound of coverage.
    existing
        Ids of the facilities that stand already; all others are candidates.
    target
        Share of demand aimed at: the turns end when it is met.

    Returns
    -------
    pandas.DataFrame
        One row per candidate: ``gain`` alone, ``turn`` (1 = first; missing when not taken), ``gain_in_turn``,
        ``share_after``. Greedy turns are quick, not always the best set: see :func:`maximal_covering`. Equal
        gains go to the first candidate. Led by the name columns of ``facilities``, with its geometry;
        provenance in ``attrs``.

    Raises
    ------
    InputError
        As for :func:`maximal_covering`; a target outside 0..1.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "b", "b"], "to": ["u", "u", "v"], "minutes": [10.0, 25.0, 5.0]}
    ... )
    >>> people = pd.Series({"a": 100.0, "b": 200.0})
    >>> marginal_coverage(minutes, people, minutes=20)[["gain", "turn"]]
        gain  turn
    u  100.0     2
    v  200.0     1
    """
    aim = 1.0 if target is None else check_share(target, "target")
    table, weights, standing = _read(travel, demand, facilities, population, existing)
    limit = check_minutes(minutes)
    within, done = _covering(table, limit, standing)
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
    found = pd.DataFrame({"gain": alone}, index=table.destinations[candidates])
    in_turn = pd.DataFrame.from_dict(turns, orient="index", columns=["turn", "gain_in_turn", "share_after"])
    found = found.join(in_turn.set_axis(found.index[in_turn.index.astype(int)])).astype({"turn": "Int64"})
    found = with_names_of(found, facilities)
    found.attrs["provenance"] = table.provenance.having(
        parameters={"measure": "marginal coverage", "minutes": limit, "target": target}
    )
    return found


def maximal_covering(
    travel: Travel,
    demand: Places,
    facilities: Places | None = None,
    *,
    population: str | pd.Series | None = None,
    count: int,
    minutes: float,
    existing: Sequence[object] = (),
    longest_s: float = 60.0,
) -> Siting:
    """The ``count`` candidates that bring most demand within t minutes of a facility.

    Maximise ``sum P_i y_i`` with ``y_i <= sum of x_j over T_ij <= t`` and ``sum x_j = count``.

    Parameters
    ----------
    travel, demand, facilities, population, minutes, existing
        As for :func:`marginal_coverage`.
    count
        How many to choose.
    longest_s
        Seconds the solver may take. An interruption ends it at once, but for its first two seconds, which go
        on unheard.

    Returns
    -------
    Siting

    Raises
    ------
    InputError
        For faulty points, tables or demand (naming ids), existing ids that are no facilities or come twice,
        a count that is not between 1 and the number of candidates.
    UrbgeoError
        When the solver finds no proven best in time.

    References
    ----------
    Church & ReVelle (1974), Papers of the Regional Science Association 32.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "b", "b"], "to": ["u", "u", "v"], "minutes": [10.0, 25.0, 5.0]}
    ... )
    >>> people = pd.Series({"a": 100.0, "b": 200.0})
    >>> maximal_covering(minutes, people, count=1, minutes=20).chosen.to_list()
    ['v']
    """
    limit = check_minutes(minutes)
    table, weights, standing = _read(travel, demand, facilities, population, existing)
    candidates = _candidates(standing, count)
    within, done = _covering(table, limit, standing)
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
    return _siting(table, demand, weights, standing, candidates[x > 0.5], limit, parameters)


def p_median(
    travel: Travel,
    demand: Places,
    facilities: Places | None = None,
    *,
    population: str | pd.Series | None = None,
    count: int,
    existing: Sequence[object] = (),
    longest_s: float = 60.0,
) -> Siting:
    """The ``count`` candidates that give demand the least minutes to its nearest facility.

    First as much demand as possible reaches any facility, then minimise ``sum P_i T_ij z_ij`` over finite
    pairs, with each origin that is served assigned once and only to an open facility.

    Parameters
    ----------
    travel, demand, facilities, population, existing, count, longest_s
        As for :func:`maximal_covering`.

    Returns
    -------
    Siting

    Raises
    ------
    InputError, UrbgeoError
        As for :func:`maximal_covering`.

    References
    ----------
    Hakimi (1964), Operations Research 12; ReVelle & Swain (1970), Geographical Analysis 2.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "b", "b"], "to": ["u", "u", "v"], "minutes": [10.0, 25.0, 5.0]}
    ... )
    >>> people = pd.Series({"a": 100.0, "b": 200.0})
    >>> p_median(minutes, people, count=1).chosen.to_list()
    ['u']
    """
    table, weights, standing = _read(travel, demand, facilities, population, existing)
    candidates = _candidates(standing, count)
    used = weights[table.origin] > 0
    i, j, t = table.origin[used], table.destination[used], table.minutes[used]
    rows, place = np.unique(i, return_inverse=True)
    n, m, pairs = len(rows), len(table.destinations), len(i)
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
    parameters = {"measure": "p-median", "count": count}
    return _siting(table, demand, weights, standing, chosen, np.inf, parameters)


def _read(
    travel: Travel,
    demand: Places,
    facilities: Places | None,
    population: str | pd.Series | None,
    existing: Sequence[object],
) -> tuple[MinutesTable, Floats, Flags]:
    """Minutes, demand by position, and which facilities stand already."""
    check_travel(travel)
    name = "population" if isinstance(demand, pd.DataFrame) else "demand"
    people = amounts_by_id(demand, population, name=name, frame_name="demand")
    table = pairs(travel, demand, facilities, names=("demand", "facilities"))
    if isinstance(existing, str) or not isinstance(existing, Sequence | pd.Index | np.ndarray):
        raise InputError(
            f"existing: {existing!r} is no list; give the ids of the facilities that stand already."
        )
    ids = list(existing)
    strange = [one for one in ids if one not in table.destinations]
    if strange or len(set(ids)) < len(ids):
        raise InputError(
            f"existing: {some_of(strange) or some_of(ids)} given twice or no facilities; mend these ids."
        )
    return table, people.to_numpy(), table.destinations.isin(ids)


def _candidates(standing: Flags, count: int) -> Ints:
    candidates = np.flatnonzero(~standing).astype(np.int64)
    if not is_whole_number(count, 1) or count > len(candidates):
        raise InputError(
            f"count: {count!r}; give a whole number between 1 and the {len(candidates)} candidates."
        )
    return candidates


def _covering(table: MinutesTable, limit: float, standing: Flags) -> tuple[csr_array, Flags]:
    """(origins, destinations): 1 where the minutes are within the limit; and who is covered as it stands."""
    within = table.minutes <= limit
    shape = (len(table.origins), len(table.destinations))
    ends = (table.origin[within], table.destination[within])
    covering = csr_array((np.ones(int(within.sum())), ends), shape=shape)
    return covering, np.asarray(covering[:, standing].sum(axis=1)).ravel() > 0


def _solved(
    cost: Floats, rules: list[LinearConstraint], whole: Floats, longest_s: float, low: Floats | None = None
) -> Floats:
    """The best values between ``low`` and 1, those marked in ``whole`` being whole numbers."""
    least, most = (
        np.concatenate([np.broadcast_to(getattr(one, end), one.A.shape[0]) for one in rules])
        for end in ("lb", "ub")
    )
    rows = csr_array(vstack([csr_array(one.A) for one in rules]))
    bottom = np.zeros(len(cost)) if low is None else low
    programme = Programme(cost, rows, least, most, whole, bottom)
    found = solved(programme, check_quantity(longest_s, "longest_s"))
    if found.status != 0:
        raise UrbgeoError(
            f"siting: no proven best in {longest_s:g} s ({found.message}); raise longest_s or ask for fewer "
            "candidates."
        )
    return found.x


def _siting(
    table: MinutesTable,
    demand: Places,
    weights: Floats,
    standing: Flags,
    chosen: Ints,
    limit: float,
    parameters: dict[str, object],
) -> Siting:
    after = standing.copy()
    after[chosen] = True
    minutes, which = nearest_pairs(table, after)
    before, _ = nearest_pairs(table, standing)
    total, reached = weights.sum(), np.isfinite(minutes)
    names = np.full(len(minutes), None, dtype=object)
    names[reached] = table.destinations.to_numpy()[which[reached]]
    covered, was = reached & (minutes <= limit), np.isfinite(before) & (before <= limit)
    words = table.origin_status.where(
        table.origin_status != "reached", np.where(reached, "reached", "unreached")
    )
    minutes[~table.origin_asked] = np.nan
    found = pd.DataFrame(
        {"demand": weights, "facility": names, "minutes": minutes, "covered": covered, "status": words},
        index=table.origins,
    )
    there = weights[reached].sum()
    return Siting(
        table.destinations[np.sort(chosen)],
        with_names_of(found, demand),
        float(weights[covered].sum() / total) if total else float("nan"),
        float(weights[was].sum() / total) if total else float("nan"),
        float((weights[reached] * minutes[reached]).sum() / there) if there else float("nan"),
        table.provenance.having(parameters={**parameters, "existing": int(standing.sum())}),
    )
