"""Delineation of an urban development boundary (城镇开发边界): demand, growth, zones, readable polygons."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from urbgeo.checks import check_quantity, check_share
from urbgeo.errors import Faults, InputError
from urbgeo.land.patches import cells_of, drop_small
from urbgeo.provenance import Provenance
from urbgeo.rasters.align import cells_to_polygons
from urbgeo.rasters.cells import grow
from urbgeo.rasters.grid import Grid, check_metric, check_same_grid
from urbgeo.standards import ELASTIC_SHARE, EXPANSION_MULTIPLE, NEW_TOWN_LAND_M2
from urbgeo.types import Flags
from urbgeo.units import convert_area

CONCENTRATED, ELASTIC, SPECIAL = 1, 2, 3
ZONE_NAMES = {CONCENTRATED: "concentrated", ELASTIC: "elastic", SPECIAL: "special"}

AREA_TOLERANCE = 0.01
"""Smoothed polygons keep the area of their cells within this share."""

_ROUNDS = 25
_BELTS = 12


@dataclass(frozen=True)
class LandDemand:
    """Urban land a plan asks for, km2: ``wanted`` by people, ``allowed`` after the cap; which one binds."""

    people: float
    per_capita_m2: float
    wanted_km2: float
    cap_km2: float
    allowed_km2: float

    @property
    def binds(self) -> str:
        """``"people"`` or ``"cap"``."""
        return "cap" if self.cap_km2 < self.wanted_km2 else "people"


@dataclass(frozen=True, eq=False)
class Boundary:
    """A development boundary.

    ``zones``: 0 outside, 1 concentrated, 2 elastic, 3 special use. ``polygons``: one row per zone with
    ``zone``, ``area_km2``, ``cells_km2``, ``polsby_popper``, ``smoothed``. ``summary``: areas and ratios.
    ``left_out``: built-up cells that lie in an exclusion or a patch below the minimum size.
    """

    zones: Grid
    polygons: gpd.GeoDataFrame
    summary: pd.Series
    left_out: Grid
    provenance: Provenance = field(repr=False)


def land_demand(
    people: float,
    *,
    growth_per_year: float = 0.0,
    years: float = 0.0,
    per_capita_m2: float = NEW_TOWN_LAND_M2,
    cap: float | None = None,
    cap_unit: str = "km2",
) -> LandDemand:
    """Land for the people projected: ``people (1 + g)^years`` times the land of each, below a cap.

    ``cap`` is in ``cap_unit`` (``"km2"``, ``"ha"``, ``"mu"``, ``"wan_mu"``, ``"m2"``).

    Raises
    ------
    InputError
        For numbers that are none, or an unknown unit.
    """
    faults = Faults("land demand")
    if not (np.isfinite(people) and people > 0):
        faults.add(f"people {people!r}", remedy="give a number > 0")
    if not (np.isfinite(per_capita_m2) and per_capita_m2 > 0):
        faults.add(f"per_capita_m2 {per_capita_m2!r}", remedy="give square metres > 0")
    if not (np.isfinite(growth_per_year) and growth_per_year > -1 and np.isfinite(years) and years >= 0):
        faults.add("growth_per_year, years", remedy="give a share above -1 and years >= 0")
    faults.raise_if_any()
    later = people * (1.0 + growth_per_year) ** years
    wanted = later * per_capita_m2 / 1e6
    most = np.inf if cap is None else convert_area(cap, cap_unit, to="km2")
    return LandDemand(later, per_capita_m2, wanted, most, min(wanted, most))


def delineate_boundary(
    built: Grid,
    score: Grid,
    excluded: Grid,
    *,
    demand: float,
    unit: str = "km2",
    elastic_share: float = ELASTIC_SHARE,
    special: Grid | Mapping[str, Grid] | None = None,
    special_reach_m: float | None = None,
    special_counts: bool = True,
    base_built_km2: float | None = None,
    expansion_multiple: float = EXPANSION_MULTIPLE,
    min_patch_ha: float = 1.0,
    fill_holes_ha: float = 1.0,
    radius_cells: int = 2,
    neighbour_power: float = 1.0,
    smooth: bool = True,
) -> Boundary:
    """Draw a development boundary around existing built-up land.

    The concentrated area grows from built-up land by ``score`` times the share of chosen cells around,
    best cell first, until built-up and new land meet the demand to the cell; the elastic area grows on from
    there. No cell of an exclusion is taken, and no polygon touches one.

    Parameters
    ----------
    built, excluded
        bool grids. Built-up land in an exclusion is left out and reported.
    score
        Suitability; cells with a score <= 0 or NaN are never taken.
    demand, unit
        Land of the concentrated area, built-up land included, in ``"km2"``, ``"ha"``, ``"mu"``, ...
    elastic_share
        Elastic over concentrated area, see :func:`urbgeo.standards.elastic_share`.
    special
        bool grid, or several by name, of parks, heritage and the like. Nothing grows there; patches that
        adjoin the boundary become the special-use zone.
    special_reach_m
        How far from the boundary special-use land is taken; None for whole patches.
    special_counts
        Whether the special-use zone counts in the expansion multiple; the rule's text was not at hand.
    base_built_km2, expansion_multiple
        The whole boundary may have at most so many times the base year's built-up land (the built grid
        when None); the elastic area is cut back to it.
    min_patch_ha, fill_holes_ha
        Smaller patches are dropped; smaller holes without an exclusion in them are filled.
    radius_cells, neighbour_power
        Neighbourhood, and how strongly it counts (0: by score alone).
    smooth
        Round the stairs of the cells off; the area stays within 1 %.

    Raises
    ------
    InputError
        For layers on other cells, masks that are no bool, demand below the built-up land, above the
        multiple (with its special-use land), or above the suitable land (telling how much is missing).
    """
    parks = {} if special is None else {"special": special} if isinstance(special, Grid) else dict(special)
    _check_masks(built, score, excluded, parks)
    _check_rules(elastic_share, expansion_multiple, radius_cells, neighbour_power, special_reach_m)
    cell_km2 = built.cell_km2
    small, holes = _cells(min_patch_ha, cell_km2), _cells(fill_holes_ha, cell_km2)
    inside = drop_small(built.values & ~excluded.values, small)
    wanted = round(convert_area(demand, unit, to="km2") / cell_km2)
    base = float(built.values.sum()) * cell_km2 if base_built_km2 is None else base_built_km2
    check_quantity(base, "base_built_km2")
    most = int(np.floor(base * expansion_multiple / cell_km2 + 1e-9))
    park = np.logical_or.reduce([np.zeros(built.shape, bool), *(grid.values for grid in parks.values())])
    park &= ~excluded.values & ~inside
    suitable = np.where(park, 0.0, np.nan_to_num(score.values, nan=0.0).astype(float))
    free = ~excluded.values & (suitable > 0) & ~inside
    _check_demand(wanted, int(inside.sum()), int(free.sum()), most, cell_km2, expansion_multiple)
    rules = _Rules(small, holes, radius_cells, neighbour_power)
    core = _grown(inside, suitable, free, excluded.values, wanted, rules)
    if core.sum() < wanted:
        missing = (wanted - core.sum()) * cell_km2
        raise InputError(
            f"demand: {missing:.2f} km2 are missing; the suitable land left is in patches below "
            f"{min_patch_ha:g} ha. Lower min_patch_ha or the demand, or review the exclusions."
        )
    more = min(int(np.floor(wanted * elastic_share + 1e-9)), most - wanted)
    reach = np.inf if special_reach_m is None else special_reach_m
    zones = np.zeros(built.shape, np.uint8)
    while True:
        whole = _grown(core, suitable, free & ~core, excluded.values, wanted + more, rules)
        beside = _adjoining(park & ~whole, whole, reach, built.cell_m)
        over = int(whole.sum() + beside.sum()) - most if special_counts else 0
        if over <= 0 or not beside.any():
            break
        if not more:
            raise InputError(
                f"special: with the special-use land beside it the boundary is {over * cell_km2:.2f} km2 "
                f"above {expansion_multiple:g} times the base year's built-up land; lower the demand or "
                "special_reach_m, or give special_counts=False."
            )
        more = max(more - over, 0)
    zones[whole], zones[core], zones[beside] = ELASTIC, CONCENTRATED, SPECIAL
    grid = built.having(zones, source="urbgeo development boundary")
    return Boundary(
        zones=grid,
        polygons=zone_polygons(grid, excluded, smooth=smooth),
        summary=_summary(zones, inside, built.values, excluded.values, base, cell_km2, parks),
        left_out=built.having(built.values & ~inside & (zones == 0), source="built-up land left out"),
        provenance=Provenance(
            parameters={
                "demand_km2": wanted * cell_km2,
                "elastic_share": elastic_share,
                "expansion_multiple": expansion_multiple,
                "base_built_km2": base,
                "min_patch_ha": min_patch_ha,
                "fill_holes_ha": fill_holes_ha,
                "radius_cells": radius_cells,
                "neighbour_power": neighbour_power,
                "special": tuple(parks),
                "special_reach_m": special_reach_m,
                "special_counts": special_counts,
            },
            sources=tuple(one.source for one in (built, score, excluded) if one.source),
        ),
    )


def zone_polygons(zones: Grid, excluded: Grid, *, smooth: bool = True) -> gpd.GeoDataFrame:
    """Polygons of a zone grid, one row per zone, that share their borders and keep out of exclusions.

    Smoothing cuts the corners of the cell edges. Each zone keeps the area of its cells within 1 %; where
    rounding cannot hold that (patches of a few cells), all keep the cell edges, and ``smoothed`` is False.
    """
    check_same_grid({"zones": zones, "excluded": excluded})
    numbers = [number for number in ZONE_NAMES if (zones.values == number).any()]
    rough = [
        _outline(np.isin(zones.values, numbers[: i + 1]) & (zones.values > 0), zones)
        for i in range(len(numbers))
    ]
    cells = [int((zones.values == number).sum()) * zones.cell_km2 for number in numbers]
    shapes = None
    if smooth:
        # Where rounding defeats the overlay itself, the cell edges are still right; the column says so.
        with suppress(shapely.errors.GEOSException):
            shapes = _nested(rough, cells, _outline(excluded.values, zones), min(zones.cell_m))
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


@dataclass(frozen=True)
class _Rules:
    small: int
    holes: int
    radius: int
    power: float


def _cells(area_ha: float, cell_km2: float) -> int:
    if not 0 <= area_ha < np.inf:
        raise InputError(f"min_patch_ha, fill_holes_ha: {area_ha!r}; give hectares >= 0.")
    return cells_of(area_ha / 100.0, cell_km2)


def _check_rules(
    elastic: float, multiple: float, radius: int, power: float, special_reach_m: float | None
) -> None:
    check_share(elastic, "elastic_share")
    check_quantity(multiple, "expansion_multiple")
    check_quantity(power, "neighbour_power", zero=True)
    if not isinstance(radius, int | np.integer) or radius < 1:
        raise InputError(f"radius_cells: {radius!r}; give a whole number of cells >= 1.")
    if special_reach_m is not None:
        check_quantity(special_reach_m, "special_reach_m")


def _check_masks(built: Grid, score: Grid, excluded: Grid, parks: Mapping[str, Grid]) -> None:
    masks = {"built": built, "excluded": excluded} | dict(parks)
    check_same_grid({**masks, "score": score})
    check_metric(built, "built")
    faults = Faults("boundary")
    soft = [name for name, grid in masks.items() if grid.values.dtype != bool]
    if soft:
        faults.add("no bool grids", ids=soft, remedy="compare them with a threshold")
    elif not built.values.any():
        faults.add("no cell is built-up", remedy="a boundary grows from existing built-up land")
    if score.missing.all():
        faults.add("score is nodata everywhere")
    faults.raise_if_any()


def _check_demand(wanted: int, stands: int, free: int, most: int, cell_km2: float, multiple: float) -> None:
    if wanted < stands:
        raise InputError(
            f"demand: {wanted * cell_km2:.2f} km2 is less than the built-up land of {stands * cell_km2:.2f} "
            "km2 the boundary starts from."
        )
    if wanted > stands + free:
        raise InputError(
            f"demand: {wanted * cell_km2:.2f} km2 is above built-up and suitable land together; "
            f"{(wanted - stands - free) * cell_km2:.2f} km2 are missing. Lower the demand, or review the "
            "exclusions."
        )
    if wanted > most:
        raise InputError(
            f"demand: {wanted * cell_km2:.2f} km2 is above {multiple:g} times the base year's built-up land, "
            f"{(wanted - most) * cell_km2:.2f} km2 too much."
        )


def _grown(
    start: Flags, score: NDArray[np.float64], free: Flags, excluded: Flags, wanted: int, rules: _Rules
) -> Flags:
    """Grow, fill small holes, drop small patches, until the count is right to the cell.

    Filling adds cells, so growth stops earlier the next round; the last few cells are then added one by
    one without filling.
    """
    free, aim, under = free.copy(), wanted, start
    for _ in range(_ROUNDS):
        chosen = start.copy()
        grow(chosen, score, free, aim, rules.radius, rules.power)
        kept = drop_small(chosen, rules.small) | start
        free &= ~(chosen & ~kept)
        filled = _fill_holes(kept, excluded, score > 0, rules.holes)
        count = int(filled.sum())
        if count == wanted:
            return filled
        if count < wanted:
            if count >= under.sum():
                under = filled
            aim = min(aim + wanted - count, wanted)
            if (chosen == kept).all() and aim == wanted and chosen.sum() < aim:
                break
        else:
            aim -= count - wanted
    last = under.copy()
    grow(last, score, free, wanted, rules.radius, rules.power)
    return last


def _fill_holes(mask: Flags, excluded: Flags, suitable: Flags, most: int) -> Flags:
    """Fill holes of at most so many cells that hold neither exclusion nor unsuitable land."""
    label, holes = _holes(mask)
    if not holes.any() or not most:
        return mask
    size = np.bincount(label.ravel(), minlength=len(holes))
    barred = np.bincount(label[excluded | ~suitable], minlength=len(holes)) > 0
    fill = holes & (size <= most) & ~barred
    return np.asarray(mask | fill[label])


def _holes(mask: Flags) -> tuple[NDArray[np.int32], Flags]:
    """Numbered patches of what the mask leaves out, and which of the numbers are holes: not at the rim."""
    label, count = ndimage.label(~mask)
    hole = np.ones(count + 1, bool)
    hole[np.concatenate([label[0], label[-1], label[:, 0], label[:, -1]])] = False
    hole[0] = False
    return label, hole


def _adjoining(some: Flags, others: Flags, reach_m: float, cell_m: tuple[float, float]) -> Flags:
    """Patches of ``some`` that touch ``others``, as far as they reach."""
    label, _ = ndimage.label(some)
    beside = np.unique(label[ndimage.binary_dilation(others) & some])
    found = np.isin(label, beside[beside > 0])
    if np.isfinite(reach_m) and found.any():
        found &= ndimage.distance_transform_edt(~others, sampling=cell_m) <= reach_m
    return np.asarray(found)


def _summary(
    zones: NDArray[np.uint8],
    inside: Flags,
    built: Flags,
    excluded: Flags,
    base_km2: float,
    cell_km2: float,
    parks: Mapping[str, Grid],
) -> pd.Series:
    area = {name: int((zones == number).sum()) * cell_km2 for number, name in ZONE_NAMES.items()}
    core = zones == CONCENTRATED
    return pd.Series(
        {
            "built_km2": float((core & inside).sum()) * cell_km2,
            "new_km2": float((core & ~inside).sum()) * cell_km2,
            **{f"{name}_km2": value for name, value in area.items()},
            "boundary_km2": sum(area.values()),
            "elastic_share": area["elastic"] / area["concentrated"],
            "expansion_multiple": sum(area.values()) / base_km2,
            "built_inside_share": float((built & (zones > 0)).sum() / built.sum()),
            "cells_in_exclusions": float((excluded & (zones > 0)).sum()),
            "holes": float(_holes(zones > 0)[1].sum()),
            **{
                f"special_km2 {name}": float((grid.values & (zones == SPECIAL)).sum()) * cell_km2
                for name, grid in parks.items()
            },
        },
        name="boundary",
    )


def _outline(mask: Flags, like: Grid) -> shapely.Geometry:
    return cells_to_polygons(mask, like).geometry.union_all()


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
    def cut(ring: shapely.Geometry) -> NDArray[np.float64]:
        xy = shapely.get_coordinates(ring)[:-1]
        for _ in range(times):
            after = np.roll(xy, -1, axis=0)
            xy = np.stack([0.75 * xy + 0.25 * after, 0.25 * xy + 0.75 * after], axis=1).reshape(-1, 2)
        return xy

    shape = shapely.Polygon(cut(part.exterior), [cut(ring) for ring in part.interiors])
    return shape if shape.is_valid else shapely.make_valid(shape)
