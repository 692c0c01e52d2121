"""Coverage: the share of places, and of people, within a travel time of a facility, and who is left out.

Of points on a network or of any table of minutes; of a raster of people see :mod:`urbgeo.access.rasters`, for
the facilities that would raise it most :mod:`urbgeo.access.siting`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.travel import Travel, nearest_pairs, status_of, travel_of
from urbgeo.amounts import amounts_of, zones_of
from urbgeo.checks import check_amounts, check_columns, check_minutes, check_points, check_share
from urbgeo.errors import InputError
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance

Minutes: TypeAlias = pd.DataFrame | Travel


@dataclass(frozen=True, eq=False)
class Coverage:
    """Who is within reach of a facility.

    Attributes
    ----------
    table
        One row per place, on its index: ``facility``, ``minutes``, ``covered`` (bool), ``status``, and
        the weights when asked; ``mode`` (of the quickest, missing when none) where there are several.
    share, weighted_share
        Fractions of places and of the (first) weight covered, between 0 and 1; NaN without weight.
    shares
        One row per mode, ``"best"`` last (alone without modes); columns ``places`` and each weight.
    zones
        One row per zone: ``places`` (number), ``covered`` (number), ``share`` and ``share <weight>``, by the
        best of the modes; None without zones.
    target, gap, more_needed
        The share aimed at; ``target - share`` where that is positive, else 0; how many more places must be
        covered to meet it.
    provenance
        Parameters, speeds, sources, share unreached.
    """

    table: pd.DataFrame
    share: float
    weighted_share: float
    shares: pd.DataFrame
    zones: pd.DataFrame | None
    target: float | None
    gap: float
    more_needed: int
    provenance: Provenance

    @property
    def uncovered(self) -> pd.DataFrame:
        """The places left out, nearest first."""
        return self.table[~self.table["covered"]].sort_values("minutes", kind="stable")

    def __repr__(self) -> str:
        counted = f"{int(self.table['covered'].sum())} of {len(self.table)} places ({self.share:.1%})"
        weighted = "" if math.isnan(self.weighted_share) else f", {self.weighted_share:.1%} by weight"
        return f"<Coverage {counted}{weighted} within {self.provenance.parameters['minutes']:g} min>"


def coverage(
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    network: TravelNetwork,
    *,
    minutes: float = 60.0,
    weight: str | None = None,
    zone: str | None = None,
    target: float | None = None,
) -> Coverage:
    """Share of places within a travel time of their nearest facility.

    A place counts as covered when its minutes to the nearest facility are at most ``minutes``; a place that
    cannot be attached or reaches no facility counts as uncovered.

    Parameters
    ----------
    places, facilities
        Points with unique index, any CRS.
    network
        Travel times are taken from it, towards the facility.
    minutes
        Closed upper bound in minutes.
    weight
        Column of ``places``, e.g. population or area, for the weighted share.
    zone
        Column of ``places`` with the zone of each, for ``zones``.
    target
        Share of places aimed at, between 0 and 1.

    Raises
    ------
    InputError
        Naming every faulty id: geometry missing, index repeated, weights missing or negative; minutes not
        > 0; a target outside 0..1; no facility that can be attached.

    References
    ----------
    14th Five-Year Plan for New Urbanisation (2022), art. 22: 60-minute airport coverage of prefecture seats,
    80 % by 2025.
    """
    limit = check_minutes(minutes)
    check_points(places, "places")
    check_points(facilities, "facilities")
    if weight is not None:
        check_amounts(places, "places", [weight])
    if target is not None:
        check_share(target, "target")
    if zone is not None:
        check_columns(places, "places", [zone])
    table = nearest_facility(network, places, facilities, direction="to")
    table.insert(2, "covered", table["minutes"] <= limit)
    if weight is not None:
        table["weight"] = places[weight].astype(float)
    weights = table[["weight"]] if weight is not None else table[[]]
    shares = _shares({"best": table["covered"]}, weights)
    about = network.provenance.having(
        parameters={"minutes": limit, "weight": weight, "target": target},
        shares={"places unreached": float((~np.isfinite(table["minutes"])).mean())},
    )
    return _coverage(table, weights, shares, None if zone is None else places[zone], target, about)


def coverage_by_minutes(
    minutes_table: Minutes | Mapping[str, Minutes],
    weights: pd.Series | pd.DataFrame,
    *,
    minutes: float = 60.0,
    zone: pd.Series | None = None,
    target: float | None = None,
) -> Coverage:
    """:func:`coverage` from a table of minutes, or from one per mode and the best of them.

    Parameters
    ----------
    minutes_table
        Wide or long minutes from places (origin) to facilities, see
        :func:`urbgeo.access.travel.read_travel`; or several by mode, ``{"walk": ..., "bus": ...}``.
    weights
        By place id, e.g. people; several columns (people, area) give several shares. The ids are the places.
    minutes
        Closed upper bound.
    zone
        Zone of each place, for ``zones``.
    target
        Share of places aimed at, between 0 and 1.

    Raises
    ------
    InputError
        For faulty tables, weights or zones (naming ids), minutes not > 0, a target outside 0..1, no mode or
        one called ``"best"``.
    """
    limit = check_minutes(minutes)
    if target is not None:
        check_share(target, "target")
    frame = amounts_of(weights, "weights")
    tables = dict(minutes_table) if isinstance(minutes_table, Mapping) else {"all": minutes_table}
    if not tables or "best" in tables:
        raise InputError("minutes_table: give at least one mode, none of them called 'best'.")
    travels = {name: travel_of(one, origins=frame.index) for name, one in tables.items()}
    nearest = {name: nearest_pairs(one) for name, one in travels.items()}
    times = np.stack([time for time, _ in nearest.values()])
    best = np.argmin(times, axis=0)
    least = times.min(axis=0)
    reached = np.isfinite(least)
    facility = np.full(len(frame), None, dtype=object)
    for mode, (name, (_, which)) in enumerate(nearest.items()):
        rows = np.flatnonzero(reached & (best == mode))
        facility[rows] = travels[name].destinations.to_numpy()[which[rows]]
    table = pd.DataFrame(
        {"facility": facility, "minutes": least, "covered": least <= limit}, index=frame.index
    )
    asked = np.logical_or.reduce([one.origin_asked for one in travels.values()])
    table["status"] = status_of(frame.index, asked, reached)
    covered = {name: pd.Series(time <= limit, frame.index) for name, (time, _) in nearest.items()}
    if len(tables) > 1:
        table["mode"] = np.where(reached, np.array(list(tables), dtype=object)[best], None)
        covered |= {"best": table["covered"]}
    else:
        covered = {"best": table["covered"]}
    about = next(iter(travels.values())).provenance.having(
        parameters={
            "minutes": limit,
            "weight": tuple(frame.columns),
            "target": target,
            "modes": tuple(tables),
        },
        shares={"places unreached": float((~reached).mean())},
    )
    return _coverage(table.join(frame), frame, _shares(covered, frame), zone, target, about)


def _coverage(
    table: pd.DataFrame,
    weights: pd.DataFrame,
    shares: pd.DataFrame,
    zone: pd.Series | None,
    target: float | None,
    about: Provenance,
) -> Coverage:
    covered = table["covered"]
    share = float(covered.mean())
    needed = 0 if target is None else math.ceil(round(target * len(table), 9))
    return Coverage(
        table=table,
        share=share,
        weighted_share=float(shares.loc["best"].iloc[1]) if len(weights.columns) else math.nan,
        shares=shares,
        zones=None if zone is None else _zones(covered, weights, zones_of(zone, table.index)),
        target=target,
        gap=0.0 if target is None else max(0.0, target - share),
        more_needed=max(0, needed - int(covered.sum())),
        provenance=about,
    )


def _shares(covered: Mapping[str, pd.Series], weights: pd.DataFrame) -> pd.DataFrame:
    """Share of places and of each weight by mode."""
    rows = {
        mode: {"places": float(yes.mean())} | {str(name): _share(yes, weights[name]) for name in weights}
        for mode, yes in covered.items()
    }
    return pd.DataFrame(rows).T.rename_axis("mode")


def _zones(covered: pd.Series, weights: pd.DataFrame, zone: pd.Series) -> pd.DataFrame:
    by_zone = covered.groupby(zone)
    found = pd.DataFrame({"places": by_zone.size(), "covered": by_zone.sum(), "share": by_zone.mean()})
    for name in weights:
        total = weights[name].groupby(zone).sum()
        inside = weights[name].where(covered, 0.0).groupby(zone).sum()
        found[f"share {name}"] = inside / total.where(total > 0)
    return found.rename_axis("zone")


def _share(covered: pd.Series, weight: pd.Series) -> float:
    total = weight.sum()
    return float(weight[covered].sum() / total) if total > 0 else math.nan
