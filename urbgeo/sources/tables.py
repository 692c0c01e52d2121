"""Layers from files: GeoPackage, shapefile, FileGDB, KML, CSV, Excel and others, in their real encoding."""

from __future__ import annotations

import io
import json
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from unicodedata import normalize

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from urbgeo.arguments import check_path
from urbgeo.checks import check_columns, check_ids, is_whole_number, listed
from urbgeo.errors import Faults, InputError, MissingExtraError, SourceError, UrbgeoWarning, some_of
from urbgeo.sources.cells import numbered, separator_of
from urbgeo.sources.dbase import check_whole, shapefile_encoding, sniffed, with_whole_names

SPATIAL = (
    ".gpkg", ".shp", ".zip", ".geojson", ".json", ".parquet", ".geoparquet", ".gdb", ".kml",
    ".fgb", ".tab", ".mif",
)  # fmt: skip
BOOKS = (".xlsx", ".xls", ".xlsb", ".xlsm", ".ods")
PLAIN = (".csv", ".tsv", ".txt", *BOOKS)
Header: TypeAlias = int | Sequence[int]
LARGEST_ZIP = 4_000_000_000
"""Bytes that a zipped shapefile may unpack to."""

_ZIP_FAULTS = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error
)  # fmt: skip
_UNNAMED = re.compile(r"Unnamed: \d+")
_AGAIN = re.compile(r"(.+)\.\d+")


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
    sheet: str | int | None = None,
    header: int | Sequence[int] = 0,
    index: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
    crs: Any = None,
    encoding: str | None = None,
) -> Layer:
    """Read places, zones or links from a file.

    The text of a shapefile is in the encoding that its ``.cpg`` or language byte declares, where it can be
    that; else, and in CSV, UTF-8 when all of it is valid UTF-8, else GB18030 (which contains GBK). The result
    says which; a guess against a declaration, or without one, is told. Codes such as 0731 stay text, and only
    empty cells are missing.

    Parameters
    ----------
    path
        GeoPackage, shapefile (also zipped), GeoJSON, GeoParquet, FileGDB, KML, FlatGeobuf, MapInfo; CSV, TSV,
        Excel (old, too), OpenDocument.
    layer
        Name of the layer, where a file has several.
    sheet
        Name or position of the sheet of a workbook; the first by default.
    header
        Row of the heads in a table, 0 for the first; several where heads take several rows (merged cells),
        whose texts are joined by ``_``.
    index
        Column to use as ids.
    lon, lat
        For CSV and XLSX: columns of easting and northing (longitude and latitude). They are never guessed.
    crs
        CRS of a file that names none, or of ``lon`` and ``lat``.
    encoding
        Insist on an encoding instead of finding it.

    Returns
    -------
    Layer
        ``frame``, the ``encoding`` its text was in, and the ``source``.

    Raises
    ------
    SourceError
        When the file is missing, damaged, or not in the encoding insisted on.
    InputError
        For an unknown kind of file, missing columns, no CRS, coordinates that are no numbers or swapped.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "towns.csv"
    ...     _ = path.write_text("code,x,y\\n0731,112.94,28.23\\n", encoding="utf-8")
    ...     read_layer(path, index="code", lon="x", lat="y", crs=4326).frame.index.tolist()
    ['0731']
    """
    path = check_path(path)
    _check_where(sheet, header)
    suffix = path.suffix.lower()
    if suffix not in SPATIAL + PLAIN:
        raise InputError(
            f"path: {path.name} is of no kind that is read; known are {', '.join(SPATIAL + PLAIN)}."
        )
    if not path.exists():
        raise SourceError(f"{path}: there is no such file.")
    if suffix in PLAIN:
        table, used = plain_table(path, layer if sheet is None else sheet, header, encoding)
        below = 2 + max(listed(header))  # rows are counted as a reader of the file counts them
        frame = points_from_table(table, lon=lon, lat=lat, crs=crs, name=path.name, first_row=below)
    else:
        frame, used = (_zipped if suffix == ".zip" else _spatial)(path, layer, encoding)
        frame = _with_crs(frame, path, crs)
    if index is not None:
        check_columns(frame, path.name, [index])
        frame = frame.set_index(_one_form(frame[index]))
        check_ids(frame.index, path.name)
    return Layer(frame, used, path.name)


def _check_where(sheet: object, header: object) -> None:
    if sheet is not None and not isinstance(sheet, str) and not is_whole_number(sheet, 0):
        raise InputError(f"sheet: {sheet!r} names no sheet; give its name, or its place from 0.")
    rows = listed(header)
    if not rows or not all(is_whole_number(row, 0) for row in rows):
        raise InputError(f"header: {header!r} is no row; give e.g. 1 for the second, or [1, 2] for two.")


def _one_form(ids: pd.Series) -> pd.Series:
    """Ids as one writes them: texts half-width and without blanks around them, 430100.0 as 430100."""
    if ids.dtype.kind == "f" and (ids.dropna() % 1 == 0).all() and ids.notna().all():
        return ids.astype(np.int64)
    if ids.dtype.kind in "iufM":
        return ids
    return ids.map(lambda one: normalize("NFKC", one).strip() if isinstance(one, str) else one)


def points_from_table(
    table: pd.DataFrame,
    *,
    lon: str | None,
    lat: str | None,
    crs: Any,
    name: str = "table",
    first_row: int | None = None,
) -> gpd.GeoDataFrame:
    """Points from two columns of a table; which is which is said by the caller, never guessed.

    ``name`` and ``first_row`` are what messages call the table, and the row of its file where it begins.

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
    check_columns(table, name, [lon, lat])
    system = _crs(crs)
    x, y = (pd.to_numeric(table[column], errors="coerce") for column in (lon, lat))
    rows = table.index if first_row is None else table.index.map(lambda one: f"row {one + first_row}")
    faults = Faults(name)
    for column, values in ((lon, x), (lat, y)):
        if values.isna().any():
            faults.add(f"{column} is missing or no number", ids=rows[values.isna()], remedy="fill or drop")
    if system.is_geographic:
        beyond = y.abs() > 90
        if beyond.any():
            hint = "lon and lat look swapped" if (x.abs() <= 90).all() else "degrees are wrong"
            faults.add(f"{lat} is beyond 90 degrees", ids=rows[beyond], remedy=hint)
        if (x.abs() > 180).any():
            faults.add(f"{lon} is beyond 180 degrees", ids=rows[x.abs() > 180])
    faults.raise_if_any()
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=system)


def plain_table(
    path: Path, sheet: str | int | None = None, header: Header = 0, encoding: str | None = None
) -> tuple[pd.DataFrame, str]:
    """A table of text or a workbook, and the encoding that it was in, as for :func:`read_layer`."""
    if path.suffix.lower() in BOOKS:
        return _with_heads(sheet_of(path, sheet, header), path, header), "utf-8"
    text, used = decoded(path, encoding)
    return _with_heads(_separated(path, text, header), path, header), used


def decoded(path: Path, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file, and the encoding it was in.

    Raises
    ------
    SourceError
        When it is not in the encoding insisted on, or in nothing known.
    """
    content = path.read_bytes()
    used = encoding or ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else sniffed([content]))
    if used is None:
        raise SourceError(
            f"{path}: its text is neither UTF-8 nor GB18030; save it as UTF-8, or name its encoding."
        )
    try:
        return content.decode("utf-8-sig" if used == "utf-8" else used), used
    except (UnicodeDecodeError, LookupError) as error:
        found = sniffed([content])
        raise SourceError(
            f"{path}: it is not in {used}; " + (f"it reads as {found}." if found else "name its encoding.")
        ) from error


def _separated(path: Path, text: str, header: Header) -> pd.DataFrame:
    """A table of text, numbers where a whole column is plainly such."""
    rows = text.splitlines()
    first = max(header) if isinstance(header, Sequence) else header
    head = rows[first] if first < len(rows) else ""
    if not head.strip():
        raise InputError(
            f"header: row {first + 1} of {path.name} is empty; name the row of the heads, from 0."
        )
    sign = separator_of(text)
    heads = list(header) if isinstance(header, Sequence) else header
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(
                io.StringIO(text), sep=sign, header=heads, dtype=str, keep_default_na=False, na_values=[""],
                skip_blank_lines=False, index_col=False,
            )  # fmt: skip
    except pd.errors.ParserWarning as error:
        raise SourceError(
            f"{path}: its rows have more cells than heads; put numbers such as 1,234 in quotation marks, or "
            "give every column a head."
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise SourceError(f"{path}: it is no table ({error}).") from error
    table = table.dropna(how="all")
    return numbered(table, decimal_commas=sign == ";")


def sheet_of(path: Path, sheet: str | int | None, header: Header | None) -> pd.DataFrame:
    """A sheet of a workbook, without ``header`` every row of it; that others have rows too is told.

    Raises
    ------
    SourceError, InputError
        When the workbook is damaged, and for a sheet that is not there.
    """
    try:
        import python_calamine
    except ImportError as error:
        raise MissingExtraError("python-calamine", "tables", "Reading Excel") from error
    faults = (python_calamine.CalamineError, ValueError, KeyError, IndexError, OSError, zipfile.BadZipFile)
    heads = list(header) if isinstance(header, Sequence) else header
    try:
        with pd.ExcelFile(path, engine="calamine") as book:
            names = [str(name) for name in book.sheet_names]
            if isinstance(sheet, str) and sheet not in names:
                raise InputError(f"sheet: {path.name} has no sheet {sheet!r}; it has {', '.join(names)}.")
            filled = [name for name in names if book.book.get_sheet_by_name(name).height]
            if sheet is None and len(filled) > 1:
                warnings.warn(
                    f"{path.name}: {names[0]} is read, the first of {len(names)} sheets; sheet= names one.",
                    UrbgeoWarning,
                    stacklevel=4,
                )
            table = pd.read_excel(
                book, sheet_name=sheet or 0, header=heads, dtype=object, keep_default_na=False, na_values=[""]
            )
            return table.infer_objects()
    except InputError:
        raise
    except faults as error:
        raise SourceError(f"{path}: cannot be read as Excel ({error}); is the file whole?") from error


def _with_heads(table: pd.DataFrame, path: Path, header: Header) -> pd.DataFrame:
    """The table with one text for each head; heads of several rows are joined, titles are refused."""
    if isinstance(table.columns, pd.MultiIndex):
        parts = [[str(one) for one in head if not _UNNAMED.match(str(one))] for head in table.columns]
        table = table.set_axis(["_".join(dict.fromkeys(head)) for head in parts], axis=1)
    stripped = [one.strip() if isinstance(one, str) else one for one in table.columns]
    if len(set(stripped)) == len(stripped):
        table = table.set_axis(stripped, axis=1)
    twice = [one for one in stripped if (found := _AGAIN.fullmatch(str(one))) and found[1] in stripped]
    if twice:
        warnings.warn(
            f"{path.name}: heads that stand twice are numbered: {some_of(twice)}; the first keeps its name.",
            UrbgeoWarning,
            stacklevel=4,
        )
    unnamed = [column for column in table.columns if _UNNAMED.match(str(column))]
    if len(unnamed) * 2 >= len(table.columns) and len(table.columns) > 1:
        raise InputError(
            f"{path.name}: {len(unnamed)} of {len(table.columns)} columns have no head; does a title stand "
            "above? Say header=1 where the heads are in the second row, header=[1, 2] where they take two."
        )
    return table


def _zipped(path: Path, layer: str | None, encoding: str | None) -> tuple[gpd.GeoDataFrame, str]:
    """The one shapefile of a zip file, or the one that ``layer`` names."""
    try:
        with zipfile.ZipFile(path) as archive, TemporaryDirectory() as folder:
            members = [one for one in archive.infolist() if not one.filename.startswith("__MACOSX")]
            if sum(one.file_size for one in members) > LARGEST_ZIP:
                raise SourceError(f"{path}: it would unpack to more than {LARGEST_ZIP / 1e9:g} GB.")
            archive.extractall(folder, members)
            shapes = sorted(one for one in Path(folder).rglob("*") if one.suffix.lower() == ".shp")
            named = [one for one in shapes if layer in (None, one.stem)]
            if len(named) != 1:
                raise InputError(
                    f"{path.name}: its shapefiles are {some_of(one.stem for one in shapes) or 'none'}; name "
                    "one by layer=."
                )
            return _spatial(named[0], None, encoding)
    except _ZIP_FAULTS as error:
        raise SourceError(f"{path}: the zip file cannot be read ({error}); copy it again.") from error


def _spatial(path: Path, layer: str | None, encoding: str | None) -> tuple[gpd.GeoDataFrame, str]:
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    used, suffix = "utf-8", path.suffix.lower()
    try:
        if suffix in (".parquet", ".geoparquet"):
            return gpd.read_parquet(path), used
        if suffix == ".shp":
            check_whole(path)
            used = shapefile_encoding(path, encoding)
            with with_whole_names(path, used) as whole:
                return gpd.read_file(whole, encoding=used), used
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        if layer is None and len(layers) > 1:
            raise InputError(f"{path.name}: it has the layers {', '.join(layers)}; name one by layer=.")
        if layer is not None and layer not in layers:
            raise InputError(f"layer: {path.name} has no layer {layer!r}; it has {', '.join(layers)}.")
        frame = gpd.read_file(path, layer=layer) if layer else gpd.read_file(path)
        _check_features(path, frame)
        return frame, used
    except ImportError as error:
        raise MissingExtraError("pyarrow", "tables", "Reading GeoParquet") from error
    except (
        DataSourceError, DataLayerError, ValueError, OSError, UnicodeDecodeError, struct.error, RuntimeError
    ) as error:  # fmt: skip
        if isinstance(error, SourceError | InputError):
            raise
        raise SourceError(
            f"{path}: cannot be read ({error}); is the file whole, with all its parts?"
        ) from error


def _check_features(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Refuse GeoJSON of which a feature was passed over."""
    if path.suffix.lower() not in (".geojson", ".json"):
        return
    held = json.loads(path.read_bytes())
    features = held.get("features", [held]) if isinstance(held, dict) else []
    damaged = [
        row for row, one in enumerate(features)
        if not isinstance(one, dict) or one.get("type") != "Feature" or "geometry" not in one
    ]  # fmt: skip
    if len(features) == len(frame):
        void = np.flatnonzero(frame.geometry.isna()).tolist()
        damaged = [row for row in void if isinstance(features[row], dict) and features[row].get("geometry")]
    if len(features) != len(frame) or damaged:
        raise SourceError(
            f"{path}: {len(frame)} of {len(features)} features can be read; damaged are rows "
            f"{some_of(damaged) or 'unknown'}."
        )


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
