"""Made once for the tests of this room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cluster import client, kill_one  # noqa: F401, a fixture
from tests.surface.ground import SIDE, grid
from urbgeo.rasters.files import write_grid


@pytest.fixture
def ground(tmp_path: Path) -> dict[str, Path]:
    rng = np.random.default_rng(4)
    friction = np.kron(rng.uniform(0.005, 0.05, (SIDE // 4, SIDE // 4)), np.ones((4, 4)))
    friction[rng.random(friction.shape) < 0.1] = np.nan
    friction[::37, ::37] = 0.01
    height = 300 * np.sin(np.indices(friction.shape).sum(axis=0) / 9.0)
    return {
        "friction": write_grid(grid(friction), tmp_path / "friction.tif"),
        "height": write_grid(grid(height.astype(np.float32)), tmp_path / "height.tif"),
    }
