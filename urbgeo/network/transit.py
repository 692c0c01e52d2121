"""Public transport as travel: what a timetable and the way on foot give together, under one name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from urbgeo.checks import check_share
from urbgeo.errors import InputError
from urbgeo.network.model import TravelNetwork
from urbgeo.network.timetable import Timetable, TransitTerms, minutes_between, window_s
from urbgeo.provenance import Provenance


@dataclass(frozen=True, eq=False)
class Transit:
    """A timetable with its walking network, for every verb that asks for ``travel``.

    ``coverage(Transit(timetable, walking), places, hospitals, minutes=45)``: the minutes are those of
    :func:`urbgeo.network.timetable.transit_minutes` at one quantile of the departures in a window.

    Attributes
    ----------
    timetable
        Of the day asked about.
    walking
        The network walked on, to stops, between them and all the way.
    window
        First departure and the end of the window.
    every_min
        Minutes between departures.
    quantile
        Share of departures that take no longer; 0.5 is the median.
    terms
        Limits of walking, the time a change costs, the longest trip.
    """

    timetable: Timetable
    walking: TravelNetwork
    window: tuple[str, str] = ("08:00", "09:00")
    every_min: float = 5.0
    quantile: float = 0.5
    terms: TransitTerms = field(default_factory=TransitTerms)

    def __post_init__(self) -> None:
        if not isinstance(self.timetable, Timetable) or not isinstance(self.walking, TravelNetwork):
            raise InputError(
                f"Transit: a Timetable and a TravelNetwork are needed, not {type(self.timetable).__name__} "
                f"and {type(self.walking).__name__}; the call is "
                "Transit(build_timetable(feed, day=...), walking)."
            )
        window_s(self.window)
        check_share(self.quantile, "quantile")

    def __repr__(self) -> str:
        start, end = self.window
        return f"<Transit of {self.timetable.day}, {start} to {end}, quantile {self.quantile:g}>"

    @property
    def provenance(self) -> Provenance:
        """Sources of timetable and streets; day, window, quantile and terms."""
        asked = {name: getattr(self, name) for name in ("window", "every_min", "quantile", "terms")}
        about = self.walking.provenance.having(parameters={"day": str(self.timetable.day), **asked})
        return replace(about, sources=(*self.timetable.provenance.sources, *about.sources))

    def minutes_table(
        self, origins: gpd.GeoDataFrame, destinations: gpd.GeoDataFrame, *, client: Any = None
    ) -> pd.DataFrame:
        """Minutes (origins, destinations); ``inf`` = no trip within the longest, ``NaN`` = far from streets.

        With ``client``, a ``dask.distributed.Client``, origins are shared out among the workers of a cluster;
        the answer is the same to the last bit.

        Raises
        ------
        InputError
            For faulty points.
        """
        found = minutes_between(
            self.timetable, self.walking, origins, destinations,
            (self.window, self.every_min), (self.quantile,), self.terms, client,
        )  # fmt: skip
        return found.quantiles[self.quantile]
