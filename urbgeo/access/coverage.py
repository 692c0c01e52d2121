"""Coverage: the share of places, and of people, within a travel time of a facility, and who is left out.

By a network, a timetable or any table of minutes; of a raster of people see :mod:`urbgeo.access.rasters`, for
the facilities that would raise it most :mod:`urbgeo.access.siting`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from urbgeo.access.travel import Modes, Places, by_mode, frame_of, nearest, provenance_of
from urbgeo.amounts import Amounts, amounts_in, zone_of
from urbgeo.checks import check_share, check_thresholds
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result, name_columns, with_names
from urbgeo.types import Floats

WORST_FIRST = ("unreached", "too far", "not asked")
"""Of several modes that find nothing, the one that got farthest tells the status."""


@dataclass(frozen=True, eq=False, repr=False)
class Coverage(Result):
    """Who is within reach of a facility.

    Attributes
    ----------
    table
        One row per place, on its index: the caller's name columns, ``facility``, the facility's name columns
        as ``facility_<column>``, ``minutes``, ``covered`` (bool, within the longest threshold), ``status``
        (``"reached"``, ``"unreached"``, ``"too far"``, ``"not asked"``), the weights under their own names,
        geometry. With several thresholds ``within_min``, the least that covers the place (missing when
        none); with several modes ``mode``, that of the quickest (missing when none).
    shares
        One row per mode and threshold: ``minutes``, ``places`` and each weight, fractions covered; the index
        is ``mode``, ``"best"`` last (alone without modes). NaN where a weight is 0 in all.
    zones
        One row per zone: ``places`` (number), ``covered`` (number), ``share`` and ``share <weight>``, by the
        best of the modes and the longest threshold; None without zones.
    target
        The share of places aimed at; None without.
    provenance
        Parameters, speeds, sources, share unreached.
    """

    table: pd.DataFrame
    shares: pd.DataFrame
    zones: pd.DataFrame | None
    target: float | None
    provenance: Provenance
    _shown: ClassVar[str | None] = "minutes"
    _titles: ClassVar[tuple[str, str]] = ("覆盖", "Coverage")

    @property
    def share(self) -> float:
        """Fraction of places covered, within the longest threshold by the best of the modes."""
        return float(self.shares["places"].iloc[-1])

    @property
    def weighted_share(self) -> float:
        """Fraction of the (first) weight covered likewise; NaN without weight."""
        return float(self.shares.iloc[-1, 2]) if self.shares.shape[1] > 2 else math.nan

    @property
    def gap(self) -> float:
        """``target - share`` where that is positive, else 0."""
        return 0.0 if self.target is None else max(0.0, self.target - self.share)

    @property
    def more_needed(self) -> int:
        """How many more places must be covered to meet the target."""
        # A target met up to rounding needs no further place: 0.07 * 100 is a hair over 7.
        needed = 0 if self.target is None else math.ceil(round(self.target * len(self.table), 9))
        return max(0, needed - int(self.table["covered"].sum()))

    @property
    def summary(self) -> pd.DataFrame:
        """``shares``: what one would quote."""
        return self.shares

    @property
    def uncovered(self) -> pd.DataFrame:
        """The places left out, nearest first."""
        return self.table[~self.table["covered"]].sort_values("minutes", kind="stable")

    def _headline(self) -> str:
        limits = list(dict.fromkeys(self.shares["minutes"]))
        shares = ", ".join(f"{one:.1%}" for one in self.shares["places"].iloc[-len(limits) :])
        weighted = "" if math.isnan(self.weighted_share) else f", {self.weighted_share:.1%} by weight"
        within = ", ".join(f"{one:g}" for one in limits)
        counted = f"{int(self.table['covered'].sum())} of {len(self.table)} places"
        return f"{counted} ({shares}){weighted} within {within} min"


def coverage(
    travel: Modes,
    places: Places,
    facilities: Places | None = None,
    *,
    minutes: float | Sequence[float] = 60.0,
    weight: Amounts | None = None,
    zone: str | pd.Series | None = None,
    target: float | None = None,
    direction: str = "to",
) -> Coverage:
    """Share of places within a travel time of their nearest facility.

    A place counts as covered when its minutes to the nearest facility are at most ``minutes``; a place that
    cannot be attached or reaches no facility counts as uncovered.

    Parameters
    ----------
    travel
        What minutes come from: a network, a timetable with its walking network, a table of minutes (wide,
        long, or read once); or several by mode, ``{"walk": ..., "bus": ...}``, and the best of them.
    places, facilities
        Points with unique index, any CRS. For tables of minutes any frame by id or the ids; without
        ``facilities`` all destinations of the table.
    minutes
        Closed upper bound in minutes; a rising list gives one share each.
    weight
        Column of ``places`` or Series by its ids, in persons or whatever is counted, for the weighted share;
        several give several shares.
    zone
        Column of ``places`` or Series by its ids with the zone of each, for ``zones``.
    target
        Share of places aimed at, between 0 and 1.
    direction
        ``"to"`` the facility (airports, schools) or ``"from"`` it (fire, ambulance). A table of minutes has
        the places as origins for ``"to"``, as destinations for ``"from"``.

    Returns
    -------
    Coverage
        One row per place in ``table``; ``share``, ``weighted_share``, ``shares``, ``zones``, ``more_needed``.

    Raises
    ------
    InputError
        Naming every faulty id: geometry missing, index repeated, weights missing or negative, a place
        without zone; thresholds that are not > 0 or do not rise; a target outside 0..1; no facility that
        can be attached; what gives no minutes; a mode called ``"best"``.

    References
    ----------
    14th Five-Year Plan for New Urbanisation (2022), art. 22: 60-minute airport coverage of prefecture seats,
    80 % by 2025.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "a", "b"], "to": ["x", "y", "y"], "minutes": [30.0, 10.0, 45.0]}
    ... )
    >>> towns = pd.DataFrame({"name": ["A", "B", "C"], "people": [50, 30, 20]}, index=["a", "b", "c"])
    >>> found = coverage(minutes, towns, minutes=[30, 60], weight="people")
    >>> found.shares.reset_index().round(3)
       mode  minutes  places  people
    0  best     30.0   0.333     0.5
    1  best     60.0   0.667     0.8
    >>> found.uncovered["name"].to_list()
    ['C']
    """
    limits = check_thresholds(minutes)
    if target is not None:
        check_share(target, "target")
    modes = by_mode(travel)
    frame = frame_of(places, "places", modes)
    weights = pd.DataFrame(index=frame.index)
    if weight is not None:
        weights = amounts_in(weight, frame, name="weight", frame_name="places")
    zones = None if zone is None else zone_of(zone, frame, frame_name="places")
    found = {name: nearest(one, places, facilities, direction=direction) for name, one in modes.items()}
    times = {name: one["minutes"].fillna(np.inf) for name, one in found.items()}
    table = _quickest(found, times)
    best = table["minutes"].fillna(np.inf)
    times = (times if len(modes) > 1 else {}) | {"best": best}
    least = best.to_numpy()
    if len(limits) > 1:
        table.insert(2, "within_min", _least_threshold(least, limits))
    table.insert(2, "covered", least <= limits[-1])
    about = provenance_of(found).having(
        parameters={
            "minutes": limits[0] if len(limits) == 1 else tuple(limits),
            "weight": tuple(weights) or None,
            "target": target,
            "direction": direction,
            "modes": tuple(modes) if "mode" in table else None,
        },
        shares={"places unreached": float((~np.isfinite(least)).mean())},
    )
    return Coverage(
        table=_dressed(table, facilities, weights, frame),
        shares=_shares(times, limits, weights),
        zones=None if zones is None else _zones(table["covered"], weights, zones),
        target=target,
        provenance=about,
    )


def _quickest(found: Mapping[str, pd.DataFrame], times: Mapping[str, pd.Series]) -> pd.DataFrame:
    """The rows of the quickest mode by place; ``mode`` where there are several. Ties go to the first."""
    tables = list(found.values())
    if len(tables) == 1:
        return tables[0].copy()
    best = np.argmin(np.stack([one.to_numpy() for one in times.values()]), axis=0)
    rows = np.arange(len(best))
    picked = {
        name: np.stack([one[name].to_numpy(object) for one in tables])[best, rows]
        for name in ("facility", "minutes", "status")
    }
    table = pd.DataFrame(picked, index=tables[0].index).astype({"minutes": float})
    words = np.stack([one["status"].to_numpy(object) for one in tables])
    lost = table["status"].to_numpy() != "reached"
    for word in WORST_FIRST[::-1]:
        table.loc[lost & (words == word).any(axis=0), "status"] = word
    # Nobody reaches it, but a way was sought: inf, not NaN.
    table.loc[table["status"] == "unreached", "minutes"] = np.inf
    table["mode"] = np.where(lost, None, np.array(list(found), dtype=object)[best])
    return table


def _least_threshold(minutes: Floats, limits: Sequence[float]) -> Floats:
    which = np.searchsorted(limits, minutes, side="left")
    return np.append(np.array(limits, dtype=np.float64), np.nan)[which]


def _dressed(
    table: pd.DataFrame, facilities: Places | None, weights: pd.DataFrame, places: pd.DataFrame
) -> pd.DataFrame:
    """With the facility's names beside its id, the weights, and the names and geometry of the places."""
    if isinstance(facilities, pd.DataFrame):
        for column in name_columns(facilities)[::-1]:
            names = facilities[column].reindex(table["facility"]).to_numpy()
            table.insert(1, f"facility_{column}", names)
    taken = [name for name in weights if name in table.columns]
    if taken:
        raise InputError(f"weight: {some_of(taken)} is the name of a column of the result; rename it.")
    return with_names(table.join(weights), places)


def _shares(times: Mapping[str, pd.Series], limits: Sequence[float], weights: pd.DataFrame) -> pd.DataFrame:
    """Share of places and of each weight by mode and threshold."""
    rows = [
        {"mode": mode, "minutes": limit, "places": float((one <= limit).mean())}
        | {str(name): _share(one <= limit, weights[name]) for name in weights}
        for mode, one in times.items()
        for limit in limits
    ]
    return pd.DataFrame(rows).set_index("mode")


def _zones(covered: pd.Series, weights: pd.DataFrame, zone: pd.Series) -> pd.DataFrame:
    by_zone = covered.groupby(zone, observed=True)
    found = pd.DataFrame({"places": by_zone.size(), "covered": by_zone.sum(), "share": by_zone.mean()})
    for name in weights:
        total = weights[name].groupby(zone, observed=True).sum()
        inside = weights[name].where(covered, 0.0).groupby(zone, observed=True).sum()
        found[f"share {name}"] = inside / total.where(total > 0)
    return found.rename_axis("zone")


def _share(covered: pd.Series, weight: pd.Series) -> float:
    total = weight.sum()
    return float(weight[covered].sum() / total) if total > 0 else math.nan
