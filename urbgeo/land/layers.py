"""Polygon layers brought to one metric CRS, with what is wrong in them listed and repaired."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from urbgeo.checks import check_crs, check_ids
from urbgeo.errors import InputError, some_of
from urbgeo.types import Shapes

FAULT_COLUMNS = ["layer", "id", "fault", "other", "area_m2", "remedy"]


def repair_layer(frame: gpd.GeoDataFrame, *, name: str = "layer") -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """A copy with invalid polygons made valid, and what was wrong.

    Empty and duplicate rows are dropped, parts that are no area (the spikes of a repair) too. Overlaps
    within the layer are listed and left as they are: which of the two parcels is right, only the survey
    knows.

    Returns
    -------
    tuple
        The repaired layer, and one row per fault: ``layer``, ``id``, ``fault`` (``"empty"``, ``"invalid:
        ..."``, ``"duplicate"``, ``"overlaps"``), ``other`` (the twin or neighbour), ``area_m2`` concerned,
        ``remedy``.

    Raises
    ------
    InputError
        Without a CRS, with repeated ids, or with geometries that are no polygons.
    """
    check_crs(frame, name)
    check_ids(frame.index, name)
    shapes = frame.geometry.to_numpy()
    faults: list[tuple[object, ...]] = []
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kinds = np.isin(shapely.get_type_id(shapes), (3, 6)) | empty
    if not kinds.all():
        raise InputError(f"{name}: no polygons at {some_of(frame.index[~kinds])}; keep one kind of geometry.")
    faults += [(name, one, "empty", None, 0.0, "dropped") for one in frame.index[empty]]
    kept = frame[~empty]
    shapes = kept.geometry.to_numpy()
    wrong = ~shapely.is_valid(shapes)
    if wrong.any():
        made = _areas_only(shapely.make_valid(shapes[wrong]))
        reasons = shapely.is_valid_reason(shapes[wrong])
        for one, reason, new in zip(kept.index[wrong], reasons, made, strict=True):
            remedy = "dropped: no area is left" if new.is_empty else "made valid"
            faults.append((name, one, f"invalid: {reason}", None, new.area, remedy))
        shapes = shapes.copy()
        shapes[wrong] = made
        left = ~shapely.is_empty(shapes)
        kept, shapes = kept[left], shapes[left]
    twin = _twins(shapes)
    second = twin >= 0
    for i in np.flatnonzero(second):
        faults.append(
            (name, kept.index[i], "duplicate", kept.index[twin[i]], shapely.area(shapes[i]), "dropped")
        )
    result = kept.set_geometry(gpd.GeoSeries(shapes, index=kept.index, crs=kept.crs))[~second]
    faults += _overlaps_within(result, name)
    return result, pd.DataFrame(faults, columns=FAULT_COLUMNS)


def to_metric(frame: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """The layer in the CRS of the audit."""
    return frame if frame.crs == crs else frame.to_crs(crs)


def subdivided(shapes: Shapes, *, vertices: int = 256) -> tuple[Shapes, NDArray[np.int64]]:
    """Large polygons cut into rectangles' worth of pieces with few vertices each, and whose piece each is.

    Cutting a thousand parcels against one ring of a hundred thousand vertices takes the whole ring each
    time; against the pieces it takes only what lies near. The pieces cover the shape without overlap.
    """
    pieces, owners = [], []
    waiting = list(zip(*shapely.get_parts(shapes, return_index=True), strict=True))
    while waiting:
        shape, owner = waiting.pop()
        if shapely.get_num_coordinates(shape) <= vertices:
            pieces.append(shape)
            owners.append(owner)
            continue
        left, low, right, high = shape.bounds
        if right - left >= high - low:
            middle = (left + right) / 2
            halves = shapely.box(left, low, middle, high), shapely.box(middle, low, right, high)
        else:
            middle = (low + high) / 2
            halves = shapely.box(left, low, right, middle), shapely.box(left, middle, right, high)
        for half in halves:
            for part in shapely.get_parts(_areas_only(np.array([shapely.intersection(shape, half)]))):
                if part.area > 0:
                    waiting.append((part, owner))
    return np.array(pieces, dtype=object), np.array(owners, np.int64)


def _areas_only(shapes: Shapes) -> Shapes:
    """What is area in each shape; lines and points of a collection fall away."""
    out = shapes.copy()
    mixed = ~np.isin(shapely.get_type_id(shapes), (3, 6))
    for i in np.flatnonzero(mixed):
        parts = [one for one in shapely.get_parts(shapes[i]) if one.geom_type in ("Polygon", "MultiPolygon")]
        out[i] = shapely.union_all(parts) if parts else shapely.Polygon()
    return out


def _twins(shapes: Shapes) -> NDArray[np.int64]:
    """Position of the earlier shape each one repeats, -1 for none; ring start and direction do not matter."""
    codes, _ = pd.factorize(shapely.to_wkb(shapely.normalize(shapes)))
    place = np.arange(len(shapes))
    first = pd.Series(place).groupby(codes).transform("first").to_numpy(np.int64)
    return np.where(first < place, first, -1)


def _overlaps_within(frame: gpd.GeoDataFrame, name: str) -> list[tuple[object, ...]]:
    shapes = frame.geometry.to_numpy()
    if len(shapes) < 2:
        return []
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    touch = shapely.touches(shapes[one], shapes[other])
    one, other = one[~touch], other[~touch]
    area = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    # Rounding leaves films of this size between neighbours that share an edge.
    real = area > 1e-6
    return [
        (name, frame.index[i], "overlaps", frame.index[j], float(size), "decide which of the two is right")
        for i, j, size in zip(one[real], other[real], area[real], strict=True)
    ]
