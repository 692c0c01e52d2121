"""Build hook: puts Leaflet into the package, so that a map needs no network later.

Leaflet comes from npm (pinned version, checked integrity). Where npm is missing or cannot reach a
registry, the build asks for a Python package that ships the same files. Either way the bytes are checked.
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
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEAFLET = "1.9.3"
TARBALL_SHA512 = "iB2cR9vAkDOu5l3HAay2obcUHZ7xwUBBjph8+PGtmW/2lYhbLizWtG7nTeYht36WfOslixQF9D/uSIzhZgGMfQ=="
SHA256 = {
    "leaflet.js": "5819285cec137b229c94e1ee5ad73e8b6b84345a4367d60f75fe477fe0fb7b03",
    "leaflet.css": "90b693d86392a4779c861b28cf307e7e59c3fb35328c4d8b95f58f814d38c722",
}
PACKAGE_WITH_LEAFLET = "XStatic-Leaflet==1.9.3.0"
NPM_TIMEOUT_S = 60


class LeafletHook(BuildHookInterface):
    """Fetches Leaflet into ``urbgeo/maps/assets`` before a wheel, sdist or editable install is made."""

    @property
    def assets(self) -> Path:
        return Path(self.root) / "urbgeo" / "maps" / "assets"

    def dependencies(self) -> list[str]:
        if _complete(self.assets) or _store(self.assets, _from_npm()):
            return []
        return [PACKAGE_WITH_LEAFLET]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if _complete(self.assets):
            return
        if not (_store(self.assets, _from_npm()) or _store(self.assets, _from_python_package())):
            raise RuntimeError(
                f"Leaflet {LEAFLET} could not be fetched: npm did not deliver it and the package "
                f"{PACKAGE_WITH_LEAFLET} is not installed. Install either, then build again."
            )


def _complete(folder: Path) -> bool:
    return all(
        (folder / name).is_file() and hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        for name, digest in SHA256.items()
    )


def _store(folder: Path, files: dict[str, bytes]) -> bool:
    """Write the files if all are there with the right bytes; tell whether they were."""
    for name, digest in SHA256.items():
        if hashlib.sha256(files.get(name, b"")).hexdigest() != digest:
            return False
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHA256:
        part = folder / f"{name}.part"
        part.write_bytes(files[name])
        part.replace(folder / name)
    return True


def _from_npm() -> dict[str, bytes]:
    npm = shutil.which("npm")
    if npm is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                [npm, "pack", f"leaflet@{LEAFLET}", "--silent"],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=NPM_TIMEOUT_S,
            )
        except (subprocess.SubprocessError, OSError):
            return {}
        tarball = (Path(folder) / f"leaflet-{LEAFLET}.tgz").read_bytes()
    if base64.b64encode(hashlib.sha512(tarball).digest()).decode() != TARBALL_SHA512:
        return {}
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        members = {name: archive.extractfile(f"package/dist/{name}") for name in SHA256}
        return {name: member.read() for name, member in members.items() if member is not None}


def _from_python_package() -> dict[str, bytes]:
    try:
        data = importlib.resources.files("xstatic.pkg.leaflet") / "data"
    except ModuleNotFoundError:
        return {}
    return {name: (data / name).read_bytes() for name in SHA256}
