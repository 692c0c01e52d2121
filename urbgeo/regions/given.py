"""What others counted or measured in a region: commuters of a mobile operator, minutes of a map service."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

OUTSIDE = "outside"
"""Stands in flows for everywhere beyond the region's zones."""


@dataclass(frozen=True, eq=False)
class Commuters:
    """Who lives where and works where, as a mobile operator or a census counts them.

    Attributes
    ----------
    flows
        One row per pair: ``home``, ``work`` (ids of zones, or :data:`OUTSIDE`), ``workers`` of the cells
        shown, ``suppressed``: how many cells are kept back.
    least_count
        The least count that the table shows; None where nothing is suppressed.
    rates
        Shares that a ring begins at, falling; None for the usual ones.
    rule
        ``"out"`` or ``"either"``, see :func:`urbgeo.cities.commuting_rings.commuting_rings`.
    """

    flows: pd.DataFrame
    least_count: int | None = None
    rates: tuple[float, ...] | None = None
    rule: str = "out"


@dataclass(frozen=True, eq=False)
class ObservedTrips:
    """Minutes that a map service gave.

    Attributes
    ----------
    places
        Ends of the trips, points.
    trips
        ``from_place``, ``to_place``, ``minutes``, optional ``hour``.
    """

    places: gpd.GeoDataFrame
    trips: pd.DataFrame
