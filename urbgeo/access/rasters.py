"""Rasters of people: exact sums over polygons, and coverage by people inside isochrones.

Cells count by the exact fraction of their area that lies inside a polygon, so that polygons which divide the
land divide its people without rest. Needs the extra ``raster``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.transform import Affine

from urbgeo.checks import check_polygons, check_share
from urbgeo.errors import InputError, MissingExtraError, SourceError
from urbgeo.provenance import Provenance
from urbgeo.types import Floats


@dataclass(frozen=True, eq=False)
class PeopleRaster:
    """People by cell.

    Attributes
    ----------
    values
        (rows, columns), people in each cell, >= 0; 0 where there is no data.
    transform, crs
        Where the cells lie; rows run south, columns east.
    source
        File it came from.
    """

    values: Floats
    transform: Affine
    crs: Any
    source: str = ""

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or not np.isfinite(self.values).all() or (self.values < 0).any():
            raise InputError("raster: people must be a table of finite numbers >= 0; mark no data as 0.")
        if self.crs is None:
            raise InputError("raster: it has no CRS; give the one its cells lie in.")
        if self.transform.b or self.transform.d or self.transform.a <= 0 or self.transform.e >= 0:
            raise InputError("raster: its rows must run south and its columns east; warp it first.")

    @property
    def total(self) -> float:
        """All people."""
        return float(self.values.sum())

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in the CRS of the raster."""
        rows, columns = self.values.shape
        west, north = self.transform.c, self.transform.f
        return west, north + rows * self.transform.e, west + columns * self.transform.a, north

    def __repr__(self) -> str:
        return f"<PeopleRaster {self.values.shape[0]} x {self.values.shape[1]}, {self.total:,.0f} people>"


@dataclass(frozen=True, eq=False)
class PeopleCovered:
    """People inside an area, as a whole and by zone.

    Attributes
    ----------
    table
        One row per zone: ``people``, ``covered``, ``share`` (NaN without people), ``area_share`` of the zone
        covered.
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

    def __repr__(self) -> str:
        return f"<PeopleCovered {self.covered:,.0f} of {self.people:,.0f} ({self.share:.1%})>"


def read_people(path: Path | str) -> PeopleRaster:
    """Read the first band of a raster of people; no data and negative marks of it count as 0.

    Raises
    ------
    SourceError
        When the file cannot be read as a raster.
    InputError
        When it has no CRS, is turned, or holds negative people that are not its no-data value.
    """
    try:
        with rasterio.open(path) as file:
            band = file.read(1, masked=True)
            transform, crs = file.transform, file.crs
    except rasterio.errors.RasterioIOError as error:
        raise SourceError(f"{path}: no raster that can be read ({error}).") from error
    values = np.ma.filled(band.astype(np.float64), 0.0)
    return PeopleRaster(np.where(np.isnan(values), 0.0, values), transform, crs, str(Path(path).name))


def people_in(raster: PeopleRaster, polygons: gpd.GeoDataFrame) -> pd.Series:
    """People inside each polygon: the sum over cells of people times the fraction of the cell inside.

    Edges are densified before they are brought to the CRS of the raster, so that they stay where they were.

    Returns
    -------
    pandas.Series
        ``people`` by polygon id; 0 where a polygon misses the raster.

    Raises
    ------
    InputError
        For faulty polygons, naming their ids.
    MissingExtraError
        Without the package exactextract.
    """
    check_polygons(polygons, "polygons")
    shapes = _on_raster(polygons, raster)
    return pd.Series(_sums(raster, shapes), index=polygons.index, name="people")


def coverage_of_people(
    raster: PeopleRaster,
    covered: gpd.GeoDataFrame,
    *,
    zones: gpd.GeoDataFrame | None = None,
    target: float | None = None,
) -> PeopleCovered:
    """People of a raster inside an area, e.g. the isochrones of the airports, by zone.

    Parameters
    ----------
    raster
        People by cell, see :func:`read_people`.
    covered
        Polygons; where they overlap, people count once.
    zones
        Polygons with unique index for the table; None for one row, ``"all"``.
    target
        Share of people aimed at.

    Raises
    ------
    InputError
        For faulty polygons (naming ids), a target outside 0..1, a raster without people.
    MissingExtraError
        Without the package exactextract.
    """
    check_polygons(covered, "covered")
    if target is not None:
        check_share(target, "target")
    if not raster.total > 0:
        raise InputError("raster: there are no people in it.")
    area = shapely.union_all(_on_raster(covered, raster))
    if zones is None:
        shapes, ids = np.array([shapely.box(*raster.bounds)]), pd.Index(["all"])
    else:
        check_polygons(zones, "zones")
        shapes, ids = _on_raster(zones, raster), zones.index
    inside = shapely.intersection(shapes, area)
    people, reached = _sums(raster, shapes), _sums(raster, inside)
    table = pd.DataFrame(
        {
            "people": people,
            "covered": reached,
            "share": np.divide(reached, people, out=np.full(len(ids), np.nan), where=people > 0),
            "area_share": shapely.area(inside) / shapely.area(shapes),
        },
        index=ids,
    )
    whole = float(_sums(raster, np.array([area]))[0])
    share = whole / raster.total
    zoned = float(_sums(raster, np.array([shapely.union_all(shapes)]))[0])
    return PeopleCovered(
        table,
        raster.total,
        whole,
        share,
        target,
        0.0 if target is None else max(0.0, target - share),
        Provenance(
            parameters={"target": target},
            sources=(raster.source,) if raster.source else (),
            shares={"people outside all zones": max(0.0, 1.0 - zoned / raster.total)},
        ),
    )


def _on_raster(polygons: gpd.GeoDataFrame, raster: PeopleRaster) -> NDArray[np.object_]:
    """Shapes in the CRS of the raster; straight edges of another CRS are cut into pieces first."""
    if polygons.crs == raster.crs:
        return polygons.geometry.to_numpy()
    west, south, east, north = polygons.total_bounds
    step = max(east - west, north - south) / 2000.0
    cut = polygons.geometry.segmentize(step) if step > 0 else polygons.geometry
    return shapely.make_valid(cut.to_crs(raster.crs).to_numpy())


def _sums(raster: PeopleRaster, shapes: NDArray[np.object_]) -> Floats:
    try:
        from exactextract import exact_extract
        from exactextract.raster import NumPyRasterSource
    except ImportError as error:
        raise MissingExtraError("exactextract", "raster", "Exact sums over a raster") from error
    found = np.zeros(len(shapes))
    polygons = [_polygonal(one) for one in shapes]
    rows = [row for row, one in enumerate(polygons) if not one.is_empty]
    if not rows:
        return found
    west, south, east, north = raster.bounds
    wkt = raster.crs.to_wkt()
    source = NumPyRasterSource(raster.values, xmin=west, ymin=south, xmax=east, ymax=north, srs_wkt=wkt)
    layer = gpd.GeoDataFrame({"row": rows}, geometry=[polygons[row] for row in rows], crs=wkt)
    sums = exact_extract(source, layer, ["sum"], include_cols=["row"], output="pandas")
    found[sums["row"].to_numpy(int)] = sums["sum"].fillna(0.0).to_numpy(np.float64)
    return found


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape's polygons alone: an intersection may leave points and lines, which have no people."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shapely.get_parts(np.array([shape])))
    return shapely.union_all([one for one in parts if one.geom_type in ("Polygon", "MultiPolygon")])
