"""A cluster gives the surfaces of one machine to the last bit, also when a worker is killed in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import client, kill_one  # noqa: F401, a fixture
from tests.surface.ground import SOURCES
from tests.surface.ways import travel_surface_files
from urbgeo.errors import InputError


def test_what_is_no_client_is_refused(ground: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"client: a dask\.distributed\.Client is needed"):
        travel_surface_files(ground["friction"], SOURCES, tmp_path / "out", client="tcp://somewhere")
    assert not list((tmp_path / "out").glob("*.tif"))
