"""Files are written whole or not at all, and sets of files appear together."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from urbgeo.errors import StorageError

PREFIX = ".urbgeo-"
MANIFEST = "manifest.json"
"""Names the files of a set with their digests; written last, so that a set without it is not whole."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_ROOM_WORDS = ("no space left", "disk is full", "disk full", "file too large", "quota exceeded")
_PROBE_BYTES = 1_000_000


@contextmanager
def written_whole(path: Path | str) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends without error.

    An earlier file at ``path`` stays as it was until then, and for good if the block fails. The folder
    is made if it is missing; what killed processes left in it is cleaned.

    Raises
    ------
    StorageError
        When there is no room on the disk; an OSError too.
    OSError
        When the folder cannot be made or written to.
    """
    path = Path(path)
    with _beside(path) as folder:
        part = folder / path.name
        yield part
        part.replace(path)


@contextmanager
def written_together(folder: Path | str) -> Iterator[Path]:
    """A temporary folder whose files take their places in ``folder`` together when the block ends.

    Nothing is touched while the block runs. Then the manifest of the earlier set goes first and the new one
    comes last: a set with a manifest is whole. Files that the earlier set had and the new one lacks go; all
    others in the folder stay.

    Raises
    ------
    StorageError
        When there is no room on the disk; the earlier set stays.
    """
    folder = Path(folder)
    with _beside(folder / MANIFEST) as work:
        yield work
        files = sorted(one for one in work.rglob("*") if one.is_file())
        digests = {one.relative_to(work).as_posix(): _digest(one) for one in files}
        (work / MANIFEST).write_text(json.dumps({"files": digests}, indent=1, ensure_ascii=False), "utf-8")
        gone = set(manifest_of(folder)) - set(digests)
        (folder / MANIFEST).unlink(missing_ok=True)
        for name in digests:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).replace(folder / name)
        for name in gone:
            (folder / name).unlink(missing_ok=True)
        (work / MANIFEST).replace(folder / MANIFEST)


def manifest_of(folder: Path | str) -> dict[str, str]:
    """Digests (SHA-256) of the files of a set by name; empty where none was completed."""
    try:
        found = json.loads((Path(folder) / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    files = found.get("files") if isinstance(found, dict) else None
    named = files.items() if isinstance(files, dict) else ()
    return {str(name): str(digest) for name, digest in named if _stays_inside(str(name))}


def write_text(path: Path | str, text: str) -> Path:
    """Write UTF-8 text whole; return the path."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")
    return Path(path)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A folder of this process beside a path, gone afterwards; full disks are named."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _clean(path.parent)
    prefix = f"{PREFIX}{_host()}-{os.getpid()}-"
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=prefix, ignore_cleanup_errors=True) as folder:
        try:
            yield Path(folder)
        except Exception as error:
            if not isinstance(error, StorageError) and is_no_room(error, Path(folder)):
                raise StorageError(
                    f"{path}: no room to write it ({error}); free some space or name another folder. "
                    "An earlier file stays as it was."
                ) from error
            raise


def is_no_room(error: Exception, folder: Path) -> bool:
    """Whether a write failed for want of room, whichever library says so in its own words."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return True
    if any(words in f"{error} {error.__cause__ or ''}".lower() for words in _NO_ROOM_WORDS):
        return True
    if type(error).__module__.split(".")[0] not in _WRITERS:
        return False
    try:  # GDAL complains of whatever it stumbled over first: see whether there is room
        (folder / "probe").write_bytes(bytes(_PROBE_BYTES))
    except OSError as probe:
        return probe.errno in _NO_ROOM
    return False


_WRITERS = ("pyogrio", "rasterio", "sqlite3", "pyarrow", "openpyxl")


def _clean(folder: Path) -> None:
    """Remove the temporary folders of processes of this machine that no longer run."""
    for left in folder.glob(f"{PREFIX}{_host()}-*"):
        number = left.name.removeprefix(f"{PREFIX}{_host()}-").split("-")[0]
        if number.isdigit() and not _runs(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def _runs(process: int) -> bool:
    if os.name == "nt":  # asking would end it there
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _host() -> str:
    """This machine's name in letters and digits: a shared folder may hold other machines' work."""
    return "".join(sign for sign in socket.gethostname() if sign.isalnum())[:24] or "host"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stays_inside(name: str) -> bool:
    """Whether a manifest's name leads to a place in its own folder."""
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


NO_NAME = '/\\:*?"<>|'
"""Signs that no file may have in its name on some system."""

NAME_REMEDY = (
    'write it without any of / \\ : * ? " < > |, without a dot or a blank at its ends, and not as a device '
    "of Windows (CON, AUX)"
)

RESERVED = re.compile(r"con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]", re.IGNORECASE)
"""Names of devices on Windows, where no file can be called so, whatever its ending."""


def is_file_name(name: str) -> bool:
    """Whether files can be called so on every system, in the folder they are meant for."""
    plain = not any(sign in NO_NAME or ord(sign) < 32 for sign in name)
    device = RESERVED.fullmatch(name.partition(".")[0].strip())
    return plain and not device and name == name.strip(" .") and 0 < len(name) < 100
