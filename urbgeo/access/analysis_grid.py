"""Zones of one size over any area, squares or hexagons, with people shared out among them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.amounts import amount_of
from urbgeo.checks import check_choice, check_polygons, check_quantity
from urbgeo.crs import WGS84
from urbgeo.errors import InputError, MissingExtraError
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid
from urbgeo.rasters.stretch import measuring_crs
from urbgeo.rasters.zonal import zonal_sums
from urbgeo.types import Floats, Shapes

MOST_CELLS = 2_000_000
"""More zones than this are a slip of the unit rather than a wish."""

H3_EDGES_M = (
    1_281_256.0, 483_057.0, 182_513.0, 68_979.0, 26_072.0, 9_854.0, 3_725.0, 1_406.0, 531.4, 200.8, 75.9,
    28.7, 10.8, 4.1, 1.55, 0.58,
)  # fmt: skip
"""Mean edge of an H3 cell by resolution, as its library documents them."""


def analysis_grid(
    area: Any,
    *,
    cell_m: float,
    people: Grid | gpd.GeoDataFrame | None = None,
    population: str | pd.Series | None = None,
    shape: str = "square",
) -> gpd.GeoDataFrame:
    """Zones of one size over an area, with the people of a raster or of larger zones shared out.

    Squares lie on multiples of their side in a CRS that keeps areas, so that neighbouring areas fit together;
    those on the rim are cut to the area. People of a raster go to zones by the exact share of each cell,
    people of zones by area: they are spread evenly over each.

    Parameters
    ----------
    area
        Polygons in any CRS, or a Region (its zones).
    cell_m
        Side of a square in metres; of hexagons, the H3 resolution whose edge is nearest.
    people
        Persons by cell, or zones that hold people.
    population
        With zones: their column of persons, or a Series on their index.
    shape
        ``"square"``, or ``"hexagon"`` where the library h3 is at hand.

    Returns
    -------
    geopandas.GeoDataFrame
        ``area_km2``, ``population`` (where people are given) and geometry on a text id (``"E500_N3000"``, the
        lower left corner in cells; the H3 index of hexagons). ``attrs["provenance"]`` has the share of people
        outside the area.

    Raises
    ------
    InputError
        For faulty polygons (naming ids), a side that makes more than two million zones, people without their
        column.
    MissingExtraError
        For hexagons without h3, or a raster without exactextract.

    Examples
    --------
    >>> park = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 502_000, 3_001_000)], crs=4547)
    >>> town = gpd.GeoDataFrame({"people": [800.0]}, geometry=park.geometry, crs=4547)
    >>> squares = analysis_grid(park, cell_m=1000, people=town, population="people")
    >>> squares["population"].round().tolist()
    [400.0, 400.0]
    """
    check_choice(shape, "shape", ("square", "hexagon"))
    check_quantity(cell_m, "cell_m")
    frame = area if isinstance(area, gpd.GeoDataFrame) else getattr(area, "zones", area)
    check_polygons(frame, "area")
    crs = measuring_crs(frame)
    land = shapely.union_all(frame.geometry.to_crs(crs).make_valid().to_numpy())
    ids, shapes = _squares(land, cell_m) if shape == "square" else _hexagons(land, crs, cell_m)
    table = gpd.GeoDataFrame({"area_km2": shapely.area(shapes) / 1e6}, index=ids, geometry=shapes, crs=crs)
    shares: dict[str, float] = {}
    if people is not None:
        table.insert(1, "population", _shared(table, people, population))
        everybody = people.total if isinstance(people, Grid) else float(_amount(people, population).sum())
        inside = float(table["population"].sum())
        shares["people outside the area"] = max(0.0, 1.0 - inside / everybody) if everybody else 0.0
    table.attrs["provenance"] = Provenance({"cell_m": cell_m, "shape": shape}, shares=shares)
    return table


def _squares(land: shapely.Geometry, cell_m: float) -> tuple[pd.Index, Shapes]:
    west, south, east, north = land.bounds
    first_x, first_y = int(np.floor(west / cell_m)), int(np.floor(south / cell_m))
    columns, rows = int(np.ceil(east / cell_m)) - first_x, int(np.ceil(north / cell_m)) - first_y
    if rows * columns > MOST_CELLS:
        raise InputError(f"cell_m: {cell_m:g} makes {rows:,} x {columns:,} squares; give a larger one.")
    x, y = (part.ravel() for part in np.meshgrid(first_x + np.arange(columns), first_y + np.arange(rows)))
    boxes = shapely.box(x * cell_m, y * cell_m, (x + 1) * cell_m, (y + 1) * cell_m)
    names = np.array([f"E{east_}_N{north_}" for east_, north_ in zip(x.tolist(), y.tolist(), strict=True)])
    return _cut(names, boxes, land)


def _hexagons(land: shapely.Geometry, crs: Any, cell_m: float) -> tuple[pd.Index, Shapes]:
    try:
        import h3
    except ImportError as error:
        raise MissingExtraError("h3", "raster", "Hexagons") from error
    level = int(np.abs(np.log(np.array(H3_EDGES_M)) - np.log(cell_m)).argmin())
    whole = gpd.GeoSeries([land.buffer(2 * H3_EDGES_M[level])], crs=crs).to_crs(WGS84).iloc[0]
    # The middles of cells count there: the rim is asked for with a margin and cut afterwards.
    names = np.array(sorted(h3.geo_to_cells(whole, level)))
    if len(names) > MOST_CELLS:
        raise InputError(f"cell_m: {cell_m:g} makes {len(names):,} hexagons; give a larger one.")
    rings = [[(lon, lat) for lat, lon in h3.cell_to_boundary(name)] for name in names]
    shapes = gpd.GeoSeries([shapely.Polygon(ring) for ring in rings], crs=WGS84).to_crs(crs)
    return _cut(names, shapes.to_numpy(), land)


def _cut(names: Any, shapes: Shapes, land: shapely.Geometry) -> tuple[pd.Index, Shapes]:
    """Zones that share area with the land, cut to it where they cross its rim."""
    shapely.prepare(land)
    kept = shapely.intersects(land, shapes)
    names, shapes = names[kept], np.array(shapes[kept], dtype=object)
    rim = ~shapely.contains_properly(land, shapes)
    shapes[rim] = shapely.intersection(shapes[rim], land)
    some = shapely.area(shapes) > 0
    return pd.Index(names[some], name="zone"), shapes[some]


def _shared(
    table: gpd.GeoDataFrame, people: Grid | gpd.GeoDataFrame, population: str | pd.Series | None
) -> Floats:
    if isinstance(people, Grid):
        return zonal_sums(people, table.geometry)[0]
    amount = _amount(people, population)
    held = people.geometry.to_crs(table.crs).make_valid()
    one, other = shapely.STRtree(table.geometry.to_numpy()).query(held.to_numpy(), predicate="intersects")
    shared = shapely.area(shapely.intersection(held.to_numpy()[one], table.geometry.to_numpy()[other]))
    density = amount.to_numpy(float) / shapely.area(held.to_numpy())
    found = np.bincount(other, weights=shared * density[one], minlength=len(table))
    return found.astype(np.float64)


def _amount(people: gpd.GeoDataFrame, population: str | pd.Series | None) -> pd.Series:
    check_polygons(people, "people")
    if population is None:
        raise InputError("population: name the column of people that holds persons.")
    return amount_of(population, people, name="population", frame_name="people")
