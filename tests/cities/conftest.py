"""Known answers as a fixture of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import shared_data


@pytest.fixture(scope="session")
def golden() -> Path:
    folder = shared_data().parent / "golden"
    if not folder.is_dir():
        pytest.skip(f"no known answers: {folder} is not there")
    return folder
