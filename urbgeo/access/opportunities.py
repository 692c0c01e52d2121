"""Opportunities: how many are reached within t minutes, over an interval of t, or weighted by a decay.

One grammar: what minutes come from, the opportunities with their amounts, and what to do with them; places
that ask are points for a network, or come with the table of minutes. Sums of nothing are 0, costs without end
are ``inf``. For hundreds of thousands of points see :func:`urbgeo.network.sums.sums_within`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.decay import Decay, check_ascending
from urbgeo.access.table import MinutesTable
from urbgeo.access.travel import Places, Travel, check_travel, layer_of, pairs, with_names_of
from urbgeo.amounts import Amounts, amounts_in, amounts_of, warn
from urbgeo.checks import check_choice, check_quantity, check_thresholds, listed
from urbgeo.engine.pairs import add_within
from urbgeo.errors import InputError
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.types import Floats

ROUNDING = 1e-9
"""Relative shortfall up to which an amount counts as reached: sums of fractions are not exact."""


@dataclass(frozen=True, eq=False, repr=False)
class Access(Result):
    """A measure of access by place.

    Attributes
    ----------
    values
        One row per place; columns (``amount``, ``measure``): the name of the amount and the threshold in
        minutes, the interval, the decay or how much is to be reached.
    table
        The same with plain column names (``"jobs 30 min"``), led by the caller's name columns and ending
        with ``status`` (``"reached"``, ``"unreached"``: no finite minutes, ``"not asked"``: no minutes at
        all, ``"too far"``: not attached) and geometry.
    provenance
        Parameters, and what the minutes rest on; ``shares`` tell the places unreached.
    """

    values: pd.DataFrame
    table: pd.DataFrame
    provenance: Provenance
    _titles: ClassVar[tuple[str, str]] = ("可达性", "Access")

    @property
    def status(self) -> pd.Series:
        """By place, as in ``table``."""
        return self.table["status"]

    def _headline(self) -> str:
        what = ", ".join(f"{amount} {measure}" for amount, measure in self.values.columns[:4])
        more = ", ..." if len(self.values.columns) > 4 else ""
        return f"of {len(self.table)} ids: {what}{more}"


def cumulative(
    travel: Travel,
    opportunities: Places,
    *,
    minutes: float | Sequence[float],
    places: Places | None = None,
    weight: Amounts | None = None,
    direction: str = "to",
) -> Access:
    """Amounts within t minutes: ``C_i(t) = sum of O_j over t_ij <= t``, for one or several t.

    Parameters
    ----------
    travel
        What minutes come from: a network, a timetable with its walking network, a table of minutes.
    opportunities
        What is reached: points or any frame with ``weight``; or its amounts themselves, a Series or frame
        of numbers by id.
    minutes
        Closed upper bounds in minutes, rising.
    places
        Who asks, all kept: points, or for a table any frame by id or the ids; None for all of the table.
    weight
        Columns of ``opportunities``, or Series by its ids. Without it points count 1 each, and a plain frame
        gives all its columns.
    direction
        ``"to"``: what each place reaches (jobs, clinics); ``"from"``: who reaches the place, its minutes
        running from the opportunities (people who can reach a mall). A table of minutes has the places as
        origins for ``"to"``, as destinations for ``"from"``.

    Returns
    -------
    Access
        ``values`` with columns (amount, minutes).

    Raises
    ------
    InputError
        For faulty points, tables or amounts (naming ids and pairs), no amounts, thresholds that do not rise.

    References
    ----------
    Geurs & van Wee (2004), Journal of Transport Geography 12, on contour measures.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "a", "b"], "to": ["x", "y", "y"], "minutes": [30.0, 10.0, 45.0]}
    ... )
    >>> jobs = pd.Series({"x": 100, "y": 20}, name="jobs")
    >>> cumulative(minutes, jobs, minutes=[15, 30]).table
       jobs 15 min  jobs 30 min   status
    a         20.0        120.0  reached
    b          0.0          0.0  reached
    """
    limits = np.array(check_thresholds(minutes))
    asked = _ask(travel, opportunities, places, weight, direction)
    columns: dict[tuple[Any, Any], Floats] = {}
    for name, amounts in asked.amounts.items():
        reached = _reached(asked.minutes, amounts.to_numpy(), limits)
        for limit, values in zip(limits, reached.T, strict=True):
            columns[name, limit] = values
    parameters: dict[str, Any] = {"measure": "cumulative", "minutes": tuple(limits.tolist())}
    return _result(asked, columns, parameters, "minutes", lambda name, limit: f"{name} {limit:g} min")


def interval(
    travel: Travel,
    opportunities: Places,
    *,
    minutes: tuple[float, float],
    step_min: float = 1.0,
    by: str = "mean",
    places: Places | None = None,
    weight: Amounts | None = None,
    direction: str = "to",
) -> Access:
    """Mean or median of the cumulative measure over the thresholds from ``minutes[0]`` to ``minutes[1]``.

    The thresholds are ``minutes[0], minutes[0] + step_min, ...`` up to ``minutes[1]`` (closed), so that no
    single threshold decides.

    Parameters
    ----------
    travel, opportunities, places, weight, direction
        As for :func:`cumulative`.
    minutes
        First and last threshold, rising.
    step_min
        Minutes between two thresholds.
    by
        ``"mean"`` or ``"median"``.

    Returns
    -------
    Access
        ``values`` with columns (amount, interval as text).

    Raises
    ------
    InputError
        As for :func:`cumulative`; an interval that does not rise; another ``by``.

    References
    ----------
    Tomasiello et al. (2023), Journal of Transport Geography 108: the time interval cumulative measure.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame({"from": ["a", "a"], "to": ["x", "y"], "minutes": [30.0, 10.0]})
    >>> jobs = pd.Series({"x": 100, "y": 20}, name="jobs")
    >>> interval(minutes, jobs, minutes=(29, 30)).values.iloc[0].to_list()
    [70.0]
    """
    check_choice(by, "by", ("mean", "median"))
    if not isinstance(minutes, Sequence) or isinstance(minutes, str) or len(minutes) != 2:
        raise InputError(f"minutes: {minutes!r}; give the first and the last threshold.")
    first, last = check_thresholds(minutes)
    step = check_quantity(step_min, "step_min")
    # Counted rather than added up, so that rounding never drops the last threshold.
    steps = np.arange(int((last - first) / step + 1e-9) + 1, dtype=np.float64)
    limits: Floats = first + step * steps
    asked = _ask(travel, opportunities, places, weight, direction)
    columns: dict[tuple[Any, Any], Floats] = {}
    for name, amounts in asked.amounts.items():
        reached = _reached(asked.minutes, amounts.to_numpy(), limits)
        middle = reached.mean(axis=1) if by == "mean" else np.median(reached, axis=1)
        columns[name, f"{by} {first:g}-{last:g}"] = middle
    parameters: dict[str, Any] = {"measure": "interval", "minutes": (first, last), "step_min": step, "by": by}
    return _result(asked, columns, parameters, "interval", lambda name, what: f"{name} {what} min")


def gravity(
    travel: Travel,
    opportunities: Places,
    *,
    decay: Decay | Sequence[Decay],
    places: Places | None = None,
    weight: Amounts | None = None,
    direction: str = "to",
) -> Access:
    """Amounts weighted by a decay: ``A_i = sum of O_j f(t_ij)``, for one or several decays.

    Parameters
    ----------
    travel, opportunities, places, weight, direction
        As for :func:`cumulative`.
    decay
        Values of :mod:`urbgeo.access.decay`; several for a test of sensitivity.

    Returns
    -------
    Access
        ``values`` with columns (amount, name of the decay).

    Raises
    ------
    InputError
        As for :func:`cumulative`; what is no decay; two decays of one name; a custom decay that is not
        monotonic, negative or not finite on the minutes it meets.

    References
    ----------
    Hansen (1959), Journal of the American Institute of Planners 25: how accessibility shapes land use.

    Examples
    --------
    >>> import pandas as pd
    >>> from urbgeo.access.decay import linear
    >>> minutes = pd.DataFrame({"from": ["a", "a"], "to": ["x", "y"], "minutes": [30.0, 15.0]})
    >>> jobs = pd.Series({"x": 100, "y": 20}, name="jobs")
    >>> gravity(minutes, jobs, decay=linear(60)).values.iloc[0].to_list()
    [65.0]
    """
    decays = list(decay) if isinstance(decay, Sequence) else [decay]
    if not decays or not all(isinstance(one, Decay) for one in decays):
        raise InputError("decay: give values of urbgeo.access.decay, e.g. exponential(half_min=20).")
    if len({one.name for one in decays}) < len(decays):
        raise InputError(
            f"decay: names are repeated: {', '.join(one.name for one in decays)}; name each once."
        )
    asked = _ask(travel, opportunities, places, weight, direction)
    weights = {one.name: one(asked.minutes.minutes) for one in decays}
    columns: dict[tuple[Any, Any], Floats] = {
        (name, label): asked.minutes.total_at_origins(faded, amounts.to_numpy())
        for name, amounts in asked.amounts.items()
        for label, faded in weights.items()
    }
    parameters: dict[str, Any] = {"measure": "gravity", "decay": tuple(weights)}
    return _result(asked, columns, parameters, "decay", lambda name, label: f"{name} {label}")


def cost_to_reach(
    travel: Travel,
    opportunities: Places,
    *,
    amount: float | Sequence[float] = 1.0,
    places: Places | None = None,
    weight: Amounts | None = None,
    direction: str = "to",
) -> Access:
    """Least minutes within which at least ``amount`` is reached; ``inf`` where it never is.

    With amounts of 1 each and ``amount=1`` these are the minutes to the nearest.

    Parameters
    ----------
    travel, opportunities, places, weight, direction
        As for :func:`cumulative`.
    amount
        How much must be reached, ascending when several; > 0.

    Returns
    -------
    Access
        ``values`` with columns (amount, how much): minutes.

    Raises
    ------
    InputError
        As for :func:`cumulative`; amounts to reach that are not > 0 or not ascending.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame({"from": ["a", "a"], "to": ["x", "y"], "minutes": [30.0, 10.0]})
    >>> jobs = pd.Series({"x": 100, "y": 20}, name="jobs")
    >>> cost_to_reach(minutes, jobs, amount=[20, 50]).table
       minutes to 20 jobs  minutes to 50 jobs   status
    a                10.0                30.0  reached
    """
    wanted = [check_quantity(one, "amount") for one in listed(amount)]
    check_ascending(wanted, "amount")
    if not wanted:
        raise InputError("amount: none is given; give one or more numbers > 0.")
    asked = _ask(travel, opportunities, places, weight, direction)
    to, source, count = asked.minutes.origin, asked.minutes.destination, len(asked.minutes.origins)
    order = np.lexsort((asked.minutes.minutes, to))
    to_sorted, minutes = to[order], asked.minutes.minutes[order]
    starts = np.searchsorted(to_sorted, np.arange(count))
    columns: dict[tuple[Any, Any], Floats] = {}
    for name, amounts in asked.amounts.items():
        total = np.concatenate([[0.0], np.cumsum(amounts.to_numpy()[source][order])])
        reached = total[1:] - total[starts[to_sorted]]
        for enough in wanted:
            found = np.full(count, np.inf)
            rows = np.flatnonzero(reached >= enough * (1.0 - ROUNDING))
            ends, first = np.unique(to_sorted[rows], return_index=True)
            found[ends] = minutes[rows[first]]
            columns[name, enough] = found
    parameters: dict[str, Any] = {"measure": "cost to reach", "amount": tuple(wanted)}
    return _result(
        asked, columns, parameters, "amount to reach", lambda name, enough: f"minutes to {enough:g} {name}"
    )


@dataclass(frozen=True, eq=False)
class _Asked:
    """Pairs whose origins are the places that ask, amounts at their destinations, and the places' frame."""

    minutes: MinutesTable
    amounts: pd.DataFrame
    places: Places | None
    parameters: dict[str, Any]


def _ask(
    travel: Travel, opportunities: Places, places: Places | None, weight: Amounts | None, direction: str
) -> _Asked:
    check_travel(travel)
    if isinstance(travel, TravelNetwork):
        layer_of(opportunities, "opportunities")
        layer_of(places, "places")
    amounts = _amounts(opportunities, weight)
    minutes = pairs(travel, places, opportunities, direction=direction, names=("places", "opportunities"))
    if not minutes.whole:
        absent = int((~minutes.destination_reached).sum())
        if absent:
            warn(
                f"amounts: {absent} of {len(amounts)} ids are in no pair of the table that can be travelled."
            )
    parameters = {"weight": tuple(map(str, amounts)), "direction": direction}
    return _Asked(minutes, amounts, places, parameters)


def _amounts(opportunities: Places, weight: Amounts | None) -> pd.DataFrame:
    """What is counted, by opportunity."""
    if weight is not None:
        if not isinstance(opportunities, pd.DataFrame):
            kind = type(opportunities).__name__
            raise InputError(f"opportunities: a frame with the column of weight is needed, not {kind}.")
        return amounts_in(weight, opportunities, name="weight", frame_name="opportunities")
    if isinstance(opportunities, gpd.GeoDataFrame):
        return pd.DataFrame({"opportunities": 1.0}, index=opportunities.index)
    if isinstance(opportunities, pd.Index):
        return pd.DataFrame({"opportunities": 1.0}, index=opportunities)
    return amounts_of(opportunities, "opportunities")


def _reached(minutes: MinutesTable, amounts: Floats, limits: Floats) -> Floats:
    """Sums (places, limits) of the amounts within each limit."""
    if len(limits) == 1:
        return minutes.within_at_origins(limits[0], amounts)[:, None]
    sums = np.zeros((len(minutes.origins), len(limits) + 1))
    add_within(minutes.origin, minutes.destination, minutes.minutes, amounts, limits, sums)
    return np.cumsum(sums[:, :-1], axis=1)


def _result(
    asked: _Asked,
    columns: dict[tuple[Any, Any], Floats],
    parameters: dict[str, Any],
    level: str,
    label: Callable[[Any, Any], str],
) -> Access:
    found, has = asked.minutes, asked.minutes.origin_reached
    names = pd.MultiIndex.from_tuples(list(columns), names=["amount", level])
    numbers = np.stack(list(columns.values()), axis=1)
    values = pd.DataFrame(numbers, index=found.origins, columns=names)
    table = pd.DataFrame(numbers.copy(), index=found.origins, columns=[label(*one) for one in columns])
    table["status"] = found.origin_status.array
    about = found.provenance.having(
        parameters={**parameters, **asked.parameters},
        shares={"places unreached": float((~has).mean()) if len(has) else 0.0},
    )
    return Access(values, with_names_of(table, asked.places), about)
