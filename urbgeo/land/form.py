"""Urban form on grids: built-up land, patches, fractal dimension, density by rings, parks, infill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import ndimage

from urbgeo.checks import check_minutes, check_points, check_polygons, check_quantity, check_share
from urbgeo.engine.boxes import box_counts, dimension
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_bools, check_lengths, check_metric, check_same_grid
from urbgeo.rasters.stretch import local_crs
from urbgeo.rasters.zonal import zonal_sums
from urbgeo.results import Result
from urbgeo.standards import PARK_WALK_M, PARK_WALK_MIN, SMALLEST_PARK_M2
from urbgeo.types import Flags

EIGHT = np.ones((3, 3), bool)

_QUAD_SEGS = 128
"""Sides of a quarter of a circle: its area is right to 3e-5."""

INFILL_RADIUS_M = 300.0
INFILL_BUILT_SHARE = 0.5
"""Vacant land counts as infill when half of the land within 300 m is built-up. A judgement."""


def built_up(share: Grid, *, threshold: float = 0.5, close_cells: int = 0, smallest_ha: float = 0.0) -> Grid:
    """Built-up cells of a grid of built shares: a share at or above ``threshold``.

    Parameters
    ----------
    share
        Built share of each cell, 0 to 1; NaN is not built.
    threshold
        Closed lower bound, a share.
    close_cells
        Gaps narrower than twice so many cells are closed.
    smallest_ha
        Smaller patches (8 neighbours) are dropped.

    Returns
    -------
    Grid
        bool.

    Raises
    ------
    InputError
        When the grid is nodata everywhere or not a share, or a parameter is out of its range.

    Examples
    --------
    >>> from affine import Affine
    >>> share = Grid(np.array([[0.5, 0.49, np.nan]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> built_up(share).values.tolist()
    [[True, False, False]]
    """
    check_share(threshold, "threshold")
    check_quantity(smallest_ha, "smallest_ha", zero=True)
    if not isinstance(close_cells, int | np.integer) or isinstance(close_cells, bool) or close_cells < 0:
        raise InputError(f"close_cells: {close_cells!r}; give a whole number of cells >= 0.")
    check_metric(share, "share")
    values = share.values
    if share.missing.all():
        raise InputError("share: every cell is nodata.")
    if np.nanmin(values) < 0 or np.nanmax(values) > 1 + 1e-6:
        raise InputError(
            f"share: values from {np.nanmin(values):g} to {np.nanmax(values):g} are no shares; divide square "
            "metres of built-up land by the area of a cell."
        )
    mask = np.nan_to_num(values, nan=0.0) >= threshold
    if close_cells:
        wide = np.pad(mask, close_cells)
        wide = ndimage.binary_closing(wide, EIGHT, iterations=close_cells)
        mask = wide[close_cells:-close_cells, close_cells:-close_cells]
    if smallest_ha > 0:
        mask = drop_small(mask, cells_of(smallest_ha / 100.0, share.cell_km2))
    return share.having(mask, source=f"built-up land, share >= {threshold:g}, of {share.source}")


def cells_of(area_km2: float, cell_km2: float) -> int:
    """The fewest cells that make up an area."""
    return int(np.ceil(area_km2 / cell_km2 - 1e-9))


def drop_small(mask: Flags, cells: int) -> Flags:
    """The mask without patches (8 neighbours) of fewer cells."""
    label, count = ndimage.label(mask, EIGHT)
    if not count:
        return mask.copy()
    size = np.bincount(label.ravel())
    keep = size >= cells
    keep[0] = False
    return np.asarray(keep[label])


def patch_metrics(mask: Grid, *, landscape: Grid | None = None) -> pd.Series:
    """Patches and edges of the True cells.

    Parameters
    ----------
    mask
        bool.
    landscape
        Cells that count as landscape; all when None.

    Returns
    -------
    pandas.Series
        ``patches`` (8 neighbours), ``area_km2``, ``largest_share`` of the area in the largest patch,
        ``mean_patch_ha``, ``patch_density`` per 100 ha of landscape, ``edge_km`` against other cells (the
        rim of the grid is no edge), ``edge_density`` m/ha of landscape, ``cohesion_share`` of cell sides that
        adjoin another True cell. ``attrs["provenance"]`` tells the sources.

    Raises
    ------
    InputError
        For grids that are no bool, on other cells or in degrees, and a landscape of nothing.

    Examples
    --------
    >>> from affine import Affine
    >>> corners = Grid(np.eye(3, dtype=bool), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> patch_metrics(corners)[["patches", "area_km2"]].tolist()
    [1.0, 0.03]

    References
    ----------
    McGarigal, K. and Marks, B. (1995), FRAGSTATS.
    """
    check_metric(mask, "mask")
    values = _as_mask(mask, "mask")
    label, count = ndimage.label(values, EIGHT)
    size = np.bincount(label.ravel())[1:]
    height, width = mask.cell_m
    flat = values.astype(np.int8)
    across = np.abs(np.diff(flat, axis=1)).sum() * height
    down = np.abs(np.diff(flat, axis=0)).sum() * width
    joined = (flat[:, 1:] & flat[:, :-1]).sum() + (flat[1:] & flat[:-1]).sum()
    if landscape is not None:
        check_same_grid({"mask": mask, "landscape": landscape})
    cells = values.size if landscape is None else int(_as_mask(landscape, "landscape").sum())
    if not cells:
        raise InputError("landscape: no cell is True; there is nothing to relate to.")
    area, land_ha = values.sum() * mask.cell_km2, cells * mask.cell_km2 * 100.0
    return _said(
        {
            "patches": count,
            "area_km2": area,
            "largest_share": size.max() / values.sum() if count else np.nan,
            "mean_patch_ha": area * 100.0 / count if count else np.nan,
            "patch_density": count / land_ha * 100.0,
            "edge_km": (across + down) / 1e3,
            "edge_density": (across + down) / land_ha,
            "cohesion_share": 2.0 * joined / (4.0 * values.sum()) if count else np.nan,
        },
        "patches",
        mask,
    )


@dataclass(frozen=True, eq=False, repr=False)
class BoxCount(Result):
    """Boxes that hold something, by size: ``table`` on ``cells`` (side of a box) with ``boxes``.

    ``dimension`` is minus the slope of ln boxes over ln size: 2 for a filled plane, 1 for a line.
    """

    table: pd.DataFrame
    dimension: float
    provenance: Provenance

    @property
    def summary(self) -> pd.DataFrame:
        """The dimension, one row."""
        return pd.DataFrame({"dimension": [self.dimension]}, index=["all"])

    def _headline(self) -> str:
        return f"dimension {self.dimension:.3f} from {len(self.table)} sizes"


def box_dimension(mask: Grid) -> BoxCount:
    """Box-counting dimension of the True cells of a grid.

    Boxes have sides of 1, 2, 4 ... cells, up to a quarter of the longer side of the grid, counted as in
    :mod:`urbgeo.engine.boxes`.

    Parameters
    ----------
    mask
        bool.

    Returns
    -------
    BoxCount
        ``dimension``, and the count by size.

    Raises
    ------
    InputError
        When no cell is True, or the grid is too small for three sizes.

    Examples
    --------
    >>> from affine import Affine
    >>> plane = Grid(np.ones((130, 70), bool), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> round(box_dimension(plane).dimension, 6)
    2.0

    References
    ----------
    Mandelbrot, B. (1983), The fractal geometry of nature; Batty, M. and Longley, P. (1994), Fractal cities.
    """
    check_bools({"mask": mask})
    values = mask.values
    if not values.any():
        raise InputError("mask: no cell is True; there is nothing to count.")
    most = min(max(values.shape) // 4, min(values.shape))
    sizes = [2**k for k in range(30) if 2**k <= most]
    if len(sizes) < 3:
        raise InputError(f"mask: {values.shape} cells are too few; at least 16 on one side are needed.")
    counts = box_counts(*np.nonzero(values), np.array(sizes))
    table = pd.DataFrame({"boxes": counts}, index=pd.Index(sizes, name="cells"))
    source = (mask.source,) if mask.source else ()
    return BoxCount(table, dimension(np.array(sizes, float), counts), Provenance(sources=source))


@dataclass(frozen=True, eq=False, repr=False)
class DensityRings(Result):
    """Density by rings around a centre.

    ``table``: one row per ring on ``ring`` (from 1): ``from_km``, ``to_km``, ``land_km2``, ``amount``,
    ``density`` per km2 (NaN without land), ``fitted``, geometry. ``gradient`` and ``centre_density`` are g
    and d0 of ``d0 exp(-g km)``.
    """

    table: gpd.GeoDataFrame
    gradient: float
    centre_density: float
    provenance: Provenance
    _shown = "density"
    _titles = ("密度圈层", "Density by rings")

    @property
    def summary(self) -> pd.DataFrame:
        """Gradient per km and density at the centre per km2, one row."""
        fit = {"gradient_per_km": [self.gradient], "centre_density_per_km2": [self.centre_density]}
        return pd.DataFrame(fit, index=["all"])

    def _headline(self) -> str:
        fall = f"{self.centre_density:,.0f} per km2 falling by {self.gradient:.3f} per km"
        return f"{len(self.table)} rings, {fall}"


def density_rings(
    amount: Grid, centre: gpd.GeoDataFrame, *, ring_km: float = 1.0, reach_km: float = 30.0
) -> DensityRings:
    """Density by rings around a centre, and the gradient fitted to it.

    Rings are circles on the ground, whatever the CRS of the grid; a cell on an edge is divided between its
    rings by area. The fit is by least squares on the logarithm, rings weighted by what is in them.

    Parameters
    ----------
    amount
        What is counted per cell: people, or square metres built. NaN cells have no land.
    centre
        One point.
    ring_km, reach_km
        Width of a ring, and where the last one ends (narrower than the others if need be).

    Returns
    -------
    DensityRings
        ``table`` has one row per ring.

    Raises
    ------
    InputError
        When the centre is not one point, something is negative, or no two rings have anything.
    MissingExtraError
        Without the package exactextract (extra ``raster``).

    Examples
    --------
    >>> from affine import Affine
    >>> people = Grid(np.full((40, 40), 10.0), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> middle = gpd.GeoDataFrame(geometry=gpd.points_from_xy([502_000], [2_998_000]), crs=4547)
    >>> density_rings(people, middle, reach_km=2).table["density"].round().tolist()
    [1000.0, 1000.0]

    References
    ----------
    Clark, C. (1951), Urban population densities.
    """
    check_metric(amount, "amount")
    _check_amount(amount, "amount")
    check_points(centre, "centre")
    check_quantity(ring_km, "ring_km")
    check_quantity(reach_km, "reach_km")
    if len(centre) != 1 or ring_km > reach_km:
        raise InputError("centre, ring_km: give one point, and 0 < ring_km <= reach_km.")
    metres = local_crs(centre)
    here = centre.geometry.to_crs(metres).iloc[0]
    edges = np.minimum(np.arange(int(np.ceil(reach_km / ring_km - 1e-9)) + 1) * ring_km, reach_km)
    circles = [here.buffer(1e3 * km, quad_segs=_QUAD_SEGS) for km in edges[1:]]
    rings = [circles[0], *(outer.difference(inner) for inner, outer in pairwise(circles))]
    total, cells = zonal_sums(amount, gpd.GeoSeries(rings, crs=metres))
    land = cells * amount.cell_km2
    table = gpd.GeoDataFrame(
        {"from_km": edges[:-1], "to_km": edges[1:], "land_km2": land, "amount": total},
        index=pd.RangeIndex(1, len(edges), name="ring"),
        geometry=rings,
        crs=metres,
    )
    table["density"] = (table["amount"] / table["land_km2"].where(table["land_km2"] > 0)).astype(float)
    some = table["density"] > 0
    if some.sum() < 2:
        raise InputError("amount: fewer than two rings have anything in them; look at the centre's place.")
    middle = (table["from_km"] + table["to_km"]) / 2
    weights = np.sqrt(table.loc[some, "amount"])
    slope, top = np.polyfit(middle[some], np.log(table.loc[some, "density"]), 1, w=weights)
    table["fitted"] = np.exp(top + slope * middle)
    table = table[[*table.columns.drop("geometry"), "geometry"]]
    about = Provenance({"ring_km": ring_km, "reach_km": reach_km}, sources=_sources(amount))
    return DensityRings(table, float(-slope), float(np.exp(top)), about)


def green_share(built: Grid, green: gpd.GeoDataFrame) -> float:
    """Share of built-up land under green polygons, by exact area; where they overlap they count once.

    Parameters
    ----------
    built
        bool.
    green
        Polygons, any CRS.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    InputError
        For faulty polygons, or when nothing is built-up.

    Examples
    --------
    >>> from affine import Affine
    >>> import shapely
    >>> built = Grid(np.ones((1, 4), bool), Affine(100, 0, 500_000, 0, -100, 3_000_100), 4547)
    >>> park = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 500_100, 3_000_100)], crs=4547)
    >>> round(green_share(built, park), 6)
    0.25
    """
    check_polygons(green, "green")
    values = _as_mask(built, "built")
    if not values.any():
        raise InputError("built: no cell is built-up.")
    under, _ = zonal_sums(built, gpd.GeoSeries([green.union_all()], crs=green.crs))
    return float(under[0] / values.sum())


def park_access(
    people: Grid,
    parks: gpd.GeoDataFrame,
    *,
    within_m: float = PARK_WALK_M,
    smallest_park_m2: float = SMALLEST_PARK_M2,
    travel_min: Grid | None = None,
    minutes: float = PARK_WALK_MIN,
) -> pd.Series:
    """People who have a park near, in a straight line or in minutes.

    The people of a cell are near by the share of it that lies within ``within_m`` of the edge of a park, in a
    straight line; with ``travel_min`` a whole cell when it is reached in ``minutes``.

    Parameters
    ----------
    people
        Persons per cell.
    parks
        Polygons, any CRS.
    within_m
        Straight line to the edge of a park.
    smallest_park_m2
        Smaller parks do not count.
    travel_min
        Minutes of a travel surface from the parks, on the cells of ``people``.
    minutes
        Closed upper bound with ``travel_min``.

    Returns
    -------
    pandas.Series
        ``share``, ``people``, ``near``, and the number of ``parks`` that count.
        ``attrs["provenance"]`` tells the rest.

    Raises
    ------
    InputError
        For negative people or nobody, faulty polygons, parameters out of range.

    Examples
    --------
    >>> from affine import Affine
    >>> import shapely
    >>> people = Grid(np.full((1, 10), 5.0), Affine(100, 0, 500_000, 0, -100, 3_000_100), 4547)
    >>> park = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 500_100, 3_000_100)], crs=4547)
    >>> round(float(park_access(people, park, within_m=300)["share"]), 3)
    0.4
    """
    check_quantity(smallest_park_m2, "smallest_park_m2", zero=True)
    check_minutes(minutes)
    check_metric(people, "people")
    _check_amount(people, "people")
    check_polygons(parks, "parks")
    here = parks.geometry.to_crs(local_crs(parks))
    large = here[here.area >= smallest_park_m2]
    total = float(np.nansum(people.values))
    if total <= 0:
        raise InputError("people: nobody lives here; there is no share to take.")
    check_quantity(within_m, "within_m", zero=True)
    if travel_min is None:
        sums, _ = zonal_sums(people, gpd.GeoSeries([large.buffer(within_m).union_all()], crs=large.crs))
        reached = float(sums[0])
    else:
        check_same_grid({"people": people, "travel_min": travel_min})
        reached = float(np.nansum(people.values[travel_min.values <= minutes]))
    found = {"share": reached / total, "people": total, "near": reached, "parks": len(large)}
    rule = {"within_m": within_m} if travel_min is None else {"minutes": minutes}
    return _said(found, "park access", people, smallest_park_m2=smallest_park_m2, **rule)


def infill_potential(
    built: Grid,
    *,
    within: Grid | None = None,
    excluded: Grid | None = None,
    radius_m: float = INFILL_RADIUS_M,
    built_share: float = INFILL_BUILT_SHARE,
) -> Grid:
    """Vacant cells among built-up ones.

    Parameters
    ----------
    built
        bool.
    within, excluded
        bool grids: only inside the one (a boundary), never inside the other.
    radius_m, built_share
        How far one looks round a cell, and the least share of that land that is built.

    Returns
    -------
    Grid
        bool, True for vacant cells.

    Raises
    ------
    InputError
        For grids that are no bool or on other cells, and parameters out of range.

    Examples
    --------
    >>> from affine import Affine
    >>> gap = np.ones((3, 3), bool)
    >>> gap[1, 1] = False
    >>> built = Grid(gap, Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> int(infill_potential(built).values.sum())
    1
    """
    check_same_grid({"built": built} | _given(within=within, excluded=excluded))
    check_lengths(built, "built")
    check_quantity(radius_m, "radius_m")
    check_share(built_share, "built_share")
    values = _as_mask(built, "built")
    height, width = built.cell_m
    down, across = int(radius_m / height), int(radius_m / width)
    y, x = np.ogrid[-down : down + 1, -across : across + 1]
    disc = (np.hypot(y * height, x * width) <= radius_m).astype(float)
    around = ndimage.convolve(values.astype(float), disc, mode="constant")
    cells = ndimage.convolve(np.ones(values.shape), disc, mode="constant")
    vacant = ~values & (around / cells >= built_share)
    if within is not None:
        vacant &= _as_mask(within, "within")
    if excluded is not None:
        vacant &= ~_as_mask(excluded, "excluded")
    return built.having(vacant, source="infill potential")


def _sources(grid: Grid) -> tuple[str, ...]:
    return (grid.source,) if grid.source else ()


def _said(found: Mapping[str, float], name: str, grid: Grid, **parameters: float) -> pd.Series:
    series = pd.Series(dict(found), name=name)
    series.attrs["provenance"] = Provenance(parameters, sources=_sources(grid))
    return series


def _given(**grids: Grid | None) -> dict[str, Grid]:
    return {name: grid for name, grid in grids.items() if grid is not None}


def _check_amount(grid: Grid, name: str) -> None:
    wrong = (grid.values < 0) | np.isinf(grid.values)
    if wrong.any():
        raise InputError(
            f"{name}: {int(wrong.sum())} cells are negative or infinite; a nodata value that the file does "
            "not declare? Set such cells to NaN."
        )


def _as_mask(grid: Grid, name: str) -> Flags:
    check_bools({name: grid})
    return grid.values
