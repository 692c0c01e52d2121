"""What many tests share: the embedded region, its network, and the folder of real data beside the code."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import urbgeo
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region

ROOT = Path(__file__).parents[1]

# The same code is tested on the same examples every time; ``make fuzz`` draws others.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("fuzz", derandomize=False, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


LONGEST = ("test_catalogue.py", "test_notebooks.py", "test_docs.py")
"""Files that take minutes each: begun first, so that no process is left alone with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda one: one.path.name not in LONGEST)


def shared_data() -> Path:
    """The folder of real data that is not part of the repository; the test is skipped where it is absent."""
    given = os.environ.get("URBGEO_SHARED")
    root = Path(given) if given else ROOT.parent / "shared"
    if not (root / "data").is_dir():
        pytest.skip(f"no real data in {root / 'data'}; name the folder above it in URBGEO_SHARED")
    return root / "data"


@pytest.fixture(scope="session", name="shared_data")
def shared_data_folder() -> Path:
    return shared_data()


@pytest.fixture(autouse=True)
def quiet() -> None:
    """No progress bars in test output, and messages as the code has them wherever the tests run."""
    urbgeo.options.progress = False
    urbgeo.options.language = "en"


@pytest.fixture(scope="session")
def hunan() -> Region:
    return urbgeo.load_region("hunan")


@pytest.fixture(scope="session")
def hunan_network(hunan: Region) -> TravelNetwork:
    """Roads and trains."""
    return urbgeo.region_network(hunan)


def _unprivileged() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root, and its own user is not on every machine."""
    if os.geteuid() != 0:
        return None
    import pwd  # not on Windows

    users = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody", "daemon") if name in users)


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """A PostgreSQL of its own, on a socket in a folder of its own."""
    places = [Path(shutil.which("initdb") or "/none"), *Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    tools = next((place.resolve().parent for place in places if place.exists()), None)
    if tools is None or not (tools / "pg_ctl").exists():
        pytest.skip("no PostgreSQL server on this machine: install postgresql and postgis")
    folder = Path(tempfile.mkdtemp(prefix="urbgeo-pg-"))
    user = _unprivileged()
    if user:
        shutil.chown(folder, user)

    def run(*command: str | Path) -> None:
        subprocess.run(list(map(str, command)), check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    try:
        run(
            tools / "initdb", "-D", folder / "data", "-U", "planner", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        settings = f"-c listen_addresses='' -c fsync=off -k {folder}"
        run(tools / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", settings, "start")
        try:
            if not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
                pytest.skip("PostgreSQL is there without PostGIS: install postgresql-15-postgis-3")
            run(
                tools / "psql",
                "-h",
                folder,
                "-U",
                "planner",
                "-d",
                "postgres",
                "-qc",
                "create extension postgis",
            )
            yield f"postgresql+psycopg://planner@/postgres?host={folder}"
        finally:
            run(tools / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
