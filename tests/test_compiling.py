"""What is kept of compiled code may be damaged or not be written at all: no run fails for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CALL = """
import logging
logging.basicConfig(level="INFO", format="%(message)s")
import numpy as np
from urbgeo.engine.order import hilbert_order
print(hilbert_order(np.array([0.0, 3.0, 1.0]), np.array([0.0, 0.0, 1.0])).tolist())
"""

FULL = """
import errno
from numba.core.caching import IndexDataCacheFile
def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
IndexDataCacheFile._open_for_write = full
"""


def called(cache: Path, code: str = CALL) -> tuple[str, bool]:
    """What a process of its own prints, and whether it compiled."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, "compiling _curve_keys" in done.stderr


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def overwritten(data: bytes) -> bytes:
    return bytes(range(256)) * (len(data) // 256 + 1)


def turned(data: bytes) -> bytes:
    """One bit in the middle, where the machine code is."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]


@pytest.fixture(scope="module", name="kept")
def kept_code(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Compiled code that is sound, and what it prints."""
    folder = tmp_path_factory.mktemp("kept")
    told, compiled = called(folder)
    assert compiled
    return folder, told


@pytest.mark.parametrize("damage", [cut, overwritten, turned])
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_damaged_compiled_code_is_compiled_and_kept_anew(
    damage: Callable[[bytes], bytes], ending: str, kept: tuple[Path, str], tmp_path: Path
) -> None:
    sound, right = kept
    shutil.copytree(sound, tmp_path, dirs_exist_ok=True)
    files = list(tmp_path.rglob(f"*.{ending}"))
    assert files
    for one in files:
        one.write_bytes(damage(one.read_bytes()))
    told, compiled = called(tmp_path)
    assert told == right
    assert compiled or (ending, damage) == ("nbi", turned)  # a bit of the list need not matter
    assert called(tmp_path) == (right, False)


def test_a_full_disk_does_without_kept_code(kept: tuple[Path, str], tmp_path: Path) -> None:
    _, right = kept
    assert called(tmp_path / "full", FULL + CALL) == (right, True)
    assert not list((tmp_path / "full").rglob("*.nb?"))


WAITING = """
import os, signal, threading
signal.signal(signal.SIGINT, signal.default_int_handler)
import numpy as np
from urbgeo.compiling import kernel

@kernel()
def slow(steps):
    found = np.zeros(3)
    for k in range(steps):
        found[k % 3] += np.sqrt(k)
    return found[:2], found

slow(10)
for _ in range(3):
    threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    try:
        slow(300_000_000)
        print("not interrupted")
    except BaseException as error:
        print(type(error).__name__)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process sends itself a signal")
def test_an_interruption_while_a_kernel_runs_is_itself_when_the_kernel_returns() -> None:
    done = subprocess.run([sys.executable, "-c", WAITING], capture_output=True, text=True, timeout=300)
    assert done.stdout.split() == ["KeyboardInterrupt"] * 3, done.stderr
