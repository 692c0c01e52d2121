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


@pytest.mark.parametrize(
    ("system", "named", "folder"),
    [
        ("linux", {}, "home/.cache/urbgeo"), ("linux", {"XDG_CACHE_HOME": "other"}, "other/urbgeo"),
        ("darwin", {"XDG_CACHE_HOME": "other"}, "home/Library/Caches/urbgeo"),
        ("win32", {}, "home/AppData/Local/urbgeo/cache"), ("win32", {"LOCALAPPDATA": "D"}, "D/urbgeo/cache"),
        ("win32", {"URBGEO_CACHE": "mine", "LOCALAPPDATA": "D"}, "mine"),
        ("linux", {"URBGEO_CACHE": ""}, "home/.cache/urbgeo"),
    ],
)  # fmt: skip
def test_the_cache_lies_where_the_system_keeps_caches(
    monkeypatch: pytest.MonkeyPatch, system: str, named: dict[str, str], folder: str
) -> None:
    for name in ("URBGEO_CACHE", "LOCALAPPDATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(store.sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: Path("home"))
    assert store.cache_folder() == Path(folder)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"dtype": "<U4"}, "unknown records <U4"), ({"dtype": [["a", "<i4"]]}, "unknown records"),
        ({"shape": [-1]}, "name no place in it"), ({"offset": -8}, "name no place in it"),
        ({"shape": [True]}, "name no place in it"), ({"shape": [3]}, "it ends too early"),
    ],
)  # fmt: skip
def test_contents_that_no_array_can_be_are_refused(told: dict[str, object], reason: str) -> None:
    whole, plain = np.arange(3, dtype=np.int64).view(np.uint8), {"dtype": "<i8", "shape": [2], "offset": 8}
    assert store._view(whole, 0, plain).tolist() == [1, 2], "the last byte is the last of the file"
    with pytest.raises(ValueError, match=reason):
        store._view(whole, 0, plain | told)
