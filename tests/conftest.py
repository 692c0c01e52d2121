"""What all tests share: the folder of real data, when it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real data; tests that need it are skipped where it is missing."""
    folder = Path(os.environ.get("URBGEO_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set URBGEO_SHARED to the folder that holds data/")
    return folder


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Prepared networks of the tests are kept apart from the user's."""
    os.environ["URBGEO_CACHE"] = str(tmp_path_factory.mktemp("cache"))
