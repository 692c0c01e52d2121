"""Made once for the tests of this room."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.maps.pages import page
from urbgeo.maps import save_map


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_map(page(), tmp_path_factory.mktemp("page") / "page.html")
