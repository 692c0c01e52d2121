"""What lies around a road: the terrain it runs through and how much of it is built up."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.crs import metric_crs
from urbgeo.standards import LAND_M2_PER_HEAD
from urbgeo.types import Floats

SEAT_SHARE = 0.5
"""Of a county's urban people those who live in the seat itself; the rest live in its towns. A judgement."""

LONGEST_TOWN_KM = 5.0
"""Beyond, a road out of a large city is a fast one. A judgement."""

TERRAIN_BY_DESIGN = {120: "plain", 110: "hill", 100: "hill", 80: "mountain", 60: "mountain"}
"""What an expressway's design speed says of its terrain (JTG B01: 120, 100 and 80 km/h)."""


def with_surroundings(
    links: pd.DataFrame, nodes: gpd.GeoDataFrame, places: gpd.GeoDataFrame, terrain: pd.Series
) -> pd.DataFrame:
    """The links with ``terrain`` and ``town_km``.

    - ``links``: ``from_node``, ``to_node``, ``length_km``, ``class``, ``design_kmh``.
    - ``nodes``: Points of the ends; nodes that are places have their ids.
    - ``places``: With ``urban_population`` and ``level``.
    - ``terrain``: ``plain``, ``hill`` or ``mountain`` by place; an ordinary road takes that of the place
      nearest to its middle, an expressway what its design speed says.
    """
    crs = metric_crs(nodes)
    at = nodes.geometry.to_crs(crs)
    xy = np.stack([at.x, at.y], axis=1)
    ends = [nodes.index.get_indexer(links[end]) for end in ("from_node", "to_node")]
    middle = gpd.GeoSeries(gpd.points_from_xy(*((xy[ends[0]] + xy[ends[1]]) / 2.0).T), crs=crs)
    known = places.loc[terrain.index].geometry.to_crs(crs)
    nearest = known.sindex.nearest(middle, return_all=False)[1]
    around = pd.Series(terrain.to_numpy()[nearest], links.index)
    fast = links["class"] == "expressway"
    around = around.mask(fast, links["design_kmh"].map(TERRAIN_BY_DESIGN).fillna("hill"))
    radius = _built_up_km(places)
    town: Floats = sum(links[end].map(radius).fillna(0.0).to_numpy() for end in ("from_node", "to_node"))
    town = np.where(fast, 0.0, np.minimum(town, links["length_km"]))
    return links.assign(terrain=around, town_km=town)


def _built_up_km(places: gpd.GeoDataFrame) -> pd.Series:
    """How far from the seat its built-up area reaches, as a disc of the usual land a head."""
    share = np.where(places["level"] == "county", SEAT_SHARE, 1.0)
    km2 = places["urban_population"].fillna(0.0) * share * LAND_M2_PER_HEAD / 1e6
    return pd.Series(np.sqrt(km2 / np.pi), places.index).clip(upper=LONGEST_TOWN_KM)
