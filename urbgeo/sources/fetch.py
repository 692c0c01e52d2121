"""Extracts of OpenStreetMap from Geofabrik: resumed where broken off, checked, kept."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from urbgeo.arguments import check_path, check_text
from urbgeo.checks import check_quantity, check_whole
from urbgeo.errors import InputError, SourceError, StorageError
from urbgeo.files import is_no_room, write_text
from urbgeo.provenance import package_version

GEOFABRIK = "https://download.geofabrik.de/asia/china"
CHUNK = 1 << 16

AREAS = {
    "110000": "beijing",
    "120000": "tianjin",
    "130000": "hebei",
    "140000": "shanxi",
    "150000": "inner-mongolia",
    "210000": "liaoning",
    "220000": "jilin",
    "230000": "heilongjiang",
    "310000": "shanghai",
    "320000": "jiangsu",
    "330000": "zhejiang",
    "340000": "anhui",
    "350000": "fujian",
    "360000": "jiangxi",
    "370000": "shandong",
    "410000": "henan",
    "420000": "hubei",
    "430000": "hunan",
    "440000": "guangdong",
    "450000": "guangxi",
    "460000": "hainan",
    "500000": "chongqing",
    "510000": "sichuan",
    "520000": "guizhou",
    "530000": "yunnan",
    "540000": "tibet",
    "610000": "shaanxi",
    "620000": "gansu",
    "630000": "qinghai",
    "640000": "ningxia",
    "650000": "xinjiang",
}
"""The extract of each province, by code: all 31 stand so in public lists of the server's extracts; the server
itself was not asked.

Hong Kong and Macau have extracts of their own that no code here asks for. A name that the server does not
have is told by it (404); name the file under ``[files] roads`` then."""

Progress = Callable[[int, int], None]


def fetch_extract(
    area: str,
    folder: Path | str,
    *,
    base_url: str = GEOFABRIK,
    timeout_s: float = 60.0,
    tries: int = 5,
    refresh: bool = False,
    progress: Progress | None = None,
) -> Path:
    """The OpenStreetMap extract of a province, downloaded once.

    What is there already is kept. A download that breaks off goes on where it stopped, in this call or the
    next; the file appears under its name only when its MD5 is that of the server.

    Parameters
    ----------
    area
        Code of a province (``"340000"``), or the name of an extract (``"anhui"``).
    folder
        Where ``<area>-latest.osm.pbf`` goes.
    base_url
        The server's folder, e.g. a mirror within an intranet.
    timeout_s
        Seconds without a byte after which a connection is given up.
    tries
        How often it is taken up again before an error.
    refresh
        Download again although the file is there.
    progress
        Called with bytes so far and in all (0 where the server does not say).

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SourceError
        When the server cannot be reached (saying what to carry over by hand), has no such file, keeps
        breaking off, or the checksum is wrong.
    InputError
        For an unknown area.

    Examples
    --------
    What lies there already is not asked of the server:

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "hunan-latest.osm.pbf").touch()
    ...     fetch_extract("430000", folder).name
    'hunan-latest.osm.pbf'
    """
    check_quantity(timeout_s, "timeout_s")
    check_whole(tries, "tries", 1)
    name = AREAS.get(check_text(area, "area"), area)
    if name not in AREAS.values():
        raise InputError(f"area: {area!r} has no extract; there are {', '.join(AREAS.values())}.")
    path = check_path(folder, "folder") / f"{name}-latest.osm.pbf"
    if path.exists() and not refresh:
        return path
    url = f"{base_url.rstrip('/')}/{path.name}"
    wanted = _checksum(url, path, timeout_s)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    _download(url, part, timeout_s, tries, progress)
    found = _md5(part)
    if wanted and found != wanted:
        part.unlink()
        _note(part).unlink(missing_ok=True)
        raise SourceError(f"{url}: its MD5 is {found}, not {wanted} as the server says; fetch it again.")
    part.replace(path)
    _note(part).unlink(missing_ok=True)
    return path


def _checksum(url: str, path: Path, timeout_s: float) -> str:
    """The MD5 that the server gives beside the file; nothing where it gives none."""
    try:
        with _opened(f"{url}.md5", {}, timeout_s) as answer:
            return answer.read(4096).decode("ascii", "replace").split()[0].lower()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return ""
        raise SourceError(f"{url}.md5: the server answers {error.code} {error.reason}.") from error
    except (OSError, http.client.HTTPException) as error:
        raise SourceError(_unreachable(url, path, error)) from error
    except IndexError:
        return ""


def _unreachable(url: str, path: Path, error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return (
        f"{url}: the server cannot be reached ({reason}). 无法连接下载服务器。On an intranet download it "
        f"where there is a connection, carry it over and put it at {path}; 在可上网处下载后拷贝到该路径。"
    )


def _download(url: str, part: Path, timeout_s: float, tries: int, progress: Progress | None) -> None:
    """Bytes into ``part``, taken up again where they broke off, as long as the server's file is the same."""
    left = tries
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            _take(url, part, timeout_s, progress)
            return
        except urllib.error.HTTPError as error:
            if error.code == 416:  # what is there is all there is, or of another file
                part.unlink(missing_ok=True)
                reason: Exception = error
            else:
                raise SourceError(f"{url}: the server answers {error.code} {error.reason}.") from error
        except (ConnectionError, TimeoutError, urllib.error.URLError, http.client.HTTPException) as error:
            reason = error
        grown = part.exists() and part.stat().st_size > before
        left = tries if grown else left - 1
        if left <= 0:
            size = part.stat().st_size if part.exists() else 0
            raise SourceError(
                f"{url}: it broke off {tries} times without a byte more ({reason}); {size:,} bytes are kept, "
                "the next call goes on from there."
            ) from reason
        time.sleep(0.0 if grown else min(2.0 ** (tries - left) * 0.1, 5.0))


def _take(url: str, part: Path, timeout_s: float, progress: Progress | None) -> None:
    """One connection: from where the part ends, if it is a part of the file as it is now."""
    done = part.stat().st_size if part.exists() else 0
    mark = _read_note(part)
    asked = {"Range": f"bytes={done}-"} if done and mark else {}
    if asked:
        asked["If-Range"] = mark
    with _opened(url, asked, timeout_s) as answer:
        resumed = answer.status == 206
        done = done if resumed else 0
        length = int(answer.headers.get("Content-Length") or 0)
        total = done + length if length else 0
        write_text(
            _note(part), json.dumps(answer.headers.get("ETag") or answer.headers.get("Last-Modified") or "")
        )
        with part.open("ab" if resumed else "wb") as file:
            while chunk := answer.read1(CHUNK):
                _keep(chunk, file, part)
                done += len(chunk)
                if progress is not None:
                    progress(done, total)
    if total and done < total:
        raise ConnectionError(f"{done:,} of {total:,} bytes came")


def _keep(chunk: bytes, file: IO[bytes], part: Path) -> None:
    try:
        file.write(chunk)
        file.flush()
    except OSError as error:
        if not is_no_room(error, part.parent):
            raise
        raise StorageError(
            f"{part}: no room for more of it ({error}); free some space or name another folder. What came is "
            "kept, the next call goes on from there."
        ) from error


def _opened(url: str, headers: dict[str, str], timeout_s: float) -> Any:
    if not url.startswith(("https://", "http://")):
        raise InputError(f"base_url: {url!r} is no http or https address.")
    request = urllib.request.Request(url, headers={"User-Agent": f"urbgeo/{package_version()}", **headers})
    return urllib.request.urlopen(request, timeout=timeout_s)


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _read_note(part: Path) -> str:
    """The mark of the file that the part is of; nothing where it is not known."""
    try:
        said = json.loads(_note(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return said if isinstance(said, str) else ""


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
