"""Which way a job is done: by plain searches or over a hierarchy."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tests.engine.large import MIDDLE
from urbgeo.engine.bounded import STATE
from urbgeo.engine.plan import (
    _block_of,
    _plan_by_scipy,
    dijkstra_bytes,
    nodes_within,
    plan_sums,
    plan_table,
    sample_of,
)
from urbgeo.network.model import TravelNetwork
from urbgeo.options import options


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


SMALL = SimpleNamespace(node_count=1000, nbytes=5000, arc_count=3000)
"""What a plan looks at of a graph."""

NONE = np.zeros(0, np.int64)
SEARCH = 5000 + 2 * 1000 * (STATE.itemsize + 4)
"""Bytes of the graph and the workspaces of two threads."""


@pytest.fixture
def two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "threads", 2)


@pytest.mark.parametrize(
    ("rows", "columns", "ready", "method", "seconds", "size", "why"),
    [
        # 10 searches of 1,000 nodes at 75 ns, 20 entries each at 4 ns, by two; 8 bytes an entry
        (10, 20, (False, False), "dijkstra", 3.754e-4, 1600 + SEARCH, "10 searches of about 1,000 nodes"),
        # 1,000 rows at 60 us and 600 nodes of 7 shortcuts at 0.25 ns; 200 bytes a node, 64 lanes of 600
        (1000, 10, (True, True), "hierarchy", 0.030525, 80_000 + 205_000 + 630_400, "is ready"),
        # 2 us a node to customise, another 6 to prepare, which takes 420 bytes a node
        (100_000, 10, (True, False), "hierarchy", 3.0545, 8_000_000 + 205_000 + 630_400, "only to be cust"),
        (100_000, 10, (False, False), "hierarchy", 3.0605, 8_000_000 + 425_000 + 630_400, "pays for being"),
    ],
)
def test_a_table_costs_what_its_rates_give_by_hand(
    two_threads: None,
    rows: int,
    columns: int,
    ready: tuple[bool, bool],
    method: str,
    seconds: float,
    size: int,
    why: str,
) -> None:
    plan = plan_table(SMALL, rows, columns, np.inf, topology=ready[0], customised=ready[1], sample=NONE)
    assert plan.method == method and plan.seconds == pytest.approx(seconds, rel=1e-3)
    assert plan.bytes == size and why in plan.why
    half = plan_table(
        SMALL, rows, columns, np.inf, topology=ready[0], customised=ready[1], sample=NONE, cell_bytes=4
    )
    assert plan.bytes - half.bytes == rows * columns * 4


def test_sums_cost_what_their_rates_give_by_hand(two_threads: None) -> None:
    """All 1,000 nodes are one block: each gathered at 700 ns and summed in 16 passes of lanes at 110."""
    plan = plan_sums(SMALL, 1000, np.inf, topology=True, customised=True, sample=NONE)
    assert (plan.method, plan.seconds) == ("hierarchy", pytest.approx(1.23e-3))
    # 2 * 1,000 sums; graph and hierarchy; by thread 64 labels and 7 shortcuts a node, 16 bytes more
    assert plan.bytes == 16_000 + 205_000 + 2 * (424_000 + 16_000) + SEARCH
    more = plan_sums(SMALL, 1000, np.inf, topology=True, customised=True, sample=NONE, sums=3)
    assert more.bytes - plan.bytes == 32_000
    few = plan_sums(SMALL, 10, np.inf, topology=False, customised=False, sample=NONE)
    assert (few.method, few.seconds, few.bytes) == ("dijkstra", pytest.approx(3.75e-4), 160 + SEARCH)
    prepared = plan_sums(SMALL, 1000, np.inf, topology=False, customised=False, sample=NONE)
    assert prepared.seconds == pytest.approx(1.23e-3 + 8e-3)


def test_a_block_covers_its_square_the_disc_and_a_strip_along_its_sides() -> None:
    """256 of 1,000 sources: 256,000 nodes, 400 reached, and 4 * sqrt(256,000 * 400 / pi) = 22,836 between."""
    assert _block_of(1_000_000, 1000, 400) == (256, 279_236)
    assert _block_of(10_000, 100, 50) == (100, 10_000)
    assert _block_of(1000, 1000, 1) == (1000, 1000) and _block_of(5000, 5000, 1)[0] == 1024
    assert _block_of(1000, 0, 3)[0] == 1


def test_without_numba_searches_are_dear_on_one_thread() -> None:
    """10 times 100 nodes at 200 ns, and 1,000 at 5."""
    plan = _plan_by_scipy(SMALL, 10, 100, 7)
    assert (plan.method, plan.seconds) == ("dijkstra", pytest.approx(2.5e-4))
    assert plan.bytes > 7 + 5000 + 40 * 3000


def test_one_of_few_is_tried_and_eight_of_many(town: TravelNetwork) -> None:
    assert sample_of(np.arange(99)).tolist() == [49] and sample_of(np.arange(3)).tolist() == [1]
    assert sample_of(NONE).tolist() == []
    assert sample_of(np.arange(100, 200)).tolist() == [100, 114, 128, 142, 156, 170, 184, 199]
    assert nodes_within(SMALL, NONE, np.inf) == 1000 and nodes_within(SMALL, NONE, 5.0) == 0
    some = [nodes_within(town.graph, np.array([node]), 2.0) for node in (5, 900)]
    assert nodes_within(town.graph, np.array([5, 900]), 2.0) == sum(some) // 2
    assert dijkstra_bytes(SMALL, 2) == SEARCH
