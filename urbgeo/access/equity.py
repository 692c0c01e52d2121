"""Equity: how evenly access, or anything else by id, is spread over people and their groups.

All measures weigh every id by its people; ids without people count for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from urbgeo.amounts import amount_of, amounts_by_id
from urbgeo.checks import check_choice, check_columns, check_ids, check_quantity, is_finite_number
from urbgeo.engine.weighted import fractional_rank, theil_of, weighted_mean, weighted_quantile, x_log_x
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result

QUANTILES = ("share", "interpolated")
POOREST, RICHEST = 0.4, 0.1
"""Shares of people the Palma ratio compares; after Cobham & Sumner (2013), CGD Working Paper 343."""


@dataclass(frozen=True, eq=False)
class Theil:
    """Theil's index and its parts.

    Attributes
    ----------
    total, between, within
        ``total = between + within``; without groups everything is within one.
    groups
        One row per group: ``people`` and ``value`` shares, ``mean``, ``theil`` inside it, ``between`` and
        ``within``: what it adds to each part.
    """

    total: float
    between: float
    within: float
    groups: pd.DataFrame


@dataclass(frozen=True, eq=False, repr=False)
class Equity(Result):
    """Measures of equity, overall and by group.

    Attributes
    ----------
    table
        One row per group, ``"all"`` first: ``people``, ``ids``, ``mean``, ``median``, ``gini``, ``palma``
        (by income; NaN without), ``theil``, ``concentration`` (by income; NaN without), ``poor_share``,
        ``poor_gap``, ``poor_severity`` (FGT 0, 1, 2; NaN without a line).
    theil
        The decomposition between and within groups.
    provenance
        Parameters and definitions used.
    """

    table: pd.DataFrame
    theil: Theil
    provenance: Provenance
    _titles: ClassVar[tuple[str, str]] = ("公平性", "Equity")

    @property
    def summary(self) -> pd.DataFrame:
        """The row of everybody."""
        return self.table.iloc[:1]

    def _headline(self) -> str:
        whole = self.table.iloc[0]
        return f"of {int(whole['ids'])} ids: Gini {whole['gini']:.3f}, Theil {whole['theil']:.3f}"


def equity(
    access: pd.Series | pd.DataFrame,
    population: str | pd.Series,
    *,
    column: str | None = None,
    group: str | pd.Series | None = None,
    income: str | pd.Series | None = None,
    poor_below: float | None = None,
    quantiles: str = "share",
) -> Equity:
    """Every measure of this module at once, overall and by group.

    Parameters
    ----------
    access
        Access by id, >= 0 and finite; or a frame by id with it in ``column``, such as the ``table`` of a
        result.
    population
        Weight of each id in persons: a column of the frame, or a Series on its index.
    column
        Column of ``access`` with the access itself, when it is a frame.
    group
        Group of each id, e.g. its district: a column or a Series likewise.
    income
        Income per head, for Palma and the concentration index: a column or a Series likewise.
    poor_below
        Access below which an id is poor in access, for FGT.
    quantiles
        As for :func:`palma`.

    Returns
    -------
    Equity
        ``table`` has one row per group, ``"all"`` first.

    Raises
    ------
    InputError
        Naming ids: values missing, negative or infinite, ids without people, group or income, no people at
        all, no access at all; a column that is not there.

    Examples
    --------
    >>> places = pd.DataFrame(
    ...     {"jobs": [100.0, 300.0, 300.0], "people": [50.0, 25.0, 25.0], "side": ["west", "east", "east"]},
    ...     index=["a", "b", "c"],
    ... )
    >>> found = equity(places, "people", column="jobs", group="side")
    >>> found.table["mean"].to_dict()
    {'all': 200.0, 'west': 100.0, 'east': 300.0}
    >>> round(found.theil.within, 6)
    0.0
    """
    check_choice(quantiles, "quantiles", QUANTILES)
    frame, a = _access_of(access, column)
    w = _people_of(population, frame)
    ranked = None if income is None else _income(income, w, frame)
    labels = pd.Series("all", a.index) if group is None else _groups_of(group, frame)
    rows = {"all": a.index}
    if group is not None:
        if "all" in set(labels):
            raise InputError("group: 'all' is the name of the row for everybody; rename this group.")
        rows |= {name: a.index[labels == name] for name in pd.unique(labels)}
    table = {
        name: _row(a[ids], w[ids], None if ranked is None else ranked[ids], poor_below, quantiles)
        for name, ids in rows.items()
    }
    about = Provenance(
        parameters={
            "poor_below": poor_below,
            "palma": f"richest {RICHEST:.0%} / poorest {POOREST:.0%} by income, quantiles by {quantiles}",
            "group": None if group is None else labels.name,
        }
    )
    parts = theil(a, w, group=None if group is None else labels)
    return Equity(pd.DataFrame(table).T.rename_axis("group"), parts, about)


def lorenz(access: pd.Series, population: pd.Series) -> pd.DataFrame:
    """The Lorenz curve: cumulative shares of people and of access times people, from the least access on.

    Returns
    -------
    pandas.DataFrame
        ``people`` and ``access`` shares from (0, 0) to (1, 1), one row per id in order of access; the index
        starts at 0.

    Raises
    ------
    InputError
        As for :func:`equity`.

    Examples
    --------
    >>> access, people = pd.Series([1.0, 3.0]), pd.Series([50, 50])
    >>> lorenz(access, people)["access"].tolist()
    [0.0, 0.25, 1.0]
    """
    a, w = _pair(access, population)
    order = np.argsort(a.to_numpy(), kind="stable")
    weight, value = w.to_numpy()[order], (a * w).to_numpy()[order]
    if not value.sum() > 0:
        raise InputError("access: nobody has any; shares of nothing cannot be drawn.")
    return pd.DataFrame(
        {
            "people": np.concatenate([[0.0], np.cumsum(weight) / weight.sum()]),
            "access": np.concatenate([[0.0], np.cumsum(value) / value.sum()]),
        }
    )


def gini(access: pd.Series, population: pd.Series) -> float:
    """``G = 1 - sum p_k (L_k + L_(k-1))`` over the Lorenz curve: 0 equal, near 1 all with one.

    Raises
    ------
    InputError
        As for :func:`lorenz`.

    Examples
    --------
    >>> access, people = pd.Series([1.0, 3.0]), pd.Series([50, 50])
    >>> gini(access, people)
    0.25
    """
    curve = lorenz(access, population)
    heights = curve["access"].to_numpy()
    return float(1.0 - np.sum(np.diff(curve["people"]) * (heights[1:] + heights[:-1])))


def palma(access: pd.Series, population: pd.Series, income: pd.Series, *, quantiles: str = "share") -> float:
    """Mean access of the richest tenth over that of the poorest two fifths, by income per head.

    Poor are ids with income <= the 40 % quantile, rich those with income > the 90 % quantile. The definition
    of a weighted quantile matters: ``"share"`` takes the least income at which the cumulative share of
    people reaches the level; ``"interpolated"`` interpolates linearly between neighbouring incomes, at rank
    ``1 + (W - 1) q`` of ``W`` people in a row, as ``wtd.quantile`` of the R package Hmisc does, and the R
    package accessibility with it.

    Returns
    -------
    float
        ``inf`` where the poorest have none; NaN where there are no rich ids or nobody in either has any.

    Raises
    ------
    InputError
        As for :func:`equity`; an unknown ``quantiles``.

    Examples
    --------
    >>> access, people = pd.Series([1.0, 2.0, 6.0]), pd.Series([5, 4, 1])
    >>> income = pd.Series([10.0, 20.0, 90.0])
    >>> palma(access, people, income)
    6.0
    """
    check_choice(quantiles, "quantiles", QUANTILES)
    a, w = _pair(access, population)
    rank = _income(income, w).to_numpy()
    low, high = (weighted_quantile(rank, w.to_numpy(), q, quantiles) for q in (POOREST, 1.0 - RICHEST))
    values, weights = a.to_numpy(), w.to_numpy()
    poor, rich = (weighted_mean(values[rows], weights[rows]) for rows in (rank <= low, rank > high))
    if poor == 0.0:
        return np.inf if rich > 0 else np.nan
    return float(rich / poor)


def theil(access: pd.Series, population: pd.Series, *, group: pd.Series | None = None) -> Theil:
    """``T = sum w_i/W (a_i/m) ln(a_i/m)``, with ``0 ln 0 = 0``, split between and within groups.

    Raises
    ------
    InputError
        As for :func:`equity`.

    Examples
    --------
    >>> access, people = pd.Series([1.0, 3.0]), pd.Series([50, 50])
    >>> found = theil(access, people, group=pd.Series(["west", "east"]))
    >>> round(found.between, 4), round(found.within, 4)
    (0.1308, 0.0)
    """
    a, w = _pair(access, population)
    labels = pd.Series("all", a.index) if group is None else _groups_of(group, a.to_frame())
    overall = weighted_mean(a.to_numpy(), w.to_numpy())
    if not overall > 0:
        raise InputError("access: nobody has any; an index of nothing has no meaning.")
    rows = {}
    for name in pd.unique(labels):
        values, weights = a[labels == name].to_numpy(), w[labels == name].to_numpy()
        if not weights.sum() > 0:
            continue
        mean, share = weighted_mean(values, weights), weights.sum() / w.sum()
        inside = theil_of(values, weights)
        ratio = mean / overall
        rows[name] = {
            "people": share,
            "value": share * ratio,
            "mean": mean,
            "theil": inside,
            "between": share * x_log_x(np.array([ratio]))[0],
            "within": share * ratio * inside,
        }
    groups = pd.DataFrame(rows).T.rename_axis("group")
    between, within = float(groups["between"].sum()), float(groups["within"].sum())
    return Theil(theil_of(a.to_numpy(), w.to_numpy()), between, within, groups)


def concentration_index(
    access: pd.Series, population: pd.Series, income: pd.Series, *, bounds: tuple[float, float] | None = None
) -> float:
    """``2 cov_w(a, R) / mean``, ``R`` the fractional rank by income: below 0 where the poor have more.

    Ids of one income share one rank, the middle of theirs. With ``bounds`` (least and most possible
    access) the Erreygers correction ``4 mean / (b - a) CI`` is given.

    Raises
    ------
    InputError
        As for :func:`equity`; bounds that are not ascending or that access leaves.

    References
    ----------
    Kakwani, Wagstaff & van Doorslaer (1997); Erreygers (2009), Journal of Health Economics 28.

    Examples
    --------
    >>> access, people = pd.Series([1.0, 3.0]), pd.Series([50, 50])
    >>> concentration_index(access, people, pd.Series([10.0, 90.0]))
    0.25
    """
    a, w = _pair(access, population)
    rank = fractional_rank(_income(income, w).to_numpy(), w.to_numpy())
    values, weights = a.to_numpy(), w.to_numpy()
    mean = weighted_mean(values, weights)
    if not mean > 0:
        raise InputError("access: nobody has any; an index of nothing has no meaning.")
    index = 2.0 * weighted_mean((values - mean) * (rank - 0.5), weights) / mean
    if bounds is None:
        return float(index)
    low, high = bounds
    if not (is_finite_number(low) and is_finite_number(high) and low < high):
        raise InputError(f"bounds: {bounds!r}; give the least and the most possible access, ascending.")
    outside = (a < low) | (a > high)
    if outside.any():
        raise InputError(f"bounds: access outside {bounds!r} at {some_of(a.index[outside])}.")
    return float(4.0 * mean / (high - low) * index)


def fgt(access: pd.Series, population: pd.Series, *, poor_below: float, alpha: float = 0.0) -> float:
    """Foster-Greer-Thorbecke: ``sum w_i/W ((z - a_i)/z)^alpha`` over ids with access below ``z``.

    ``alpha`` 0 is the share of people poor in access, 1 their mean shortfall, 2 its severity.

    Raises
    ------
    InputError
        As for :func:`equity`; a line that is not > 0, an alpha below 0.

    Examples
    --------
    >>> access, people = pd.Series([1.0, 3.0]), pd.Series([50, 50])
    >>> fgt(access, people, poor_below=2.0), fgt(access, people, poor_below=2.0, alpha=1)
    (0.5, 0.25)
    """
    line, power = check_quantity(poor_below, "poor_below"), check_quantity(alpha, "alpha", zero=True)
    a, w = _pair(access, population)
    poor = a.to_numpy() < line
    gaps = np.zeros(len(a))
    gaps[poor] = ((line - a.to_numpy()[poor]) / line) ** power
    return weighted_mean(gaps, w.to_numpy())


def _row(
    a: pd.Series, w: pd.Series, income: pd.Series | None, poor_below: float | None, quantiles: str
) -> dict[str, float]:
    has = bool(w.sum() > 0)
    some = has and bool((a * w).sum() > 0)
    ranked = income is not None and some
    row = {"people": float(w.sum()), "ids": float(len(a))}
    row["mean"] = weighted_mean(a.to_numpy(), w.to_numpy()) if has else np.nan
    row["median"] = weighted_quantile(a.to_numpy(), w.to_numpy(), 0.5) if has else np.nan
    row["gini"] = gini(a, w) if some else np.nan
    row["palma"] = palma(a, w, income, quantiles=quantiles) if ranked else np.nan
    row["theil"] = theil_of(a.to_numpy(), w.to_numpy()) if some else np.nan
    row["concentration"] = concentration_index(a, w, income) if ranked else np.nan
    for alpha, name in enumerate(("poor_share", "poor_gap", "poor_severity")):
        row[name] = np.nan
        if poor_below is not None and has:
            row[name] = fgt(a, w, poor_below=poor_below, alpha=alpha)
    return row


def _pair(access: pd.Series, population: str | pd.Series) -> tuple[pd.Series, pd.Series]:
    frame, a = _access_of(access, None)
    return a, _people_of(population, frame)


def _access_of(access: object, column: str | None) -> tuple[pd.DataFrame, pd.Series]:
    """The frame that column names belong to, and the access itself."""
    if not isinstance(access, pd.DataFrame):
        a = amounts_by_id(access, column, name="access", frame_name="access")
        return a.to_frame(), a
    check_ids(access.index, "access")
    if column is None:
        raise InputError(
            f"column: say which column of access holds it; it has {some_of(access.columns, 30)}."
        )
    return access, amounts_by_id(access, column, name="column", frame_name="access")


def _people_of(population: str | pd.Series, frame: pd.DataFrame) -> pd.Series:
    w = amount_of(population, frame, name="population", frame_name="access")
    if not w.sum() > 0:
        raise InputError("population: there are no people.")
    return w


def _income(income: str | pd.Series, people: pd.Series, frame: pd.DataFrame | None = None) -> pd.Series:
    """Income by id; a missing one is refused only where somebody lives: others weigh nothing."""
    frame = people.to_frame() if frame is None else frame
    if isinstance(income, str):
        check_columns(frame, "access", [income])
        income = frame[income]
    if isinstance(income, pd.Series) and income.index.is_unique:
        nobody = income.isna() & (people.reindex(income.index) == 0)
        income = income.where(~nobody, 0.0) if nobody.any() else income
    return amount_of(income, frame, name="income", frame_name="access")


def _groups_of(group: str | pd.Series, frame: pd.DataFrame) -> pd.Series:
    if isinstance(group, str):
        check_columns(frame, "access", [group])
        group = frame[group]
    if not isinstance(group, pd.Series):
        raise InputError(
            f"group: {type(group).__name__} is neither a column of access nor a Series by its ids."
        )
    check_ids(group.index, "group")
    labels = group.reindex(frame.index)
    if labels.isna().any():
        raise InputError(f"group: it is missing at {some_of(frame.index[labels.isna()])}; give every id one.")
    return labels
