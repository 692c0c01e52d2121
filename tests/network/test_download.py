"""Streets of a named place come from the servers once, whole, and by nobody's path."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import osmnx
import pytest

import urbgeo
from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.network.download import download

SQUARE = [[[112.0, 28.0], [112.1, 28.0], [112.1, 28.1], [112.0, 28.1], [112.0, 28.0]]]
TOWN = {
    "place_id": 1, "importance": 0.9, "boundingbox": ["28.0", "28.1", "112.0", "112.1"], "lat": "28.05",
    "lon": "112.05", "display_name": "某镇", "geojson": {"type": "Polygon", "coordinates": SQUARE},
}  # fmt: skip
STREETS = {
    "elements": [
        *({"type": "node", "id": n, "lat": 28.02 + 0.01 * n, "lon": 112.05} for n in range(4)),
        {"type": "way", "id": 10, "nodes": [0, 1], "tags": {"highway": "primary", "maxspeed": "60"}},
        {"type": "way", "id": 11, "nodes": [1, 2], "tags": {"highway": "residential", "oneway": "yes"}},
        {"type": "way", "id": 12, "nodes": [2, 3], "tags": {"highway": "corridor"}},
    ]
}
SLOTS = "Connected as: 1\nCurrent time: x\nAnnounced endpoint: none\nRate limit: 2\n2 slots available now.\n"


class Server(ThreadingHTTPServer):
    """Plays Nominatim and Overpass, and writes down what it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[tuple[str, str]] = []
        self.places: Any = [TOWN]
        self.overpass: tuple[int, str] = (200, json.dumps(STREETS))
        self.status: tuple[int, str] = (404, "")
        self.hold = threading.Event()
        self.hold.set()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = urlparse(self.path)
        self.server.asked.append((asked.path, parse_qs(asked.query).get("q", [""])[0]))
        if asked.path == "/search":
            self.tell(200, json.dumps(self.server.places))
        else:
            self.tell(*self.server.status)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.path, parse_qs(sent)["data"][0]))
        self.server.hold.wait(10)
        self.tell(*self.server.overpass)

    def tell(self, code: int, text: str) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("time.sleep", lambda _: None)  # OSMnx waits a second before each question
    with Server() as one:
        threading.Thread(target=one.serve_forever, args=(0.01,), daemon=True).start()
        yield one
        one.hold.set()
        one.shutdown()


def ask(server: Server, folder: Path, place: str = "某镇", **more: Any) -> urbgeo.TravelNetwork:
    return download(place, folder=folder, overpass_url=server.url, nominatim_url=server.url, **more)


@pytest.mark.filterwarnings("ignore:.*corridor")
def test_a_place_is_asked_for_once_and_then_read_from_the_cache(server: Server, tmp_path: Path) -> None:
    first = ask(server, tmp_path)
    assert [path for path, _ in server.asked] == ["/search", "/status", "/interpreter"]
    assert server.asked[0][1] == "某镇" and '"motor_vehicle"!~"no"' in server.asked[2][1]
    assert "[timeout:180]" in server.asked[2][1], "whole seconds"
    assert sorted(first.links["class"]) == ["primary", "residential"]
    primary = first.links[first.links["class"] == "primary"].iloc[0]
    assert primary["speed_kmh"] == 60 and primary["minutes"] == pytest.approx(primary["length_km"])
    assert first.links.loc[first.links["class"] == "residential", "minutes_back"].isna().all()
    assert "某镇" in first.provenance.sources[0]
    again = ask(server, tmp_path)
    assert len(server.asked) == 3
    assert again.links["minutes"].tolist() == first.links["minutes"].tolist()
    ask(server, tmp_path, refresh=True)
    assert len(server.asked) == 6
    assert ask(server, tmp_path, mode="walk").modes == ("walk",) and len(server.asked) == 9


@pytest.mark.filterwarnings("ignore:.*corridor")
@pytest.mark.parametrize(("mode", "kmh", "word"), [("walk", 4.5, "foot"), ("cycle", 12.0, "bicycle")])
def test_walkers_and_cyclists_ask_for_ways_of_their_own(
    server: Server, tmp_path: Path, mode: str, kmh: float, word: str
) -> None:
    network = ask(server, tmp_path, mode=mode)
    assert f'"{word}"!~"no"' in server.asked[-1][1]
    assert network.modes == (mode,)
    assert network.links["speed_kmh"].tolist() == pytest.approx([kmh, kmh])
    assert network.links["minutes_back"].isna().any() == (mode == "cycle"), "walkers go both ways"


def test_what_is_no_road_is_left_out_and_counted(server: Server, tmp_path: Path) -> None:
    with pytest.warns(UrbgeoWarning, match="2 edges of highway corridor, left out"):
        ask(server, tmp_path)


@pytest.mark.filterwarnings("ignore:.*corridor")
def test_osmnx_and_the_name_lookup_are_as_before(server: Server, tmp_path: Path) -> None:
    def state() -> tuple[Any, ...]:
        kept = {name: one for name, one in vars(osmnx.settings).items() if not name.startswith("_")}
        return kept, socket.getaddrinfo

    before = state()
    ask(server, tmp_path)
    assert state() == before
    server.overpass = (504, "")
    with pytest.raises(SourceError):
        ask(server, tmp_path, refresh=True)
    assert state() == before


@pytest.mark.filterwarnings("ignore:.*corridor")
def test_the_wait_of_a_public_server_is_kept_and_one_without_is_not_waited_for(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.status = (200, SLOTS)
    ask(server, tmp_path)
    assert [path for path, _ in server.asked].count("/status") == 2, "ours, and the one OSMnx waits by"
    naps: list[float] = []
    monkeypatch.setattr("time.sleep", naps.append)
    server.status = (200, "<html>hello</html>")
    ask(server, tmp_path, refresh=True)
    assert max(naps) <= 1


@pytest.mark.filterwarnings("ignore:.*corridor")
def test_a_name_is_never_a_path(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    for place in ("../../etc/passwd", "/tmp/x", "a\0b", "C:\\x", "某镇"):
        ask(server, folder, place)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.parent for path in kept} == {folder} and len(kept) == 5
    assert all(path.name.startswith("streets-") and path.suffix == ".graphml" for path in kept)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((429, ""), r"busy \(429\)"), ((504, ""), r"busy \(504\)"), ((500, "oops"), "answers 500"),
        ((200, "<html>"), "place"), ((200, '{"elements": []}'), "place"),
        ((200, json.dumps({**STREETS, "remark": "runtime error: Query timed out"})), "not complete"),
    ],
)  # fmt: skip
def test_a_failed_download_leaves_nothing_behind(
    server: Server, tmp_path: Path, answer: tuple[int, str], message: str
) -> None:
    server.overpass = answer
    with pytest.raises((SourceError, InputError), match=message):
        ask(server, tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_unknown_place_is_told_from_a_silent_server(server: Server, tmp_path: Path) -> None:
    server.places = []
    with pytest.raises(InputError, match=r"'某镇'.*0 results.*province"):
        ask(server, tmp_path)
    server.places = [{**TOWN, "geojson": {"type": "Point", "coordinates": [112.0, 28.0]}}]
    with pytest.raises(InputError, match="geometry of type"):
        ask(server, tmp_path)
    server.places = [TOWN]
    server.hold.clear()
    with pytest.raises(SourceError, match=r"within 0\.2 s.*from_pbf"):
        ask(server, tmp_path, timeout_s=0.2)


def test_without_a_connection_the_remedy_is_named(server: Server, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(SourceError, match=r"cannot be reached.*from disk with from_pbf"):
        download("某镇", folder=tmp_path, overpass_url=nobody, nominatim_url=nobody)
    with pytest.raises(SourceError, match=r"cannot be reached.*from disk with from_pbf"):
        download("某镇", folder=tmp_path, overpass_url=nobody, nominatim_url=server.url)


@pytest.mark.filterwarnings("ignore:.*corridor")
def test_a_damaged_download_is_fetched_again(server: Server, tmp_path: Path) -> None:
    whole = ask(server, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:200])
    with pytest.warns(UrbgeoWarning, match="downloaded again"):
        again = ask(server, tmp_path)
    assert again.links["minutes"].tolist() == whole.links["minutes"].tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"place": " "}, "place"), ({"place": "x" * 1000}, "place"), ({"mode": "fly"}, "mode"),
        ({"timeout_s": 0}, "timeout_s"), ({"overpass_url": "file:///etc"}, "http"),
    ],
)  # fmt: skip
def test_questions_that_make_no_sense_are_refused(
    tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        download(**{"place": "某镇", "folder": tmp_path, **arguments})
