"""``python -m urbgeo`` is the command line, with its exit codes."""

from __future__ import annotations

import subprocess
import sys

import urbgeo


def asked(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "urbgeo", *words], capture_output=True, text=True, timeout=120
    )


def test_the_module_answers_as_the_command_does_and_hands_on_what_it_returns() -> None:
    done = asked("--version")
    assert done.returncode == 0 and urbgeo.__version__ in done.stdout
    wrong = asked("diff", "no such folder", "nor this")
    assert wrong.returncode == 1 and "Traceback" not in wrong.stderr and "no record of a run" in wrong.stderr
