"""Arrays in one plain file that opens without reading: compiled graphs, hierarchies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.engine.large import NODES
from urbgeo.engine import store
from urbgeo.engine.graph import compile_graph
from urbgeo.engine.store import links_digest
from urbgeo.network.model import TravelNetwork


def test_a_cache_that_cannot_be_used_costs_time_only(
    town: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("URBGEO_CACHE", str(blocked))
    assert store.cached_topology(town.graph).rank.size == NODES
    monkeypatch.setenv("URBGEO_CACHE", str(tmp_path))
    store.topology_path(town.graph).write_bytes(b"urbgeo arrays 1\n garbage")
    assert store.cached_topology(town.graph).rank.size == NODES


def test_a_spoilt_topology_is_prepared_anew(
    town: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBGEO_CACHE", str(tmp_path))
    first = store.cached_topology(town.graph)
    path = store.topology_path(town.graph)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 4000] = bytes(4000)
    path.write_bytes(whole)
    np.testing.assert_array_equal(store.cached_topology(town.graph).heads, first.heads)
    np.testing.assert_array_equal(store.read_topology(path).heads, first.heads)


def test_a_cache_that_cannot_be_looked_into_is_empty(
    town: TravelNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBGEO_CACHE", "x" * 300)
    assert replace(town).hierarchy_state == "none"
    assert store.cached_topology(town.graph).rank.size == NODES


def test_networks_that_differ_only_in_where_their_links_lead_have_other_keys() -> None:
    x, y, tails, minutes = np.arange(3) * 100.0, np.zeros(3), np.array([0, 1, 2]), np.ones(3)
    one, other = (compile_graph(x, y, tails, np.array(heads), minutes) for heads in ([1, 2, 0], [2, 0, 1]))
    assert (one.out.start == other.out.start).all()
    assert links_digest(one) != links_digest(other)
