"""A planner's own layers: files or frames of points, lines and polygons, with ids that are text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from urbgeo.checks import check_crs, check_ids
from urbgeo.crs import WGS84
from urbgeo.errors import InputError, some_of
from urbgeo.sources.tables import PLAIN, read_layer

ID_COLUMNS = (
    "adcode",
    "ADCODE",
    "code",
    "CODE",
    "行政区划代码",
    "代码",
    "编码",
    "id",
    "ID",
    "iata",
    "stop_id",
    "station",
)
LON_LAT = (("lon", "lat"), ("longitude", "latitude"), ("经度", "纬度"), ("lng", "lat"), ("X", "Y"))


def own_layer(given: Any, name: str, *, kinds: tuple[str, ...]) -> gpd.GeoDataFrame:
    """A layer from a file or a frame.

    - ``given``: GeoDataFrame, or path of a spatial file, or of a CSV or XLSX with longitude and latitude
      (WGS84).
    - ``name``: What it is, for messages.
    - ``kinds``: The types of geometry it may hold.

    Returns
    -------
    geopandas.GeoDataFrame
        Index: its own where it is named, else the column of ``ID_COLUMNS`` that it has, as text.

    Raises
    ------
    InputError
        For other geometry, repeated ids, a table without coordinates.
    SourceError
        For a file that is missing or damaged.
    """
    frame = given if isinstance(given, gpd.GeoDataFrame) else _read(given, name)
    check_crs(frame, name)
    frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    other = sorted(set(frame.geom_type) - set(kinds))
    if other:
        raise InputError(f"{name}: it holds {some_of(other)}; {' or '.join(kinds)} are needed.")
    if frame.empty:
        raise InputError(f"{name}: it has no rows with a geometry.")
    if isinstance(frame.index, pd.RangeIndex) or frame.index.name is None:
        column = next((one for one in ID_COLUMNS if one in frame.columns), None)
        frame = frame if column is None else frame.set_index(column, drop=False)
    ids = frame.index.map(lambda one: str(one).removesuffix(".0"))
    frame = frame.set_axis(pd.Index(ids, dtype=object, name=frame.index.name))
    if "LineString" not in kinds:
        check_ids(frame.index, name)
    return frame


def _read(given: Any, name: str) -> gpd.GeoDataFrame:
    if not isinstance(given, str | Path):
        raise InputError(f"{name}: give a file or a GeoDataFrame, not {type(given).__name__}.")
    path = Path(given)
    if path.suffix.lower() not in PLAIN:
        return read_layer(path).frame
    for lon, lat in LON_LAT:
        try:
            return read_layer(path, lon=lon, lat=lat, crs=WGS84).frame
        except InputError as error:
            if "no column" not in error.english:
                raise
    raise InputError(f"{name}: {path.name} has no columns {', '.join('/'.join(one) for one in LON_LAT)}.")
