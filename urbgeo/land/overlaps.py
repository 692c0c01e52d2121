"""Overlaps of two polygon layers, pair by pair, fast where one layer has large polygons."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.land.layers import subdivided

ROUNDING_M2 = 1e-9
"""Overlaps below this are what arithmetic leaves along a shared edge."""


def overlaps(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Every pair of polygons that share area, with the shared shape.

    Both layers are in one metric CRS and valid. Large polygons are cut up first, pairs in which one piece
    covers the other need no cutting at all; the areas are those of plain intersection.

    Returns
    -------
    geopandas.GeoDataFrame
        ``one``, ``other`` (positions), ``area_m2`` and the shared geometry, ordered by position.
    """
    left, left_owner = subdivided(one.geometry.to_numpy())
    right, right_owner = subdivided(other.geometry.to_numpy())
    i, j = _meeting(left, right)
    shared = _shared(left, right, i, j)
    pairs = pd.DataFrame({"one": left_owner[i], "other": right_owner[j], "area_m2": shapely.area(shared)})
    real = (pairs["area_m2"] > ROUNDING_M2).to_numpy()
    pairs, shared = pairs[real].reset_index(drop=True), shared[real]
    return _joined(pairs, shared, one)


def _meeting(
    left: NDArray[np.object_], right: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs that intersect; the larger layer asks, the smaller is indexed and prepared."""
    if len(right) <= len(left):
        shapely.prepare(right)
        j, i = shapely.STRtree(left).query(right, predicate="intersects")
    else:
        shapely.prepare(left)
        i, j = shapely.STRtree(right).query(left, predicate="intersects")
    return i, j


def _shared(
    left: NDArray[np.object_],
    right: NDArray[np.object_],
    i: NDArray[np.int64],
    j: NDArray[np.int64],
) -> NDArray[np.object_]:
    shared = np.empty(len(i), dtype=object)
    shapely.prepare(right)
    inside = shapely.covers(right[j], left[i])
    around = ~inside & shapely.covers(left[i], right[j])
    shared[inside], shared[around] = left[i[inside]], right[j[around]]
    cut = ~inside & ~around
    shared[cut] = shapely.intersection(left[i[cut]], right[j[cut]])
    return shared


def _joined(pairs: pd.DataFrame, shared: NDArray[np.object_], like: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row per pair again: pieces of one pair are put together."""
    keys = pairs.groupby(["one", "other"], sort=True).ngroup().to_numpy() if len(pairs) else np.zeros(0, int)
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(keys[order]) != 0]) if len(keys) else np.zeros(0, int)
    ends = np.r_[first[1:], len(keys)] if len(keys) else first
    shapes = np.empty(len(first), dtype=object)
    for place, (a, b) in enumerate(zip(first, ends, strict=True)):
        some = shared[order[a:b]]
        shapes[place] = some[0] if b - a == 1 else shapely.union_all(some)
    table = pairs.iloc[order[first]].reset_index(drop=True)
    area = np.add.reduceat(pairs["area_m2"].to_numpy()[order], first) if len(first) else np.zeros(0)
    table["area_m2"] = area
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=like.crs))
