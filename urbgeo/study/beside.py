"""What others counted or measured, beside what the model says: commuters, and minutes of a map service."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.access.observed import BesideObserved, beside_observed
from urbgeo.cities.circles import CommutingCircle
from urbgeo.cities.commuting_rings import RATES, CommutingRings, commuting_rings
from urbgeo.crs import WGS84
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.given import OUTSIDE
from urbgeo.regions.region import Region
from urbgeo.study.absent import why_absent


def why_no_rings(region: Region) -> str:
    """Why there is no circle by commuting rate; nothing where there is."""
    if region.commuters is None:
        return "no table of commuters is given"
    if region.zones is None:
        return "it needs the polygons of the zones"
    return why_no_core(region)


def why_no_core(region: Region) -> str:
    """Why there is no core to measure from; nothing where there is."""
    why_none = "the list 'core' is empty"
    return "" if len(region.lists.get("core", ())) else region.left_out.get("core", why_none)


def rings_of(region: Region, circle: CommutingCircle) -> CommutingRings:
    """Rings by commuting rate around the region's core, beside the circle by time where there is one."""
    given, zones = region.commuters, region.zones
    assert given is not None and zones is not None
    found = commuting_rings(
        given.flows,
        zones,
        core_zones=_core_zones(region, zones),
        rates=given.rates or RATES,
        rule=given.rule,
        least_count=given.least_count,
        outside=OUTSIDE,
    )
    return found if why_absent(circle) else found.beside(circle.members)


def _core_zones(region: Region, zones: gpd.GeoDataFrame) -> list[object]:
    """Zones of the core's seats: by id, or where they lie."""
    core = region.core
    named = zones.index.isin(core.index)
    held = zones.to_crs(WGS84).intersects(core.to_crs(WGS84).union_all())
    return list(zones.index[named | held.to_numpy()])


def observed_of(region: Region, network: TravelNetwork) -> BesideObserved:
    """The model's drives beside the minutes that a map service gave; nothing is fitted."""
    given = region.observed
    assert given is not None
    return beside_observed(network.only(("road",)), given.places, observed=given.trips)


def observed_lines(region: Region, observed: BesideObserved) -> gpd.GeoDataFrame:
    """Observed trips as straight lines."""
    table = observed.table.reset_index(drop=True)
    given = region.observed
    assert given is not None
    ends = [
        shapely.get_coordinates(given.places.geometry.loc[table[end]].to_numpy())
        for end in ("from_place", "to_place")
    ]
    return gpd.GeoDataFrame(table, geometry=shapely.linestrings(np.stack(ends, axis=1)), crs=WGS84)


def ring_rows(rings: CommutingRings) -> list[dict[str, Any]]:
    """One row a rate: its counts, and ids that both circles hold, or one; None without one by time."""
    beside = rings.comparison
    return [
        {
            "rate": rate,
            **row.to_dict(),
            **(
                dict.fromkeys(("both", "only_rate", "only_time"))
                if beside is None
                else beside.loc[rate].to_dict()
            ),
        }
        for rate, row in rings.rings.iterrows()
    ]


def hour_rows(observed: BesideObserved) -> list[tuple[str, str, pd.Series]]:
    """One row an hour, and all: words in Chinese and English, figures."""
    return [
        ("全部" if hour == "all" else f"{hour} 时", "all" if hour == "all" else f"hour {hour}", row)
        for hour, row in observed.by_hour.iterrows()
    ]
