"""Which way a job is done: by plain searches or over a hierarchy."""

from __future__ import annotations

import numpy as np

from tests.engine.large import MIDDLE
from urbgeo.engine.plan import plan_table
from urbgeo.network.model import TravelNetwork


def test_a_few_rows_are_searched_and_many_go_over_the_hierarchy(town: TravelNetwork) -> None:
    few = plan_table(town.graph, 3, 3, np.inf, topology=False, customised=False, sample=MIDDLE)
    many = plan_table(town.graph, 20_000, 20_000, np.inf, topology=False, customised=False, sample=MIDDLE)
    ready = plan_table(town.graph, 3000, 3000, np.inf, topology=True, customised=True, sample=MIDDLE)
    assert (few.method, many.method, ready.method) == ("dijkstra", "hierarchy", "hierarchy")
    assert ready.seconds < many.seconds


def test_the_estimate_of_memory_is_about_right(town: TravelNetwork) -> None:
    one = plan_table(town.graph, 500, 500, np.inf, topology=True, customised=True, sample=MIDDLE)
    other = plan_table(
        town.graph, 2844, 2844, np.inf, topology=True, customised=True, sample=MIDDLE, cell_bytes=4
    )
    assert other.bytes - one.bytes >= 2844**2 * 4 - 500**2 * 8
    assert other.bytes < 2844**2 * 4 + 60e6
