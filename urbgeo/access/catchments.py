"""Floating catchments: supply shared among those who can reach it, in the variants planners use.

With ``W_ij = f(T_ij)``, demand ``P_i`` and capacity ``S_j``, every method first finds the demand on a
facility, then its ratio ``R_j = S_j / demand``, then the access of an origin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from urbgeo.access.decay import Decay, binary, check_ascending, epanechnikov, gaussian_to_zero, stepped
from urbgeo.access.reading import table_of
from urbgeo.access.table import MinutesTable, status_of
from urbgeo.amounts import series_of, warn
from urbgeo.checks import check_choice, check_minutes
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance
from urbgeo.types import Floats

ZONE_WEIGHTS = (1.0, 0.68, 0.22)
"""Weights of the three equal zones of the enhanced catchment; after Luo & Qi (2009), Health & Place 15."""


def _zones(minutes: float) -> Decay:
    return stepped([minutes / 3, 2 * minutes / 3, minutes], ZONE_WEIGHTS)


OWN_DECAY: Mapping[str, Callable[[float], Decay]] = {
    "2sfca": binary,
    "e2sfca": _zones,
    "gaussian": gaussian_to_zero,
    "kd2sfca": epanechnikov,
    "3sfca": _zones,
    "m2sfca": _zones,
    "bfca": binary,
    "availability": binary,
}
"""The decay of each method where only ``minutes`` are given."""

FIXED_DECAY = ("2sfca", "gaussian", "kd2sfca")
"""Methods that are named for their decay."""


@dataclass(frozen=True, eq=False)
class Catchments:
    """Access by floating catchments.

    Attributes
    ----------
    origins
        One row per id of the demand: ``demand``, ``access`` (capacity per head), ``supply`` (access times
        demand: what its people have), ``status``.
    facilities
        One row per id of the capacity: ``capacity``, ``demand`` (as the method weighs it), ``ratio``
        (capacity per demand; 0 without demand), ``status`` (``"used"``, ``"no demand"``, ``"unreached"``).
    balance
        ``capacity``, ``used`` (of facilities with demand), ``given`` (sum of ``supply``), ``lost``
        (``used - given``: 0 for the methods that conserve), ``demand``, ``unserved`` (demand without any
        facility in its catchment), ``ratios`` and ``access`` (sums; equal for ``"bfca"``).
    provenance
        Method and decay, and what the minutes rest on.
    """

    origins: pd.DataFrame
    facilities: pd.DataFrame
    balance: Mapping[str, float]
    provenance: Provenance

    @property
    def without_demand(self) -> pd.DataFrame:
        """The facilities that nobody can use: their capacity is in no one's access."""
        return self.facilities[self.facilities["status"] != "used"]

    def __repr__(self) -> str:
        method = self.provenance.parameters["method"]
        return (
            f"<Catchments by {method}: {len(self.origins)} origins, {len(self.facilities)} facilities "
            f"({len(self.without_demand)} without demand), {self.balance['given']:g} of "
            f"{self.balance['capacity']:g} given>"
        )


@dataclass(frozen=True, eq=False)
class CatchmentComparison:
    """Access by several floating catchments.

    Attributes
    ----------
    access
        One row per id of the demand; columns (``method``, ``decay``), the catchment as ``"30 min"``.
    balance
        One row per comparison, see :class:`Catchments`.
    provenance
        What was compared, and what the minutes rest on.
    """

    access: pd.DataFrame
    balance: pd.DataFrame
    provenance: Provenance

    @property
    def ranks(self) -> pd.DataFrame:
        """Spearman's correlation between the comparisons: near 1 where they order places alike."""
        return self.access.rank().corr()

    def __repr__(self) -> str:
        return f"<CatchmentComparison of {len(self.balance)} catchments for {len(self.access)} origins>"


def catchments(
    minutes_table: pd.DataFrame | MinutesTable,
    capacity: pd.Series,
    demand: pd.Series,
    *,
    method: str = "2sfca",
    minutes: float | None = None,
    decay: Decay | None = None,
) -> Catchments:
    """Capacity per head by a floating catchment method.

    ============== ==================================================================================
    method         access of origin i
    ============== ==================================================================================
    2sfca          ``sum R_j`` within d0, ``R_j = S_j / sum P_i`` within d0
    e2sfca         ``sum R_j W_ij``, ``R_j = S_j / sum P_i W_ij``
    gaussian       the same with the Gaussian that ends at d0
    kd2sfca        the same with the Epanechnikov kernel
    3sfca          ``sum G_ij R_j W_ij``, ``R_j = S_j / sum P_i G_ij W_ij``, ``G_ij = W_ij / sum_k W_ik``
    m2sfca         ``sum S_j W_ij^2 / sum_k P_k W_kj``: a poor layout lowers the total
    bfca           demand shared by rows, access by columns: ``R_j = S_j / sum P_i W_ij / sum_j W_ij``,
                   ``sum R_j W_ij / sum_i W_ij``
    availability   ``V_i / P_i``, ``V_i = sum S_j P_i W_ij / sum_k P_k W_kj``
    ============== ==================================================================================

    ``"availability"`` per head equals ``"e2sfca"`` with the same decay; an origin without people has 0 there,
    since no supply is set aside for nobody.

    Parameters
    ----------
    minutes_table
        Wide or long minutes from demand (origin) to facilities (destination), see
        :func:`urbgeo.access.reading.read_minutes`.
    capacity
        By facility id, e.g. ``hospitals["beds"]``; >= 0.
    demand
        By origin id, e.g. ``places["population"]``; >= 0.
    method
        One of the table.
    minutes
        Catchment ``d0``, a closed bound, with the decay of the method in :data:`OWN_DECAY`.
    decay
        Another decay in its place; not for the methods named for theirs.

    Raises
    ------
    InputError
        Naming ids: tables as in ``read_minutes``, capacity or demand that is missing, negative or empty,
        capacity without a facility in a whole table, facilities without capacity; both or neither of
        ``minutes`` and ``decay``.

    Warns
    -----
    UrbgeoWarning
        Counting the facilities without demand.

    References
    ----------
    Luo & Wang (2003); Luo & Qi (2009); Dai (2010); Dai & Wang (2011); Wan, Zou & Sternberg (2012); Delamater
    (2013); Paez, Higgins & Vivona (2019); Soukhov et al. (2023).
    """
    weight = _decay(method, minutes, decay)
    supply, people = series_of(capacity, "capacity"), series_of(demand, "demand")
    travel = table_of(minutes_table, origins=people.index, destinations=supply.index)
    found = _catchments(travel, supply, people, method, weight)
    _warn_unused(found.facilities)
    return found


def compare_catchments(
    minutes_table: pd.DataFrame | MinutesTable,
    capacity: pd.Series,
    demand: pd.Series,
    *,
    methods: Sequence[str] = ("2sfca", "e2sfca", "3sfca"),
    minutes: Sequence[float] = (),
    decays: Sequence[Decay] = (),
) -> CatchmentComparison:
    """:func:`catchments` for every method with every catchment and decay, from one reading of the table.

    Parameters
    ----------
    minutes_table, capacity, demand
        As for :func:`catchments`.
    methods
        Some of its table, each once.
    minutes
        Catchments ``d0``, ascending, each with the decay of the method.
    decays
        Decays in their place; methods that are named for their decay are left out of these.

    Raises
    ------
    InputError
        As for :func:`catchments`; neither ``minutes`` nor ``decays``; methods twice, catchments out of order,
        two decays of one name, decays that no method takes.

    Warns
    -----
    UrbgeoWarning
        Counting the facilities that have no demand in any of the comparisons.
    """
    asked = _comparisons(methods, minutes, decays)
    supply, people = series_of(capacity, "capacity"), series_of(demand, "demand")
    travel = table_of(minutes_table, origins=people.index, destinations=supply.index)
    found = {key: _catchments(travel, supply, people, key[0], decay) for key, decay in asked.items()}
    used = np.logical_or.reduce([one.facilities["status"] == "used" for one in found.values()])
    _warn_unused(next(iter(found.values())).facilities.assign(status=np.where(used, "used", "no demand")))
    return CatchmentComparison(
        pd.concat(
            {key: one.origins["access"] for key, one in found.items()}, axis=1, names=["method", "decay"]
        ),
        pd.DataFrame({key: one.balance for key, one in found.items()}).T.rename_axis(["method", "decay"]),
        travel.provenance.having(parameters={"comparisons": tuple(asked)}),
    )


def _comparisons(
    methods: Sequence[str], minutes: Sequence[float], decays: Sequence[Decay]
) -> dict[tuple[str, str], Decay]:
    """Decay by method and by the name of the comparison: the catchment in minutes, or the decay."""
    if isinstance(methods, str) or not methods or len(set(methods)) < len(methods):
        raise InputError(f"methods: {methods!r}; give one or several, each once.")
    if not len(minutes) and not len(decays):
        raise InputError("catchments: give minutes or decays to compare.")
    check_ascending(minutes, "minutes")
    names = [getattr(one, "name", one) for one in decays]
    if len(set(names)) < len(names):
        raise InputError(f"decays: names are repeated: {', '.join(map(str, names))}; name each once.")
    found = {(method, f"{one:g} min"): _decay(method, one, None) for method in methods for one in minutes}
    free = [method for method in methods if method not in FIXED_DECAY]
    if len(decays) and not free:
        raise InputError(f"decays: {', '.join(methods)} have their own; give minutes, or another method.")
    by_name = dict(zip(names, decays, strict=True))
    return found | {
        (method, str(name)): _decay(method, None, one) for method in free for name, one in by_name.items()
    }


def _catchments(
    travel: MinutesTable, supply: pd.Series, people: pd.Series, method: str, weight: Decay
) -> Catchments:
    p, s, w = people.to_numpy(), supply.to_numpy(), weight(travel.minutes)
    drawn, reaching = _weights(method, travel, w)
    on_facility = travel.total_at_destinations(drawn, p)
    used = on_facility > 0
    ratio = np.divide(s, on_facility, out=np.zeros(len(s)), where=used)
    access = travel.total_at_origins(reaching, ratio)
    if method == "availability":
        access[p == 0] = 0.0
    catching = access > 0 if (access > 0).all() else travel.total_at_origins(w, np.ones(len(s))) > 0
    caught = used if used.all() else travel.total_at_destinations(w, np.ones(len(p))) > 0
    status = status_of(travel.origins, travel.origin_asked, catching)
    facilities = pd.DataFrame(
        {
            "capacity": s,
            "demand": on_facility,
            "ratio": ratio,
            "status": np.where(used, "used", np.where(caught, "no demand", "unreached")),
        },
        index=travel.destinations,
    )
    origins = pd.DataFrame(
        {"demand": p, "access": access, "supply": access * p, "status": status}, index=travel.origins
    )
    return Catchments(
        origins,
        facilities,
        {
            "capacity": float(s.sum()),
            "used": float(s[used].sum()),
            "given": float((access * p).sum()),
            "lost": float(s[used].sum() - (access * p).sum()),
            "demand": float(p.sum()),
            "unserved": float(p[~catching].sum()),
            "ratios": float(ratio.sum()),
            "access": float(access.sum()),
        },
        travel.provenance.having(
            parameters={"method": method, "decay": weight.name},
            shares={"demand unserved": float(p[~catching].sum() / p.sum()) if p.sum() else 0.0},
        ),
    )


def _decay(method: str, minutes: float | None, decay: Decay | None) -> Decay:
    check_choice(method, "method", tuple(OWN_DECAY))
    if (minutes is None) == (decay is None):
        raise InputError("catchments: give either minutes or a decay.")
    if minutes is not None:
        return OWN_DECAY[method](check_minutes(minutes))
    if method in FIXED_DECAY:
        raise InputError(f"decay: {method!r} has its own; give minutes, or use 'e2sfca' with any decay.")
    if not isinstance(decay, Decay):
        raise InputError(f"decay: {decay!r} is none; use a value of urbgeo.access.decay.")
    return decay


def _weights(method: str, travel: MinutesTable, w: Floats) -> tuple[Floats, Floats]:
    """Weights by which a pair draws demand to a facility, and by which its ratio reaches the origin."""
    if method == "m2sfca":
        return w, w * w
    if method not in ("3sfca", "bfca"):
        return w, w
    # A row or column of zeros keeps zeros: nobody is divided by nothing.
    drawn = travel.total_at_origins(w, np.ones(len(travel.destinations)))
    by_row = _share(w, travel.at_origins(drawn))
    if method == "3sfca":
        both = by_row * w
        return both, both
    caught = travel.total_at_destinations(w, np.ones(len(travel.origins)))
    return by_row, _share(w, travel.at_destinations(caught))


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _warn_unused(facilities: pd.DataFrame) -> None:
    idle = facilities.index[facilities["status"] != "used"]
    if len(idle):
        warn(f"capacity: {len(idle)} of {len(facilities)} facilities have no demand: {some_of(idle)}.")
