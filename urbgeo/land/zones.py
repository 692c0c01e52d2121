"""Zones of a boundary as polygons (corners cut, borders shared, areas kept), and the tables of a boundary."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rasterio.features import rasterize
from scipy import ndimage

from urbgeo.land.growing import holes_of
from urbgeo.rasters.align import cells_to_polygons
from urbgeo.rasters.grid import Grid, check_same_grid
from urbgeo.types import Flags

CONCENTRATED, ELASTIC, SPECIAL = 1, 2, 3
ZONE_NAMES = {CONCENTRATED: "concentrated", ELASTIC: "elastic", SPECIAL: "special"}

AREA_TOLERANCE = 0.01
"""Smoothed polygons keep the area of their cells within this share."""

_BELTS = 12


def zone_polygons(
    zones: Grid,
    excluded: Grid,
    *,
    smooth: bool = True,
    outline: shapely.Geometry | None = None,
) -> gpd.GeoDataFrame:
    """Polygons of a zone grid, one row per zone, that share their borders and keep out of exclusions.

    With ``outline`` (the whole boundary, drawn along lines) the zones divide it among them.

    Smoothing cuts the corners of the cell edges. Each zone keeps the area of its cells within 1 %; where
    rounding cannot hold that (patches of a few cells), all keep the cell edges, and ``smoothed`` is False.
    """
    check_same_grid({"zones": zones, "excluded": excluded})
    numbers = [number for number in ZONE_NAMES if (zones.values == number).any()]
    rough = [
        cells_to_polygons(np.isin(zones.values, numbers[: i + 1]), zones).geometry.union_all()
        for i in range(len(numbers))
    ]
    cells = [int((zones.values == number).sum()) * zones.cell_km2 for number in numbers]
    shapes = None
    if outline is not None:
        shapes = _divided(zones, numbers, outline)
    elif smooth:
        # Where rounding defeats the overlay itself, the cell edges are still right; the column says so.
        with suppress(shapely.errors.GEOSException):
            barred = cells_to_polygons(excluded.values, zones).geometry.union_all()
            shapes = _nested(rough, cells, barred, min(zones.cell_m))
    smoothed = shapes is not None
    if shapes is None:
        shapes = [one if i == 0 else shapely.difference(one, rough[i - 1]) for i, one in enumerate(rough)]
    frame = gpd.GeoDataFrame(
        {"zone": [ZONE_NAMES[number] for number in numbers], "cells_km2": cells, "smoothed": smoothed},
        geometry=gpd.GeoSeries(shapes, crs=zones.crs),
    )
    frame["area_km2"] = frame.area / 1e6
    frame["polsby_popper"] = 4 * np.pi * frame.area / frame.length**2
    return frame[["zone", "area_km2", "cells_km2", "polsby_popper", "smoothed", "geometry"]]


def _nested(
    rough: list[shapely.Geometry], cells_km2: list[float], barred: shapely.Geometry, cell: float
) -> list[shapely.Geometry] | None:
    """Rounded zones from the inside out, each with the area of its cells; None where one cannot keep it."""
    shapes: list[shapely.Geometry] = []
    inner, before = shapely.Polygon(), shapely.Polygon()
    for outline, area in zip(rough, cells_km2, strict=True):
        # Only beside its own cells: a film along all of the inner zones is no land of this one.
        near = shapely.buffer(shapely.difference(outline, before), cell / 2, join_style="mitre")
        zone = _rounded(outline, inner, barred, near, area * 1e6, cell)
        if abs(zone.area / 1e6 - area) > AREA_TOLERANCE * area:
            return None
        shapes.append(zone)
        inner, before = _valid_area(shapely.union(inner, zone)), outline
    return shapes


def _divided(zones: Grid, numbers: list[int], outline: shapely.Geometry) -> list[shapely.Geometry]:
    """The land of an outline by zone: every place belongs to the zone of the nearest cell."""
    row, column = ndimage.distance_transform_edt(
        zones.values == 0, sampling=zones.cell_m, return_distances=False, return_indices=True
    )
    nearest = zones.values[row, column]
    shapes, left = [], outline
    for i, number in enumerate(numbers):
        if i == len(numbers) - 1:
            shapes.append(left)
            break
        region = cells_to_polygons(nearest == number, zones).geometry.to_numpy()
        # Corners are cut in proportion to their sides: cut to cells, a long border keeps its ends.
        rounded = shapely.union_all(
            [_cut_corners(part) for part in shapely.segmentize(region, min(zones.cell_m))]
        )
        shapes.append(_valid_area(shapely.intersection(left, rounded)))
        left = _valid_area(shapely.difference(left, rounded))
    return shapes


def _rounded(
    rough: shapely.Geometry,
    inner: shapely.Geometry,
    barred: shapely.Geometry,
    near: shapely.Geometry,
    area_m2: float,
    cell: float,
) -> shapely.Geometry:
    """A zone with its corners cut twice (Chaikin), without exclusions and the zones inside it, and the area
    lost or won given back by a narrow belt."""

    def zone_of(shape: shapely.Geometry) -> shapely.Geometry:
        free = _valid_area(shapely.difference(_valid_area(shape), barred))
        return _valid_area(shapely.intersection(_valid_area(shapely.difference(free, inner)), near))

    cut = shapely.union_all([_cut_corners(part) for part in shapely.get_parts(rough)])
    zone = zone_of(shapely.simplify(cut, cell / 8))
    for _ in range(_BELTS):
        lack = area_m2 - zone.area
        if abs(lack) <= AREA_TOLERANCE * area_m2 / 10 or zone.is_empty:
            break
        zone = zone_of(shapely.buffer(zone, lack / zone.length, join_style="mitre"))
    return zone


def _valid_area(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.make_valid(shape))
    return shapely.union_all([one for one in parts if one.geom_type in ("Polygon", "MultiPolygon")])


def _cut_corners(part: shapely.Geometry, times: int = 2) -> shapely.Geometry:
    rings = []
    for ring in (part.exterior, *part.interiors):
        xy = shapely.get_coordinates(ring)[:-1]
        for _ in range(times):
            after = np.roll(xy, -1, axis=0)
            xy = np.stack([0.75 * xy + 0.25 * after, 0.25 * xy + 0.75 * after], axis=1).reshape(-1, 2)
        rings.append(xy)
    shape = shapely.Polygon(rings[0], rings[1:])
    return shape if shape.is_valid else shapely.make_valid(shape)


def pieces_of(
    polygons: gpd.GeoDataFrame, zones: Grid, inside: Flags, towns: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """One row per piece of the whole boundary, the largest first."""
    parts = shapely.get_parts(shapely.union_all(shapely.set_precision(polygons.geometry.to_numpy(), 0.001)))
    parts = parts[np.argsort(-shapely.area(parts), kind="stable")]
    frame = gpd.GeoDataFrame(geometry=parts, crs=polygons.crs)
    # The number of the piece in each cell; where pieces touch one cell the largest, which is burnt last.
    numbered = [(part, place) for place, part in enumerate(parts, 1)][::-1]
    place = rasterize(numbered, zones.shape, transform=zones.transform, all_touched=True, dtype="int32")
    row = {"area_km2": frame.area / 1e6}
    for name, mask in (
        ("built_km2", inside),
        ("new_km2", (zones.values == CONCENTRATED) & ~inside),
        ("elastic_km2", zones.values == ELASTIC),
        ("special_km2", zones.values == SPECIAL),
    ):
        found = np.bincount(place[mask & (zones.values > 0)], minlength=len(frame) + 1)[1:]
        row[name] = found * zones.cell_km2
    table = frame.assign(**row)
    table["why"] = [
        _why(*one)
        for one in zip(
            table["built_km2"], table["new_km2"] + table["elastic_km2"], table["special_km2"], strict=True
        )
    ]
    if towns is not None:
        points = towns.geometry.to_crs(zones.crs.to_wkt()).to_numpy()
        nearest = shapely.distance(parts[:, None], points[None]).argmin(axis=1)
        table.insert(0, "town", towns.index[nearest])
    table.index = pd.RangeIndex(1, len(table) + 1, name="piece")
    return table[[*table.columns.drop("geometry"), "geometry"]]


def _why(built: float, new: float, special: float) -> str:
    if not built:
        return "new land" if new else "special-use land beside the boundary"
    said = "built-up land" + (" and growth around it" if new else "")
    return said + (", with special-use land beside it" if special else "")


def left_out_of(lost: Grid, excluded: Flags) -> gpd.GeoDataFrame:
    """Patches of built-up land outside the boundary and why they are."""
    parts = []
    for why, mask in (
        ("in an exclusion", lost.values & excluded),
        ("below the smallest piece", lost.values & ~excluded),
    ):
        found = cells_to_polygons(mask, lost)
        parts.append(
            gpd.GeoDataFrame({"area_ha": found["area_km2"] * 100.0, "why": why}, geometry=found.geometry)
        )
    whole = pd.concat(parts, ignore_index=True)
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=lost.crs).rename_axis("patch")


def figures_of(
    zones: Flags,
    inside: Flags,
    built: Flags,
    excluded: Flags,
    base_km2: float,
    cell_km2: float,
    parks: Mapping[str, Grid],
) -> pd.Series:
    """Areas and ratios of a boundary drawn from the built-up cells ``inside``, on a base year's land."""
    area = {name: int((zones == number).sum()) * cell_km2 for number, name in ZONE_NAMES.items()}
    core = zones == CONCENTRATED
    return pd.Series(
        {
            "pieces": float(ndimage.label(zones > 0)[1]),
            "built_km2": float((core & inside).sum()) * cell_km2,
            "new_km2": float((core & ~inside).sum()) * cell_km2,
            **{f"{name}_km2": value for name, value in area.items()},
            "boundary_km2": sum(area.values()),
            "elastic_share": area["elastic"] / area["concentrated"],
            "expansion_multiple": sum(area.values()) / base_km2,
            "built_inside_share": float((built & (zones > 0)).sum() / built.sum()),
            "cells_in_exclusions": float((excluded & (zones > 0)).sum()),
            "holes": float(holes_of(zones > 0)[1].sum()),
            **{
                f"special_km2 {name}": float((grid.values & (zones == SPECIAL)).sum()) * cell_km2
                for name, grid in parks.items()
            },
        },
        name="boundary",
    )
