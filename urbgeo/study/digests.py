"""What a study is made of, told so that another can hold it against his own: files and layers by digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import geopandas as gpd
import pandas as pd
import shapely

from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region
from urbgeo.study.inputs import Inputs
from urbgeo.study.roads import RoadLines

LAYERS = (
    "roads",
    "population",
    "trains",
    "stations",
    "zones",
    "seats",
    "airports",
    "rails",
    "flows",
    "observed",
)
"""Inputs that may be files."""

SETTINGS = (
    "name",
    "margin_km",
    "lists",
    "population_column",
    "population_unit",
    "road_classes",
    "road_lines",
    "train_day",
    "least_count",
    "flow_rates",
    "flow_rule",
    "observed_datum",
    "columns",
    "datums",
    "speeds",
)
"""Inputs that are values; overrides and release stand by themselves."""

REFERENCES = (
    b"<ogrvrtdatasource", b"<vrtdataset", b"<gdal_wms", b"<gdal_wmts", b"<wcs_gdal", b"<ogrwfsdatasource",
    b"<ogrcswdatasource", b"<gdaltileindexdataset", b"gdal_streamed_alg",
)  # fmt: skip
"""What stands, in small letters, near the head of files that only lead to other files or servers."""

_TIMED = ("minutes", "minutes_back", "speed_kmh", "speed_source")
"""Columns of links that follow from speeds, which are told apart from the roads."""


def made_of(inputs: Inputs) -> dict[str, Any]:
    """``settings`` and ``files`` of a region's inputs, as JSON can hold them."""
    settings = {name: _plain(getattr(inputs, name)) for name in SETTINGS}
    given = {name: getattr(inputs, name) for name in LAYERS}
    return {
        "settings": {"units": _plain(inputs.units), **settings},
        "files": {name: _files(one, inputs.folder) for name, one in given.items() if one is not None},
    }


def _plain(given: Any) -> Any:
    """A setting; what is no text or number by what it is."""
    if given is None or isinstance(given, str | int | float):
        return given
    if isinstance(given, RoadLines):
        given = asdict(given)
    if isinstance(given, Mapping):
        return {str(name): _plain(one) for name, one in given.items()}
    if isinstance(given, list | tuple):
        return [_plain(one) for one in given]
    return f"a {type(given).__name__} given in Python"


def _files(given: Any, folder: Path | None) -> list[dict[str, Any]]:
    """Each file of an input: its path from the study's folder, SHA-256 and bytes."""
    rows: list[dict[str, Any]] = []
    for one in given if isinstance(given, list | tuple) else [given]:
        if isinstance(one, str) and "://" in one:
            rows.append({"path": without_password(one)})
        elif isinstance(one, str | Path) and Path(one).exists():
            rows += [file_row(path, folder) for path in files_behind(Path(one))]
        else:
            rows.append({"path": str(_plain(one))})
    return rows


def file_row(path: Path, folder: Path | None) -> dict[str, Any]:
    """A file's path from a folder (its name alone where it lies elsewhere), SHA-256 and bytes."""
    return {"path": path_from(path, folder), "sha256": digest_of(path), "bytes": path.stat().st_size}


def path_from(path: Path, folder: Path | None) -> str:
    """The path below a folder; a file elsewhere by its name alone, which tells nothing of the machine."""
    if folder is not None and path.resolve().is_relative_to(folder.resolve()):
        return path.resolve().relative_to(folder.resolve()).as_posix()
    return path.name


def files_behind(path: Path) -> list[Path]:
    """All files that a path stands for: a folder's, and a shapefile's companions, in order."""
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.is_file())
    if path.suffix.lower() == ".shp":
        return sorted(one for one in path.parent.glob(f"{path.stem}.*") if one.is_file())
    return [path]


def leads_away(start: bytes) -> bool:
    """Whether GDAL may take a file for a reference: it looks anywhere in the head of it."""
    small = start.lower()
    return any(sign in small for sign in REFERENCES)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def without_password(url: str) -> str:
    """An address without the user and the password in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def layer_digests(region: Region) -> dict[str, dict[str, Any]]:
    """Rows and digest of each layer of a region, the roads without what follows from speeds."""
    frames: dict[str, Any] = {
        "places": region.places,
        "zones": region.zones,
        "airports": region.airports,
        "stations": region.stations,
        "trains": region.rail_stops,
        "rails": region.rail_sections,
        "roads": region.road_links,
        "road nodes": region.road_nodes,
        "known trips": region.known_trips,
        "flows": None if region.commuters is None else region.commuters.flows,
        "observed": None if region.observed is None else region.observed.trips,
    }
    if isinstance(region.network, TravelNetwork):
        links = region.network.drawn_table
        frames["roads"] = links.drop(columns=[one for one in _TIMED if one in links])
        frames["road nodes"] = region.network.nodes
    return {
        name: {"rows": len(frame), "digest": frame_digest(frame)}
        for name, frame in frames.items()
        if frame is not None and len(frame)
    }


def frame_digest(frame: pd.DataFrame) -> str:
    """Digest of what a table holds: ids, columns and values, geometry to the last bit."""
    digest = hashlib.sha256()
    for name in ["", *sorted(map(str, frame.columns))]:
        values: Any = frame.index if not name else frame[name]
        digest.update(f"\0{name}\0".encode())
        digest.update(_column_bytes(values))
    return digest.hexdigest()


def _column_bytes(values: Any) -> bytes:
    if isinstance(values, gpd.GeoSeries) or _holds_shapes(values):
        return b"\0".join(one or b"" for one in shapely.to_wkb(values.to_numpy()).tolist())
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return pd.Series(values).astype(float).to_numpy().tobytes()
    return "\0".join(_texts(values)).encode()


def _texts(values: Iterable[Any]) -> Iterable[str]:
    return (f"{one!r}" if isinstance(one, float) else str(one) for one in values)


def _holds_shapes(values: Any) -> bool:
    return len(values) > 0 and isinstance(values[0] if isinstance(values, pd.Index) else values.iloc[0],
                                          shapely.Geometry)  # fmt: skip
