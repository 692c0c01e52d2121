"""Interaction without a fit: radiation, Huff, breaking points, field strength, dominant flows, belts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.travel import Travel, nearest
from urbgeo.amounts import amount_of
from urbgeo.checks import check_minutes, check_quantity, check_range, check_rows
from urbgeo.cities.gravity import FRICTION
from urbgeo.cities.matrices import by_id, costs_of, counts_of, numbers_by_id, square
from urbgeo.errors import InputError, some_of
from urbgeo.magnitude import check_unmixed
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names


def radiation(
    population: pd.Series,
    cost: pd.DataFrame,
    *,
    trips: pd.Series | None = None,
    opportunities: pd.Series | None = None,
    units_checked: bool = False,
) -> pd.DataFrame:
    """Flows of the radiation model, which has no parameter to fit.

    ``T_ij = T_i m_i n_j / ((m_i + s_ij)(m_i + s_ij + n_j)) / (1 - m_i / M)`` with m people at home, n
    opportunities, s_ij the opportunities nearer to i than j is (those at i left out), M their sum; the last
    factor makes up for the finite system. Places at equal cost do not pass each other.

    Parameters
    ----------
    population
        m by place.
    cost
        Minutes or km, place to place.
    trips
        T_i by place; the population when None.
    opportunities
        n by place; the population when None.
    units_checked
        True when populations that look like 万 mixed with persons really are persons.

    Returns
    -------
    pandas.DataFrame
        Flows (origins, destinations); 0 on the diagonal and where there is no path.

    Raises
    ------
    InputError
        For ids that differ, missing or negative numbers, 万 mixed with persons, negative costs.

    Examples
    --------
    >>> minutes = pd.DataFrame([[0, 10], [10, 0]], list("ab"), list("ab"))
    >>> radiation(pd.Series({"a": 50_000.0, "b": 50_000.0}), minutes).loc["a", "b"]
    np.float64(50000.0)

    References
    ----------
    Simini et al. (2012), A universal model for mobility and migration patterns; Masucci et al. (2013).
    """
    call = "radiation(population, cost)"
    population = numbers_by_id(population, "population", call=call)
    apart = costs_of(square(cost, population.index, "cost", call), "cost", call)
    m = population.to_numpy(float)
    check_unmixed(population.astype(float), name="population", units_checked=units_checked)
    n = m if opportunities is None else _numbers(opportunities, population.index, "opportunities")
    out = m if trips is None else _numbers(trips, population.index, "trips")
    np.fill_diagonal(apart, -1.0)
    flows = np.zeros_like(apart)
    for i in range(len(m)):
        order = np.argsort(apart[i], kind="stable")[1:]
        reached = order[np.isfinite(apart[i, order])]
        passed = np.concatenate([[0.0], np.cumsum(n[reached])])
        first = np.searchsorted(apart[i, reached], apart[i, reached], side="left")
        s = passed[first]
        below = (m[i] + s) * (m[i] + s + n[reached])
        share = np.divide(m[i] * n[reached], below, out=np.zeros(len(reached)), where=below > 0)
        flows[i, reached] = out[i] * share
    whole = m + n.sum() - n
    finite = 1 - np.divide(m, whole, out=np.zeros_like(m), where=whole > 0)
    flows = np.divide(flows, finite[:, None], out=np.zeros_like(flows), where=finite[:, None] > 0)
    table = pd.DataFrame(flows, index=population.index, columns=population.index)
    return table.reindex(index=cost.index, columns=cost.columns)


def huff(attraction: pd.Series, cost: pd.DataFrame, *, beta: float = FRICTION) -> pd.DataFrame:
    """Probability that a place goes to each centre: ``p_ij = A_j T_ij^-beta / sum_k A_k T_ik^-beta``.

    Parameters
    ----------
    attraction
        A by centre.
    cost
        Minutes, places by centres. A cost of 0 takes all (shared by attraction among several); a centre
        without attraction draws nobody, not even from where it stands.
    beta
        Exponent of the cost.

    Returns
    -------
    pandas.DataFrame
        Shares (places, centres); NaN where no centre with attraction can be reached.

    Raises
    ------
    InputError
        For centres that differ, missing or negative numbers, an exponent that is no number of 0 or more.

    Examples
    --------
    >>> minutes = pd.DataFrame([[10, 20]], ["home"], ["near", "far"])
    >>> huff(pd.Series({"near": 1.0, "far": 4.0}), minutes).iloc[0].tolist()
    [0.5, 0.5]
    """
    check_range(beta, "beta", 0.0)
    pull = _aligned(attraction, cost, "attraction", "centres")
    apart = costs_of(cost, "cost", "...(values, cost)")
    at_centre = (apart == 0) & (pull > 0)
    with np.errstate(divide="ignore"):
        near = np.where(at_centre.any(axis=1, keepdims=True), at_centre, apart**-beta)
    weight = np.multiply(near, pull, out=np.zeros_like(near), where=pull > 0)
    total = weight.sum(axis=1, keepdims=True)
    share = np.divide(weight, total, out=np.full_like(weight, np.nan), where=total > 0)
    return pd.DataFrame(share, index=cost.index, columns=cost.columns)


def breaking_point(distance: float, first: float, second: float) -> float:
    """Distance from the first city at which the pull of two cities is equal: ``D / (1 + sqrt(P2 / P1))``.

    Parameters
    ----------
    distance
        Between the cities, in any unit of length or time.
    first, second
        Their masses, > 0.

    Returns
    -------
    float
        In the unit of ``distance``.

    Raises
    ------
    InputError
        For numbers that are not > 0.

    Examples
    --------
    >>> breaking_point(90, 400_000, 100_000)
    60.0

    References
    ----------
    Converse (1949), New laws of retail gravitation.
    """
    for name, one in (("distance", distance), ("first", first), ("second", second)):
        check_quantity(one, name)
    return float(distance / (1 + np.sqrt(second / first)))


def field_strength(mass: pd.Series, cost: pd.DataFrame, *, friction: float = FRICTION) -> pd.DataFrame:
    """The pull of cities on places, ``F_ij = M_j / T_ij^friction``, and the city that pulls most.

    Parameters
    ----------
    mass
        By city.
    cost
        Minutes, places by cities; a cost of 0 means the place is the city.
    friction
        Exponent of the cost.

    Returns
    -------
    pandas.DataFrame
        On the places: ``city`` (missing when none can be reached; of equals the first id), ``strength`` (of
        that city; infinite at the city itself), ``total`` and ``status`` (``"reached"``, ``"unreached"``).

    Raises
    ------
    InputError
        For cities that differ, missing or negative numbers, an exponent that is no number of 0 or more.

    Examples
    --------
    >>> minutes = pd.DataFrame([[10, 20]], ["home"], ["near", "far"])
    >>> field_strength(pd.Series({"near": 1.0, "far": 9.0}), minutes)["city"].tolist()
    ['far']
    """
    check_range(friction, "friction", 0.0)
    pull = _aligned(mass, cost, "mass", "cities")
    apart = costs_of(cost, "cost", "...(values, cost)")
    with np.errstate(divide="ignore", invalid="ignore"):
        strength = np.where((pull == 0) | np.isinf(apart), 0.0, pull / apart**friction)
    order = np.argsort(by_id(pd.Index(cost.columns)))
    best = order[strength[:, order].argmax(axis=1)]
    most = strength[np.arange(len(best)), best]
    city = np.where(most > 0, cost.columns.to_numpy(object)[best], None)
    return pd.DataFrame(
        {
            "city": pd.Series(city, index=cost.index, dtype=object),
            "strength": most,
            "total": strength.sum(axis=1),
            "status": np.where(most > 0, "reached", "unreached"),
        },
        index=cost.index,
    )


def dominant_flows(flows: pd.DataFrame, *, size: pd.Series | None = None) -> pd.DataFrame:
    """Nystuen and Dacey's hierarchy: each place depends on the larger place its largest flow goes to.

    Parameters
    ----------
    flows
        Square table of flows, origins by destinations; the diagonal is ignored.
    size
        Sizes that rank the places; their total inflow when None.

    Returns
    -------
    pandas.DataFrame
        On the places: ``destination`` of the largest flow (missing for none; of equal flows the one to the
        larger place, of equal places the first id), ``flow``, ``status`` (``"dependent"``,
        ``"independent"``: its largest flow goes to a smaller place or one of equal size, ``"no flow"``) and
        ``centre``: the independent place at the end of the chain.

    Raises
    ------
    InputError
        For a table that is not square, or missing or negative numbers.

    Examples
    --------
    >>> flows = pd.DataFrame([[0, 9, 1], [5, 0, 4], [8, 2, 0]], list("abc"), list("abc"))
    >>> dominant_flows(flows)["centre"].tolist()
    ['a', 'a', 'a']

    References
    ----------
    Nystuen and Dacey (1961), A graph theory interpretation of nodal regions.
    """
    call = "dominant_flows(flows)"
    names = check_rows(flows, "flows", call).index
    values = counts_of(square(flows, names, "flows", call), "flows", call)
    np.fill_diagonal(values, 0.0)
    # summed from small to large, so that the order of rows does not show in the last digit
    inflow = np.sort(values, axis=0).sum(axis=0)
    rank = inflow if size is None else _numbers(size, names, "size")
    order = np.lexsort((by_id(names), -rank))
    best = order[values[:, order].argmax(axis=1)]
    most = values[np.arange(len(names)), best]
    depends = (most > 0) & (rank[best] > rank)
    centre = np.arange(len(names))
    for node in order:
        if depends[node]:
            centre[node] = centre[best[node]]
    objects = names.to_numpy(object)
    return pd.DataFrame(
        {
            "destination": pd.Series(np.where(most > 0, objects[best], None), index=names, dtype=object),
            "flow": most,
            "status": np.select([depends, most > 0], ["dependent", "independent"], "no flow"),
            "centre": objects[centre],
        },
        index=names,
    )


@dataclass(frozen=True, eq=False, repr=False)
class UrbanBelt(Result):
    """Places along a corridor.

    ``table``: one row per place, with its name columns and geometry: ``access`` (the nearest point),
    ``minutes``, ``inside``, ``status`` (``"reached"``, ``"unreached"``, ``"too far"``, ``"not asked"``).
    ``shares``: ``places`` inside and, with a weight, ``weighted``: shares of all places.
    """

    table: pd.DataFrame
    shares: pd.Series
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "inside"
    _titles: ClassVar[tuple[str, str]] = ("城镇带", "Urban belt")

    @property
    def summary(self) -> pd.DataFrame:
        """The shares."""
        return self.shares.to_frame()

    def _headline(self) -> str:
        return f"{int(self.table['inside'].sum())} of {len(self.table)} places along the corridor"


def urban_belt(
    travel: Travel,
    places: gpd.GeoDataFrame,
    corridor: gpd.GeoDataFrame,
    *,
    minutes: float,
    direction: str = "to",
    weight: str | pd.Series | None = None,
) -> UrbanBelt:
    """Which places lie along a corridor: within a travel time of the nearest of its access points.

    Parameters
    ----------
    travel
        Where minutes come from.
    places
        Cities or counties as points.
    corridor
        Stations or interchanges of the corridor as points.
    minutes
        Closed upper bound.
    direction
        ``"to"`` the corridor or ``"from"`` it.
    weight
        Column of ``places``, or a Series on its index, e.g. population.

    Returns
    -------
    UrbanBelt
        Places that could not be attached count as outside.

    Raises
    ------
    InputError
        For faulty points, an unknown column, or minutes that are not > 0.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> road = urbgeo.region_network(hunan, modes=("road",))
    >>> urban_belt(road, hunan.prefectures, hunan.airports, minutes=60).table["inside"].sum() > 5
    np.True_
    """
    limit = check_minutes(minutes)
    found = nearest(travel, places, corridor, direction=direction)
    inside = found["minutes"] <= limit
    shares = {"places": float(inside.mean())}
    if weight is not None:
        amount = amount_of(weight, places, name="weight", frame_name="places")
        shares["weighted"] = float(amount[inside].sum() / amount.sum()) if amount.sum() > 0 else np.nan
    table = found.rename(columns={"facility": "access"}).assign(inside=inside)
    base = getattr(travel, "provenance", None) or Provenance()
    return UrbanBelt(
        with_names(table[["access", "minutes", "inside", "status"]], places),
        pd.Series(shares, name="share"),
        base.having(
            parameters={"minutes": limit, "direction": direction},
            shares={"places not reached": float((found["status"] != "reached").mean())},
        ),
    )


def _aligned(values: pd.Series, cost: pd.DataFrame, name: str, what: str) -> np.ndarray:
    """The numbers in the order of the columns of ``cost``; both must name the same."""
    check_rows(cost, "cost", f"...({name}, cost)")
    values = numbers_by_id(values, name)
    lost = values.index.symmetric_difference(cost.columns)
    if len(lost):
        raise InputError(f"{name} and cost: {some_of(lost)} stand on one side only; align the {what}.")
    return _numbers(values, pd.Index(cost.columns), name)


def _numbers(values: pd.Series, ids: pd.Index, name: str) -> np.ndarray:
    return numbers_by_id(values, name, ids).to_numpy(float)
