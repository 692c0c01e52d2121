"""A planner's own layers: files or frames of points, lines and polygons, with ids that are text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unicodedata import normalize

import geopandas as gpd
import pandas as pd

from urbgeo.amounts import warn
from urbgeo.checks import check_columns, check_crs, check_ids
from urbgeo.crs import WGS84, convert_datum
from urbgeo.errors import InputError, some_of
from urbgeo.sources.tables import PLAIN, plain_table, read_layer
from urbgeo.words import years

NAMES = (
    *("name_zh", "name", "NAME", "Name", "名称", "县名", "地名", "nome", "nom", "nombre", "NAME_2"),
    *("XZQMC", "行政区名称", "行政区划名称", "县级名称", "机场名称", "机场", "站名", "车站名称"),
)
"""Columns that hold the name of a place, looked for in this order."""

ID_COLUMNS = (
    "adcode",
    "ADCODE",
    "code",
    "CODE",
    "行政区划代码",
    "行政区代码",
    "区划代码",
    "XZQDM",
    "代码",
    "编码",
    "id",
    "ID",
    "iata",
    "IATA",
    "三字码",
    "stop_id",
    "station",
)
LON_LAT = (
    *(("lon", "lat"), ("longitude", "latitude"), ("经度", "纬度"), ("lng", "lat"), ("X", "Y")),
    *(("东经", "北纬"), ("Longitude", "Latitude"), ("LON", "LAT")),
)
OPENED = ("通航年份", "通航时间", "开通年份", "启用年份", "通车年份")
"""Columns of the year since when a point is there, beside ``opened``."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "zones": ("code", "name"),
    "seats": ("code", "name", "lon", "lat"),
    "airports": ("code", "name", "lon", "lat", "opened"),
    "stations": ("code", "name", "lon", "lat"),
    "flows": ("home", "work", "workers"),
}
"""What columns of a layer can be named, where they are not found by their heads."""

DATUMS = ("wgs84", "gcj02", "bd09")

CODES_SHARE = 0.5
"""A column that holds the codes of the region's places in more of its cells than this holds the ids."""


def own_layer(
    given: Any,
    name: str,
    *,
    kinds: tuple[str, ...],
    columns: Mapping[str, str] | None = None,
    datum: str = "wgs84",
    codes: pd.Index | None = None,
) -> gpd.GeoDataFrame:
    """A layer from a file or a frame.

    - ``given``: GeoDataFrame, or path of a spatial file, or of a CSV or XLSX with longitude and latitude.
    - ``name``: What it is, for messages.
    - ``kinds``: The types of geometry it may hold.
    - ``columns``: Its columns where they are not found by their heads, by what they hold (``COLUMNS``).
    - ``datum``: Of its coordinates; brought to WGS84.
    - ``codes``: Of places it may be about: without a head of ``ID_COLUMNS`` the one column that holds them
      has the ids (``attrs["codes of column"]`` says so).

    Returns
    -------
    geopandas.GeoDataFrame
        Index: its own where it is named, else the column of ``ID_COLUMNS`` that it has, as text.

    Raises
    ------
    InputError
        For other geometry, repeated ids, a table without coordinates, columns that are not there.
    SourceError
        For a file that is missing or damaged.
    """
    named = dict(columns or {})
    frame = given if isinstance(given, gpd.GeoDataFrame) else _read(given, name, named)
    check_crs(frame, name)
    check_columns(frame, name, list(named.values()))
    void = frame.geometry.isna() | frame.geometry.is_empty
    if void.any():
        lost = some_of(frame.index[void])
        warn(f"{name}: {int(void.sum())} of {len(frame)} rows have no geometry and are left out: {lost}.")
    frame = frame[~void]
    other = ~frame.geom_type.isin(kinds)
    if other.any():
        held = f"{some_of(sorted(set(frame.geom_type[other])))} at {some_of(frame.index[other])}"
        raise InputError(f"{name}: it holds {held}; {' or '.join(kinds)} are needed.")
    if frame.empty:
        raise InputError(f"{name}: it has no rows with a geometry.")
    others = [key for key, head in named.items() if key in frame and key != head]
    frame = frame.drop(columns=others).rename(columns={head: key for key, head in named.items()})
    frame, column = _with_ids(frame, codes, named)
    if "opened" not in frame and (opened := next((one for one in OPENED if one in frame), None)):
        frame = frame.assign(opened=frame[opened])
    if "opened" in frame:  # what is no year is refused here, not where it is asked for
        years(frame, name, "opened", planned=True)
    ids = frame.index.map(_id)
    frame = frame.set_axis(pd.Index(ids, dtype=object, name=frame.index.name))
    if "LineString" not in kinds:
        check_ids(frame.index, name)
    frame = frame if datum == "wgs84" else convert_datum(frame, datum, "wgs84")
    frame.attrs["codes of column"] = column
    return frame


def _id(one: object) -> str:
    """An id as one writes it: half-width, without blanks around it, 430100.0 as 430100."""
    return normalize("NFKC", str(one)).strip().removesuffix(".0")


def _with_ids(
    frame: gpd.GeoDataFrame, codes: pd.Index | None, named: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, str]:
    """The frame on its ids, and the column they were found in by what it holds."""
    if "code" in named:
        return frame.set_index("code", drop=False), ""
    if not isinstance(frame.index, pd.RangeIndex) and frame.index.name is not None:
        return frame, ""
    if column := next((one for one in ID_COLUMNS if one in frame.columns), None):
        return frame.set_index(column, drop=False), ""
    if codes is None:
        return frame, ""
    text = {one: frame[one].map(_id) for one in frame if one != frame.active_geometry_name}
    holding = [one for one, said in text.items() if said.isin(codes).mean() > CODES_SHARE]
    return (frame.set_index(holding[0], drop=False), str(holding[0])) if len(holding) == 1 else (frame, "")


def _read(given: Any, name: str, named: Mapping[str, str]) -> gpd.GeoDataFrame:
    if not isinstance(given, str | Path):
        raise InputError(f"{name}: give a file or a GeoDataFrame, not {type(given).__name__}.")
    path = Path(given)
    if path.suffix.lower() not in PLAIN or not path.exists():
        return read_layer(path).frame
    heads = plain_table(path)[0].columns
    pairs = [(named["lon"], named["lat"])] if {"lon", "lat"} <= set(named) else LON_LAT
    lon, lat = next((pair for pair in pairs if set(pair) <= set(heads)), (None, None))
    if lon is None or lat is None:
        raise InputError(
            f"{name}: {path.name} has no columns {' or '.join('/'.join(one) for one in pairs)}; it has "
            f"{some_of(heads, 30)}; name two of them as lon and lat, in study.toml under [columns.{name}]."
        )
    return read_layer(path, lon=lon, lat=lat, crs=WGS84).frame
