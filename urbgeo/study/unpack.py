"""A pack taken apart with suspicion: nothing lands outside, nothing grows, nothing altered passes."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from urbgeo.errors import SourceError, StorageError, some_of
from urbgeo.study.config import FILE as STUDY
from urbgeo.study.config import StudyConfig, read_config
from urbgeo.study.digests import LAYERS, leads_away
from urbgeo.study.pack import CONTENTS, FORMAT, INPUTS, RESULTS
from urbgeo.study.record import FILE as RECORD

MOST_FILES = 20_000
MOST_BYTES = 8_000_000_000
"""All files of a pack together, unpacked."""

MOST_CONTENTS = 20_000_000
CHUNK = 1 << 20

PICKLES = (".pkl", ".pickle", ".joblib", ".dill", ".npy", ".pt", ".pth")
"""Endings of what is or may hold a pickle; no study reads one."""

_SIGNS = set('<>:"|?*\\')
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, FileExistsError,
    NotADirectoryError,
)  # fmt: skip


def unpack(archive: Path, folder: Path, *, most_bytes: int = MOST_BYTES) -> StudyConfig:
    """Take a pack apart into an empty folder, and read the study in it.

    - ``archive``: Written by :func:`urbgeo.study.pack.pack`, perhaps elsewhere and by somebody else.
    - ``folder``: Empty.
    - ``most_bytes``: Of all files together.

    Raises
    ------
    SourceError
        For what is no pack, is too large, leads out of its folder, or was altered.
    StorageError
        When there is no room for it.
    """
    try:
        with zipfile.ZipFile(archive) as held:
            contents = _contents(held, archive, most_bytes)
            room = shutil.disk_usage(folder).free
            if sum(one["bytes"] for one in contents.values()) > room:
                raise StorageError(f"{archive.name}: no room to unpack it in {folder}.")
            for name, one in contents.items():
                _extract(held, archive, name, one, folder)
    except FileNotFoundError as error:
        raise SourceError(f"{archive}: there is no such pack.") from error
    except _DAMAGE as error:
        raise SourceError(f"{archive.name}: no whole pack: {error}.") from error
    return _study(archive, folder)


def _contents(held: zipfile.ZipFile, archive: Path, most_bytes: int) -> dict[str, dict[str, Any]]:
    """What the pack says it holds, once the archive agrees."""
    infos = held.infolist()
    names = [one.filename for one in infos]
    if len(infos) > MOST_FILES:
        _refuse(archive, f"{len(infos):,} files; {MOST_FILES:,} at most")
    unsafe = [one.filename for one in infos if not _safe(one)]
    if unsafe:
        _refuse(archive, f"names that lead out of its folder, or no plain files: {some_of(unsafe)}")
    folded = [unicodedata.normalize("NFC", one).casefold() for one in names]
    if len(set(folded)) < len(folded):
        _refuse(archive, "files given twice")
    if CONTENTS not in names:
        _refuse(archive, f"no {CONTENTS}; make one with urbgeo pack")
    told = _read_contents(held, archive)
    sizes = {one.filename: one.file_size for one in infos if one.filename != CONTENTS}
    if set(told) != set(sizes):
        _refuse(archive, f"altered: {some_of(sorted(set(told) ^ set(sizes)))} is not what {CONTENTS} lists")
    other = [name for name, size in sizes.items() if told[name]["bytes"] != size]
    if other:
        _refuse(archive, f"altered: {some_of(other)} has another size")
    if sum(sizes.values()) > most_bytes:
        _refuse(archive, f"{sum(sizes.values()):,} bytes unpacked; {most_bytes:,} at most")
    for needed in (STUDY, f"{RESULTS}/{RECORD}"):
        if needed not in told:
            _refuse(archive, f"no {needed}")
    pickles = [name for name in told if name.lower().endswith(PICKLES)]
    if pickles:
        _refuse(archive, f"pickled files, which are never read: {some_of(pickles)}")
    return told


def _read_contents(held: zipfile.ZipFile, archive: Path) -> dict[str, dict[str, Any]]:
    if held.getinfo(CONTENTS).file_size > MOST_CONTENTS:
        _refuse(archive, f"{CONTENTS} is too large")
    with held.open(CONTENTS) as file:
        text = file.read(MOST_CONTENTS + 1)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{archive.name}: {CONTENTS} cannot be read: {error}.") from error
    files = told.get("files") if isinstance(told, dict) else None
    if not isinstance(files, dict) or told.get("format") != FORMAT:
        _refuse(archive, f"{CONTENTS} is of no format that this version reads ({FORMAT})")
    for name, one in files.items():
        whole = isinstance(one, dict) and isinstance(one.get("sha256"), str)
        if not whole or not isinstance(one.get("bytes"), int) or one["bytes"] < 0:
            _refuse(archive, f"{CONTENTS} does not say size and digest of {name}")
    return dict(files)


def _safe(info: zipfile.ZipInfo) -> bool:
    """Whether a member is a plain file at a place below its folder, on every system."""
    name = info.filename
    path = PurePosixPath(name)
    mode = info.external_attr >> 16
    plain = not info.is_dir() and not (info.flag_bits & 0x1) and (stat.S_IFMT(mode) in (0, stat.S_IFREG))
    parts = name.split("/")
    inside = not path.is_absolute() and all(part not in ("", ".", "..") for part in parts)
    written = not any(sign in _SIGNS or ord(sign) < 32 for sign in name)
    ends = all(part == part.rstrip(" .") for part in parts)
    return plain and inside and written and ends and len(name) < 400


def _extract(held: zipfile.ZipFile, archive: Path, name: str, told: Mapping[str, Any], folder: Path) -> None:
    """One file, with the digest it says."""
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    digest, start = hashlib.sha256(), b""
    with held.open(name) as source, place.open("xb") as target:
        while chunk := source.read(CHUNK):  # never more than the size that was held against the contents
            start = start or chunk
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != told["sha256"]:
        _refuse(archive, f"altered: {name} is not what it was when it was packed")
    if name.startswith(f"{INPUTS}/") and (leads_away(start) or _holds_what_leads_away(place)):
        _refuse(archive, f"{name} only leads to other files")


def _holds_what_leads_away(place: Path) -> bool:
    """The same of the files in an archive, which GDAL reads as if they lay beside it."""
    if not zipfile.is_zipfile(place):
        return False
    with zipfile.ZipFile(place) as inside:
        for one in inside.infolist():
            with inside.open(one) as file:
                if leads_away(file.read(CHUNK)):
                    return True
    return False


def _study(archive: Path, folder: Path) -> StudyConfig:
    """The study, whose inputs all lie in the pack."""
    config = read_config(folder)
    base = (folder / INPUTS).resolve()
    for layer in LAYERS:
        given = getattr(config.inputs, layer)
        for one in given if isinstance(given, list) else [given]:
            if one is None:
                continue
            if not isinstance(one, Path) or not one.resolve().is_relative_to(base):
                _refuse(archive, f"its {layer} lie outside of the pack")
            if not one.exists():
                _refuse(archive, f"its {layer} are missing")
    return config


def _refuse(archive: Path, why: str) -> NoReturn:
    raise SourceError(f"{archive.name} is refused: {why}.")
