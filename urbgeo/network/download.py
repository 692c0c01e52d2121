"""Travel networks of a named place, downloaded once and kept."""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import replace
from pathlib import Path

from urbgeo.arguments import check_path
from urbgeo.checks import check_choice, check_flag, check_quantity
from urbgeo.engine.store import cache_folder
from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.network.model import TravelNetwork
from urbgeo.network.osm import from_osmnx
from urbgeo.network.osm_speeds import RoadReading, checked_reading
from urbgeo.sources.osm.overpass import NETWORK_TYPES, fetch_streets

LONGEST_PLACE = 200


def download(
    place: str,
    *,
    mode: str = "drive",
    reading: RoadReading | None = None,
    folder: Path | str | None = None,
    refresh: bool = False,
    timeout_s: float = 180.0,
    overpass_url: str | None = None,
    nominatim_url: str | None = None,
) -> TravelNetwork:
    """The travel network of a named place, from OpenStreetMap's servers or from an earlier download.

    Nominatim is asked for the outline of the place and Overpass for the ways in it, through OSMnx and by its
    filters: driving leaves out service roads, and barriers and ferries are not read, as they are by
    :func:`urbgeo.network.osm.from_pbf`. Answers are kept whole in the cache; the same question is not
    asked again, and needs no connection.

    Parameters
    ----------
    place
        As OpenStreetMap names it, e.g. ``"长沙市, 湖南省, 中国"``.
    mode
        ``"drive"``, ``"walk"`` or ``"cycle"``.
    reading
        Speeds and snapping, as for :func:`urbgeo.network.osm.from_pbf`.
    folder
        Where downloads are kept; by default ``URBGEO_CACHE``, or the user's cache folder.
    refresh
        Ask again although there is an earlier download.
    timeout_s
        Seconds that each answer may take.
    overpass_url, nominatim_url
        Servers to ask, e.g. one's own; those of ``osmnx.settings`` by default.

    Returns
    -------
    TravelNetwork
        Its sources name the place.

    Raises
    ------
    SourceError
        When a server cannot be reached in time, is busy, or answers in part or with an error.
    InputError
        When the place is unknown, has no outline or no such streets; for an unknown mode or region.

    Examples
    --------
    >>> from urbgeo.network.osm import RoadReading
    >>> download("长沙市, 湖南省, 中国", mode="walk", reading=RoadReading(region="world"))  # doctest: +SKIP
    """
    reading = checked_reading(reading)
    check_choice(mode, "mode", tuple(NETWORK_TYPES))
    check_quantity(timeout_s, "timeout_s")
    if not isinstance(place, str) or not 0 < len(place.strip()) <= LONGEST_PLACE:
        raise InputError(f"place: give a name of 1 to {LONGEST_PLACE} characters.")
    check_flag(refresh, "refresh")
    kept = cache_folder() if folder is None else check_path(folder, "folder")
    path = _kept_at(kept, place, mode, overpass_url, nominatim_url)

    def fetch() -> None:
        fetch_streets(
            place,
            path,
            mode=mode,
            timeout_s=timeout_s,
            overpass_url=overpass_url,
            nominatim_url=nominatim_url,
        )

    def read() -> TravelNetwork:
        return from_osmnx(path, mode=mode, reading=replace(reading, source=reading.source or place))

    if refresh or not path.exists():
        fetch()
        return read()
    try:
        return read()
    except SourceError as error:
        warnings.warn(f"{error} It is downloaded again.", UrbgeoWarning, stacklevel=2)
        fetch()
        return read()


def _kept_at(folder: Path, place: str, mode: str, *urls: str | None) -> Path:
    """A file named by a digest of what is asked: a place is never part of a path."""
    asked = json.dumps([place.strip(), mode, *urls], ensure_ascii=False)
    return folder / f"streets-{hashlib.sha256(asked.encode()).hexdigest()[:32]}.graphml"
