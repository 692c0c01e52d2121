"""Urban form on grids: density by rings, green land, parks, infill."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import ndimage

from urbgeo.checks import check_minutes, check_points, check_polygons, check_quantity, check_share
from urbgeo.errors import InputError
from urbgeo.land.patches import mask_of, series_of, sources_of
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_lengths, check_metric, check_same_grid
from urbgeo.rasters.stretch import local_crs
from urbgeo.rasters.zonal import zonal_sums
from urbgeo.results import Result
from urbgeo.standards import PARK_WALK_M, PARK_WALK_MIN, SMALLEST_PARK_M2

_QUAD_SEGS = 128
"""Sides of a quarter of a circle: its area is right to 3e-5."""

INFILL_RADIUS_M = 300.0
INFILL_BUILT_SHARE = 0.5
"""Vacant land counts as infill when half of the land within 300 m is built-up. A judgement."""


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
    about = Provenance({"ring_km": ring_km, "reach_km": reach_km}, sources=sources_of(amount))
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
    values = mask_of(built, "built")
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
    return series_of(found, "park access", people, smallest_park_m2=smallest_park_m2, **rule)


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
    values = mask_of(built, "built")
    height, width = built.cell_m
    down, across = int(radius_m / height), int(radius_m / width)
    y, x = np.ogrid[-down : down + 1, -across : across + 1]
    disc = (np.hypot(y * height, x * width) <= radius_m).astype(float)
    around = ndimage.convolve(values.astype(float), disc, mode="constant")
    cells = ndimage.convolve(np.ones(values.shape), disc, mode="constant")
    vacant = ~values & (around / cells >= built_share)
    if within is not None:
        vacant &= mask_of(within, "within")
    if excluded is not None:
        vacant &= ~mask_of(excluded, "excluded")
    return built.having(vacant, source="infill potential")


def _given(**grids: Grid | None) -> dict[str, Grid]:
    return {name: grid for name, grid in grids.items() if grid is not None}


def _check_amount(grid: Grid, name: str) -> None:
    wrong = (grid.values < 0) | np.isinf(grid.values)
    if wrong.any():
        raise InputError(
            f"{name}: {int(wrong.sum())} cells are negative or infinite; a nodata value that the file does "
            "not declare? Set such cells to NaN."
        )
