"""Floating catchments: supply shared among those who can reach it, in the variants planners use.

With ``W_ij = f(T_ij)``, demand ``P_i`` and capacity ``S_j``, every method first finds the demand on a
facility, then its ratio ``R_j = S_j / demand``, then the access of an origin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from urbgeo.access.decay import Decay, binary, epanechnikov, gaussian_to_zero, stepped
from urbgeo.access.table import MinutesTable, status_of
from urbgeo.access.travel import Places, Travel, check_travel, pairs, with_names_of
from urbgeo.amounts import amounts_by_id, warn, without_noise
from urbgeo.checks import check_choice, check_minutes, check_thresholds, listed
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result
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


@dataclass(frozen=True, eq=False, repr=False)
class Catchments(Result):
    """Access by floating catchments.

    Attributes
    ----------
    table
        One row per place of the demand: the caller's name columns, ``demand``, ``access`` (capacity per
        head), ``supply`` (access times demand: what its people have), ``status`` (``"reached"``,
        ``"unreached"``, ``"not asked"``, ``"too far"``), geometry.
    facilities
        One row per facility likewise: ``capacity``, ``demand`` (as the method weighs it), ``ratio``
        (capacity per demand; 0 without demand), ``status`` (``"used"``, ``"no demand"``, ``"unreached"``).
    balance
        ``capacity``, ``used`` (of facilities with demand), ``given`` (sum of ``supply``), ``lost``
        (``used - given``: 0 for the methods that conserve), ``demand``, ``unserved`` (demand without any
        facility in its catchment), ``ratios`` and ``access`` (sums; equal for ``"bfca"``).
    provenance
        Method and decay, share unserved, and what the minutes rest on.
    """

    table: pd.DataFrame
    facilities: pd.DataFrame
    balance: Mapping[str, float]
    provenance: Provenance
    _shown: ClassVar[str | None] = "access"
    _titles: ClassVar[tuple[str, str]] = ("人均可及供给", "Supply per head within reach")

    @property
    def summary(self) -> pd.DataFrame:
        """``balance`` as a table of one row a figure."""
        return pd.Series(self.balance, name="value", dtype=float).rename_axis("figure").to_frame()

    @property
    def without_demand(self) -> pd.DataFrame:
        """The facilities that nobody can use: their capacity is in no one's access."""
        return self.facilities[self.facilities["status"] != "used"]

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The facilities too."""
        return {**super().tables(), "facilities": self.facilities}

    def _headline(self) -> str:
        return (
            f"by {self.provenance.parameters['method']}: {len(self.table)} places, {len(self.facilities)} "
            f"facilities ({len(self.without_demand)} without demand), {self.balance['given']:g} of "
            f"{self.balance['capacity']:g} given"
        )


@dataclass(frozen=True, eq=False, repr=False)
class CatchmentComparison(Result):
    """Access by several floating catchments.

    Attributes
    ----------
    access
        One row per place of the demand; columns (``method``, ``decay``), the catchment as ``"30 min"``.
    table
        The same with plain column names, name columns, ``status`` (of the widest: ``"reached"`` where any
        of the comparisons reaches) and geometry.
    balance
        One row per comparison, see :class:`Catchments`.
    provenance
        What was compared, and what the minutes rest on.
    """

    access: pd.DataFrame
    table: pd.DataFrame
    balance: pd.DataFrame
    provenance: Provenance
    _titles: ClassVar[tuple[str, str]] = ("人均可及供给", "Supply per head within reach")

    @property
    def summary(self) -> pd.DataFrame:
        """``balance``."""
        return self.balance

    @property
    def ranks(self) -> pd.DataFrame:
        """Spearman's correlation between the comparisons: near 1 where they order places alike."""
        return without_noise(self.access).rank().corr()

    def _headline(self) -> str:
        return f"of {len(self.balance)} catchments for {len(self.table)} places"


def catchments(
    travel: Travel,
    demand: Places,
    supply: Places,
    *,
    capacity: str | pd.Series | None = None,
    population: str | pd.Series | None = None,
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
    travel
        What minutes come from: a network, a timetable with its walking network, or a table of minutes from
        demand (origin) to supply (destination).
    demand
        Places: points or any frame with ``population``, or a Series of people by id.
    supply
        Facilities: points or any frame with ``capacity``, or a Series of capacities by id, e.g.
        ``hospitals["beds"]``.
    capacity, population
        Column of ``supply`` and of ``demand``, or Series by their ids; >= 0.
    method
        One of the table.
    minutes
        Catchment ``d0``, a closed bound, with the decay of the method in :data:`OWN_DECAY`.
    decay
        Another decay in its place; not for the methods named for theirs.

    Returns
    -------
    Catchments

    Raises
    ------
    InputError
        Naming ids: points or tables at fault, capacity or demand that is missing, negative or empty,
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

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "b", "b"], "to": ["u", "u", "v"], "minutes": [10.0, 25.0, 5.0]}
    ... )
    >>> beds = pd.Series({"u": 30.0, "v": 20.0})
    >>> people = pd.Series({"a": 100.0, "b": 200.0})
    >>> catchments(minutes, people, beds, minutes=30).table
       demand  access  supply   status
    a   100.0     0.1    10.0  reached
    b   200.0     0.2    40.0  reached
    """
    weight = _decay(method, minutes, decay)
    beds, people, table = _read(travel, demand, supply, capacity, population)
    found = _catchments(table, beds, people, method, weight)
    _warn_unused(found.facilities)
    return replace(
        found,
        table=with_names_of(found.table, demand),
        facilities=with_names_of(found.facilities, supply),
    )


def compare_catchments(
    travel: Travel,
    demand: Places,
    supply: Places,
    *,
    capacity: str | pd.Series | None = None,
    population: str | pd.Series | None = None,
    methods: Sequence[str] = ("2sfca", "e2sfca", "3sfca"),
    minutes: float | Sequence[float] = (),
    decays: Sequence[Decay] = (),
) -> CatchmentComparison:
    """:func:`catchments` for every method with every catchment and decay, from one reading of the minutes.

    Parameters
    ----------
    travel, supply, demand, capacity, population
        As for :func:`catchments`.
    methods
        Some of its table, each once.
    minutes
        Catchments ``d0``, rising, each with the decay of the method.
    decays
        Decays in their place; methods that are named for their decay are left out of these.

    Returns
    -------
    CatchmentComparison

    Raises
    ------
    InputError
        As for :func:`catchments`; neither ``minutes`` nor ``decays``; methods twice, catchments out of order,
        two decays of one name, decays that no method takes.

    Warns
    -----
    UrbgeoWarning
        Counting the facilities that have no demand in any of the comparisons.

    References
    ----------
    As for :func:`catchments`.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "b", "b"], "to": ["u", "u", "v"], "minutes": [10.0, 25.0, 5.0]}
    ... )
    >>> beds = pd.Series({"u": 30.0, "v": 20.0})
    >>> people = pd.Series({"a": 100.0, "b": 200.0})
    >>> found = compare_catchments(minutes, people, beds, methods=["2sfca"], minutes=[20, 30])
    >>> found.balance["unserved"].to_list()
    [0.0, 0.0]
    """
    asked = _comparisons(methods, minutes, decays)
    beds, people, table = _read(travel, demand, supply, capacity, population)
    found = {key: _catchments(table, beds, people, key[0], decay) for key, decay in asked.items()}
    used = np.logical_or.reduce([one.facilities["status"] == "used" for one in found.values()])
    _warn_unused(next(iter(found.values())).facilities.assign(status=np.where(used, "used", "no demand")))
    access = pd.concat(
        {key: one.table["access"] for key, one in found.items()}, axis=1, names=["method", "decay"]
    )
    reached = np.logical_or.reduce([one.table["status"] == "reached" for one in found.values()])
    plain = access.set_axis([f"{method} {name}" for method, name in access], axis=1).assign(
        status=status_of(table.origins, table.origin_asked, reached, table.far).to_numpy()
    )
    return CatchmentComparison(
        access,
        with_names_of(plain, demand),
        pd.DataFrame({key: one.balance for key, one in found.items()}).T.rename_axis(["method", "decay"]),
        table.provenance.having(parameters={"comparisons": tuple(asked)}),
    )


def _read(
    travel: Travel,
    demand: Places,
    supply: Places,
    capacity: str | pd.Series | None,
    population: str | pd.Series | None,
) -> tuple[pd.Series, pd.Series, MinutesTable]:
    """Capacity, people, and the minutes between them; frames are asked for by id, amounts by all ids."""
    check_travel(travel)
    beds = amounts_by_id(supply, capacity, name="capacity", frame_name="supply")
    name = "population" if isinstance(demand, pd.DataFrame) else "demand"
    people = amounts_by_id(demand, population, name=name, frame_name="demand")
    return beds, people, pairs(travel, demand, supply, names=("demand", "supply"))


def _comparisons(
    methods: Sequence[str], minutes: float | Sequence[float], decays: Sequence[Decay]
) -> dict[tuple[str, str], Decay]:
    """Decay by method and by the name of the comparison: the catchment in minutes, or the decay."""
    if isinstance(methods, str):
        raise InputError(f"methods: {methods!r} is no list; give one or several, each once, [{methods!r}].")
    methods, given, decays = listed(methods), listed(minutes), listed(decays)
    if not methods or len(set(methods)) < len(methods):
        raise InputError(f"methods: {some_of(methods) or 'none'}; give one or several, each once.")
    if not given and not decays:
        raise InputError("catchments: give minutes or decays to compare.")
    limits = check_thresholds(given) if given else []
    other = [one for one in decays if not isinstance(one, Decay)]
    if other:
        raise InputError(f"decay: {some_of(other)} is none; use values of urbgeo.access.decay.")
    names = [getattr(one, "name", one) for one in decays]
    if len(set(names)) < len(names):
        raise InputError(f"decays: names are repeated: {', '.join(map(str, names))}; name each once.")
    found = {(method, f"{one:g} min"): _decay(method, one, None) for method in methods for one in limits}
    free = [method for method in methods if method not in FIXED_DECAY]
    if len(decays) and not free:
        raise InputError(f"decays: {', '.join(methods)} have their own; give minutes, or another method.")
    by_name = dict(zip(names, decays, strict=True))
    return found | {
        (method, str(name)): _decay(method, None, one) for method in free for name, one in by_name.items()
    }


def _catchments(
    table: MinutesTable, supply: pd.Series, people: pd.Series, method: str, weight: Decay
) -> Catchments:
    p, s, w = people.to_numpy(), supply.to_numpy(), weight(table.minutes)
    drawn, reaching = _weights(method, table, w)
    on_facility = table.total_at_destinations(drawn, p)
    used = on_facility > 0
    ratio = np.divide(s, on_facility, out=np.zeros(len(s)), where=used)
    access = table.total_at_origins(reaching, ratio)
    if method == "availability":
        access[p == 0] = 0.0
    catching = access > 0 if (access > 0).all() else table.total_at_origins(w, np.ones(len(s))) > 0
    caught = used if used.all() else table.total_at_destinations(w, np.ones(len(p))) > 0
    status = status_of(table.origins, table.origin_asked, catching, table.far)
    facilities = pd.DataFrame(
        {
            "capacity": s,
            "demand": on_facility,
            "ratio": ratio,
            "status": np.where(used, "used", np.where(caught, "no demand", "unreached")),
        },
        index=table.destinations,
    )
    origins = pd.DataFrame(
        {"demand": p, "access": access, "supply": access * p, "status": status}, index=table.origins
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
        table.provenance.having(
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


def _weights(method: str, table: MinutesTable, w: Floats) -> tuple[Floats, Floats]:
    """Weights by which a pair draws demand to a facility, and by which its ratio reaches the origin."""
    if method == "m2sfca":
        return w, w * w
    if method not in ("3sfca", "bfca"):
        return w, w
    # A row or column of zeros keeps zeros: nobody is divided by nothing.
    drawn = table.total_at_origins(w, np.ones(len(table.destinations)))
    by_row = _share(w, table.at_origins(drawn))
    if method == "3sfca":
        both = by_row * w
        return both, both
    caught = table.total_at_destinations(w, np.ones(len(table.origins)))
    return by_row, _share(w, table.at_destinations(caught))


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _warn_unused(facilities: pd.DataFrame) -> None:
    idle = facilities.index[facilities["status"] != "used"]
    if len(idle):
        warn(f"capacity: {len(idle)} of {len(facilities)} facilities have no demand: {some_of(idle)}.")
