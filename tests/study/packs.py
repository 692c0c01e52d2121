"""A pack with other files in it, and how it is refused."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from urbgeo.errors import SourceError
from urbgeo.study.pack import CONTENTS, Packed
from urbgeo.study.unpack import unpack


def altered(packed: Packed, to: Path, change: Callable[[dict[str, bytes]], None], *, honest: bool) -> Path:
    """The pack with other files; ``honest``: listed with their new sizes and digests."""
    with zipfile.ZipFile(packed.path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if honest:
        told = json.loads(files[CONTENTS])
        told["files"] = {
            name: {"sha256": hashlib.sha256(text).hexdigest(), "bytes": len(text)}
            for name, text in files.items()
            if name != CONTENTS
        }
        files[CONTENTS] = json.dumps(told).encode()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return to


def refused(archive: Path, said: str) -> None:
    with tempfile.TemporaryDirectory() as place, pytest.raises(SourceError, match=said):
        unpack(archive, Path(place))


def zipped(name: str, text: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, text)
    return made.getvalue()
