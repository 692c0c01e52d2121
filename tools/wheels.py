"""Fetch every wheel that a machine without internet needs, for its system, into one folder: `make wheels`.

The folder is carried over; ``install.bat`` or ``install.sh`` in it installs with ``pip install --no-index``.
`pip download --platform` alone is not enough: it reads "only on Windows" by the machine it runs on, and
leaves out what only the other system needs. So versions are resolved for the other system first.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLATFORM, PYTHON, EXTRAS = "win_amd64", "3.12", "china,jupyter,tables,reports"
SYSTEMS = {"win": "windows", "manylinux": "linux", "macosx": "macos"}


def pinned(extras: str, platform: str, python: str) -> list[str]:
    """``name==version`` of everything that a Python of that version and system needs, each with a wheel."""
    system = next((name for start, name in SYSTEMS.items() if platform.startswith(start)), None)
    if system is None:
        raise SystemExit(f"platform: {platform!r} starts with none of {', '.join(SYSTEMS)}.")
    with tempfile.TemporaryDirectory() as folder:
        done = _run(
            _uv(Path(folder)), "pip", "compile", "--quiet", "--no-header", "--no-annotate",
            "--python-platform", system, "--python-version", python, "--only-binary", ":all:",
            *(word for extra in extras.split(",") if extra for word in ("--extra", extra)),
            str(ROOT / "pyproject.toml"),
        )  # fmt: skip
    return done.split()


def fetch(extras: str, platform: str, python: str, folder: Path) -> None:
    """The package's own wheel and all that it needs, and how to install them."""
    folder.mkdir(parents=True, exist_ok=True)
    pip = sys.executable, "-m", "pip"
    _run(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    kind = "--platform", platform, "--python-version", python, "--only-binary", ":all:", "--no-deps"
    _run(*pip, "download", "--quiet", "--dest", str(folder), *kind, *pinned(extras, platform, python))
    write_installers(extras, python, folder)


def write_installers(extras: str, python: str, folder: Path) -> None:
    """What is clicked or called on the other machine."""
    command = f'-m pip install --no-index --find-links . "urbgeo[{extras}]"'
    windows = f'cd /d "%~dp0"\r\npy -{python} {command}\r\npause\r\n'
    (folder / "install.bat").write_bytes(windows.encode("ascii"))
    (folder / "install.sh").write_bytes(f'cd "$(dirname "$0")"\npython{python} {command}\n'.encode("ascii"))


def _uv(folder: Path) -> str:
    found = shutil.which("uv")
    if found is None:
        _run(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "uv")
        found = str(folder / "bin" / "uv")
    return found


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.strip())
    return done.stdout


def main() -> None:
    """Fetch the wheels for one system."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extras", default=EXTRAS)
    parser.add_argument("--platform", default=PLATFORM, help="or manylinux_2_28_x86_64, macosx_12_0_arm64")
    parser.add_argument("--python", default=PYTHON)
    parser.add_argument("--to", type=Path, default=ROOT / "wheels")
    asked = parser.parse_args()
    fetch(asked.extras, asked.platform, asked.python, asked.to)
    print(f"{len(list(asked.to.glob('*.whl')))} wheels in {asked.to}")


if __name__ == "__main__":
    main()
