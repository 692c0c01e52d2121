"""Coverage: the share of places, and of people, within a travel time of a facility, and who is left out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import check_amounts, check_minutes, check_points, check_share
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance


@dataclass(frozen=True, eq=False)
class Coverage:
    """Who is within reach of a facility.

    Attributes
    ----------
    table
        One row per place, on its index: ``facility``, ``minutes``, ``covered`` (bool), ``status``, and
        ``weight`` when asked.
    share, weighted_share
        Fractions of places and of weight (NaN without weight) covered, between 0 and 1.
    target, gap, more_needed
        The share aimed at; ``target - share`` where that is positive, else 0; how many more places must be
        covered to meet it.
    provenance
        Parameters, speeds, sources, share unreached.
    """

    table: pd.DataFrame
    share: float
    weighted_share: float
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
        Column of ``places``, e.g. population, for the weighted share.
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
    table = nearest_facility(network, places, facilities, direction="to")
    table.insert(2, "covered", table["minutes"] <= limit)
    if weight is not None:
        table["weight"] = places[weight].astype(float)
    covered = table["covered"]
    share = float(covered.mean())
    needed = 0 if target is None else math.ceil(round(target * len(table), 9))
    return Coverage(
        table=table,
        share=share,
        weighted_share=_weighted_share(table) if weight is not None else math.nan,
        target=target,
        gap=0.0 if target is None else max(0.0, target - share),
        more_needed=max(0, needed - int(covered.sum())),
        provenance=network.provenance.having(
            parameters={"minutes": limit, "weight": weight, "target": target},
            shares={"places unreached": float((~np.isfinite(table["minutes"])).mean())},
        ),
    )


def _weighted_share(table: pd.DataFrame) -> float:
    total = table["weight"].sum()
    return float(table["weight"][table["covered"]].sum() / total) if total > 0 else math.nan
