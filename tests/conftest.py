"""What many tests share: the embedded region, its network, and the folder of real data beside the code."""

from __future__ import annotations

import os
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
