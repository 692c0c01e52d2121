"""Where the real data sets lie that some tests read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_data(name: str) -> Path:
    """A file or folder among the real data sets; the test skips where they are not at hand."""
    root = Path(os.environ.get("URBGEO_SHARED") or Path(__file__).parents[1] / "../shared")
    path = root / "data" / name
    if not path.exists():
        pytest.skip(f"no real data set {name}: set URBGEO_SHARED to the folder that holds data/")
    return path
