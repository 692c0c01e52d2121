from __future__ import annotations

import errno
import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from urbgeo import cli
from urbgeo.errors import InputError, SourceError, StorageError
from urbgeo.sources import fetch
from urbgeo.sources.fetch import fetch_extract

CONTENT = bytes(range(256)) * 3000


class Server(BaseHTTPRequestHandler):
    """An extract server that breaks off, is slow, knows no ranges, or lies about its checksum."""

    how: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[str]] = []

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path.endswith(".md5"):
            if "md5_code" in self.how:
                self.send_error(self.how["md5_code"])
                return
            told = self.how.get("md5", hashlib.md5(CONTENT).hexdigest()) + self.how.get("name", "  x")
            self._send(200, f"{told}\n".encode(), {})
            return
        span = self.headers.get("Range", "")
        self.asked.append(span)
        if "anhui" not in self.path:
            self.send_error(404)
            return
        mark = self.how.get("etag", '"a"')
        start = 0
        if span and self.how.get("ranges", True) and self.headers.get("If-Range") == mark:
            start = int(span.removeprefix("bytes=").rstrip("-"))
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self._send(206 if start else 200, CONTENT[start:], {"ETag": mark})

    def _send(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        cut = self.how.get("cut") if self.path.endswith(".pbf") else None
        if self.how.get("stall") and self.path.endswith(".pbf") and len(self.asked) == 1:
            self.wfile.write(body[:1000])
            self.wfile.flush()
            time.sleep(1.5)
            return
        self.wfile.write(body if cut is None else body[:cut])


@pytest.fixture(name="url")
def served() -> Iterator[str]:
    Server.how, Server.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_file_comes_whole_is_checked_and_is_not_fetched_twice(url: str, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch_extract(
        "340000", tmp_path, base_url=url, progress=lambda done, total: seen.append((done, total))
    )
    assert path.name == "anhui-latest.osm.pbf" and path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT)) and seen == sorted(seen)
    assert fetch_extract("anhui", tmp_path, base_url="http://127.0.0.1:9") == path
    assert len(Server.asked) == 1 and [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_connection_that_keeps_breaking_goes_on_where_it_stopped(url: str, tmp_path: Path) -> None:
    Server.how["cut"] = 200_000
    path = fetch_extract("anhui", tmp_path, base_url=url, tries=2)
    assert path.read_bytes() == CONTENT, "a try that brought something is none of the two"
    assert Server.asked == ["", "bytes=200000-", "bytes=400000-", "bytes=600000-"]


def test_what_an_earlier_call_left_is_used_only_if_it_is_of_the_same_file(url: str, tmp_path: Path) -> None:
    Server.how["cut"] = 100_000
    Server.how["ranges"] = True
    part = tmp_path / "anhui-latest.osm.pbf.part"
    part.write_bytes(CONTENT[:500])
    part.with_name(part.name + ".json").write_text('"\\"old\\""')
    Server.how.pop("cut")
    seen: list[tuple[int, int]] = []
    path = fetch_extract("anhui", tmp_path, base_url=url, progress=lambda *at: seen.append(at))
    assert path.read_bytes() == CONTENT and seen[-1] == (len(CONTENT), len(CONTENT))
    assert Server.asked == ["bytes=500-"]


def test_a_server_without_ranges_starts_anew_and_one_that_never_ends_is_given_up(
    url: str, tmp_path: Path
) -> None:
    Server.how.update(cut=0, ranges=False)
    with pytest.raises(SourceError, match="broke off 2 times"):
        fetch_extract("anhui", tmp_path, base_url=url, tries=2)
    assert len(Server.asked) == 2
    assert not (tmp_path / "anhui-latest.osm.pbf").exists()
    Server.how.clear()
    assert fetch_extract("anhui", tmp_path, base_url=url).read_bytes() == CONTENT


def test_a_server_that_falls_silent_is_left_and_taken_up_again(url: str, tmp_path: Path) -> None:
    Server.how["stall"] = True
    assert fetch_extract("anhui", tmp_path, base_url=url, timeout_s=0.5).read_bytes() == CONTENT
    assert Server.asked[1] == "bytes=1000-"


def test_a_wrong_checksum_leaves_nothing_under_the_name(url: str, tmp_path: Path) -> None:
    Server.how["md5"] = "0" * 32
    with pytest.raises(SourceError, match="MD5"):
        fetch_extract("anhui", tmp_path, base_url=url)
    assert list(tmp_path.iterdir()) == []


def test_a_server_need_not_give_a_checksum_but_one_that_fails_is_named(url: str, tmp_path: Path) -> None:
    for how in ({"md5_code": 404}, {"md5": "", "name": ""}):
        Server.how = dict(how)
        assert fetch_extract("anhui", tmp_path, base_url=url, refresh=True).read_bytes() == CONTENT
    Server.how = {"md5_code": 503}
    with pytest.raises(SourceError, match=r"anhui-latest\.osm\.pbf\.md5: the server answers 503"):
        fetch_extract("anhui", tmp_path, base_url=url, refresh=True)
    assert Server.asked == ["", ""], "nothing was fetched without it"


def test_a_part_longer_than_the_file_is_dropped_and_fetched_anew(url: str, tmp_path: Path) -> None:
    part = tmp_path / "anhui-latest.osm.pbf.part"
    part.write_bytes(CONTENT + b"more")
    part.with_name(part.name + ".json").write_text('"\\"a\\""')
    assert fetch_extract("anhui", tmp_path, base_url=url, tries=2).read_bytes() == CONTENT
    assert Server.asked == [f"bytes={len(CONTENT) + 4}-", ""]


def test_an_intranet_is_told_what_to_carry_over_by_hand(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot be reached.*anhui-latest.osm.pbf"):
        fetch_extract("anhui", tmp_path, base_url="http://127.0.0.1:9", timeout_s=2)


def test_unknown_areas_and_missing_files_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="atlantis"):
        fetch_extract("atlantis", tmp_path, base_url=url)
    with pytest.raises(SourceError, match="404"):
        fetch_extract("hubei", tmp_path, base_url=url)
    with pytest.raises(InputError, match="no http"):
        fetch_extract("anhui", tmp_path, base_url="file:///etc")


def test_fetch_from_a_shell_puts_the_file_where_the_study_looks(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a"
    cli.main(["new", str(folder), "--province", "合肥市"])
    assert cli.main(["fetch", str(folder), "--from", url]) == 0
    assert (folder / "data" / "raw" / "anhui-latest.osm.pbf").read_bytes() == CONTENT
    assert 'roads = "data/raw/anhui-latest.osm.pbf"' in capsys.readouterr().out
    assert cli.main(["fetch", str(folder), "--from", "http://127.0.0.1:9", "--refresh"]) == 1
    assert "拷贝" in capsys.readouterr().err


def test_a_disk_that_fails_otherwise_says_so_itself(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    whole = fetch._keep
    monkeypatch.setattr(
        fetch, "_keep", lambda chunk, _, part: whole(chunk, SimpleNamespace(write=broken), part)
    )
    with pytest.raises(OSError, match="Input/output error") as raised:
        fetch_extract("anhui", tmp_path, base_url=url)
    assert not isinstance(raised.value, StorageError)


def test_a_full_disk_is_named_and_what_came_is_kept(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, kept = fetch._keep, 100_000

    class Full:
        """A file on a disk that has room for so many bytes more."""

        def __init__(self, file: Any) -> None:
            self.file = file

        def write(self, chunk: bytes) -> None:
            self.file.write(chunk[:kept])
            raise OSError(errno.ENOSPC, "No space left on device")

        def flush(self) -> None:
            self.file.flush()

    monkeypatch.setattr(fetch, "_keep", lambda chunk, file, part: whole(chunk, Full(file), part))
    with pytest.raises(
        StorageError, match=r"\.part: no room for more of it.*the next call goes on from there"
    ):
        fetch_extract("anhui", tmp_path, base_url=url)
    monkeypatch.setattr(fetch, "_keep", whole)
    assert fetch_extract("anhui", tmp_path, base_url=url).read_bytes() == CONTENT
    assert Server.asked[-1].startswith("bytes=")
