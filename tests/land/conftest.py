"""Made once for the tests of this room."""

from __future__ import annotations

import pytest

from urbgeo.land.synthetic import Landscape, synthetic_landscape


@pytest.fixture(scope="session")
def landscape() -> Landscape:
    return synthetic_landscape(seed=7, cells=120)
