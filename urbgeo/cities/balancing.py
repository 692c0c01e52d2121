"""Flows that keep both margins: Furness's iteration."""

from __future__ import annotations

import numpy as np
import pandas as pd

from urbgeo.checks import check_choice, check_range
from urbgeo.cities.matrices import costs_of, numbers_by_id
from urbgeo.errors import Faults, InputError
from urbgeo.provenance import Provenance
from urbgeo.types import Floats

BALANCING_STEPS = 10_000
BALANCING_TOLERANCE = 1e-10


def doubly_constrained(
    origins: pd.Series, destinations: pd.Series, cost: pd.DataFrame, *, beta: float, decay: str = "power"
) -> pd.DataFrame:
    """Flows that keep both margins: ``T_ij = A_i O_i B_j D_j f(c_ij)``, balanced by Furness's iteration.

    Parameters
    ----------
    origins, destinations
        Totals by origin and destination; they must have the same sum.
    cost
        Origins by destinations; not finite = no flow.
    beta
        Friction: ``f = c ** -beta`` or ``exp(-beta c)``.
    decay
        ``"power"`` (a cost of 0 carries no flow) or ``"exponential"``.

    Returns
    -------
    pandas.DataFrame
        Flows (origins, destinations).

    Examples
    --------
    >>> cost = pd.DataFrame([[5, 10], [10, 5]], list("ab"), list("ab"))
    >>> totals = pd.Series({"a": 60.0, "b": 60.0})
    >>> doubly_constrained(totals, totals, cost, beta=1).to_numpy().round(3).tolist()
    [[40.0, 20.0], [20.0, 40.0]]

    Raises
    ------
    InputError
        For ids that differ, totals that differ, or margins that no flow can meet.
    """
    check_choice(decay, "decay", ("power", "exponential"))
    check_range(beta, "beta", 0.0)
    apart = costs_of(cost, "cost", "doubly_constrained(origins, destinations, cost, beta=...)")
    origins, destinations = numbers_by_id(origins, "origins"), numbers_by_id(destinations, "destinations")
    _check_totals(origins, destinations, cost)
    origins, destinations = origins.reindex(cost.index), destinations.reindex(cost.columns)
    used = np.isfinite(apart) & ((apart > 0) | (decay == "exponential"))
    friction = np.log(np.where(used, apart, 1.0)) if decay == "power" else np.where(used, apart, 0.0)
    weight = np.where(used, np.exp(-beta * (friction - friction[used].min(initial=np.inf))), 0.0)
    flows = balanced(weight, origins.to_numpy(float), destinations.to_numpy(float))
    table = pd.DataFrame(flows, index=cost.index, columns=cost.columns)
    table.attrs["provenance"] = Provenance({"beta": beta, "decay": decay})
    return table


def balanced(weight: Floats, rows: Floats, columns: Floats) -> Floats:
    """The weights scaled by rows and columns until both sums are met."""
    b, sums = np.ones(len(columns)), ((1, rows), (0, columns))
    for _ in range(BALANCING_STEPS):
        reach = weight @ b
        a = np.divide(rows, reach, out=np.zeros_like(rows), where=reach > 0)
        reach = a @ weight
        b = np.divide(columns, reach, out=np.zeros_like(columns), where=reach > 0)
        flows = a[:, None] * weight * b
        off = (np.abs(flows.sum(axis=axis) - one).max() / max(one.max(), 1e-300) for axis, one in sums)
        if all(one <= BALANCING_TOLERANCE for one in off):
            return flows
    raise InputError("margins: no flow over the finite costs can meet both totals; check them and the costs.")


def _check_totals(origins: pd.Series, destinations: pd.Series, cost: pd.DataFrame) -> None:
    faults = Faults("margins")
    for name, totals, ids in (("origins", origins, cost.index), ("destinations", destinations, cost.columns)):
        lost = totals.index.symmetric_difference(ids)
        if len(lost):
            faults.add(f"{name} and cost have different ids", ids=lost, remedy="align them")
    faults.raise_if_any()
    if not np.isclose(origins.sum(), destinations.sum(), rtol=1e-9):
        raise InputError(
            f"margins: origins sum to {origins.sum():g}, destinations to "
            f"{destinations.sum():g}; scale one side."
        )
