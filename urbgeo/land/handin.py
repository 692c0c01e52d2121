"""The database a plan is handed in as: layers and fields under their codes, in CGCS2000, with a self-check.

The codes are data (``handin.csv``); its column ``seen`` says how far the standard's own text was read:
``codes`` of the three zones were seen in public implementations, names and lengths of fields were not and are
to be compared with the edition in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from urbgeo.arguments import check_path
from urbgeo.checks import check_crs, check_mapping, check_polygons, check_range
from urbgeo.errors import Faults, InputError, SourceError, some_of
from urbgeo.files import written_whole

FIRST_ZONE, LAST_ZONE = 25, 45
_EPSG_OF_ZONE_0 = 4488
"""EPSG:4513 is the three-degree zone 25 of CGCS2000 (75 degrees east), 4533 zone 45."""

AREA_TOLERANCE = 0.001
"""Share by which a stated area may differ from the drawn one."""


def handin_fields() -> pd.DataFrame:
    """Layers and fields of the database: one row a field, with type, length, codes and how far it was seen.

    >>> handin_fields().query("layer == 'CZKFBJ' and codes != ''")["seen"].tolist()
    ['codes']
    """
    return _fields().copy()


def write_handin(
    layers: Mapping[str, gpd.GeoDataFrame], path: Path | str, *, meridian: float | None = None
) -> Path:
    """Write layers as a FileGDB in a three-degree zone of CGCS2000, whole or not at all.

    Parameters
    ----------
    layers
        Polygons by the code of their layer (``"CZKFBJ"``, ...) with fields under their codes; ``MJ`` (m²) and
        ``BSM`` are filled where they are missing.
    path
        Ending in ``.gdb``.
    meridian
        Central meridian in degrees, a multiple of 3; by default that nearest to the layers' middle.

    Returns
    -------
    pathlib.Path
        The folder written; :func:`check_handin` lists what is still missing.

    Raises
    ------
    InputError
        For another ending, unknown layers, a meridian that is none of the zones', faulty polygons.

    Examples
    --------
    >>> import tempfile
    >>> import shapely
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 501_000, 3_001_000)], crs=4547)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_handin({"CZKFBJ": square}, Path(folder) / "plan.gdb").name
    'plan.gdb'
    """
    path = check_path(path)
    check_mapping(layers, "layers", "{'CZKFBJ': boundary}")
    if path.suffix.lower() != ".gdb":
        raise InputError(f"{path.name}: the database is a FileGDB; give a path that ends in .gdb.")
    known = set(_fields()["layer"])
    unknown = [one for one in layers if one not in known]
    if unknown or not layers:
        raise InputError(
            f"layers: unknown {some_of(unknown) or 'none given'}; known are {some_of(sorted(known))}."
        )
    for name, frame in layers.items():
        check_crs(frame, name)
        check_polygons(frame, name)
    crs = f"EPSG:{_EPSG_OF_ZONE_0 + _zone(layers, meridian)}"
    with written_whole(path) as part:
        for name, frame in layers.items():
            pyogrio.write_dataframe(
                _filled(frame.to_crs(crs)), part, layer=name, driver="OpenFileGDB", append=part.exists(),
                geometry_type="MultiPolygon", promote_to_multi=True,
                layer_options={"LAYER_ALIAS": _title(name)},
            )  # fmt: skip
        if path.is_dir():  # a folder cannot take the place of another: the old one goes with the work folder
            path.replace(part.with_name("earlier"))
    return path


def check_handin(path: Path | str) -> pd.DataFrame:
    """What is missing or misnamed in a database.

    Returns
    -------
    pandas.DataFrame
        One row a fault: ``layer``, ``field``, ``fault``, ``where`` (rows), ``remedy``; empty where all is
        well. Fields whose names were not seen in the standard's text are checked all the same.

    Raises
    ------
    SourceError
        When there is no database at the path.
    """
    try:
        held = [str(one) for one in pyogrio.list_layers(path)[:, 0]]
    except Exception as error:
        raise SourceError(f"{path}: no database that can be read ({error}).") from error
    rows: list[tuple[str, str, str, str, str]] = []
    wanted = _fields()
    for layer in dict.fromkeys(wanted["layer"]):
        if layer not in held:
            close = get_close_matches(layer, held, 1)
            rows.append((layer, "", "layer missing", "", f"rename {close[0]}" if close else "add it"))
            continue
        frame = pyogrio.read_dataframe(path, layer=layer)
        rows += _layer_faults(layer, frame, wanted[wanted["layer"] == layer])
    rows += [
        (one, "", "layer not of the standard", "", "rename or remove it")
        for one in held
        if one not in set(wanted["layer"])
    ]
    return pd.DataFrame(rows, columns=["layer", "field", "fault", "where", "remedy"])


def _layer_faults(
    layer: str, frame: gpd.GeoDataFrame, wanted: pd.DataFrame
) -> list[tuple[str, str, str, str, str]]:
    rows = []
    if frame.crs is None or not _is_cgcs_zone(frame):
        rows.append((layer, "", "not in a three-degree zone of CGCS2000", "", "write it with write_handin"))
    invalid = frame.index[~frame.geometry.is_valid | frame.geometry.is_empty]
    if len(invalid):
        rows.append((layer, "geometry", "invalid or empty", some_of(invalid), "repair with make_valid"))
    for _, field in wanted.iterrows():
        name = field["field"]
        if name not in frame:
            spare = [one for one in frame.columns if one not in set(wanted["field"])]
            close = get_close_matches(name, spare, 1, 0.5)
            if field["required"] == "yes":
                rows.append((layer, name, "field missing", "", f"rename {close[0]}" if close else "add it"))
            continue
        rows += [(layer, name, *one) for one in _field_faults(frame, field)]
    return rows


def _field_faults(frame: gpd.GeoDataFrame, field: pd.Series) -> list[tuple[str, str, str]]:
    values, rows = frame[field["field"]], []
    empty = values.isna() | (values.astype(str).str.strip() == "")
    if field["required"] == "yes" and empty.any():
        rows.append(("empty", some_of(frame.index[empty]), "fill it"))
    if field["type"] == "number":
        numbers = pd.to_numeric(values, errors="coerce")
        drawn = shapely.area(frame.geometry.to_numpy())
        off = ~(np.abs(numbers - drawn) <= AREA_TOLERANCE * drawn) & ~empty
        if off.any():
            rows.append(("not the drawn area in m²", some_of(frame.index[off]), "leave it out: it is filled"))
        return rows
    too_long = values.astype(str).str.len() > int(field["length"])
    if (too_long & ~empty).any():
        rows.append((f"longer than {field['length']}", some_of(frame.index[too_long & ~empty]), "shorten it"))
    if field["codes"]:
        codes = {one.split("=")[0] for one in field["codes"].split(";")}
        strange = ~values.astype(str).isin(codes) & ~empty
        if strange.any():
            rows.append(("no such code", some_of(frame.index[strange]), f"use {field['codes']}"))
    return rows


def _filled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Areas and running numbers where they are missing."""
    made = frame.reset_index(drop=True)
    if "MJ" not in made:
        made["MJ"] = made.geometry.area.round(2)
    if "BSM" not in made:
        made["BSM"] = [f"{at + 1:018d}" for at in range(len(made))]
    return made


def _zone(layers: Mapping[str, gpd.GeoDataFrame], meridian: float | None) -> int:
    if meridian is None:
        bounds = np.array([frame.to_crs(4490).total_bounds for frame in layers.values()])
        meridian = 3.0 * round((bounds[:, 0].min() + bounds[:, 2].max()) / 6.0)
    zone = check_range(meridian, "meridian") / 3.0
    if zone != round(zone) or not FIRST_ZONE <= zone <= LAST_ZONE:
        faults = Faults("meridian")
        faults.add(f"{meridian!r} is no central meridian", remedy="give a multiple of 3 from 75 to 135")
        faults.raise_if_any()
    return int(zone)


def _is_cgcs_zone(frame: gpd.GeoDataFrame) -> bool:
    code = frame.crs.to_epsg() if frame.crs is not None else None
    return code is not None and FIRST_ZONE <= code - _EPSG_OF_ZONE_0 <= LAST_ZONE


def _title(layer: str) -> str:
    table = _fields()
    return str(table.loc[table["layer"] == layer, "layer_zh"].iloc[0])


@lru_cache(maxsize=1)
def _fields() -> pd.DataFrame:
    with files("urbgeo.land").joinpath("handin.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)
