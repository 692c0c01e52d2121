"""Interaction without a fit: radiation, Huff, breaking points, field strength, dominant flows, belts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import add_amount_faults, check_amounts, check_columns, check_minutes, check_points
from urbgeo.cities.clusters import by_id
from urbgeo.cities.gravity import FRICTION, square
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.magnitude import check_unmixed
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork


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

    References
    ----------
    Simini et al. (2012), A universal model for mobility and migration patterns; Masucci et al. (2013).
    """
    apart = square(cost, population.index, "cost")
    m = _numbers(population, population.index, "population")
    check_unmixed(population, name="population", units_checked=units_checked)
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
    return pd.DataFrame(flows, index=population.index, columns=population.index)


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
        For centres that differ, missing or negative numbers.
    """
    pull = _aligned(attraction, cost, "attraction", "centres")
    apart = _costs(cost)
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

    Raises
    ------
    InputError
        For numbers that are not > 0.

    References
    ----------
    Converse (1949), New laws of retail gravitation.
    """
    if not (distance > 0 and first > 0 and second > 0):
        raise InputError("breaking_point: distance and both masses must be > 0.")
    return float(distance / (1 + np.sqrt(second / first)))


def field_strength(mass: pd.Series, cost: pd.DataFrame, *, friction: float = FRICTION) -> pd.DataFrame:
    """The pull of cities on places, ``F_ij = M_j / T_ij^friction``, and the city that pulls most.

    Parameters
    ----------
    mass
        By city.
    cost
        Minutes, places by cities; a cost of 0 means the place is the city.

    Returns
    -------
    pandas.DataFrame
        On the places: ``city`` (missing when none can be reached; of equals the first id), ``strength`` (of
        that city; infinite at the city itself), ``total`` and ``status`` (``"reached"``, ``"unreached"``).

    Raises
    ------
    InputError
        For cities that differ, missing or negative numbers.
    """
    pull = _aligned(mass, cost, "mass", "cities")
    apart = _costs(cost)
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

    References
    ----------
    Nystuen and Dacey (1961), A graph theory interpretation of nodal regions.
    """
    names = flows.index
    values = square(flows, names, "flows")
    if not np.isfinite(values).all():
        raise InputError("flows: missing or infinite flows; fill them with 0.")
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


def urban_belt(
    places: gpd.GeoDataFrame,
    corridor: gpd.GeoDataFrame,
    network: TravelNetwork,
    *,
    minutes: float,
    weight: str | None = None,
) -> tuple[pd.DataFrame, pd.Series]:
    """Which places lie along a corridor: within a travel time of the nearest of its access points.

    Parameters
    ----------
    places
        Cities or counties as points.
    corridor
        Stations or interchanges of the corridor as points.
    network
        Travel times are taken from it, towards the corridor.
    minutes
        Closed upper bound.
    weight
        Column of ``places``, e.g. population.

    Returns
    -------
    table : pandas.DataFrame
        On the places: ``access`` (the nearest point), ``minutes``, ``inside``, ``status``.
    shares : pandas.Series
        ``places`` inside and, with a weight, ``weighted``: shares of all places; those that could not be
        attached count as outside.

    Raises
    ------
    InputError
        For faulty points, an unknown column, or minutes that are not > 0.
    """
    limit = check_minutes(minutes)
    check_points(places, "places")
    if weight is not None:
        check_columns(places, "places", [weight])
        check_amounts(places, "places", [weight])
    found = nearest_facility(network, places, corridor)
    inside = found["minutes"] <= limit
    shares = {"places": float(inside.mean())}
    if weight is not None:
        amount = places[weight].astype(float)
        shares["weighted"] = float(amount[inside].sum() / amount.sum()) if amount.sum() > 0 else np.nan
    table = found.rename(columns={"facility": "access"}).assign(inside=inside)
    return table[["access", "minutes", "inside", "status"]], pd.Series(shares, name="share")


def _costs(cost: pd.DataFrame) -> np.ndarray:
    """The costs of a table, not negative, NaN as infinite."""
    values = cost.to_numpy(float)
    below = (values < 0).any(axis=1)
    if below.any():
        raise InputError(f"cost: negative minutes from {some_of(cost.index[below])}; mend the table.")
    return np.where(np.isnan(values), np.inf, values)


def _aligned(values: pd.Series, cost: pd.DataFrame, name: str, what: str) -> np.ndarray:
    """The numbers in the order of the columns of ``cost``; both must name the same."""
    lost = values.index.symmetric_difference(cost.columns)
    if len(lost):
        raise InputError(f"{name} and cost: {some_of(lost)} stand on one side only; align the {what}.")
    return _numbers(values, pd.Index(cost.columns), name)


def _numbers(values: pd.Series, ids: pd.Index, name: str) -> np.ndarray:
    faults = Faults(name)
    lost = ids.difference(values.index)
    if len(lost):
        faults.add("no number", ids=lost, remedy="give one for every place")
    add_amount_faults(faults, values.rename(name))
    faults.raise_if_any()
    return values.reindex(ids).to_numpy(float)
