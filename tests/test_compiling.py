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
def test_damaged_compiled_code_is_compiled_and_kept_anew(
    damage: Callable[[bytes], bytes], kept: tuple[Path, str], tmp_path: Path
) -> None:
    sound, right = kept
    shutil.copytree(sound, tmp_path, dirs_exist_ok=True)
    files = list(tmp_path.rglob("*.nbc"))
    assert files
    for one in files:
        one.write_bytes(damage(one.read_bytes()))
    assert called(tmp_path) == (right, True)
    assert called(tmp_path) == (right, False)


INNER = """
from urbgeo.compiling import kernel

@kernel()
def inner(x, more={more}):
    return x + more
"""

OUTER = """
from urbgeo.compiling import kernel
from inner import inner

SCALE = {scale}

@kernel()
def outer(x):
    return SCALE * inner(x)
"""

WHILE_IT_IS_KEPT = """
import subprocess, sys
from numba.core.caching import IndexDataCacheFile
writes = IndexDataCacheFile._save_data
def later(self, *told):
    print(subprocess.run([sys.executable, "-c", "{ask}"], capture_output=True, text=True).stdout.strip())
    writes(self, *told)
IndexDataCacheFile._save_data = later
"""

ASK = "from outer import outer; print(outer(1.0))"


def asked(folder: Path, code: str = ASK) -> list[str]:
    """What a process prints that imports the two modules of this folder, with the folder's own cache."""
    env = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kept")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, env=env, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_kernel_follows_what_it_calls_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "outer.py").write_text(OUTER.format(scale=10))
    (tmp_path / "inner.py").write_text(INNER.format(more=1))
    assert asked(tmp_path) == ["20.0"]
    (tmp_path / "inner.py").write_text(INNER.format(more=2))
    assert asked(tmp_path) == ["30.0"], "another default"
    (tmp_path / "inner.py").write_text(INNER.format(more=2).replace("x + more", "x - more"))
    assert asked(tmp_path) == ["-10.0"], "another step"


def test_code_of_an_older_text_is_not_run_while_the_new_one_is_being_kept(tmp_path: Path) -> None:
    (tmp_path / "inner.py").write_text(INNER.format(more=1))
    (tmp_path / "outer.py").write_text(OUTER.format(scale=10))
    assert asked(tmp_path) == ["20.0"]
    (tmp_path / "outer.py").write_text(OUTER.format(scale=1000))
    assert asked(tmp_path, WHILE_IT_IS_KEPT.format(ask=ASK) + ASK) == ["2000.0", "2000.0"]


def test_code_of_another_numba_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "inner.py").write_text(INNER.format(more=1))
    (tmp_path / "outer.py").write_text(OUTER.format(scale=10))
    other = "import numba; numba.__version__ = '0.0'\n"
    for code in (ASK, other + ASK):
        assert asked(tmp_path, code) == ["20.0"]
        assert len(list((tmp_path / "kept").rglob("outer*.nbc"))) == 1
    listed = "from outer import outer; outer(1.0); print(outer.stats.cache_hits.values())"
    assert asked(tmp_path, listed) == ["dict_values([])"]


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
