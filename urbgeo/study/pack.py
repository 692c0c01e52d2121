"""One archive of a study and its run: inputs by digest, study.toml with paths inside, results."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from urbgeo.amounts import warn
from urbgeo.arguments import check_path
from urbgeo.errors import Faults, SourceError
from urbgeo.files import MANIFEST, manifest_of, written_whole
from urbgeo.provenance import package_version
from urbgeo.regions.release import PUBLIC, Release
from urbgeo.study.config import FILE as STUDY
from urbgeo.study.config import StudyConfig, read_config
from urbgeo.study.digests import LAYERS, digest_of, files_behind, leads_away
from urbgeo.study.record import read_record

CONTENTS = "pack.json"
FORMAT = 1
RESULTS = "results"
INPUTS = "inputs"
ENDING = ".pack.zip"
HEAD = 1 << 20
"""Bytes of a file that are looked at."""

_DATE = (1980, 1, 1, 0, 0, 0)
"""Of every member, so that two packs of one run are the same to the last bit."""


@dataclass(frozen=True)
class Packed:
    """An archive that was written: where, its SHA-256, and the digest of each file in it."""

    path: Path
    digest: str
    files: Mapping[str, str] = field(default_factory=dict)


def pack(study: Path | str, *, path: Path | str | None = None) -> Packed:
    """Write a study, its inputs and its results to one archive that ``verify`` runs again elsewhere.

    Parameters
    ----------
    study
        Folder of a study that was run.
    path
        The archive; ``<name>.pack.zip`` in the study's folder by default.

    Returns
    -------
    Packed
        ``path``, ``digest`` (hand it over on another way than the archive), ``files``.

    Raises
    ------
    SourceError
        Where the study was not run.
    InputError
        For inputs that are no files (a database), and inputs or results that changed since the run.

    Warns
    -----
    UrbgeoWarning
        Where the study is a public release: a pack holds its inputs as they are.

    Examples
    --------
    >>> import tempfile
    >>> from urbgeo.study.config import new_study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pack(new_study(folder, "宁夏"))
    Traceback (most recent call last):
    urbgeo.errors.SourceError: ...run the study (urbgeo run).
    """
    config = read_config(check_path(study, "study"))
    record = read_record(config.results)
    inputs = _inputs(config)
    _check_unchanged(config, record, inputs)
    if record["release"].get("kind") == PUBLIC:
        warn(
            "pack: the results are a public release, but the inputs are packed as they are, with every "
            "coordinate and sensitive layer; hand it only to those who may see them."
        )
    members: dict[str, Path | bytes] = {STUDY: study_text(config, inputs).encode()}
    for files in inputs.values():
        members |= {inside: file for group in files for inside, file in group.members.items()}
    for name in (*manifest_of(config.results), MANIFEST):
        members[f"{RESULTS}/{name}"] = config.results / name
    place = check_path(path) if path is not None else config.folder / f"{config.results.name}{ENDING}"
    digests = _write(members, place)
    return Packed(place, digest_of(place), digests)


@dataclass(frozen=True)
class _Group:
    """One input: the name in the archive that stands for it, and the files behind it."""

    named: str
    members: Mapping[str, Path]


def _inputs(config: StudyConfig) -> dict[str, list[_Group]]:
    """Every input as files by digest; databases and lost files are refused by name."""
    faults, found = Faults("pack"), dict[str, list[_Group]]()
    for layer in LAYERS:
        given = getattr(config.inputs, layer)
        if given is None:
            continue
        found[layer] = []
        for one in given if isinstance(given, list) else [given]:
            if not isinstance(one, Path):
                faults.add(f"{layer} is no file that can be packed", remedy="save what it gives to a file")
            elif not one.exists():
                faults.add(f"{layer}: {one.name} is gone")
            elif one.is_file() and leads_away(_head(one)):
                faults.add(
                    f"{layer}: {one.name} only leads to other files", remedy="save what it gives to a file"
                )
            else:
                found[layer].append(_group(one))
    faults.raise_if_any()
    return found


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _group(path: Path) -> _Group:
    files = files_behind(path)
    digests = [digest_of(one) for one in files]
    whole = digests[0] if len(files) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    base = f"{INPUTS}/{whole}"
    if path.is_dir():
        inside = {f"{base}/{path.name}/{one.relative_to(path).as_posix()}": one for one in files}
    else:
        inside = {f"{base}/{one.name}": one for one in files}
    return _Group(f"{base}/{path.name}", inside)


def _check_unchanged(
    config: StudyConfig, record: Mapping[str, Any], inputs: Mapping[str, list[_Group]]
) -> None:
    """Refuse what is no longer what was run."""
    faults = Faults("pack")
    kept = manifest_of(config.results)
    if not kept:
        raise SourceError(f"{config.results}: its set of results is not whole; run the study again.")
    changed = [
        name
        for name, digest in kept.items()
        if not (config.results / name).is_file() or digest_of(config.results / name) != digest
    ]
    if changed:
        faults.add("results changed since the run", ids=changed, remedy="run the study again")
    was = record["made_of"].get("files", {})
    for layer in dict.fromkeys([*was, *inputs]):
        then = sorted(str(row.get("sha256")) for row in was.get(layer, []))
        now = sorted(digest_of(one) for group in inputs.get(layer, []) for one in group.members.values())
        if then != now:
            faults.add(f"the files of {layer} changed since the run", remedy="run the study again")
    faults.raise_if_any()


def study_text(config: StudyConfig, inputs: Mapping[str, list[_Group]]) -> str:
    """The study's file with the names of the archive for its inputs."""
    given, release = config.inputs, config.inputs.release
    files = {layer: [group.named for group in groups] for layer, groups in inputs.items()}
    release = release if isinstance(release, Release) else Release(release)
    lines = {} if given.road_lines is None else asdict(given.road_lines)
    names = lines.pop("class_names", {})
    sections: dict[str, dict[str, Any]] = {
        "region": {"units": given.units, "name": config.results.name, "margin_km": given.margin_km},
        "files": {layer: names[0] if len(names) == 1 else names for layer, names in files.items()},
        "population": {"column": given.population_column, "unit": given.population_unit},
        "roads": {"classes": list(given.road_classes or ()), **lines},
        "road_classes": dict(names),
        "trains": {"day": given.train_day},
        "flows": {
            "least_count": given.least_count, "rates": list(given.flow_rates or ()), "rule": given.flow_rule,
        },
        "observed": {"datum": given.observed_datum},
        "columns": {layer: dict(heads) for layer, heads in given.columns.items()},
        "datums": dict(given.datums),
        "speeds": dict(given.speeds),
        "lists": {name: list(ids) for name, ids in given.lists.items()},
        "overrides": dict(given.overrides),
        "study": {
            "invented_roads": config.invented_roads, "release": release.kind, "decimals": release.decimals,
            "sensitive": list(release.sensitive), "marking": release.marking,
        },
    }  # fmt: skip
    return "\n".join(_toml(sections)) + "\n"


def _toml(sections: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for section, keys in sections.items():
        yield f"[{section}]"
        for key, value in keys.items():
            if value not in (None, "", {}):
                yield f"{_quoted(key)} = {_value(value)}"
        yield ""


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_quoted(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else _quoted(str(value))


def _quoted(text: str) -> str:
    """A basic string; JSON's is one, but for the sign of deleting."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(members: Mapping[str, Path | bytes], path: Path) -> dict[str, str]:
    """The archive, whole or not at all; the digest of each file is returned."""
    contents: dict[str, dict[str, Any]] = {}
    for name, source in members.items():
        bytes_ = len(source) if isinstance(source, bytes) else source.stat().st_size
        digest = hashlib.sha256(source).hexdigest() if isinstance(source, bytes) else digest_of(source)
        contents[name] = {"sha256": digest, "bytes": bytes_}
    told = {"format": FORMAT, "urbgeo": package_version(), "files": contents}
    first = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()
    with written_whole(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in {CONTENTS: first, **dict(sorted(members.items()))}.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            if isinstance(source, bytes):
                archive.writestr(info, source)
                continue
            info.file_size = source.stat().st_size
            with source.open("rb") as file, archive.open(info, "w") as inside:
                shutil.copyfileobj(file, inside)
    return {name: str(one["sha256"]) for name, one in contents.items()}
