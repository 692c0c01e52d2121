"""Rasters of people: exact sums over polygons, and coverage by people inside isochrones.

Cells count by the exact fraction of their area that lies inside a polygon, so that polygons which divide the
land divide its people without rest. Needs the extra ``raster``.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rasterio.transform import array_bounds

from urbgeo.amounts import warn
from urbgeo.checks import check_polygons, check_share
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_grid
from urbgeo.rasters.zonal import on_grid, zonal_sums
from urbgeo.results import Result, with_names
from urbgeo.types import Floats, Shapes


@dataclass(frozen=True, eq=False, repr=False)
class PeopleCovered(Result):
    """People inside an area, as a whole and by zone.

    Attributes
    ----------
    table
        One row per zone: its name columns, ``people``, ``covered``, ``share`` (NaN without people),
        ``area_share`` of the zone covered, geometry.
    people, covered, share
        Over the whole raster.
    target, gap
        The share aimed at, and what is missing.
    provenance
        Source and parameters; ``shares`` tell the people outside all zones.
    """

    table: pd.DataFrame
    people: float
    covered: float
    share: float
    target: float | None
    gap: float
    provenance: Provenance
    _shown = "share"
    _titles = ("覆盖人口比例", "Share of people covered")

    @property
    def summary(self) -> pd.DataFrame:
        """``people``, ``covered``, ``share``, ``target``, ``gap``, one row."""
        names = ("people", "covered", "share", "target", "gap")
        return pd.DataFrame({name: [getattr(self, name)] for name in names}, index=["all"])

    def _headline(self) -> str:
        return f"{self.covered:,.0f} of {self.people:,.0f} people ({self.share:.1%})"


def people_in(people: Grid, polygons: gpd.GeoDataFrame) -> pd.Series:
    """People inside each polygon: the sum over cells of people times the fraction of the cell inside.

    Edges are densified before they are brought to the CRS of the raster, so that they stay where they were.

    Parameters
    ----------
    people
        Persons by cell, see :func:`urbgeo.rasters.files.read_grid`; cells without data hold nobody.
    polygons
        Valid polygons with unique index, any CRS.

    Returns
    -------
    pandas.Series
        ``people`` by polygon id; 0 where a polygon misses the raster. ``attrs["provenance"]`` tells the
        source.

    Raises
    ------
    InputError
        For faulty polygons, naming their ids, and negative or infinite people.
    MissingExtraError
        Without the package exactextract.

    Examples
    --------
    >>> from affine import Affine
    >>> people = Grid(np.array([[100.0, 50.0]]), Affine(100, 0, 500_000, 0, -100, 3_000_100), 4547)
    >>> half = gpd.GeoDataFrame(geometry=[shapely.box(500_050, 3_000_000, 500_200, 3_000_100)], crs=4547)
    >>> people_in(people, half).tolist()
    [100.0]
    """
    _check_people(people)
    check_polygons(polygons, "polygons")
    found = pd.Series(zonal_sums(people, polygons.geometry)[0], index=polygons.index, name="people")
    _tell_beyond(people, polygons)
    found.attrs["provenance"] = Provenance(sources=_sources(people))
    return found


def coverage_of_people(
    people: Grid,
    covered: gpd.GeoDataFrame,
    *,
    zones: gpd.GeoDataFrame | None = None,
    target: float | None = None,
) -> PeopleCovered:
    """People of a raster inside an area, e.g. the isochrones of the airports, by zone.

    Parameters
    ----------
    people
        Persons by cell, see :func:`urbgeo.rasters.files.read_grid`; cells without data hold nobody.
    covered
        Polygons; where they overlap, people count once.
    zones
        Polygons with unique index for the table; None for one row, ``"all"``.
    target
        Share of people aimed at.

    Returns
    -------
    PeopleCovered
        ``table`` has one row per zone.

    Raises
    ------
    InputError
        For faulty polygons (naming ids), a target outside 0..1, a raster without people.
    MissingExtraError
        Without the package exactextract.

    Examples
    --------
    >>> from affine import Affine
    >>> people = Grid(np.array([[100.0, 50.0]]), Affine(100, 0, 500_000, 0, -100, 3_000_100), 4547)
    >>> near = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 500_100, 3_000_100)], crs=4547)
    >>> round(float(coverage_of_people(people, near, target=0.8).gap), 3)
    0.133
    """
    _check_people(people)
    check_polygons(covered, "covered")
    if target is not None:
        check_share(target, "target")
    if not people.total > 0:
        raise InputError("people: there is nobody in it.")
    area = shapely.union_all(on_grid(covered.geometry, people))
    if zones is None:
        zones = gpd.GeoDataFrame(geometry=[shapely.box(*people.bounds)], index=["all"], crs=people.crs)
    check_polygons(zones, "zones")
    shapes = on_grid(zones.geometry, people)
    inside = shapely.intersection(shapes, area)
    living, reached = _people_of(people, shapes), _people_of(people, inside)
    table = pd.DataFrame(
        {
            "people": living,
            "covered": reached,
            "share": np.divide(reached, living, out=np.full(len(zones), np.nan), where=living > 0),
            "area_share": shapely.area(inside) / shapely.area(shapes),
        },
        index=zones.index,
    )
    whole, zoned = _people_of(people, [area, shapely.union_all(shapes)])
    share = whole / people.total
    return PeopleCovered(
        with_names(table, zones),
        people.total,
        float(whole),
        float(share),
        target,
        0.0 if target is None else max(0.0, target - share),
        Provenance(
            parameters={"target": target},
            sources=_sources(people),
            shares={"people outside all zones": max(0.0, 1.0 - zoned / people.total)},
        ),
    )


def _tell_beyond(people: Grid, polygons: gpd.GeoDataFrame) -> None:
    """Count polygons that reach beyond the raster by more than a cell: their people there are not known."""
    west, south, east, north = array_bounds(*people.values.shape, people.transform)
    cell = max(abs(people.transform.a), abs(people.transform.e))
    bounds = shapely.bounds(on_grid(polygons.geometry, people))
    inside = (bounds >= (west - cell, south - cell, -np.inf, -np.inf)) & (
        bounds <= (np.inf, np.inf, east + cell, north + cell)
    )
    beyond = ~inside.all(axis=1)
    if beyond.any():
        warn(
            f"people: {int(beyond.sum())} of {len(polygons)} polygons reach beyond the raster, only people "
            f"inside it are counted: {some_of(polygons.index[beyond])}."
        )


def _people_of(people: Grid, shapes: Shapes | list[shapely.Geometry]) -> Floats:
    return zonal_sums(people, gpd.GeoSeries(shapes, crs=people.crs))[0]


def _sources(people: Grid) -> tuple[str, ...]:
    return (people.source,) if people.source else ()


def _check_people(people: Grid) -> None:
    check_grid(people, "people")
    wrong = (people.values < 0) | np.isinf(people.values)
    if wrong.any():
        raise InputError(
            f"people: {int(wrong.sum())} cells are negative or infinite; a no-data value that the "
            "file does not declare? Name it in read_grid(nodata=)."
        )
