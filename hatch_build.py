"""Build hook: puts Leaflet and MapLibre GL into the package, so that a map needs no network later.

Both come from npm (pinned version, checked integrity). Where npm is missing or cannot reach a registry, the
build asks for a Python package that ships the same Leaflet, and goes on without MapLibre GL: large maps are
then drawn by Leaflet, slower. Either way the bytes are checked.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
import io
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Pinned(NamedTuple):
    """A package of npm: its version, its digest, and the digests of the files taken from it."""

    name: str
    version: str
    sha512: str
    files: dict[str, str]


LEAFLET = Pinned(
    "leaflet",
    "1.9.3",
    "iB2cR9vAkDOu5l3HAay2obcUHZ7xwUBBjph8+PGtmW/2lYhbLizWtG7nTeYht36WfOslixQF9D/uSIzhZgGMfQ==",
    {
        "leaflet.js": "5819285cec137b229c94e1ee5ad73e8b6b84345a4367d60f75fe477fe0fb7b03",
        "leaflet.css": "90b693d86392a4779c861b28cf307e7e59c3fb35328c4d8b95f58f814d38c722",
    },
)
MAPLIBRE = Pinned(
    "maplibre-gl",
    "5.24.1",
    "HyiYBwtsbk3L1n1EPLJHWqdoyMiF80n7tEYXFZyu2m1TjvaNx6KMLiFeDdmszt1/mq2zvsR1TJuX/NMu5BonXQ==",
    {"maplibre-gl.js": "a9c9e2aa36d4d5b63b131f27c1272f1a28883eeecc0eddd1e0dbfae4033bc7c9"},
)
PACKAGE_WITH_LEAFLET = "XStatic-Leaflet==1.9.3.0"
NPM_TIMEOUT_S = 60


class AssetsHook(BuildHookInterface):
    """Fetches both into ``urbgeo/maps/assets`` before a wheel, sdist or editable install is made."""

    @property
    def assets(self) -> Path:
        return Path(self.root) / "urbgeo" / "maps" / "assets"

    def dependencies(self) -> list[str]:
        return [] if _held(self.assets, LEAFLET) else [PACKAGE_WITH_LEAFLET]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not (_held(self.assets, LEAFLET) or _store(self.assets, LEAFLET, _from_python_package())):
            raise RuntimeError(
                f"Leaflet {LEAFLET.version} could not be fetched: npm did not deliver it and the package "
                f"{PACKAGE_WITH_LEAFLET} is not installed. Install either, then build again."
            )
        if not _held(self.assets, MAPLIBRE):
            self.app.display_warning(
                f"MapLibre GL {MAPLIBRE.version} could not be fetched from npm: maps of very many features "
                "will be drawn by Leaflet, slower."
            )


def _held(folder: Path, package: Pinned) -> bool:
    """Whether the files are there, fetched now if need be."""
    return _complete(folder, package) or _store(folder, package, _from_npm(package))


def _complete(folder: Path, package: Pinned) -> bool:
    return all(
        (folder / name).is_file() and hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        for name, digest in package.files.items()
    )


def _store(folder: Path, package: Pinned, files: dict[str, bytes]) -> bool:
    """Write the files if all are there with the right bytes; tell whether they were."""
    for name, digest in package.files.items():
        if hashlib.sha256(files.get(name, b"")).hexdigest() != digest:
            return False
    folder.mkdir(parents=True, exist_ok=True)
    for name in package.files:
        part = folder / f"{name}.part"
        part.write_bytes(files[name])
        part.replace(folder / name)
    return True


def _from_npm(package: Pinned) -> dict[str, bytes]:
    npm = shutil.which("npm")
    if npm is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                [npm, "pack", f"{package.name}@{package.version}", "--silent"],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=NPM_TIMEOUT_S,
            )
        except (subprocess.SubprocessError, OSError):
            return {}
        tarball = (Path(folder) / f"{package.name}-{package.version}.tgz").read_bytes()
    if base64.b64encode(hashlib.sha512(tarball).digest()).decode() != package.sha512:
        return {}
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        members = {name: archive.extractfile(f"package/dist/{name}") for name in package.files}
        return {name: member.read() for name, member in members.items() if member is not None}


def _from_python_package() -> dict[str, bytes]:
    try:
        data = importlib.resources.files("xstatic.pkg.leaflet") / "data"
    except ModuleNotFoundError:
        return {}
    return {name: (data / name).read_bytes() for name in LEAFLET.files}
