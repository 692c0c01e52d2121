"""A pack run again elsewhere, and what came of it held against what the pack says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from urbgeo.arguments import check_path, check_text
from urbgeo.errors import InputError, SourceError
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.study.diff import StudyDiff, diff, differs
from urbgeo.study.digests import digest_of
from urbgeo.study.pack import RESULTS
from urbgeo.study.record import read_record
from urbgeo.study.run import run_study, study_region
from urbgeo.study.unpack import unpack

RERUN = "rerun"
COLUMNS = ["kind", "name", "packed", "rerun", "agrees"]
CLOSE = 1.000001e-3
"""One unit of the last decimal of a table's cells: another machine may round a figure to its other side.

The figures of the record are held against each other to a millionth of themselves."""

_ALSO = ("parameters", "speeds", "lists", "decisions", "release", "thresholds")


@dataclass(frozen=True, eq=False, repr=False)
class Verification(Result):
    """What a rerun gave beside what was packed.

    ``table``: one row a thing compared: ``kind`` (``version``, ``input``, ``setting``, ``figure``, ``units``,
    ``headline``, ``table``), ``name``, ``packed``, ``rerun``, ``agrees``; versions are told, not held against
    anybody. ``difference``: the two runs side by side.
    """

    table: pd.DataFrame
    difference: StudyDiff
    provenance: Provenance
    _titles: ClassVar[tuple[str, str]] = ("复核", "Verification")

    @property
    def agrees(self) -> bool:
        """Whether everything that was compared agrees."""
        return bool(self.table["agrees"].all())

    @property
    def summary(self) -> pd.DataFrame:
        """How many of each kind agree."""
        counts = self.table.groupby("kind", sort=False)["agrees"].agg(["sum", "size"])
        return counts.rename(columns={"sum": "agree", "size": "compared"}).reset_index()

    def _headline(self) -> str:
        word = "agrees" if self.agrees else "DISAGREES"
        return f"{word}: {int(self.table['agrees'].sum())} of {len(self.table)} compared"

    def text(self) -> str:
        """What was compared, and what does not agree, Chinese beside English."""
        head = "复核一致 the rerun agrees" if self.agrees else "复核不一致 THE RERUN DISAGREES"
        lines = [head]
        lines += [f"  {row.kind}: {row.agree} / {row.compared}" for row in self.summary.itertuples()]
        other = self.table[self.table["packed"] != self.table["rerun"]]
        lines += [f"  {row.kind} {row.name_}: {row.packed} → {row.rerun}"
                  for row in other.rename(columns={"name": "name_"}).itertuples()]  # fmt: skip
        if not self.difference.same:
            lines += ["", self.difference.text().rstrip()]
        return "\n".join(lines) + "\n"


def verify(
    archive: Path | str, *, folder: Path | str | None = None, digest: str | None = None
) -> Verification:
    """Run a pack again, from its own inputs, and compare.

    Nothing in a pack is trusted: names, sizes and digests are checked before anything is read, what was
    altered is refused, and no input outside of it is opened.

    Parameters
    ----------
    archive
        Written by :func:`urbgeo.study.pack.pack`.
    folder
        An empty one to unpack and run in, which stays; a temporary one by default.
    digest
        SHA-256 of the archive as ``pack`` told it: an archive made anew by somebody else is refused.

    Returns
    -------
    Verification
        ``agrees``, and one row of ``table`` per thing compared.

    Raises
    ------
    SourceError
        For what is no pack, is too large, leads out of its folder, was altered, or has another digest.
    InputError
        For a folder that is not empty or a file, and what is no path or no text.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     verify(Path(folder) / "anhui.pack.zip")
    Traceback (most recent call last):
    urbgeo.errors.SourceError: ...there is no such pack.
    """
    path = check_path(archive, "archive")
    asked = None if digest is None else check_text(digest, "digest").strip().lower()
    if asked is not None and path.is_file() and digest_of(path) != asked:
        raise SourceError(f"{path.name} is refused: its digest is another than the one given.")
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="urbgeo-verify-", ignore_cleanup_errors=True) as made:
            return _verified(path, Path(made))
    place = check_path(folder, "folder")
    if place.exists() and not place.is_dir():
        raise InputError(f"folder: {place} is a file; name a new folder.")
    place.mkdir(parents=True, exist_ok=True)
    if any(place.iterdir()):
        raise InputError(f"folder: {place} is not empty; name a new one.")
    return _verified(path, place)


def _verified(archive: Path, folder: Path) -> Verification:
    config = unpack(archive, folder)
    packed, rerun = folder / RESULTS, folder / RERUN
    run_study(study_region(config), folder=rerun)
    before, after = read_record(packed), read_record(rerun)
    rows = [*_records(before, after), *_tables(packed, rerun)]
    about = {"archive": archive.name, "digest": digest_of(archive)}
    return Verification(pd.DataFrame(rows, columns=COLUMNS), diff(packed, rerun), Provenance(about))


Row = tuple[str, str, str, str, bool]


def _records(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Row]:
    for name in dict.fromkeys([*before["versions"], *after["versions"]]):
        pair = [str(one["versions"].get(name, "–")) for one in (before, after)]
        yield "version", name, pair[0], pair[1], True
    for name in dict.fromkeys([*before["layers"], *after["layers"]]):
        pair = [str(one["layers"].get(name, {}).get("digest", "–"))[:12] for one in (before, after)]
        yield "input", name, pair[0], pair[1], pair[0] == pair[1]
    for name in _ALSO:
        same = before[name] == after[name]
        yield "setting", name, "as packed", "as packed" if same else "another", same
    for name in dict.fromkeys([*before["figures"], *after["figures"]]):
        values = [one["figures"].get(name) for one in (before, after)]
        yield "figure", name, _text(values[0]), _text(values[1]), not differs(*values)
    for answer in dict.fromkeys([*before["units"], *after["units"]]):
        yield _units(answer, before["units"].get(answer, {}), after["units"].get(answer, {}))
    absent = {"en": "–"}
    both = zip_longest(before["headlines"], after["headlines"], fillvalue=absent)
    for at, (old, new) in enumerate(both, 1):
        yield "headline", f"{at}", old.get("en", ""), new.get("en", ""), old == new


def _units(answer: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Row:
    """Whether every unit has the same values."""
    other = [unit for unit in dict.fromkeys([*before, *after]) if _apart(before.get(unit), after.get(unit))]
    told = f"{len(before)} units"
    return (
        "units",
        answer,
        told,
        told if not other else f"{len(other)} others: {', '.join(other[:5])}",
        not other,
    )


def _apart(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    if before is None or after is None or before.keys() != after.keys():
        return True
    return any(differs(before[name], after[name]) for name in before)


def _tables(packed: Path, rerun: Path) -> Iterator[Row]:
    """Every CSV table, byte by byte, else cell by cell."""
    names = {path.name for folder in (packed, rerun) for path in folder.glob("*.csv")}
    for name in sorted(names):
        old, new = packed / name, rerun / name
        if not (old.is_file() and new.is_file()):
            was, now = ("there" if one.is_file() else "missing" for one in (old, new))
            yield "table", name, was, now, False
        elif digest_of(old) == digest_of(new):
            yield "table", name, "same bytes", "same bytes", True
        else:
            same = _same_cells(pd.read_csv(old, dtype=str), pd.read_csv(new, dtype=str))
            yield "table", name, "cells", "same cells" if same else "other cells", same


def _same_cells(old: pd.DataFrame, new: pd.DataFrame) -> bool:
    if old.shape != new.shape or list(old.columns) != list(new.columns):
        return False
    for column in old:
        if old[column].equals(new[column]):
            continue
        numbers = [pd.to_numeric(one[column], errors="coerce") for one in (old, new)]
        near = (numbers[0] - numbers[1]).abs() <= CLOSE
        same = old[column].eq(new[column]) | (old[column].isna() & new[column].isna())
        if not (near | same).all():
            return False
    return True


def _text(value: Any) -> str:
    return "–" if value is None else f"{value:.9g}" if isinstance(value, float) else str(value)
