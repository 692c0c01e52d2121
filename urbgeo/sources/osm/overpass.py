"""Streets of a named place from Nominatim and Overpass, through OSMnx, to a GraphML file."""

from __future__ import annotations

import re
import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from urbgeo.errors import InputError, SourceError, UrbgeoWarning, some_of
from urbgeo.files import written_whole
from urbgeo.sources.osm.tags import HIGHWAY_CLASSES

NETWORK_TYPES = {"drive": "drive", "walk": "walk", "cycle": "bike"}
"""Our modes under the names of OSMnx, whose filters decide which ways are asked for."""

TIMED_BY = ["highway", "maxspeed"]
"""Edges are joined only where these agree, so that joining changes no minutes."""

BUSY = (429, 504)
STATUS = re.compile(r"^(\d+ slots? available|Slot available after|Currently running)", re.MULTILINE)
"""How the status page of a public Overpass server begins the line that OSMnx waits by."""

REMEDY = "without a connection, read an extract from disk with from_pbf"

_one_at_a_time = Lock()


def fetch_streets(
    place: str,
    target: Path,
    *,
    mode: str,
    timeout_s: float,
    overpass_url: str | None = None,
    nominatim_url: str | None = None,
) -> None:
    """Ask for the outline of a place, then for the streets in it, and write them whole to ``target``.

    OSMnx keeps its settings in one module; they are the caller's again afterwards, whatever happens.

    Raises
    ------
    SourceError
        When a server cannot be reached in time, is busy, or answers in part or with an error.
    InputError
        When the place is unknown, has no outline, or has no such streets.
    """
    import osmnx
    from osmnx._errors import InsufficientResponseError

    overpass = overpass_url or osmnx.settings.overpass_url
    nominatim = nominatim_url or osmnx.settings.nominatim_url
    for url in (overpass, nominatim):
        if not url.startswith(("http://", "https://")):
            raise InputError(f"overpass_url, nominatim_url: {url!r} does not begin with http:// or https://.")
    try:
        with _settings(osmnx, _changed(osmnx, overpass, nominatim, timeout_s)):
            outline = osmnx.geocode_to_gdf(place).union_all()
            osmnx.settings.overpass_rate_limit &= _tells_its_slots(overpass, timeout_s)
            graph = osmnx.graph_from_polygon(
                outline,
                network_type=NETWORK_TYPES[mode],
                simplify=False,
                retain_all=True,
                truncate_by_edge=True,
            )
            _drop_unknown(graph, place)
            graph = osmnx.simplify_graph(graph, edge_attrs_differ=TIMED_BY)
            with written_whole(target) as part:
                osmnx.save_graphml(graph, part)
    except SourceError:
        raise
    except (InsufficientResponseError, TypeError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise InputError(
            f"place: {place!r}: {reason or 'it cannot be used'}; name it as OpenStreetMap does, with its "
            "province and country."
        ) from error
    except OSError as error:  # what requests raises is one
        raise SourceError(
            f"download of {place!r}: {nominatim} or {overpass} cannot be reached within {timeout_s:g} s "
            f"({type(error).__name__}); {REMEDY}."
        ) from error


def _drop_unknown(graph: Any, place: str) -> None:
    """Leave out what is no way to travel by any table of speeds, e.g. ``highway=corridor``."""

    def known(highway: str | list[str]) -> bool:
        return not set(HIGHWAY_CLASSES).isdisjoint([highway] if isinstance(highway, str) else highway)

    strange = [(*edge, way) for *edge, way in graph.edges(keys=True, data="highway") if not known(way)]
    graph.remove_edges_from([edge[:3] for edge in strange])
    if strange:
        names = sorted({str(edge[3]) for edge in strange})
        warnings.warn(
            f"{place}: {len(strange)} edges of highway {some_of(names)}, left out.",
            UrbgeoWarning,
            stacklevel=4,
        )
    if not graph.number_of_edges():
        raise ValueError("there are no streets in it")


def _changed(osmnx: Any, overpass: str, nominatim: str, timeout_s: float) -> dict[str, Any]:
    """What of OSMnx's settings is other while a place is asked for."""
    return {
        "overpass_url": overpass,
        "nominatim_url": nominatim,
        "requests_timeout": timeout_s,
        # the language of Overpass knows whole seconds only
        "overpass_settings": osmnx.settings.overpass_settings.replace("{timeout}", str(ceil(timeout_s))),
        "use_cache": False,  # kept by urbgeo, as one file written whole
        "cache_only_mode": False,
        "doh_url_template": None,
        "requests_kwargs": {**osmnx.settings.requests_kwargs, "hooks": {"response": _check_answer}},
    }


@contextmanager
def _settings(osmnx: Any, changed: Mapping[str, Any]) -> Iterator[None]:
    """OSMnx with other settings; they, and the name lookup that OSMnx replaces, are put back at the end."""
    with _one_at_a_time:
        names = [*changed, "overpass_rate_limit"]
        before = {name: getattr(osmnx.settings, name) for name in names}
        lookup = socket.getaddrinfo
        try:
            for name, value in changed.items():
                setattr(osmnx.settings, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(osmnx.settings, name, value)
            socket.getaddrinfo = lookup


def _check_answer(answer: Any, **_: Any) -> None:
    """Refuse what OSMnx would wait for without end or take for the whole: a busy server, a part."""
    if answer.status_code in BUSY:
        raise SourceError(
            f"{answer.url}: the server is busy ({answer.status_code}); try again later; {REMEDY}."
        )
    if not answer.ok:
        raise SourceError(f"{answer.url}: the server answers {answer.status_code} {answer.reason}; {REMEDY}.")
    if b'"remark"' in answer.content[-2000:]:
        raise SourceError(
            f"{answer.url}: the answer is not complete; raise timeout_s or ask for a smaller place."
        )


def _tells_its_slots(overpass: str, timeout_s: float) -> bool:
    """Whether the server has the status page by which OSMnx waits its turn; one's own may have none."""
    try:
        with urlopen(Request(overpass.rstrip("/") + "/status"), timeout=timeout_s) as answer:
            return bool(STATUS.search(answer.read(10_000).decode("utf-8", "replace")))
    except HTTPError:
        return False
