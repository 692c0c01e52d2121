"""Install urbgeo with all extras into this Python: `locked`, `newest` or `lowest` dependencies."""

from __future__ import annotations

import subprocess
import sys

MODES = ("locked", "newest", "lowest")


def run(*words: str) -> None:
    """One command of this Python; stop where it fails."""
    subprocess.run([sys.executable, "-m", *words], check=True)


def install(mode: str) -> None:
    """Dependencies in the wanted versions, then the package itself, editable."""
    if mode == "locked":
        run("pip", "install", "--quiet", "--require-hashes", "-r", "requirements.lock")
    else:
        run("pip", "install", "--quiet", "uv")
        wanted = ["--resolution", "lowest-direct" if mode == "lowest" else "highest"]
        target = ["--python", sys.executable]
        run("uv", "pip", "install", "--quiet", *target, *wanted, "--all-extras", "-r", "pyproject.toml")
    run("pip", "install", "--quiet", "--no-deps", "-e", ".")


if __name__ == "__main__":
    if sys.argv[1:] not in [[mode] for mode in MODES]:
        sys.exit(f"usage: python tools/install.py {'|'.join(MODES)}")
    install(sys.argv[1])
