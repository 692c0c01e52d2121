"""The files of a GTFS feed, from a folder or a zip file within limits."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from urbgeo.errors import SourceError, UrbgeoWarning, some_of


@dataclass(frozen=True)
class GtfsLimits:
    """How much a feed may unpack to: megabytes per file and together, and times its packed size.

    A larger one is refused before it is unpacked, so that a hostile file cannot fill the memory.
    """

    file_mb: float = 2_000.0
    total_mb: float = 4_000.0
    ratio: float = 200.0


def in_folder(path: Path, wanted: Sequence[str]) -> dict[str, bytes]:
    """The files of a feed in a folder, by table."""
    return {one.stem: one.read_bytes() for one in path.glob("*.txt") if one.stem in wanted}


def unzipped(path: Path, limits: GtfsLimits, wanted: Sequence[str]) -> dict[str, bytes]:
    """The files of a feed in a zip file, by table.

    Raises
    ------
    SourceError
        When it is no zip file, damaged, larger than the limits, or holds several feeds side by side.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _one_feed(path, archive.infolist(), wanted)
            _check_sizes(path, list(members.values()), limits)
            return {table: archive.read(member) for table, member in members.items()}
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file.") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{path}: the zip file cannot be read ({error}); download it again.") from error


def _one_feed(
    path: Path, found: Sequence[zipfile.ZipInfo], wanted: Sequence[str]
) -> dict[str, zipfile.ZipInfo]:
    """The files of the feed nearest to the top; others are named, two side by side refused."""
    folders: dict[PurePosixPath, dict[str, zipfile.ZipInfo]] = {}
    for one in found:
        place = PurePosixPath(one.filename)
        if place.suffix == ".txt" and place.stem in wanted and place.parts[0] != "__MACOSX":
            folders.setdefault(place.parent, {})[place.stem] = one
    if not folders:
        return {}
    depth = min(len(folder.parts) for folder in folders)
    top = [folder for folder in folders if len(folder.parts) == depth]
    if len(top) > 1:
        raise SourceError(
            f"{path}: it holds several feeds side by side: {some_of(map(str, top))}; unpack it, and "
            "read each folder."
        )
    others = [str(folder) for folder in folders if folder != top[0]]
    if others:
        warnings.warn(
            f"{path.name}: the feed at {top[0]} is read; left alone are {some_of(others)}.",
            UrbgeoWarning,
            stacklevel=4,
        )
    return folders[top[0]]


def _check_sizes(path: Path, members: Sequence[zipfile.ZipInfo], limits: GtfsLimits) -> None:
    """Refuse before unpacking; a size that is declared too small ends in a checksum error instead."""
    total = sum(one.file_size for one in members)
    large = [one.filename for one in members if one.file_size > limits.file_mb * 1e6]
    dense = [one.filename for one in members if one.file_size > limits.ratio * max(one.compress_size, 1_000)]
    if large or dense or total > limits.total_mb * 1e6:
        raise SourceError(
            f"{path}: it would unpack to {total / 1e6:,.0f} MB ({some_of(large or dense) or 'together'}), "
            f"more than the limits ({limits.file_mb:g} MB a file, {limits.total_mb:g} MB together, "
            f"{limits.ratio:g} times its size). If you trust it, pass larger limits=GtfsLimits(...)."
        )


def cells_of(content: bytes) -> pd.DataFrame:
    """All cells as text; a row with more cells than heads, which would move its columns on, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(
            io.BytesIO(content), dtype=str, keep_default_na=False, na_values=[""], skipinitialspace=True,
            encoding="utf-8-sig", index_col=False,
        ).fillna("")  # fmt: skip
