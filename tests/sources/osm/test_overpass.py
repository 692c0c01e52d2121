"""Asking Overpass: answers that are no whole answers are refused, OSMnx is left as it was."""

from __future__ import annotations

import io
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError, URLError

import networkx as nx
import osmnx
import pytest

from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.sources.osm import overpass
from urbgeo.sources.osm.overpass import (
    NETWORK_TYPES,
    _changed,
    _check_answer,
    _drop_unknown,
    _settings,
    _tells_its_slots,
    fetch_streets,
)


def answer(code: int = 200, content: bytes = b"{}") -> Any:
    return SimpleNamespace(status_code=code, ok=code < 400, url="http://x", reason="why", content=content)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answer(429), "the server is busy"), (answer(504), "the server is busy"),
        (answer(404), "the server answers 404 why"), (answer(500), "answers 500"),
        (answer(content=b'{"elements": [], "remark": "timed out"}'), "not complete; raise timeout_s"),
    ],
)  # fmt: skip
def test_what_is_no_whole_answer_is_refused_with_what_to_do(given: Any, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        _check_answer(given)


def test_whole_answers_pass_and_a_tag_called_remark_at_their_start_is_none() -> None:
    _check_answer(answer())
    _check_answer(answer(content=b'{"remark": "of a way"}' + b" " * 2000))


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (b"Connected as: 1\nRate limit: 2\n2 slots available now.\n", True), (b"1 slot available now.", True),
        (b"Slot available after: 2026-01-01T00:00:00Z, in 9 seconds.", True),
        (b"Currently running queries (pid, ...):", True), (b"<html>no slots available</html>", False),
        (b"", False), (b"\xff\xfe 2 slots", False),
    ],
)  # fmt: skip
def test_a_server_is_waited_for_only_by_a_status_page_of_the_usual_form(
    monkeypatch: pytest.MonkeyPatch, page: bytes, told: bool
) -> None:
    asked: list[str] = []

    def opened(request: Any, timeout: float) -> Any:
        asked.append(request.full_url)
        assert timeout == 7.0
        return io.BytesIO(page)

    monkeypatch.setattr(overpass, "urlopen", opened)
    assert _tells_its_slots("http://own/api/", 7.0) is told
    assert asked == ["http://own/api/status"]


def test_a_server_without_a_status_page_is_not_waited_for_and_a_silent_one_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuses(error: Exception) -> Any:
        def opened(*_: Any, **__: Any) -> Any:
            raise error

        return opened

    monkeypatch.setattr(overpass, "urlopen", refuses(HTTPError("u", 404, "", None, None)))  # type: ignore[arg-type]
    assert not _tells_its_slots("http://own", 1.0)
    monkeypatch.setattr(overpass, "urlopen", refuses(URLError("silent")))
    with pytest.raises(OSError, match="silent"):
        _tells_its_slots("http://own", 1.0)


def state() -> dict[str, Any]:
    names = ("overpass_url", "nominatim_url", "requests_timeout", "overpass_settings", "use_cache",
             "cache_only_mode", "doh_url_template", "requests_kwargs", "overpass_rate_limit")  # fmt: skip
    return {name: getattr(osmnx.settings, name) for name in names}


def test_settings_are_the_callers_again_whatever_happens() -> None:
    before, lookup = state(), socket.getaddrinfo
    changed = _changed(osmnx, "http://a", "http://b", 0.5)
    assert "[timeout:1]" in changed["overpass_settings"], "whole seconds, none of them naught"
    assert changed["requests_kwargs"]["hooks"]["response"] is _check_answer
    with pytest.raises(ZeroDivisionError), _settings(osmnx, changed):
        assert (osmnx.settings.overpass_url, osmnx.settings.use_cache) == ("http://a", False)
        osmnx.settings.overpass_rate_limit = not before["overpass_rate_limit"]
        socket.getaddrinfo = lambda *_: []  # type: ignore[assignment]
        _ = 1 / 0
    assert state() == before and socket.getaddrinfo is lookup
    assert not overpass._one_at_a_time.locked()


def test_ways_of_no_class_that_is_known_are_left_out_and_counted() -> None:
    graph = nx.MultiDiGraph()
    for at, way in enumerate(
        ["primary", "corridor", ["corridor", "steps"], ["corridor", "elevator"], "razed"]
    ):
        graph.add_edge(at, at + 1, highway=way)
    with pytest.warns(UrbgeoWarning, match=r"某镇: 3 edges of highway .*corridor.*, left out"):
        _drop_unknown(graph, "某镇")
    assert [way for *_, way in graph.edges(data="highway")] == ["primary", ["corridor", "steps"]]
    only = nx.MultiDiGraph()
    only.add_edge(0, 1, highway="razed")
    with pytest.warns(UrbgeoWarning), pytest.raises(ValueError, match="no streets in it"):
        _drop_unknown(only, "某镇")


def test_addresses_are_those_of_the_web(tmp_path: Path) -> None:
    for url in ({"overpass_url": "ftp://x"}, {"nominatim_url": "file:///etc/passwd"}):
        with pytest.raises(InputError, match="does not begin with http"):
            fetch_streets("某镇", tmp_path / "x.graphml", mode="drive", timeout_s=1.0, **url)
    assert not list(tmp_path.iterdir()) and set(NETWORK_TYPES) == {"drive", "walk", "cycle"}


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (
            ValueError("Nominatim found nothing."),
            InputError,
            "place: '某镇': Nominatim found nothing; name it as",
        ),
        (TypeError(""), InputError, "it cannot be used"),
        (TimeoutError("slow"), SourceError, r"cannot be reached within 3 s \(TimeoutError\)"),
        (SourceError("busy."), SourceError, "^busy"),
    ],
)
def test_errors_of_the_servers_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception, kind: type[Exception], said: str
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(osmnx, "geocode_to_gdf", fails)
    before = state()
    with pytest.raises(kind, match=said):
        fetch_streets("某镇", tmp_path / "x.graphml", mode="drive", timeout_s=3.0)
    assert state() == before and not list(tmp_path.iterdir())
