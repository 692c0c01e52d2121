"""Jobs that keep to ``options.memory_gb``: refused with figures before they start, or done in parts."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine

from tests.access.small_town import town
from urbgeo import isochrones, nearest_facility, travel_surface
from urbgeo.errors import InputError
from urbgeo.network.model import TravelNetwork
from urbgeo.options import check_memory, options
from urbgeo.rasters.grid import Grid


@pytest.fixture(scope="module")
def network() -> TravelNetwork:
    return town(3)


@pytest.fixture(autouse=True)
def no_budget_after() -> Iterator[None]:
    yield
    options.memory_gb = 0.0


def surface(cells: int = 400) -> object:
    even = Grid(
        np.full((cells, cells), 0.001), Affine(100, 0, 500_000, 0, -100, 3_000_000 + 100 * cells), 4547
    )
    start = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_050], [3_000_050]), crs=4547)
    return travel_surface(even, start)


JOBS: dict[str, Callable[[TravelNetwork], object]] = {
    "isochrones": lambda one: isochrones(one, one.nodes.iloc[:1], minutes=15),
    "nearest of many": lambda one: nearest_facility(one, one.nodes, one.nodes.iloc[:2]),
    "travel_surface": lambda _: surface(),
}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_beyond_the_budget_is_refused_with_figures(network: TravelNetwork, job: str) -> None:
    options.memory_gb = 1e-5
    with pytest.raises(InputError, match=rf"{job}: about [0-9.e-]+ GB are needed and options.memory_gb"):
        JOBS[job](network)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_takes_no_more_than_it_says(
    network: TravelNetwork, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    JOBS[job](network)  # compiled, attached and indexed
    asked: list[float] = []
    for room in ("access.isochrones", "network.minutes", "surface.travel"):
        monkeypatch.setattr(f"urbgeo.{room}.check_memory", lambda needed, *_: asked.append(needed))
    tracemalloc.start()
    try:
        JOBS[job](network)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 0 < peak < max(asked) + 1e6


def test_a_surface_within_a_smaller_budget_is_solved_by_blocks_to_the_same_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = surface(600)
    options.memory_gb = 0.9 * 600 * 600 * 40 / 1e9
    sides: list[int] = []
    from urbgeo.surface import travel

    solved = travel._solved
    monkeypatch.setattr(travel, "_solved", lambda *given: sides.append(given[4]) or solved(*given))
    again = surface(600)
    assert sides[0] < 600
    np.testing.assert_array_equal(whole.minutes.values, again.minutes.values)


def test_one_block_over_a_square_grid_needs_no_more_than_the_grid() -> None:
    """40 bytes a cell; a block of a larger grid would need 24 a cell of the grid besides."""
    options.memory_gb = 200 * 200 * 40.5 / 1e9
    assert np.isfinite(surface(200).minutes.values).all()


def test_without_a_budget_nothing_is_refused() -> None:
    check_memory(1e18, "a job", "Do less")
    options.memory_gb = 1.0
    check_memory(1e9, "a job", "Do less")
    with pytest.raises(InputError, match=r"a job: about 2 GB .* allows 1\. Do less, or raise the budget"):
        check_memory(2e9, "a job", "Do less")
