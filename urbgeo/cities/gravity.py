"""Gravity: links between cities, and flow models from unconstrained to doubly constrained."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from urbgeo.checks import check_choice, check_range, check_rows
from urbgeo.cities.balancing import balanced
from urbgeo.cities.matrices import costs_of, counts_of, numbers_by_id, square
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.types import Floats

FRICTION = 2.0
"""Exponent of travel time in links between cities, the common choice of Chinese studies."""

NEWTON_STEPS = 100
LEAST_KNOWN = 1e-9
"""Share of the spread of costs below which flows do not tell their friction: they all go the least way."""
BRACKET_STEPS = 7
"""Times that a friction is doubled, from one over the spread of costs on, until it is too strong."""


@dataclass(frozen=True, eq=False, repr=False)
class GravityFit(Result):
    """A fitted flow model.

    ``table``: ``estimate`` and ``std_error`` by term. ``flows``: fitted flows (origins, destinations),
    NaN where the cost is not finite. ``r_squared``: squared correlation of observed and fitted flows over the
    pairs used; ``deviance``: twice the Poisson log-likelihood ratio; ``n`` pairs used. ``log_likelihood`` of
    the observed flows (Poisson; least squares: normal in the logarithm, its variance counted), ``aic``:
    ``2 k - 2 log_likelihood`` with k ``parameters``, balancing factors counted. Compare ``aic`` within one
    method only.
    """

    table: pd.DataFrame
    flows: pd.DataFrame
    r_squared: float
    deviance: float
    log_likelihood: float
    parameters: int
    n: int
    provenance: Provenance = field(default_factory=Provenance)

    _titles: ClassVar[tuple[str, str]] = ("引力模型", "Gravity model")

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return 2.0 * self.parameters - 2.0 * self.log_likelihood

    @property
    def summary(self) -> pd.DataFrame:
        """How well it fits."""
        names = ("r_squared", "deviance", "log_likelihood", "aic", "parameters", "n")
        return pd.DataFrame({"value": [float(getattr(self, name)) for name in names]}, index=list(names))

    def _headline(self) -> str:
        return f"{self.n} pairs, r2 {self.r_squared:.3f}, AIC {self.aic:,.1f}"


def gravity_links(
    mass: pd.Series, cost: pd.DataFrame, *, friction: float = FRICTION, k: float = 1.0
) -> pd.DataFrame:
    """Strength of the links between cities: ``R_ij = k m_i m_j / T_ij ** friction``.

    Parameters
    ----------
    mass
        One number by city, e.g. ``sqrt(population * gdp)``.
    cost
        Minutes (or km) from city to city.
    friction
        Exponent of the cost.
    k
        Scale.

    Returns
    -------
    pandas.DataFrame
        One row per ordered pair of different cities with a finite cost > 0: ``from_place``, ``to_place``,
        ``strength``, ``share`` (of all links). Pairs without a path have strength 0.

    Examples
    --------
    >>> minutes = pd.DataFrame([[0, 30], [60, 0]], list("ab"), list("ab"))
    >>> gravity_links(pd.Series({"a": 90.0, "b": 40.0}), minutes)["strength"].tolist()
    [4.0, 1.0]

    Raises
    ------
    InputError
        For masses or costs that are missing or negative, ids that differ, or a cost of 0 between two cities.
    """
    call = "gravity_links(mass, cost)"
    mass = numbers_by_id(mass, "mass", call=call)
    check_range(friction, "friction", 0.0)
    check_range(k, "k", 0.0, open_low=True)
    values = _between(square(cost, mass.index, "cost", call), call)
    i, j = np.nonzero(~np.eye(len(mass), dtype=bool))
    apart = values[i, j]
    if (apart == 0).any():
        pairs = [
            f"{mass.index[a]}-{mass.index[b]}" for a, b in zip(i[apart == 0], j[apart == 0], strict=True)
        ]
        raise InputError(f"cost: 0 between {some_of(pairs)}; give two cities a cost above 0.")
    m = mass.to_numpy(float)
    strength = k * m[i] * m[j] / apart**friction
    total = strength.sum()
    table = pd.DataFrame(
        {
            "from_place": mass.index[i],
            "to_place": mass.index[j],
            "strength": strength,
            "share": strength / total if total > 0 else np.nan,
        }
    )
    table.attrs["provenance"] = Provenance({"friction": friction, "k": k})
    return table


def fit_gravity(
    flows: pd.DataFrame,
    cost: pd.DataFrame,
    *,
    origin_mass: pd.Series | None = None,
    destination_mass: pd.Series | None = None,
    method: str = "poisson",
    constraint: str = "none",
    decay: str = "power",
) -> GravityFit:
    """Fit a gravity model to flows.

    ``ln E(T_ij) = a_i + b_j + p ln O_i + q ln D_j - beta ln c_ij`` (``decay="power"``) or ``- beta c_ij``
    (``"exponential"``). ``constraint="none"`` has one constant in place of a_i and b_j; ``"origin"`` has a_i
    (sums of rows are kept), ``"destination"`` b_j (sums of columns), ``"both"`` the two; masses on a
    constrained side are absorbed. Poisson regression uses every pair, flows of 0 included; ``"ols"``
    (constraint ``"none"`` only) regresses the logarithm over flows above 0.

    Parameters
    ----------
    flows, cost
        Observed flows and minutes (or km), origins by destinations, over the same ids. Pairs whose cost is
        not finite, or 0 under ``"power"``, are left out and counted in the provenance.
    origin_mass, destination_mass
        Numbers > 0 by origin and destination; needed on a side that is not constrained.
    method
        ``"poisson"`` or ``"ols"``.
    constraint, decay
        See above.

    Returns
    -------
    GravityFit

    Examples
    --------
    >>> cost = pd.DataFrame([[5, 10, 20], [10, 5, 10], [20, 10, 5]], list("abc"), list("abc"))
    >>> fit = fit_gravity(1000 / cost, cost, constraint="both")
    >>> round(fit.table.loc["-beta", "estimate"], 6)
    np.float64(-1.0)

    Raises
    ------
    InputError
        For ids that differ, negative flows, missing masses, or a fit that does not converge.

    References
    ----------
    Wilson (1971); Flowerdew and Aitkin (1982); Fotheringham and O'Kelly (1989).
    """
    check_choice(method, "method", ("poisson", "ols"))
    check_choice(constraint, "constraint", ("none", "origin", "destination", "both"))
    check_choice(decay, "decay", ("power", "exponential"))
    if method == "ols" and constraint != "none":
        raise InputError("method: least squares goes with constraint='none' only; use 'poisson'.")
    observed, apart = _tables(flows, cost)
    used = np.isfinite(apart) & ((apart > 0) | (decay == "exponential"))
    if method == "ols":
        used &= observed > 0
    if used.sum() < 3:
        raise InputError(f"flows: {used.sum()} pairs can be used; a fit needs three or more.")
    friction = np.log(np.where(used, apart, 1.0)) if decay == "power" else np.where(used, apart, 0.0)
    if constraint == "both":
        terms, estimate, error, fitted = _doubly(observed, friction, used)
    else:
        names, layers = _layers(flows, origin_mass, destination_mass, constraint, friction)
        terms = names
        if method == "ols":
            estimate, error, fitted = _least_squares(observed, layers, used)
            terms = ["constant", *names]
        else:
            estimate, error, fitted = _poisson(observed, layers, used, constraint)
            terms = (["constant"] if constraint == "none" else []) + names
    about = {"method": method, "constraint": constraint, "decay": decay}
    return _fit(flows, observed, fitted, used, terms, estimate, error, about)


def _between(table: pd.DataFrame, call: str) -> Floats:
    """Costs between different places; those from a place to itself are not looked at."""
    return costs_of(table.mask(np.eye(len(table), dtype=bool), 0.0), "cost", call)


def _tables(flows: pd.DataFrame, cost: pd.DataFrame) -> tuple[Floats, Floats]:
    call = "fit_gravity(flows, cost)"
    for one, name in ((flows, "flows"), (cost, "cost")):
        check_rows(one, name, call)
    lost = flows.index.symmetric_difference(cost.index).union(
        flows.columns.symmetric_difference(cost.columns)
    )
    if len(lost):
        raise InputError(f"flows and cost: {some_of(lost)} stand in one of the two only; align them.")
    observed = counts_of(flows, "flows", call)
    return observed, costs_of(cost.reindex(index=flows.index, columns=flows.columns), "cost", call)


def _layers(
    flows: pd.DataFrame,
    origin_mass: pd.Series | None,
    destination_mass: pd.Series | None,
    constraint: str,
    friction: Floats,
) -> tuple[list[str], list[Floats]]:
    """The explaining variables as full tables."""
    names, layers = [], []
    for side, mass, ids, axis in (
        ("origin", origin_mass, flows.index, (-1, 1)),
        ("destination", destination_mass, flows.columns, (1, -1)),
    ):
        if constraint == side:
            continue
        if mass is None:
            raise InputError(f"{side}_mass: it is needed unless the {side} side is constrained.")
        held = numbers_by_id(mass, f"{side}_mass", pd.Index(ids))
        none = held.index[held <= 0]
        if len(none):
            raise InputError(f"{side}_mass: masses of 0 have no logarithm at {some_of(none)}; drop them.")
        values = np.log(held.to_numpy(float)).reshape(axis)
        names.append(f"ln {side} mass")
        layers.append(np.broadcast_to(values, friction.shape).astype(float))
    return [*names, "-beta"], [*layers, friction]


def _least_squares(
    observed: Floats, layers: list[Floats], used: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    x = np.stack([np.ones(int(used.sum())), *(layer[used] for layer in layers)], axis=1)
    y = np.log(observed[used])
    estimate, _, rank, _ = np.linalg.lstsq(x, y, rcond=None)
    if rank < x.shape[1]:
        raise InputError("flows: the fit does not converge; the masses or costs do not vary enough.")
    variance = ((y - x @ estimate) ** 2).sum() / max(len(y) - x.shape[1], 1)
    error = np.sqrt(np.diag(np.linalg.pinv(x.T @ x)) * variance)
    fitted = np.exp(estimate[0] + sum(b * layer for b, layer in zip(estimate[1:], layers, strict=True)))
    return estimate, error, fitted


def _poisson(
    observed: Floats, layers: list[Floats], used: NDArray[np.bool_], constraint: str
) -> tuple[Floats, Floats, Floats]:
    """Newton's method on the likelihood from which constants and balancing factors are profiled out."""
    axis = {"none": None, "origin": 1, "destination": 0}[constraint]
    x = np.stack([np.where(used, layer, 0.0) for layer in layers])
    centre = np.array([layer[used].mean() for layer in layers])
    x = np.where(used, x - centre[:, None, None], 0.0)
    y = np.where(used, observed, 0.0)
    total = y.sum(axis=axis, keepdims=True)
    beta = np.zeros(len(layers))
    for _ in range(NEWTON_STEPS):
        mean, gradient, hessian = _profile(beta, x, y, total, used, axis)
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        step *= min(1.0, 5.0 / max(np.abs(step * np.array([np.abs(one).max() for one in x])).max(), 1e-300))
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    mean, _, hessian = _profile(beta, x, y, total, used, axis)
    known = hessian[-1, -1] > LEAST_KNOWN * total.sum() * (x[-1] ** 2).sum() / used.sum()
    if not known or np.abs(step).max() >= 1e-12:
        raise InputError("flows: the fit does not converge; the masses or costs do not vary enough.")
    covariance = np.linalg.pinv(hessian)
    if constraint != "none":
        return beta, np.sqrt(np.diag(covariance)), mean
    weight = np.where(used, np.exp(np.tensordot(beta, x, 1)), 0.0)
    constant = np.log(total.sum() / weight.sum()) - beta @ centre
    shift = centre + np.array([(mean * one).sum() / mean.sum() for one in x])
    error_0 = np.sqrt(1 / mean.sum() + shift @ covariance @ shift)
    return np.array([constant, *beta]), np.array([error_0, *np.sqrt(np.diag(covariance))]), mean


def _profile(
    beta: Floats, x: Floats, y: Floats, total: Floats, used: NDArray[np.bool_], axis: int | None
) -> tuple[Floats, Floats, Floats]:
    line = np.where(used, np.tensordot(beta, x, 1), -np.inf)
    weight = np.exp(line - line.max())
    whole = weight.sum(axis=axis, keepdims=True)
    mean = np.divide(total * weight, whole, out=np.zeros_like(weight), where=whole > 0)
    gradient = ((y - mean) * x).sum(axis=(1, 2))
    over = (1, 2) if axis is None else axis + 1
    average = np.divide(
        (mean * x).sum(axis=over, keepdims=True),
        total,
        out=np.zeros((len(x), *total.shape)),
        where=np.broadcast_to(total > 0, (len(x), *total.shape)),
    )
    spread = np.where(used, x - average, 0.0)
    hessian = np.einsum("aij,bij,ij->ab", spread, spread, mean, optimize=True)
    return mean, gradient, hessian


def _doubly(
    observed: Floats, friction: Floats, used: NDArray[np.bool_]
) -> tuple[list[str], Floats, Floats, Floats]:
    """The friction at which the balanced flows have the observed mean of it (Hyman, 1969)."""
    y = np.where(used, observed, 0.0)
    rows, columns = y.sum(axis=1), y.sum(axis=0)
    scale = friction[used].std() or 1.0
    target = (y * friction).sum()
    base = np.where(used, friction - friction[used].mean(), 0.0)

    def fitted(beta: float) -> Floats:
        return balanced(np.where(used, np.exp(beta * base), 0.0), rows, columns)

    def excess(beta: float) -> float:
        return float((fitted(beta) * friction).sum() - target)

    least = LEAST_KNOWN * y.sum() * scale
    steps = 2.0 ** np.arange(BRACKET_STEPS) / scale
    try:
        low, high = [next(end for end in side * steps if side * excess(end) >= least) for side in (-1.0, 1.0)]
    except (StopIteration, InputError):  # flows that are too far apart cannot be balanced
        raise InputError("flows: no friction gives the observed mean cost; check flows and costs.") from None
    from scipy.optimize import brentq

    beta = float(brentq(excess, low, high, xtol=1e-10, rtol=1e-12))
    step = 1e-4 / scale
    information = (excess(beta + step) - excess(beta - step)) / (2 * step)
    error = 1 / np.sqrt(information) if information > 0 else np.nan
    return ["-beta"], np.array([beta]), np.array([error]), fitted(beta)


def _fit(
    flows: pd.DataFrame,
    observed: Floats,
    fitted: Floats,
    used: NDArray[np.bool_],
    terms: list[str],
    estimate: Floats,
    error: Floats,
    about: dict[str, str],
) -> GravityFit:
    y, mean = observed[used], fitted[used]
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(y > 0, y * np.log(y / mean), 0.0)
        logs = np.where(y > 0, y * np.log(mean), 0.0)
    varied = y.std() > 0 and mean.std() > 0
    k = len(estimate) + _balancing(about["constraint"], observed, used)
    if about["method"] == "ols":
        miss = np.log(y / mean)
        variance = float((miss**2).mean())
        k += 1
        likelihood = -0.5 * len(y) * (np.log(2.0 * np.pi * variance) + 1.0) if variance > 0 else np.inf
    else:
        likelihood = float((logs - mean - special.gammaln(y + 1.0)).sum())
    return GravityFit(
        pd.DataFrame({"estimate": estimate, "std_error": error}, index=pd.Index(terms, name="term")),
        pd.DataFrame(np.where(used, fitted, np.nan), index=flows.index, columns=flows.columns),
        r_squared=float(np.corrcoef(y, mean)[0, 1] ** 2) if varied else np.nan,
        deviance=float(2 * (gain - (y - mean)).sum()),
        log_likelihood=float(likelihood),
        parameters=k,
        n=int(used.sum()),
        provenance=Provenance(about, shares={"pairs left out": float(1 - used.mean())}),
    )


def _balancing(constraint: str, observed: Floats, used: NDArray[np.bool_]) -> int:
    """Factors that were fitted besides the coefficients: one for every row or column with flows."""
    held = np.where(used, observed, 0.0)
    rows, columns = int((held.sum(axis=1) > 0).sum()), int((held.sum(axis=0) > 0).sum())
    return {"none": 0, "origin": rows, "destination": columns, "both": rows + columns - 1}[constraint]
