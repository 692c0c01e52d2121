"""Freed memory goes back to the system where the C library can be told to, and nowhere else."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from urbgeo.engine import memory
from urbgeo.engine.memory import give_back_memory


def pages() -> int:
    """Bytes of this process that lie in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library keeps no pages")
def test_pages_that_small_arrays_left_go_back() -> None:
    """Blocks below the size that is mapped by itself, the last of them kept: the library holds the rest."""
    held = [np.ones(100_000 // 8) for _ in range(600)]
    last = np.ones(100_000 // 8)
    del held
    before = pages()
    give_back_memory()
    assert before - pages() > 30_000_000
    assert last.sum() == 12_500


@pytest.mark.parametrize(("platform", "told"), [("linux", [0]), ("darwin", []), ("win32", [])])
def test_only_on_linux_is_the_library_told(
    monkeypatch: pytest.MonkeyPatch, platform: str, told: list[int]
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(
        memory, "ctypes", SimpleNamespace(CDLL=lambda _: SimpleNamespace(malloc_trim=calls.append))
    )
    monkeypatch.setattr(sys, "platform", platform)
    give_back_memory()
    assert calls == told


def test_a_library_without_the_call_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As musl has none."""
    monkeypatch.setattr(memory, "ctypes", SimpleNamespace(CDLL=lambda _: SimpleNamespace()))
    monkeypatch.setattr(sys, "platform", "linux")
    give_back_memory()
