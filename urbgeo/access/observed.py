"""A model's minutes beside those that a map service gave: how far off, at which hour, on which trips."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.table import wide
from urbgeo.access.travel import Travel, check_travel, pairs, points_of, provenance_of_travel
from urbgeo.checks import check_rows
from urbgeo.errors import InputError, some_of
from urbgeo.network.calibrate import trips_read
from urbgeo.provenance import Provenance
from urbgeo.results import Result

CLOSE = 0.15
"""Ratio off 1 by which a modelled trip still counts as like the observed one; a convention."""


@dataclass(frozen=True, eq=False, repr=False)
class BesideObserved(Result):
    """Modelled minutes beside observed ones.

    Attributes
    ----------
    table
        One row per trip: ``from_place``, ``to_place``, ``hour`` where the trips have one, ``observed``,
        ``modelled`` (minutes), ``ratio`` (modelled / observed), ``status`` of the modelled one.
    by_hour
        One row per hour (``"all"`` for all trips): ``trips``, ``median_ratio``, ``within`` (share of ratios
        within 15 % of 1), ``p10`` and ``p90`` of the ratio, ``unreached`` (trips the model does not make).
    provenance
        What the model rests on.
    """

    table: pd.DataFrame
    by_hour: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "ratio"
    _titles: ClassVar[tuple[str, str]] = ("与实测时间对照", "Beside observed minutes")

    @property
    def summary(self) -> pd.DataFrame:
        """``by_hour``."""
        return self.by_hour

    def _headline(self) -> str:
        row = self.by_hour.loc["all"]
        return (
            f"{row['trips']:.0f} trips: the model takes {row['median_ratio']:.2f} times as long, "
            f"{row['within']:.0%} within {CLOSE:.0%}"
        )


def beside_observed(travel: Travel, places: gpd.GeoDataFrame, *, observed: pd.DataFrame) -> BesideObserved:
    """Hold a model against trips that were observed, without fitting anything.

    For trips of several hours the model is held against each hour by itself: one set of speeds cannot be
    right at six in the morning and at six in the evening.

    Parameters
    ----------
    travel
        What is held: a network, a timetable with its walking network, or a table of minutes.
    places
        The ends of the trips: points with unique index.
    observed
        ``from_place``, ``to_place`` (ids of places), ``minutes``, optional ``hour``; what
        :func:`urbgeo.network.calibrate.read_observed` gives. A pair may stand in several hours.

    Returns
    -------
    BesideObserved

    Raises
    ------
    InputError
        For faulty points, ends that are not among the places, minutes that are missing, infinite or not > 0.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan")
    >>> road = urbgeo.region_network(hunan).only("road")
    >>> trips = pd.DataFrame({"from_place": ["430100"] * 2, "to_place": ["430200", "430300"],
    ...                       "minutes": [65.0, 60.0], "hour": [8, 8]})
    >>> beside_observed(road, hunan.prefectures, observed=trips).by_hour["trips"].to_dict()
    {8: 2, 'all': 2}
    """
    check_travel(travel)
    points_of(places, "places")
    check_rows(observed, "observed", "beside_observed(travel, places, observed=trips)")
    observed = trips_read(observed, places)
    none = observed.index[observed["minutes"] <= 0]
    if len(none):
        raise InputError(f"observed: minutes are not above 0 at {some_of(none)}; drop these trips.")
    starts, ends = (pd.Index(observed[end].unique()) for end in ("from_place", "to_place"))
    table = wide(pairs(travel, places.loc[starts], places.loc[ends]))
    rows, columns = (
        table.index.get_indexer(observed["from_place"]),
        table.columns.get_indexer(observed["to_place"]),
    )
    modelled = table.to_numpy(float)[rows, columns]
    kept = [name for name in ("from_place", "to_place", "hour") if name in observed]
    found = observed[kept].assign(observed=observed["minutes"], modelled=modelled)
    found["ratio"] = (found["modelled"] / found["observed"]).where(np.isfinite(modelled))
    found["status"] = np.select(
        [np.isfinite(modelled), np.isinf(modelled)], ["reached", "unreached"], "too far"
    )
    groups = [("all", found)]
    if "hour" in found:
        groups = [*found.groupby("hour", sort=True), *groups]
    by_hour = pd.DataFrame({hour: _told(some) for hour, some in groups}).T.rename_axis("hour")
    return BesideObserved(
        found, by_hour.astype({"trips": int, "unreached": int}), provenance_of_travel(travel)
    )


def _told(trips: pd.DataFrame) -> dict[str, float]:
    ratio = trips["ratio"].dropna()
    return {
        "trips": len(trips),
        "median_ratio": ratio.median(),
        "within": ((ratio - 1).abs().round(9) <= CLOSE).mean() if len(ratio) else np.nan,
        "p10": ratio.quantile(0.1),
        "p90": ratio.quantile(0.9),
        "unreached": len(trips) - len(ratio),
    }
