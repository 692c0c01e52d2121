"""Layers from files: GeoPackage, shapefile, GeoJSON, GeoParquet, CSV, XLSX, in their real encoding."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from urbgeo.checks import check_columns
from urbgeo.errors import Faults, InputError, MissingExtraError, SourceError, UrbgeoWarning

ENCODINGS = ("utf-8", "gb18030")
"""Tried in this order; GB18030 contains GBK and GB2312."""

SPATIAL = (".gpkg", ".shp", ".geojson", ".json", ".parquet", ".geoparquet")
PLAIN = (".csv", ".txt", ".xlsx")


@dataclass(frozen=True, eq=False)
class Layer:
    """A table as it was read: ``frame``, the text ``encoding`` it was in, and the ``source`` (file name)."""

    frame: gpd.GeoDataFrame
    encoding: str
    source: str


def read_layer(
    path: Path | str,
    *,
    layer: str | None = None,
    index: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
    crs: Any = None,
    encoding: str | None = None,
) -> Layer:
    """Read places, zones or links from a file.

    Text in shapefiles and CSV is read as UTF-8 when all of it is valid UTF-8, else as GB18030 (which contains
    GBK); the result says which. A shapefile whose ``.cpg`` names an encoding its text is not in is read in
    the right one, with a warning.

    Parameters
    ----------
    path
        ``.gpkg``, ``.shp``, ``.geojson``, ``.parquet``, ``.csv`` or ``.xlsx``.
    layer
        Name of the layer or sheet, where a file has several.
    index
        Column to use as ids.
    lon, lat
        For CSV and XLSX: columns of easting and northing (longitude and latitude). They are never guessed.
    crs
        CRS of a file that names none, or of ``lon`` and ``lat``.
    encoding
        Insist on an encoding instead of finding it.

    Raises
    ------
    SourceError
        When the file is missing, damaged, or not in the encoding insisted on.
    InputError
        For an unknown kind of file, missing columns, no CRS, coordinates that are no numbers or swapped.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SPATIAL + PLAIN:
        raise InputError(
            f"path: {path.name} is of no kind that is read; known are {', '.join(SPATIAL + PLAIN)}."
        )
    if not path.exists():
        raise SourceError(f"{path}: there is no such file.")
    if suffix in PLAIN:
        table, used = _plain(path, layer, encoding)
        frame = points_from_table(table, lon=lon, lat=lat, crs=crs)
    else:
        frame, used = _spatial(path, layer, encoding)
        frame = _with_crs(frame, path, crs)
    if index is not None:
        check_columns(frame, path.name, [index])
        frame = frame.set_index(index)
    return Layer(frame, used, path.name)


def points_from_table(table: pd.DataFrame, *, lon: str | None, lat: str | None, crs: Any) -> gpd.GeoDataFrame:
    """Points from two columns of a table; which is which is said by the caller, never guessed.

    Raises
    ------
    InputError
        When ``lon``, ``lat`` or ``crs`` is not given, for values that are no numbers, and for degrees that
        can only be swapped.
    """
    if lon is None or lat is None or crs is None:
        raise InputError(
            "lon, lat, crs: say which columns hold longitude (easting) and latitude (northing), "
            "and in which CRS; "
            f"the columns are {', '.join(map(str, table.columns))}."
        )
    check_columns(table, "table", [lon, lat])
    system = _crs(crs)
    x, y = (pd.to_numeric(table[column], errors="coerce") for column in (lon, lat))
    faults = Faults("table")
    for name, values in ((lon, x), (lat, y)):
        if values.isna().any():
            faults.add(
                f"{name} is missing or no number", ids=table.index[values.isna()], remedy="fill or drop"
            )
    if system.is_geographic:
        beyond = y.abs() > 90
        if beyond.any():
            hint = "lon and lat look swapped" if (x.abs() <= 90).all() else "degrees are wrong"
            faults.add(f"{lat} is beyond 90 degrees", ids=table.index[beyond], remedy=hint)
        if (x.abs() > 180).any():
            faults.add(f"{lon} is beyond 180 degrees", ids=table.index[x.abs() > 180])
    faults.raise_if_any()
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=system)


def sniffed(values: list[bytes], *, width: list[int] | None = None) -> str | None:
    """The first of UTF-8 and GB18030 in which all texts are valid; None when there is none.

    ``width`` are the sizes of the fields the texts come from: one that fills its field may have its last
    letter cut in two.
    """
    widths = width or [0] * len(values)
    for encoding in ENCODINGS:
        if all(_valid(one, encoding, size) for one, size in zip(values, widths, strict=True)):
            return encoding
    return None


def _valid(text: bytes, encoding: str, width: int) -> bool:
    for cut in range(4 if width and len(text) >= width - 3 else 1):
        try:
            text[: len(text) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _plain(path: Path, sheet: str | None, encoding: str | None) -> tuple[pd.DataFrame, str]:
    if path.suffix.lower() == ".xlsx":
        try:
            return pd.read_excel(path, sheet_name=sheet or 0), "utf-8"
        except ImportError as error:
            raise MissingExtraError("openpyxl", "tables", "Reading XLSX") from error
        except (ValueError, KeyError, OSError) as error:
            raise SourceError(f"{path}: cannot be read as XLSX ({error}).") from error
    content = path.read_bytes()
    used = encoding or sniffed([content])
    if used is None:
        raise SourceError(f"{path}: its text is neither UTF-8 nor GB18030; name its encoding.")
    try:
        text = content.decode("utf-8-sig" if used == "utf-8" else used)
        return pd.read_csv(io.StringIO(text)), used
    except (UnicodeDecodeError, LookupError) as error:
        found = sniffed([content])
        raise SourceError(
            f"{path}: it is not in {used}; " + (f"it reads as {found}." if found else "name its encoding.")
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(f"{path}: it is no table ({error}).") from error


def _spatial(path: Path, layer: str | None, encoding: str | None) -> tuple[gpd.GeoDataFrame, str]:
    from pyogrio.errors import DataSourceError

    used = "utf-8"
    try:
        if path.suffix.lower() in (".parquet", ".geoparquet"):
            return gpd.read_parquet(path), used
        if path.suffix.lower() == ".shp":
            used = _shapefile_encoding(path, encoding)
            return gpd.read_file(path, encoding=used), used
        return gpd.read_file(path, layer=layer) if layer else gpd.read_file(path), used
    except ImportError as error:
        raise MissingExtraError("pyarrow", "tables", "Reading GeoParquet") from error
    except (DataSourceError, ValueError, OSError, UnicodeDecodeError, struct.error) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(
            f"{path}: cannot be read ({error}); is the file whole, with all its parts?"
        ) from error


def _shapefile_encoding(path: Path, insisted: str | None) -> str:
    table = path.with_suffix(".dbf")
    if not table.exists():
        return insisted or "utf-8"
    texts, widths = _dbf_texts(table.read_bytes())
    found = sniffed(texts, width=widths)
    if insisted:
        if not all(_valid(one, insisted, size) for one, size in zip(texts, widths, strict=True)):
            raise SourceError(
                f"{path}: its text is not in {insisted}; it reads as {found or 'nothing known'}."
            )
        return insisted
    if found is None:
        raise SourceError(f"{path}: its text is neither UTF-8 nor GB18030; name its encoding.")
    note = path.with_suffix(".cpg")
    named = note.read_text("ascii", "replace").strip().lower().replace("-", "") if note.exists() else ""
    if named == "utf8" and found != "utf-8":
        warnings.warn(f"{path.name}: .cpg says UTF-8, but the text is {found}.", UrbgeoWarning, stacklevel=4)
    return found


def _dbf_texts(content: bytes) -> tuple[list[bytes], list[int]]:
    """Field names and the distinct values of text fields of a dBase table, and the widths of their fields."""
    count, header, size = struct.unpack("<IHH", content[4:12])
    fields, at, offset = [], 32, 1
    texts: dict[tuple[bytes, int], None] = {}
    while at + 32 <= header and content[at : at + 1] != b"\r":
        name, kind, width = (
            content[at : at + 11].split(b"\0")[0],
            content[at + 11 : at + 12],
            content[at + 16],
        )
        texts[name, 11] = None
        if kind == b"C":
            fields.append((offset, width))
        offset, at = offset + width, at + 32
    for row in range(header, min(header + count * size, len(content)), size):
        for begin, width in fields:
            texts[content[row + begin : row + begin + width].rstrip(b" \0"), width] = None
    return [text for text, _ in texts], [width for _, width in texts]


def _with_crs(frame: gpd.GeoDataFrame, path: Path, crs: Any) -> gpd.GeoDataFrame:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{path.name}: it has no geometry.")
    if frame.crs is not None:
        if crs is not None and _crs(crs) != frame.crs:
            raise InputError(
                f"crs: {path.name} says it is in {frame.crs.name}; leave crs out, or use to_crs."
            )
        return frame
    if crs is None:
        raise InputError(f"{path.name}: it names no CRS; give the one it is in, e.g. crs=4490.")
    return frame.set_crs(_crs(crs))


def _crs(crs: Any) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise InputError(f"crs: {crs!r} is no known CRS.") from error
